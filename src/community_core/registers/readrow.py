"""One line of a file as one register reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import define

from community_core.registers.describe import SINCE, UNTIL, Register
from community_core.registers.rows import Asked
from community_core.registers.sheets import Line, Sheet


@define
class ReadRow:
    """One line as one register reads it: what was *found* in it by the names of columns, and what it clears.

    What is *supposed* stands in no cell of its own and follows from another: it counts where nothing else is known.
    """

    register: Register
    sheet: Sheet
    line: Line
    found: dict[str, Any]
    cleared: tuple[str, ...]
    supposed: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, ...]:
        """What the row is about."""
        return tuple(self.found[column.name] for column in self.register.key)

    def since(self, day: dt.date) -> dt.date:
        """Return the day from which the row counts, which is *day* where it says none."""
        said: dt.date = self.found.get(SINCE.name, day)
        return said

    def asked(self, day: dt.date) -> Asked:
        """Return what is to be kept, from *day* on where the row says none; a blank cell leaves a value as it is."""
        columns = self.register.values
        given = (at for at, column in enumerate(columns) if column.name in self.found or column.name in self.cleared)
        return Asked(
            self.key,
            tuple(self.found.get(column.name) for column in columns),
            self.since(day),
            self.found.get(UNTIL.name),
            line=self.line.number,
            sheet=self.sheet.name,
            given=frozenset(given),
            supposed=frozenset(at for at, column in enumerate(columns) if column.name in self.supposed)
            if self.supposed
            else frozenset(),
        )
