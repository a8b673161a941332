"""The core's own practices, offered through the same hook as any plugin's; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.practice import Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder

FOLDER = Path(__file__).parent
PLUGIN = "community-core"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return facts, tiers, price forms, hearing and contract, each value with standing ``library``."""
    return read_folder(FOLDER, PLUGIN).practices
