"""Rules put together: ranks, days, bounds, conflicts, preferences, and no order of plugins that matters."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import community_core.practices.plugin
from community_core.base import Citation, Force, Label, LoadError, Money, Rank, Span, Standing, UnknownTerm
from community_core.base.findings import Origin, finding
from community_core.codec import to_plain
from community_core.declarations import District, Practice, Preference, Setting
from community_core.jurisdiction import Gathered, compose, load
from community_core.procedures import EndKind, Procedure, Step
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
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
    decision,
    enum_of,
)
from community_core.rules.types import TYPE_NAMES

DAY = dt.date(2027, 5, 1)
SOURCE = Citation("001.txt", "五、3")


def value(what: Any, since: int = 1990, until: int = 0, standing: Standing = Standing.IN_FORCE) -> DatedValue:
    end = dt.date(until, 1, 1) if until else None
    return DatedValue(what, Span(dt.date(since, 1, 1), end), standing)


FLOOR = Parameter("floor", SHARE.in_unit("pct"), Label("满意率下限"), open_to=(Rank.CITY, Rank.DISTRICT))
REVIEW = DecisionTable(
    "review",
    (Output("", enum_of("opened", "none")),),
    (
        Row("share(satisfied, asked) < floor", (("", Expression("opened")),), Label("低于下限", "below the floor")),
        Row("true", (("", Expression("none")),), Label("不低于下限", "not below")),
    ),
)
FACTS = (Fact("satisfied", INT), Fact("asked", INT))


def evaluation(**parameter: Any) -> Practice:
    return Practice(
        "town.evaluation",
        Label("评议"),
        source=SOURCE,
        standing=Standing.REPORTED,
        facts=FACTS,
        parameters=(evolve(FLOOR, **parameter),),
        decisions=(REVIEW,),
    )


def setter(name: str, what: Any, **more: Any) -> Practice:
    return Practice(name, settings=(Setting("evaluation.floor", (value(what, **more),)),))


def district(*adopts: str, **more: Any) -> District:
    return District("town", adopts=adopts, **more)


def codes(rules: Any) -> list[str]:
    return [found.code for found in rules.findings]


def test_an_adopted_practice_speaks_and_a_district_sets_what_is_open():
    """A district adopts a practice, sets its open parameter from a day on, and the answer cites both."""
    here = district("town.evaluation", settings=(Setting("evaluation.floor", (value(Fraction(65, 100), since=2027),)),))
    rules = compose(here, Gathered(practices=(evaluation(),)))
    assert rules.findings == ()
    answer = rules.decide("review", {"satisfied": 64, "asked": 100}, on=DAY)
    assert answer.outcome == "opened"
    assert answer.citations[0] == SOURCE
    assert answer.parameters[0].setter == "town"
    assert rules.decide("review", {"satisfied": 64, "asked": 100}, on=dt.date(2026, 1, 1)).ask == ("floor",)


def test_the_declarers_value_stands_until_a_rank_that_may_sets_another():
    """The declarer's own value is the last resort; a named rank overrules it, from its day on."""
    own = evaluation(history=(value(Fraction(3, 5)),))
    here = district("town.evaluation", settings=(Setting("evaluation.floor", (value(Fraction(65, 100), since=2027),)),))
    rules = compose(here, Gathered(practices=(own,)))
    held = {day: rules.parameter("floor", on=dt.date(day, 6, 1)) for day in (2026, 2027)}
    assert [use.value for use in held.values() if use] == [Fraction(3, 5), Fraction(65, 100)]
    claims = rules.why("floor", on=DAY)
    assert [(claim.claimant, claim.holds, claim.beaten_by) for claim in claims] == [
        ("town.evaluation", False, "town"),
        ("town", True, ""),
    ]


def test_the_most_specific_rank_wins():
    """Where a city and a district both may set a value, the district's holds; where it is silent, the city's."""
    city = evolve(setter("city.rules", Fraction(1, 2)), rank=Rank.CITY)
    here = district(
        "town.evaluation",
        settings=(Setting("floor", (value(Fraction(65, 100), since=2027, until=2028),)),),
    )
    rules = compose(here, Gathered(practices=(evaluation(), city)))
    assert rules.findings == ()
    values = [rules.parameter("floor", on=dt.date(year, 6, 1)) for year in (2026, 2027, 2028)]
    assert [use.value for use in values if use] == [Fraction(1, 2), Fraction(65, 100), Fraction(1, 2)]


