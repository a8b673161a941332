"""Cells of a workbook that were merged into one: what stands in it is said of every row that it covers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import define, field

_AREA: Final = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"']"
)

#: Columns and rows from and to, from 1.
Area = tuple[int, int, int, int]
#: The first and the last column of a cell that lies across columns, from 0.
Wide = tuple[int, int]


def merged_areas(parts: zipfile.ZipFile, path: str) -> tuple[Area, ...]:
    """Return the areas of the sheet that stands at *path* in a workbook, in the order of their rows."""
    found = (
        (_column(left), int(top), _column(right), int(bottom))
        for left, top, right, bottom in _AREA.findall(parts.read(path))
    )
    return tuple(sorted(found, key=lambda area: area[1]))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@define
class Spread:
    """Spreads the value of each merged area over its rows as they come, in its first column.

    A heading or a value that was merged across columns stays where it stands: it is said once, and told of.
    """

    areas: Sequence[Area]
    _next: int = 0
    _open: list[tuple[Area, Any]] = field(factory=list)

    def over(self, number: int, cells: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Wide, ...]]:
        """Return the row *number* with merged cells filled, and which of its cells lie across columns."""
        if self._next == len(self.areas) and not self._open:
            return cells, ()
        self._open = [held for held in self._open if held[0][3] >= number]
        for area in self._beginning(number):
            left = area[0] - 1
            value = cells[left] if area[1] == number and left < len(cells) else None
            if value is not None and area[3] >= number:
                self._open.append((area, value))
        filled = list(cells)
        for (left, *_), value in self._open:
            filled += [None] * (left - len(filled))
            if filled[left - 1] is None:
                filled[left - 1] = value
        return tuple(filled), tuple((left - 1, right - 1) for (left, _, right, _), _ in self._open if left < right)

    def _beginning(self, number: int) -> Iterator[Area]:
        while self._next < len(self.areas) and self.areas[self._next][1] <= number:
            yield self.areas[self._next]
            self._next += 1
