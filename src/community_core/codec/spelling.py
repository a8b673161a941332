"""The one spelling of an expression that enters hashes, whatever its blanks and signs; no checks."""

from __future__ import annotations

import re
from functools import lru_cache

from community_core.rules.text import canonical_text

# Python warns about these while parsing, and under ``-W error`` refuses them: a hash must not hang on that.
_WARNS = re.compile(r"\\|(?<!\w)\d+[^\W\d]")


@lru_cache(maxsize=8192)
def canonical_spelling(text: str) -> str:
    """Return *text* as Python would write it, or as it is where it is no expression."""
    if _WARNS.search(text):
        return text
    return canonical_text(text)