def test_two_claims_at_one_rank_are_a_finding_in_any_order():
    """Two adopted practices that set one value differently are both named; nothing is decided with it."""
    practices = [evaluation(), setter("a.rules", Fraction(1, 2)), setter("b.rules", Fraction(2, 3))]
    here = district("town.evaluation", "a.rules", "b.rules")
    results = [compose(here, Gathered(practices=order)) for order in itertools.permutations(practices)]
    for rules in results:
        assert codes(rules) == ["rank-conflict"]
        assert "a.rules" in rules.findings[0].message.en
        assert "b.rules" in rules.findings[0].message.en
        assert rules.decide("review", {"satisfied": 1, "asked": 2}, on=DAY).status is Status.UNAVAILABLE
        assert rules.digest == results[0].digest


@pytest.mark.parametrize("standing", [Standing.PROPOSAL, Standing.PLAN, Standing.AIM, Standing.FAILED])
def test_what_does_not_apply_is_in_nobodys_way(standing):
    """A value that its source only proposes, plans, aims at or gave up is no rival of one in force at the same rank."""
    one = Practice("a.one", settings=(Setting("floor", (value(Fraction(1, 2), standing=standing),)),))
    two = Practice(
        "a.two", settings=(Setting("floor", (value(Fraction(3, 5)), value(Fraction(1), standing=standing))),)
    )
    here = district("town.evaluation", "a.one", "a.two")
    rules = compose(here, Gathered(practices=(evaluation(), one, two)))
    assert rules.findings == ()
    assert rules.decide("review", {"satisfied": 55, "asked": 100}, on=DAY).outcome == "opened"


def test_a_district_that_sets_a_term_under_two_names_is_told_so():
    """One value under a whole name and another under a short one is told of one claimant, whom no preference helps."""
    settings = (Setting("floor", (value(Fraction(1, 2)),)), Setting("evaluation.floor", (value(Fraction(3, 5)),)))
    (found,) = compose(district("town.evaluation", settings=settings), Gathered(practices=(evaluation(),))).findings
    assert found.code == "rank-conflict"
    assert "town sets it in two places that differ" in found.message.en


@pytest.mark.parametrize("turn", [1, -1])
def test_no_order_of_writing_chooses_between_two_values_of_one_day(turn):
    """Two values from the same day on, in whatever order, are a finding, and the parameter gives neither."""
    both = (value(Fraction(1, 2)), value(Fraction(3, 5)))[::turn]
    here = district("town.evaluation", settings=(Setting("floor", both),))
    rules = compose(here, Gathered(practices=(evaluation(),)))
    assert [found.code for found in rules.findings] == ["value-twice"]
    assert rules.decide("review", {"satisfied": 55, "asked": 100}, on=DAY).status is Status.UNAVAILABLE


def test_a_district_resolves_a_tie_by_preferring_one():
    """With prefer, the named practice's value holds."""
    here = district("town.evaluation", "a.rules", "b.rules", prefer=(Preference("floor", "b.rules"),))
    practices = (evaluation(), setter("a.rules", Fraction(1, 2)), setter("b.rules", Fraction(2, 3)))
    rules = compose(here, Gathered(practices=practices))
    assert rules.findings == ()
    use = rules.parameter("floor", on=DAY)
    assert use is not None
    assert use.value == Fraction(2, 3)


def test_a_name_that_two_broken_declarations_end_with_is_no_fault_of_those_who_use_it():
    """What is set, tightened or extended, and broken in two practices, brings no further finding and no exception."""
    why = finding("missing-key", "缺少", "missing")
    broken = [Practice(name, broken=((f"{name}.floor", why), (f"{name}.meet", why))) for name in ("a.one", "b.two")]
    extending = Practice("c.three", procedures=(Procedure("meet_here", (), {}, extends="meet"),))
    here = district("a.one", "b.two", "c.three", settings=(Setting("floor", (value(Fraction(1, 2)),)),))
    rules = compose(here, Gathered(practices=(*broken, extending)))
    assert codes(rules) == []
    with pytest.raises(UnknownTerm, match="floor"):
        rules.parameter("floor", on=DAY)


