"""Hooks for plugins, and the putting together of what they declare into the rules of a district."""

from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.hookspecs import hookimpl, hookspec
from community_core.jurisdiction.loading import from_loaded, load
from community_core.jurisdiction.plugins import Gathered, Observer, Plugin, gather
from community_core.jurisdiction.rules import Rules

__all__ = [
    "Gathered",
    "Observer",
    "Plugin",
    "Rules",
    "compose",
    "from_loaded",
    "gather",
    "hookimpl",
    "hookspec",
    "load",
]
