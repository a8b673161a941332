"""``community-core campaign``: how far many cases of one procedure have come, by place, and which are left."""

from __future__ import annotations

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import json_option, kept_district_option, keys_option, store_option
from community_core.cli.output import pick, print_json, print_table
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.wording import Wording, above

_HELP = """一类办件办到哪里了：按地方列数目；--left 列出还没有办到的。

How far the cases of PROCEDURE have come to the state GOAL, by place; with --left which are still on the way. What was
refused, lapsed or withdrawn is counted in its state and is not left.

\b
community-core campaign contract signed --store record.sqlite --by parent
community-core campaign contract signed --store record.sqlite --under fangzi.hengan.wuyi --left
"""
_MOST = 100


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("procedure")
@click.argument("goal")
@store_option
@keys_option
@kept_district_option
@click.option("--under", default="", help="只看这个地方之内的 · Only inside of this place.")
@click.option(
    "--by",
    type=click.Choice(["place", "parent"]),
    default="place",
    show_default=True,
    help="按地方，或按它的上级（楼归到社区） · By place, or by the place above it.",
)
@click.option("--left", "show_left", is_flag=True, help="列出还没有办到的 · List those that are left.")
@lang_option
@json_option
def campaign(
    *,
    procedure: str,
    goal: str,
    store: str,
    district: str | None,
    under: str,
    by: str,
    show_left: bool,
    as_json: bool,
) -> int:
    """Print the counts by place, and the cases that are left."""
    lang = spoken()
    from community_core.office.campaigns import campaign as counted  # noqa: PLC0415 - with the office
    from community_core.office.campaigns import cases_left  # noqa: PLC0415 - as above

    with office_over(store, district) as office:
        found = counted(office, procedure, goal, under=under, by=by)
        left = list(cases_left(office, procedure, goal, under=under)) if show_left else []
        if as_json:
            print_json(
                {
                    "procedure": found.procedure,
                    "goal": found.goal,
                    "waiting": list(found.waiting),
                    "total": found.total,
                    "left": found.left,
                    "places": [
                        {"place": item.place, "total": item.total, "left": item.left, "states": dict(item.states)}
                        for item in found.places
                    ],
                    "cases": [
                        {
                            "case": item.case,
                            "place": item.place,
                            "state": item.state,
                            "since": item.since.isoformat() if item.since else None,
                        }
                        for item in left
                    ],
                }
            )
            return exits.FINE
        words = Wording(office, lang)
        definition = office.rules.procedure(procedure)
        rows = [
            (
                above(item.label, item.place, lang),
                *(f"{count:,}" for _, count in item.states),
                f"{item.total:,}",
                f"{item.left:,}",
            )
            for item in found.places
        ]
        heads: tuple[str | Label, ...] = ("地方 place", *(label for _, label in found.states), "合计 all", "尚余 left")
        title = words.pick("进度：", "Progress: ") + pick(definition.title or Label(found.procedure), lang)
        print_table(title, heads, rows, right=range(1, len(heads)))
        click.echo(
            words.pick(f"合计 {found.total:,}，尚余 {found.left:,}", f"{found.total:,} in all, {found.left:,} left")
        )
        if show_left:
            shown = [
                (item.case, words.place_above(item.place), words.state(definition, item.state), item.since or "")
                for item in left[:_MOST]
            ]
            listed = ("办件 case", "地方 place", "状态 state", "自 since")
            print_table(words.pick("尚余", "Left"), listed, shown)
            more = len(left) - _MOST
            if more > 0:
                click.echo(words.pick(f"另有 {more:,} 件；全部见 --json", f"and {more:,} more: --json"))
    return exits.FINE