def test_every_ambiguous_name_is_answered_alike():
    """A setting, an amendment, an expression and a caller hear the same sentence, each where it stands."""
    twice = tuple(Practice(name, parameters=(evolve(FLOOR, name="floor"),)) for name in ("a.one", "b.two"))
    uses = Practice("c.three", decisions=(evolve(REVIEW, rows=REVIEW.rows[:1]),), facts=FACTS)
    setting = Setting("floor", (value(Fraction(1, 2)),), origin=Origin("town.yaml", 3))
    rules = compose(district("a.one", "b.two", "c.three", settings=(setting,)), Gathered(practices=(*twice, uses)))
    said = {found.message.en for found in rules.findings}
    assert codes(rules) == ["ambiguous-name"] * 2
    assert said == {"'floor' could be a.one.floor, b.two.floor; write the full name"}
    with pytest.raises(UnknownTerm, match=re.escape(next(iter(said)))):
        rules.parameter("floor", on=DAY)
    with pytest.raises(UnknownTerm, match=re.escape(next(iter(said)))):
        rules.full_name("floor")


@pytest.mark.parametrize(
    ("here", "practices", "code"),
    [
        (district("no.such"), (evaluation(),), "unknown-practice"),
        (district("town.evaluation", settings=(Setting("flor", (value(1),)),)), (evaluation(),), "unknown-term"),
        (
            district("town.evaluation", settings=(Setting("floor", (value(1),)),)),
            (evaluation(open_to=()),),
            "not-open",
        ),
        (district("town.evaluation", settings=(Setting("floor", (value(60),)),)), (evaluation(),), "value-type"),
        (
            district("town.evaluation", settings=(Setting("floor", (value(Fraction(1, 2)),)),)),
            (evaluation(bounds=(Bound(BoundKind.AT_LEAST, Fraction(3, 5)),)),),
            "out-of-bounds",
        ),
        (
            district("town.evaluation"),
            (evaluation(bounds=(Bound(BoundKind.AT_LEAST, Fraction(3, 5)), Bound(BoundKind.AT_MOST, Fraction(1, 2)))),),
            "bounds-empty",
        ),
        (
            district("town.evaluation", "other"),
            (evaluation(), Practice("other", facts=(Fact("asked", BOOL),))),
            "duplicate-fact",
        ),
    ],
)
def test_what_cannot_be_put_together_is_a_finding(here: District, practices: tuple[Practice, ...], code: str):
    """Each fault of composition has its code, and what depends on it does not answer."""
    rules = compose(here, Gathered(practices=practices))
    assert codes(rules) == [code]
    if code in ("value-type", "out-of-bounds", "bounds-empty", "duplicate-fact", "not-open"):
        assert rules.decide("review", {"satisfied": 1, "asked": 2}, on=DAY).status is Status.UNAVAILABLE


def test_a_general_bound_is_never_a_refusal():
    """A general norm is compared with, not enforced."""
    bound = Bound(BoundKind.AT_LEAST, Fraction(3, 5), force=Force.GENERAL)
    here = district("town.evaluation", settings=(Setting("floor", (value(Fraction(1, 2)),)),))
    assert compose(here, Gathered(practices=(evaluation(bounds=(bound,)),))).findings == ()


def test_a_value_and_a_bound_are_cited_by_themselves_their_parameter_or_its_practice():
    """What gives no citation of its own has its parameter's, and only without one there its practice's."""
    own, parameters = Citation("002.txt"), Citation("001.txt", "六")
    bounds = (Bound(BoundKind.AT_LEAST, Fraction(1, 2)), Bound(BoundKind.AT_MOST, Fraction(1), cite=own))
    given = {"history": (value(Fraction(3, 5)), evolve(value(Fraction(2, 3), 2020), cite=own)), "bounds": bounds}
    for cite, usual in ((parameters, parameters), (None, SOURCE)):
        rules = compose(district("town.evaluation"), Gathered(practices=(evaluation(cite=cite, **given),)))
        (floor,) = [item for name, item in rules.terms.parameters if name == "town.evaluation.floor"]
        assert [each.cite for each in floor.history] == [usual, own]
        assert [each.cite for each in floor.bounds] == [usual, own]
    setting = Setting("floor", (value(Fraction(3, 5)),))
    rules = compose(
        district("town.evaluation", settings=(setting,), source=own), Gathered(practices=(evaluation(cite=parameters),))
    )
    assert rules.parameter("floor", on=DAY).cite == own


