"""The connection that one unit of work on a file of ours leaves for the next."""

import logging

import pytest

from community_core.store.sql import open_store


@pytest.fixture
def store(tmp_path):
    """Return a store in a file, closed at the end."""
    opened = open_store(tmp_path / "record.db")
    yield opened
    opened.close()


def used(store):
    """Return the driver's connection that a unit of work is on."""
    with store._transactions.begin() as connection:
        return connection.connection.driver_connection


def test_the_next_unit_of_work_is_on_the_same_connection(store):
    """One after the other, units of work need one connection, which the pool counts as taken until it is released."""
    assert used(store) is used(store)
    assert store._transactions.engine.pool.checkedout() == 1
    store._transactions.release()
    assert store._transactions.engine.pool.checkedout() == 0


def test_units_at_the_same_time_are_on_connections_of_their_own(store):
    """Whoever begins while another unit is not at an end gets another connection; one is kept afterwards."""
    spare, pool = store._transactions._spare, store._transactions.engine.pool
    one, two = spare.take(), spare.take()
    assert one.connection.driver_connection is not two.connection.driver_connection
    spare.keep(one)
    spare.keep(two)
    assert pool.checkedout() == 1
    assert spare.take() is one
    one.close()


def test_a_unit_that_failed_gives_its_connection_back(store):
    """What a failed unit leaves behind is the pool's to clear up."""
    used(store)
    with pytest.raises(ZeroDivisionError), store._transactions.begin():
        _ = 1 / 0
    assert store._transactions.engine.pool.checkedout() == 0


def test_a_lost_connection_is_not_kept(store):
    """A connection that was given up during a unit is not the next one's."""
    with store._transactions.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
        lost = connection.connection.driver_connection
        connection.rollback()
        connection.invalidate()
    assert used(store) is not lost


def test_whoever_turns_logging_on_later_sees_the_statements(store, caplog):
    """A connection that was kept from before is not gone on with once statements are logged."""
    used(store)
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine.Engine"):
        store.set_meta("seen", "yes")
    assert "cc_meta" in caplog.text


def test_a_closed_store_leaves_its_file(tmp_path):
    """After closing, nothing of the store holds the file, and its log is gone with the last connection."""
    store = open_store(tmp_path / "record.db")
    store.set_meta("a", "b")
    assert (tmp_path / "record.db-wal").exists()
    store.close()
    assert not (tmp_path / "record.db-wal").exists()
