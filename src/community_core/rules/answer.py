"""Answers: what a decision gives for a subject on a day, with reasons worked out when they are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import attrs
from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.compiled import Compiled
from community_core.base.findings import NOWHERE, Finding, Origin
from community_core.base.labels import Label, Language
from community_core.base.money import Money
from community_core.base.ranks import Standing
from community_core.rules.pattern import Choice, Status
from community_core.rules.terms import Fact, Output
from community_core.rules.types import ValueType
from community_core.rules.vocabulary import outer

if TYPE_CHECKING:
    from community_core.rules.change import Change


@frozen
class ParameterUse:
    """A parameter as an answer used it: full name, value, standing, the day it holds from, who set it, and where.

    For a table-valued parameter, *key* is the entry used and *value* that entry's value. *labels* say what the values
    of an enumeration are called.
    """

    term: str
    value: Any
    type: ValueType
    standing: Standing
    since: dt.date | None = None
    setter: str = ""
    key: str = ""
    label: Label = Label()
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)
    labels: tuple[tuple[str, Label], ...] = field(default=(), eq=False)

    @property
    def name(self) -> str:
        """The last part of the full name, with the key of a table."""
        last = self.term.rpartition(".")[2]
        return f"{last}[{self.key}]" if self.key else last


@frozen
class ConditionReport:
    """One condition of a row: its text in English and Chinese names, whether it held, and the values it saw.

    *values* are pairs of name and value; *shown* are the same as a Chinese reader names them.
    """

    text: str
    text_zh: str
    held: bool | None
    values: tuple[tuple[str, Any], ...] = ()
    shown: tuple[tuple[str, str], ...] = ()


@frozen
class Reason:
    """One row as it stood for the subject: whether it held, why it says so, its source and its conditions.

    *row* counts from 1 and is 0 for ``otherwise``; *counts* says whether the answer rests on the row.
    """

    term: str
    row: int
    held: bool | None
    counts: bool
    because: Label
    standing: Standing
    gap: Label | None = None
    cite: Citation | None = None
    conditions: tuple[ConditionReport, ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Trace:
    """Everything that an answer rests on.

    *parts* are the answers of the decisions that the rows looked at; *blocked* are those of them without an outcome
    that keep this answer from one. *failed* says what is wrong with words of plugins that keep it from one.
    """

    rows: tuple[Reason, ...] = ()
    parameters: tuple[ParameterUse, ...] = ()
    ask: tuple[str, ...] = ()
    gaps: tuple[Label, ...] = ()
    parts: tuple[Answer, ...] = ()
    blocked: tuple[Answer, ...] = ()
    failed: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()


class Source(Protocol):
    """What an answer comes from: a decision's plan. It works out what the answer does not carry along.

    *facts* are those that the decision looks at itself; *reads* begins with them and goes on with those of the
    decisions underneath.
    """

    term: str
    outputs: tuple[Output, ...]
    title: Label
    digest: str
    facts: tuple[Fact, ...]

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts whose values an answer carries."""
        ...

    def trace(self, answer: Answer) -> Trace:
        """Return what *answer* rests on."""
        ...

    def states_of(self, answer: Answer) -> tuple[bool | None, ...]:
        """Return of each row whether it held."""
        ...

    def parts_of(self, answer: Answer) -> Mapping[str, Answer]:
        """Return the answers of the decisions that this one uses, by full name."""
        ...


