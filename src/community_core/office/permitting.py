"""Who may try which step of a case on a day, by the same code as the step itself; nothing is recorded."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.office.bindings import require_day
from community_core.office.views import step_label
from community_core.office.work import Work
from community_core.procedures.deadlines import settle
from community_core.procedures.events import SYSTEM
from community_core.procedures.reading import WorkingDays
from community_core.procedures.step import possible


@frozen
class Permission:
    """Whether somebody may try a step on a day, as what (*post*), and otherwise why not."""

    step: str
    label: Label
    allowed: bool
    post: str = ""
    findings: tuple[Finding, ...] = ()


def permissions(
    work: Work, case_id: str, person: str, day: dt.date, *, workdays: WorkingDays | None
) -> tuple[Permission, ...]:
    """Return for each step of a case whether *person* may try it on *day*, as it stands once overdue is settled.

    Raises:
        Refused: if there is no such case, or *day* is no day.
    """
    require_day(day)
    case = work.case(case_id)
    binding = work.binding(case)
    now = settle(binding.procedure, case, day, binding.evaluate, workdays=workdays).case
    found = []
    for step in binding.procedure.steps:
        if not step.opens:
            post = "" if person == SYSTEM else work.post(now, step, person, day)
            against = possible(
                binding.procedure,
                now,
                step,
                actor=person,
                post=post,
                day=day,
                evaluate=binding.evaluate,
                workdays=workdays,
            )
            against = (*binding.problems, *against)
            found.append(Permission(step.name, step_label(binding.procedure, step.name), not against, post, against))
    return tuple(found)
