"""The value of a tree as a column expression, with its bounds and whether it may be unknown; no tree is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from attrs import evolve, frozen

from community_core.roll.extras import nw
from community_core.rules.types import Kind

_LIMIT = 2**63 - 1
_EPOCH = dt.date(1970, 1, 1).toordinal()


class NotInColumns(Exception):
    """A tree, or its possible size, that columns cannot express exactly."""


@frozen
class Cell:
    """The expression of a tree's value.

    Whole numbers and money lie within *low* … *high*, days likewise as days since 1970. A value with *over* is the
    exact fraction of two whole numbers, of which *over* is positive. *nullable* is false where no row is unknown.
    *categories* are the values of a categorical column, in their order; other texts have none.
    """

    kind: Kind
    expr: nw.Expr
    low: int = 0
    high: int = 0
    nullable: bool = True
    over: Cell | None = None
    categories: tuple[str, ...] = ()


def within(low: int, high: int) -> None:
    """Make sure that whole numbers from *low* to *high* fit into 64 bits, where columns would wrap silently.

    Raises:
        NotInColumns: if they do not.
    """
    if low < -_LIMIT or high > _LIMIT:
        raise NotInColumns("beyond 64 bits")


def whole(value: int) -> Cell:
    """Return a whole number as a cell."""
    within(value, value)
    return Cell(Kind.INT, nw.lit(value, nw.Int64()), value, value, nullable=False)


def unknown(kind: Kind) -> Cell:
    """Return a cell of *kind* that is unknown in every row."""
    types: dict[Kind, Any] = {Kind.BOOL: nw.Boolean(), Kind.DATE: nw.Date()}
    if kind is Kind.SHARE:
        return Cell(kind, nw.lit(None, nw.Int64()), over=whole(1))
    if kind is Kind.LIST:
        raise NotInColumns("an unknown list")
    numbers = nw.Int64() if kind in (Kind.INT, Kind.MONEY) else nw.String()
    return Cell(kind, nw.lit(None, types.get(kind, numbers)))


def days_since_epoch(day: dt.date) -> int:
    """Return *day* as columns count days."""
    return day.toordinal() - _EPOCH


def as_kind(kind: Kind, cell: Cell) -> Cell:
    """Return *cell* as a value of *kind*, such as a number of fen as money."""
    return evolve(cell, kind=kind)


def _any_null(cells: Sequence[Cell]) -> bool:
    return any(cell.nullable or (cell.over is not None and cell.over.nullable) for cell in cells)


def plus(a: Cell, b: Cell) -> Cell:
    """Return the sum of two whole numbers."""
    return _whole(a.expr + b.expr, a.low + b.low, a.high + b.high, (a, b))


def minus(a: Cell, b: Cell) -> Cell:
    """Return the difference of two whole numbers."""
    return _whole(a.expr - b.expr, a.low - b.high, a.high - b.low, (a, b))


def times(a: Cell, b: Cell) -> Cell:
    """Return the product of two whole numbers."""
    if b.low == b.high == 1 and not b.nullable:
        return a
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return _whole(a.expr * b.expr, min(corners), max(corners), (a, b))


def floor_divide(a: Cell, b: Cell) -> Cell:
    """Return how often *b* goes into *a*, rounded down; unknown where *b* is zero."""
    reach = max(abs(a.low), abs(a.high)) + 1
    if b.low > 0 or b.high < 0:
        return _whole(a.expr // b.expr, -reach, reach, (a, b))
    safe = nw.when(b.expr != nw.lit(0, nw.Int64())).then(b.expr)
    return evolve(_whole(a.expr // safe, -reach, reach, (a, b)), nullable=True)


def _whole(expr: nw.Expr, low: int, high: int, parts: Sequence[Cell]) -> Cell:
    within(low, high)
    return Cell(Kind.INT, expr, low, high, _any_null(parts))


def fraction(part: Cell, over: Cell) -> Cell:
    """Return the share of *part* in *over*; unknown where *over* is not positive."""
    if over.low > 0:
        return Cell(Kind.SHARE, part.expr, part.low, part.high, _any_null((part, over)), over)
    if over.high <= 0:
        return unknown(Kind.SHARE)
    some = Cell(Kind.INT, nw.when(over.expr > nw.lit(0, nw.Int64())).then(over.expr), 1, over.high)
    return Cell(Kind.SHARE, part.expr, part.low, part.high, True, some)


def numerator(cell: Cell) -> Cell:
    """Return the upper part of an exact value as a whole number."""
    return evolve(cell, kind=Kind.INT, over=None)


def denominator(cell: Cell) -> Cell:
    """Return the lower part of an exact value as a whole number."""
    return cell.over if cell.over is not None else whole(1)


def crossed(a: Cell, b: Cell) -> tuple[Cell, Cell]:
    """Return two whole numbers that compare as the exact values *a* and *b* do: by cross-multiplication."""
    if a.over is None and b.over is None:
        return a, b
    return times(numerator(a), denominator(b)), times(numerator(b), denominator(a))


def rounded(cell: Cell, how: str, size: int) -> Cell:
    """Return an exact value rounded to whole multiples of *size*; *how* is a word of ``Rounding``."""
    part, over = numerator(cell), times(denominator(cell), whole(size))
    if over.low == over.high == 1:
        return part
    negative = part.low < 0
    reach = max(abs(part.low), abs(part.high))
    within(0, 2 * (reach + over.high) + 1)
    up = part.expr.abs() if negative else part.expr
    one, two = nw.lit(1, nw.Int64()), nw.lit(2, nw.Int64())
    if how == "down":
        found = up // over.expr
    elif how == "up":
        found = (up + over.expr - one) // over.expr
    elif how == "half_up":
        found = (two * up + over.expr) // (two * over.expr)
    else:
        floor = up // over.expr
        twice = two * (up - floor * over.expr)
        odd = (floor % two) == one
        more = (twice > over.expr) | ((twice == over.expr) & odd)
        found = floor + more.cast(nw.Int64())
    if negative:
        found = nw.when(part.expr < nw.lit(0, nw.Int64())).then(-found).otherwise(found)
    most = reach + 1
    result = Cell(Kind.INT, found, -most if negative else 0, most, _any_null((part, over)))
    return times(result, whole(size))
