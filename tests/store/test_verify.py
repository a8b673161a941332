"""Whatever is changed past the store is found; an untouched record gives no finding."""
# ruff: noqa: S608 - the statements are built from the tests' own names, to change what no caller of the store can

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from community_core.base import StoreError
from community_core.codec import digest
from community_core.instruments.ledger import Entry
from community_core.ports.store import Cause, StoredCase
from community_core.procedures.definition import Procedure
from community_core.procedures.events import Appoint, Case, Enter, Event, OpenCase, fold
from community_core.procedures.recording import recorded
from community_core.registers.reads import RegisterRead
from community_core.store import open_store
from community_core.store.parts import processes_for
from community_core.store.records import event_row, genesis
from community_core.store.schema import (
    cases,
    checkpoint_cases,
    checkpoints,
    events,
    ledger,
    postings,
    rule_texts,
    snapshots,
)

DAY = dt.date(2006, 5, 1)
NOON = dt.datetime(2006, 5, 1, 12, tzinfo=dt.UTC)
RULES = "判定 text"
CHANGES = {
    "seq": "seq + 8",
    "version": "version + 8",
    "key": "CASE WHEN key IS NULL THEN 'x' ELSE NULL END",
}


def codes(store):
    """Return the codes of what is found."""
    return {finding.code for finding in store.verify()}


@pytest.fixture
def record(database, book):
    """A record of three cases with four events each, and its store."""
    store = database.store()
    store.keep_rules(digest(RULES), RULES)
    for name in ("h-1", "h-2", "h-3"):
        book.write(store, name, 4, rules=digest(RULES))
    assert codes(store) == set()
    if not database.is_sqlite:
        database.tamper(
            "ALTER TABLE cc_events DROP CONSTRAINT cc_events_case",
            "ALTER TABLE cc_snapshots DROP CONSTRAINT cc_snapshots_case",
        )
    return store


def flipped(column):
    """Return SQL for the column's value with its middle character changed."""
    if column in CHANGES:
        return CHANGES[column]
    middle = f"(length({column}) / 2 + 1)"
    changed = f"CASE substr({column}, {middle}, 1) WHEN '0' THEN '1' ELSE '0' END"
    return f"substr({column}, 1, {middle} - 1) || {changed} || substr({column}, {middle} + 1)"


@pytest.mark.parametrize("column", [column.name for column in events.columns])
def test_a_change_in_any_column_of_an_event_is_found(database, record, column):
    """One character changed in any column of one event is found, and the case is named."""
    database.tamper(f"UPDATE cc_events SET {column} = {flipped(column)} WHERE case_id = 'h-2' AND version = 4")
    found = list(record.verify())
    assert found
    if column not in ("seq", "case_id", "rules"):
        assert {dict(finding.data)["case"] for finding in found} == {"h-2"}


def test_several_processes_find_what_one_finds(database, record, book):
    """With two processes the findings are those of one, and progress counts every event once."""
    for number in range(20):
        book.write(record, f"p-{number:02}", 2, rules=digest(RULES))
    read = []
    assert list(record.verify(workers=2, progress=read.append)) == []
    assert (read, read[-1]) == (sorted(read), 12 + 40)
    database.tamper(
        "UPDATE cc_events SET actor = 'x' WHERE case_id IN ('h-2', 'p-03', 'p-19') AND version = 2",
        "DELETE FROM cc_outbox",
        "DELETE FROM cc_events WHERE case_id = 'p-11' AND version = 1",
        "UPDATE cc_snapshots SET state = 'x' WHERE case_id = 'p-07'",
    )
    alone = list(record.verify())
    assert len(alone) > 5
    assert sorted(record.verify(workers=2), key=str) == sorted(alone, key=str)


