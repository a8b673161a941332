"""How a value of a type stands in a column: money as whole fen, a share as its exact text; not how files write it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from community_core.base.money import Money
from community_core.roll.extras import pl
from community_core.rules.bounds import BoundKind
from community_core.rules.types import Kind, ValueType, fits, list_of, read_share

#: The column that carries each row's number: the line of a CSV file, or the row of any other table, from 1.
ROW_NUMBER = "row_number"

_FRACTION = re.compile(r"(\d+)/(\d+)\Z")
_INT64 = 2**63
_LARGEST_PART = 2**62


def dtype_of(kind: ValueType) -> pl.DataType:
    """Return the Polars type of a column of *kind*."""
    if kind.kind is Kind.BOOL:
        return pl.Boolean()
    if kind.kind in (Kind.INT, Kind.MONEY):
        return pl.Int64()
    if kind.kind is Kind.DATE:
        return pl.Date()
    if kind.kind is Kind.LIST and kind.of is not None:
        return pl.List(dtype_of(kind.of))
    return pl.String()


def share_text(share: Fraction) -> str:
    """Return *share* exactly, as a percentage where that ends (``60%``, ``12.5%``) and as ``1/3`` where it does not."""
    percent = share * 100
    places = 0
    while percent.denominator != 1 and places < 4:
        percent *= 10
        places += 1
    if percent.denominator != 1 or percent < 0:
        return f"{share.numerator}/{share.denominator}"
    digits = str(percent.numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}%" if places else f"{digits}%"


def share_value(text: str) -> Fraction | None:
    """Read a share written ``60%``, ``3‰`` or ``1/3``, exactly; ``None`` where it is none."""
    match = _FRACTION.match(text.strip())
    if match is not None:
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    return read_share(text)


def is_small(share: Fraction) -> bool:
    """Whether columns can reckon with both parts of *share*."""
    return max(abs(share.numerator), share.denominator) < _LARGEST_PART


def fits_cell(value: Any) -> bool:
    """Whether an inner *value* (money as fen), or each of its members, fits into a column."""
    if isinstance(value, tuple):
        return all(map(fits_cell, value))
    return type(value) is not int or -_INT64 <= value < _INT64


def to_cell(kind: ValueType, value: Any) -> Any:
    """Return the plain *value* as it stands in a column of *kind*.

    Raises:
        OverflowError: if a whole number does not fit into 64 bits.
    """
    if value is None:
        return None
    if isinstance(value, Money):
        value = value.fen
    if isinstance(value, Fraction):
        return share_text(value)
    if isinstance(value, tuple):
        return [to_cell(kind.of, member) if kind.of is not None else member for member in value]
    if not fits_cell(value):
        raise OverflowError(f"{value} does not fit into a column of whole numbers")
    return value


def beyond(column: pl.Series, kind: ValueType) -> pl.Series:
    """Return which cells of a column of *kind* lie outside its bounds; null does not.

    Shares are read each once: their order is not that of their texts.
    """
    if kind.kind is Kind.SHARE and kind.bounds:
        read = {text: share_value(text) for text in column.unique().drop_nulls().to_list()}
        wrong = [text for text, share in read.items() if share is not None and not fits(kind, share)]
        return column.is_in(wrong).fill_null(False)
    found = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    for bound in kind.bounds:
        limit = to_cell(list_of(kind) if bound.kind is BoundKind.ONE_OF else kind, bound.value)
        if bound.kind is BoundKind.ONE_OF:
            found |= ~column.is_in(limit)
        else:
            found |= column < limit if bound.kind is BoundKind.AT_LEAST else column > limit
        found = found.fill_null(False)
    return found


def from_cell(kind: ValueType, cell: Any) -> Any:
    """Return what stands in a column of *kind* as a plain value; null is ``None`` (unknown).

    A text that is no share is returned as it is, so that the rules refuse it.
    """
    if cell is None:
        return None
    if kind.kind is Kind.MONEY and type(cell) is int:
        return Money(cell)
    if kind.kind is Kind.SHARE and type(cell) is str:
        share = share_value(cell)
        return cell if share is None else share
    if kind.kind is Kind.LIST and isinstance(cell, list):
        return tuple(from_cell(kind.of, member) if kind.of is not None else member for member in cell)
    return cell
