"""The national floor: what it says it cites, what it does not know it lists, and it changes no other rule's answer."""

import datetime as dt

import pytest
from attrs import evolve

import community_core as cc
from community_core.base.labels import Label
from community_core.base.ranks import Force, Rank
from community_core.declarations.practice import District, Setting
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import gather
from community_core.practices import plugin
from community_core.rules.terms import DatedValue

LAW = "national.residents-committees"
TODAY = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def rules():
    """Return the core's practices alone."""
    return compose(District("nowhere"), gather([plugin], entry_points=False))


def floor(rules):
    """Return the parameters of the floor."""
    return {name: item for name, item in rules.terms.parameters if name.startswith("national.")}


def test_every_norm_says_its_force(rules):
    """Each parameter of the floor has a force, and only the size of a committee is general."""
    forces = {name.rpartition(".")[2]: item.force for name, item in floor(rules).items()}
    assert None not in forces.values()
    assert {name for name, force in forces.items() if force is Force.GENERAL} == {"households_least", "households_most"}
    assert forces["residence_tested"] is Force.PROHIBITION
    assert forces["statutory_elder_age"] is Force.DEFINITION


def test_what_is_in_force_from_2026_was_read(rules):
    """On the first day of the revised text only what articles 2 and 3 say, and the law on the elderly, has a value."""
    held = {name.rpartition(".")[2] for name in floor(rules) if rules.parameter(name, on=TODAY) is not None}
    assert held == {
        "law_text",
        "self_governance",
        "households_least",
        "households_most",
        "boundary_proposed_by",
        "boundary_decided_by",
        "statutory_elder_age",
    }
    for name in sorted(
        set(floor(rules)) - {f"{LAW}.{item}" for item in held} - {"national.elders.statutory_elder_age"}
    ):
        gap = floor(rules)[name].gap
        assert gap is not None, name
        assert "尚未查阅" in gap.zh, name


def test_the_new_text_is_cited_where_it_was_read(rules):
    """From 2026 on each value cites the revised text or, for the elderly, their own law; none the older text."""
    for name in floor(rules):
        use = rules.parameter(name, on=TODAY)
        if use is not None:
            assert use.cite is not None
            assert "2018" not in use.cite.document


def test_a_norm_of_law_is_open_to_nobody_unless_the_law_leaves_it(rules):
    """Only the numbers that the law leaves to the place within bounds can be set, and the bounds bind."""
    left = {name.rpartition(".")[2]: item for name, item in floor(rules).items() if item.open_to}
    assert set(left) == {"committee_members", "group_representatives"}
    assert {bound.force for item in left.values() for bound in item.bounds} == {Force.BINDING}


def test_a_district_cannot_set_what_the_law_fixes():
    """A district that sets a term of four years is told that the term is not open to it; until then there is none."""
    own = Setting(f"{LAW}.term_years", (DatedValue(4),))
    rules = compose(District("nowhere", Label("某区"), settings=(own,)), gather([plugin], entry_points=False))
    assert [found.code for found in rules.findings if found.level == "error"] == ["not-open"]
    assert rules.parameter("term_years", on=dt.date(2006, 5, 1)) is None
    assert not any(claim.holds for claim in rules.why("term_years"))


def test_a_general_norm_refuses_nothing(rules):
    """A committee of 3,700 households lies above the general band, and that is an answer and no finding."""
    answer = rules.decide("committee_size_band", {"community_households": 3700}, on=dt.date(2006, 5, 1))
    assert (answer.outcome, answer.findings, rules.findings) == ("above", (), ())
    assert {name.rpartition(".")[2] for name in (use.term for use in answer.parameters)} == {
        "households_least",
        "households_most",
    }


def test_the_law_on_the_elderly_sets_no_age_of_a_place():
    """Sixty is the law's own definition: Shenhe's care class goes on asking for the age that its document lacks."""
    rules = cc.load("shenhe")
    day = dt.date(2006, 5, 1)
    assert rules.parameter("statutory_elder_age", on=day).value == 60
    answer = rules.decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=day)
    assert (answer.status.value, answer.ask) == ("undetermined", ("elder_age",))


#: What asks the law of the day: who draws an area, who votes from which age, for how long one is elected.
LEANING = {
    *("core.redrawing", "core.election", "core.recall", "core.rolls"),
    *("shenhe.size", "shenhe.elections", "yanhe.size", "heihe.grades"),
}


@pytest.mark.parametrize("name", sorted(each.name for each in gather().districts))
def test_only_what_asks_the_law_leans_on_the_floor(name):
    """Without the floor, and what asks it, a district has the same terms; only what opens cases there is told so."""
    everything = gather()
    leaning = {item.name for item in everything.practices if item.rank is Rank.LAW} | LEANING
    without = tuple(item for item in everything.practices if item.name not in leaning)
    given = {each.term for item in everything.practices if item.name in leaning for each in item.settings}
    district = next(item for item in everything.districts if item.name == name)
    alone = evolve(district, adopts=tuple(item for item in district.adopts if item not in leaning))
    floor_on, floor_off = compose(district, everything), compose(alone, evolve(everything, practices=without))
    assert floor_on.findings == ()
    # A review of whoever was elected opens a recall, and a recruitment an election: both ask the law.
    assert {dict(found.data)["name"] for found in floor_off.findings} == {"core.recall.recall", "election"}

    def others(rules):
        terms = rules.terms
        groups = (terms.parameters, terms.decisions, terms.procedures, terms.services, terms.gaps)
        found = [item for group in groups for item in group if item[0].rpartition(".")[0] not in leaning]
        return [(full, None if full in given else item) for full, item in found]

    assert others(floor_on) == others(floor_off)
    last = {full.rpartition(".")[2] for full in (name for name, _ in others(floor_on))}
    assert not last & {full.rpartition(".")[2] for full in floor(floor_on)}
