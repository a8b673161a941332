"""Statements that go past SQLAlchemy come to the same, and whoever follows what SQLAlchemy does still hears of them."""

import logging
import sqlite3

import pytest
from sqlalchemy import bindparam, event, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from community_core.store import statements
from community_core.store.schema import counters, meta

NAMED = select(counters.c.value, counters.c.name).where(counters.c.name == bindparam("name"))


@pytest.fixture
def connection(database):
    """Return a connection to a store, at whose end all is undone."""
    with database.store()._transactions.engine.connect() as connection:
        connection.begin()
        yield connection


def heard(connection):
    """Return a list to which each statement comes as the driver gets it."""
    said = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, *_rest: said.append(text))
    return said


def test_both_ways_come_to_the_same(connection):
    """Rows, counts and statements without parameters are the same, followed or not."""
    ways = []
    for said in (None, heard):
        texts = said(connection) if said else []
        name = f"n-{bool(said)}"
        written = statements.write(connection, statements.adding(meta), [(name, "1"), (f"{name}-2", "2")])
        put = statements.putting(meta, "name", connection.dialect.name)
        replaced = statements.write(connection, put, [(name, "3")])
        again = statements.adding_unless_taken(meta, connection.dialect.name)
        refused = statements.write(connection, again, [(name, "4")])
        found = statements.ask(connection, NAMED, {"name": "sequence"})
        none = statements.ask(connection, NAMED, {"name": "none"})
        statements.order(connection, "SAVEPOINT one")
        ways.append((written, replaced, refused, [tuple(row) for row in found], list(none)))
    assert ways[0] == ways[1] == (2, 1, 0, [(0, "sequence")], [])
    assert [text.split()[0] for text in texts] == ["INSERT", "INSERT", "INSERT", "SELECT", "SELECT", "SAVEPOINT"]


def test_a_host_that_logs_statements_sees_them(connection, caplog):
    """With SQLAlchemy's logger at INFO no statement goes past it."""
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine.Engine"):
        assert statements._followed(connection)
    assert not statements._followed(connection)


def test_a_host_that_logs_one_engine_sees_its_statements(database):
    """An engine with a name of its own for logging is followed where that name is."""
    database.store()
    name = "sqlalchemy.engine.Engine.hall"
    with database.engine(logging_name="hall").connect() as connection:
        assert not statements._followed(connection)
        logging.getLogger(name).setLevel(logging.INFO)
        try:
            assert statements._followed(connection)
        finally:
            logging.getLogger(name).setLevel(logging.NOTSET)


def test_what_the_database_refuses_is_raised_as_sqlalchemy_raises_it(connection):
    """The kinds of errors are SQLAlchemy's, without the values, and the connection stays where it was not lost."""
    with connection.begin_nested() as part:
        statements.write(connection, statements.adding(meta), [("n", "secret")])
        with pytest.raises(IntegrityError) as raised:
            statements.write(connection, statements.adding(meta), [("n", "secret")])
        part.rollback()
    assert "secret" not in str(raised.value).partition("DETAIL")[0]
    assert not raised.value.connection_invalidated
    assert not connection.invalidated
    assert statements.ask(connection, NAMED, {"name": "sequence"})


def test_one_cursor_serves_a_connection_until_something_fails(connection):
    """Making a cursor takes as long as much of a statement; one on which something failed is not used again."""
    driver = connection.connection

    def cursor():
        statements.ask(connection, NAMED, {"name": "sequence"})
        return driver.info[statements._CURSOR]

    first = cursor()
    assert cursor() is first
    with connection.begin_nested() as part:
        with pytest.raises(DBAPIError):
            statements.order(connection, "SELECT nothing FROM nowhere")
        part.rollback()
    second = cursor()
    assert second is not first
    connection.invalidate()
    connection.rollback()
    connection.begin()
    driver = connection.connection
    assert cursor() not in (first, second)


class Stopped(sqlite3.Connection):
    """A connection whose statements somebody stops."""

    error: BaseException = KeyboardInterrupt()

    def cursor(self, *_arguments):
        error = self.error

        class Cursor(sqlite3.Cursor):
            def execute(self, sql, *rest):
                if "cc_counters" in sql:
                    raise error
                return super().execute(sql, *rest)

        return super().cursor(Cursor)


def test_whoever_is_stopped_in_the_middle_leaves_no_connection_behind(sqlite_file):
    """An interruption is not an error of the database, and what it interrupted is not used again."""
    store = sqlite_file.store()
    engine = sqlite_file.engine(connect_args={"factory": Stopped})
    with engine.connect() as connection:
        with pytest.raises(KeyboardInterrupt):
            statements.ask(connection, NAMED, {"name": "sequence"})
        assert connection.invalidated
    Stopped.error = sqlite3.OperationalError("disk I/O error")
    with engine.connect() as connection, pytest.raises(OperationalError, match="disk I/O error"):
        statements.ask(connection, NAMED, {"name": "sequence"})
    assert list(store.verify()) == []
