"""A text file cut into lines and cells: every cell a text, every line with its number; no cell is interpreted here."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from attrs import field, frozen

from community_core.roll.extras import pl
from community_core.roll.headings import Index

SEPARATORS = (",", "\t", ";", "，")
LINE = "line"
#: The headings stand within so many lines.
HEADING_WITHIN = 10
#: So many lines a cell in quotation marks may run over.
LONGEST_RECORD = 50
_BLANKS = " \t\r\u3000\u00a0\ufeff"


@frozen
class Sheet:
    """The headings and cells of a text file.

    *cells* has the column ``line`` (of the file, from 1) and one text column for each heading, named ``0``, ``1`` …;
    an empty cell is null. *refused* has the columns ``line``, ``raw`` and ``why`` for lines that cannot be cut into
    the headings' columns. *short* counts lines with fewer cells than headings, *first_short* is the first of them.
    """

    separator: str
    heading_line: int
    headings: tuple[str, ...]
    cells: pl.DataFrame = field(eq=False)
    refused: pl.DataFrame = field(eq=False)
    short: int = 0
    first_short: int = 0


@frozen
class Head:
    """What the first lines of a text file say: its headings, the line that they stand in, and the separator."""

    separator: str
    line: int
    names: tuple[str, ...]


def lines_of(text: str, first: int = 1) -> pl.DataFrame:
    """Return the lines of *text* that are not blank, as ``line`` (counted from *first*) and ``raw``."""
    lines = (
        pl.Series(LINE, [text]).str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
    )
    frame = pl.DataFrame({"raw": lines.str.split("\n").explode()})
    frame = frame.with_row_index(LINE, offset=first).with_columns(pl.col(LINE).cast(pl.Int64))
    return frame.filter(pl.col("raw").str.strip_chars(_BLANKS).str.len_bytes() > 0)


def head_of(lines: pl.DataFrame, index: Index) -> Head:
    """Return the head of a file whose first lines are *lines*, of which there is at least one.

    The headings are the first of the first lines in which most headings mean a fact, and the separator is the one
    that shows most of them.
    """
    start, separator, names = _headings(lines.head(HEADING_WITHIN), index)
    return Head(separator, lines[LINE][start], names)


def cut_lines(lines: pl.DataFrame, head: Head, ahead: pl.DataFrame | None = None) -> tuple[Sheet, int]:
    """Cut those of *lines* that stand after the headings, and say which is the last line that was used.

    A cell in quotation marks may run on into the lines *ahead*; other lines of these are left.
    """
    lines = lines.filter(pl.col(LINE) > head.line)
    width, separator = len(head.names), head.separator
    quoted = lines["raw"].str.contains('"', literal=True)
    plain = lines.filter(~quoted)
    refused: list[tuple[int, str, str]] = []
    records: list[tuple[int, str, list[str]]] = []
    last = int(lines[LINE][-1]) if lines.height else head.line
    if plain.height < lines.height:
        around = lines if ahead is None else pl.concat([lines, ahead])
        spanned, records = _quoted(lines.filter(quoted), around, separator, refused)
        plain = plain.filter(~pl.col(LINE).is_in(spanned))
        last = max([last, *spanned])
    cells, counts = _plain(plain, separator, width)
    if records:
        more, more_counts = _records(records, separator, width)
        cells = pl.concat([cells, more])
        counts = pl.concat([counts, more_counts])
        order = cells[LINE].arg_sort()
        cells, counts = cells[order], counts[order]
    return _sheet(separator, head.line, head.names, cells, counts, refused), last


def _split(raw: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([raw], delimiter=separator), [])
    except csv.Error:  # a cell beyond the module's limit is no heading
        return raw.split(separator)


def _headings(top: pl.DataFrame, index: Index) -> tuple[int, str, tuple[str, ...]]:
    best: tuple[tuple[int, int, int], int, str, tuple[str, ...]] | None = None
    for number, raw in enumerate(top["raw"]):
        for separator in SEPARATORS:
            names = tuple(name.strip(_BLANKS) for name in _split(raw, separator))
            rank = (index.recognised(names), -number, len(names))
            if best is None or rank > best[0]:
                best = (rank, number, separator, names)
    assert best is not None, "the caller gives at least one line"  # noqa: S101 - narrows the type
    _, number, separator, names = best
    while len(names) > 1 and not names[-1]:
        names = names[:-1]
    return number, separator, names


def _names(width: int) -> list[str]:
    return [str(position) for position in range(width)]


def _plain(frame: pl.DataFrame, separator: str, width: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cut lines without quotation marks; the counts hold each line's number of cells and what stood beyond the last."""
    counts = frame.select(
        LINE,
        "raw",
        count=pl.col("raw").str.count_matches(separator, literal=True).cast(pl.Int64) + 1,
    )
    beyond = pl.lit(None, pl.String)
    if (counts["count"] > width).any():
        rest = pl.col("raw").str.splitn(separator, width + 1).struct.field(f"field_{width}")
        beyond = pl.when(pl.col("count") > width).then(rest).otherwise(None)
    counts = counts.with_columns(beyond=beyond)
    parts = frame["raw"].str.split_exact(separator, max(width - 1, 0)).struct.unnest()
    parts.columns = _names(width)
    return _stripped(parts.insert_column(0, frame[LINE])), counts


