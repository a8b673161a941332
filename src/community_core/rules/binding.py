"""Every expression of a district's facts and decisions bound once; what is broken, and what depends on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from community_core.base.days import Span
from community_core.base.findings import Finding, finding
from community_core.instruments.workdays import WorkdayCalendar
from community_core.rules import nodes as n
from community_core.rules.bind import Bound, bind
from community_core.rules.bind_names import DEPENDS
from community_core.rules.bounds import BoundKind
from community_core.rules.scope import Scope
from community_core.rules.terms import (
    Aggregation,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Function,
    HitPolicy,
    Output,
    Parameter,
    PythonDecision,
    Row,
)
from community_core.rules.types import BOOL, INT, list_of


@frozen
class BoundTable:
    """A table with the trees of each row's condition and outcomes."""

    table: DecisionTable
    rows: tuple[tuple[Row, n.Node, tuple[n.Node, ...]], ...]
    otherwise: tuple[Row, n.Node, tuple[n.Node, ...]] | None

    @property
    def span(self) -> Span:
        """When the table holds."""
        return self.table.span


@frozen
class BoundFunction:
    """A Python decision with the trees of its inputs."""

    decision: PythonDecision
    inputs: tuple[n.Node, ...]

    @property
    def span(self) -> Span:
        """When the decision holds."""
        return self.decision.span


def result_outputs(decision: Decision) -> tuple[Output, ...]:
    """Return the outputs as callers get them: ``collect`` makes a list, a count, or one of the outcomes' type."""
    if not isinstance(decision, DecisionTable) or decision.hit is not HitPolicy.COLLECT:
        return decision.outputs
    first = decision.outputs[0]
    if decision.aggregation is Aggregation.LIST:
        return (evolve(first, type=list_of(first.type)),)
    return (evolve(first, type=INT),) if decision.aggregation is Aggregation.COUNT else (first,)


def _bounded(node: n.Node, fact: Fact) -> n.Node:
    """The tree of a derived fact; what it comes to outside the fact's bounds is unknown, and no value."""
    tests: list[n.Node] = []
    for bound in fact.type.bounds:
        if bound.kind is BoundKind.ONE_OF:
            tests.append(n.Member(node, tuple(n.Const(value, node.type) for value in bound.value)))
        else:
            sign = ">=" if bound.kind is BoundKind.AT_LEAST else "<="
            tests.append(n.Compare(sign, node, n.Const(bound.value, node.type)))
    if not tests:
        return node
    return n.IfElse(n.And(tuple(tests)), node, n.Unknown(fact.name, node.type), node.type)


