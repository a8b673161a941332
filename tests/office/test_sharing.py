"""Callers who share a commit: each is told after it, one refused harms nobody, and what one asks another sees."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from community_core.base import Label, Refused, StoreError, UnknownTerm
from community_core.office.office import open_office

DAY = dt.date(2006, 5, 8)
START = dt.date(2006, 1, 1)
THREADS = 8


@pytest.fixture
def shared(make_office, tmp_path):
    """A shared office over a file."""
    with make_office(tmp_path / "record.db", share=64) as office:
        yield office


def at_once(*calls):
    """Run calls in threads of their own, begun together; return what each gave or raised."""
    results = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(place, call):
        ready.wait()
        try:
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def propose(office, hearing, **more):
    """Return a call that opens a hearing."""
    data = dict(hearing.RUN[0][1])
    return lambda: office.open("hearing", data, day=DAY, place="wenyi", **{"actor": "zhang", **more})


def count_commits(office):
    """Count the commits of an office's engine from now on."""
    from sqlalchemy import event

    found = []
    event.listen(office.store._transactions.engine, "commit", lambda _: found.append(1))
    return found


def test_commands_of_several_threads_share_commits(shared, hearing):
    """Forty cases opened by eight threads are all there with ids of their own, in fewer commits than commands."""
    commits = count_commits(shared)
    calls = [lambda: [propose(shared, hearing)() for _ in range(5)] for _ in range(THREADS)]
    found = [case.id for cases in at_once(*calls) for case in cases]
    assert len(set(found)) == 5 * THREADS
    assert {case.id for case in shared.open_cases()} == set(found)
    assert 0 < len(commits) < len(found)
    assert list(shared.verify()) == []


def test_one_refused_does_not_harm_the_others(shared, hearing):
    """Of commands in one commit those that are refused, or are mistakes, leave nothing, and the others are recorded."""
    good = [propose(shared, hearing) for _ in range(6)]
    bad = propose(shared, hearing, actor="nobody")
    strange = lambda: shared.open("no_such", {}, actor="zhang", day=DAY, place="wenyi")  # noqa: E731
    results = at_once(*good[:3], bad, strange, *good[3:])
    assert isinstance(results[3], Refused)
    assert isinstance(results[4], UnknownTerm)
    assert len(list(shared.open_cases())) == 6
    assert list(shared.verify()) == []


def test_a_command_is_acknowledged_only_after_its_commit(shared, hearing, tmp_path, rules_of):
    """Whoever has his answer finds it in the database by another connection at once."""

    def open_and_look():
        case = propose(shared, hearing)()
        with open_office(rules_of(), tmp_path / "record.db") as other:
            return other.case(case.id) == case

    assert at_once(*[open_and_look] * THREADS) == [True] * THREADS


def test_one_step_of_many_goes_through(shared, hearing):
    """Where all ask for the same step of one case, one has it and the others are refused as by a case that moved on."""
    case = propose(shared, hearing)()
    step = lambda: shared.take(case, "check_competence", {"competence": "residents"}, actor="li", day=DAY)  # noqa: E731
    results = at_once(*[step] * THREADS)
    assert sum(not isinstance(item, Exception) for item in results) == 1
    refused = [item.findings[0].code for item in results if isinstance(item, Refused)]
    assert refused == ["wrong-state"] * (THREADS - 1)
    assert shared.case(case.id).version == 2


def test_the_same_key_at_once_is_recorded_once(shared, hearing):
    """A command repeated while the first one waits gives the same case."""
    results = at_once(*[propose(shared, hearing, key="k")] * THREADS)
    assert {case.id for case in results} == {results[0].id}
    assert len(list(shared.open_cases())) == 1


def test_one_that_cannot_be_written_does_not_harm_the_others(shared, hearing):
    """A case id that is taken is found only by the database; each of the others is then tried by itself."""
    taken = propose(shared, hearing)().id
    results = at_once(*[propose(shared, hearing) for _ in range(4)], propose(shared, hearing, case_id=taken))
    assert isinstance(results[4], StoreError)
    assert len({case.id for case in results[:4]}) == 4
    assert list(shared.verify()) == []


def test_a_database_that_is_gone_is_told_to_all(shared, hearing, monkeypatch):
    """Where the unit cannot be written everybody who waits for it learns so, and the next command works."""

    def fail(*_args, **_more):
        raise StoreError(Label("磁盘已满", "the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(type(shared.store), "append", fail)
        results = at_once(*[propose(shared, hearing)] * 4)
    assert [type(item) for item in results] == [StoreError] * 4
    assert list(shared.open_cases()) == []
    assert propose(shared, hearing)().state == "proposed"


def test_one_connection_is_not_shared(rules_of):
    """A connection, and a database in memory, belong to one thread: sharing them is refused at once."""
    with pytest.raises(ValueError, match="engine"):
        open_office(rules_of(), ":memory:", share=8)


def test_whoever_writes_for_the_others_is_stopped_and_they_learn_so(shared, hearing, monkeypatch):
    """A step that was decided and never committed is acknowledged to nobody, whoever of the threads is stopped."""
    now = shared._clock.now

    def stop():
        monkeypatch.setattr(shared._clock, "now", now)
        raise KeyboardInterrupt

    def call():
        try:
            return propose(shared, hearing)()
        except KeyboardInterrupt as error:
            return error

    with ThreadPoolExecutor(4) as threads:
        with shared._sharing._writer:
            calls = [threads.submit(call) for _ in range(4)]
            while len(shared._sharing._waiting) < 4:
                time.sleep(0.001)
            monkeypatch.setattr(shared._clock, "now", stop)
        found = [one.exception(10) or one.result(10) for one in calls]
    kinds = sorted(type(item).__name__ for item in found)
    assert kinds == ["KeyboardInterrupt", "StoreError", "StoreError", "StoreError"]
    assert list(shared.open_cases()) == []
    assert propose(shared, hearing)().state == "proposed"
