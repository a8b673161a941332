"""Cases as their events make them, each event under the rule text that it was done under."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from community_core.base.findings import Finding, finding
from community_core.office.bindings import Bindings
from community_core.ports.store import StoredCase, StoredEvent, new_case
from community_core.procedures.events import TRANSITION, Case
from community_core.procedures.step import after


def restore(bindings: Bindings, stored: StoredCase, events: Sequence[StoredEvent]) -> Case:
    """Return a case as its events make it."""
    return followed(bindings, new_case(stored), events)


def followed(bindings: Bindings, case: Case, events: Sequence[StoredEvent]) -> Case:
    """Return *case* after *events*, each under the rule text that it was done under."""
    procedure = bindings.of(case.procedure, case.rules).procedure
    for item in events:
        if item.event.step == TRANSITION:
            procedure = bindings.of(case.procedure, item.event.rules).procedure
        case = after(procedure, case, item.event)
    return case


def unknown_case(case_id: str, as_of: dt.date | None = None) -> Finding:
    """Return the finding that there is no such case, or that there was none yet on the day *as_of*."""
    zh, en = (f"截至 {as_of} ", f" as of {as_of}") if as_of is not None else ("", "")
    return finding(
        "unknown-case",
        f"{zh}没有办件 {case_id}，请核对编号",
        f"there is no case {case_id!r}{en}; check its id",
        case=case_id,
    )
