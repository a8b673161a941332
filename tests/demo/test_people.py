"""The made-up population has exactly the margins that the document reports."""

from __future__ import annotations

import datetime as dt

import pytest

from community_core.base.days import age_on
from community_core.demo.people import (
    COMMUNITIES,
    INVENTED_COLUMNS,
    POPULATION,
    REPORTED_COLUMNS,
    XIAOCHUN,
    community_names,
    margins,
    population,
)

pl = pytest.importorskip("polars")
DAY = dt.date(2006, 5, 1)


@pytest.mark.parametrize("people", [610, 6_100, 12_345, POPULATION])
def test_the_margins_are_those_reported(people):
    """Elders, households, allowance households and persons, and Xiaochun's counts are exactly the reported ones."""
    frame = population(people, elder_age=60, day=DAY)
    wanted = margins(people)
    birthdays = frame["birth_date"].value_counts()
    elders = sum(count for born, count in birthdays.iter_rows() if age_on(born, DAY) >= 60)
    poor = frame.filter(pl.col("means") == "dibao")
    xiaochun = frame.filter(pl.col("community") == XIAOCHUN)
    assert frame.height == frame["resident"].n_unique() == wanted.people
    assert elders == wanted.elders
    assert frame["household"].n_unique() == wanted.households
    assert poor["household"].n_unique() == wanted.allowance_households
    assert poor.height == wanted.allowance_persons
    assert xiaochun["household"].n_unique() == wanted.xiaochun_households
    assert xiaochun.filter(pl.col("means") == "dibao")["household"].n_unique() == wanted.xiaochun_allowance
    assert xiaochun["disabled"].sum() == wanted.xiaochun_disabled


def test_at_full_size_the_margins_are_the_printed_figures():
    """At 610,000 people the figures are the document's own, none of them scaled."""
    full = margins()
    assert (full.people, full.elders, full.households) == (610_000, 104_000, 66 * 3_700)
    assert (full.allowance_households, full.allowance_persons) == (8_000, 15_000)
    assert (full.xiaochun_households, full.xiaochun_allowance, full.xiaochun_disabled) == (2_840, 223, 190)


def test_the_same_arguments_give_the_same_people():
    """Two calls give equal tables, and another age of elders gives other birthdays."""
    first = population(6_100, elder_age=60, day=DAY)
    assert first.equals(population(6_100, elder_age=60, day=DAY))
    assert not first.equals(population(6_100, elder_age=65, day=DAY))


def test_households_hang_together():
    """Whoever lives alone is a household of one, and a household has one community and one kind of means."""
    frame = population(6_100, elder_age=60, day=DAY)
    homes = frame.group_by("household").agg(
        pl.len().alias("size"),
        pl.col("lives_alone").all().alias("alone"),
        pl.col("community").n_unique().alias("communities"),
        pl.col("means").n_unique().alias("kinds"),
    )
    assert (homes["alone"] == (homes["size"] == 1)).all()
    assert homes["communities"].max() == homes["kinds"].max() == 1
    assert set(frame["community"]) == set(community_names())
    assert frame["community"].n_unique() == COMMUNITIES


def test_every_column_is_reported_or_invented():
    """Each column beside the row's number is listed as having a reported margin or as made up."""
    assert set(population(610, elder_age=60, day=DAY).columns) == {"resident", *REPORTED_COLUMNS, *INVENTED_COLUMNS}


def test_the_unknown_is_there_to_be_seen():
    """For a few residents the means are unknown, and for nobody on the allowance."""
    frame = population(6_100, elder_age=60, day=DAY)
    assert 0 < frame["means"].null_count() < 61


def test_too_few_people_are_refused():
    """A population too small for its communities is refused in words."""
    with pytest.raises(ValueError, match="at least 610"):
        population(609, elder_age=60, day=DAY)
