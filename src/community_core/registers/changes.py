"""What changed registers: an import, a correction, an end, a move, an erasure; kept beside the rows. Data alone."""

from __future__ import annotations

import datetime as dt
from typing import Final

from attrs import frozen

#: The kinds of changes.
IMPORT: Final = "import"
CORRECTION: Final = "correction"
MOVE: Final = "move"
MERGE: Final = "merge"
SPLIT: Final = "split"
ERASURE: Final = "erasure"
APPOINTMENT: Final = "appointment"
DELEGATION: Final = "delegation"
ENDING: Final = "ending"


@frozen
class RegisterChange:
    """One change: its kind, the day it is about, who made it, and the file it came from with its hash.

    *case* is the case that caused it and *version* its event, empty and 0 where none did. *written* is a hash of the
    rows that it wrote, where an event caused it, or of those that it erased. The store gives the *id* and keeps the
    moment *entered*.
    """

    kind: str
    day: dt.date
    actor: str
    file: str = ""
    digest: str = ""
    case: str = ""
    note: str = ""
    id: str = ""
    entered: str = ""
    version: int = 0
    written: str = ""
