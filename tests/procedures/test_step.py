"""Behaviour of the step function on the courtyard hearing."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from community_core.procedures.definition import EndKind, PublishKind, Waiting
from community_core.procedures.events import OpenCase, fold
from community_core.procedures.step import Refusal, Taken, openings, possible, take
from community_core.rules.bounds import Bound, BoundKind
from community_core.rules.terms import Expression
from community_core.rules.types import TYPE_NAMES


@pytest.fixture(scope="session")
def evaluate(hearing):
    """The real engine over the example values."""
    return hearing.evaluator()


@pytest.fixture
def attempt(hearing, evaluate):
    """Try step *number* of the run (from 0), with some of its parts changed."""

    def attempt(number, procedure=None, evaluate=evaluate, **changes):
        case = changes.pop("case", None) or hearing.run(number, evaluate)[0]
        name, data, actor, post, day = hearing.RUN[number]
        data = {**data, **changes.pop("data", {})}
        given = {"actor": actor, "post": post, "day": day, **changes}
        step = given.pop("step", name)
        return take(procedure or hearing.HEARING, case, step, data, evaluate=evaluate, **given)

    return attempt


def codes(result):
    """The codes of a refusal; each of its findings speaks both languages."""
    assert isinstance(result, Refusal), result
    assert all(item.message.zh and item.message.en for item in result.findings)
    return [item.code for item in result.findings]


def changed(procedure, name, **changes):
    """The procedure with one step changed."""
    steps = tuple(evolve(step, **changes) if step.name == name else step for step in procedure.steps)
    return evolve(procedure, steps=steps)


def test_a_hearing_runs_from_proposal_to_conclusion(hearing, evaluate):
    """The courtyard is decided: counts, outcome, objection notice and follow-up come from the last step."""
    case, taken = hearing.run(6, evaluate)
    assert (case.state, case.ended, case.version) == ("concluded", EndKind.DECIDED.value, 6)
    assert case.data["outcome"] == "green"
    assert case.data["counts"] == (("build", 2), ("green", 4), ("abstain", 1), ("spoilt", 0))
    (notice,) = taken[-1].events[0].published
    assert notice.kind is PublishKind.OBJECTION_NOTICE
    assert (notice.since, notice.until) == (hearing.HELD, dt.date(2006, 5, 25))
    assert taken[-1].effects == (OpenCase("follow_up", (("about", "green"),)),)


def test_a_case_is_the_fold_of_its_events(hearing, evaluate):
    """Folding the events alone gives the same case, but for the kind of end that only the procedure knows."""
    case, taken = hearing.run(6, evaluate)
    events = [event for result in taken for event in result.events]
    assert fold(hearing.new_case(), events) == evolve(case, ended="")
    assert [event.version for event in events] == [1, 2, 3, 4, 5, 6]


def test_a_list_becomes_a_tuple_and_a_day_of_data_stays_a_day(attempt):
    """Step data are kept as plain values of their types."""
    event = attempt(2).events[0]
    assert dict(event.data)["representatives"] == tuple(f"r{number}" for number in range(1, 11))
    assert dict(event.data)["held_day"] == dt.date(2006, 5, 20)


@pytest.mark.parametrize(
    ("number", "changes", "expected"),
    [
        (0, {"step": "adjourn"}, ["unknown-step"]),
        (0, {"step": "announce"}, ["wrong-state"]),
        (1, {"step": "propose"}, ["wrong-state"]),
        (1, {"step": "convene"}, ["wrong-state"]),
        (1, {"day": dt.date(2006, 5, 7)}, ["day-before"]),
        (0, {"data": {"title": None}}, ["missing-field"]),
        (0, {"data": {"title": " "}}, ["missing-field"]),
        (0, {"data": {"colour": "red"}}, ["unexpected-field"]),
        (0, {"data": {"why": "no"}}, ["unexpected-field"]),
        (0, {"data": {"title": 7}}, ["wrong-type"]),
        (0, {"data": {"options": ["build"]}}, ["wrong-type"]),
        (0, {"post": "committee.chair"}, ["not-entitled"]),
        (1, {"post": "resident"}, ["not-entitled"]),
        (1, {"data": {"competence": "other_body"}}, ["guard-false"]),
        (2, {"day": dt.date(2006, 5, 15)}, ["guard-false"]),
        (3, {"day": dt.date(2006, 5, 21)}, ["wrong-day"]),
        (3, {"data": {"present": ["r1", "r2", "r3", "r4"]}}, ["guard-false"]),
        (3, {"actor": "zhang"}, ["same-person"]),
        (5, {"day": dt.date(2006, 5, 24)}, ["too-late"]),
        (5, {"data": {"votes": ["green"] * 3 + ["build"] * 3}}, ["ballot-tied"]),
        (5, {"data": {"votes": ["green"] * 3}}, ["quorum-not-met"]),
        (5, {"data": {"votes": ["gren"] * 7}}, ["unknown-option"]),
        (5, {"data": {"votes": ["green"] * 8}}, ["too-many-votes"]),
        (5, {"data": {"votes": ["abstain"] * 7}}, ["no-votes"]),
        (5, {"data": {"votes": None}}, ["missing-field"]),
        (
            0,
            {"data": {"title": None, "options": "x"}, "post": "nobody"},
            ["not-entitled", "missing-field", "wrong-type"],
        ),
    ],
)
def test_each_reason_to_refuse_is_a_finding(attempt, number, changes, expected):
    """A step that may not be taken says every reason and has no event."""
    assert codes(attempt(number, **changes)) == expected


def test_a_refusal_never_repeats_a_value(attempt):
    """The finding about a mistyped field names the field and not what was given, which may be personal."""
    (item,) = attempt(0, data={"title": 137_000_011_112}).findings
    assert "title" in item.message.en
    assert "137000011112" not in str(item)


@pytest.mark.parametrize(
    ("number", "named", "code"),
    [
        (2, "notice_period", "guard-unknown"),
        (3, "quorum", "guard-unknown"),
        (5, "hearing_rule", "ballot-rule-unknown"),
        (5, "quorum", "quorum-unknown"),
        (5, "objection_period", "period-unknown"),
        (5, "conclusion_period", "period-unknown"),
    ],
)
def test_an_open_parameter_refuses_the_step_and_is_named(hearing, attempt, number, named, code):
    """What nobody has set is unknown, and unknown is not false: the step is refused and names it."""
    case = hearing.run(number, hearing.evaluator())[0]
    result = attempt(number, case=case, evaluate=hearing.evaluator((named,)))
    assert codes(result) == [code]
    assert dict(result.findings[0].data)["missing"] == named


def test_nothing_follows_an_end(hearing, evaluate, attempt):
    """A case that has ended takes no step, and says since when."""
    case = hearing.run(6, evaluate)[0]
    result = attempt(5, case=case)
    assert codes(result) == ["case-ended"]
    assert "2006-05-20" in result.findings[0].message.zh
    assert codes(attempt(5, case=evolve(case, ended=""))) == ["case-ended"]


def test_a_step_can_wait_for_an_earlier_one(hearing, attempt):
    """A step that comes before its waiting period is over says the earliest day."""
    procedure = changed(hearing.HEARING, "convene", held="")
    result = attempt(3, procedure=procedure, day=dt.date(2006, 5, 16))
    assert codes(result) == ["too-early"]
    assert "2006-05-17" in result.findings[0].message.en
    assert isinstance(attempt(3, procedure=procedure, day=dt.date(2006, 5, 17)), Taken)
    never = changed(hearing.HEARING, "convene", not_before=Waiting("hand_over", Expression("notice_period")))
    assert codes(attempt(3, procedure=never)) == ["earlier-step"]


def test_working_days_need_a_calendar(hearing, attempt):
    """A period in working days is refused until a calendar is supplied, and counted by it then."""
    procedure = changed(hearing.HEARING, "convene", not_before=Waiting("announce", Expression("workdays(6)")))
    assert codes(attempt(3, procedure=procedure)) == ["no-working-days"]

    def after_weekends(start, count):
        return start + dt.timedelta(days=count + 2 * (count // 5))

    assert isinstance(attempt(3, procedure=procedure, workdays=after_weekends), Taken)
    assert codes(attempt(3, procedure=procedure, workdays=lambda *_: None)) == ["no-working-days"]


@pytest.mark.parametrize(("text", "unit"), [("months(1)", "month"), ("days(400)", "day")])
def test_months_are_counted_on_the_calendar(hearing, attempt, text, unit):
    """A period in months ends on the same day of a later month, one in days after so many days."""
    procedure = changed(hearing.HEARING, "convene", not_before=Waiting("announce", Expression(text)))
    result = attempt(3, procedure=procedure)
    assert codes(result) == ["too-early"]
    assert ("2006-06-10" if unit == "month" else "2007-06-14") in result.findings[0].message.zh


def test_a_field_that_the_case_holds_need_not_be_given_again(hearing, attempt):
    """A later step may leave out or repeat what is known, and may not change what it does not take."""
    procedure = changed(hearing.HEARING, "check_competence", takes=("competence", "title"))
    assert dict(attempt(1, procedure=procedure).events[0].data) == {"competence": "residents"}
    same = attempt(1, data={"title": "305 大院空地", "options": ("build", "green")})
    assert dict(same.events[0].data) == {"competence": "residents"}
    assert codes(attempt(1, data={"title": "另一事项"})) == ["unexpected-field"]


def test_what_a_step_is_decided_by_is_given_with_it(hearing, attempt, evaluate):
    """An answer of an earlier day does not serve a guard again: what the guard rests on is given anew."""
    case = hearing.run(1, evaluate)[0]
    known = evolve(case, data={**case.data, "competence": "residents"})
    assert codes(attempt(1, case=known, data={"competence": None})) == ["missing-field"]


def test_a_second_vote_is_not_counted_from_the_first_ballots(hearing, attempt, evaluate):
    """A step that decides again needs its own votes."""
    case = hearing.run(5, evaluate)[0]
    voted = evolve(case, data={**case.data, "votes": ("green",) * 7})
    assert codes(attempt(5, case=voted, data={"votes": None})) == ["missing-field"]


def test_whoever_took_a_step_at_any_time_is_kept_from_another(hearing, attempt, evaluate):
    """`not_by` counts everybody who took the step, not only the last one."""
    procedure = changed(hearing.HEARING, "conclude", not_by=("speak",), by=("representative",))
    case = hearing.run(5, evaluate)[0]
    spoken = {"actor": "r2", "post": "representative", "day": hearing.HELD, "evaluate": evaluate}
    case = take(hearing.HEARING, case, "speak", {"statement": "x"}, **spoken).case
    for actor, expected in (("r1", ["same-person"]), ("r2", ["same-person"])):
        assert codes(attempt(5, procedure=procedure, case=case, actor=actor, post="representative")) == expected
    assert isinstance(attempt(5, procedure=procedure, case=case, actor="r3", post="representative"), Taken)


def test_a_period_needs_a_unit(hearing, attempt):
    """A bare number, or a value that is no number, is no period."""
    for text in ("6", "title"):
        procedure = changed(hearing.HEARING, "convene", not_before=Waiting("announce", Expression(text)))
        assert codes(attempt(3, procedure=procedure)) == ["period-without-unit"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("-days(1)", "period-negative"), ("months(99999)", "period-too-long"), ("days(9999999)", "period-too-long")],
)
def test_a_period_stays_within_the_calendar(hearing, attempt, text, code):
    """A period that runs backwards, or past the last day of the calendar, is refused and never counted."""
    procedure = changed(hearing.HEARING, "convene", not_before=Waiting("announce", Expression(text)))
    assert codes(attempt(3, procedure=procedure)) == [code]


def test_a_step_of_a_day_that_nobody_named_is_refused(hearing, attempt, evaluate):
    """Where the day on which a step is held is not known, the step is refused and says so."""
    case = hearing.run(3, evaluate)[0]
    undated = evolve(case, data={name: value for name, value in case.data.items() if name != "held_day"})
    assert "day-unknown" in codes(attempt(3, case=undated))


def test_a_field_that_no_text_declares_is_refused(hearing, attempt):
    """A step built in Python that takes an undeclared field is refused, and the field is named."""
    procedure = changed(hearing.HEARING, "check_competence", takes=("competence", "mood"))
    result = attempt(1, procedure=procedure, data={"mood": "good"})
    assert codes(result) == ["undeclared-field"]
    assert "mood" in result.findings[0].message.en


def test_the_proposer_may_withdraw_and_another_resident_may_not(hearing, evaluate):
    """A role of the case is checked against its events, whatever post is claimed."""
    case = hearing.run(1, evaluate)[0]
    given = {"day": hearing.DAY, "evaluate": evaluate}
    data = {"why": "已解决"}
    assert isinstance(take(hearing.HEARING, case, "withdraw", data, actor="zhang", post="proposer", **given), Taken)
    other = take(hearing.HEARING, case, "withdraw", data, actor="sun", post="proposer", **given)
    assert codes(other) == ["not-entitled"]


def test_somebody_twice_in_the_list_of_voters_is_found(hearing, evaluate, attempt):
    """One person has one vote: a list that names somebody twice is refused before counting."""
    case = hearing.run(5, evaluate)[0]
    twice = evolve(case, data={**case.data, "present": ("r1", "r1", *case.data["present"][1:])})
    assert "person-twice" in codes(attempt(5, case=twice))


def test_a_yes_or_no_question_is_put_to_yes_or_no(hearing, attempt):
    """A question that is no list is voted on with yes and no."""
    step = hearing.HEARING.step("conclude")
    procedure = changed(hearing.HEARING, "conclude", decides=evolve(step.decides, question="title"))
    result = attempt(5, procedure=procedure, data={"votes": ["yes"] * 4 + ["no"] * 3})
    assert result.case.data["outcome"] == "yes"
    assert codes(attempt(5, procedure=procedure)) == ["unknown-option"]


def test_more_than_half_is_more_than_half(hearing, attempt):
    """Under a rule that asks for a majority, an option that merely leads decides nothing."""
    step = hearing.HEARING.step("conclude")
    decides = evolve(step.decides, rule=Expression("majority_of_entitled"))
    procedure = changed(hearing.HEARING, "conclude", decides=decides)
    assert codes(attempt(5, procedure=procedure, data={"votes": ["green"] * 3 + ["build"] * 2})) == ["no-majority"]


def test_a_vote_over_nothing_cannot_be_counted(hearing, attempt, evaluate):
    """Options of which two are alike make no ballot."""
    case = hearing.run(5, evaluate)[0]
    alike = evolve(case, data={**case.data, "options": ("green", "green")})
    assert codes(attempt(5, case=alike, data={"votes": ["green"] * 7})) == ["no-ballot"]


def test_openings_are_the_steps_without_a_source(hearing):
    """A hearing begins with a proposal and in no other way."""
    assert [step.name for step in openings(hearing.HEARING)] == ["propose"]


def test_possible_counts_only_what_no_data_can_change(hearing, evaluate):
    """Before data is given, a guard over data still to come stands against nothing; an open parameter does."""
    case = hearing.run(3, evaluate)[0]
    step = hearing.HEARING.step("convene")
    asked = {"actor": "wang", "post": "hearing.convener", "day": hearing.HELD}
    assert possible(hearing.HEARING, case, step, evaluate=evaluate, **asked) == ()
    early = possible(hearing.HEARING, case, step, evaluate=evaluate, **{**asked, "day": dt.date(2006, 5, 12)})
    assert [item.code for item in early] == ["wrong-day", "too-early"]
    assert TYPE_NAMES["days"].unit == "day"


def test_every_step_is_open_to_its_posts_and_to_no_other(hearing, evaluate, attempt):
    """Each step of the run is taken by the posts of its `by`, and refused to all others with these posts named."""
    posts = {post for step in hearing.HEARING.steps for post in step.by} - {"proposer"}
    for number, (name, *_rest) in enumerate(hearing.RUN):
        step = hearing.HEARING.step(name)
        for post in sorted(posts):
            result = attempt(number, post=post)
            if post in step.by:
                assert isinstance(result, Taken), (name, post, result)
            else:
                assert codes(result) == ["not-entitled"], (name, post)
                assert ", ".join(step.by) in result.findings[0].message.en


def test_possible_names_what_nobody_has_set(hearing, evaluate):
    """A vote without a rule, or a notice without a period, is refused whatever is given: that is said beforehand."""
    case = hearing.run(4, evaluate)[0]
    step = hearing.HEARING.step("conclude")
    asked = {"actor": "wang", "post": "hearing.convener", "day": hearing.HELD}
    assert possible(hearing.HEARING, case, step, evaluate=evaluate, **asked) == ()
    open_ones = ("hearing_rule", "quorum", "objection_period")
    found = possible(hearing.HEARING, case, step, evaluate=hearing.evaluator(open_ones), **asked)
    assert [item.code for item in found] == ["ballot-rule-unknown", "quorum-unknown", "period-unknown"]
    # What the step itself gives may still make one known.
    given = evolve(
        step, publish=(evolve(step.publish[0], period=Expression("days(5) if count(votes) > 3 else objection_period")),)
    )
    assert possible(hearing.HEARING, case, given, evaluate=hearing.evaluator(("objection_period",)), **asked) == ()


def test_a_value_outside_the_bounds_of_its_field_is_refused_with_the_bound(hearing, attempt):
    """What a step takes is held to the bounds of its field; the refusal names the field and says the bound."""
    early = Bound(BoundKind.AT_MOST, dt.date(2000, 1, 1))
    fields = tuple(
        evolve(item, type=item.type.within(early)) if item.name == "held_day" else item
        for item in hearing.HEARING.fields
    )
    number = next(at for at, run in enumerate(hearing.RUN) if "held_day" in run[1])
    refused = attempt(number, evolve(hearing.HEARING, fields=fields))
    assert codes(refused) == ["wrong-type"]
    assert "held_day" in refused.findings[0].message.en
    assert "2000-01-01" in refused.findings[0].message.en