def test_as_many_processes_verify_as_pay(database, record, monkeypatch):
    """There are more the more events there are, up to the processors; what is in memory is verified by one."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _own: range(4), raising=False)
    assert [processes_for(events) for events in (0, 199_999, 200_000, 350_000, 9_000_000)] == [1, 1, 2, 3, 4]
    asked = []
    monkeypatch.setattr("community_core.store.operations.processes_for", lambda events: asked.append(events) or 2)
    monkeypatch.setattr("community_core.store.parts.ProcessPoolExecutor", Threads)
    assert list(record.verify(workers=None)) == []
    assert asked == [12]
    store = open_store(":memory:")
    assert list(store.verify(workers=None)) == []
    assert asked == [12]
    store.close()


class Threads(ThreadPoolExecutor):
    """Threads in the place of processes."""

    def __init__(self, count, mp_context):
        assert (count, mp_context.get_start_method()) == (1, "spawn")
        super().__init__(count)


def test_only_what_can_be_opened_again_is_verified_by_several_processes(database):
    """A caller's engine, a database in memory, and less than one process are refused with what to do."""
    theirs = create_engine(database.url)
    for store in (open_store(theirs), open_store(":memory:")):
        with pytest.raises(StoreError, match="workers=1"):
            list(store.verify(workers=2))
        store.close()
    theirs.dispose()
    with pytest.raises(StoreError, match="at least one"):
        list(database.store().verify(workers=0))


@pytest.mark.parametrize("column", [column.name for column in cases.columns])
def test_a_change_in_any_column_of_a_case_is_found(database, record, column):
    """One character changed in any column of a case's own record is found."""
    value = "'h-1'" if column == "parent" else flipped(column)
    database.tamper(f"UPDATE cc_cases SET {column} = {value} WHERE id = 'h-2'")
    expected = "event-without-case" if column == "id" else "case-changed"
    assert expected in codes(record)


@pytest.mark.parametrize("column", [column.name for column in rule_texts.columns])
def test_a_change_in_a_rule_text_is_found(database, record, column):
    """One character changed in a rule text or its hash is found."""
    database.tamper(f"UPDATE cc_rule_texts SET {column} = {flipped(column)}")
    assert "rule-text-changed" in codes(record)


@pytest.mark.parametrize("column", ["state", "version", "entered", "latest", "data", "steps", "reminded"])
def test_a_present_state_that_differs_is_found(database, record, column):
    """A present state that is not what the events make is found, whichever column differs."""
    value = {"version": "version - 1", "reminded": "NOT reminded"}.get(column) or flipped(column)
    database.tamper(f"UPDATE cc_snapshots SET {column} = {value} WHERE case_id = 'h-2'")
    assert codes(record) == {"snapshot-differs"}


def test_a_present_state_that_says_no_more_after_which_event_it_is_is_found(database, record, book):
    """Only states from before they said so may stay silent; nobody blanks it to change how a case ended."""
    database.tamper("UPDATE cc_snapshots SET head = '' WHERE case_id = 'h-1'")
    assert codes(record) == {"snapshot-differs"}
    database.tamper("UPDATE cc_snapshots SET head = (SELECT hash FROM cc_events WHERE seq = 4) WHERE case_id = 'h-1'")
    assert codes(record) == {"snapshot-differs"}
    # As an upgrade leaves a store in which some are older.
    last = "(SELECT CAST(max(seq) AS TEXT) FROM cc_events)"
    database.tamper(f"INSERT INTO cc_meta (name, value) VALUES ('states_without_head', {last})")
    assert codes(record) == set()
    database.tamper("UPDATE cc_snapshots SET head = '' WHERE case_id = 'h-1'")
    assert codes(record) == set()
    database.tamper("UPDATE cc_snapshots SET takers = '{}' WHERE case_id = 'h-1'")
    assert codes(record) == {"snapshot-differs"}
    database.tamper("UPDATE cc_snapshots SET takers = '' WHERE case_id = 'h-1'")
    book.write(record, "h-1", 1, first=5, rules=digest(RULES))
    assert codes(record) == set()
    database.tamper("UPDATE cc_snapshots SET head = '' WHERE case_id = 'h-1'")
    assert codes(record) == {"snapshot-differs"}


def test_a_missing_rule_text_is_found(database, record):
    """A rule text that cases run under and that is gone is found."""
    database.tamper("DELETE FROM cc_rule_texts")
    assert codes(record) == {"rule-text-missing"}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_event_removed_from_a_chain_is_found(database, record, version):
    """An event removed before others of its case is found where the next one stands."""
    database.tamper(f"DELETE FROM cc_events WHERE case_id = 'h-2' AND version = {version}")
    found = [(f.code, dict(f.data)["version"]) for f in record.verify() if f.code == "event-missing"]
    assert found == [("event-missing", str(version + 1))]


