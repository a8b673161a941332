"""Numbers that the store keeps for itself, held against the record: counters of ids, and boundaries from upgrades."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from community_core.base.findings import Finding, finding
from community_core.store.records import shown
from community_core.store.schema import (
    CLEAR_EVENTS,
    cases,
    counters,
    electoral_rolls,
    events,
    meta,
    register_changes,
)
from community_core.store.sealing import SEALED, marks

#: Counters of ids none of which is given up. Of cases some are: rows of a bulk opening that are refused leave holes.
_EXACT: Final = ("register_change", "electoral_roll")
_DIGITS: Final = re.compile(r"[0-9]{6,18}")
#: Above this, ids are longer, and their order is no longer that of their numbers.
_SHORT: Final = 999_999


def verify_numbers(connection: Connection) -> Iterator[Finding]:
    """Yield each counter that does not fit the ids that were given out, and each boundary that the record contradicts.

    What comes next would get an id that there is already. An id that a program chose itself, in the form of those that
    are given out, counts as well.
    """
    kept = {row.name: row.value for row in connection.execute(select(counters))}
    for name, greatest in _given_out(connection):
        value = kept.get(name, 0)
        if name in _EXACT and type(value) is int and value > greatest:
            yield finding(
                "counter-ahead",
                f"计数器 {shown(name)} 到了 {value}，编号却只用到 {greatest}：最后的登记被删除，或计数器被改动",
                f"the counter {shown(name)} stands at {value}, and ids up to {greatest} are in use: the last ones were "
                "removed, or it was changed",
                counter=name,
                greatest=greatest,
            )
        if type(value) is not int or value < greatest:
            yield finding(
                "counter-behind",
                f"计数器 {shown(name)} 停在 {shown(value)}，编号却已用到 {greatest}：计数器被改动，"
                "或有人自定了同样写法的编号；再用到时会与已有的相撞",
                f"the counter {shown(name)} stands at {shown(value)}, and ids up to {greatest} are in use: it was "
                "changed, or somebody chose an id of the same form; the next ones will meet those that there are",
                counter=shown(name),
                greatest=greatest,
            )
    yield from _clear(connection)


def bound(connection: Connection, name: str) -> int:
    """Return the number that is kept as the boundary *name*, or 0."""
    text = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() else 0


def boundary_changed(name: str, first: int, kept: int, zh: str, en: str) -> Finding:
    """Return the finding that the boundary *name* stands at *kept*, though what it says ended before *first*."""
    return finding(
        "boundary-changed",
        f"{zh}：界限（cc_meta 的 {name}）已被改动",
        f"{en}: the boundary ({name} in cc_meta) was changed",
        name=name,
        first=first,
        kept=kept,
    )


def _clear(connection: Connection) -> Iterator[Finding]:
    """Compare how far values stand in events themselves with the first event that holds a commitment."""
    kept = bound(connection, CLEAR_EVENTS)
    if not kept:
        return
    likely = select(events.c.seq, events.c.step, events.c.data).where(
        events.c.seq <= kept, events.c.data.contains(SEALED, autoescape=True)
    )
    for seq, step, data in connection.execute(likely.order_by(events.c.seq)):
        if _is_sealed(step, data):
            yield boundary_changed(
                CLEAR_EVENTS,
                seq,
                kept,
                f"总序号 {seq} 的记录里是承诺值，库中却说到 {kept} 为止的个人信息都写在记录里",
                f"event {seq} of the record holds commitments, while values up to {kept} are kept as standing in clear",
            )
            return


def _is_sealed(step: str, data: str) -> bool:
    try:
        return any(True for _ in marks(step, json.loads(data)))
    except (ValueError, TypeError):
        return False  # The chain says that it was changed.


def _given_out(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each counter of ids with the greatest number among them."""
    for name, column in (("register_change", register_changes.c.id), ("electoral_roll", electoral_rolls.c.id)):
        numbers = (_number(shown(own).rpartition("-")[2]) for own in connection.execute(select(column)).scalars())
        yield name, max(numbers, default=0)
    days = connection.execute(select(func.min(cases.c.opened), func.max(cases.c.opened))).one()
    first, last = (int(day[:4]) if isinstance(day, str) and day[:4].isdecimal() else 0 for day in days)
    for procedure in sorted(_procedures(connection)):
        for year in range(first, last + 1):
            yield f"case:{procedure}:{year}", _greatest(connection, f"{procedure}-{year:04d}-")


def _procedures(connection: Connection) -> set[str]:
    """Return what ids of cases may begin with: the names of procedures, in full and without their practices."""
    kept = connection.execute(select(cases.c.procedure).distinct()).scalars()
    return {name for full in kept if shown(full) == full for name in (full, full.rpartition(".")[2])}


def _greatest(connection: Connection, begins: str) -> int:
    """Return the greatest number of the case ids that go on from *begins* with one, or 0; follow-ups go on further."""
    theirs = select(cases.c.id).where(cases.c.id >= f"{begins}0", cases.c.id < f"{begins}:")
    last = connection.execute(theirs.order_by(cases.c.id.desc()).limit(1)).scalar()
    if last is None:
        return 0
    number = _number(last.removeprefix(begins).partition(".")[0])
    if 0 < number < _SHORT:
        return number
    rest = (own.removeprefix(begins).partition(".")[0] for own in connection.execute(theirs).scalars())
    return max(map(_number, rest), default=0)


def _number(text: str) -> int:
    """Return the number that *text* is in an id, or 0."""
    return int(text) if _DIGITS.fullmatch(text) else 0
