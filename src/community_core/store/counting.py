"""Counters kept as rows: how the next numbers are given out; a number that is given up with its unit leaves no hole."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from community_core.store.schema import counters
from community_core.store.statements import ask

_NAMED: Final = counters.c.name == bindparam("counter")
_READ: Final = select(counters.c.value).where(_NAMED)
_ADDED: Final = update(counters).where(_NAMED).values(value=counters.c.value + bindparam("more"))
_COUNTED: Final = _ADDED.returning(counters.c.value)


def next_ids(connection: Connection, name: str, count: int) -> range:
    """Return the next *count* numbers of the counter *name*, from 1. A writer's lock is held."""
    last = counted(connection, name, count)
    return range(last - count + 1, last + 1)


def counted(connection: Connection, name: str, more: int) -> int:
    """Add *more* to the counter *name*, which counts from 0, and return what it stands at."""
    values: dict[str, str | int] = {"counter": name, "more": more}
    if connection.dialect.update_returning:
        rows = ask(connection, _COUNTED, values)
    else:
        ask(connection, _ADDED, values)
        rows = ask(connection, _READ, {"counter": name})
    if not rows:
        connection.execute(insert(counters), {"name": name, "value": more})
        return more
    return int(rows[0][0])
