"""On a caller's engine and in a caller's transaction the store does its part and nothing of his."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, func, inspect, select, text

from community_core.base import StoreError
from community_core.ports.store import Conflict
from community_core.store import TABLES, open_store

his = Table("invoices", MetaData(), Column("id", Integer, primary_key=True))


@pytest.fixture
def host(database):
    """A host's engine, plain, with a table of his in the database."""
    engine = database.engine()
    his.metadata.create_all(engine)
    return engine


def invoices(host):
    """Return how many rows of his another connection of the host sees."""
    with host.connect() as connection:
        return connection.execute(select(func.count()).select_from(his)).scalar_one()


def given_up(store, book, case):
    """Write a case in a unit that then fails."""
    with store.begin():
        book.write(store, case, 2)
        raise ZeroDivisionError


def test_his_rollback_takes_ours_along(database, host, book):
    """What was written in his transaction, his rows and our tables included, goes when he rolls back."""
    with host.connect() as connection:
        connection.execute(his.insert(), {"id": 1})
        store = open_store(connection)
        book.write(store, "h-1", 2)
        assert len(store.events("h-1")) == 2
        connection.rollback()
    assert invoices(host) == 0
    assert not TABLES & set(inspect(host).get_table_names())


def test_his_commit_keeps_both(database, host, book):
    """Nothing of ours is seen by others before he commits, all of it afterwards, and the record verifies."""
    outside = database.store()
    with host.connect() as connection:
        store = open_store(connection)
        book.write(store, "h-1", 2)
        connection.execute(his.insert(), {"id": 1})
        assert connection.in_transaction()
        assert outside.case("h-1") is None
        connection.commit()
    assert invoices(host) == 1
    assert len(outside.events("h-1")) == 2
    assert list(outside.verify()) == []


def test_only_he_commits_and_rolls_back(database, host, book):
    """Over openings, units, refused units, reading and verifying, no commit or rollback reaches his connection."""
    seen = []
    database.store()
    with host.connect() as connection:
        for name in ("commit", "rollback"):
            event.listen(connection, name, lambda _connection, name=name: seen.append(name))
        store = open_store(connection)
        book.write(store, "h-1", 2)
        with pytest.raises(Conflict):
            book.write(store, "h-1", 1)
        assert list(store.verify()) == []
        store.run(lambda: store.set_meta("a", "b"))
        store.close()
        assert seen == []
        connection.rollback()
    assert seen == ["rollback"]


def test_a_refused_unit_leaves_his_rows(database, host, book):
    """A unit that is refused leaves nothing of its own, and what he wrote before it stays for him to commit."""
    with host.connect() as connection:
        store = open_store(connection)
        connection.execute(his.insert(), {"id": 1})
        book.write(store, "h-1", 1)

        def refused():
            with store.begin():
                store.add_case(book.case("h-2"))
                connection.execute(his.insert(), {"id": 2})
                raise RuntimeError

        with pytest.raises(RuntimeError):
            refused()
        connection.execute(his.insert(), {"id": 3})
        connection.commit()
    assert invoices(host) == 2
    store = database.store()
    assert [case.id for case in store.cases()] == ["h-1"]
    assert list(store.verify()) == []


def test_his_begin_block_works(database, host, book):
    """Inside his ``with connection.begin():`` all is his block's to keep or to undo."""
    database.store()

    def block(name, error=None):
        with host.connect() as connection, connection.begin():
            book.write(open_store(connection), name, 1)
            if error:
                raise error

    with pytest.raises(RuntimeError):
        block("h-1", RuntimeError)
    block("h-2")
    assert [case.id for case in database.store().cases()] == ["h-2"]


def test_his_recipe_for_sqlite_works(sqlite_file, book):
    """A host who opens SQLite's transactions himself, as SQLAlchemy's documentation shows, is served as well."""
    engine = sqlite_file.engine()

    @event.listens_for(engine, "connect")
    def _connected(connection, _record):
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begun(connection):
        connection.exec_driver_sql("BEGIN")

    with engine.connect() as connection:
        book.write(open_store(connection), "h-1", 1)
        connection.rollback()
    book.write(open_store(engine), "h-2", 1)
    with engine.connect() as connection:
        store = open_store(connection)
        book.write(store, "h-3", 1)
        connection.commit()
    assert [case.id for case in sqlite_file.store().cases()] == ["h-2", "h-3"]


def test_a_connection_without_transactions_is_refused(database, host, book):
    """On a connection that commits each statement by itself a unit cannot be all or nothing, and is refused."""
    database.store()
    with host.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        store = open_store(connection)
        with pytest.raises(StoreError, match="commits each statement"):
            store.add_case(book.case("h-1"))
    assert database.store().case("h-1") is None


