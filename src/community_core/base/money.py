"""Money in whole fen; no float ever enters."""

from __future__ import annotations

import re
from enum import Enum
from fractions import Fraction
from functools import total_ordering

from attrs import field, frozen

_YUAN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,2}))?\Z")


class Rounding(Enum):
    """How a fraction of a unit becomes a whole one; a rule names it, nothing rounds silently."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


def round_whole(value: Fraction, how: Rounding) -> int:
    """Round *value* to a whole number; ``half_up`` and ``up`` go away from zero, ``down`` towards it."""
    sign = -1 if value < 0 else 1
    size = abs(value)
    whole, rest = divmod(size.numerator, size.denominator)
    twice = 2 * rest
    if how is Rounding.UP:
        more = rest > 0
    elif how is Rounding.DOWN:
        more = False
    elif how is Rounding.HALF_UP:
        more = twice >= size.denominator
    else:
        more = twice > size.denominator or (twice == size.denominator and whole % 2 == 1)
    return sign * (whole + more)


@total_ordering
@frozen(order=False)
class Money:
    """An amount in whole fen (分), negative where it is owed.

    Adds and subtracts with money, multiplies with whole numbers; a share of money is an
    exact :class:`fractions.Fraction` of fen until a rule rounds it by name.

    Raises:
        TypeError: if *fen* is not a whole number.
    """

    fen: int = field()

    @fen.validator
    def _whole(self, _attribute: object, value: object) -> None:
        if type(value) is not int:
            raise TypeError(f"money is whole fen, not {value!r}")

    @classmethod
    def yuan(cls, text: str) -> Money:
        """Read an amount such as ``'12.50'``.

        Raises:
            ValueError: if *text* is not an amount with at most two decimals.
        """
        match = _YUAN.match(text)
        if match is None:
            raise ValueError(f"not an amount in yuan with at most two decimals: {text!r}")
        sign, whole, cents = match.groups()
        fen = int(whole) * 100 + int((cents or "").ljust(2, "0"))
        return cls(-fen if sign else fen)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen - other.fen)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.fen * times)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.fen < other.fen

    def __str__(self) -> str:
        size = abs(self.fen)
        return f"{'-' if self.fen < 0 else ''}{size // 100}.{size % 100:02d}"
