"""What the plugin offers once it is installed: its district, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_huangshi import plugin

import community_core as cc
from community_core.base.ranks import Rank
from community_core.testing import PluginTests

DAY = dt.date(2003, 5, 1)


class TestHuangshi(PluginTests):
    """The tests that every plugin wants, of what Huangshi offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("huangshi",)
    proposals = (
        "huangshi.aims",
        "huangshi.culture.event_period",
        "huangshi.culture.events_per_week",
        "huangshi.culture.month_kept",
        "huangshi.culture.month_theme",
        "huangshi.culture.themes_per_month",
        "huangshi.culture.week_kept",
    )
    rows = tuple(f"HUANGSHI-{number:02}" for number in range(1, 28))
    document = "000_606df1e0b86ed6ef.txt"
    mutants = 540


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed city."""
    return cc.load("huangshi")


def test_the_plugin_is_of_a_city_that_adopts_all_of_it(rules):
    """The rules speak at the rank of a city, which adopts every practice of the plugin, its aims too, and no more."""
    assert rules.district.rank is Rank.CITY
    assert set(rules.district.adopts) == {practice.name for practice in plugin.community_practices()}


@pytest.mark.parametrize("name", ["outcome_dimensions", "themes_per_month", "events_per_week"])
def test_no_value_that_is_aimed_at_is_in_force(rules, name):
    """What the document only aims at has no value in the city."""
    assert rules.parameter(name, on=DAY) is None


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("chain_stage", {"campaign_part": "shaping_people"}),
        ("response_owed", {"peoples_state": "need"}),
        ("month_kept", {"themes_in_month": 1}),
        ("week_kept", {"events_in_week": 1}),
    ],
)
def test_no_decision_that_is_aimed_at_is_in_force(rules, name, given):
    """What the document only aims at decides nothing in the city."""
    assert rules.decide(name, given, on=DAY).status.value == "unavailable"


def test_the_city_sets_only_what_the_document_says(rules):
    """The five groups of L47 are the only value set; the age of an elder and of a child is asked for."""
    (district,) = plugin.community_districts()
    assert district.settings == ()
    set_by = [each.term for practice in plugin.community_practices() for each in practice.settings]
    assert set_by == ["core.tiers.vulnerable_groups"]
    resident = {"recipient": "resident", "age": 70, "means": "own_means", "disabled": False, "preferential": False}
    answer = rules.decide("service_tier", resident, on=DAY)
    assert [name.rpartition(".")[2] for name in answer.ask] == ["vulnerable_age", "child_age"]


def test_the_figures_are_those_of_the_document():
    """The two figures that the document gives are kept as they are printed, each with its line."""
    (district,) = plugin.community_districts()
    kept = {name: (dated.value, dated.cite.lines) for name, dated in district.profile}
    assert kept == {
        "award_year": (2002, "000_606df1e0b86ed6ef.txt L7"),
        "unit_investment_more_than": (5_000_000, "000_606df1e0b86ed6ef.txt L29"),
    }
