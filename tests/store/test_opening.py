"""Opening and upgrading: a new database, the same one again, a newer one, and beside a host's own migrations."""

import datetime as dt
import subprocess
import sys
import textwrap

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text

from community_core.base import StoreError
from community_core.instruments.ledger import Entry
from community_core.ports.store import Cause
from community_core.procedures.events import Case, Enter, fold
from community_core.store import (
    TABLES,
    VERSION_TABLE,
    SqlStore,
    include_name,
    include_object,
    open_store,
    restore,
    upgrade,
)
from community_core.store.migrating import _run, scripts
from community_core.store.records import case_row, event_row, genesis, snapshot_row
from community_core.store.schema import HEAD, PREFIX, cases, events, metadata, snapshots


def tables(database):
    """Return the names of all tables in the database."""
    return set(inspect(database.engine()).get_table_names())


def test_a_new_database_gets_its_tables(database):
    """Opening a new database makes exactly the library's tables, all with its prefix."""
    database.store()
    assert tables(database) == TABLES
    assert all(name.startswith(PREFIX) for name in TABLES)


def test_the_scripts_make_what_the_metadata_says(database):
    """The migrations lead to the tables, columns, indexes and constraints that the code uses, and to its head."""
    database.store()
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert scripts().get_current_head() == HEAD


def test_upgrading_twice_changes_nothing(database, book):
    """A second upgrade and a second opening leave tables and record as they are."""
    book.write(database.store(), "h-1", 2)
    upgrade(database.engine())
    with database.engine().begin() as connection:
        upgrade(connection)
    store = database.store()
    assert len(store.events("h-1")) == 2
    assert tables(database) == TABLES


def test_a_newer_database_is_refused(database, book):
    """A database whose tables are newer is refused with both versions named, and not changed."""
    book.write(database.store(), "h-1", 1)
    database.tamper("UPDATE cc_alembic_version SET version_num = '9999'")
    for attempt in (database.store, lambda: upgrade(database.engine())):
        with pytest.raises(
            StoreError, match=rf"9999.*newer than this library \({HEAD}\).*upgrade community-core"
        ) as raised:
            attempt()
        assert "升级 community-core" in raised.value.message.zh


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM cc_alembic_version",
        "DROP TABLE cc_alembic_version",
        "INSERT INTO cc_alembic_version (version_num) VALUES ('0003')",
    ],
)
def test_tables_that_do_not_say_their_version_are_refused(database, change):
    """Tables without a version, or with two, are refused with what to do, and stay as they are."""
    database.store()
    database.tamper(change)
    with pytest.raises(StoreError, match="which version"):
        database.store()


def test_an_upgrade_that_fails_leaves_nothing(database):
    """Where a table of ours cannot be made, none is."""
    database.tamper("CREATE TABLE cc_outbox (own integer)")
    with pytest.raises(StoreError):
        database.store()
    assert tables(database) == {"cc_outbox"}


def test_a_hosts_own_migration_can_carry_ours(database, tmp_path):
    """A host's Alembic migration that upgrades our tables goes on with its own operations and its own version table."""
    scripts_of_host = tmp_path / "host" / "versions"
    scripts_of_host.mkdir(parents=True)
    (tmp_path / "host" / "env.py").write_text(
        textwrap.dedent(
            """
            from alembic import context

            context.configure(connection=context.config.attributes["connection"])
            with context.begin_transaction():
                context.run_migrations()
            """
        )
    )
    (scripts_of_host / "a1_first.py").write_text(
        textwrap.dedent(
            """
            import sqlalchemy as sa
            from alembic import context, op

            from community_core.store import upgrade as upgrade_community_core

            revision, down_revision = "a1", None


            def upgrade():
                op.create_table("before", sa.Column("id", sa.Integer))
                upgrade_community_core(op.get_bind())
                op.create_table("after", sa.Column("id", sa.Integer))
                assert context.get_context() is op.get_context()
            """
        )
    )
    config = Config()
    config.set_main_option("script_location", str(tmp_path / "host").replace("%", "%%"))
    with database.engine().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert tables(database) == TABLES | {"before", "after", "alembic_version"}
    assert list(database.store().verify()) == []


@pytest.mark.parametrize(
    "options",
    [{"include_name": include_name}, {"include_object": include_object}],
    ids=["include_name", "include_object"],
)
def test_a_hosts_autogenerate_leaves_our_tables_alone(database, options):
    """A host who passes one of our filters gets migrations for his tables only; without it he would drop ours."""
    database.store()
    host = MetaData()
    Table("invoices", host, Column("id", Integer, primary_key=True))
    with database.engine().connect() as connection:
        unguarded = compare_metadata(MigrationContext.configure(connection), host)
        guarded = compare_metadata(MigrationContext.configure(connection, opts=options), host)
    assert any(change[0] == "remove_table" for change in unguarded)
    assert [(change[0], change[1].name) for change in guarded] == [("add_table", "invoices")]


@pytest.mark.parametrize("name", ["记录 %41?#&.db", "with space.db", "x=y;z.db"])
def test_a_path_may_hold_any_sign(tmp_path, name, book):
    """A file name with signs that mean something in a URL is that file."""
    store = open_store(str(tmp_path / name))
    book.write(store, "h-1", 1)
    store.close()
    assert (tmp_path / name).exists()
    again = open_store(tmp_path / name)
    assert len(again.events("h-1")) == 1
    again.close()