class Binding:
    """Typed trees of all decisions and derived facts.

    ``findings`` say what is wrong with any expression; what they name, and all that depends on it, is in ``broken``.
    """

    def __init__(
        self,
        *,
        facts: Iterable[Fact],
        parameters: Mapping[str, Parameter],
        decisions: Iterable[tuple[str, Decision]],
        functions: Iterable[Function],
        calendar: WorkdayCalendar,
        broken: Mapping[str, Finding],
        aliases: Mapping[str, str],
        own_facts: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.versions: dict[str, tuple[Decision, ...]] = {}
        for full, item in decisions:
            versions = [*self.versions.get(full, ()), item]
            self.versions[full] = tuple(sorted(versions, key=lambda each: each.span.start or dt.date.min))
        self.decisions: dict[str, Decision] = {full: versions[-1] for full, versions in self.versions.items()}
        shown = {full: evolve(item, outputs=result_outputs(item)) for full, item in self.decisions.items()}
        self.broken: dict[str, Finding] = dict(broken)
        self.scope = Scope(
            facts=facts,
            parameters=parameters,
            decisions=shown,
            functions=functions,
            calendar=calendar,
            aliases=aliases,
            broken=[name.removeprefix("fact ") for name in self.broken],
            own_facts=own_facts,
        )
        self.findings: tuple[Finding, ...] = ()
        self.derived: dict[str, n.Node] = {}
        self.bound: dict[str, tuple[BoundTable | BoundFunction, ...]] = {}
        self._bind_all()

    def _bind_all(self) -> None:
        found: list[Finding] = []
        for fact in self.scope.facts.values():
            if fact.derived is not None:
                bound = bind(fact.derived, self.scope, "", expected=fact.type.bare)
                found += [fault for fault in bound.findings if fault.code != DEPENDS]
                if bound.node is None:
                    self.broken[f"fact {fact.name}"] = bound.findings[0]
                else:
                    self.derived[fact.name] = _bounded(bound.node, fact)
        for full, versions in self.versions.items():
            if full in self.broken:
                continue
            faults = list(self._one_meaning(full, versions))
            results = []
            for version in versions:
                more, result = self._bind(full, version)
                faults += more
                results += [result] if result is not None else []
            found += [fault for fault in faults if fault.code != DEPENDS]
            if faults:
                self.broken[full] = faults[0]
            else:
                self.bound[full] = tuple(results)
        found += self._cycles()
        self._spread()
        self.findings = tuple(found)

    @staticmethod
    def _one_meaning(full: str, versions: tuple[Decision, ...]) -> Iterator[Finding]:
        """Each version of a decision gives the same outputs, or those who use it would not know what they get."""
        kinds = [[(output.name, output.type) for output in result_outputs(version)] for version in versions]
        for version, kind in zip(versions[1:], kinds[1:], strict=True):
            if kind != kinds[0]:
                yield finding(
                    "version-outputs",
                    f"{full} 的新旧版本结果类型不同；请另立一个判定",
                    f"the versions of {full} give different outputs; make it another decision",
                    version.origin,
                    name=full,
                )

    def _bind(self, full: str, decision: Decision) -> tuple[list[Finding], BoundTable | BoundFunction | None]:
        practice = full.rpartition(".")[0]
        if isinstance(decision, PythonDecision):
            inputs = [bind(Expression(name, decision.origin), self.scope, practice) for name in decision.inputs]
            faults = [item for bound in inputs for item in bound.findings]
            nodes = tuple(bound.node for bound in inputs if bound.node is not None)
            return faults, None if faults else BoundFunction(decision, nodes)
        faults = []
        if decision.hit is HitPolicy.COLLECT and len(decision.outputs) > 1:
            faults.append(
                finding(
                    "collect-outputs",
                    f"{full}：collect 只能有一个结果",
                    f"{full}: a table that collects has one output",
                    decision.origin,
                )
            )
        rows = []
        for row in decision.rows:
            row_faults, bound = self._bind_row(row, decision, practice)
            faults += row_faults
            rows.append(bound)
        otherwise = None
        if decision.otherwise is not None:
            row_faults, otherwise = self._bind_row(decision.otherwise, decision, practice)
            faults += row_faults
        if faults:
            return faults, None
        return [], BoundTable(decision, tuple(row for row in rows if row is not None), otherwise)

    def _bind_row(
        self, row: Row, table: DecisionTable, practice: str
    ) -> tuple[list[Finding], tuple[Row, n.Node, tuple[n.Node, ...]] | None]:
        bounds: list[Bound] = [bind(row.when, self.scope, practice, expected=BOOL)]
        if row.gap is None:
            then = dict(row.then)
            names = {output.name for output in table.outputs}
            if set(then) != names:
                wanted = ", ".join(sorted(names - {""})) or "then"
                return [
                    finding(
                        "row-outputs",
                        f"每一行要给出全部结果：{wanted}",
                        f"each row gives every output: {wanted}",
                        row.origin,
                    )
                ], None
            bounds += [bind(then[o.name], self.scope, practice, expected=o.type) for o in table.outputs]
        faults = [item for bound in bounds for item in bound.findings]
        nodes = [bound.node for bound in bounds if bound.node is not None]
        return faults, None if faults else (row, nodes[0], tuple(nodes[1:]))

    def trees(self, full: str) -> list[n.Node]:
        """Return every tree of a bound decision."""
        found: list[n.Node] = []
        for bound in self.bound.get(full, ()):
            if isinstance(bound, BoundFunction):
                found += bound.inputs
                continue
            rows = [*bound.rows, *([bound.otherwise] if bound.otherwise else [])]
            found += [tree for _, when, then in rows for tree in (when, *then)]
        return found

    def version_on(self, full: str, day: dt.date) -> BoundTable | BoundFunction | None:
        """Return the version of a sound decision that holds on *day*, or ``None``."""
        held = [version for version in self.bound[full] if version.span.holds(day)]
        return held[-1] if held else None

    def needs(self, full: str) -> tuple[list[str], list[str], list[str]]:
        """Return the decisions, parameters and facts that a decision names itself, derived facts' own included."""
        return self.named(self.trees(full))

    def named(self, trees: Iterable[n.Node]) -> tuple[list[str], list[str], list[str]]:
        """Return the decisions, parameters and facts that *trees* name, derived facts' own included."""
        decisions: dict[str, None] = {}
        parameters: dict[str, None] = {}
        facts: dict[str, None] = {}
        queue = list(trees)
        while queue:
            for node in n.walk(queue.pop(0)):
                if isinstance(node, n.DecisionRef):
                    decisions[node.term] = None
                elif isinstance(node, (n.ParamRef, n.Lookup)):
                    parameters[node.term] = None
                elif isinstance(node, n.Members):
                    inside = self.named(node.inside)
                    parameters.update(dict.fromkeys(inside[1]))
                elif isinstance(node, (n.FactRef, n.Derived)) and node.name not in facts:
                    facts[node.name] = None
                    if node.name in self.derived:
                        queue.append(self.derived[node.name])
        return list(decisions), list(parameters), list(facts)

    def _cycles(self) -> list[Finding]:
        found = []
        edges: dict[str, list[str]] = {full: self.needs(full)[0] for full in self.bound}
        for name, tree in self.derived.items():
            named = [node.name for node in n.walk(tree) if isinstance(node, n.FactRef)]
            edges[f"fact {name}"] = [f"fact {other}" for other in named if other in self.derived]
        for full in edges:
            circle = _circle(full, edges)
            if circle:
                declared = self.decisions.get(full) or self.scope.facts[full.removeprefix("fact ")]
                way = " → ".join(name.removeprefix("fact ") for name in circle)
                fault = finding(
                    "cycle",
                    f"{full} 依赖自己：{way}；请断开其中一处",
                    f"{full} depends on itself: {way}; break the circle at one place",
                    declared.origin,
                )
                found.append(fault)
                self.broken[full] = fault
        for full in [name for name in self.bound if name in self.broken]:
            del self.bound[full]
        for full in [name for name in self.derived if f"fact {name}" in self.broken]:
            del self.derived[full]
        return found

    def _spread(self) -> None:
        """Make unavailable whatever depends on something broken."""
        changed = True
        while changed:
            changed = False
            for full in list(self.bound):
                decisions, parameters, facts = self.needs(full)
                needed = [*decisions, *parameters, *(f"fact {name}" for name in facts)]
                bad = next((name for name in needed if name in self.broken), None)
                if bad is not None:
                    cause = self.broken[bad]
                    self.broken[full] = finding(
                        DEPENDS,
                        f"{full} 依赖有问题的 {bad}：{cause.message.zh}",
                        f"{full} depends on {bad}, which is broken: {cause.message.en}",
                        cause.origin,
                    )
                    del self.bound[full]
                    changed = True

    def reach_of(self, full: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the decisions and parameters that a decision leads to, itself included."""
        decisions: dict[str, None] = {}
        parameters: dict[str, None] = {}
        queue = [full]
        while queue:
            name = queue.pop()
            if name in decisions:
                continue
            decisions[name] = None
            more, used, _ = self.needs(name)
            queue += more
            parameters.update(dict.fromkeys(used))
        return tuple(decisions), tuple(parameters)

    def reach(self, trees: Iterable[n.Node]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the full names of decisions and parameters, and the facts, that *trees* lead to, all the way down."""
        looked = list(trees)
        decisions, parameters, facts = map(dict.fromkeys, self.named(looked))
        for full in list(decisions):
            more, used = self.reach_of(full)
            decisions.update(dict.fromkeys(more))
            parameters.update(dict.fromkeys(used))
        for full in decisions:
            facts.update(dict.fromkeys(self.needs(full)[2]))
        facts.update(dict.fromkeys(_of_members(self._below(looked, decisions, facts))))
        for name in list(parameters):
            per = self.scope.parameters[name].per
            if per:
                facts[per] = None
        return tuple(decisions), tuple(parameters), tuple(facts)

    def words(self, trees: Iterable[n.Node]) -> frozenset[str]:
        """Return the words of the vocabulary that *trees* call, all the way down."""
        looked = list(trees)
        decisions, _, facts = self.reach(looked)
        return frozenset(n.called(self._below(looked, decisions, facts)))

    def _below(self, trees: Iterable[n.Node], decisions: Iterable[str], facts: Iterable[str]) -> list[n.Node]:
        """Return *trees* with those of the decisions and derived facts that they lead to."""
        inside = [tree for full in decisions for tree in self.trees(full)]
        return [*trees, *inside, *(self.derived[name] for name in facts if name in self.derived)]


def _circle(start: str, edges: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest way from a term back to itself, both ends included; nothing where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for name in edges.get(way[-1], ()):
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _of_members(trees: Iterable[n.Node]) -> Iterator[str]:
    """Yield the facts of members that *trees* look at; they are no facts of the trees' own subject."""
    for tree in trees:
        for node in n.walk(tree):
            if isinstance(node, n.Members):
                yield from (name for name, _ in node.facts)
                yield from _of_members(node.inside)
