"""The heavy libraries of this room, or a clear word that the extra is not installed; nothing else imports them."""

from __future__ import annotations

from community_core.base.errors import LoadError
from community_core.base.labels import Label

__all__ = ["MissingExtra", "nw", "pl"]


class MissingExtra(LoadError, ImportError):  # a host's ``except ImportError`` should see it too
    """An optional part of the library is not installed; the message gives the command that installs it."""


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
