"""Reading tables as offices have them, CSV and Parquet: bad rows are named and set aside, good rows go through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import define, field

from community_core.base.decoding import Decoded, decode
from community_core.base.findings import Finding, Origin, finding
from community_core.base.headings import heading_key
from community_core.base.ranks import Privacy
from community_core.roll.cells import Column, expected, read_column, shown
from community_core.roll.extras import pl
from community_core.roll.headings import (
    LINE_HEADING,
    OWN_HEADINGS,
    RAW_HEADING,
    REASONS_HEADING,
    Heading,
    Index,
    match_headings,
)
from community_core.roll.sheet import LINE, Sheet, cut
from community_core.roll.tables import MOST_LISTED, TableRead, no_rows
from community_core.roll.typed import as_texts, typed_column
from community_core.roll.values import ROW_NUMBER
from community_core.rules.terms import Fact
from community_core.rules.types import TEXT, Kind

#: The code of a number that a spreadsheet has cut to fifteen digits.
ROUNDED = "rounded-by-spreadsheet"
#: The code of a number that no column holds.
LARGE = "number-too-large"


@define
class _Faults:
    """The faults of single rows: a reason for each, and findings for the first of them."""

    file: str
    findings: list[Finding] = field(factory=list)
    parts: list[pl.DataFrame] = field(factory=list)
    count: int = 0

    def cells(self, heading: Heading, fact: Fact, lines: pl.Series, texts: pl.Series, code: str) -> None:
        """Add bad cells of one column."""
        if not len(lines):
            return
        what = expected(fact)
        zh, en = what.zh, what.en
        if code == ROUNDED:
            zh = "号码已被电子表格改写成数字而丢失末位，请从原件重录，并把该列设为文本"
            en = "a spreadsheet has rounded the number; take it from the original, with the column as text"
        elif code == LARGE:
            zh = "数超出64位整数（约±922亿亿，金额以分计），名册不能存放，请核对原件"
            en = "the number is beyond 64 bits (±9.2·10^18; money counts in fen), which no roll holds; see the original"
        self._add(lines, f"“{heading.text}”：{zh}")
        for line, text in zip(lines.head(self._room), texts.head(self._room), strict=True):
            value = shown(fact, text)
            self.findings.append(
                finding(
                    code,
                    f"第{line}行“{heading.text}”{value and f'的“{value}”'}不能用：{zh}",
                    f"line {line}, {heading.text!r}{value and f', {value!r}'} cannot be used: {en}",
                    Origin(self.file, line, heading.position),
                    row=line,
                    heading=heading.text,
                    fact=fact.name,
                )
            )

    def rows(self, lines: pl.Series, code: str, zh: str, en: str) -> None:
        """Add rows that are bad as a whole."""
        if not len(lines):
            return
        self._add(lines, zh)
        self.findings += [
            finding(code, f"第{line}行：{zh}", f"line {line}: {en}", Origin(self.file, line), row=line)
            for line in lines.head(self._room)
        ]

    @property
    def _room(self) -> int:
        return max(MOST_LISTED - len(self.findings), 0)

    def _add(self, lines: pl.Series, reason: str) -> None:
        self.count += len(lines)
        self.parts.append(pl.DataFrame({LINE: lines, "reason": pl.repeat(reason, len(lines), eager=True)}))

    def reasons(self) -> pl.DataFrame:
        """Return the refused lines with all their reasons in one text."""
        empty = pl.DataFrame(schema={LINE: pl.Int64, "reason": pl.String})
        together = pl.concat([empty, *self.parts])
        return together.group_by(LINE, maintain_order=True).agg(pl.col("reason").str.join("；")).sort(LINE)

    def listed(self) -> list[Finding]:
        """Return the findings, in the order of the lines, with a word on those that are not listed."""
        found = sorted(self.findings, key=lambda item: (item.line, item.column))
        if self.count > len(found):
            more = self.count - len(found)
            found.append(
                finding(
                    "more-faults",
                    f"另有{more}处问题未逐一列出，全部见退回行文件",
                    f"{more} more faults are not listed one by one; all are in the file of refused rows",
                    Origin(self.file),
                    count=more,
                )
            )
        return found


def read_table(path: str | Path, facts: Sequence[Fact]) -> TableRead:
    """Read the table at *path* (CSV in any of the usual encodings, or Parquet) into columns of *facts*.

    Nothing is inferred: a column has the type of the fact that its heading names, an empty cell is unknown, and a
    row with a cell that does not fit its fact is set aside with the reason. A file that cannot be read at all gives
    a finding and no rows.
    """
    path = Path(path)
    index = Index(facts)
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return _read_parquet(path, index)
        data = path.read_bytes()
    except (OSError, pl.exceptions.PolarsError) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        return _nothing(path, "unreadable-file", f"文件不能读取：{why}", f"the file cannot be read: {why}")
    decoded = decode(data)
    del data
    if not decoded.encoding:
        return _nothing(
            path,
            "unknown-encoding",
            "文件不是UTF-8、GBK或GB18030编码的文本，请另存为“CSV UTF-8”",
            "the file is no text in UTF-8, GBK or GB18030; save it as “CSV UTF-8”",
        )
    sheet = cut(decoded.text, index)
    if sheet is None:
        return _nothing(path, "empty-table", "文件是空的", "the file is empty")
    return _from_sheet(path, sheet, decoded, index)


def _nothing(path: Path, code: str, zh: str, en: str) -> TableRead:
    empty = pl.DataFrame(schema={ROW_NUMBER: pl.Int64})
    return TableRead(empty, (finding(code, zh, en, Origin(str(path))),), no_rows(), "", path=str(path))


def _from_sheet(path: Path, sheet: Sheet, decoded: Decoded, index: Index) -> TableRead:
    file = str(path)
    head = _about_the_file(file, sheet, decoded)
    headings, found = match_headings(sheet.headings, index, Origin(file, sheet.heading_line))
    head += found
    if not any(heading.fact for heading in headings):
        head.append(_no_heading(file, sheet.heading_line))
    faults = _Faults(file)
    if decoded.damaged:
        whole = pl.any_horizontal(pl.all().exclude(LINE).str.contains("\ufffd", literal=True))
        lines = sheet.cells.filter(whole.fill_null(False))[LINE]
        faults.rows(
            lines,
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
    columns = {str(heading.position - 1): heading for heading in headings if heading.fact is not None}
    values = [sheet.cells[LINE].rename(ROW_NUMBER)]
    for name, heading in columns.items():
        values.append(_read_texts(sheet.cells[name], sheet.cells[LINE], heading, faults))
    for heading in headings:
        if heading.fact is None and heading_key(heading.text) not in OWN_HEADINGS:
            # A number that names a person is seldom a fact of any rule; a row without its person is no row.
            number = Fact(heading.text, TEXT, privacy=Privacy.PERSONAL)
            texts = sheet.cells[str(heading.position - 1)]
            rounded = read_column(texts, number).rounded
            faults.cells(heading, number, sheet.cells[LINE].filter(rounded), texts.filter(rounded), ROUNDED)
    reasons = faults.reasons()
    good = ~sheet.cells[LINE].is_in(reasons[LINE].implode())
    frame = pl.DataFrame(values).filter(good)
    aside = sheet.cells.filter(good).select(
        pl.col(LINE).alias(ROW_NUMBER),
        **_aside(headings, {heading.position: str(heading.position - 1) for heading in headings}),
    )
    rejected = _rejected(sheet, headings, reasons)
    findings = (*head, *faults.listed())
    return TableRead(frame, findings, rejected, decoded.encoding, aside, sheet.separator, faults.count, file)


def _about_the_file(file: str, sheet: Sheet, decoded: Decoded) -> list[Finding]:
    name = {"utf-8-sig": "UTF-8 BOM"}.get(decoded.encoding, decoded.encoding.upper())
    found = [
        finding(
            "encoding",
            f"文件按{name}编码读取",
            f"the file is read as {name}",
            Origin(file),
            "info",
            encoding=decoded.encoding,
        )
    ]
    if sheet.heading_line > 1:
        found.append(
            finding(
                "heading-line",
                f"标题在第{sheet.heading_line}行，其上各行未用",
                f"the headings stand in line {sheet.heading_line}; the lines above are not used",
                Origin(file, sheet.heading_line),
                "info",
            )
        )
    if sheet.short:
        found.append(
            finding(
                "short-rows",
                f"有{sheet.short}行的单元格少于标题（首见第{sheet.first_short}行），缺的按“不详”处理",
                f"lines with too few cells: {sheet.short} (first: line {sheet.first_short}); the rest is unknown",
                Origin(file, sheet.first_short),
                "warning",
                count=sheet.short,
            )
        )
    return found


def _no_heading(file: str, line: int) -> Finding:
    return finding(
        "no-headings",
        "没有一列的标题是事实的名称，无法判定；请在首行写上事实的名称或中文名",
        "no heading names a fact, so nothing can be decided; write the facts' names or labels in the first line",
        Origin(file, line),
    )


def _read_texts(texts: pl.Series, lines: pl.Series, heading: Heading, faults: _Faults) -> pl.Series:
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


def _read_parquet(path: Path, index: Index) -> TableRead:
    file = str(path)
    table = pl.read_parquet(path)
    if ROW_NUMBER in table.columns:
        table = table.drop(ROW_NUMBER)
    lines = pl.Series(ROW_NUMBER, range(1, table.height + 1), dtype=pl.Int64)
    headings, head = match_headings(table.columns, index, Origin(file))
    if not any(heading.fact for heading in headings):
        head.append(_no_heading(file, 0))
    faults = _Faults(file)
    values = [lines]
    for heading in headings:
        if heading.fact is None:
            continue
        column = table[table.columns[heading.position - 1]]
        texts = as_texts(column)
        if texts is not None:
            values.append(_read_texts(texts, lines, heading, faults))
            continue
        typed, bad, why = typed_column(column, heading.fact)
        if typed is None:
            head.append(why.at(Origin(file, 0, heading.position)))
            continue
        numbers = heading.fact.type.kind in (Kind.INT, Kind.MONEY)
        large = bad & typed.is_null() & numbers
        for mask, code in ((large, LARGE), (bad & ~large, "bad-cell")):
            faults.cells(
                heading, heading.fact, lines.filter(mask), column.filter(mask).cast(pl.String, strict=False), code
            )
        values.append(typed.rename(heading.fact.name))
    reasons = faults.reasons()
    good = ~lines.is_in(reasons[LINE].implode())
    names = {heading.position: table.columns[heading.position - 1] for heading in headings}
    aside = table.with_columns(lines).filter(good).select(ROW_NUMBER, **_aside(headings, names))
    rejected = reasons.join(table.with_columns(lines.rename(LINE)), on=LINE, how="left", maintain_order="left")
    rejected = rejected.select(
        pl.col(LINE).alias(LINE_HEADING), *table.columns, pl.col("reason").alias(REASONS_HEADING)
    )
    return TableRead(
        pl.DataFrame(values).filter(good), (*head, *faults.listed()), rejected, "parquet", aside, "", faults.count, file
    )
