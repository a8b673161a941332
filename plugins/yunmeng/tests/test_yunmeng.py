"""What the plugin offers once it is installed: its county, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import pytest
from community_yunmeng import plugin

import community_core as cc
from community_core.base import Span
from community_core.testing import PluginTests

DAY = dt.date(2021, 5, 1)


class TestYunmeng(PluginTests):
    """The tests that every plugin wants, of what Yunmeng offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("yunmeng",)
    proposals = (
        "yunmeng.batches",
        "yunmeng.centres",
        "yunmeng.duty",
        "yunmeng.funding",
        "yunmeng.informing",
        "yunmeng.pay",
        "yunmeng.projects",
        "yunmeng.security",
        "yunmeng.siting",
        "yunmeng.works",
    )
    rows = tuple(f"YUNMENG-{number:02}" for number in range(1, 26))
    document = "004_f6dab08231920a08.txt"
    mutants = 730


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed county."""
    return cc.load("yunmeng")


def test_the_county_adopts_what_is_reported_and_nothing_that_is_proposed(rules):
    """The county adopts each practice that its document reports, and none of those that it proposes."""
    every = {practice.name for practice in plugin.community_practices()}
    proposed = {practice.name for practice in plugin.community_practices() if not practice.standing.applies}
    assert set(rules.district.adopts) == every - proposed


def test_the_county_sets_nothing(rules):
    """What the document does not say the county does not set: whether a committee may run a business is asked for."""
    (district,) = plugin.community_districts()
    assert district.settings == ()
    assert [each.settings for each in plugin.community_practices() if each.standing.applies and each.settings] == []
    answer = rules.decide("committee_may", {"business_direct": True}, on=DAY)
    assert [name.rpartition(".")[2] for name in answer.ask] == ["committee_business"]


def test_no_value_of_the_document_has_a_day_that_it_does_not_give():
    """The document gives no day, so each value that the practices hold is undated."""
    for practice in plugin.community_practices():
        values = [value for item in (*practice.parameters, *practice.settings) for value in item.history]
        assert {value.span for value in values} <= {Span()}, practice.name


def test_part_three_of_the_document_is_proposed():
    """The rows of part three, the thirteenth and all after it, say that they are proposed, and no other row does."""
    (catalogue,) = plugin.community_catalogues()
    proposed = [row.name for row in catalogue.rows if row.standing is not None and not row.standing.applies]
    assert proposed == [f"YUNMENG-{number:02}" for number in range(13, 26)]


def test_the_readme_has_a_row_for_every_practice_and_its_example_works(tmp_path):
    """Each practice has its row in the README, and the town of its example has the radius that it adopts by name."""
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    named = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert sorted(named) == sorted(practice.name for practice in plugin.community_practices())
    town = tmp_path / "town.yaml"
    town.write_text(text.split("```yaml\n")[1].split("```")[0], "utf-8")
    adopting = cc.load(town)
    assert adopting.findings == ()
    day = dt.date(2027, 5, 1)
    answers = [
        adopting.decide("near_centre", {"home_position": (metres, 0), "outlet_position": (0, 0)}, on=day).outcome
        for metres in (2000, 2200, 2201)
    ]
    assert answers == ["near", "near", "far"]
    assert adopting.decide("siting_missing", {"siting_weighed": ()}, on=day).status.value == "unavailable"
