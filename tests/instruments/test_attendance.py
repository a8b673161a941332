"""Behaviour of the reckoning of who takes part in a vote."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.attendance import NONE, attendance

AMONG = tuple(f"p{number}" for number in range(1, 9))
people = st.lists(st.sampled_from(AMONG), unique=True)


def codes(found):
    """Return the faults by code."""
    return {fault.code: fault.number for fault in found.faults}


@pytest.mark.parametrize(
    ("rule", "counts_by", "ballots"), [("paper", "paper", 3), ("online", "online", 3), (NONE, NONE, 2)]
)
def test_somebody_seen_in_both_channels_has_the_ballot_that_the_rule_names(rule, counts_by, ballots):
    """The rule says which of the two counts; the other is set aside and the person is listed."""
    found = attendance(AMONG, {"paper": ("p1", "p2"), "online": ("p2", "p3")}, seen_twice=rule)
    assert found.in_person == ("p1", "p2", "p3")
    assert found.seen_twice == (("p2", counts_by),)
    assert (found.set_aside, found.ballots) == (2 if rule == NONE else 1, ballots)
    assert found.faults == ()


def test_without_a_rule_somebody_seen_twice_stands_against_the_count():
    """Nothing decides silently which of two ballots counts."""
    found = attendance(AMONG, {"paper": ("p1", "p2"), "online": ("p2",)})
    assert codes(found) == {"seen-twice": 1}


@pytest.mark.parametrize(
    ("proxies", "limit", "expected"),
    [
        ((("p5", "p1", "mandate-1"),), 1, {}),
        ((("p5", "p1", ""),), 1, {"proxy-unwritten": 1}),
        ((("p5", "p1"),), 1, {"proxy-unwritten": 1}),
        ((("p2", "p1", "m"),), 1, {"proxy-and-present": 1}),
        ((("p5", "p7", "m"),), 1, {"carrier-absent": 1}),
        ((("p5", "p1", "m"), ("p6", "p1", "n")), 1, {"proxy-limit": 1}),
        ((("p5", "p1", "m"), ("p6", "p1", "n")), 2, {}),
        ((("p5", "p1", "m"), ("p5", "p2", "n")), 1, {"proxy-twice": 1}),
        ((("x", "p1", "m"),), 1, {"not-among": 1}),
        ((("p5", "p5", "m"),), 1, {"carrier-absent": 1}),
    ],
)
def test_a_proxy_is_written_carried_by_one_present_and_within_the_limit(proxies, limit, expected):
    """Each fault of a proxy is named by its code, and a sound one lets its principal take part."""
    found = attendance(AMONG, {"": ("p1", "p2")}, proxies=proxies, proxy_limit=limit)
    assert codes(found) == expected
    if not expected:
        assert found.by_proxy == tuple(sorted(entry[0] for entry in proxies))
        assert found.present == 2 + len(proxies)


def test_a_household_votes_by_one_who_votes_for_no_other():
    """Each household that takes part names one representative, and nobody stands for two."""
    rooms = {"": ("h1", "h2")}
    among = ("h1", "h2", "h3")
    sound = attendance(among, rooms, represented=(("h1", "p1"), ("h2", "p2")))
    assert sound.faults == ()
    assert codes(attendance(among, rooms, represented=(("h1", "p1"),))) == {"not-represented": 1}
    assert codes(attendance(among, rooms, represented=(("h1", "p1"), ("h2", "p1")))) == {"represents-two": 1}
    assert codes(attendance(among, rooms, represented=(("h1", "p1"), ("h2", "p2"), ("h2", "p3")))) == {
        "represented-twice": 1
    }
    assert codes(attendance(among, rooms, represented=(("h1", "p1"), ("h2", "")))) == {"not-represented": 2}


def test_strangers_and_repeated_names_stand_against_the_count():
    """Who is not entitled, and a list in which somebody stands twice, are told by number."""
    found = attendance((*AMONG, "p1"), {"": ("p1", "x", "p1")})
    assert codes(found) == {"person-twice": 2, "not-among": 1}


@given(people, people, st.sampled_from(["paper", "online"]))
def test_splitting_the_channels_changes_nothing_about_who_takes_part(paper, online, rule):
    """Those who came by two channels are those who would have come by one, each with one ballot."""
    split = attendance(AMONG, {"paper": paper, "online": online}, seen_twice=rule)
    together = attendance(AMONG, {"": tuple(dict.fromkeys([*paper, *online]))})
    assert split.in_person == together.in_person
    assert split.ballots == together.ballots
    assert split.set_aside == len(set(paper) & set(online))
    assert split.faults == together.faults == ()


proxies = st.lists(st.tuples(st.sampled_from(AMONG), st.sampled_from(AMONG), st.just("m")), max_size=8)


@given(people, proxies, st.integers(0, 3))
def test_a_proxy_never_adds_more_than_his_limit(here, given_to, limit):
    """Where nothing stands against the count, nobody has more votes than his own and as many as he may carry."""
    found = attendance(AMONG, {"": here}, proxies=given_to, proxy_limit=limit)
    if not found.faults:
        carried = Counter(carrier for _, carrier, _ in given_to)
        assert found.ballots == len(here) + len(given_to) <= len(AMONG)
        assert max(carried.values(), default=0) <= limit
        assert set(carried) <= set(here)
        assert not set(found.by_proxy) & set(here)
