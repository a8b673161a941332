"""How long recording takes beside bare SQLAlchemy Core and the ``eventsourcing`` library, in the same run.

``python benchmarks/record.py [contracts] [curve]``: a contract is offered and signed, two events each, by whole steps:
the post is looked up, the guard decided, the chain hashed; in bulk all are offered and then all are signed, or each is
recorded whole, in one call. Bare Core writes the very rows that the library wrote
(cases, events, outbox, present states and counters), read back from its database, into tables of the same schema.
``eventsourcing`` saves an aggregate with two events (no post, no guard, no chain): in two passes, as the library does,
where each aggregate is read again before it is signed, or both events at once from an aggregate that was never read.
On SQLite (WAL, synchronous FULL) and, where COMMUNITY_CORE_TEST_POSTGRES names one, on PostgreSQL. Then what a step
costs in ever longer cases and, with *curve* (a number of cases, such as 1000000), what opening costs among so many.
Ratios are of rows a second, beside the peer in the same round; times depend on the machine.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import Engine, bindparam, create_engine, event, insert, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite

from community_core.base import Label
from community_core.base.ranks import Privacy
from community_core.declarations.terms import Terms
from community_core.jurisdiction.rules import Rules
from community_core.office import Command, Office, open_office
from community_core.procedures.definition import EndKind, Procedure, Step, StepField
from community_core.rules.terms import Expression
from community_core.rules.types import INT, TEXT
from community_core.store.schema import cases, counters, events, outbox, snapshots
from community_core.store.sql import open_store

DAY = dt.date(2006, 5, 8)
CHUNK = 1000
PLACES = 20
CONTRACT = Procedure(
    "contract",
    fields=(
        StepField("party", TEXT, Privacy.PUBLIC, Label("乙方", "party")),
        StepField("term", INT, Privacy.PUBLIC, Label("期限", "term")),
        StepField("note", TEXT, Privacy.PUBLIC, Label("说明", "note"), optional=True),
    ),
    steps=(
        Step("offer", ("committee.member",), to="offered", takes=("party", "term", "note")),
        Step(
            "sign",
            ("committee.chair",),
            source=("offered",),
            to="signed",
            takes=("note",),
            when=Expression("term >= 1 and term <= 5"),
            not_by=("offer",),
        ),
    ),
    ends=(("signed", EndKind.DECIDED),),
)
NOTES = Procedure(
    "notes",
    steps=(
        Step("begin", ("committee.chair",), to="open"),
        Step("note", ("committee.chair",), source=("open",)),
        Step("close", ("committee.chair",), source=("open",), to="closed"),
    ),
    ends=(("closed", EndKind.DECIDED),),
)
RULES = Rules.from_terms(Terms(procedures=(("bench.contract", CONTRACT), ("bench.notes", NOTES))))


class Server:
    """A place for empty databases: a folder, or a PostgreSQL server in which each is a schema."""

    def __init__(self, postgres: str = "") -> None:
        self.postgres = postgres
        self.folder = tempfile.TemporaryDirectory()
        self.count = 0

    def new(self) -> str:
        """Return the URL of an empty database."""
        self.count += 1
        if not self.postgres:
            return f"sqlite:///{Path(self.folder.name) / f'{self.count}.db'}"
        schema = f"cc_bench_{uuid4().hex[:12]}"
        engine = create_engine(self.postgres)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()
        url = make_url(self.postgres).update_query_dict({"options": f"-csearch_path={schema}"})
        return url.render_as_string(hide_password=False)


def office_in(url: str, **more: Any) -> Office:
    """Open an office with its people."""
    office = open_office(RULES, url, **more)
    office.register_place("district")
    for number in range(PLACES):
        office.register_place(f"place-{number}", "district")
    office.appoint("member", "committee.member", "district", dt.date(2000, 1, 1))
    office.appoint("chair", "committee.chair", "district", dt.date(2000, 1, 1))
    return office


def offers(count: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what is offered, and where."""
    rows = [{"party": f"居民 {number}", "term": 1 + number % 5, "note": "共驻共建"} for number in range(count)]
    return rows, [f"place-{number % PLACES}" for number in range(count)]


