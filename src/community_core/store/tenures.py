"""Appointments and delegations: who holds what, and in whose name, as rows that begin and end.

Steps read them as they are now, so each stands once in its table, and an end, a correction or a shortening is written
into it. What it said before goes to ``cc_past_rows`` first, with the moments between which it was believed: so these
registers, too, answer as of any day, and as they were believed at any moment. Nothing is decided here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Table, and_, insert, or_, select, update

from community_core.base.labels import Label
from community_core.ports.store import Contradiction
from community_core.registers.applying import base_of
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Register
from community_core.registers.known import APPOINTMENTS, DELEGATIONS
from community_core.registers.rows import Plan, Row
from community_core.store.appending import chunked
from community_core.store.records import day_text, moment_text
from community_core.store.register_statements import holding, kept_change, parts
from community_core.store.register_tables import as_day
from community_core.store.schema import delegations, past_rows, postings


@frozen
class Tenure:
    """One kind of them: its register and table, and the columns that say what began and what ended a row."""

    register: Register
    table: Table
    begun_by: str
    ended_by: str


APPOINTED: Final = Tenure(APPOINTMENTS, postings, "case_id", "ended_case")
DELEGATED: Final = Tenure(DELEGATIONS, delegations, "change_id", "ended_change")
_OF: Final[Mapping[str, Tenure]] = {each.register.name: each for each in (APPOINTED, DELEGATED)}


def begin(
    connection: Connection, tenure: Tenure, cells: Mapping[str, Any], change: RegisterChange | None, moment: str
) -> bool:
    """Add a row with *cells* and keep *change*; a second time changes nothing. Returns whether it is, or was, kept so.

    It is not where the same key is kept from the same day with another end that was agreed, or another reason. One that
    ended on the day it began is begun anew, unless what began it asks again.
    """
    table = tenure.table
    same = [table.c[name] == cells[name] for name in (*(column.name for column in tenure.register.key), "since")]
    kept = connection.execute(select(table).where(*same)).mappings().first()
    if kept is None:
        by = {} if change is None else {tenure.begun_by: kept_change(connection, change, moment)}
        connection.execute(insert(table), {"until": None, "ended": None, "entered": moment, **cells, **by})
        return True
    cause = cells.get(tenure.begun_by, "")
    if kept["ended"] == kept["since"] and (change is not None or kept[tenure.begun_by] != cause):
        # One that ended on the day it began never held; who begins it once more is not who asked for it twice.
        cause = cause if change is None else kept_change(connection, change, moment)
        anew = {"until": None, "ended": None, **cells, tenure.begun_by: cause, **caused(tenure, "")}
        _rewrite(connection, tenure, [kept["id"]], anew, moment, cause)
        return True
    agreed = ("until", *(column.name for column in tenure.register.values))
    return all(kept[name] == cells.get(name) for name in agreed)


def end(
    connection: Connection, tenure: Tenure, key: Mapping[str, str], day: str, values: Mapping[str, Any], moment: str
) -> bool:
    """End what holds of *key* on *day*, and write *values* into it; a second time changes nothing.

    Returns whether anything ended on that day, now or before.
    """
    table = tenure.table
    theirs = [*(table.c[name] == part for name, part in key.items()), *holding(table, day)]
    open_ = or_(table.c.ended.is_(None), table.c.ended > day)
    numbers = connection.execute(select(table.c.id).where(*theirs, open_)).scalars().all()
    if numbers:
        _rewrite(connection, tenure, numbers, {"ended": day, **values}, moment, values[tenure.ended_by])
        return True
    return connection.execute(select(table.c.id).where(*theirs, table.c.ended == day)).first() is not None


def _rewrite(
    connection: Connection, tenure: Tenure, numbers: Sequence[int], values: Mapping[str, Any], moment: str, by: str
) -> None:
    """Write *values* into rows, and keep what they said until now, and what wrote it over."""
    table = tenure.table
    own = table.c.id.in_(tuple(numbers))
    for row in connection.execute(select(table).where(own)).mappings().all():
        cells = dict(row)
        past = {
            "register": tenure.register.name,
            "row": cells.pop("id"),
            "entered": cells.pop("entered"),
            "replaced": moment,
            "replaced_by": by,
            "data": json.dumps(cells, ensure_ascii=False, sort_keys=True),
        }
        connection.execute(insert(past_rows), past)
    connection.execute(update(table).where(own).values(**values, entered=moment))


def tenure_rows(
    connection: Connection,
    register: Register,
    wanted: Mapping[str, Sequence[str]],
    *,
    day: dt.date | None,
    moment: dt.datetime | None,
    past: bool,
) -> tuple[Row, ...]:
    """Return the rows of *register*; see :meth:`~community_core.ports.store.RegisterRows.register_rows`."""
    tenure = _of(register)
    at = None if moment is None else moment_text(moment)
    found = []
    for row, replaced_by in _versions(connection, tenure, wanted, at, past=past):
        since, until = as_day(row["since"]), _end(row)
        # One that ended on the day it began never held.
        if since != until:
            key = tuple(row[column.name] for column in tenure.register.key)
            values = tuple(row[column.name] for column in tenure.register.values)
            by = row[tenure.ended_by] or row[tenure.begun_by]
            found.append(Row(key, values, since, until, row["id"], by, row["entered"], replaced_by))
    return tuple(
        sorted(
            (row for row in found if day is None or row.holds(day)),
            key=lambda row: (row.key, row.since, row.entered, row.replaced_by == ""),
        )
    )


def _versions(
    connection: Connection, tenure: Tenure, wanted: Mapping[str, Sequence[str]], at: str | None, *, past: bool
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the rows as they are or were said, each with what replaced it."""
    table = tenure.table
    for part in parts(select(table), [(table.c[name].in_, values) for name, values in wanted.items()]):
        for row in connection.execute(part).mappings():
            if at is None or row["entered"] <= at:
                yield dict(row), ""
    if at is None and not past:
        return
    query = select(past_rows).where(past_rows.c.register == tenure.register.name).order_by(past_rows.c.number)
    if at is not None:
        query = query.where(past_rows.c.entered <= at, past_rows.c.replaced > at)
    for old in connection.execute(query):
        cells = json.loads(old.data) | {"id": old.row, "entered": old.entered}
        if all(cells[name] in values for name, values in wanted.items()):
            yield cells, old.replaced_by


