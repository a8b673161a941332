"""The whole board of a record: named places, campaigns by place and step, and the values that nobody has set."""

from __future__ import annotations

import datetime as dt

import pytest

from community_core.base.ranks import Standing
from community_core.declarations.practice import District
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.loading import load
from community_core.jurisdiction.plugins import gather
from community_core.office.office import open_office
from community_core.office.publishing import example_values, make_board
from community_core.pages.board import render_board

pytest.importorskip("community_fangzi")
DAY = dt.date(2007, 4, 16)
DONE = {"capacity": True, "free_will": True, "lawful": True}


@pytest.fixture
def office(tmp_path):
    """An office with the library's own contract, two buildings and a member who may offer contracts."""
    with open_office(compose(District("own"), gather()), tmp_path / "record.sqlite") as opened:
        opened.register_place("c", zh="某社区", en="A community")
        opened.register_place("c.b1", "c", zh="1号楼", en="Building 1")
        opened.register_place("c.b2", "c")
        opened.appoint("member", "committee.member", "c", dt.date(2007, 1, 1))
        yield opened


def offered(office, places):
    """Offer a contract in each of *places* and return the cases."""
    rows = [{"text_case": "t", "matter": "出租房屋", "party": f"p{number}"} for number in range(len(places))]
    return office.open_many("contract", rows, actor="member", day=DAY, place=places).done


def test_a_campaign_is_counted_by_place_and_step(office):
    """Contracts signed at once and later are told apart, the goal counts both, and places go by their names."""
    cases = offered(office, ["c.b1", "c.b1", "c.b2", "c.b1"])
    office.take_many([(cases[0], DONE), (cases[2], DONE)], "sign", actor="member", day=DAY)
    office.take(cases[1], "miss", {}, actor="member", day=DAY)
    office.take(cases[1], "sign_later", DONE, actor="member", day=DAY)
    (campaign,) = make_board(office, day=DAY).campaigns
    states = [state.zh for state in campaign.states]
    assert states == ["已签订（签订）", "已签订（补签）", "已送文本"]
    assert [(row.name.zh, row.counts) for row in campaign.rows] == [("1号楼", (1, 1, 1)), ("c.b2", (1, 0, 0))]
    assert campaign.totals == (2, 1, 1)
    assert campaign.reached(campaign.totals) == 3
    assert campaign.goal.zh == "已签订"


def test_no_single_contract_is_on_the_board(office):
    """What publishes nothing is a number in its building and no case of its own; parties are nowhere."""
    offered(office, ["c.b1"])
    board = make_board(office, day=DAY)
    assert board.cases == ()
    assert not any("p0" in page for page in render_board(board).values())


def test_the_same_record_gives_the_same_board(office):
    """Two readings are equal; another event changes the hash that the board carries."""
    offered(office, ["c.b1"])
    first = make_board(office, day=DAY)
    assert make_board(office, day=DAY) == first
    offered(office, ["c.b1"])
    assert make_board(office, day=DAY).head != first.head


def test_values_that_nobody_set_are_listed_with_their_users():
    """Example values and the library's own are listed with what uses them; without examples there are none."""
    values = {item.term: item for item in example_values([load("demo-fangzi")], DAY)}
    share = values["fangzi.contracts.settlement_share"]
    assert (share.value.zh, share.standing) == ("60%", Standing.EXAMPLE)
    assert [user.zh for user in share.answers] == ["契约文本的拟定与商定"]
    assert values["core.contract.signing_period"].value.zh == "90 天"
    own = example_values([load("fangzi")], DAY)
    assert all(item.standing is Standing.LIBRARY for item in own)
