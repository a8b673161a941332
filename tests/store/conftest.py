"""Databases to test the store on, and short ways to write a record and to tamper with it."""

import datetime as dt
import os
import sqlite3
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from community_core.ports.store import StoredCase
from community_core.procedures.events import Case, Event, fold
from community_core.store import open_store

DAY = dt.date(2006, 5, 1)
NOW = dt.datetime(2006, 5, 1, 8, 30, tzinfo=dt.UTC)
POSTGRES = os.environ.get("COMMUNITY_CORE_TEST_POSTGRES", "")


class Database:
    """One empty database, of which the tests may open several stores and engines, as several programs would."""

    def __init__(self, url):
        self.url = url
        self._open = []

    @property
    def is_sqlite(self):
        return make_url(self.url).get_backend_name() == "sqlite"

    def store(self, where=None, **options):
        store = open_store(self.url if where is None else where, **options)
        self._open.append(store.close)
        return store

    def engine(self, **options):
        """Return an engine as a host makes it, with nothing of ours set."""
        engine = create_engine(self.url, **options)
        self._open.append(engine.dispose)
        return engine

    def tamper(self, *statements, **values):
        """Run statements as somebody would who writes past the store, with no constraint in his way."""
        with self.engine().begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    def close(self):
        for close in self._open:
            close()


@contextmanager
def postgres_schema():
    """The URL of an empty schema on PostgreSQL, which is removed in the end; without a server the test is skipped."""
    if not POSTGRES:
        pytest.skip("no PostgreSQL: COMMUNITY_CORE_TEST_POSTGRES gives no URL")
    schema = f"cc_test_{uuid4().hex[:12]}"
    server = create_engine(POSTGRES)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An empty database of each kind that this run can reach."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'record.db'}")
        yield found
        found.close()
        return
    with postgres_schema() as url:
        found = Database(url)
        yield found
        found.close()


@pytest.fixture
def sqlite_file_beside(tmp_path):
    """Another empty SQLite database, to copy from."""
    found = Database(f"sqlite:///{tmp_path / 'beside.db'}")
    yield found
    found.close()


@pytest.fixture
def sqlite_file(tmp_path):
    """An empty SQLite database, for what only SQLite has."""
    found = Database(f"sqlite:///{tmp_path / 'record.db'}")
    yield found
    found.close()


class Book:
    """Short ways to say cases and events."""

    day = DAY
    now = NOW

    @staticmethod
    def case(name, **values):
        return StoredCase(**{"id": name, "procedure": "p.hearing", "place": "c-1", "opened": DAY, "rules": ""} | values)

    @staticmethod
    def event(case, version, **values):
        standard = {"step": "speak", "state": "open", "actor": "a-1", "post": "resident", "day": DAY}
        return Event(case, version, **(standard | values))

    def write(self, store, case, count, *, first=1, rules=""):
        """Write a case with *count* events and its present state, in one unit; return what was stored."""
        own = self.case(case, rules=rules)
        new = [
            self.event(case, first + i, rules=rules, key=f"{case}/{first + i}", data=(("statement", f"建议 {i}"),))
            for i in range(count)
        ]
        with store.begin():
            if first == 1:
                store.add_case(own)
            stored = store.append(new, {case: first - 1}, NOW)
            self.keep(store, case)
        return stored

    @staticmethod
    def keep(store, *cases):
        """Keep the present states that their events make of *cases*."""
        states = []
        for own, kept in store.load(cases).values():
            begun = Case(own.id, own.procedure, own.place, own.opened, own.rules)
            states.append(fold(begun, [item.event for item in kept]))
        store.snapshots(states)


@pytest.fixture
def book():
    """Short ways to say cases and events."""
    return Book()


@pytest.fixture
def raw():
    """Open a SQLite file past the store; closed at the end."""
    opened = []

    def connect(database, **options):
        connection = sqlite3.connect(make_url(database.url).database, **options)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()
