"""``community-core measure`` and ``packet``: figures over the cases of a store, and complaints handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label, Language
from community_core.cli import exits
from community_core.cli.options import (
    json_option,
    kept_district_option,
    keys_option,
    on_option,
    store_option,
)
from community_core.cli.output import pick, print_json, print_table, say
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import ending_of, new_file
from community_core.cli.wording import named
from community_core.rules.answer import json_value

if TYPE_CHECKING:
    from community_core.office.measuring import Measured
    from community_core.office.packets import Packet

_MEASURE = """一个程序的统计：比率是两个整数，值逐件列出；无法判断的另计。

What the measures of a procedure come to over its cases: a share as two whole numbers, a value case by case. What
cannot be told of a case is counted apart. Internal measures are listed too: this is for those who handle the cases.

\b
community-core measure complaint --store my.sqlite
"""
_PACKET = """把投诉写成交接包，交给别的平台：JSON、CSV 或电子表格；字段名用 Open311 的。

Write complaints as a hand-over packet for other platforms, with the names of Open311. Only what the audience may see is
in it: public values for everybody, internal ones for another office, personal ones for the body that handles the case.
"""


@click.command(help=_MEASURE, epilog=exits.HELP)
@click.argument("procedure")
@store_option
@keys_option
@kept_district_option
@click.option("--place", default="", help="只算这个地方 · In this place only.")
@lang_option
@json_option
def measure(*, procedure: str, store: str, district: str | None, place: str, as_json: bool) -> int:
    """Print measures."""
    lang = spoken()
    with office_over(store, district) as office:
        found = office.measured(procedure, place=place)
        definition = office.rules.procedure(procedure)
    if as_json:
        print_json({"measures": [_measured_data(item) for item in found]})
        return exits.FINE
    if not found:
        title = named(definition.title, procedure, lang)
        click.echo(pick(Label(f"程序“{title}”没有声明统计", f"the procedure {title} declares no measures"), lang))
    for item in found:
        _say_measured(item, lang)
    return exits.FINE


def _say_measured(item: Measured, lang: Language) -> None:
    from community_core.pages.charts import percent  # noqa: PLC0415 - needed here only
    from community_core.pages.texts import value_text  # noqa: PLC0415 - as above

    def each(value: str) -> str:
        return pick(item.called(value), lang) if value else ""

    title = f"{pick(item.measure.label or Label(item.measure.name), lang)} · {item.cases:,}"
    if item.measure.value is not None:
        rows: list[Any] = [
            (
                point.on,
                each(point.each),
                percent(point.value) if isinstance(point.value, Fraction) else pick(value_text(point.value), lang),
                point.case,
            )
            for point in item.points
        ]
        print_table(title, ("日期 day", "分列 of", "值 value", "办件 case"), rows)
        return
    rows = [
        (month, each(value), f"{count.part:,}/{count.whole:,}", percent(count.share), count.unknown or "")
        for month, value, count in item.counts
        if count.whole or count.unknown
    ]
    total = item.total
    whole = "合计" if lang == "zh" else "all"
    rows.append((whole, "", f"{total.part:,}/{total.whole:,}", percent(total.share), total.unknown or ""))
    print_table(title, ("月份 month", "分列 of", "件数 count", "% %", "无法判断 unknown"), rows)


def _measured_data(item: Measured) -> dict[str, Any]:
    data: dict[str, Any] = {"name": item.measure.name, "procedure": item.procedure, "cases": item.cases}
    data["privacy"] = item.measure.privacy.value
    if item.measure.value is not None:
        data["points"] = [
            {"case": point.case, "on": point.on.isoformat(), "each": point.each, "value": json_value(point.value)}
            for point in item.points
        ]
        return data
    data["counts"] = [
        {"month": month, "each": each, "part": count.part, "whole": count.whole, "unknown": count.unknown}
        for month, each, count in item.counts
    ]
    total = item.total
    share: Fraction | None = total.share
    data["total"] = {"part": total.part, "whole": total.whole, "unknown": total.unknown, "share": json_value(share)}
    return data


@click.command(help=_PACKET, epilog=exits.HELP)
@store_option
@keys_option
@kept_district_option
@on_option
@click.option("--procedure", default="complaint", show_default=True, help="哪个程序 · Of this procedure.")
@click.option("--place", default="", help="只要这个地方 · In this place only.")
@click.option(
    "--audience",
    type=click.Choice(["public", "office", "handler"]),
    default="office",
    show_default=True,
    help="给谁看 · Who gets it.",
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪里 · The new file.")
@lang_option
@json_option
def packet(
    *,
    store: str,
    district: str | None,
    on: dt.date,
    procedure: str,
    place: str,
    audience: str,
    out: Path,
    as_json: bool,
) -> int:
    """Write a packet; its form is that of the file's ending."""
    from community_core.office.packets import (  # noqa: PLC0415 - needs a database
        Audience,
        make_packet,
        packet_csv,
        packet_json,
        packet_xlsx,
    )

    forms: dict[str, Callable[[Packet], bytes]] = {
        ".json": lambda made: packet_json(made).encode(),
        ".csv": lambda made: ("\ufeff" + packet_csv(made)).encode(),
        ".xlsx": packet_xlsx,
    }
    form = forms[ending_of(new_file(out), tuple(forms))]
    with office_over(store, district) as office:
        made = make_packet(office, on, procedure=procedure, place=place, audience=Audience(audience))
    data = form(made)
    out.touch(mode=0o600)
    out.write_bytes(data)
    if as_json:
        print_json({"file": str(out), "requests": len(made.requests), "audience": audience})
    else:
        say(f"{len(made.requests):,} 件：{out}", f"{len(made.requests):,} requests: {out}")
    return exits.FINE
