"""Who may act: a person's appointments, and those of whom he acts for, on a day, in a place or around it.

Asked once in a unit of work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from community_core.ports.store import Delegation, Registers


class Authority:
    """The registers as one unit of work sees them."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._chains: dict[tuple[str, dt.date], frozenset[str]] = {}
        self._posts: dict[tuple[str, str, dt.date], frozenset[str]] = {}
        self._delegations: dict[tuple[str, dt.date], Sequence[Delegation]] = {}

    def posts(self, person: str, place: str, day: dt.date) -> frozenset[str]:
        """Return the posts that *person* holds on *day* in *place*, by an appointment there or in a place around it."""
        key = (person, place, day)
        if key not in self._posts:
            self._posts[key] = self._registers.posts(person, place, day)
        return self._posts[key]

    def charged(self, person: str, place: str, day: dt.date) -> Mapping[str, frozenset[str]]:
        """Return for whom *person* may act on *day* in *place*, and under which of their posts or roles."""
        if (person, day) not in self._delegations:
            self._delegations[person, day] = self._registers.delegations(person, day)
        chain = self._chain(place, day)
        found: dict[str, frozenset[str]] = {}
        for item in self._delegations[person, day]:
            if item.place in chain:
                found[item.behalf] = found.get(item.behalf, frozenset()) | {item.post}
        return found

    def _chain(self, place: str, day: dt.date) -> frozenset[str]:
        if (place, day) not in self._chains:
            self._chains[place, day] = frozenset({place, *self._registers.place_chain(place, day)})
        return self._chains[place, day]

    def forget(self) -> None:
        """Ask the registers anew; an appointment has begun or ended, or places belong elsewhere."""
        self._posts.clear()
        self._chains.clear()
