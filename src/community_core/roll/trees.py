"""What of a subject the trees of a plan look at, and whether an answer surely asks something; it computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, field

from community_core.roll.staged import Result
from community_core.rules import nodes as n
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.interpret import kleene
from community_core.rules.pattern import OTHERWISE, Pattern, Status, digits_of
from community_core.rules.plan import Plan, TablePlan
from community_core.rules.terms import Fact, HitPolicy
from community_core.rules.trace import may_agree
from community_core.rules.types import Kind

Ref = tuple[str, str]

#: Words that are unknown exactly where an argument is.
_STRICT_WORDS = frozenset({"age_on", "days_between", "months_between", "count", "contains", "subset", "rounded"})
_STRICT = (n.Const, n.Unknown, n.FactRef, n.DayRef, n.DecisionRef, n.Derived, n.Compare, n.Member, n.Not)


def plan_facts(plan: Plan) -> dict[str, Fact]:
    """Return every fact that *plan* and the decisions under it may read."""
    found = {fact.name: fact for fact in plan.facts}
    for _, part in plan.parts:
        found |= plan_facts(part)
    return found


def facts_in(tree: n.Node) -> set[str]:
    """Return the names of the facts in *tree*, derived ones included."""
    return {node.name for node in n.walk(tree) if isinstance(node, (n.FactRef, n.Derived))}


def refs_in(*trees: n.Node) -> dict[Ref, n.DecisionRef]:
    """Return the outputs of other decisions that *trees* use."""
    refs = [node for tree in trees for node in n.walk(tree) if isinstance(node, n.DecisionRef)]
    return {(node.term, node.output): node for node in refs}


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


def is_strict(tree: n.Node) -> bool:
    """Whether *tree* is unknown exactly where one of its leaves is."""
    return all(map(_is_strict, n.walk(tree)))


def _is_strict(node: n.Node) -> bool:
    if isinstance(node, n.Call):
        return node.function in _STRICT_WORDS
    if isinstance(node, n.Arith):
        return node.op != "//" and node.type.kind is not Kind.DATE
    return isinstance(node, _STRICT)


@define
class Blocking:
    """The facts on which it depends whether there is anything to ask: by their values, or only by being unknown."""

    values: set[str] = field(factory=set)
    masks: set[str] = field(factory=set)

    def add(self, plan: Plan) -> None:
        """Add what *plan* and the decisions under it look at."""
        for tree in trees_of(plan):
            (self.masks if is_strict(tree) else self.values).update(facts_in(tree))
        for _, part in plan.parts:
            self.add(part)


def is_settled(plan: Plan, pattern: Pattern, *, asks: bool) -> bool:
    """Whether the answer of *pattern* is the same for every subject that has it.

    *asks* says that there is surely something to ask, so that no decision underneath can block it with its own status.
    """
    if not pattern.computed:
        return True
    if not isinstance(plan, TablePlan) or pattern.status is not Status.UNDETERMINED:
        return False
    counted = [plan.row_at(number) for number in pattern.choice.rows]
    return asks and all(row.row.gap is not None or row.constant is not None for row in counted)


def surely_asks(plan: Plan, pattern: Pattern, parts: Mapping[str, Result]) -> bool:
    """Whether an undetermined answer surely has something to ask; false says nothing.

    *parts* gives the results of the decisions underneath. A row whose condition may stay unknown for ever, since a
    decision underneath has no outcome, makes what comes after it useless unless that may agree with it.
    """
    if not isinstance(plan, TablePlan):
        return False
    digits = dict(zip(plan.atoms, digits_of(pattern.code, len(plan.atoms)), strict=True))
    rows = [plan.row_at(number) for number in pattern.choice.rows]
    unknown = [_truth(row.folded, digits) is None for row in rows]
    asking = [any(_surely_asked(atom, parts) for atom in _open(row.folded, digits)) for row in rows]
    policy = plan.table.hit
    if policy is HitPolicy.COLLECT:  # every row is needed
        given = (open_ or row.constant is not None for row, open_ in zip(rows, unknown, strict=True))
        return any(asking) and all(given) and asking == unknown
    for place, row in enumerate(rows):
        if asking[place]:
            return True
        agrees = any(may_agree(row, other) for other in rows[place + 1 :])
        if policy is HitPolicy.FIRST and unknown[place] and not agrees:
            return False
    return False


def _surely_asked(atom: n.Node, parts: Mapping[str, Result]) -> bool:
    """Whether an unknown condition surely asks for something: nothing in it can stay unknown for ever."""
    if not is_strict(atom):
        return False
    found = [parts.get(term) for term, _ in refs_in(atom)]
    return all(part is not None and (part.status is Status.DETERMINED or part.asks) for part in found)


def _open(tree: n.Node, digits: Mapping[n.Node, bool | None]) -> Iterator[n.Node]:
    """Yield the unknown conditions of *tree* on which it depends that it is unknown."""
    if _truth(tree, digits) is not None:
        return
    if isinstance(tree, (n.And, n.Or)):
        for item in tree.items:
            yield from _open(item, digits)
    elif isinstance(tree, n.Not):
        yield from _open(tree.item, digits)
    else:
        yield tree


def _truth(tree: n.Node, digits: Mapping[n.Node, bool | None]) -> bool | None:
    if isinstance(tree, n.Not):
        value = _truth(tree.item, digits)
        return None if value is None else not value
    if isinstance(tree, (n.And, n.Or)):
        return kleene(isinstance(tree, n.Or), [_truth(item, digits) for item in tree.items])
    if isinstance(tree, n.Const):
        return bool(tree.value)
    return digits[tree]


def split(atoms: Sequence[n.Node]) -> tuple[list[int], list[int]]:
    """Return the positions of the conditions that look at the subject's facts, and of those that do not."""
    own = [position for position, atom in enumerate(atoms) if facts_in(atom)]
    taken = set(own)
    return own, [position for position in range(len(atoms)) if position not in taken]
