"""Who may try which step of a case, or open one, on a day, by the same code as the step itself; nothing is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.office.bindings import Binding, require_day
from community_core.office.views import step_label
from community_core.office.work import Work
from community_core.procedures.deadlines import settle
from community_core.procedures.definition import Step
from community_core.procedures.events import SYSTEM, Case
from community_core.procedures.reading import WorkingDays
from community_core.procedures.step import openings, possible


@frozen
class Permission:
    """Whether somebody may try a step on a day, as what (*post*), and otherwise why not.

    *case* is empty where the step would open one. *behalf* is the person in whose name it would be taken, and whose
    *post* it is; empty for one's own.
    """

    procedure: str
    step: str
    label: Label
    allowed: bool
    post: str = ""
    findings: tuple[Finding, ...] = ()
    case: str = ""
    behalf: str = ""


def permissions(
    work: Work, case_id: str, person: str, day: dt.date, *, workdays: WorkingDays | None
) -> tuple[Permission, ...]:
    """Return for each step of a case whether *person* may try it on *day*, as it stands once overdue is settled.

    What he may try in another's name comes after his own.

    Raises:
        Refused: if there is no such case, or *day* is no day.
    """
    require_day(day)
    case = work.case(case_id)
    binding = work.binding(case)
    now = settle(binding.procedure, case, day, binding.evaluate, workdays=workdays).case
    steps = [step for step in binding.procedure.steps if not step.opens]
    return tuple(_each(work, binding, now, steps, person, day, workdays))


def openings_for(
    work: Work, bindings: Iterable[Binding], place: str, person: str, day: dt.date, *, workdays: WorkingDays | None
) -> tuple[Permission, ...]:
    """Return for each opening step of the procedures whether *person* may open a case of it about *place* on *day*.

    Raises:
        Refused: if *day* is no day.
    """
    require_day(day)
    found: list[Permission] = []
    for binding in bindings:
        case = Case("", binding.name, place, day, binding.digest)
        found += _each(work, binding, case, openings(binding.procedure), person, day, workdays)
    return tuple(found)


def _each(
    work: Work,
    binding: Binding,
    case: Case,
    steps: Iterable[Step],
    person: str,
    day: dt.date,
    workdays: WorkingDays | None,
) -> Iterator[Permission]:
    charged = {} if person == SYSTEM else work.charged(person, case.place, day)
    for step in steps:
        names = [behalf for behalf, posts in sorted(charged.items()) if posts.intersection(step.by)]
        for behalf in ("", *names):
            post = "" if person == SYSTEM else work.post_of(binding.procedure, step, case, person, day, behalf)
            against = possible(
                binding.procedure,
                case,
                step,
                actor=person,
                post=post,
                day=day,
                evaluate=binding.evaluate,
                behalf=behalf,
                workdays=workdays,
            )
            against = (*binding.problems, *against)
            label = step_label(binding.procedure, step.name)
            yield Permission(binding.name, step.name, label, not against, post, against, case.id, behalf)
