"""A table of subjects made ready: each column checked against its fact once, with its bounds; it decides nothing."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field

from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.roll.cell import Cell, days_since_epoch
from community_core.roll.codes import counted, first_places
from community_core.roll.extras import nw, pl
from community_core.roll.typed import as_texts, typed_column
from community_core.roll.values import ROW_NUMBER, beyond, from_cell, is_small, share_value
from community_core.rules.terms import Fact
from community_core.rules.type_words import type_label
from community_core.rules.types import Kind

_OVER = "\x1fover"
_SHOWN = 5
_MEMOS = 4
_CODES = 8


class Recent(dict[Any, Any]):
    """A dictionary that holds so many entries at most; the one that was put in first makes room."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: Any, value: Any) -> None:
        if key not in self and len(self) >= self.most:
            del self[next(iter(self))]
        super().__setitem__(key, value)


@define(eq=False)
class Subjects:
    """The subjects of a roll: a Polars frame whose columns are called by facts.

    Money is whole fen (or decimals in yuan), a share its text (``60%``), an enumeration the name of its value. A null
    is unknown, and so is a fact without a column; columns that are no facts are left alone. Rows are numbered from 1
    where the frame has no column ``row_number``. Columns are checked when a decision first asks for them, once.
    """

    frame: pl.DataFrame
    facts: Mapping[str, Fact]
    rows: pl.Series = field(init=False)
    ready: pl.DataFrame = field(init=False)
    _cells: dict[str, Cell] = field(factory=dict, init=False)
    #: The codes of conditions on facts alone, by what they are; the last few are remembered.
    codes: Recent = field(factory=lambda: Recent(_CODES), init=False)
    _memos: Recent = field(factory=lambda: Recent(_MEMOS), init=False)
    _counts: dict[tuple[str, int], tuple[weakref.ref[pl.Series], dict[int, int]]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        height = self.frame.height
        numbered = ROW_NUMBER in self.frame.columns
        self.rows = self.frame[ROW_NUMBER] if numbered else pl.Series(ROW_NUMBER, range(1, height + 1), dtype=pl.Int64)
        # a frame without columns would lose its height
        self.ready = pl.DataFrame({ROW_NUMBER: self.rows})

    def cells(self, names: Iterable[str]) -> dict[str, Cell]:
        """Return the cells of those facts among *names* that the frame has.

        Raises:
            FactError: if a column holds what its fact cannot be; the message names the rows.
        """
        found: dict[str, Cell] = {}
        for name in names:
            if name not in self.frame.columns or name not in self.facts:
                continue
            if name not in self._cells:
                self._cells[name] = self._prepare(self.facts[name])
            found[name] = self._cells[name]
        return found

    def _prepare(self, fact: Fact) -> Cell:
        column = self.frame[fact.name]
        kind = fact.type.kind
        if kind is Kind.MONEY and column.dtype.is_integer():
            values = column.cast(pl.Int64, strict=False)
        elif kind is Kind.ENUM and column.dtype in (pl.String, pl.Categorical, pl.Enum):
            own = pl.Enum(fact.type.values)
            values = column if column.dtype == own else column.cast(pl.String).cast(own, strict=False)
        elif kind in (Kind.TEXT, Kind.SHARE) and (texts := as_texts(column)) is not None:
            values = column.cast(pl.String) if kind is Kind.TEXT else texts
        elif column.dtype == pl.String and column.null_count() != len(column):
            raise self._wrong(fact, column, column.is_not_null())
        else:
            typed, unfit, why = typed_column(column, fact)
            if typed is None:
                raise FactError(why.message, (why,))
            if unfit.any():
                raise self._wrong(fact, column, unfit)
            values = typed
        if kind is Kind.ENUM and values.dtype == pl.String:  # a column of nulls
            values = values.cast(pl.Enum(fact.type.values))
        bad = beyond(values, fact.type)
        if kind is not Kind.SHARE:  # an empty text is no share and unknown
            bad |= column.is_not_null() & values.is_null()
        if bad.any():
            raise self._wrong(fact, column, bad)
        return self._keep(fact, values.rename(fact.name))

    def _keep(self, fact: Fact, values: pl.Series) -> Cell:
        kind = fact.type.kind
        self.ready = self.ready.with_columns(values)
        nullable = values.null_count() > 0
        expr = nw.col(fact.name)
        if kind in (Kind.INT, Kind.MONEY):
            return Cell(kind, expr, *_bounds(values), nullable)
        if kind is Kind.DATE:
            low, high = values.min(), values.max()
            days = [days_since_epoch(day) if day is not None else 0 for day in (low, high)]  # type: ignore[arg-type]
            return Cell(kind, expr, days[0], days[1], nullable)
        if kind is Kind.ENUM:
            return Cell(kind, expr, nullable=nullable, categories=fact.type.values)
        if kind is Kind.SHARE:
            return self._keep_share(fact, values, nullable=nullable)
        return Cell(kind, expr, nullable=nullable)

    def _keep_share(self, fact: Fact, values: pl.Series, *, nullable: bool) -> Cell:
        texts = values.unique().drop_nulls().to_list()
        shares = {text: share for text in texts if (share := share_value(text)) is not None}
        usable = [text for text, share in shares.items() if is_small(share)]
        if len(usable) < len(texts):
            raise self._wrong(fact, values, values.is_not_null() & ~values.is_in(usable))
        columns = []
        for name, parts in (
            (fact.name + _OVER + "1", [share.numerator for share in shares.values()]),
            (fact.name + _OVER, [share.denominator for share in shares.values()]),
        ):
            new = pl.Series(parts, dtype=pl.Int64)
            columns.append(
                values.replace_strict(pl.Series(list(shares), dtype=pl.String), new, return_dtype=pl.Int64).rename(name)
            )
        self.ready = self.ready.with_columns(columns)
        part, over = columns
        cell = Cell(Kind.INT, nw.col(over.name), *_bounds(over), nullable)
        return Cell(Kind.SHARE, nw.col(part.name), *_bounds(part), nullable, cell)

    def _wrong(self, fact: Fact, column: pl.Series, bad: pl.Series) -> FactError:
        numbers = self.rows.filter(bad)
        shown = ", ".join(str(number) for number in numbers.head(_SHOWN))
        more = f" (+{len(numbers) - _SHOWN})" if len(numbers) > _SHOWN else ""
        wanted = type_label(fact.type, dict(fact.labels))
        return FactError(
            Label(
                f"列“{fact.name}”（{column.dtype}）有不符合类型（{wanted.zh}）的值，见行 {shown}{more}，请改正",
                f"column {fact.name!r} ({column.dtype}) holds what does not fit its type ({wanted.en}): "
                f"rows {shown}{more}; correct it",
            )
        )

    def subjects_at(self, positions: pl.Series, names: Iterable[str]) -> list[dict[str, Any]]:
        """Return the subjects at *positions* (from 0) as the counter would get them: facts as plain values."""
        held = [name for name in names if name in self._cells or name in self.cells([name])]
        if not held:
            return [{} for _ in range(len(positions))]
        columns = [
            [from_cell(self.facts[name].type, value) for value in self.ready[name].gather(positions).to_list()]
            for name in held
        ]
        return [dict(zip(held, values, strict=True)) for values in zip(*columns, strict=True)]

    def counted(self, index: pl.Series) -> dict[int, int]:
        """Return how often each number stands in *index*."""
        found = self._once("counts", index)
        if found is None:
            found = counted(index)
            self._remember("counts", index, found)
        return found

    def examples(self, index: pl.Series) -> dict[int, int]:
        """Return the first row number at which each number stands in *index*."""
        found = self._once("examples", index)
        if found is None:
            firsts = first_places(index, self.counted(index))
            found = dict(zip(firsts, self.rows.gather(list(firsts.values())).to_list(), strict=True))
            self._remember("examples", index, found)
        return found

    def _once(self, what: str, index: pl.Series) -> dict[int, int] | None:
        """Return what was found about *index*, which many decisions may share."""
        kept = self._counts.get((what, id(index)))
        return kept[1] if kept is not None and kept[0]() is index else None

    def _remember(self, what: str, index: pl.Series, found: dict[int, int]) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[0]() is not None}
        self._counts[what, id(index)] = (weakref.ref(index), found)

    def memo(self, engine: Any, on: dt.date) -> dict[Any, Any]:
        """Return what the decisions of *engine* found on these subjects for the day *on*, to be used again.

        Services share their tiers in this way. The last few engines and days are remembered, so that trying one change
        of the rules after the other takes no more memory.
        """
        key = (id(engine), on)
        found = self._memos.get(key)
        if found is None:
            found = self._memos[key] = (engine, {})  # the engine is kept, so that its id stays its own
        return found[1]

    def position(self, row_number: int) -> int:
        """Return the position (from 0) of the row with *row_number*.

        Raises:
            FactError: if there is no such row.
        """
        found = self.rows.index_of(row_number)
        if found is None:
            raise FactError(Label(f"名册没有第{row_number}行", f"the roll has no row {row_number}"))
        return int(found)


def _bounds(values: pl.Series) -> tuple[int, int]:
    low, high = values.min(), values.max()
    return (int(low), int(high)) if isinstance(low, int) and isinstance(high, int) else (0, 0)
