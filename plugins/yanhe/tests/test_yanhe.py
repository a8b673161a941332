"""What the plugin offers once it is installed: its county, its practices, and the rows of its document."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from community_yanhe import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.testing import PluginTests

DAY = dt.date(2008, 5, 1)
PROPOSED = "yanhe.proposed-"


class TestYanhe(PluginTests):
    """The tests that every plugin wants, of what Yanhe offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("yanhe",)
    proposals = (
        "yanhe.proposed-income",
        "yanhe.proposed-joint",
        "yanhe.proposed-leadership",
        "yanhe.proposed-premises",
        "yanhe.proposed-prepayment",
        "yanhe.proposed-services",
        "yanhe.proposed-settings",
        "yanhe.proposed-staffing",
        "yanhe.proposed-tasks",
    )
    beside = ("yanhe.size",)
    rows = tuple(f"YANHE-{number:02}" for number in range(1, 27))
    document = "001_75147285bf45155a.txt"
    mutants = 710


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed county."""
    return cc.load("yanhe")


def proposals():
    """Return the practices that hold what the document only proposes."""
    return [practice for practice in plugin.community_practices() if practice.name.startswith(PROPOSED)]


def figures_of(rules):
    """Return the reported figures of the county by name."""
    return {name: dated.value for name, dated in rules.district.profile}


def test_what_is_reported_is_adopted_and_what_is_proposed_is_not(rules):
    """The county adopts every practice of what its document reports, and none of the nine of what it proposes."""
    practices = plugin.community_practices()
    reported = {practice.name for practice in practices if practice.standing is Standing.REPORTED}
    assert set(rules.district.adopts) == reported
    assert {practice.standing for practice in proposals()} == {Standing.PROPOSAL}
    assert reported | {practice.name for practice in proposals()} == {practice.name for practice in practices}


def test_no_row_or_step_of_a_proposal_has_another_standing_that_applies():
    """A row inside a proposed decision does not say of itself that it is reported or the library's."""
    for practice in proposals():
        for decision in practice.decisions:
            rows = [*decision.rows, *([decision.otherwise] if decision.otherwise else [])]
            assert {row.standing for row in rows} == {None}, decision.name
            assert decision.standing is None, decision.name
        assert {procedure.standing for procedure in practice.procedures} <= {None}, practice.name


def test_a_term_of_a_proposal_applies_where_the_readme_names_it(tmp_path):
    """The district in the README takes the quota over by name: 2.9 % is vetoed there, by a proposal that says so."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    text = readme.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "my-town.yaml").write_text(text, "utf-8")
    rules = cc.load(tmp_path / "my-town.yaml")
    assert rules.findings == ()
    design = {"project_built_area": 1_000, "project_premises_area": 29}
    answer = rules.decide("premises_quota", design, on=DAY)
    assert answer.outcome == "vetoed"
    assert answer.standings == {Standing.PROPOSAL}
    assert rules.decide("premises_owed", design, on=DAY).status.value == "unavailable"


def test_the_district_sets_nothing(rules):
    """What the document does not say the county does not set: how long residents are asked has no days."""
    (district,) = plugin.community_districts()
    assert district.settings == ()
    assert rules.parameter("core.redrawing.consultation_days", on=DAY) is None
    assert rules.parameter("core.tasks.money_with_task", on=DAY) is None
    assert rules.parameter("core.bodies.committee_business", on=DAY) is None
    assert all(practice.settings == () for practice in plugin.community_practices() if practice not in proposals())


def test_the_reported_figures_are_those_of_the_document(rules):
    """Each figure of the profile has the value that stands in the document, lower bounds under a name that says so."""
    assert figures_of(rules) == {
        "communities_surveyed": 5,
        "survey_ways": 3,
        "km_to_provincial_capital": 450,
        "km_to_airport": 180,
        "km_to_railway_station": 60,
        "national_road": 326,
        "provincial_road": 411,
        "area_hectares": 246_880,
        "townships_and_towns": 22,
        "population": 580_000,
        "tujia_share": Fraction(55, 100),
        "county_seat_residents": 68_000,
        "start_year": 2003,
        "old_committees": 5,
        "communities": 5,
        "cadres_transferred": 20,
        "normative_documents": 5,
        "service_facilities_more_than": 20,
        "service_staff_more_than": 50,
        "communities_with_own_building": 1,
    }


def test_figures_that_follow_from_the_profile(rules):
    """What is derived is computed from the reported figures: Tujia, residents and cadres per community, own offices."""
    figures = figures_of(rules)
    communities = figures["communities"]

    def counted(decision, total, among, more_than=False):
        given = {"counted_total": total, "counted_among": among, "counted_more_than": more_than}
        return rules.decide(decision, given, on=DAY).outcome

    tujia = figures["population"] * figures["tujia_share"]
    assert tujia == 319_000
    assert counted("share_of", int(tujia), figures["population"])["thousandths"] == 550
    assert counted("mean_of", figures["county_seat_residents"], communities)["tenths"] == 136_000
    assert counted("mean_of", figures["cadres_transferred"], communities)["tenths"] == 40
    own = counted("share_of", figures["communities_with_own_building"], communities)
    assert own == {"thousandths": 200, "reading": "rounded"}
    in_all = rules.decide("households_in_all", {"communities_to_found": communities}, on=DAY)
    assert in_all.outcome == {"least": 5_000, "most": 15_000}


def test_two_lower_bounds_have_no_ratio(rules):
    """More than 50 staff and more than 20 facilities give no mean, neither a point nor a bound."""
    figures = figures_of(rules)
    given = {
        "counted_total": figures["service_staff_more_than"],
        "counted_total_given": "more_than",
        "counted_among": figures["service_facilities_more_than"],
        "counted_among_given": "more_than",
    }
    answer = rules.decide("quotient", given, on=DAY)
    assert answer.status.value == "gap"
    assert answer.outcome is None


def test_the_quota_and_the_prepaid_base_stay_two_figures():
    """3 % of the built area and 3 per mille of the developed area are kept apart, a factor of ten between them."""
    found = {practice.name.removeprefix(PROPOSED): practice for practice in proposals()}
    quota = {item.name: item.history for item in found["premises"].parameters}
    base = {item.name: item.history for item in found["prepayment"].parameters}
    assert [value.value for value in quota["premises_share"]] == [Fraction(3, 100)]
    assert [value.value for value in base["prepayment_base"]] == [Fraction(3, 1000)]
    assert base["square_metre_price"] == ()
    cited = {name: found[name].source.lines for name in ("premises", "prepayment")}
    assert cited == {"premises": "001_75147285bf45155a.txt L199", "prepayment": "001_75147285bf45155a.txt L203"}


def test_thirteen_services_have_a_name_each():
    """The fields of service that the document lists are services of the proposal, thirteen in its order."""
    (practice,) = [item for item in proposals() if item.name == f"{PROPOSED}services"]
    fields = next(item for item in practice.facts if item.name == "service_field")
    assert [service.name for service in practice.services] == list(fields.type.values[:-1])
    assert len(practice.services) == 13
    assert all(service.label.zh and service.label.en for service in practice.services)


def test_what_the_document_proposes_is_told_in_the_catalogue():
    """The rows from the ninth to the twenty-fifth say that they are proposed, and no other does."""
    (catalogue,) = plugin.community_catalogues()
    proposed = [row.name for row in catalogue.rows if row.standing is Standing.PROPOSAL]
    assert proposed == [f"YANHE-{number:02}" for number in range(9, 26)]
