"""What the plugin offers once it is installed: its city, its practices, its proposals, and the rows of its document."""

from pathlib import Path

import pytest
from community_heihe import plugin

import community_core as cc
from community_core.declarations import RowClass
from community_core.jurisdiction import gather, gather_catalogues
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

CASES = Path(__file__).parents[1] / "cases"
NUMBERS = range(1, 19)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("heihe")


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
    assert done.possible > 300
    assert [str(found) for found in done.findings] == []


def test_every_row_of_the_document_is_in_the_catalogue():
    """All rows but the one that the core carries stand in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"HEIHE-{number:02}" for number in NUMBERS if number != 10]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("002_3cd91db99918140c.txt L"), row.name


def test_every_row_of_the_place_is_in_one_catalogue():
    """With the row of the tiers in the core's catalogue, all 18 rows of the place are there, each once."""
    catalogues, _ = gather_catalogues()
    found = [row.name for catalogue in catalogues for row in catalogue.rows if row.place == "heihe"]
    assert sorted(found) == [f"HEIHE-{number:02}" for number in NUMBERS]


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
