"""The trace of who read sensitive values of registers, in the database."""

import datetime as dt

import pytest

from community_core.base import StoreError
from community_core.registers.reads import RegisterRead
from community_core.store import restore

NOON = dt.datetime(2006, 5, 1, 12, tzinfo=dt.UTC)


def trace(store):
    return [
        store.keep_read(
            RegisterRead("clerk", f"核对{at}", register, ("id_number",), ((1, at),), dt.date(2006, 5, at)), NOON
        )
        for at, register in enumerate(("residents", "category_entries", "residents"), start=1)
    ]


def test_each_reading_is_a_line_that_stays(database):
    """Lines come back as they were written, in their order, of all registers or of one."""
    store = database.store()
    made = trace(store)
    assert [read.number for read in made] == [1, 2, 3]
    assert list(store.register_reads()) == made
    assert list(store.register_reads(register="residents")) == [made[0], made[2]]
    assert list(store.verify()) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE cc_register_reads SET purpose = 'x' WHERE number = 2", 2),
        ("UPDATE cc_register_reads SET rows = '1-9' WHERE number = 1", 1),
        ("UPDATE cc_register_reads SET rows = '1-1' WHERE number = 1", 1),
        ("UPDATE cc_register_reads SET columns = 'id_number ' WHERE number = 3", 3),
        ("UPDATE cc_register_reads SET day = '' WHERE number = 3", 3),
        ("UPDATE cc_register_reads SET entered = '2006' WHERE number = 1", 1),
        ("UPDATE cc_register_reads SET rows = 'x' WHERE number = 2", 2),
        ("DELETE FROM cc_register_reads WHERE number = 1", 1),
        ("DELETE FROM cc_register_reads WHERE number = 2", 2),
        ("DELETE FROM cc_register_reads WHERE number = 3", 3),
        ("DELETE FROM cc_register_reads", 1),
        ("UPDATE cc_counters SET value = 1 WHERE name = 'register_read'", 2),
    ],
)
def test_a_trace_that_was_changed_is_found(database, change, line):
    """What somebody rewrote or removed past the store is found, its last line too, and the line is named."""
    store = database.store()
    trace(store)
    database.tamper(change)
    (found,) = store.verify()
    assert (found.code, dict(found.data)["number"]) == ("register-reads-changed", str(line))


def test_a_trace_that_cannot_be_read_says_so(database):
    """Rows that are no numbers are an error that names the trace."""
    store = database.store()
    trace(store)
    database.tamper("UPDATE cc_register_reads SET rows = 'x' WHERE number = 2")
    with pytest.raises(StoreError, match="trace"):
        store.register_reads()


def test_a_trace_that_was_changed_is_not_backed_up_unseen(sqlite_file, tmp_path):
    """A copy is verified with the trace of readings and electoral rolls, and so is a backup put back."""
    store = sqlite_file.store()
    trace(store)
    sqlite_file.tamper("UPDATE cc_register_reads SET purpose = 'x' WHERE number = 2")
    copy = tmp_path / "copy.db"
    with pytest.raises(StoreError) as refused:
        store.backup(copy)
    assert [item.code for item in refused.value.findings] == ["register-reads-changed"]
    store.backup(copy, check=False)
    with pytest.raises(StoreError) as refused:
        restore(copy, tmp_path / "new.db")
    assert [item.code for item in refused.value.findings] == ["register-reads-changed"]
