"""The city's procedures in an office: what they enter, appoint, show and leave out, from opening to end."""

import datetime as dt
from fractions import Fraction

import pytest

import community_core as cc
from community_core.instruments.ledger import Balance

DAY = dt.date(2003, 5, 1)
POSTS = (
    "committee.chair",
    "committee.member",
    "steering_committee.officer",
    "resident",
    "service.manager",
    "unit.delegate",
)
RHYTHM = """
district: town
title: {zh: 示例, en: Example}
adopts: [huangshi.culture, huangshi.culture.event_period, huangshi.culture.month_theme]
source: {document: 示例}
standing: example
"""
REWARDING = """
district: town
title: {zh: 示例, en: Example}
adopts: [huangshi.evaluation]
source: {document: 示例}
standing: example
set:
  huangshi.evaluation.reward_sum: [{value: yuan('1000'), from: undated}]
"""


def staffed(rules):
    """Return an office under *rules* with one person for each post in the place ``c``, who is called like the post."""
    opened = cc.open_office(rules, ":memory:")
    opened.register_place("c")
    for post in POSTS:
        opened.appoint(post, post, "c", DAY)
    return opened


@pytest.fixture
def office():
    """An office under the city's rules."""
    with staffed(cc.load("huangshi")) as opened:
        yield opened


def start(office, procedure, data, actor, *, step=""):
    """Open a case in ``c`` on the day."""
    return office.open(procedure, data, actor=actor, day=DAY, place="c", step=step)


def shown(office, procedure):
    """Return the fields that residents see of the cases of *procedure*."""
    return [
        {each.name: each.value.zh for each in item.fields}
        for item in office.board_items(procedure=procedure, place="c")
    ]


def test_what_the_company_gave_is_entered_as_a_lower_bound(office):
    """More than 5,000,000 yuan in two instalments stay a lower bound in the ledger, and are shown as one."""
    for sum_given, more in (("2000000", False), ("3000000", True)):
        promise = {"unit": "中国十五冶建设有限公司", "form": "money", "purpose": "文化活动中心", "free": True}
        case = start(office, "contribution", promise, "unit.delegate")
        given = {"sum": cc.Money.yuan(sum_given), "more_than": more}
        case = office.take(case, "receive", given, actor="committee.chair", day=DAY)
        spent = {"spent": cc.Money.yuan(sum_given), "use": "已建成"}
        assert office.take(case, "report_use", spent, actor="committee.chair", day=DAY).ended == "decided"
    held = {account: balance for (account, _), balance in office.balances("contributions", place="c").items()}
    assert held["c"] == Balance(500_000_000, exact=False)


def test_income_of_a_service_goes_back_into_services(office):
    """Of 100 yuan earned 40 go back: the ledger holds 60 at the provider, and the share of such incomes is counted."""
    income = {"service_provider": "家政服务队", "service_item": "家政", "form_charged": "paid"}
    case = start(office, "service_income", {**income, "income": cc.Money.yuan("100")}, "service.manager")
    back = {"put_to": "extend", "put_back": cc.Money.yuan("40")}
    assert office.take(case, "put_back", back, actor="service.manager", day=DAY).ended == "decided"
    held = {account: balance for (account, _), balance in office.balances("service_income", place="c").items()}
    assert held["家政服务队"] == Balance(6_000)
    kept = start(office, "service_income", {**income, "income": cc.Money.yuan("50")}, "service.manager")
    office.take(kept, "leave", {"why": "没有新的服务"}, actor="service.manager", day=DAY)
    (rate,) = office.measured("service_income")
    assert (rate.total.part, rate.total.whole) == (1, 2)


