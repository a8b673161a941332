"""The second stage: from what holds of a table's rows to a status and an outcome; no facts are read here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from attrs import frozen

from community_core.rules import nodes as n
from community_core.rules.interpret import kleene
from community_core.rules.terms import Aggregation, HitPolicy


class Status(Enum):
    """How far an answer got."""

    DETERMINED = "determined"
    UNDETERMINED = "undetermined"
    GAP = "gap"
    UNCOVERED = "uncovered"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


#: The number of the row ``otherwise``; rows are counted from 1.
OTHERWISE = 0

#: What stands for the outcome of a row that is a gap.
GAP = object()

Outcome = tuple[Any, ...]
Skeleton = bool | int | tuple[Any, ...]


@frozen
class Choice:
    """What the hit policy makes of the rows: status, the rows that count, and the outcome's inner values."""

    status: Status
    rows: tuple[int, ...]
    outcome: Outcome | None = None


@frozen
class Pattern:
    """The answer that a code leads to.

    Where *computed* is true, an outcome is arithmetic on the subject's own facts, and each subject's choice is its own.
    """

    code: int
    states: tuple[bool | None, ...]
    choice: Choice
    computed: bool = False

    @property
    def status(self) -> Status:
        """The status; provisional where :attr:`computed` is true."""
        return self.choice.status

    @property
    def row(self) -> int | None:
        """The number of the first row that counts, or ``None``."""
        return self.choice.rows[0] if self.choice.rows else None

    @property
    def outcome(self) -> Outcome | None:
        """Inner values of the outputs, or ``None``."""
        return self.choice.outcome


def skeleton(node: n.Node, atoms: dict[n.Node, int]) -> Skeleton:
    """Return *node* over numbered atoms; new atoms are added to *atoms*."""
    if isinstance(node, n.Const) and (node.value is True or node.value is False):
        return bool(node.value)
    if isinstance(node, n.Not):
        return ("not", skeleton(node.item, atoms))
    if isinstance(node, (n.And, n.Or)):
        return ("or" if isinstance(node, n.Or) else "and", *(skeleton(item, atoms) for item in node.items))
    return atoms.setdefault(node, len(atoms))


def truth(item: Skeleton, digits: Sequence[bool | None]) -> bool | None:
    """Return what holds of *item*, given what holds of each atom."""
    if item is True or item is False:
        return item
    if isinstance(item, int):
        return digits[item]
    if isinstance(item, tuple):
        values = [truth(part, digits) for part in item[1:]]
        if item[0] == "not":
            return None if values[0] is None else not values[0]
        return kleene(item[0] == "or", values)
    raise TypeError(item)


def digits_of(code: int, count: int) -> tuple[bool | None, ...]:
    """Return what a code says of its *count* atoms."""
    found: list[bool | None] = []
    for _ in range(count):
        code, digit = divmod(code, 3)
        found.append(None if digit == 2 else digit == 1)
    return tuple(found)


def choose(
    policy: HitPolicy,
    states: Sequence[bool | None],
    outcome_of: Callable[[int], Any],
    *,
    otherwise: bool,
    aggregation: Aggregation = Aggregation.LIST,
) -> Choice:
    """Apply a hit policy.

    *states* says of rows 1, 2, … whether they hold; *outcome_of* gives a row's outcome (:data:`GAP` for a gap,
    ``None`` or a tuple with ``None`` while it is unknown).
    """
    true = [number for number, state in enumerate(states, 1) if state is True]
    unknown = [number for number, state in enumerate(states, 1) if state is None]
    if policy is HitPolicy.COLLECT:
        return _collect(true, unknown, outcome_of, otherwise, aggregation)
    if policy is HitPolicy.FIRST:
        if true:
            return agree([*(number for number in unknown if number < true[0]), true[0]], outcome_of)
        return _open(unknown, outcome_of, otherwise)
    if not true:
        return _open(unknown, outcome_of, otherwise)
    if len(true) > 1:
        known = [outcome for outcome in map(outcome_of, true) if _known(outcome)]
        if any(outcome != known[0] for outcome in known[1:]):
            return Choice(Status.CONFLICT, tuple(true))
    sure = agree(true, outcome_of)
    return sure if not unknown or sure.status is Status.UNDETERMINED else agree([*true, *unknown], outcome_of)


def _known(outcome: Any) -> bool:
    return outcome is GAP or (outcome is not None and None not in outcome)


def agree(rows: Sequence[int], outcome_of: Callable[[int], Any]) -> Choice:
    """Return what follows where one of *rows* counts: it is determined where all give the same outcome."""
    first = outcome_of(rows[0])
    if not _known(first) or any(outcome_of(number) != first for number in rows[1:]):
        return Choice(Status.UNDETERMINED, tuple(rows))
    if first is GAP:
        return Choice(Status.GAP, tuple(rows))
    return Choice(Status.DETERMINED, tuple(rows), first)


def _open(unknown: Sequence[int], outcome_of: Callable[[int], Any], otherwise: bool) -> Choice:
    """No row surely holds: one of the unknown ones may, or ``otherwise`` applies."""
    if otherwise:
        return agree([*unknown, OTHERWISE], outcome_of)
    return Choice(Status.UNDETERMINED, tuple(unknown)) if unknown else Choice(Status.UNCOVERED, ())


def _collect(
    true: Sequence[int],
    unknown: Sequence[int],
    outcome_of: Callable[[int], Any],
    otherwise: bool,
    aggregation: Aggregation,
) -> Choice:
    if not true and not unknown and otherwise:
        return agree([OTHERWISE], outcome_of)
    outcomes = [outcome_of(number) for number in true]
    if unknown or not all(map(_known, outcomes)):
        return Choice(Status.UNDETERMINED, tuple(sorted([*true, *unknown])))
    gaps = [number for number in true if outcome_of(number) is GAP]
    if gaps:
        return Choice(Status.GAP, tuple(gaps))
    values = [outcome[0] for outcome in outcomes]
    if aggregation is Aggregation.COUNT:
        found: Any = len(values)
    elif aggregation is Aggregation.LIST:
        found = tuple(values)
    elif aggregation is Aggregation.SUM:
        found = sum(values)
    elif not values:
        return Choice(Status.UNCOVERED, ())
    else:
        found = min(values) if aggregation is Aggregation.MIN else max(values)
    return Choice(Status.DETERMINED, tuple(true), (found,))
