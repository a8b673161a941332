"""The pytest plugin that collects ``cases/*.yaml``; it loads nothing of the library until it meets such a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# A folder called `cases` is not ours alone: only a file whose text has this key is a case file.
_CASES = re.compile(rb"^cases[ \t]*:", re.MULTILINE)


def is_case_file(path: Path) -> bool:
    """Whether *path* is a YAML file in a folder ``cases`` with a key ``cases`` of its own."""
    if path.suffix not in (".yaml", ".yml") or path.parent.name != "cases":
        return False
    try:
        return _CASES.search(path.read_bytes()) is not None
    except OSError:
        return False


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the cases of a case file; every other file is left alone."""
    if not is_case_file(file_path):
        return None
    from community_core.testing.collecting import CaseFileCollector  # noqa: PLC0415 - heavy: only who has cases needs it

    return CaseFileCollector.from_parent(parent, path=file_path)