def test_the_end_cut_off_shows_in_state_and_sequence(database, record):
    """A chain whose end is gone disagrees with its present state, and its numbers leave a gap."""
    database.tamper("DELETE FROM cc_events WHERE case_id = 'h-2' AND version = 4")
    assert codes(record) == {"snapshot-differs", "sequence-gap", "outbox-differs"}
    database.tamper("DELETE FROM cc_snapshots WHERE case_id = 'h-2'")
    assert codes(record) == {"snapshot-differs", "sequence-gap", "outbox-differs"}


def test_a_present_state_that_is_gone_is_found(database, record):
    """A case whose present state was removed, so that no list has it, is named."""
    database.tamper("DELETE FROM cc_snapshots WHERE case_id = 'h-2'")
    (found,) = record.verify()
    assert (found.code, dict(found.data)) == ("snapshot-differs", {"case": "h-2", "version": "4"})


@pytest.mark.parametrize("change", ["version = '1x'", "version = 'x' || version", "case_id = x'ff'", "hash = 7"])
def test_what_is_of_another_type_is_found_like_any_change(sqlite_file, book, change):
    """SQLite keeps texts in columns of numbers, and bytes in columns of texts: such a change is found and named."""
    store = sqlite_file.store()
    book.write(store, "h-1", 3)
    sqlite_file.tamper(f"UPDATE cc_events SET {change} WHERE version = 2")
    assert {"event-changed", "event-missing"} & codes(store)


@pytest.mark.parametrize("count", ["'2x'", "x'ff'", "NULL"])
def test_a_counter_of_another_type_is_found(sqlite_file, count):
    """The count of readings, of ledgers' parts and of events may be no number any more."""
    store = sqlite_file.store()
    with store.begin():
        store.keep_read(RegisterRead("clerk", "核对", "residents", ("id_number",), ((1, 1),), DAY), NOON)
    sqlite_file.tamper("PRAGMA ignore_check_constraints=ON", "CREATE TABLE kept AS SELECT * FROM cc_counters")
    sqlite_file.tamper("DROP TABLE cc_counters", "ALTER TABLE kept RENAME TO cc_counters")
    sqlite_file.tamper(f"UPDATE cc_counters SET value = {count}")
    assert codes(store) == {"sequence-gap", "register-reads-changed"}


def test_all_events_of_a_case_removed_is_found(database, record):
    """A case without events is found."""
    database.tamper("DELETE FROM cc_events WHERE case_id = 'h-2'")
    assert codes(record) == {"case-without-events", "sequence-gap", "outbox-differs"}


def test_an_event_without_its_case_is_found(database, record):
    """Events whose case is gone, and a present state whose case is gone, are found."""
    database.tamper("DELETE FROM cc_cases WHERE id = 'h-2'")
    assert codes(record) == {"event-without-case", "snapshot-without-case"}


@pytest.mark.parametrize("pair", [(1, 2), (2, 3), (1, 4)])
def test_two_events_that_changed_places_are_found(database, record, pair):
    """Two events of a case that changed their places are found."""
    one, other = pair
    where = "WHERE case_id = 'h-2' AND version ="
    database.tamper(
        f"UPDATE cc_events SET version = 99 {where} {one}",
        f"UPDATE cc_events SET version = {one} {where} {other}",
        f"UPDATE cc_events SET version = {other} {where} 99",
    )
    assert {"event-changed", "chain-broken"} <= codes(record)


def test_events_that_changed_cases_are_found(database, record):
    """Two events of two cases, exchanged with all but their ids, are found in both."""
    database.tamper(
        "UPDATE cc_events SET case_id = 'x' WHERE case_id = 'h-1' AND version = 2",
        "UPDATE cc_events SET case_id = 'h-1' WHERE case_id = 'h-2' AND version = 2",
        "UPDATE cc_events SET case_id = 'h-2' WHERE case_id = 'x'",
    )
    assert {dict(f.data).get("case") for f in record.verify() if f.code == "event-changed"} == {"h-1", "h-2"}


