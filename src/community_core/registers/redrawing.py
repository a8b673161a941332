"""Merging and splitting of households and communities: what each register is to keep from a day on; nothing is written.

Every change holds from its day on: what held before stays as it was, and the registers tell it of any earlier day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from attrs import define, field

from community_core.base.errors import Refused
from community_core.base.findings import finding
from community_core.base.labels import Label
from community_core.procedures.events import REDRAWINGS
from community_core.registers.describe import Register
from community_core.registers.known import KEPT, PLACES, register_of
from community_core.registers.rows import Asked, Row, Values


class Rows(Protocol):
    """Gives the rows of a register that hold on the day of the change."""

    def __call__(self, register: Register, where: Mapping[str, Sequence[str]] | None = None) -> Sequence[Row]:
        """Return all of them, or those whose columns have one of these values."""
        ...


Changes = dict[Register, list[Asked]]

ACTIONS: Final = REDRAWINGS
HEAD: Final = "head"
_DWELLINGS: Final = register_of("dwellings")
_HOUSEHOLDS: Final = register_of("households")
_MEMBERS: Final = register_of("household_members")
_RESIDENTS: Final = register_of("residents")


def refuse(code: str, zh: str, en: str) -> Refused:
    """Return the exception that a change of registers cannot be made."""
    return Refused(Label(zh, en), (finding(code, zh, en),))


def _no_such(register: Register, key: str) -> Refused:
    return refuse(
        "not-registered",
        f"登记簿“{register.label.zh}”当日没有 {key}",
        f"on that day {key!r} is not in the register {register.name!r}",
    )


def _only(register: Register, row: Row, day: dt.date, **values: object) -> Asked:
    """Return that *row* says *values* from *day* on, and all else as before."""
    names = [column.name for column in register.values]
    cells: Values = tuple(values.get(name) for name in names)
    return Asked(row.key, cells, day, given=frozenset(names.index(name) for name in values))


def merge_households(
    rows: Rows, into: str, others: Sequence[str], day: dt.date, relations: Mapping[str, str] | None = None
) -> Changes:
    """Return what it takes that the members of *others* belong to the household *into* from *day* on.

    A household that is merged ends. *relations* says what those who come are to the head of *into*; of whom it does not
    say it, it is unknown, for the household had another head.

    Raises:
        Refused: if a household is not registered on that day, or is merged into itself.
    """
    kept = {row.key[0] for row in rows(_HOUSEHOLDS, {"household": (into, *others)})}
    for household in (into, *others):
        if household not in kept:
            raise _no_such(_HOUSEHOLDS, household)
    if into in others or len(set(others)) < len(others) or not others:
        raise refuse(
            "merged-into-itself", "要并入的户应另有一户或几户，且不重复", "name other households to merge, each once"
        )
    told = relations or {}
    changes: Changes = {_MEMBERS: [], _HOUSEHOLDS: []}
    for row in rows(_MEMBERS, {"household": tuple(others)}):
        person = row.key[1]
        changes[_MEMBERS].append(Asked(row.key, row.values, day, ends=True))
        changes[_MEMBERS].append(Asked((into, person), (told.get(person),), day))
    changes[_HOUSEHOLDS] = [Asked((household,), (), day, ends=True) for household in others]
    return changes


def split_household(
    rows: Rows,
    household: str,
    new: str,
    people: Sequence[str],
    day: dt.date,
    *,
    head: str = "",
    relations: Mapping[str, str] | None = None,
    dwelling: str | None = None,
) -> Changes:
    """Return what it takes that *people* leave *household* and are the household *new* from *day* on.

    The new one is registered where the old one is, in its dwelling unless another one is given. *head* is the new
    head; what the others are to the head is unknown unless *relations* says it.

    Raises:
        Refused: if the household is not registered, *new* is, or one of *people* is no member, or all of them leave.
    """
    kept = {row.key[0]: row for row in rows(_HOUSEHOLDS, {"household": (household, new)})}
    if household not in kept:
        raise _no_such(_HOUSEHOLDS, household)
    if new in kept:
        raise refuse(
            "already-registered", f"户 {new} 已登记；请用新的户号", f"the household {new!r} exists; use another id"
        )
    members = {row.key[1]: row for row in rows(_MEMBERS, {"household": (household,)})}
    strangers = [person for person in (*people, *([head] if head else ())) if person not in members]
    if strangers or (head and head not in people):
        who = strangers[0] if strangers else head
        raise refuse("no-member", f"{who} 不是分出的成员", f"{who!r} is not one of those who leave {household!r}")
    if not people or len(set(people)) == len(members):
        raise refuse("nobody-left", "应有人分出，也应有人留下", "somebody must leave, and somebody must stay")
    told = dict(relations or {}) | ({head: HEAD} if head else {})
    place, own_dwelling = kept[household].values
    return {
        _HOUSEHOLDS: [Asked((new,), (place, own_dwelling if dwelling is None else dwelling), day)],
        _MEMBERS: [
            one
            for person in dict.fromkeys(people)
            for one in (
                Asked((household, person), members[person].values, day, ends=True),
                Asked((new, person), (told.get(person),), day),
            )
        ],
    }


def redraw(
    rows: Rows,
    action: str,
    place: str,
    into: str,
    day: dt.date,
    areas: Iterable[str] = (),
    *,
    zh: str = "",
    en: str = "",
) -> Changes:
    """Return what it takes to redraw a community from *day* on.

    ``move``: the *areas* (places, dwellings, households) of *place* belong to *into*. ``split``: the same, where *into*
    is a new place beside *place*, called *zh* and *en*. ``merge``: all that is in *place* belongs to *into*, and
    *place* ends. People and households are registered, and live, where their dwellings are.

    Raises:
        Refused: if a place or an area is not registered on that day, or the action is none of these.
    """
    if action not in ACTIONS:
        raise refuse(
            "unknown-action", f"没有“{action}”这种调整；有：{'、'.join(ACTIONS)}", f"no action {action!r}: {ACTIONS}"
        )
    places = {row.key[0]: row for row in rows(PLACES)}
    if place not in places:
        raise _no_such(PLACES, place)
    if into == place:
        raise refuse("merged-into-itself", "调整前后应是两个地方", "name two different places")
    changes: Changes = {}
    if action == "split":
        if into in places:
            raise refuse("already-registered", f"地方 {into} 已登记", f"the place {into!r} exists; name a new one")
        parent, layer, *_, code = places[place].values
        changes[PLACES] = [Asked((into,), (parent, layer, zh or into, en or None, code), day)]
    elif into not in places:
        raise _no_such(PLACES, into)
    if action != "split" and place in _above(places, into):
        raise _in_itself(into, place)
    if action == "merge":
        _move_all(rows, changes, place, into, day)
    else:
        _Move(rows, places, place, into, day, changes).move(tuple(areas))
    return changes


def _move_all(rows: Rows, changes: Changes, place: str, into: str, day: dt.date) -> None:
    for register in KEPT:
        names = [column.name for column in register.values if column.refers == PLACES.name]
        for row in rows(register) if names else ():
            said = dict(zip((column.name for column in register.values), row.values, strict=True))
            moved = {name: into for name in names if said[name] == place}
            if moved and row.key != (into,):
                changes.setdefault(register, []).append(_only(register, row, day, **moved))
    if PLACES in changes:
        changes[PLACES] = [one for one in changes[PLACES] if one.key != (place,)]
    changes.setdefault(PLACES, []).append(Asked((place,), (), day, ends=True))


def _above(places: Mapping[str, Row], place: str) -> set[str]:
    """Return the places that contain *place*."""
    found: set[str] = set()
    row = places.get(place)
    while row is not None and row.values[0] is not None and row.values[0] not in found:
        found.add(row.values[0])
        row = places.get(row.values[0])
    return found


def _in_itself(into: str, place: str) -> Refused:
    return refuse(
        "place-in-itself",
        f"{into} 就是 {place} 或在 {place} 之内，不能并入或划入",
        f"{into!r} is {place!r} or lies in it; nothing can be moved or merged into it",
    )


@define
class _Move:
    """Areas of one community that go to another, and all that goes with them."""

    rows: Rows
    places: Mapping[str, Row]
    place: str
    into: str
    day: dt.date
    changes: Changes
    _dwellings: set[str] = field(factory=set)
    _households: set[str] = field(factory=set)

    def move(self, areas: Sequence[str]) -> None:
        """Move *areas* with their dwellings, households and people."""
        if not areas:
            raise refuse(
                "nothing-to-move", "没有写划转哪些地方、房屋或户", "name the places, dwellings or households that move"
            )
        dwellings = {row.key[0]: row for row in self.rows(_DWELLINGS)}
        households = {row.key[0]: row for row in self.rows(_HOUSEHOLDS)}
        moved = {area for area in areas if area in self.places}
        for area in areas:
            if area not in self.places and area not in dwellings and area not in households:
                raise _no_such(PLACES, area)
            if area in self.places and (area == self.into or area in _above(self.places, self.into)):
                raise _in_itself(self.into, area)
            if area in self.places and self.place not in self._above(area):
                raise refuse("not-within", f"{area} 不在 {self.place} 之内", f"{area!r} does not lie in {self.place!r}")
        self._put(PLACES, [(self.places[area], {"parent": self.into}) for area in moved])
        self._move_dwellings(dwellings, moved, set(areas))
        self._move_households(households, set(areas))
        self._move_people()

    def _move_dwellings(self, dwellings: Mapping[str, Row], moved: set[str], areas: set[str]) -> None:
        changed = []
        for dwelling, row in dwellings.items():
            building, _, _, group, grid, _ = row.values
            with_building = building is not None and bool(moved & {building, *self._above(building)})
            with_area = any(area in moved for area in (group, grid))
            if dwelling not in areas and not with_building and not with_area:
                continue
            self._dwellings.add(dwelling)
            values: dict[str, object] = {}
            if building == self.place or (not with_building and building is not None and building not in moved):
                values["place"] = self.into
            for name, area in (("residents_group", group), ("grid", grid)):
                # A group or grid of the old community that stays there is no longer the dwelling's.
                if area is not None and not moved & {area, *self._above(area)}:
                    values[name] = None
            if values:
                changed.append((row, values))
        self._put(_DWELLINGS, changed)

    def _move_households(self, households: Mapping[str, Row], areas: set[str]) -> None:
        changed = []
        for household, row in households.items():
            place, dwelling = row.values
            if household in areas or dwelling in self._dwellings:
                self._households.add(household)
                if place == self.place:
                    changed.append((row, {"place": self.into}))
        self._put(_HOUSEHOLDS, changed)

    def _move_people(self) -> None:
        theirs = {row.key[1] for row in self.rows(_MEMBERS) if row.key[0] in self._households}
        changed = []
        names = [column.name for column in _RESIDENTS.values]
        for row in self.rows(_RESIDENTS):
            said = dict(zip(names, row.values, strict=True))
            values: dict[str, object] = {}
            if row.key[0] in theirs and said["registered_place"] == self.place:
                values["registered_place"] = self.into
            # Who lives elsewhere than his household is registered moves with his dwelling and not with his household.
            lives_there = said["dwelling"] in self._dwellings if said["dwelling"] else row.key[0] in theirs
            if lives_there and said["actual_place"] == self.place:
                values["actual_place"] = self.into
            if values:
                changed.append((row, values))
        self._put(_RESIDENTS, changed)

    def _above(self, place: str) -> set[str]:
        return _above(self.places, place)

    def _put(self, register: Register, changed: Iterable[tuple[Row, Mapping[str, object]]]) -> None:
        own = self.changes.setdefault(register, [])
        own += [_only(register, row, self.day, **values) for row, values in changed]
