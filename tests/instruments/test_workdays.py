"""Working days: published years, a place's own table, and years that nobody knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Label, Rank
from community_core.declarations import District, Practice
from community_core.instruments.workdays import WorkdayCalendar, WorkdayYear
from community_core.jurisdiction import Gathered, compose
from community_core.rules import INT, DecisionTable, Engine, Expression, Output, Row, Status

PUBLISHED = WorkdayCalendar()
OWN = WorkdayYear(2027, holidays=(dt.date(2027, 1, 1),), worked=(dt.date(2027, 1, 2),))
LOADED = WorkdayCalendar((OWN,))


def test_published_years_have_their_holidays_and_shifted_days():
    """1 October is off, and a Sunday that was moved is worked, as the State Council published it."""
    assert PUBLISHED.is_workday(dt.date(2006, 10, 2)) is False
    assert PUBLISHED.is_workday(dt.date(2006, 10, 8)) is True
    assert PUBLISHED.is_workday(dt.date(2006, 10, 9)) is True


def test_an_unknown_year_is_unknown():
    """Outside the known years nothing is guessed, and a period that runs into one has no end."""
    assert PUBLISHED.is_workday(dt.date(2027, 1, 4)) is None
    assert PUBLISHED.end(dt.date(2026, 12, 30), 1) == dt.date(2026, 12, 31)
    assert PUBLISHED.end(dt.date(2026, 12, 30), 2) is None
    assert PUBLISHED.between(dt.date(2026, 12, 30), dt.date(2027, 1, 2)) is None
    assert PUBLISHED.unknown_year(dt.date(2020, 5, 1)) == 2027
    assert WorkdayCalendar(published=False).is_workday(dt.date(2006, 5, 8)) is None


def test_a_loaded_year_is_known():
    """A place's own table makes its year known, its holidays off and its worked weekend worked."""
    days = [dt.date(2027, 1, day) for day in (1, 2, 3, 4)]
    assert [LOADED.is_workday(day) for day in days] == [False, True, False, True]
    assert LOADED.end(dt.date(2026, 12, 30), 3) == dt.date(2027, 1, 4)


DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31))


@settings(deadline=None, max_examples=50)
@given(DAYS, st.integers(0, 60))
def test_end_and_between_are_inverse(start: dt.date, count: int):
    """As many working days lie between a day and the end of a period as the period counts."""
    end = PUBLISHED.end(start, count)
    assert end is not None
    assert PUBLISHED.between(start, end) == count
    assert count == 0 or PUBLISHED.is_workday(end)


@settings(deadline=None, max_examples=50)
@given(DAYS, DAYS)
def test_between_turns_its_sign(start: dt.date, end: dt.date):
    """Counted backwards the number is the same and negative."""
    forth, back = PUBLISHED.between(start, end), PUBLISHED.between(end, start)
    assert forth is not None
    assert back == -forth


def read(engine: Engine, text: str, day: dt.date) -> Any:
    return engine.evaluate(Expression(text), practice="", fields={}, values={}, on=day)


def test_expressions_count_working_days():
    """An expression adds and counts working days; where the table is missing it names what to load."""
    engine = Engine(calendar=LOADED)
    assert read(engine, "day + workdays(3)", dt.date(2026, 12, 30)).value == dt.date(2027, 1, 4)
    assert read(engine, "workdays_between(date('2006-09-29'), day)", dt.date(2006, 10, 9)).value == 3
    unknown = read(engine, "day + workdays(3) > day", dt.date(2028, 5, 1))
    assert (unknown.value, unknown.missing) == (None, ("workdays_2028",))
    assert read(engine, "day - workdays(3) > day", dt.date(2006, 5, 1)).findings[0].code == "type-mismatch"


def test_an_answer_says_which_years_table_is_missing():
    """A decision that needs the working days of an unknown year is undetermined, and a finding says what to load."""
    rows = (Row("day + workdays(3) > date('2028-05-06')", (("", Expression("1")),), Label("因为")),)
    last = Row("true", (("", Expression("0")),), Label("其余"))
    table = DecisionTable("late", (Output("", INT),), rows, otherwise=last)
    answer = Engine(decisions=[("a.late", table)]).decide("late", {}, on=dt.date(2028, 5, 1))
    assert answer.status is Status.UNDETERMINED
    assert [(found.code, found.level, dict(found.data)) for found in answer.findings] == [
        ("workdays-unknown", "warning", {"year": "2028"})
    ]


def test_districts_load_tables_and_the_most_specific_rank_wins():
    """A district's table comes before its city's; two of one rank that differ are a finding, and neither counts."""
    other = WorkdayYear(2027, holidays=(dt.date(2027, 1, 4),))
    city = Practice("c.rules", rank=Rank.CITY, workdays=(other,))
    rules = compose(District("town", workdays=(OWN,)), Gathered(practices=(city,)))
    assert rules.findings == ()
    assert rules.calendar.is_workday(dt.date(2027, 1, 2)) is True
    second = Practice("d.rules", workdays=(other,))
    clash = compose(District("town", adopts=("d.rules",), workdays=(OWN,)), Gathered(practices=(second,)))
    assert [found.code for found in clash.findings] == ["rank-conflict"]
    assert clash.calendar.is_workday(dt.date(2027, 1, 2)) is None
