"""Bodies, their posts and who holds them from a day to a day; what a post may do is said by procedures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum

from attrs import field, frozen

from community_core.base.days import Span
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.model.serving import FACT


class Seat(Enum):
    """How a post is filled."""

    ELECTED = "elected"
    HIRED = "hired"
    ASSIGNED = "assigned"


class Ending(Enum):
    """How an appointment ended: its term ran out, resignation (辞职), recall (撤换) or dismissal (解聘)."""

    EXPIRY = "expiry"
    RESIGNATION = "resignation"
    RECALL = "recall"
    DISMISSAL = "dismissal"


@frozen
class Body:
    """Anything that acts: a residents' committee, an assembly, a department, a unit in the area, a provider.

    *kind* is the rules' own word for it (``committee``, ``consultative_council`` …); *place* is where it acts.
    """

    id: str = field(metadata={FACT: "body"})
    kind: str = field(metadata={FACT: "body_kind"})
    label: Label = Label()
    place: str | None = field(default=None, metadata={FACT: "body_place"})


@frozen
class Post:
    """A seat in a body, by the name that steps use (``committee.chair``); how it is filled may be unknown."""

    name: str = field(metadata={FACT: "post"})
    body: str
    label: Label = Label()
    seat: Seat | None = None


@frozen
class Appointment:
    """*person* holds *post* in *place* from *since* to *until* (excluded), or still; *ending* says how it ended.

    Raises:
        ValueError: if it ends on or before the day it starts, or has an ending and no last day.
    """

    person: str
    post: str
    place: str
    since: dt.date
    until: dt.date | None = None
    ending: Ending | None = None

    def __attrs_post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"an appointment ends after it starts: {self.since} – {self.until}")
        if self.ending is not None and self.until is None:
            raise ValueError(f"an appointment that ended by {self.ending.value} needs the day on which it ended")

    @property
    def span(self) -> Span:
        """The days on which it holds."""
        return Span(self.since, self.until)

    def holds(self, day: dt.date) -> bool:
        """Whether the person holds the post on *day*."""
        return self.span.holds(day)

    def check(self, post: Post) -> Finding | None:
        """Return a finding ``wrong-ending`` where the ending does not fit how *post* is filled, else ``None``.

        Who was elected is recalled and never dismissed, who was hired is dismissed and never recalled; where it
        is unknown how the post is filled, nothing is said.

        Raises:
            ValueError: if the appointment is to another post.
        """
        if post.name != self.post:
            raise ValueError(f"an appointment to {self.post!r}, not to {post.name!r}")
        misfit = (post.seat is Seat.ELECTED and self.ending is Ending.DISMISSAL) or (
            post.seat is Seat.HIRED and self.ending is Ending.RECALL
        )
        if not misfit:
            return None
        return finding(
            "wrong-ending",
            f"职务“{self.post}”的任职终止方式有误：选举产生的用撤换，聘用的用解聘",
            f"the appointment to {self.post!r} cannot end so: those elected are recalled, those hired are dismissed",
            post=self.post,
        )


@frozen
class Headcount:
    """How many posts are held, and by how many people: one person may hold several (一人多职)."""

    posts: int = 0
    people: int = 0


def headcount(appointments: Iterable[Appointment], day: dt.date) -> Headcount:
    """Return how many of the posts in *appointments* are held on *day*, and by how many people.

    The same post held by one person in one place counts once, however often it was entered; two people who share a
    post hold two.
    """
    held = {(item.person, item.post, item.place) for item in appointments if item.holds(day)}
    return Headcount(len(held), len({person for person, _, _ in held}))
