"""Counting a ballot by a named rule: a pure calculator; it knows neither cases nor who may vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum
from fractions import Fraction

from attrs import evolve, frozen

#: The words for a ballot that chooses no option: handed in blank on purpose, and not to be read.
ABSTAIN = "abstain"
SPOILT = "spoilt"

#: The names of the rules, which are also the values of the type ``ballot_rule``.
BALLOT_RULES = ("plurality", "majority_of_votes", "majority_of_present", "majority_of_entitled")


class Method(Enum):
    """How many options a ballot may mark: one, at most as many as there are seats, or any number."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    APPROVAL = "approval"


class QuorumOf(Enum):
    """What a quorum counts: the ballots handed in, or those present."""

    CAST = "cast"
    PRESENT = "present"


class Verdict(Enum):
    """What a count comes to; only ``decided`` fills every seat, and ``partly`` some."""

    DECIDED = "decided"
    PARTLY = "partly"
    TIE = "tie"
    NO_MAJORITY = "no_majority"
    NO_VOTES = "no_votes"
    NO_QUORUM = "no_quorum"


@frozen
class Threshold:
    """A share that a part of a whole must reach or, with *more*, exceed; counts are compared, nothing is divided."""

    share: Fraction
    more: bool = False

    def met(self, part: int, whole: int) -> bool:
        """Whether *part* of *whole* is enough; of nobody nothing is ever enough."""
        found, wanted = part * self.share.denominator, self.share.numerator * whole
        return whole > 0 and (found > wanted if self.more else found >= wanted)


#: More than half.
HALF = Threshold(Fraction(1, 2), more=True)


@frozen
class BallotResult:
    """A counted ballot.

    *counts* gives the votes for each option, in the options' order. *valid* are the ballots that mark some option;
    *abstained* and *spoilt* are counted apart. *elected* are the options that have a seat, those with most votes
    first; *outcome* is the option decided on where there is one seat. *tied* are the options that are level for a
    seat that only some of them can have. *resolvable* says whether each of them passes the rule's majority, so that
    a named rule may choose among them; *resolved* names the rule that did, and *tied* still says who was level.
    """

    rule: str
    counts: tuple[tuple[str, int], ...]
    valid: int
    abstained: int
    spoilt: int
    present: int
    entitled: int
    verdict: Verdict
    seats: int = 1
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    resolvable: bool = False
    resolved: str = ""

    @property
    def outcome(self) -> str | None:
        """The option decided on; ``None`` unless the one seat there is was filled."""
        return self.elected[0] if self.seats == 1 and self.verdict is Verdict.DECIDED else None

    @property
    def cast(self) -> int:
        """All ballots handed in, abstentions and spoilt ones included."""
        return self.valid + self.abstained + self.spoilt

    @property
    def open_seats(self) -> int:
        """The seats that nobody has."""
        return self.seats - len(self.elected)


