"""The trace of who read sensitive values of registers: written once, and verified; who may read is decided above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from attrs import evolve
from sqlalchemy import Connection, insert, select

from community_core.base.errors import StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.registers.reads import RegisterRead, after, read_runs, runs_text
from community_core.store.connections import Transactions
from community_core.store.counting import next_ids
from community_core.store.failures import checked
from community_core.store.records import moment_text, safe
from community_core.store.register_tables import as_day
from community_core.store.schema import counters, register_reads

_COUNTER: Final = "register_read"


class SqlRegisterReads:
    """The trace; see :class:`~community_core.ports.store.RegisterRows`."""

    _transactions: Transactions

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def keep_read(self, read: RegisterRead, entered: dt.datetime) -> RegisterRead:
        """Add a line to the trace and return it with its number and hash."""
        safe(read.actor, read.purpose, read.register)
        with self._writing() as connection, checked():
            number = next_ids(connection, _COUNTER, 1)[0]
            last = select(register_reads.c.hash).where(register_reads.c.number == number - 1)
            previous = connection.execute(last).scalar() or ""
            made = after(evolve(read, number=number, entered=moment_text(entered)), previous)
            connection.execute(
                insert(register_reads),
                {
                    "number": made.number,
                    "entered": made.entered,
                    "actor": made.actor,
                    "purpose": made.purpose,
                    "register": made.register,
                    "day": "" if made.day is None else made.day.isoformat(),
                    "columns": " ".join(made.columns),
                    "rows": runs_text(made.rows),
                    "hash": made.hash,
                },
            )
        return made

    def register_reads(self, *, register: str = "") -> Sequence[RegisterRead]:
        """Return the lines of the trace in their order, of one register or of all.

        Raises:
            StoreError: if what is kept no longer reads as one.
        """
        query = select(register_reads).order_by(register_reads.c.number)
        if register:
            query = query.where(register_reads.c.register == register)
        with self._transactions.reading() as connection, checked():
            try:
                return tuple(_read(row) for row in connection.execute(query))
            except ValueError as error:
                raise StoreError(
                    Label("查阅记录读不懂，可能被改动过", "the trace of readings cannot be read; verify the record")
                ) from error


def verify_reads(connection: Connection) -> Iterator[Finding]:
    """Yield a finding where a line of the trace was changed, removed or inserted: the first such line is named."""
    previous, number = "", 0
    for row in connection.execute(select(register_reads).order_by(register_reads.c.number)):
        number += 1
        try:
            made = _read(row)
            whole = (
                made.number == number
                and (" ".join(made.columns), runs_text(made.rows)) == (row.columns, row.rows)
                and after(made, previous) == made
            )
        except ValueError:
            whole = False
        if not whole:
            yield _changed(number)
            return
        previous = row.hash
    given = connection.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar() or 0
    if given != number:
        yield _changed(min(given if type(given) is int else 0, number) + 1)


def _changed(number: int) -> Finding:
    return finding(
        "register-reads-changed",
        f"查阅登记簿敏感信息的记录从第 {number} 条起被改写、删除或插入",
        f"the trace of who read sensitive values of registers was rewritten, cut or added to from line {number} on",
        number=number,
    )


def _read(row: Any) -> RegisterRead:
    day = as_day(row.day) if row.day else None
    columns, rows = tuple(row.columns.split()), read_runs(row.rows)
    return RegisterRead(row.actor, row.purpose, row.register, columns, rows, day, row.entered, row.number, row.hash)
