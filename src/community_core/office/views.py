"""What can be read of cases: their timeline, their deadlines, and what of them is public; nothing is decided here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from attrs import evolve, frozen

from community_core.base.citations import Citation
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.jurisdiction.expressions import expressions_of
from community_core.office.bindings import Binding, Bindings
from community_core.office.entering import public_entries
from community_core.office.restoring import restore
from community_core.pages.items import BoardCase, BoardField, BoardItem
from community_core.pages.texts import BALLOT_WORDS, masked_text, value_text
from community_core.pages.words import audience_label
from community_core.ports.store import Store, StoredCase, StoredEvent
from community_core.procedures.definition import LateAction, Procedure, PublishKind, StepField
from community_core.procedures.disclosing import ITEM
from community_core.procedures.events import (
    CORRECT,
    ERASE,
    INSPECT,
    LATE,
    PAPER,
    TRANSITION,
    Case,
    Event,
    PublishedItem,
    given,
)
from community_core.procedures.links import links_of
from community_core.procedures.reading import Reading
from community_core.procedures.recorded import RecordedEffect
from community_core.procedures.withholding import Withheld, hidden
from community_core.rules.answer import ParameterUse
from community_core.rules.types import Kind

T = TypeVar("T")
_CHUNK = 500


@frozen
class Moment:
    """One event of a case as a person reads it, with what the record adds.

    *data* are the fields given, personal ones too: a timeline is for those who handle the case. In the place of a
    sensitive value, and of one that is not to hand, stands a ``Withheld``. *effects* are what the event caused, such as
    a reminder of a post, without personal values.
    """

    version: int
    day: dt.date
    step: str
    label: Label
    state: str
    state_label: Label
    actor: str
    post: str
    behalf: str
    data: tuple[tuple[str, Any], ...]
    published: tuple[PublishedItem, ...]
    cite: Citation | None
    entered: dt.datetime
    hash: str
    effects: tuple[RecordedEffect, ...] = ()


@frozen
class Due:
    """A deadline of an open case: its last day, ``None`` (with *why*) while its period is unknown."""

    case: str
    procedure: str
    place: str
    state: str
    then: LateAction
    to: str
    due: dt.date | None
    why: Finding | None = None


def chunked(items: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Yield *items* in lists of *size*."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def state_label(procedure: Procedure, state: str) -> Label:
    """Return the label of a state, or its name."""
    return dict(procedure.states).get(state) or Label(state)


#: What the events are called that are no step of a procedure.
_NO_STEPS: Mapping[str, Label] = {
    LATE: Label("期限届满", "Deadline passed"),
    CORRECT: Label("更正", "Correction"),
    TRANSITION: Label("转用新规则文本", "Moved over to newer rules"),
    PAPER: Label("出具文书", "Paper issued"),
    ERASE: Label("删除个人信息", "Personal values erased"),
    INSPECT: Label("查阅敏感信息", "Sensitive values read"),
}


def step_label(procedure: Procedure, name: str) -> Label:
    """Return the label of a step, or its name."""
    step = procedure.step(name)
    return _NO_STEPS.get(name) or (step.label if step is not None else Label()) or Label(name)


#: The arguments of effects in which places stand, by the kind of the effect.
_PLACES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"place"}),
    "appoint": frozenset({"place"}),
    "end_appointment": frozenset({"place"}),
    "enter": frozenset({"from", "to"}),
    "redraw": frozenset({"into", "areas", "areas_to"}),
}


def value_labels(
    procedure: Procedure, name: str, places: Mapping[str, Label], value: Any = None
) -> Mapping[str, Label]:
    """Return what values of a field are called: its own labels, and where it holds places what *places* are called.

    A field holds places that refers to them, or that an effect reads them from; a *value* does that is a list of
    nothing but registered places.
    """
    item = procedure.field(name)
    labels = {} if item is None else dict(item.labels)
    if item is not None and item.type.kind is Kind.BOOL:
        labels |= {str(truth): value_text(truth) for truth in (True, False)}
    if name == ITEM:
        labels |= {each.name: each.label for each in procedure.discloses if each.label}
    texts = isinstance(value, tuple) and bool(value) and all(isinstance(each, str) for each in value)
    listed = texts and all(each in places for each in value)
    return {**places, **labels} if listed or name in _place_fields(procedure) else labels


def _place_fields(procedure: Procedure) -> frozenset[str]:
    referring = {name for name, item in procedure.field_names.items() if item.type.refers_to == "place"}
    effects = (effect for step in procedure.steps for effect in step.effects)
    named = {
        expression.text
        for effect in effects
        for argument, expression in effect.arguments
        if argument in _PLACES.get(effect.kind, ())
    }
    return frozenset(referring | named)


def covered(case: Case) -> Case:
    """Return *case* without its sensitive values: to have them, somebody says who he is and why."""
    if not case.private:
        return case
    classes = {name: item.privacy for name, item in case.private.items() if case.data.get(name) is not None}
    names = [name for name, privacy in classes.items() if privacy is Privacy.SENSITIVE]
    if not names:
        return case
    withheld = {name: hidden(case.data[name], classes[name]) for name in names}
    return evolve(case, data={**case.data, **dict.fromkeys(names)}, withheld={**case.withheld, **withheld})


def covered_data(event: Event) -> tuple[tuple[str, Any], ...]:
    """Return the data of an event without its sensitive values."""
    names = {name for name, privacy in event.private if privacy is Privacy.SENSITIVE}
    if not names:
        return event.data

    def cover(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
        return tuple(
            (name, hidden(value, Privacy.SENSITIVE) if name in names and not isinstance(value, Withheld) else value)
            for name, value in pairs
        )

    if event.step != CORRECT:
        return cover(event.data)
    return tuple((name, cover(value) if name == "fields" else value) for name, value in event.data)


def timeline(
    bindings: Bindings, name: str, events: Sequence[StoredEvent], *, inspected: bool = False
) -> tuple[Moment, ...]:
    """Return the events of a case of the procedure *name* in order, each as the text has it that it was done under.

    Sensitive values are covered, unless their reading was recorded (*inspected*).
    """
    found = []
    for item in events:
        event = item.event
        procedure = bindings.of(name, event.rules).procedure
        found.append(
            Moment(
                event.version,
                event.day,
                event.step,
                step_label(procedure, event.step),
                event.state,
                state_label(procedure, event.state),
                event.actor,
                event.post,
                event.behalf,
                event.data if inspected else covered_data(event),
                event.published,
                _source(procedure, event),
                item.entered,
                item.hash,
                event.effects,
            )
        )
    return tuple(found)


def _source(procedure: Procedure, event: Event) -> Citation | None:
    """Return what says so: of a move the document that lets the case move, else that of the step."""
    if event.step == TRANSITION:
        name = dict(event.data).get("transition")
        return next((item.cite for item in procedure.transitions if item.name == name), procedure.cite)
    step = procedure.step(event.step)
    return (step.cite if step is not None else None) or procedure.cite


def values_used(binding: Binding, case: Case) -> tuple[ParameterUse, ...]:
    """Return the parameters on which the steps taken in *case* and its deadlines rest, each once, by term."""
    procedure = binding.procedure
    states = {step.to for step in procedure.steps if step.name in case.steps}
    gone_through = evolve(
        procedure,
        steps=tuple(step for step in procedure.steps if step.name in case.steps),
        late=tuple(rule for rule in procedure.late if rule.state in states),
    )
    reading = Reading(procedure, case, case.latest or case.opened, binding.evaluate, None, case.data)
    found = {
        (use.term, use.key): use
        for place in expressions_of(gone_through)
        for use in reading.value(place.expression, guard=True).uses
    }
    return tuple(found[key] for key in sorted(found))


def board_items(
    bindings: Bindings, stored: StoredCase, events: Sequence[StoredEvent], places: Mapping[str, Label]
) -> Iterator[BoardItem]:
    """Yield what of a case is public: of each thing published, the fields that are classed public, as they were then.

    Personal fields stand masked, unless the law names people there, or the person agrees to it as the case stands now.
    A personal notice is for the person concerned and no part of the board. *places* are what places are called.
    """
    present: dict[str, Any] = {}
    for item in events:
        present.update(given(item.event))
    data: dict[str, Any] = {}
    for item in events:
        event = item.event
        procedure = bindings.of(stored.procedure, event.rules).procedure
        data.update(given(event))
        # A correction is published with what it says, also of a field that a later step gave again.
        says = {**data, **dict(dict(event.data).get("fields", ()))} if event.step == CORRECT else data
        step = procedure.step(event.step)
        entries = public_entries(procedure, event)
        for published in event.published:
            if published.kind is PublishKind.PERSONAL_NOTICE:
                continue
            named = published.ground is not None or present.get(published.consent) is True
            fields = tuple(_fields(procedure, published, says, places, named=named))
            if fields:
                yield BoardItem(
                    case=stored.id,
                    version=event.version,
                    step=step_label(procedure, event.step),
                    kind=published.kind,
                    since=published.since,
                    fields=fields,
                    until=published.until,
                    to=audience_label(published.to, procedure),
                    cite=(step.cite if step is not None else None) or procedure.cite,
                    standing=(step.standing if step is not None else None) or procedure.standing,
                    hash=item.hash,
                    ground=published.ground,
                    entries=entries,
                )
                entries = ()


def _fields(
    procedure: Procedure,
    published: PublishedItem,
    data: dict[str, Any],
    places: Mapping[str, Label],
    *,
    named: bool,
) -> Iterator[BoardField]:
    """Yield what may be public of the fields: personal ones masked, unless people may be *named* in it."""
    for name in published.what:
        item = procedure.field(name)
        if item is None or data.get(name) is None:
            continue
        if item.privacy is Privacy.PUBLIC or (item.privacy is Privacy.PERSONAL and named):
            yield BoardField(name, item.label or Label(name), _shown(procedure, item, data[name], places))
        elif item.privacy is Privacy.PERSONAL:
            value = data[name]
            shown = value_text(value) if isinstance(value, Withheld) else Label(masked_text(value, item.type))
            yield BoardField(name, item.label or Label(name), shown)


def _shown(procedure: Procedure, item: StepField, value: Any, places: Mapping[str, Label]) -> Label:
    labels = value_labels(procedure, item.name, places, value)
    if item.name in ("counts", "outcome"):
        labels = {**BALLOT_WORDS, **labels}
    return value_text(dict(value) if item.name == "counts" else value, labels)


def board(
    store: Store, bindings: Bindings, cases: Iterable[StoredCase]
) -> Iterator[tuple[StoredCase, tuple[BoardItem, ...], BoardCase]]:
    """Yield each case that has published something, with what it published."""
    places = store.place_names()
    for chunk in chunked(cases):
        loaded = store.load([case.id for case in chunk])
        for stored in chunk:
            _, events = loaded[stored.id]
            if not any(item.event.published for item in events):
                continue
            items = tuple(board_items(bindings, stored, events, places))
            if items:
                case = restore(bindings, stored, events)
                procedure = bindings.of(stored.procedure, case.rules).procedure
                titles = [field.value.zh for item in items for field in item.fields if field.name == "title"]
                yield (
                    stored,
                    items,
                    BoardCase(
                        id=stored.id,
                        procedure=stored.procedure,
                        title=procedure.title or Label(procedure.name),
                        place=Label(stored.place),
                        opened=stored.opened,
                        state=state_label(procedure, case.state),
                        items=items,
                        subject=titles[-1] if titles else "",
                        end=procedure.end(case.state),
                        cite=procedure.cite,
                        links=tuple(link.other for link in links_of(procedure, case)),
                    ),
                )