def test_a_reward_is_entered_for_the_body_assessed(tmp_path):
    """Where a sum is set, an assessed body has it in the ledger; the city's document sets none."""
    (tmp_path / "town.yaml").write_text(REWARDING, "utf-8")
    with staffed(cc.load(tmp_path / "town.yaml")) as office:
        office.appoint("officer", "district.officer", "c", DAY)
        entered = {
            "kind_of_body": "subdistrict_office",
            "body": "甲街道",
            "service_work": "网点齐全",
            "purpose": "考核",
        }
        case = start(office, "service_assessment", {**entered, "rating": Fraction(9, 10)}, "officer")
        office.take(case, "pay_reward", {"reward": cc.Money.yuan("1000")}, actor="officer", day=DAY)
        assert {entry.target: entry.amount for entry in office.entries("rewards")} == {"甲街道": 100_000}


def test_chair_and_members_of_a_steering_committee_hold_their_seats(office):
    """Chair and members hold their seats once the committee is established, and no name reaches the board."""
    officer = "steering_committee.officer"
    case = start(office, "steering_committee", {"committee_level": "district"}, officer)
    office.take(case, "name_chair", {"chair": "p1", "office_headed": "party_committee"}, actor=officer, day=DAY)
    named = {"members": ["p2", "p3"], "departments": ["民政部门", "文化部门"]}
    office.take(case, "name_members", named, actor=officer, day=DAY)
    assert office.store.posts("p1", "c", DAY) == frozenset()
    assert office.take(case, "establish", {}, actor=officer, day=DAY).state == "established"
    assert [office.store.posts(person, "c", DAY) for person in ("p1", "p2", "p3")] == [
        frozenset({"steering.chair"}),
        frozenset({"steering.member"}),
        frozenset({"steering.member"}),
    ]
    assert shown(office, "steering_committee") == [{"committee_level": "区", "departments": "民政部门、文化部门"}]


def test_one_door_leads_to_an_outlet_and_shows_no_person(office):
    """A request goes to an item that has an outlet and a person; of all that residents see item and outlet only."""
    item = {"service_item": "家电维修", "outlet": "一号服务点", "responsible": "p1"}
    assigned = start(office, "assignment", item, "committee.chair")
    case = start(office, "one_door", {"request": "修电扇"}, "resident")
    office.take(case, "direct", {"assignment_case": assigned.id}, actor="committee.member", day=DAY)
    assert office.take(case, "serve", {"result": "已修好"}, actor="committee.member", day=DAY).ended == "decided"
    assert shown(office, "assignment") == [{"service_item": "家电维修", "outlet": "一号服务点"}]
    assert shown(office, "one_door") == []


def test_nothing_of_a_household_file_is_public(office):
    """What a household said stays in its file."""
    case = start(office, "opinion_file", {"household": "h1", "opinion_files": 0}, "committee.member")
    office.take(case, "note_opinion", {"opinion": "楼道无灯"}, actor="committee.member", day=DAY)
    assert office.take(case, "close_file", {"why": "迁出"}, actor="committee.member", day=DAY).ended == "withdrawn"
    assert shown(office, "opinion_file") == []


def test_the_rhythm_is_kept_where_it_is_adopted_by_name(office, tmp_path):
    """A week without an event and a month without a theme are listed where that is adopted, and not in the city."""
    (tmp_path / "town.yaml").write_text(RHYTHM, "utf-8")

    def late(opened, day):
        return {item.procedure.rpartition(".")[2] for item in opened.due_again(day) if item.overdue(day)}

    with staffed(cc.load(tmp_path / "town.yaml")) as town:
        for opened in (office, town):
            start(opened, "activity", {"activity": "合唱", "held_day": DAY}, "resident", step="organise_own")
        start(town, "month_theme", {"series": "广场文化", "theme": "邻里情"}, "committee.chair")
        assert late(town, DAY + dt.timedelta(7)) == set()
        assert late(town, DAY + dt.timedelta(8)) == {"activity"}
        assert late(town, dt.date(2003, 6, 2)) == {"activity", "month_theme"}
        assert late(office, dt.date(2003, 12, 31)) == set()
