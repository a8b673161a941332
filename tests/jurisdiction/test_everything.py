"""All installed practices in one district: what clashes says what to choose, and the rest decides and is printed."""

from __future__ import annotations

import datetime as dt
import random
import re
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve

import community_core as cc
from community_core import District, Fact, Label, Privacy, Rules, Status
from community_core.base import Money
from community_core.declarations import Preference
from community_core.jurisdiction import Gathered, compose, gather
from community_core.jurisdiction.compose import compose_proposals
from community_core.pages.handbook import render_handbook
from community_core.pages.handbook_making import make_handbook
from community_core.rulebook import read_text
from community_core.rules.types import Kind, ValueType

for place in ("huangshi", "beipiao", "shenhe", "yanhe", "fangzi", "heihe", "jianghan", "yunmeng"):
    pytest.importorskip(f"community_{place}")

DAY = dt.date(2027, 3, 1)
#: What several places replace each by a procedure of its own.
CHOICES = {
    "core.covenant.covenant": "shenhe.covenants",
    "core.disclosure.posting": "jianghan.disclosure",
    "core.redrawing.redraw": "yanhe.size",
    "core.rollout.rollout": "fangzi.contracts",
}


@pytest.fixture(scope="module")
def offered() -> Gathered:
    """Return what the installed plugins offer."""
    return gather()


@pytest.fixture(scope="module")
def everything(offered: Gathered) -> District:
    """Return a district that adopts every practice that one can adopt, and chooses nothing."""
    return District("everything", adopts=tuple(item.name for item in offered.practices if item.rank is None))


@pytest.fixture(scope="module")
def chosen(everything: District) -> District:
    """Return the same district with its choices."""
    return evolve(everything, prefer=tuple(Preference(term, practice) for term, practice in CHOICES.items()))


@pytest.fixture(scope="module")
def rules(chosen: District, offered: Gathered) -> Rules:
    """Return its rules."""
    return compose(chosen, offered)


