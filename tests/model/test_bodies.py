"""Bodies, posts and appointments."""

import datetime as dt

import pytest

from community_core.base import Label
from community_core.model import Appointment, Body, Ending, Headcount, Post, Seat, facts_of, headcount

FIRST = dt.date(2005, 3, 1)
LAST = dt.date(2008, 3, 1)
CHAIR = Post("committee.chair", "committee-1", Label("主任", "chair"), Seat.ELECTED)
CLERK = Post("station.clerk", "station-1", seat=Seat.HIRED)


def test_an_appointment_holds_until_its_last_day_excluded():
    """An appointment holds from its first day and no longer on the day it ends."""
    held = Appointment("p1", CHAIR.name, "c1", FIRST, LAST)
    assert held.holds(FIRST)
    assert held.holds(LAST - dt.timedelta(days=1))
    assert not held.holds(LAST)
    assert not held.holds(FIRST - dt.timedelta(days=1))
    assert Appointment("p1", CHAIR.name, "c1", FIRST).holds(dt.date(2100, 1, 1))


@pytest.mark.parametrize("until", [FIRST, FIRST - dt.timedelta(days=1)])
def test_an_appointment_ends_after_it_starts(until):
    """An end on or before the first day is refused."""
    with pytest.raises(ValueError, match="ends after it starts"):
        Appointment("p1", CHAIR.name, "c1", FIRST, until)


def test_an_ending_needs_its_day():
    """An appointment that was ended says on which day."""
    with pytest.raises(ValueError, match="needs the day"):
        Appointment("p1", CHAIR.name, "c1", FIRST, ending=Ending.RECALL)


@pytest.mark.parametrize(
    ("post", "ending", "code"),
    [
        (CHAIR, Ending.RECALL, None),
        (CHAIR, Ending.DISMISSAL, "wrong-ending"),
        (CLERK, Ending.DISMISSAL, None),
        (CLERK, Ending.RECALL, "wrong-ending"),
        (CHAIR, Ending.RESIGNATION, None),
        (CLERK, Ending.EXPIRY, None),
        (Post("a.b", "x"), Ending.RECALL, None),
    ],
)
def test_recall_is_for_the_elected_and_dismissal_for_the_hired(post, ending, code):
    """An ending that does not fit how the post is filled is a finding; unknown filling says nothing."""
    found = Appointment("p1", post.name, "c1", FIRST, LAST, ending).check(post)
    assert (found.code if found else None) == code


def test_an_appointment_is_checked_against_its_own_post():
    """Checking an appointment against another post is refused."""
    with pytest.raises(ValueError, match=r"not to 'station\.clerk'"):
        Appointment("p1", CHAIR.name, "c1", FIRST).check(CLERK)


def test_a_body_serves_as_facts():
    """A body gives its kind, and its place where that is known."""
    assert dict(facts_of(Body("x1", "committee"))) == {"body": "x1", "body_kind": "committee"}
    assert facts_of(Body("x1", "committee", place="c1"))["body_place"] == "c1"


def test_several_posts_of_one_person_are_one_head():
    """Two people with five posts are five posts and two heads; what was entered twice counts once."""
    held = [
        Appointment("p1", "party.secretary", "c1", FIRST),
        Appointment("p1", "committee.chair", "c1", FIRST, LAST),
        Appointment("p1", "committee.chair", "c1", FIRST),
        Appointment("p1", "committee.chair", "c2", FIRST),
        Appointment("p2", "committee.member", "c1", FIRST),
        Appointment("p2", "committee.chair", "c1", FIRST),
        Appointment("p3", "committee.member", "c1", FIRST, LAST),
    ]
    assert headcount(held, LAST) == Headcount(posts=5, people=2)
    assert headcount(held, FIRST) == Headcount(posts=6, people=3)
    assert headcount(held, FIRST - dt.timedelta(days=1)) == Headcount()
