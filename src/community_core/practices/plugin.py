"""The core's own practices, offered through the same hook as any plugin's; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows

FOLDER = Path(__file__).parent
PLUGIN = "community-core"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return facts, tiers, price forms, hearing and contract as the library's own, and the national floor."""
    return read_folder(FOLDER, PLUGIN).practices


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the documents, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
