"""Hooks for plugins, and the putting together of what they declare into the rules of a district."""

from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.hookspecs import hookimpl, hookspec
from community_core.jurisdiction.loading import from_loaded, load
from community_core.jurisdiction.open_values import OpenValue, open_values
from community_core.jurisdiction.plugins import Gathered, Observer, Plugin, gather, gather_catalogues
from community_core.jurisdiction.receipts import Receipt, read_receipt
from community_core.jurisdiction.replaying import Difference, Replay, replay
from community_core.jurisdiction.rules import Rules

__all__ = [
    "Difference",
    "Gathered",
    "Observer",
    "OpenValue",
    "Plugin",
    "Receipt",
    "Replay",
    "Rules",
    "compose",
    "from_loaded",
    "gather",
    "gather_catalogues",
    "hookimpl",
    "hookspec",
    "load",
    "open_values",
    "read_receipt",
    "replay",
]
