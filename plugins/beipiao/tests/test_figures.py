"""The reported figures, each as it is printed, and what is computed from them through the rules of the city."""

import datetime as dt

import pytest
from community_beipiao import plugin

import community_core as cc
from community_core.base.ranks import Standing

DAY = dt.date(2006, 12, 31)

#: Every figure of the profile, as the document prints it.
PRINTED = {
    "mean_temperature_tenths_celsius": 86,
    "annual_precipitation_tenths_mm": 4815,
    "annual_sunshine_hours": 2861,
    "frost_free_days": 150,
    "area_square_km": 4469,
    "population": 600_000,
    "coal_permit_year": 1907,
    "city_status_year": 1985,
    "first_batch_county_level_cities": 4,
    "national_roads": "101、305",
    "urban_population": 160_000,
}


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("beipiao")


@pytest.fixture(scope="module")
def profile():
    """Return the figures of the district's profile by name."""
    (district,) = plugin.community_districts()
    return {name: value.value for name, value in district.profile}


def units(rules, kind):
    """Return how many units of a kind the document has."""
    return rules.decide("units_of_kind", {"unit_kind": kind}, on=DAY).outcome


def tenths(rules, total, among):
    """Return the mean in tenths that the core computes of two exact figures."""
    counted = {"counted_total": total, "counted_among": among, "counted_more_than": False}
    answer = rules.decide("mean_of", counted, on=DAY)
    assert answer.outcome["reading"] == "rounded"
    return answer.outcome["tenths"]


def thousandths(rules, part, whole):
    """Return the share in thousandths that the core computes of two exact figures."""
    counted = {"counted_total": part, "counted_among": whole, "counted_more_than": False}
    return rules.decide("share_of", counted, on=DAY).outcome["thousandths"]


def test_the_profile_holds_every_figure_as_it_is_printed(profile):
    """No figure of the profile differs from the document's, none is missing and none was added."""
    assert profile == PRINTED


def test_every_figure_of_the_profile_is_cited():
    """Each figure names the line that it stands in, and is reported."""
    (district,) = plugin.community_districts()
    for name, value in district.profile:
        assert value.cite.lines.startswith("001_75147285bf45155a.txt L3"), name
        assert value.standing is Standing.REPORTED, name


def test_density_follows_from_population_and_area(rules, profile):
    """600,000 people on 4,469 square kilometres are 134.3 to each."""
    assert tenths(rules, profile["population"], profile["area_square_km"]) == 1343


def test_means_of_the_layers_follow_from_the_units(rules, profile):
    """51 communities are 7.3 to a zone, and 160,000 townspeople 3,137 to a community."""
    communities = units(rules, "community")
    assert tenths(rules, communities, units(rules, "management_zone")) == 73
    assert tenths(rules, profile["urban_population"], communities) // 10 == 3137


def test_the_models_are_a_share_of_the_communities(rules):
    """The models that the rules name are six of 51 communities, 11.8 %."""
    kinds = rules.procedure("community_campaign").field("model_kind").type.values
    named = {rules.decide("model_community", {"model_kind": kind}, on=DAY).outcome for kind in kinds}
    assert len(named) == 6
    assert thousandths(rules, len(named), units(rules, "community")) == 118


def test_communities_above_400_square_metres_are_a_share_of_all(rules):
    """Nine of 51 communities are 17.6 %."""
    large = rules.parameter("large_premises", on=DAY).value
    assert thousandths(rules, large, units(rules, "community")) == 176


@pytest.mark.parametrize(
    ("asked", "total", "reading"),
    [("premises", 19_890, "computed"), ("squares", 12_000, "at_least"), ("patrols", 51, "at_least")],
)
def test_totals_keep_how_they_are_to_be_read(rules, asked, total, reading):
    """What is printed as so much or more stays a lower bound, and a total of means says that it is computed."""
    outcome = rules.decide("reported_total", {"total_asked": asked}, on=DAY).outcome
    assert (outcome["total"], outcome["reading"]) == (total, reading)


def test_a_state_at_the_end_of_2006_is_not_known_before(rules):
    """The document tells of premises at the end of December 2006, and the rules know of none the day before."""
    before = DAY - dt.timedelta(days=1)
    for name in ("mean_premises", "large_premises", "new_buildings", "new_squares"):
        assert rules.parameter(name, on=before) is None, name
        assert rules.parameter(name, on=DAY) is not None, name
