"""What is done again and again: items to post, boxes to open, evaluations to call; which are due and which overdue.

Nothing is recorded here, and no clock is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.jurisdiction.rules import Rules
from community_core.office.bindings import Binding, Bindings
from community_core.office.views import chunked
from community_core.ports.store import Store, StoredCase, StoredEvent
from community_core.procedures.definition import DisclosureItem, Procedure, PublishKind
from community_core.procedures.events import Case
from community_core.procedures.reading import Reading, WorkingDays
from community_core.rules.terms import Expression


@frozen
class DueAgain:
    """One thing that is to be done again and again in a place.

    *item* names what is to be posted, or the value for which a procedure repeats; *last* is the day on which it was
    done last, ``None`` where never. *due* is the last day of the period from then, ``None`` where it was never done,
    is done once only, or nobody has set how often (*why* says so). *kind*, *to* and *channel* are those of a posting.
    """

    procedure: str
    place: str
    item: str
    label: Label
    by: tuple[str, ...]
    last: dt.date | None
    due: dt.date | None
    why: Finding | None = None
    kind: PublishKind | None = None
    to: str = ""
    channel: Label = Label()

    def overdue(self, day: dt.date) -> bool:
        """Whether it should have been done before *day*: its last day has passed, or it was never done at all."""
        return self.last is None or (self.due is not None and self.due < day)


def due_again(
    rules: Rules,
    store: Store,
    bindings: Bindings,
    on: dt.date,
    *,
    place: str = "",
    workdays: WorkingDays | None = None,
) -> tuple[DueAgain, ...]:
    """Return what procedures in force on *on* repeat or disclose, by place; what is overdue first.

    The places are *place*, or all in which the record has cases of any procedure.
    """
    places = [place] if place else sorted({item.place for item in store.tally()})
    found: list[DueAgain] = []
    for name, procedure in rules.terms.procedures:
        if name in rules.aliases or not procedure.span.holds(on) or not (procedure.discloses or procedure.repeats):
            continue
        done = _done(store, name, procedure, on)
        asked = _Asked(bindings.present(name, on=on), on, workdays)
        for where in places:
            here = done.get(where, {})
            found += (_item(asked, where, item, here.get(item.name)) for item in procedure.discloses)
            found += _repeated(asked, where, here)
    return tuple(sorted(found, key=lambda item: (not item.overdue(on), item.due or on, item.place, item.item)))


@frozen
class _Asked:
    """Under which rules, and on which day, it is asked."""

    binding: Binding
    on: dt.date
    workdays: WorkingDays | None

    @property
    def procedure(self) -> Procedure:
        """The procedure whose items or repetition are asked about."""
        return self.binding.procedure

    def end(self, every: Expression, place: str, last: dt.date) -> dt.date | Finding:
        """Return the last day of the period *every* that began on *last*, as the rules of the asking day are."""
        case = Case("", self.binding.name, place, self.on)
        reading = Reading(self.procedure, case, self.on, self.binding.evaluate, self.workdays)
        return reading.end_of(every, last)


def _item(asked: _Asked, place: str, item: DisclosureItem, last: dt.date | None) -> DueAgain:
    end = None if item.every is None else asked.end(item.every, place, last or asked.on)
    return DueAgain(
        procedure=asked.binding.name,
        place=place,
        item=item.name,
        label=item.label or Label(item.name),
        by=item.by,
        last=last,
        due=None if last is None or isinstance(end, Finding) else end,
        why=end if isinstance(end, Finding) else None,
        kind=item.kind,
        to=item.to,
        channel=item.channel,
    )


def _repeated(asked: _Asked, place: str, done: Mapping[str, dt.date]) -> Iterator[DueAgain]:
    repeats = asked.procedure.repeats
    if repeats is None:
        return
    opening = next((step for step in asked.procedure.steps if step.opens), None)
    for value, last in sorted(done.items()):
        end = asked.end(repeats.every, place, last)
        yield DueAgain(
            procedure=asked.binding.name,
            place=place,
            item=value,
            label=asked.procedure.title or Label(asked.procedure.name),
            by=opening.by if opening is not None else (),
            last=last,
            due=None if isinstance(end, Finding) else end,
            why=end if isinstance(end, Finding) else None,
        )


def _done(store: Store, name: str, procedure: Procedure, on: dt.date) -> dict[str, dict[str, dt.date]]:
    """Return the latest day up to *on* by place and item (or value that the procedure repeats for)."""
    found: dict[str, dict[str, dt.date]] = {}
    for chunk in chunked(store.cases(procedure=name)):
        loaded = store.load([case.id for case in chunk])
        for stored in chunk:
            here = found.setdefault(stored.place, {})
            for key, day in _days(procedure, stored, loaded[stored.id][1]):
                if day <= on and (key not in here or here[key] < day):
                    here[key] = day
    return found


def _days(procedure: Procedure, stored: StoredCase, events: Iterable[StoredEvent]) -> Iterator[tuple[str, dt.date]]:
    item = ""
    each = procedure.repeats.each if procedure.repeats is not None else ""
    for kept in events:
        given = dict(kept.event.data)
        if procedure.discloses:
            item = str(given.get("item") or item)
            if kept.event.published and item:
                yield item, kept.event.day
        elif kept.event.version == 1:
            yield str(given.get(each) or ""), stored.opened
