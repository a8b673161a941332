"""The handbook: everything that a district's rules say, in both languages, accessible, and the same every time."""

from __future__ import annotations

import datetime as dt
import html.parser
import re

import pytest

import community_core as cc
from community_core.base.ranks import Standing
from community_core.jurisdiction.plugins import gather
from community_core.pages.handbook import render_handbook, write_handbook
from community_core.pages.handbook_making import make_handbook
from community_core.pages.spelling import Spelling
from community_core.pages.texts import STANDINGS
from community_core.rules.terms import DecisionTable

pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")
pytest.importorskip("community_jianghan")

DAY = dt.date(2006, 5, 1)
DISTRICTS = sorted(each.name for each in gather().districts)
VOID = {"meta", "link", "br", "wbr", "rect", "path", "circle"}

TOWN = """\
practice: my.rooms
title: {zh: "活动室<b>&", en: "Rooms<b>&"}
source: {document: "办法<i>", article: "5"}
standing: reported
facts:
  seats: {of: community, type: int, zh: 座位, en: seats, privacy: public}
  noisy: {of: community, type: bool, zh: 吵闹, en: noisy, privacy: internal}
  crowded: {of: community, type: bool, zh: 拥挤, en: crowded, privacy: public, derived: seats > most_seats}
  kind: {of: community, type: [music, chess], zh: 种类, en: kind, privacy: public,
    values: {music: {zh: 音乐, en: music}, chess: {zh: 下棋, en: chess}}}
parameters:
  most_seats: {type: int, zh: 最多座位, en: most seats, open_to: [district, city], stricter: lower,
    values: [{value: 30, from: 2000-01-01, until: 2005-01-01, standing: plan}],
    bounds: [{at_most: 50, force: binding, from: 1999-01-01, cite: {document: 消防办法}}]}
  fee: {type: money, per: kind, zh: 收费, en: fee, open_to: [district], gap: {zh: 没写收费, en: no fee is given}}
  term: {type: months, zh: 期限, en: term, open_to: [community]}
decisions:
  may_use:
    title: {zh: 能否使用, en: Whether it may be used}
    of: community
    yields: [allowed, refused]
    hit: first
    open_to: [district]
    rows:
      - when: "crowded and kind in (music, chess)"
        then: refused
        because: {zh: 太挤, en: too crowded}
      - when: noisy
        gap: {zh: 没写吵闹时怎样, en: nothing is said of noise}
        because: {zh: 吵闹, en: noise}
    otherwise: {then: allowed, because: {zh: 其余可以, en: else it may}}
gaps:
  night: {zh: 夜间没写, en: nights are lost}
---
practice: my.broken
title: {zh: 坏的, en: Broken}
decisions:
  wrong:
    title: {zh: 错, en: Wrong}
    of: community
    yields: [a, b]
    hit: first
    rows: [{when: nothing_such, then: a, because: {zh: 无, en: none}}]
---
district: my-town
title: {zh: 我镇, en: My town}
code: "210103"
adopts: [my.rooms, my.broken]
profile: {population: {value: 610000, cite: {document: 报告}}}
set:
  most_seats: [{value: 40, from: 2006-01-01, standing: in_force}]
"""


@pytest.fixture
def town(tmp_path):
    """Return the rules of a town with a gap, a broken decision, two values of a parameter, and markup in its titles."""
    file = tmp_path / "my-town.yaml"
    file.write_text(TOWN, "utf-8")
    return cc.load(file)


class Reader(html.parser.HTMLParser):
    """Reads a page strictly: unclosed tags, headings out of order, tables without captions, doubled ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.headings: list[int] = []
        self.faults: list[str] = []
        self.tables: list[list[str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.seen.add(tag)
        if tag not in VOID:
            self.stack.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        elif self.tables and "table" in self.stack:
            self.tables[-1].append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if tag == "th" and values.get("scope") not in {"row", "col"}:
            self.faults.append(f"th without scope: {values}")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.stack or self.stack.pop() != tag):
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader reads, spaces made one."""
        return re.sub(r"\s+", " ", "".join(self.words))


def pages_of(rules, day=DAY) -> dict[str, Reader]:
    """Return the read pages of the handbook of *rules*."""
    pages = render_handbook(make_handbook(rules, day))
    return {name: Reader(text) for name, text in pages.items() if name.endswith(".html")}


@pytest.mark.parametrize("district", [*DISTRICTS, "town"])
def test_pages_are_well_formed_and_can_be_read_aloud(district, request):
    """Pages close their tags, skip no heading, caption their tables, link to what is there, and run nothing."""
    pages = pages_of(request.getfixturevalue("town") if district == "town" else cc.load(district))
    for name, page in pages.items():
        assert page.faults == [], name
        assert page.stack == [], name
        assert page.headings[0] == 1
        assert page.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
        assert all(tags[0] == "caption" for tags in page.tables), name
        assert len(page.ids) == len(set(page.ids)), name
        assert "script" not in page.seen
        for link in page.links:
            file, _, anchor = link.partition("#")
            assert (file or name) in pages, link
            assert not anchor or anchor in pages[file or name].ids, link


