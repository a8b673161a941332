"""The courtyard hearing for the tests of this folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("courtyard_hearing", Path(__file__).with_name("hearing.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules.setdefault("courtyard_hearing", _module)
_spec.loader.exec_module(_module)


@pytest.fixture(scope="session")
def hearing():
    """The module of the courtyard hearing."""
    return _module
