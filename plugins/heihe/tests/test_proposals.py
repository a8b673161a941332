"""What the document only proposes: in force nowhere by itself, and whole where a district names it."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from community_heihe import plugin

import community_core as cc
from community_core.base.ranks import Standing
from community_core.declarations.practice import District
from community_core.jurisdiction import gather
from community_core.jurisdiction.compose import compose

README = Path(__file__).parents[1] / "README.md"
EVERY = Path(__file__).parents[1] / "cases" / "every-proposal.yaml"
DAY = dt.date(2021, 10, 1)
PROPOSALS = tuple(practice.name for practice in plugin.community_practices() if practice.standing is Standing.PROPOSAL)


def proposed():
    """Return the full names of all parameters with a value, decisions and procedures of the proposals."""
    return {
        f"{practice.name}.{term.name}"
        for practice in plugin.community_practices()
        if practice.name in PROPOSALS
        for term in (*practice.parameters, *practice.decisions, *practice.procedures)
        if getattr(term, "history", True)
    }


def in_force(rules):
    """Return the full names of what of the proposals has a value, decides or can be opened."""
    terms = rules.terms
    broken = {name for name, _ in terms.broken}
    found = {name for name, _ in (*terms.decisions, *terms.procedures) if name not in broken}
    found |= {name for name, _ in terms.parameters if rules.parameter(name, on=DAY) is not None}
    return {name for name in found if name.rpartition(".")[0] in PROPOSALS}


def test_the_third_part_is_proposals_and_nothing_else():
    """The practices of the third part have the standing of a proposal, and they are all that is not adopted."""
    practices = {practice.name: practice for practice in plugin.community_practices()}
    (district,) = plugin.community_districts()
    assert set(practices) - set(district.adopts) == set(PROPOSALS)
    assert {practices[name].standing for name in district.adopts} == {Standing.REPORTED}


def test_no_district_adopts_them_by_default():
    """No installed district names a practice of Heihe's proposals, nor a term of one."""
    for district in gather().districts:
        assert not [name for name in district.adopts if name.startswith(PROPOSALS)], district.name


def test_nothing_of_them_is_in_force_in_the_city():
    """The city's rules have no term of a proposal; asking for one finds nothing of that name."""
    rules = cc.load("heihe")
    assert in_force(rules) == set()
    for name in sorted(proposed()):
        with pytest.raises(cc.UnknownTerm):
            rules.full_name(name)


def test_to_adopt_the_practices_is_not_enough():
    """A district that adopts the practices without naming their terms has them as proposals only, and none applies."""
    rules = compose(District("careless", adopts=PROPOSALS), gather())
    assert in_force(rules) == set()
    answer = rules.decide("alliance_role", {"alliance_party": "party_organisation"}, on=DAY)
    assert (answer.status.value, answer.outcome) == ("unavailable", None)
    with cc.open_office(rules, ":memory:") as office:
        office.register_place("c")
        office.appoint("chair", "committee.chair", "c", DAY)
        with pytest.raises(cc.CommunityError):
            office.open("heihe.persuasion.persuasion", {}, actor="chair", day=DAY, place="c")
        assert list(office.open_cases()) == []


def test_who_names_them_has_them_all():
    """The example district names every term that applies nowhere by itself; all of them work, and none is a finding."""
    rules = cc.load(EVERY)
    assert rules.findings == ()
    assert in_force(rules) >= proposed()
    assert set(rules.district.adopts) == {*PROPOSALS, *proposed()}


def test_the_city_sets_nothing_and_neither_do_the_proposals():
    """No setting and no amendment anywhere: each number that the document leaves open is open, with a reason."""
    (district,) = plugin.community_districts()
    assert (district.settings, district.amendments) == ((), ())
    for practice in plugin.community_practices():
        assert (practice.settings, practice.amendments) == ((), ()), practice.name
        for parameter in practice.parameters:
            assert bool(parameter.history) != bool(parameter.open_to), parameter.name
            assert parameter.history or (parameter.gap.zh and parameter.gap.en), parameter.name


def test_an_item_of_the_list_is_taken_up_assessed_and_commended():
    """In an office of the example district the list opens its matters, and one of them goes through to a model."""
    with cc.open_office(cc.load(EVERY), ":memory:") as office:
        office.register_place("c")
        office.appoint("chair", "committee.chair", "c", DAY)
        office.appoint("unit", "unit.delegate", "c", DAY)
        listed = {"urgent_matters": ["修路", "排水"], "public_good_works": ["助老"]}
        case = office.open("list", listed, actor="chair", day=DAY, place="c")
        office.take(case, "publish_list", {}, actor="chair", day=DAY)
        items = [office.case(item.id) for item in office.follow_ups(case)]
        assert [item.data["agreed_matter"] for item in items] == ["修路", "排水", "助老"]
        taken = {"unit": "某局", "undertaking": "铺路", "fits_function": True}
        assert office.take(items[0], "undertake", taken, actor="unit", day=DAY).state == "undertaken"
        found = {"item_case": items[0].id, "matter": "修路", "unit": "某局", "completion": "已铺好", "done_well": True}
        review = office.open("assessment", found, actor="chair", day=DAY, place="c")
        office.take(review, "poll", {"satisfied": 9, "not_satisfied": 1}, actor="chair", day=DAY)
        office.take(review, "commend", {"commendation": "通报"}, actor="chair", day=DAY)
        assert office.take(review, "publicise", {"merits": "按期"}, actor="chair", day=DAY).ended == "decided"
        (due,) = [item for item in office.due_again(DAY) if item.procedure == "heihe.take-up.assessment"]
        assert (due.item, due.due) == ("修路", dt.date(2022, 4, 1))


def test_the_vacancy_is_filled_from_the_pool_and_the_person_appointed():
    """Who is drawn from the reserve pool and holds a certificate has the post from that day."""
    with cc.open_office(cc.load(EVERY), ":memory:") as office:
        office.register_place("c")
        office.appoint("chair", "committee.chair", "c", DAY)
        office.appoint("clerk", "department.officer", "c", DAY)
        reserve = office.open("reserve", {"candidate": "y1"}, actor="clerk", day=DAY, place="c")
        vacancy = office.open("vacancy", {"reason": "retirement"}, actor="chair", day=DAY, place="c")
        drawn = {"vacancy_case": vacancy.id, "certified": True, "certificate": "甲"}
        office.take(reserve, "draw", drawn, actor="clerk", day=DAY)
        assert office.take(vacancy, "fill", {"reserve_case": reserve.id}, actor="clerk", day=DAY).ended == "decided"
        assert [held.post for held in office.store.postings("y1", DAY)] == ["community.worker"]


def test_a_proposal_named_alone_brings_nothing_else():
    """A district that names one proposal has that one, and no other of the same practice."""
    district = District("one", adopts=("heihe.relations", "heihe.alliance", "heihe.alliance.alliance_role"))
    rules = compose(attrs.evolve(district, standing=Standing.EXAMPLE), gather())
    assert in_force(rules) == {"heihe.alliance.alliance_role"}


def test_the_readme_shows_every_practice_and_how_to_adopt_a_proposal(tmp_path):
    """Each practice stands in the README, and the district written there has its proposal in force."""
    text = README.read_text("utf-8")
    for practice in plugin.community_practices():
        assert f"| `{practice.name}` |" in text, practice.name
    (tmp_path / "town.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    rules = cc.load(tmp_path / "town.yaml")
    assert rules.findings == ()
    assert rules.parameter("commendation_share", on=dt.date(2027, 5, 1)).value == Fraction(4, 5)
    assert rules.procedure("heihe.take-up.assessment").standing is Standing.PROPOSAL