@pytest.mark.parametrize("district", DISTRICTS)
def test_nothing_that_the_rules_say_is_left_out(district):
    """Each fact, parameter, decision, row, step, service and gap of the rules is on the page of its practice."""
    rules = cc.load(district)
    pages = pages_of(rules)
    terms = rules.terms

    def page(full: str) -> str:
        return pages[f"practice-{full.rpartition('.')[0]}.html"].text

    whole = " ".join(item.text for item in pages.values())
    spelling = Spelling(rules)

    def said(text: cc.Label, full: str) -> bool:
        return spelling.in_words(text, full.rpartition(".")[0]).zh in page(full)

    for fact in terms.facts:
        assert f"{fact.label.zh} {fact.label.en} {fact.name}" in whole
    for full, parameter in terms.parameters:
        assert parameter.label.zh in page(full)
        assert parameter.gap is None or parameter.gap.zh in page(full)
        for value in parameter.history:
            assert STANDINGS[value.standing].zh in page(full)
    for full, decision in terms.decisions:
        assert decision.title.zh in page(full)
        for row in decision.rows if isinstance(decision, DecisionTable) else ():
            assert said(row.because, full)
            assert row.gap is None or said(row.gap, full)
    for full, procedure in terms.procedures:
        for step in procedure.steps:
            assert step.label.zh in page(full)
            assert said(step.because, full)
        for gap in procedure.gaps:
            assert said(gap.text, full)
    for full, service in terms.services:
        assert service.label.zh in page(full)
    for full, gap in terms.gaps:
        assert said(gap.text, full)


@pytest.mark.parametrize("district", DISTRICTS)
def test_every_open_parameter_is_listed_with_who_may_set_it(district):
    """The index lists exactly the parameters without a value, each with a rank that may set it."""
    rules = cc.load(district)
    book = make_handbook(rules, DAY)
    assert {item.term for _, item in book.open_parameters} == {
        full for full, parameter in rules.terms.parameters if not parameter.history
    }
    index = Reader(render_handbook(book)["index.html"]).text
    for _, item in book.open_parameters:
        assert item.term in index
        assert all(rank.zh in index for rank in item.open_to)
    weak = {Standing.EXAMPLE, Standing.LIBRARY}
    assert all(value.standing in weak for _, item in book.unfounded for value in item.history)


def test_conditions_and_outcomes_are_said_in_chinese(town):
    """A row's condition is Chinese words with the names of facts and values; its gap stands where the outcome would."""
    (page,) = [page for page in make_handbook(town, DAY).practices if page.name == "my.rooms"]
    (decision,) = page.decisions
    first, second, otherwise = decision.rows
    assert first.when.zh == "拥挤 且 （种类 属于（音乐、下棋））"
    assert first.when.en == "crowded and (kind in (music, chess))"
    assert (second.when.zh, second.gap.zh, second.then) == ("吵闹", "没写吵闹时怎样", ())
    assert (otherwise.number, otherwise.because.en) == (0, "else it may")
    crowded = next(item for item in page.facts if item.name == "crowded")
    assert crowded.derived.zh == "座位 ＞ 最多座位"
    text = render_handbook(make_handbook(town, DAY))["practice-my.rooms.html"]
    assert text.count('class="gap-row"') == 1


def test_a_parameter_shows_its_whole_history(town):
    """Every value stands with its setter, the one of the day is marked; bounds and ranks are there."""
    (page,) = [page for page in make_handbook(town, DAY).practices if page.name == "my.rooms"]
    seats, fee = (next(item for item in page.parameters if item.name == name) for name in ("most_seats", "fee"))
    used = [(value.value.zh, value.setter.zh, value.in_use) for value in seats.history if value.in_use]
    assert used == [("40", "我镇", True)]
    assert [rank.zh for rank in seats.open_to] == ["市", "区县"]
    assert (seats.bounds[0].text.zh, seats.bounds[0].force.zh) == ("不高于 50", "有约束力")
    assert seats.stricter.zh == "越低越严"
    assert (fee.open, fee.per.zh, fee.gap.zh) == (True, "种类", "没写收费")
    later = next(p for p in make_handbook(town, dt.date(2001, 1, 1)).practices if p.name == "my.rooms")
    old = next(item for item in later.parameters if item.name == "most_seats")
    assert not any(value.in_use and value.value.zh == "40" for value in old.history)


def test_claims_say_who_set_what(town):
    """The claims of a parameter name who set it and at which rank, and which of them holds."""
    (page,) = [page for page in make_handbook(town, DAY).practices if page.name == "my.rooms"]
    held = {(claim.claimant.zh, claim.rank.zh) for claim in page.claims if claim.holds}
    assert ("我镇", "区县") in held
    assert any(label.zh == "设定“最多座位”（my.rooms.most_seats）" for label in make_handbook(town, DAY).amends)


def test_findings_stand_on_the_index_and_broken_terms_on_their_page(town):
    """A broken decision is a finding on the index, with file and line, and its practice's page says what is broken."""
    pages = pages_of(town)
    assert "unknown-name" in pages["index.html"].text
    assert re.search(r"my-town\.yaml:\d+:\d+", pages["index.html"].text)
    assert "my.broken.wrong" in pages["practice-my.broken.html"].text
    assert "没有问题项" in pages_of(cc.load("shenhe"))["index.html"].text