def in_bulk(office: Office, count: int) -> None:
    """Offer and sign many contracts at once."""
    rows, places = offers(count)
    opened = office.open_many("contract", rows, actor="member", day=DAY, place=places, chunk=CHUNK)
    signed = office.take_many([(case, {}) for case in opened.done], "sign", actor="chair", day=DAY, chunk=CHUNK)
    if len(signed.done) != count:
        raise SystemExit(f"refused: {signed.refused[:1]}")


def whole(office: Office, count: int) -> None:
    """Record contracts that were offered and signed, in one call, as a paper archive is entered."""
    rows, places = offers(count)
    done = [
        (place, (Command("offer", data, "member", DAY), Command("sign", {}, "chair", DAY)))
        for data, place in zip(rows, places, strict=True)
    ]
    recorded_now = office.record_many("contract", done, chunk=CHUNK)
    if len(recorded_now.done) != count:
        raise SystemExit(f"refused: {recorded_now.refused[:1]}")


def one_by_one(office: Office, count: int) -> None:
    """Offer and sign contracts, a commit each."""
    rows, places = offers(count)
    for data, place in zip(rows, places, strict=True):
        case = office.open("contract", data, actor="member", day=DAY, place=place)
        office.take(case, "sign", {}, actor="chair", day=DAY)


def by_threads(office: Office, count: int, threads: int = 8) -> None:
    """Offer and sign contracts by several callers at once, who share commits."""

    def work() -> None:
        one_by_one(office, count // threads)

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


@frozen
class Written:
    """What the library wrote for one event: its row, that of its case, and that of the state after it."""

    event: dict[str, Any]
    case: dict[str, Any]
    state: dict[str, Any]


def recorded(url: str) -> list[Written]:
    """Return what was written, event by event.

    A state that another took the place of is not kept: it is that one, under its own version and name.
    """
    engine = create_engine(url)
    with engine.connect() as connection:
        own = {row["id"]: dict(row) for row in connection.execute(select(cases)).mappings()}
        present = {row["case_id"]: dict(row) for row in connection.execute(select(snapshots)).mappings()}
        rows = [dict(row) for row in connection.execute(select(events).order_by(events.c.seq)).mappings()]
    engine.dispose()
    return [
        Written(row, own[row["case_id"]], {**present[row["case_id"]], "version": row["version"], "state": row["state"]})
        for row in rows
    ]


def empty(url: str) -> Engine:
    """Return an engine over tables of the same schema, set as the library sets its own, where numbers are counted."""
    store = open_store(url)
    store.close()
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")

    with engine.begin() as connection:
        for name in ("events", "cases"):
            connection.execute(insert(counters), {"name": name, "value": 0})
    return engine


def core(engine: Engine, rows: list[Written], chunk: int) -> None:
    """Write the same rows by SQLAlchemy Core, in as many transactions, by statements that are made once."""
    new = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name](snapshots)
    others = {one.name: new.excluded[one.name] for one in snapshots.c if one.name != "case_id"}
    add_case, add_event, add_outbox = insert(cases), insert(events), insert(outbox)
    put_state = new.on_conflict_do_update(index_elements=["case_id"], set_=others)
    count = counters.update().where(counters.c.name == bindparam("what"))
    count = count.values(value=counters.c.value + bindparam("more"))

    def one_or_many(found: list[dict[str, Any]]) -> Any:
        return found if len(found) > 1 else found[0]

    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        opened = [one.case for one in part if one.event["version"] == 1]
        with engine.begin() as connection:
            connection.execute(count, {"what": "events", "more": len(part)})
            if opened:
                connection.execute(count, {"what": "cases", "more": len(opened)})
                connection.execute(add_case, one_or_many(opened))
            connection.execute(add_event, one_or_many([one.event for one in part]))
            connection.execute(add_outbox, one_or_many([{"seq": one.event["seq"]} for one in part]))
            # Of a case whose events are written together only the last state is.
            connection.execute(put_state, one_or_many(list({one.case["id"]: one.state for one in part}.values())))


