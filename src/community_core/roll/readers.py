"""Reading tables as offices have them, CSV, Excel and Parquet: bad rows are named and set aside, others are read."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from attrs import define, evolve, field

from community_core.base.decoding import Pieces, encoding_of, texts
from community_core.base.files import file_trouble
from community_core.base.findings import Finding, Origin, finding
from community_core.base.headings import ASIDE, heading_key, is_closing, is_note, is_total
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.roll.cells import Column, read_column
from community_core.roll.extras import pl
from community_core.roll.faults import LARGE, ROUNDED, Faults
from community_core.roll.headings import (
    LINE_HEADING,
    OWN_HEADINGS,
    RAW_HEADING,
    REASONS_HEADING,
    Heading,
    Index,
    match_headings,
)
from community_core.roll.sheet import HEADING_WITHIN, LINE, LONGEST_RECORD, Head, Sheet, cut_lines, head_of, lines_of
from community_core.roll.tables import TableRead, no_rows
from community_core.roll.typed import as_texts, typed_column
from community_core.roll.values import ROW_NUMBER
from community_core.roll.workbooks import SIGNS, read_workbook
from community_core.rules.terms import Fact
from community_core.rules.types import TEXT, Kind

#: So many rows a part of a table has, where nothing else is said.
PART = 250_000
_READ_AT_ONCE = 4 * 2**20
#: A part of very long lines ends here, whatever the number of its rows.
_LONGEST_PART = 64 * 2**20


def read_table(path: str | Path, facts: Sequence[Fact]) -> TableRead:
    """Read the table at *path* (CSV in any of the usual encodings, .xlsx, or Parquet) into columns of *facts*.

    Nothing is inferred: a column has the type of the fact that its heading names, an empty cell is unknown, and a
    row with a cell that does not fit its fact is set aside with the reason. A file that cannot be read at all gives
    a finding and no rows.
    """
    parts = TableParts(Path(path), Index(facts), None)
    empty = pl.DataFrame(schema={ROW_NUMBER: pl.Int64})
    whole = [*parts] or [TableRead(empty, (), no_rows(), "", path=str(path))]
    read: TableRead = evolve(whole[0], findings=parts.findings, faults=parts.faults)
    return read


def read_parts(path: str | Path, facts: Sequence[Fact], rows: int = PART) -> TableParts:
    """Read the table at *path* part by part, as :func:`read_table` reads it whole; a part has about so many *rows*."""
    return TableParts(Path(path), Index(facts), rows)


@define(eq=False)
class TableParts:
    """A table that is read while one goes through its parts, once.

    *findings*, *faults* and the counts are of what has been read so far. *share* says how much of the file that is,
    from 0 to 1. The findings stand here and not in the single parts.
    """

    path: Path
    index: Index
    rows: int | None
    encoding: str = field(default="", init=False)
    separator: str = field(default="", init=False)
    good: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)
    share: float = field(default=0.0, init=False)
    _head: list[Finding] = field(factory=list, init=False)
    _headings: list[Heading] = field(factory=list, init=False)
    _rows_faults: Faults = field(init=False)
    _short: int = field(default=0, init=False)
    _first_short: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._rows_faults = Faults(str(self.path))

    def __iter__(self) -> Iterator[TableRead]:
        parquet = self.path.suffix.lower() in (".parquet", ".pq")
        try:
            for part in self._of_parquet() if parquet else self._of_text():
                self.good += part.frame.height
                self.refused += part.rejected.height
                yield part
        except (OSError, pl.exceptions.PolarsError) as error:
            said = str(error).partition("\n")[0]
            why = file_trouble(error) if isinstance(error, OSError) else Label(said, said)
            self._refuse("unreadable-file", f"文件不能读取：{why.zh}", f"the file cannot be read: {why.en}")
        if self.usable and not self.good and not self.refused:
            self._refuse("empty-table", "只有标题，没有一行数据", "there are headings and no row below them")

    @property
    def faults(self) -> int:
        """How many faults of single cells and rows there are."""
        return self._rows_faults.count

    @property
    def usable(self) -> bool:
        """Whether some column means a fact."""
        return any(heading.fact is not None for heading in self._headings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the file, its headings and its rows; at most a thousand faults of single rows."""
        short = []
        if self._short:
            short.append(
                finding(
                    "short-rows",
                    f"有{self._short}行的单元格少于标题（首见第{self._first_short}行），缺的按“不详”处理",
                    f"lines with too few cells: {self._short} (first: line {self._first_short}); the rest is unknown",
                    Origin(str(self.path), self._first_short),
                    "warning",
                    count=self._short,
                )
            )
        return (*self._head, *short, *self._rows_faults.listed())

    def _refuse(self, code: str, zh: str, en: str) -> None:
        self._head.append(finding(code, zh, en, Origin(str(self.path))))

    def _take_headings(self, names: Sequence[str], line: int) -> None:
        file = str(self.path)
        self._headings, found = match_headings(names, self.index, Origin(file, line))
        self._head += found
        if not self.usable:
            self._head.append(_no_heading(file, line))

    # -- text --------------------------------------------------------------------------------------------------------

    def _of_text(self) -> Iterator[TableRead]:
        pieces = self._pieces()
        with self.path.open("rb") as file:
            workbook = file.read(4) in SIGNS
        if workbook:
            book = read_workbook(self.path.read_bytes(), self.index, str(self.path))
            self._head += book.findings or (() if book.data else (_no_heading(str(self.path), 0),))
            if not book.data:
                return
            pieces = lambda: (book.data,)  # noqa: E731 - as _pieces() gives them
        self.encoding, damaged = encoding_of(pieces)
        if not self.encoding:
            self._refuse(
                "unknown-encoding",
                "文件不是UTF-8、GBK或GB18030编码的文本，请另存为“CSV UTF-8”",
                "the file is no text in UTF-8, GBK or GB18030; save it as “CSV UTF-8”",
            )
            return
        blocks = (lines for lines in self._blocks(pieces, damaged=damaged) if lines.height)
        waiting = deque(islice(blocks, 1))
        if not waiting:
            self._refuse("empty-table", "文件是空的", "the file is empty")
            return
        while sum(lines.height for lines in waiting) < HEADING_WITHIN and (more := next(blocks, None)) is not None:
            waiting.append(more)
        head = head_of(pl.concat(waiting), self.index)
        self.encoding = "xlsx" if workbook else self.encoding
        self._begin(head)
        while waiting:
            block = waiting.popleft()
            reach = int(block[LINE][-1]) + LONGEST_RECORD
            while (not waiting or waiting[-1][LINE][-1] < reach) and (following := next(blocks, None)) is not None:
                waiting.append(following)
            ahead = pl.concat([lines.filter(pl.col(LINE) <= reach) for lines in waiting]) if waiting else None
            sheet, last = cut_lines(block, head, ahead)
            left = (lines.filter(pl.col(LINE) > last) for lines in waiting)
            waiting = deque(lines for lines in left if lines.height)
            if not waiting:
                waiting.extend(islice(blocks, 1))
            yield self._typed(sheet, damaged=damaged)

    def _pieces(self) -> Pieces:
        """Return what gives the bytes of the file; a file that is read whole is kept."""
        if self.rows is None:
            whole = self.path.read_bytes()
            return lambda: (whole,)

        def read() -> Iterator[bytes]:
            size = max(self.path.stat().st_size, 1)
            with self.path.open("rb") as file:
                while piece := file.read(_READ_AT_ONCE):
                    self.share = file.tell() / size
                    yield piece

        return read

    def _blocks(self, pieces: Pieces, *, damaged: bool) -> Iterator[pl.DataFrame]:
        """Yield the lines of the file, so many together as a part has rows."""
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        first, rest, count = 1, "", 0
        for text in texts(pieces, self.encoding, damaged=damaged):
            piece = newlines.decode(text)
            rest += piece
            count += piece.count("\n")
            if self.rows is not None and count and (count >= self.rows or len(rest) > _LONGEST_PART):
                end = rest.rfind("\n") + 1
                yield lines_of(rest[:end], first)
                first, rest, count = first + count, rest[end:], 0
        yield lines_of(rest + newlines.decode("", final=True), first)

    def _begin(self, head: Head) -> None:
        file, name = str(self.path), {"utf-8-sig": "UTF-8 BOM"}.get(self.encoding, self.encoding.upper())
        self.separator = head.separator
        self._head.append(
            finding(
                "encoding",
                f"文件按{name}编码读取",
                f"the file is read as {name}",
                Origin(file),
                "info",
                encoding=self.encoding,
            )
        )
        if head.line > 1:
            self._head.append(
                finding(
                    "heading-line",
                    f"标题在第{head.line}行，其上各行未用",
                    f"the headings stand in line {head.line}; the lines above are not used",
                    Origin(file, head.line),
                    "info",
                )
            )
        self._take_headings(head.names, head.line)

    def _typed(self, sheet: Sheet, *, damaged: bool) -> TableRead:
        """Read the cells of one part into the types of their facts."""
        faults, lines = self._rows_faults, sheet.cells[LINE]
        self._first_short = self._first_short or sheet.first_short
        self._short += sheet.short
        if damaged:
            whole = pl.any_horizontal(pl.all().exclude(LINE).str.contains("\ufffd", literal=True))
            faults.rows(
                sheet.cells.filter(whole.fill_null(False))[LINE],
                "undecodable-text",
                "有不能识别的字符，请从原件重录",
                "signs are damaged; take them from the original",
            )
        for why, zh, en in (
            (
                "long-row",
                "单元格多于标题，内容可能已错位；含分隔符的内容请加引号",
                "more cells than headings; quote a cell that holds the separator",
            ),
            ("unclosed-quote", "引号没有成对", "a quotation mark is not closed"),
        ):
            faults.rows(sheet.refused.filter(why=why)[LINE], why, zh, en)
        cells = sheet.cells.drop(LINE)
        days = [
            str(each.position - 1)
            for each in self._headings
            if each.fact is not None and each.fact.type.kind is Kind.DATE
        ]
        for which, why, zh, en in (
            (_totals(cells), "total-row", "是合计行，不是一个人；请删去", "is a line of totals and nobody; delete it"),
            (_notes(cells, days), "note-row", "是表中的说明，不是一个人；请删去", "is a note and nobody; delete it"),
        ):
            faults.rows(lines.filter(which), why, zh, en)
        values = [lines.rename(ROW_NUMBER)]
        for heading in self._headings:
            texts_of = sheet.cells[str(heading.position - 1)]
            if heading.fact is not None:
                values.append(_read_texts(texts_of, lines, heading, faults))
            elif heading_key(heading.text) not in OWN_HEADINGS:
                # A number that names a person is seldom a fact of any rule; a row without its person is no row.
                number = Fact(heading.text, TEXT, privacy=Privacy.PERSONAL)
                rounded = read_column(texts_of, number).rounded
                faults.cells(heading, number, lines.filter(rounded), texts_of.filter(rounded), ROUNDED)
        reasons = faults.reasons()
        good = ~lines.is_in(reasons[LINE].implode())
        aside = sheet.cells.filter(good).select(
            pl.col(LINE).alias(ROW_NUMBER),
            **_aside(self._headings, {heading.position: str(heading.position - 1) for heading in self._headings}),
        )
        return TableRead(
            pl.DataFrame(values).filter(good),
            (),
            _rejected(sheet, self._headings, reasons),
            self.encoding,
            aside,
            self.separator,
            path=str(self.path),
        )

    # -- Parquet -----------------------------------------------------------------------------------------------------

    def _of_parquet(self) -> Iterator[TableRead]:
        self.encoding = "parquet"
        whole = pl.scan_parquet(self.path)
        names = [name for name in whole.collect_schema().names() if name != ROW_NUMBER]
        self._take_headings(names, 0)
        height = int(whole.select(pl.len()).collect().item())
        rows = self.rows or max(height, 1)
        for start in range(0, max(height, 1), rows):
            table = whole.select(names).slice(start, rows).collect()
            self.share = min((start + rows) / max(height, 1), 1.0)
            yield self._taken(table, start, first=start == 0)

    def _taken(self, table: pl.DataFrame, start: int, *, first: bool) -> TableRead:
        """Take the columns of one part as their facts; what is wrong with a whole column is said once."""
        file, faults = str(self.path), self._rows_faults
        lines = pl.Series(ROW_NUMBER, range(start + 1, start + table.height + 1), dtype=pl.Int64)
        values = [lines]
        for heading in self._headings:
            if heading.fact is None:
                continue
            column = table[table.columns[heading.position - 1]]
            as_text = as_texts(column)
            if as_text is not None:
                values.append(_read_texts(as_text, lines, heading, faults))
                continue
            typed, bad, why = typed_column(column, heading.fact)
            if typed is None:
                self._head += [why.at(Origin(file, 0, heading.position))] if first else []
                continue
            numbers = heading.fact.type.kind in (Kind.INT, Kind.MONEY)
            large = bad & typed.is_null() & numbers
            for mask, code in ((large, LARGE), (bad & ~large, "bad-cell")):
                found = column.filter(mask).cast(pl.String, strict=False)
                faults.cells(heading, heading.fact, lines.filter(mask), found, code)
            values.append(typed.rename(heading.fact.name))
        reasons = faults.reasons()
        good = ~lines.is_in(reasons[LINE].implode())
        names = {heading.position: table.columns[heading.position - 1] for heading in self._headings}
        aside = table.with_columns(lines).filter(good).select(ROW_NUMBER, **_aside(self._headings, names))
        rejected = reasons.join(table.with_columns(lines.rename(LINE)), on=LINE, how="left", maintain_order="left")
        rejected = rejected.select(
            pl.col(LINE).alias(LINE_HEADING), *table.columns, pl.col("reason").alias(REASONS_HEADING)
        )
        return TableRead(pl.DataFrame(values).filter(good), (), rejected, "parquet", aside, path=file)


