"""What Huangshi offers to the core: its rulebooks, its district and its rows; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows

FOLDER = Path(__file__).parent
PLUGIN = "community-huangshi"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices of the city's document."""
    return read_folder(FOLDER, PLUGIN).practices


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the city as its document reports it."""
    return read_folder(FOLDER, PLUGIN).districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the document, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