@cache
def peer() -> Any:
    """Return how to make an application of ``eventsourcing``, or ``None`` where it is not installed."""
    try:
        from eventsourcing.application import Application  # noqa: PLC0415 - the peer is installed for benchmarks alone
        from eventsourcing.domain import Aggregate  # noqa: PLC0415 - as above
        from eventsourcing.domain import event as recorded_event  # noqa: PLC0415 - as above
    except ImportError:
        return None

    class Contract(Aggregate):
        @recorded_event("Offered")
        def __init__(
            self,
            party: str,
            term: int,
            note: str,
            actor: str,  # noqa: ARG002 - as above
            post: str,  # noqa: ARG002 - as above
            day: str,  # noqa: ARG002 - as above
        ) -> None:
            self.party, self.term, self.note, self.state = party, term, note, "offered"

        @recorded_event("Signed")
        def sign(self, actor: str, post: str, day: str) -> None:  # noqa: ARG002 - recorded by the decorator
            self.state = "signed"

    def application(url: str) -> tuple[Any, Any]:
        found = make_url(url)
        if found.get_backend_name() == "sqlite":
            env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(found.database)}
        else:
            env = {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": found.database or "postgres",
                "POSTGRES_HOST": found.host or "127.0.0.1",
                "POSTGRES_PORT": str(found.port or 5432),
                "POSTGRES_USER": found.username or "postgres",
                "POSTGRES_PASSWORD": found.password or "x",
                "POSTGRES_SCHEMA": str(found.query["options"]).partition("=")[2],
            }
        return Application(env=env), Contract

    return application


def peer_in_bulk(made: tuple[Any, Any], count: int) -> None:
    """Save as many aggregates with two events each, a transaction a chunk."""
    application, contract = made
    rows, _ = offers(count)
    for start in range(0, count, CHUNK):
        part = []
        for data in rows[start : start + CHUNK]:
            one = contract(**data, actor="member", post="committee.member", day=DAY.isoformat())
            one.sign(actor="chair", post="committee.chair", day=DAY.isoformat())
            part.append(one)
        application.save(*part)


def peer_in_two_passes(made: tuple[Any, Any], count: int) -> None:
    """Save aggregates, then read each again and sign it, as :func:`in_bulk` does; a transaction a chunk."""
    application, contract = made
    rows, _ = offers(count)
    ids = []
    for start in range(0, count, CHUNK):
        new = [
            contract(**data, actor="member", post="committee.member", day=DAY.isoformat())
            for data in rows[start : start + CHUNK]
        ]
        application.save(*new)
        ids += [one.id for one in new]
    for start in range(0, count, CHUNK):
        part = [application.repository.get(one) for one in ids[start : start + CHUNK]]
        for one in part:
            one.sign(actor="chair", post="committee.chair", day=DAY.isoformat())
        application.save(*part)


def peer_one_by_one(made: tuple[Any, Any], count: int) -> None:
    """Save aggregates, a commit an event, each read again before it is signed."""
    application, contract = made
    rows, _ = offers(count)
    for data in rows:
        one = contract(**data, actor="member", post="committee.member", day=DAY.isoformat())
        application.save(one)
        again = application.repository.get(one.id)
        again.sign(actor="chair", post="committee.chair", day=DAY.isoformat())
        application.save(again)


@contextmanager
def timed(times: dict[str, list[float]], name: str, rows: int) -> Iterator[None]:
    """Note how many rows a second the block wrote.

    The collector of garbage is kept out: a full turn of it, of some 70 ms, falls on one side or the other by chance.
    """
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        yield
        times.setdefault(name, []).append(rows / (time.perf_counter() - start))
    finally:
        gc.enable()


def rounds(server: Server, count: int, singles: int, turns: int) -> dict[str, list[float]]:
    """Measure everything in turns, each in an empty database of its own."""
    times: dict[str, list[float]] = {}
    application = peer()
    for _ in range(turns):
        written, whole_written, singly_written = (server.new() for _ in range(3))
        office, entering, singly = office_in(written), office_in(whole_written), office_in(singly_written)
        shared = office_in(server.new(), share=64)
        with office, entering, singly, shared:
            with timed(times, "bulk", 2 * count):
                in_bulk(office, count)
            with timed(times, "whole", 2 * count):
                whole(entering, count)
            with timed(times, "each", 2 * singles):
                one_by_one(singly, singles)
            with timed(times, "shared", 2 * singles):
                by_threads(shared, singles)
            with timed(times, "verify", 2 * count):
                wrong = list(office.verify())
            if wrong:
                raise SystemExit(f"the record does not hold together: {wrong[:1]}")
        for name, from_url, rows, chunk in (
            ("core bulk", written, count, CHUNK),
            ("core whole", whole_written, count, 2 * CHUNK),
            ("core each", singly_written, singles, 1),
        ):
            found, bare = recorded(from_url), empty(server.new())
            with timed(times, name, 2 * rows):
                core(bare, found, chunk)
            bare.dispose()
        if application is not None:
            made, again, made_single = (application(server.new()) for _ in range(3))
            with timed(times, "eventsourcing bulk", 2 * count):
                peer_in_bulk(made, count)
            with timed(times, "eventsourcing in two passes", 2 * count):
                peer_in_two_passes(again, count)
            with timed(times, "eventsourcing each", 2 * singles):
                peer_one_by_one(made_single, singles)
            for used, _ in (made, again, made_single):
                used.close()
    return times


