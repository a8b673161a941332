"""Behaviour of deadlines: when they fall due and what settling them comes to."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from community_core.procedures.check import check_procedure
from community_core.procedures.deadlines import deadlines, settle
from community_core.procedures.definition import EndKind, Late, LateAction
from community_core.procedures.events import LATE, SYSTEM, Remind
from community_core.rules.terms import Expression


def test_a_state_that_outlives_its_time_lapses_on_the_day_after(hearing):
    """An announced hearing that nobody convened lapses the day after two months, whenever somebody looks."""
    evaluate = hearing.evaluator()
    case = hearing.run(3, evaluate)[0]
    assert settle(hearing.HEARING, case, dt.date(2006, 7, 10), evaluate).events == ()
    (event,) = settle(hearing.HEARING, case, dt.date(2006, 7, 11), evaluate).events
    late = settle(hearing.HEARING, case, dt.date(2020, 1, 1), evaluate)
    assert late.events == (event,)
    assert (event.step, event.actor, event.post, event.day) == (LATE, SYSTEM, SYSTEM, dt.date(2006, 7, 11))
    assert (late.case.state, late.case.ended) == ("lapsed", EndKind.LAPSED.value)
    assert dict(event.data) == {"late": "lapse", "due": dt.date(2006, 7, 10)}
    assert late.case.data == case.data


def test_a_reminder_is_given_once_and_moves_nothing(hearing):
    """A proposal that lies too long reminds the chair once; the state stays and can still lapse or move."""
    evaluate = hearing.evaluator()
    case = hearing.run(1, evaluate)[0]
    result = settle(hearing.HEARING, case, dt.date(2006, 12, 1), evaluate)
    assert [event.state for event in result.events] == ["proposed"]
    (reminder,) = result.effects
    assert isinstance(reminder, Remind)
    assert reminder.post == "committee.chair"
    assert "2006-05-23" in reminder.text
    assert settle(hearing.HEARING, result.case, dt.date(2007, 12, 1), evaluate).events == ()


def test_a_reminder_without_a_post_goes_to_all_who_could_act(hearing):
    """A late rule that names nobody tells every post that may take a step from the state."""
    evaluate = hearing.evaluator()
    rule = Late("proposed", Expression("days(3)"), LateAction.ESCALATE)
    procedure = evolve(hearing.HEARING, late=(rule,))
    result = settle(procedure, hearing.run(1, evaluate)[0], dt.date(2006, 6, 1), evaluate)
    assert [effect.post for effect in result.effects] == ["committee.chair", "proposer"]


def test_an_open_period_is_a_deadline_without_a_day(hearing):
    """Where nobody has set the period nothing lapses, and the deadline says what is missing."""
    evaluate = hearing.evaluator(("lapse_period",))
    case = hearing.run(3, evaluate)[0]
    assert settle(hearing.HEARING, case, dt.date(2030, 1, 1), evaluate).events == ()
    (deadline,) = deadlines(hearing.HEARING, case, evaluate)
    assert deadline.due is None
    assert "lapse_period" in deadline.why.message.en


def test_a_case_that_has_ended_has_no_deadline(hearing):
    """Nothing falls due after an end."""
    evaluate = hearing.evaluator()
    assert deadlines(hearing.HEARING, hearing.run(6, evaluate)[0], evaluate) == ()


@pytest.fixture(scope="session")
def chain(hearing):
    """A procedure whose states lapse into each other and back, the slower one after the faster."""
    rules = (
        Late("proposed", Expression("days(5)"), LateAction.LAPSE, "checked"),
        Late("checked", Expression("days(0)"), LateAction.LAPSE, "proposed"),
    )
    return evolve(hearing.HEARING, late=rules), hearing.run(1, hearing.evaluator())[0], hearing.evaluator()


@given(st.integers(0, 60), st.integers(0, 60))
def test_settling_in_two_goes_is_settling_in_one(chain, first, more):
    """Looking in between changes nothing: the events are the same and on the same days."""
    procedure, case, evaluate = chain
    middle = case.opened + dt.timedelta(days=first)
    end = middle + dt.timedelta(days=more)
    once = settle(procedure, case, end, evaluate)
    before = settle(procedure, case, middle, evaluate)
    after = settle(procedure, before.case, end, evaluate)
    assert before.events + after.events == once.events
    assert after.case == once.case
    assert all(event.day <= end for event in once.events)
    assert len(once.events) >= (first + more) // 7


@pytest.fixture(scope="session")
def stairs(hearing):
    """A state that reminds, tells a higher post on the same day and later another, and lapses into one that reminds."""
    rules = (
        Late("proposed", Expression("days(20)"), LateAction.ESCALATE, "district.officer"),
        Late("proposed", Expression("days(5)"), LateAction.REMIND),
        Late("proposed", Expression("days(5)"), LateAction.ESCALATE, "subdistrict.officer"),
        Late("proposed", Expression("months(1)"), LateAction.LAPSE, "checked"),
        Late("checked", Expression("workdays(3)"), LateAction.ESCALATE, "district.officer"),
        Late("checked", Expression("days(9)"), LateAction.LAPSE, "lapsed"),
    )
    return evolve(hearing.HEARING, late=rules), hearing.run(1, hearing.evaluator())[0], hearing.evaluator()


def weekdays(day, count):
    """Count Mondays to Fridays."""
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day


def test_several_deadlines_are_settled_each_on_its_own_day_and_in_order(stairs):
    """Days, months and working days of two states, all overdue at once: each comes on the day after its last day."""
    procedure, case, evaluate = stairs
    result = settle(procedure, case, dt.date(2006, 12, 1), evaluate, workdays=weekdays)
    assert [(event.day, dict(event.data)["late"], event.state) for event in result.events] == [
        (dt.date(2006, 5, 14), "remind", "proposed"),
        (dt.date(2006, 5, 14), "escalate", "proposed"),
        (dt.date(2006, 5, 29), "escalate", "proposed"),
        (dt.date(2006, 6, 9), "lapse", "checked"),
        (dt.date(2006, 6, 15), "escalate", "checked"),
        (dt.date(2006, 6, 19), "lapse", "lapsed"),
    ]
    told = [effect.post for effect in result.effects]
    assert told[-3:] == ["subdistrict.officer", "district.officer", "district.officer"]
    assert [event.version for event in result.events] == list(range(2, 8))


@given(st.lists(st.integers(0, 25), max_size=4))
def test_looking_in_between_changes_no_deadline(stairs, pauses):
    """However often somebody looks, the same deadlines are settled on the same days."""
    procedure, case, evaluate = stairs
    end = dt.date(2006, 12, 1)
    once = settle(procedure, case, end, evaluate, workdays=weekdays)
    day, events, now = case.opened, [], case
    for pause in [*pauses, 400]:
        day = min(end, day + dt.timedelta(days=pause))
        result = settle(procedure, now, day, evaluate, workdays=weekdays)
        events += result.events
        now = result.case
    assert tuple(events) == once.events
    assert now == once.case


def test_deadlines_that_are_long_past_are_settled_each(stairs):
    """Where a case is touched before its periods are known, or moves to a text that has some, none is passed over."""
    procedure, case, evaluate = stairs
    late = evolve(case, latest=dt.date(2006, 6, 5))
    result = settle(procedure, late, dt.date(2006, 6, 6), evaluate, workdays=weekdays)
    assert [(dict(event.data)["late"], dict(event.data)["due"]) for event in result.events] == [
        ("remind", dt.date(2006, 5, 13)),
        ("escalate", dt.date(2006, 5, 13)),
        ("escalate", dt.date(2006, 5, 28)),
    ]
    assert {event.day for event in result.events} == {dt.date(2006, 6, 5)}
    assert settle(procedure, result.case, dt.date(2006, 6, 6), evaluate, workdays=weekdays).events == ()
    later = settle(
        procedure, evolve(case, latest=dt.date(2006, 7, 1)), dt.date(2006, 7, 2), evaluate, workdays=weekdays
    )
    assert [dict(event.data)["late"] for event in later.events] == ["remind", "escalate", "escalate", "lapse"]


def test_a_lapse_to_its_own_state_is_none(hearing):
    """A rule that would settle for ever settles nothing; the check of its text says so."""
    rule = Late("proposed", Expression("days(1)"), LateAction.LAPSE, "proposed")
    procedure = evolve(hearing.HEARING, late=(rule,))
    result = settle(procedure, hearing.run(1, hearing.evaluator())[0], dt.date(2006, 6, 1), hearing.evaluator())
    assert result.events == ()
    assert "lapse-without-state" in [item.code for item in check_procedure(procedure)]
