"""What the board tells of ledgers: the parts of an entry that its own step publishes to all, and nothing else."""

import datetime as dt
import re

import pytest

import community_core as cc
from community_core.office.publishing import make_board
from community_core.pages.board import render_board

DAY = dt.date(2006, 5, 1)
TEXT = """
practice: a.gifts
standing: library
source: {{document: 捐赠办法, lines: L3}}
rank: library
procedures:
  gift:
    title: {{zh: 捐赠, en: A gift}}
    facts:
      giver: {{type: text, privacy: public, zh: 单位}}
      kind: {{type: [money, goods], privacy: public, zh: 种类, values: {{goods: {{zh: 物品, en: goods}}}}}}
      amount: {{type: int, privacy: {privacy}, zh: 数量}}
      least: {{type: bool, privacy: public, zh: 只知下限}}
      purpose: {{type: text, privacy: internal, zh: 用途}}
    ends: {{given: decided}}
    steps:
      give:
        zh: 捐
        to: given
        by: [unit.delegate]
        takes: [giver, kind, amount, least, purpose]
        publish: {publish}
        effects:
          - {{enter: gifts, from: giver, amount: amount, unit: kind, more_than: least, purpose: purpose}}
---
district: a-town
title: {{zh: 某地}}
adopts: []
"""
ALL = "{kind: announcement, what: [giver, kind, amount, least], to: residents}"


def board(tmp_path, publish, privacy="public"):
    """Return the entries on the board and its pages, of one gift under these publish rules."""
    (tmp_path / "town.yaml").write_text(TEXT.format(publish=publish, privacy=privacy), "utf-8")
    with cc.open_office(cc.load(tmp_path / "town.yaml"), ":memory:") as office:
        office.register_place("c", zh="某社区")
        office.appoint("delegate", "unit.delegate", "c", DAY)
        gift = {"giver": "甲公司", "kind": "goods", "amount": 731, "least": True, "purpose": "不公开的用途"}
        office.open("gift", gift, actor="delegate", day=DAY, place="c")
        made = make_board(office, day=DAY)
    return [entry for case in made.cases for item in case.items for entry in item.entries], render_board(made)


def test_what_a_step_publishes_of_its_entry_is_on_the_board(tmp_path):
    """Giver, place, number, unit and bound are told as they were published; the purpose, which was not, is nowhere."""
    (entry,), pages = board(tmp_path, ALL)
    assert (entry.source, entry.target, entry.amount, entry.unit, entry.exact) == ("甲公司", "c", 731, "goods", False)
    assert (entry.unit_label.zh, entry.purpose) == ("物品", "")
    (page,) = [text for name, text in pages.items() if name.startswith("fund-")]
    assert "731 物品以上" in page
    assert "731 物品以上" in pages["index.html"]
    assert "捐赠办法" in page
    assert not any("不公开的用途" in text for text in pages.values())


def test_an_account_that_is_not_published_is_not_told(tmp_path):
    """Where the giver is not published, the entry is told without him."""
    (entry,), pages = board(tmp_path, "{kind: announcement, what: [kind, amount, least], to: residents}")
    assert (entry.source, entry.target) == ("", "c")
    assert not any("甲公司" in text for text in pages.values())


@pytest.mark.parametrize(
    ("publish", "privacy"),
    [
        ("{kind: announcement, what: [giver, kind, least], to: residents}", "public"),
        ("{kind: announcement, what: [giver, amount, least], to: residents}", "public"),
        ("{kind: announcement, what: [giver, kind, amount], to: residents}", "public"),
        ("{kind: personal_notice, what: [giver, kind, amount, least], to: giver}", "public"),
        ("{kind: announcement, what: [giver, kind, least], to: residents}", "internal"),
    ],
)
def test_an_amount_that_is_not_published_is_on_no_board(tmp_path, publish, privacy):
    """Without its number, unit or bound published to all, an entry is not on the board at all."""
    entries, pages = board(tmp_path, publish, privacy)
    assert entries == []
    assert not any(name.startswith("fund-") for name in pages)
    # A hash may hold these digits by chance.
    assert re.search(r"(?<![0-9a-f])731(?![0-9a-f])", pages["index.html"]) is None


def test_the_gifts_of_the_joint_conference_are_on_the_board():
    """What units give to a community of Shenhe, in money and in tasks, is told by account, unit and year."""
    pytest.importorskip("community_shenhe")
    with cc.open_office(cc.load("shenhe"), ":memory:") as office:
        office.register_place("c", zh="某社区")
        for person, post in (("delegate", "unit.delegate"), ("chair", "committee.chair")):
            office.appoint(person, post, "c", DAY)
        for form, step, data in (
            ("money", "receive", {"sum": cc.Money.yuan("20000"), "more_than": False}),
            ("task", "accept", {"quantity": 2, "use": "清雪"}),
        ):
            promise = {"unit": "甲公司", "form": form, "purpose": "社区环境改造", "free": True}
            case = office.open("contribution", promise, actor="delegate", day=DAY, place="c")
            office.take(case, step, data, actor="chair", day=DAY)
        pages = render_board(make_board(office, day=DAY))
    told = [text for name, text in pages.items() if name.startswith("fund-")]
    assert len(told) == 2
    assert "20000.00 元" in "".join(told)
    assert "2 工作" in "".join(told)
    assert all("甲公司" in text and "社区环境改造" in text for text in told)


def test_what_is_not_known_by_field_is_not_told():
    """Of what a plugin's function entered the board shows nothing, and of earmarked money nothing of the payer."""
    pytest.importorskip("community_jianghan")
    with cc.open_office(cc.load("jianghan"), ":memory:") as office:
        office.register_place("c", zh="某社区")
        office.appoint("officer", "department.officer", "c", DAY)
        grant = {"work": "清扫", "done_by": "c", "payer": "民政局", "payee": "c", "money": cc.Money.yuan("300")}
        office.open("earmarked", grant, actor="officer", day=DAY, place="c")
        pages = render_board(make_board(office, day=DAY))
    (page,) = [text for name, text in pages.items() if name.startswith("fund-")]
    assert "300.00 元" in page
    assert "民政局" not in page
