"""Campaigns in numbers: how many cases stand where, by place and by the place above it, and which are left."""

import datetime as dt

import pytest

from community_core.base.errors import UnknownTerm
from community_core.declarations.practice import District
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import gather
from community_core.office.campaigns import campaign, cases_left, states_before
from community_core.office.office import open_office

DAY = dt.date(2007, 4, 16)
DONE = {"capacity": True, "free_will": True, "lawful": True}


@pytest.fixture
def office(tmp_path):
    """An office with two communities and a campaign: signed, refused, not met and open contracts."""
    with open_office(compose(District("own"), gather()), tmp_path / "record.sqlite") as opened:
        opened.register_place("d")
        for community in ("c", "e"):
            opened.register_place(f"d.{community}", "d")
            opened.register_place(f"d.{community}.1", f"d.{community}", zh=f"{community}1号楼")
            opened.register_place(f"d.{community}.2", f"d.{community}")
        opened.appoint("m", "committee.member", "d", dt.date(2007, 1, 1))
        places = ["d.c.1", "d.c.1", "d.c.2", "d.c.2", "d.e.1"]
        rows = [{"text_case": "t", "matter": "出租房屋", "party": f"p{number}"} for number in range(len(places))]
        cases = opened.open_many("contract", rows, actor="m", day=DAY, place=places).done
        opened.take(cases[0], "sign", DONE, actor="m", day=DAY)
        opened.take(cases[1], "refuse", {}, actor="m", day=DAY)
        opened.take(cases[2], "miss", {}, actor="m", day=DAY + dt.timedelta(days=1))
        opened.take(cases[4], "sign", DONE, actor="m", day=DAY)
        opened.take(cases[4], "report_breach", {"breach": "未登记"}, actor="m", day=DAY)
        yield opened


def test_cases_are_counted_by_place(office):
    """Each place has its states, its total and what is left; what is refused or past the goal is not left."""
    found = campaign(office, "contract", "signed")
    assert (found.total, found.left, found.waiting) == (5, 2, ("offered", "not_met"))
    counts = {item.place: (item.label.zh, item.total, item.left) for item in found.places}
    assert counts == {"d.c.1": ("c1号楼", 2, 0), "d.c.2": ("d.c.2", 2, 2), "d.e.1": ("e1号楼", 1, 0)}
    states = {item.place: {state: count for state, count in item.states if count} for item in found.places}
    assert states["d.c.1"] == {"signed": 1, "refused": 1}
    assert states["d.c.2"] == {"offered": 1, "not_met": 1}
    assert states["d.e.1"] == {"breached": 1}
    assert [state for state, _ in found.states] == ["offered", "signed", "refused", "not_met", "breached"]


def test_buildings_are_summed_up_by_what_is_above_them(office):
    """By parent the buildings of a community are one line, and a place narrows the campaign to what lies in it."""
    whole = campaign(office, "contract", "signed", by="parent")
    assert [(item.place, item.total, item.left) for item in whole.places] == [("d.c", 4, 2), ("d.e", 1, 0)]
    part = campaign(office, "contract", "signed", under="d.e")
    assert [(item.place, item.total) for item in part.places] == [("d.e.1", 1)]
    assert campaign(office, "contract", "signed", under="x").places == ()


def test_who_is_left_is_listed(office):
    """The cases still on the way to the goal are named with place, state and since when."""
    left = list(cases_left(office, "contract", "signed"))
    assert [(item.place, item.state, item.since) for item in left] == [
        ("d.c.2", "not_met", DAY + dt.timedelta(days=1)),
        ("d.c.2", "offered", DAY),
    ]
    assert list(cases_left(office, "contract", "signed", under="d.e")) == []


def test_a_goal_that_is_no_state_is_refused(office):
    """An unknown state names those there are."""
    with pytest.raises(UnknownTerm, match="signed"):
        campaign(office, "contract", "sealed")
    assert states_before(office.rules.procedure("contract"), "offered") == ()