@pytest.mark.parametrize(("given", "code"), [("metres(2000)", ""), ("2000", ""), ("days(2000)", "wrong-unit")])
def test_a_distance_is_set_in_metres(tmp_path: Path, given: str, code: str):
    """A district sets a distance in metres or as a bare number; in another unit it is a finding."""
    file = tmp_path / "town.yaml"
    values = f"[{{value: {given}, from: 2000-01-01}}]"
    file.write_text(f"district: town\nadopts: [core.reach]\nset: {{core.reach.service_radius: {values}}}\n", "utf-8")
    rules = load(file)
    assert codes(rules) == ([code] if code else [])
    assert code or rules.parameter("core.reach.service_radius", on=DAY).value == 2000


@pytest.mark.parametrize("standing", [Standing.PROPOSAL, Standing.PLAN, Standing.AIM])
def test_a_proposal_never_applies(standing: Standing):
    """A value that its source only proposes, plans or aims at is known and not applied."""
    rules = compose(
        district("town.evaluation"),
        Gathered(practices=(evaluation(history=(value(Fraction(3, 5), standing=standing),)),)),
    )
    assert rules.parameter("floor", on=DAY) is None
    assert [claim.holds for claim in rules.why("floor")] == [False]


def test_a_table_valued_parameter_is_set_whole():
    """A price list by service is given whole, and an unknown service in it is a finding."""
    service = Fact("service", enum_of("meal", "visit"))
    prices = Parameter("price", MONEY, per="service", open_to=(Rank.DISTRICT,))
    practice = Practice("p", facts=(service,), parameters=(prices,))
    good = district("p", settings=(Setting("price", (value((("meal", Money(100)), ("visit", Money(5)))),)),))
    assert compose(good, Gathered(practices=(practice,))).findings == ()
    bad = district("p", settings=(Setting("price", (value((("meel", Money(100)),)),)),))
    assert codes(compose(bad, Gathered(practices=(practice,)))) == ["unknown-value"]


def court(name: str, **more: Any) -> Procedure:
    propose = Step("propose", ("resident",), to="proposed")
    close = Step("close", ("chair",), source=("proposed",), to="closed")
    return Procedure(name, (propose, close), ends=(("closed", EndKind.DECIDED),), **more)


def test_a_procedure_that_extends_and_replaces_another():
    """A practice takes over the core's procedure, adds to it, and stands in its place for the district."""
    base = Practice(
        "core.hearing",
        rank=Rank.LIBRARY,
        standing=Standing.LIBRARY,
        procedures=(court("hearing", open_to=(Rank.DISTRICT,)),),
    )
    own = Procedure(
        "hearing",
        (Step("withdraw", ("chair",), source=("proposed",), to="withdrawn"),),
        ends=(("withdrawn", EndKind.WITHDRAWN),),
        extends="core.hearing.hearing",
        replaces="core.hearing.hearing",
    )
    practice = Practice("town.hearings", standing=Standing.REPORTED, procedures=(own,))
    rules = compose(district("town.hearings"), Gathered(practices=(base, practice)))
    assert rules.findings == ()
    assert rules.procedure_name("hearing") == rules.full_name("hearing") == "town.hearings.hearing"
    assert rules.procedure_name("core.hearing.hearing") == "town.hearings.hearing"
    assert rules.full_name("core.hearing.hearing") == "core.hearing.hearing"
    steps = {step.name: step.standing for step in rules.procedure("hearing").steps}
    assert steps == {"propose": Standing.LIBRARY, "close": Standing.LIBRARY, "withdraw": Standing.REPORTED}
    closed = evolve(base, procedures=(court("hearing"),))
    assert codes(compose(district("town.hearings"), Gathered(practices=(closed, practice)))) == ["not-open"]


@pytest.mark.parametrize("written", ["day >= least_day", "day >= 最早", "day >= core.hearing.least_day"])
def test_a_step_that_is_taken_over_means_what_its_own_practice_means(written):
    """A parameter by the same name or label in the practice that extends does not take the place of the base's."""
    early, late = (Parameter("least_day", DATE, Label("最早"), history=(value(day),)) for day in (DAY, dt.date.max))
    held = court("hearing")
    steps = (evolve(held.steps[0], when=Expression(written)), *held.steps[1:])
    base = Practice("core.hearing", rank=Rank.LIBRARY, parameters=(early,), procedures=(evolve(held, steps=steps),))
    own = Procedure("hearing", (), extends="core.hearing.hearing")
    town = Practice("town.hearings", parameters=(late,), procedures=(own,))
    rules = compose(district("town.hearings"), Gathered(practices=(base, town)))
    assert rules.findings == ()
    taken_over = rules.procedure("town.hearings.hearing").step("propose")
    assert taken_over is not None
    assert taken_over.when == Expression("day >= core.hearing.least_day")


