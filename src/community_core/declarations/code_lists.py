"""Code lists: the categories that a department keeps, as dated codes; who is in one is for registers to say."""

from __future__ import annotations

import datetime as dt

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Rank, Standing


@frozen
class CodeEntry:
    """One code of a list over *span*; whoever is registered under it has *fact* with *value*, where both are given."""

    code: str
    label: Label
    fact: str = ""
    value: str = ""
    span: Span = Span()
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class CodeList:
    """A list of codes over *span*: *owner* is the department that keeps it, empty while no source names one.

    Of two entries of one code that hold on one day the later one counts, so that an amendment may say one anew.
    *open_to* are the ranks that may amend the list.
    """

    name: str
    label: Label
    owner: Label = Label()
    codes: tuple[CodeEntry, ...] = ()
    open_to: tuple[Rank, ...] = ()
    span: Span = Span()
    cite: Citation | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)

    def on(self, day: dt.date) -> tuple[CodeEntry, ...]:
        """Return the entries that hold on *day*, one for each code."""
        if not self.span.holds(day):
            return ()
        return tuple({entry.code: entry for entry in self.codes if entry.span.holds(day)}.values())