def _stripped(cells: pl.DataFrame) -> pl.DataFrame:
    texts = pl.all().exclude(LINE)
    return cells.with_columns(texts.str.strip_chars(_BLANKS)).with_columns(
        pl.when(texts.str.len_bytes() > 0).then(texts).otherwise(None).name.keep()
    )


def _quoted(
    marked: pl.DataFrame, frame: pl.DataFrame, separator: str, refused: list[tuple[int, str, str]]
) -> tuple[list[int], list[tuple[int, str, list[str]]]]:
    """Read the lines with quotation marks; a cell may run over lines. Returns the lines used and the records."""
    numbers: list[int] = marked[LINE].to_list()
    raws: list[str] = marked["raw"].to_list()
    try:
        read = list(csv.reader(raws, delimiter=separator))
    except csv.Error:
        read = []
    if len(read) == len(raws) and _record(raws[-1:], separator) is not None:
        return [], list(zip(numbers, raws, read, strict=True))
    everything: dict[int, str] = {}
    spanned: list[int] = []
    records: list[tuple[int, str, list[str]]] = []
    done = 0
    for number, raw in zip(numbers, raws, strict=True):
        if number <= done:
            continue
        record = _record([raw], separator)
        whole = raw
        last = number
        if record is None:
            everything = everything or dict(frame.select(LINE, "raw").iter_rows())
            parts = [raw]
            while record is None and len(parts) < LONGEST_RECORD and last < number + LONGEST_RECORD:
                last += 1
                parts.append(everything.get(last, ""))
                record = _record(parts, separator) if '"' in parts[-1] else None
            whole = "\n".join(parts)
        if record is None:
            refused.append((number, raw, "unclosed-quote"))
            continue
        spanned.extend(range(number + 1, last + 1))
        records.append((number, whole, record))
        done = last
    return spanned, records


def _record(parts: Sequence[str], separator: str) -> list[str] | None:
    """Return the cells of one record, or ``None`` where a quotation mark is still open at its end."""
    reader = csv.reader([*(part + "\n" for part in parts), "end\n"], delimiter=separator)
    try:
        record = next(reader)
    except (csv.Error, StopIteration):
        return None
    return record if reader.line_num == len(parts) else None


def _records(
    records: Sequence[tuple[int, str, list[str]]], separator: str, width: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    columns: list[list[str | None]] = [[] for _ in range(width)]
    for _, _, record in records:
        for position in range(width):
            columns[position].append(record[position] if position < len(record) else None)
    lines = pl.Series(LINE, [number for number, _, _ in records], dtype=pl.Int64)
    cells = pl.DataFrame([lines, *(pl.Series(str(at), column, dtype=pl.String) for at, column in enumerate(columns))])
    counts = pl.DataFrame(
        [
            lines,
            pl.Series("raw", [whole for _, whole, _ in records], dtype=pl.String),
            pl.Series("count", [len(record) for _, _, record in records], dtype=pl.Int64),
            pl.Series("beyond", [separator.join(record[width:]) for _, _, record in records], dtype=pl.String),
        ]
    )
    return _stripped(cells), counts


def _sheet(
    separator: str,
    heading_line: int,
    headings: tuple[str, ...],
    cells: pl.DataFrame,
    counts: pl.DataFrame,
    refused: list[tuple[int, str, str]],
) -> Sheet:
    width = len(headings)
    # empty cells after the last heading are the spreadsheet's margin; anything else there has been pushed over
    too_long = (counts["beyond"].str.strip_chars(_BLANKS + separator).str.len_bytes() > 0).fill_null(False)
    short = counts["count"] < width
    blank = cells.select(pl.all_horizontal(pl.all().exclude(LINE).is_null())).to_series()
    long_lines = counts.filter(too_long).select(LINE, "raw", why=pl.lit("long-row"))
    others = pl.DataFrame(refused, schema={LINE: pl.Int64, "raw": pl.String, "why": pl.String}, orient="row")
    short_lines = counts.filter(short & ~blank)[LINE]
    return Sheet(
        separator,
        heading_line,
        headings,
        cells.filter(~too_long & ~blank),
        pl.concat([long_lines, others]).sort(LINE),
        len(short_lines),
        short_lines[0] if len(short_lines) else 0,
    )
