"""A hash of the rows that one change wrote or erased, by which a table can be held against the change later.

Private values are no part of it, since they may be erased.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from community_core.base.digests import digest_of
from community_core.registers.describe import Column, Register
from community_core.registers.rows import Plan


def lasting(register: Register) -> tuple[Column, ...]:
    """Return the columns of *register* whose values stay for ever, the key first."""
    return (*register.key, *(column for column in register.values if not column.private))


def erasable(register: Register) -> bool:
    """Return whether values of *register* can be erased: private ones, or whole rows whose very key is sensitive."""
    return register.secret or any(column.private for column in register.values)


def new_line(register: Register, cells: Iterable[Any], since: str, until: str | None) -> Sequence[Any]:
    """Return the line of a row that was added: *cells* of the lasting columns as they are kept, and its days."""
    return (register.name, *cells, since, until)


def replaced_line(register: Register, number: int) -> Sequence[Any]:
    """Return the line of a row that was replaced, by its number in the table."""
    return (register.name, number)


def erased_line(register: Register, number: int) -> Sequence[Any]:
    """Return the line of a row of which values were erased, by its number in the table."""
    return (register.name, "erased", number)


def written_hash(lines: Iterable[Sequence[Any]]) -> str:
    """Return the hash over *lines*, in whatever order they come."""
    texts = sorted(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return str(digest_of("\n".join(texts).encode(), "sha256"))


def plans_hash(plans: Mapping[Register, Plan]) -> str:
    """Return the hash of what *plans* are to write."""
    lines: list[Sequence[Any]] = []
    for register, plan in plans.items():
        lines += (replaced_line(register, number) for number in plan.replaced)
        for row in plan.new:
            values = dict(zip((column.name for column in register.values), row.values, strict=True))
            keys = dict(zip((column.name for column in register.key), row.key, strict=True))
            cells = [_kept({**keys, **values}[column.name]) for column in lasting(register)]
            until = None if row.until is None else row.until.isoformat()
            lines.append(new_line(register, cells, row.since.isoformat(), until))
    return written_hash(lines)


def _kept(value: Any) -> Any:
    """Return a value as its column keeps it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value
