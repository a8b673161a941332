"""The district in an office: the mutual-aid fund with its ledger and postings, the yearly training and festival."""

import datetime as dt

import pytest

import community_core as cc
from community_core.instruments.ledger import Balance

DAY = dt.date(2006, 5, 1)
PEOPLE = (
    ("chair", "committee.chair"),
    ("r1", "resident"),
    ("r2", "resident"),
    ("u1", "unit.delegate"),
    ("officer", "district.officer"),
    ("teacher", "party_school.teacher"),
)


@pytest.fixture
def office():
    """An office under Shenhe's rules with one community and whoever the procedures need."""
    with cc.open_office(cc.load("shenhe"), ":memory:") as opened:
        opened.register_place("c")
        for person, post in PEOPLE:
            opened.appoint(person, post, "c", DAY)
        yield opened


def test_dues_gifts_and_aid_stand_in_the_ledger_of_the_fund(office):
    """A resident's 1 yuan a month, a unit's 10 and a gift of 10,000 come in, aid of 300 goes out: 9,712 are left."""
    for who, kind, dues, months in (("r1", "resident", "1", ("5", "6")), ("u1", "unit", "10", ("5",))):
        joined = {"giver": who, "fund_member_kind": kind, "monthly_gift": cc.Money.yuan(dues)}
        case = office.open("fund_member", joined, actor=who, day=DAY, place="c")
        for month in months:
            office.take(case, "pay", {"month_of": month}, actor=who, day=DAY)
        if who == "r1":
            office.take(case, "give", {"gift": cc.Money.yuan("10000")}, actor=who, day=DAY)
    ask = {"applicant": "r2", "aid_event": "birthday", "aid_person": "other", "aid_age": 90}
    aid = office.open("fund_aid", ask, actor="r2", day=DAY, place="c")
    office.take(aid, "accept", {}, actor="chair", day=DAY)
    paid = office.take(aid, "pay", {"aid_sum": cc.Money.yuan("300")}, actor="chair", day=DAY)
    assert paid.ended == "decided"
    balances = {account: balance for (account, _), balance in office.balances("mutual_aid_fund", place="c").items()}
    assert balances == {
        "resident": Balance(-1_000_200),
        "unit": Balance(-1_000),
        "受助居民": Balance(30_000),
        "c": Balance(1_001_200 - 30_000),
    }


def test_income_and_spending_of_the_fund_are_due_every_month(office):
    """Posted on 1 May, the fund's income is due again on 1 June; its spending, never posted, is due as well."""
    text = {"item": "income", "text": "收入一万元", "channel": "公示版", "proof": "sha256:00"}
    office.open("fund_posting", text, actor="chair", day=DAY, place="c")
    due = {item.item: item for item in office.due_again(DAY, place="c") if item.procedure.endswith("fund_posting")}
    assert set(due) == {"income", "spending"}
    assert due["income"].due == dt.date(2006, 6, 1)


def test_used_goods_become_money_for_pupils(office):
    """What was sold for 50 yuan and put by is the community's until 30 of it go to pupils."""
    case = office.open("used_goods_sale", {"goods": "旧报纸"}, actor="chair", day=DAY, place="c")
    sold = {"proceeds": cc.Money.yuan("50")}
    office.take(case, "sell", sold, actor="chair", day=DAY)
    office.take(case, "deposit", {"saved": cc.Money.yuan("50")}, actor="chair", day=DAY)
    aid = {"students": ("p1",), "aid_total": cc.Money.yuan("30")}
    assert office.take(case, "aid", aid, actor="chair", day=DAY).ended == "decided"
    balances = {account: balance for (account, _), balance in office.balances("used_goods_bank", place="c").items()}
    assert balances["c"] == Balance(2_000)


def test_training_and_festival_come_round_once_a_year(office):
    """Training planned and a festival held on 1 May 2006 are due again on 1 May 2007."""
    training = {"training_content": "业务知识", "workers": ("w1",)}
    office.open("worker_training", training, actor="officer", day=DAY, place="c")
    festival = {"festival_name": "艺术节", "squares": ("甲广场",)}
    case = office.open("arts_festival", festival, actor="officer", day=DAY, place="c")
    office.take(case, "hold", {"shown": ("film",)}, actor="officer", day=DAY)
    due = {item.procedure: item.due for item in office.due_again(DAY, place="c")}
    assert due["shenhe.staff.worker_training"] == dt.date(2007, 5, 1)
    assert due["shenhe.culture.arts_festival"] == dt.date(2007, 5, 1)
