"""What Shenhe offers to the core: rulebooks, decisions in Python, a word, an observer; nothing happens at import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.hookspecs import hookimpl
from community_core.practices.folder import read_folder, read_rows
from community_core.procedures.events import Event
from community_core.rules.terms import Function
from community_shenhe.figures import RATE_OF, compatible_counts, other_share
from community_shenhe.reporting import tell

FOLDER = Path(__file__).parent
PLUGIN = "community-shenhe"

#: The decisions in Python, by practice.
IN_PYTHON = {"shenhe.figures": (compatible_counts,), "shenhe.elections": (other_share,)}


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices of the district's document, each with its decisions in Python."""
    return tuple(
        attrs.evolve(practice, decisions=(*practice.decisions, *IN_PYTHON.get(practice.name, ())))
        for practice in read_folder(FOLDER, PLUGIN).practices
    )


@hookimpl
def community_functions() -> Sequence[Function]:
    """Return the word by which a count is held against a reported rate."""
    return (RATE_OF,)


@hookimpl
def community_observe(event: Event) -> None:
    """Log that a complaint was reported to the petition bureau, which is to know of it at once."""
    tell(event)


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the district as its document reports it."""
    return read_folder(FOLDER, PLUGIN).districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the documents, with what of them runs."""
    return read_rows(FOLDER, PLUGIN)
