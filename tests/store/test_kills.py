"""The library's own commands, killed at random moments: what was acknowledged is there, and nothing is there by half.

``COMMUNITY_CORE_TEST_KILLS`` says how often on each database, 20 times unless given.
"""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from community_core.ports.store import Posting

KILLS = int(os.environ.get("COMMUNITY_CORE_TEST_KILLS", "20"))
RULES = Path(__file__).parent / "seats.yaml"

# Forked from a process that has everything imported, a client is at work within milliseconds, so that kills meet
# transactions and not the reading of modules.
CLIENTS = """
import contextlib, io, json, os, sys
import community_core.cli.case, community_core.cli.keeping, community_core.office, community_core.store.sql
from community_core.cli.main import main

store, rules = sys.argv[1:]

def run(*args):
    out, code = io.StringIO(), None
    with contextlib.redirect_stdout(out):
        try:
            main([*args, "--store", store, "--json"])
        except SystemExit as ended:
            code = ended.code
    if code:
        os.write(1, f"failed {args} {out.getvalue()!r}\\n".encode())
        os._exit(1)
    return json.loads(out.getvalue())

def work(number):
    while True:
        key = lambda step: ("--actor", "clerk-1", "--key", f"{number}/{step}")
        case = run("case", "open", "seat", "--district", rules, "--place", "town", "--day", "2006-05-01",
                   "--data", f"person=p{number}", *key("propose"))["id"]
        os.write(1, f"ack {number}/propose\\n".encode())
        for step, day, data in (("confirm", "02", ()), ("add", "03", ("--data", "note=n")), ("leave", "04", ())):
            run("case", "take", case, step, "--day", f"2006-05-{day}", *data, *key(step))
            os.write(1, f"ack {number}/{step}\\n".encode())
        if number % 3 == 0:
            size = run("checkpoint")["checkpoint"]["size"]
            os.write(1, f"bound {size}\\n".encode())
        number += 1

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.write(1, f"pid {os.getpid()}\\n".encode())
        work(int(line))
    os.waitpid(pid, 0)
    os.write(1, b"dead\\n")
"""


@pytest.fixture
def clients(database):
    """A process that starts a client for each line it reads."""
    arguments = [sys.executable, "-W", "error", "-c", CLIENTS, database.url, str(RULES)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    yield process
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def killed(clients, number, chance):
    """Start a client at *number*, kill it after a random while, and return what it said before."""
    clients.stdin.write(f"{number}\n")
    clients.stdin.flush()
    pid = int(clients.stdout.readline().split()[1])
    said = [clients.stdout.readline().split() for _ in range(chance.randrange(10))]
    time.sleep(chance.random() * 0.06)
    os.kill(pid, signal.SIGKILL)
    while (line := clients.stdout.readline()) != "dead\n":
        said.append(line.split())
    assert all(words[0] in ("ack", "bound") for words in said), said
    return said


def whole(store):
    """Check that each case has all that belongs to its steps, and nothing else does; return the keys recorded.

    Registers and ledgers are held against what the rules say here; ``verify`` holds them against what events say.
    """
    with store._transactions.reading() as connection:
        postings = {
            row.case_id: (row.person, row.since, row.ended)
            for row in connection.execute(text("SELECT * FROM cc_postings WHERE case_id <> ''"))
        }
        entries = dict(connection.execute(text("SELECT case_id, purpose FROM cc_ledger ORDER BY number")).all())
        seats = dict(connection.execute(text("SELECT parent, id FROM cc_cases WHERE parent <> ''")).all())
    keys = set()
    for case in store.cases(procedure="small.seats.seat"):
        events = [item.event for item in store.events(case.id)]
        steps = [event.step for event in events]
        assert steps == ["propose", "confirm", "add", "leave"][: len(steps)]
        assert steps, case.id
        person = dict(events[0].data)["person"]
        ended = "2006-05-04" if "leave" in steps else None
        assert postings.pop(case.id, None) == ((person, "2006-05-02", ended) if "confirm" in steps else None)
        assert entries.pop(case.id, None) == (person if "confirm" in steps else None)
        memo = seats.pop(case.id, None)
        assert (memo is not None) == ("confirm" in steps)
        if memo is not None:
            assert dict(store.events(memo)[0].event.data) == {"about": person}
        keys |= {event.key for event in events}
    assert postings == entries == {}
    assert seats == {}
    return keys


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(database, clients):
    """After each kill every acknowledged step is there, none by half; the record verifies, the registers agree."""
    store = database.store()
    store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
    chance = random.Random(20060501)  # noqa: S311 - the same moments each time
    said, number, unsaid = [], 1, 0
    for _ in range(KILLS):
        said += killed(clients, number, chance)
        acknowledged = {words[1] for words in said if words[0] == "ack"}
        # The next client goes on with the seat left half-way, whose keys make repeating harmless, or begins another.
        number = max((int(key.partition("/")[0]) for key in acknowledged), default=1) + chance.randrange(2)
        recorded = whole(store)
        assert acknowledged <= recorded
        unsaid = len(recorded - acknowledged)
        covered = store.coverage().covered
        assert all(int(words[1]) <= covered for words in said if words[0] == "bound")
        assert list(store.verify()) == []
    assert len(acknowledged) > KILLS
    name = database.url.partition(":")[0]
    print(f"\n{name}: {KILLS} kills, {len(acknowledged)} steps acknowledged, {unsaid} more seen")  # noqa: T201 - a report
