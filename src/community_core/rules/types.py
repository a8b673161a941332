"""Types of facts, parameters and outcomes, and the reading of values into them; not the types of expressions' trees."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, frozen, has

from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.rules.bounds import Bound, signs, worded


class Kind(Enum):
    """What a value is. Periods are whole numbers with a unit (day, workday, month).

    ``members`` are the subjects that belong to another one (the residents of a household, the clauses of a contract);
    the unit says which kind of subject they are, and each is a mapping of facts or an entity of the model.
    """

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    SHARE = "share"
    ENUM = "enum"
    LIST = "list"
    MEMBERS = "members"


#: The kinds whose values are smaller or larger than each other.
ORDERED: Final = (Kind.INT, Kind.DATE, Kind.MONEY, Kind.SHARE)


@frozen
class ValueType:
    """The type of a value: its kind, unit (``year``, ``day``, ``metre``, ``pct`` …), and what belongs to the kind.

    A text with a unit is a reference: the id of another entity, of the kind that the unit says (``case``, ``place`` …).

    *values* are the declared values of an enumeration, *of* the type of a list's members,
    *at_least* the fewest members a list may have. *bounds* limit what may be given as a whole number, an amount, a
    share or a day; what is computed from such a value is of the :attr:`bare` type. A list in the unit ``position`` is a
    place in the plane: whole metres to the east and to the north, in whichever plane coordinates its keepers use.
    """

    kind: Kind
    unit: str = ""
    values: tuple[str, ...] = ()
    of: ValueType | None = None
    at_least: int = 0
    bounds: tuple[Bound, ...] = ()

    def __str__(self) -> str:
        if self.bounds:
            return f"{self.bare}{signs(self.bounds)}"
        if self.kind is Kind.ENUM:
            return "[" + ", ".join(self.values) + "]"
        if self.unit == POSITION:
            return POSITION
        if self.kind is Kind.LIST and self.of is not None:
            return f"list of {self.of}"
        if self.kind is Kind.TEXT and self.unit:
            return f"reference to {self.unit}"
        return f"{self.kind.value} ({self.unit})" if self.unit else self.kind.value

    @property
    def refers_to(self) -> str:
        """The kind of entity that a reference, or each member of a list of them, names; empty for everything else."""
        if self.kind is Kind.LIST and self.of is not None:
            return self.of.refers_to
        return self.unit if self.kind is Kind.TEXT else ""

    @property
    def bare(self) -> ValueType:
        """The same type without bounds, as expressions reckon with it."""
        return evolve(self, bounds=()) if self.bounds else self

    def in_unit(self, unit: str) -> ValueType:
        """Return the same type with *unit*."""
        return evolve(self, unit=unit)

    def within(self, *bounds: Bound) -> ValueType:
        """Return the same type with *bounds* to what may be given."""
        return evolve(self, bounds=bounds)


#: The unit of a place in the plane, and the word for its type.
POSITION = "position"

BOOL = ValueType(Kind.BOOL)
INT = ValueType(Kind.INT)
TEXT = ValueType(Kind.TEXT)
DATE = ValueType(Kind.DATE)
MONEY = ValueType(Kind.MONEY)
SHARE = ValueType(Kind.SHARE)
#: The id of something; a declaration says of what kind by its unit.
REFERENCE = TEXT.in_unit("anything")

#: The names that a declaration may write as its type; the words for periods and distances are whole numbers in a unit.
TYPE_NAMES: dict[str, ValueType] = {
    "bool": BOOL,
    "int": INT,
    "text": TEXT,
    "date": DATE,
    "money": MONEY,
    "share": SHARE,
    "reference": REFERENCE,
    "days": INT.in_unit("day"),
    "workdays": INT.in_unit("workday"),
    "months": INT.in_unit("month"),
    "metres": INT.in_unit("metre"),
    POSITION: ValueType(Kind.LIST, POSITION, of=INT.in_unit("metre")),
    "members": ValueType(Kind.MEMBERS),
}


def enum_of(*values: str) -> ValueType:
    """Return the type of an enumeration with *values*."""
    return ValueType(Kind.ENUM, values=values)


def list_of(member: ValueType, at_least: int = 0) -> ValueType:
    """Return the type of a list of *member* values."""
    return ValueType(Kind.LIST, of=member, at_least=at_least)


_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?\Z")
_SHARE = re.compile(r"(\d+)(?:\.(\d+))?(%|‰)\Z")
#: Full-width signs, as Chinese keyboards give them, by their ASCII ones.
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}
_TRUE = frozenset({"true", "是", "真"})
_FALSE = frozenset({"false", "否", "假"})


def read_day(text: str) -> dt.date | None:
    """Read a day written ``1953-02-08``, ``1953.2.8``, ``1953/2/8`` or ``1953年2月8日``; ``None`` where it is none."""
    match = _DAY.match(text.strip())
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def read_share(text: str) -> Fraction | None:
    """Read a share written ``60%`` or ``3‰``, exactly; ``None`` where it is none."""
    match = _SHARE.match(text.strip())
    if match is None:
        return None
    whole = int(match[1] + (match[2] or ""))
    return Fraction(whole, 10 ** len(match[2] or "") * (100 if match[3] == "%" else 1000))


def read_text(kind: ValueType, text: str) -> Any:
    """Read *text*, as a form or a command line gives it, into a value of type *kind*.

    Full-width signs, as Chinese keyboards give them, count as their ASCII ones, but in texts stay what they are.

    Raises:
        ValueError: if *text* is no value of that type.
    """
    word = text.translate(_WIDE).strip()
    value: Any = None
    if kind.kind is Kind.BOOL:
        value = True if word.lower() in _TRUE else False if word.lower() in _FALSE else None
    elif kind.kind is Kind.INT:
        value = int(word) if re.fullmatch(r"[+-]?[0-9]+", word) else None
    elif kind.kind is Kind.DATE:
        value = read_day(word)
    elif kind.kind is Kind.MONEY:
        return Money.yuan(word)
    elif kind.kind is Kind.SHARE:
        value = read_share(word)
    elif kind.kind is Kind.LIST and kind.of is not None:
        return tuple(read_text(kind.of, part) for part in re.split(r"[,，、]", text) if part.strip())
    elif kind.kind is Kind.ENUM:
        value = text.strip() if text.strip() in kind.values else None
    else:
        value = text
    if value is None:
        raise ValueError(f"{text!r} is no {kind}")
    return value


def fits(kind: ValueType, value: object) -> bool:
    """Whether *value* is of type *kind* and within its bounds, unconverted: ``True`` is no 1, ``5`` no text."""
    # Most values are texts, which nothing bounds.
    if type(value) is str:
        return kind.kind is Kind.TEXT or (kind.kind is Kind.ENUM and value in kind.values)
    return _of_kind(kind, value) and (not kind.bounds or all(bound.admits(value) for bound in kind.bounds))


def _of_kind(kind: ValueType, value: object) -> bool:
    given = type(value)
    if given is int:
        return kind.kind is Kind.INT
    if given is bool:
        return kind.kind is Kind.BOOL
    if kind.kind is Kind.DATE:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if kind.kind is Kind.MONEY:
        return isinstance(value, Money)
    if kind.kind is Kind.SHARE:
        return isinstance(value, Fraction)
    if kind.kind is Kind.LIST:
        of = kind.of
        return (
            isinstance(value, tuple)
            and len(value) >= kind.at_least
            and (kind.unit != POSITION or len(value) == 2)
            and (of is None or all(fits(of, member) for member in value))
        )
    if kind.kind is Kind.MEMBERS:
        return isinstance(value, tuple) and all(isinstance(each, Mapping) or has(type(each)) for each in value)
    return False


_SCALARS: Final = frozenset({str, int, bool})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def checked(name: str, kind: ValueType, value: Any, *, private: bool = False) -> Any:
    """Return *value* where it fits *kind* (a list becomes a tuple, an enumeration member its value).

    Raises:
        FactError: if it does not; the message names the fact, the value and what is expected, and of a *private* fact
            not the value: errors are shown and logged.
    """
    if type(value) not in _SCALARS:
        value = _tuples(value.value if isinstance(value, Enum) else value)
    if fits(kind, value):
        return value
    # A number of another library's may look like one of Python's.
    own = type(value).__module__ == "builtins"
    shown = f"{value!r}" if own else f"{value!r} ({type(value).__module__}.{type(value).__qualname__})"
    if private:
        shown = "***"
    if kind.bounds and _of_kind(kind, value):
        limits = worded(kind.bounds)
        told = "***" if private else value
        raise FactError(
            Label(
                f"“{name}”的值 {told} 不在界限之内：{limits.zh}；请核对后改正",
                f"{told} given for {name!r} is out of bounds ({limits.en}); check it and correct it, or leave it out",
            )
        )
    from community_core.rules.type_words import type_label  # noqa: PLC0415 - words are of types

    wanted = type_label(kind)
    raise FactError(
        Label(
            f"“{name}”的值 {shown} 不符合类型（{wanted.zh}），请改正",
            f"{shown} given for {name!r} does not fit its type ({wanted.en}); correct it or leave it out",
        )
    )
