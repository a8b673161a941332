"""Plans: one decision made ready for one day's parameter values; the counter and the roll both run them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from attrs import define, field, frozen

from community_core.base.findings import NOWHERE, Finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ConditionReport, ParameterUse, Reason, Trace
from community_core.rules.codegen import Conditions, Values, compile_conditions, compile_values
from community_core.rules.interpret import Surroundings, unknown_leaves, value_of
from community_core.rules.pattern import (
    GAP,
    OTHERWISE,
    Choice,
    Pattern,
    Skeleton,
    Status,
    choose,
    digits_of,
    skeleton,
    truth,
)
from community_core.rules.terms import DecisionTable, Fact, Output, PythonDecision, Row
from community_core.rules.types import Kind, fits
from community_core.rules.unparse import unparse
from community_core.rules.vocabulary import Word, inner, outer

_NO_PARTS: Mapping[str, Answer] = {}
_NO_VALUES: Mapping[tuple[str, str], Any] = {}
_MEMO = 100_000

Getter = Callable[[str], Any]


class Names(Protocol):
    """What a plan asks of its engine when it explains: names in two languages, and parameters as used."""

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how things are called in *lang*."""
        ...

    def shown_zh(self, value: Any) -> str:
        """Return a value as a Chinese reader names it."""
        ...

    def use(self, term: str, day: dt.date, key: str = "") -> ParameterUse | None:
        """Return a parameter's value on *day*, or ``None`` while it is open."""
        ...


@frozen
class BoundRow:
    """A row with its trees: *when* as bound, *folded* for the plan's values, *then* likewise (empty for a gap)."""

    row: Row
    when: n.Node
    folded: n.Node
    then: tuple[n.Node, ...]
    folded_then: tuple[n.Node, ...]
    standing: Standing

    @property
    def constant(self) -> tuple[Any, ...] | None:
        """Inner values of the outcome where it is the same for every subject."""
        if all(isinstance(tree, n.Const) for tree in self.folded_then):
            return tuple(inner(tree.type, tree.value) for tree in self.folded_then if isinstance(tree, n.Const))
        return None


def _subject(subject: Any) -> Getter:
    if isinstance(subject, Mapping):
        getter: Getter = subject.get
        return getter
    from community_core.model.serving import facts_of  # noqa: PLC0415 - only entities need the model

    return facts_of(subject).get


