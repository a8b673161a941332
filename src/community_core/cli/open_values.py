"""``community-core open``: what nobody has set in a district on a day, who may set it, and why it is open."""

from __future__ import annotations

import datetime as dt
import difflib

import click

from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, json_option, on_option
from community_core.cli.output import pick, print_json, print_table
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.usage import Misuse
from community_core.cli.wording import above

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
@lang_option
@json_option
def open_(*, district: str, on: dt.date, practice: str, as_json: bool) -> int:
    """List what is open."""
    lang = spoken()
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
    from community_core.pages.lettering import RANKS  # noqa: PLC0415 - JSON needs no words

    heads = ("参数 parameter", "谁可以设定 who may", "为什么没有 why", "曾有值到 last value")
    rows = [
        (
            above(item.label, item.term, lang),
            ("、" if lang == "zh" else ", ").join(RANKS[rank].text(lang) for rank in item.open_to) or "–",
            pick(item.gap, lang) if item.gap is not None else "–",
            item.last or "",
        )
        for item in found
    ]
    title = f"没有人设定的（{len(found)}）" if lang == "zh" else f"Open ({len(found)})"
    print_table(title, heads, rows)
    return exits.FINE
