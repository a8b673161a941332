"""Observers are told of committed events, at least once and in order, and break nothing."""

import pytest

from community_core.store import open_store


def test_events_are_delivered_once_and_in_order(database, book):
    """Each event is given once where nothing fails, in the order in which it was recorded."""
    store = database.store()
    for name in ("h-2", "h-1"):
        book.write(store, name, 300)
    told = []
    delivery = store.deliver(told.append)
    assert (delivery.delivered, delivery.waiting, delivery.findings) == (600, 0, ())
    assert [(event.case, event.version) for event in told] == [(n, i + 1) for n in ("h-2", "h-1") for i in range(300)]
    assert store.deliver(told.append).delivered == 0


def test_an_observer_that_fails_keeps_that_case_waiting(database, book):
    """Where an observer raises, that case's events wait, other cases go on, and a finding names case and error only."""
    store = database.store()
    for name in ("h-1", "h-2"):
        book.write(store, name, 3)
    told = []

    def fussy(event):
        if (event.case, event.version) == ("h-1", 2):
            raise ValueError("a secret of the event")
        told.append((event.case, event.version))

    delivery = store.deliver(fussy)
    assert told == [("h-1", 1), ("h-2", 1), ("h-2", 2), ("h-2", 3)]
    assert (delivery.delivered, delivery.waiting) == (4, 2)
    (found,) = delivery.findings
    assert found.code == "observer-failed"
    assert dict(found.data) == {"case": "h-1", "version": "2", "error": "ValueError"}
    assert "secret" not in str(found)
    again = []
    store.deliver(again.append)
    assert [event.version for event in again] == [2, 3]


def test_an_interrupted_delivery_repeats_no_more_than_it_must(database, book):
    """What was told before an interruption is noted; the event that was interrupted is given again."""
    store = database.store()
    book.write(store, "h-1", 3)
    told = []

    def interrupted(event):
        if event.version == 2:
            raise KeyboardInterrupt
        told.append(event.version)

    with pytest.raises(KeyboardInterrupt):
        store.deliver(interrupted)
    store.deliver(lambda event: told.append(event.version))
    assert told == [1, 2, 3]


def test_an_observer_may_write(database, book):
    """An observer may write to the store; the events it causes are delivered in the same run."""
    store = database.store()
    book.write(store, "h-1", 1)
    told = []

    def follows(event):
        told.append(event.case)
        if event.case == "h-1":
            book.write(store, "h-2", 1)

    assert store.deliver(follows).waiting == 0
    assert told == ["h-1", "h-2"]


def test_a_unit_that_failed_tells_nobody(database, book):
    """Events of a unit that was given up are not delivered."""
    store = database.store()

    def given_up():
        book.write(store, "h-1", 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.run(given_up)
    told = []
    assert store.deliver(told.append).delivered == 0


def test_a_store_in_memory_delivers(book):
    """A store in memory delivers as one in a file does."""
    store = open_store(":memory:")
    book.write(store, "h-1", 2)
    assert store.deliver(lambda _event: None).delivered == 2
    store.close()
