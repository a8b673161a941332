"""Evaluation over an office: a low rating opens a review and removes nobody; how the post is held says who decides."""

import datetime as dt
from fractions import Fraction

import pytest

from community_core.jurisdiction.loading import load
from community_core.office import open_office

DAY = dt.date(2006, 6, 1)
TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [shenhe.evaluation]
source: {document: 示例}
standing: example
set:
  core.evaluation.scale: [{value: [satisfied, not_satisfied], from: undated, standing: example}]
  core.evaluation.points: [{value: [1, 0], from: undated, standing: example}]
  core.evaluation.reply_period: [{value: days(5), from: undated, standing: example}]
"""


@pytest.fixture
def office(tmp_path):
    """An office of a place that takes Shenhe's evaluation over, with a hired worker and an elected member."""
    (tmp_path / "town.yaml").write_text(TOWN, "utf-8")
    with open_office(load(tmp_path / "town.yaml"), ":memory:") as opened:
        opened.register_place("maoquan")
        for person, post in (
            ("o1", "district.officer"),
            ("b1", "employer"),
            ("w1", "community.worker"),
            ("m1", "committee.member"),
        ):
            opened.appoint(person, post, "maoquan", dt.date(2005, 1, 1))
        yield opened


def rated(office, member, post, held_by, satisfied, of=1000, day=DAY):
    """Return an evaluation of *member* in which *satisfied* of *of* representatives were satisfied."""
    people = [f"r{number}" for number in range(of)]
    asked = {"member": member, "post": post, "held_by": held_by, "evaluators": people, "criteria": ["履职"]}
    case = office.open("rating", asked | {"period_end": day}, actor="o1", day=day, place="maoquan")
    office.take(case, "report", {"duty_report": "半年工作"}, actor=member, day=day)
    sheets = [["satisfied"]] * satisfied + [["not_satisfied"]] * (of - satisfied)
    return office.take(case, "score", {"handed_in": people, "sheets": sheets}, actor="o1", day=day)


def test_just_below_sixty_per_cent_is_below_and_sixty_is_not(office):
    """599 of 1,000 open a review and 600 do not: the share is compared exactly."""
    below, exactly = (rated(office, "w1", "community.worker", "hired", number) for number in (599, 600))
    assert (below.data["rating"], exactly.data["rating"]) == (Fraction(599, 1000), Fraction(3, 5))
    assert office.take(below, "open_review", actor="o1", day=DAY).state == "under_review"
    assert office.take(exactly, "conclude_met", actor="o1", day=DAY).state == "met"


def test_a_low_rating_opens_a_review_and_removes_nobody(office):
    """After a rating below the floor the post is still held, and a review is open beside it."""
    case = rated(office, "w1", "community.worker", "hired", 100)
    office.take(case, "open_review", actor="o1", day=DAY)
    (review,) = office.follow_ups(case)
    assert review.procedure == "core.evaluation.post_review"
    assert [held.post for held in office.store.postings("w1", DAY)] == ["community.worker"]
    assert office.case(review.id).data["ground"] == "rating"


def test_the_employer_ends_a_hired_post_after_notice_and_reply(office):
    """Notice, days to reply, then the employer's decision ends the appointment on its day."""
    case = rated(office, "w1", "community.worker", "hired", 100)
    office.take(case, "open_review", actor="o1", day=DAY)
    (review,) = office.follow_ups(case)
    office.take(review.id, "notify", actor="o1", day=DAY)
    later = DAY + dt.timedelta(5)
    assert office.take(review.id, "dismiss", {"reasons": "不称职"}, actor="b1", day=later).state == "dismissed"
    assert list(office.store.postings("w1", later)) == []


def test_ratings_over_time_are_told_apart_by_post(office):
    """The trend has a point for each evaluation, on the last day of its period, and reaches no board."""
    rated(office, "w1", "community.worker", "hired", 3, of=4)
    rated(office, "w1", "community.worker", "hired", 1, of=4, day=dt.date(2006, 12, 1))
    trend, below = office.measured("rating", names=("rating_over_time", "below_floor"))
    assert [(point.on, point.value) for point in trend.points] == [
        (DAY, Fraction(3, 4)),
        (dt.date(2006, 12, 1), Fraction(1, 4)),
    ]
    assert trend.measure.privacy.value == "internal"
    assert below.total.whole == 0


def test_the_next_evaluation_is_due_after_six_months(office):
    """Who was evaluated in June is to be evaluated again by December."""
    rated(office, "w1", "community.worker", "hired", 3, of=4)
    (due,) = [item for item in office.due_again(DAY) if item.procedure.endswith("rating")]
    assert (due.item, due.due) == ("w1", dt.date(2006, 12, 1))
    assert not due.overdue(dt.date(2006, 12, 1))
    assert due.overdue(dt.date(2006, 12, 2))
