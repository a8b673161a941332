"""What of a subject the trees of a plan look at: facts by value, or only by being unknown; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from community_core.rules import nodes as n
from community_core.rules.pattern import OTHERWISE, Pattern
from community_core.rules.plan import FunctionPlan, Plan, TablePlan
from community_core.rules.types import Kind

#: Words that are unknown exactly where an argument is.
_STRICT_WORDS = frozenset({"age_on", "days_between", "months_between", "count", "contains", "rounded"})
_STRICT = (n.Const, n.Unknown, n.FactRef, n.DayRef, n.DecisionRef, n.Derived, n.Compare, n.Member, n.Not)


@define
class Blocking:
    """The facts on which it depends whether there is anything to ask: by their values, or only by being unknown."""

    values: set[str] = field(factory=set)
    masks: set[str] = field(factory=set)

    def add(self, plan: Plan) -> None:
        """Add what *plan* and the decisions under it look at."""
        for tree in trees_of(plan):
            strict = all(map(_is_strict, n.walk(tree)))
            (self.masks if strict else self.values).update(facts_in(tree))
        for _, part in plan.parts:
            self.add(part)


def _is_strict(node: n.Node) -> bool:
    if isinstance(node, n.Call):
        return node.function in _STRICT_WORDS
    if isinstance(node, n.Arith):
        return node.op != "//" and node.type.kind is not Kind.DATE
    return isinstance(node, _STRICT)


def facts_in(tree: n.Node) -> set[str]:
    """Return the names of the facts in *tree*, derived ones included."""
    return {node.name for node in n.walk(tree) if isinstance(node, (n.FactRef, n.Derived))}


def trees_of(plan: Plan) -> Iterable[n.Node]:
    """Yield the trees of *plan*: its conditions one by one, and its outcomes or inputs."""
    yield from plan.atoms
    if isinstance(plan, FunctionPlan):
        yield from plan.folded
    elif isinstance(plan, TablePlan):
        for row in (*plan.rows, *([plan.otherwise] if plan.otherwise else [])):
            yield from row.folded_then


def outcome_trees(plan: Plan, pattern: Pattern) -> tuple[n.Node, ...]:
    """Return the trees on whose values the outcome of *pattern* depends."""
    if isinstance(plan, FunctionPlan):
        return plan.folded
    if not isinstance(plan, TablePlan):
        return ()
    rows = [number for number, state in enumerate(pattern.states, 1) if state is not False]
    if True not in pattern.states and plan.otherwise is not None:
        rows.append(OTHERWISE)
    trees = [tree for number in rows for tree in plan.row_at(number).folded_then if not isinstance(tree, n.Const)]
    return tuple(dict.fromkeys(trees))
