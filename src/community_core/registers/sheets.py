"""Tables as offices send them, CSV in any usual encoding or .xlsx, cut into headings and lines; nothing is interpreted.

Any bytes give sheets or findings, and never an error.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

from attrs import frozen

from community_core.base.decoding import Decoded, decode
from community_core.base.errors import LoadError
from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label

SEPARATORS: Final = (",", "\t", ";", "，")
#: Lines among which the headings are looked for: titles over several lines stand above them.
_WITHIN: Final = 15
_BLANKS: Final = " \t\r\n\u3000\u00a0\ufeff"
#: How the file of a workbook begins, and that of an old one.
WORKBOOK: Final = b"PK\x03\x04"
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"

#: Tells how many of the cells of a line are headings that are known.
Recognised = Callable[[Sequence[str]], int]


@frozen
class Line:
    """One line of a sheet: its number in the file, from 1, and its cells; a blank cell is ``None``."""

    number: int
    cells: tuple[Any, ...]


@frozen
class Sheet:
    """A sheet with headings: its name (empty for a CSV file), the headings with their line, and the lines below."""

    name: str
    heading_line: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]


@frozen
class Book:
    """What a file holds: its sheets that have headings, what is wrong with it, and how it was read."""

    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    encoding: str = ""
    separator: str = ""


def read_book(data: bytes, recognised: Recognised, *, file: str = "") -> Book:
    """Read *data*, a CSV file or an Excel workbook, into its sheets.

    Raises:
        LoadError: if it is a workbook and the extra that reads them is not installed.
    """
    if data.startswith(WORKBOOK):
        return _read_workbook(data, recognised, file)
    if data.startswith(OLD_EXCEL):
        return _nothing(
            file,
            "unreadable-file",
            "文件是旧的 .xls 格式，不能读取；请另存为 .xlsx 或 CSV",
            "the file is an old .xls, which is not read; save it as .xlsx or CSV",
        )
    decoded = decode(data)
    if not decoded.encoding:
        return _nothing(
            file,
            "unknown-encoding",
            "文件不是UTF-8、GBK或GB18030编码的文本，也不是 .xlsx；请另存为“CSV UTF-8”",
            "the file is neither text in UTF-8, GBK or GB18030 nor .xlsx; save it as “CSV UTF-8”",
        )
    return _read_text(decoded, recognised, file)


def _nothing(file: str, code: str, zh: str, en: str, line: int = 0) -> Book:
    return Book((), (finding(code, zh, en, Origin(file, line)),))


def _read_text(decoded: Decoded, recognised: Recognised, file: str) -> Book:
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    best: tuple[int, str] = (-1, ",")
    for separator in SEPARATORS:
        # Only the first lines are cut to choose by; an open quotation mark is told of when all are.
        head = islice(csv.reader(io.StringIO(text), delimiter=separator), _WITHIN)
        count = max((recognised(_texts(row)) for row in _until_error(head)), default=0)
        best = max(best, (count, separator), key=lambda pair: pair[0])
    separator = best[1]
    lines: list[Line] = []
    try:
        rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        start = 1
        for row in rows:
            lines.append(Line(start, tuple(cell.strip(_BLANKS) or None for cell in row)))
            start = rows.line_num + 1
    except csv.Error:
        return _nothing(
            file,
            "unclosed-quote",
            f"第{start}行起引号没有成对，以下内容无法分列；请补上或删去引号",
            f"from line {start} on a quotation mark is not closed, and nothing below can be cut; close or delete it",
            start,
        )
    found = _sheet("", (line for line in lines if any(line.cells)), recognised)
    if found is None:
        return _no_headings(file, empty=not any(any(line.cells) for line in lines))
    return Book((found,), (), decoded.encoding, separator)


def _until_error(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:
        return


def _no_headings(file: str, *, empty: bool) -> Book:
    if empty:
        return _nothing(file, "empty-table", "文件是空的", "the file is empty")
    return _nothing(
        file,
        "no-headings",
        "没有一列的标题是登记簿的列名；请用空白模板的标题",
        "no heading names a column of the register; take the headings of the blank template",
    )


def _texts(cells: Sequence[Any]) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell).strip(_BLANKS) for cell in cells)


def _sheet(name: str, lines: Iterator[Line], recognised: Recognised) -> Sheet | None:
    head = list(islice(lines, _WITHIN))
    ranked = [(recognised(_texts(line.cells)), -at) for at, line in enumerate(head)]
    count, at = max(ranked, default=(0, 0))
    if not count:
        return None
    headings = list(_texts(head[-at].cells))
    while headings and not headings[-1]:
        headings.pop()
    return Sheet(name, head[-at].number, tuple(headings), tuple(chain(head[-at + 1 :], lines)))


def _read_workbook(data: bytes, recognised: Recognised, file: str) -> Book:
    openpyxl = workbooks()
    try:
        unsaved = list(_unsaved(data))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            sheets = [_sheet(str(each.title), _lines(each), recognised) for each in book.worksheets]
            blank = not any(sheet is not None for sheet in sheets) and not any(
                True for each in book.worksheets for _ in _lines(each)
            )
        finally:
            book.close()
    except Exception as error:  # noqa: BLE001 - a broken workbook fails in many ways; each is the file's fault
        kind = type(error).__name__
        return _nothing(
            file,
            "unreadable-file",
            f"工作簿不能读取（{kind}）；请用表格软件打开后另存",
            f"the workbook cannot be read ({kind}); open it in a spreadsheet and save it again",
        )
    if unsaved:
        return _nothing(
            file,
            "formula-without-value",
            f"有 {len(unsaved)} 个单元格（如 {unsaved[0]}）只存了公式而没有结果，不能当作空白；请用表格软件打开后另存",
            f"{len(unsaved)} cells (such as {unsaved[0]}) are formulas that were saved without results, and not blank; "
            "open the workbook in a spreadsheet and save it again",
        )
    found = tuple(sheet for sheet in sheets if sheet is not None)
    return Book(found, (), "xlsx") if found else _no_headings(file, empty=blank)


def _unsaved(data: bytes) -> Iterator[str]:
    """Yield the cells whose formulas were saved without results, as programs that make workbooks save them.

    A spreadsheet saves each result, also an empty text; what reads the values alone would take such a cell for blank.
    """
    from openpyxl.xml.functions import iterparse  # noqa: PLC0415 - as in workbooks()

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            if not _SHEET_PART.fullmatch(name) or b"<f" not in parts.read(name):
                continue
            with parts.open(name) as part:
                for _, item in iterparse(part):
                    kind = item.tag.rpartition("}")[2]
                    if kind == "c":
                        inner = {child.tag.rpartition("}")[2]: child.text for child in item}
                        if "f" in inner and not inner.get("v") and not ("v" in inner and item.get("t") == "str"):
                            yield item.get("r", "?")
                    elif kind == "row":
                        item.clear()


def _lines(sheet: Any) -> Iterator[Line]:
    # The size that a workbook claims may be wrong by a million rows; the rows themselves are not.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = tuple((cell.strip(_BLANKS) or None) if isinstance(cell, str) else cell for cell in row)
        if any(cell is not None for cell in cells):
            yield Line(number, cells)


def workbooks() -> Any:
    """Return the library that reads and writes workbooks.

    Raises:
        LoadError: if the extra is not installed; the message gives the command that installs it.
    """
    try:
        import openpyxl  # noqa: PLC0415 - an extra, imported where it is used
    except ImportError as error:
        raise LoadError(
            Label(
                '读写 .xlsx 需要 openpyxl，请运行：pip install "community-core[excel]"',
                'reading and writing .xlsx needs openpyxl; run: pip install "community-core[excel]"',
            )
        ) from error
    return openpyxl
