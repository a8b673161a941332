"""Electoral rolls (选民名册): who is entitled, frozen on a day with a reason for each; no register is read here.

A frozen roll is a chain: the hash of its header, then that of each line over the hash before it. Corrections are
lines that follow, each with the reason why; none is ever changed. Names are not part of a roll, only ids: who reads
one with names asks the registers for them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from hashlib import sha256

from attrs import evolve, frozen

from community_core.base.labels import Label


class RollKind(Enum):
    """Whom a roll lists; a household or an owner has one line."""

    RESIDENTS = "residents"
    HOUSEHOLDS = "households"
    OWNERS = "owners"


class Entitlement(Enum):
    """Whether one of a roll may vote; undetermined where a fact or a value of the rules is missing."""

    ENTITLED = "entitled"
    NOT_ENTITLED = "not_entitled"
    UNDETERMINED = "undetermined"


@frozen
class RollLine:
    """One line: whom it is about, who acts for it, and why it is in or out.

    *person* is the resident himself, the representative of a household (empty while it has named none), or the owner.
    *why*, *actor* and *day* are those of a correction; the lines of the freezing have none.
    """

    number: int
    subject: str
    person: str
    outcome: Entitlement
    reason: Label
    cite: str = ""
    ask: tuple[str, ...] = ()
    why: str = ""
    actor: str = ""
    day: dt.date | None = None
    hash: str = ""


@frozen
class RollHead:
    """What a roll is: of which kind, place and day, by which decision of which rules, frozen by whom at what moment."""

    id: str
    kind: RollKind
    place: str
    day: dt.date
    term: str
    rules: str
    actor: str
    frozen: str
    hash: str = ""


@frozen
class ElectoralRoll:
    """A roll as it was frozen, with the corrections that were recorded since."""

    head: RollHead
    lines: tuple[RollLine, ...]

    @property
    def id(self) -> str:
        """The roll's own id."""
        return self.head.id

    @property
    def kind(self) -> RollKind:
        """Whom it lists."""
        return self.head.kind

    @property
    def place(self) -> str:
        """The place whose roll it is."""
        return self.head.place

    @property
    def day(self) -> dt.date:
        """The day on which it was frozen."""
        return self.head.day

    @property
    def hash(self) -> str:
        """The hash of the roll as it stands, corrections included."""
        return self.lines[-1].hash if self.lines else self.head.hash

    @property
    def frozen_hash(self) -> str:
        """The hash of the roll as it was frozen."""
        own = [line.hash for line in self.lines if not line.why]
        return own[-1] if own else self.head.hash

    @cached_property
    def standing(self) -> tuple[RollLine, ...]:
        """The last line about each subject, in the order of the subjects' first lines."""
        return tuple({line.subject: line for line in self.lines}.values())

    @cached_property
    def entitled(self) -> tuple[str, ...]:
        """Who may vote: residents, those whom households have named, owners; a household without one gives nobody."""
        own = (line.person for line in self.standing if line.outcome is Entitlement.ENTITLED)
        return tuple(person for person in dict.fromkeys(own) if person)

    @property
    def size(self) -> int:
        """How many votes there are, whether or not each household has named its representative."""
        return sum(line.outcome is Entitlement.ENTITLED for line in self.standing)

    @property
    def undetermined(self) -> tuple[RollLine, ...]:
        """Those of whom it is not known whether they may vote."""
        return tuple(line for line in self.standing if line.outcome is Entitlement.UNDETERMINED)

    def is_entitled(self, person: str) -> bool:
        """Whether *person* may vote by this roll."""
        return person in self._entitled

    @cached_property
    def _entitled(self) -> frozenset[str]:
        return frozenset(self.entitled)

    def line_of(self, subject: str) -> RollLine | None:
        """Return the line that stands about *subject*, or ``None``."""
        return next((line for line in self.standing if line.subject == subject), None)


def sealed(head: RollHead, lines: Iterable[RollLine]) -> ElectoralRoll:
    """Return the roll of *head* and *lines*, numbered in their order, with all hashes."""
    head = evolve(head, hash=_hash("", _text(head_data(head))))
    previous = head.hash
    own = []
    for number, line in enumerate(lines, start=1):
        numbered = evolve(line, number=number)
        previous = _hash(previous, _line_text(numbered))
        own.append(evolve(numbered, hash=previous))
    return ElectoralRoll(head, tuple(own))


def corrected(roll: ElectoralRoll, line: RollLine) -> RollLine:
    """Return *line* as the next one of *roll*."""
    numbered = evolve(line, number=len(roll.lines) + 1)
    return evolve(numbered, hash=_hash(roll.hash, _line_text(numbered)))


def holds_together(roll: ElectoralRoll) -> bool:
    """Whether every hash of *roll* is that of its text and of the line before it."""
    return sealed(roll.head, roll.lines) == roll


def _hash(previous: str, text: str) -> str:
    return "sha256:" + sha256(f"{text}\n{previous}".encode()).hexdigest()


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def head_data(head: RollHead) -> dict[str, str]:
    """Return what a head says, as plain values by name, without its hash."""
    return {
        "id": head.id,
        "kind": head.kind.value,
        "place": head.place,
        "day": head.day.isoformat(),
        "term": head.term,
        "rules": head.rules,
        "actor": head.actor,
        "frozen": head.frozen,
    }


def _line_text(line: RollLine) -> str:
    return _text(
        {
            "number": line.number,
            "subject": line.subject,
            "person": line.person,
            "outcome": line.outcome.value,
            "reason": [line.reason.zh, line.reason.en],
            "cite": line.cite,
            "ask": list(line.ask),
            "why": line.why,
            "actor": line.actor,
            "day": None if line.day is None else line.day.isoformat(),
        }
    )