def count_ballot(
    rule: str,
    options: Sequence[str],
    votes: Iterable[str | Sequence[str]],
    *,
    entitled: int,
    present: int | None = None,
    quorum: Threshold | None = None,
    quorum_of: QuorumOf = QuorumOf.CAST,
    method: Method = Method.SINGLE,
    seats: int = 1,
    majority: Threshold = HALF,
) -> BallotResult:
    """Count *votes* over *options* by *rule*.

    A vote is an option, or the options that a ballot marks. ``plurality`` gives the *seats* to the options with most
    votes; the three majorities want *majority* (more than half) of the ballots that mark some option, of those
    present, or of those entitled. A ballot that marks more options than *method* allows, or one of them twice, is
    spoilt; one that marks none is blank. Options that are level for a seat are a tie under every rule and are never
    separated here. *present* is by default everybody entitled. *quorum* is what the ballots handed in, or those
    present (*quorum_of*), must be of the entitled.

    Raises:
        ValueError: for a rule that does not exist, an option given twice, no more options than seats (under
            ``approval``: none), a vote for no option (``abstain`` and ``spoilt`` apart), more ballots than people
            present, or more present than entitled.
    """
    if rule not in BALLOT_RULES:
        raise ValueError(f"no ballot rule {rule!r}; there are {', '.join(BALLOT_RULES)}")
    fewest = 1 if method is Method.APPROVAL else seats + 1
    if seats < 1 or len(options) < fewest or len(set(options)) != len(options) or {ABSTAIN, SPOILT} & set(options):
        raise ValueError(
            f"{seats} seats and the options {options!r}: a ballot needs a seat, more options than seats, "
            "no option twice, and none called abstain or spoilt"
        )
    ballots = [_ballot(vote) for vote in votes]
    here = entitled if present is None else present
    if not len(ballots) <= here <= entitled:
        raise ValueError(f"{len(ballots)} ballots of {here} present of {entitled} entitled")
    most = {Method.SINGLE: 1, Method.MULTIPLE: seats, Method.APPROVAL: len(options)}[method]
    found: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for marks in ballots:
        kind = _kind(marks, options, most)
        kinds[kind] += 1
        if not kind:
            found.update(marks)
    counts = tuple((option, found[option]) for option in options)
    base = {"majority_of_votes": kinds[""], "majority_of_present": here, "majority_of_entitled": entitled}
    passing = frozenset(
        option for option, number in counts if number and (rule == "plurality" or majority.met(number, base[rule]))
    )
    result = BallotResult(
        rule, counts, kinds[""], kinds[ABSTAIN], kinds[SPOILT], here, entitled, Verdict.NO_QUORUM, seats
    )
    if quorum is not None and not quorum.met(len(ballots) if quorum_of is QuorumOf.CAST else here, entitled):
        return result
    return _seated(result, passing)


def resolved(result: BallotResult, order: Sequence[str], rule: str) -> BallotResult:
    """Return *result* with the open seats given to the first of *order*, which is all its tied options, by *rule*.

    Raises:
        ValueError: if there is no tie, one between options that do not pass the majority, or *order* is of others.
    """
    if result.verdict is not Verdict.TIE or not result.resolvable or sorted(order) != sorted(result.tied):
        raise ValueError(f"{rule} cannot order {order!r}: what is tied is {result.tied!r}")
    elected = (*result.elected, *order[: result.open_seats])
    return evolve(result, verdict=Verdict.DECIDED, elected=elected, resolved=rule)


def _ballot(vote: str | Sequence[str]) -> tuple[str, ...]:
    return (vote,) if isinstance(vote, str) else tuple(vote)


def _kind(marks: tuple[str, ...], options: Sequence[str], most: int) -> str:
    """Whether a ballot is blank or spoilt; empty for one that counts."""
    strange = sorted(set(marks) - set(options) - {ABSTAIN, SPOILT})
    if strange:
        raise ValueError(f"votes for what is no option: {strange!r}")
    if marks in ((), (ABSTAIN,)):
        return ABSTAIN
    if {ABSTAIN, SPOILT} & set(marks) or len(set(marks)) != len(marks) or len(marks) > most:
        return SPOILT
    return ""


def _seated(result: BallotResult, passing: frozenset[str]) -> BallotResult:
    """Return *result* with its seats given, by votes, to the options that pass, and with what is level named."""
    ranked = sorted((item for item in result.counts if item[1]), key=lambda item: -item[1])
    if not ranked:
        return evolve(result, verdict=Verdict.NO_VOTES)
    least = ranked[result.seats - 1][1] if len(ranked) > result.seats else 0
    level = tuple(option for option, number in ranked if number == least)
    above = tuple(option for option, number in ranked if number > least)
    tied = level if least and len(above) + len(level) > result.seats else ()
    first = above if tied else (*above, *level)
    elected = tuple(option for option in first if option in passing)
    verdict = (
        Verdict.TIE
        if tied
        else Verdict.DECIDED
        if len(elected) == result.seats
        else Verdict.PARTLY
        if elected
        else Verdict.NO_MAJORITY
    )
    return evolve(result, verdict=verdict, elected=elected, tied=tied, resolvable=bool(tied) and passing >= set(tied))
