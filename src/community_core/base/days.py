"""Days: dated spans and counting on the true calendar; no clock is read here."""

from __future__ import annotations

import calendar
import datetime as dt

from attrs import frozen


@frozen
class Span:
    """From a day (included) to a day (excluded); an end of ``None`` is open.

    A start of ``None`` means that the source gives no day (``undated``).

    Raises:
        ValueError: if the end is not after the start.
    """

    start: dt.date | None = None
    end: dt.date | None = None

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"a span ends after it starts: {self.start} – {self.end}")

    def holds(self, day: dt.date) -> bool:
        """Whether *day* lies in the span."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def meets(self, other: Span) -> bool:
        """Whether the two spans share a day."""
        starts_before = self.start is None or other.end is None or self.start < other.end
        return starts_before and (other.start is None or self.end is None or other.start < self.end)

    def within(self, other: Span) -> Span | None:
        """Return the days that the two spans share, or ``None``."""
        if not self.meets(other):
            return None
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return Span(max(starts, default=None), min(ends, default=None))

    def outside(self, other: Span) -> tuple[Span, ...]:
        """Return the parts of this span that lie outside *other*."""
        if not self.meets(other):
            return (self,)
        parts = []
        if other.start is not None and (self.start is None or self.start < other.start):
            parts.append(Span(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            parts.append(Span(other.end, self.end))
        return tuple(parts)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month *months* later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age_on(birth: dt.date, day: dt.date) -> int:
    """Return the full years of age on *day* (周岁); someone born on 29 February is a year older on 1 March.

    Negative before birth.
    """
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def months_between(start: dt.date, end: dt.date) -> int:
    """Return the full months from *start* to *end*, negative where *end* comes first."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1
