"""The figures of the document, recomputed from the county's profile: each test fails where a figure is changed."""

import datetime as dt
from fractions import Fraction

import pytest

import community_core as cc
from community_core.base.money import Rounding, round_whole

DAY = dt.date(2021, 5, 1)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed county."""
    return cc.load("yunmeng")


@pytest.fixture(scope="module")
def reported(rules):
    """Return the figures of the county's profile by name."""
    return {name: figure.value for name, figure in rules.district.profile}


def test_the_profile_is_what_the_document_reports(reported):
    """Every figure stands as printed; what the document calls more than, or at least, says so in its name."""
    assert reported == {
        "founding_year": 2011,
        "effort_years_more_than": 10,
        "communities": 24,
        "households": 46096,
        "population": 164516,
        "general_branches": 11,
        "branches": 13,
        "staff": 152,
        "party_posts": 98,
        "committee_posts": 116,
        "double_posts": 62,
        "communities_from_300_m2": 9,
        "communities_from_1000_m2_at_least": 5,
        "agency_kinds": 8,
        "units_entrusting_property": 15,
        "town_period_years": 2,
        "town_jobless_helped_more_than": 2000,
        "town_laid_off_reemployed_more_than": 1000,
        "county_laid_off_jobless_placed_more_than": 4560,
        "help_pairs_more_than": 500,
        "households_out_of_poverty_more_than": 120,
        "allowance_households": 3703,
        "allowance_persons": 7621,
        "medical_aid_persons": 315,
        "provincial_model_communities": 2,
        "squares": 2,
        "squares_spend": cc.Money.yuan("10000000"),
        "exercise_points_more_than": 30,
        "reading_room_periodicals_more_than": 30,
        "reading_room_books_more_than": 5000,
        "associations_more_than": 30,
    }


@pytest.mark.parametrize(
    ("whole", "among", "hundredths"),
    [
        ("households", "communities", 192_067),
        ("population", "communities", 685_483),
        ("population", "households", 357),
        ("staff", "communities", 633),
        ("allowance_persons", "allowance_households", 206),
    ],
)
def test_means_of_exact_figures(rules, reported, whole, among, hundredths):
    """A mean of two exact figures is exact, and the rules give it rounded to a tenth."""
    mean = Fraction(reported[whole], reported[among])
    assert round_whole(100 * mean, Rounding.HALF_UP) == hundredths
    given = {"counted_total": reported[whole], "counted_among": reported[among], "counted_more_than": False}
    tenths = round_whole(10 * mean, Rounding.HALF_UP)
    assert dict(rules.decide("mean_of", given, on=DAY).outcome) == {"tenths": tenths, "reading": "rounded"}


@pytest.mark.parametrize(
    ("part", "whole", "thousandths"),
    [
        ("double_posts", "staff", 408),
        ("communities_from_300_m2", "communities", 375),
        ("allowance_households", "households", 80),
        ("allowance_persons", "population", 46),
    ],
)
def test_shares_of_exact_figures(rules, reported, part, whole, thousandths):
    """A share of two exact figures is rounded to a thousandth."""
    given = {"counted_total": reported[part], "counted_among": reported[whole], "counted_more_than": False}
    outcome = dict(rules.decide("share_of", given, on=DAY).outcome)
    assert outcome == {"thousandths": thousandths, "reading": "rounded"}


def test_party_bodies_and_people_add_up(rules, reported):
    """As many party bodies as communities, and 98 and 116 posts less 62 double ones are the 152 people."""
    bodies = {
        "general_branches_counted": reported["general_branches"],
        "branches_counted": reported["branches"],
        "communities_counted": reported["communities"],
    }
    assert rules.decide("one_party_body_each", bodies, on=DAY).outcome == "as_many"
    posts = {f"{name}_counted": reported[name] for name in ("party_posts", "committee_posts", "double_posts", "staff")}
    assert rules.decide("people_in_posts", posts, on=DAY).outcome == 152
    assert rules.decide("staff_agrees", posts, on=DAY).outcome == "agrees"


def test_what_is_more_than_stays_a_bound(rules, reported):
    """More than 30 associations are more than 1.2 a community; more than 120 of more than 500 pairs bound nothing."""
    given = {
        "counted_total": reported["associations_more_than"],
        "counted_among": reported["communities"],
        "counted_more_than": True,
    }
    assert dict(rules.decide("mean_of", given, on=DAY).outcome) == {"tenths": 12, "reading": "more_than"}
    both = {
        "counted_total": reported["households_out_of_poverty_more_than"],
        "counted_total_given": "more_than",
        "counted_among": reported["help_pairs_more_than"],
        "counted_among_given": "more_than",
    }
    answer = rules.decide("quotient", both, on=DAY)
    assert (answer.status.value, answer.outcome) == ("gap", None)


def test_the_two_counts_of_employment_are_not_added(rules, reported):
    """In the towns more than 3,000 in two years; with the county's more than 4,560, of no period, they make no sum."""
    town = {
        "first_counted": reported["town_jobless_helped_more_than"],
        "second_counted": reported["town_laid_off_reemployed_more_than"],
        "same_scope": True,
        "same_period": True,
    }
    assert rules.decide("lower_bounds_together", town, on=DAY).outcome == 3000
    county = town | {"second_counted": reported["county_laid_off_jobless_placed_more_than"], "same_scope": False}
    assert rules.decide("lower_bounds_together", county | {"same_period": False}, on=DAY).outcome is None


def test_the_counts_of_lists_are_those_of_the_rules(rules, reported):
    """Eight kinds of agency, five named communities and two with the title are as many as the rules list."""
    missing = rules.decide("agencies_missing", {"agencies_present": ()}, on=DAY).outcome
    assert len(missing) == reported["agency_kinds"]
    assert len(rules.parameter("large_premises", on=DAY).value) == reported["communities_from_1000_m2_at_least"]
    assert len(rules.parameter("model_communities", on=DAY).value) == reported["provincial_model_communities"]


def test_the_two_squares(rules, reported):
    """Ten million yuan for two squares are five million each."""
    given = {
        "counted_total": reported["squares_spend"].fen // 100,
        "counted_among": reported["squares"],
        "counted_more_than": False,
    }
    assert rules.decide("mean_of", given, on=DAY).outcome["tenths"] == 50_000_000


def test_a_mean_community_lies_in_the_band_of_the_requirement(rules, reported):
    """With the mean of 6,855 persons 500 square metres meet what is asked, and 499 do not."""
    persons = round_whole(Fraction(reported["population"], reported["communities"]), Rounding.HALF_UP)
    assert persons == 6855
    outcomes = [
        rules.decide("centre_area_asked", {"centre_population": persons, "centre_area": area}, on=DAY).outcome
        for area in (500, 499)
    ]
    assert outcomes == ["met", "not_met"]
