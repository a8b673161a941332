"""What the rows of a file refer to: keys and names of other rows, of the file itself or registered, and codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from attrs import frozen

from community_core.registers.agreeing import Neighbours, clashes, unlikely
from community_core.registers.describe import Column
from community_core.registers.faults import NO_CODES, UNKNOWN_CODE, UNKNOWN_REFERENCE, Fault, Faults
from community_core.registers.lines import Matched
from community_core.registers.readrow import ReadRow


class Referred(Neighbours, Protocol):
    """What the registers know of what rows refer to."""

    def resolve(self, register: str, value: str, since: dt.date) -> str | None:
        """Return the key in *register* that *value* means (a name stands for it where one has it), or ``None``.

        What had ended by the day *since* is not meant.
        """
        ...

    def code(self, code_list: str, value: str) -> str | None:
        """Return the code that *value* means in a code list, or ``None``."""
        ...

    def has_list(self, code_list: str) -> bool:
        """Whether a code list has any codes; one that nobody has given is open."""
        ...


@frozen
class _Own:
    """The keys of a file's own rows of a register, and which of them have a name."""

    keys: set[str]
    named: dict[str, set[str]]


_NOBODY: Final = _Own(set(), {})


class Settling:
    """The rows of one file held against what they refer to and against each other; what is wrong goes to *faults*.

    *matched* says of each sheet where its columns stand.
    """

    def __init__(
        self, rows: Sequence[ReadRow], known: Referred, day: dt.date, faults: Faults, matched: Mapping[str, Matched]
    ) -> None:
        self._rows = rows
        self._known = known
        self._day = day
        self._faults = faults
        self._matched = matched
        self._resolved: dict[tuple[str, str, dt.date], str | None] = {}
        self._codes: dict[tuple[str, str], str | Fault] = {}

    def settle(self) -> None:
        """Refuse what refers to nothing and what contradicts, until no further line falls with those refused."""
        before = -1
        while len(self._faults) != before:
            before = len(self._faults)
            good = list(self.good())
            own = _named_here(good)
            for row in good:
                self._refer(row, own)
            for clash in tuple(clashes(list(self.good()), self._known, self._day)):
                self._tell(clash.row, clash.column, clash.fault, clash.row.found.get(clash.column.name))
        for clash in unlikely(self.good()):
            self._tell(clash.row, clash.column, clash.fault, None, level="warning")

    def good(self) -> Iterator[ReadRow]:
        """Yield the rows of lines without an error."""
        return (row for row in self._rows if not self._faults.refuses(row.sheet, row.line))

    def _refer(self, row: ReadRow, own: Mapping[str, _Own]) -> None:
        for column in row.register.columns:
            value = row.found.get(column.name)
            if value is None or not (column.refers or column.codes):
                continue
            if column.refers:
                target = meant_by(column.refers, row.found)
                said = self._resolve(target, value, row.since(self._day), own.get(target, _NOBODY))
            else:
                said = self._code(meant_by(column.codes, row.found), value)
            if isinstance(said, Fault):
                self._tell(row, column, said, value)
                return
            row.found[column.name] = said

    def _tell(self, row: ReadRow, column: Column, fault: Fault, value: Any, *, level: str = "error") -> None:
        place = self._matched.get(row.sheet.name, {}).get(row.register.name, {}).get(column.name)
        self._faults.of_cell(row.sheet, row.line, place, column, fault, value, level=level)

    def _resolve(self, target: str, value: str, since: dt.date, own: _Own) -> str | Fault:
        if value in own.keys:
            return value
        key = (target, value, since)
        if key not in self._resolved:
            self._resolved[key] = self._known.resolve(*key)
        found = self._resolved[key]
        if found != value and value in own.named:
            # A name of the file's own, and perhaps one that the registers have for another.
            meant = own.named[value] | ({found} if found is not None else set())
            found = next(iter(meant)) if len(meant) == 1 else None
        return UNKNOWN_REFERENCE.of(target) if found is None else found

    def _code(self, code_list: str, value: str) -> str | Fault:
        if (code_list, value) not in self._codes:
            found = self._known.code(code_list, value)
            self._codes[code_list, value] = unknown_code(self._known, code_list) if found is None else found
        return self._codes[code_list, value]


def _named_here(rows: Sequence[ReadRow]) -> dict[str, _Own]:
    """Return what the *rows* of a file are called, by register."""
    found: dict[str, _Own] = {}
    for row in rows:
        if len(row.register.key) == 1:
            (key,) = row.key
            own = found.setdefault(row.register.table, _Own(set(), {}))
            own.keys.add(key)
            if "zh" in row.found:
                own.named.setdefault(row.found["zh"], set()).add(key)
    return found


def meant_by(said: str, found: Mapping[str, Any]) -> str:
    """Return the register or code list that a column means; ``@name`` is what another column of the row says."""
    return str(found.get(said[1:], "")) if said.startswith("@") else said


class Lists(Protocol):
    """Which code lists there are."""

    def has_list(self, code_list: str) -> bool:
        """Whether a code list has any codes."""
        ...


def unknown_code(known: Lists, code_list: str) -> Fault:
    """Return that a cell is no code of *code_list*, or that the list has none yet."""
    return (UNKNOWN_CODE if known.has_list(code_list) else NO_CODES).of(code_list)