def test_an_own_name_goes_before_one_of_another_kind_elsewhere():
    """A practice's own decision is meant by its name, whatever parameter another practice calls so."""
    fee = DecisionTable(
        "fee", (Output("", BOOL),), (Row("true", (("", Expression("true")),), Label("因为", "because")),)
    )
    shut = DecisionTable(
        "shut", (Output("", BOOL),), (Row("fee", (("", Expression("true")),), Label("因为", "because")),)
    )
    one = Practice("a.one", decisions=(fee, shut))
    two = Practice("a.two", parameters=(Parameter("fee", INT, history=(value(3),)),))
    rules = compose(district("a.one", "a.two"), Gathered(practices=(one, two)))
    assert rules.findings == ()
    assert rules.decide("shut", {}, on=DAY).outcome is True


def test_a_broken_procedure_is_named_when_it_is_asked_for():
    """A guard that cannot be read makes its procedure unavailable, and says why."""
    broken = evolve(
        court("hearing"), steps=(evolve(court("x").steps[0], when=Expression("nonsense > 1")), court("x").steps[1])
    )
    rules = compose(district("p"), Gathered(practices=(Practice("p", procedures=(broken, court("other"))),)))
    assert codes(rules) == ["unknown-name"]
    with pytest.raises(UnknownTerm, match="nonsense"):
        rules.procedure("hearing")
    assert rules.procedure("other")


def test_a_broken_replacement_does_not_bring_back_what_it_replaced():
    """Where the procedure that stands for the core's is broken, its name is refused and not answered by the core's."""
    base = Practice("core.hearing", rank=Rank.LIBRARY, procedures=(court("hearing", open_to=(Rank.DISTRICT,)),))
    own = court("hearing", replaces="core.hearing.hearing")
    broken = evolve(own, steps=(evolve(own.steps[0], when=Expression("nonsense > 1")), own.steps[1]))
    rules = compose(
        district("town.hearings"), Gathered(practices=(base, Practice("town.hearings", procedures=(broken,))))
    )
    with pytest.raises(UnknownTerm, match="nonsense"):
        rules.procedure("hearing")
    assert rules.procedure("core.hearing.hearing")


def test_the_same_rules_have_the_same_hash_however_written():
    """Chinese and English spellings, and the order of declarations, give one hash; another value gives another."""
    chinese = evolve(
        REVIEW, rows=(evolve(REVIEW.rows[0], when=Expression("share(satisfied, asked) ＜ 满意率下限")), REVIEW.rows[1])
    )
    first = compose(district("town.evaluation"), Gathered(practices=(evaluation(),)))
    second = compose(
        district("town.evaluation"),
        Gathered(practices=(evolve(evaluation(), decisions=(chinese,), facts=FACTS[::-1]),)),
    )
    third = compose(district("town.evaluation"), Gathered(practices=(evaluation(history=(value(Fraction(3, 5)),)),)))
    assert first.digest == second.digest != third.digest


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 3))
def test_no_order_of_practices_changes_an_answer(order: list[int], satisfied: int):
    """Shuffling what plugins offer changes no hash and no answer."""
    practices = [
        evaluation(),
        Practice("other.one", facts=(Fact("x", INT),)),
        evolve(setter("city.rules", Fraction(1, 2)), rank=Rank.CITY),
        Practice("other.two", parameters=(Parameter("limit", INT, history=(value(3),)),)),
    ]
    here = district("town.evaluation", "other.one", "other.two")
    first = compose(here, Gathered(practices=tuple(practices)))
    shuffled = compose(evolve(here, adopts=here.adopts[::-1]), Gathered(practices=tuple(practices[i] for i in order)))
    assert shuffled.digest == first.digest
    subject = {"satisfied": satisfied, "asked": 3}
    assert shuffled.decide("review", subject, on=DAY).as_data() == first.decide("review", subject, on=DAY).as_data()


@decision(inputs=("satisfied", "floor"), yields=BOOL, because=Label("x", "x"), cite=SOURCE, version="2")
def passes(satisfied: int, floor: Fraction) -> bool:
    return satisfied >= floor


