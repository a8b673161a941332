"""What of a subject the trees of a plan look at, and whether an answer surely asks something; it computes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field

from community_core.rules import nodes as n
from community_core.rules.codegen import Outcomes, compile_outcome
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.pattern import OTHERWISE, Pattern, Skeleton, Status, digits_of, truth
from community_core.rules.plan import Plan, TablePlan
from community_core.rules.terms import HitPolicy
from community_core.rules.trace import may_agree
from community_core.rules.types import Kind

Ref = tuple[str, str]

#: Words that are unknown exactly where an argument is.
_STRICT_WORDS = frozenset({"age_on", "days_between", "months_between", "count", "contains", "subset", "rounded"})
_STRICT = (n.Const, n.Unknown, n.FactRef, n.DayRef, n.DecisionRef, n.Derived, n.Compare, n.Member, n.Not)


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
    return asks and all(number in plan.constants for number in pattern.choice.rows)


@define(eq=False)
class Shape:
    """What of a plan's conditions is the same for every roll: which look at facts, and which at decisions alone.

    *own* and *others* are their positions; *refs* are the outputs that the others look at.
    """

    plan: TablePlan
    own: tuple[int, ...] = field(init=False)
    others: tuple[int, ...] = field(init=False)
    refs: tuple[Ref, ...] = field(init=False)
    _above: Outcomes = field(init=False)
    #: Of each condition, the decisions that it looks at; ``None`` where it may be unknown though all in it is known.
    _needs: tuple[frozenset[str] | None, ...] = field(init=False)
    _asks: dict[tuple[int, tuple[str, ...]], bool] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        atoms = self.plan.atoms
        self.own = tuple(at for at, atom in enumerate(atoms) if facts_in(atom))
        self.others = tuple(at for at in range(len(atoms)) if at not in set(self.own))
        trees = [atoms[at] for at in self.others]
        self.refs = tuple(refs_in(*trees))
        self._above = compile_outcome((), trees, self.plan.words)
        terms = (frozenset(term for term, _ in refs_in(atom)) if is_strict(atom) else None for atom in atoms)
        self._needs = tuple(terms)

    @property
    def terms(self) -> list[str]:
        """The decisions that conditions without facts look at."""
        return sorted({term for term, _ in self.refs})

    def own_code(self, code: int) -> int:
        """Return what the *code* of the conditions on facts adds to the whole code."""
        if not self.others:
            return code
        return sum(_DIGITS[digit] * 3**at for at, digit in zip(self.own, digits_of(code, len(self.own)), strict=True))

    def above_code(self, values: Mapping[Ref, Any], on: dt.date) -> int:
        """Return what the other conditions add to the whole code, given the outcomes of decisions underneath."""
        digits = self._above((), on, values)
        return sum(_DIGITS[digit] * 3**at for at, digit in zip(self.others, digits, strict=True))

    def surely_asks(self, pattern: Pattern, knowable: Collection[str]) -> bool:
        """Whether an undetermined answer surely has something to ask; false says nothing.

        *knowable* are the decisions underneath that have an outcome or surely ask for something. A row whose condition
        may stay unknown for ever, since a decision underneath has no outcome, makes what comes after it useless unless
        that may agree with it.
        """
        key = (pattern.code, tuple(sorted(knowable)))
        found = self._asks.get(key)
        if found is None:
            found = self._asks[key] = self._surely_asks(pattern, knowable)
        return found

    def _surely_asks(self, pattern: Pattern, knowable: Collection[str]) -> bool:
        plan, states = self.plan, pattern.states
        counted, policy = pattern.choice.rows, self.plan.table.hit
        unknown = [number for number in counted if number != OTHERWISE and states[number - 1] is None]
        if policy is HitPolicy.COLLECT:  # every row is needed
            given = all(number in plan.constants for number in counted if number not in unknown)
            return bool(unknown) and given and all(self._asked(number, pattern, knowable) for number in unknown)
        for place, number in enumerate(counted):
            if number not in unknown:
                continue
            if self._asked(number, pattern, knowable):
                return True
            row = plan.row_at(number)
            agrees = any(may_agree(row, plan.row_at(other)) for other in counted[place + 1 :])
            if policy is HitPolicy.FIRST and not agrees:
                return False
        return False

    def _asked(self, number: int, pattern: Pattern, knowable: Collection[str]) -> bool:
        """Whether a row that may hold surely asks for something: not all that is unknown in it stays so for ever."""
        digits = digits_of(pattern.code, len(self.plan.atoms))
        needs = (self._needs[atom] for atom in _open(self.plan.skeletons[number - 1], digits))
        return any(terms is not None and terms.issubset(knowable) for terms in needs)


_DIGITS: Mapping[bool | None, int] = {False: 0, True: 1, None: 2}


def _open(item: Skeleton, digits: Sequence[bool | None]) -> Iterator[int]:
    """Yield the unknown conditions on which it depends that *item* is unknown."""
    if truth(item, digits) is not None:
        return
    if isinstance(item, tuple):
        for part in item[1:]:
            yield from _open(part, digits)
    else:
        yield item
