"""``community-core due``: deadlines of open cases that have come on a day, and their settlement."""

from __future__ import annotations

import datetime as dt

import click

from community_core.cli import exits
from community_core.cli.options import json_option, kept_district_option, keys_option, on_option, store_option
from community_core.cli.output import finding_data, print_json, print_table
from community_core.cli.stores import office_over

_HELP = """到这一天已到期的办件；--settle 按规则处理（失效、上报、提醒）。

Deadlines that fall due on DAY or before, the earliest first. With --settle those that are past are settled as the rules
say (lapse, escalate, remind), as events of the actor "system".
"""
_MOST = 40


@click.command(help=_HELP, epilog=exits.HELP)
@store_option
@keys_option
@kept_district_option
@on_option
@click.option("--procedure", default="", help="只列这种程序 · Of this procedure only.")
@click.option("--place", default="", help="只列这个地方 · In this place only.")
@click.option("--settle", is_flag=True, help="处理已过期的 · Settle what is past.")
@json_option
def due(
    *, store: str, district: str | None, on: dt.date, procedure: str, place: str, settle: bool, as_json: bool
) -> int:
    """List deadlines, or settle them."""
    with office_over(store, district, acting=settle) as office:
        found = office.due(on, procedure=procedure, place=place)
        events = office.advance(on, procedure=procedure, place=place) if settle else ()
    if as_json:
        print_json(
            {
                "due": [
                    {
                        "case": item.case,
                        "procedure": item.procedure,
                        "place": item.place,
                        "state": item.state,
                        "then": item.then.value,
                        "to": item.to,
                        "due": item.due.isoformat() if item.due else None,
                        "why": finding_data(item.why) if item.why else None,
                    }
                    for item in found
                ],
                "settled": [{"case": event.case, "state": event.state, "step": event.step} for event in events],
            }
        )
        return exits.FINE
    heads = ("到期 due", "办件 case", "地方 place", "状态 state", "则 then")
    rows = [
        (item.due or "未知 unknown", item.case, item.place, item.state, f"{item.then.value} {item.to}")
        for item in found[:_MOST]
    ]
    print_table(f"到期 Due（{len(found):,}）", heads, rows)
    if len(found) > _MOST:
        click.echo(f"另有 {len(found) - _MOST:,} 件；全部见 --json / and {len(found) - _MOST:,} more: --json")
    if settle:
        click.echo(f"已处理 {len(events):,} 件 / {len(events):,} settled")
    return exits.FINE
