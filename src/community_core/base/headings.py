"""How headings of tables are compared; no column is known here."""

from __future__ import annotations

import re
import unicodedata


def heading_key(text: str) -> str:
    """Return *text* as headings are compared: full-width forms, case, blanks and ``-`` make no difference."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("\ufeff\"'").strip().lower()
    return re.sub(r"[\s_-]+", "_", plain)
