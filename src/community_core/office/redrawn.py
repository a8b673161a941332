"""Changes of registers as an office writes them: those of its desk, and those that a step causes by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve

from community_core.base.errors import Refused
from community_core.base.findings import Finding, finding
from community_core.ports.store import Cause, Store
from community_core.procedures.events import Redraw
from community_core.registers import redrawing
from community_core.registers.applying import base_of, plans_of, write
from community_core.registers.changes import MERGE, MOVE, SPLIT, RegisterChange
from community_core.registers.describe import Register
from community_core.registers.rows import Asked, Row
from community_core.registers.written import plans_hash

KINDS: Final[Mapping[str, str]] = {"move": MOVE, "merge": MERGE, "split": SPLIT}


def redrawn(store: Store, effect: Redraw, cause: Cause, *, actor: str, entered: dt.datetime) -> str:
    """Redraw communities as a case decided, and return the change's id; the caller has begun a unit of work.

    Raises:
        Refused: if a place or area is not registered on that day, or later rows stand against it.
    """
    changes = redrawing.redraw(
        on(store, effect.day), effect.action, effect.place, effect.into, effect.day, effect.areas, zh=effect.zh
    )
    note = f"{effect.place} → {effect.into}"
    change = RegisterChange(KINDS[effect.action], effect.day, actor, case=cause.case, note=note, version=cause.version)
    return applied(store, changes, change, entered)


def on(store: Store, day: dt.date) -> redrawing.Rows:
    """Return what gives the rows of a register that hold on *day*."""

    def rows(register: Register, where: Mapping[str, Sequence[str]] | None = None) -> Sequence[Row]:
        return store.register_rows(register, day=day, where=where)

    return rows


def applied(store: Store, asked: redrawing.Changes, change: RegisterChange, entered: dt.datetime) -> str:
    """Write *asked* as one change and return its id.

    Raises:
        Refused: if later rows stand against it.
    """
    plans = plans_of(store, asked)
    found = tuple(_overlap(register, one) for register, each in plans.items() for one in each.overlaps)
    if found:
        raise Refused(found[0].message, found)
    if change.case:
        change = evolve(change, written=plans_hash({base_of(register): each for register, each in plans.items()}))
        if all(each.empty for each in plans.values()):
            # What a case decided is kept also where it changes nothing: its event says that it was done.
            return store.keep_change(change, entered)
    return write(store, plans, change, entered)


def _overlap(register: Register, one: Asked) -> Finding:
    # Where the key itself is sensitive, nothing tells it.
    key = "***" if register.secret else "、".join(map(str, one.key))
    return finding(
        "rows-overlap",
        f"登记簿“{register.label.zh}”的 {key} 已有从截止日之前开始的记录，请改正日期",
        f"a later row of {key} in the register {register.name!r} begins before this one ends; correct the days",
    )
