"""What plans of all kinds share: bound rows, the values of decisions underneath, and how a subject is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

from attrs import frozen

from community_core.base.ranks import Standing
from community_core.model.serving import facts_of
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ParameterUse, answered
from community_core.rules.pattern import Choice, Status
from community_core.rules.terms import Fact, Row
from community_core.rules.vocabulary import Word, inner

Getter = Callable[[str], Any]

NO_PARTS: Mapping[str, Answer] = {}

#: The most entries that a plan remembers.
MEMO = 100_000


class Names(Protocol):
    """What a plan asks of its engine when it explains: names in two languages, and parameters as used."""

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how things are called in *lang*."""
        ...

    def text(self, tree: n.Node, lang: str) -> str:
        """Return an expression as a reader in *lang* sees it."""
        ...

    def shown_zh(self, value: Any, of: n.Node | None = None) -> str:
        """Return a value, such as that *of* a term, as a Chinese reader names it."""
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


def getter_of(subject: Any) -> Getter:
    """Return how the facts of *subject*, a mapping or an entity of the model, are read."""
    if isinstance(subject, Mapping):
        getter: Getter = subject.get
        return getter
    return facts_of(subject).get


class Underneath:
    """The decisions that a decision uses: which facts they read, and what they give for a subject.

    *reads* are the decision's own facts, then those of the decisions underneath; their values are passed down as they
    were read and checked once.
    """

    def __init__(self, facts: tuple[Fact, ...], parts: Sequence[tuple[str, Any]]) -> None:
        found = {fact.name: fact for fact in facts}
        for _, plan in parts:
            for fact in plan.reads:
                found.setdefault(fact.name, fact)
        self.reads = tuple(found.values())
        places = {name: place for place, name in enumerate(found)}
        self._links = tuple(
            (
                term,
                plan.answer_from,
                _picker([places[fact.name] for fact in plan.reads]),
                tuple((term, output.name) for output in plan.outputs),
            )
            for term, plan in parts
        )

    def answers(self, given: tuple[Any, ...], on: dt.date) -> Mapping[str, Answer]:
        """Return the answers of the decisions underneath, by full name."""
        return {term: answer_from(pick(given), on) for term, answer_from, pick, _ in self._links}

    def values(self, answers: Mapping[str, Answer]) -> Mapping[tuple[str, str], Any]:
        """Return the inner outcomes of *answers* by term and output, where they are determined."""
        found: dict[tuple[str, str], Any] = {}
        for term, _, _, keys in self._links:
            outcome = answers[term].choice.outcome
            if outcome is not None:
                found.update(zip(keys, outcome, strict=True))
        return found


def _picker(places: Sequence[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda given: tuple(given[place] for place in places)


def blocked_answer(answer: Answer) -> Answer:
    """Return an undetermined *answer* with the status of what blocks it, where there is nothing to ask.

    That is a decision without an outcome, or the word of a plugin that failed.
    """
    if answer.ask:
        return answer
    status = next((part.status for part in answer.trace.blocked), Status.UNDETERMINED)
    if answer.trace.failed:
        status = Status.UNAVAILABLE
    if status is Status.UNDETERMINED:
        return answer
    choice = Choice(status, answer.choice.rows)
    return answered(answer.source, choice, answer.on, answer.given, answer.parts)


def can_fail(trees: Iterable[n.Node], words: Mapping[str, Word]) -> bool:
    """Whether *trees* call a word of a plugin, which may fail."""
    return any(words[name].failure is not None for name in n.called(trees))


def final_parts(answers: Mapping[str, Answer]) -> frozenset[str]:
    """Return the terms of those *answers* that have no outcome and ask for nothing: nothing can change them."""
    return frozenset(
        term for term, answer in answers.items() if answer.status is not Status.DETERMINED and not answer.ask
    )


def part_values(answers: Mapping[str, Answer]) -> dict[tuple[str, str], Any]:
    """Return the inner outcome values of *answers* by term and output, where they are determined."""
    found: dict[tuple[str, str], Any] = {}
    for term, answer in answers.items():
        if answer.inner is not None:
            for output, value in zip(answer.source.outputs, answer.inner, strict=True):
                found[(term, output.name)] = value
    return found
