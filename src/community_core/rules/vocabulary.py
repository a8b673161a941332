"""The words that expressions may call: their types and their scalar functions; columns have their own forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

from attrs import frozen

from community_core.base.days import add_months, age_on, months_between
from community_core.base.findings import Finding, finding
from community_core.base.money import Money, Rounding, round_whole
from community_core.instruments.workdays import WorkdayCalendar
from community_core.rules.terms import Function
from community_core.rules.types import BOOL, DATE, INT, MONEY, POSITION, SHARE, Kind, ValueType, fits

#: The unit of an amount that is not rounded yet: a fraction of fen, or of whole numbers.
EXACT = "exact"

#: What an answer asks for where a year's table of working days is missing; the year follows.
WORKDAY_TABLE = "workdays_"

#: How many of its last values a plugin's word is not asked for again; why it failed is asked for after it did.
_REMEMBERED = 4096

#: How many fen there are in what an amount may be rounded to.
ROUNDED_TO = {"fen": 1, "jiao": 10, "yuan": 100}


class TypeMismatch(ValueError):
    """The arguments of a word do not fit; the two texts say what is expected."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@frozen
class Word:
    """One word: *typed* gives the result's type from the arguments' types, *function* computes it from known values.

    Money comes and goes as whole fen. *signature* is for messages. *missing* names what would have to be loaded where
    known arguments give no value, and *failure* says what is wrong with a plugin's word that failed on them.
    """

    name: str
    typed: Callable[[Sequence[ValueType]], ValueType]
    function: Callable[..., Any]
    signature: str
    missing: Callable[..., str] | None = None
    failure: Callable[..., Finding | None] | None = None


def _expect(name: str, signature: str, types: Sequence[ValueType], *kinds: Kind) -> None:
    if tuple(kind.kind for kind in types) != kinds:
        given = ", ".join(str(kind) for kind in types)
        raise TypeMismatch(
            f"{name} 应写作 {signature}，现在是（{given}）", f"{name} is written {signature}, not ({given})"
        )


def _dates(name: str, unit: str) -> Callable[[Sequence[ValueType]], ValueType]:
    def typed(types: Sequence[ValueType]) -> ValueType:
        _expect(name, f"{name}(date, date)", types, Kind.DATE, Kind.DATE)
        return INT.in_unit(unit)

    return typed


def same_unit(left: ValueType, right: ValueType) -> bool:
    """Whether two types are of one kind and in one unit; a number without a unit goes with any."""
    return left.kind is right.kind and (not left.unit or not right.unit or left.unit == right.unit)


def _share_type(types: Sequence[ValueType]) -> ValueType:
    counted = (
        len(types) == 2 and types[0].kind in (Kind.INT, Kind.MONEY) and EXACT not in (types[0].unit, types[1].unit)
    )
    if not counted or not same_unit(types[0], types[1]):
        given = ", ".join(str(kind) for kind in types)
        raise TypeMismatch(
            f"share 的两个参数应为同一单位的数，现在是（{given}）", f"share takes two counts in one unit, not ({given})"
        )
    return SHARE


def share(part: int, whole: int) -> Fraction | None:
    """Return the exact share of *part* in *whole*; unknown where there is no whole."""
    return Fraction(part, whole) if whole > 0 else None


def _count_type(types: Sequence[ValueType]) -> ValueType:
    _expect("count", "count(list)", types, Kind.LIST)
    return INT


def _subset_type(types: Sequence[ValueType]) -> ValueType:
    _expect("subset", "subset(list, list)", types, Kind.LIST, Kind.LIST)
    return BOOL


def _distance_type(types: Sequence[ValueType]) -> ValueType:
    if [kind.unit for kind in types] != [POSITION, POSITION]:
        given = ", ".join(str(kind) for kind in types)
        raise TypeMismatch(
            f"distance 的两个参数应为位置，现在是（{given}）", f"distance takes two positions, not ({given})"
        )
    return INT.in_unit("metre")


def distance(here: Sequence[int], there: Sequence[int]) -> int:
    """Return the distance in the plane in whole metres; a metre begun counts, so that ``<=`` is exact."""
    square = (here[0] - there[0]) ** 2 + (here[1] - there[1]) ** 2
    return isqrt(square - 1) + 1 if square else 0


def _contains_type(_types: Sequence[ValueType]) -> ValueType:
    return BOOL


def rounded(value: Fraction | int, how: str, unit: str) -> int:
    """Round an exact amount to whole *unit*; money comes back in fen."""
    size = ROUNDED_TO.get(unit, 1)
    return round_whole(Fraction(value) / size, Rounding(how)) * size


def _rounded_type(types: Sequence[ValueType]) -> ValueType:
    first = types[0]
    if first.kind not in (Kind.MONEY, Kind.INT):
        raise TypeMismatch(f"rounded 只用于金额或数，不用于 {first}", f"rounded takes money or a number, not {first}")
    return MONEY if first.kind is Kind.MONEY else INT


