"""The one history of a parameter, out of everybody's claims: by rank and day, within bounds, never by order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.base.labels import Label
from community_core.base.ranks import Force, Rank, Standing
from community_core.jurisdiction.preferring import let_prefer
from community_core.rules.bounds import shown
from community_core.rules.terms import DatedValue, Fact, Parameter
from community_core.rules.types import Kind, fits


@frozen
class Claimant:
    """Who gives values to a parameter, at which rank; the declarer's own values stand below everybody else's."""

    name: str
    rank: Rank
    history: tuple[DatedValue, ...]
    declarer: bool = False
    origin: Origin = NOWHERE

    @property
    def order(self) -> tuple[bool, bool, int]:
        """The most specific claimant sorts first; the library and the declarer come last."""
        return (self.declarer, self.rank is Rank.LIBRARY, self.rank)


#: How a value of a kind is written in a rule text.
_WRITTEN: Final = {
    Kind.INT: Label("；请写半角的整数，如 60，不加引号", "; write a whole number such as 60, without quotes"),
    Kind.BOOL: Label("；请写 true 或 false", "; write true or false"),
    Kind.DATE: Label("；请写日期，如 2006-05-01", "; write a day such as 2006-05-01"),
    Kind.MONEY: Label("；请写 yuan('12.50')", "; write yuan('12.50')"),
    Kind.SHARE: Label("；请写 pct(60) 或 permille(3)", "; write pct(60) or permille(3)"),
}


def type_faults(
    full: str, parameter: Parameter, facts: Mapping[str, Fact], claimants: Iterable[Claimant]
) -> Iterator[Finding]:
    """Yield a finding for each value that is not of the parameter's type."""
    for claimant in claimants:
        for dated in claimant.history:
            yield from _wrong_type(full, parameter, facts, dated)


def _wrong_type(full: str, parameter: Parameter, facts: Mapping[str, Fact], dated: DatedValue) -> Iterator[Finding]:
    values: list[Any] = [dated.value]
    if parameter.per:
        fact = facts.get(parameter.per)
        keys = fact.type.values if fact is not None and fact.type.kind is Kind.ENUM else None
        if not isinstance(dated.value, tuple) or not all(
            isinstance(pair, tuple) and len(pair) == 2 for pair in dated.value
        ):
            yield finding(
                "value-type",
                f"{full} 是按 {parameter.per} 分列的参数，要逐项给值",
                f"{full} is a table by {parameter.per}; give a value for each",
                dated.origin,
                name=full,
            )
            return
        for key, _ in dated.value:
            if keys is not None and key not in keys:
                yield finding(
                    "unknown-value",
                    f"{parameter.per} 没有值 {key!r}；可用的值：{'、'.join(keys)}",
                    f"{parameter.per} has no value {key!r}; there are {', '.join(keys)}",
                    dated.origin,
                    name=str(key),
                )
        values = [value for _, value in dated.value]
    # A share may leave its unit open and is one number in any; a count without a unit is no period.
    unit = parameter.type.unit
    if dated.unit and dated.unit != unit and (unit or parameter.type.kind is not Kind.SHARE):
        yield finding(
            "wrong-unit",
            f"{full} {f'的单位是 {unit}' if unit else '没有单位'}（{_source(parameter)}），这里写的是 {dated.unit}",
            f"{full} {f'is in {unit}' if unit else 'has no unit'} ({_source(parameter)}); {dated.unit} is written here",
            dated.origin,
            name=full,
        )
    hint = _WRITTEN.get(parameter.type.kind, Label("；请改正", "; correct it"))
    for value in values:
        if not fits(parameter.type, value):
            yield finding(
                "value-type",
                f"{full} 要 {parameter.type}，写的是 {value!r}{hint.zh}",
                f"{full} is {parameter.type}, not {value!r}{hint.en}",
                dated.origin,
                name=full,
            )


def _source(parameter: Parameter) -> str:
    return str(parameter.origin) or parameter.name


def twice_given(full: str, claimants: Iterable[Claimant], taken: frozenset[Standing]) -> Iterator[Finding]:
    """Yield a finding for each value that one claimant gives beside another from the same day on.

    What is in force and what is proposed in its place are told apart: adopted by name, the latter holds.
    """
    for claimant in claimants:
        values = _taken(claimant, taken)
        for index, second in enumerate(values):
            if any(_beside(first) == _beside(second) for first in values[:index]):
                day = second.span.start or "undated"
                yield finding(
                    "value-twice",
                    f"{claimant.name} 给了 {full} 两个从 {day} 起的值；请留一个，或改正日期",
                    f"{claimant.name} gives {full} two values from {day} on; keep one, or correct its day",
                    second.origin,
                    name=full,
                )


def _beside(value: DatedValue) -> tuple[dt.date | None, bool]:
    return value.span.start, value.standing.applies


