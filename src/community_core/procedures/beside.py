"""What a step needs of other cases: that they are there, have come far enough, and cover the place; nothing is stored.

A contract is offered on a text that was settled, a breach is of a covenant that is in force, a practice is begun where
its rollout has come to. Such a step takes the other case's id, and the rule says in which states that case must stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from community_core.base.findings import Finding, finding
from community_core.procedures.definition import Needs, Procedure, Step
from community_core.procedures.events import Case


class Beside(Protocol):
    """How other cases and places are looked up; the office knows both."""

    def case(self, procedure: str, case_id: str) -> Case | None:
        """Return the case *case_id* as it stands now, ``None`` unless it is one of *procedure*."""
        ...

    def known(self, case_id: str) -> bool:
        """Whether there is a case of that id, of any procedure."""
        ...

    def around(self, place: str) -> frozenset[str]:
        """Return *place* and every place that contains it."""
        ...


def lacking(case: Case, step: Step, values: Mapping[str, Any], beside: Beside) -> list[Finding]:
    """Return what *step* needs of other cases and does not find; *values* are the case's fields, given ones included.

    A field that has no value is not looked at here: taking it in has said so already, unless it may be left out.
    """
    return [
        found
        for needs in step.needs
        if values.get(needs.field) is not None
        and (found := _lacks(case, step, needs, values[needs.field], beside)) is not None
    ]


def unknown_cases(procedure: Procedure, step: Step, given: Mapping[str, Any], beside: Beside) -> Iterator[Finding]:
    """Yield a finding for each id among the *given* fields that refer to cases, and that no case has."""
    for name, value in given.items():
        if name not in procedure.case_fields:
            continue
        for case_id in value if isinstance(value, tuple) else (value,):
            if case_id is not None and not beside.known(case_id):
                yield finding(
                    "unknown-case",
                    f"环节 {step.name} 的 {name} 要写已有办件的编号，没有办件 {case_id}",
                    f"{name} of step {step.name} names a case by its id; there is no case {case_id!r}",
                    procedure.field_names[name].origin,
                    field=name,
                    case=case_id,
                )


def _lacks(case: Case, step: Step, needs: Needs, case_id: str, beside: Beside) -> Finding | None:
    other = beside.case(needs.procedure, case_id)
    if other is None:
        return finding(
            "needed-case",
            f"环节 {step.name} 的 {needs.field} 要写程序 {needs.procedure} 的办件，没有 {case_id}",
            f"{needs.field} of step {step.name} names a case of {needs.procedure}; there is no {case_id!r}",
            needs.origin,
            field=needs.field,
            case=case_id,
        )
    if other.state not in needs.states:
        return finding(
            "needed-state",
            f"办件 {case_id} 现为 {other.state}；环节 {step.name} 要它处于 {'、'.join(needs.states)}",
            f"case {case_id} is in {other.state}; step {step.name} needs it in {', '.join(needs.states)}",
            needs.origin,
            case=case_id,
            state=other.state,
        )
    if needs.here and not beside.around(case.place) & frozenset(other.data.get(needs.here) or ()):
        return finding(
            "needed-place",
            f"办件 {case_id} 的 {needs.here} 不包括 {case.place}，这里还不能办理环节 {step.name}",
            f"{needs.here} of case {case_id} does not cover {case.place}; step {step.name} cannot be taken here yet",
            needs.origin,
            case=case_id,
            place=case.place,
        )
    return None
