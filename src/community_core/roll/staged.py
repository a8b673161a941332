"""What running a plan over a roll leaves behind: few results, and for each subject the number of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from attrs import define, frozen

from community_core.base.findings import Finding
from community_core.roll.extras import pl
from community_core.roll.values import dtype_of, fits_cell, is_small, to_cell
from community_core.rules.pattern import Status
from community_core.rules.plan import Plan
from community_core.rules.terms import Output
from community_core.rules.types import Kind, ValueType


@frozen
class Result:
    """What a group of subjects gets: status, inner values of the outputs (``None`` unless determined), row, code.

    *asks* is true where it is certain that there is a fact or parameter to ask for; false says nothing. *why* says what
    makes it unavailable, where it is.
    """

    status: Status
    outcome: tuple[Any, ...] | None
    row: int | None
    code: int
    asks: bool = False
    why: tuple[Finding, ...] = ()


@define(eq=False)
class Staged:
    """A plan's results, and for each subject the number of its result (*index*).

    *base* numbers the subjects by conditions and by the results of the decisions underneath, before anything that
    differs by subject; it is the index itself where nothing does. *shared* results hold for any facts given for all.
    """

    plan: Plan
    results: tuple[Result, ...]
    index: pl.Series
    base: pl.Series
    shared: bool = True

    def place(self, output: str) -> int:
        """Return which of the decision's outputs is called *output*."""
        return next(at for at, each in enumerate(self.plan.outputs) if each.name == output)

    def output(self, position: int, output: Output) -> pl.Series:
        """Return one output as it differs among the results; null where there is no outcome that a column holds."""
        outcomes = [None if at in self.too_large else result.outcome for at, result in enumerate(self.results)]
        values = [None if outcome is None else outcome[position] for outcome in outcomes]
        kind = output.type
        if kind.kind is Kind.ENUM:
            return pl.Series(output.name, values, dtype=pl.Enum(kind.values))
        return pl.Series(output.name, [to_cell(kind, value) for value in values], dtype=dtype_of(kind))

    @cached_property
    def too_large(self) -> frozenset[int]:
        """The numbers of the results whose outcome holds a whole number or amount that 64 bits do not."""
        counted = [at for at, output in enumerate(self.plan.outputs) if _is_counted(output.type)]
        if not counted:
            return frozenset()
        return frozenset(
            at
            for at, result in enumerate(self.results)
            if result.outcome is not None and not all(fits_cell(result.outcome[place]) for place in counted)
        )

    def in_columns(self, position: int) -> bool:
        """Whether columns can reckon with an output: every number in it fits."""
        if self.plan.outputs[position].type.kind is Kind.SHARE:
            return all(result.outcome is None or is_small(result.outcome[position]) for result in self.results)
        return not self.too_large

    @cached_property
    def merged(self) -> tuple[tuple[Result, ...], tuple[int, ...]]:
        """The results that decisions above can tell apart, and for each result the number of its own among them."""
        different: dict[tuple[Status, tuple[Any, ...] | None, bool], int] = {}
        first: list[Result] = []
        numbers = []
        for result in self.results:
            number = different.setdefault((result.status, result.outcome, result.asks), len(different))
            if number == len(first):
                first.append(result)
            numbers.append(number)
        return tuple(first), tuple(numbers)


def _is_counted(kind: ValueType) -> bool:
    return kind.kind in (Kind.INT, Kind.MONEY) or (kind.of is not None and _is_counted(kind.of))
