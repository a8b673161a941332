"""The heavy libraries of this room, or a clear word that the extra is not installed; nothing else imports them."""

from __future__ import annotations

from community_core.base.errors import MissingExtra
from community_core.base.labels import Label

__all__ = ["nw", "pl"]

try:
    import narwhals as nw
    import polars as pl
except ImportError as _missing:
    raise MissingExtra(
        Label(
            f'名册需要 {_missing.name}，请运行：pip install "community-core[roll]"',
            f'rolls need {_missing.name}; run: pip install "community-core[roll]"',
        )
    ) from _missing
