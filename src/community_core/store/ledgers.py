"""The entries of ledgers as rows; what they come to is counted in :mod:`community_core.instruments.ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, func, insert, select

from community_core.base.days import Span
from community_core.base.labels import Label
from community_core.codec.values import read_iso
from community_core.instruments.ledger import Entry
from community_core.ports.store import Cause, Contradiction
from community_core.procedures.recorded import RecordedEffect
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.records import day_text, safe
from community_core.store.schema import ledger

_MOST = 2**63 - 1

# Numbered here and not by the database, which would leave gaps; a writer's lock is held.
_NEXT = select(func.coalesce(func.max(ledger.c.number), 0) + 1).scalar_subquery()


class SqlLedgers:
    """Ledgers in the database: entries are added and never changed."""

    _transactions: Transactions

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def add_entry(self, entry: Entry, cause: Cause) -> None:
        """Add an entry that an event of a case made.

        Raises:
            StoreError: if a text in it cannot be kept.
            Contradiction: if the amount is too large.
        """
        safe(entry.ledger, entry.place, entry.source, entry.target, entry.unit, entry.purpose)
        if entry.amount > _MOST:
            raise Contradiction(
                Label(f"数额 {entry.amount} 太大，不能入账", f"the amount {entry.amount} is too large to be entered")
            )
        period = entry.period
        row = {
            "number": _NEXT,
            "ledger": entry.ledger,
            "place": entry.place,
            "day": day_text(entry.day),
            "source": entry.source,
            "target": entry.target,
            "amount": entry.amount,
            "unit": entry.unit,
            "more_than": entry.more_than,
            "purpose": entry.purpose,
            "since": None if period.start is None else day_text(period.start),
            "until": None if period.end is None else day_text(period.end),
            "case_id": cause.case,
            "version": cause.version,
            "part": cause.number,
        }
        with self._writing() as connection, checked():
            connection.execute(insert(ledger).values(row))

    def entries(self, name: str, *, place: str = "") -> Sequence[Entry]:
        """Return the entries of the ledger *name*, of all places or of one, in the order in which they were made.

        Raises:
            StoreError: if the database cannot be read.
        """
        query = select(ledger).where(ledger.c.ledger == name).order_by(ledger.c.number)
        if place:
            query = query.where(ledger.c.place == place)
        with self._transactions.reading() as connection, checked():
            return tuple(_entry(row) for row in connection.execute(query))


def entry_of(effect: RecordedEffect, case: str) -> Entry:
    """Return the entry of a ledger that an event of *case* recorded.

    Raises:
        KeyError: if it lacks a part. So TypeError, ValueError, CodecError, if one is of another kind.
    """
    said = dict(effect.said)
    period = Span(*(None if said.get(name) is None else read_iso(said[name]) for name in ("since", "until")))
    return Entry(
        said["ledger"],
        read_iso(said["day"]),
        said["source"],
        said["target"],
        said["amount"],
        said["unit"],
        said.get("more_than", False),
        said.get("purpose", ""),
        period,
        said.get("place", ""),
        case,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        row.ledger,
        read_iso(row.day),
        row.source,
        row.target,
        row.amount,
        row.unit,
        row.more_than,
        row.purpose,
        Span(*(None if day is None else read_iso(day) for day in (row.since, row.until))),
        row.place,
        row.case_id,
    )
