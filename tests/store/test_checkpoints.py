"""A checkpoint covers the record up to its event: what is cut off or removed whole is found and named."""
# ruff: noqa: S608 - the statements are built from the tests' own names, to change what no caller of the store can

import datetime as dt

import pytest
from sqlalchemy import inspect, text

from community_core.base import StoreError
from community_core.codec import digest
from community_core.instruments.merkle import consistency_proof, consistent, included, inclusion_proof, tree_root
from community_core.ports.store import KnownRoot
from community_core.procedures.events import Case, fold
from community_core.store import TABLES, VERSION_TABLE
from community_core.store.checkpoints import entry
from community_core.store.migrating import _run
from community_core.store.records import checkpoint_hash, snapshot_row
from community_core.store.schema import checkpoint_cases, checkpoints, snapshots

RULES = "判定 text"
LATER = dt.datetime(2006, 5, 2, tzinfo=dt.UTC)
NO_CHECKPOINTS = (
    "DELETE FROM cc_checkpoints",
    "DELETE FROM cc_checkpoint_cases",
    "DELETE FROM cc_counters WHERE name = 'checkpoint'",
)


def codes(store, *roots):
    """Return the codes of what is found."""
    return {finding.code for finding in store.verify(roots)}


def named(store, code):
    """Return the data of the findings of one code."""
    return [dict(finding.data) for finding in store.verify() if finding.code == code]


def entries(store):
    """Return what the tree is made of, read past the code that makes it."""
    with store._transactions.reading() as connection:
        rows = connection.execute(text("SELECT hash FROM cc_events ORDER BY seq")).all()
    return [bytes.fromhex(row.hash.removeprefix("sha256:")) for row in rows]


@pytest.fixture
def record(database, book):
    """Three cases of four events, of which ten are under two checkpoints, and two after them."""
    store = database.store()
    store.keep_rules(digest(RULES), RULES)
    book.write(store, "h-1", 4, rules=digest(RULES))
    store.checkpoint(book.now)
    book.write(store, "h-2", 4, rules=digest(RULES))
    book.write(store, "h-3", 2, rules=digest(RULES))
    store.checkpoint(LATER)
    book.write(store, "h-3", 2, first=3, rules=digest(RULES))
    assert codes(store) == set()
    if not database.is_sqlite:
        database.tamper(
            "ALTER TABLE cc_events DROP CONSTRAINT cc_events_case",
            "ALTER TABLE cc_snapshots DROP CONSTRAINT cc_snapshots_case",
        )
    return store


def remove_case(database, name):
    """Remove a case as somebody would who knows the tables: with its state, and the numbers closed up."""
    database.tamper(
        f"DELETE FROM cc_snapshots WHERE case_id = '{name}'",
        f"DELETE FROM cc_events WHERE case_id = '{name}'",
        f"DELETE FROM cc_cases WHERE id = '{name}'",
        "DELETE FROM cc_outbox",
    )
    close_up(database)


def close_up(database):
    """Number the events that are left from 1 on, and put the counter right."""
    with database.engine().begin() as connection:
        for new, (old,) in enumerate(connection.execute(text("SELECT seq FROM cc_events ORDER BY seq")).all(), 1):
            connection.execute(text(f"UPDATE cc_events SET seq = {new} WHERE seq = {old}"))
        connection.execute(
            text("UPDATE cc_counters SET value = (SELECT count(*) FROM cc_events) WHERE name = 'sequence'")
        )
        # Of those that are left, as many count as told as do not wait.
        connection.execute(text("DELETE FROM cc_counters WHERE name = 'told'"))
        asked = "SELECT 'told', (SELECT count(*) FROM cc_events) - (SELECT count(*) FROM cc_outbox)"
        connection.execute(text(f"INSERT INTO cc_counters (name, value) {asked}"))


