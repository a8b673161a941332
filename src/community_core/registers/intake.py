"""From a file to what is to be kept: cells read, references followed; bad lines named, not dropped.

Nothing is written here. What a file is checked against, which a store knows, comes in as :class:`Known`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from attrs import evolve, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.registers.agreeing import together
from community_core.registers.describe import Register
from community_core.registers.faults import OVERLAP, BadCell, Faults, listed
from community_core.registers.headings import EXPLANATION, Columns
from community_core.registers.lines import LineReader, Matched, People
from community_core.registers.readrow import ReadRow
from community_core.registers.referring import Referred, Settling
from community_core.registers.rows import Asked
from community_core.registers.sheets import Book, Sheet, read_book


class Known(Referred, People, Protocol):
    """What the registers know while a file is read."""


@frozen
class Intake:
    """What a file comes to: for each register what it asks to keep, the bad cells, and what was said of the file.

    *asked* is without the lines that have an error. *findings* are those of the file as a whole and those of cells,
    the first few hundred.
    """

    file: str
    asked: Mapping[str, tuple[Asked, ...]]
    bad: tuple[BadCell, ...]
    findings: tuple[Finding, ...]
    book: Book
    lines: int = 0

    @property
    def refused(self) -> int:
        """How many lines have an error."""
        return len({(cell.sheet, cell.line) for cell in self.bad if cell.level == "error"})

    @property
    def unusable(self) -> bool:
        """Whether the file itself is wrong, so that not even its good lines can be told."""
        headings = ("duplicate-heading", "missing-column")
        return not self.book.sheets or any(item.code in headings for item in self.findings)

    @property
    def clean(self) -> bool:
        """Whether nothing in the file is wrong."""
        return not any(item.level == "error" for item in self.findings)

    def without(self, overlaps: Mapping[Register, Sequence[Asked]]) -> Intake:
        """Return the intake with the lines of *overlaps* refused: later rows of the registers stand against them."""
        cells = tuple(
            BadCell(one.sheet, one.line, 0, OVERLAP.of(Label(register.label.zh, repr(register.name))))
            for register, rows in overlaps.items()
            for one in rows
        )
        lines = {(cell.sheet, cell.line) for cell in cells}
        asked = {
            name: tuple(one for one in rows if (one.sheet, one.line) not in lines) for name, rows in self.asked.items()
        }
        found = (*self.findings, *(cell.finding(self.file) for cell in cells))
        return evolve(self, asked=asked, bad=(*self.bad, *cells), findings=found)


def take_in(data: bytes, registers: Sequence[Register], known: Known, *, day: dt.date, file: str = "") -> Intake:
    """Read a file for *registers*, in the order in which they lean on each other; rows count from *day* on.

    One sheet may feed several registers, each from its own columns: a list of households with their members gives
    households, residents and members. A line with a bad cell is refused whole, for all of them, and so is one that
    refers to a line that is refused.

    Raises:
        LoadError: if *data* is a workbook and the extra that reads them is not installed.
    """
    columns = Columns(registers)
    book = read_book(data, columns.recognised, file=file)
    faults = Faults()
    reader = LineReader(registers, known, day, faults)
    matched: dict[str, Matched] = {}
    told: list[Finding] = []
    tables, others = _tables(book.sheets, columns)
    for sheet in tables:
        matched[sheet.name], said = columns.match(sheet, file)
        told += said
        reader.read(sheet, matched[sheet.name])
    unread = (*others, *book.unread)
    told += (_unread(name, file) for name in unread if name not in (EXPLANATION.zh, EXPLANATION.en))
    settling = Settling(reader.rows, known, day, faults, matched)
    settling.settle()
    asked = _asked(registers, settling.good(), day)
    lines = sum(len(sheet.lines) for sheet in tables)
    findings = (*book.findings, *told, *listed(faults.bad, file))
    return Intake(file, asked, faults.bad, findings, book, lines)


def _asked(registers: Sequence[Register], rows: Iterable[ReadRow], day: dt.date) -> dict[str, tuple[Asked, ...]]:
    """Return what is to be kept, by register; a history comes in the order of its days, whatever that of its lines."""
    found: dict[str, list[Asked]] = {register.name: [] for register in registers}
    for row in together(rows, day):
        found[row.register.name].append(row.asked(day))
    return {name: tuple(sorted(asked, key=lambda one: one.since)) for name, asked in found.items()}


def _tables(sheets: Sequence[Sheet], columns: Columns) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Return the sheets that are tables, and the names of the others: one word beside a table is no heading."""
    known = [columns.recognised(sheet.headings) for sheet in sheets]
    few = 1 if max(known, default=0) > 1 else 0
    named = list(zip(sheets, known, strict=True))
    return (
        tuple(sheet for sheet, count in named if count > few),
        tuple(sheet.name for sheet, count in named if count <= few),
    )


def _unread(sheet: str, file: str) -> Finding:
    return finding(
        "sheet-unread",
        f"工作表“{sheet}”没有登记簿的列名，整张未用；是续表的，请补上标题行",
        f"the sheet {sheet!r} has no heading that a register knows and was not used; if it goes on with the table, add "
        "the headings",
        Origin(file),
        "warning",
        sheet=sheet,
    )