@define(eq=False, slots=True)
class TablePlan:
    """A decision table for one day's values: conditions to a code, a code to a pattern, decided once each."""

    term: str
    title: Label
    digest: str
    table: DecisionTable
    outputs: tuple[Output, ...]
    facts: tuple[Fact, ...]
    parts: tuple[tuple[str, Plan], ...]
    rows: tuple[BoundRow, ...]
    otherwise: BoundRow | None
    words: Mapping[str, Word]
    names: Names
    atoms: tuple[n.Node, ...] = ()
    _skeletons: tuple[Skeleton, ...] = ()
    _conditions: Conditions = field(init=False)
    _patterns: dict[int, Pattern] = field(factory=dict)
    _then: dict[int, Values] = field(factory=dict)
    _constants: dict[int, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        atoms: dict[n.Node, int] = {}
        self._skeletons = tuple(skeleton(row.folded, atoms) for row in self.rows)
        self.atoms = tuple(atoms)
        self._conditions = compile_conditions(self.facts, self.atoms, self.words)
        numbered = dict(enumerate(self.rows, 1)) | ({OTHERWISE: self.otherwise} if self.otherwise else {})
        for number, row in numbered.items():
            if row.row.gap is not None:
                self._constants[number] = GAP
            elif (constant := row.constant) is not None:
                self._constants[number] = constant

    def row_at(self, number: int) -> BoundRow:
        """Return row *number*; 0 is ``otherwise``."""
        row = self.otherwise if number == OTHERWISE else self.rows[number - 1]
        if row is None:
            raise IndexError(number)
        return row

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:
        """Return the code of the conditions for the facts in *values*."""
        get, day = values.get, on or dt.date.min
        return self._conditions(get, day, self._part_values(self._answers(get, day)))[0]

    def pattern(self, code: int) -> Pattern:
        """Return what *code* leads to; worked out once."""
        found = self._patterns.get(code)
        if found is None:
            digits = digits_of(code, len(self.atoms))
            states = tuple(truth(item, digits) for item in self._skeletons)
            choice = self._choose(states, self._constants.get)
            computed = any(number not in self._constants for number in choice.rows)
            # With decisions underneath, why nothing is determined differs from subject to subject.
            computed = computed or (bool(self.parts) and choice.status is Status.UNDETERMINED)
            found = Pattern(code, states, choice, computed)
            if len(self._patterns) < _MEMO:
                self._patterns[code] = found
        return found

    def _choose(self, states: Sequence[bool | None], outcome_of: Callable[[int], Any]) -> Choice:
        table = self.table
        return choose(
            table.hit, states, outcome_of, otherwise=self.otherwise is not None, aggregation=table.aggregation
        )

    def _answers(self, get: Getter, on: dt.date) -> Mapping[str, Answer]:
        if not self.parts:
            return _NO_PARTS
        return {term: plan.answer_for(get, on) for term, plan in self.parts}

    @staticmethod
    def _part_values(answers: Mapping[str, Answer]) -> Mapping[tuple[str, str], Any]:
        return part_values(answers) if answers else _NO_VALUES

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* (a mapping of facts, or an entity) on the day *on*.

        Raises:
            FactError: if a given fact does not fit its type.
        """
        return self.answer_for(subject.get if subject.__class__ is dict else _subject(subject), on)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return the answer for the subject whose facts *get* gives."""
        parts = self._answers(get, on)
        code, seen = self._conditions(get, on, self._part_values(parts))
        pattern = self._patterns.get(code) or self.pattern(code)
        choice = pattern.choice
        if pattern.computed:
            values = dict(zip((fact.name for fact in self.facts), seen, strict=True))
            choice = self._choose(pattern.states, lambda number: self._outcome(number, values, on, parts))
        answer = Answer(self, choice.status, choice.outcome, on, choice, pattern.states, seen, parts)
        return blocked_answer(answer) if parts and choice.status is Status.UNDETERMINED else answer

    def _outcome(self, number: int, values: Mapping[str, Any], on: dt.date, parts: Mapping[str, Answer]) -> Any:
        if number in self._constants:
            return self._constants[number]
        compute = self._then.get(number)
        if compute is None:
            trees = self.row_at(number).folded_then
            compute = self._then[number] = compile_values(_unchecked(self.facts), trees, self.words)
        return compute(values.get, on, self._part_values(parts))

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        return _Tracer(self, answer).trace()


def blocked_answer(answer: Answer) -> Answer:
    """Return an undetermined *answer* with the status of the decision that blocks it, where there is nothing to ask."""
    if answer.ask:
        return answer
    blocked = [part.status for part in answer.trace.parts if part.status is not Status.DETERMINED]
    if not blocked or blocked[0] is Status.UNDETERMINED:
        return answer
    choice = Choice(blocked[0], answer.choice.rows)
    return Answer(answer.source, blocked[0], None, answer.on, choice, answer.states, answer.seen, answer.parts)


def part_values(answers: Mapping[str, Answer]) -> dict[tuple[str, str], Any]:
    """Return the inner outcome values of *answers* by term and output, where they are determined."""
    found: dict[tuple[str, str], Any] = {}
    for term, answer in answers.items():
        if answer.inner is not None:
            for output, value in zip(answer.source.outputs, answer.inner, strict=True):
                found[(term, output.name)] = value
    return found


def _unchecked(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The same facts as inner values see them: money is whole fen there."""
    from attrs import evolve  # noqa: PLC0415 - used once, at compile time

    def inner_type(fact: Fact) -> Fact:
        money = fact.type.kind is Kind.MONEY
        return evolve(fact, type=evolve(fact.type, kind=Kind.INT)) if money else fact

    return tuple(inner_type(fact) for fact in facts)


class _Tracer:
    """Works out the trace of one answer of a table."""

    def __init__(self, plan: TablePlan, answer: Answer) -> None:
        self.plan = plan
        self.answer = answer
        values = dict(zip((fact.name for fact in plan.facts), answer.seen, strict=True))
        self.at = Surroundings(values, part_values(answer.parts), answer.on, plan.words)
        self.types = {fact.name: fact.type for fact in plan.facts}
        folded = [tree for row in plan.rows for tree in (row.folded, *row.folded_then)]
        self.derived = {node.name: node for tree in folded for node in n.walk(tree) if isinstance(node, n.Derived)}

    def trace(self) -> Trace:
        plan, answer = self.plan, self.answer
        counted = answer.choice.rows
        last = max(counted, default=0)
        sequential = plan.table.hit.value == "first" and OTHERWISE not in counted and counted
        examined = [(number, row) for number, row in enumerate(plan.rows, 1) if not sequential or number <= last]
        reasons = [self.reason(number, row, number in counted) for number, row in examined]
        trees = [row.when for _, row in examined]
        if plan.otherwise is not None and OTHERWISE in counted:
            reasons.append(self.reason(OTHERWISE, plan.otherwise, counts=True))
        bound_counted = [plan.row_at(number) for number in counted]
        trees += [tree for row in bound_counted for tree in row.then]
        needed = [answer.parts[term] for term in self.parts_in(trees)]
        asks = self.asks(bound_counted)
        silent = self.answer.status is not Status.UNDETERMINED
        gaps = [row.row.gap for row in bound_counted if row.row.gap is not None and silent]
        blocked = [part for part in needed if part.status is not Status.DETERMINED]
        return Trace(
            rows=tuple(reasons),
            parameters=tuple(self.uses(trees)),
            ask=tuple(dict.fromkeys([*asks, *(name for part in blocked for name in part.ask)])),
            gaps=tuple(dict.fromkeys([*gaps, *(gap for part in blocked for gap in part.gaps)])),
            parts=tuple(needed),
            findings=tuple(found for part in blocked for found in part.findings),
        )

    def parts_in(self, trees: Sequence[n.Node]) -> Iterator[str]:
        terms = [node.term for tree in trees for node in n.walk(tree) if isinstance(node, n.DecisionRef)]
        yield from dict.fromkeys(terms)

    def asks(self, rows: Sequence[BoundRow]) -> Iterator[str]:
        if self.answer.status is not Status.UNDETERMINED:
            return
        for row in rows:
            for tree in (row.folded, *row.folded_then):
                for leaf in unknown_leaves(tree, self.at):
                    if isinstance(leaf, n.FactRef):
                        yield leaf.name
                    elif isinstance(leaf, n.Unknown):
                        yield leaf.ask.rpartition(".")[2]

    def reason(self, number: int, row: BoundRow, counts: bool) -> Reason:
        held = True if number == OTHERWISE else self.answer.states[number - 1]
        source = row.row
        return Reason(
            term=self.plan.term,
            row=number,
            held=held,
            counts=counts,
            because=source.because,
            standing=row.standing,
            gap=source.gap,
            cite=source.cite,
            conditions=tuple(self.conditions(row)) if number != OTHERWISE else (),
            origin=source.origin if source.origin != NOWHERE else source.when.origin,
        )

    def conditions(self, row: BoundRow) -> Iterator[ConditionReport]:
        for tree, folded in zip(_atoms(row.when), _atoms(row.folded), strict=True):
            seen = dict.fromkeys(self.seen_in(tree))
            yield ConditionReport(
                text=unparse(tree, self.plan.names.naming("en")),
                text_zh=unparse(tree, self.plan.names.naming("zh"), zh=True),
                held=value_of(folded, self.at),
                values=tuple((name, value) for name, _, value in seen),
                shown=tuple((label, self.plan.names.shown_zh(value)) for _, label, value in seen),
            )

    def seen_in(self, tree: n.Node) -> Iterator[tuple[str, str, Any]]:
        """Yield what a condition sees: name, Chinese label and value."""
        zh = self.plan.names.naming("zh")
        for node in n.walk(tree):
            if isinstance(node, n.FactRef):
                kind = self.types.get(node.name, node.type)
                yield node.name, zh("fact", node.name), outer(kind, value_of(self.derived.get(node.name, node), self.at))
            elif isinstance(node, n.ParamRef):
                use = self.plan.names.use(node.term, self.answer.on)
                yield node.term.rpartition(".")[2], zh("parameter", node.term), use.value if use else None
            elif isinstance(node, n.DecisionRef):
                name = node.term.rpartition(".")[2]
                value = outer(node.type, self.at.decisions.get((node.term, node.output)))
                suffix = f".{node.output}" if node.output else ""
                yield name + suffix, zh("decision", node.term) + suffix, value
            elif isinstance(node, n.DayRef):
                yield "day", "当日", self.answer.on

    def uses(self, trees: Sequence[n.Node]) -> Iterator[ParameterUse]:
        found: dict[ParameterUse, None] = {}
        for tree in trees:
            for node in n.walk(tree):
                use = None
                if isinstance(node, n.ParamRef):
                    use = self.plan.names.use(node.term, self.answer.on)
                elif isinstance(node, n.Lookup):
                    key = value_of(node.key, self.at)
                    use = None if key is None else self.plan.names.use(node.term, self.answer.on, str(key))
                if use is not None:
                    found[use] = None
        yield from found


def _atoms(node: n.Node) -> Iterator[n.Node]:
    if isinstance(node, (n.And, n.Or)):
        for item in node.items:
            yield from _atoms(item)
    elif isinstance(node, n.Not):
        yield from _atoms(node.item)
    else:
        yield node


@define(eq=False, slots=True)
class FunctionPlan:
    """A Python decision for one day's values; the function runs once for each distinct set of inputs."""

    term: str
    title: Label
    digest: str
    decision: PythonDecision
    outputs: tuple[Output, ...]
    facts: tuple[Fact, ...]
    parts: tuple[tuple[str, Plan], ...]
    inputs: tuple[n.Node, ...]
    folded: tuple[n.Node, ...]
    standing: Standing
    words: Mapping[str, Word]
    names: Names
    atoms: tuple[n.Node, ...] = ()
    _read: Values = field(init=False)
    _seen: Values = field(init=False)
    _memo: dict[tuple[Any, ...], tuple[Choice, Finding | None]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._read = compile_values(self.facts, self.folded, self.words)
        self._seen = compile_values(self.facts, [n.FactRef(fact.name, fact.type) for fact in self.facts], self.words)

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:  # noqa: ARG002 - the same for every subject
        """Return the code of the conditions: a function has none, so always 0."""
        return 0

    def pattern(self, code: int) -> Pattern:
        """Return the one pattern of a function: computed for each subject."""
        return Pattern(code, (True,), Choice(Status.DETERMINED, (1,)), computed=True)

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* on the day *on*; see :meth:`TablePlan.answer`."""
        return self.answer_for(_subject(subject), on)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return the answer for the subject whose facts *get* gives."""
        parts = {term: plan.answer_for(get, on) for term, plan in self.parts}
        values = part_values(parts)
        key = self._read(get, on, values)
        choice, _ = self._decided(key)
        seen = self._seen(get, on, values)
        answer = Answer(self, choice.status, choice.outcome, on, choice, (True,), seen, parts)
        return blocked_answer(answer) if parts and choice.status is Status.UNDETERMINED else answer

    def _decided(self, key: tuple[Any, ...]) -> tuple[Choice, Finding | None]:
        found = self._memo.get(key)
        if found is None:
            found = self._decide(key)
            if len(self._memo) < _MEMO:
                self._memo[key] = found
        return found

    def _decide(self, key: tuple[Any, ...]) -> tuple[Choice, Finding | None]:
        from community_core.base.findings import finding  # noqa: PLC0415 - only a failing function needs it

        if None in key:
            return Choice(Status.UNDETERMINED, (1,)), None
        names = self.decision.inputs
        given = {
            name.rpartition(".")[2]: outer(tree.type, value)
            for name, tree, value in zip(names, self.inputs, key, strict=True)
        }
        try:
            result = self.decision.function(**given)
        except Exception as error:  # noqa: BLE001 - a plugin's function may raise anything; it is named, not let through
            return Choice(Status.UNAVAILABLE, ()), finding(
                "function-failed",
                f"判定函数 {self.term} 出错：{error!r}；请联系插件的维护者",
                f"the decision function {self.term} failed: {error!r}; tell its plugin's maintainers",
                self.decision.origin,
            )
        if result is None:
            return Choice(Status.UNCOVERED, ()), None
        outputs = self.outputs
        values = (result,) if len(outputs) == 1 else tuple(result.get(output.name) for output in outputs)
        values = tuple(tuple(value) if isinstance(value, list) else value for value in values)
        wrong = [output for output, value in zip(outputs, values, strict=True) if not fits(output.type, value)]
        if wrong:
            return Choice(Status.UNAVAILABLE, ()), finding(
                "function-outcome",
                f"判定函数 {self.term} 给出的 {result!r} 不符合类型 {wrong[0].type}",
                f"the decision function {self.term} gave {result!r}, which is no {wrong[0].type}",
                self.decision.origin,
            )
        return Choice(
            Status.DETERMINED, (1,), tuple(inner(o.type, value) for o, value in zip(outputs, values, strict=True))
        ), None

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        values = dict(zip((fact.name for fact in self.facts), answer.seen, strict=True))
        at = Surroundings(values, part_values(answer.parts), answer.on, self.words)
        asks: list[str] = []
        uses: dict[ParameterUse, None] = {}
        seen: list[tuple[str, Any]] = []
        for name, tree, folded in zip(self.decision.inputs, self.inputs, self.folded, strict=True):
            seen.append((name, outer(tree.type, value_of(folded, at))))
            for leaf in unknown_leaves(folded, at):
                asks += [leaf.name] if isinstance(leaf, n.FactRef) else []
                asks += [leaf.ask.rpartition(".")[2]] if isinstance(leaf, n.Unknown) else []
            if isinstance(tree, n.ParamRef) and (use := self.names.use(tree.term, answer.on)) is not None:
                uses[use] = None
        found = self._decided(tuple(value_of(tree, at) for tree in self.folded))[1]
        blocked = [part for part in answer.parts.values() if part.status is not Status.DETERMINED]
        reason = Reason(
            term=self.term,
            row=1,
            held=None if asks or blocked else True,
            counts=True,
            because=self.decision.because,
            standing=self.standing,
            cite=self.decision.cite,
            conditions=(
                ConditionReport(f"{self.term}()", f"{self.title or self.term}", None if asks else True, tuple(seen)),
            ),
            origin=self.decision.origin,
        )
        return Trace(
            rows=(reason,),
            parameters=tuple(uses),
            ask=tuple(dict.fromkeys([*asks, *(name for part in blocked for name in part.ask)])),
            gaps=tuple(gap for part in blocked for gap in part.gaps),
            parts=tuple(answer.parts.values()),
            findings=(found,) if found else (),
        )


@define(eq=False, slots=True)
class BrokenPlan:
    """A decision whose declaration, or one that it needs, is broken: every answer is unavailable and says why."""

    term: str
    title: Label
    digest: str
    finding: Finding
    outputs: tuple[Output, ...] = ()
    facts: tuple[Fact, ...] = ()
    parts: tuple[tuple[str, Plan], ...] = ()
    atoms: tuple[n.Node, ...] = ()

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:  # noqa: ARG002 - the same for every subject
        """Return 0: nothing is read."""
        return 0

    def pattern(self, code: int) -> Pattern:
        """Return the one pattern: unavailable."""
        return Pattern(code, (), Choice(Status.UNAVAILABLE, ()))

    def answer(self, subject: Any, on: dt.date) -> Answer:  # noqa: ARG002 - nothing is read
        """Return an answer with the status ``unavailable``."""
        return Answer(self, Status.UNAVAILABLE, None, on, Choice(Status.UNAVAILABLE, ()), (), (), _NO_PARTS)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return an answer with the status ``unavailable``."""
        return self.answer(get, on)

    def trace(self, answer: Answer) -> Trace:  # noqa: ARG002 - the same for every subject
        """Return the finding that says why."""
        return Trace(findings=(self.finding,))


Plan = TablePlan | FunctionPlan | BrokenPlan
