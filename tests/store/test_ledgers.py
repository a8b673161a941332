"""Entries of ledgers as rows: kept as they were made, within the unit of work that made them."""

import datetime as dt

import pytest

from community_core.base import Span, StoreError
from community_core.instruments.ledger import Entry, balances
from community_core.ports.store import Cause
from community_core.procedures.events import Appoint, Enter

MAY = dt.date(2006, 5, 1)
GIFT = Entry("gifts", MAY, "unit", "c-1", 2_000_000, more_than=True, purpose="环境", period=Span(MAY), place="c-1")
TASK = Entry("gifts", MAY, "unit", "c-2", 3, "task", place="c-2")


def test_an_entry_is_kept_as_it_was_made(database):
    """What a case entered is read back with everything it said and the case, in order, by ledger and by place."""
    store = database.store()
    store.apply(Enter(GIFT), Cause("k-1", 1, 1))
    store.apply(Enter(TASK), Cause("k-2", 1, 1))
    store.apply(Enter(GIFT), Cause("k-2", 1, 2))
    kept = store.entries("gifts")
    assert [(entry.case, entry.amount, entry.unit, entry.more_than) for entry in kept] == [
        ("k-1", 2_000_000, "fen", True),
        ("k-2", 3, "task", False),
        ("k-2", 2_000_000, "fen", True),
    ]
    assert (kept[0].purpose, kept[0].period, kept[0].day, kept[0].place) == ("环境", Span(MAY), MAY, "c-1")
    assert [entry.place for entry in store.entries("gifts", place="c-2")] == ["c-2"]
    assert store.entries("other") == ()
    assert balances(kept)["c-1", "fen"].amount == 4_000_000


def test_what_is_undone_was_never_entered(database):
    """An entry of a unit of work that fails leaves nothing in the ledger."""
    store = database.store()
    chair = Appoint("王", "committee.chair", "c-1", MAY)

    def fail():
        store.apply(chair, Cause("k-1", 1, 1))
        store.apply(Enter(GIFT), Cause("k-1", 1, 2))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.run(fail)
    assert store.entries("gifts") == ()
    assert list(store.postings("王", MAY)) == []


@pytest.mark.parametrize("entry", [Entry("g", MAY, "u", "c", 2**63), Entry("g\0", MAY, "u", "c", 1)])
def test_what_no_column_holds_is_refused(database, entry):
    """An amount or a text that a column cannot hold is refused, and nothing is written."""
    store = database.store()
    with pytest.raises(StoreError):
        store.apply(Enter(entry), Cause("k-1", 1, 1))
    assert store.entries(entry.ledger.strip("\0")) == ()