def cut_off(database, store, name, last):
    """Cut the end off a chain, and put the present state and the numbers right."""
    database.tamper("DELETE FROM cc_outbox", f"DELETE FROM cc_events WHERE case_id = '{name}' AND version > {last}")
    stored = store.case(name)
    begun = Case(stored.id, stored.procedure, stored.place, stored.opened, stored.rules)
    left = store.events(name)
    kept = snapshot_row(fold(begun, [item.event for item in left]), left[-1].hash)
    row = dict(zip(snapshots.c.keys(), kept, strict=True))
    database.tamper(f"DELETE FROM cc_snapshots WHERE case_id = '{name}'")
    names = ", ".join(row)
    database.tamper(f"INSERT INTO cc_snapshots ({names}) VALUES ({', '.join(f':{each}' for each in row)})", **row)
    close_up(database)


def test_a_checkpoint_is_the_tree_over_all_events(record, book):
    """Size and root are those of the defined tree over the hashes of all events, and each follows the one before."""
    leaves = entries(record)
    covered = record.coverage()
    assert (covered.events, covered.covered, covered.beyond) == (12, 10, 2)
    assert covered.checkpoint.root == f"sha256:{tree_root(leaves[:10]).hex()}"
    third = record.checkpoint(book.now)
    assert (third.size, third.root) == (12, f"sha256:{tree_root(leaves).hex()}")
    assert third.previous == covered.checkpoint.hash
    assert record.coverage().beyond == 0
    proof = consistency_proof(leaves, 10)
    assert consistent(10, tree_root(leaves[:10]), 12, tree_root(leaves), proof)
    first = record.events("h-1")[0]
    assert included(entry(first.hash), 0, 12, inclusion_proof(leaves, 0), bytes.fromhex(third.root[7:]))


def test_a_second_checkpoint_over_the_same_events_is_the_first(record, book):
    """Where nothing is new nothing is written; over nothing at all there is no checkpoint."""
    made = record.checkpoint(book.now)
    assert record.checkpoint(LATER) == made
    assert record.coverage().checkpoint == made


def test_nothing_has_no_checkpoint(database, book):
    """An empty record has none and says so."""
    store = database.store()
    assert store.checkpoint(book.now) is None
    assert store.coverage().checkpoint is None
    assert codes(store) == set()


def test_only_new_events_are_read(record, book):
    """What an earlier checkpoint covers is not read again: the tree goes on from its frontier."""
    read = []
    engine = record._transactions.engine
    from sqlalchemy import event

    def count(_connection, _cursor, statement, parameters, *_more):
        if "cc_events.hash" in statement:
            read.append(parameters)

    event.listen(engine, "before_cursor_execute", count)
    record.checkpoint(book.now)
    assert len(read) == 1
    assert 10 in (read[0].values() if isinstance(read[0], dict) else read[0])


def test_a_checkpoint_in_a_unit_goes_with_it(record, book):
    """A checkpoint in a unit of work that is given up is none."""

    def attempt():
        with record.begin():
            record.append([book.event("h-1", 5, rules=digest(RULES))], {"h-1": 4}, book.now)
            assert record.checkpoint(book.now).size == 13
            raise RuntimeError

    with pytest.raises(RuntimeError):
        attempt()
    assert record.coverage().covered == 10
    assert codes(record) == set()


@pytest.mark.parametrize("name", ["h-1", "h-2", "h-3"])
def test_a_case_removed_whole_is_found_and_named(database, record, name):
    """A case removed with all that belongs to it is found by the checkpoint and named."""
    remove_case(database, name)
    assert {item["case"] for item in named(record, "covered-case-missing")} == {name}
    assert codes(record) & {"checkpoint-broken", "checkpoint-short"}


@pytest.mark.parametrize(("name", "last"), [("h-1", 3), ("h-2", 1), ("h-3", 1)])
def test_the_end_cut_off_a_chain_is_found_and_named(database, record, name, last):
    """A chain without its end, whose state and numbers were put right, is found and named with what is left."""
    cut_off(database, record, name, last)
    assert [(item["case"], item["last"]) for item in named(record, "covered-events-missing")] == [(name, str(last))]


def test_without_a_checkpoint_neither_is_found(database, record, book):
    """The same removals in a record without checkpoints, and after the last one, show in nothing."""
    cut_off(database, record, "h-3", 2)
    assert codes(record) == set()
    assert record.coverage().beyond == 0
    database.tamper(*NO_CHECKPOINTS)
    remove_case(database, "h-2")
    cut_off(database, record, "h-1", 2)
    assert codes(record) == set()
    assert record.coverage() == type(record.coverage())(4, None)


