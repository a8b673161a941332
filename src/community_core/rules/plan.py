"""Plans: one decision made ready for one day's parameter values; the counter and the roll both run them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from attrs import define, field

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, Trace, answered
from community_core.rules.codegen import Conditions, Outcomes, compile_conditions, compile_outcome
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
    _then: dict[int, Outcomes] = field(factory=dict)
    _choices: dict[tuple[int, Any], Choice] = field(factory=dict)
    _narrow: dict[int, Callable[[tuple[Any, ...]], Any] | None] = field(factory=dict)
    _links: tuple[tuple[str, Callable[[Getter, dt.date], Answer], tuple[tuple[str, str], ...]], ...] = ()
    _constants: dict[int, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        atoms: dict[n.Node, int] = {}
        self._skeletons = tuple(skeleton(row.folded, atoms) for row in self.rows)
        self.atoms = tuple(atoms)
        self._conditions = compile_conditions(self.facts, self.atoms, self.words)
        self._links = tuple(
            (term, plan.answer_for, tuple((term, output.name) for output in plan.outputs)) for term, plan in self.parts
        )
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
        return self._conditions(get, day, self._underneath(get, day)[1])[0]

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
            found = Pattern(code, states, choice, computed, self._sole(states, choice))
            if len(self._patterns) < MEMO:
                self._patterns[code] = found
        return found

    def _choose(self, states: Sequence[bool | None], outcome_of: Callable[[int], Any]) -> Choice:
        table = self.table
        return choose(
            table.hit, states, outcome_of, otherwise=self.otherwise is not None, aggregation=table.aggregation
        )

    def _sole(self, states: Sequence[bool | None], choice: Choice) -> int | None:
        if self.table.hit is HitPolicy.COLLECT or len(choice.rows) != 1:
            return None
        (row,) = choice.rows
        return row if row == OTHERWISE or states[row - 1] is True else None

    def _underneath(self, get: Getter, on: dt.date) -> tuple[Mapping[str, Answer], Mapping[tuple[str, str], Any]]:
        """The answers of the decisions that this one uses, and the inner values of those that are determined."""
        if not self._links:
            return NO_PARTS, NO_VALUES
        answers: dict[str, Answer] = {}
        values: dict[tuple[str, str], Any] = {}
        for term, answer_for, keys in self._links:
            part = answers[term] = answer_for(get, on)
            outcome = part.choice.outcome
            if outcome is None:
                continue
            if len(keys) == 1:
                values[keys[0]] = outcome[0]
            else:
                values.update(zip(keys, outcome, strict=True))
        return answers, values

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* (a mapping of facts, or an entity) on the day *on*.

        Raises:
            FactError: if a given fact does not fit its type.
        """
        return self.answer_for(subject.get if subject.__class__ is dict else getter_of(subject), on)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return the answer for the subject whose facts *get* gives."""
        parts, values = self._underneath(get, on) if self._links else (NO_PARTS, NO_VALUES)
        code, seen = self._conditions(get, on, values)
        pattern = self._patterns.get(code) or self.pattern(code)
        choice = self._computed(pattern, seen, on, values) if pattern.computed else pattern.choice
        answer = answered(self, choice, on, pattern.states, seen, parts)
        return blocked_answer(answer) if parts and choice.status is Status.UNDETERMINED else answer

    def _computed(
        self, pattern: Pattern, seen: tuple[Any, ...], on: dt.date, values: Mapping[tuple[str, str], Any]
    ) -> Choice:
        """What the hit policy makes of the rows where an outcome is arithmetic on the subject's own facts."""
        if pattern.sole is None:
            return self._choose(pattern.states, lambda number: self._outcome(number, seen, on, values))
        row = pattern.sole
        narrow = self._narrow[row] if row in self._narrow else self._narrowed(row)
        if narrow is None:
            return self._choose(pattern.states, lambda number: self._outcome(number, seen, on, values))
        key = (row, narrow(seen))
        choice = self._choices.get(key)
        if choice is None:
            choice = self._choose(pattern.states, lambda number: self._outcome(number, seen, on, values))
            if len(self._choices) < MEMO:
                self._choices[key] = choice
        return choice

    def _narrowed(self, row: int) -> Callable[[tuple[Any, ...]], Any] | None:
        """What picks the facts that a row's outcome reads, where they have few values; ``None`` for any other row."""
        read = [node for tree in self.row_at(row).folded_then for node in n.walk(tree)]
        few = all(not isinstance(node, (n.DayRef, n.DecisionRef, n.Derived, n.Members)) for node in read)
        facts = {node.name: node.type.kind for node in read if isinstance(node, n.FactRef)}
        names = [fact.name for fact in self.facts]
        pick = None
        if few and facts and all(kind in (Kind.ENUM, Kind.BOOL) for kind in facts.values()):
            pick = itemgetter(*(names.index(name) for name in facts))
        self._narrow[row] = pick
        return pick

    def _outcome(self, number: int, seen: tuple[Any, ...], on: dt.date, values: Mapping[tuple[str, str], Any]) -> Any:
        if number in self._constants:
            return self._constants[number]
        compute = self._then.get(number)
        if compute is None:
            trees = self.row_at(number).folded_then
            compute = self._then[number] = compile_outcome(self.facts, trees, self.words)
        return compute(seen, on, values)

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        first = self.table.hit is HitPolicy.FIRST
        traced = Traced(self.term, self.facts, self.rows, self.otherwise, first, self.words, self.names)
        return Tracer(traced, answer).trace()


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
        return answered(self, Choice(Status.UNAVAILABLE, ()), on, (), (), NO_PARTS)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return an answer with the status ``unavailable``."""
        return self.answer(get, on)

    def trace(self, answer: Answer) -> Trace:  # noqa: ARG002 - the same for every subject
        """Return the finding that says why."""
        return Trace(findings=(self.finding,))


Plan = TablePlan | FunctionPlan | BrokenPlan
