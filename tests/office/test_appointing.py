"""Appointments and delegations as a program gives them: what is odd is told, and what cannot be is refused."""

import datetime as dt

import pytest

from community_core.ports.store import Contradiction

DAY = dt.date(2025, 5, 1)


def told(findings):
    return [(item.code, item.level, dict(item.data)["near"]) for item in findings]


def test_what_is_odd_about_an_appointment_is_returned(office):
    """A place that is not registered, or a post that no step is for, is kept with a warning and names like it."""
    assert office.appoint("p-1", "committee.chair", "wenyi", DAY) == ()
    odd = office.appoint("p-1", "commitee.chair", "wenyii", DAY)
    assert told(odd) == [
        ("not-registered", "warning", "wenyi"),
        ("post-without-step", "warning", "committee.chair, committee.member"),
    ]
    assert "是否指 wenyi" in odd[0].message.zh
    odd = office.delegate("p-2", "p-1", "committee.chair", "wenyii", DAY, reason="委托书")
    assert told(odd) == [("not-registered", "warning", "wenyi")]
    kept = {row.key for row in office.registers.rows("appointments")}
    assert kept >= {("p-1", "committee.chair", "wenyi"), ("p-1", "commitee.chair", "wenyii")}
    office.register_place("wenyii", "wenyi", layer="grid")
    assert office.appoint("p-3", "committee.chair", "wenyii", DAY) == ()


@pytest.mark.parametrize("name", ["", " ", " p", "p ", "p\u3000", "p\nq", "system"])
def test_a_name_that_nobody_can_tell_apart_is_refused(office, name):
    """Whoever is appointed or acts for another has a name as whoever acts in a case has: no spaces around it."""
    before = office.registers.rows("appointments")
    with pytest.raises(Contradiction):
        office.appoint(name, "committee.chair", "wenyi", DAY)
    with pytest.raises(Contradiction):
        office.delegate(name, "p-1", "committee.chair", "wenyi", DAY, reason="x")
    assert office.registers.rows("appointments") == before
    if name != "system":
        with pytest.raises(Contradiction):
            office.register_place(name, "", layer="community")
        with pytest.raises(Contradiction):
            office.appoint("p", name, "wenyi", DAY)