def test_a_root_from_elsewhere_finds_what_was_rewritten_throughout(database, record, book):
    """Who removes a case and every checkpoint, and makes new ones, is found by a root that somebody kept."""
    kept = record.coverage().checkpoint
    known = (KnownRoot(kept.root, kept.size), KnownRoot(kept.root))
    assert codes(record, *known) == set()
    database.tamper(*NO_CHECKPOINTS)
    remove_case(database, "h-2")
    record.checkpoint(book.now)
    assert codes(record) == set()
    assert codes(record, *known) == {"root-differs", "root-unknown"}
    assert codes(record, KnownRoot(kept.root, 8)) == {"root-differs"}
    (beyond,) = record.verify([KnownRoot(kept.root, 10**6)])
    assert "made before that checkpoint" in beyond.message.en


def test_the_place_of_a_change_is_narrowed_to_two_checkpoints(database, record):
    """Where events were exchanged with true hashes, the checkpoint says between which two of them."""
    database.tamper(
        "UPDATE cc_events SET seq = 99 WHERE seq = 8",
        "UPDATE cc_events SET seq = 8 WHERE seq = 9",
        "UPDATE cc_events SET seq = 9 WHERE seq = 99",
    )
    (found,) = named(record, "checkpoint-broken")
    assert found == {"size": "10", "after": "4"}


@pytest.mark.parametrize("column", [column.name for column in checkpoints.columns])
@pytest.mark.parametrize("size", [4, 10])
def test_a_change_in_any_column_of_a_checkpoint_is_found(database, record, column, size):
    """One character changed in any column of a checkpoint is found."""
    middle = f"(length({column}) / 2 + 1)"
    changed = f"CASE substr({column}, {middle}, 1) WHEN '0' THEN '1' ELSE '0' END"
    value = f"substr({column}, 1, {middle} - 1) || {changed} || substr({column}, {middle} + 1)"
    if column == "previous" and size == 4:
        value = "'0'"
    if column in ("size", "number"):
        value = f"{column} + 8"
    database.tamper(f"UPDATE cc_checkpoints SET {column} = {value} WHERE size = {size}")
    assert codes(record) & {"checkpoint-changed", "checkpoint-missing"}


@pytest.mark.parametrize("column", [column.name for column in checkpoint_cases.columns])
@pytest.mark.parametrize("by", [1, -1])
def test_a_change_in_any_column_of_a_note_is_found(database, record, column, by):
    """What a checkpoint notes about a case cannot be changed unseen."""
    value = "'h-x'" if column == "case_id" else f"{column} + {by}"
    database.tamper(f"UPDATE cc_checkpoint_cases SET {column} = {value} WHERE case_id = 'h-2'")
    assert codes(record)
    database.tamper("DELETE FROM cc_checkpoint_cases WHERE case_id IN ('h-2', 'h-x')")
    assert [item["case"] for item in named(record, "checkpoint-note-differs")] == ["h-2"]


@pytest.mark.parametrize("size", [4, 10])
def test_a_checkpoint_removed_is_found(database, record, size):
    """A checkpoint removed is found, by the one after it or by the cases that were noted under it."""
    database.tamper(f"DELETE FROM cc_checkpoints WHERE size = {size}")
    assert "checkpoint-missing" in codes(record)


@pytest.mark.parametrize("column", ["root", "frontier", "entered", "hash"])
def test_no_checkpoint_is_made_on_a_changed_one(database, record, book, column):
    """Where the last checkpoint was changed no further one is made, and verifying is named as the next thing to do."""
    database.tamper(f"UPDATE cc_checkpoints SET {column} = 'x' WHERE size = 10")
    with pytest.raises(StoreError, match="run verify"):
        record.checkpoint(book.now)


def test_no_checkpoint_is_made_over_a_gap(database, record, book):
    """Where an event after the last checkpoint is gone no checkpoint hides it."""
    database.tamper("DELETE FROM cc_events WHERE seq = 11")
    with pytest.raises(StoreError, match="run verify"):
        record.checkpoint(book.now)