def ratio(times: dict[str, list[float]], what: str, beside: str) -> str:
    """Return the median of the ratios within each round."""
    if beside not in times:
        return "  not installed"
    return f"{statistics.median(a / b for a, b in zip(times[what], times[beside], strict=True)):6.2f}"


def show(name: str, times: dict[str, list[float]]) -> None:
    """Print the ratios of one database."""
    print(f"\n{name}: rows a second (median)")
    for what, found in times.items():
        print(f"  {what:22} {statistics.median(found):10,.0f}")
    for what, beside in (
        ("bulk", "eventsourcing in two passes"),
        ("bulk", "eventsourcing bulk"),
        ("bulk", "core bulk"),
        ("whole", "eventsourcing in two passes"),
        ("whole", "eventsourcing bulk"),
        ("whole", "core whole"),
        ("each", "core each"),
        ("each", "eventsourcing each"),
        ("shared", "each"),
        ("shared", "core each"),
    ):
        print(f"  {what} / {beside:30} {ratio(times, what, beside)}")


def curve(server: Server, most: int) -> None:
    """Print what opening and stepping a case cost among more and more cases, beside the same among a thousand."""
    office = office_in(server.new())
    stored, first = 0, 0.0
    size = 1000
    while size <= most:
        rows, places = offers(size - stored)
        office.open_many("contract", rows, actor="member", day=DAY, place=places, chunk=5000)
        stored = size
        data, where = offers(300)
        found = []
        for one, place in zip(data, where, strict=True):
            start = time.perf_counter()
            case = office.open("contract", one, actor="member", day=DAY, place=place)
            office.take(case, "sign", {}, actor="chair", day=DAY)
            found.append(time.perf_counter() - start)
        middle = statistics.median(found)
        first = first or middle
        stored += 300
        print(f"  {size:>10,} cases: {middle * 1e6:8.0f} µs to offer and sign one, {middle / first:5.2f} of the first")
        size *= 10
    office.close()


def long_case(server: Server) -> None:
    """Print what a step costs in a case of more and more events, beside the same in one of ten."""
    office = office_in(server.new())
    case = office.open("notes", {}, actor="chair", day=DAY, place="place-1")
    first = 0.0
    for size in (10, 100, 1000, 10_000):
        while (missing := size - office.case(case.id).version) > 0:
            office.take_many([(case.id, {})] * min(missing, CHUNK), "note", actor="chair", day=DAY)
        found = []
        for _ in range(15):
            start = time.perf_counter()
            office.take(case.id, "note", actor="chair", day=DAY)
            found.append(time.perf_counter() - start)
        middle = statistics.median(found)
        first = first or middle
        print(f"  {size:>10,} events: {middle * 1e6:8.0f} µs a step, {middle / first:5.2f} of the first")
    office.close()


def main(count: int = 21_000, most: int = 0, *, singles: int = 1500, turns: int = 3) -> None:
    """Measure and print."""
    servers: list[tuple[str, Callable[[], Server]]] = [("SQLite", Server)]
    address = os.environ.get("COMMUNITY_CORE_TEST_POSTGRES", "")
    if address:
        servers.append(("PostgreSQL", lambda: Server(address)))
    for name, make in servers:
        server = make()
        show(name, rounds(server, count, singles, turns))
        print(f"{name}: a step in a case of")
        long_case(server)
        if most:
            print(f"{name}: opening among")
            curve(server, most)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
