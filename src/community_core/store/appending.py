"""Write many events of many cases at once: heads, numbers, hashes, rows; the unit of work is the caller's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.ports.store import Conflict, StoredEvent
from community_core.procedures.events import Case, Event
from community_core.store.at_once import written_at_once
from community_core.store.connections import Unit, savepoint
from community_core.store.records import event_row, genesis, moment_text, snapshot_row, stored_case
from community_core.store.schema import cases, events, outbox, private, snapshots
from community_core.store.sealing import Sealing
from community_core.store.statements import Row, adding, adding_unless_taken, ask, putting, write

T = TypeVar("T")
CHUNK: Final = 500

# The heads are written as lookups for each case: a join with the greatest versions makes PostgreSQL read the whole
# table as long as it has not gathered statistics, which it never has in the transaction that fills it.
_LAST: Final = select(events.c.hash).where(events.c.case_id == cases.c.id).order_by(events.c.version.desc()).limit(1)
_VERSION: Final = select(func.max(events.c.version)).where(events.c.case_id == cases.c.id)
_HEADS: Final = select(cases, _VERSION.scalar_subquery().label("version"), _LAST.scalar_subquery().label("hash")).where(
    cases.c.id.in_(bindparam("ids", expanding=True))
)
_WAITING: Final = insert(outbox).from_select(
    ["seq"], select(events.c.seq).where(events.c.seq.between(bindparam("first"), bindparam("last")))
)


def append(
    unit: Unit,
    new: Sequence[Event],
    expected: Mapping[str, int],
    entered: dt.datetime,
    states: Sequence[Case],
    sealing: Sealing,
) -> Sequence[StoredEvent]:
    """Write *new* events and *states*; see :meth:`SqlStore.append`. A writer's lock is held."""
    connection = unit.connection
    moment = moment_text(entered)
    entered = entered.astimezone(dt.UTC)
    unit.look()
    heads = _heads(unit, {event.case for event in new})
    for case, version in expected.items():
        present = heads.get(case)
        if present is not None and present[0] != version:
            raise Conflict(
                Label(
                    f"办件 {case} 已到第 {present[0]} 条记录，不再是第 {version} 条；请重新读取后再办理",
                    f"case {case} has moved on from event {version} to event {present[0]}; read it again and repeat",
                )
            )
    with unit.numbers(len(new)) as numbers:
        rows: list[tuple[Any, ...]] = []
        private_rows: list[tuple[Any, ...]] = []
        stored: list[StoredEvent] = []
        for number, event in zip(numbers, new, strict=True):
            version, previous = heads[event.case]
            if event.version != version + 1 or event.case not in expected:
                raise _unexpected(event, version, expected)
            data = None
            if event.private:
                data, sealed = sealing.seal(event)
                private_rows += sealed
            row = event_row(event, number, previous, moment, data)
            digest = row[-1]
            heads[event.case] = (event.version, digest)
            rows.append(row)
            stored.append(StoredEvent(event, entered, digest, previous))
        kept = [snapshot_row(case, _last(case, heads)) for case in states]
        try:
            _write(connection, rows, private_rows, kept)
        except IntegrityError as error:
            raise _refused(connection, new) from error
    unit.heads.update(heads)
    return stored


def _write(connection: Connection, rows: Sequence[Row], private_rows: Sequence[Row], kept: Sequence[Row]) -> None:
    """Write rows of events, of their private values and of the states after them, and what waits for observers."""
    at_once = len(rows) == len(kept) == 1 and written_at_once(connection, rows[0], kept[0])
    if not at_once and not insert_new(connection, events, rows):
        with savepoint(connection):
            write(connection, adding(events), rows)
            if private_rows:
                write(connection, adding(private), private_rows)
        private_rows = ()
    if private_rows:
        write(connection, adding(private), private_rows)
    if not at_once:
        ask(connection, _WAITING, {"first": rows[0][0], "last": rows[-1][0]})
        if kept:
            replace(connection, snapshots, kept)


