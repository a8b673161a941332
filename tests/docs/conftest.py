"""The scripts that write parts of the pages, loaded from where they lie."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """Return a function that loads a script of the docs by its name; it skips where a place is not installed."""

    def load(name: str) -> ModuleType:
        with pytest.MonkeyPatch.context() as patched:
            patched.syspath_prepend(str(DOCS))
            patched.setattr("sys.dont_write_bytecode", True)
            for place in importlib.import_module("making").PLACES:
                pytest.importorskip(f"community_{place}")
            return importlib.import_module(name)

    return load
