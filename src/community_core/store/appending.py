"""Write many events of many cases at once: heads, numbers, hashes, rows; the unit of work is the caller's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.ports.store import Conflict, StoredEvent
from community_core.procedures.events import Event
from community_core.store.connections import Unit, savepoint
from community_core.store.records import event_row, genesis, moment_text, stored_case
from community_core.store.schema import SEQUENCE, cases, counters, events, outbox, private
from community_core.store.sealing import Sealing

T = TypeVar("T")
CHUNK: Final = 500
_UPSERTS: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

# Statements are made once: SQLAlchemy takes longer to put one together than a database to carry it out.
# The heads are written as lookups for each case: a join with the greatest versions makes PostgreSQL read the whole
# table as long as it has not gathered statistics, which it never has in the transaction that fills it.
_LAST: Final = select(events.c.hash).where(events.c.case_id == cases.c.id).order_by(events.c.version.desc()).limit(1)
_VERSION: Final = select(func.max(events.c.version)).where(events.c.case_id == cases.c.id)
_HEADS: Final = select(cases, _VERSION.scalar_subquery().label("version"), _LAST.scalar_subquery().label("hash")).where(
    cases.c.id.in_(bindparam("ids", expanding=True))
)
_COUNTER: Final = select(counters.c.value).where(counters.c.name == bindparam("counter"))
_COUNTED: Final = update(counters).where(counters.c.name == bindparam("counter")).values(value=bindparam("now"))
_COUNT: Final = (
    update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value + bindparam("more"))
    .returning(counters.c.value)
)


def append(
    unit: Unit,
    new: Sequence[Event],
    expected: Mapping[str, int],
    entered: dt.datetime,
    sealing: Sealing,
) -> Sequence[StoredEvent]:
    """Write *new* events; see :meth:`SqlStore.append`. A writer's lock is held."""
    connection = unit.connection
    moment = moment_text(entered)
    entered = entered.astimezone(dt.UTC)
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
    if unit.sequence is None:
        unit.sequence = int(connection.execute(_COUNTER, {"counter": SEQUENCE}).scalar_one())
    last = unit.sequence
    rows: list[tuple[Any, ...]] = []
    private_rows: list[tuple[Any, ...]] = []
    stored: list[StoredEvent] = []
    for event in new:
        if event.case not in expected:
            raise StoreError(
                Label(f"没有给出办件 {event.case} 的预期版本", f"no expected version is given for case {event.case}")
            )
        version, previous = heads[event.case]
        if event.version != version + 1:
            raise StoreError(
                Label(
                    f"办件 {event.case} 的下一条记录应是第 {version + 1} 条，而不是第 {event.version} 条",
                    f"the next event of case {event.case} is number {version + 1}, not {event.version}",
                )
            )
        last += 1
        data = None
        if event.private:
            data, sealed = sealing.seal(event)
            private_rows += sealed
        row = event_row(event, last, previous, moment, data)
        digest = row[-1]
        heads[event.case] = (event.version, digest)
        rows.append(row)
        stored.append(StoredEvent(event, entered, digest, previous))
    if private_rows or not insert_new(connection, events, rows):
        try:
            with savepoint(connection):
                _write(connection, _new(events), rows)
                if private_rows:
                    _write(connection, _new(private), private_rows)
        except IntegrityError as error:
            raise _refused(connection, new) from error
    connection.execute(_COUNTED, {"counter": SEQUENCE, "now": last})
    _write(connection, _new(outbox), [(row[0],) for row in rows])
    unit.sequence = last
    unit.heads.update(heads)
    return stored


def next_ids(connection: Connection, name: str, count: int) -> range:
    """Return the next *count* numbers of the counter *name*, from 1. A writer's lock is held."""
    if connection.dialect.update_returning:
        last = connection.execute(_COUNT, {"counter": name, "more": count}).scalar()
    else:
        present = connection.execute(_COUNTER, {"counter": name}).scalar()
        last = None if present is None else present + count
        if last is not None:
            connection.execute(_COUNTED, {"counter": name, "now": last})
    if last is None:
        last = count
        connection.execute(insert(counters), {"name": name, "value": last})
    return range(last - count + 1, last + 1)


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
            _write(connection, _new(table), rows)


def replace(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert *rows* in the order of the table's columns, or put them in the place of those with the same first one."""
    key = table.c.keys()[0]
    if connection.dialect.name not in _UPSERTS:
        for chunk in chunked([row[0] for row in rows]):
            connection.execute(delete(table).where(table.c[key].in_(chunk)))
        add(connection, table, rows)
        return
    _write(connection, _put(table, key, connection.dialect.name), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Insert one row unless its keys are taken, without a savepoint; whether it is there now.

    A savepoint costs as much as all else that is written for a step. Several rows need one, since some of them may be
    in already when another is refused; they are left to the caller, and nothing is done.
    """
    if len(rows) != 1 or connection.dialect.name not in _UPSERTS:
        return False
    return bool(_write(connection, _unless(table, connection.dialect.name), rows).rowcount == 1)


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


def _write(connection: Connection, new: Insert, rows: Sequence[tuple[Any, ...]]) -> CursorResult[Any]:
    # SQLAlchemy's own way of many rows takes as long as all the rest; these are texts and whole numbers, which every
    # driver takes as they are, so its statement goes to the driver with the rows in the driver's style.
    statement = _compiled(new, connection.dialect)
    if connection.dialect.positional:
        given: list[Any] = list(rows)
    else:
        names = new.table.c.keys()
        given = [dict(zip(names, row, strict=True)) for row in rows]
    return connection.exec_driver_sql(statement, given if len(given) > 1 else given[0])


@lru_cache(maxsize=32)
def _new(table: Table) -> Insert:
    return insert(table)


@lru_cache(maxsize=32)
def _unless(table: Table, dialect: str) -> Insert:
    return _UPSERTS[dialect](table).on_conflict_do_nothing()


@lru_cache(maxsize=32)
def _put(table: Table, key: str, dialect: str) -> Insert:
    names = [column.name for column in table.columns if column.name != key]
    new = _UPSERTS[dialect](table)
    return new.on_conflict_do_update(index_elements=[key], set_={name: new.excluded[name] for name in names})


@lru_cache(maxsize=64)
def _compiled(new: Insert, dialect: Dialect) -> str:
    return str(new.compile(dialect=dialect))


def _counter(connection: Connection, name: str) -> int:
    return int(connection.execute(_COUNTER, {"counter": name}).scalar_one())


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
