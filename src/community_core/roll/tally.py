"""How often each result occurs in a roll: totals and patterns, which add up over parts; nothing is decided here."""

from __future__ import annotations

from collections import Counter
from typing import Any

from attrs import define, field, frozen

from community_core.rules.pattern import Status
from community_core.rules.terms import Output
from community_core.rules.vocabulary import outer

#: Code, status, inner values of the outputs, and row.
Group = tuple[int, Status, tuple[Any, ...] | None, int | None]


@frozen
class PatternCount:
    """One pattern of conditions as it occurs in a roll: how often, what it gives, and a row to look at.

    *outcome* is as an answer gives it. Where an outcome is computed from a subject's own facts, a code has one entry
    for each result.
    """

    code: int
    count: int
    status: Status
    outcome: Any
    row: int | None
    example: int


@frozen
class Total:
    """How many subjects have a status and an outcome (of one output)."""

    status: Status
    outcome: Any
    count: int


@define(eq=False)
class Tally:
    """How many subjects have each result of one decision with *outputs*, and the first row number that has it.

    It holds as many entries as there are different results.
    """

    outputs: tuple[Output, ...]
    _groups: dict[Group, tuple[int, int]] = field(factory=dict, init=False)

    def put(self, group: Group, count: int, example: int) -> None:
        """Add *count* subjects with one result, the first of them in the row *example*."""
        before, first = self._groups.get(group, (0, example))
        self._groups[group] = (before + count, min(first, example))

    def add(self, other: Tally) -> None:
        """Add the subjects of another part of the roll."""
        for group, (count, example) in other._groups.items():
            self.put(group, count, example)

    def patterns(self) -> tuple[PatternCount, ...]:
        """Return what occurs, most frequent first."""
        found = [
            PatternCount(code, count, status, self._outcome(outcome), row, first)
            for (code, status, outcome, row), (count, first) in self._groups.items()
        ]
        return tuple(sorted(found, key=lambda item: (-item.count, item.example)))

    def totals(self, output: str | None = None) -> tuple[Total, ...]:
        """Return how many subjects have each status and outcome, most frequent first.

        With *output*, outcomes are those of that output alone; without, those of the whole decision.
        """
        counted: Counter[tuple[Status, Any]] = Counter()
        position = None if output is None else [item.name for item in self.outputs].index(output)
        for (_, status, values, _), (count, _) in self._groups.items():
            kept = values if values is None or position is None else (values[position],)
            counted[(status, kept)] += count
        found = []
        for (status, values), count in counted.items():
            if values is None or position is None:
                found.append(Total(status, self._outcome(values), count))
            else:
                found.append(Total(status, outer(self.outputs[position].type, values[0]), count))
        return tuple(sorted(found, key=lambda total: (-total.count, total.status.value, str(total.outcome))))

    def _outcome(self, values: tuple[Any, ...] | None) -> Any:
        if values is None:
            return None
        named = {output.name: outer(output.type, value) for output, value in zip(self.outputs, values, strict=True)}
        return named if len(named) > 1 else next(iter(named.values()))
