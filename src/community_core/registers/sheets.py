"""Tables as offices send them, CSV in any usual encoding or .xlsx, cut into headings and lines; nothing is interpreted.

Any bytes give sheets or findings, and never an error.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, islice, pairwise, zip_longest
from typing import Any, Final

from attrs import evolve, frozen

from community_core.base.decoding import Decoded, decode
from community_core.base.errors import MissingExtra
from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.registers.merged import Area, Spread, Wide, merged_areas

SEPARATORS: Final = (",", "\t", ";", "，")
#: Lines among which the headings are looked for: titles over several lines stand above them.
_WITHIN: Final = 15
_BLANKS: Final = " \t\r\n\u3000\u00a0\ufeff"
#: How the file of a workbook begins, and that of an old one.
WORKBOOK: Final = b"PK\x03\x04"
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF-"
#: What other files are that are zipped as workbooks are, by the names of their parts.
_ZIPPED: Final = (
    ("word/", Label("Word 文档", "a Word document")),
    ("ppt/", Label("演示文稿", "a presentation")),
    ("content.xml", Label("OpenDocument 文件", "an OpenDocument file")),
    ("xl/workbook.bin", Label("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)")),
)

#: The day that spreadsheets count days from, unless their file says otherwise.
EPOCH: Final = dt.date(1899, 12, 30)

#: Tells how many of the cells of a line are headings that are known.
Recognised = Callable[[Sequence[str]], int]


@frozen
class Line:
    """One line of a sheet: its number in the file, from 1, and its cells; a blank cell is ``None``.

    *wide* are its cells that were merged across columns.
    """

    number: int
    cells: tuple[Any, ...]
    wide: tuple[Wide, ...] = ()

    def ambiguous(self, known: Collection[int]) -> Iterator[tuple[int, list[int]]]:
        """Yield each cell that lies across columns and may mean one of several: its place, and those it covers.

        *known* are the places of columns that mean something.
        """
        for first, last in self.wide:
            covered = [place for place in range(first, last + 1) if place in known]
            if any(place != first for place in covered):
                yield first, covered


@frozen
class Sheet:
    """A sheet with headings: its name (empty for a CSV file), the headings with their line, and the lines below.

    A day that stands as a bare number is counted from *epoch*. Of a CSV file *width* is how many cells the line of the
    headings has; what stands beyond them has been pushed over.
    """

    name: str
    heading_line: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    epoch: dt.date = EPOCH
    width: int = 0


@frozen
class Book:
    """What a file holds: its sheets that have headings, what is wrong with it, and how it was read.

    *unread* names the sheets that hold a table and have no heading that is known.
    """

    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    encoding: str = ""
    separator: str = ""
    unread: tuple[str, ...] = ()


def read_book(data: bytes, recognised: Recognised, *, file: str = "") -> Book:
    """Read *data*, a CSV file or an Excel workbook, into its sheets.

    Raises:
        MissingExtra: if it is a workbook and the extra that reads them is not installed.
    """
    if data.startswith(WORKBOOK):
        return _read_workbook(data, recognised, file)
    if data.startswith(OLD_EXCEL):
        return _nothing(
            file,
            "unreadable-file",
            "文件是旧的 .xls（或 .doc、.wps、.et）格式，或者加了打开密码，不能读取；请取消密码，另存为 .xlsx 或 CSV",
            "the file is an old .xls (or .doc, .wps, .et) or has a password, and is not read; take the password off, "
            "and save it as .xlsx or CSV",
        )
    if data.startswith(_PDF):
        return _foreign(file, Label("PDF 文件", "a PDF"))
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


def _foreign(file: str, what: Label) -> Book:
    return _nothing(
        file,
        "unreadable-file",
        f"文件是{what.zh}，不是登记表；请用表格软件打开后另存为 .xlsx 或 CSV",
        f"the file is {what.en} and no table that can be read; open it in a spreadsheet and save it as .xlsx or CSV",
    )


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
        if text.lstrip(_BLANKS).startswith("<"):
            # Programs call a web page .xls, and spreadsheets open it as if it were one.
            return _foreign(file, Label("网页或 XML（即使名为 .xls）", "a web page or XML, even if it is called .xls"))
        return _no_headings(file, empty=not any(any(line.cells) for line in lines))
    cells = next(line.cells for line in lines if line.number == found.heading_line)
    width = max(len(cells), len(found.headings))
    return Book((evolve(found, width=width),), (), decoded.encoding, separator)


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


def _sheet(name: str, lines: Iterator[Line], recognised: Recognised, epoch: dt.date = EPOCH) -> Sheet | None:
    head = list(islice(lines, _WITHIN))
    texts = [_texts(line.cells) for line in head]
    ranked = [(recognised(row), -at, row) for at, row in enumerate(texts)]
    ranked += (
        (recognised(both), -at, both)
        for at, (above, below) in enumerate(pairwise(texts), start=1)
        if (both := _both(above, below, recognised)) is not None
    )
    count, at, row = max(ranked, default=(0, 0, ()), key=lambda found: found[:2])
    if not count:
        return None
    headings = list(row)
    while headings and not headings[-1]:
        headings.pop()
    return Sheet(name, head[-at].number, tuple(headings), tuple(chain(head[-at + 1 :], lines)), epoch)


def _both(above: tuple[str, ...], below: tuple[str, ...], recognised: Recognised) -> tuple[str, ...] | None:
    """Return two lines as one line of headings, where the lower one only divides what the upper one has no name for."""
    found = []
    for upper, lower in zip_longest(above, below, fillvalue=""):
        if upper and lower and recognised((upper,)):
            return None
        found.append(lower or upper)
    return tuple(found)


def _read_workbook(data: bytes, recognised: Recognised, file: str) -> Book:
    openpyxl = workbooks()
    try:
        unsaved = list(_unsaved(data))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            tables = book.worksheets
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                areas = {each.title: merged_areas(parts, _path_of(each)) for each in tables}
            epoch = book.epoch.date()
            sheets = {
                each: _sheet(str(each.title), _lines(each, areas[each.title]), recognised, epoch) for each in tables
            }
            blank = not any(sheets.values()) and not any(True for each in tables for _ in _lines(each))
            hidden = {each for each in tables if each.sheet_state != "visible"}
            unread = tuple(str(each.title) for each, sheet in sheets.items() if sheet is None and _is_table(each))
        finally:
            book.close()
    except Exception as error:  # noqa: BLE001 - a broken workbook fails in many ways; each is the file's fault
        kind = type(error).__name__
        what = _zipped(data)
        if what is not None:
            return _foreign(file, what)
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
    found = tuple(sheet for each, sheet in sheets.items() if sheet is not None and each not in hidden)
    told = tuple(_hidden(sheet.name, file) for each, sheet in sheets.items() if sheet is not None and each in hidden)
    if not found:
        none = _no_headings(file, empty=blank)
        return evolve(none, findings=(*none.findings, *told))
    return Book(found, told, "xlsx", unread=unread)


def _hidden(name: str, file: str) -> Finding:
    return finding(
        "sheet-hidden",
        f"工作表“{name}”是隐藏的，未用；要用的，请取消隐藏",
        f"the sheet {name!r} is hidden and was not used; show it if it is meant",
        Origin(file),
        "warning",
        sheet=name,
    )


def _zipped(data: bytes) -> Label | None:
    """Return what other kind of file *data* is, if that can be told."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
    except zipfile.BadZipFile:
        return None
    packed = None if any(name.startswith("xl/") for name in names) else Label("压缩包", "a zipped archive")
    return next((what for begins, what in _ZIPPED if any(name.startswith(begins) for name in names)), packed)


