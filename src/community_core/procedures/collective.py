"""The collective decision of a step as frozen data: who votes on what, how ballots are marked, and what decides."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from community_core.base.findings import NOWHERE, Origin
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.rules.terms import Expression

#: The steps' own name for the ballots, and the further lists that a vote may bring; a step takes them by these names.
VOTES = "votes"
PROXIES = "proxies"
REPRESENTED = "represented"
SET_ASIDE = "set_aside"


class Electorate(Enum):
    """Who has a vote: each resident, each household (which names one person who votes for it), or representatives."""

    RESIDENTS = "residents"
    HOUSEHOLDS = "households"
    REPRESENTATIVES = "representatives"


@frozen
class CollectiveDecision:
    """A decision that a step's people take together.

    *question* names the field whose options are voted on (a list) or the field that is put to yes or no;
    *among* the list field of those who may vote (ids of persons, or of households); *rule* an expression giving the
    ballot rule's name, or that name itself. The step takes ``votes``, a list of the ballots, and the case then holds
    ``counts`` and ``outcome``. *present* names the list field of those present; without it all of *among* count as
    present.

    *method* says how many options a ballot may mark, and *seats* gives how many of them are elected. *by* says who
    votes. *quorum* gives the share of *among* that *quorum_of* (ballots ``cast``, or those ``present``) must reach, or
    exceed with *quorum_more*; *majority* likewise the share that the rule's majority is, more than half without it.

    *channels* names, by channel, the list field of those who came by it; of somebody seen in several, the ballot by
    *seen_twice* counts (``none``: no ballot of his). With *proxy_limit*, so many votes may be carried by one.

    *tie* names the rule that resolves a tie, *tie_by* the field that it goes by (a seed, an order); *run_off_of* the
    step whose tie this vote resolves. With *records* a count that decides nothing is recorded all the same, with its
    ``verdict``. A *secret* vote keeps no order of ballots or voters; *sealed* names the list field of commitments
    that its votes must open.
    """

    question: str
    among: str
    rule: Expression
    quorum: Expression | None = None
    present: str = ""
    method: Method = Method.SINGLE
    seats: Expression | None = None
    by: Electorate | None = None
    quorum_more: bool = False
    quorum_of: QuorumOf = QuorumOf.CAST
    majority: Expression | None = None
    majority_more: bool = False
    channels: tuple[tuple[str, str], ...] = ()
    seen_twice: str = ""
    proxy_limit: Expression | None = None
    tie: TieRule | None = None
    tie_by: str = ""
    run_off_of: str = ""
    records: bool = False
    secret: bool = False
    sealed: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)

    @property
    def detailed(self) -> bool:
        """Whether the case holds more of the result than counts and outcome: who is elected, what is tied."""
        return bool(self.records or self.seats is not None or self.tie is not None or self.run_off_of)

    @property
    def lists(self) -> tuple[str, ...]:
        """The list fields that say who takes part."""
        return (*((self.present,) if self.present else ()), *(name for _, name in self.channels))

    @property
    def reads(self) -> frozenset[str]:
        """The names of the fields that the count reads, the seed or order of a tie apart: those may be missing."""
        return frozenset({VOTES, self.question, self.among, self.sealed, *self.lists} - {""})

    @property
    def may_read(self) -> frozenset[str]:
        """The names of the fields that the count reads where the case has them."""
        brought = {PROXIES} if self.proxy_limit is not None else set()
        brought |= {REPRESENTED} if self.by is Electorate.HOUSEHOLDS else set()
        brought |= {SET_ASIDE} if self.channels else set()
        return frozenset({self.tie_by, *brought} - {""})

    @property
    def gives(self) -> frozenset[str]:
        """The names of the fields that the count gives the case."""
        given = {"counts", "outcome"}
        if self.detailed:
            given |= {"verdict", "elected", "tied", "open_seats", "resolved", "number_entitled", "number_present"}
        given |= {"seen_twice"} if self.channels else set()
        given |= {"unopened"} if self.sealed else set()
        return frozenset(given)
