"""Pure calculators: the ballot that procedures use, and the hash trees that bind the record."""

from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    SPOILT,
    BallotResult,
    Verdict,
    count_ballot,
    quorum_met,
)
from community_core.instruments.merkle import (
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    tree_root,
)

__all__ = [
    "ABSTAIN",
    "BALLOT_RULES",
    "SPOILT",
    "BallotResult",
    "Frontier",
    "Verdict",
    "consistency_proof",
    "consistent",
    "count_ballot",
    "included",
    "inclusion_proof",
    "quorum_met",
    "tree_root",
]
