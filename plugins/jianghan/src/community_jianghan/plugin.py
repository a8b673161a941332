"""What Jianghan offers to the core: its rulebooks, and an effect of a step; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice, StepEffect
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows
from community_jianghan.assets import SHARE_OUT

FOLDER = Path(__file__).parent
PLUGIN = "community-jianghan"


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices of the district's document."""
    return read_folder(FOLDER, PLUGIN).practices


@hookimpl
def community_effects() -> Sequence[StepEffect]:
    """Return the effect by which divided assets are entered in the ledger."""
    return (SHARE_OUT,)


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the district as its document reports it."""
    return read_folder(FOLDER, PLUGIN).districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the documents, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
