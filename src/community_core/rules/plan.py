"""Plans: one decision made ready for one day's parameter values; the counter and the roll both run them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from attrs import define, field

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, Trace, answered
from community_core.rules.codegen import (
    Conditions,
    Outcomes,
    Reading,
    compile_conditions,
    compile_outcome,
    compile_reading,
)
from community_core.rules.flow import Ready, compile_answer
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.parts import (
    MEMO,
    NO_PARTS,
    BoundRow,
    Getter,
    Names,
    Underneath,
    blocked_answer,
    can_fail,
    getter_of,
)
from community_core.rules.pattern import (
    GAP,
    OTHERWISE,
    Choice,
    Pattern,
    Skeleton,
    Status,
    agree,
    choose,
    digits_of,
    skeleton,
    truth,
)
from community_core.rules.terms import DecisionTable, Fact, HitPolicy, Output
from community_core.rules.trace import Traced, Tracer
from community_core.rules.types import Kind
from community_core.rules.vocabulary import Word

#: An outcome over facts that together have at most so many values is worked out once for each.
_FEW = 1_000

#: A decision underneath with more rows than this is asked, not written into the function of the one above.
_MOST_WRITTEN = 100


@define(eq=False, slots=True)
class TablePlan:
    """A decision table for one day's values: conditions to a code, a code to a pattern, decided once each.

    Subjects that are fully known go through one function instead, written for this plan when it first answers.
    """

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
    #: The day that counts whatever the day of the question is, for a decision read as of a step.
    day: dt.date | None = None
    #: The outcome of each row where it is the same for every subject; :data:`GAP` for a gap.
    constants: dict[int, Any] = field(factory=dict)
    #: The conditions of each row, over the numbers of :attr:`atoms`.
    skeletons: tuple[Skeleton, ...] = ()
    _underneath: Underneath = field(init=False)
    _read: Reading | None = None
    _conditions: Conditions | None = None
    _ready: Ready | None = None
    _patterns: dict[int, Pattern] = field(factory=dict)
    _then: dict[int, Outcomes] = field(factory=dict)
    _few: dict[int, tuple[str, ...] | None] = field(factory=dict)
    #: Whether what it looks at may stay unknown for ever: decisions underneath, and words of plugins, which may fail.
    may_block: bool = field(init=False)
    #: What others work out about the plan once and keep with it, by what it is.
    kept: dict[Any, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        atoms: dict[n.Node, int] = {}
        self.skeletons = tuple(skeleton(row.folded, atoms) for row in self.rows)
        self.atoms = tuple(atoms)
        self._underneath = Underneath(self.facts, self.parts)
        rows = (*self.rows, *((self.otherwise,) if self.otherwise else ()))
        trees = (tree for row in rows for tree in (row.folded, *row.folded_then))
        self.may_block = bool(self.parts) or can_fail(trees, self.words)
        numbered = dict(enumerate(self.rows, 1)) | ({OTHERWISE: self.otherwise} if self.otherwise else {})
        for number, row in numbered.items():
            if row.row.gap is not None:
                self.constants[number] = GAP
            elif (constant := row.constant) is not None:
                self.constants[number] = constant

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that the table looks at, then those of the decisions underneath."""
        return self._underneath.reads

    @property
    def ready(self) -> Ready:
        """The function (subject, day) → answer, written once; see :meth:`answer`."""
        if self._ready is None:
            two_stages = self._collects or self.day is not None
            self._ready = self._two_stages if two_stages else compile_answer(self)
        return self._ready

    @property
    def _collects(self) -> bool:
        return self.table.hit is HitPolicy.COLLECT

    @property
    def written(self) -> TablePlan | None:
        """The plan itself where another one may write its rows into its own function; ``None`` where it asks it."""
        asked = self._collects or len(self.rows) > _MOST_WRITTEN or self.day is not None
        return None if asked else self

    def row_at(self, number: int) -> BoundRow:
        """Return row *number*; 0 is ``otherwise``."""
        row = self.otherwise if number == OTHERWISE else self.rows[number - 1]
        if row is None:
            raise IndexError(number)
        return row

    # -- two stages ------------------------------------------------------------------------------------------------

    def read(self, get: Getter) -> tuple[Any, ...]:
        """Return the inner values of the facts that the plan reads.

        Raises:
            FactError: if a given fact does not fit its type.
        """
        if self._read is None:
            self._read = compile_reading(self.reads)
        return self._read(get)

    def _code(self, given: tuple[Any, ...], on: dt.date, values: Mapping[tuple[str, str], Any]) -> int:
        if self._conditions is None:
            self._conditions = compile_conditions(self.facts, self.atoms, self.words)
        return self._conditions(given[: len(self.facts)], on, values)

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:
        """Return the code of the conditions for the facts in *values*."""
        given, day = self.read(values.get), on or dt.date.min
        return self._code(given, day, self._underneath.values(self._underneath.answers(given, day)))

    def pattern(self, code: int) -> Pattern:
        """Return what *code* leads to; worked out once."""
        found = self._patterns.get(code)
        if found is None:
            digits = digits_of(code, len(self.atoms))
            states = tuple(truth(item, digits) for item in self.skeletons)
            choice = self._choose(states, self.constants.get)
            computed = any(number not in self.constants for number in choice.rows)
            # Why nothing is determined differs from subject to subject.
            computed = computed or (self.may_block and choice.status is Status.UNDETERMINED)
            found = Pattern(code, states, choice, computed)
            if len(self._patterns) < MEMO:
                self._patterns[code] = found
        return found

    def _choose(self, states: Sequence[bool | None], outcome_of: Callable[[int], Any]) -> Choice:
        table = self.table
        return choose(
            table.hit, states, outcome_of, otherwise=self.otherwise is not None, aggregation=table.aggregation
        )

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* (a mapping of facts, or an entity) on the day *on*.

        Raises:
            FactError: if a given fact does not fit its type.
        """
        return self.ready(subject, on)

    def _two_stages(self, subject: Any, on: dt.date) -> Answer:
        return self.answer_for(getter_of(subject), on)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return the answer for the subject whose facts *get* gives, in two stages."""
        return self.answer_from(self.read(get), on)

    def answer_from(self, given: tuple[Any, ...], on: dt.date) -> Answer:
        """Return the answer for the inner values of the facts that the plan reads, in two stages."""
        on = self.day or on
        parts = self._underneath.answers(given, on) if self.parts else NO_PARTS
        values = self._underneath.values(parts) if parts else {}
        code = self._code(given, on, values)
        pattern = self._patterns.get(code) or self.pattern(code)
        choice = pattern.choice
        if pattern.computed:
            choice = self._choose(pattern.states, lambda number: self._outcome(number, given, on, values))
        answer = answered(self, choice, on, given, parts)
        return blocked_answer(answer) if self.may_block and choice.status is Status.UNDETERMINED else answer

    def states_of(self, answer: Answer) -> tuple[bool | None, ...]:
        """Return of each row whether it held for *answer*."""
        return self.pattern(self._code(answer.given, answer.on, self._underneath.values(answer.parts))).states

    def parts_of(self, answer: Answer) -> Mapping[str, Answer]:
        """Return the answers of the decisions underneath, by full name."""
        return self._underneath.answers(answer.given, answer.on)

    # -- outcomes --------------------------------------------------------------------------------------------------

    def few(self, row: int) -> tuple[str, ...] | None:
        """Return the facts that a row's outcome reads, where together they have few values; ``None`` for others."""
        if row not in self._few:
            read = [node for tree in self.row_at(row).folded_then for node in n.walk(tree)]
            alone = all(not isinstance(node, (n.DayRef, n.DecisionRef, n.Derived, n.Members)) for node in read)
            facts = {node.name: node.type for node in read if isinstance(node, n.FactRef)}
            finite = all(kind.kind in (Kind.ENUM, Kind.BOOL) for kind in facts.values())
            count = prod(len(kind.values) or 2 for kind in facts.values()) if finite else _FEW + 1
            self._few[row] = tuple(facts) if alone and facts and count <= _FEW else None
        return self._few[row]

    def choice_of(self, row: int, given: tuple[Any, ...], on: dt.date) -> Choice:
        """Return what follows where *row* alone counts and its outcome reads no other decision."""
        return agree([row], lambda number: self._outcome(number, given, on, {}))

    def _outcome(self, number: int, given: tuple[Any, ...], on: dt.date, values: Mapping[tuple[str, str], Any]) -> Any:
        if number in self.constants:
            return self.constants[number]
        compute = self._then.get(number)
        if compute is None:
            trees = self.row_at(number).folded_then
            compute = self._then[number] = compile_outcome(self.facts, trees, self.words)
        return compute(given[: len(self.facts)], on, values)

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        traced = Traced(self.term, self.facts, self.rows, self.otherwise, self.table.hit, self.words, self.names)
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
    reads: tuple[Fact, ...] = ()
    parts: tuple[tuple[str, Plan], ...] = ()
    atoms: tuple[n.Node, ...] = ()

    may_block: bool = False
    written: None = None

    @property
    def ready(self) -> Ready:
        """The function (subject, day) → answer."""
        return self.answer

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:  # noqa: ARG002 - the same for every subject
        """Return 0: nothing is read."""
        return 0

    def pattern(self, code: int) -> Pattern:
        """Return the one pattern: unavailable."""
        return Pattern(code, (), Choice(Status.UNAVAILABLE, ()))

    def answer(self, subject: Any, on: dt.date) -> Answer:  # noqa: ARG002 - nothing is read
        """Return an answer with the status ``unavailable``."""
        return answered(self, Choice(Status.UNAVAILABLE, ()), on, (), NO_PARTS)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return an answer with the status ``unavailable``."""
        return self.answer(get, on)

    def answer_from(self, given: tuple[Any, ...], on: dt.date) -> Answer:
        """Return an answer with the status ``unavailable``."""
        return self.answer(given, on)

    def states_of(self, answer: Answer) -> tuple[bool | None, ...]:  # noqa: ARG002 - there are no rows
        """Return nothing: no row was tried."""
        return ()

    def parts_of(self, answer: Answer) -> Mapping[str, Answer]:  # noqa: ARG002 - there are none
        """Return nothing: no other decision was asked."""
        return NO_PARTS

    def trace(self, answer: Answer) -> Trace:  # noqa: ARG002 - the same for every subject
        """Return the finding that says why."""
        return Trace(findings=(self.finding,))


Plan = TablePlan | FunctionPlan | BrokenPlan
