"""How long a roll takes beside hand-written Polars, in the same run: ``python benchmarks/roll.py [rows]``.

610,000 residents with nine facts; care class, and for eight services tier, form, price, payer and subsidy. The
library gives every row its outcome, status, row and condition code, unknowns included; the hand-written query gives
outcomes alone.
The outcomes of both are checked to be equal. Ratios are printed, since times depend on the machine.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import polars as pl

from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.roll import decide_roll, ready
from community_core.rules import (
    BOOL,
    INT,
    MONEY,
    SHARE,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Output,
    Parameter,
    Row,
    enum_of,
)

ON = dt.date(2006, 5, 1)
TURNS = 9
PRICES = {
    "meal": 1050,
    "visit": 2000,
    "bath": 3500,
    "laundry": 800,
    "repair": 4999,
    "haircut": 1500,
    "escort": 6000,
    "call": 300,
}
MEANS = ("three_withouts", "dibao", "low", "own_means", "other")
FORMS = ("free", "low_cost", "paid")
PAYERS = ("government", "shared", "recipient")
CARE = ("carer", "phone_round", "none")
SERVICES = tuple(PRICES)
SHARE_PAID = Fraction(3, 10)


def row(when: str, **then: str) -> Row:
    """One row of a table; a single output is called ``then``."""
    outcome = tuple(("" if name == "then" else name, Expression(text)) for name, text in then.items())
    return Row(Expression(when), outcome, Label("理由"))


def rules() -> Engine:
    """The rules of the benchmark."""
    facts = (
        Fact("age", INT),
        Fact("lives_alone", BOOL),
        Fact("means", enum_of(*MEANS)),
        Fact("disabled", BOOL),
        Fact("preferential", BOOL),
        Fact("laid_off", BOOL),
        Fact("local", BOOL),
        Fact("household_size", INT),
        Fact("income", MONEY),
        Fact("service", enum_of(*SERVICES)),
    )
    prices = tuple((name, Money(fen)) for name, fen in PRICES.items())
    parameters = {
        "b.elder_age": Parameter("elder_age", INT, history=(DatedValue(60),)),
        "b.poverty_line": Parameter("poverty_line", MONEY, history=(DatedValue(Money(26_000)),)),
        "b.low_cost_share": Parameter("low_cost_share", SHARE, history=(DatedValue(SHARE_PAID),)),
        "b.list_price": Parameter("list_price", MONEY, per="service", history=(DatedValue(prices),)),
    }
    part = "rounded(list_price[service] * low_cost_share, half_up, fen)"
    free = {"form": "free", "price": "yuan('0')", "payer": "government", "subsidy": "list_price[service]"}
    low = {"form": "low_cost", "price": part, "payer": "shared", "subsidy": f"list_price[service] - {part}"}
    paid = {"form": "paid", "price": "list_price[service]", "payer": "recipient", "subsidy": "yuan('0')"}
    decisions = {
        "b.vulnerable": DecisionTable(
            "vulnerable",
            (Output("", BOOL),),
            (
                row("disabled or preferential", then="true"),
                row("age >= elder_age and means in (three_withouts, dibao, low)", then="true"),
                row("income < poverty_line * household_size", then="true"),
            ),
            otherwise=row("true", then="false"),
        ),
        "b.care_class": DecisionTable(
            "care_class",
            (Output("", enum_of(*CARE)),),
            (
                row("age < elder_age or not lives_alone", then="none"),
                row("means in (three_withouts, dibao, low)", then="carer"),
                row("means == own_means", then="phone_round"),
                Row(Expression("true"), (), Label("理由"), Label("材料未写")),
            ),
        ),
        "b.tier": DecisionTable(
            "tier",
            (Output("", enum_of("welfare", "convenience", "socialised")),),
            (
                row("vulnerable and local and service in (meal, visit, bath, call)", then="welfare"),
                row("local or laid_off", then="convenience"),
            ),
            otherwise=row("true", then="socialised"),
        ),
        "b.service_price": DecisionTable(
            "service_price",
            (
                Output("form", enum_of(*FORMS)),
                Output("price", MONEY),
                Output("payer", enum_of(*PAYERS)),
                Output("subsidy", MONEY),
            ),
            (row("tier == welfare", **free), row("tier == convenience", **low), row("tier == socialised", **paid)),
        ),
    }
    engine = Engine(facts=facts, parameters=parameters, decisions=decisions)
    if engine.findings:
        raise SystemExit("\n".join(map(str, engine.findings)))
    return engine


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
