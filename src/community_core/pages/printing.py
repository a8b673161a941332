"""What a printed paper says, as plain frozen records of texts in one language, from the events of its case.

No template and no store is known here. What may not be read by those a paper is for is masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from community_core.base.labels import Label, Language
from community_core.base.masking import masked
from community_core.base.ranks import Privacy, Standing
from community_core.pages.flow import step_label
from community_core.pages.texts import BALLOT_WORDS, STANDINGS, UNKNOWN, value_text
from community_core.pages.words import post_label
from community_core.procedures.correct import as_corrected
from community_core.procedures.definition import Paper, PaperForm, Procedure, Step, StepField
from community_core.procedures.events import Case, Event, given
from community_core.procedures.papers import OPEN_FORMS
from community_core.rules.types import Kind

MASKED = Label("（不公开）", "(not public)")

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

#: What a collective decision gives a case; a paper that shows one of them shows the count as a table.
_COUNTED = frozenset({"counts", "outcome"})

FORMS: Mapping[PaperForm, Label] = {
    PaperForm.NOTICE: Label("公告", "Notice"),
    PaperForm.ATTENDANCE: Label("签到表", "Attendance list"),
    PaperForm.MINUTES: Label("记录", "Minutes"),
    PaperForm.CONCLUSION: Label("结论", "Conclusion"),
    PaperForm.COUNT: Label("计票结果", "Ballot and count"),
    PaperForm.CONTRACT: Label("契约书", "Contract"),
    PaperForm.RECEIPT: Label("收据", "Receipt"),
}


@frozen
class PaperLine:
    """A name and what it is; *items* are the single values where it is a list."""

    label: str
    value: str
    items: tuple[str, ...] = ()


@frozen
class PaperEntry:
    """One event that is written down: its day, who acted as what, and what he gave."""

    day: str
    who: str
    lines: tuple[PaperLine, ...]


@frozen
class PaperPart:
    """All events of one step, under the step's name."""

    title: str
    entries: tuple[PaperEntry, ...]


@frozen
class PaperCount:
    """A counted ballot: each option with its votes, and what was decided."""

    rows: tuple[tuple[str, int], ...]
    outcome: str


@frozen
class Printed:
    """All that a paper says, as texts in *lang*.

    *number* is the case and the version of the event that the paper is about. *code* is a random text that stands on
    this copy alone, so that nobody can guess its content from its digest; empty on a draft. *signatures* are those who
    have a line to sign on.
    """

    lang: Language
    form: str
    kind: str
    title: str
    name: str
    procedure: str
    district: str
    place: str
    case: str
    number: str
    day: str
    step: str
    text: str
    because: str
    lines: tuple[PaperLine, ...]
    parts: tuple[PaperPart, ...]
    count: PaperCount | None
    signatures: tuple[str, ...]
    source: str
    standing: str
    code: str = ""

    @property
    def draft(self) -> bool:
        """Whether it was printed to look at and not issued."""
        return not self.code

    @property
    def people(self) -> tuple[PaperLine, ...]:
        """The lists of which each has a line to sign on: those of an attendance list."""
        return tuple(line for line in self.lines if self.form == PaperForm.ATTENDANCE.value and line.items)

    @property
    def details(self) -> tuple[PaperLine, ...]:
        """The other lines."""
        return tuple(line for line in self.lines if line not in self.people)


def print_paper(
    procedure: Procedure,
    case: Case,
    history: Sequence[Event],
    paper: Paper,
    of: int,
    *,
    lang: Language = "zh",
    district: Label = Label(),
    place: Label = Label(),
    named: Callable[[str], str] | None = None,
    code: str = "",
) -> Printed:
    """Return what *paper* says about event *of* of a case: the case as it stood after that event, with corrections.

    *named* gives the name of a person, body or place for its id in a text or list field; the id itself where it is not
    given or returns an empty text. *history* are all events of the case.
    """
    events = [event for event in as_corrected(history) if event.version <= of]
    target = events[-1]
    step = procedure.step(target.step)
    if step is None:
        raise ValueError(f"event {of} of case {case.id} is no step")
    return _Printer(procedure, paper, step, target, events, lang, named or (lambda _: "")).printed(
        case, district, place, code
    )


def _readable(text: str) -> str:
    """Return *text* with the line ends of other programs as line ends, and what no paper can show as a lost sign."""
    return _UNSHOWN.sub("\ufffd", _LINE_END.sub("\n", text))


