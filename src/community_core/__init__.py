"""Write down once how a district governs and serves its communities; decide, explain, run and publish from it."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from community_core.base import (
    Citation,
    CommunityError,
    FactError,
    Finding,
    Label,
    LoadError,
    Money,
    Privacy,
    Rank,
    Refused,
    Span,
    Standing,
    StoreError,
    UnknownTerm,
)

if TYPE_CHECKING:
    from community_core.declarations import District, Practice, Setting
    from community_core.jurisdiction import Rules, compose, gather, hookimpl, load
    from community_core.office import Office, open_office
    from community_core.rules import (
        Answer,
        DatedValue,
        DecisionTable,
        Expression,
        Fact,
        HitPolicy,
        Output,
        Parameter,
        Row,
        Status,
        decision,
    )

__version__ = "0.1.0"

# Where logs go is for the host to say; without a word of his they go nowhere.
logging.getLogger(__name__).addHandler(logging.NullHandler())

#: What makes many classes, or loads YAML, plugins or a database, is imported when it is first asked for.
_LATER = {
    "Answer": "community_core.rules",
    "DatedValue": "community_core.rules",
    "DecisionTable": "community_core.rules",
    "District": "community_core.declarations",
    "Expression": "community_core.rules",
    "Fact": "community_core.rules",
    "HitPolicy": "community_core.rules",
    "Office": "community_core.office",
    "Output": "community_core.rules",
    "Parameter": "community_core.rules",
    "Practice": "community_core.declarations",
    "Row": "community_core.rules",
    "Rules": "community_core.jurisdiction",
    "Setting": "community_core.declarations",
    "Status": "community_core.rules",
    "compose": "community_core.jurisdiction",
    "decision": "community_core.rules",
    "gather": "community_core.jurisdiction",
    "hookimpl": "community_core.jurisdiction",
    "load": "community_core.jurisdiction",
    "open_office": "community_core.office",
}


def __getattr__(name: str) -> Any:
    """Import what is only needed by those who ask for it."""
    if name in _LATER:
        found = globals()[name] = getattr(import_module(_LATER[name]), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Answer",
    "Citation",
    "CommunityError",
    "DatedValue",
    "DecisionTable",
    "District",
    "Expression",
    "Fact",
    "FactError",
    "Finding",
    "HitPolicy",
    "Label",
    "LoadError",
    "Money",
    "Office",
    "Output",
    "Parameter",
    "Practice",
    "Privacy",
    "Rank",
    "Refused",
    "Row",
    "Rules",
    "Setting",
    "Span",
    "Standing",
    "Status",
    "StoreError",
    "UnknownTerm",
    "compose",
    "decision",
    "gather",
    "hookimpl",
    "load",
    "open_office",
]
