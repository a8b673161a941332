"""The engine: binds every expression once, makes plans for a day, decides; it loads nothing and composes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.base.compiled import Compiled
from community_core.base.errors import UnknownTerm
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.made import quickly_made
from community_core.base.ranks import Standing
from community_core.instruments.workdays import WorkdayCalendar
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ParameterUse
from community_core.rules.bind import Bound, bind
from community_core.rules.binding import Binding, BoundFunction, BoundTable, result_outputs
from community_core.rules.codegen import Values, compile_values
from community_core.rules.flow import Ready
from community_core.rules.fold import Folding
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.interpret import Surroundings, failures, unknown_leaves
from community_core.rules.naming import Naming, output_name
from community_core.rules.parts import BoundRow, part_values
from community_core.rules.parts import Names as PlanNames
from community_core.rules.pattern import Status
from community_core.rules.plan import (
    BrokenPlan,
    Plan,
    TablePlan,
)
from community_core.rules.scope import PUBLISHED, Names
from community_core.rules.terms import (
    AsOf,
    DatedValue,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Function,
    Output,
    Parameter,
    Row,
)
from community_core.rules.types import BOOL, ValueType
from community_core.rules.vocabulary import inner, outer

_PLANS = 4096


@quickly_made
@frozen(weakref_slot=False)
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
class _Days:
    """The day of the case (of the question) and the day of the step: what is dated is read on one or the other."""

    case: dt.date
    step: dt.date

    def of(self, item: Parameter | Decision) -> dt.date:
        """Return the day on which *item* is read."""
        return self.step if item.as_of is AsOf.STEP else self.case


@frozen
class _NamesAt:
    """The names of an engine, with the parameters that are read on the day of a step as they are then."""

    engine: Engine
    days: _Days

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """See :meth:`Engine.naming`."""
        return self.engine.naming(lang)

    def text(self, tree: n.Node, lang: str) -> str:
        """See :meth:`Naming.text`."""
        return self.engine.text(tree, lang)

    def shown_zh(self, value: Any, of: n.Node | None = None) -> str:
        """See :meth:`Engine.shown_zh`."""
        return self.engine.shown_zh(value, of)

    def use(self, term: str, day: dt.date, key: str = "") -> ParameterUse | None:  # noqa: ARG002 - the days are known
        """See :meth:`Engine.use`."""
        return self.engine.use(term, self.days.of(self.engine.scope.parameters[term]), key)


def value_on(parameter: Parameter, day: dt.date) -> DatedValue | None:
    """Return the value of *parameter* that holds on *day*: the latest begun of those whose span holds it."""
    held = [item for item in parameter.history if item.span.holds(day)]
    return max(held, key=lambda item: item.span.start or dt.date.min, default=None)


class Engine(Compiled):
    """Rules ready to decide.

    Args:
        facts: every fact, by one name space.
        parameters: parameters with their whole histories, by full name.
        decisions: decisions by full name, each version with its span; every row with its own citation.
        functions: the words that plugins add.
        calendar: the working days that expressions count.
        broken: full names that are unavailable, and why.
        aliases: full names of decisions that another one replaces, and its full name.
        digest: the hash of the rules, given with every answer.
        own_facts: the facts that each practice declares: there the bare name is the fact's, whoever else has the name.
        standings: the standing of a practice's terms where they give none themselves, by practice.

    ``findings`` holds what is wrong with any expression; what they name, and all that depends on it, is unavailable.
    """

    def __init__(
        self,
        *,
        facts: Iterable[Fact] = (),
        parameters: Mapping[str, Parameter] | None = None,
        decisions: Mapping[str, Decision] | Iterable[tuple[str, Decision]] = (),
        functions: Iterable[Function] = (),
        calendar: WorkdayCalendar = PUBLISHED,
        broken: Mapping[str, Finding] | None = None,
        aliases: Mapping[str, str] | None = None,
        digest: str = "",
        standings: Mapping[str, Standing] | None = None,
        own_facts: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.binding = Binding(
            facts=facts,
            parameters=parameters or {},
            decisions=decisions.items() if isinstance(decisions, Mapping) else decisions,
            functions=functions,
            calendar=calendar,
            broken=broken or {},
            aliases=aliases or {},
            own_facts=own_facts,
        )
        self.scope = self.binding.scope
        self.digest = digest
        self.names = Naming(self.scope, self.binding.decisions)
        self._standings = dict(standings or {})
        unread = [name for name in self.broken if name not in self.decisions]
        self._decision_names = Names([*self.decisions, *unread])
        self._aliases = dict(aliases or {})
        self._plans: dict[tuple[str, dt.date], Plan] = {}
        self._ready: dict[dt.date, dict[str, Ready]] = {}
        self._with_given: dict[tuple[Any, ...], Plan] = {}
        self._later: dict[tuple[str, _Days], Plan] = {}
        self._segments: dict[tuple[Any, ...], Plan] = {}
        self._prepared: dict[tuple[Any, ...], _Prepared | tuple[Finding, ...]] = {}
        self._kept: list[Any] = []

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The decisions by full name."""
        return self.binding.decisions

    @property
    def broken(self) -> Mapping[str, Finding]:
        """What is unavailable, and why, by full name; a fact as ``fact`` and its name."""
        return self.binding.broken

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with any expression."""
        return self.binding.findings

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how things are called in *lang*."""
        return self.names.naming(lang)

    def text(self, tree: n.Node, lang: str) -> str:
        """Return an expression as a reader in *lang* sees it."""
        return self.names.text(tree, lang)

    def shown_zh(self, value: Any, of: n.Node | None = None) -> str:
        """Return a value, such as that *of* a term, as a Chinese reader names it."""
        return self.names.shown_zh(value, of)

    # -- names -----------------------------------------------------------------------------------------------------

    def full_name(self, term: str) -> str:
        """Return the full name of the decision that *term* means.

        Raises:
            UnknownTerm: if there is none, or several.
        """
        full = self._decision_names.one(term)
        if full is None:
            near = ", ".join(self._decision_names.near(term)) or ", ".join(sorted(self.decisions)[:8])
            raise UnknownTerm(
                Label(f"没有叫 {term!r} 的判定表；有：{near}", f"no decision is called {term!r}; there are: {near}")
            )
        return self._aliases.get(full, full)

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
            labels=tuple(self.names.labels("parameter", term, parameter.type).items()),
        )

    def parameter(self, term: str, *, on: dt.date) -> ParameterUse | None:
        """Return the value of a parameter by any name of it; ``None`` while it is open, or where what is set is faulty.

        Raises:
            UnknownTerm: if there is no such parameter, or several.
        """
        names = self.scope.parameter_names
        full = names.one(term)
        if full is None:
            near = ", ".join(names.near(term))
            raise UnknownTerm(Label(f"没有叫 {term!r} 的参数 {near}", f"no parameter is called {term!r} {near}"))
        why = self.broken.get(full)
        return None if why is not None and why.level == "error" else self.use(full, on)

    # -- plans -----------------------------------------------------------------------------------------------------

    def decide(self, term: str, subject: Any, *, on: dt.date) -> Answer:
        """Return the answer of the decision *term* for *subject* on the day *on*.

        *subject* is a mapping from fact name to value (missing or ``None``: unknown), or an entity of the model.

        Raises:
            UnknownTerm: if there is no such decision.
            FactError: if a given fact does not fit its declaration.
            TypeError: if *on* is no day, or *subject* nothing that has facts.
        """
        try:
            ready = self._ready[on][term]
        except KeyError:
            # Kept as long as the plan of the day is: one dictionary is emptied with the other.
            ready = self.plan(term, on).ready
            self._ready.setdefault(on, {})[term] = ready
        return ready(subject, on)

    def plan(
        self, term: str, on: dt.date, given: Mapping[str, Any] | None = None, *, step: dt.date | None = None
    ) -> Plan:
        """Return the plan of the decision *term* for the parameter values of the day *on*.

        *given* are facts that are the same for every subject; they are put into the plan of a decision that reads one
        of them, and into no other. For a case, *on* is the day
        it opened and *step* the day of the step, on which what is declared so is read.

        Raises:
            UnknownTerm: if there is no such decision.
            TypeError: if *on* is no day, such as a text or a moment.
        """
        if type(on) is not dt.date:
            raise TypeError(f"the day of a question is a datetime.date, not {on!r}; of a moment take its date()")
        full = self.full_name(term)
        days = _Days(on, step or on)
        if days.step != days.case:
            return self._stepped(full, days)
        usual = self._usual(full, on)
        known = tuple((fact.name, given[fact.name]) for fact in usual.reads if fact.name in given) if given else ()
        return self._given(full, days, known) if known else usual

    def _given(self, full: str, days: _Days, known: tuple[tuple[str, Any], ...]) -> Plan:
        """The plan of a decision into which the facts *known*, which it reads, are put."""
        key = (full, days.case, known)
        try:
            plan = self._with_given.get(key)
        except TypeError:  # members are mappings, which no key can hold
            return self._build(full, days, dict(known))
        if plan is None:
            if len(self._with_given) >= _PLANS:
                self._with_given.clear()
            plan = self._with_given[key] = self._build(full, days, dict(known))
        return plan

    def _usual(self, full: str, on: dt.date) -> Plan:
        """The plan of a decision on a day on which nothing is given for all, kept for all days with its values."""
        kept = self._plans.get((full, on))
        if kept is not None:
            return kept
        days = _Days(on, on)
        reached, parameters = self.binding.reach_of(full)
        versions = [self.binding.version_on(name, on) for name in reached if name in self.binding.bound]
        held = tuple(value_on(self.scope.parameters[name], on) for name in parameters)
        segment = (full, tuple(map(id, versions)), tuple(map(id, held)))
        plan = self._segments.get(segment)
        if plan is None:
            plan = self._segments[segment] = self._build(full, days, {})
        if len(self._plans) >= _PLANS:
            self._plans.clear()
            self._ready.clear()
        self._plans[(full, on)] = plan
        return plan

    def _stepped(self, full: str, days: _Days) -> Plan:
        """The plan of a decision as a case reads it on a later day than the one it opened on."""
        key = (full, days)
        plan = self._later.get(key)
        if plan is None:
            if len(self._later) >= _PLANS:
                self._later.clear()
            declared = self.decisions.get(full)
            own = days.step if declared is not None and declared.as_of is AsOf.STEP else None
            plan = self._later[key] = self._build(full, _Days(own, own) if own else days, {}, own)
        return plan

    def _folding(self, parameters: Iterable[str], days: _Days, given: Mapping[str, Any]) -> Folding:
        values = {}
        for name in parameters:
            parameter = self.scope.parameters[name]
            held = value_on(parameter, days.of(parameter))
            values[name] = None if held is None else held.value
        return Folding(values, given, self.binding.derived, self.scope.words)

    def _build(self, full: str, days: _Days, given: Mapping[str, Any], own: dt.date | None = None) -> Plan:
        """The plan as of *days*; *own* is the day that counts for it whatever it is asked on."""
        on = days.case
        names_at: PlanNames = self if days.case == days.step else _NamesAt(self, days)
        if full not in self.binding.bound:
            cause = self.broken[full]
            declared = self.decisions.get(full)
            title = declared.title if declared is not None else Label()
            return BrokenPlan(full, title, self.digest, cause)
        bound = self.binding.version_on(full, on)
        if bound is None:
            # Not in force on that day: a table without rows covers nobody.
            bound = BoundTable(DecisionTable(full, self.decisions[full].outputs, ()), (), None)
        decisions, parameters, names = self.binding.needs(full)
        folding = self._folding(parameters, days, given)
        facts = tuple(self.scope.facts[name] for name in names if name not in given)
        parts = tuple((name, self.plan(name, on, given, step=days.step)) for name in decisions)
        practice = full.rpartition(".")[0]
        usual = self._standings.get(practice, Standing.IN_FORCE)
        if isinstance(bound, BoundFunction):
            return FunctionPlan(
                term=full,
                title=bound.decision.title,
                digest=self.digest,
                decision=bound.decision,
                outputs=self._labelled(full, bound.decision),
                facts=facts,
                parts=parts,
                inputs=bound.inputs,
                folded=tuple(folding.fold(tree) for tree in bound.inputs),
                standing=bound.decision.standing or usual,
                words=self.scope.words,
                names=names_at,
                day=own,
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
            outputs=self._labelled(full, bound.table),
            facts=facts,
            parts=parts,
            rows=tuple(made(item) for item in bound.rows),
            otherwise=made(bound.otherwise) if bound.otherwise else None,
            words=self.scope.words,
            names=names_at,
            day=own,
        )

    def _labelled(self, full: str, decision: Decision) -> tuple[Output, ...]:
        """The outputs of a decision as callers get them, with what their values are called."""

        def labels(output: Output) -> tuple[tuple[str, Label], ...]:
            usual = self.names.labels("decision", output_name(full, output.name), output.type)
            return tuple({**usual, **dict(output.labels)}.items())

        return tuple(evolve(output, labels=labels(output)) for output in result_outputs(decision))

    def reach(self, trees: Iterable[n.Node]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the full names of decisions and parameters, and the facts, that *trees* lead to, all the way down."""
        return self.binding.reach(trees)

    def words(self, trees: Iterable[n.Node]) -> frozenset[str]:
        """Return the words of the vocabulary that *trees* call, all the way down."""
        return self.binding.words(trees)

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
        step: dt.date | None = None,
        guard: bool = False,
    ) -> Evaluated:
        """Evaluate an expression of a procedure against *values* of its fields (and facts).

        What is dated is read on the day *on*, on which the case opened, or where it is declared ``as_of: step`` on the
        day *step*. An expression that is broken, or rests on a plugin's word that fails, gives findings and no value.

        Raises:
            FactError: if a value does not fit its field's type.
        """
        key = (expression.text, practice, id(fields), on, step, guard)
        prepared = self._prepared.get(key)
        if prepared is None:
            if len(self._prepared) >= _PLANS:
                self._prepared.clear()
                self._kept.clear()
            prepared = self._prepare(expression, practice, fields, _Days(on, step or on), guard)
            self._prepared[key] = prepared
            # Kept so that its id stays its own as long as the entry lives.
            self._kept.append(fields)
        if isinstance(prepared, tuple):
            return Evaluated(None, findings=prepared)
        answers: Mapping[str, Answer] = {}
        decided: Mapping[tuple[str, str], Any] = {}
        if prepared.parts:
            answers = {term: plan.answer_for(values.get, on) for term, plan in prepared.parts}
            decided = part_values(answers)
        value = prepared.compute(values.get, on, decided)[0]
        kind = prepared.bound.type
        if value is not None:
            return Evaluated(outer(kind, value), (), prepared.uses, kind)
        known = {fact.name: inner(fact.type, values.get(fact.name)) for fact in prepared.facts}
        missing: list[str] = []
        leaves = tuple(unknown_leaves(prepared.folded, Surroundings(known, decided, on, self.scope.words)))
        wrong = [*failures(leaves)]
        for leaf in leaves:
            if isinstance(leaf, n.FactRef):
                missing.append(leaf.name)
            elif isinstance(leaf, n.Unknown):
                missing.append(leaf.ask.rpartition(".")[2])
            elif isinstance(leaf, n.DecisionRef):
                missing += answers[leaf.term].ask or (leaf.term,)
                wrong += answers[leaf.term].findings if answers[leaf.term].status is Status.UNAVAILABLE else ()
        return Evaluated(None, tuple(dict.fromkeys(missing)), prepared.uses, kind, tuple(dict.fromkeys(wrong)))

    def _prepare(
        self, expression: Expression, practice: str, fields: Mapping[str, ValueType], days: _Days, guard: bool
    ) -> _Prepared | tuple[Finding, ...]:
        bound = self.bind_expression(expression, practice=practice, fields=fields, guard=guard)
        if bound.node is None:
            return bound.findings
        decisions, parameters, names = self.binding.named([bound.node])
        bad = next((self.broken[name] for name in (*decisions, *parameters) if name in self.broken), None)
        if bad is not None:
            return (bad,)
        folded = self._folding(parameters, days, {}).fold(bound.node)
        facts = tuple(Fact(name, fields[name]) if name in fields else self.scope.facts[name] for name in names)
        compute = compile_values(facts, [folded], self.scope.words)
        uses = tuple(use for name in parameters if (use := self._use_whole(name, days)) is not None)
        parts = tuple((name, self.plan(name, days.case, step=days.step)) for name in decisions)
        return _Prepared(bound.node, folded, compute, facts, parts, uses)

    def _use_whole(self, name: str, days: _Days) -> ParameterUse | None:
        parameter = self.scope.parameters[name]
        return None if parameter.per else self.use(name, days.of(parameter))
