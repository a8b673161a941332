"""Amendments: rows, whole tables, steps, guards and numbers, from a day on, by those to whom a term is open."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Citation, Label, Origin, Privacy, Rank, Span, Standing, UnknownTerm
from community_core.declarations import Amendment, AmendmentKind, District, Practice, Preference, Setting
from community_core.jurisdiction import Gathered, Rules, compose
from community_core.jurisdiction.compose import compose_to_check
from community_core.procedures import EndKind, Procedure, Step, StepField
from community_core.rules import (
    INT,
    TEXT,
    Bound,
    BoundKind,
    DatedValue,
    DecisionTable,
    Expression,
    Fact,
    Output,
    Parameter,
    Row,
    Status,
    enum_of,
)

NOTICE = Citation("通知", article="1")
FROM = Span(dt.date(2027, 1, 1))
BEFORE, AFTER = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
OPEN = (Rank.CITY, Rank.DISTRICT)


def row(when: str, then: str, name: str = "") -> Row:
    return Row(when, (("", Expression(then)),), Label("因为", "because"), name=name)


TABLE = DecisionTable(
    "fee",
    (Output("", enum_of("free", "paid", "waived")),),
    (row("age >= 60", "free", "old"), row("true", "paid", "rest")),
    open_to=OPEN,
)
PERIOD = Parameter("notice", INT.in_unit("day"), open_to=(Rank.COMMUNITY, Rank.DISTRICT), stricter="higher")
MEETING = Procedure(
    "meeting",
    (
        Step("call", ("chair",), to="called"),
        Step("close", ("chair",), source=("called",), to="closed", when=Expression("age >= 18")),
    ),
    ends=(("closed", EndKind.DECIDED),),
    open_to=OPEN,
)
TITLE = StepField("title", TEXT, privacy=Privacy.PUBLIC)
BASE = Practice(
    "core.base",
    rank=Rank.LIBRARY,
    standing=Standing.LIBRARY,
    facts=(Fact("age", INT),),
    parameters=(PERIOD,),
    decisions=(TABLE,),
    procedures=(MEETING,),
)


def amend(kind: str, term: str, **what: Any) -> Amendment:
    return Amendment(AmendmentKind(kind), term, **{"span": FROM, "cite": NOTICE, **what})


def town(*amendments: Amendment, **more: Any) -> Rules:
    return compose(District("town", amendments=amendments, **more), Gathered(practices=(BASE,)))


def outcome(rules: Rules, age: int, day: dt.date) -> Any:
    return rules.decide("fee", {"age": age}, on=day).outcome


def test_added_rows_hold_from_their_day_on():
    """A row added before another decides from its day on, citing the amendment; the day before nothing has changed."""
    for where in ({"before": "old"}, {"before": "first"}):
        rules = town(amend("add", "core.base.fee", rows=(row("age >= 80", "waived"),), **where))
        assert rules.findings == ()
        assert (outcome(rules, 85, BEFORE), outcome(rules, 85, AFTER)) == ("free", "waived")
        assert rules.decide("fee", {"age": 85}, on=AFTER).citations == (NOTICE,)
        assert outcome(rules, 61, AFTER) == "free"


def test_a_row_added_last_comes_after_every_other():
    """Without a place a row comes last, where earlier rows go before it."""
    rules = town(amend("add", "fee", rows=(row("age >= 80", "waived"),)))
    assert outcome(rules, 85, AFTER) == "free"


def test_a_table_is_replaced_whole_for_its_span():
    """A replaced table answers only within its days; before and after, the old one does."""
    new = evolve(TABLE, rows=(row("true", "waived"),))
    rules = town(amend("replace", "fee", decision=new, span=Span(AFTER, dt.date(2028, 1, 1))))
    assert rules.findings == ()
    assert [outcome(rules, 70, day) for day in (BEFORE, AFTER, dt.date(2028, 1, 1))] == ["free", "waived", "free"]
    before, after = rules.why("fee", on=BEFORE), rules.why("fee", on=AFTER)
    assert {claim.claimant for claim in before if claim.holds} == {"core.base"}
    assert {claim.claimant for claim in after if claim.holds} == {"town"}
    assert {claim.beaten_by for claim in after if not claim.holds and claim.span.holds(AFTER)} == {"town"}


def test_a_version_keeps_the_outputs():
    """A replacement with other outputs is a finding: those who use the decision would not know what they get."""
    other = evolve(TABLE, outputs=(Output("", enum_of("yes", "no")),), rows=(row("true", "yes"),))
    rules = town(amend("replace", "fee", decision=other))
    assert [found.code for found in rules.findings] == ["version-outputs"]
    assert rules.decide("fee", {"age": 3}, on=AFTER).status is Status.UNAVAILABLE


def test_a_repealed_decision_covers_nobody():
    """From the day a declaration ends, nobody is covered by it."""
    ended = evolve(BASE, decisions=(evolve(TABLE, span=Span(None, AFTER)),))
    rules = compose(District("town"), Gathered(practices=(ended,)))
    assert rules.decide("fee", {"age": 3}, on=BEFORE).outcome == "paid"
    assert rules.decide("fee", {"age": 3}, on=AFTER).status is Status.UNCOVERED


def test_inserted_steps_and_tightened_guards():
    """A step is inserted, and a guard tightened by another condition, from a day on."""
    visit = Procedure("", (Step("visit", ("chair",), source=("called",), to="called"),))
    rules = town(
        amend("insert", "core.base.meeting", procedure=visit),
        amend("tighten", "core.base.meeting.close", when=Expression("age < 100")),
    )
    assert rules.findings == ()
    old, new = rules.procedure("meeting", on=BEFORE), rules.procedure("meeting", on=AFTER)
    assert [step.name for step in old.steps] == ["call", "close"]
    assert [step.name for step in new.steps] == ["call", "close", "visit"]
    close = new.step("close")
    assert close is not None
    assert close.when is not None
    assert close.when.text == "(age >= 18) and (age < 100)"
    assert close.cite == NOTICE
    assert [name for name, _ in rules.reach("core.base.meeting").procedures] == ["core.base.meeting"]
    assert rules.procedure("meeting") == new


@pytest.mark.parametrize(
    "more",
    [
        Procedure("", (Step("close", ("chair",), source=("called",), to="closed"),)),
        Procedure("", (Step("visit", ("chair",), source=("called",), to="called"),), fields=(TITLE,)),
        Procedure(
            "", (Step("drop", ("chair",), source=("called",), to="closed"),), ends=(("closed", EndKind.REFUSED),)
        ),
    ],
    ids=["step", "field", "end"],
)
def test_an_insertion_changes_nothing_that_is_there(more):
    """A step, field or end that the procedure has is not put in another's place by inserting one of its name."""
    base = evolve(BASE, procedures=(evolve(MEETING, fields=(evolve(TITLE, privacy=Privacy.PERSONAL),)),))
    amended = amend("insert", "core.base.meeting", procedure=more)
    rules = compose(District("town", amendments=(amended,)), Gathered(practices=(base,)))
    assert [found.code for found in rules.findings] == ["amendment-unfit"]
    with pytest.raises(UnknownTerm):
        rules.procedure("meeting", on=AFTER)