def test_text_from_outside_is_escaped(town):
    """Markup in titles and citations is shown as text."""
    text = render_handbook(make_handbook(town, DAY))["practice-my.rooms.html"]
    assert "<b>" not in text
    assert "办法&lt;i&gt;" in text


def test_names_may_break_and_stay_whole():
    """A long name may be broken over lines, and reads as it is written."""
    page = pages_of(cc.load("shenhe"))["practice-core.hearing.html"]
    assert "core.hearing.objection_period" in page.text
    assert "wbr" in page.seen


def test_the_same_rules_and_day_give_the_same_bytes(tmp_path):
    """Writing twice changes no file; a page of a practice that is gone is removed; other files stay."""
    book = make_handbook(cc.load("demo-shenhe"), DAY)
    again = make_handbook(cc.load("demo-shenhe"), DAY)
    assert render_handbook(book) == render_handbook(again)
    first = write_handbook(book, tmp_path)
    (tmp_path / "practice-gone.html").write_text("old", "utf-8")
    (tmp_path / "notes.html").write_text("mine", "utf-8")
    kept = {path: path.stat().st_mtime_ns for path in first}
    assert write_handbook(again, tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in first} == kept
    assert not (tmp_path / "practice-gone.html").exists()
    assert (tmp_path / "notes.html").exists()


def test_a_replaced_procedure_names_its_replacement():
    """The core's hearing says which procedure the district has in its place; only that one has a timetable."""
    book = make_handbook(cc.load("demo-shenhe"), DAY)
    procedures = {item.term: item for page in book.practices for item in page.procedures}
    assert procedures["core.hearing.hearing"].replaced_by == "shenhe.hearings.hearing"
    assert procedures["core.hearing.hearing"].times == ()
    assert len(procedures["shenhe.hearings.hearing"].times) == 3
    step = next(step for step in procedures["shenhe.hearings.hearing"].steps if step.name == "check_competence")
    assert step.when.zh == "归谁决定 ＝ 居民"


def test_what_a_step_needs_of_another_case_is_said():
    """A step says which procedure's case it needs in which states, where its list must cover, and what it clears."""
    made = make_handbook(cc.load("fangzi"), DAY)
    steps = {
        step.name: step
        for practice in made.practices
        for entry in practice.procedures
        if entry.term == "fangzi.contracts.contract_text"
        for step in entry.steps
    }
    (needs,) = steps["draft"].needs
    assert needs.zh == (
        "“试点与推开的办件”要是“契约化管理的试点与推开”的办件，处于：试点中／试点已评估／已推开，其“已可办理的地方”包括本地"
    )
    assert steps["redraft"].needs[0].zh.startswith("以前的不再算数：讨论意见、社区组织讨论次数")
    assert steps["withdraw"].needs == ()


LIST = """code_lists:
  hardship:
    zh: 困难类别
    en: hardship
    owner: {zh: 民政局<b>, en: civil affairs}
    open_to: [district]
    codes: [{code: severe, zh: 重点困难, en: severe, fact: noisy, value: true, until: 2007-01-01}, {code: 2, zh: 其他}]
---
practice: my.broken"""


def test_a_code_list_shows_its_owner_its_codes_and_their_days(tmp_path):
    """Each version of a list has its own table: whose it is, from when, and which fact each code serves as."""
    file = tmp_path / "my-town.yaml"
    more = "amend: [{add: hardship, codes: [{code: ill, zh: 因病}], from: 2008-01-01, cite: {document: 补充通知}}]\n"
    file.write_text(TOWN.replace("---\npractice: my.broken", LIST) + more, "utf-8")
    page = pages_of(cc.load(file))["practice-my.rooms.html"]
    for word in (
        "代码表",
        "困难类别",
        "民政局<b>",
        "重点困难",
        "吵闹 noisy = 是 yes",
        "因病",
        "补充通知",
        "2007-01-01",
    ):
        assert word in page.text
    assert page.text.count("重点困难") > page.text.count("因病")


def test_who_beats_whom_is_said(tmp_path):
    """A value that takes the place of another is said to beat it, and the other to be beaten by whom."""
    file = tmp_path / "my-town.yaml"
    changed = TOWN.replace("until: 2005-01-01, standing: plan", "standing: reported")
    file.write_text(changed.replace("{value: 40, from: 2006-01-01", "{value: 40, from: 1999-01-01"), "utf-8")
    rules = cc.load(file)
    (page,) = [page for page in make_handbook(rules, DAY).practices if page.name == "my.rooms"]
    claims = {claim.claimant.zh: claim for claim in page.claims if claim.term == "my.rooms.most_seats"}
    rooms, mine = "活动室<b>&", "我镇"
    assert (claims[mine].holds, [each.zh for each in claims[mine].beats]) == (True, [rooms])
    assert (claims[rooms].holds, claims[rooms].beaten_by.zh) == (False, mine)
    assert "压过 beats 活动室" in pages_of(rules)["practice-my.rooms.html"].text
