"""Rolls: tables of subjects read, decided as a whole by columns, and written; needs the extra ``roll``."""

from community_core.base.errors import MissingExtra
from community_core.roll.files import FileResult, decide_file
from community_core.roll.readers import TableParts, read_parts, read_table
from community_core.roll.run import Progress, RollResult, TermResult, decide_roll, ready
from community_core.roll.subjects import Subjects
from community_core.roll.tables import MOST_LISTED, TableRead, rejected_path
from community_core.roll.tally import PatternCount, Tally, Total
from community_core.roll.values import ROW_NUMBER, share_text, share_value
from community_core.roll.writers import TableWriter, readable, write_table

__all__ = [
    "MOST_LISTED",
    "ROW_NUMBER",
    "FileResult",
    "MissingExtra",
    "PatternCount",
    "Progress",
    "RollResult",
    "Subjects",
    "TableParts",
    "TableRead",
    "TableWriter",
    "Tally",
    "TermResult",
    "Total",
    "decide_file",
    "decide_roll",
    "read_parts",
    "read_table",
    "readable",
    "ready",
    "rejected_path",
    "share_text",
    "share_value",
    "write_table",
]