def test_sqlite_is_set_for_safety(sqlite_file):
    """A file of ours has write-ahead logging, full synchronisation and foreign keys; synchronisation is an option."""
    for options, level in (({}, 2), ({"synchronous": "NORMAL"}, 1)):
        store = sqlite_file.store(timeout=7.5, **options)
        with store._transactions.reading() as connection:
            found = [
                connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert found == ["wal", level, 1, 7500]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("/nowhere/at/all/record.db", "cannot be opened"),
        ("nonsense://x", "SQLite and PostgreSQL are"),
        ("postgresql+nonsense://x", r"community-core\[postgres\]"),
        ("", "give a file or a URL"),
        ("sqlite://:a:b@c:d/e", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_says_so(where, said):
    """A folder that is missing, a driver that is missing, a URL that is none: each is said in both languages."""
    with pytest.raises(StoreError, match=said) as raised:
        open_store(where)
    assert raised.value.message.zh


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """A file of something else is refused and left as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("x" * 5000)
    with pytest.raises(StoreError, match="no database"):
        open_store(path)
    assert path.read_text() == "x" * 5000


def test_a_backup_is_a_record_of_its_own(sqlite_file, book, tmp_path):
    """A backup holds what was there when it was made, verifies, and never takes the place of a file."""
    store = sqlite_file.store()
    book.write(store, "h-1", 2)
    store.backup(tmp_path / "copy.db")
    book.write(store, "h-2", 1)
    copy = open_store(tmp_path / "copy.db")
    assert [case.id for case in copy.cases()] == ["h-1"]
    assert list(copy.verify()) == []
    copy.close()
    with pytest.raises(StoreError, match="exists"):
        store.backup(tmp_path / "copy.db")


@pytest.mark.parametrize("left", ["record.db-wal", "record.db-journal"])
def test_what_an_old_store_left_does_not_get_into_a_restored_one(sqlite_file, book, tmp_path, left):
    """Where only the main file was moved away, what lies beside it would get into the new one: it is refused."""
    path = tmp_path / "record.db"
    store = sqlite_file.store()
    book.write(store, "h-1", 1)
    store.backup(tmp_path / "copy.db")
    book.write(store, "h-2", 1)
    ahead = (tmp_path / "record.db-wal").read_bytes()
    store.close()
    path.unlink()
    (tmp_path / left).write_bytes(ahead)
    with pytest.raises(StoreError, match=left):
        restore(tmp_path / "copy.db", path)
    assert not path.exists()
    (tmp_path / left).unlink()
    restore(tmp_path / "copy.db", path)
    assert [case.id for case in sqlite_file.store().cases()] == ["h-1"]


def test_only_sqlite_is_backed_up(database, tmp_path):
    """On another database a backup is refused, with what to use instead."""
    store = database.store()
    if database.is_sqlite:
        assert isinstance(store, SqlStore)
        return
    with pytest.raises(StoreError, match="own tool"):
        store.backup(tmp_path / "copy.db")


def test_opening_an_up_to_date_store_loads_no_alembic(sqlite_file):
    """Alembic is loaded where tables are made or changed, not each time a store is opened."""
    sqlite_file.store()
    code = (
        "import sys; from community_core.store import open_store as o; o(sys.argv[1]); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, sqlite_file.url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_was_entered_before_events_said_so_stays(database, book):
    """A store of 0006 with entries and appointments is upgraded: they stay, and verify asks nothing of them."""
    engine = database.engine()
    case, event = book.case("old-1"), book.event("old-1", 1)
    row = dict(zip(events.c.keys(), event_row(event, 1, genesis(case), "2006-05-01T08:30:00.000000Z"), strict=True))
    del row["effects"]
    own = dict(zip(cases.c.keys(), case_row(case), strict=True))
    state = fold(Case(case.id, case.procedure, case.place, case.opened), [event])
    present = dict(zip(snapshots.c.keys(), snapshot_row(state), strict=True))
    entry = {"ledger": "g", "place": "c", "day": "2006-05-01", "source": "u", "target": "c", "amount": 5, "unit": "fen"}
    entry |= {"more_than": False, "purpose": "", "case_id": "old-1"}
    post = {"person": "张三", "post": "p", "place": "c", "since": "2006-05-01", "reason": ""}
    begun = {**post, "ended": None, "case_id": "old-1"}
    ended = {**post, "person": "李四", "ended": "2006-06-01", "case_id": "old-1"}
    with engine.begin() as connection:
        _run(connection, "0006")
        for table, values in (
            ("cc_cases", own),
            ("cc_events", row),
            ("cc_snapshots", present),
            ("cc_ledger", entry),
            ("cc_postings", begun),
            ("cc_postings", ended),
        ):
            names = ", ".join(values)
            given = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({given})"), values)  # noqa: S608 - own names
        connection.execute(text("UPDATE cc_counters SET value = 1 WHERE name = 'sequence'"))
    store = database.store()
    assert list(store.verify()) == []
    assert [(each.case, each.amount) for each in store.entries("g")] == [("old-1", 5)]
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT person, case_id, ended_case FROM cc_postings ORDER BY id")).all()
    assert [tuple(each) for each in kept] == [("张三", "old-1", ""), ("李四", "", "old-1")]
    store.apply(Enter(Entry("g", dt.date(2006, 5, 2), "u", "c", 7)), Cause("old-1", 1, 1))
    assert [item.code for item in store.verify()] == ["caused-row-inserted"]
