"""A table's trees as an analysis reads them: a day's values put in, what stays open as variables by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.base.ranks import Force
from community_core.rules import nodes as n
from community_core.rules.answer import json_value
from community_core.rules.bounds import Bound, BoundKind
from community_core.rules.cells import Variable
from community_core.rules.engine import Engine, value_on
from community_core.rules.parts import BoundRow
from community_core.rules.pattern import OTHERWISE
from community_core.rules.plan import Plan, TablePlan
from community_core.rules.terms import DatedValue, HitPolicy
from community_core.rules.unparse import unparse
from community_core.rules.vocabulary import BUILT_IN, inner, outer

_MOST_INLINE = 2_000


class Reading:
    """Reads trees for a day; ``variables`` grows by what they leave open.

    With *free*, the day and every parameter that somebody may set or that has changed count as open: what holds then
    holds whatever is set. With *inline*, the tables of other decisions are put in their place, so that all rests on
    facts alone; otherwise each of their outcomes counts as possible.
    """

    def __init__(self, engine: Engine, on: dt.date, *, free: bool = False, inline: bool = False) -> None:
        self.engine = engine
        self.on = on
        self.free = free
        self.inline = inline
        self.variables: dict[str, Variable] = {}
        self._size = 0

    def read(self, node: n.Node) -> n.Node:
        """Return *node* with nothing left open but references by name."""
        if isinstance(node, n.FactRef | n.Derived):
            bounds = self.engine.scope.facts[node.name].type.bounds
            return self._open(_within(bounds, Variable(node.name, node.type, "fact", node.name)))
        if isinstance(node, n.DayRef):
            if not self.free:
                return n.Const(self.on, node.type)
            return self._open(Variable("= day", node.type, "parameter", "day"))
        if isinstance(node, n.ParamRef):
            held = self._held(node.term)
            return self._parameter(node.term, node) if held is None else n.Const(held.value, node.type)
        if isinstance(node, n.Lookup):
            held = self._held(node.term)
            if held is None:
                return self._parameter(node.term, node)
            entries = tuple((key, inner(node.type, value)) for key, value in held.value)
            return n.Table(self.read(node.key), entries, node.term, node.type)
        if isinstance(node, n.DecisionRef):
            return self._decision(node)
        if isinstance(node, n.Members) or (isinstance(node, n.Call) and node.function not in BUILT_IN):
            text = unparse(node)
            return self._open(Variable(f"= {text}", node.type, "word", text))
        parts = n.children(node)
        return n.rebuilt(node, tuple(map(self.read, parts))) if parts else node

    def _open(self, variable: Variable) -> n.FactRef:
        self.variables.setdefault(variable.name, variable)
        return n.FactRef(variable.name, variable.type)

    # -- parameters ------------------------------------------------------------------------------------------------

    def _held(self, term: str) -> DatedValue | None:
        parameter = self.engine.scope.parameters[term]
        loose = self.free and (parameter.open_to or len(parameter.history) > 1)
        return None if loose else value_on(parameter, self.on)

    def _parameter(self, term: str, node: n.ParamRef | n.Lookup) -> n.FactRef:
        """An open parameter, within the binding bounds of the day."""
        bounds = self.engine.scope.parameters[term].bounds
        binding = tuple(bound for bound in bounds if bound.force is Force.BINDING and bound.span.holds(self.on))
        return self._open(_within(binding, Variable(f"= {term}", node.type, "parameter", term)))

    # -- other decisions -------------------------------------------------------------------------------------------

    def _decision(self, node: n.DecisionRef) -> n.Node:
        plan = self.engine.plan(node.term, self.on)
        if self.inline and isinstance(plan, TablePlan) and plan.table.hit is not HitPolicy.COLLECT:
            self._size += len(plan.rows)
            if self._size <= _MOST_INLINE:
                return self._inlined(plan, node)
        possible = () if self.free else tuple(dict.fromkeys(_outcomes(plan, node)))
        name = f"= {node.term}.{node.output}"
        return self._open(Variable(name, node.type, "decision", node.term, node.output, possible))

    def _inlined(self, plan: TablePlan, node: n.DecisionRef) -> n.Node:
        """The first row that holds, as a choice between outcomes; a gap and what no row covers are unknown."""
        place = [output.name for output in plan.outputs].index(node.output)
        unknown: n.Node = n.Unknown(node.term, node.type)
        result = unknown
        if plan.otherwise is not None and plan.otherwise.then:
            result = self.read(plan.otherwise.then[place])
        for row in reversed(plan.rows):
            then = self.read(row.then[place]) if row.then else unknown
            result = n.IfElse(self.read(row.when), then, result, node.type)
        return result


def _within(bounds: Iterable[Bound], variable: Variable) -> Variable:
    """Return *variable* with the inner values that *bounds* leave."""
    low = high = listed = None
    for bound in bounds:
        if bound.kind is BoundKind.ONE_OF:
            named = [inner(variable.type, item) for item in bound.value]
            listed = [item for item in named if listed is None or item in listed]
            continue
        value = inner(variable.type, bound.value)
        if bound.kind is BoundKind.AT_LEAST:
            low = value if low is None else max(low, value)
        else:
            high = value if high is None else min(high, value)
    if listed is None:
        return evolve(variable, at_least=low, at_most=high)
    admitted = [item for item in listed if (low is None or item >= low) and (high is None or item <= high)]
    return evolve(variable, values=tuple(admitted))


def rows_of(plan: TablePlan) -> Iterator[tuple[int, BoundRow]]:
    """Yield the rows with their numbers, ``otherwise`` last."""
    yield from enumerate(plan.rows, 1)
    if plan.otherwise is not None:
        yield OTHERWISE, plan.otherwise


def _outcomes(plan: Plan, node: n.DecisionRef) -> Iterator[Any]:
    """The outcomes that a decision's rows give, where all of them are plain values; else none."""
    if not isinstance(plan, TablePlan) or plan.table.hit is HitPolicy.COLLECT:
        return
    place = [output.name for output in plan.outputs].index(node.output)
    given = [row for _, row in rows_of(plan) if row.then and row.folded != n.Const(False, row.folded.type)]
    constants = [row.constant for row in given]
    if all(item is not None for item in constants):
        yield from (item[place] for item in constants if item is not None)