@pytest.mark.parametrize("text", ["age < 100) or (true", "true) or (true  # ", "(age < 100", "age < 100)"])
def test_a_guard_is_never_loosened_by_a_parenthesis(text):
    """A further condition that is no whole expression by itself is a finding, whatever it would make of the guard."""
    rules = town(amend("tighten", "core.base.meeting.close", when=Expression(text, Origin("town.yaml", 7, 12))))
    assert [(found.code, found.file, found.line) for found in rules.findings] == [("expression-syntax", "town.yaml", 7)]
    with pytest.raises(UnknownTerm):
        rules.procedure("meeting", on=AFTER)


def test_a_guard_takes_a_condition_with_a_comment():
    """A remark behind a further condition is left out, and what is wrong with it stands where it is written."""
    rules = town(amend("tighten", "core.base.meeting.close", when=Expression("age < 100  # 试行")))
    close = rules.procedure("meeting", on=AFTER).step("close")
    assert close is not None
    assert close.when is not None
    assert close.when.text == "(age >= 18) and (age < 100)"
    wrong = town(amend("tighten", "core.base.meeting.close", when=Expression("age < agee", Origin("town.yaml", 7, 12))))
    assert [(found.code, found.line, found.column) for found in wrong.findings] == [("unknown-name", 7, 18)]


