"""The engine: binds every expression once, makes plans for a day, decides; it loads nothing and composes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.base.errors import UnknownTerm
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ParameterUse, json_value
from community_core.rules.bind import DEPENDS, Bound, bind
from community_core.rules.codegen import Values, compile_values
from community_core.rules.fold import Folding
from community_core.rules.interpret import Surroundings, unknown_leaves
from community_core.rules.plan import (
    BoundRow,
    BrokenPlan,
    FunctionPlan,
    Plan,
    TablePlan,
    part_values,
)
from community_core.rules.scope import Ambiguous, Names, Scope
from community_core.rules.terms import (
    Aggregation,
    DatedValue,
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
from community_core.rules.types import BOOL, INT, ValueType, list_of
from community_core.rules.vocabulary import inner, outer

_PLANS = 4096


@frozen
class Evaluated:
    """What an expression of a procedure came to: its value (``None`` while unknown), what is missing, what it used."""

    value: Any
    missing: tuple[str, ...] = ()
    uses: tuple[ParameterUse, ...] = ()
    type: ValueType = BOOL
    findings: tuple[Finding, ...] = ()


@frozen
class _Prepared:
    """An expression of a procedure, bound and compiled for one day's values."""

    bound: n.Node
    folded: n.Node
    compute: Values
    facts: tuple[Fact, ...]
    parts: tuple[tuple[str, Plan], ...]
    uses: tuple[ParameterUse, ...]


@frozen
class _BoundTable:
    table: DecisionTable
    rows: tuple[tuple[Row, n.Node, tuple[n.Node, ...]], ...]
    otherwise: tuple[Row, n.Node, tuple[n.Node, ...]] | None


@frozen
class _BoundFunction:
    decision: PythonDecision
    inputs: tuple[n.Node, ...]


def value_on(parameter: Parameter, day: dt.date) -> DatedValue | None:
    """Return the value of *parameter* that holds on *day*: the latest begun of those whose span holds it."""
    held = [item for item in parameter.history if item.span.holds(day)]
    return max(held, key=lambda item: item.span.start or dt.date.min, default=None)


def result_outputs(decision: Decision) -> tuple[Output, ...]:
    """Return the outputs as callers get them: ``collect`` makes a list, a count, or one of the outcomes' type."""
    if not isinstance(decision, DecisionTable) or decision.hit is not HitPolicy.COLLECT:
        return decision.outputs
    first = decision.outputs[0]
    if decision.aggregation is Aggregation.LIST:
        return (evolve(first, type=list_of(first.type)),)
    return (evolve(first, type=INT),) if decision.aggregation is Aggregation.COUNT else (first,)


