"""Dated rows, and what a change does to them: rows are closed and others opened, and none is ever overwritten.

A row says something of a key from a day (included) until a day (excluded). The present rows of a key never share a
day. A change from a day on replaces the row that holds on it: up to the day the old values are said again, from it on
the new ones; the replaced row stays, with the moment and the change that replaced it. So what held on any day is told
by the present rows, and what was believed at any moment by the rows of that moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import field, frozen

#: The first day there is: a row from it on says nothing about when it began.
ALWAYS: Final = dt.date.min

#: What a row is about: texts, or what stands for those that are encrypted or withheld.
Key: TypeAlias = tuple[Any, ...]
Values: TypeAlias = tuple[Any, ...]


@frozen
class Locked:
    """A value that is encrypted with a key that is not here: it is kept as it is, and nothing is known of it."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@frozen
class Row:
    """What a register says of *key* from *since* until *until* (excluded), or still.

    *key* and *values* are in the order of the register's columns. *number* is the store's own, 0 for a row that is not
    kept yet. *change* is what made it and *entered* the moment (empty where it was kept before moments were);
    *replaced_by* is the change that replaced it.
    """

    key: Key
    values: Values
    since: dt.date
    until: dt.date | None = None
    number: int = 0
    change: str = ""
    entered: str = ""
    replaced_by: str = ""

    def holds(self, day: dt.date) -> bool:
        """Whether the row says something of *day*."""
        return self.since <= day and (self.until is None or day < self.until)


@frozen
class Asked:
    """One thing that is to be kept: *values* of *key* from *since* on; without *until*, for as long as is known.

    With *ends*, nothing is said of *key* from *since* on. *line* is where it was asked, 0 where in no file. A value of
    a column that is not *given* stays as it is; ``None`` means that all are given. One that is *supposed* counts only
    where none is known.
    """

    key: Key
    values: Values
    since: dt.date
    until: dt.date | None = None
    ends: bool = False
    line: int = 0
    sheet: str = ""
    given: frozenset[int] | None = None
    supposed: frozenset[int] = frozenset()

    def holds(self, day: dt.date) -> bool:
        """Whether it is asked that something holds on *day*."""
        return self.since <= day and (self.until is None or day < self.until)


@frozen
class Plan:
    """What a change comes to: the numbers of the rows *replaced*, the *new* rows, and who stands in the way."""

    replaced: tuple[int, ...] = ()
    new: tuple[Row, ...] = ()
    added: int = 0
    changed: int = 0
    ended: int = 0
    same: int = 0
    overlaps: tuple[Asked, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.replaced and not self.new


def plan(present: Mapping[Key, Sequence[Row]], asked: Iterable[Asked]) -> Plan:
    """Return what keeping *asked* over the *present* rows comes to; each is asked of the rows as those before left it.

    An *asked* whose end passes the beginning of a later row of the same key is among the overlaps, and not planned.
    """
    books: dict[Key, list[Row]] = {}
    dropped: list[int] = []
    overlaps: list[Asked] = []
    counts = {"added": 0, "changed": 0, "ended": 0, "same": 0}
    for one in asked:
        book = books.get(one.key)
        if book is None:
            book = books[one.key] = list(present.get(one.key, ()))
        what = _put(book, one, dropped)
        if what == "overlaps":
            overlaps.append(one)
        else:
            counts[what] += 1
    new = tuple(row for book in books.values() for row in book if row.number == 0)
    return Plan(tuple(dropped), new, overlaps=tuple(overlaps), **counts)


def _put(book: list[Row], one: Asked, dropped: list[int]) -> str:
    holding = next((row for row in book if row.holds(one.since)), None)
    if one.ends:
        if holding is None:
            return "same"
        # Appointments to one post may overlap, and whoever is removed from it holds none of them.
        for row in [row for row in book if row.holds(one.since)]:
            _replace(book, row, [Row(one.key, row.values, row.since, one.since)], dropped)
        return "ended"
    if holding is None:
        following = min((row.since for row in book if row.since > one.since), default=None)
        if following is not None and one.until is not None and one.until > following:
            return "overlaps"
        book.append(Row(one.key, _filled(one, None), one.since, one.until or following))
        return "added"
    values = _filled(one, holding.values)
    until = one.until or holding.until
    if values == holding.values and until == holding.until:
        return "same"
    later = (row for row in book if row is not holding and row.since > one.since)
    if until is not None and any(row.since < until for row in later):
        return "overlaps"
    if values == holding.values:
        _replace(book, holding, [Row(one.key, values, holding.since, until)], dropped)
        return "ended" if until is not None and (holding.until is None or until < holding.until) else "changed"
    parts = [Row(one.key, holding.values, holding.since, one.since), Row(one.key, values, one.since, until)]
    _replace(book, holding, parts, dropped)
    return "changed"


def _filled(one: Asked, before: Values | None) -> Values:
    if one.given is None:
        return one.values
    kept = (None,) * len(one.values) if before is None else before
    return tuple(
        value if at in one.given and (kept[at] is None or at not in one.supposed) else kept[at]
        for at, value in enumerate(one.values)
    )


def _replace(book: list[Row], row: Row, parts: Iterable[Row], dropped: list[int]) -> None:
    book.remove(row)
    if row.number:
        dropped.append(row.number)
    book.extend(part for part in parts if part.until is None or part.since < part.until)


def by_key(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    """Return *rows* by what they are about."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found


def as_of(rows: Iterable[Row], day: dt.date) -> list[Row]:
    """Return those of the present *rows* that hold on *day*."""
    return [row for row in rows if row.holds(day)]
