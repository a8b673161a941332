"""For plugin authors: case files read and run, and the tests that every plugin wants, as a class to inherit.

The pytest plugin that collects case files is ``testing.pytest_plugin``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from community_core.testing.cases import CaseFile, CaseText, read_cases
    from community_core.testing.covering import not_covered
    from community_core.testing.mutation import Fate, Mutation, Tried, mutate
    from community_core.testing.plugin_tests import PluginTests
    from community_core.testing.running import CaseResult, run_case, run_cases

__all__ = [
    "CaseFile",
    "CaseResult",
    "CaseText",
    "Fate",
    "Mutation",
    "PluginTests",
    "Tried",
    "mutate",
    "not_covered",
    "read_cases",
    "run_case",
    "run_cases",
]

# The pytest plugin lies behind this door and is loaded by every pytest run: the rest comes when it is asked for.
_WHERE = {
    "CaseFile": "community_core.testing.cases",
    "CaseText": "community_core.testing.cases",
    "Fate": "community_core.testing.mutation",
    "Mutation": "community_core.testing.mutation",
    "PluginTests": "community_core.testing.plugin_tests",
    "Tried": "community_core.testing.mutation",
    "mutate": "community_core.testing.mutation",
    "not_covered": "community_core.testing.covering",
    "read_cases": "community_core.testing.cases",
    "CaseResult": "community_core.testing.running",
    "run_case": "community_core.testing.running",
    "run_cases": "community_core.testing.running",
}


def __getattr__(name: str) -> Any:
    """Return what the door opens, loading its module."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
