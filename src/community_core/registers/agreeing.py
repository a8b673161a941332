"""The lines of one file held against each other and against the registers: what cannot be true of both at once.

Nothing is refused here; each :class:`Clash` names the row, its column and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from attrs import define, frozen

from community_core.base.labels import Label
from community_core.registers.cells import Fault
from community_core.registers.describe import SINCE, UNTIL, Column, Register
from community_core.registers.known import PLACES
from community_core.registers.sheets import Line, Sheet

_PERSON: Final = "person"
_NUMBER: Final = "id_number"


@define
class ReadRow:
    """One line as one register reads it: what was *found* in it by the names of columns, and what it clears."""

    register: Register
    sheet: Sheet
    line: Line
    found: dict[str, Any]
    cleared: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What the row is about."""
        return tuple(self.found[column.name] for column in self.register.key)

    def since(self, day: dt.date) -> dt.date:
        """Return the day from which the row counts, which is *day* where it says none."""
        said: dt.date = self.found.get(SINCE.name, day)
        return said


@frozen
class Membership:
    """That somebody belongs to a household from a day until another one (excluded), or still."""

    household: str
    since: dt.date
    until: dt.date | None = None


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


@frozen
class Clash:
    """A row that cannot stand: *column* is the one in which it contradicts, and *fault* says what."""

    row: ReadRow
    column: Column
    fault: Fault


def clashes(rows: Sequence[ReadRow], known: Neighbours, day: dt.date) -> Iterator[Clash]:
    """Yield what cannot be true at once: of two lines both are named, for neither is guessed to be right."""
    for check in (_repeated, _numbers, _members, _circles):
        yield from check(rows, known, day)


def _line(row: ReadRow, other: ReadRow) -> Label:
    sheet = other.sheet.name if other.sheet.name != row.sheet.name else ""
    return Label(
        (f"工作表“{sheet}”" if sheet else "") + f"第{other.line.number}行",
        f"line {other.line.number}" + (f" of the sheet {sheet!r}" if sheet else ""),
    )


def _both(one: ReadRow, other: ReadRow, column: Column, fault: Callable[[Label], Fault]) -> Iterator[Clash]:
    yield Clash(one, column, fault(_line(one, other)))
    yield Clash(other, column, fault(_line(other, one)))


# -- the same key twice --------------------------------------------------------------------------------------------


def _repeated(rows: Sequence[ReadRow], _known: Neighbours, day: dt.date) -> Iterator[Clash]:
    seen: dict[tuple[str, Any, dt.date], ReadRow] = {}
    for row in rows:
        first = seen.setdefault((row.register.name, row.key, row.since(day)), row)
        column = None if first is row else _differing(first, row)
        if column is not None:
            yield from _both(row, first, column, _twice)


def _differing(one: ReadRow, other: ReadRow) -> Column | None:
    """Return the first column of which two rows of one key say different things; a blank one says nothing."""
    for column in (*one.register.values, UNTIL):
        said = [_said(row, column.name) for row in (one, other)]
        if None not in said and said[0] != said[1]:
            return column
    return None


def _said(row: ReadRow, name: str) -> Any:
    return ("cleared",) if name in row.cleared else row.found.get(name)


def _twice(where: Label) -> Fault:
    return Fault(
        "repeated-key",
        Label(
            f"与{where.zh}同一编号，内容不同，请只留一行",
            f"differs from {where.en}, which has the same key; keep one",
        ),
    )


def together(rows: Iterable[ReadRow], day: dt.date) -> Iterator[ReadRow]:
    """Yield each key once with all that its lines say of it, in the place of the first; none of them contradict."""
    found: dict[tuple[str, Any, dt.date], ReadRow] = {}
    for row in rows:
        first = found.setdefault((row.register.name, row.key, row.since(day)), row)
        if first is not row:
            first.found = row.found | first.found
            first.cleared = tuple(dict.fromkeys((*first.cleared, *row.cleared)))
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
            yield from _both(row, first, column, _shared)
            continue
        other = known.person_of(number)
        # Who gets another number by the same file leaves his to whoever had it taken from him.
        if other is not None and other != person and said.get(other, number) == number:
            yield Clash(row, column, _shared(Label("登记簿中另一人", "another resident in the register")))


def _shared(where: Label) -> Fault:
    return Fault(
        "identity-number-taken",
        Label(
            f"与{where.zh}的号码相同，人员编号却不同；是同一人的，用同一编号，不是的，核对号码",
            f"{where.en} has the same number and another id; write one id if it is one person, or correct the number",
        ),
    )


# -- one registered household --------------------------------------------------------------------------------------


def _members(rows: Sequence[ReadRow], known: Neighbours, day: dt.date) -> Iterator[Clash]:
    own = [row for row in rows if row.register.name == "household_members"]
    by_person: dict[str, list[tuple[ReadRow, Membership]]] = {}
    for row in own:
        member = Membership(row.found["household"], row.since(day), row.found.get(UNTIL.name))
        by_person.setdefault(row.found[_PERSON], []).append((row, member))
    for person, told in by_person.items():
        ended = {member.household: member.until for _, member in told if member.until is not None}
        for at, (row, member) in enumerate(told):
            column = row.register.column("household")
            for first, other in told[:at]:
                if _share_a_day(member, other):
                    yield from _both(row, first, column, _elsewhere)
            for kept in known.memberships(person):
                until = ended.get(kept.household, kept.until)
                if _share_a_day(member, Membership(kept.household, kept.since, until)):
                    yield Clash(row, column, _elsewhere(Label("登记簿", "the register")))
                    break


def _share_a_day(one: Membership, other: Membership) -> bool:
    return (
        one.household != other.household
        and (other.until is None or one.since < other.until)
        and (one.until is None or other.since < one.until)
    )


def _elsewhere(where: Label) -> Fault:
    return Fault(
        "member-elsewhere",
        Label(
            f"按{where.zh}，这个人当日还是另一户的成员；请先终止（register end household_members），"
            "或用 register split、merge",
            f"by {where.en} this person still belongs to another household then; end that first "
            "(register end household_members), or use register split or merge",
        ),
    )


# -- no place lies in itself ---------------------------------------------------------------------------------------


def _circles(rows: Sequence[ReadRow], known: Neighbours, _day: dt.date) -> Iterator[Clash]:
    own = [row for row in rows if row.register.table == PLACES.name and "parent" in row.found]
    parents: Mapping[str, str] = {row.key[0]: row.found["parent"] for row in own}
    for row in own:
        seen: set[str] = set()
        at: str | None = row.found["parent"]
        while at is not None and at != row.key[0] and at not in seen:
            seen.add(at)
            at = parents.get(at) or known.parent_of(at)
        if at == row.key[0]:
            yield Clash(row, row.register.column("parent"), _CIRCLE)


_CIRCLE: Final = Fault(
    "place-in-itself",
    Label("这样一来这个地方在它自己之内，请改正上级", "by this the place lies in itself; correct what it lies in"),
)
