"""The through-train over an office: what the document reports comes out of cases, and letters become cases."""

import datetime as dt
import logging
from fractions import Fraction

import pytest
from community_shenhe.reporting import REPORTED

from community_core.base.errors import Refused
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.pages.charts import percent

DAY = dt.date(2005, 9, 1)
PEOPLE = {"l1": "liaison", "p1": "petition.officer", "d1": "department.officer", "c1": "committee.chair"}


@pytest.fixture
def office():
    """An office under Shenhe's rules with one person for each post."""
    with open_office(load("shenhe"), ":memory:") as opened:
        opened.register_place("maoquan")
        for person, post in PEOPLE.items():
            opened.appoint(person, post, "maoquan", DAY)
        yield opened


def settle(office, cases, *, satisfied=True):
    """Take *cases* from the liaison to the end, all on one day."""
    way = (
        ("sort", "l1", {"matter_kind": "environment", "matter": "楼前堆物"}),
        ("report", "l1", {}),
        ("hand_over", "p1", {"body": "街道"}),
        ("accept", "d1", {}),
        ("answer", "d1", {"answer": "已清理"}),
        ("close", "p1", {}),
        ("ask", "p1", {"satisfaction": "satisfied" if satisfied else "not_satisfied"}),
        ("settle", "p1", {}),
    )
    for step, actor, data in way:
        done = office.take_many([(case, data) for case in cases], step, actor=actor, day=DAY)
        assert not done.refused


def test_the_reported_rates_come_out_of_cases(office):
    """Of 512 complaints 496 settled and satisfied make 96.9 % and 100 %, as the document reports, and 16 stay open."""
    rows = [{"channel": "box", "content": f"来信 {number}"} for number in range(512)]
    opened = office.open_many("complaint", rows, actor="l1", day=DAY, place="maoquan")
    cases = [case.id for case in opened.cases]
    settle(office, cases[:496])
    closing, satisfied = office.measured("complaint", names=("closing_rate", "satisfaction_rate"))
    assert (closing.total.part, closing.total.whole) == (496, 512)
    assert closing.total.share == Fraction(31, 32)
    assert percent(closing.total.share) == "96.9 %"
    assert (satisfied.total.part, satisfied.total.whole) == (496, 496)
    assert percent(satisfied.total.share) == "100.0 %"
    assert len(list(office.open_cases(procedure="complaint"))) == 16


def test_the_bureau_is_told_at_once_of_each_complaint_and_of_nothing_else(office, caplog):
    """A reported complaint is one line of the log, with its case and day; what it says and who acted are not in it."""
    with caplog.at_level(logging.INFO, "community_shenhe"):
        case = office.open("complaint", {"channel": "box", "content": "来信"}, actor="l1", day=DAY, place="maoquan")
        office.take(case, "sort", {"matter_kind": "environment", "matter": "楼前堆物"}, actor="l1", day=DAY)
        assert caplog.records == []
        office.take(case, "report", {}, actor="l1", day=DAY)
        (line,) = caplog.records
        office.take(case, "hand_over", {"body": "街道"}, actor="p1", day=DAY)
    assert caplog.records == [line]
    assert line.name == "community_shenhe.complaints"
    assert (line.event, line.case, line.day) == ("complaint-reported", case.id, "2005-09-01")
    assert line.getMessage() == f"complaint {case.id} was reported to the petition bureau on 2005-09-01"
    assert not {"l1", "来信", "楼前堆物"} & set(map(str, vars(line).values()))


def test_no_other_step_of_the_district_is_taken_for_a_report():
    """Of all steps that Shenhe's rules have, the liaison's report of a complaint is the only one that is logged."""
    found = [
        (name, step.name)
        for name, procedure in load("shenhe").terms.procedures
        for step in procedure.steps
        if step.name == REPORTED[1] and step.to == REPORTED[2] and REPORTED[0] in step.by
    ]
    assert found == [("shenhe.complaints.complaint", "report")]


