"""Identifiers: how terms, practices, posts and cases are named."""

from __future__ import annotations

import re
from functools import lru_cache
from keyword import iskeyword

_PART = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*\Z")


def is_name(text: str) -> bool:
    """Whether *text* is a dotted ASCII identifier such as ``shenhe.elder-care`` or ``elder_age``."""
    return bool(text) and all(_PART.match(part) for part in text.split("."))


@lru_cache(maxsize=16384)
def folded(name: str) -> str:
    """Return *name* as lookups compare it: ``-`` and ``_`` are the same sign, and a trailing ``_`` counts for nothing.

    (No identifier ends with ``_``; a word that Python keeps for itself is written so in an expression.)
    """
    parts = name.replace("-", "_").split(".")
    return ".".join(part.rstrip("_") for part in parts)


def spelt(name: str) -> str:
    """Return *name* as an expression writes it."""
    parts = folded(name).split(".")
    return ".".join(f"{part}_" if iskeyword(part) else part for part in parts)


def is_told_apart(name: object) -> bool:
    """Whether a reader can tell *name* from others: a text, not blank, without spaces around or control characters.

    What people, posts, places and cases are called in a record is any such text.
    """
    return isinstance(name, str) and _is_clear(name)


# The same few people act in thousands of cases.
@lru_cache(maxsize=4096)
def _is_clear(name: str) -> bool:
    return name != "" and name == name.strip() and name.isprintable()
