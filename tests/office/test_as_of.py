"""A case opened before a change and gone on with after it: as of its opening, or where the rule says so of the step."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Refused
from community_core.jurisdiction import Gathered, compose
from community_core.pages import make_handbook, render_handbook
from community_core.rulebook import read_text

BEFORE, AFTER = dt.date(2006, 5, 1), dt.date(2007, 5, 1)
TEXT = """
practice: town.permits
title: {zh: 许可, en: Permits}
standing: in_force
source: {document: permits}
facts:
  length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
parameters:
  limit:
    type: int
    unit: day
    zh: 上限
    en: limit
    AS_OF_LIMIT
    values: [{value: 30, from: 2000-01-01}, {value: 10, from: 2007-01-01}]
  other: {type: int, unit: day, zh: 另一上限, values: [{value: 30, from: 2000-01-01}, {value: 10, from: 2007-01-01}]}
decisions:
  short:
    title: {zh: 是否短, en: Whether it is short}
    AS_OF_SHORT
    yields: bool
    rows: [{when: length <= other, then: "true", because: 不超过}]
    otherwise: {then: "false", because: 超过}
procedures:
  permit:
    title: {zh: 许可, en: Permit}
    about: community
    ends: {granted: decided}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
    steps:
      ask: {to: asked, by: [clerk], takes: [length], zh: 申请}
      grant: {from: [asked], to: granted, by: [clerk], zh: 准许, when: "GUARD"}
"""


def rules_of(guard, *, limit="", short=""):
    text = TEXT.replace("AS_OF_LIMIT", limit).replace("AS_OF_SHORT", short).replace("GUARD", guard)
    contents = read_text(text.replace("\n    \n", "\n"))
    assert contents.findings == ()
    town = cc.District("town", adopts=("town.permits",))
    rules = compose(town, Gathered(practices=contents.practices))
    assert rules.findings == ()
    return rules


def granted(rules):
    """Open a case of 20 days before the change and grant it after; the refusal's codes, or none."""
    with cc.open_office(rules, ":memory:") as office:
        office.register_place("here", layer="community", zh="此地", en="here")
        office.appoint("ann", "clerk", "here", dt.date(2000, 1, 1))
        case = office.open("permit", {"length": 20}, actor="ann", day=BEFORE, place="here")
        try:
            return office.take(case, "grant", {}, actor="ann", day=AFTER).state
        except Refused as refused:
            return [found.code for found in refused.findings]


STEP = "as_of: step"


@pytest.mark.parametrize(
    ("guard", "how", "expected"),
    [
        ("length <= limit", {}, "granted"),
        ("length <= limit", {"limit": STEP}, ["guard-false"]),
        ("length <= limit", {"limit": "as_of: case"}, "granted"),
        ("short", {}, "granted"),
        ("short", {"short": STEP}, ["guard-false"]),
        ("short and length <= limit", {"limit": STEP}, ["guard-false"]),
        ("short or length <= limit", {"limit": STEP}, "granted"),
    ],
)
def test_a_case_reads_what_is_dated_as_of_its_opening_or_of_the_step(guard, how, expected):
    """What says nothing stays as it was when the case opened; what says so is read on the day of the step."""
    assert granted(rules_of(guard, **how)) == expected


def test_why_and_the_handbook_say_on_which_day_a_case_reads():
    """Both name the parameter and the decision that are read as of the step, and no other."""
    rules = rules_of("short", limit=STEP, short=STEP)
    says = {term: [claim.says for claim in rules.why(term, on=AFTER)] for term in ("limit", "other", "short")}
    assert all("[as_of: step]" in text for text in (*says["limit"], *says["short"]))
    assert not any("as_of" in text for text in says["other"])
    pages = render_handbook(make_handbook(rules, AFTER))
    (page,) = [text for name, text in pages.items() if "permits" in name]
    # Each of the two says so itself, and so does what is claimed of it.
    assert page.count("办件按环节当天读") == 4
    assert page.count("as of the day of the step") == 4


def test_the_declaration_is_part_of_the_rules_hash():
    """Rules that differ in the day on which cases read them are different rules."""
    assert len({rules_of("short", limit=how).digest for how in ("", "as_of: case", STEP)}) == 2


def test_a_decision_of_the_step_answers_for_the_step_whatever_the_question():
    """Plans of one decision for two days of one case are kept apart, and say which values they used."""
    rules = rules_of("short", limit=STEP, short=STEP)
    early = rules.engine.plan("short", BEFORE).answer({"length": 20}, BEFORE)
    late = rules.engine.plan("short", BEFORE, step=AFTER).answer({"length": 20}, BEFORE)
    assert (early.outcome, late.outcome) == (True, False)
    assert [use.value for use in early.parameters] == [30]
    assert [use.value for use in late.parameters] == [10]
    assert late.on == AFTER
