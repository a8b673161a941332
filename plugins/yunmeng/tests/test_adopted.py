"""A town that adopts by name what Yunmeng only proposes: works, their money, the column and joint security."""

import datetime as dt
from fractions import Fraction

import pytest
from community_yunmeng import plugin

import community_core as cc
from community_core.base import Span, Standing
from community_core.base.errors import Refused
from community_core.declarations import District, Setting
from community_core.instruments.ledger import Balance
from community_core.jurisdiction import compose, gather
from community_core.rules import DatedValue

DAY = dt.date(2021, 5, 1)
WANTED = ("yunmeng.works", "yunmeng.funding", "yunmeng.duty", "yunmeng.security", "yunmeng.projects")
#: Values of this test: the document gives neither a rule of approval nor any interval.
EXAMPLES = {
    "yunmeng.works.accounts_interval": 2,
    "yunmeng.works.approval_rule": "majority_of_entitled",
    "yunmeng.security.conference_interval": 3,
    "yunmeng.duty.column_interval": 1,
}


@pytest.fixture
def office():
    """An office of the town with one community, an officer of the district, and a chair of the committee."""
    terms = tuple(
        f"{practice.name}.{term.name}"
        for practice in plugin.community_practices()
        if practice.name in WANTED
        for term in (*practice.parameters, *practice.decisions, *practice.procedures)
    )
    settings = tuple(Setting(name, (DatedValue(value, Span(), Standing.EXAMPLE),)) for name, value in EXAMPLES.items())
    rules = compose(District("town", adopts=(*WANTED, *terms), settings=settings), gather())
    assert rules.findings == ()
    with cc.open_office(rules, ":memory:") as opened:
        opened.register_place("t")
        opened.register_place("c", "t")
        opened.appoint("officer", "district.officer", "t", DAY)
        opened.appoint("chair", "committee.chair", "c", DAY)
        yield opened


def due_again(office, procedure, day):
    """Return the items of one procedure that are to be done again, with the last day and the day they are due."""
    found = office.due_again(day, place="c")
    return {each.item: (each.last, each.due) for each in found if each.procedure == procedure}


def test_money_comes_by_source_and_is_paid_by_progress(office):
    """What sources give and what is paid by progress stand in one ledger, made public in time; more is refused."""
    drawn = office.open(
        "fund_raising",
        {"project": "服务中心", "need": cc.Money.yuan("1000")},
        actor="officer",
        day=DAY,
        place="c",
    )
    for source, sum_received in (("upper_level", "600"), ("community_income", "150")):
        given = {"funding_source": source, "sum_received": cc.Money.yuan(sum_received)}
        office.take(drawn, "receive", given, actor="officer", day=DAY)
    assert office.take(drawn, "close", {"report": "已筹"}, actor="officer", day=DAY).ended == "decided"

    budget = {"project": "服务中心", "budget": cc.Money.yuan("750")}
    money = office.open("construction_money", budget, actor="officer", day=DAY, place="c")
    vote = {"spending": "主体工程", "approvers": ("a", "b", "c"), "votes": ("yes", "yes", "no")}
    money = office.take(money, "approve", vote, actor="officer", day=DAY)
    asked = {"progress": Fraction(1, 3), "payee": "甲公司", "purpose": "服务中心"}
    for paid in ("250", "250.01"):
        data = asked | {"payment": cc.Money.yuan(paid), "paid_to_date": cc.Money.yuan(paid)}
        if paid == "250":
            money = office.take(money, "pay", data, actor="officer", day=DAY)
            continue
        with pytest.raises(Refused) as refused:
            office.take(money, "pay", data, actor="officer", day=DAY)
        assert [found.code for found in refused.value.findings] == ["guard-false"]
    assert {account: held for (account, _), held in office.balances("construction").items()} == {
        "upper_level": Balance(-60_000),
        "community_income": Balance(-15_000),
        "c": Balance(50_000),
        "甲公司": Balance(25_000),
    }
    office.appoint("auditor", "auditor", "t", DAY)
    money = office.take(money, "publish_accounts", {"statement": "已拨二百五十元"}, actor="officer", day=DAY)
    assert due_again(office, "yunmeng.works.accounts", dt.date(2021, 8, 1)) == {"服务中心": (DAY, dt.date(2021, 7, 1))}
    assert office.take(money, "audit", {"audit_report": "相符"}, actor="auditor", day=DAY).ended == "decided"


def test_works_pass_their_three_gates_in_order(office):
    """Tender, qualified firms and an inspection come before the three gates, which are passed one after the other."""
    works = office.open("works", {"project": "服务中心", "tender": "三家投标"}, actor="officer", day=DAY, place="c")
    firms = {
        "builder": "甲公司",
        "builder_qualified": True,
        "supervising_unit": "乙公司",
        "supervising_unit_qualified": True,
    }
    steps = [
        ("hire", firms),
        ("follow_up", {"inspection": "已查看"}),
        ("pass_building", {"building_sound": True}),
        ("pass_supervision", {"supervision_sound": True}),
        ("pass_acceptance", {"acceptance_sound": True}),
    ]
    states = []
    for step, data in steps:
        works = office.take(works, step, data, actor="officer", day=DAY)
        states.append(works.state)
    assert states == ["hired", "hired", "built", "supervised", "accepted"]
    assert works.ended == "decided"


def test_the_column_takes_the_place_of_the_board_and_its_items_fall_due(office):
    """A posting is one on the column: what is up a month, the example's interval, is due, and so is what never was."""
    posted = {"item": "party_affairs", "text": "党务", "channel": "公开栏", "proof": "sha256:00"}
    case = office.open("posting", posted, actor="chair", day=DAY, place="c")
    assert case.procedure == "yunmeng.duty.column"
    assert due_again(office, case.procedure, dt.date(2021, 7, 1)) == {
        "party_affairs": (DAY, dt.date(2021, 6, 1)),
        "community_affairs": (None, None),
    }


def test_a_conference_is_due_again(office):
    """Three months after a security conference, the example's interval, the next one is due."""
    called = {"agenda": ("夜间治安",), "held_day": DAY, "invited": ("甲厂", "派出所")}
    case = office.open("conference", called, actor="chair", day=DAY, place="c")
    case = office.take(case, "hold", {"present": ("甲厂",), "police_present": True}, actor="chair", day=DAY)
    assert office.take(case, "conclude", {"minutes": "每晚巡逻"}, actor="chair", day=DAY).ended == "decided"
    assert due_again(office, case.procedure, dt.date(2021, 9, 1)) == {"": (DAY, dt.date(2021, 8, 1))}
