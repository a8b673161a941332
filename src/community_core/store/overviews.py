"""Counts over the whole record, for boards and lists; no case is read one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import and_, func, select

from community_core.ports.store import Tally
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.schema import cases, events, snapshots


def tally(transactions: Transactions) -> Sequence[Tally]:
    """Return how many cases stand where, by procedure, rule text, place, state and latest step."""
    keys = (cases.c.procedure, cases.c.rules, cases.c.place, snapshots.c.state, events.c.step)
    query = (
        select(*keys, func.count().label("count"))
        .join(snapshots, snapshots.c.case_id == cases.c.id)
        .join(events, and_(events.c.case_id == cases.c.id, events.c.version == snapshots.c.version))
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