class Engine:
    """Rules ready to decide.

    Args:
        facts: every fact, by one name space.
        parameters: parameters with their whole histories, by full name.
        decisions: decisions by full name; every row with its own citation.
        functions: the words that plugins add.
        broken: full names that are unavailable, and why.
        aliases: full names of decisions that another one replaces, and its full name.
        digest: the hash of the rules, given with every answer.
        standings: the standing of a practice's terms where they give none themselves, by practice.

    ``findings`` holds what is wrong with any expression; what they name, and all that depends on it, is unavailable.
    """

    def __init__(
        self,
        *,
        facts: Iterable[Fact] = (),
        parameters: Mapping[str, Parameter] | None = None,
        decisions: Mapping[str, Decision] | None = None,
        functions: Iterable[Function] = (),
        broken: Mapping[str, Finding] | None = None,
        aliases: Mapping[str, str] | None = None,
        digest: str = "",
        standings: Mapping[str, Standing] | None = None,
    ) -> None:
        shown = {full: evolve(item, outputs=result_outputs(item)) for full, item in (decisions or {}).items()}
        self.decisions: dict[str, Decision] = dict(decisions or {})
        self.broken: dict[str, Finding] = dict(broken or {})
        self.scope = Scope(
            facts=facts,
            parameters=parameters,
            decisions=shown,
            functions=functions,
            aliases=aliases,
            broken=self.broken_terms,
        )
        self.digest = digest
        self._standings = dict(standings or {})
        self._names = Names([*self.decisions, *(name for name in self.broken if name not in self.decisions)])
        self._aliases = dict(aliases or {})
        self.findings: tuple[Finding, ...] = ()
        self._derived: dict[str, n.Node] = {}
        self._bound: dict[str, _BoundTable | _BoundFunction] = {}
        self._bind_all()
        self._plans: dict[tuple[str, dt.date], Plan] = {}
        self._segments: dict[tuple[Any, ...], Plan] = {}
        self._full: dict[str, str] = {}
        self._prepared: dict[tuple[Any, ...], _Prepared | tuple[Finding, ...]] = {}
        self._kept: list[Any] = []
        self._naming_zh = self._names_zh()

    @property
    def broken_terms(self) -> tuple[str, ...]:
        """The full names of terms whose declaration is broken; facts without their practice."""
        return tuple(name.removeprefix("fact ") for name in self.broken)

    # -- binding ---------------------------------------------------------------------------------------------------

    def _bind_all(self) -> None:
        found: list[Finding] = []
        for fact in self.scope.facts.values():
            if fact.derived is not None:
                bound = bind(fact.derived, self.scope, "", expected=fact.type)
                found += [fault for fault in bound.findings if fault.code != DEPENDS]
                if bound.node is None:
                    self.broken[f"fact {fact.name}"] = bound.findings[0]
                else:
                    self._derived[fact.name] = bound.node
        for full, decision in self.decisions.items():
            if full in self.broken:
                continue
            faults, result = self._bind(full, decision)
            found += [fault for fault in faults if fault.code != DEPENDS]
            if faults or result is None:
                self.broken[full] = faults[0]
            else:
                self._bound[full] = result
        found += self._cycles()
        self._spread()
        self.findings = tuple(found)

    def _bind(self, full: str, decision: Decision) -> tuple[list[Finding], _BoundTable | _BoundFunction | None]:
        practice = full.rpartition(".")[0]
        if isinstance(decision, PythonDecision):
            inputs = [bind(Expression(name, decision.origin), self.scope, practice) for name in decision.inputs]
            faults = [item for bound in inputs for item in bound.findings]
            nodes = tuple(bound.node for bound in inputs if bound.node is not None)
            return faults, None if faults else _BoundFunction(decision, nodes)
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
        return [], _BoundTable(decision, tuple(row for row in rows if row is not None), otherwise)

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

    def _trees(self, full: str) -> list[n.Node]:
        bound = self._bound.get(full)
        if isinstance(bound, _BoundFunction):
            return list(bound.inputs)
        if bound is None:
            return []
        rows = [*bound.rows, *([bound.otherwise] if bound.otherwise else [])]
        return [tree for _, when, then in rows for tree in (when, *then)]

    def _needs(self, full: str) -> tuple[list[str], list[str], list[str]]:
        """The decisions, parameters and facts that a decision names itself, derived facts' own included."""
        return self._named(self._trees(full))

    def _named(self, trees: Iterable[n.Node]) -> tuple[list[str], list[str], list[str]]:
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
                elif isinstance(node, (n.FactRef, n.Derived)) and node.name not in facts:
                    facts[node.name] = None
                    if node.name in self._derived:
                        queue.append(self._derived[node.name])
        return list(decisions), list(parameters), list(facts)

    def _cycles(self) -> list[Finding]:
        found = []
        edges: dict[str, list[str]] = {full: self._needs(full)[0] for full in self._bound}
        for name, tree in self._derived.items():
            named = [node.name for node in n.walk(tree) if isinstance(node, n.FactRef)]
            edges[f"fact {name}"] = [f"fact {other}" for other in named if other in self._derived]
        for full, direct in edges.items():
            seen: set[str] = set()
            queue = list(direct)
            while queue:
                name = queue.pop()
                if name not in seen:
                    seen.add(name)
                    queue += edges.get(name, [])
            if full in seen:
                declared = self.decisions.get(full) or self.scope.facts[full.removeprefix("fact ")]
                fault = finding(
                    "cycle",
                    f"{full} 直接或间接地依赖自己",
                    f"{full} depends on itself, directly or through others",
                    declared.origin,
                )
                found.append(fault)
                self.broken[full] = fault
        for full in [name for name in self._bound if name in self.broken]:
            del self._bound[full]
        for full in [name for name in self._derived if f"fact {name}" in self.broken]:
            del self._derived[full]
        return found

    def _spread(self) -> None:
        """Make unavailable whatever depends on something broken."""
        changed = True
        while changed:
            changed = False
            for full in list(self._bound):
                decisions, parameters, facts = self._needs(full)
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
                    del self._bound[full]
                    changed = True

    # -- names -----------------------------------------------------------------------------------------------------

    def full_name(self, term: str) -> str:
        """Return the full name of the decision that *term* means.

        Raises:
            UnknownTerm: if there is none, or several.
        """
        try:
            full = self._names.find(term)
        except Ambiguous as several:
            names = "、".join(several.names)
            raise UnknownTerm(
                Label(
                    f"{term!r} 可以指 {names}；请写全名",
                    f"{term!r} could be {', '.join(several.names)}; write the full name",
                )
            ) from None
        if full is None:
            near = ", ".join(self._names.near(term)) or ", ".join(sorted(self.decisions)[:8])
            raise UnknownTerm(
                Label(f"没有叫 {term!r} 的判定表；有：{near}", f"no decision is called {term!r}; there are: {near}")
            )
        return self._aliases.get(full, full)

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how things are called in *lang*: by label in Chinese, by identifier otherwise."""
        return self._naming_zh if lang == "zh" else lambda _kind, name: name.rpartition(".")[2]

    def shown_zh(self, value: Any) -> str:
        """Return a value as a Chinese reader names it: by its label where it has one."""
        if value is None:
            return "未知"
        if isinstance(value, bool):
            return "是" if value else "否"
        plain = json_value(value)
        if isinstance(plain, list):
            return "、".join(self.shown_zh(item) for item in plain)
        return self._naming_zh("value", plain) if isinstance(plain, str) else str(plain)

    def _names_zh(self) -> Callable[[str, str], str]:
        labels: dict[tuple[str, str], str] = {}
        for fact in self.scope.facts.values():
            labels[("fact", fact.name)] = fact.label.zh
            labels.update({("value", value): label.zh for value, label in fact.labels})
        for full, parameter in self.scope.parameters.items():
            labels[("parameter", full)] = parameter.label.zh
        for full, decision in self.decisions.items():
            labels[("decision", full)] = decision.title.zh
            for output in decision.outputs:
                labels.update({("value", value): label.zh for value, label in output.labels})

        def naming(kind: str, name: str) -> str:
            return labels.get((kind, name)) or (name if kind == "value" else name.rpartition(".")[2])

        return naming

    def use(self, term: str, day: dt.date, key: str = "") -> ParameterUse | None:
        """Return the value of the parameter with the full name *term* on *day*; ``None`` while it is open.

        With *key*, the entry of a table-valued parameter under it.
        """
        parameter = self.scope.parameters[term]
        held = value_on(parameter, day)
        if held is None:
            return None
        value = dict(held.value).get(key) if key else held.value
        if value is None:
            return None
        return ParameterUse(
            term=term,
            value=value,
            type=parameter.type,
            standing=held.standing,
            since=held.span.start,
            setter=held.setter,
            key=key,
            label=parameter.label,
            cite=held.cite or parameter.cite,
            origin=held.origin,
        )

    def parameter(self, term: str, *, on: dt.date) -> ParameterUse | None:
        """Return the value of a parameter by any name of it.

        Raises:
            UnknownTerm: if there is no such parameter, or several.
        """
        names = Names(self.scope.parameters)
        try:
            full = names.find(term)
        except Ambiguous as several:
            listed = ", ".join(several.names)
            raise UnknownTerm(Label(f"{term!r} 可以指 {listed}；请写全名", f"{term!r} could be {listed}")) from None
        if full is None:
            near = ", ".join(names.near(term))
            raise UnknownTerm(Label(f"没有叫 {term!r} 的参数 {near}", f"no parameter is called {term!r} {near}"))
        return self.use(full, on)

    # -- plans -----------------------------------------------------------------------------------------------------

    def decide(self, term: str, subject: Any, *, on: dt.date) -> Answer:
        """Return the answer of the decision *term* for *subject* on the day *on*.

        *subject* is a mapping from fact name to value (missing or ``None``: unknown), or an entity of the model.

        Raises:
            UnknownTerm: if there is no such decision.
            FactError: if a given fact does not fit its declaration.
        """
        plan = self._plans.get((term, on))
        if plan is None:
            plan = self.plan(term, on)
        return plan.answer(subject, on)

    def plan(self, term: str, on: dt.date, given: Mapping[str, Any] | None = None) -> Plan:
        """Return the plan of the decision *term* for the parameter values of the day *on*.

        *given* are facts that are the same for every subject; they are put into the plan.

        Raises:
            UnknownTerm: if there is no such decision.
        """
        full = self.full_name(term)
        if given:
            return self._build(full, on, given)
        decisions, parameters = self._reach(full)
        del decisions
        held = tuple(value_on(self.scope.parameters[name], on) for name in parameters)
        segment = (full, tuple(id(item) for item in held))
        plan = self._segments.get(segment)
        if plan is None:
            plan = self._segments[segment] = self._build(full, on, {})
            self._kept.append(held)
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        self._plans[(term, on)] = plan
        return plan

    def _reach(self, full: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        decisions: dict[str, None] = {}
        parameters: dict[str, None] = {}
        queue = [full]
        while queue:
            name = queue.pop()
            if name in decisions:
                continue
            decisions[name] = None
            more, used, _ = self._needs(name)
            queue += more
            parameters.update(dict.fromkeys(used))
        return tuple(decisions), tuple(parameters)

    def reach(self, trees: Iterable[n.Node]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the full names of decisions and parameters, and the facts, that *trees* lead to, all the way down."""
        decisions, parameters, facts = map(dict.fromkeys, self._named(trees))
        for full in list(decisions):
            more, used = self._reach(full)
            decisions.update(dict.fromkeys(more))
            parameters.update(dict.fromkeys(used))
        for full in decisions:
            facts.update(dict.fromkeys(self._needs(full)[2]))
        for name in list(parameters):
            per = self.scope.parameters[name].per
            if per:
                facts[per] = None
        return tuple(decisions), tuple(parameters), tuple(facts)

    def _folding(self, parameters: Iterable[str], on: dt.date, given: Mapping[str, Any]) -> Folding:
        values = {}
        for name in parameters:
            held = value_on(self.scope.parameters[name], on)
            values[name] = None if held is None else held.value
        return Folding(values, given, self._derived, self.scope.words)

    def _build(self, full: str, on: dt.date, given: Mapping[str, Any]) -> Plan:
        bound = self._bound.get(full)
        if bound is None:
            cause = self.broken[full]
            declared = self.decisions.get(full)
            title = declared.title if declared is not None else Label()
            return BrokenPlan(full, title, self.digest, cause)
        decisions, parameters, names = self._needs(full)
        folding = self._folding(parameters, on, given)
        facts = tuple(self.scope.facts[name] for name in names if name not in given)
        parts = tuple((name, self._build(name, on, given) if given else self.plan(name, on)) for name in decisions)
        practice = full.rpartition(".")[0]
        usual = self._standings.get(practice, Standing.IN_FORCE)
        if isinstance(bound, _BoundFunction):
            return FunctionPlan(
                term=full,
                title=bound.decision.title,
                digest=self.digest,
                decision=bound.decision,
                outputs=bound.decision.outputs,
                facts=facts,
                parts=parts,
                inputs=bound.inputs,
                folded=tuple(folding.fold(tree) for tree in bound.inputs),
                standing=bound.decision.standing or usual,
                words=self.scope.words,
                names=self,
            )

        def made(item: tuple[Row, n.Node, tuple[n.Node, ...]]) -> BoundRow:
            row, when, then = item
            standing = row.standing or bound.table.standing or usual
            filled = evolve(row, cite=row.cite or bound.table.cite)
            return BoundRow(
                filled, when, folding.fold(when), then, tuple(folding.fold(tree) for tree in then), standing
            )

        return TablePlan(
            term=full,
            title=bound.table.title,
            digest=self.digest,
            table=bound.table,
            outputs=result_outputs(bound.table),
            facts=facts,
            parts=parts,
            rows=tuple(made(item) for item in bound.rows),
            otherwise=made(bound.otherwise) if bound.otherwise else None,
            words=self.scope.words,
            names=self,
        )

    # -- expressions of procedures ---------------------------------------------------------------------------------

    def bind_expression(
        self,
        expression: Expression,
        *,
        practice: str,
        fields: Mapping[str, ValueType],
        guard: bool = False,
        expected: ValueType | None = None,
    ) -> Bound:
        """Bind an expression of a procedure: *fields* come first, then facts, parameters and decisions."""
        return bind(expression, self.scope, practice, fields=fields, guard=guard, expected=expected)

    def evaluate(
        self,
        expression: Expression,
        *,
        practice: str,
        fields: Mapping[str, ValueType],
        values: Mapping[str, Any],
        on: dt.date,
        guard: bool = False,
    ) -> Evaluated:
        """Evaluate an expression of a procedure against *values* of its fields (and facts) on the day *on*.

        Parameters have the value of that day. An expression that is broken gives its findings and no value.

        Raises:
            FactError: if a value does not fit its field's type.
        """
        key = (expression.text, practice, id(fields), on, guard)
        prepared = self._prepared.get(key)
        if prepared is None:
            if len(self._prepared) >= _PLANS:
                self._prepared.clear()
                self._kept.clear()
            prepared = self._prepared[key] = self._prepare(expression, practice, fields, on, guard)
            # Kept so that its id stays its own as long as the entry lives.
            self._kept.append(fields)
        if isinstance(prepared, tuple):
            return Evaluated(None, findings=prepared)
        answers = {term: plan.answer_for(values.get, on) for term, plan in prepared.parts}
        decided = part_values(answers)
        value = prepared.compute(values.get, on, decided)[0]
        kind = prepared.bound.type
        if value is not None:
            return Evaluated(outer(kind, value), uses=prepared.uses, type=kind)
        known = {fact.name: inner(fact.type, values.get(fact.name)) for fact in prepared.facts}
        missing: list[str] = []
        for leaf in unknown_leaves(prepared.folded, Surroundings(known, decided, on, self.scope.words)):
            if isinstance(leaf, n.FactRef):
                missing.append(leaf.name)
            elif isinstance(leaf, n.Unknown):
                missing.append(leaf.ask.rpartition(".")[2])
            elif isinstance(leaf, n.DecisionRef):
                missing += answers[leaf.term].ask or (leaf.term,)
        return Evaluated(None, tuple(dict.fromkeys(missing)), prepared.uses, kind)

    def _prepare(
        self, expression: Expression, practice: str, fields: Mapping[str, ValueType], on: dt.date, guard: bool
    ) -> _Prepared | tuple[Finding, ...]:
        bound = self.bind_expression(expression, practice=practice, fields=fields, guard=guard)
        if bound.node is None:
            return bound.findings
        decisions, parameters, names = self._named([bound.node])
        bad = next((self.broken[name] for name in (*decisions, *parameters) if name in self.broken), None)
        if bad is not None:
            return (bad,)
        folded = self._folding(parameters, on, {}).fold(bound.node)
        facts = tuple(Fact(name, fields[name]) if name in fields else self.scope.facts[name] for name in names)
        compute = compile_values(facts, [folded], self.scope.words)
        uses = tuple(use for name in parameters if (use := self._use_whole(name, on)) is not None)
        parts = tuple((name, self.plan(name, on)) for name in decisions)
        return _Prepared(bound.node, folded, compute, facts, parts, uses)

    def _use_whole(self, name: str, on: dt.date) -> ParameterUse | None:
        return None if self.scope.parameters[name].per else self.use(name, on)
