"""Reading all rulebooks of a folder, as a plugin keeps them beside its code; what a text means is read elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from community_core.base.findings import Finding
from community_core.base.ranks import Rank
from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import Practice
from community_core.rulebook.load import Loaded, read_file

#: The file of a folder that holds the plugin's catalogue; it is read when somebody asks for it.
ROWS: Final = "rows.yaml"


def read_folder(folder: Path, plugin: str = "") -> Loaded:
    """Read every YAML file that stands directly in *folder*, in the order of the names, ``rows.yaml`` left out.

    A folder that is not there is a finding, as a file would be.
    Findings that belong to no practice or district, since their document could not be read at all, are carried by
    a practice without terms called ``<plugin>.unread``, which speaks in every district at the lowest rank: a hook that
    returns the practices so loses none.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml") and path.name != ROWS)
    read = [read_file(path, plugin=plugin) for path in (files if folder.is_dir() else [folder])]
    practices = tuple(practice for loaded in read for practice in loaded.practices)
    districts = tuple(district for loaded in read for district in loaded.districts)
    findings = tuple(found for loaded in read for found in loaded.findings)
    lost = _lost(findings, (*practices, *districts))
    if lost:
        practices += (Practice(f"{plugin or folder.name}.unread", rank=Rank.LIBRARY, findings=lost),)
    return Loaded(practices, districts, findings)


def read_rows(folder: Path, plugin: str = "") -> tuple[Catalogue, ...]:
    """Read the catalogue in ``rows.yaml`` of *folder*; what cannot be read is carried by the catalogue as findings."""
    loaded = read_file(folder / ROWS, plugin=plugin)
    lost = _lost(loaded.findings, loaded.catalogues)
    unread = (Catalogue(f"{plugin or folder.name}.unread", findings=lost),) if lost else ()
    return (*loaded.catalogues, *unread)


def _lost(findings: tuple[Finding, ...], holders: tuple[object, ...]) -> tuple[Finding, ...]:
    held = {id(found) for holder in holders for found in getattr(holder, "findings", ())}
    return tuple(found for found in findings if id(found) not in held)
