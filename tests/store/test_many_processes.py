"""Eight processes on one case and on a thousand: no update is lost, nobody votes twice, nobody waits for ever."""

import datetime as dt
import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

import community_core as cc
from community_core.base import Refused
from community_core.ports.store import KnownRoot, Posting
from community_core.store import Unserialized, restore, verify_export

PROCESSES = 8
PEOPLE = 24
CASES = 1000
EACH = 250
DAY = dt.date(2006, 5, 1)
RULES = Path(__file__).parent / "seats.yaml"

# Each worker votes for several people, some with a key and some without, so that each vote is tried by several workers.
WORKERS = """
import datetime as dt, os, random, sys
import community_core as cc
from community_core.base import Refused
from community_core.store import Unserialized
from sqlalchemy import create_engine
import community_core.store.sql

url, rules, task, level, count = sys.argv[1:6]
day = dt.date(2006, 5, 1)
rules = cc.load(rules)

def vote(office, case, person, keyed):
    while True:
        try:
            key = f"{case}/{person}" if keyed else None
            office.take(case, "vote", {"choice": "yes"}, actor=person, day=day, key=key)
            return "voted"
        except Refused as error:
            return ",".join(item.code for item in error.findings)
        except Unserialized:
            continue

def work(me):
    chance = random.Random(me)
    where = create_engine(url, isolation_level=level) if level else url
    office = cc.open_office(rules, where)
    if task == "one":
        todo = [("one", f"p{number}") for number in range(int(count))]
    else:
        ids = [case.id for case in office.store.cases(procedure="small.seats.petition")]
        half = (me // 2) * len(ids) // 4
        todo = [(case, f"p{me // 2}") for case in ids[half : half + (int(count) if me % 2 else int(count) * 2 // 5)]]
    chance.shuffle(todo)
    for case, person in todo:
        said = vote(office, case, person, chance.random() < 0.5)
        os.write(1, f"{said} {case} {person}\\n".encode())
    office.close()
    os._exit(0)

children = []
for me in range(8):
    pid = os.fork()
    if pid == 0:
        try:
            work(me)
        except BaseException as error:
            os.write(1, f"failed {type(error).__name__} {str(error)[:200]!r}\\n".encode())
            os._exit(1)
    children.append(pid)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
"""


def called(database, task, count, level=""):
    """Return the command that lets eight processes vote."""
    return [sys.executable, "-W", "error", "-c", WORKERS, database.url, str(RULES), task, level, str(count)]


def run(database, task, count, level=""):
    """Let eight processes vote, and return what each attempt came to, with case and person."""
    started = time.monotonic()
    arguments = called(database, task, count, level)
    done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, timeout=240, check=False)
    took = time.monotonic() - started
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert done.returncode == 0, [words for words in lines if words[0] == "failed"]
    kind = database.url.partition(":")[0] + (f", {level.lower()}" if level else "")
    rate = f"{len(lines)} attempts of {PROCESSES} processes, {len(lines) / took:.0f} a second, starting included"
    print(f"\n{kind}, {task} case(s): {rate}")  # noqa: T201 - a report
    return lines


@pytest.fixture
def office(database):
    """An office over the petitions, with a clerk."""
    with cc.open_office(cc.load(str(RULES)), database.url) as office:
        office.store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
        yield office


def check(office, lines):
    """Each vote tried is recorded exactly once, whoever was told what, and the record verifies."""
    tried = {(case, person) for _, case, person in lines}
    recorded = Counter()
    for case in office.store.cases(procedure="small.seats.petition"):
        events = office.store.events(case.id)
        assert [item.event.version for item in events] == list(range(1, len(events) + 1))
        recorded.update((case.id, item.event.actor) for item in events if item.event.step == "vote")
    assert set(recorded) == tried
    assert set(recorded.values()) == {1}
    assert {said for said, _, _ in lines} <= {"voted", "same-person", "key-reused"}
    assert {(case, person) for said, case, person in lines if said == "voted"} == tried
    assert list(office.verify()) == []


