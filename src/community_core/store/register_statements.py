"""Statements that all tables of registers share: rows asked for by their columns, changes kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, FromClause, Select, insert, or_

from community_core.registers.changes import RegisterChange
from community_core.store.appending import chunked
from community_core.store.counting import next_ids
from community_core.store.records import day_text, moment_text, safe
from community_core.store.schema import register_changes

_COUNTER: Final = "register_change"

#: What makes a condition of some values, and the values.
Condition: TypeAlias = tuple[Callable[[Sequence[str]], ColumnElement[bool]], Sequence[str]]


def parts(query: Select[Any], conditions: Sequence[Condition]) -> Iterator[Select[Any]]:
    """Yield *query* narrowed by all *conditions*, in pieces whose parameters fit into one statement."""
    several = sorted(conditions, key=lambda condition: len(condition[1]))
    if not several:
        yield query
        return
    *few, (most, values) = several
    for one, own in few:
        query = query.where(one(tuple(own)))
    for chunk in chunked(tuple(dict.fromkeys(values))):
        yield query.where(most(chunk))


def holding(table: FromClause, on: str) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of rows that hold on a day."""
    return table.c.since <= on, or_(table.c.until.is_(None), table.c.until > on)


def known_moment(entered: dt.datetime | None) -> str:
    """Return the moment as it is kept, or an empty text where nobody says it: then it counts as always known."""
    return "" if entered is None else moment_text(entered)


def kept_change(connection: Connection, change: RegisterChange, moment: str) -> str:
    """Keep *change* and return the id that it gets. A writer's lock is held."""
    safe(change.kind, change.actor, change.file, change.digest, change.case, change.note)
    own = f"{change.kind}-{next_ids(connection, _COUNTER, 1)[0]:06d}"
    connection.execute(
        insert(register_changes),
        {
            "id": own,
            "kind": change.kind,
            "day": day_text(change.day),
            "actor": change.actor,
            "file": change.file,
            "digest": change.digest,
            "case_id": change.case,
            "note": change.note,
            "entered": moment,
            "version": change.version,
            "written": change.written,
        },
    )
    return own
