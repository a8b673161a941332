"""What the plugin offers once it is installed: its district, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_beipiao import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.declarations import District
from community_core.jurisdiction import gather
from community_core.jurisdiction.compose import compose
from community_core.testing import PluginTests

DAY = dt.date(2006, 12, 31)


class TestBeipiao(PluginTests):
    """The tests that every plugin wants, of what Beipiao offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("beipiao",)
    rows = tuple(f"BEIPIAO-{number:02}" for number in range(1, 13))
    document = "001_75147285bf45155a.txt"
    mutants = 380


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("beipiao")


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
