"""Spans, ages and months on the true calendar."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from community_core.base import Span, add_months, age_on, months_between

DAYS = st.dates(dt.date(1800, 1, 1), dt.date(2200, 12, 31))
MONTHS = st.integers(-2400, 2400)
ONE = dt.timedelta(days=1)


@st.composite
def spans(draw):
    """Return spans with either end open or not."""
    start = draw(st.none() | DAYS)
    end = draw(st.none() | DAYS)
    assume(start is None or end is None or start < end)
    return Span(start, end)


@given(DAYS, st.integers(0, 1000))
def test_a_span_ends_after_it_starts(start, back):
    """A span whose end is not after its start is refused."""
    with pytest.raises(ValueError, match="ends after it starts"):
        Span(start, start - back * ONE)


@given(spans())
def test_a_span_holds_its_start_and_not_its_end(span):
    """The first day lies in a span, the day before it and the end do not."""
    if span.start is not None:
        assert span.holds(span.start)
        assert not span.holds(span.start - ONE)
    if span.end is not None:
        assert span.holds(span.end - ONE)
        assert not span.holds(span.end)


@given(DAYS)
def test_an_open_span_holds_every_day(day):
    """A span without ends holds every day."""
    assert Span().holds(day)


@given(spans(), spans(), DAYS)
def test_a_day_in_both_spans_makes_them_meet(one, other, day):
    """Spans that share a day meet; meeting is mutual."""
    assert one.meets(other) == other.meets(one)
    if one.holds(day) and other.holds(day):
        assert one.meets(other)


@given(spans(), spans())
def test_spans_that_meet_share_their_later_start(one, other):
    """Where two spans meet, the later of their first days lies in both; where not, it does not."""
    starts = [span.start for span in (one, other) if span.start is not None]
    if starts:
        assert one.meets(other) == (one.holds(max(starts)) and other.holds(max(starts)))
    else:
        assert one.meets(other)


@given(DAYS, MONTHS)
def test_adding_months_moves_the_month_and_keeps_the_day_where_it_can(day, months):
    """The month moves by exactly that many; the day stays, or is the last of a shorter month."""
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + ONE).day == 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2023, 1, 31), 1, (2023, 2, 28)),
        ((2024, 3, 31), -1, (2024, 2, 29)),
        ((2023, 11, 30), 3, (2024, 2, 29)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2024, 12, 15), 1, (2025, 1, 15)),
    ],
)
def test_months_end_on_true_days(day, months, expected):
    """Months are added on the true calendar, ends of months and years included."""
    assert add_months(dt.date(*day), months) == dt.date(*expected)


def test_a_month_beyond_the_calendar_is_refused():
    """A day that the calendar cannot write is an error, never another day."""
    with pytest.raises(ValueError, match="year"):
        add_months(dt.date(9999, 12, 1), 1)


@given(DAYS, DAYS)
def test_months_between_are_the_full_ones(start, end):
    """That many months later has come by the end, one more has not."""
    assume(start <= end)
    months = months_between(start, end)
    assert months >= 0
    assert add_months(start, months) <= end < add_months(start, months + 1)


@given(DAYS, DAYS)
def test_months_between_change_sign_with_the_direction(start, end):
    """Counting backwards gives the same number with the other sign."""
    assert months_between(start, end) == -months_between(end, start)


@given(DAYS, st.integers(0, 2400))
def test_months_between_undo_adding(day, months):
    """Between a day and itself some months later lie exactly these months."""
    assert months_between(day, add_months(day, months)) == months


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ((1953, 2, 8), (2013, 2, 7), 59),
        ((1953, 2, 8), (2013, 2, 8), 60),
        ((2004, 2, 29), (2022, 2, 28), 17),
        ((2004, 2, 29), (2022, 3, 1), 18),
        ((2004, 2, 29), (2024, 2, 28), 19),
        ((2004, 2, 29), (2024, 2, 29), 20),
        ((2000, 1, 1), (2000, 1, 1), 0),
        ((2000, 1, 2), (2000, 1, 1), -1),
    ],
)
def test_age_is_in_full_years(birth, day, age):
    """Age is full years; someone born on 29 February is a year older on 1 March of a common year."""
    assert age_on(dt.date(*birth), dt.date(*day)) == age


@given(DAYS, DAYS)
def test_age_never_falls_and_rises_by_one_a_year(birth, day):
    """From one day to the next age stays or rises by one, and within a year it rises once."""
    assert age_on(birth, day + ONE) - age_on(birth, day) in (0, 1)
    same_day_next_year = add_months(day, 12)
    assert age_on(birth, same_day_next_year) - age_on(birth, day) in (
        (0, 1) if (day.month, day.day) == (2, 29) else (1,)
    )


@given(spans(), spans(), DAYS)
def test_what_two_spans_share_is_what_both_hold(one, other, day):
    """A day lies in what two spans share exactly when it lies in both."""
    shared = one.within(other)
    assert (shared is not None and shared.holds(day)) == (one.holds(day) and other.holds(day))


@given(spans(), spans(), DAYS)
def test_what_lies_outside_is_what_only_the_first_holds(one, other, day):
    """A day lies in one of the parts outside another span exactly when the first holds it and the other does not."""
    parts = one.outside(other)
    assert sum(part.holds(day) for part in parts) == (one.holds(day) and not other.holds(day))