def test_a_procedure_not_in_force_is_refused():
    """A day on which no version of a procedure is in force is an error that says so."""
    later = evolve(BASE, procedures=(evolve(MEETING, span=FROM),))
    rules = compose(District("town"), Gathered(practices=(later,)))
    assert rules.procedure("meeting", on=AFTER)
    with pytest.raises(UnknownTerm, match="2026-12-31"):
        rules.procedure("meeting", on=BEFORE)


def bound(kind: str, value: int) -> Bound:
    return Bound(BoundKind(kind), value, span=FROM)


def test_a_number_is_tightened_in_the_declared_direction_only():
    """A city may raise what is stricter when higher; a district's lower value is then outside, both texts named."""
    city = Practice(
        "city.notice", rank=Rank.CITY, amendments=(amend("tighten", "core.base.notice", bound=bound("at_least", 10)),)
    )
    value = DatedValue(5, FROM, cite=Citation("区文件"))
    rules = compose(District("town", settings=(Setting("notice", (value,)),)), Gathered(practices=(BASE, city)))
    (found,) = rules.findings
    assert found.code == "out-of-bounds"
    assert "10" in found.message.zh
    assert "通知" in found.message.zh
    assert rules.parameter("notice", on=AFTER) is None
    assert [claim.holds for claim in rules.why("notice", on=AFTER)] == [False] * len(rules.why("notice"))
    loose = Practice(
        "city.notice", rank=Rank.CITY, amendments=(amend("tighten", "core.base.notice", bound=bound("at_most", 10)),)
    )
    rules = compose(District("town"), Gathered(practices=(BASE, loose)))
    assert [each.code for each in rules.findings] == ["not-stricter"]


@pytest.mark.parametrize(
    ("amendment", "code"),
    [
        (amend("add", "fee", rows=(row("true", "free"),), before="nowhere"), "unknown-row"),
        (amend("add", "feee", rows=(row("true", "free"),)), "unknown-term"),
        (amend("add", "core.base.meeting", rows=(row("true", "free"),)), "amendment-unfit"),
        (amend("insert", "fee", procedure=MEETING), "amendment-unfit"),
        (amend("tighten", "core.base.meeting.clos", when=Expression("true")), "amendment-unfit"),
        (amend("add", "fee", rows=(row("agee > 3", "free"),)), "unknown-name"),
        (amend("tighten", "core.base.meeting.close", when=Expression("agee > 3")), "unknown-name"),
    ],
)
def test_an_amendment_that_does_not_fit_is_a_finding(amendment: Amendment, code: str):
    """What cannot be amended so is a finding; the term is unavailable and nothing is decided half-amended."""
    rules = town(amendment)
    assert [found.code for found in rules.findings] == [code]


def test_only_a_rank_to_which_it_is_open_may_amend():
    """A community may not amend what is open to cities and districts only."""
    rules = town(amend("add", "fee", rows=(row("true", "free"),)), rank=Rank.COMMUNITY)
    assert [found.code for found in rules.findings] == ["not-open"]
    assert rules.decide("fee", {"age": 3}, on=AFTER).status is Status.UNAVAILABLE


def test_a_guard_is_tightened_by_those_to_whom_its_procedure_is_open():
    """A further condition can take a right away, so that nobody sets one on a procedure that is not open to him."""
    closed = evolve(BASE, procedures=(evolve(MEETING, open_to=()),))
    never = amend("tighten", "core.base.meeting.close", when=Expression("age > 200"))
    rules = compose(District("town", amendments=(never,)), Gathered(practices=(closed,)))
    assert [found.code for found in rules.findings] == ["not-open"]


def test_what_a_higher_rank_closes_from_a_day_on_no_lower_one_amends_after_it():
    """A city's table stays open to districts unless it says to whom; where it does, a district changes it no more."""
    new = evolve(TABLE, rows=(row("true", "free"),))
    for ranks, codes in (((), []), ((Rank.CITY,), ["not-open"])):
        city = practice("a.city", amend("replace", "fee", decision=evolve(new, open_to=ranks)))
        here = District("town", amendments=(amend("add", "fee", rows=(row("true", "paid"),), before="first"),))
        rules = compose(here, Gathered(practices=(BASE, evolve(city, rank=Rank.CITY))))
        assert [found.code for found in rules.findings] == codes
        assert outcome(rules, 70, AFTER) == (None if codes else "paid")


