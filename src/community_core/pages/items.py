"""What the pages show, as plain frozen records; neither a case nor a store is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.pages.charts import Chart
from community_core.pages.words import AUDIENCES
from community_core.procedures.definition import EndKind, PublishKind


@frozen
class BoardField:
    """One published field: its name, its label, and its value as text in both languages."""

    name: str
    label: Label
    value: Label


@frozen
class BoardEntry:
    """One entry of a ledger, as far as it was published: an account or a purpose that was not is empty.

    *amount* is in fen, or a whole number of *unit*; not *exact* where only a lower bound is known. *case* and
    *version* say which event entered it.
    """

    ledger: str
    day: dt.date
    source: str
    target: str
    amount: int
    unit: str
    case: str
    version: int
    exact: bool = True
    purpose: str = ""
    unit_label: Label = Label()
    source_label: Label = Label()
    target_label: Label = Label()


@frozen
class BoardItem:
    """One thing that an event published, with all that a reader needs to judge it.

    *case* and *version* say which event it was, *hash* is that event's hash in the chain of the case. *until* is the
    last day of an objection notice; ``None`` where it has none. *to* is what the audience is called, *ground* the law
    by which people are named in it. *entries* are what the event entered in ledgers, as far as it published that.
    """

    case: str
    version: int
    step: Label
    kind: PublishKind
    since: dt.date
    fields: tuple[BoardField, ...]
    until: dt.date | None = None
    to: Label = AUDIENCES["residents"]
    cite: Citation | None = None
    standing: Standing | None = None
    hash: str = ""
    ground: Citation | None = None
    entries: tuple[BoardEntry, ...] = ()


@frozen
class BoardCase:
    """One case as the board lists it: its procedure, place, present state, and how it ended, with what it published.

    *links* are the ids of the cases that it names or was opened by, whether or not they are on the board.
    """

    id: str
    procedure: str
    title: Label
    place: Label
    opened: dt.date
    state: Label
    items: tuple[BoardItem, ...]
    subject: str = ""
    end: EndKind | None = None
    cite: Citation | None = None
    links: tuple[str, ...] = ()


@frozen
class Progress:
    """How far a campaign has come in one building: *counts* in the order of the campaign's *states*."""

    name: Label
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All cases of the building."""
        return sum(self.counts)


@frozen
class Campaign:
    """Many cases of one procedure, shown by building and never one by one.

    *goal* says what the campaign is about, and *done* which of the states count as having reached it.
    """

    name: str
    title: Label
    states: tuple[Label, ...]
    rows: tuple[Progress, ...]
    note: Label = Label()
    goal: Label = Label("完成", "reached")
    done: tuple[int, ...] = (0,)

    def reached(self, counts: tuple[int, ...]) -> int:
        """Return how many of *counts* have reached the goal."""
        return sum(counts[place] for place in self.done)

    @property
    def totals(self) -> tuple[int, ...]:
        """The counts of all buildings together, in the order of *states*."""
        return tuple(sum(row.counts[place] for row in self.rows) for place in range(len(self.states)))


@frozen
class ExampleValue:
    """One parameter whose value is an example or the library's own: nobody in the documents has set it."""

    term: str
    label: Label
    value: Label
    standing: Standing
    answers: tuple[Label, ...] = ()


@frozen
class PostingDue:
    """One item that is to be posted in a place: as what, by whom, where, when it was posted last and when it is due.

    *last* is ``None`` where it never was, *due* where it was never posted, is posted once only, or nobody has set how
    often (*open* says so).
    """

    place: Label
    item: Label
    kind: PublishKind
    by: tuple[Label, ...]
    channel: Label
    last: dt.date | None
    due: dt.date | None
    overdue: bool
    open: bool = False


@frozen
class Board:
    """All that one district makes public, as of *day*.

    *head* is a hash over the record, so that two boards, or a board and a record, can be compared. *checkpoint* is the
    size, the root and the hash of the last checkpoint: whoever keeps them can verify the record against them at any
    time.
    *charts* are drawn of public figures alone; *postings* are what is to be posted, and what of it is overdue.
    *places* are what places are called, by their ids.
    """

    title: Label
    day: dt.date
    cases: tuple[BoardCase, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    examples: tuple[ExampleValue, ...] = ()
    note: Label = Label()
    head: str = ""
    checkpoint: tuple[int, str, str] | None = None
    charts: tuple[Chart, ...] = ()
    postings: tuple[PostingDue, ...] = ()
    places: Mapping[str, Label] = field(factory=dict)
