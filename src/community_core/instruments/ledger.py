"""The ledger: transfers between accounts and what follows from them; pure, no store and no day of its own.

Each entry takes from one account what it gives to another, so that all accounts of a ledger together come to nothing:
what stands against the gifts of a community is what its units gave. Money is whole fen; hours, goods or tasks are whole
numbers in a unit of their own and are never added to money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

from community_core.base.days import Span

#: The unit of money.
FEN = "fen"


@frozen
class Entry:
    """On *day* the account *source* gave *amount* of *unit* to the account *target*, in the ledger of that name.

    *more_than* marks an amount of which only a lower bound is known; *purpose* says what it is for, *period* for which
    days. *place* is where it belongs, *case* the case that entered it. Accounts are called by units, bodies, places or
    funds, and never by persons.

    Raises:
        ValueError: if the amount is not a whole number above zero, an account has no name, or it gives to itself.
    """

    ledger: str
    day: dt.date
    source: str
    target: str
    amount: int = field()
    unit: str = FEN
    more_than: bool = False
    purpose: str = ""
    period: Span = Span()
    place: str = ""
    case: str = ""

    @amount.validator
    def _positive(self, _attribute: object, amount: object) -> None:
        if type(amount) is not int or amount <= 0:
            raise ValueError(f"an entry has a whole amount above zero: {amount!r}")

    def __attrs_post_init__(self) -> None:
        if not (self.ledger and self.source and self.target and self.unit):
            raise ValueError("an entry names its ledger, both accounts and its unit")
        if self.source == self.target:
            raise ValueError(f"the account {self.source!r} cannot give to itself")


@frozen
class Balance:
    """What an account has received less what it gave, in one unit; *exact* unless a lower bound went into it."""

    amount: int = 0
    exact: bool = True

    def __add__(self, other: Balance) -> Balance:
        """Return both together; not exact where one of them is not."""
        return Balance(self.amount + other.amount, self.exact and other.exact)


Balances = Mapping[tuple[str, str], Balance]


def balances(entries: Iterable[Entry], until: dt.date | None = None) -> Balances:
    """Return the balance of each account and unit that *entries* touch, in their order.

    Args:
        entries: of one ledger, or of several that are to be read as one.
        until: the last day whose entries count; all do without one.
    """
    found: dict[tuple[str, str], Balance] = {}
    for entry in entries:
        if until is not None and entry.day > until:
            continue
        for account, amount in ((entry.source, -entry.amount), (entry.target, entry.amount)):
            key = (account, entry.unit)
            found[key] = found.get(key, Balance()) + Balance(amount, not entry.more_than)
    return MappingProxyType(found)
