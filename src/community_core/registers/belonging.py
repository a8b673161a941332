"""Who belongs to which household when, and which of many such spans share a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from attrs import frozen

#: Of two spans of different households at least one is of another one than a third.
_ENOUGH: Final = 2

T = TypeVar("T")


@frozen
class Membership:
    """That somebody belongs to a household from a day until another one (excluded), or still."""

    household: str
    since: dt.date
    until: dt.date | None = None


def share_a_day(one: Membership, other: Membership) -> bool:
    """Whether two spans are of different households and share a day."""
    return (
        one.household != other.household
        and (other.until is None or one.since < other.until)
        and (one.until is None or other.since < one.until)
    )


def meeting(told: Sequence[tuple[T, Membership]]) -> Iterator[tuple[T, T]]:
    """Yield each of *told* that shares a day with one of another household, and one with which it does.

    In the order of their days, each is held against the one of another household that begins next, and of those before
    it against the ones that end last: a thousand lines of one person are gone through once, and not in pairs.
    """
    if len(told) == 1:
        return
    ordered = sorted(told, key=lambda one: one[1].since)
    following: list[tuple[T, Membership] | None] = [None] * len(ordered)
    for at in range(len(ordered) - 2, -1, -1):
        after = ordered[at + 1]
        following[at] = after if after[1].household != ordered[at][1].household else following[at + 1]
    longest: dict[str, tuple[T, Membership]] = {}
    for one, then in zip(ordered, following, strict=True):
        household = one[1].household
        before = [each for name, each in longest.items() if name != household]
        near = before if then is None else [*before, then]
        other = next((each for each in near if share_a_day(one[1], each[1])), None)
        if other is not None:
            yield one[0], other[0]
        held = [one, longest[household]] if household in longest else [one]
        longest[household] = max(held, key=_end)
        if len(longest) > _ENOUGH:
            del longest[min(longest, key=lambda name: _end(longest[name]))]


def _end(one: tuple[T, Membership]) -> dt.date:
    return one[1].until or dt.date.max
