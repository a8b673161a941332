"""Cases, events and effect records as frozen data, and the folding of events into a case; no store is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from community_core.procedures.definition import PublishKind

#: The actor of what the rules do by themselves, and the step names of an event that settles a deadline and of one that
#: corrects another.
SYSTEM = "system"
LATE = "late"
CORRECT = "correct"


@frozen
class Event:
    """One thing that happened in a case, as it is recorded and hashed.

    *version* counts the case's events from 1. *step* is the step's name, ``late`` for a settled deadline or ``correct``
    for a correction; then *data* says which version it corrects (``corrects``), ``why``, the ``fields`` with their
    values, and which of them still stand in the case since no later step gave them again (``stands``).
    *state* is the state after the event. *day* is the day it was done. *data* are the fields given and computed, as
    plain values of their types. *rules* is the hash of the rule text the case runs under.
    """

    case: str
    version: int
    step: str
    state: str
    actor: str
    post: str
    day: dt.date
    data: tuple[tuple[str, Any], ...] = ()
    published: tuple[PublishedItem, ...] = ()
    rules: str = ""
    key: str = ""


@frozen
class PublishedItem:
    """What an event published: kind, the names of the fields, to whom, from and until which day."""

    kind: PublishKind
    what: tuple[str, ...]
    to: str
    since: dt.date
    until: dt.date | None = None


@frozen
class OpenCase:
    """Effect: open a follow-up case of *procedure* about the same place, with *data*."""

    procedure: str
    data: tuple[tuple[str, Any], ...] = ()


@frozen
class Appoint:
    """Effect: *person* holds *post* in *place* from *since* (to *until*)."""

    person: str
    post: str
    place: str
    since: dt.date
    until: dt.date | None = None


@frozen
class EndAppointment:
    """Effect: the appointment of *person* to *post* in *place* ends on *day* for *reason*."""

    person: str
    post: str
    place: str
    day: dt.date
    reason: str


@frozen
class Remind:
    """Effect: tell *post* that a deadline of the case has passed."""

    post: str
    text: str


Effect = OpenCase | Appoint | EndAppointment | Remind


@frozen
class Case:
    """One running instance of a procedure, as its events make it.

    *entered* is the day on which the present state was entered; *steps* gives, for each step taken, its last day and
    taker; *data* every field's present value. *reminded* says whether the late rules that only remind or escalate have
    been settled in the present state. *ended* is the kind of the end (a value of ``EndKind``) once the case has one:
    the step function sets it, since events alone do not know the procedure. *takers* are all who took each step; a
    state that is only kept for lists does not have them.
    """

    id: str
    procedure: str
    place: str
    opened: dt.date
    rules: str = ""
    state: str = ""
    version: int = 0
    entered: dt.date | None = None
    latest: dt.date | None = None
    data: Mapping[str, Any] = field(factory=dict)
    steps: Mapping[str, tuple[dt.date, str]] = field(factory=dict)
    reminded: bool = False
    parent: str = ""
    ended: str = ""
    takers: Mapping[str, frozenset[str]] = field(factory=dict, eq=False)

    def took(self, step: str, person: str) -> bool:
        """Whether *person* ever took *step* in this case."""
        last = self.steps.get(step)
        return (last is not None and last[1] == person) or person in self.takers.get(step, ())

    def after(self, event: Event) -> Case:
        """Return the case as it stands after *event*."""
        moved = event.state != self.state
        return evolve(
            self,
            state=event.state,
            version=event.version,
            entered=event.day if moved else self.entered,
            latest=event.day,
            data={**self.data, **given(event)},
            steps={**self.steps, event.step: (event.day, event.actor)},
            takers={**self.takers, event.step: self.takers.get(event.step, frozenset()) | {event.actor}},
            reminded=False if moved else (self.reminded or event.step == LATE),
        )


def given(event: Event) -> Mapping[str, Any]:
    """Return the fields that an event gives a case: none where it settles a deadline, of a correction what stands."""
    if event.step == LATE:
        return {}
    said = dict(event.data)
    if event.step != CORRECT:
        return said
    stands = said.get("stands") or ()
    return {name: value for name, value in said.get("fields") or () if name in stands}


def fold(case: Case, events: Iterable[Event]) -> Case:
    """Return *case* after all of *events*, in order."""
    for event in events:
        case = case.after(event)
    return case
