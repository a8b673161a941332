"""Who may act: a person's appointments on a day, in a place or around it; asked once in a unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from community_core.ports.store import Posting, Registers


class Authority:
    """The registers as one unit of work sees them."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._postings: dict[tuple[str, dt.date], Sequence[Posting]] = {}
        self._chains: dict[str, frozenset[str]] = {}
        self._posts: dict[tuple[str, str, dt.date], frozenset[str]] = {}

    def posts(self, person: str, place: str, day: dt.date) -> frozenset[str]:
        """Return the posts that *person* holds on *day* in *place*, by an appointment there or in a place around it."""
        key = (person, place, day)
        if key not in self._posts:
            if place not in self._chains:
                self._chains[place] = frozenset({place, *self._registers.place_chain(place)})
            if (person, day) not in self._postings:
                self._postings[person, day] = self._registers.postings(person, day)
            chain = self._chains[place]
            self._posts[key] = frozenset(item.post for item in self._postings[person, day] if item.place in chain)
        return self._posts[key]

    def forget(self) -> None:
        """Ask the registers anew; an appointment has begun or ended."""
        self._postings.clear()
        self._posts.clear()