def put(database, row):
    """Write a row of events past the store."""
    with database.engine().begin() as connection:
        connection.execute(events.insert(), [dict(zip(events.c.keys(), row, strict=True))])


def test_an_event_replaced_with_a_true_hash_is_found(database, record, book):
    """An event replaced by another one, whose own hash is right, breaks the chain at the next one."""
    kept = record.events("h-2")
    database.tamper("DELETE FROM cc_events WHERE case_id = 'h-2' AND version = 2")
    put(database, event_row(book.event("h-2", 2), 6, kept[0].hash, "2006-05-01T08:30:00.000000Z"))
    found = [(f.code, dict(f.data).get("version")) for f in record.verify()]
    assert ("chain-broken", "3") in found
    assert "event-changed" not in dict(found)


def test_an_event_inserted_is_found(database, record, book):
    """An event put between others, which are moved up, is found."""
    kept = record.events("h-2")
    for version in (4, 3):
        database.tamper(f"UPDATE cc_events SET version = version + 1 WHERE case_id = 'h-2' AND version = {version}")
    put(database, event_row(book.event("h-2", 3), 13, kept[1].hash, "2006-05-01T08:30:00.000000Z"))
    assert {"chain-broken", "event-changed", "snapshot-differs", "sequence-gap"} <= codes(record)


def test_numbers_that_changed_places_in_a_case_are_found(database, record):
    """Two sequence numbers exchanged within a case are found."""
    database.tamper(
        "UPDATE cc_events SET seq = 99 WHERE seq = 6",
        "UPDATE cc_events SET seq = 6 WHERE seq = 7",
        "UPDATE cc_events SET seq = 7 WHERE seq = 99",
    )
    assert codes(record) == {"sequence-disordered"}


def test_verify_reads_one_moments_state(database, record, book):
    """What is written while the record is verified makes no finding."""
    found = record.verify()
    for name in ("h-4", "h-5"):
        book.write(record, name, 2)
    book.write(record, "h-1", 2, first=5, rules=digest(RULES))
    assert list(found) == []
    assert codes(record) == set()


def test_verify_sees_what_the_unit_wrote(database, record, book):
    """Inside a unit of work its own events are verified with the rest."""
    with record.begin():
        record.append([book.event("h-1", 5, rules=digest(RULES))], {"h-1": 4}, book.now)
        assert codes(record) == {"snapshot-differs"}


