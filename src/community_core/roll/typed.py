"""Columns that already have a type (Parquet, a caller's own frame) taken as facts, or refused; never coerced."""

from __future__ import annotations

from community_core.base.findings import Finding, finding
from community_core.roll.extras import pl
from community_core.roll.values import beyond, dtype_of
from community_core.rules.terms import Fact
from community_core.rules.type_words import type_label
from community_core.rules.types import Kind

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

    Whole numbers of any width serve as whole numbers, decimals with at most two places as money; a number with a
    fraction, a float and a number for a text (which has lost its leading zeros) are refused.
    """
    none = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    if column.dtype == pl.Null:
        return pl.Series(column.name, [None] * len(column), dtype=dtype_of(fact.type)), none, _NO_FAULT
    kind = fact.type.kind
    if (kind is Kind.BOOL and column.dtype == pl.Boolean) or (kind is Kind.DATE and column.dtype == pl.Date):
        return column, beyond(column, fact.type), _NO_FAULT
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
    if kind is Kind.LIST and column.dtype == pl.List and column.dtype == dtype_of(fact.type):
        bad = (column.list.len() < fact.type.at_least) | column.list.eval(pl.element().is_null()).list.any()
        return column, bad.fill_null(False), _NO_FAULT
    return None, none, _refusal(column, fact)


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
