"""Cases, events and effect records as frozen data, and the folding of events into a case; no store is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeVar

from attrs import evolve, field, frozen

from community_core.base.citations import Citation
from community_core.base.made import quickly_made
from community_core.base.ranks import Privacy
from community_core.instruments.ledger import Entry
from community_core.procedures.definition import PublishKind
from community_core.procedures.recorded import RecordedEffect
from community_core.procedures.withholding import Private, Why, Withheld, known

T = TypeVar("T")

#: The actor of what the rules do by themselves, and the step names of an event that settles a deadline, of one that
#: corrects another, of one that moves the case over to a newer text of its rules, and of one that issues a paper.
SYSTEM = "system"
LATE = "late"
CORRECT = "correct"
TRANSITION = "transition"
PAPER = "paper"
#: The events of the erasure of personal values and of a reading of sensitive ones: they change nothing in the case.
ERASE = "erase"
INSPECT = "inspect"

#: Events that give a case no field: what they hold is about the record and not about the matter.
APART = frozenset({LATE, TRANSITION, PAPER, ERASE, INSPECT})
#: Events that the library records of itself: what they give a case is not simply what they hold.
_OWN: Final = APART | {CORRECT}


@quickly_made
@frozen(weakref_slot=False)
class Event:
    """One thing that happened in a case, as it is recorded and hashed.

    *version* counts the case's events from 1. *step* is the step's name, ``late`` for a settled deadline or ``correct``
    for a correction; then *data* says which version it corrects (``corrects``), ``why``, the ``fields`` with their
    values, and which of them still stand in the case since no later step gave them again (``stands``).
    A ``transition`` says from which rule text (``from``) to which (``to``) the case moved over, which ``steps`` that it
    took are called otherwise now (by an empty text where they have no successor), and what ``counts`` stand at; a
    ``paper`` which paper of which event was issued, with the digests of its files.
    *state* is the state after the event. *day* is the day it was done. *data* are the fields given and computed, as
    plain values of their types; a field that the step clears is in it as ``None``. *rules* is the hash of the rule text
    the case runs under. *behalf* is the person in whose name, and under whose post, *actor* acted; empty where he acted
    in his own. *private* names the fields whose values are personal or sensitive, with their classes: a store keeps
    these values apart, and only commitments to them are hashed. One that is not to hand is a ``Withheld`` in *data*.
    *effects* are what the step caused, in order: the rows of registers and ledgers that follow from it.

    An ``erase`` says which values were removed (``values``: version and field), ``why`` and on which ``ground``; an
    ``inspect`` which sensitive ``fields`` were read, and for what ``purpose``.
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
    behalf: str = ""
    private: tuple[tuple[str, Privacy], ...] = ()
    effects: tuple[RecordedEffect, ...] = ()

    @property
    def taker(self) -> str:
        """The person in whose name it was done."""
        return self.behalf or self.actor


@frozen
class PublishedItem:
    """What an event published: kind, the names of the fields, to whom, from and until which day.

    *ground* is the law by which people may be named in it, *consent* the field of the case that says whether the
    person agreed to be named; without either, personal values in it are shown masked.
    """

    kind: PublishKind
    what: tuple[str, ...]
    to: str
    since: dt.date
    until: dt.date | None = None
    ground: Citation | None = None
    consent: str = ""


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


#: How communities are redrawn: areas move to another one, all of one goes to another, or areas become a new one.
REDRAWINGS: Final = ("move", "merge", "split")


@frozen
class Redraw:
    """Effect: from *day* on *areas* of *place*, or all of it, belong to *into*, in the registers of the office.

    *action* is one of ``REDRAWINGS``; *areas* are places, dwellings or households; *zh* is the name of a new place.
    """

    action: str
    place: str
    into: str
    day: dt.date
    areas: tuple[str, ...] = ()
    zh: str = ""


@frozen
class Enter:
    """Effect: *entry* is entered in its ledger, in the same transaction as the event that caused it."""

    entry: Entry


Effect = OpenCase | Appoint | EndAppointment | Remind | Enter | Redraw