def _no_heading(file: str, line: int) -> Finding:
    return finding(
        "no-headings",
        "没有一列的标题是事实的名称，无法判定；请在首行写上事实的名称或中文名",
        "no heading names a fact, so nothing can be decided; write the facts' names or labels in the first line",
        Origin(file, line),
    )


def _totals(cells: pl.DataFrame) -> pl.Series:
    """Return which rows add up the others: one of their first two cells says so."""
    first, *more = (_those(cells.to_series(at), is_total) for at in range(min(cells.width, 2)))
    return first | more[0] if more else first


def _notes(cells: pl.DataFrame, days: Collection[str]) -> pl.Series:
    """Return which rows begin as a note does, or say alone what closes a table; a day in a column of *days* is one."""
    first = cells.select(pl.coalesce(pl.all())).to_series()
    closing = _those(first, is_closing)
    if closing.any():
        closing &= cells.select(pl.sum_horizontal(pl.all().is_not_null()) == 1).to_series()
        closing &= cells.select(pl.all_horizontal(pl.lit(True), *(pl.col(name).is_null() for name in days))).to_series()
    return _those(first, is_note) | closing


def _those(texts: pl.Series, is_one: Callable[[str], bool]) -> pl.Series:
    """Return which of *texts* are such; few of them look so at all."""
    maybe = texts.filter(texts.str.contains(ASIDE).fill_null(False)).unique()
    found = [text for text in maybe if is_one(text)]
    return texts.is_in(found).fill_null(False) if found else pl.repeat(False, len(texts), eager=True)


