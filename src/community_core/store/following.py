"""Rows that follow from events: ledgers, appointments, redrawings, follow-up cases, held against what events caused.

An event says what it caused (its *effects*), and each such row which event caused it. Both ways are compared: what an
event caused is there as it says, and what names an event as its cause is what that event caused.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from community_core.base.findings import Finding
from community_core.procedures.recorded import Apart
from community_core.procedures.withholding import Withheld
from community_core.store.causes import (
    BEGUN,
    ENDED,
    ENTRIES,
    KINDS,
    REDRAWN,
    CausingEvent,
    Kind,
    changed,
    found_row,
    inserted,
    missing,
)
from community_core.store.numbering import boundary_changed
from community_core.store.private import private_rows
from community_core.store.records import NOTHING, read_effects, shown
from community_core.store.schema import WITHOUT_EFFECTS, cases, events, ledger, meta, postings, register_changes
from community_core.store.sealing import Damaged, Sealing

_CHUNK: Final = 500
#: What numbers the events, and the rows that follow from events, and what is true of those that say so.
_CAUSING: Final = (
    ("events", events.c.seq, events.c.effects != NOTHING),
    ("ledger", ledger.c.number, ledger.c.version != 0),
    ("postings", postings.c.id, postings.c.version != 0),
)

#: A key of ``cc_private``: case, version, field.
_Private = tuple[str, int, str]

#: What the columns of a row are to hold.
_Wanted = dict[str, Any]


def verify_following(connection: Connection, sealing: Sealing) -> Iterator[Finding]:
    """Yield what is wrong with the rows that follow from events; events themselves are verified elsewhere."""
    before = _before(connection)
    yield from _boundary(connection, before)
    caused = select(events.c.case_id, events.c.version, events.c.effects).where(events.c.effects != NOTHING)
    for rows in _stream(connection, caused.order_by(events.c.seq)):
        batch = list(_read(rows))
        values = _private_values(connection, batch, sealing)
        for kind in KINDS:
            yield from _compare(connection, kind, batch, values)
        yield from _follow_ups(connection, batch)
    for kind in KINDS:
        yield from _without_cause(connection, kind, before)
    yield from _order(connection, before)
    yield from _children(connection, before)


def _before(connection: Connection) -> Mapping[str, int]:
    """Return how far events and rows reach that were kept before events said what they caused."""
    query = select(meta.c.name, meta.c.value).where(meta.c.name.startswith(WITHOUT_EFFECTS, autoescape=True))
    found = {name.removeprefix(WITHOUT_EFFECTS): value for name, value in connection.execute(query)}
    return {name: int(value) if value.isdecimal() else 0 for name, value in found.items()}


def _boundary(connection: Connection, before: Mapping[str, int]) -> Iterator[Finding]:
    for name, number, says_so in _CAUSING:
        kept = before.get(name, 0)
        first = connection.execute(select(func.min(number)).where(says_so)).scalar() if kept else None
        if first is not None and first <= kept:
            yield boundary_changed(f"{WITHOUT_EFFECTS}{name}", first, kept, *_contradicted(name, first, kept))


def _contradicted(name: str, first: int, kept: int) -> tuple[str, str]:
    if name == "events":
        return (
            f"总序号 {first} 的记录写明了引起什么，库中却说到 {kept} 为止的记录都没有写",
            f"event {first} of the record says what it caused, while those up to {kept} are kept as saying nothing",
        )
    return (
        f"cc_{name} 第 {first} 行写明由哪条记录引起，库中却说到第 {kept} 行为止都没有写",
        f"row {first} of cc_{name} says which event caused it, while those up to {kept} are kept as saying nothing",
    )


def _read(rows: Iterable[Any]) -> Iterator[CausingEvent]:
    for case, version, text in rows:
        # Of one that was changed the chain says so; a text of broken bytes could not even be asked for.
        if shown(case) == case and shown(text) == text:
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                yield CausingEvent(case, version, read_effects(text))


# -- from events to rows -----------------------------------------------------------------------------------------------


def _compare(
    connection: Connection, kind: Kind, batch: Sequence[CausingEvent], values: Mapping[_Private, Any]
) -> Iterator[Finding]:
    wanted = {(event.case, event.version): list(_wanted(kind, event, values)) for event in batch}
    wanted = {cause: items for cause, items in wanted.items() if items}
    kept: dict[tuple[str, int], list[Any]] = {}
    causes = {(event.case, event.version) for event in batch}
    for row in _rows(connection, kind, causes):
        cause = (getattr(row, kind.case), getattr(row, kind.version))
        if cause in causes:
            kept.setdefault(cause, []).append(row)
    for cause in dict.fromkeys((*wanted, *kept)):
        own_rows = kept.get(cause, ())
        rows = list(own_rows)
        unmet = []
        for item, said in wanted.get(cause, ()):
            own = next((row for row in rows if _same(row, item)), None)
            if own is not None:
                rows.remove(own)
            elif not _elsewhere(connection, kind, item, own_rows):
                unmet.append(said)
        for row in rows:
            yield changed(kind, row, cause) if unmet else inserted(kind, row, cause)
            unmet = unmet[1:]
        for said in unmet:
            yield missing(kind.name, kind.zh, json.dumps(said, ensure_ascii=False, sort_keys=True), cause)


def _wanted(
    kind: Kind, event: CausingEvent, values: Mapping[_Private, Any]
) -> Iterator[tuple[_Wanted, Mapping[str, Any]]]:
    """Yield what the columns of each row are to hold, and what of it may be told: nothing that is private.

    A column of which nothing is known is left out.
    """
    for number, effect in enumerate(event.effects, start=1):
        if effect.kind != kind.effect:
            continue
        said = {kind.columns.get(name, name): value for name, value in effect.said}
        item = {name: said.get(name, empty) for name, empty in kind.given.items()}
        if kind is ENTRIES:
            item["part"] = number
        elif kind is REDRAWN:
            item = {"kind": said.get("action"), "day": said.get("day")}
            item["note"] = f"{said.get('place')} → {said.get('into')}"
        for one in effect.apart:
            name = kind.columns.get(one.name, one.name)
            value = _value(one, values.get((event.case, one.version, one.field)))
            if value is not None and name in item:
                item[name] = value
            elif kind is REDRAWN and name in ("place", "into"):
                item.pop("note", None)
            else:
                item.pop(name, None)
        yield item, dict(effect.said)


def _value(one: Apart, value: Any) -> Any:
    if one.at >= 0:
        value = value[one.at] if isinstance(value, tuple) and one.at < len(value) else None
    # What is no single value is in the place of another; that it was changed is found with the private values.
    return value.isoformat() if isinstance(value, dt.date) else None if isinstance(value, tuple | list) else value


def _same(row: Any, item: _Wanted) -> bool:
    return all(getattr(row, name) == value for name, value in item.items())


def _rows(connection: Connection, kind: Kind, causes: Iterable[tuple[str, int]]) -> Iterator[Any]:
    table = kind.table
    names, versions = ({cause[at] for cause in causes} for at in (0, 1))
    query = select(table).where(table.c[kind.case].in_(names), table.c[kind.version].in_(versions))
    yield from connection.execute(query.order_by(table.c[kind.number]))


def _elsewhere(connection: Connection, kind: Kind, item: _Wanted, rows: Sequence[Any]) -> bool:
    """Whether another row than *rows* says what an event caused: it had been registered before, for one.

    An appointment that had ended may have ended even earlier since; and one that was changed through its register says
    what that change made of it.
    """
    if kind not in (BEGUN, ENDED):
        return False
    query = select(postings.c.id).where(postings.c.id.not_in([row.id for row in rows]))
    days = ("until", "ended", "reason")
    theirs = [postings.c[name] == value for name, value in item.items() if name not in days]
    otherwise = exists().where(
        or_(register_changes.c.id == postings.c.case_id, register_changes.c.id == postings.c.ended_case)
    )
    if kind is BEGUN and "until" in item:
        theirs.append(or_(postings.c.until.is_not_distinct_from(item["until"]), otherwise))
    elif "ended" in item:
        theirs += (postings.c.since <= item["ended"], or_(postings.c.ended <= item["ended"], otherwise))
    return connection.execute(query.where(*theirs)).first() is not None


def _private_values(connection: Connection, batch: Sequence[CausingEvent], sealing: Sealing) -> Mapping[_Private, Any]:
    """Return the private values that effects mention, as far as they are to hand."""
    wanted = {(e.case, one.version, one.field) for e in batch for effect in e.effects for one in effect.apart}
    found: dict[_Private, Any] = {}
    for row in private_rows(connection, sorted({case for case, _, name in wanted if name})):
        key = (row.case_id, row.version, row.field)
        if key in wanted:
            try:
                value = sealing.value(row)
            except Damaged:
                continue
            if not isinstance(value, Withheld):
                found[key] = value
    return found


def _follow_ups(connection: Connection, batch: Sequence[CausingEvent]) -> Iterator[Finding]:
    opened = {
        f"{event.case}.{event.version}.{number}": event
        for event in batch
        for number, effect in enumerate(event.effects, start=1)
        if effect.kind == "open"
    }
    there = set()
    for start in range(0, len(opened), _CHUNK):
        ids = list(opened)[start : start + _CHUNK]
        there |= {row.id for row in connection.execute(select(cases.c.id).where(cases.c.id.in_(ids)))}
    for own, event in opened.items():
        if own not in there:
            yield missing("cases", "后续办件", own, (event.case, event.version))


# -- from rows to events -----------------------------------------------------------------------------------------------


def _without_cause(connection: Connection, kind: Kind, before: Mapping[str, int]) -> Iterator[Finding]:
    """Yield the rows that name as their cause what caused nothing."""
    table = kind.table
    case, version = table.c[kind.case], table.c[kind.version]
    caused = exists().where(events.c.case_id == case, events.c.version == version, events.c.effects != NOTHING)
    old: ColumnElement[bool]
    if kind is REDRAWN:
        old = exists().where(events.c.case_id == case, events.c.seq <= before.get("events", 0))
    else:
        old = or_(
            table.c[kind.number] <= before.get(table.name.removeprefix("cc_"), 0),
            exists().where(register_changes.c.id == case),
        )
    query = select(table).where(or_(and_(version != 0, ~caused), and_(version == 0, ~old)))
    if kind is not ENTRIES:
        query = query.where(or_(case != "", version != 0))  # Registers are written by hand too.
    for rows in _stream(connection, query):
        for row in rows:
            yield inserted(kind, row, (getattr(row, kind.case), getattr(row, kind.version)))


def _order(connection: Connection, before: Mapping[str, int]) -> Iterator[Finding]:
    """Entries are numbered one after the other, in the order of the events that made them."""
    query = (
        select(ledger.c.number, ledger.c.case_id, ledger.c.version, ledger.c.part, func.coalesce(events.c.seq, 0))
        .outerjoin(events, and_(events.c.case_id == ledger.c.case_id, events.c.version == ledger.c.version))
        .where(or_(ledger.c.number > before.get("ledger", 0), ledger.c.version != 0))
        .order_by(ledger.c.number)
    )
    last, expected = (0, 0), before.get("ledger", 0) + 1
    for rows in _stream(connection, query):
        for number, case, version, kept_part, seq in rows:
            part = kept_part if type(kept_part) is int else 0  # SQLite keeps texts in columns of numbers.
            if number != expected or (seq and (seq, part) <= last):
                yield found_row(
                    "caused-row-moved",
                    "ledger",
                    number,
                    (case, version),
                    f"账簿第 {number} 行（办件 {shown(case)} 第 {version} 条记录）不在应在的位置：与别的行换了次序，"
                    "或其前有行被删除",
                    f"row {number} of the ledger, of event {version} of case {shown(case)}, is not where it belongs: "
                    "it changed places with another, or one before it was removed",
                )
            last, expected = max(last, (seq, part)), number + 1


def _children(connection: Connection, before: Mapping[str, int]) -> Iterator[Finding]:
    """Every follow-up case was opened by the event that its id names."""
    query = (
        select(cases.c.id, cases.c.parent)
        .join(events, and_(events.c.case_id == cases.c.id, events.c.version == 1))
        .where(cases.c.parent != "", events.c.seq > before.get("events", 0))
        .order_by(cases.c.id)
    )
    for rows in _stream(connection, query):
        causes = {row.id: _cause(row.id, row.parent) for row in rows}
        parents = {row.parent for row in rows if shown(row.parent) == row.parent}
        versions = {cause[0] for cause in causes.values() if cause is not None}
        asked = select(events.c.case_id, events.c.version, events.c.effects).where(
            events.c.case_id.in_(list(parents)), events.c.version.in_(sorted(versions))
        )
        opened = {
            (event.case, event.version, number)
            for event in _read(connection.execute(asked))
            for number, effect in enumerate(event.effects, start=1)
            if effect.kind == "open"
        }
        for own, parent in rows:
            cause = causes[own]
            if cause is None or (parent, *cause) not in opened:
                yield found_row(
                    "caused-row-inserted",
                    "cases",
                    own,
                    (parent, 0 if cause is None else cause[0]),
                    f"办件 {shown(own)} 写明是办件 {shown(parent)} 开出的，后者没有开出它：是插入的",
                    f"case {shown(own)} is said to be a follow-up of case {shown(parent)}, which did not open it: it "
                    "was inserted",
                )


def _cause(own: str, parent: str) -> tuple[int, int] | None:
    """Return the version of the event of *parent* that opened the case *own*, and which effect it was."""
    parts = own.removeprefix(f"{parent}.").split(".") if own.startswith(f"{parent}.") else []
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    result = connection.execute(query, execution_options={"yield_per": _CHUNK})
    try:
        yield from result.partitions()
    finally:
        result.close()
