"""The system's clock, for the moment at which something is entered; no day of a case is ever read from it."""

from __future__ import annotations

import datetime as dt


class SystemClock:
    """The machine's clock in UTC."""

    def now(self) -> dt.datetime:
        """Return the present moment in UTC."""
        return dt.datetime.now(dt.UTC)
