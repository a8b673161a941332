"""The lines of one file held against each other and against the registers: what cannot be true of both at once.

Nothing is refused here; each :class:`Clash` names the row, its column and why.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Protocol

from attrs import evolve, frozen

from community_core.base.ids import is_told_apart
from community_core.base.labels import Label
from community_core.procedures.events import SYSTEM
from community_core.registers.belonging import Membership, meeting, share_a_day
from community_core.registers.describe import UNTIL, Column
from community_core.registers.faults import (
    AGES,
    BACKWARDS,
    CIRCLE,
    ELSEWHERE,
    HEADS,
    NO_NAME,
    SHARED,
    SHARES,
    TWICE,
    UNBORN,
    Fault,
)
from community_core.registers.known import PLACES, TENURES
from community_core.registers.readrow import ReadRow
from community_core.registers.redrawing import HEAD
from community_core.registers.rows import Row, by_key, plan
from community_core.rules.answer import share_text
from community_core.rules.types import Kind

_PERSON: Final = "person"
_NUMBER: Final = "id_number"
_TENURES: Final = frozenset(register.name for register in TENURES)
#: Who is younger than the head of his household, and who is older.
_YOUNGER: Final = frozenset({"son", "daughter", "grandchild"})
_OLDER: Final = frozenset({"parent", "grandparent"})


class Neighbours(Protocol):
    """What the registers know of others whom a line may stand against."""

    def person_of(self, number: str) -> str | None:
        """Return the resident who has an identity number, or ``None``."""
        ...

    def memberships(self, person: str) -> Sequence[Membership]:
        """Return to which registered households a person belongs, and when."""
        ...

    def parent_of(self, place: str) -> str | None:
        """Return the place in which *place* lies, or ``None``."""
        ...

    def owners_of(self, dwelling: str) -> Sequence[Row]:
        """Return the present rows of the owners of a dwelling, of all days."""
        ...


@frozen
class Clash:
    """A row that cannot stand: *column* is the one in which it contradicts, and *fault* says what."""

    row: ReadRow
    column: Column
    fault: Fault


def clashes(rows: Sequence[ReadRow], known: Neighbours, day: dt.date) -> Iterator[Clash]:
    """Yield what cannot be true at once: of two lines both are named, for neither is guessed to be right."""
    for check in (_names, _days, _repeated, _numbers, _members, _heads, _circles, _shares):
        yield from check(rows, known, day)


def _line(row: ReadRow, other: ReadRow) -> Label:
    sheet = other.sheet.name if other.sheet.name != row.sheet.name else ""
    return Label(
        (f"工作表“{sheet}”" if sheet else "") + f"第{other.line.number}行",
        f"line {other.line.number}" + (f" of the sheet {sheet!r}" if sheet else ""),
    )


def _both(one: ReadRow, other: ReadRow, column: Column, fault: Fault) -> Iterator[Clash]:
    yield Clash(one, column, fault.of(_line(one, other)))
    yield Clash(other, column, fault.of(_line(other, one)))


# -- names of one row ----------------------------------------------------------------------------------------------


def _names(rows: Sequence[ReadRow], _known: Neighbours, _day: dt.date) -> Iterator[Clash]:
    for row in rows:
        acting = row.register.table in _TENURES
        for column in row.register.columns:
            name = row.found.get(column.name)
            if name is None or not (column.key or column.refers) or column.type.kind is not Kind.TEXT:
                continue
            if not is_told_apart(name) or (acting and name == SYSTEM and column.name in ("person", "behalf")):
                yield Clash(row, column, NO_NAME)


# -- days of one row -----------------------------------------------------------------------------------------------


def _days(rows: Sequence[ReadRow], _known: Neighbours, day: dt.date) -> Iterator[Clash]:
    for row in rows:
        since, until, birth = row.since(day), row.found.get(UNTIL.name), row.found.get("birth_date")
        if until is not None and until <= since:
            yield Clash(row, UNTIL, BACKWARDS)
        if birth is not None and birth > max(since, day):
            yield Clash(row, row.register.column("birth_date"), UNBORN)


# -- the same key twice --------------------------------------------------------------------------------------------


def _repeated(rows: Sequence[ReadRow], _known: Neighbours, day: dt.date) -> Iterator[Clash]:
    alike: dict[tuple[str, Any, dt.date], list[ReadRow]] = {}
    for row in rows:
        alike.setdefault((row.register.name, row.key, row.since(day)), []).append(row)
    for group in alike.values():
        if len(group) > 1:
            yield from _differing(group)


def _differing(group: Sequence[ReadRow]) -> Iterator[Clash]:
    """Yield every row of one key that says other than another one; a blank cell says nothing."""
    told: set[int] = set()
    for column in (*group[0].register.values, UNTIL):
        said = [(at, value) for at, row in enumerate(group) if (value := _said(row, column.name)) is not None]
        first = said[0] if said else None
        other = next((each for each in said if each[1] != first[1]), None) if first is not None else None
        if first is None or other is None:
            continue
        for at, value in said:
            if at not in told:
                told.add(at)
                against = group[other[0] if value == first[1] else first[0]]
                yield Clash(group[at], column, TWICE.of(_line(group[at], against)))


def _said(row: ReadRow, name: str) -> Any:
    return ("cleared",) if name in row.cleared else None if name in row.supposed else row.found.get(name)


def together(rows: Iterable[ReadRow], day: dt.date) -> Iterator[ReadRow]:
    """Yield each key once with all that its lines say of it, in the place of the first; none of them contradict."""
    found: dict[tuple[str, Any, dt.date], ReadRow] = {}
    for row in rows:
        first = found.setdefault((row.register.name, row.key, row.since(day)), row)
        if first is not row:
            said = [{name: row.found[name] for name in row.found if name not in row.supposed} for row in (row, first)]
            first.cleared = tuple(dict.fromkeys((*first.cleared, *row.cleared)))
            supposed = {name: each.found[name] for each in (row, first) for name in each.supposed}
            first.found = supposed | said[0] | said[1]
            first.supposed = frozenset(supposed) - said[0].keys() - said[1].keys() - set(first.cleared)
            for name in set(first.cleared) & supposed.keys():
                first.found.pop(name, None)
    yield from found.values()


# -- one number, one person ----------------------------------------------------------------------------------------


def _numbers(rows: Sequence[ReadRow], known: Neighbours, _day: dt.date) -> Iterator[Clash]:
    people = [row for row in rows if row.register.name == "residents"]
    said: dict[str, str | None] = {}
    for row in people:
        if _NUMBER in row.found or _NUMBER in row.cleared:
            said[row.found[_PERSON]] = row.found.get(_NUMBER)
    holders: dict[str, ReadRow] = {}
    for row in people:
        number, person = row.found.get(_NUMBER), row.found[_PERSON]
        if number is None:
            continue
        column = row.register.column(_NUMBER)
        first = holders.setdefault(number, row)
        if first.found[_PERSON] != person:
            yield from _both(row, first, column, SHARED)
            continue
        other = known.person_of(number)
        # Who gets another number by the same file leaves his to whoever had it taken from him.
        if other is not None and other != person and said.get(other, number) == number:
            yield Clash(row, column, SHARED.of(Label("登记簿中另一人", "another resident in the register")))


# -- one registered household --------------------------------------------------------------------------------------


def _members(rows: Sequence[ReadRow], known: Neighbours, day: dt.date) -> Iterator[Clash]:
    own = [row for row in rows if row.register.name == "household_members"]
    by_person: dict[str, list[tuple[ReadRow, Membership]]] = {}
    for row in own:
        member = Membership(row.found["household"], row.since(day), row.found.get(UNTIL.name))
        by_person.setdefault(row.found[_PERSON], []).append((row, member))
    for person, told in by_person.items():
        for row, other in meeting(told):
            yield Clash(row, row.register.column("household"), ELSEWHERE.of(_line(row, other)))
        ended = {member.household: member.until for _, member in told if member.until is not None}
        kept = [evolve(one, until=ended.get(one.household, one.until)) for one in known.memberships(person)]
        for row, member in told:
            if any(share_a_day(member, one) for one in kept):
                yield Clash(row, row.register.column("household"), ELSEWHERE.of(Label("登记簿", "the register")))


# -- one head, and nobody younger than his children -----------------------------------------------------------------


def _heads(rows: Sequence[ReadRow], _known: Neighbours, day: dt.date) -> Iterator[Clash]:
    by_household: dict[str, list[tuple[ReadRow, Membership]]] = {}
    for row in rows:
        if row.register.name == "household_members" and row.found.get("relation") == HEAD:
            member = Membership(row.found[_PERSON], row.since(day), row.found.get(UNTIL.name))
            by_household.setdefault(row.found["household"], []).append((row, member))
    for told in by_household.values():
        for row, other in meeting(told):
            yield Clash(row, row.register.column("relation"), HEADS.of(_line(row, other)))


def unlikely(rows: Iterable[ReadRow]) -> Iterator[Clash]:
    """Yield who is a child of somebody not older, or a parent of somebody not younger, than himself; that may be."""
    births: dict[str, dt.date] = {}
    members: dict[str, list[ReadRow]] = {}
    for row in rows:
        if row.register.name == "residents" and (born := row.found.get("birth_date")) is not None:
            births[row.found[_PERSON]] = born
        elif row.register.name == "household_members":
            members.setdefault(row.found["household"], []).append(row)
    for told in members.values():
        heads = {row.found[_PERSON] for row in told if row.found.get("relation") == HEAD}
        head = births.get(next(iter(heads))) if len(heads) == 1 else None
        for row in told if head is not None else ():
            born, relation = births.get(row.found[_PERSON]), row.found.get("relation")
            if born is None or head is None:
                continue
            if (relation in _YOUNGER and born <= head) or (relation in _OLDER and born >= head):
                yield Clash(row, row.register.column("relation"), AGES)


# -- no place lies in itself ---------------------------------------------------------------------------------------


def _circles(rows: Sequence[ReadRow], known: Neighbours, _day: dt.date) -> Iterator[Clash]:
    own = [row for row in rows if row.register.table == PLACES.name and "parent" in row.found]
    parents: Mapping[str, str] = {row.key[0]: row.found["parent"] for row in own}
    # Of each place that has been looked at, whether it leads back to itself.
    leads: dict[str, bool] = {}
    for row in own:
        way: dict[str, None] = {}
        at: str | None = row.key[0]
        while at is not None and at not in way and at not in leads:
            way[at] = None
            at = parents.get(at) or known.parent_of(at)
        circle = list(way)[list(way).index(at) :] if at in way else []
        leads |= {place: place in circle for place in way}
        if leads[row.key[0]]:
            yield Clash(row, row.register.column("parent"), CIRCLE)


# -- no more than the whole ----------------------------------------------------------------------------------------


def _shares(rows: Sequence[ReadRow], known: Neighbours, day: dt.date) -> Iterator[Clash]:
    by_dwelling: dict[str, list[ReadRow]] = {}
    for row in rows:
        if row.register.name == "owners" and row.found.get("share") is not None:
            by_dwelling.setdefault(row.key[0], []).append(row)
    for dwelling, told in by_dwelling.items():
        owners = known.owners_of(dwelling)
        planned = plan(by_key(owners), [row.asked(day) for row in told])
        kept = [row for row in owners if row.number not in planned.replaced]
        beyond = _beyond([*kept, *planned.new])
        ends = [until for _, until, _ in beyond]
        for row in told if beyond else ():
            asked = row.asked(day)
            at = bisect_right(ends, asked.since)
            if at < len(beyond) and (asked.until is None or beyond[at][0] < asked.until):
                begins, _, total = beyond[at]
                fault = SHARES.of(max(begins, asked.since).isoformat(), share_text(total))
                yield Clash(row, row.register.column("share"), fault)


def _beyond(rows: Iterable[Row]) -> list[tuple[dt.date, dt.date, Fraction]]:
    """Return when the shares of *rows* come to more than the whole: from a day until another one, and to how much."""
    changes: dict[dt.date, Fraction] = {}
    for row in rows:
        share = row.values[0]
        if isinstance(share, Fraction):
            changes[row.since] = changes.get(row.since, Fraction()) + share
            if row.until is not None:
                changes[row.until] = changes.get(row.until, Fraction()) - share
    found = []
    total = Fraction()
    days = sorted(changes)
    for day, following in zip(days, [*days[1:], dt.date.max], strict=True):
        total += changes[day]
        if total > 1:
            found.append((day, following, total))
    return found
