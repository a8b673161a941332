"""Services and the outlets where they are given; prices are decided by rules and are not kept here."""

from __future__ import annotations

import datetime as dt

from attrs import field, frozen

from community_core.base.days import Span
from community_core.base.labels import Label
from community_core.model.serving import FACT


@frozen
class Service:
    """A service, and its tier for each kind of recipient: a tier is a property of that pair, never of a person.

    *tiers* are pairs of recipient and tier (``("vulnerable", "welfare")``); a recipient that is not listed has
    none that is known.

    Raises:
        ValueError: if a recipient is listed twice.
    """

    name: str = field(metadata={FACT: "service"})
    label: Label = Label()
    tiers: tuple[tuple[str, str], ...] = field(default=())

    @tiers.validator
    def _one_each(self, _attribute: object, tiers: tuple[tuple[str, str], ...]) -> None:
        recipients = [recipient for recipient, _ in tiers]
        twice = next((item for item in recipients if recipients.count(item) > 1), None)
        if twice is not None:
            raise ValueError(f"the service {self.name!r} has two tiers for {twice!r}")

    def tier_for(self, recipient: str) -> str | None:
        """Return the tier for a kind of recipient, or ``None`` where it is not known."""
        return dict(self.tiers).get(recipient)


@frozen
class Outlet:
    """A place where services are given: a station, a shop, a desk; open over *span*, whose ends may not be known.

    *provider* is the body that runs it; *services* are names of services, or ``None`` while they are not known.
    """

    id: str = field(metadata={FACT: "outlet"})
    label: Label = Label()
    place: str | None = field(default=None, metadata={FACT: "outlet_place"})
    provider: str | None = field(default=None, metadata={FACT: "provider"})
    services: tuple[str, ...] | None = field(default=None, metadata={FACT: "services"})
    span: Span = Span()

    def gives(self, service: str, day: dt.date) -> bool | None:
        """Whether *service* is given here on *day*; ``None`` while the outlet is open and its services unknown."""
        if not self.span.holds(day):
            return False
        return None if self.services is None else service in self.services
