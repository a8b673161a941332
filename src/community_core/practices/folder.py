"""Reading all rulebooks of a folder, as a plugin keeps them beside its code; what a text means is read elsewhere."""

from __future__ import annotations

from pathlib import Path

from community_core.rulebook.loading import Loaded, read_file


def read_folder(folder: Path, plugin: str = "") -> Loaded:
    """Read every ``*.yaml`` file that stands directly in *folder*, in the order of the names."""
    read = [read_file(path, plugin=plugin) for path in sorted(folder.glob("*.yaml"))]
    return Loaded(
        practices=tuple(practice for loaded in read for practice in loaded.practices),
        districts=tuple(district for loaded in read for district in loaded.districts),
        findings=tuple(found for loaded in read for found in loaded.findings),
    )
