"""Quantities written as calls of a constant, and what arithmetic makes of kinds and units; no names are known here."""

from __future__ import annotations

from fractions import Fraction

from community_core.base.money import Money
from community_core.rules import nodes as n
from community_core.rules.types import DATE, INT, MONEY, SHARE, Kind, ValueType, read_day
from community_core.rules.vocabulary import EXACT, same_unit

#: The words for whole numbers in a unit, and the unit.
PERIODS = {"days": "day", "workdays": "workday", "months": "month", "years": "year", "metres": "metre"}
#: The words for shares, and how many of them are the whole.
SHARES = {"pct": 100, "permille": 1000}
QUANTITIES = frozenset({*PERIODS, *SHARES, "yuan", "date"})


def quantity(word: str, value: object) -> n.Const | None:
    """Return the constant that ``word(value)`` writes (``pct(60)``, ``yuan('12.50')`` …), or ``None`` for none."""
    if word in SHARES and type(value) is int:
        return n.Const(Fraction(value, SHARES[word]), SHARE.in_unit(word))
    if word in PERIODS and type(value) is int:
        return n.Const(value, INT.in_unit(PERIODS[word]))
    if word == "yuan" and type(value) in (int, str):
        try:
            return n.Const(Money.yuan(str(value)), MONEY)
        except ValueError:
            return None
    if word == "date" and isinstance(value, str):
        day = read_day(value)
        return None if day is None else n.Const(day, DATE)
    return None


def arithmetic_type(sign: str, left: ValueType, right: ValueType) -> ValueType | None:
    """Return the type of ``left sign right``, or ``None`` where there is no such arithmetic."""
    if EXACT in (left.unit, right.unit):
        return None
    kinds = (left.kind, right.kind)
    if sign in ("+", "-"):
        if kinds in ((Kind.INT, Kind.INT), (Kind.MONEY, Kind.MONEY)) and same_unit(left, right):
            return left if left.unit else right
        if kinds == (Kind.DATE, Kind.INT) and (
            right.unit in ("day", "month") or (right.unit, sign) == ("workday", "+")
        ):
            return DATE
        return None
    if sign == "*":
        if Kind.SHARE in kinds and (kinds[0] in (Kind.INT, Kind.MONEY) or kinds[1] in (Kind.INT, Kind.MONEY)):
            amount = left if right.kind is Kind.SHARE else right
            return amount.in_unit(EXACT)
        if kinds == (Kind.INT, Kind.INT) and not (left.unit and right.unit):
            return left if left.unit else right
        if kinds in ((Kind.MONEY, Kind.INT), (Kind.INT, Kind.MONEY)):
            return MONEY
        return None
    if kinds == (Kind.INT, Kind.INT):
        if not right.unit:
            return left
        return INT if left.unit == right.unit else None
    if kinds == (Kind.MONEY, Kind.INT):
        return MONEY
    return None
