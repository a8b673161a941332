"""What the plugin offers once it is installed: its practice, its district, and what its document lost."""

import datetime as dt
from pathlib import Path

import pytest
from community_fangzi import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.testing import PluginTests

DAY = dt.date(2007, 9, 1)


class TestFangzi(PluginTests):
    """The tests that every plugin wants, of what Fangzi offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("fangzi",)
    rows = tuple(f"FANGZI-{number:02}" for number in range(1, 11))
    document = "001_75147285bf45155a.txt"
    mutants = 260


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("fangzi")


def test_the_district_runs_on_one_practice(rules):
    """The plugin offers the contracts of the document and no other practice, and the district adopts nothing else."""
    assert [practice.name for practice in plugin.community_practices()] == ["fangzi.contracts"]
    assert rules.district.adopts == ("fangzi.contracts",)


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
