"""The demo's two districts, offered through the same hook as any plugin's; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.practice import District
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder

FOLDER = Path(__file__).parent
PLUGIN = "community-core-demo"


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the example districts ``demo-shenhe`` and ``demo-fangzi``."""
    return read_folder(FOLDER, PLUGIN).districts
