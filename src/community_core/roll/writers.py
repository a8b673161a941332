"""Writing tables: CSV that opens in a spreadsheet (UTF-8 with BOM), and Parquet; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from community_core.base.errors import LoadError
from community_core.base.labels import Label, Language
from community_core.roll.extras import pl
from community_core.rules.terms import Fact, Output
from community_core.rules.types import Kind

_MARK = b"\xef\xbb\xbf"
# numbers that a spreadsheet would round, or whose leading zeros it would drop
_FRAGILE = r"^(?:0[0-9]+|[0-9]{12,}[Xx]?)$"


def write_table(
    frame: pl.DataFrame,
    path: str | Path,
    columns: Mapping[str, Fact | Output] | None = None,
    *,
    lang: Language | None = None,
    spreadsheet: bool = False,
) -> Path:
    """Write *frame* to *path*, as CSV or Parquet by its ending.

    *columns* says which columns are facts or outputs: money is then written in yuan with two decimals. With *lang*
    a CSV has labels for headings and values where there are any (``zh`` gives 是 and 否), and names otherwise. With
    *spreadsheet* long numbers kept as texts are written as ``="…"``, so that a spreadsheet does not round them when
    the file is opened; the reader takes such cells back.

    Raises:
        LoadError: if the file cannot be written, or its ending is neither ``.csv`` nor ``.parquet``.
    """
    path = Path(path)
    known = {name: column for name, column in (columns or {}).items() if name in frame.columns}
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            frame.with_columns(_yuan(name) for name in _of(known, Kind.MONEY)).write_parquet(path)
            return path
        if path.suffix.lower() != ".csv":
            raise LoadError(
                Label(f"{path}：只能写成 .csv 或 .parquet 文件", f"{path}: tables are written as .csv or .parquet")
            )
        with path.open("wb") as file:
            file.write(_MARK)
            readable(frame, known, lang=lang, spreadsheet=spreadsheet).write_csv(file)
    except OSError as error:
        raise LoadError(
            Label(f"{path} 不能写入：{error.strerror}", f"{path} cannot be written: {error.strerror}")
        ) from error
    return path


def readable(
    frame: pl.DataFrame,
    columns: Mapping[str, Fact | Output],
    *,
    lang: Language | None = None,
    spreadsheet: bool = False,
) -> pl.DataFrame:
    """Return *frame* as its CSV shows it: see :func:`write_table`."""
    made: list[pl.Expr] = []
    headings: dict[str, str] = {}
    for name in frame.columns:
        column = columns.get(name)
        made.append(_texts(frame, name, column, lang, spreadsheet=spreadsheet))
        title = column.label.text(lang) if column is not None and lang is not None else ""
        headings[name] = title if title and title not in headings.values() else name
    shown = frame.select(made)
    return shown.rename(headings) if len(set(headings.values())) == len(headings) else shown


def _of(columns: Mapping[str, Fact | Output], kind: Kind) -> list[str]:
    return [name for name, column in columns.items() if column.type.kind is kind]


def _yuan(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(20, 2)).alias(name)


def _texts(
    frame: pl.DataFrame, name: str, column: Fact | Output | None, lang: Language | None, *, spreadsheet: bool
) -> pl.Expr:
    cell = pl.col(name)
    dtype = frame.schema[name]
    if column is not None and column.type.kind is Kind.MONEY:
        return _yuan(name)
    if isinstance(dtype, pl.List):
        return cell.list.eval(pl.element().cast(pl.String)).list.join("、")
    if dtype == pl.Boolean and lang == "zh":
        return pl.when(cell).then(pl.lit("是")).when(~cell).then(pl.lit("否")).alias(name)
    if column is not None and lang is not None and column.type.kind is Kind.ENUM and column.labels:
        names = {value: label.text(lang) for value, label in column.labels}
        return cell.cast(pl.String).replace(names)
    if spreadsheet and dtype == pl.String:
        return pl.when(cell.str.contains(_FRAGILE)).then(pl.format('="{}"', cell)).otherwise(cell).alias(name)
    return cell
