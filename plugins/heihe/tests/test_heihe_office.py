"""The city at work: what its document reports runs in an office, and its figures come out of what is recorded."""

import datetime as dt

import pytest

import community_core as cc

DAY = dt.date(2021, 10, 1)
PEOPLE = {
    "resident": "resident",
    "chair": "committee.chair",
    "finance": "department.officer",
    "officer": "district.officer",
}


@pytest.fixture
def office():
    """An office under Heihe's rules with one person for each post."""
    with cc.open_office(cc.load("heihe"), ":memory:") as opened:
        opened.register_place("c")
        for person, post in PEOPLE.items():
            opened.appoint(person, post, "c", DAY)
        yield opened


def grant(office, source, use, money):
    """Grant *money* for *use*, and account for all of it."""
    given = {"work": "社会工作服务", "money_source": source, "money_use": use, "done_by": "中心"}
    given |= {"payer": source, "payee": "中心", "money": money}
    case = office.open("purchase", given, actor="finance", day=DAY, place="c")
    return office.take(case, "account", {"spent": money, "report": "已用"}, actor="chair", day=DAY)


def test_residents_deliberate_and_what_is_taken_up_is_carried_out(office):
    """A matter is raised, talked over and taken up; a case that follows it through opens with it."""
    asked = {"title": "楼前停车", "draft": "怎样划车位"}
    case = office.open("deliberation", asked, actor="resident", day=DAY, place="c")
    office.take(case, "give_opinion", {"opinion": "留出通道"}, actor="resident", day=DAY)
    office.take(case, "sum_up", {"summary": "一条意见"}, actor="chair", day=DAY)
    done = office.take(case, "take_up", {"taken": "留出通道", "why": "可行"}, actor="chair", day=DAY)
    assert done.ended == "decided"
    (follow_up,) = office.follow_ups(case)
    assert (follow_up.procedure, office.case(follow_up.id).data["about"]) == ("core.hearing.follow_up", "留出通道")


def test_both_reported_sums_are_granted_for_the_two_uses_and_add_up(office):
    """Entered as reported, the two sums come to 14,480,000 yuan, each entry with its use; another use is refused."""
    special, county = (office.rules.parameter(name, on=DAY).value for name in ("special_funds", "county_input"))
    assert grant(office, "special_funds", "facility_renewal", special).ended == "decided"
    assert grant(office, "county_finance", "purchased_projects", county).ended == "decided"
    with pytest.raises(cc.Refused):
        grant(office, "special_funds", "other", special)
    assert [(entry.purpose, entry.amount) for entry in office.entries("social_work")] == [
        ("社区设施改造", 75_000_000),
        ("购买服务项目", 1_373_000_000),
    ]
    assert office.balances("social_work")["中心", "fen"].amount == 1_448_000_000


def test_the_stations_begin_as_a_pilot(office):
    """A pilot of stations is set up in some places; only a success would be followed everywhere."""
    found = {"title": "社会工作服务站", "findings": "有需求"}
    case = office.open("station_pilot", found, actor="officer", day=DAY, place="c")
    assert office.take(case, "begin_pilot", {"open_places": ["甲社区"]}, actor="officer", day=DAY).state == "piloting"
    office.take(case, "evaluate", {"evaluation": "failed", "reasons": "没有人来"}, actor="officer", day=DAY)
    with pytest.raises(cc.Refused):
        office.take(case, "roll_out", {"open_places": ["全市"]}, actor="officer", day=DAY)
    assert office.take(case, "stop", {"why": "没有人来"}, actor="officer", day=DAY).ended == "withdrawn"
