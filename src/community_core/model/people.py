"""Households and residents as they are known to a community; what follows from that is for rules to say."""

from __future__ import annotations

import datetime as dt

from attrs import field, frozen

from community_core.model.serving import FACT, Pairs, as_pairs, check_pairs


@frozen
class Household:
    """Those who live together (户); *place* is the building, grid or community it lives in.

    *facts* are further facts that practices declare of a household (its means, whether it is a sole parent's …).

    Raises:
        ValueError: if a further fact has no valid name, comes twice, or is served by a field.
    """

    id: str = field(metadata={FACT: "household"})
    place: str | None = field(default=None, metadata={FACT: "household_place"})
    facts: Pairs = field(default=(), converter=as_pairs, validator=check_pairs)


@frozen
class Resident:
    """One resident; whatever is not known is ``None``, and never guessed from the rest.

    *registered_place* is where the household register (户籍) has him, *actual_place* where he lives: each the id of
    a place. *birth_date* may be unknown. *facts* are further facts that practices declare of a resident.

    Raises:
        ValueError: if a further fact has no valid name, comes twice, or is served by a field.
    """

    id: str
    name: str | None = None
    birth_date: dt.date | None = field(default=None, metadata={FACT: "birth_date"})
    household: str | None = field(default=None, metadata={FACT: "household"})
    registered_place: str | None = field(default=None, metadata={FACT: "registered_place"})
    actual_place: str | None = field(default=None, metadata={FACT: "actual_place"})
    facts: Pairs = field(default=(), converter=as_pairs, validator=check_pairs)

    @property
    def lives_where_registered(self) -> bool | None:
        """Whether he lives in the place where he is registered (人户一致); ``None`` while either is unknown."""
        if self.registered_place is None or self.actual_place is None:
            return None
        return self.registered_place == self.actual_place