def test_rules_are_rebuilt_from_what_a_case_keeps():
    """What a procedure reaches is kept whole, and rules rebuilt from the kept text have its hash and its answers."""
    guarded = evolve(
        court("review_case"),
        steps=(evolve(court("x").steps[0], when=Expression("review == opened and passes")), court("x").steps[1]),
    )
    practice = evolve(
        evaluation(history=(value(Fraction(3, 5)),)),
        decisions=(REVIEW, passes),
        procedures=(guarded, court("unrelated")),
        parameters=(evolve(FLOOR, history=(value(Fraction(3, 5)),)), Parameter("unused", INT)),
    )
    rules = compose(district("town.evaluation"), Gathered(practices=(practice,)))
    assert rules.findings == ()
    kept = rules.reach("town.evaluation.review_case")
    assert [name for name, _ in kept.parameters] == ["town.evaluation.floor"]
    assert [name for name, _ in kept.decisions] == ["town.evaluation.passes", "town.evaluation.review"]
    assert [fact.name for fact in kept.facts] == ["asked", "satisfied"]
    again = rules.kept(to_plain(kept))
    assert again.findings == ()
    assert to_plain(again.terms) == to_plain(kept)
    subject = {"satisfied": 1, "asked": 2}
    assert again.decide("review", subject, on=DAY).outcome == rules.decide("review", subject, on=DAY).outcome
    assert again.decide("passes", subject, on=DAY).outcome is True


def test_what_a_case_keeps_holds_the_facts_of_members():
    """A procedure whose guard looks at members keeps the members' own facts, and what they are derived from."""
    facts = (
        Fact("born", DATE),
        Fact("years", INT.in_unit("year"), derived=Expression("age_on(born, day)")),
        Fact("family", TYPE_NAMES["members"].in_unit("resident"), of="household"),
    )
    guard = Expression("any(m.years >= 90 for m in family)")
    meeting = evolve(court("meeting"), steps=(evolve(court("x").steps[0], when=guard), court("x").steps[1]))
    rules = compose(district("p"), Gathered(practices=(Practice("p", facts=facts, procedures=(meeting,)),)))
    assert rules.findings == ()
    kept = rules.reach("p.meeting")
    assert {fact.name for fact in kept.facts} == {"born", "years", "family"}
    again = rules.kept(to_plain(kept))
    read = again.engine.evaluate(
        guard, practice="p", fields={}, values={"family": ({"born": dt.date(1910, 1, 1)},)}, on=dt.date(2006, 5, 1)
    )
    assert read.value is True


def test_load_takes_a_name_a_file_or_a_district(tmp_path: Path):
    """An installed name, a YAML file and a district built in Python all lead to rules."""
    assert load(District("built")).name == "built"
    path = tmp_path / "my-town.yaml"
    path.write_text("district: my-town\ntitle: {zh: 我的区, en: My town}\nadopts: []\n", encoding="utf-8")
    assert load(path).name == load(str(path)).name == "my-town"
    with pytest.raises(LoadError, match="no-such-town"):
        load("no-such-town")
    path.write_text("practice: only.practice\n", encoding="utf-8")
    with pytest.raises(LoadError):
        load(path)


PLANNED = Row("true", (("", Expression("opened")),), Label("拟", "planned"), standing=Standing.PLAN)


def test_a_file_tries_an_installed_practice_in_other_words(tmp_path: Path):
    """A practice that districts adopt is taken from the file that holds one of its name, and is no finding."""
    file = tmp_path / "town.yaml"
    file.write_text(
        """practice: town.tried
source: {document: 办法}
parameters:
  p: {type: int, zh: 数, values: [{value: 4, from: undated}]}
---
district: town
adopts: [town.tried]
""",
        encoding="utf-8",
    )
    old = Practice("town.tried", parameters=(Parameter("p", INT, history=(value(3),)),))
    rules = load(file, gathered=Gathered(practices=(old,)))
    assert rules.findings == ()
    use = rules.parameter("p", on=DAY)
    assert use is not None
    assert use.value == 4


def test_no_file_puts_the_national_floor_aside(tmp_path: Path):
    """A file that gives a practice of every district in other words is a finding, and the law's own text holds."""
    floor = Path(community_core.practices.plugin.FOLDER) / "national.yaml"
    law = floor.read_text("utf-8").partition("\n---\n")[0]
    file = tmp_path / "town.yaml"
    file.write_text(f"{law.replace('value: 18,', 'value: 16,')}\n---\ndistrict: town\n", "utf-8")
    rules = load(file)
    assert [(found.code, found.file) for found in rules.findings] == [("duplicate-offer", str(file))]
    child = {"age": 17}
    assert rules.decide("voting_age_reached", child, on=dt.date(2006, 5, 1)).outcome == "not_reached"
    file.write_text(f"{law}\n---\ndistrict: town\n", "utf-8")
    assert load(file).findings == ()


