"""Which rows of which decisions no case reaches, and which procedures no case runs or sees refused; it runs no test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from community_core.base.errors import CommunityError
from community_core.rules.pattern import Status
from community_core.rules.terms import DecisionTable
from community_core.testing.cases import CaseText
from community_core.testing.grounds import grounds_of
from community_core.testing.running import case_answer

if TYPE_CHECKING:
    from community_core.jurisdiction.plugins import Gathered
    from community_core.jurisdiction.rules import Rules


def not_covered(folder: Path, practices: Iterable[str], *, gathered: Gathered | None = None) -> tuple[str, ...]:
    """Return what of *practices* the case files in *folder* leave untried, in words such as ``a.b.c row 2``.

    A row is covered by a case whose answer rests on it, be it an outcome or a gap; each decision also wants a case
    with an unknown fact, each procedure a run that ends and a step that is refused. What several documents' own
    rules declare counts once, and what a case cannot ask is tried by none. *gathered* is what plugins offer, where it
    has been gathered already.
    """
    names = tuple(practices)
    wanted: dict[str, None] = {}
    had: set[str] = set()
    grounds, _ = grounds_of(folder, gathered)
    for ground in grounds:
        wanted.update(dict.fromkeys(_wanted(ground.rules, names)))
        for case in ground.group.cases:
            # A case that asks for what is not there tries nothing; running it says so, with its line.
            with suppress(CommunityError):
                had.update(_had(ground.rules, case, ground.group.day))
    return tuple(item for item in wanted if item not in had)


def _wanted(rules: Rules, practices: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for full, decision in rules.terms.decisions:
        if full.rpartition(".")[0] not in practices:
            continue
        if isinstance(decision, DecisionTable):
            found += [f"{full} row {number}" for number in range(1, len(decision.rows) + 1)]
            found += [f"{full} row 0"] if decision.otherwise is not None else []
        found.append(f"{full} undetermined")
    for full, procedure in rules.terms.procedures:
        if full.rpartition(".")[0] in practices:
            found += [f"{full} end {state}" for state, _ in procedure.ends]
            found.append(f"{full} refused")
    return found


def _had(rules: Rules, case: CaseText, day: dt.date | None) -> set[str]:
    if case.run:
        full = rules.procedure_name(case.run)
        ends = {state for state, _ in rules.procedure(case.run).ends}
        found = {f"{full} end {step.state}" for step in case.steps if step.state in ends}
        return found | ({f"{full} refused"} if any(step.refused for step in case.steps) else set())
    on = case.day or day
    if on is None or not case.decide:
        return set()
    answer = case_answer(case, rules, on)
    if answer.status is Status.UNDETERMINED:
        return {f"{answer.term} undetermined"}
    return {f"{answer.term} row {answer.row}"} if answer.status in (Status.DETERMINED, Status.GAP) else set()