def test_what_several_replace_is_all_that_has_to_be_chosen(everything, offered):
    """Each procedure that several places replace is a finding that says to prefer one; nothing else is amiss."""
    found = compose(everything, offered).findings
    assert {dict(one.data)["name"] for one in found} == set(CHOICES)
    assert {one.code for one in found} == {"rank-conflict"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_the_line_that_a_clash_says_settles_it_as_it_stands(everything, offered, lang, which):
    """Each clash says the lines of which one is to be written; copied into a district's text they settle it."""
    found = compose(everything, offered).findings
    lines = [re.findall(r"prefer: (\[\{.*?\}\])", one.message.text(lang)) for one in found]
    assert all(len(each) > 1 for each in lines)
    entries = ", ".join(each[which][1:-1] for each in lines)
    text = f"district: everything\nadopts: [{', '.join(everything.adopts)}]\nprefer: [{entries}]\n"
    (district,) = read_text(text).districts
    assert compose(district, offered).findings == ()


def test_a_choice_settles_it(rules):
    """Where the district prefers one place's, that stands for the library's, and nothing is unavailable."""
    assert rules.findings == ()
    assert {term: rules.aliases[term].rpartition(".")[0] for term in CHOICES} == CHOICES
    assert {why.code for _, why in rules.terms.broken} == {"only-proposed"}


def test_the_check_finds_nothing_in_all_proposals_together(chosen, offered):
    """What all places only propose is sound beside what they all have in force."""
    wider = compose_proposals(chosen, offered)
    assert wider is not None
    assert wider.findings == ()


def test_all_of_it_is_printed(rules):
    """The handbook of everything has a page for each practice."""
    pages = render_handbook(make_handbook(rules, DAY))
    assert len(pages) > len(rules.district.adopts)


def some(kind: ValueType, draw: random.Random, *, known: bool = False) -> Any:
    """Return any value of a type, unknown now and then where it need not be *known*."""
    if not known and draw.random() < 0.1:
        return None
    if kind.kind is Kind.LIST and kind.unit == "position":
        return (draw.randrange(1000), draw.randrange(1000))
    if kind.kind is Kind.LIST:
        return tuple(some(kind.of, draw, known=True) for _ in range(kind.at_least + draw.randrange(3)))
    if kind.kind is Kind.MEMBERS:
        return ()
    return {
        Kind.BOOL: draw.choice([True, False]),
        Kind.INT: draw.randrange(200),
        Kind.TEXT: draw.choice("甲乙丙"),
        Kind.DATE: dt.date(1940 + draw.randrange(90), 1 + draw.randrange(12), 1),
        Kind.MONEY: Money(draw.randrange(10**6)),
        Kind.SHARE: Fraction(draw.randrange(101), 100),
        Kind.ENUM: draw.choice(kind.values or ("",)),
    }[kind.kind]


def test_every_decision_answers_about_anybody(rules):
    """No decision of any place fails on facts drawn at random, and most come to something for somebody."""
    draw = random.Random(20270301)  # noqa: S311 - the same facts in every run
    facts = rules.terms.facts
    reached = set()
    for _ in range(12):
        given = {fact.name: some(fact.type, draw) for fact in facts if fact.derived is None}
        for full in dict.fromkeys(name for name, _ in rules.terms.decisions):
            status = rules.decide(full, given, on=DAY).status
            assert status is not Status.UNAVAILABLE, full
            if status in (Status.DETERMINED, Status.GAP):
                reached.add(full)
    assert len(reached) > 50


def town(*facts: tuple[str, Fact], **more: Any) -> Rules:
    """Return the rules of a district that adopts practices with a fact each."""
    practices = tuple(cc.Practice(name, facts=(fact,), **more) for name, fact in facts)
    return compose(District("town", adopts=tuple(item.name for item in practices)), Gathered(practices=practices))


NUMBER = Fact("number", ValueType(Kind.INT, unit="person"), label=Label("人数"), privacy=Privacy.INTERNAL)


def test_a_fact_that_two_practices_declare_alike_is_one():
    """The same subject, type and name make one fact, protected as the stricter of the two has it."""
    rules = town(("a", NUMBER), ("b", evolve(NUMBER, privacy=Privacy.PERSONAL)))
    assert rules.findings == ()
    assert [(fact.name, fact.privacy) for fact in rules.terms.facts] == [("number", Privacy.PERSONAL)]
    turned = town(("b", evolve(NUMBER, privacy=Privacy.PERSONAL)), ("a", NUMBER))
    assert turned.terms.facts == rules.terms.facts


def test_a_fact_that_is_called_otherwise_is_one_with_a_warning():
    """Two labels of one fact may be two things: the writer is told, and the district is not stopped."""
    rules = town(("a", NUMBER), ("b", evolve(NUMBER, label=Label("楼号"))))
    (found,) = rules.findings
    assert (found.code, found.level) == ("fact-called-otherwise", "warning")
    assert "人数、楼号" in found.message.zh
    assert [fact.label.zh for fact in rules.terms.facts] == ["人数"]


@pytest.mark.parametrize(
    "other",
    [
        evolve(NUMBER, type=ValueType(Kind.INT, unit="day")),
        evolve(NUMBER, of="household"),
        evolve(NUMBER, derived=cc.Expression("3")),
    ],
)
def test_a_fact_of_another_meaning_is_a_finding(other):
    """Another type, subject or derivation makes the fact unavailable, and the finding says what to do."""
    rules = town(("a", NUMBER), ("b", other))
    (found,) = rules.findings
    assert (found.code, rules.terms.facts) == ("duplicate-fact", ())
    assert "换一个名字" in found.message.zh


def test_a_practices_own_name_goes_before_another_practices():
    """A bare name means the fact or decision that the practice declares; elsewhere the decision is written in full."""
    text = """\
practice: town.a
facts: {part: {type: int, zh: 部分, privacy: public}}
decisions:
  size:
    yields: [small, large]
    rows: [{when: part > 5, then: large, because: 大}]
    otherwise: {then: small, because: 小}
---
practice: town.b
facts: {other: {type: int, zh: 其他, privacy: public}}
decisions:
  part:
    yields: [one, two]
    rows: [{when: other > 5, then: two, because: 二}]
    otherwise: {then: one, because: 一}
  own:
    yields: [yes_it_is, no_it_is_not]
    rows: [{when: part == two, then: yes_it_is, because: 是}]
    otherwise: {then: no_it_is_not, because: 否}
---
practice: town.c
decisions:
  uses:
    yields: [yes_it_is, no_it_is_not]
    rows: [{when: WRITTEN == two, then: yes_it_is, because: 是}]
    otherwise: {then: no_it_is_not, because: 否}
---
district: town
adopts: [town.a, town.b, town.c]
"""
    rules = cc.rulebook.read_text(text.replace("WRITTEN", "part"))
    whole = compose(rules.districts[0], Gathered(practices=rules.practices))
    assert [found.code for found in whole.findings] == ["ambiguous-name"]
    rules = cc.rulebook.read_text(text.replace("WRITTEN", "town.b.part"))
    whole = compose(rules.districts[0], Gathered(practices=rules.practices))
    assert whole.findings == ()
    known = {"part": 3, "other": 9}
    assert [whole.decide(name, known, on=DAY).outcome for name in ("size", "own", "uses")] == [
        "small",
        "yes_it_is",
        "yes_it_is",
    ]
    kept = Rules.from_terms(whole.terms, name="kept")
    assert kept.findings == ()
    assert kept.decide("size", known, on=DAY).outcome == "small"
