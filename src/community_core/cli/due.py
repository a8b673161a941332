"""``community-core due``: deadlines of open cases that have come on a day, and their settlement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
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
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.wording import Wording, named

if TYPE_CHECKING:
    from community_core.office.rhythms import DueAgain
    from community_core.office.views import Due

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
@lang_option
@json_option
def due(
    *,
    store: str,
    district: str | None,
    on: dt.date,
    procedure: str,
    place: str,
    settle: bool,
    as_json: bool,
) -> int:
    """List deadlines, or settle them."""
    lang = spoken()
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
        words = Wording(office, lang)
        _say_due(words, found)
        if again:
            _say_again(words, again, on)
        if settle:
            click.echo(words.pick(f"已处理 {len(events):,} 件", f"{len(events):,} settled"))
    return exits.FINE


def _say_due(words: Wording, found: Sequence[Due]) -> None:
    heads = ("到期 due", "办件 case", "地方 place", "状态 state", "逾期则 then")
    rows = [tuple(_row(words, item)) for item in found[:_MOST]]
    print_table(words.pick(f"到期的期限（{len(found):,}）", f"Due ({len(found):,})"), heads, rows)
    more = len(found) - _MOST
    if more > 0:
        click.echo(words.pick(f"另有 {more:,} 件；全部见 --json", f"and {more:,} more: --json"))


def _row(words: Wording, item: Due) -> Iterable[object]:
    definition = words.office.definition(item.case)
    unknown = words.pick("未知", "unknown")
    why = "" if item.why is None else words.pick("：", ": ") + words.message(item.why, item.procedure, definition)
    yield item.due or f"{unknown}{why}"
    yield item.case
    yield words.place_above(item.place)
    yield words.state(definition, item.state)
    yield words.late(item.then, item.to, definition)


def _say_again(words: Wording, again: Sequence[DueAgain], on: dt.date) -> None:
    heads = ("下次 due", "事项 item", "由谁 by", "地方 place", "最近 last", "情况 how")
    rows = [
        (
            item.due or "–",
            named(item.label, item.item, words.lang),
            words.listed(words.post(words.rules.procedure(item.procedure), post, beside=False) for post in item.by),
            words.place_above(item.place),
            item.last or words.pick("从未", "never"),
            _said(words, item, on),
        )
        for item in again
    ]
    title = words.pick(f"应公开、应再办（{len(again):,}）", f"To be posted or done again ({len(again):,})")
    print_table(title, heads, rows)


def _said(words: Wording, item: DueAgain, on: dt.date) -> str:
    if item.overdue(on):
        return words.pick("逾期", "overdue")
    return words.pick("周期未定", "how often is open") if item.why is not None else ""


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