@frozen
class _Printer:
    procedure: Procedure
    paper: Paper
    step: Step
    target: Event
    events: Sequence[Event]
    lang: Language
    named: Callable[[str], str]

    def printed(self, case: Case, district: Label, place: Label, code: str) -> Printed:
        values: dict[str, Any] = {}
        for event in self.events:
            values.update(given(event))
        cite = self.step.cite or self.procedure.cite
        standing = self.step.standing or self.procedure.standing or Standing.IN_FORCE
        form = FORMS[self.paper.form]
        return Printed(
            lang=self.lang,
            form=self.paper.form.value,
            kind=self.say(form),
            title=self.say(self.paper.label or form),
            name=self.paper.name,
            procedure=self.say(self.procedure.title or Label(self.procedure.name, self.procedure.name)),
            district=self.say(district),
            place=self.say(place or Label(case.place, case.place)),
            case=case.id,
            number=f"{case.id}/{self.target.version}",
            day=self.value(self.target.day, None),
            step=self.say(step_label(self.step)),
            text=self.say(self.paper.text),
            because=self.say(self.step.because),
            lines=tuple(self.line(name, values.get(name)) for name in self.paper.shows if name not in _COUNTED),
            parts=tuple(self.parts()),
            count=self.count(values),
            signatures=tuple(self.signer(name, values) for name in self.paper.signed_by),
            source="" if cite is None else cite.text(self.lang),
            standing=self.say(STANDINGS[standing]),
            code=code,
        )

    def say(self, label: Label) -> str:
        return label.text(self.lang)

    def parts(self) -> Iterator[PaperPart]:
        for listed in self.paper.lists:
            step = self.procedure.step(listed)
            if step is None:
                continue
            entries = tuple(
                PaperEntry(
                    self.value(event.day, None),
                    self.who(event),
                    tuple(self.line(name, value) for name, value in event.data if self.said(step, name, value)),
                )
                for event in self.events
                if event.step == listed
            )
            yield PaperPart(self.say(step_label(step)), entries)

    def said(self, step: Step, name: str, value: Any) -> bool:
        """Whether a value of an event was given by whoever took the step, and not worked out."""
        return value is not None and name in step.asks

    def who(self, event: Event) -> str:
        if self.open:
            return self.say(self.post(event.post))
        return f"{_readable(self.named(event.taker) or event.taker)}（{self.say(self.post(event.post))}）"

    def post(self, name: str) -> Label:
        return post_label(name, self.procedure)

    @property
    def open(self) -> bool:
        return self.paper.form in OPEN_FORMS

    def field(self, name: str) -> StepField | None:
        return self.procedure.field(name)

    def label(self, name: str) -> str:
        field = self.field(name)
        return self.say((field.label if field is not None else Label()) or Label(name, name))

    def line(self, name: str, value: Any) -> PaperLine:
        field = self.field(name)
        if self.open and field is not None and field.privacy is not Privacy.PUBLIC:
            shown = (
                _readable(masked(value))
                if field.privacy is Privacy.PERSONAL and value is not None
                else self.say(MASKED)
            )
            return PaperLine(self.label(name), shown)
        labels = dict(field.labels) if field is not None else {}
        items = tuple(self.value(item, labels) for item in value) if isinstance(value, tuple | list) else ()
        return PaperLine(self.label(name), self.value(value, labels), items)

    def value(self, value: Any, labels: Mapping[str, Label] | None) -> str:
        if isinstance(value, str) and value and value not in (labels or {}):
            return _readable(self.named(value) or value)
        if isinstance(value, tuple | list) and value and all(isinstance(item, str) for item in value):
            joiner = "、" if self.lang == "zh" else ", "
            return joiner.join(self.value(item, labels) for item in value)
        return self.say(UNKNOWN if value is None else value_text(value, labels))

    def count(self, values: Mapping[str, Any]) -> PaperCount | None:
        if not _COUNTED.intersection(self.paper.shows):
            return None
        counts = values.get("counts") or ()
        if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in counts):
            return None
        outcome = values.get("outcome")
        rows = tuple((self.value(option, BALLOT_WORDS), number) for option, number in counts)
        return PaperCount(rows, "" if outcome is None else self.value(outcome, BALLOT_WORDS))

    def signer(self, name: str, values: Mapping[str, Any]) -> str:
        field = self.field(name)
        if field is None:
            return self.say(self.post(name))
        if field.type.kind in (Kind.LIST, Kind.TEXT) and values.get(name) is not None and not self.open:
            return self.line(name, values[name]).value
        return self.label(name)
