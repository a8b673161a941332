"""Text cells read into a fact's type, column-wise: each different text is read once; nothing is inferred or mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from community_core.base.headings import heading_key
from community_core.base.identity import check_digit
from community_core.base.labels import Label
from community_core.base.ranks import PRIVATE
from community_core.roll.extras import pl
from community_core.roll.values import beyond, dtype_of, is_small, share_value, to_cell
from community_core.rules.bounds import worded
from community_core.rules.terms import Fact
from community_core.rules.types import Kind, ValueType, fits, read_text

_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?\Z")
# a spreadsheet always writes the sign of the exponent, which tells ``2.10103E+17`` from a door number 3E5
_POWER = r"^[+-]?[0-9]+(\.[0-9]+)?[Ee][+][0-9]+$"
# a spreadsheet keeps fifteen digits of a number: the last three signs of an identity number become 000
_CUT_IDENTITY = r"^[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]0{3}$"
_AS_TEXT = r"^(?:'|=\")([0-9]+[0-9Xx]?)\"?$"


@frozen
class Column:
    """One column read: its values and which rows are bad.

    Of the bad ones a spreadsheet has *rounded* some, and others are too *large* for 64 bits.
    """

    values: pl.Series
    bad: pl.Series
    rounded: pl.Series
    large: pl.Series


def read_column(texts: pl.Series, fact: Fact) -> Column:
    """Read the text cells of a column into the type of *fact*; null stays null (unknown)."""
    rounded = _rounded(texts, fact.type)
    if fact.type.kind is Kind.TEXT:
        return Column(
            texts.str.replace(_AS_TEXT, "${1}"), rounded, rounded, rounded.clear(len(rounded)).fill_null(False)
        )
    different = texts.unique().drop_nulls()
    if fact.type.kind in (Kind.INT, Kind.MONEY):
        plain = pl.DataFrame([different.rename("text"), _plain(different, fact.type.kind).rename("value")])
        others, too_large = _each(plain.filter(pl.col("value").is_null())["text"].to_list(), fact)
        keys = plain.drop_nulls("value").vstack(others)
    else:
        keys, too_large = _each(different.to_list(), fact)
    column = texts.to_frame("text").join(keys, on="text", how="left", maintain_order="left")["value"]
    column = pl.select(pl.when(~beyond(column, fact.type)).then(column)).to_series()
    large = texts.is_in(too_large).fill_null(False)
    return Column(column.rename(texts.name), texts.is_not_null() & column.is_null(), rounded, large)


def _plain(texts: pl.Series, kind: Kind) -> pl.Series:
    """Return what plain numbers and amounts among *texts* are, as every reader of them would say; null for others."""
    if kind is Kind.INT:
        return texts.set(~texts.str.contains(r"^-?[0-9]{1,18}$"), None).cast(pl.Int64)
    amounts = texts.set(~texts.str.contains(r"^[0-9]{1,15}(\.[0-9]{1,2})?$"), None)
    yuan = amounts.str.extract(r"^([0-9]+)").cast(pl.Int64)
    fen = amounts.str.extract(r"\.([0-9]+)$").fill_null("0").str.pad_end(2, "0").cast(pl.Int64)
    return yuan * 100 + fen


def _each(texts: list[str], fact: Fact) -> tuple[pl.DataFrame, list[str]]:
    """Read each of *texts*; return those that are values, with them, and those that are too large."""
    read = _reader(fact)
    found: dict[str, Any] = {}
    too_large: list[str] = []
    for text in texts:
        try:
            value = read(text)
        except OverflowError:
            too_large.append(text)
            continue
        if value is not None:
            found[text] = value
    names = pl.Series("text", list(found), dtype=pl.String)
    return pl.DataFrame([names, pl.Series("value", list(found.values()), dtype=dtype_of(fact.type))]), too_large


def _rounded(texts: pl.Series, kind: ValueType) -> pl.Series:
    none = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    if kind.kind not in (Kind.TEXT, Kind.INT):
        return none
    power = texts.str.contains(_POWER).fill_null(False)
    if kind.kind is Kind.INT:
        return power
    cut = texts.str.contains(_CUT_IDENTITY).fill_null(False)
    # one in a thousand true numbers ends in 000; a wrong check digit shows that this column was rounded
    if not power.any() and all(check_digit(text) == text[-1].upper() for text in texts.filter(cut).to_list()):
        return none
    return power | cut


def _reader(fact: Fact) -> Callable[[str], Any]:
    kind = fact.type
    if kind.kind is Kind.ENUM:
        names = _names_of(fact)
        return lambda text: names.get(heading_key(text))
    if kind.kind is Kind.LIST and kind.of is not None and kind.of.kind is Kind.ENUM:
        names = _names_of(fact)
        return lambda text: _list(kind, tuple(names.get(heading_key(part)) for part in _parts(text)))
    if kind.kind is Kind.LIST:
        return lambda text: _list(kind, tuple(_value(kind.of, part) for part in _parts(text)))
    return lambda text: _cell(kind, _value(kind, text))


def _names_of(fact: Fact) -> dict[str, str]:
    """Return the values of an enumeration by their names and labels; a label that means two values means none."""
    values = fact.type.values or (fact.type.of.values if fact.type.of is not None else ())
    names: dict[str, str | None] = {}
    for value, label in fact.labels:
        for text in {heading_key(label.zh), heading_key(label.en)} - {""}:
            names[text] = value if names.get(text, value) == value else None
    names |= {heading_key(value): value for value in values}
    return {text: value for text, value in names.items() if value is not None and value in values}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、;；]", text) if part.strip()]


def _value(kind: ValueType | None, text: str) -> Any:
    if kind is None:
        return text
    if kind.kind is Kind.SHARE:
        return share_value(text)
    if kind.kind is Kind.DATE:
        text = _MIDNIGHT.sub("", text)
    try:
        return read_text(kind, text)
    except ValueError:
        return None


def _list(kind: ValueType, members: tuple[Any, ...]) -> Any:
    return to_cell(kind, members) if None not in members and fits(kind, members) else None


def _cell(kind: ValueType, value: Any) -> Any:
    if isinstance(value, Fraction) and not is_small(value):
        raise OverflowError(value)
    return to_cell(kind, value)


def expected(fact: Fact) -> Label:
    """Say what may stand in a cell of *fact*."""
    kind, limits = fact.type, worded(fact.type.bounds)
    if limits:
        bare = expected(evolve(fact, type=kind.bare))
        return Label(f"{bare.zh}，{limits.zh}", f"{bare.en} ({limits.en})")
    if kind.kind is Kind.ENUM:
        labels = dict(fact.labels)
        names = [labels[value].zh if value in labels else value for value in kind.values]
        return Label(f"应为{'、'.join(names)}之一", f"one of {', '.join(kind.values)} is expected")
    return {
        Kind.BOOL: Label("应为“是”或“否”", "是 or 否, true or false is expected"),
        Kind.INT: Label("应为整数", "a whole number is expected"),
        Kind.DATE: Label("应为日期，如1953-02-08或1953.2.8", "a day such as 1953-02-08 is expected"),
        Kind.MONEY: Label("应为以元计的金额，至多两位小数", "an amount in yuan with at most two decimals is expected"),
        Kind.SHARE: Label("应为份额，如60%或3‰", "a share such as 60% is expected"),
        Kind.LIST: Label("应为以顿号隔开的各项", "items separated by 、 are expected"),
        Kind.TEXT: Label("应为文字", "a text is expected"),
        Kind.ENUM: Label(),
    }[kind.kind]


def shown(fact: Fact, text: str) -> str:
    """Return a bad cell's text for a finding; nothing where the fact is personal, as findings are shown and logged."""
    return "" if fact.privacy in PRIVATE else text
