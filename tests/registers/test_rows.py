"""Dated rows: what a change does to them, and what it never does."""

import datetime as dt

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from community_core.registers.rows import ALWAYS, Asked, Row, as_of, by_key, plan

MAY, JUNE, JULY = (dt.date(2006, month, 1) for month in (5, 6, 7))
FIRST = dt.date(2006, 1, 1)
KEY = ("h-1",)


class Book:
    """The rows of a register in memory, changed as a store changes them."""

    def __init__(self):
        self.rows = []
        self.past = []

    def ask(self, *asked):
        done = plan(by_key(self.rows), asked)
        gone = set(done.replaced)
        self.past += [row for row in self.rows if row.number in gone]
        self.rows = [row for row in self.rows if row.number not in gone]
        for row in done.new:
            self.rows.append(evolve(row, number=len(self.rows) + len(self.past) + 1))
        return done

    def on(self, day):
        return {row.key: row.values for row in as_of(self.rows, day)}


def test_a_change_closes_a_row_and_opens_another():
    """From its day on the new value holds, before it the old one, and the row as it was is kept."""
    book = Book()
    book.ask(Asked(KEY, ("c-1",), MAY))
    done = book.ask(Asked(KEY, ("c-2",), JUNE))
    assert (done.changed, len(done.replaced), len(done.new)) == (1, 1, 2)
    assert [book.on(day) for day in (dt.date(2006, 5, 31), JUNE)] == [{KEY: ("c-1",)}, {KEY: ("c-2",)}]
    assert book.past == [Row(KEY, ("c-1",), MAY, number=1)]


def test_the_same_again_changes_nothing():
    """What is registered already is neither added nor changed, also from a later day on."""
    book = Book()
    book.ask(Asked(KEY, ("c-1",), MAY))
    for day in (MAY, JULY):
        assert book.ask(Asked(KEY, ("c-1",), day)).empty


def test_an_end_leaves_the_days_before():
    """A row that ends holds until the day before; one that ends on its first day never held."""
    book = Book()
    book.ask(Asked(KEY, ("c-1",), MAY))
    book.ask(Asked(KEY, (), JUNE, ends=True))
    assert [book.on(day) for day in (MAY, JUNE)] == [{KEY: ("c-1",)}, {}]
    book.ask(Asked(KEY, (), MAY, ends=True))
    assert book.rows == []
    assert book.ask(Asked(KEY, (), MAY, ends=True)).empty


def test_a_change_before_a_later_row_ends_where_that_begins():
    """What is learnt about an earlier day never alters what was said of a later one."""
    book = Book()
    book.ask(Asked(KEY, ("later",), JULY))
    book.ask(Asked(KEY, ("earlier",), MAY))
    assert [book.on(day)[KEY] for day in (JUNE, JULY)] == [("earlier",), ("later",)]
    done = book.ask(Asked(KEY, ("both",), JUNE, until=dt.date(2006, 8, 1)))
    assert [one.key for one in done.overlaps] == [KEY]
    assert done.empty


def test_values_that_are_not_given_stay():
    """A change of one column leaves the others as they are; of a new key they are unknown."""
    book = Book()
    book.ask(Asked(KEY, ("a", "b"), MAY))
    book.ask(Asked(KEY, (None, "c"), JUNE, given=frozenset({1})))
    book.ask(Asked(("h-2",), (None, "c"), JUNE, given=frozenset({1})))
    assert book.on(JUNE) == {KEY: ("a", "c"), ("h-2",): (None, "c")}


def test_a_row_without_a_first_day_always_held():
    """What counts from the first day there is holds on every day."""
    assert Row(KEY, (), ALWAYS).holds(ALWAYS)


DAYS = st.integers(0, 12).map(lambda days: FIRST + dt.timedelta(days=days))
ASKED = st.builds(
    lambda key, value, since, length, ends: Asked(
        (key,),
        (value,),
        since,
        since + dt.timedelta(days=length) if length and not ends else None,
        ends=ends,
    ),
    st.sampled_from(["a", "b"]),
    st.integers(0, 2),
    DAYS,
    st.integers(0, 5),
    st.booleans(),
)


@given(changes=st.lists(ASKED, max_size=8), last=ASKED)
def test_a_later_change_never_alters_an_earlier_day(changes, last):
    """Whatever is asked from a day on, every earlier day is answered as before; and no key has two rows on a day."""
    book = Book()
    for one in changes:
        book.ask(one)
    days = [FIRST + dt.timedelta(days=days) for days in range(-1, 20)]
    before = {day: book.on(day) for day in days}
    other = {row for row in book.rows if row.key != last.key}
    done = book.ask(last)
    for day in days:
        if day < last.since:
            assert book.on(day) == before[day]
        held = [row.key for row in as_of(book.rows, day)]
        assert len(held) == len(set(held))
    assert {row for row in book.rows if row.key != last.key} == other
    if not done.overlaps:
        assert book.on(last.since).get(last.key) == (None if last.ends else last.values)
        assert book.ask(last).empty
