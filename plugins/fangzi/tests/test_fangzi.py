"""What the plugin offers once it is installed: its practice, its district, and what its document lost."""

import datetime as dt
from pathlib import Path

import pytest
from community_fangzi import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.declarations import RowClass
from community_core.jurisdiction import gather
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

DAY = dt.date(2007, 9, 1)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("fangzi")


def test_the_district_composes_without_findings(rules):
    """The installed district is put together and nothing is wrong with it."""
    assert rules.findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    practices = ("fangzi.contracts",)
    assert not_covered(Path(__file__).parents[1] / "cases", practices) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(Path(__file__).parents[1] / "cases")
    assert done.possible > 50
    assert [str(found) for found in done.findings] == []


def test_the_rulebooks_are_read_without_findings():
    """Every rulebook of the plugin can be read."""
    practices = plugin.community_practices()
    assert [practice.name for practice in practices] == ["fangzi.contracts"]
    assert practices[0].findings == ()
    assert plugin.community_districts()[0].findings == ()


def test_what_the_document_lost_stays_a_gap(rules):
    """Two principles, five norms, the signing process and the later sections are gaps with a citation."""
    gaps = {name.rpartition(".")[2]: gap for name, gap in rules.terms.gaps if name.startswith("fangzi.")}
    assert {"two_principles", "five_norms", "signing_process", "later_sections"} <= set(gaps)
    assert all(gap.cite is not None and gap.text.en for gap in gaps.values())


def test_signing_is_the_library_own(rules):
    """Whatever follows settlement comes from the core's contract with standing ``library``; settlement is reported."""
    contract = rules.procedure("contract")
    assert {step.standing for step in contract.steps} == {Standing.LIBRARY}
    assert rules.procedure("contract_text").step("settle").standing is Standing.REPORTED


def test_a_relation_that_is_not_named_is_no_outcome(rules):
    """Unit and resident is a gap, however the other facts stand."""
    answer = rules.decide("relation_kind", {"first_party": "resident", "second_party": "unit"}, on=DAY)
    assert answer.status.value == "gap"
    assert answer.outcome is None


def test_nothing_decides_on_personal_data(rules):
    """The names of those who sign are never public in the contract."""
    contract = rules.procedure("contract")
    assert contract.field("party").privacy.value == "personal"
    assert [item.what for step in contract.steps for item in step.publish] == []


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 10 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"FANGZI-{number:02}" for number in range(1, 11)]
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
