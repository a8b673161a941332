"""What the plugin offers once it is installed: its district, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_huangshi import plugin

import community_core as cc
from community_core.base.ranks import Rank
from community_core.declarations import RowClass
from community_core.jurisdiction import gather
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

CASES = Path(__file__).parents[1] / "cases"
DAY = dt.date(2003, 5, 1)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed city."""
    return cc.load("huangshi")


def test_the_city_composes_without_findings(rules):
    """The installed city is put together at the rank of a city, and nothing is wrong with it."""
    assert rules.findings == ()
    assert rules.district.rank is Rank.CITY


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    names = tuple(practice.name for practice in plugin.community_practices())
    assert not_covered(CASES, names) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(CASES)
    assert done.possible > 400
    assert [str(found) for found in done.findings] == []


def test_the_rulebooks_are_read_without_findings(rules):
    """Every rulebook of the plugin can be read, and the city adopts each of its practices."""
    practices = plugin.community_practices()
    assert {practice.name for practice in practices} == set(rules.district.adopts)
    assert [found for practice in practices for found in practice.findings] == []


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
    assert (district.findings, district.settings) == ((), ())
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


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 27 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"HUANGSHI-{number:02}" for number in range(1, 28)]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("000_606df1e0b86ed6ef.txt L"), row.name


def test_what_the_catalogue_names_is_there():
    """Each term, case and test that a row names exists; each case that shows a row shows one that claims something."""
    catalogues = plugin.community_catalogues()
    checked = check_catalogues(catalogues, gather(), CASES.parent)
    assert [str(found) for row in checked for found in row.findings] == []
    claimed = {row.name for row in catalogues[0].rows if row.row_class is not RowClass.REFERENCE}
    files = [read_cases(path) for path in case_files(CASES)]
    shown = {name for file in files for group in file.groups for case in group.cases for name in case.shows}
    assert shown == claimed


def test_every_row_that_claims_something_fails_when_it_is_broken():
    """For each term that a row names one of its cases fails when the term is broken, and each case for one of them."""
    (catalogue,) = plugin.community_catalogues()
    assert [str(found) for found in dead_rows(catalogue, gather(), CASES.parent)] == []
