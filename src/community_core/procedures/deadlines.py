"""Deadlines of a case's states: when they fall due, and what settling an overdue one comes to."""

from __future__ import annotations

import datetime as dt
from itertools import takewhile

from attrs import frozen

from community_core.base.findings import Finding
from community_core.procedures.definition import Late, LateAction, Procedure
from community_core.procedures.events import LATE, SYSTEM, Case, Effect, Event, Remind
from community_core.procedures.reading import Evaluate, Reading, WorkingDays
from community_core.procedures.step import Taken, after


@frozen
class Deadline:
    """A late rule of the case's present state: *due* is its last day, ``None`` (with *why*) while that is unknown."""

    rule: Late
    due: dt.date | None
    why: Finding | None = None

    def overdue(self, day: dt.date) -> bool:
        """Whether the last day has passed on *day*."""
        return self.due is not None and self.due < day


def deadlines(
    procedure: Procedure, case: Case, evaluate: Evaluate, *, workdays: WorkingDays | None = None
) -> tuple[Deadline, ...]:
    """Return the deadlines of the case's present state that are not settled yet, the earliest first."""
    if case.ended or case.entered is None:
        return ()
    found: list[Deadline] = []
    for rule in procedure.late:
        # What leads from a state to itself would lead there for ever; the check of texts names it.
        if rule.state != case.state or (rule.then is LateAction.LAPSE and rule.to == rule.state):
            continue
        reading = Reading(procedure, case, case.latest or case.entered, evaluate, workdays, case.data)
        end = reading.end_of(rule.period, case.entered)
        if isinstance(end, Finding):
            found.append(Deadline(rule, None, end))
        elif rule.then is LateAction.LAPSE or not _settled(case, end):
            found.append(Deadline(rule, end))
    return tuple(sorted(found, key=lambda item: (item.due or dt.date.max, item.rule.then is LateAction.LAPSE)))


def _settled(case: Case, due: dt.date) -> bool:
    """Whether a deadline that only reminds or escalates was settled: what was due before the last that was, was too."""
    return case.reminded and due < case.steps[LATE][0]


def settle(
    procedure: Procedure, case: Case, day: dt.date, evaluate: Evaluate, *, workdays: WorkingDays | None = None
) -> Taken:
    """Settle every deadline that is overdue on *day*, one after the other, as events of the actor ``system``.

    An event's day is the first after the deadline, so that it does not matter when somebody looks. A deadline whose
    period is unknown is left alone.
    """
    events: list[Event] = []
    effects: list[Effect] = []
    waiting: list[Deadline] = []
    while True:
        if not waiting:
            now = [item for item in deadlines(procedure, case, evaluate, workdays=workdays) if item.overdue(day)]
            # Of those with one day, all that leave the state as it is are settled together, up to one that does not.
            same = [item for item in now if _settled_on(case, item) == _settled_on(case, now[0])]
            stay = list(takewhile(lambda item: item.rule.then is not LateAction.LAPSE, same))
            waiting = stay or now[:1]
        if not waiting:
            return Taken(case, tuple(events), tuple(effects))
        first = waiting.pop(0)
        rule, due = first.rule, first.due or day
        told = () if rule.then is LateAction.LAPSE else _told(procedure, case, rule)
        event = Event(
            case=case.id,
            version=case.version + 1,
            step=LATE,
            state=rule.to if rule.then is LateAction.LAPSE else case.state,
            actor=SYSTEM,
            post=SYSTEM,
            day=_settled_on(case, first),
            data=(("late", rule.then.value), ("due", due), *((("told", told),) if told else ())),
            rules=case.rules,
        )
        effects += (Remind(post, _text(case, rule, due)) for post in told)
        case = after(procedure, case, event)
        events.append(event)


def _settled_on(case: Case, late: Deadline) -> dt.date:
    """The day of the event that settles *late*: the first after it, but none before the latest of the case."""
    since = (late.due or dt.date.min) + dt.timedelta(days=1)
    return max(since, case.latest or since)


def _told(procedure: Procedure, case: Case, rule: Late) -> tuple[str, ...]:
    """The post that the rule names, or else every post that could act in the present state."""
    if rule.to:
        return (rule.to,)
    return tuple(dict.fromkeys(post for step in procedure.steps if case.state in step.source for post in step.by))


def _text(case: Case, rule: Late, due: dt.date) -> str:
    return f"{case.id}：状态 {case.state} 的期限 {due} 已过" + (f"（{rule.because.zh}）" if rule.because.zh else "")