@quickly_made
@frozen(weakref_slot=False)
class Case:
    """One running instance of a procedure, as its events make it.

    *rules* is the hash of the text that it runs under: the one it began under, unless a transition moved it over.
    *entered* is the day on which the present state was entered; *steps* gives, for each step taken, its last day and
    the person in whose name it was taken; *data* every field's present value. *reminded* says whether the late rules
    that only remind or escalate have been settled in the present state. *ended* is the kind of the end (a value of
    ``EndKind``) once the case has one: the step function sets it, since events alone do not know the procedure.
    *takers* are all in whose name each step was taken, *hands* those who took it for them; a state that is only
    kept for lists has neither. *private* says of each personal or sensitive field which event gave its value; where
    that is not to hand, *data* has ``None``, which is unknown, and *withheld* says why.
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
    hands: Mapping[str, frozenset[str]] = field(factory=dict, eq=False)
    private: Mapping[str, Private] = field(factory=dict)
    withheld: Mapping[str, Withheld] = field(factory=dict)

    def took(self, step: str, person: str) -> bool:
        """Whether *step* was ever taken in this case in the name of *person*."""
        last = self.steps.get(step)
        return (last is not None and last[1] == person) or person in self.takers.get(step, ())

    def had_part(self, step: str, person: str) -> bool:
        """Whether *person* ever took *step* in this case, in his own name or in another's, or had it taken for him."""
        return self.took(step, person) or person in self.hands.get(step, ())

    def after(self, event: Event, ended: str = "") -> Case:
        """Return the case as it stands after *event*; *ended* is the kind of end that its new state is, if any."""
        if event.step in (ERASE, INSPECT):
            return self._told(event, ended)
        over = event.step == TRANSITION
        # Moving over is not entering: periods run on, also where the newer text calls the state otherwise.
        moved = event.state != self.state and not over
        taker = event.behalf or event.actor
        before = self._renamed(renamed_steps(event)) if over else self
        gives = given(event)
        private, withheld = self.private, self.withheld
        if event.private or private or withheld:
            private, withheld = self._kept_apart(event, gives)
        # Made anew and not evolved: this is done for every event of a record.
        return Case(
            self.id,
            self.procedure,
            self.place,
            self.opened,
            event.rules if over else self.rules,
            event.state,
            event.version,
            event.day if moved else self.entered,
            event.day,
            {**self.data, **known(gives)},
            {**before.steps, event.step: _last(event.day, taker)},
            False if moved else (self.reminded or event.step == LATE),
            self.parent,
            ended or self.ended,
            _among(before.takers, event.step, taker),
            _among(before.hands, event.step, event.actor) if event.behalf else before.hands,
            private,
            withheld,
        )

    def _renamed(self, names: Mapping[str, str]) -> Case:
        """Return the case with its steps under new names, and without those whose new name is empty."""
        if not names:
            return self
        return evolve(
            self,
            steps={step: max(last, key=itemgetter(0)) for step, last in _under(names, self.steps).items()},
            takers={step: frozenset().union(*people) for step, people in _under(names, self.takers).items()},
            hands={step: frozenset().union(*people) for step, people in _under(names, self.hands).items()},
        )

    def _kept_apart(
        self, event: Event, gives: Mapping[str, Any]
    ) -> tuple[Mapping[str, Private], Mapping[str, Withheld]]:
        classes = dict(event.private)
        private = {name: item for name, item in self.private.items() if name not in gives}
        withheld = {name: item for name, item in self.withheld.items() if name not in gives}
        for name, value in gives.items():
            if name in classes:
                private[name] = Private(event.version, classes[name])
            if isinstance(value, Withheld):
                withheld[name] = value
        return private, withheld

    def _told(self, event: Event, ended: str) -> Case:
        """Return the case after an event that is about its values and no step: only what was erased is unknown now."""
        gone = set(map(tuple, dict(event.data).get("values", ())))
        lost = {name: item for name, item in self.private.items() if (item.version, name) in gone}
        return evolve(
            self,
            version=event.version,
            ended=ended or self.ended,
            data={**self.data, **dict.fromkeys(lost)},
            private={name: item for name, item in self.private.items() if name not in lost},
            withheld={
                **self.withheld,
                **{name: Withheld(item.privacy, Why.ERASED) for name, item in lost.items()},
            },
        )


def _among(people: Mapping[str, frozenset[str]], step: str, person: str) -> Mapping[str, frozenset[str]]:
    known = people.get(step)
    if known is None:
        return {**people, step: _alone(person)}
    return people if person in known else {**people, step: known | {person}}


# The same few people take the steps of thousands of cases, which then share what says so.


@lru_cache(maxsize=4096)
def _alone(person: str) -> frozenset[str]:
    return frozenset({person})


@lru_cache(maxsize=4096)
def _last(day: dt.date, person: str) -> tuple[dt.date, str]:
    return day, person


def renamed_steps(event: Event) -> Mapping[str, str]:
    """Return the new names of steps by the old ones, of a case that moves over; empty for one that is dropped."""
    return dict(dict(event.data).get("steps", ()))


def _under(names: Mapping[str, str], kept: Mapping[str, T]) -> Mapping[str, list[T]]:
    """Return what is kept by step, by the new names of the steps, of which two may be one now."""
    found: dict[str, list[T]] = {}
    for step, value in kept.items():
        if new := names.get(step, step):
            found.setdefault(new, []).append(value)
    return found


def given(event: Event) -> Mapping[str, Any]:
    """Return the fields that an event gives a case: of a correction what stands, of a move what now counts steps.

    What stands apart gives none.
    """
    said = dict(event.data)
    if event.step not in _OWN:
        return said
    if event.step == TRANSITION:
        return dict(said.get("counts", ()))
    if event.step in APART:
        return {}
    stands = said.get("stands") or ()
    return {name: value for name, value in said.get("fields") or () if name in stands}


def fold(case: Case, events: Iterable[Event]) -> Case:
    """Return *case* after all of *events*, in order."""
    for event in events:
        case = case.after(event)
    return case