def _read_texts(texts: pl.Series, lines: pl.Series, heading: Heading, faults: Faults) -> pl.Series:
    assert heading.fact is not None, "only columns that mean a fact are read"  # noqa: S101 - narrows the type
    column: Column = read_column(texts, heading.fact)
    large = column.large & ~column.rounded
    other = column.bad & ~column.rounded & ~large
    for mask, code in ((column.rounded, ROUNDED), (large, LARGE), (other, "bad-cell")):
        faults.cells(heading, heading.fact, lines.filter(mask), texts.filter(mask), code)
    return column.values.rename(heading.fact.name)


def _aside(headings: Sequence[Heading], columns: dict[int, str]) -> dict[str, pl.Expr]:
    kept: dict[str, pl.Expr] = {}
    for heading in headings:
        if heading.fact is not None or heading_key(heading.text) in OWN_HEADINGS:
            continue
        name = heading.text or f"第{heading.position}列"
        if name in kept or name == ROW_NUMBER:
            name = f"{name} ({heading.position})"
        kept[name] = pl.col(columns[heading.position])
    return kept


def _rejected(sheet: Sheet, headings: Sequence[Heading], reasons: pl.DataFrame) -> pl.DataFrame:
    """Return the refused rows with their cells as they were; a line that could not be cut stands whole."""
    shown_as: dict[str, pl.Expr] = {}
    for heading in headings:
        if heading_key(heading.text) in OWN_HEADINGS:
            continue
        name = heading.text or f"第{heading.position}列"
        if name in shown_as:
            name = f"{name} ({heading.position})"
        shown_as[name] = pl.col(str(heading.position - 1))
    return (
        reasons.join(sheet.cells, on=LINE, how="left", maintain_order="left")
        .join(sheet.refused, on=LINE, how="left", maintain_order="left")
        .select(
            pl.col(LINE).alias(LINE_HEADING),
            **shown_as,
            **{RAW_HEADING: pl.col("raw"), REASONS_HEADING: pl.col("reason")},
        )
    )
