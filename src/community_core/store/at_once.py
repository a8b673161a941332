"""One event, what waits for observers of it, and the state after it, by one statement where the database has such.

A step of a commit of its own is as long as its statements are many: a database on another machine answers each.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import BindParameter, Connection, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.selectable import ReturnsRows

from community_core.store.schema import events, outbox, snapshots
from community_core.store.statements import Row, ask, replacing


def written_at_once(connection: Connection, event: Row, state: Row) -> bool:
    """Write the rows of an event and of the state after it, unless the event's keys are taken; whether they are there.

    Where the database has no statements that write within others, nothing is done.
    """
    if connection.dialect.name != "postgresql":
        return False
    return bool(ask(connection, _at_once(), dict(zip(_names(), (*event, *state), strict=True))))


@cache
def _values(table: Table) -> tuple[BindParameter[str | int], ...]:
    return tuple(bindparam(f"{table.name}_{column.name}", type_=column.type) for column in table.columns)


@cache
def _names() -> tuple[str, ...]:
    return tuple(item.key for table in (events, snapshots) for item in _values(table))


@cache
def _at_once() -> ReturnsRows:
    entered = postgresql.insert(events).values(_values(events)).on_conflict_do_nothing().returning(events.c.seq)
    new = entered.cte("entered")
    waiting = insert(outbox).from_select(["seq"], select(new.c.seq)).cte("waiting")
    names = [column.name for column in snapshots.columns]
    put = postgresql.insert(snapshots).from_select(names, select(*_values(snapshots)).select_from(new))
    return replacing(put, snapshots, "case_id").returning(snapshots.c.case_id).add_cte(waiting)