def rank_conflicts(
    full: str, claimants: Sequence[Claimant], preferred: str, taken: frozenset[Standing]
) -> tuple[list[Claimant], list[Finding]]:
    """Return the claimants that remain, and a finding for each pair of one rank that differs on some day.

    What is of another standing than those *taken* is in nobody's way.
    """
    kept: list[Claimant] = []
    found: list[Finding] = []
    by_rank: dict[tuple[bool, bool, int], list[Claimant]] = {}
    for claimant in claimants:
        by_rank.setdefault(claimant.order, []).append(claimant)
    for rivals in by_rank.values():
        chosen = [item for item in rivals if item.name == preferred]
        if len(rivals) > 1 and chosen:
            kept += chosen
            continue
        kept += rivals
        for index, first in enumerate(rivals):
            for second in rivals[index + 1 :]:
                if _differ(_taken(first, taken), _taken(second, taken)):
                    names = sorted([first.name, second.name])
                    found.append(
                        finding(
                            "rank-conflict",
                            f"{full}：{_rivals(full, names).zh}",
                            f"{full}: {_rivals(full, names).en}",
                            max(first.origin, second.origin, key=lambda o: (o.file, o.line)),
                            name=full,
                        )
                    )
    return kept, found


def _rivals(full: str, names: Sequence[str]) -> Label:
    first, second = names
    if first == second:
        return Label(f"{first} 在两处设定而取值不同；请留一处", f"{first} sets it in two places that differ; keep one")
    line = let_prefer(full, names)
    return Label(
        f"{first} 与 {second} 同级而取值不同；{line.zh}", f"{first} and {second} are of one rank and differ; {line.en}"
    )


def _taken(claimant: Claimant, taken: frozenset[Standing]) -> list[DatedValue]:
    return [value for value in claimant.history if value.standing in taken]


def waiting(claimants: Iterable[Claimant], taken: frozenset[Standing]) -> tuple[DatedValue, ...]:
    """Return the values of other standings than those *taken*, each with who gives it."""
    return tuple(
        evolve(value, setter=claimant.name)
        for claimant in claimants
        for value in claimant.history
        if value.standing not in taken
    )


def _differ(first: Iterable[DatedValue], second: Sequence[DatedValue]) -> bool:
    return any(a.span.meets(b.span) and a.value != b.value for a in first for b in second)


def merged(claimants: Iterable[Claimant], taken: frozenset[Standing]) -> tuple[DatedValue, ...]:
    """Return one history in which each day has the value of the most specific claimant that gives one on it.

    Only values of the standings *taken* count.
    """
    ordered = sorted(claimants, key=lambda item: item.order)
    histories = [[evolve(value, setter=item.name) for value in _taken(item, taken)] for item in ordered]
    days = {day for history in histories for value in history for day in (value.span.start, value.span.end)}
    starts: list[dt.date | None] = [None, *sorted(day for day in days if day is not None)]
    result: list[DatedValue] = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else None
        held = _held(histories, start)
        if held is None:
            continue
        last = result[-1] if result else None
        if last is not None and last.span.end == start and evolve(last, span=held.span) == held:
            result[-1] = evolve(last, span=Span(last.span.start, end))
        else:
            result.append(evolve(held, span=Span(start, end)))
    return tuple(result)


def _held(histories: Iterable[Iterable[DatedValue]], day: dt.date | None) -> DatedValue | None:
    for history in histories:
        holding = [item for item in history if (item.span.start is None if day is None else item.span.holds(day))]
        if holding:
            return max(holding, key=lambda item: (item.span.start or dt.date.min, not item.standing.applies))
    return None


def bound_faults(full: str, parameter: Parameter, history: Iterable[DatedValue]) -> Iterator[Finding]:
    """Yield a finding for each value outside a binding bound, and for bounds that leave nothing."""
    bounds = [bound for bound in parameter.bounds if bound.force is Force.BINDING]
    for index, first in enumerate(bounds):
        for second in bounds[index + 1 :]:
            if first.span.meets(second.span) and first.excludes(second):
                yield finding(
                    "bounds-empty",
                    f"{full} 的上下限互不相容：{first.text()} 与 {second.text()}",
                    f"the bounds of {full} leave no value: {first.text()} and {second.text()}",
                    second.origin,
                    name=full,
                )
    for dated in history:
        values = [value for _, value in dated.value] if parameter.per else [dated.value]
        for bound in bounds:
            if bound.span.meets(dated.span) and not all(map(bound.admits, values)):
                yield finding(
                    "out-of-bounds",
                    f"{full} = {shown(dated.value)}（{dated.setter}）超出限度 {bound.text()}",
                    f"{full} = {shown(dated.value)} ({dated.setter}) is outside its bound {bound.text()}",
                    dated.origin,
                    name=full,
                )
