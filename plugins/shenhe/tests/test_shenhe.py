"""What the plugin offers once it is installed: its practices, its district, and the rule in Python."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from community_shenhe import plugin
from community_shenhe.figures import compatible_counts

import community_core as cc
from community_core.base.ranks import Standing
from community_core.declarations import RowClass
from community_core.jurisdiction import gather
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

DAY = dt.date(2006, 5, 1)
ELDER = {"age": 72, "lives_alone": True, "means": "dibao"}


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("shenhe")


def test_the_district_composes_without_findings(rules):
    """The installed district is put together and nothing is wrong with it."""
    assert rules.findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    practices = (
        "shenhe.elder-care",
        "shenhe.services",
        "shenhe.hearings",
        "shenhe.figures",
        "shenhe.size",
        "shenhe.party",
        "shenhe.honours",
        "shenhe.joint",
        "shenhe.complaints",
        "shenhe.evaluation",
        "shenhe.disclosure",
        "shenhe.funds",
        "shenhe.bounds",
        "shenhe.premises",
        "shenhe.health",
        "shenhe.staff",
        "shenhe.security",
        "shenhe.volunteers",
        "shenhe.environment",
        "shenhe.culture",
    )
    assert not_covered(Path(__file__).parents[1] / "cases", practices) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(Path(__file__).parents[1] / "cases")
    assert done.possible > 50
    assert [str(found) for found in done.findings] == []


def test_the_rulebooks_are_read_without_findings(rules):
    """Every rulebook of the plugin can be read, and the district adopts each of its practices."""
    practices = plugin.community_practices()
    assert {practice.name for practice in practices} == set(rules.district.adopts)
    assert len(practices) >= 13
    assert [found for practice in practices for found in practice.findings] == []


def test_health_outlets_and_their_mean(rules):
    """Ten centres and 25 stations are the 35 outlets for the district's 66 communities."""
    communities = dict(rules.district.profile)["communities"].value
    outlets = rules.parameter("health_centres", on=DAY).value + rules.parameter("health_stations", on=DAY).value
    given = {"dividend": communities, "dividend_given": "exact", "divisor": outlets, "divisor_given": "exact"}
    assert outlets == 35
    assert rules.decide("ratio_reading", given, on=DAY).outcome["hundredths"] == 189


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


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 38 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"SHENHE-{number:02}" for number in range(1, 39)]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("001_75147285bf45155a.txt L"), row.name


def test_what_the_catalogue_names_is_there():
    """Each term, case and test that a row names exists; each case that shows a row shows one that claims something."""
    catalogues = plugin.community_catalogues()
    checked = check_catalogues(catalogues, gather(), Path(__file__).parents[1])
    assert [str(found) for row in checked for found in row.findings] == []
    claimed = {row.name for row in catalogues[0].rows if row.row_class is not RowClass.REFERENCE}
    files = [read_cases(path) for path in case_files(Path(__file__).parents[1] / "cases")]
    shown = {name for file in files for group in file.groups for case in group.cases for name in case.shows}
    assert shown == claimed


def test_every_row_that_claims_something_fails_when_it_is_broken():
    """For each term that a row names one of its cases fails when the term is broken, and each case for one of them."""
    (catalogue,) = plugin.community_catalogues()
    assert [str(found) for found in dead_rows(catalogue, gather(), Path(__file__).parents[1])] == []
