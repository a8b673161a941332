"""A made-up population whose margins are those that the Shenhe document reports; no real person is in it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import polars as pl

#: What the document reports (SHENHE-01, SHENHE-03, SHENHE-18, SHENHE-21, SHENHE-24); round and "nearly" as printed.
POPULATION = 610_000
ELDERS = 104_000
ALLOWANCE_HOUSEHOLDS = 8_000
ALLOWANCE_PERSONS = 15_000
COMMUNITIES = 66
HOUSEHOLDS_PER_COMMUNITY = 3_700
XIAOCHUN = "晓春"
XIAOCHUN_HOUSEHOLDS = 2_840
XIAOCHUN_ALLOWANCE = 223
XIAOCHUN_DISABLED = 190

#: The communities of the district that the document names; the others bear numbers.
NAMED = ("永环", "茂泉", "回民", "广昌", "铝镁", "山东堡", "勒石", "红巾", "迎新", XIAOCHUN, "文翠", "阳光", "药大")

#: Columns of which the document reports a margin, and those that are made up throughout.
REPORTED_COLUMNS = ("community", "household", "birth_date", "means", "disabled")
INVENTED_COLUMNS = ("lives_alone", "preferential")

_SPREAD = 2_654_435_761  # Knuth's multiplier: spreads indices evenly, and the same each time


@frozen
class Margins:
    """The reported figures scaled to *people*, in whole numbers; at full size they are the figures themselves."""

    people: int
    elders: int
    households: int
    allowance_households: int
    allowance_persons: int
    xiaochun_households: int
    xiaochun_allowance: int
    xiaochun_disabled: int


def margins(people: int = POPULATION) -> Margins:
    """Return the reported figures for a population of *people*.

    Raises:
        ValueError: if *people* is too few for every community to have a household.
    """
    if people < POPULATION // 1000:
        raise ValueError(f"the made-up population needs at least {POPULATION // 1000} people, not {people}")

    def scaled(figure: int) -> int:
        return figure * people // POPULATION

    return Margins(
        people=people,
        elders=scaled(ELDERS),
        households=scaled(COMMUNITIES * HOUSEHOLDS_PER_COMMUNITY),
        allowance_households=scaled(ALLOWANCE_HOUSEHOLDS),
        allowance_persons=scaled(ALLOWANCE_PERSONS),
        xiaochun_households=scaled(XIAOCHUN_HOUSEHOLDS),
        xiaochun_allowance=scaled(XIAOCHUN_ALLOWANCE),
        xiaochun_disabled=scaled(XIAOCHUN_DISABLED),
    )


def community_names() -> tuple[str, ...]:
    """Return the 66 communities: those that the document names, and numbers for the rest."""
    return NAMED + tuple(f"社区{place:02d}" for place in range(len(NAMED) + 1, COMMUNITIES + 1))


def population(people: int, *, elder_age: int, day: dt.date) -> pl.DataFrame:
    """Return *people* residents as columns of facts; the same arguments give the same rows.

    Exactly the reported number has reached *elder_age* on *day*; households, allowance households and their members
    are as reported. *means* is unknown for a few, so that the unknown can be seen to stay unknown.

    Raises:
        ValueError: if *people* is fewer than :func:`margins` admits.
    """
    import polars as pl  # noqa: PLC0415 - an extra

    figures = margins(people)
    rows = _members(figures).with_row_index("n")
    alone = pl.col("size") == 1
    rows = rows.with_columns(
        alone.alias("lives_alone"),
        (pl.when(alone).then(alone.cum_sum()).otherwise((~alone).cum_sum()).cast(pl.Int64) - 1).alias("rank"),
        ((pl.col("community") == XIAOCHUN).cum_sum().cast(pl.Int64) - 1).alias("place"),
        _mixed("n", 1000, 1).alias("chance"),
    )
    singles, xiaochun = rows.select(alone.sum(), (pl.col("community") == XIAOCHUN).sum()).row(0)
    alone_elders = min(singles, figures.elders) * 2 // 5
    elder = (
        pl.when(pl.col("lives_alone"))
        .then(_chosen("rank", alone_elders, singles))
        .otherwise(_chosen("rank", figures.elders - alone_elders, people - singles))
    )
    adult = pl.col("lives_alone") | (pl.col("member") < 2)
    grown = 18 + _mixed("n", max(1, elder_age - 18), 2)
    age = pl.when(elder).then(elder_age + _mixed("n", 31, 3)).when(adult).then(grown).otherwise(_mixed("n", 18, 4))
    birthday = pl.date(day.year - age, day.month, min(day.day, 28)) - pl.duration(days=_mixed("n", 360, 5))
    disabled = (
        pl.when(pl.col("community") == XIAOCHUN)
        .then(_chosen("place", figures.xiaochun_disabled, xiaochun))
        .otherwise(pl.col("chance") < 23)
    )
    return rows.select(
        ("P" + (pl.col("n") + 1).cast(pl.String).str.zfill(6)).alias("resident"),
        ("H" + (pl.col("home") + 1).cast(pl.String).str.zfill(6)).alias("household"),
        "community",
        birthday.alias("birth_date"),
        "lives_alone",
        "means",
        disabled.alias("disabled"),
        (_mixed("n", 1000, 6) < 8).alias("preferential"),
    )


def _members(figures: Margins) -> pl.DataFrame:
    """Return a row for each member of each household, with the household's size, community and means."""
    import polars as pl  # noqa: PLC0415 - an extra

    names = community_names()
    others = [name for name in names if name != XIAOCHUN]
    poor = (figures.allowance_households, figures.allowance_persons, figures.xiaochun_allowance, Fraction(3, 8))
    rest = (
        figures.households - figures.allowance_households,
        figures.people - figures.allowance_persons,
        figures.xiaochun_households - figures.xiaochun_allowance,
        Fraction(3, 20),
    )
    parts = []
    for on_allowance, (homes, persons, in_xiaochun, alone) in ((True, poor), (False, rest)):
        singles = int(homes * alone)
        least, more = divmod(persons - singles, homes - singles)
        part = pl.select(pl.int_range(homes, dtype=pl.Int64).alias("home"), pl.lit(on_allowance).alias("allowance"))
        part = part.with_columns(_chosen("home", singles, homes).alias("single"))
        part = part.with_columns((~pl.col("single")).cum_sum().cast(pl.Int64).alias("family") - 1)
        larger = least + _chosen("family", more, homes - singles).cast(pl.Int64)
        place = (pl.col("home") - in_xiaochun) % len(others)
        community = place.replace_strict(dict(enumerate(others)), return_dtype=pl.String)
        parts.append(
            part.with_columns(
                pl.when("single").then(1).otherwise(larger).cast(pl.Int64).alias("size"),
                pl.when(pl.col("home") < in_xiaochun).then(pl.lit(XIAOCHUN)).otherwise(community).alias("community"),
            )
        )
    homes_frame = pl.concat(parts).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("home"))
    chance = _mixed("home", 1000, 7)
    means = (
        pl.when("allowance")
        .then(pl.lit("dibao"))
        .when(pl.col("single") & (chance < 4))
        .then(pl.lit("three_withouts"))
        .when(chance < 30)
        .then(pl.lit("low"))
        .when(chance < 32)
        .then(None)
        .when(chance < 560)
        .then(pl.lit("own_means"))
        .otherwise(pl.lit("other"))
    )
    frame = homes_frame.with_columns(means.alias("means"), pl.int_ranges(0, "size").alias("member"))
    return frame.explode("member")


def _chosen(rank: str, count: int, among: int) -> pl.Expr:
    """Whether a row of *rank* (0 to *among* - 1) is one of exactly *count* chosen evenly."""
    import polars as pl  # noqa: PLC0415 - an extra

    if among <= 0:
        return pl.lit(False)
    return (pl.col(rank) + 1) * count // among > pl.col(rank) * count // among


def _mixed(column: str, below: int, salt: int) -> pl.Expr:
    """Return a number from 0 to *below* - 1 that looks irregular and is the same each time."""
    import polars as pl  # noqa: PLC0415 - an extra

    return (pl.col(column).cast(pl.Int64) + salt * 7919) * _SPREAD % (1 << 32) // 65_536 % below
