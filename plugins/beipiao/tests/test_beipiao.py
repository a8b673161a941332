"""What the plugin offers once it is installed: its district, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_beipiao import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.declarations import District, RowClass
from community_core.jurisdiction import gather
from community_core.jurisdiction.compose import compose
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

CASES = Path(__file__).parents[1] / "cases"
DAY = dt.date(2006, 12, 31)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("beipiao")


def test_the_district_composes_without_findings(rules):
    """The installed district is put together and nothing is wrong with it."""
    assert rules.findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    names = tuple(practice.name for practice in plugin.community_practices())
    assert not_covered(CASES, names) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(CASES)
    assert done.possible > 100
    assert [str(found) for found in done.findings] == []


def test_the_document_proposes_nothing(rules):
    """All that the district runs is reported or the library's own: the document has no proposal, plan or aim."""
    practices = plugin.community_practices()
    assert {practice.name for practice in practices} == set(rules.district.adopts)
    said = {item.standing for practice in practices for item in (*practice.decisions, *practice.procedures)}
    said |= {step.standing for practice in practices for item in practice.procedures for step in item.steps}
    said |= {practice.standing for practice in practices}
    assert said - {None} == {Standing.REPORTED, Standing.LIBRARY}


def test_the_district_sets_nothing(rules):
    """What the document does not say the district does not set: the age of an elder is asked for."""
    (district,) = plugin.community_districts()
    assert district.findings == ()
    assert district.settings == ()
    elder = {"recipient": "resident", "age": 70, "means": "own_means", "disabled": False, "preferential": False}
    answer = rules.decide("service_tier", elder, on=DAY)
    assert [name.rpartition(".")[2] for name in answer.ask] == ["vulnerable_age"]


@pytest.mark.parametrize(
    "adopts",
    [
        ("tracking", "premises", "disclosure", "culture", "safety"),
        ("models", "campaign"),
        ("figures", "layers", "premises", "safety"),
        *((name,) for name in ("layers", "campaign", "guidance", "premises", "covenants", "disclosure", "culture")),
        ("safety",),
    ],
)
def test_practices_are_adopted_together_as_the_readme_says(adopts):
    """Another district may adopt some of the practices: those that stand alone, and the others with what they use."""
    rules = compose(District("another", adopts=tuple(f"beipiao.{name}" for name in adopts)), gather())
    assert [str(found) for found in rules.findings] == []


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 12 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"BEIPIAO-{number:02}" for number in range(1, 13)]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("001_75147285bf45155a.txt L"), row.name


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
