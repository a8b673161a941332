"""Registers in the database: dated rows read as of a day or a moment, changes written in few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.ports.keys import KeyRing
from community_core.ports.store import Contradiction
from community_core.registers.applying import base_of
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Column, Register
from community_core.registers.known import KEPT, TENURES
from community_core.registers.rows import Locked, Plan, Row
from community_core.registers.written import erasable
from community_core.store.appending import chunked
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.private import overwriting
from community_core.store.records import day_text, moment_text, safe
from community_core.store.register_commitments import SALTED, committer
from community_core.store.register_erasing import erase
from community_core.store.register_sealing import (
    indexed,
    indexer,
    is_current,
    sealed_reader,
    sealed_writer,
)
from community_core.store.register_statements import Condition, holding, kept_change, parts
from community_core.store.register_tables import as_day, blind_columns, index_of
from community_core.store.schema import register_changes, register_tables
from community_core.store.sealing import Sealing
from community_core.store.tenures import tenure_rows, write_tenures


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
        wanted = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in (where or {}).items()}
        wanted |= {name: (value,) for name, value in register.fixed}
        if base_of(register) in TENURES:
            with self._transactions.reading() as connection, checked():
                return tenure_rows(connection, register, wanted, day=day, moment=moment, past=past)
        table = register_tables[register.table]
        query = select(table) if day is None else select(table).where(*holding(table, day_text(day)))
        if register.secret:
            query = query.where(table.c.erased_by == "")
        if moment is not None:
            at = moment_text(moment)
            query = query.where(table.c.entered <= at, or_(table.c.replaced.is_(None), table.c.replaced > at))
        elif not past:
            query = query.where(table.c.replaced.is_(None))
        query = query.order_by(*(table.c[column.name] for column in register.key), table.c.since, table.c.number)
        keys = self._sealing.keys
        read = _row_reader(register, keys)
        matches, left = _conditions(register, table, wanted, keys)
        with self._transactions.reading() as connection, checked():
            found = [read(row) for part in parts(query, matches) for row in connection.execute(part).mappings()]
        if left:
            found = [row for row in found if _fits(register, row, left)]
        # Encrypted keys have no order of their own.
        return tuple(sorted(found, key=_in_order) if register.secret else found)

    def keep_change(self, change: RegisterChange, entered: dt.datetime) -> str:
        """Keep *change* and return the id that it gets."""
        with self._writing() as connection, checked():
            return kept_change(connection, change, moment_text(entered))

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
        moment = moment_text(entered)
        if base_of(register) in TENURES:
            with self._writing() as connection, checked():
                write_tenures(connection, base_of(register), plan, change, moment)
            return
        table = register_tables[register.table]
        rows = _cells(register, plan.new, self._sealing.keys, moment, change)
        with self._writing() as connection, checked():
            _mark(connection, table, plan.replaced, moment, change)
            _insert(connection, table, rows)

    def erase_rows(self, register: Register, key: Sequence[str], change: RegisterChange, entered: dt.datetime) -> str:
        """Erase the private values of *key* from all rows, replaced ones too; return the id that *change* gets.

        The one thing that changes rows: what is to be forgotten must not stand in an older one. Ids and days stay;
        where the key itself is sensitive nothing of what the rows said may stay. What they committed to does, and
        tells nothing without the salts. Where there is nothing to erase, nothing is kept and the id is empty.
        """
        with self._writing() as connection, checked():
            return erase(connection, register, key, change, moment_text(entered), self._sealing.keys)

    def seal_rows(self) -> int:
        """Encrypt with the key for new values whatever sensitive value stands in clear or under an older key.

        What rows say stays as it is. Returns how many were written anew, replaced ones among them; those whose key is
        not here are left as they are.

        Raises:
            StoreError: if there are no keys.
        """
        keys = self._sealing.keys
        if keys is None:
            raise StoreError(Label("没有给出密钥；请用 --keys 指明", "no keys are given: --keys"))
        with self._writing() as connection, checked():
            overwriting(connection)
            return sum(_sealed_anew(connection, register, keys) for register in KEPT if register.sensitive)


def _sealed_anew(connection: Connection, register: Register, keys: KeyRing) -> int:
    table = register_tables[register.table]
    names = [column.name for column in register.sensitive]
    kept = connection.execute(select(table).where(table.c.erased_by == "")).mappings()
    secret = [cells for cells in kept if any(cells[name] is not None for name in names)]
    old = [cells for cells in secret if not all(is_current(cells[name], keys) for name in (*names, SALTED.name))]
    read = _row_reader(register, keys)
    salt = sealed_reader(register, SALTED, keys)
    put = {column.name: sealed_writer(register, column, keys) for column in (*register.sensitive, SALTED)}
    index = indexer(register, keys)
    changed = []
    for cells in old:
        row = read(cells)
        said = {**register.said(row.key, row.values), SALTED.name: salt(cells[SALTED.name])}
        if any(isinstance(said[name], Locked) for name in put):
            continue
        new = {f"new_{name}": put[name](said[name]) for name in put}
        new |= {f"new_{name}": text for name, text in zip(blind_columns(register), index(row.key), strict=True)}
        changed.append({"own": row.number, **new})
    if changed:
        columns = (*put, *blind_columns(register))
        done = update(table).where(table.c.number == bindparam("own"))
        connection.execute(done.values({name: bindparam(f"new_{name}") for name in columns}), changed)
    return len(changed)


def _cells(
    register: Register, new: Sequence[Row], keys: KeyRing | None, moment: str, change: str
) -> list[tuple[Any, ...]]:
    """Return *new* rows as the table has them."""
    put = [sealed_writer(register, column, keys) for column in register.columns]
    index = indexer(register, keys)
    commit = committer(register, keys) if erasable(register) else None
    at_key = [at for at, column in enumerate(register.columns) if column.key]
    at_value = [at for at, column in enumerate(register.columns) if not column.key]
    rows = []
    for row in new:
        cells: list[Any] = [None] * len(put)
        for at, part in zip(at_key, row.key, strict=True):
            cells[at] = put[at](part)
        for at, value in zip(at_value, row.values, strict=True):
            cells[at] = put[at](value)
        until = None if row.until is None else row.until.isoformat()
        committed = () if commit is None else commit(row)
        rows.append((*cells, *index(row.key), row.since.isoformat(), until, moment, change, None, "", *committed))
        safe(
            *(part for part in (*row.key, *row.values) if type(part) is str and (not part.isascii() or "\x00" in part))
        )
    return rows


def _conditions(
    register: Register, table: Table, wanted: Mapping[str, Sequence[str]], keys: KeyRing | None
) -> tuple[list[Condition], dict[str, frozenset[str]]]:
    """Return what the database is asked, and what is left to compare with what is decrypted."""
    asked: list[Condition] = []
    left: dict[str, frozenset[str]] = {}
    sensitive = {column.name: column for column in register.sensitive}
    for name, values in wanted.items():
        column = sensitive.get(name)
        if column is None:
            asked.append((table.c[name].in_, values))
        elif column.sought:
            asked.append((_sought(register, table, column, keys), values))
        else:
            left[name] = frozenset(values)
    return asked, left


def _sought(
    register: Register, table: Table, column: Column, keys: KeyRing | None
) -> Callable[[Sequence[str]], ColumnElement[bool]]:
    clear, blind = table.c[column.name], table.c[index_of(column.name)]

    def among(values: Sequence[str]) -> ColumnElement[bool]:
        indexes = [text for value in values for text in indexed(register, column, value, keys)]
        return or_(clear.in_(values), blind.in_(indexes)) if indexes else clear.in_(values)

    return among


def _fits(register: Register, row: Row, left: Mapping[str, frozenset[str]]) -> bool:
    said = register.said(row.key, row.values)
    return all(said[name] in values for name, values in left.items())


def _in_order(row: Row) -> tuple[Any, ...]:
    return (*map(str, row.key), row.since, row.number)


def _row_reader(register: Register, keys: KeyRing | None) -> Callable[[Any], Row]:
    named = [(column.name, sealed_reader(register, column, keys)) for column in register.key]
    values = [(column.name, sealed_reader(register, column, keys)) for column in register.values]
    secret = register.secret

    def read(cells: Mapping[str, Any]) -> Row:
        until = cells["until"]
        return Row(
            tuple(own(cells[name]) for name, own in named) if secret else tuple(cells[name] for name, _ in named),
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
