"""Working days, from the published calendar or a place's own table; a year that neither knows stays unknown."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.findings import NOWHERE, Origin

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


@frozen
class WorkdayYear:
    """One year's table: the weekdays that are off, and the Saturdays and Sundays that are worked.

    Days of another year count for nothing.
    """

    year: int
    holidays: tuple[dt.date, ...] = ()
    worked: tuple[dt.date, ...] = ()
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class WorkdayCalendar:
    """Working days of the years that it knows: those of *years*, and, with *published*, the State Council's.

    The published days come from the library ``chinesecalendar`` (2004 to 2026 in its release of 2025); a table in
    *years* takes the place of the published one for its year. For any other year every answer is unknown.
    """

    years: tuple[WorkdayYear, ...] = ()
    published: bool = True

    @cached_property
    def _tables(self) -> dict[int, tuple[frozenset[dt.date], frozenset[dt.date]]]:
        return {table.year: (frozenset(table.holidays), frozenset(table.worked)) for table in self.years}

    def is_workday(self, day: dt.date) -> bool | None:
        """Return whether *day* is worked; ``None`` where its year is not known."""
        table = self._tables.get(day.year)
        if table is not None:
            off, worked = table
            return day in worked or (day.weekday() < _SATURDAY and day not in off)
        if not self.published:
            return None
        import chinese_calendar  # noqa: PLC0415 - tables of twenty years, which few questions need

        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return None

    def end(self, start: dt.date, count: int) -> dt.date | None:
        """Return the last day of a period of *count* working days; *start* itself does not count.

        ``None`` where a year on the way is not known, or *count* is negative.
        """
        if count < 0:
            return None
        day = start
        try:
            while count > 0:
                day += _DAY
                works = self.is_workday(day)
                if works is None:
                    return None
                count -= works
        except OverflowError:
            return None
        return day

    def between(self, start: dt.date, end: dt.date) -> int | None:
        """Return how many working days lie after *start* up to *end*, negative where *end* comes first; or ``None``."""
        if end < start:
            back = self.between(end, start)
            return None if back is None else -back
        total = 0
        day = start
        while day < end:
            day += _DAY
            works = self.is_workday(day)
            if works is None:
                return None
            total += works
        return total

    def unknown_year(self, start: dt.date) -> int:
        """Return the first year from *start* on that is not known."""
        year = start.year
        while year < dt.MAXYEAR and self.is_workday(dt.date(year, 6, 1)) is not None:
            year += 1
        return year
