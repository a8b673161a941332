"""Rolls: tables of subjects read, decided as a whole by columns, and written; needs the extra ``roll``."""

from community_core.roll.extras import MissingExtra
from community_core.roll.readers import read_table
from community_core.roll.run import PatternCount, Progress, RollResult, TermResult, Total, decide_roll, ready
from community_core.roll.subjects import Subjects
from community_core.roll.tables import MOST_LISTED, TableRead, rejected_path
from community_core.roll.values import ROW_NUMBER, share_text, share_value
from community_core.roll.writers import readable, write_table

__all__ = [
    "MOST_LISTED",
    "ROW_NUMBER",
    "MissingExtra",
    "PatternCount",
    "Progress",
    "RollResult",
    "Subjects",
    "TableRead",
    "TermResult",
    "Total",
    "decide_roll",
    "read_table",
    "readable",
    "ready",
    "rejected_path",
    "share_text",
    "share_value",
    "write_table",
]
