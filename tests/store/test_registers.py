"""Appointments and places as dated rows."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Span, StoreError
from community_core.ports.store import Cause, Posting
from community_core.procedures.events import Appoint, EndAppointment, OpenCase, Remind
from community_core.store import open_store

MAY = dt.date(2006, 5, 1)
JUNE = dt.date(2006, 6, 1)
JULY = dt.date(2006, 7, 1)
BEFORE = dt.date(2006, 4, 30)
CHAIR = ("王", "committee.chair", "c-1")


def test_an_appointment_holds_from_its_first_day_to_before_its_last(database):
    """An appointment is found on its first day and the day before its end, on no other day, and for nobody else."""
    store = database.store()
    posting = Posting(*CHAIR, MAY, JUNE)
    store.add_posting(posting)
    days = {day: list(store.postings("王", day)) for day in (BEFORE, MAY, dt.date(2006, 5, 31), JUNE)}
    assert days == {BEFORE: [], MAY: [posting], dt.date(2006, 5, 31): [posting], JUNE: []}
    assert list(store.postings("李", MAY)) == []
    assert list(store.holders("committee.chair", "c-1", MAY)) == [posting]
    assert list(store.holders("committee.chair", "c-2", MAY)) == []


def test_the_same_appointment_twice_is_harmless(database):
    """The same values twice are one appointment, also after it has ended early; another end is refused."""
    store = database.store()
    for _ in range(2):
        store.add_posting(Posting(*CHAIR, MAY))
    assert len(store.postings("王", JULY)) == 1
    store.apply(EndAppointment(*CHAIR, JUNE, "辞职"), Cause("h-1", 1, 1))
    store.add_posting(Posting(*CHAIR, MAY))
    assert list(store.postings("王", JUNE)) == []
    with pytest.raises(StoreError, match="another end"):
        store.add_posting(Posting(*CHAIR, MAY, JULY))
    with pytest.raises(StoreError, match="not after"):
        store.add_posting(Posting(*CHAIR, JUNE, JUNE))


def test_effects_begin_and_end_appointments(database):
    """An effect appoints, another one ends the appointment on its day; the same end again changes nothing."""
    store = database.store()
    ended = EndAppointment(*CHAIR, JUNE, "撤换")
    for number, effect in enumerate((Appoint(*CHAIR, MAY), OpenCase("p"), Remind("p", "t")), start=1):
        store.apply(effect, Cause("h-1", 1, number))
    for number in (1, 2):
        store.apply(ended, Cause("h-2", 1, number))
    assert list(store.postings("王", MAY)) == [Posting(*CHAIR, MAY, JUNE)]
    assert list(store.postings("王", JUNE)) == []
    store.apply(Appoint(*CHAIR, JULY), Cause("h-3", 1, 1))
    assert list(store.postings("王", JULY)) == [Posting(*CHAIR, JULY)]


def test_what_nobody_holds_cannot_end(database):
    """Ending an appointment that does not exist on that day is refused, with all of its unit."""
    store = database.store()
    store.add_posting(Posting(*CHAIR, MAY, JUNE))
    for day in (JUNE, BEFORE):

        def both(day=day):
            store.apply(Appoint("李", "p", "c-1", MAY), Cause("h-1", 1, 1))
            store.apply(EndAppointment(*CHAIR, day, ""), Cause("h-1", 1, 2))

        with pytest.raises(StoreError, match="no appointment"):
            store.run(both)
    assert list(store.postings("李", MAY)) == []
    assert list(store.postings("王", MAY)) == [Posting(*CHAIR, MAY, JUNE)]


DAYS = st.dates(MAY, dt.date(2006, 5, 12))


@settings(max_examples=50, deadline=None)
@given(spans=st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=4, unique_by=lambda span: span[0]), day=DAYS)
def test_appointments_hold_as_spans_do(spans, day):
    """On any day exactly those appointments are found whose span holds the day."""
    store = open_store(":memory:")
    sound = [(since, until) for since, until in spans if until is None or until > since]
    for since, until in sound:
        store.add_posting(Posting(*CHAIR, since, until))
    found = {(posting.since, posting.until) for posting in store.postings("王", day)}
    assert found == {(since, until) for since, until in sound if Span(since, until).holds(day)}
    store.close()


def test_a_place_lies_in_all_that_contain_it(database):
    """A place's chain goes from itself to the topmost; a place not registered stands alone."""
    store = database.store()
    for place, parent in (("d", ""), ("s", "d"), ("c", "s"), ("b", "c")):
        store.add_place(place, parent, "layer", "地", "place")
        store.add_place(place, parent, "layer", "地", "place")
    assert store.place_chain("b") == ("b", "c", "s", "d")
    assert store.place_chain("d") == ("d",)
    assert store.place_chain("none") == ("none",)


def test_a_place_is_registered_once_and_under_what_exists(database):
    """Another parent, layer or name for a place that is kept is refused, and so is a parent that is not."""
    store = database.store()
    store.add_place("d", "", "district", "区", "district")
    with pytest.raises(StoreError, match="another parent"):
        store.add_place("d", "", "district", "县", "district")
    with pytest.raises(StoreError, match="not registered"):
        store.add_place("c", "s", "community", "社区", "community")


def test_who_is_elected_again_after_an_appointment_that_never_held_holds_the_post(database):
    """What ended on its first day is begun anew by another case, and not by the same effect a second time."""
    store = database.store()
    first = Cause("h-1", 1, 1)
    store.apply(Appoint(*CHAIR, MAY), first)
    store.apply(EndAppointment(*CHAIR, MAY, "选举无效"), Cause("h-1", 2, 1))
    store.apply(Appoint(*CHAIR, MAY), first)
    assert list(store.postings("王", JUNE)) == []
    for _ in range(2):
        store.apply(Appoint(*CHAIR, MAY), Cause("h-2", 1, 1))
    assert list(store.postings("王", JUNE)) == [Posting(*CHAIR, MAY)]
