"""Several threads and processes write at once, and one of them is killed; nothing acknowledged is lost or doubled."""

import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import text

from community_core.base import Label, StoreError
from community_core.ports.store import Conflict
from community_core.store import Unserialized
from community_core.store.failures import checked

WRITER = """
import datetime as dt, sys
from community_core.ports.store import Conflict, StoredCase
from community_core.procedures.events import Case, Event, fold
from community_core.store import open_store

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
day, now = dt.date(2006, 5, 1), dt.datetime(2006, 5, 1, tzinfo=dt.UTC)
store = open_store(url)
done = 0
while done < count:
    version = len(store.events("shared"))
    own = f"{name}-{done}"
    try:
        with store.begin():
            store.add_case(StoredCase(own, "p", "c", day, ""))
            new = [Event(own, i, "s", "o", name, "p", day, key=f"{own}/{i}") for i in (1, 2, 3)]
            new.append(Event("shared", version + 1, "s", "o", name, "p", day, key=own))
            store.append(new, {own: 0, "shared": version}, now)
            store.snapshot(fold(Case(own, "p", "c", day), new[:3]))
    except Conflict:
        print("conflict", flush=True)
        continue
    done += 1
    print("done", own, flush=True)
store.close()
"""


def writer(database, name, count):
    """Start a process that writes *count* units, each with a case of its own and one event of a shared case."""
    arguments = [sys.executable, "-W", "error", "-c", WRITER, database.url, name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_that_meet_lose_nothing(database, book):
    """Two processes that write to one case at once each see conflicts or succeed; every success is kept once."""
    database.store().add_case(book.case("shared"))
    writers = [writer(database, name, 40) for name in ("甲", "乙")]
    outputs = [process.communicate(timeout=120) for process in writers]
    assert [error for _, error in outputs] == ["", ""]
    store = database.store()
    kept = {stored.event.key for stored in store.events("shared")}
    said = {line.split()[1] for out, _ in outputs for line in out.splitlines() if line.startswith("done")}
    assert kept == said
    assert len(kept) == 80
    book.keep(store, "shared")
    assert list(store.verify()) == []


def test_a_killed_process_loses_nothing_it_acknowledged(database, book):
    """After ``kill -9`` in the middle of writing, every acknowledged unit is there whole, and the record verifies."""
    store = database.store()
    store.add_case(book.case("shared"))
    for turn in range(3):
        process = writer(database, f"t{turn}", 100000)
        said = [process.stdout.readline().split() for _ in range(8 + 7 * turn)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        said += [line.split() for line in rest.splitlines() if line.endswith(tuple("0123456789"))]
        kept = {stored.event.key for stored in store.events("shared")}
        for _, own in said:
            assert own in kept
            assert len(store.events(own)) == 3
        book.keep(store, "shared")
        assert list(store.verify()) == []
    book.write(store, "h-1", 1)


def test_of_two_threads_one_is_told_of_the_conflict(database, book):
    """Two threads that append to one case after the same version: one succeeds, the other has a conflict."""
    store = database.store()
    book.write(store, "h-1", 1)
    barrier = threading.Barrier(2)
    results = []

    def act():
        barrier.wait()
        try:
            with store.begin():
                store.append([book.event("h-1", 2)], {"h-1": 1}, book.now)
            results.append("done")
        except Conflict:
            results.append("conflict")

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict", "done"]
    assert len(store.events("h-1")) == 2


def test_what_a_unit_read_still_holds_when_it_writes(database, book):
    """Eight threads that each read a number and write it one higher end with the number eight."""
    store = database.store()
    store.set_meta("n", "0")

    def raise_by_one():
        value = int(store.meta("n"))
        time.sleep(0.01)
        store.set_meta("n", str(value + 1))

    threads = [threading.Thread(target=store.run, args=(raise_by_one,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.meta("n") == "8"


def test_reading_goes_on_while_a_unit_is_open(database, book):
    """Others read the state before a unit as long as it is open; the unit reads its own."""
    store = database.store()
    other = database.store()
    book.write(store, "h-1", 1)
    with store.begin():
        store.append([book.event("h-1", 2)], {"h-1": 1}, book.now)
        assert len(store.events("h-1")) == 2
        assert len(other.events("h-1")) == 1
    assert len(other.events("h-1")) == 2


def test_a_locked_database_says_so_and_the_next_call_works(database, book):
    """A database that stays locked past the timeout raises in both languages; afterwards the store works."""
    store = database.store(timeout=0.1)
    with database.engine().connect() as holder:
        holder.execute(text("UPDATE cc_counters SET value = value"))
        with pytest.raises(StoreError, match="locked past the timeout") as raised:
            book.write(store, "h-1", 1)
        assert "占用" in raised.value.message.zh
        holder.rollback()
    book.write(store, "h-1", 1)
    assert list(store.verify()) == []


def test_a_full_disk_says_so_and_leaves_nothing(sqlite_file, book):
    """Where the disk is full the unit raises and leaves nothing; with space again the store works."""
    store = sqlite_file.store()
    engine = store._transactions.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(StoreError, match="disk is full"):
        book.write(store, "h-1", 1000)
    assert store.case("h-1") is None
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    book.write(store, "h-1", 1000)
    assert list(store.verify()) == []


def test_a_lost_connection_says_so_and_the_next_call_works(database, book):
    """Where the server ends the connection the unit raises and leaves nothing, and the next call connects anew."""
    if database.is_sqlite:
        pytest.skip("a file has no connection to lose")
    store = database.store()

    def cut_off():
        store.add_case(book.case("h-1"))
        pid = store._transactions.current.execute(text("SELECT pg_backend_pid()")).scalar_one()
        database.tamper("SELECT pg_terminate_backend(:pid)", pid=pid)
        store.append([book.event("h-1", 1)], {"h-1": 0}, book.now)

    with pytest.raises(StoreError, match="connection to the database was lost"):
        store.run(cut_off)
    assert store.case("h-1") is None
    book.write(store, "h-1", 1)


def test_work_given_up_for_another_transaction_is_done_again(database, book):
    """Work that the database gives up is repeated as a whole, but never in a caller's transaction."""
    store = database.store()
    tries = []

    def work(store=store):
        store.set_meta("tries", str(len(tries)))
        tries.append(1)
        if len(tries) < 3:
            raise Unserialized(Label("让路", "gave way"))
        return "done"

    assert store.run(work) == "done"
    assert store.meta("tries") == "2"
    with database.engine().connect() as connection:
        tries.clear()
        his = database.store(connection)
        with pytest.raises(Unserialized):
            his.run(lambda: work(his))
        connection.rollback()
    assert len(tries) == 1


def test_a_deadlock_is_such_work(database, book):
    """Two transactions that PostgreSQL finds in a deadlock: the one given up is repeated, and both are kept."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer and no deadlocks")
    store = database.store()
    database.tamper("CREATE TABLE his (id integer primary key, n integer)", "INSERT INTO his VALUES (1, 0), (2, 0)")
    barrier = threading.Barrier(2, timeout=20)
    runs = []

    def host():
        with database.engine().begin() as connection:
            connection.execute(text("SET deadlock_timeout = '10s'"))
            connection.execute(text("UPDATE his SET n = n + 1 WHERE id = 1"))
            barrier.wait()
            connection.execute(text("UPDATE cc_counters SET value = value"))

    def work():
        runs.append(1)
        store.set_meta("a", "b")
        if len(runs) == 1:
            barrier.wait()
            time.sleep(0.3)
        with store._transactions.reading() as connection, checked():
            connection.execute(text("UPDATE his SET n = n + 1 WHERE id = 1"))

    thread = threading.Thread(target=host)
    thread.start()
    store.run(work)
    thread.join()
    assert len(runs) == 2
    with database.engine().connect() as connection:
        assert connection.execute(text("SELECT n FROM his WHERE id = 1")).scalar_one() == 2


def test_no_value_of_a_statement_is_in_an_error(database, book):
    """What the database refuses is said without the values, which may be personal, in the traceback too."""
    store = database.store(database.engine())
    database.tamper("DROP TABLE cc_postings")
    with pytest.raises(StoreError) as raised:
        store.postings("王某某", book.day)
    chain = [raised.value, raised.value.__cause__]
    assert all("王某某" not in str(error) for error in chain)
    assert "hidden" in str(raised.value.__cause__)
