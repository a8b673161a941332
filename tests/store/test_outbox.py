"""Observers are told of committed events, at least once and in order, and break nothing."""

import datetime as dt
import logging

import pytest

from community_core.store import open_store

HOUR = dt.timedelta(hours=1)


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


def test_who_has_no_observers_lets_nothing_wait(database, book, caplog):
    """Events wait until they are told, or are dropped by the moment at which they were entered."""
    caplog.set_level(logging.INFO)
    store = database.store()
    book.write(store, "h-1", 3)
    assert (store.waiting(), store.drop_waiting(book.now), store.waiting()) == (3, 0, 3)
    with store.begin():
        store.append([book.event("h-1", 4)], {"h-1": 3}, book.now + HOUR)
        book.keep(store, "h-1")
    assert store.drop_waiting(book.now + HOUR) == 3
    told = []
    assert store.deliver(told.append).delivered == 1
    assert [event.version for event in told] == [4]
    assert store.drop_waiting(book.now + 2 * HOUR) == 0
    assert [record.count for record in caplog.records if getattr(record, "event", "") == "outbox-dropped"] == [3]
    assert list(store.verify()) == []


def test_where_the_clock_went_back_no_case_is_told_with_a_gap(database, book):
    """An event that seems older and was recorded after one that stays is told too."""
    store = database.store()
    book.write(store, "h-1", 1)
    for version, moment in ((2, book.now + HOUR), (3, book.now)):
        with store.begin():
            store.append([book.event("h-1", version)], {"h-1": version - 1}, moment)
            book.keep(store, "h-1")
    assert store.drop_waiting(book.now + HOUR) == 1
    told = []
    store.deliver(told.append)
    assert [event.version for event in told] == [2, 3]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM cc_outbox WHERE seq = 2",
        "UPDATE cc_outbox SET seq = 9 WHERE seq = 2",
        "INSERT INTO cc_outbox (seq) VALUES (7)",
        "UPDATE cc_counters SET value = 2 WHERE name = 'told'",
        "DELETE FROM cc_counters WHERE name = 'told'",
    ],
)
def test_what_was_taken_out_or_put_in_is_found(database, book, change):
    """Each event waits or was told: that one is missing or too many is found."""
    store = database.store()
    book.write(store, "h-1", 1)
    store.deliver(lambda _event: None)
    book.write(store, "h-2", 2)
    assert list(store.verify()) == []
    database.tamper(change)
    assert [item.code for item in store.verify()] == ["outbox-differs"]


def test_an_entry_put_back_for_an_event_that_was_told_is_found(database, book):
    """An event that was told does not wait again unseen."""
    store = database.store()
    book.write(store, "h-1", 2)
    store.deliver(lambda _event: None)
    database.tamper("INSERT INTO cc_outbox (seq) VALUES (1)")
    assert [item.code for item in store.verify()] == ["outbox-differs"]
