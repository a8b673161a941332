"""The closed vocabularies that every floor shares: rank, standing, force, privacy."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final


class Rank(IntEnum):
    """Who speaks; a higher number is a higher rank. The library stands below them all."""

    LIBRARY = 0
    COMMUNITY = 10
    DISTRICT = 20
    CITY = 30
    PROVINCE = 40
    REGULATION = 50
    LAW = 60

    @classmethod
    def of(cls, name: str) -> Rank:
        """Return the rank called *name* (lower case).

        Raises:
            ValueError: if there is no such rank; the message lists those there are.
        """
        try:
            return cls[name.upper()]
        except KeyError:
            known = ", ".join(rank.name.lower() for rank in cls)
            raise ValueError(f"no rank {name!r}; ranks are {known}") from None


class Standing(Enum):
    """What a source says a rule is (规则性质)."""

    IN_FORCE = "in_force"
    REPORTED = "reported"
    PROPOSAL = "proposal"
    PLAN = "plan"
    AIM = "aim"
    FAILED = "failed"
    LIBRARY = "library"
    EXAMPLE = "example"

    @property
    def applies(self) -> bool:
        """Whether a rule of this standing applies without being adopted by name."""
        return self not in (Standing.PROPOSAL, Standing.PLAN, Standing.AIM, Standing.FAILED)


APPLYING: Final = frozenset(standing for standing in Standing if standing.applies)
"""The standings of what applies without being adopted by name."""
ADOPTABLE: Final = frozenset(Standing) - {Standing.FAILED}
"""The standings of what applies where it is adopted by name; what was tried and failed does not come back by that."""


class Force(Enum):
    """What a norm of law does (约束力); a general norm (一般) is compared with, never refused by."""

    BINDING = "binding"
    GENERAL = "general"
    DEFINITION = "definition"
    COMPETENCE = "competence"
    PROHIBITION = "prohibition"


class Privacy(Enum):
    """The privacy class of a fact or a step field; only ``public`` ever reaches the board."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


PRIVATE: Final = frozenset({Privacy.PERSONAL, Privacy.SENSITIVE})
"""The classes whose values stand in the record as commitments only."""
