"""What starting costs beside named things, in the same run: ``python benchmarks/load.py``.

All installed plugins read from YAML, composed for a district that adopts every practice, and compiled for a day,
beside PyYAML's own C parser composing the same files; in processes of their own, the import of the library and one
decision on the command line beside the bare interpreter. Bytecode is cached: every command runs once before.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from turns import in_turn, ratio

from community_core.declarations.practice import District
from community_core.jurisdiction import Gathered, compose, gather

ON = dt.date(2006, 5, 1)
TURNS = 9
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DECIDE = (
    *(str(Path(sys.executable).with_name("community-core")), "decide", "care_class", "--district", "demo-shenhe"),
    *("--given", "age=72", "--given", "lives_alone=true", "--given", "means=dibao", "--on", "2006-05-01"),
)


def everything(gathered: Gathered) -> District:
    """Return a district that adopts every practice there is."""
    return District("everything", adopts=tuple(practice.name for practice in gathered.practices))


def planned(gathered: Gathered) -> int:
    """Compose the district and make every decision ready for the day."""
    rules = compose(everything(gathered), gathered)
    return len([rules.plan(name, ON).ready for name in rules.engine.decisions])


def texts(gathered: Gathered) -> list[str]:
    """Return the texts of the files that the practices and districts stand in."""
    files = {item.origin.file for item in (*gathered.practices, *gathered.districts)}
    return [Path(file).read_text("utf-8") for file in sorted(files - {""})]


def run(*command: str) -> Callable[[], object]:
    """Return what runs a command to its end."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - this file's own commands


def main() -> None:
    """Measure in turns and print medians and ratios."""
    gathered = gather()
    rules = compose(everything(gathered), gathered)
    written = texts(gathered)
    print(
        f"{len(gathered.plugins)} plugins, {len(written)} files, {sum(map(len, written))} characters, "
        f"{len(gathered.practices)} practices, {len(rules.engine.decisions)} decisions, "
        f"{len(rules.terms.procedures)} procedures; medians of {TURNS} turns"
    )

    def composed_by_pyyaml() -> None:
        for text in written:
            list(yaml.compose_all(text, Loader=PARSER))

    calls: dict[str, Callable[[], object]] = {
        f"PyYAML {PARSER.__name__}": composed_by_pyyaml,
        "read by the library": gather,
        "composed and compiled": lambda: planned(gathered),
        "read, composed, compiled": lambda: planned(gather()),
        "bare interpreter": run(sys.executable, "-c", "pass"),
        "import community_core": run(sys.executable, "-c", "import community_core"),
        "every name of its front door": run(sys.executable, "-c", "from community_core import *"),
        "decide on the command line": run(*DECIDE),
    }
    times = in_turn(calls, TURNS)
    for name, found in times.items():
        print(f"  {name:28}{statistics.median(found) * 1000:9.1f} ms")
    parser, bare = f"PyYAML {PARSER.__name__}", "bare interpreter"
    for what, beside in (
        ("read by the library", parser),
        ("read, composed, compiled", parser),
        ("import community_core", bare),
        ("every name of its front door", bare),
        ("decide on the command line", bare),
    ):
        print(f"  ratio {what} / {beside}: {ratio(times, what, beside):.2f}")
    over = statistics.median(
        one - other for one, other in zip(times["import community_core"], times[bare], strict=True)
    )
    for what, took, goal in (
        ("all plugins read, composed and compiled", statistics.median(times["read, composed, compiled"]), 500),
        ("import community_core over the bare interpreter", over, 80),
        ("decide on the command line, end to end", statistics.median(times["decide on the command line"]), 700),
    ):
        print(f"  {what}: {took * 1000:.0f} ms (goal: at most {goal})")


if __name__ == "__main__":
    main()
