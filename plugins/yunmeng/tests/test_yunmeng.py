"""What the plugin offers once it is installed: its county, its practices, and the rows of its document."""

import datetime as dt
from pathlib import Path

import attrs
import pytest
from community_yunmeng import plugin

import community_core as cc
from community_core.base import Span
from community_core.declarations import District, RowClass
from community_core.jurisdiction import compose, gather
from community_core.testing import mutate, not_covered
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows

CASES = Path(__file__).parents[1] / "cases"
DAY = dt.date(2021, 5, 1)
PROPOSED = tuple(practice for practice in plugin.community_practices() if not practice.standing.applies)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed county."""
    return cc.load("yunmeng")


def terms_of(practice):
    """Return the full names of what a practice declares and a district could adopt by name."""
    declared = (*practice.parameters, *practice.decisions, *practice.procedures)
    return tuple(f"{practice.name}.{term.name}" for term in declared)


def test_the_county_composes_without_findings(rules):
    """The installed county is put together and nothing is wrong with it."""
    assert rules.findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    names = tuple(practice.name for practice in plugin.community_practices())
    assert not_covered(CASES, names) == ()


def test_every_changed_rule_is_caught_by_a_case():
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(CASES)
    assert done.possible > 700
    assert [str(found) for found in done.findings] == []


def test_the_county_adopts_what_is_reported_and_nothing_that_is_proposed(rules):
    """The county adopts each practice that its document reports, and none of those that it proposes."""
    every = {practice.name for practice in plugin.community_practices()}
    assert [found for practice in plugin.community_practices() for found in practice.findings] == []
    assert len(PROPOSED) == 10
    assert set(rules.district.adopts) == every - {practice.name for practice in PROPOSED}


@pytest.mark.parametrize("practice", PROPOSED, ids=lambda practice: practice.name)
def test_nothing_that_is_proposed_is_in_force(rules, practice):
    """No proposed term is among the county's rules, nor where a district adopts the practice and no term by name."""
    adopting = compose(District("town", adopts=(practice.name,)), gather())
    assert adopting.findings == ()
    names = terms_of(practice)
    assert names
    for each in (rules, adopting):
        there = {name for name, _ in (*each.terms.decisions, *each.terms.procedures)}
        assert there.isdisjoint(names)
        assert set(each.aliases.values()).isdisjoint(names)
    for parameter in practice.parameters:
        assert adopting.parameter(f"{practice.name}.{parameter.name}", on=DAY) is None, parameter.name
    for setting in practice.settings:
        assert rules.parameter(setting.term, on=DAY) is None
        assert adopting.parameter(setting.term, on=DAY) is None


@pytest.mark.parametrize("practice", PROPOSED, ids=lambda practice: practice.name)
def test_what_is_proposed_holds_where_it_is_adopted_by_name(practice):
    """A district that names the practice and each of its terms has them all, and nothing is wrong with them."""
    set_here = tuple(setting.term for setting in practice.settings)
    adopting = compose(District("town", adopts=(practice.name, *terms_of(practice), *set_here)), gather())
    assert adopting.findings == ()
    there = {name for name, _ in (*adopting.terms.decisions, *adopting.terms.procedures, *adopting.terms.parameters)}
    assert set(terms_of(practice)) <= there
    for setting in practice.settings:
        assert adopting.parameter(setting.term, on=DAY).value == setting.history[0].value


def test_the_county_sets_nothing(rules):
    """What the document does not say the county does not set: whether a committee may run a business is asked for."""
    (district,) = plugin.community_districts()
    assert district.findings == ()
    assert district.settings == ()
    assert [each.settings for each in plugin.community_practices() if each.standing.applies and each.settings] == []
    answer = rules.decide("committee_may", {"business_direct": True}, on=DAY)
    assert [name.rpartition(".")[2] for name in answer.ask] == ["committee_business"]


def test_no_value_of_the_document_has_a_day_that_it_does_not_give():
    """The document gives no day, so each value that the practices hold is undated."""
    for practice in plugin.community_practices():
        values = [value for item in (*practice.parameters, *practice.settings) for value in item.history]
        assert {value.span for value in values} <= {Span()}, practice.name


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 25 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"YUNMENG-{number:02}" for number in range(1, 26)]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("004_f6dab08231920a08.txt L"), row.name


def test_part_three_of_the_document_is_proposed():
    """The rows of part three, the thirteenth and all after it, say that they are proposed, and no other row does."""
    (catalogue,) = plugin.community_catalogues()
    proposed = [row.name for row in catalogue.rows if row.standing is not None and not row.standing.applies]
    assert proposed == [f"YUNMENG-{number:02}" for number in range(13, 26)]


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


def test_the_readme_names_every_practice_and_its_example_works(tmp_path):
    """Each practice has its row in the README, and the town of its example has the radius that it adopts by name."""
    text = (CASES.parent / "README.md").read_text("utf-8")
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


def labels_in(node):
    """Yield every label of a declaration and of what stands in it."""
    if isinstance(node, cc.Label):
        yield node
    elif isinstance(node, tuple):
        for member in node:
            yield from labels_in(member)
    elif attrs.has(type(node)):
        for each in attrs.fields(type(node)):
            yield from labels_in(getattr(node, each.name))


def test_every_label_is_in_both_languages():
    """Every title, name, reason and gap of the plugin is written in Chinese and in English."""
    (catalogue,) = plugin.community_catalogues()
    declared = (*plugin.community_practices(), *plugin.community_districts(), catalogue)
    labels = [label for each in declared for label in labels_in(each)]
    assert len(labels) > 700
    assert [label for label in labels if bool(label.zh) != bool(label.en)] == []
