"""Posts and audiences have their names wherever people read them: board, notices due, papers, handbook and diagrams."""

from __future__ import annotations

import datetime as dt

import pytest

from community_core.base.labels import Label
from community_core.jurisdiction.loading import load
from community_core.office.office import open_office
from community_core.office.publishing import make_board
from community_core.pages.board import render_board
from community_core.pages.diagram import draw_procedure
from community_core.pages.handbook import render_handbook
from community_core.pages.handbook_making import make_handbook
from community_core.pages.spelling import Spelling
from community_core.pages.words import audience_label, post_label

DAY = dt.date(2006, 5, 8)
TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [town.duty]
---
practice: town.duty
title: {zh: 值班, en: Duty}
source: {document: 示例}
standing: example
posts:
  duty.officer: {zh: 值班员, en: officer on duty}
  yard: {zh: 本院各户, en: households of the yard}
  warden: 院长
  party.secretary: {zh: 党组织书记, en: party secretary}
procedures:
  duty:
    title: {zh: 值班, en: Duty}
    facts:
      item: {type: [rota], privacy: public, zh: 事项, en: item, values: {rota: {zh: 值班表, en: rota}}}
      neighbour: {type: text, privacy: personal, zh: 邻居, en: neighbour}
    states: {posted: {zh: 已公布, en: posted}, handed: {zh: 已交, en: handed over}, done: {zh: 办结, en: done}}
    ends: {done: decided}
    steps:
      post: {zh: 公布, en: Post, to: posted, by: duty.officer, takes: [item, neighbour], papers: [slip],
        publish: {kind: announcement, what: [item], to: yard}}
      hand: {zh: 交班, en: Hand over, from: posted, to: handed, by: [post],
        publish: {kind: personal_notice, what: [item], to: neighbour}}
      finish: {zh: 办结, en: Finish, from: handed, to: done, by: [cook, resident],
        publish: {kind: announcement, what: [item], to: representatives}}
    late: {posted: {after: days(3), then: escalate, to: warden}}
    discloses: {rota: {zh: 值班表, en: rota, by: [duty.officer, party.secretary], every: months(1)}}
    papers: {slip: {zh: 值班单, en: slip, form: minutes, shows: [item], lists: [post], signed_by: [party.secretary]}}
"""


@pytest.fixture
def rules(tmp_path):
    """Return the rules of a town whose practice labels its own posts and one audience."""
    (tmp_path / "town.yaml").write_text(TOWN, "utf-8")
    found = load(tmp_path / "town.yaml")
    assert found.findings == ()
    return found


@pytest.fixture
def office(rules):
    """Return an office in which the rota has been posted."""
    with open_office(rules, ":memory:") as opened:
        opened.register_place("maoquan", zh="茂泉", en="Maoquan")
        opened.appoint("p1", "duty.officer", "maoquan", DAY)
        opened.open("duty", {"item": "rota", "neighbour": "甲"}, actor="p1", day=DAY, place="maoquan", case_id="duty-1")
        yield opened


@pytest.mark.parametrize(
    ("post", "label"),
    [
        ("duty.officer", Label("值班员", "officer on duty")),
        ("post", Label("办过“公布”的人", "whoever took: Post")),
        ("resident", Label("居民", "resident")),
        ("neighbour", Label("邻居", "neighbour")),
        ("cook", Label("cook", "cook")),
    ],
)
def test_a_post_is_called_by_the_first_that_knows_it(rules, post, label):
    """The practice's own label, the step that it is, the library's table, the field that it is, else the word."""
    assert post_label(post, rules.procedure("duty")) == label


@pytest.mark.parametrize(
    ("audience", "label"),
    [
        ("yard", Label("本院各户", "households of the yard")),
        ("representatives", Label("居民代表", "residents' representatives")),
        ("neighbour", Label("邻居", "neighbour")),
    ],
)
def test_an_audience_is_called_by_the_first_that_knows_it(rules, audience, label):
    """The practice's own label, the library's words for audiences, else what a post is called."""
    assert audience_label(audience, rules.procedure("duty")) == label


def test_a_label_of_the_practice_goes_before_the_library_s(tmp_path):
    """A practice may call a post of the library's table otherwise, in its own procedures alone."""
    text = TOWN.replace("  warden: 院长\n", "  warden: 院长\n  resident: {zh: 住户, en: tenant}\n")
    (tmp_path / "town.yaml").write_text(text, "utf-8")
    duty = load(tmp_path / "town.yaml").procedure("duty")
    assert post_label("resident", duty) == Label("住户", "tenant")


def test_the_board_says_to_whom(office):
    """The audience of what was published stands on the case's page in words; so do those who are to post an item."""
    (item,) = office.board_items()
    assert item.to == Label("本院各户", "households of the yard")
    board = make_board(office, day=DAY)
    pages = render_board(board)
    assert "本院各户" in pages["case-duty-1.html"]
    (due,) = board.postings
    assert due.by == (Label("值班员", "officer on duty"), Label("党组织书记", "party secretary"))


def test_a_paper_names_takers_and_signers(office):
    """Whoever took a step stands with the name of the post, and so does whoever signs."""
    page = office.papers().draft("duty-1", "slip").decode()
    assert "p1（值班员）" in page
    assert "党组织书记（签名）" in page
    assert "duty.officer" not in page
    assert "party.secretary" not in page


def test_the_handbook_and_the_diagram_name_posts_and_audiences(rules):
    """Takers, audiences and who is told when it is late are named, English included where there is any."""
    pages = render_handbook(make_handbook(rules, DAY))
    page = next(text for name, text in pages.items() if "duty" in name and "公布" in text)
    duty = rules.procedure("duty")
    drawn = draw_procedure(duty, Spelling(rules).period("town.duty.duty", duty))
    for word in ("值班员", "officer on duty", "办过“公布”的人", "上报院长", "escalates to 院长"):
        assert word in drawn, word
    for word in ("值班员", "officer on duty", "面向本院各户", "households of the yard", "面向邻居", "上报院长"):
        assert word in page, word
    for identifier in ("duty.officer", "party.secretary", "（面向yard", "（面向neighbour"):
        assert identifier not in drawn
        assert identifier not in page