def _path_of(sheet: Any) -> str:
    """Return where a sheet stands in the file of its workbook; what reads rows alone does not read merged areas."""
    return str(sheet._worksheet_path).lstrip("/")  # noqa: SLF001 - openpyxl tells it nowhere else


def _is_table(sheet: Any) -> bool:
    """Whether a sheet is to be seen and has more than one column: one alone is an explanation."""
    return sheet.sheet_state == "visible" and any(
        sum(cell is not None for cell in line.cells) > 1 for line in _lines(sheet)
    )


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


def _lines(sheet: Any, areas: Sequence[Area] = ()) -> Iterator[Line]:
    # The size that a workbook claims may be wrong by a million rows; the rows themselves are not.
    sheet.reset_dimensions()
    spread = Spread(areas)
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = tuple((cell.strip(_BLANKS) or None) if isinstance(cell, str) else cell for cell in row)
        if any(cell is not None for cell in cells):
            yield Line(number, *spread.over(number, cells))


def workbooks() -> Any:
    """Return the library that reads and writes workbooks.

    Raises:
        MissingExtra: if the extra is not installed; the message gives the command that installs it.
    """
    try:
        import openpyxl  # noqa: PLC0415 - an extra, imported where it is used
    except ImportError as error:
        raise MissingExtra(
            Label(
                '读写 .xlsx 需要 openpyxl，请运行：pip install "community-core[excel]"',
                'reading and writing .xlsx needs openpyxl; run: pip install "community-core[excel]"',
            )
        ) from error
    return openpyxl
