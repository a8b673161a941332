"""What the plugin offers once it is installed: its practices, its district, and the rule in Python."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from community_shenhe import plugin
from community_shenhe.figures import compatible_counts

import community_core as cc
from community_core.base.ranks import Standing
from community_core.testing import PluginTests

DAY = dt.date(2006, 5, 1)
ELDER = {"age": 72, "lives_alone": True, "means": "dibao"}


class TestShenhe(PluginTests):
    """The tests that every plugin wants, of what Shenhe offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("shenhe",)
    proposals = ("shenhe.covenants.uniform_charter",)
    rows = tuple(f"SHENHE-{number:02}" for number in range(1, 39))
    document = "001_75147285bf45155a.txt"
    mutants = 690


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("shenhe")


def test_the_district_adopts_what_the_plugin_offers(rules):
    """The district adopts all 22 practices of the plugin and nothing else."""
    assert len(rules.district.adopts) == 22
    assert set(rules.district.adopts) == {practice.name for practice in plugin.community_practices()}


def test_health_outlets_and_their_mean(rules):
    """Ten centres and 25 stations are the 35 outlets for the district's 66 communities."""
    communities = dict(rules.district.profile)["communities"].value
    outlets = rules.parameter("health_centres", on=DAY).value + rules.parameter("health_stations", on=DAY).value
    given = {
        "counted_total": communities,
        "counted_total_given": "exact",
        "counted_among": outlets,
        "counted_among_given": "exact",
    }
    assert outlets == 35
    assert rules.decide("quotient", given, on=DAY).outcome["hundredths"] == 189


def test_units_of_any_rank_are_members_of_the_conference(rules):
    """All 23 units that the document reports join in the same steps, of whatever rank, and are counted as members."""
    ranks = ("central", "provincial", "city", "district", "other")
    with cc.open_office(rules, ":memory:") as office:
        office.register_place("c")
        for post, person in (("committee.chair", "chair"), ("unit.delegate", "delegate")):
            office.appoint(person, post, "c", DAY)
        for number in range(23):
            unit = {"unit": f"unit-{number}", "unit_rank": ranks[number % len(ranks)]}
            case = office.open("membership", unit, actor="chair", day=DAY, place="c")
            office.take(case, "propose", {"mutual_gain": "双赢"}, actor="chair", day=DAY)
            office.take(case, "join", {"joined_on": DAY}, actor="delegate", day=DAY)
        approached = office.open("membership", {"unit": "x", "unit_rank": "city"}, actor="chair", day=DAY, place="c")
        members = [case for case in office.open_cases(procedure="shenhe.joint.membership") if case.state == "member"]
        assert len(members) == 23
        assert {case.data["unit_rank"] for case in members} == set(ranks)
        assert approached.state == "approached"


def test_the_district_sets_nothing(rules):
    """The document gives no age, so the district asks for it, and with the demo's example age it decides."""
    assert plugin.community_districts()[0].settings == ()
    answer = rules.decide("care_class", ELDER, on=DAY)
    assert answer.status.value == "undetermined"
    assert [name.rpartition(".")[2] for name in answer.ask] == ["elder_age"]


def test_a_value_set_for_an_example_says_so():
    """In the demo district the age that the answer rests on has standing ``example``."""
    answer = cc.load("demo-shenhe").decide("care_class", ELDER, on=DAY)
    assert answer.outcome == "carer"
    assert {use.name: use.standing for use in answer.parameters}["elder_age"] is Standing.EXAMPLE


def test_reported_rows_cite_the_document(rules):
    """An answer names the line of the document that it rests on, as reported."""
    answer = rules.decide("care_class", {**ELDER, "lives_alone": False}, on=DAY)
    assert answer.status.value == "determined"
    assert [cite.lines for cite in answer.citations] == ["001_75147285bf45155a.txt L111"]
    assert answer.standings == {Standing.REPORTED}


def test_the_hearing_binds_and_keeps_the_library_steps(rules):
    """The district's hearing takes over the core's steps, each with the standing that it had there."""
    hearing = rules.procedure("hearing")
    assert hearing.force == "binds"
    standings = {step.name: step.standing for step in hearing.steps}
    assert standings["announce"] is Standing.LIBRARY
    assert standings["conclude"] is Standing.REPORTED


@pytest.mark.parametrize(
    ("whole", "rate", "decimals", "fits"),
    [
        (512, Fraction(969, 1000), 1, (496,)),
        (66, Fraction(28, 100), 0, ()),
        (66, Fraction(18, 100), 0, (12,)),
        (3, Fraction(1), 0, (3,)),
        (3, Fraction(0), 0, (0,)),
        (8, Fraction(125, 1000), 1, (1,)),
        (8, Fraction(13, 100), 0, (1,)),
        (8, Fraction(125, 1000), 0, ()),
        (0, Fraction(1, 2), 0, None),
    ],
)
def test_counts_that_fit_a_rate(whole, rate, decimals, fits):
    """The whole numbers that fit a rate are listed; 12.5 % rounds to 13 %, and nothing has no rate."""
    assert compatible_counts.function(counted_whole=whole, reported_rate=rate, rate_decimals=decimals) == fits


def test_counts_agree_with_trying_every_number():
    """The bounded search finds what trying every count from none to all finds."""
    for whole in (1, 2, 7, 66, 199, 512):
        for tenths in range(0, 1001, 7):
            rate = Fraction(tenths, 1000)
            tried = tuple(count for count in range(whole + 1) if (2000 * count + whole) // (2 * whole) == tenths)
            assert compatible_counts.function(counted_whole=whole, reported_rate=rate, rate_decimals=1) == tried
