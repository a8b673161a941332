"""What a row commits to of which values can be erased: all that it says, salted; and the comparison of rows with it.

The commitment stays for ever, and checkpoints cover it; salt and values go when they are erased. Where a row has a
sensitive value and there is a key, the salt is encrypted as it is: by the salt likely values could be tried. A
value that was carried over from an older row by somebody without its key is no part of the commitment, and the salt
says so; it is held against the rows that it was carried over from.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, select

from community_core.base.commitments import SALT, commitment
from community_core.base.errors import StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.ports.keys import KeyRing
from community_core.registers.describe import Column, Register
from community_core.registers.known import KEPT
from community_core.registers.rows import Locked, Row
from community_core.registers.written import erasable
from community_core.store.private import key_missing
from community_core.store.records import shown
from community_core.store.register_sealing import (
    SEALED,
    begins,
    indexed,
    indexed_key,
    key_of,
    sealed_reader,
    sealed_writer,
)
from community_core.store.register_tables import KEY_INDEX, blind_columns, index_columns, index_of, writer
from community_core.store.schema import register_tables
from community_core.store.sealing import Sealing

ERASABLE: Final = tuple(register for register in KEPT if erasable(register))
"""The registers whose rows commit to what they say."""

SALTED: Final = Column("salt", Label("盐", "salt"), privacy=Privacy.SENSITIVE)
"""The column of salts, for what encrypts sensitive columns."""

_CHUNK: Final = 1000


def committer(register: Register, keys: KeyRing | None) -> Callable[[Row], tuple[str | None, str | None, str]]:
    """Return what makes the cells of salt, commitment and erasure of a new row; there are none in some registers."""
    plain = {column.name: writer(column) for column in register.columns}
    sensitive = [column.name for column in register.sensitive]
    seal = sealed_writer(register, SALTED, keys)

    def commit(row: Row) -> tuple[str | None, str | None, str]:
        said = register.said(row.key, row.values)
        carried = [name for name, value in said.items() if isinstance(value, Locked)]
        cells = {name: put(said[name]) for name, put in plain.items() if name not in carried}
        salt = secrets.token_bytes(SALT)
        text = _text(register, cells, row.since.isoformat(), _day(row.until))
        written = " ".join((salt.hex(), *carried))
        kept = seal(written) if any(said[name] is not None for name in sensitive) else written
        return kept, commitment(text, salt), ""

    return commit


def blank(register: Register) -> Mapping[str, Any]:
    """Return what stands in the columns of a row whose values were erased; other columns stay as they are."""
    if not register.secret:
        return {"salt": None, **{column.name: None for column in register.values if column.private}}
    values = {column.name: "" if column.key else None for column in register.columns}
    return {"salt": None, **values, **dict.fromkeys(blind_columns(register), ""), "since": "", "until": None}


def count_locked_rows(connection: Connection, keys: KeyRing | None) -> int:
    """Return how many rows are encrypted with keys that are not given."""
    found = 0
    for register in ERASABLE:
        salt = register_tables[register.name].c.salt
        locked = select(func.count()).where(salt.startswith(SEALED))
        for name, _ in () if keys is None else keys.keys:
            locked = locked.where(~salt.startswith(begins(name), autoescape=True))
        found += int(connection.execute(locked).scalar_one())
    return found


def verify_commitments(connection: Connection, sealing: Sealing) -> Iterator[Finding]:
    """Yield each row that is not what it committed to, or that was erased and still says something.

    Of one whose key is not here, it is only known that it is there.
    """
    missing: set[str] = set()
    for register in ERASABLE:
        yield from _Check(connection, register, sealing.keys, missing).all()


class _Check:
    """The rows of one register, compared with their commitments in the order in which they were written."""

    def __init__(self, connection: Connection, register: Register, keys: KeyRing | None, missing: set[str]) -> None:
        self._connection = connection
        self._register = register
        self._keys = keys
        self._missing = missing
        self._table = register_tables[register.name]
        self._read = {column.name: sealed_reader(register, column, keys) for column in register.sensitive}
        self._plain = {column.name: writer(column) for column in register.sensitive}
        self._salt = sealed_reader(register, SALTED, keys)
        self._blank = blank(register)

    def all(self) -> Iterator[Finding]:
        begun = False
        query = select(self._table).order_by(self._table.c.number)
        result = self._connection.execute(query, execution_options={"yield_per": _CHUNK})
        try:
            for row in result.mappings():
                begun = begun or row["commitment"] is not None
                if row["erased_by"] != "":
                    if any(row[name] != value for name, value in self._blank.items()):
                        yield self._kept(row["number"])
                elif begun:
                    yield from self._row(row)
        finally:
            result.close()

    def _row(self, row: Mapping[Any, Any]) -> Iterator[Finding]:
        try:
            salt = self._salt(row["salt"])
            cells = {column.name: row[column.name] for column in self._register.columns}
            opened = {name: read(cells[name]) for name, read in self._read.items()}
            locked = [value for value in (salt, *opened.values()) if isinstance(value, Locked)]
            whole = locked or self._holds(row, salt, cells, opened)
        except (StoreError, ValueError, TypeError, AttributeError):
            locked, whole = [], False
        if not whole:
            yield self._changed(row["number"])
        for name in {key_of(value.text) for value in locked} - self._missing if self._keys is not None else ():
            self._missing.add(name)
            yield key_missing(name)

    def _holds(self, row: Mapping[Any, Any], salted: str, cells: dict[str, Any], opened: Mapping[str, Any]) -> bool:
        salt, *carried = salted.split(" ")
        cells |= {name: self._plain[name](value) for name, value in opened.items()}
        known = {name: value for name, value in cells.items() if name not in carried}
        raw = bytes.fromhex(salt)
        return (
            raw.hex() == salt
            and commitment(_text(self._register, known, row["since"], row["until"]), raw) == row["commitment"]
            and self._found_by(row, opened)
            and all(self._carried(row, name, opened[name]) for name in carried)
        )

    def _found_by(self, row: Mapping[Any, Any], opened: Mapping[str, Any]) -> bool:
        """Whether the blind indexes are those of the key."""
        register, keys = self._register, self._keys
        for column in index_columns(register):
            sought = indexed(register, column, opened[column.name], keys) if key_of(row[column.name]) else ("",)
            if row[index_of(column.name)] not in sought:
                return False
        if not register.secret:
            return True
        parts = [opened.get(column.name, row[column.name]) for column in register.key]
        sealed = any(key_of(row[column.name]) for column in register.key if column.sensitive)
        return row[KEY_INDEX] in (indexed_key(register, parts, keys) if sealed else ("",))

    def _carried(self, row: Mapping[Any, Any], name: str, value: Any) -> bool:
        """Whether an older row of the same key says the same of the column, and commits to it."""
        own = [self._table.c[column.name] == row[column.name] for column in self._register.key]
        older = select(self._table.c[name], self._table.c.salt).where(*own, self._table.c.number < row["number"])
        return any(
            self._read[name](kept) == value and name not in str(self._salt(salt)).split(" ")
            for kept, salt in self._connection.execute(older)
        )

    def _changed(self, number: Any) -> Finding:
        return finding(
            "register-values-changed",
            f"登记簿“{self._register.label.zh}”第 {shown(number)} 行与写入时的承诺值不符：有值被改动、换位，"
            "或没有登记就被删除",
            f"row {shown(number)} of the register {self._register.name!r} is not what it committed to when it was "
            "written: a value was changed or moved, or removed without a recorded erasure",
            register=self._register.name,
            row=shown(number),
        )

    def _kept(self, number: Any) -> Finding:
        return finding(
            "register-values-kept",
            f"登记簿“{self._register.label.zh}”第 {shown(number)} 行登记为已删除，行里却还有值",
            f"row {shown(number)} of the register {self._register.name!r} is recorded as erased and still holds values",
            register=self._register.name,
            row=shown(number),
        )


def _text(register: Register, cells: Mapping[str, Any], since: Any, until: Any) -> str:
    kept = {name: value for name, value in cells.items() if value is not None}
    said: Sequence[Any] = (register.name, kept, since, until)
    return json.dumps(said, sort_keys=True, separators=(",", ":"), default=ascii)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
