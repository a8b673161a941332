"""Yanhe's procedures in a running office: registered places, appointments, a store, and cases carried to their ends."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Refused
from community_core.declarations import District
from community_core.instruments.ledger import Balance
from community_core.jurisdiction import compose, gather

DAY = dt.date(2003, 6, 2)
OFFICERS = {"county": "district.officer", "chair": "committee.chair", "member": "committee.member", "r1": "resident"}
DAYS = """
district: asked-for-ten-days
title: {zh: 示例, en: Example}
adopts: [yanhe.size, yanhe.welfare]
source: {document: 示例}
standing: example
set:
  core.redrawing.consultation_days: [{value: days(10), from: undated, standing: example}]
"""


@pytest.fixture
def office(tmp_path):
    """An office with a county seat, an old community and a new one; the days of consultation are an example."""
    (tmp_path / "town.yaml").write_text(DAYS, "utf-8")
    with cc.open_office(cc.load(tmp_path / "town.yaml"), ":memory:") as opened:
        opened.register_place("county-seat")
        opened.register_place("old", parent="county-seat", layer="community")
        opened.register_place("huahuaqiao", parent="county-seat", layer="community")
        for person, post in OFFICERS.items():
            opened.appoint(person, post, "county-seat", dt.date(2003, 1, 1))
        yield opened


def redrawn(office):
    """Return a redrawing carried to its end: drafted by the county, residents asked, decided."""
    drafted = {"plan": "重新划分", "action": "merge", "into": ["huahuaqiao"]}
    drafted |= {"survey_findings": "户数", "aims": ["self_government"]}
    case = office.open("redraw", drafted, actor="county", day=DAY, place="old", step="draft_by_district")
    later = DAY + dt.timedelta(10)
    office.take(case, "consult", {"assembly_day": later}, actor="chair", day=DAY)
    office.take(case, "give_opinion", {"opinion": "同意"}, actor="r1", day=DAY)
    office.take(case, "report_opinions", {"opinions_summary": "同意"}, actor="chair", day=later)
    office.take(case, "submit", {"reply": "采纳"}, actor="county", day=later)
    return office.take(case, "decide", {"why": "便于居民自治"}, actor="county", day=later)


def refused_with(attempt):
    """Return the codes of the findings by which *attempt* is refused."""
    with pytest.raises(Refused) as refused:
        attempt()
    return [item.code for item in refused.value.findings]


def test_communities_are_redrawn_and_then_founded_by_the_standard(office):
    """After the redrawing the old committees are dissolved, new ones founded by the band, staffed and given rules."""
    redraw = redrawn(office)
    assert (redraw.state, redraw.ended) == ("redrawn", "decided")
    later = DAY + dt.timedelta(20)
    opened = {"redraw_case": redraw.id, "old_committees": ["甲", "乙", "丙", "丁", "戊"]}
    case = office.open("founding", opened, actor="county", day=later, place="county-seat")
    sizes = {"new_communities": ["花花桥"], "smallest_households": 999, "largest_households": 3000}
    assert refused_with(lambda: office.take(case, "found", sizes, actor="county", day=later)) == ["guard-false"]
    office.take(case, "found", sizes | {"smallest_households": 1000}, actor="county", day=later)
    office.take(case, "transfer_cadres", {"cadres": 20}, actor="county", day=later)
    rules = {"duties": "职责", "work_procedures": "程序", "work_rules": ["制度"]}
    done = office.take(case, "set_rules", rules, actor="county", day=later)
    assert (done.state, done.ended) == ("in_order", "decided")
    assert [moment.step for moment in office.timeline(done)] == ["dissolve", "found", "transfer_cadres", "set_rules"]


def test_a_help_file_is_kept_by_the_committee_and_told_to_nobody(office):
    """Only the committee opens, keeps and closes a file, and nothing of it stands on the board."""
    kept = {"household": "h-1", "help_kind": "great_hardship"}
    opened_by_resident = refused_with(lambda: office.open("help_file", kept, actor="r1", day=DAY, place="old"))
    assert opened_by_resident == ["not-entitled"]
    case = office.open("help_file", kept, actor="member", day=DAY, place="old")
    office.take(case, "record_help", {"help": "送米"}, actor="member", day=DAY)
    closed = office.take(case, "close_file", {"why": "脱困"}, actor="member", day=DAY)
    assert (closed.state, closed.ended) == ("closed", "decided")
    published = [note for step in office.rules.procedure("help_file").steps for note in step.publish]
    assert published == []


def test_prepaid_money_is_one_account_where_a_district_adopts_the_proposal(tmp_path):
    """Named term by term and with a price, the proposal runs: what is prepaid and spent stands in one ledger."""
    (practice,) = [item for item in gather().practices if item.name == "yanhe.proposed-prepayment"]
    parts = (*practice.parameters, *practice.decisions, *practice.procedures)
    named = "".join(f"  - {practice.name}.{part.name}\n" for part in parts)
    town = f"""
district: prepaying
title: {{zh: 示例, en: Example}}
source: {{document: 示例}}
standing: example
adopts:
  - {practice.name}
{named}set:
  {practice.name}.square_metre_price: [{{value: yuan('800'), from: undated, standing: example}}]
"""
    (tmp_path / "prepaying.yaml").write_text(town, "utf-8")
    rules = cc.load(tmp_path / "prepaying.yaml")
    assert rules.findings == ()
    with cc.open_office(rules, ":memory:") as office:
        office.register_place("county-seat")
        for person, post in (("d1", "developer"), ("g1", "leading_group.officer")):
            office.appoint(person, post, "county-seat", DAY)
        given = {"project_name": "甲项目", "developer_account": "甲公司", "developed_area": 100_000}
        case = office.open("prepayment", given, actor="d1", day=DAY, place="county-seat")
        office.take(case, "prepay", {"prepaid": cc.Money.yuan("240000")}, actor="d1", day=DAY)
        spent = {"spent_on": "购房", "payee": "乙公司", "amount": cc.Money.yuan("40000")}
        grant = office.open("premises_spending", spent, actor="g1", day=DAY, place="county-seat")
        assert office.take(grant, "account", {"report": "已购"}, actor="g1", day=DAY).ended == "decided"
        held = {account: balance for (account, _), balance in office.balances("premises_money").items()}
    assert held == {
        "甲公司": Balance(-24_000_000),
        "社区建设领导小组": Balance(20_000_000),
        "乙公司": Balance(4_000_000),
    }


def test_without_its_terms_named_no_prepayment_can_be_opened():
    """A district that adopts the practice of the proposal and no term of it opens no case of it."""
    rules = compose(District("town", adopts=("yanhe.proposed-prepayment",)), gather())
    with cc.open_office(rules, ":memory:") as office, pytest.raises(cc.CommunityError, match="不适用"):
        office.open("prepayment", {}, actor="d1", day=DAY, place="county-seat")
