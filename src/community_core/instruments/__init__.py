"""Pure calculators that procedures use; the first is the ballot."""

from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    SPOILT,
    BallotResult,
    Verdict,
    count_ballot,
    quorum_met,
)

__all__ = ["ABSTAIN", "BALLOT_RULES", "SPOILT", "BallotResult", "Verdict", "count_ballot", "quorum_met"]