def practice(name: str, *amendments: Amendment) -> Practice:
    return Practice(name, amendments=amendments)


def test_two_amenders_of_one_rank_are_a_finding_and_prefer_resolves_it():
    """Two practices that amend one decision for the same days are both named, in any order; prefer picks one."""
    one = practice("a.one", amend("add", "fee", rows=(row("age > 90", "waived"),), before="first"))
    two = practice("a.two", amend("add", "fee", rows=(row("age > 90", "paid"),), before="first"))
    here = District("town", adopts=("a.one", "a.two"))
    for order in itertools.permutations((BASE, one, two)):
        rules = compose(here, Gathered(practices=order))
        assert [found.code for found in rules.findings] == ["rank-conflict"]
        assert "a.one" in rules.findings[0].message.en
        assert "a.two" in rules.findings[0].message.en
    preferring = evolve(here, prefer=(Preference("fee", "a.two"),))
    rules = compose(preferring, Gathered(practices=(BASE, one, two)))
    assert rules.findings == ()
    assert outcome(rules, 95, AFTER) == "paid"


def test_the_more_specific_rank_has_the_last_word():
    """A city's row and a district's row both hold; the district's, added later, goes first."""
    city = evolve(
        practice("c.rules", amend("add", "fee", rows=(row("age > 90", "waived"),), before="first")), rank=Rank.CITY
    )
    local = practice("a.two", amend("add", "fee", rows=(row("age > 95", "paid"),), before="first"))
    rules = compose(District("town", adopts=("a.two",)), Gathered(practices=(BASE, local, city)))
    assert rules.findings == ()
    assert [outcome(rules, age, AFTER) for age in (92, 96)] == ["waived", "paid"]


OTHER = evolve(TABLE, name="other", rows=(row("true", "paid", "rest"),))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["fee", "other"]), min_size=2, max_size=2, unique=True), st.integers(0, 100))
def test_amendments_of_different_terms_commute(terms: list[str], age: int):
    """Amendments that touch different terms give the same rules in either order."""
    both = evolve(BASE, decisions=(TABLE, OTHER))
    changes = {
        "fee": amend("add", "core.base.fee", rows=(row("age > 50", "waived"),), before="first"),
        "other": amend("replace", "core.base.other", decision=evolve(OTHER, rows=(row("age > 50", "waived"),))),
    }
    results = [
        compose(District("town", amendments=tuple(changes[name] for name in order)), Gathered(practices=(both,)))
        for order in (terms, terms[::-1])
    ]
    assert results[0].digest == results[1].digest
    for name in ("fee", "other"):
        first, second = (each.decide(name, {"age": age}, on=AFTER).as_data() for each in results)
        assert first == second


@pytest.mark.parametrize("standing", [Standing.PROPOSAL, Standing.PLAN, Standing.AIM])
def test_an_amendment_that_is_only_proposed_waits_until_its_term_is_named(standing: Standing):
    """What a practice only proposes to change in another changes nothing where it is adopted, until that is named."""
    raised = amend("add", "core.base.fee", rows=(row("age >= 50", "waived", "raised"),), before="old")
    practice = Practice("town.plan", standing=standing, amendments=(raised,))
    gathered = Gathered(practices=(BASE, practice))
    plain = compose(District("town", adopts=("town.plan",)), gathered)
    named = compose(District("town", adopts=("town.plan", "core.base.fee")), gathered)
    reported = compose(
        District("town", adopts=("town.plan",)),
        Gathered(practices=(BASE, evolve(practice, standing=Standing.REPORTED))),
    )
    assert [outcome(rules, 70, AFTER) for rules in (plain, named, reported)] == ["free", "waived", "waived"]
    assert [rules.findings for rules in (plain, named, reported)] == [(), (), ()]


def test_the_faults_of_a_proposed_amendment_are_told_where_texts_are_checked():
    """What is wrong with a proposed change is a finding of the check, and none of the rules that go without it."""
    broken = amend("add", "core.base.fee", rows=(row("nonsense > 3", "waived", "raised"),), before="old")
    practice = Practice("town.plan", standing=Standing.PROPOSAL, amendments=(broken,))
    district, gathered = District("town", adopts=("town.plan",)), Gathered(practices=(BASE, practice))
    assert compose(district, gathered).findings == ()
    assert "unknown-name" in {found.code for found in compose_to_check(district, gathered).findings}
