"""What nobody has set on a day, with who may and why it is open: read from the rules, so that it is never stale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from attrs import frozen

from community_core.base.labels import Label
from community_core.base.ranks import Rank
from community_core.jurisdiction.rules import Rules
from community_core.rules.types import ValueType


@frozen
class OpenValue:
    """A parameter without a value on a day: its full name, type, who may set it, and why its source has none.

    *last* is the last day on which it had a value, where it once had one; *next* the first on which it will.
    """

    term: str
    label: Label
    type: ValueType
    open_to: tuple[Rank, ...] = ()
    gap: Label | None = None
    last: dt.date | None = None
    next: dt.date | None = None


def open_values(rules: Rules, on: dt.date, *, practice: str = "") -> tuple[OpenValue, ...]:
    """Return what nobody has set on the day *on*, by full name; of one *practice* only where it is given."""
    return tuple(_open(rules, on, practice))


def _open(rules: Rules, on: dt.date, practice: str) -> Iterator[OpenValue]:
    for term, parameter in rules.terms.parameters:
        if practice and not term.startswith(f"{practice}."):
            continue
        if rules.parameter(term, on=on) is not None:
            continue
        ended = [item.span.end for item in parameter.history if item.span.end is not None and item.span.end <= on]
        coming = [item.span.start for item in parameter.history if item.span.start is not None and item.span.start > on]
        yield OpenValue(
            term,
            parameter.label,
            parameter.type,
            tuple(sorted(parameter.open_to, reverse=True)),
            parameter.gap,
            max(ended) - dt.timedelta(days=1) if ended else None,
            min(coming, default=None),
        )
