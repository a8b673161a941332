"""Writing tables: CSV that opens in a spreadsheet (UTF-8 with BOM), and Parquet; it decides nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from attrs import define, field

from community_core.base.errors import LoadError
from community_core.base.files import file_trouble
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
    with TableWriter(Path(path), columns or {}, lang=lang, spreadsheet=spreadsheet) as writer:
        writer.write(frame)
    return Path(path)


@define(eq=False)
class TableWriter:
    """Writes a table part by part, as :func:`write_table` writes it whole: CSV or Parquet by its *ending*.

    The ending is that of *path* where none is given.

    The file is there only once it is whole: the parts go to a draft beside it, which takes its place at the end and is
    gone where something fails.

    Raises:
        LoadError: if the file cannot be written, or its ending is neither ``.csv`` nor ``.parquet``.
    """

    path: Path
    columns: Mapping[str, Fact | Output]
    lang: Language | None = field(default=None, kw_only=True)
    spreadsheet: bool = field(default=False, kw_only=True)
    ending: str = field(default="", kw_only=True)
    _parts: int = field(default=0, init=False)
    _draft: Path = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.ending = (self.ending or self.path.suffix).lower()
        if not self._parquet and self.ending != ".csv":
            raise LoadError(
                Label(
                    f"{self.path}：只能写成 .csv 或 .parquet 文件",
                    f"{self.path}: tables are written as .csv or .parquet",
                )
            )

    def __enter__(self) -> Self:
        self._guarded(self._begin)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._guarded(self._finish)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def write(self, frame: pl.DataFrame) -> None:
        """Write one more part; all have the same columns."""
        self._guarded(lambda: self._write(frame))

    @property
    def _parquet(self) -> bool:
        return self.ending in (".parquet", ".pq")

    def _begin(self) -> None:
        self._draft = Path(mkdtemp(dir=self.path.parent, prefix=f".{self.path.name}."))

    def _write(self, frame: pl.DataFrame) -> None:
        known = {name: column for name, column in self.columns.items() if name in frame.columns}
        if self._parquet:
            yuan = frame.with_columns(_yuan(name) for name in _of(known, Kind.MONEY))
            yuan.write_parquet(self._draft / f"{self._parts:06}.parquet")
        else:
            with (self._draft / "whole.csv").open("ab") as file:
                if not self._parts:
                    file.write(_MARK)
                shown = readable(frame, known, lang=self.lang, spreadsheet=self.spreadsheet)
                shown.write_csv(file, include_header=not self._parts)
        self._parts += 1

    def _finish(self) -> None:
        if not self._parts:
            return
        whole = self._draft / "whole.csv"
        if self._parquet:
            whole = self._draft / "000000.parquet"
            if self._parts > 1:
                whole = self._draft / "whole.parquet"
                parts = [self._draft / f"{number:06}.parquet" for number in range(self._parts)]
                pl.scan_parquet(parts).sink_parquet(whole)
        if self.path.is_file() or not self.path.exists():
            whole.replace(self.path)
            return
        with whole.open("rb") as draft, self.path.open("wb") as target:  # a device or a pipe keeps its place
            shutil.copyfileobj(draft, target)

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except OSError as error:
            why = file_trouble(error)
            message = Label(f"{self.path} 不能写入：{why.zh}", f"{self.path} cannot be written: {why.en}")
            raise LoadError(message) from error


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