def test_a_proposed_row_applies_only_where_its_term_is_adopted_by_name():
    """Rows that a source only plans are left out; a district that names the term under adopts takes them."""
    table = evolve(REVIEW, rows=(PLANNED, *REVIEW.rows))
    practice = evolve(evaluation(history=(value(Fraction(3, 5)),)), decisions=(table,))
    subject = {"satisfied": 9, "asked": 10}
    plain = compose(district("town.evaluation"), Gathered(practices=(practice,)))
    assert plain.decide("review", subject, on=DAY).outcome == "none"
    named = compose(district("town.evaluation", "town.evaluation.review"), Gathered(practices=(practice,)))
    assert named.findings == plain.findings == ()
    answer = named.decide("review", subject, on=DAY)
    assert (answer.outcome, answer.standings) == ("opened", {Standing.PLAN})
    assert [claim.holds for claim in plain.why("review")] == [False, True, True]
    assert [claim.holds for claim in named.why("review")] == [True, True, True]


def test_what_is_only_proposed_says_how_to_adopt_it():
    """A decision or procedure that is a proposal as a whole is unavailable and says how a district takes it."""
    practice = evolve(
        evaluation(), standing=Standing.PROPOSAL, parameters=(evolve(FLOOR, history=(value(Fraction(3, 5)),)),)
    )
    practice = evolve(practice, procedures=(court("meeting"),))
    plain = compose(district("town.evaluation"), Gathered(practices=(practice,)))
    assert plain.findings == ()
    answer = plain.decide("review", {"satisfied": 1, "asked": 2}, on=DAY)
    assert answer.status is Status.UNAVAILABLE
    assert "adopts" in answer.explain("en")
    assert plain.parameter("floor", on=DAY) is None
    with pytest.raises(UnknownTerm, match="adopts"):
        plain.procedure("meeting")
    names = [f"town.evaluation.{name}" for name in ("review", "floor", "meeting")]
    taken = compose(district("town.evaluation", *names), Gathered(practices=(practice,)))
    assert taken.findings == ()
    assert taken.decide("review", {"satisfied": 1, "asked": 2}, on=DAY).outcome == "opened"
    assert taken.procedure("meeting")


def test_what_the_library_adds_to_a_proposal_is_part_of_it():
    """A row that is the library's own, in a decision that is only proposed, is not in force without the rest of it."""
    (table,) = evaluation().decisions
    rows = tuple(evolve(row, standing=Standing.LIBRARY) for row in table.rows)
    otherwise = None if table.otherwise is None else evolve(table.otherwise, standing=Standing.LIBRARY)
    mixed = evolve(table, rows=rows, otherwise=otherwise)
    known = {"satisfied": 1, "asked": 2}

    def decided(standing: Standing, *names: str) -> Status:
        floor = evolve(FLOOR, history=(value(Fraction(3, 5)),))
        practice = evolve(evaluation(), standing=standing, decisions=(mixed,), parameters=(floor,))
        rules = compose(district("town.evaluation", *names), Gathered(practices=(practice,)))
        return rules.decide("review", known, on=DAY).status

    assert decided(Standing.REPORTED) is Status.DETERMINED
    assert decided(Standing.PROPOSAL) is Status.UNAVAILABLE
    assert decided(Standing.PROPOSAL, "town.evaluation.review", "town.evaluation.floor") is Status.DETERMINED


def test_a_unit_slip_is_found_with_both_texts(tmp_path: Path):
    """Per mille written for a parameter in per cent is a finding that names where each stands."""
    path = tmp_path / "town.yaml"
    path.write_text(
        """practice: town.rules
title: 试
facts: {x: {type: int, zh: 数, privacy: public}}
parameters:
  floor: {type: share, unit: pct, zh: 下限, open_to: [district]}
---
district: town
adopts: [town.rules]
set:
  floor: [{value: permille(65), from: 2027-01-01, cite: {document: 区文件}}]
""",
        encoding="utf-8",
    )
    (found,) = load(path).findings
    assert (found.code, found.line) == ("wrong-unit", 10)
    assert f"{path}:5" in found.message.en
