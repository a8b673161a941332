"""Bounds of values: what a parameter may be set to, and what a fact or a step's field may be given as."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Force


class BoundKind(Enum):
    """How a bound limits a value."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"


@frozen
class Bound:
    """A limit to values; only a binding one refuses.

    A parameter's is set by a higher rank, and may hold from a day on. What can be counted or measured at all does not
    depend on the day: the bound of a fact or of a step's field has no days and is binding.
    """

    kind: BoundKind
    value: Any
    span: Span = Span()
    force: Force = Force.BINDING
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)

    def admits(self, value: Any) -> bool:
        """Whether *value*, of the type of the bound's own, lies within it."""
        if self.kind is BoundKind.ONE_OF:
            return value in self.value
        return bool(value >= self.value if self.kind is BoundKind.AT_LEAST else value <= self.value)

    def excludes(self, other: Bound) -> bool:
        """Whether no value lies within both bounds, as far as single values tell."""
        if BoundKind.ONE_OF in (self.kind, other.kind):
            listed, rest = (self, other) if self.kind is BoundKind.ONE_OF else (other, self)
            return not any(rest.admits(value) for value in listed.value)
        if self.kind is other.kind:
            return False
        low, high = (self, other) if self.kind is BoundKind.AT_LEAST else (other, self)
        return bool(low.value > high.value)

    def text(self) -> str:
        """Return the bound as a rule text writes it, with its citation."""
        cite = f" [{self.cite.text()}]" if self.cite else ""
        return f"{self.kind.value} {_values(self)}{cite}"


_SIGNS = {BoundKind.AT_LEAST: "≥", BoundKind.AT_MOST: "≤", BoundKind.ONE_OF: "∈"}
_WORDS = {
    BoundKind.AT_LEAST: Label("不小于", "at least"),
    BoundKind.AT_MOST: Label("不大于", "at most"),
    BoundKind.ONE_OF: Label("只能是", "one of"),
}


def signs(bounds: Iterable[Bound]) -> str:
    """Return *bounds* in signs, as they stand behind a type: `` ≥ 0 ≤ 120``."""
    return "".join(f" {_SIGNS[bound.kind]} {_values(bound)}" for bound in bounds)


def worded(bounds: Iterable[Bound]) -> Label:
    """Return *bounds* in words."""
    said = [(_WORDS[bound.kind], _values(bound)) for bound in bounds]
    return Label(
        "、".join(f"{word.zh} {values}" for word, values in said),
        ", ".join(f"{word.en} {values}" for word, values in said),
    )


def shown(value: Any) -> str:
    """Return a value as bounds and their findings show it; a share as a fraction."""
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else str(value)


def _values(bound: Bound) -> str:
    return ", ".join(map(shown, bound.value)) if isinstance(bound.value, tuple) else shown(bound.value)
