"""Sealed ballots: commitments that say nothing until they are opened, and the box that forgets whose each one is.

A sealed ballot is a salted commitment to the case and the marks. The record takes the commitments and the list
of those who voted when the poll closes, each in its own order, and the openings (salt and marks) at the count. So
each voter finds his ballot by his salt, anyone can count the openings again, and nothing in the record joins a person
to a ballot.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence

from attrs import frozen

from community_core.base.commitments import commitment
from community_core.instruments.attendance import NONE

_DOMAIN = "community-core sealed ballot"


def new_salt() -> str:
    """Return a random salt of 256 bits, as a voter's ballot needs one that nobody can guess."""
    return secrets.token_hex(32)


def seal(case: str, marks: Sequence[str], salt: str) -> str:
    """Return the commitment of a ballot that marks *marks* in *case*; the order of the marks says nothing.

    Raises:
        ValueError: if *salt* is no hexadecimal text, or one that is too short.
    """
    text = json.dumps([_DOMAIN, case, sorted(marks)], ensure_ascii=False, separators=(",", ":"))
    return commitment(text, bytes.fromhex(salt))


@frozen
class Opened:
    """Sealed ballots after their opening.

    *votes* are the marks of those opened; *unopened* the commitments that nobody opened; *strange* the number of
    openings that belong to no sealed ballot, or to one that was opened already.
    """

    votes: tuple[tuple[str, ...], ...]
    unopened: tuple[str, ...] = ()
    strange: int = 0


def opened(case: str, sealed: Sequence[str], openings: Iterable[Sequence[str]]) -> Opened:
    """Open the commitments *sealed* of *case*; an opening is the salt and then the marks."""
    waiting = set(sealed)
    votes: list[tuple[str, ...]] = []
    strange = 0
    for opening in openings:
        found = _sealed(case, opening)
        if found in waiting:
            waiting.discard(found)
            votes.append(tuple(opening[1:]))
        else:
            strange += 1
    return Opened(tuple(votes), tuple(sorted(waiting)), strange)


def _sealed(case: str, opening: Sequence[str]) -> str:
    """The commitment that *opening* opens; empty where it can open none."""
    try:
        return seal(case, opening[1:], opening[0]) if opening else ""
    except ValueError:
        return ""


@frozen
class BoxEntry:
    """A ballot in the box while the poll is open: whose it is, by which channel, its marks and salt."""

    voter: str
    channel: str
    marks: tuple[str, ...]
    salt: str


@frozen
class ClosedBox:
    """What leaves the box: lists without any link, each in an order of its own.

    *voters* are, by channel, those who voted, by name; *sealed* and *set_aside* the commitments that count and that
    do not, by their hash; *openings* those of *sealed*, by salt.
    """

    voters: tuple[tuple[str, tuple[str, ...]], ...]
    sealed: tuple[str, ...]
    openings: tuple[tuple[str, ...], ...]
    set_aside: tuple[str, ...] = ()


def close_box(case: str, entries: Iterable[BoxEntry], *, channels: Sequence[str], seen_twice: str = NONE) -> ClosedBox:
    """Close the box of *case*: of a voter seen in several of *channels* only the ballot of *seen_twice* counts.

    Entries are of the polling station and are to be destroyed once the box is closed; no record ever holds them.

    Raises:
        ValueError: if an entry is of no channel, or a voter put two ballots into one channel.
    """
    held = list(entries)
    voters = {channel: sorted(item.voter for item in held if item.channel == channel) for channel in channels}
    if any(item.channel not in voters for item in held):
        raise ValueError(f"a ballot came by no known channel; there are {', '.join(channels)}")
    if any(len(set(people)) != len(people) for people in voters.values()):
        raise ValueError("a voter put two ballots into one channel")
    times: dict[str, int] = {}
    for item in held:
        times[item.voter] = times.get(item.voter, 0) + 1
    counting = [item for item in held if times[item.voter] == 1 or item.channel == seen_twice]
    aside = [item for item in held if times[item.voter] > 1 and item.channel != seen_twice]
    return ClosedBox(
        tuple((channel, tuple(people)) for channel, people in voters.items()),
        tuple(sorted(seal(case, item.marks, item.salt) for item in counting)),
        tuple(sorted((item.salt, *sorted(item.marks)) for item in counting)),
        tuple(sorted(seal(case, item.marks, item.salt) for item in aside)),
    )
