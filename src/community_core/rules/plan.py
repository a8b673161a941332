"""Plans: one decision made ready for one day's parameter values; the counter and the roll both run them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, Trace
from community_core.rules.codegen import Conditions, Values, compile_conditions, compile_values
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.parts import (
    MEMO,
    NO_PARTS,
    NO_VALUES,
    BoundRow,
    Getter,
    Names,
    blocked_answer,
    getter_of,
    part_values,
)
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
from community_core.rules.terms import DecisionTable, Fact, HitPolicy, Output
from community_core.rules.trace import Traced, Tracer
from community_core.rules.types import Kind
from community_core.rules.vocabulary import Word


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
            if len(self._patterns) < MEMO:
                self._patterns[code] = found
        return found

    def _choose(self, states: Sequence[bool | None], outcome_of: Callable[[int], Any]) -> Choice:
        table = self.table
        return choose(
            table.hit, states, outcome_of, otherwise=self.otherwise is not None, aggregation=table.aggregation
        )

    def _answers(self, get: Getter, on: dt.date) -> Mapping[str, Answer]:
        if not self.parts:
            return NO_PARTS
        return {term: plan.answer_for(get, on) for term, plan in self.parts}

    @staticmethod
    def _part_values(answers: Mapping[str, Answer]) -> Mapping[tuple[str, str], Any]:
        return part_values(answers) if answers else NO_VALUES

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* (a mapping of facts, or an entity) on the day *on*.

        Raises:
            FactError: if a given fact does not fit its type.
        """
        return self.answer_for(subject.get if subject.__class__ is dict else getter_of(subject), on)

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
        first = self.table.hit is HitPolicy.FIRST
        traced = Traced(self.term, self.facts, self.rows, self.otherwise, first, self.words, self.names)
        return Tracer(traced, answer).trace()


def _unchecked(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The same facts as inner values see them: money is whole fen there."""

    def inner_type(fact: Fact) -> Fact:
        money = fact.type.kind is Kind.MONEY
        return evolve(fact, type=evolve(fact.type, kind=Kind.INT)) if money else fact

    return tuple(inner_type(fact) for fact in facts)


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
        return Answer(self, Status.UNAVAILABLE, None, on, Choice(Status.UNAVAILABLE, ()), (), (), NO_PARTS)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return an answer with the status ``unavailable``."""
        return self.answer(get, on)

    def trace(self, answer: Answer) -> Trace:  # noqa: ARG002 - the same for every subject
        """Return the finding that says why."""
        return Trace(findings=(self.finding,))


Plan = TablePlan | FunctionPlan | BrokenPlan
