"""Registers in the database: dated rows read as of a day or a moment, changes written in few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, insert, or_, select, update

from community_core.base.labels import Label
from community_core.ports.keys import KeyRing
from community_core.ports.store import Contradiction
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Register
from community_core.registers.known import APPOINTMENTS
from community_core.registers.rows import Plan, Row
from community_core.store.appending import chunked, next_ids
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.records import day_text, moment_text, safe
from community_core.store.register_sealing import sealed_reader, sealed_writer
from community_core.store.register_tables import as_day
from community_core.store.schema import postings, register_changes, register_tables
from community_core.store.sealing import Sealing

_COUNTER: Final = "register_change"


class SqlRegisterRows:
    """The tables of registers; see :class:`~community_core.ports.store.RegisterRows`."""

    _transactions: Transactions
    _sealing: Sealing

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def register_rows(
        self,
        register: Register,
        *,
        day: dt.date | None = None,
        where: Mapping[str, str | Sequence[str]] | None = None,
        moment: dt.datetime | None = None,
        past: bool = False,
    ) -> Sequence[Row]:
        """Return the rows of *register*, in the order of their keys and days.

        Args:
            register: one of the known registers.
            day: only what holds on this day.
            where: only rows whose columns have these values, or one of several.
            moment: as the register was believed at that moment, and not as it is now.
            past: also the rows that were replaced since.
        """
        wanted = dict(where or {}) | dict(register.fixed)
        if register.table == APPOINTMENTS.name:
            return self._appointments(day, wanted)
        table = register_tables[register.table]
        query = _dated(select(table), table, day)
        if moment is not None:
            at = moment_text(moment)
            query = query.where(table.c.entered <= at, or_(table.c.replaced.is_(None), table.c.replaced > at))
        elif not past:
            query = query.where(table.c.replaced.is_(None))
        query = query.order_by(*(table.c[column.name] for column in register.key), table.c.since, table.c.number)
        read = _row_reader(register, self._sealing.keys)
        with self._transactions.reading() as connection, checked():
            return tuple(read(row) for part in _parts(query, table, wanted) for row in connection.execute(part))

    def _appointments(self, day: dt.date | None, wanted: Mapping[str, str | Sequence[str]]) -> Sequence[Row]:
        query = select(postings).order_by(postings.c.person, postings.c.post, postings.c.place, postings.c.since)
        found = []
        with self._transactions.reading() as connection, checked():
            for part in _parts(query, postings, wanted):
                for row in connection.execute(part):
                    ends = [end for end in (row.until, row.ended) if end is not None]
                    since, until = as_day(row.since), as_day(min(ends)) if ends else None
                    own = Row((row.person, row.post, row.place), (), since, until, row.id, row.case_id)
                    # One that ended on the day it began never held.
                    if since != until and (day is None or own.holds(day)):
                        found.append(own)
        return tuple(found)

    def keep_change(self, change: RegisterChange, entered: dt.datetime) -> str:
        """Keep *change* and return the id that it gets."""
        safe(change.kind, change.actor, change.file, change.digest, change.case, change.note)
        with self._writing() as connection, checked():
            number = next_ids(connection, _COUNTER, 1)[0]
            own = f"{change.kind}-{number:06d}"
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
                    "entered": moment_text(entered),
                    "version": change.version,
                    "written": change.written,
                },
            )
        return own

    def next_numbers(self, name: str, count: int) -> Sequence[int]:
        """Return the next *count* numbers of the counter *name*, from 1."""
        with self._writing() as connection, checked():
            return next_ids(connection, f"register:{name}", count)

    def register_change(self, change_id: str) -> RegisterChange | None:
        """Return a change by its id, or ``None``."""
        query = select(register_changes).where(register_changes.c.id == change_id)
        with self._transactions.reading() as connection, checked():
            row = connection.execute(query).first()
        if row is None:
            return None
        day = as_day(row.day)
        return RegisterChange(
            row.kind,
            day,
            row.actor,
            row.file,
            row.digest,
            row.case_id,
            row.note,
            row.id,
            row.entered,
            row.version,
            row.written,
        )

    def write_rows(self, register: Register, plan: Plan, change: str, entered: dt.datetime) -> None:
        """Write what *plan* says: mark the rows that are replaced, add the new ones.

        Raises:
            Contradiction: if somebody else changed one of these rows meanwhile; nothing is written.
            StoreError: if a text cannot be kept.
        """
        if plan.empty:
            return
        if register.table == APPOINTMENTS.name:
            self._write_appointments(plan, change)
            return
        table = register_tables[register.table]
        moment = moment_text(entered)
        put = [sealed_writer(register, column, self._sealing.keys) for column in register.columns]
        rows = []
        at_key = [at for at, column in enumerate(register.columns) if column.key]
        at_value = [at for at, column in enumerate(register.columns) if not column.key]
        for row in plan.new:
            cells: list[Any] = [None] * len(put)
            for at, part in zip(at_key, row.key, strict=True):
                cells[at] = part
            for at, value in zip(at_value, row.values, strict=True):
                cells[at] = put[at](value)
            until = None if row.until is None else row.until.isoformat()
            rows.append((*cells, row.since.isoformat(), until, moment, change, None, ""))
        for cells_ in rows:
            for cell in cells_:
                if (type(cell) is str and not cell.isascii()) or (type(cell) is str and "\x00" in cell):
                    safe(cell)
        with self._writing() as connection, checked():
            _mark(connection, table, plan.replaced, moment, change)
            _insert(connection, table, rows)

    def erase_rows(self, register: Register, key: Sequence[str]) -> int:
        """Erase the private values of *key* from all rows, replaced ones too; return how many rows there were.

        The one thing that changes rows: what is to be forgotten must not stand in an older one. Ids and days stay.
        """
        private = {column.name: None for column in register.values if column.private}
        table = register_tables.get(register.table)
        if table is None or not private:
            return 0
        own = [table.c[column.name] == part for column, part in zip(register.key, key, strict=True)]
        with self._writing() as connection, checked():
            return int(connection.execute(update(table).where(*own).values(private)).rowcount)

    def _write_appointments(self, plan: Plan, change: str) -> None:
        """Write appointments where steps look for them: one that ends early keeps what was agreed when it began."""
        with self._writing() as connection, checked():
            kept = {row.id: row for row in connection.execute(select(postings)) if row.id in set(plan.replaced)}
            begun: dict[tuple[str, ...], int] = {
                (row.person, row.post, row.place, row.since): row.id for row in kept.values()
            }
            ends = dict.fromkeys(kept, None) | {number: kept[number].since for number in kept}
            for row in plan.new:
                since = row.since.isoformat()
                number = begun.get((*row.key, since))
                until = None if row.until is None else row.until.isoformat()
                if number is not None:
                    agreed = kept[number].until
                    if agreed is not None and (until is None or until > agreed):
                        raise Contradiction(
                            Label(
                                f"任职（{row.key[1]}，{row.key[2]}，{since}）约定到 {agreed}，"
                                "不能延长；请另登记一次任职",
                                f"the appointment ({row.key[1]}, {row.key[2]}, from {since}) was made until {agreed} "
                                "and cannot be prolonged; register another one",
                            )
                        )
                    ends[number] = until
                    continue
                person, post, place = row.key
                values = {"person": person, "post": post, "place": place, "since": since, "until": until}
                connection.execute(insert(postings), {**values, "ended": None, "reason": "", "case_id": change})
            for number, day in ends.items():
                end = {"ended": day, "ended_case": change, "ended_version": 0}
                connection.execute(update(postings).where(postings.c.id == number).values(end))


def _dated(query: Select[Any], table: Table, day: dt.date | None) -> Select[Any]:
    if day is None:
        return query
    on = day_text(day)
    return query.where(table.c.since <= on, or_(table.c.until.is_(None), table.c.until > on))


def _parts(query: Select[Any], table: Table, wanted: Mapping[str, str | Sequence[str]]) -> Iterator[Select[Any]]:
    """Yield *query* narrowed to *wanted*, in pieces whose parameters fit into one statement."""
    many = [(name, values) for name, values in wanted.items() if not isinstance(values, str)]
    for name, value in wanted.items():
        if isinstance(value, str):
            query = query.where(table.c[name] == value)
    if not many:
        yield query
        return
    (name, values), *others = many
    for other, allowed in others:
        query = query.where(table.c[other].in_(tuple(allowed)))
    for chunk in chunked(tuple(dict.fromkeys(values))):
        yield query.where(table.c[name].in_(chunk))


def _row_reader(register: Register, keys: KeyRing | None) -> Any:
    named = [column.name for column in register.key]
    values = [(column.name, sealed_reader(register, column, keys)) for column in register.values]

    def read(row: Any) -> Row:
        cells = row._mapping  # noqa: SLF001 - the public name of a row's columns by name in SQLAlchemy
        until = cells["until"]
        return Row(
            tuple(cells[name] for name in named),
            tuple(own(cells[name]) for name, own in values),
            as_day(cells["since"]),
            None if until is None else as_day(until),
            cells["number"],
            cells["change_id"],
            cells["entered"],
            cells["replaced_by"],
        )

    return read


def _mark(connection: Connection, table: Table, numbers: Sequence[int], moment: str, change: str) -> None:
    if not numbers:
        return
    own = table.c.number == bindparam("own")
    done = update(table).where(own, table.c.replaced.is_(None)).values(replaced=moment, replaced_by=change)
    marked = 0
    for chunk in chunked(numbers):
        present = select(table.c.number).where(table.c.number.in_(chunk), table.c.replaced.is_(None))
        marked += len(connection.execute(present).all())
    if marked != len(numbers):
        raise Contradiction(
            Label(
                "登记簿在此期间已被他人改动；本次没有写入，请重新读取后再做",
                "the register was changed by somebody else meanwhile; nothing was written: read it again and repeat",
            )
        )
    connection.execute(done, [{"own": number} for number in numbers])


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    # The statement goes to the driver as it is: SQLAlchemy's own way of many rows takes longer than all the rest.
    names = [column.name for column in table.columns if column.name != "number"]
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=names)
    if connection.dialect.positional:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])