def test_another_algorithm_binds_as_well(database, book):
    """A record whose first checkpoint names another algorithm goes on with it and is verified by it."""
    store = database.store()
    book.write(store, "h-1", 3)
    made = store.checkpoint(book.now, algorithm="sha3_256")
    book.write(store, "h-1", 2, first=4)
    later = store.checkpoint(book.now)
    assert made.root.startswith("sha3_256:")
    assert later.algorithm == "sha3_256"
    assert codes(store, KnownRoot(made.root, 3)) == set()
    cut_off(database, store, "h-1", 4)
    assert "covered-events-missing" in codes(store)


def _copied(source, target):
    """Copy what both databases have columns for, the library's own version table aside."""
    known = {table: [column["name"] for column in inspect(source).get_columns(table)] for table in TABLES}
    with source.connect() as reading, target.begin() as writing:
        # Cases and rule texts come before what points at them.
        for table in sorted(set(inspect(target).get_table_names()) - {VERSION_TABLE, "cc_meta"}):
            columns = [c["name"] for c in inspect(target).get_columns(table) if c["name"] in known.get(table, ())]
            names = ", ".join(f'"{name}"' for name in columns)
            if not columns:
                continue
            writing.execute(text(f"DELETE FROM {table}"))
            for row in reading.execute(text(f"SELECT {names} FROM {table}")).mappings():
                given = {name: bool(value) if name == "reminded" else value for name, value in row.items()}
                values = ", ".join(f":{name}" for name in columns)
                writing.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), given)


def test_tables_of_the_first_version_are_brought_up_with_what_is_in_them(database, book, sqlite_file_beside):
    """A record in the tables of version 0001 keeps every event, verifies, and gets its first checkpoint over all."""
    engine = database.engine()
    with engine.begin() as connection:
        _run(connection, "0001")
    now = sqlite_file_beside.store()
    for name in ("h-1", "h-2"):
        book.write(now, name, 3)
    before = [now.events(name) for name in ("h-1", "h-2")]
    _copied(sqlite_file_beside.engine(), engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM cc_alembic_version")).scalar_one() == "0001"
    store = database.store()
    assert [store.events(name) for name in ("h-1", "h-2")] == before
    assert codes(store) == set()
    assert store.coverage().beyond == 6
    assert store.checkpoint(book.now).size == 6
    assert codes(store) == set()
    book.write(store, "h-1", 1, first=4)
    assert codes(store) == set()


def test_checkpoints_of_before_stay_and_are_followed(database, book, sqlite_file_beside):
    """Checkpoints in tables of 0009 keep their hashes, verify, and the next one follows them and covers the rest."""
    engine = database.engine()
    with engine.begin() as connection:
        _run(connection, "0009")
    now = sqlite_file_beside.store()
    for name in ("h-1", "h-2"):
        book.write(now, name, 3)
        now.checkpoint(book.now)
    last = now.coverage().checkpoint
    _copied(sqlite_file_beside.engine(), engine)
    old, previous = [], ""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM cc_counters WHERE name = 'checkpoint'"))
        for row in connection.execute(text("SELECT * FROM cc_checkpoints ORDER BY size")).all():
            made = checkpoint_hash(row.size, row.root, row.algorithm, row.entered, previous)
            values = {"size": row.size, "previous": previous, "hash": made}
            update = "UPDATE cc_checkpoints SET previous = :previous, hash = :hash WHERE size = :size"
            connection.execute(text(update), values)
            previous = made
            old.append(made)
    store = database.store()
    assert codes(store, KnownRoot(last.root, 6), KnownRoot(old[0])) == set()
    assert (store.coverage().checkpoint.hash, store.coverage().checkpoint.root) == (old[-1], last.root)
    third = store.checkpoint(book.now)
    assert (third.size, third.previous) == (6, old[-1])
    assert codes(store) == set()
    database.tamper("DELETE FROM cc_checkpoints WHERE number = 1")
    assert "checkpoint-missing" in codes(store)
