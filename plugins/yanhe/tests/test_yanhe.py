"""What the plugin offers once it is installed: its county, its practices, and the rows of its document."""

from pathlib import Path

import pytest
from community_yanhe import plugin

import community_core as cc
from community_core.declarations import RowClass
from community_core.jurisdiction import gather
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed county."""
    return cc.load("yanhe")


def test_the_district_composes_without_findings(rules):
    """The installed county is put together and nothing is wrong with it."""
    assert rules.findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    names = tuple(practice.name for practice in plugin.community_practices())
    assert not_covered(CASES, names) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(CASES)
    assert [str(found) for found in done.findings] == []


def test_the_district_sets_nothing():
    """What the document does not say the county does not set."""
    (district,) = plugin.community_districts()
    assert district.findings == ()
    assert district.settings == ()


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 26 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"YANHE-{number:02}" for number in range(1, 27)]
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
    assert shown <= claimed


def test_every_row_that_claims_something_fails_when_it_is_broken():
    """For each term that a row names one of its cases fails when the term is broken, and each case for one of them."""
    (catalogue,) = plugin.community_catalogues()
    assert [str(found) for found in dead_rows(catalogue, gather(), CASES.parent)] == []
