"""Identifiers: how terms, practices, posts and cases are named."""

from __future__ import annotations

import re

_PART = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*\Z")


def is_name(text: str) -> bool:
    """Whether *text* is a dotted ASCII identifier such as ``shenhe.elder-care`` or ``elder_age``."""
    return bool(text) and all(_PART.match(part) for part in text.split("."))


def folded(name: str) -> str:
    """Return *name* as lookups compare it: ``-`` and ``_`` are the same sign."""
    return name.replace("-", "_")
