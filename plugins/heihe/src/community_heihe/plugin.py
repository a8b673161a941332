"""What Heihe offers to the core: its rulebooks, proposals among them; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows

FOLDER = Path(__file__).parent
PLUGIN = "community-heihe"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices that the document reports, and those that it proposes."""
    return read_folder(FOLDER, PLUGIN).practices


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the city as its document reports it, without what it only proposes."""
    return read_folder(FOLDER, PLUGIN).districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the documents, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
