"""What the plugin offers once it is installed: its district, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_jianghan import plugin

import community_core as cc
from community_core.testing import PluginTests

DAY = dt.date(2001, 5, 1)


class TestJianghan(PluginTests):
    """The tests that every plugin wants, of what Jianghan offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("jianghan",)
    proposals = ("jianghan.plan",)
    rows = tuple(f"JIANGHAN-{number:02}" for number in range(1, 26))
    document = "003_f55f74c38be49f04.txt"
    mutants = 270


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("jianghan")


def test_nothing_of_the_plan_is_in_force(rules):
    """What the document only plans has no value in the district, and its decisions are not available."""
    assert rules.parameter("plan_years", on=DAY) is None
    assert rules.decide("years_of_stage", {"stage_asked": "growing"}, on=DAY).status.value == "unavailable"


def test_the_district_sets_nothing(rules):
    """What the document does not say the district does not set: the age of an elder is asked for."""
    (district,) = plugin.community_districts()
    assert district.settings == ()
    elder = {"recipient": "resident", "age": 70, "means": "own_means", "disabled": False, "preferential": False}
    answer = rules.decide("service_tier", elder, on=DAY)
    assert [name.rpartition(".")[2] for name in answer.ask] == ["vulnerable_age"]
