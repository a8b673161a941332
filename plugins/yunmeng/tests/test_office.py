"""Yunmeng's procedures and figures in a running office: what people do there, to its end."""

import datetime as dt

import pytest

import community_core as cc

DAY = dt.date(2021, 5, 1)


@pytest.fixture
def office():
    """An office under Yunmeng's rules with one community in its county."""
    with cc.open_office(cc.load("yunmeng"), ":memory:") as opened:
        opened.register_place("county")
        opened.register_place("c", "county")
        yield opened


def test_people_with_two_posts_are_counted_once(office):
    """Of 98 posts in party bodies and 116 in committees 62 are held by one person twice: 214 posts and 152 people."""
    for number in range(152):
        if number < 98:
            office.appoint(f"p{number}", "party.member", "c", DAY)
        if number >= 98 - 62:
            office.appoint(f"p{number}", "committee.member", "c", DAY)
    held = office.headcount(["party.member", "committee.member"], ["c"], DAY)
    assert (held.posts, held.people) == (98 + 116, 152)


def test_fifteen_units_entrust_their_property(office):
    """The 15 units that the document counts entrust their property, and stay counted until the entrustment ends."""
    office.appoint("delegate", "unit.delegate", "c", DAY)
    office.appoint("chair", "committee.chair", "c", DAY)
    for number in range(16):
        offer = {"unit": f"unit-{number}", "property": "院落", "in_full": True}
        case = office.open("entrustment", offer, actor="delegate", day=DAY, place="c")
        case = office.take(case, "take_charge", {}, actor="chair", day=DAY)
    assert office.take(case, "end", {"why": "单位搬迁"}, actor="delegate", day=DAY).ended == "decided"
    assert len([each for each in office.open_cases(procedure="entrustment") if each.state == "entrusted"]) == 15


def test_handled_assistance_counts_persons(office):
    """Of two households that applied, the ledger has the persons of the one whose allowance was handled."""
    office.appoint("resident", "resident", "c", DAY)
    office.appoint("officer", "allowance_station.officer", "c", DAY)
    asked = {"assistance_kind": "minimum_allowance", "applicant_group": "laid_off", "situation": "下岗"}
    first = office.open("assistance", asked | {"persons": 3}, actor="resident", day=DAY, place="c")
    office.open("assistance", asked | {"persons": 4}, actor="resident", day=DAY, place="c")
    assert office.take(first, "handle", {"result": "已办理"}, actor="officer", day=DAY).ended == "decided"
    (entry,) = office.entries("assistance")
    assert (entry.target, entry.amount, entry.unit) == ("minimum_allowance", 3, "person")


def test_exchange_is_announced_to_residents(office):
    """What the community takes over, and what the unit gives in return, stands on the board in that order."""
    office.appoint("delegate", "unit.delegate", "c", DAY)
    office.appoint("chair", "committee.chair", "c", DAY)
    case = office.open("exchange", {"unit": "甲单位", "social_task": "绿化"}, actor="delegate", day=DAY, place="c")
    office.take(case, "take_over", {}, actor="chair", day=DAY)
    given = {"support": "shared_resources", "support_given": "开放会场"}
    assert office.take(case, "support", given, actor="delegate", day=DAY).ended == "decided"
    shown = [[field.value.zh for field in item.fields] for item in office.board_items(procedure="exchange")]
    assert shown == [["甲单位", "绿化"], ["甲单位", "资源共享", "开放会场"]]