def _end(row: Mapping[str, Any]) -> dt.date | None:
    ends = [end for end in (row["until"], row["ended"]) if end is not None]
    return as_day(min(ends)) if ends else None


def write_tenures(connection: Connection, register: Register, plan: Plan, change: str, moment: str) -> None:
    """Write what *plan* says; a row that ends early keeps what was agreed when it began.

    Raises:
        Contradiction: if an appointment or delegation would be prolonged over what was agreed, or is none.
    """
    tenure = _of(register)
    table = tenure.table
    replaced = set(plan.replaced)
    kept = {row["id"]: row for row in _by_numbers(connection, table, plan.replaced)}
    begun = {_beginning(tenure, row): number for number, row in kept.items()}
    never = connection.execute(_never_held(table, replaced)).mappings()
    again = {_beginning(tenure, row): row["id"] for row in never}
    names = [column.name for column in tenure.register.key]
    said = [column.name for column in tenure.register.values]
    now: dict[int, dict[str, Any]] = {number: {"ended": row["since"]} for number, row in kept.items()}
    for row in plan.new:
        since, until = day_text(row.since), None if row.until is None else day_text(row.until)
        values = dict(zip(said, row.values, strict=True))
        if tenure is DELEGATED:
            sound(row.key[0], row.key[1], str(values["reason"]))
        if (*row.key, since) in again:
            anew = {**values, "until": until, "ended": None, tenure.begun_by: change, **caused(tenure, "")}
            anew |= {"version": 0} if tenure is APPOINTED else {}
            _rewrite(connection, tenure, [again[*row.key, since]], anew, moment, change)
            continue
        number = begun.get((*row.key, since))
        if number is None:
            cells = {**dict(zip(names, row.key, strict=True)), **values, "since": since, "until": until}
            made = {"ended": None, "reason": "", **cells, tenure.begun_by: change, "entered": moment}
            connection.execute(insert(table), made)
            continue
        agreed = kept[number]["until"]
        if agreed is not None and (until is None or until > agreed):
            raise _prolonged(tenure, row, agreed)
        now[number] = {"ended": until, **values}
    for number, cells in now.items():
        _rewrite(connection, tenure, [number], {**cells, **caused(tenure, change)}, moment, change)


def caused(tenure: Tenure, by: str, version: int = 0) -> dict[str, Any]:
    """Return the cells that say what ended a row: a change of registers, or a case with the version of its event."""
    return {tenure.ended_by: by} | ({"ended_version": version} if tenure is APPOINTED else {})


def sound(person: str, behalf: str, reason: str) -> None:
    """Refuse a delegation that nobody could act on.

    Raises:
        Contradiction: if a person would act for himself or for the library, or no reason is given.
    """
    if not person or not behalf or person == behalf:
        raise Contradiction(Label("代理人与被代理人应是两个人", "who acts and for whom are to be two persons"))
    if "system" in (person, behalf):
        raise Contradiction(Label("system 只由本库自己使用", "`system` is for the library alone"))
    if not reason.strip():
        raise Contradiction(
            Label("请写明委托的依据（文书或理由）", "say what the delegation rests on (a document, or a reason)")
        )


def _of(register: Register) -> Tenure:
    return _OF[base_of(register).name]


def _by_numbers(connection: Connection, table: Table, numbers: Sequence[int]) -> Iterator[Any]:
    for chunk in chunked(numbers):
        yield from connection.execute(select(table).where(table.c.id.in_(chunk))).mappings()


def _never_held(table: Table, replaced: Iterable[int]) -> Any:
    """Return the query for rows that ended on the day they began, which nobody reads: they may begin again."""
    return select(table).where(and_(table.c.ended == table.c.since, table.c.id.not_in(tuple(replaced))))


def _beginning(tenure: Tenure, row: Any) -> tuple[str, ...]:
    return tuple(row[name] for name in (*(column.name for column in tenure.register.key), "since"))


def _prolonged(tenure: Tenure, row: Row, agreed: str) -> Contradiction:
    what, en = tenure.register.label.zh, {"appointments": "appointment"}.get(tenure.register.name, "delegation")
    said = "，".join((*row.key[1:], row.since.isoformat()))
    return Contradiction(
        Label(
            f"{what}（{said}）约定到 {agreed}，不能延长；请另登记一次{what}",
            f"the {en} ({', '.join(row.key[1:])}, from {row.since}) was made until {agreed} and cannot be prolonged; "
            "register another one",
        )
    )
