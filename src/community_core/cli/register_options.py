"""What commands of registers share: options, the files that they write, what they say of a change. No command here."""

from __future__ import annotations

from pathlib import Path

import click

from community_core.cli import exits
from community_core.cli.options import on_a_day
from community_core.cli.output import print_json, say, say_written
from community_core.cli.usage import ending_of

on_option = on_a_day("--on", "哪一天 · On which day.", name="day", required=True)
actor_option = click.option("--actor", required=True, help="由谁办理 · Who acts.")
why_option = click.option("--why", required=True, help="理由 · Why.")
out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪里：.csv 或 .xlsx · Where to."
)


def cell_text(value: object) -> str:
    """Return *value* as a table shows it; nothing where there is none."""
    return "" if value is None else str(value)


def form_of(out: Path) -> str:
    """Return the form that the name of a file asks for.

    Raises:
        Misuse: if it ends in neither.
    """
    return ending_of(out, (".csv", ".xlsx")).removeprefix(".")


def write_table(out: Path, data: bytes, *, as_json: bool) -> int:
    """Write *data* to a file of its owner's alone, and say so."""
    # What registers hold is for their keeper alone.
    out.touch(mode=0o600)
    out.write_bytes(data)
    if as_json:
        print_json({"file": str(out), "bytes": len(data)})
    else:
        say_written(out)
    return exits.FINE


def say_change(change: str) -> None:
    """Say under which id a change is kept."""
    if change:
        say(f"变更编号：{change}", f"change: {change}")
    else:
        say("没有变化", "nothing changed")


def say_changed(change: str, *, as_json: bool) -> int:
    """Say which change was made, if any."""
    if as_json:
        print_json({"change": change or None})
    else:
        say_change(change)
    return exits.FINE
