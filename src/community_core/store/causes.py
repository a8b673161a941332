"""Which rows follow from events, and what is wrong with one: tables and columns by the kind of effect, and findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from community_core.base.findings import Finding, finding
from community_core.procedures.recorded import RecordedEffect
from community_core.store.records import shown
from community_core.store.schema import ledger, postings, register_changes


@frozen
class Kind:
    """Rows of one table that one kind of effect causes: what they are called, and the columns that are compared.

    *given* is the value of a column of which the effect says nothing. *case* and *version* are the columns that name
    the cause.
    """

    effect: str
    table: Any
    name: str
    zh: str
    number: str
    case: str
    version: str
    given: Mapping[str, Any]
    columns: Mapping[str, str] = {}


ENTRIES: Final = Kind(
    "enter",
    ledger,
    "ledger",
    "账簿",
    "number",
    "case_id",
    "version",
    {
        "ledger": "",
        "place": "",
        "day": "",
        "source": "",
        "target": "",
        "amount": 0,
        "unit": "",
        "more_than": False,
        "purpose": "",
        "since": None,
        "until": None,
        "part": 0,
    },
)
BEGUN: Final = Kind(
    "appoint",
    postings,
    "appointments",
    "任职",
    "id",
    "case_id",
    "version",
    {"person": "", "post": "", "place": "", "since": "", "until": None},
)
ENDED: Final = Kind(
    "end_appointment",
    postings,
    "ends of appointments",
    "任职的终止",
    "id",
    "ended_case",
    "ended_version",
    {"person": "", "post": "", "place": "", "ended": "", "reason": ""},
    {"day": "ended"},
)
REDRAWN: Final = Kind(
    "redraw",
    register_changes,
    "changes of registers",
    "登记簿变更",
    "id",
    "case_id",
    "version",
    {"kind": "", "day": "", "note": ""},
)
KINDS: Final = (ENTRIES, BEGUN, ENDED, REDRAWN)


@frozen
class CausingEvent:
    """An event with what it caused."""

    case: str
    version: int
    effects: tuple[RecordedEffect, ...]


def _number(kind: Kind, row: Any) -> str:
    number = getattr(row, kind.number)
    return shown(number) if isinstance(number, str) else str(number)


def changed(kind: Kind, row: Any, cause: tuple[str, int]) -> Finding:
    """Return the finding that a row is not what its cause says."""
    number = _number(kind, row)
    return found_row(
        "caused-row-changed",
        kind.name,
        number,
        cause,
        f"{kind.zh}第 {number} 行与办件 {shown(cause[0])} 第 {cause[1]} 条记录所写的不同：已被改动",
        f"row {number} of {kind.name} is not what event {cause[1]} of case {shown(cause[0])} caused: it was changed",
    )


def inserted(kind: Kind, row: Any, cause: tuple[str, int]) -> Finding:
    """Return the finding that a row names a cause that did not cause it."""
    number = _number(kind, row)
    return found_row(
        "caused-row-inserted",
        kind.name,
        number,
        cause,
        f"{kind.zh}第 {number} 行写明由办件 {shown(cause[0])} 第 {cause[1]} 条记录引起，该记录没有引起它：是插入的",
        f"row {number} of {kind.name} names event {cause[1]} of case {shown(cause[0])} as its cause, which did not "
        "cause it: it was inserted",
    )


def missing(table: str, zh: str, what: str, cause: tuple[str, int]) -> Finding:
    """Return the finding that what an event caused is gone."""
    case, version = shown(cause[0]), cause[1]
    return found_row(
        "caused-row-missing",
        table,
        what if table == "cases" else "",
        cause,
        f"办件 {case} 第 {version} 条记录所引起的{zh}（{what}）不在库中：被删除",
        f"what event {version} of case {case} caused among {table} is not there: {what} was removed",
    )


def found_row(code: str, table: str, row: Any, cause: tuple[str, int], zh: str, en: str) -> Finding:
    """Return a finding about a row of *table* and the event that caused it."""
    own = shown(row) if isinstance(row, str) else str(row)
    return finding(code, zh, en, table=table, row=own, case=shown(cause[0]), version=cause[1])
