"""How long a roll takes beside hand-written Polars, in the same run: ``python benchmarks/roll.py [rows]``.

610,000 residents with nine facts; care class, and for eight services tier, form, price, payer and subsidy. The
library gives every row its outcome, status, row and condition code, unknowns included; the hand-written query gives
outcomes alone.
The outcomes of both are checked to be equal. Ratios are printed, since times depend on the machine.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import polars as pl
from ruleset import CARE, FORMS, MEANS, ON, PAYERS, PRICES, SERVICES, SHARE_PAID, rules

from community_core.roll import decide_roll, ready
from community_core.rules import Engine

TURNS = 9


def residents(rows: int) -> pl.DataFrame:
    """Made-up residents; the means of one in fifty are unknown."""
    chance = random.Random(20060501)  # noqa: S311 - made-up people, the same in every run

    def flags(part: float) -> pl.Series:
        return pl.Series([chance.random() < part for _ in range(rows)])

    return pl.DataFrame(
        {
            "age": pl.Series([chance.randrange(100) for _ in range(rows)], dtype=pl.Int64),
            "lives_alone": flags(0.1),
            "means": pl.Series(chance.choices((*MEANS, None), (1, 4, 6, 30, 57, 2), k=rows), dtype=pl.Enum(MEANS)),
            "disabled": flags(0.05),
            "preferential": flags(0.02),
            "laid_off": flags(0.08),
            "local": flags(0.85),
            "household_size": pl.Series([chance.randrange(1, 6) for _ in range(rows)], dtype=pl.Int64),
            "income": pl.Series([chance.randrange(0, 900_000) for _ in range(rows)], dtype=pl.Int64),
        }
    )


def by_library(engine: Engine, frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Decide everything with the library, columns materialised."""
    roll = ready(engine, frame)
    found = {"": decide_roll(engine, ["care_class"], roll, on=ON).frame}
    for service in SERVICES:
        found[service] = decide_roll(engine, ["tier", "service_price"], roll, on=ON, given={"service": service}).frame
    return found


def totals_by_library(engine: Engine, frame: pl.DataFrame) -> int:
    """Decide everything and count it, without columns for every row."""
    roll = ready(engine, frame)
    found = len(decide_roll(engine, ["care_class"], roll, on=ON).patterns("care_class"))
    for service in SERVICES:
        result = decide_roll(engine, ["tier", "service_price"], roll, on=ON, given={"service": service})
        found += len(result.totals("service_price")) + len(result.patterns("tier"))
    return found


def hand_written() -> list[pl.Expr]:
    """The same outcomes as one writes them by hand, with unknown means kept unknown."""
    poor = pl.col("means").is_in(["three_withouts", "dibao", "low"])
    elder = pl.col("age") >= 60
    care = pl.Enum(CARE)
    vulnerable = (
        pl.col("disabled")
        | pl.col("preferential")
        | (elder & poor)
        | (pl.col("income") < 26_000 * pl.col("household_size"))
    )
    made = [
        pl.when(~elder | ~pl.col("lives_alone"))
        .then(pl.lit("none", care))
        .when(poor)
        .then(pl.lit("carer", care))
        .when(pl.col("means") == "own_means")
        .then(pl.lit("phone_round", care))
        .otherwise(None)
        .alias("care_class")
    ]
    forms, payers = pl.Enum(FORMS), pl.Enum(PAYERS)
    for service, fen in PRICES.items():
        welfare = vulnerable & pl.col("local") if service in ("meal", "visit", "bath", "call") else pl.lit(False)
        convenience = pl.col("local") | pl.col("laid_off")
        part = int(fen * SHARE_PAID + Fraction(1, 2))

        def chosen(
            free: object,
            low: object,
            paid: object,
            kind: pl.DataType,
            welfare: pl.Expr = welfare,
            other: pl.Expr = convenience,
        ) -> pl.Expr:
            unsure = pl.when(welfare.is_null()).then(None)
            return (
                unsure.when(welfare)
                .then(pl.lit(free, kind))
                .when(other)
                .then(pl.lit(low, kind))
                .otherwise(pl.lit(paid, kind))
            )

        made += [
            chosen("welfare", "convenience", "socialised", pl.Enum(["welfare", "convenience", "socialised"])).alias(
                f"{service}.tier"
            ),
            chosen("free", "low_cost", "paid", forms).alias(f"{service}.form"),
            chosen(0, part, fen, pl.Int64()).alias(f"{service}.price"),
            chosen("government", "shared", "recipient", payers).alias(f"{service}.payer"),
            chosen(fen, fen - part, 0, pl.Int64()).alias(f"{service}.subsidy"),
        ]
    return made


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Run the hand-written query."""
    return frame.lazy().select(hand_written()).collect()


def totals_by_hand(frame: pl.DataFrame) -> int:
    """Count the hand-written outcomes without keeping them."""
    query = frame.lazy().select(hand_written())
    names = [
        ["care_class"],
        *([f"{service}.{part}" for part in ("tier", "form", "price", "payer", "subsidy")] for service in SERVICES),
    ]
    return sum(found.height for found in pl.collect_all([query.group_by(group).len() for group in names]))


def check(library: dict[str, pl.DataFrame], hand: pl.DataFrame) -> None:
    """Make sure that both say the same of every row."""
    pairs = [("care_class", library[""]["care_class"])]
    for service in SERVICES:
        frame = library[service]
        pairs.append((f"{service}.tier", frame["tier"]))
        pairs += [
            (f"{service}.{part}", frame[f"service_price.{part}"]) for part in ("form", "price", "payer", "subsidy")
        ]
    for name, column in pairs:
        if not column.cast(pl.String).eq_missing(hand[name].cast(pl.String)).all():
            raise SystemExit(f"{name}: the answers differ")


def timed(call: Callable[[], object]) -> float:
    """Return the time of one call in milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure in turns and print medians and ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 610_000
    engine, frame = rules(), residents(rows)
    check(by_library(engine, frame), by_hand(frame))
    calls = {
        "library, columns": lambda: by_library(engine, frame),
        "hand-written, columns": lambda: by_hand(frame),
        "library, totals": lambda: totals_by_library(engine, frame),
        "hand-written, totals": lambda: totals_by_hand(frame),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            times[name].append(timed(call))
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"{rows} residents x {len(SERVICES)} services, answers equal, medians of {TURNS} turns")
    for name, median in medians.items():
        print(f"  {name:24}{median:10.1f} ms")
    for what, goal in (("columns", "at most 1.5"), ("totals", "at most 0.8")):
        ratio = medians[f"library, {what}"] / medians[f"hand-written, {what}"]
        print(f"  ratio {what}: {ratio:.2f} (goal: {goal})")


if __name__ == "__main__":
    main()