BUILT_IN: Mapping[str, Word] = {
    word.name: word
    for word in (
        Word("age_on", _dates("age_on", "year"), age_on, "age_on(birth_date, day)"),
        Word("days_between", _dates("days_between", "day"), lambda a, b: (b - a).days, "days_between(start, end)"),
        Word("months_between", _dates("months_between", "month"), months_between, "months_between(start, end)"),
        Word("share", _share_type, share, "share(part, whole)"),
        Word("count", _count_type, len, "count(list)"),
        Word("subset", _subset_type, lambda part, whole: set(part) <= set(whole), "subset(part, whole)"),
        Word("distance", _distance_type, distance, "distance(here, there)"),
        Word("contains", _contains_type, lambda item, members: item in members, "item in list"),
        Word("rounded", _rounded_type, rounded, "rounded(amount, half_up, fen)"),
    )
}


def calendar_words(calendar: WorkdayCalendar) -> dict[str, Word]:
    """Return the words that count working days by *calendar*."""

    def plus_type(types: Sequence[ValueType]) -> ValueType:
        _expect("plus_workdays", "day + workdays(10)", types, Kind.DATE, Kind.INT)
        return DATE

    def missing(start: dt.date, other: dt.date | int) -> str:
        first = min(start, other) if isinstance(other, dt.date) else start
        return f"{WORKDAY_TABLE}{calendar.unknown_year(first)}"

    words = (
        Word("plus_workdays", plus_type, calendar.end, "day + workdays(10)", missing),
        Word(
            "workdays_between",
            _dates("workdays_between", "workday"),
            calendar.between,
            "workdays_between(a, b)",
            missing,
        ),
    )
    return {word.name: word for word in words}


def date_plus(day: dt.date, count: int) -> dt.date | None:
    """Return the day *count* days later; unknown beyond the calendar."""
    try:
        return day + dt.timedelta(days=count)
    except OverflowError:
        return None


def date_plus_months(day: dt.date, count: int) -> dt.date | None:
    """Return the day *count* months later; unknown beyond the calendar."""
    try:
        return add_months(day, count)
    except (ValueError, OverflowError):
        return None


def inner(kind: ValueType, value: Any) -> Any:
    """Return *value* as expressions hold it: money as whole fen, lists of money likewise."""
    if value is None:
        return None
    if kind.kind is Kind.MONEY and isinstance(value, Money):
        return value.fen
    if kind.kind is Kind.LIST and kind.of is not None and kind.of.kind is Kind.MONEY:
        return tuple(inner(kind.of, member) for member in value)
    return value


def outer(kind: ValueType, value: Any) -> Any:
    """Return a value of an expression as callers see it: fen as :class:`Money`."""
    if value is None:
        return None
    if kind.kind is Kind.MONEY:
        return Money(value)
    if kind.kind is Kind.LIST and kind.of is not None and kind.of.kind is Kind.MONEY:
        return tuple(Money(member) for member in value)
    return value


def _failed(function: Function, code: str, said: str) -> Finding:
    failed = code == "function-failed"
    zh = f"出错（{said}）" if failed else f"给出的是 {said}，不符合类型 {function.gives}"
    en = f"failed ({said})" if failed else f"gave something ({said}) that is no {function.gives}"
    return finding(
        code,
        f"插件的词 {function.name} {zh}，请告知其插件的维护者",
        f"the word {function.name} of a plugin {en}; tell its maintainers",
        function.origin,
        function=function.name,
    )


def from_function(function: Function) -> Word:
    """Return the word that a plugin's function adds; where the function fails, the word has no value."""

    def typed(types: Sequence[ValueType]) -> ValueType:
        alike = len(types) == len(function.takes) and all(map(same_unit, types, function.takes))
        if not alike:
            wanted = ", ".join(str(kind) for kind in function.takes)
            given = ", ".join(str(kind) for kind in types)
            raise TypeMismatch(
                f"{function.name} 应写作 {function.name}({wanted})，现在是（{given}）",
                f"{function.name} takes ({wanted}), not ({given})",
            )
        return function.gives

    def run(*values: Any) -> tuple[Any, Finding | None]:
        given = [outer(kind, value) for kind, value in zip(function.takes, values, strict=True)]
        try:
            result = function.function(*given)
        except Exception as error:  # noqa: BLE001 - a plugin's function may raise anything; it is named, not let through
            # The kind of the error only: what it says may hold personal values.
            return None, _failed(function, "function-failed", type(error).__name__)
        if isinstance(result, list):
            result = tuple(result)
        if result is not None and not fits(function.gives, result):
            return None, _failed(function, "function-outcome", type(result).__name__)
        return inner(function.gives, result), None

    remembered = lru_cache(maxsize=_REMEMBERED)(run)

    def known(*values: Any) -> tuple[Any, Finding | None]:
        try:
            return remembered(*values)
        except TypeError:  # members are mappings, which no memo can hold
            return run(*values)

    wanted = ", ".join(str(kind) for kind in function.takes)
    return Word(
        function.name,
        typed,
        lambda *values: known(*values)[0],
        f"{function.name}({wanted})",
        failure=lambda *values: known(*values)[1],
    )
