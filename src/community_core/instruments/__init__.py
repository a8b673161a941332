"""Pure calculators: the ballot that procedures use, and the hash trees that bind the record."""

from community_core.instruments.attendance import Attendance, Fault, attendance
from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    HALF,
    SPOILT,
    BallotResult,
    Method,
    QuorumOf,
    Threshold,
    Verdict,
    count_ballot,
    resolved,
)
from community_core.instruments.ledger import Balance, Balances, Entry, balances
from community_core.instruments.merkle import (
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    tree_root,
)
from community_core.instruments.sealing import BoxEntry, ClosedBox, Opened, close_box, new_salt, opened, seal
from community_core.instruments.ties import TieRule, by_lot, by_order

__all__ = [
    "ABSTAIN",
    "BALLOT_RULES",
    "HALF",
    "SPOILT",
    "Attendance",
    "Balance",
    "Balances",
    "BallotResult",
    "BoxEntry",
    "ClosedBox",
    "Entry",
    "Fault",
    "Frontier",
    "Method",
    "Opened",
    "QuorumOf",
    "Threshold",
    "TieRule",
    "Verdict",
    "attendance",
    "balances",
    "by_lot",
    "by_order",
    "close_box",
    "consistency_proof",
    "consistent",
    "count_ballot",
    "included",
    "inclusion_proof",
    "new_salt",
    "opened",
    "resolved",
    "seal",
    "tree_root",
]
