"""Who read sensitive values of registers: one line for each reading, as a chain; nothing is read here.

A line names the rows by their numbers in the register's table, which never change and say nothing of anybody, so that
the trace holds no sensitive value itself. Each line's hash is over its text and the hash of the line before it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from attrs import evolve, frozen

#: The first and the last of numbers that follow each other.
Run: TypeAlias = tuple[int, int]


@frozen
class RegisterRead:
    """One reading: *actor* saw *columns* of the *rows* of a *register*, for *purpose*.

    *rows* are runs of row numbers. *day* is the day that was asked about, ``None`` for several; *entered* the moment of
    the reading. The store gives the *number*, from 1, and the *hash*.
    """

    actor: str
    purpose: str
    register: str
    columns: tuple[str, ...]
    rows: tuple[Run, ...]
    day: dt.date | None = None
    entered: str = ""
    number: int = 0
    hash: str = ""

    @property
    def count(self) -> int:
        """How many rows were read."""
        return sum(last - first + 1 for first, last in self.rows)

    def covers(self, numbers: Iterable[int]) -> bool:
        """Whether one of the rows called *numbers* was read."""
        return any(first <= number <= last for number in numbers for first, last in self.rows)


def runs(numbers: Iterable[int]) -> tuple[Run, ...]:
    """Return *numbers* as runs, in order."""
    found: list[Run] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def runs_text(rows: Iterable[Run]) -> str:
    """Return runs as they are kept: ``1-3 7``."""
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in rows)


def read_runs(text: str) -> tuple[Run, ...]:
    """Return the runs that :func:`runs_text` wrote.

    Raises:
        ValueError: if it did not write them.
    """
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found.append((int(first), int(last or first)))
    return tuple(found)


def after(read: RegisterRead, previous: str) -> RegisterRead:
    """Return *read* with its hash, as the line after the one with the hash *previous* (empty for the first)."""
    text = json.dumps(
        {
            "number": read.number,
            "entered": read.entered,
            "actor": read.actor,
            "purpose": read.purpose,
            "register": read.register,
            "day": None if read.day is None else read.day.isoformat(),
            "columns": read.columns,
            "rows": runs_text(read.rows),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return evolve(read, hash="sha256:" + sha256(f"{text}\n{previous}".encode()).hexdigest())
