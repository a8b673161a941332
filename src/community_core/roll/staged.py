"""What running a plan over a roll leaves behind: few results, and for each subject the number of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from attrs import define, frozen

from community_core.roll.extras import pl
from community_core.roll.values import dtype_of, to_cell
from community_core.rules.pattern import Status
from community_core.rules.plan import Plan
from community_core.rules.terms import Output
from community_core.rules.types import Kind


@frozen
class Result:
    """What a group of subjects gets: status, inner values of the outputs (``None`` unless determined), row, code.

    *asks* is true where it is certain that there is a fact or parameter to ask for; false says nothing.
    """

    status: Status
    outcome: tuple[Any, ...] | None
    row: int | None
    code: int
    asks: bool = False


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

    def output(self, position: int, output: Output) -> pl.Series:
        """Return one output as it differs among the results; null where there is no outcome."""
        values = [result.outcome[position] if result.outcome is not None else None for result in self.results]
        kind = output.type
        if kind.kind is Kind.ENUM:
            return pl.Series(output.name, values, dtype=pl.Enum(kind.values))
        return pl.Series(output.name, [to_cell(kind, value) for value in values], dtype=dtype_of(kind))

    @cached_property
    def merged(self) -> tuple[tuple[Result, ...], pl.Series]:
        """The results that decisions above can tell apart, and for each subject the number of its own."""
        different: dict[tuple[Status, tuple[Any, ...] | None, bool], int] = {}
        first: list[Result] = []
        numbers = []
        for result in self.results:
            number = different.setdefault((result.status, result.outcome, result.asks), len(different))
            if number == len(first):
                first.append(result)
            numbers.append(number)
        if len(first) == len(self.results):
            return self.results, self.index
        dtype = pl.UInt16 if len(first) <= 2**16 else pl.UInt32
        return tuple(first), pl.Series(numbers, dtype=dtype).gather(self.index)
