"""Counts over the whole record, for boards and lists; no case is read one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, case, func, select

from community_core.ports.store import Tally
from community_core.procedures.events import APART, CORRECT, LATE
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.schema import cases, events, snapshots

_NO_STEPS: Final = sorted({CORRECT, *APART} - {LATE})


def tally(transactions: Transactions) -> Sequence[Tally]:
    """Return how many cases stand where, by procedure, rule text, place, state and latest step."""
    rules = case((snapshots.c.rules == "", cases.c.rules), else_=snapshots.c.rules)
    keys = (cases.c.procedure, rules.label("rules"), cases.c.place, snapshots.c.state, events.c.step)
    other = events.alias()
    # A correction, a paper or a reading is no step; the step before it is the latest.
    steps = select(func.max(other.c.version)).where(other.c.case_id == cases.c.id, other.c.step.not_in(_NO_STEPS))
    query = (
        select(*keys, func.count().label("count"))
        .join(snapshots, snapshots.c.case_id == cases.c.id)
        .join(events, and_(events.c.case_id == cases.c.id, events.c.version == steps.scalar_subquery()))
        .group_by(*keys)
        .order_by(*keys)
    )
    with transactions.reading() as connection, checked():
        return tuple(Tally(*row) for row in connection.execute(query))


def head(transactions: Transactions) -> str:
    """Return a hash over the hashes of all events in the order of their cases: two equal records have one head."""
    found = hashlib.sha256()
    query = select(events.c.hash).order_by(events.c.case_id, events.c.version)
    with transactions.reading() as connection, checked():
        for (kept,) in connection.execute(query):
            found.update(f"{kept}\n".encode())
    return f"sha256:{found.hexdigest()}"
