"""A workbook as the text of a CSV file with the same line numbers, so that both are read by one reader."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any, Final

from attrs import evolve, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.registers.faults import MERGED, BadCell
from community_core.registers.sheets import OLD_EXCEL, WORKBOOK, Line, Sheet, read_book
from community_core.roll.headings import Index

#: How a workbook's file begins; of an old one nothing is read, and that is said.
SIGNS: Final = (WORKBOOK, OLD_EXCEL)
#: From here on a spreadsheet has lost the last digits of a number.
_EXACT: Final = 10**15


@frozen
class Workbook:
    """The one sheet of a workbook that has headings, as a CSV file in UTF-8.

    It is empty where *findings* say why; else they say what of it is not used.
    """

    data: bytes = b""
    findings: tuple[Finding, ...] = ()


def read_workbook(data: bytes, index: Index, file: str) -> Workbook:
    """Read the sheet of a workbook in which headings name facts; where there are several, none is taken.

    Raises:
        LoadError: if the extra that reads workbooks is not installed.
    """
    book = read_book(data, index.recognised, file=file)
    if len(book.sheets) == 1:
        sheet, told = _unmerged(book.sheets[0], index, file)
        return Workbook(_csv(sheet), (*book.findings, *told))
    if not book.sheets:
        return Workbook(findings=tuple(found for found in book.findings if found.code != "no-headings"))
    names = [sheet.name for sheet in book.sheets]
    found = finding(
        "several-sheets",
        f"有几张工作表都像名册（{'、'.join(names)}），未判定；请把要判定的另存为一个文件",
        f"several sheets look like the roll ({', '.join(names)}) and none is decided; save the one that is meant apart",
        Origin(file),
        sheets=", ".join(names),
    )
    return Workbook(findings=(*book.findings, found))


def _unmerged(sheet: Sheet, index: Index, file: str) -> tuple[Sheet, tuple[Finding, ...]]:
    """Return the sheet without cells that lie across columns of several facts, with a finding for each.

    Which fact such a cell means is not known, and so neither is.
    """
    known = [at for at, heading in enumerate(sheet.headings) if index.recognised([heading])]
    lines: list[Line] = []
    told: list[Finding] = []
    for line in sheet.lines:
        found = dict(line.ambiguous(known))
        cells = tuple(None if at in found else cell for at, cell in enumerate(line.cells))
        lines.append(evolve(line, cells=cells) if found else line)
        for at, covered in found.items():
            names = [sheet.headings[place] for place in covered]
            fault = MERGED.of(Label("、".join(names), ", ".join(names)))
            told.append(BadCell(sheet.name, line.number, at + 1, fault).finding(file))
    return evolve(sheet, lines=tuple(lines)), tuple(told)


def _csv(sheet: Sheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    at = 1
    for number, cells in ((sheet.heading_line, sheet.headings), *((line.number, line.cells) for line in sheet.lines)):
        text.write("\n" * (number - at))
        writer.writerow([_text(cell) for cell in cells])
        at = number + 1
    return text.getvalue().encode()


def _text(cell: Any) -> str:
    """Return what a person reads in a cell, on one line."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, int | float) and abs(cell) >= _EXACT:
        return f"{cell:E}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
