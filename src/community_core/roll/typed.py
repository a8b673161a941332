"""Columns that already have a type (Parquet, a caller's own frame) taken as facts, or refused; never coerced."""

from __future__ import annotations

from community_core.base.findings import Finding, finding
from community_core.roll.extras import pl
from community_core.roll.values import beyond, dtype_of, share_value
from community_core.rules.terms import Fact
from community_core.rules.type_words import type_label
from community_core.rules.types import POSITION, Kind, ValueType

#: How many numbers a place in the plane has.
_PLANE = 2
_NO_FAULT = finding("column-type", "", "")


def as_texts(column: pl.Series) -> pl.Series | None:
    """Return a column of texts, stripped, with empty ones as unknown; ``None`` where it holds something else."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype != pl.String:
        return None
    stripped = column.str.strip_chars()
    return stripped.set(stripped.str.len_bytes() == 0, None)


def typed_column(column: pl.Series, fact: Fact) -> tuple[pl.Series | None, pl.Series, Finding]:
    """Return *column* in the type of *fact* and which of its rows do not fit; ``None`` with a finding where it cannot.

    Whole numbers of any width serve as whole numbers, also in lists, decimals with at most two places as money, and
    midnights without a zone as days. A number with a fraction, a float and a number for a text (which has lost its
    leading zeros) are refused. A column that holds nothing is unknown, whatever its type.
    """
    none = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    if column.null_count() == len(column):
        return pl.Series(column.name, [None] * len(column), dtype=dtype_of(fact.type)), none, _NO_FAULT
    kind = fact.type.kind
    if (kind is Kind.BOOL and column.dtype == pl.Boolean) or (kind is Kind.DATE and column.dtype == pl.Date):
        return column, beyond(column, fact.type), _NO_FAULT
    if kind is Kind.DATE and isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is None:
        # What has no type for days alone, as pandas, keeps each as its midnight.
        days = column.cast(pl.Date)
        return days, (days.cast(column.dtype) != column).fill_null(False) | beyond(days, fact.type), _NO_FAULT
    if kind is Kind.INT and column.dtype.is_integer():
        whole = column.cast(pl.Int64, strict=False)
        return whole, (column.is_not_null() & whole.is_null()) | beyond(whole, fact.type), _NO_FAULT
    if kind is Kind.MONEY and isinstance(column.dtype, pl.Decimal):
        # Decimal arithmetic is exact; what does not come back from whole fen has more than two places
        scaled = pl.Decimal(38, max(column.dtype.scale, 2))
        fen = (column.cast(scaled, strict=False) * 100).cast(pl.Int64, strict=False)
        back = fen.cast(pl.Decimal(38, 2), strict=False) / 100
        exact = back.cast(scaled, strict=False) == column.cast(scaled, strict=False)
        return fen, (column.is_not_null() & ~exact.fill_null(False)) | beyond(fen, fact.type), _NO_FAULT
    listed = _listed(column, fact) if kind is Kind.LIST else None
    if listed is not None:
        return listed, _unfit(listed, fact.type), _NO_FAULT
    return None, none, _refusal(column, fact)


def _listed(column: pl.Series, fact: Fact) -> pl.Series | None:
    """Return lists in the type of *fact*, ``None`` for other columns; what a member says is not looked at here."""
    wanted, of = dtype_of(fact.type), fact.type.of
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if not isinstance(column.dtype, pl.List) or of is None:
        return None
    inner, target = column.dtype.inner, wanted.inner if isinstance(wanted, pl.List) else None
    alike = (
        inner in (target, pl.Null)
        or (target == pl.Int64 and inner.is_integer() and of.kind is Kind.INT)
        or (target == pl.String and inner in (pl.Categorical, pl.Enum))
    )
    if not alike:
        return None
    return column.cast(wanted, strict=False)


def _unfit(lists: pl.Series, kind: ValueType) -> pl.Series:
    """Return which lists are none of *kind*: too short, or with a member that is unknown or does not fit."""
    length = lists.list.len()
    bad = length < kind.at_least
    if kind.unit == POSITION:
        bad |= length != _PLANE
    bad = bad.fill_null(False)
    members = pl.DataFrame({"row": range(len(lists)), "of": lists}).filter(length > 0).explode("of")
    wrong = _unfit_members(members["of"], kind.of)
    return bad | pl.Series(range(len(lists)), dtype=pl.Int64).is_in(members["row"].filter(wrong).unique().to_list())


def _unfit_members(members: pl.Series, kind: ValueType | None) -> pl.Series:
    if kind is None:
        return members.is_null()
    if kind.kind is Kind.LIST:
        return members.is_null() | _unfit(members, kind)
    bad = members.is_null() | beyond(members, kind)
    if kind.kind is Kind.ENUM:
        bad |= ~members.is_in(kind.values).fill_null(True)
    if kind.kind is Kind.SHARE:
        read = [text for text in members.unique().drop_nulls().to_list() if share_value(text) is not None]
        bad |= ~members.is_in(read).fill_null(True)
    return bad


def _refusal(column: pl.Series, fact: Fact) -> Finding:
    wanted = type_label(fact.type, dict(fact.labels))
    zh = f"列“{column.name}”的类型 {column.dtype} 不能作为“{fact.name}”（{wanted.zh}），该列未用"
    en = f"column {column.name!r} of type {column.dtype} cannot serve as {fact.name!r} ({wanted.en}); it is not used"
    if fact.type.kind is Kind.MONEY and column.dtype.is_integer():
        zh += "；金额请存为两位小数（元），整数看不出是元还是分"
        en += ": store money as decimals with two places, in yuan; a whole number does not say yuan or fen"
    elif column.dtype.is_float():
        zh += "；浮点数不精确，请改存为整数、小数（decimal）或文本"
        en += ": floats are not exact; store whole numbers, decimals or text"
    elif fact.type.kind is Kind.TEXT:
        zh += "；请存为文本，数字会丢失前导零"
        en += ": store it as text, since numbers lose their leading zeros"
    return finding("column-type", zh, en, fact=fact.name, column=column.name)
