"""What Yanhe offers to the core: its rulebooks, reported and proposed; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows

FOLDER = Path(__file__).parent
PLUGIN = "community-yanhe"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices of the county's document: what it reports, and apart from that what it proposes."""
    return read_folder(FOLDER, PLUGIN).practices


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the county as its document reports it; it adopts none of the proposals."""
    return read_folder(FOLDER, PLUGIN).districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the documents, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
