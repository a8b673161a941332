"""``community-core open``: what nobody has set in a district on a day, who may set it, and why it is open."""

from __future__ import annotations

import datetime as dt
import difflib

import click

from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, json_option, on_option
from community_core.cli.output import both, print_json, print_table
from community_core.cli.usage import Misuse

_HELP = """哪一天还没有人设定的数值：谁可以设定，为什么没有。

What nobody has set on a day: who may set it, and why it is open. It is read from the rules themselves.

\b
community-core open --district shenhe --on 2026-01-01
community-core open --district shenhe --on 2026-01-01 --practice national.residents-committees
"""


@click.command("open", help=_HELP, epilog=exits.HELP)
@district_option
@on_option
@click.option("--practice", default="", help="只列一个做法的 · Of this practice only.")
@json_option
def open_(*, district: str, on: dt.date, practice: str, as_json: bool) -> int:
    """List what is open."""
    from community_core.jurisdiction.open_values import open_values  # noqa: PLC0415 - with the rules

    rules = load_rules(district)
    adopted = sorted(item.name for item in rules.practices)
    if practice and practice not in adopted:
        near = difflib.get_close_matches(practice, adopted, n=3, cutoff=0.5) or adopted
        raise Misuse(
            f"没有采用做法 {practice}；有：{'、'.join(near)}",
            f"the practice {practice} is not adopted; there are: {', '.join(near)}",
        )
    found = open_values(rules, on, practice=practice)
    if as_json:
        print_json(
            [
                {
                    "term": item.term,
                    "zh": item.label.zh,
                    "en": item.label.en,
                    "type": str(item.type),
                    "open_to": [rank.name.lower() for rank in item.open_to],
                    "gap": None if item.gap is None else {"zh": item.gap.zh, "en": item.gap.en},
                    "last": item.last.isoformat() if item.last else None,
                    "next": item.next.isoformat() if item.next else None,
                }
                for item in found
            ]
        )
        return exits.FINE
    heads = ("参数 parameter", "谁可以设定 who may", "为什么没有 why", "曾有值到 last value")
    rows = [
        (
            f"{both(item.label)}\n{item.term}",
            "、".join(rank.name.lower() for rank in item.open_to) or "—",
            both(item.gap) if item.gap is not None else "—",
            item.last or "",
        )
        for item in found
    ]
    print_table(f"没有人设定的 Open（{len(found)}）", heads, rows)
    return exits.FINE
