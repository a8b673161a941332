"""From the lines of a sheet to rows: every cell read into its column's type, blanks filled, what is none told of.

What a row refers to is not looked at here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

from attrs import frozen

from community_core.base.headings import heading_key, is_closing, is_note, is_total
from community_core.base.identity import birth_date_in, is_of_a_man
from community_core.base.labels import Label
from community_core.registers.cells import DITTOS, STROKES, reader_of
from community_core.registers.describe import UNTIL, Column, Register
from community_core.registers.faults import (
    AGAIN,
    BIRTH,
    DAMAGED,
    DITTO,
    EMPTY,
    GONE,
    LACKING,
    LONG,
    MERGED,
    MISSING,
    NOTE,
    SEX,
    STROKE,
    TOTAL,
    UNHEADED,
    BadCell,
    Fault,
    Faults,
    Unfit,
)
from community_core.registers.gone import says_gone
from community_core.registers.headings import is_own
from community_core.registers.known import IDENTITY_HEADINGS
from community_core.registers.readrow import ReadRow
from community_core.registers.sheets import Line, Sheet

#: What a cell says to make a value unknown again; a blank one leaves the value as it is.
CLEARED: Final = frozenset({"（清空）", "(清空)", "(cleared)"})

_NOTHING: Final[frozenset[str]] = frozenset()
_PERSON: Final = "person"
_NUMBER: Final = "id_number"
_NUMBER_COLUMN: Final = Column(_NUMBER, Label("号", "number"), digits=True, check="identity")

#: Of each register where its columns stand in a sheet, by their names.
Matched = Mapping[str, Mapping[str, int]]
#: Reads a cell: its value, or what is wrong with it.
Read = Callable[[Any], Any]


class People(Protocol):
    """What is known of residents while a file is read."""

    def person_of(self, number: str) -> str | None:
        """Return the resident who has an identity number, or ``None``."""
        ...

    def new_person(self) -> str:
        """Return an id for a resident who comes without one."""
        ...


@frozen
class _Place:
    """A register in a sheet: where its columns stand, how their cells are read, and where identity numbers stand."""

    register: Register
    sheet: Sheet
    at: Mapping[str, int]
    readers: Mapping[str, Read]
    people: int | None


class LineReader:
    """Reads the lines of a file's sheets for all of its *registers*; what is wrong goes to *faults*."""

    def __init__(self, registers: Sequence[Register], known: People, day: dt.date, faults: Faults) -> None:
        self._registers = registers
        self._known = known
        self._day = day
        self._faults = faults
        self._number = _memo(reader_of(_NUMBER_COLUMN))
        self._readers: dict[dt.date, Mapping[str, Mapping[str, Read]]] = {}
        self._people: dict[str, str] = {}
        self.rows: list[ReadRow] = []

    def read(self, sheet: Sheet, matched: Matched) -> None:
        """Read the cells of all lines of *sheet*, whose columns stand where *matched* says."""
        known = {place for at in matched.values() for place in at.values()}
        counts = {at for at, text in enumerate(sheet.headings) if is_own(text)}
        lines = [line for line in sheet.lines if not self._aside(sheet, line, known, counts)]
        ends = {at[UNTIL.name] for at in matched.values() if UNTIL.name in at}
        for line in lines:
            self._damages(sheet, line, known)
            if all(_cell(line.cells, at) is None for at in ends):
                self._gone(sheet, line, known)
        self._unheaded(sheet, lines)
        people = next((at[_NUMBER] for at in matched.values() if _NUMBER in at), _number_column(sheet))
        readers = self._readers_from(sheet.epoch)
        for register in self._registers:
            place = _Place(register, sheet, matched[register.name], readers[register.name], people)
            lacking = _lacking(place)
            if lacking:
                zh = "、".join(column.label.zh for column in lacking)
                en = ", ".join(column.name for column in lacking)
                fault = LACKING.of(Label(register.label.zh, repr(register.name)), Label(zh, en))
                self._faults.tell(BadCell(sheet.name, sheet.heading_line, 0, fault))
                continue
            above: dict[str, Any] = {}
            for line in lines:
                self._line(place, line, above)

    def _readers_from(self, epoch: dt.date) -> Mapping[str, Mapping[str, Read]]:
        if epoch not in self._readers:
            self._readers[epoch] = {
                register.name: {column.name: _memo(reader_of(column, epoch)) for column in register.asked}
                for register in self._registers
            }
        return self._readers[epoch]

    # -- lines as they stand ---------------------------------------------------------------------------------------

    def _aside(self, sheet: Sheet, line: Line, known: Collection[int], counts: Collection[int]) -> bool:
        """Tell of a line that is none of the table's rows; of one that is only counted, nothing."""
        said = [at for at, cell in enumerate(line.cells) if cell is not None and at not in counts]
        if not said:
            return True
        at, first = next((at, cell) for at, cell in enumerate(line.cells) if cell is not None)
        if not isinstance(first, str):
            return self._empty(sheet, line, known, said)
        alone = all(_cell(line.cells, place) is None for place in known if place != at)
        title = alone and (is_closing(first) or any(place == at for place, _ in line.ambiguous(known)))
        fault = TOTAL if is_total(first) else NOTE if title or is_note(first) else None
        if fault is None and _heads_again(sheet, line):
            fault = AGAIN
        if fault is not None:
            self._faults.of_line(sheet, line, fault, at=at, level="warning")
            return True
        return self._empty(sheet, line, known, said)

    def _empty(self, sheet: Sheet, line: Line, known: Collection[int], said: Sequence[int]) -> bool:
        """Tell of a line that says nothing in any column of a register; what is too long or spread stays a row."""
        if any(_cell(line.cells, at) is not None for at in known) or line.wide or max(said) >= len(sheet.headings):
            return False
        self._faults.of_line(sheet, line, EMPTY, at=said[0], level="warning")
        return True

    def _damages(self, sheet: Sheet, line: Line, known: Collection[int]) -> None:
        """Tell of what is wrong with a line whatever its columns mean; columns stand in the places *known*."""
        if any(type(cell) is str and "\ufffd" in cell for cell in line.cells):
            self._faults.of_line(sheet, line, DAMAGED)
        if sheet.width and any(cell is not None for cell in line.cells[sheet.width :]):
            self._faults.of_line(sheet, line, LONG)
        for at, covered in line.ambiguous(known):
            headings = [sheet.headings[place] for place in covered]
            self._faults.of_line(sheet, line, MERGED.of(Label("、".join(headings), ", ".join(headings))), at=at)

    def _gone(self, sheet: Sheet, line: Line, known: Collection[int]) -> None:
        """Tell of a line that says that it does not hold any more, where it does not say until when it did."""
        for at, cell in enumerate(line.cells):
            heading = sheet.headings[at] if at < len(sheet.headings) else ""
            if cell is not None and says_gone("" if at in known else heading, cell, remark=at not in known):
                self._faults.of_line(sheet, line, GONE, at=at)

    def _unheaded(self, sheet: Sheet, lines: Sequence[Line]) -> None:
        """Tell of columns that have values and no heading: nothing of them is taken."""
        named = {at for at, text in enumerate(sheet.headings) if text}
        beyond = sheet.width or None
        counted = Counter(
            at for line in lines for at, cell in enumerate(line.cells[:beyond]) if cell is not None and at not in named
        )
        for at, count in sorted(counted.items()):
            self._faults.tell(BadCell(sheet.name, sheet.heading_line, at + 1, UNHEADED.of(str(count)), level="warning"))

    # -- cells -----------------------------------------------------------------------------------------------------

    def _line(self, place: _Place, line: Line, above: dict[str, Any]) -> None:
        register, sheet, at = place.register, place.sheet, place.at
        found: dict[str, Any] = dict(register.fixed)
        cleared: list[str] = []
        cells = line.cells
        keys = [(column.name, _cell(cells, at.get(column.name))) for column in register.key if column.fill]
        if any(cell is not None and cell != above.get(name) for name, cell in keys):
            above.clear()
        for column in register.asked:
            where = at.get(column.name)
            if where is None:
                continue
            raw = _cell(cells, where)
            if type(raw) is str and (raw in STROKES or raw in DITTOS):
                fault = DITTO if raw in DITTOS else STROKE if column.key or column.fill else None
                if fault is not None:
                    self._faults.of_cell(sheet, line, where, column, fault, None)
                continue
            if column.fill:
                raw = above.get(column.name) if raw is None else raw
                above[column.name] = raw
            if raw is None:
                continue
            if type(raw) is str and raw in CLEARED and not column.required:
                cleared.append(column.name)
                continue
            value = place.readers[column.name](raw)
            if isinstance(value, Fault):
                self._faults.of_cell(sheet, line, where, column, value, raw)
            else:
                found[column.name] = value
        if place.people is not None and _PERSON not in found and _has_person(register):
            self._by_number(line, place.people, found)
        self._check(place, line, found)
        supposed: frozenset[str] = _NOTHING
        if register.name == "residents" and _NUMBER in found:
            told = _in_number(found[_NUMBER])
            supposed = frozenset(name for name in told if name not in found and name not in cleared)
            found.update((name, told[name]) for name in supposed)
        self.rows.append(ReadRow(register, sheet, line, found, tuple(cleared), supposed))

    def _check(self, place: _Place, line: Line, found: Mapping[str, Any]) -> None:
        """Tell of what is missing in a line, and of what contradicts in itself."""
        register, sheet, at, faults = place.register, place.sheet, place.at, self._faults
        for column in register.columns:
            if column.required and column.name not in found and not faults.refuses(sheet, line):
                # Where the number stands for the person, it is the number that is missing.
                where = at.get(column.name, place.people if column.name == _PERSON else None)
                faults.of_cell(sheet, line, where, column, MISSING, None)
        own = found.get(_NUMBER)
        for name, fault in (("birth_date", BIRTH), ("sex", SEX)):
            value = found.get(name)
            if own is not None and value is not None and _in_number(own)[name] != value:
                column = register.column(name)
                faults.of_cell(sheet, line, at.get(name), column, fault, value, level="warning")

    def _by_number(self, line: Line, people: int, found: dict[str, Any]) -> None:
        """Find out by the identity number who is meant where no id is written; a resident who is new gets one."""
        raw = _cell(line.cells, people)
        number = None if raw is None else self._number(raw)
        if number is None or isinstance(number, Fault):
            return
        who = self._people.get(number) or self._known.person_of(number)
        if who is None and any(each.name == "residents" for each in self._registers):
            who = self._known.new_person()
        if who is not None:
            self._people[number] = who
            found[_PERSON] = who