@pytest.mark.parametrize("level", ["", "SERIALIZABLE"])
def test_eight_processes_on_one_case(database, office, level):
    """Everybody's vote is tried by all eight processes and recorded once; where transactions meet they are repeated."""
    if level and database.is_sqlite:
        pytest.skip("SQLite's transactions are serial as they are")
    office.open("petition", {"title": "x"}, actor="clerk-1", day=DAY, place="town", case_id="one")
    lines = run(database, "one", PEOPLE if not level else PEOPLE // 3, level)
    assert len(lines) == PROCESSES * (PEOPLE if not level else PEOPLE // 3)
    check(office, lines)


def test_eight_processes_on_a_thousand_cases(database, office):
    """Four people's votes in a thousand cases, many of them tried by two processes at once, are each recorded once."""
    office.open_many("petition", [{"title": "x"}] * CASES, actor="clerk-1", day=DAY, place="town")
    lines = run(database, "thousand", EACH)
    assert len(lines) == 4 * EACH + 4 * (EACH * 2 // 5)
    assert len({case for _, case, _ in lines}) == CASES
    check(office, lines)


def test_backups_beside_eight_writers_are_records_of_their_own(sqlite_file, tmp_path):
    """A copy taken while eight processes write verifies, is put back, and has nothing that the record has otherwise."""
    with cc.open_office(cc.load(str(RULES)), sqlite_file.url) as office:
        store = office.store
        store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
        office.open_many("petition", [{"title": "x"}] * CASES, actor="clerk-1", day=DAY, place="town")
        sizes = [store.coverage().events]
        with subprocess.Popen(called(sqlite_file, "thousand", EACH), stdout=subprocess.DEVNULL) as writers:
            while writers.poll() is None:
                if store.coverage().events == sizes[-1]:
                    time.sleep(0.05)
                    continue
                bound = office.checkpoint()
                store.backup(tmp_path / f"copy-{len(sizes)}.db")
                sizes.append(bound.size)
            assert writers.returncode == 0
        copies = sorted(tmp_path.glob("copy-*.db"))
        assert len(copies) == len(sizes) - 1 > 1
        assert sizes[1] < store.coverage().events
        # The last may have been taken when nobody wrote any more.
        for copy in copies[:3]:
            restore(copy, tmp_path / "back.db")
            with cc.open_office(cc.load(str(RULES)), tmp_path / "back.db") as back:
                last = back.store.coverage().checkpoint
                lines = list(back.store.export())
                assert list(back.verify([KnownRoot(last.hash)])) == []
            assert list(verify_export(lines, [KnownRoot(last.root, last.size)])) == []
            assert list(store.compare(lines)) == []
            (tmp_path / "back.db").unlink()
        assert list(office.verify([KnownRoot(last.hash)])) == []


def test_work_given_up_is_repeated_in_our_transactions(database, office, caplog):
    """Where another transaction came first our own step is taken again, and the caller notices nothing."""
    if database.is_sqlite:
        pytest.skip("SQLite gives no work up for another")
    case = office.open("petition", {"title": "x"}, actor="clerk-1", day=DAY, place="town")
    ours = cc.open_office(cc.load(str(RULES)), database.engine(isolation_level="REPEATABLE READ"))
    step = threading.Thread(
        target=ours.take, args=(case, "vote", {"choice": "yes"}), kwargs={"actor": "p1", "day": DAY}
    )
    with caplog.at_level(logging.INFO, "community_core.store"), database.engine().connect() as other:
        other.execute(text("UPDATE cc_counters SET value = value WHERE name = 'sequence'"))
        step.start()
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%cc_counters%'"
        )
        with database.engine(isolation_level="AUTOCOMMIT").connect() as watcher:
            until = time.monotonic() + 20
            while not watcher.execute(waiting).scalar_one() and time.monotonic() < until:
                time.sleep(0.02)
        other.commit()
        step.join()
    assert [record.attempt for record in caplog.records if record.event == "retry"] == [1]
    assert len(office.timeline(case)) == 2


def test_work_given_up_is_never_repeated_in_a_callers_transaction(database, office, caplog):
    """In a caller's transaction that saw an older state the step is given up once, and his transaction stays his."""
    if database.is_sqlite:
        pytest.skip("SQLite gives no work up for another")
    case = office.open("petition", {"title": "x"}, actor="clerk-1", day=DAY, place="town")
    with caplog.at_level(logging.INFO, "community_core.store"), database.engine().connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(text("CREATE TEMPORARY TABLE his (n integer)"))
        connection.execute(text("INSERT INTO his VALUES (1)"))
        theirs = cc.open_office(cc.load(str(RULES)), connection)
        assert len(theirs.timeline(case)) == 1
        office.take(case, "vote", {"choice": "yes"}, actor="p1", day=DAY)
        with pytest.raises(Unserialized):
            theirs.take(case, "vote", {"choice": "yes"}, actor="p2", day=DAY)
        assert caplog.records == []
        assert connection.execute(text("SELECT n FROM his")).scalar_one() == 1
        connection.rollback()
    with pytest.raises(Refused):
        office.take(case, "vote", {"choice": "no"}, actor="p1", day=DAY)
    assert office.take(case, "vote", {"choice": "yes"}, actor="p2", day=DAY).version == 3