def json_value(value: Any) -> Any:
    """Return *value* as JSON shows it: yuan as text, days in ISO form, shares as per cent or a fraction."""
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return share_text(value)
    if isinstance(value, (tuple, list)):
        return [json_value(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    return value


def share_text(value: Fraction) -> str:
    """Return a share exactly: ``60%``, ``0.3%``, or ``1/3`` where per cent does not end."""
    rest = (value * 100).denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    while (value * 100 * 10**digits).denominator != 1:
        digits += 1
    scaled = int(value * 100 * 10**digits)
    if not digits:
        return f"{scaled}%"
    whole, part = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{part:0{digits}d}%"


def _cited(cite: Citation) -> dict[str, str]:
    return {key: value for key, value in attrs.asdict(cite).items() if value}


@attrs.define(slots=True, eq=False, repr=False)
class _Given:
    """The fields of an answer, filled while they may be: a frozen class fills them at three times the cost.

    *given* holds the inner value of each fact that the source reads, in its order; the rest follows from it.
    """

    source: Source
    choice: Choice
    on: dt.date
    given: tuple[Any, ...]

    @cached_property
    def trace(self) -> Trace:
        """Rows, parameters, questions and gaps, worked out once."""
        return self.source.trace(self)  # type: ignore[arg-type]

    @cached_property
    def states(self) -> tuple[bool | None, ...]:
        """Of each row whether it held, worked out once."""
        return self.source.states_of(self)  # type: ignore[arg-type]

    @cached_property
    def parts(self) -> Mapping[str, Answer]:
        """The answers of the decisions that this one uses, by full name, worked out once."""
        return self.source.parts_of(self)  # type: ignore[arg-type]


class Answer(Compiled, _Given):
    """What a decision gives for a subject on a day.

    *status* says how far it got; *outcome* is a value, or a read-only mapping from output to value where the decision
    has several, and ``None`` unless determined. Everything else is worked out on demand from what was seen.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise attrs.exceptions.FrozenInstanceError

    @property
    def status(self) -> Status:
        """How far the answer got."""
        return self.choice.status

    @property
    def seen(self) -> tuple[Any, ...]:
        """The inner values of the facts that the decision looks at itself, in the order of its source's ``facts``."""
        return self.given[: len(self.source.facts)]

    @property
    def inner(self) -> tuple[Any, ...] | None:
        """The outcome as the rules compute with it, one value an output; ``None`` where there is none."""
        return self.choice.outcome

    @property
    def term(self) -> str:
        """The full name of the decision."""
        return self.source.term

    @property
    def outcome(self) -> Any:
        """The outcome, or ``None`` where there is none."""
        if self.inner is None:
            return None
        outputs = self.source.outputs
        if len(outputs) == 1:
            return outer(outputs[0].type, self.inner[0])
        pairs = zip(outputs, self.inner, strict=True)
        return MappingProxyType({output.name: outer(output.type, value) for output, value in pairs})

    @property
    def row(self) -> int | None:
        """The number of the (first) row that the answer rests on; 0 is ``otherwise``; ``None`` without a row."""
        return self.choice.rows[0] if self.choice.rows else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rows that the answer rests on, those of the decisions it uses included."""
        own = tuple(reason for reason in self.trace.rows if reason.counts)
        return own + tuple(reason for part in self.trace.parts for reason in part.reasons)

    @property
    def parameters(self) -> tuple[ParameterUse, ...]:
        """The parameter values that the answer rests on."""
        own = self.trace.parameters
        used = [*own, *(use for part in self.trace.parts for use in part.parameters)]
        return tuple(dict.fromkeys(used))

    @property
    def ask(self) -> tuple[str, ...]:
        """Names of the unknown facts and open parameters that can still matter."""
        return self.trace.ask

    @property
    def gaps(self) -> tuple[Label, ...]:
        """What the sources leave open, in their own words."""
        return self.trace.gaps

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Why the answer is unavailable, where it is."""
        return self.trace.findings

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The documents and statutes that the answer rests on."""
        cites = [reason.cite for reason in self.reasons] + [use.cite for use in self.parameters]
        return tuple(dict.fromkeys(cite for cite in cites if cite is not None))

    @property
    def standings(self) -> frozenset[Standing]:
        """Every standing among the rows and values that the answer rests on."""
        return frozenset(reason.standing for reason in self.reasons) | {use.standing for use in self.parameters}

    @property
    def rules(self) -> str:
        """The hash of the rules that gave the answer."""
        return self.source.digest

    def explain(self, lang: Language = "zh") -> str:
        """Return the answer as prose in *lang*: outcome, rows, conditions, values, documents, what to ask.

        Raises:
            ValueError: if *lang* is neither ``zh`` nor ``en``.
        """
        if lang not in ("zh", "en"):
            raise ValueError(f"answers are explained in zh and en, not in {lang!r}")
        from community_core.rules.explain import prose  # noqa: PLC0415 - prose is on demand, and reads answers

        return prose(self, lang)

    def changes(self) -> tuple[Change, ...]:
        """Return what would change the outcome: the nearest rows with another one, and what would have to be different.

        Empty where the answer is not determined (:attr:`ask` says what is missing then), or a function gave it.
        """
        from community_core.rules.change import what_would_change  # noqa: PLC0415 - asked for seldom, and reads answers

        return what_would_change(self)

    def as_data(self) -> dict[str, Any]:
        """Return the answer as JSON-ready data with the keys
        ``outcome status row reasons citations parameters ask gaps rules``.
        """  # noqa: D205 - the keys are the summary
        return {
            "outcome": json_value(self.outcome),
            "status": self.status.value,
            "row": self.row,
            "reasons": [_reason_data(reason) for reason in self.reasons],
            "citations": [_cited(cite) for cite in self.citations],
            "parameters": [
                {
                    "name": use.name,
                    "term": use.term,
                    "value": json_value(use.value),
                    "unit": use.type.unit,
                    "standing": use.standing.value,
                    "from": use.since.isoformat() if use.since else "undated",
                    "set_by": use.setter,
                    "cite": _cited(use.cite) if use.cite else None,
                }
                for use in self.parameters
            ],
            "ask": list(self.ask),
            "gaps": [{"zh": gap.zh, "en": gap.en} for gap in self.gaps],
            "rules": self.rules,
        }

    def __repr__(self) -> str:
        return f"<Answer {self.term}: {self.status.value} {json_value(self.outcome)!r}>"


#: What becomes an :class:`Answer` by its class alone, once it is filled: source, choice, day, given.
UNSEALED: type[Any] = _Given


def answered(
    source: Source, choice: Choice, on: dt.date, given: tuple[Any, ...], parts: Mapping[str, Answer] | None = None
) -> Answer:
    """Return the answer with these fields; from here on they stay as they are.

    *parts* are the answers of the decisions underneath, where they are known already.
    """
    filled: Any = _Given(source, choice, on, given)
    if parts is not None:
        filled.parts = parts
    filled.__class__ = Answer
    answer: Answer = filled
    return answer


def _reason_data(reason: Reason) -> dict[str, Any]:
    return {
        "term": reason.term,
        "row": reason.row,
        "held": reason.held,
        "because": {"zh": reason.because.zh, "en": reason.because.en},
        "gap": {"zh": reason.gap.zh, "en": reason.gap.en} if reason.gap else None,
        "standing": reason.standing.value,
        "cite": _cited(reason.cite) if reason.cite else None,
        "line": reason.origin.line or None,
        "conditions": [
            {
                "text": condition.text,
                "text_zh": condition.text_zh,
                "held": condition.held,
                "values": {name: json_value(value) for name, value in condition.values},
            }
            for condition in reason.conditions
        ],
    }