def _in_number(number: str) -> dict[str, Any]:
    """Return what an identity number says of whom it belongs to."""
    return {"birth_date": birth_date_in(number), "sex": "male" if is_of_a_man(number) else "female"}


def _lacking(place: _Place) -> list[Column]:
    """Return the columns of the register's key that the sheet does not have."""
    fixed = dict(place.register.fixed)
    return [
        column
        for column in place.register.key
        if column.name not in place.at
        and column.name not in fixed
        and not (column.name == _PERSON and place.people is not None)
    ]


def _has_person(register: Register) -> bool:
    return any(column.name == _PERSON for column in register.key)


def _memo(read: Callable[[Any], Any]) -> Read:
    """Return *read* with each different cell read once, and a fault given instead of raised."""
    kept: dict[Any, Any] = {}

    def reader(raw: Any) -> Any:
        try:
            return kept[raw.__class__, raw]
        except KeyError:
            pass
        try:
            value = read(raw)
        except Unfit as unfit:
            value = unfit.fault
        kept[raw.__class__, raw] = value
        return value

    return reader


def _cell(cells: Sequence[Any], place: int | None) -> Any:
    return cells[place] if place is not None and place < len(cells) else None


def _heads_again(sheet: Sheet, line: Line) -> bool:
    """Whether a line says what the headings say, as where a table was printed page by page."""
    said = [(at, cell) for at, cell in enumerate(line.cells) if cell is not None]
    return all(
        isinstance(cell, str) and at < len(sheet.headings) and heading_key(cell) == heading_key(sheet.headings[at])
        for at, cell in said
    )


def _number_column(sheet: Sheet) -> int | None:
    known = {heading_key(text) for text in (_NUMBER, "公民身份号码", *IDENTITY_HEADINGS)}
    return next((at for at, text in enumerate(sheet.headings) if heading_key(text) in known), None)
