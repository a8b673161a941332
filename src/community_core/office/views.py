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
from community_core.instruments.ballot import ABSTAIN, SPOILT
from community_core.jurisdiction.expressions import expressions_of
from community_core.office.bindings import Binding, Bindings
from community_core.office.work import restore
from community_core.pages.items import BoardCase, BoardField, BoardItem
from community_core.pages.texts import value_text
from community_core.ports.store import Store, StoredCase, StoredEvent
from community_core.procedures.definition import LateAction, Procedure, PublishKind, StepField
from community_core.procedures.events import CORRECT, LATE, Case, PublishedItem, given
from community_core.procedures.reading import Reading
from community_core.rules.answer import ParameterUse

T = TypeVar("T")
_CHUNK = 500

#: What counts and outcomes call a ballot without an option, and the answers to a yes-or-no question.
BALLOT_WORDS: Mapping[str, Label] = {
    ABSTAIN: Label("弃权", "abstained"),
    SPOILT: Label("废票", "spoilt"),
    "yes": Label("赞成", "yes"),
    "no": Label("反对", "no"),
}


@frozen
class Moment:
    """One event of a case as a person reads it, with what the record adds.

    *data* are all fields given, whatever their privacy class: a timeline is for those who handle the case.
    """

    version: int
    day: dt.date
    step: str
    label: Label
    state: str
    state_label: Label
    actor: str
    post: str
    data: tuple[tuple[str, Any], ...]
    published: tuple[PublishedItem, ...]
    cite: Citation | None
    entered: dt.datetime
    hash: str


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


def step_label(procedure: Procedure, name: str) -> Label:
    """Return the label of a step, or its name."""
    if name == LATE:
        return Label("期限届满", "Deadline passed")
    if name == CORRECT:
        return Label("更正", "Correction")
    step = procedure.step(name)
    return (step.label if step is not None else Label()) or Label(name)


def timeline(binding: Binding, events: Sequence[StoredEvent]) -> tuple[Moment, ...]:
    """Return the events of a case in order."""
    procedure = binding.procedure
    found = []
    for item in events:
        event = item.event
        step = procedure.step(event.step)
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
                event.data,
                event.published,
                (step.cite if step is not None else None) or procedure.cite,
                item.entered,
                item.hash,
            )
        )
    return tuple(found)


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


def board_items(binding: Binding, stored: StoredCase, events: Sequence[StoredEvent]) -> Iterator[BoardItem]:
    """Yield what of a case is public: of each thing published, the fields that are classed public, as they were then.

    A personal notice is for the person concerned and no part of the board.
    """
    procedure = binding.procedure
    data: dict[str, Any] = {}
    for item in events:
        event = item.event
        data.update(given(event))
        # A correction is published with what it says, also of a field that a later step gave again.
        says = {**data, **dict(dict(event.data).get("fields", ()))} if event.step == CORRECT else data
        step = procedure.step(event.step)
        for published in event.published:
            if published.kind is PublishKind.PERSONAL_NOTICE:
                continue
            fields = tuple(_fields(procedure, published, says))
            if fields:
                yield BoardItem(
                    case=stored.id,
                    version=event.version,
                    step=step_label(procedure, event.step),
                    kind=published.kind,
                    since=published.since,
                    fields=fields,
                    until=published.until,
                    to=published.to,
                    cite=(step.cite if step is not None else None) or procedure.cite,
                    standing=(step.standing if step is not None else None) or procedure.standing,
                    hash=item.hash,
                )


def _fields(procedure: Procedure, published: PublishedItem, data: dict[str, Any]) -> Iterator[BoardField]:
    for name in published.what:
        item = procedure.field(name)
        if item is not None and item.privacy is Privacy.PUBLIC and data.get(name) is not None:
            yield BoardField(name, item.label or Label(name), _shown(item, data[name]))


def _shown(item: StepField, value: Any) -> Label:
    labels = dict(item.labels)
    if item.name in ("counts", "outcome"):
        labels = {**BALLOT_WORDS, **labels}
    return value_text(dict(value) if item.name == "counts" else value, labels)


def board(
    store: Store, bindings: Bindings, cases: Iterable[StoredCase]
) -> Iterator[tuple[StoredCase, tuple[BoardItem, ...], BoardCase]]:
    """Yield each case that has published something, with what it published."""
    for chunk in chunked(cases):
        loaded = store.load([case.id for case in chunk])
        for stored in chunk:
            _, events = loaded[stored.id]
            if not any(item.event.published for item in events):
                continue
            binding = bindings.of(stored.procedure, stored.rules)
            items = tuple(board_items(binding, stored, events))
            if items:
                case = restore(bindings, stored, events)
                procedure = binding.procedure
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
                    ),
                )
