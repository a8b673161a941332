"""``community-core due``: deadlines of open cases that have come on a day, and their settlement."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from community_core.cli import exits
from community_core.cli.options import (
    json_option,
    kept_district_option,
    keys_option,
    on_option,
    require_come,
    store_option,
)
from community_core.cli.output import finding_data, print_json, print_table
from community_core.cli.stores import office_over

if TYPE_CHECKING:
    from community_core.office.rhythms import DueAgain

_HELP = """到这一天已到期的办件；--settle 按规则处理（失效、上报、提醒）。

Deadlines that fall due on DAY or before, the earliest first; after them what is to be posted or done again and again,
what is overdue first. With --settle those that are past are settled as the rules say (lapse, escalate, remind), as
events of the actor "system".
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
    if settle:
        require_come(on)
    with office_over(store, district, acting=settle) as office:
        found = office.due(on, procedure=procedure, place=place)
        events = office.advance(on, procedure=procedure, place=place) if settle else ()
        again = office.due_again(on, place=place)
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
                "again": [_again_data(item, on) for item in again],
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
    if again:
        heads = ("下次 due", "事项 item", "地方 place", "最近 last", "")
        listed = [
            (item.due or "–", f"{item.label.zh} {item.item}", item.place, item.last or "从未 never", _said(item, on))
            for item in again
        ]
        print_table(f"应公开、应再办 To be posted or done again（{len(again):,}）", heads, listed)
    if settle:
        click.echo(f"已处理 {len(events):,} 件 / {len(events):,} settled")
    return exits.FINE


def _said(item: DueAgain, on: dt.date) -> str:
    if item.overdue(on):
        return "逾期 overdue"
    return "周期未定 how often is open" if item.why is not None else ""


def _again_data(item: DueAgain, on: dt.date) -> dict[str, object]:
    return {
        "procedure": item.procedure,
        "item": item.item,
        "place": item.place,
        "by": list(item.by),
        "kind": item.kind.value if item.kind else None,
        "to": item.to,
        "channel": item.channel.zh,
        "last": item.last.isoformat() if item.last else None,
        "due": item.due.isoformat() if item.due else None,
        "overdue": item.overdue(on),
        "why": finding_data(item.why) if item.why else None,
    }
