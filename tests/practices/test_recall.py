"""A recall that a review of a post hands over: it has no proposer, so that the assembly's vote alone ends it."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Refused

DAY = dt.date(2016, 3, 1)
TOWN = """
district: little-town
adopts: [core.evaluation, core.recall]
set:
  core.evaluation.reply_period: [{value: days(3), from: 2000-01-01, standing: example}]
  core.recall.recall_notice: [{value: days(7), from: 2000-01-01, standing: example}]
"""
PEOPLE = {
    "officer": "subdistrict.officer",
    "chair": "assembly.chair",
    "resident": "resident",
    "head": "committee.chair",
    "m1": "committee.member",
}
ASKED = {"residents_of_age": 100, "residents_asking": 20}


@pytest.fixture
def office(tmp_path):
    """An office in which a review of a post was referred to the assembly."""
    file = tmp_path / "town.yaml"
    file.write_text(TOWN, "utf-8")
    with cc.open_office(cc.load(file), ":memory:") as office:
        office.register_place("c")
        for person, post in PEOPLE.items():
            office.appoint(person, post, "c", dt.date(2000, 1, 1))
        yield office


def day(number):
    return DAY + dt.timedelta(days=number)


def handed_over(office):
    review = {"member": "m1", "post": "committee.member", "held_by": "elected", "ground": "rating"}
    case = office.open("post_review", review, actor="officer", day=DAY, place="c", step="open")
    office.take(case, "notify", actor="officer", day=DAY)
    office.take(case, "refer", {"title": "撤换"}, actor="officer", day=day(4))
    (recall,) = office.follow_ups(case)
    return recall.id


def test_who_presides_may_drop_it_before_enough_have_asked(office):
    """While too few have asked, whoever presides may end it; nobody else can."""
    recall = handed_over(office)
    for person in PEOPLE:
        with pytest.raises(Refused):
            office.take(recall, "withdraw", {"why": "辞职"}, actor=person, day=day(5))
    assert office.take(recall, "drop", {"why": "人数不足"}, actor="chair", day=day(5)).ended == "withdrawn"


def test_once_enough_have_asked_the_vote_alone_ends_it(office):
    """Nobody withdraws or drops it then, which the text declares as a gap; the assembly's vote ends it."""
    recall = handed_over(office)
    office.take(recall, "ask", ASKED, actor="resident", day=day(5))
    for step in ("withdraw", "drop"):
        for person in PEOPLE:
            with pytest.raises(Refused) as info:
                office.take(recall, step, {"why": "辞职"}, actor=person, day=day(6))
            assert {found.code for found in info.value.findings} <= {"not-entitled", "wrong-state"}
    procedure = dict(office.rules.terms.procedures)["core.recall.recall"]
    assert "withdrawal" in {gap.name for gap in procedure.gaps}
    notice = {"entitled": ["r1", "r2", "r3"], "meeting_day": day(14), "venue": "礼堂"}
    office.take(recall, "give_notice", notice, actor="chair", day=day(6))
    here = {"here": ["r1", "r2"], "votes": ["yes", "yes"]}
    office.take(recall, "vote", here, actor="chair", day=day(14))
    assert office.take(recall, "recall", actor="chair", day=day(14)).ended == "decided"
    assert list(office.store.postings("m1", day(15))) == []
    assert list(office.verify()) == []