def _unexpected(event: Event, version: int, expected: Mapping[str, int]) -> StoreError:
    """Return the exception for an event that does not follow number *version*, or of whose case nobody said so."""
    if event.case not in expected:
        return StoreError(
            Label(f"没有给出办件 {event.case} 的预期版本", f"no expected version is given for case {event.case}")
        )
    return StoreError(
        Label(
            f"办件 {event.case} 的下一条记录应是第 {version + 1} 条，而不是第 {event.version} 条",
            f"the next event of case {event.case} is number {version + 1}, not {event.version}",
        )
    )


def chunked(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield *items* in pieces that fit into the parameters of one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def add(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert *rows* of texts and whole numbers in the order of the table's columns, or none of them.

    Raises:
        IntegrityError: if one is there already.
    """
    if not insert_new(connection, table, rows):
        with savepoint(connection):
            write(connection, adding(table), rows)


def replace(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert *rows* in the order of the table's columns, or put them in the place of those with the same first one."""
    key = table.c.keys()[0]
    put = putting(table, key, connection.dialect.name)
    if put is None:
        for chunk in chunked([row[0] for row in rows]):
            connection.execute(delete(table).where(table.c[key].in_(chunk)))
        add(connection, table, rows)
        return
    write(connection, put, rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Insert one row unless its keys are taken, without a savepoint; whether it is there now.

    A savepoint costs as much as all else that is written for a step. Several rows need one, since some of them may be
    in already when another is refused; they are left to the caller, and nothing is done.
    """
    new = adding_unless_taken(table, connection.dialect.name) if len(rows) == 1 else None
    return new is not None and write(connection, new, rows) == 1


def last_hashes(unit: Unit, states: Mapping[str, Case]) -> Mapping[str, str]:
    """Return the hash of the last event of each case, where its state is the one after it."""
    heads = _heads(unit, states.keys())
    return {case: digest for case, (version, digest) in heads.items() if version and version == states[case].version}


def _heads(unit: Unit, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return the last version and hash of each case, or 0 and the hash of its own record."""
    heads = {case: unit.heads[case] for case in ids if case in unit.heads}
    for chunk in chunked([case for case in ids if case not in heads]):
        for row in unit.connection.execute(_HEADS, {"ids": chunk}):
            heads[row.id] = (0, genesis(stored_case(row))) if row.version is None else (row.version, row.hash)
        for case in chunk:
            if case not in heads:
                raise StoreError(Label(f"没有办件 {case}；请先立案", f"there is no case {case}; add it first"))
    return heads


def _last(state: Case, heads: Mapping[str, tuple[int, str]]) -> str:
    """Return the hash of the event that *state* is the state after."""
    version, last = heads.get(state.id, (0, ""))
    if version != state.version:
        raise StoreError(
            Label(
                f"办件 {state.id} 的状态是第 {state.version} 条记录之后的，而最后一条是第 {version} 条",
                f"the state of case {state.id} is that after event {state.version}, and the last is {version}",
            )
        )
    return last


def _refused(connection: Connection, new: Sequence[Event]) -> StoreError:
    """Say why the database refused events whose versions were right."""
    keys = [event.key for event in new if event.key]
    for chunk in chunked(keys):
        found = connection.execute(select(events.c.case_id, events.c.version).where(events.c.key.in_(chunk))).first()
        if found is not None:
            return Conflict(
                Label(
                    f"同一请求编号已登记为办件 {found.case_id} 第 {found.version} 条记录；本次没有写入",
                    f"the idempotency key is already that of event {found.version} of case {found.case_id}; "
                    "nothing was written",
                )
            )
    if len(set(keys)) < len(keys):
        return StoreError(Label("同一批记录里有相同的请求编号", "two of the events have the same idempotency key"))
    return Conflict(
        Label(
            "另有写入者同时写入了同一办件；本次没有写入，请重新读取后再办理",
            "somebody else wrote to the same case; nothing was written: read it again and repeat the step",
        )
    )
