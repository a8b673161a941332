"""The figures of the document: what is derived from them follows from what the rules hold, and each is tested once."""

import datetime as dt

import pytest
from community_heihe import plugin

import community_core as cc

DAY = dt.date(2021, 10, 1)
GRADES = ("demonstration_communities", "quality_communities", "up_to_standard_communities")


@pytest.fixture(scope="module")
def held():
    """Return a function that gives a reported figure from the city's rules."""
    rules = cc.load("heihe")
    return lambda name: rules.parameter(name, on=DAY).value


def reckon(decision, total, among):
    """Return what the core makes of two counts that are exact."""
    counts = {"counted_total": total, "counted_among": among, "counted_more_than": False}
    return dict(cc.load("heihe").decide(decision, counts, on=DAY).outcome)


def test_the_three_grades_cover_all_communities(held):
    """Six, six and three are the fifteen: 40 %, 40 % and 20 %, exactly."""
    counts = [held(name) for name in GRADES]
    assert sum(counts) == held("urban_communities")
    shares = [reckon("share_of", count, held("urban_communities")) for count in counts]
    assert shares == [{"thousandths": thousandths, "reading": "rounded"} for thousandths in (400, 400, 200)]


def test_the_money_by_share_and_by_community(held):
    """Special funds are 5.2 % of both sums, which are 965,333 yuan for each of fifteen communities."""
    special, county = held("special_funds"), held("county_input")
    yuan, rest = divmod((special + county).fen, 100)
    assert (yuan, rest) == (14_480_000, 0)
    assert reckon("share_of", special.fen, (special + county).fen)["thousandths"] == 52
    assert reckon("mean_of", yuan, held("urban_communities"))["tenths"] // 10 == 965_333


def test_the_profile_says_what_the_rules_say(held):
    """Where the profile has a figure of a practice, it is the same; what has no rule stands in the profile alone."""
    (district,) = plugin.community_districts()
    profile = dict(district.profile)
    assert profile["urban_communities"].value == held("urban_communities")
    assert (profile["problem_groups"].value, profile["community_roles"].value) == (4, 3)
    assert all(figure.cite.lines.startswith("002_3cd91db99918140c.txt L") for figure in profile.values())