def test_one_who_is_not_satisfied_lowers_the_rate_and_not_the_closing(office):
    """A closed complaint counts as closed whatever its writer says, and satisfaction is of those who said something."""
    rows = [{"channel": "box", "content": f"来信 {number}"} for number in range(3)]
    cases = [case.id for case in office.open_many("complaint", rows, actor="l1", day=DAY, place="maoquan").cases]
    settle(office, cases[:1])
    settle(office, cases[1:2], satisfied=False)
    closing, satisfied = office.measured("complaint")
    assert (closing.total.part, closing.total.whole, closing.total.unknown) == (2, 3, 0)
    assert (satisfied.total.part, satisfied.total.whole) == (1, 2)


def test_each_letter_of_an_opened_box_is_a_case(office):
    """A box opened on a day gives one complaint for each letter, linked to it, and an empty one none."""
    box = office.open(
        "collection", {"box_name": "一号", "letters": ["堆物", "路灯"]}, actor="l1", day=DAY, place="maoquan"
    )
    cases = [office.case(case.id) for case in office.follow_ups(box)]
    assert [(case.data["channel"], case.data["content"], case.opened) for case in cases] == [
        ("box", "堆物", DAY),
        ("box", "路灯", DAY),
    ]
    empty = office.open("collection", {"box_name": "一号", "letters": []}, actor="l1", day=DAY, place="maoquan")
    assert list(office.follow_ups(empty)) == []
    many = {"box_name": "一号", "letters": [f"来信 {number}" for number in range(60)]}
    assert len(office.follow_ups(office.open("collection", many, actor="l1", day=DAY, place="maoquan"))) == 60


def test_a_box_not_opened_the_next_day_is_listed(office):
    """The daily collection is overdue from the second day after the last one, box by box."""
    office.open("collection", {"box_name": "一号", "letters": []}, actor="l1", day=DAY, place="maoquan")
    office.open(
        "collection", {"box_name": "二号", "letters": []}, actor="l1", day=DAY + dt.timedelta(1), place="maoquan"
    )

    def overdue(day):
        return [item.item for item in office.due_again(day) if "collection" in item.procedure and item.overdue(day)]

    assert overdue(DAY + dt.timedelta(1)) == []
    assert overdue(DAY + dt.timedelta(2)) == ["一号"]
    assert overdue(DAY + dt.timedelta(3)) == ["一号", "二号"]


TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [shenhe.complaints, shenhe.hearings]
source: {document: 示例}
standing: example
set:
  core.complaints.hot_issue_count: [{value: 2, from: undated, standing: example}]
"""


def test_several_complaints_become_a_hot_issue_that_opens_a_hearing(tmp_path):
    """Complaints on one matter are listed once there are enough of them, and the list opens the hearing itself."""
    (tmp_path / "town.yaml").write_text(TOWN, "utf-8")
    with open_office(load(tmp_path / "town.yaml"), ":memory:") as office:
        office.register_place("maoquan")
        office.appoint("c1", "committee.chair", "maoquan", DAY)
        office.appoint("l1", "liaison", "maoquan", DAY)
        rows = [{"channel": "box", "content": f"来信 {number}"} for number in range(2)]
        cases = [case.id for case in office.open_many("complaint", rows, actor="l1", day=DAY, place="maoquan").done]
        data = {"matter": "院落改造", "matter_kind": "environment", "complaints": cases[:1], "number": 1}
        with pytest.raises(Refused):
            office.open("hot_issue", data, actor="c1", day=DAY, place="maoquan")
        data |= {"complaints": cases, "number": 2}
        issue = office.open("hot_issue", data, actor="c1", day=DAY, place="maoquan")
        office.take(issue, "call_hearing", {"options": ["绿化", "建房"]}, actor="c1", day=DAY)
        (hearing,) = office.follow_ups(issue)
        assert hearing.procedure == "shenhe.hearings.hearing"
        assert office.case(hearing.id).data["title"] == "院落改造"
        (shown,) = office.measured("hot_issue")
        assert [(point.each, point.value) for point in shown.points] == [("院落改造", 2)]
