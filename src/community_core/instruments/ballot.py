"""Counting a ballot by a named rule: a pure calculator; it knows neither cases nor who may vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction

from attrs import frozen

#: The words for a ballot that chooses no option: handed in blank on purpose, and not to be read.
ABSTAIN = "abstain"
SPOILT = "spoilt"

#: The names of the rules, which are also the values of the type ``ballot_rule``.
BALLOT_RULES = ("plurality", "majority_of_votes", "majority_of_present", "majority_of_entitled")


class Verdict(Enum):
    """What a count comes to; only ``decided`` has an outcome."""

    DECIDED = "decided"
    TIE = "tie"
    NO_MAJORITY = "no_majority"
    NO_VOTES = "no_votes"
    NO_QUORUM = "no_quorum"


@frozen
class BallotResult:
    """A counted ballot.

    *counts* gives the votes for each option, in the options' order; *abstained* and *spoilt* are counted apart.
    *cast* is every ballot handed in, these two included. *outcome* is the option decided on, ``None`` unless the
    verdict is ``decided``. *tied* are the options that lead together, and is empty unless several do.
    """

    rule: str
    counts: tuple[tuple[str, int], ...]
    abstained: int
    spoilt: int
    present: int
    entitled: int
    verdict: Verdict
    outcome: str | None = None
    tied: tuple[str, ...] = ()

    @property
    def valid(self) -> int:
        """The votes for some option."""
        return sum(number for _, number in self.counts)

    @property
    def cast(self) -> int:
        """All ballots handed in, abstentions and spoilt ones included."""
        return self.valid + self.abstained + self.spoilt


def quorum_met(cast: int, entitled: int, quorum: Fraction) -> bool:
    """Whether *cast* of *entitled* reach the share *quorum*; whole counts are compared, nothing is divided.

    Nobody entitled never makes a quorum.
    """
    return entitled > 0 and cast * quorum.denominator >= quorum.numerator * entitled


def count_ballot(
    rule: str,
    options: Sequence[str],
    votes: Sequence[str],
    *,
    entitled: int,
    present: int | None = None,
    quorum: Fraction | None = None,
) -> BallotResult:
    """Count *votes* over *options* by *rule*.

    ``plurality`` takes the option with most votes; the three majorities want more than half of the votes for options,
    of those present, or of those entitled. Options that lead together are a tie under every rule and are never
    separated here. *present* is by default everybody entitled. *quorum* is the least share of the entitled that
    must have handed in a ballot.

    Raises:
        ValueError: for a rule that does not exist, fewer than two options or one given twice, a vote for no option
            (``abstain`` and ``spoilt`` apart), or more ballots than people present, or more present than entitled.
    """
    if rule not in BALLOT_RULES:
        raise ValueError(f"no ballot rule {rule!r}; there are {', '.join(BALLOT_RULES)}")
    if len(options) < 2 or len(set(options)) != len(options) or {ABSTAIN, SPOILT} & set(options):
        raise ValueError(f"a ballot needs two or more different options, none called abstain or spoilt: {options!r}")
    here = entitled if present is None else present
    if not len(votes) <= here <= entitled:
        raise ValueError(f"{len(votes)} ballots of {here} present of {entitled} entitled")
    found = Counter(votes)
    strange = sorted(set(found) - set(options) - {ABSTAIN, SPOILT})
    if strange:
        raise ValueError(f"votes for what is no option: {strange!r}")
    counts = tuple((option, found[option]) for option in options)
    valid = sum(number for _, number in counts)
    most = max(number for _, number in counts)
    leaders = tuple(option for option, number in counts if number == most)
    base = {"plurality": 0, "majority_of_votes": valid, "majority_of_present": here}.get(rule, entitled)
    tied: tuple[str, ...] = ()
    outcome: str | None = None
    if quorum is not None and not quorum_met(len(votes), entitled, quorum):
        verdict = Verdict.NO_QUORUM
    elif most == 0:
        verdict = Verdict.NO_VOTES
    elif len(leaders) > 1:
        verdict, tied = Verdict.TIE, leaders
    elif 2 * most > base:
        verdict, outcome = Verdict.DECIDED, leaders[0]
    else:
        verdict = Verdict.NO_MAJORITY
    return BallotResult(rule, counts, found[ABSTAIN], found[SPOILT], here, entitled, verdict, outcome, tied)