STEP = st.builds(
    Event,
    case=st.just("h-1"),
    version=st.just(0),
    step=st.sampled_from(["late", "speak", "close"]),
    state=st.sampled_from(["open", "closed"]),
    actor=st.sampled_from(["a", "系统"]),
    post=st.just("p"),
    day=st.dates(),
    data=st.dictionaries(st.sampled_from("abc"), st.none() | st.booleans() | st.integers() | st.dates()).map(
        lambda found: tuple(found.items())
    ),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_a_state_folded_from_its_events_always_agrees(steps):
    """The present state that events make, kept as it is, gives no finding; verifying folds as a case does."""
    store = open_store(":memory:")
    begun = Case("h-1", "p", "c", dt.date(2006, 5, 1))
    with store.begin():
        store.add_case(StoredCase("h-1", "p", "c", begun.opened, ""))
        new = [evolve(step, version=i) for i, step in enumerate(steps, 1)]
        store.append(new, {"h-1": 0}, dt.datetime(2006, 5, 1, tzinfo=dt.UTC))
        store.snapshot(fold(begun, new))
    assert codes(store) == set()
    store.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small SQLite record, as a store and as an open connection past it."""
    path = tmp_path_factory.mktemp("small") / "record.db"
    store = open_store(path)
    rules = digest(RULES)
    store.keep_rules(rules, RULES)
    with store.begin():
        caused = (OpenCase("p"), Appoint("王", "p", "c", DAY), Enter(Entry("g", DAY, "u", "c", 5, place="c")))
        parent = Event("h-0", 1, "say", "open", "a", "p", DAY, (), (), rules)
        parent = evolve(parent, effects=recorded(Procedure("p", ()), Case("h-0", "p", "c", DAY), caused, {}, {}))
        store.add_cases([StoredCase("h-0", "p", "c", DAY, rules), StoredCase("h-0.1.1", "p", "c", DAY, rules, "h-0")])
        for number, effect in enumerate(caused, start=1):
            store.apply(effect, Cause("h-0", 1, number))
        new = [
            Event("h-0.1.1", i, "say", "open", "a", "p", DAY, (("说", "好"),), (), rules, f"k{i}") for i in (1, 2, 3)
        ]
        first, *_ = store.append([parent, *new[:2]], {"h-0": 0, "h-0.1.1": 0}, dt.datetime(2006, 5, 1, tzinfo=dt.UTC))
        store.checkpoint(dt.datetime(2006, 5, 1, tzinfo=dt.UTC))
        (last,) = store.append(new[2:], {"h-0.1.1": 2}, dt.datetime(2006, 5, 2, tzinfo=dt.UTC))
        for events_, head in (([parent], first.hash), (new, last.hash)):
            begun = Case(events_[0].case, "p", "c", DAY, rules)
            store.snapshots([fold(begun, events_)], {begun.id: head})
        store.checkpoint(dt.datetime(2006, 5, 2, tzinfo=dt.UTC))
    yield store
    store.close()


TABLES = {
    "cc_events": [c.name for c in events.c],
    "cc_cases": [c.name for c in cases.c],
    "cc_snapshots": [c.name for c in snapshots.c],
    "cc_rule_texts": ["hash", "text"],
    "cc_checkpoints": [c.name for c in checkpoints.c],
    "cc_checkpoint_cases": [c.name for c in checkpoint_cases.c],
    "cc_ledger": [c.name for c in ledger.c],
    "cc_postings": [c.name for c in postings.c],
}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(small, data):
    """Any bit flipped in any byte of any column of the record and its checkpoints is found, broken UTF-8 included."""
    table = data.draw(st.sampled_from(sorted(TABLES)))
    column = data.draw(st.sampled_from(TABLES[table]))
    engine = small._transactions.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        rows = connection.execute(text(f"SELECT rowid, {column}, CAST({column} AS BLOB) FROM {table}")).all()
        row, value, raw = data.draw(st.sampled_from(rows))
        if isinstance(value, int):
            bit = data.draw(st.integers(0, 31))
            changed, put_as = value ^ (1 << bit), ":value"
        else:
            assume(raw)
            at = data.draw(st.integers(0, len(raw) - 1))
            flip = 1 << data.draw(st.integers(0, 7))
            changed, put_as = raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :], "CAST(:value AS TEXT)"
        others = {other for row in rows for other in row[1:]}
        taken = column in ("seq", "version", "key", "number", "id") and changed in others
        assume(not taken)
        connection.execute(
            text(f"UPDATE {table} SET {column} = {put_as} WHERE rowid = :row"), {"value": changed, "row": row}
        )
        moves = (("cc_events", "seq"), ("cc_checkpoints", "number"), ("cc_ledger", "number"), ("cc_postings", "id"))
        moved = changed if (table, column) in moves else row
    try:
        found = codes(small)
        assert found
        assert "store-damaged" not in found
    finally:
        with engine.connect() as connection:
            connection.execute(
                text(f"UPDATE {table} SET {column} = :value WHERE rowid = :row"), {"value": value, "row": moved}
            )
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    assert codes(small) == set()


def test_a_damaged_file_is_a_finding(sqlite_file, book, raw):
    """A file whose pages are damaged gives a finding, not an exception."""
    store = sqlite_file.store()
    with store.begin():
        store.add_cases(book.case(f"h-{i}") for i in range(500))
        store.append([book.event(f"h-{i}", 1) for i in range(500)], {f"h-{i}": 0 for i in range(500)}, book.now)
    connection = raw(sqlite_file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    store.close()
    path = sqlite_file.store()._transactions.engine.url.database
    with open(path, "r+b") as file:  # noqa: PTH123 - bytes in place
        file.seek(Path(path).stat().st_size * 3 // 4 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 8)
    assert "store-damaged" in codes(sqlite_file.store())


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.builds(StoredCase, TEXTS, TEXTS, TEXTS, st.dates(), TEXTS, TEXTS))
def test_a_chain_begins_with_the_hash_of_the_codecs_text(case):
    """The hash that a chain begins with is that of the canonical text of the case's record, its parent included."""
    assert genesis(case) == digest(case)