def linked(plan: TablePlan) -> bool:
    """Whether the decisions that a table uses rest on facts that it, or another of them, looks at as well."""
    seen = {fact.name for fact in plan.facts}
    for _, part in plan.parts:
        facts = _facts_under(part)
        if facts & seen:
            return True
        seen |= facts
    outputs: dict[str, set[str]] = {}
    for _, row in rows_of(plan):
        for tree in (row.when, *row.then):
            for node in n.walk(tree):
                if isinstance(node, n.DecisionRef):
                    outputs.setdefault(node.term, set()).add(node.output)
    return any(len(names) > 1 for names in outputs.values())


def _facts_under(plan: Plan) -> set[str]:
    return {fact.name for fact in plan.facts}.union(*(_facts_under(part) for _, part in plan.parts))


@frozen
class Example:
    """Values as readers read them, ``name=value``: in Chinese names, in English ones, and as ``--given`` takes them."""

    zh: str
    en: str
    given: str


def example_of(engine: Engine, variables: Mapping[str, Variable], values: Mapping[str, Any]) -> Example:
    """Return *values* by variable as an example for readers."""
    zh, en, given = [], [], []
    for name, value in values.items():
        variable = variables[name]
        shown = outer(variable.type, value)
        plain = given_text(shown)
        term = last = variable.term.rpartition(".")[2] if variable.kind != "word" else variable.term
        own = engine.naming("zh")(variable.kind, variable.term) if variable.kind in ("fact", "decision") else term
        if variable.kind == "parameter" and variable.term != "day":
            own = f"参数 {engine.naming('zh')('parameter', variable.term)}"
            term = f"parameter {term}"
        output = f".{variable.output}" if variable.output else ""
        text = engine.shown_zh(shown, _term_of(variable))
        zh.append(f"{'当日' if variable.term == 'day' else own}{output}={text}")
        en.append(f"{term}{output}={plain}")
        given.append(f"{last}{output}={plain}")
    return Example("，".join(zh), ", ".join(en), " ".join(given))


def _term_of(variable: Variable) -> n.Node:
    if variable.kind == "parameter":
        return n.ParamRef(variable.term, variable.type)
    if variable.kind == "decision":
        return n.DecisionRef(variable.term, variable.output, variable.type)
    return n.FactRef(variable.term, variable.type)


def given_text(value: Any) -> str:
    """Return a value as ``--given`` reads it."""
    if value is True or value is False:
        return str(value).lower()
    plain = json_value(value)
    return ",".join(map(given_text, plain)) if isinstance(plain, list) else str(plain)
