"""How long a roll takes beside hand-written Polars, in the same run: ``python benchmarks/roll.py [rows] [file rows]``.

610,000 residents with nine facts; care class, and for eight services tier, form, price, payer and subsidy. The
library gives every row its outcome, status, row and condition code, unknowns included; the hand-written query gives
outcomes alone. The outcomes of both are checked to be equal. A what-if is another age of elders, decided on a roll that
is loaded and was decided already. Files are decided in a process of their own, at a tenth of the rows and at all of
them (10,000,000), and its peak of memory is read. Ratios are printed, since times depend on the machine.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from ruleset import CARE, FORMS, MEANS, ON, PAYERS, PRICES, SERVICES, SHARE_PAID, rules
from turns import in_turn, ratio, seconds

from community_core.roll import Subjects, TableWriter, decide_file, decide_roll, ready
from community_core.rules import Engine

TURNS = 9
_PART = 500_000
_FILE_TURNS = 3


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
    return on_roll(engine, ready(engine, frame))


def on_roll(engine: Engine, roll: Subjects) -> dict[str, pl.DataFrame]:
    """Decide everything on a roll that is loaded."""
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


def what_if(roll: Subjects) -> Callable[[], object]:
    """Return what decides everything on *roll* by rules that it was not decided by before, each time that it is called.

    The rules are composed beforehand; what is made of them for the day belongs to the run.
    """
    changed: Iterator[Engine] = iter([rules(65 + turn) for turn in range(TURNS + 1)])
    return lambda: on_roll(next(changed), roll)


def write_roll(path: Path, rows: int) -> None:
    """Write so many residents to *path*, the same ones again and again, incomes in yuan."""
    some = residents(min(rows, _PART)).with_columns((pl.col("income").cast(pl.Decimal(20, 2)) / 100).alias("income"))
    with TableWriter(path, {}) as writer:
        for start in range(0, rows, _PART):
            writer.write(some.head(rows - start))


def by_file(path: Path, out: Path | None) -> None:
    """Decide a file and print how long it took in seconds, and this process's peak of memory in MiB."""
    engine = rules()
    terms, given = ["care_class", "tier", "service_price"], {"service": "meal"}
    took = seconds(lambda: decide_file(engine, terms, path, out, on=ON, given=given))
    print(took, peak())


def peak() -> float:
    """Return this process's peak of memory in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage gives begins at the peak of the process that started this one
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def files(rows: int) -> None:
    """Print how long files of a tenth of *rows* and of all take, in turns, and the peak of memory."""
    with TemporaryDirectory() as folder:
        for ending in ("parquet", "csv"):
            found: dict[str, list[float]] = {"tenth": [], "whole": []}
            peaks: list[float] = []
            for name, count in (("tenth", rows // 10), ("whole", rows)):
                write_roll(Path(folder, f"{name}.{ending}"), count)
            for _ in range(_FILE_TURNS):
                for name, times in found.items():
                    path, out = Path(folder, f"{name}.{ending}"), Path(folder, f"out.{ending}")
                    command = [sys.executable, __file__, "--file", str(path), str(out)]
                    run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this script
                    took, most = map(float, run.stdout.split())
                    times.append(took)
                    peaks.append(most)
            took = statistics.median(found["whole"])
            print(f"{rows} rows of {ending}, read, decided and written: {took:.1f} s")
            print(f"  peak of memory: {max(peaks):.0f} MiB (goal: at most 1024)")
            print(f"  ratio of ten times the rows: {ratio(found, 'whole', 'tenth'):.1f} (goal: at most 10)")


def main() -> None:
    """Measure in turns and print medians and ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 610_000
    engine, frame = rules(), residents(rows)
    check(by_library(engine, frame), by_hand(frame))
    loaded = ready(engine, frame)
    ten_times = pl.concat([frame] * 10, rechunk=True)
    calls: dict[str, Callable[[], object]] = {
        "library, columns": lambda: by_library(engine, frame),
        "hand-written, columns": lambda: by_hand(frame),
        "library, totals": lambda: totals_by_library(engine, frame),
        "hand-written, totals": lambda: totals_by_hand(frame),
        "what-if": what_if(loaded),
        "library, totals of 10 x": lambda: totals_by_library(engine, ten_times),
    }
    on_roll(engine, loaded)
    times = in_turn(calls, TURNS)
    print(f"{rows} residents x {len(SERVICES)} services, answers equal, medians of {TURNS} turns")
    for name, found in times.items():
        print(f"  {name:24}{statistics.median(found) * 1000:10.1f} ms")
    for name, what, beside, goal in (
        ("columns", "library, columns", "hand-written, columns", "1.5"),
        ("totals", "library, totals", "hand-written, totals", "0.8"),
        ("a what-if on a loaded roll, beside a plain run", "what-if", "library, columns", "1.2"),
        ("totals of ten times the rows", "library, totals of 10 x", "library, totals", "10"),
    ):
        print(f"  ratio {name}: {ratio(times, what, beside):.2f} (goal: at most {goal})")
    files(int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--file"]:
        by_file(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
