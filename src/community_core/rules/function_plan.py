"""Plans of Python decisions: a function that runs once for each distinct set of known inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ConditionReport, ParameterUse, Reason, Trace, answered
from community_core.rules.codegen import Outcomes, Reading, compile_outcome, compile_reading
from community_core.rules.flow import Ready
from community_core.rules.interpret import Surroundings, asked, failures, stuck, unknown_leaves, value_of
from community_core.rules.parts import (
    MEMO,
    Getter,
    Names,
    Underneath,
    blocked_answer,
    can_fail,
    final_parts,
    getter_of,
    part_values,
)
from community_core.rules.pattern import Choice, Pattern, Status
from community_core.rules.terms import Fact, Output, PythonDecision
from community_core.rules.type_words import type_label
from community_core.rules.types import fits
from community_core.rules.vocabulary import Word, inner, outer


@define(eq=False, slots=True)
class FunctionPlan:
    """A Python decision for one day's values; the function runs once for each distinct set of inputs."""

    term: str
    title: Label
    digest: str
    decision: PythonDecision
    outputs: tuple[Output, ...]
    facts: tuple[Fact, ...]
    parts: tuple[tuple[str, Any], ...]
    inputs: tuple[n.Node, ...]
    folded: tuple[n.Node, ...]
    standing: Standing
    words: Mapping[str, Word]
    names: Names
    atoms: tuple[n.Node, ...] = ()
    #: The day that counts whatever the day of the question is, for a decision read as of a step.
    day: dt.date | None = None
    #: A function has no rows that another plan could write into its own.
    written: None = None
    #: Whether what it looks at may stay unknown for ever: decisions underneath, and words of plugins, which may fail.
    may_block: bool = field(init=False)
    _underneath: Underneath = field(init=False)
    _read: Reading = field(init=False)
    _inputs: Outcomes = field(init=False)
    _memo: dict[tuple[Any, ...], tuple[Choice, Finding | None]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._underneath = Underneath(self.facts, self.parts)
        self.may_block = bool(self.parts) or can_fail(self.folded, self.words)
        self._read = compile_reading(self.reads)
        self._inputs = compile_outcome(self.facts, self.folded, self.words)

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that the function's inputs look at, then those of the decisions underneath."""
        return self._underneath.reads

    @property
    def ready(self) -> Ready:
        """The function (subject, day) → answer."""
        return self.answer

    def code(self, values: Mapping[str, Any], on: dt.date | None = None) -> int:  # noqa: ARG002 - the same for every subject
        """Return the code of the conditions: a function has none, so always 0."""
        return 0

    def pattern(self, code: int) -> Pattern:
        """Return the one pattern of a function: computed for each subject."""
        return Pattern(code, (True,), Choice(Status.DETERMINED, (1,)), computed=True)

    def answer(self, subject: Any, on: dt.date) -> Answer:
        """Return the answer for *subject* on the day *on*; see :meth:`TablePlan.answer`."""
        return self.answer_for(getter_of(subject), on)

    def answer_for(self, get: Getter, on: dt.date) -> Answer:
        """Return the answer for the subject whose facts *get* gives."""
        return self.answer_from(self._read(get), on)

    def answer_from(self, given: tuple[Any, ...], on: dt.date) -> Answer:
        """Return the answer for the inner values of the facts that the plan reads."""
        on = self.day or on
        parts = self._underneath.answers(given, on)
        key = self._inputs(given[: len(self.facts)], on, self._underneath.values(parts))
        choice, _ = self._decided(key)
        answer = answered(self, choice, on, given, parts)
        return blocked_answer(answer) if self.may_block and choice.status is Status.UNDETERMINED else answer

    def states_of(self, answer: Answer) -> tuple[bool | None, ...]:  # noqa: ARG002 - the same for every subject
        """Return the state of the function's one row: it is always asked."""
        return (True,)

    def parts_of(self, answer: Answer) -> Mapping[str, Answer]:
        """Return the answers of the decisions underneath, by full name."""
        return self._underneath.answers(answer.given, answer.on)

    def _decided(self, key: tuple[Any, ...]) -> tuple[Choice, Finding | None]:
        try:
            found = self._memo.get(key)
        except TypeError:  # members are mappings, which no memo can hold
            return self._decide(key)
        if found is None:
            found = self._decide(key)
            if len(self._memo) < MEMO:
                self._memo[key] = found
        return found

    def _decide(self, key: tuple[Any, ...]) -> tuple[Choice, Finding | None]:
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
            # The kind of the error only: what it says may hold personal values.
            kind = type(error).__name__
            return Choice(Status.UNAVAILABLE, ()), finding(
                "function-failed",
                f"判定函数 {self.term} 出错（{kind}）；请联系插件的维护者",
                f"the decision function {self.term} failed ({kind}); tell its plugin's maintainers",
                self.decision.origin,
            )
        if result is None:
            return Choice(Status.UNCOVERED, ()), None
        outputs = self.outputs
        values = (result,) if len(outputs) == 1 else tuple(result.get(output.name) for output in outputs)
        values = tuple(tuple(value) if isinstance(value, list) else value for value in values)
        wrong = [output for output, value in zip(outputs, values, strict=True) if not fits(output.type, value)]
        if wrong:
            kind, wanted = type(result).__name__, type_label(wrong[0].type)
            return Choice(Status.UNAVAILABLE, ()), finding(
                "function-outcome",
                f"判定函数 {self.term} 给出的值（{kind}）不符合类型（{wanted.zh}）；请联系插件的维护者",
                f"the decision function {self.term} gave something ({kind}) that does not fit its type ({wanted.en}); "
                "tell its plugin's maintainers",
                self.decision.origin,
            )
        return Choice(
            Status.DETERMINED, (1,), tuple(inner(o.type, value) for o, value in zip(outputs, values, strict=True))
        ), None

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        values = dict(zip((fact.name for fact in self.facts), answer.seen, strict=True))
        parts = answer.parts
        at = Surroundings(values, part_values(parts), answer.on, self.words, final_parts(parts))
        unknown: list[list[n.Leaf]] = []
        uses: dict[ParameterUse, None] = {}
        seen: list[tuple[str, Any]] = []
        for name, tree, folded in zip(self.decision.inputs, self.inputs, self.folded, strict=True):
            seen.append((name, outer(tree.type, value_of(folded, at))))
            unknown += [list(unknown_leaves(folded, at))] if value_of(folded, at) is None else []
            if isinstance(tree, n.ParamRef) and (use := self.names.use(tree.term, answer.on)) is not None:
                uses[use] = None
        found = self._decided(tuple(value_of(tree, at) for tree in self.folded))[1]
        # Each input is needed: where one stays unknown for ever, the others cannot matter.
        leaves = [leaf for group in [each for each in unknown if stuck(each, at)] or unknown for leaf in group]
        asks = asked(leaves)
        failed = failures(leaves)
        blocked = [parts[leaf.term] for leaf in leaves if isinstance(leaf, n.DecisionRef)]
        reason = Reason(
            term=self.term,
            row=1,
            held=None if unknown else True,
            counts=True,
            because=self.decision.because,
            standing=self.standing,
            cite=self.decision.cite,
            conditions=(
                ConditionReport(f"{self.term}()", f"{self.title or self.term}", None if unknown else True, tuple(seen)),
            ),
            origin=self.decision.origin,
        )
        return Trace(
            rows=(reason,),
            parameters=tuple(uses),
            ask=tuple(dict.fromkeys([*asks, *(name for part in blocked for name in part.ask)])),
            gaps=tuple(gap for part in blocked for gap in part.gaps),
            parts=tuple(parts.values()),
            blocked=tuple(blocked),
            failed=failed,
            findings=(*failed, *((found,) if found else ())),
        )
