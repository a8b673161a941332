"""What the board shows besides cases: charts of public measures, and what is to be posted and when."""

import datetime as dt

import pytest

from community_core.base.errors import Refused
from community_core.base.labels import Label
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.office.publishing import make_board
from community_core.pages.board import render_board

DAY = dt.date(2006, 5, 1)
TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [town.posting, core.complaints, core.evaluation]
source: {document: 示例}
standing: example
set:
  core.evaluation.scale: [{value: [good, poor], from: undated, standing: example}]
  core.evaluation.points: [{value: [1, 0], from: undated, standing: example}]
---
practice: town.posting
title: {zh: 公示版, en: Board}
source: {document: 示例}
standing: example
procedures:
  posting:
    title: {zh: 公布, en: Posting}
    extends: core.disclosure.posting
    facts:
      item: {type: [finances, duties, plans], privacy: public, zh: 事项, en: item}
    discloses:
      finances: {zh: 收支, en: finances, by: [committee.member], channel: {zh: 公示版, en: board}, every: months(1)}
      duties: {zh: 分工, en: duties, by: [committee.chair]}
      plans: {zh: 计划, en: plans, by: [committee.chair], every: open_period}
    measures:
      longer: {zh: 公布文书, en: with a proof, part: known(proof), each: item, privacy: public}
parameters:
  open_period: {type: months, zh: 周期, en: period, open_to: [district], gap: 未写}
"""


@pytest.fixture
def office(tmp_path):
    """An office of a place with a board of three items."""
    (tmp_path / "town.yaml").write_text(TOWN, "utf-8")
    with open_office(load(tmp_path / "town.yaml"), ":memory:") as opened:
        opened.register_place("maoquan", zh="茂泉", en="Maoquan")
        for person, post in (
            ("m1", "committee.member"),
            ("c1", "committee.chair"),
            ("k1", "complaints.desk"),
            ("o1", "district.officer"),
            ("w1", "community.worker"),
        ):
            opened.appoint(person, post, "maoquan", DAY)
        yield opened


def post(office, item, day, actor="m1"):
    """Post *item* on *day*."""
    data = {"item": item, "text": "内容", "channel": "公示版", "proof": "sha256:00"}
    return office.open("town.posting.posting", data, actor=actor, day=day, place="maoquan")


def test_an_item_is_due_again_a_period_after_its_last_posting(office):
    """Monthly items are overdue the day after the month, never posted ones at once, and an open period says so."""
    case = post(office, "finances", DAY)

    def found(day):
        return {item.item: item for item in office.due_again(day)}

    assert found(DAY)["finances"].due == dt.date(2006, 6, 1)
    assert not found(dt.date(2006, 6, 1))["finances"].overdue(dt.date(2006, 6, 1))
    assert found(dt.date(2006, 6, 2))["finances"].overdue(dt.date(2006, 6, 2))
    assert (found(DAY)["duties"].last, found(DAY)["duties"].overdue(DAY)) == (None, True)
    assert found(DAY)["plans"].why.code == "period-unknown"
    office.take(case, "renew", {"text": "新的", "proof": "sha256:01"}, actor="m1", day=dt.date(2006, 6, 5))
    assert found(dt.date(2006, 6, 10))["finances"].due == dt.date(2006, 7, 5)
    assert found(dt.date(2006, 5, 20))["finances"].due == dt.date(2006, 6, 1), "what came later does not count yet"
    post(office, "duties", DAY, "c1")
    assert found(dt.date(2007, 1, 1))["duties"].due is None
    assert not found(dt.date(2007, 1, 1))["duties"].overdue(dt.date(2007, 1, 1))


def test_only_those_named_post_an_item(office):
    """Who may take the step and is not named for the item is refused."""
    with pytest.raises(Refused) as info:
        post(office, "duties", DAY)
    assert [item.code for item in info.value.findings] == ["not-their-item"]


def test_the_board_lists_what_is_to_be_posted(office):
    """The front page has a table of items with the last and the next day, and says what is overdue."""
    post(office, "finances", DAY)
    board = make_board(office, day=dt.date(2006, 6, 2))
    assert [(str(item.item.zh), item.overdue, item.open) for item in board.postings] == [
        ("收支", True, False),
        ("分工", True, False),
        ("计划", True, True),
    ]
    page = render_board(board)["index.html"]
    assert "2006-06-01" in page
    assert "逾期" in page
    assert "周期未定" in page


def test_public_measures_are_drawn_with_their_figures(office):
    """Complaints by state and the closing rate stand on the board, with a table, and no complainant's words."""
    words = "夜里施工太吵，请王家院子的人管一管"
    case = office.open("complaint", {"channel": "desk", "content": words}, actor="k1", day=DAY, place="maoquan")
    office.take(case, "sort", {"matter_kind": "noise", "matter": "夜间施工"}, actor="k1", day=DAY)
    board = make_board(office, day=DAY)
    names = [chart.name for chart in board.charts]
    assert names == ["core.complaints.complaint-states", "core.complaints.complaint-closing_rate"]
    assert board.charts[1].rows[0].texts == ("0.0 %（0/1）",)
    page = render_board(board)["index.html"]
    assert page.count('role="img"') == 2
    assert "0.0 %（0/1）" in page
    assert words not in "".join(render_board(board).values())


def test_a_chart_calls_what_tells_cases_apart_by_its_label(office):
    """The rows of a chart are headed by what the values of the field are called, in both languages."""
    post(office, "finances", DAY)
    (chart,) = [chart for chart in make_board(office, day=DAY).charts if chart.name.endswith("longer")]
    assert [row.label for row in chart.rows] == [Label("收支", "finances")]
    assert "收支：公布文书 100.0 %" in chart.said


def test_an_internal_measure_is_for_the_office_alone(office):
    """Ratings over time of one post are read in the office and drawn on no board."""
    asked = {"member": "w1", "post": "community.worker", "held_by": "hired", "evaluators": ["r1"], "criteria": ["履职"]}
    case = office.open("rating", asked | {"period_end": DAY}, actor="o1", day=DAY, place="maoquan")
    office.take(case, "report", {"duty_report": "半年"}, actor="w1", day=DAY)
    office.take(case, "score", {"handed_in": ["r1"], "sheets": [["good"]]}, actor="o1", day=DAY)
    (trend,) = office.measured("rating", names=("rating_over_time",))
    assert [(point.each, point.value) for point in trend.points] == [("community.worker", 1)]
    assert not [chart for chart in make_board(office, day=DAY).charts if "over_time" in chart.name]


def test_what_cannot_be_told_of_a_case_is_counted_apart(office):
    """A case for which the condition is unknown is in neither number."""
    case = office.open("complaint", {"channel": "desk", "content": "吵"}, actor="k1", day=DAY, place="maoquan")
    _, satisfied = office.measured("complaint", place="maoquan")
    assert (satisfied.total.whole, satisfied.total.unknown, satisfied.total.share) == (0, 0, None)
    assert office.measured("complaint", place="elsewhere")[0].cases == 0
    assert office.states("complaint").months == (("2006-05", (1,)),)
    assert case.state == "received"