def test_an_engine_that_commits_each_statement_leaves_nothing_half_done(database, book):
    """On an engine in that mode a unit is all or nothing, or is refused before anything is written."""
    outside = database.store()
    try:
        store = open_store(database.engine(isolation_level="AUTOCOMMIT"))
        with pytest.raises(ZeroDivisionError):
            given_up(store, book, "h-1")
        book.write(store, "h-2", 2)
    except StoreError as error:
        assert "commits each statement" in str(error)  # noqa: PT017 - on one database it is so, on the other not
        assert not database.is_sqlite
    else:
        assert database.is_sqlite
    assert [case.id for case in outside.cases()] == ["h-2"] * database.is_sqlite
    assert list(outside.verify()) == []


def test_what_he_reads_by_us_begins_a_transaction_that_he_ends(database, host, book):
    """A reading on his connection begins a transaction as any statement does, and he knows of it."""
    book.write(database.store(), "h-1", 2)
    with host.connect() as connection:
        store = open_store(connection)
        connection.rollback()
        assert store.resume(["h-1"])["h-1"][0].version == 2
        assert connection.in_transaction()


@pytest.mark.parametrize("kept", [True, False])
def test_savepoints_of_his_within_a_unit_leave_no_hole(database, host, book, kept):
    """What he keeps or gives up by a savepoint of his own in a unit is so, and the numbers of the record go on."""
    outside = database.store()
    book.write(outside, "h-0", 1)
    with host.connect() as connection:
        store = open_store(connection)
        with store.begin():
            for case in ("h-1", "h-2"):
                his_own = connection.begin_nested()
                book.write(store, case, 1)
                his_own.commit() if kept else his_own.rollback()
                if kept:
                    book.write(store, case, 1, first=2)
                else:
                    book.write(store, case, 2)
            with store.begin(), connection.begin_nested() as part:
                book.write(store, "h-3", 2)
                part.rollback()
        connection.commit()
    with host.connect() as connection:
        store = open_store(connection)
        with store.begin():
            his_own = connection.begin_nested()
            with store.begin():
                book.write(store, "h-4", 1)
            his_own.rollback()
        connection.commit()
    assert [(case.id, len(outside.events(case.id))) for case in outside.cases()] == [("h-0", 1), ("h-1", 2), ("h-2", 2)]
    assert list(outside.verify()) == []
    book.write(outside, "h-5", 1)
    assert list(outside.verify()) == []


@pytest.mark.parametrize("refused", [True, False])
def test_two_stores_on_his_connection_are_one_record(database, host, book, refused):
    """A store that writes while another on the same connection has a unit open is part of that unit."""
    outside = database.store()
    with host.connect() as connection:
        first, second = open_store(connection), open_store(connection)
        with first.begin():
            book.write(second, "h-1", 1)
            book.write(first, "h-1", 1, first=2)
            if refused:
                with pytest.raises(ZeroDivisionError):
                    given_up(second, book, "h-2")
            book.write(second, "h-1", 1, first=3)
        with first.begin():
            book.write(second, "h-3", 1)
        with second.begin():
            pass
        connection.commit()
    assert list(outside.verify()) == []
    book.write(outside, "h-4", 1)
    assert [len(outside.events(case)) for case in ("h-1", "h-2", "h-3")] == [3, 0, 1]
    assert list(outside.verify()) == []


def test_a_store_on_the_connection_of_our_own_unit_is_part_of_it(database, host, book):
    """Where a unit is ours, a store opened on its connection writes in it, and the numbers of the record go on."""
    store = open_store(host)
    with store.begin() as connection:
        book.write(open_store(connection), "h-1", 1)
    book.write(store, "h-2", 1)
    assert list(store.verify()) == []


def test_an_engine_of_his_is_left_as_it_is(database, host, book):
    """On his engine units are ours and are committed; closing the store does not close his engine."""
    store = open_store(host)
    assert store.ours
    book.write(store, "h-1", 2)
    store.close()
    with host.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cc_events")).scalar_one() == 2
    assert list(database.store().verify()) == []


def test_nothing_is_delivered_before_he_commits(database, host, book):
    """In his transaction events are not given to observers; after his commit a store on the engine gives them."""
    with host.connect() as connection:
        store = open_store(connection)
        book.write(store, "h-1", 2)
        told = []
        assert store.deliver(told.append).delivered == 0
        assert store.deliver(told.append).waiting == 2
        connection.commit()
    assert database.store().deliver(told.append).delivered == 2
    assert [event.version for event in told] == [1, 2]
