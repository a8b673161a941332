"""``community-core why``: who says what about a term, which claim holds, and by whom the others are beaten."""

from __future__ import annotations

import datetime as dt

import click

from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, json_option, on_a_day
from community_core.cli.output import plain, print_json, print_table

_HELP = """说明条款项 TERM 的值、行、环节从何而来，哪些主张被谁压过。

Say where the value, rows or steps of TERM came from, and which claims they beat.

\b
community-core why elder_age --district demo-shenhe
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("term")
@district_option
@on_a_day("--on", "哪一天；不给则列全部 · The day; all without one.")
@json_option
def why(*, term: str, district: str, on: dt.date | None, as_json: bool) -> int:
    """Print the claims to a term."""
    rules = load_rules(district)
    claims = rules.why(term, on=on)
    if as_json:
        print_json(
            [
                {
                    "term": claim.term,
                    "claimant": claim.claimant,
                    "rank": claim.rank.name.lower(),
                    "says": claim.says,
                    "standing": claim.standing.value,
                    "holds": claim.holds,
                    "beaten_by": claim.beaten_by,
                    "cite": claim.cite,
                    "file": claim.origin.file,
                    "line": claim.origin.line,
                    "column": claim.origin.column,
                    "plugin": claim.origin.plugin,
                }
                for claim in claims
            ]
        )
        return exits.FINE
    print_table(
        rules.full_name(term),
        ("", "谁 who", "位阶 rank", "说什么 says", "性质 standing", "被压过 beaten by", "依据 source", "位置 where"),
        [
            (
                "→" if claim.holds else "",
                claim.claimant,
                claim.rank.name.lower(),
                claim.says,
                claim.standing.value,
                claim.beaten_by,
                claim.cite,
                _where(claim.origin.file, claim.origin.line),
            )
            for claim in claims
        ],
    )
    fault = dict(rules.terms.broken).get(rules.full_name(term))
    if fault is not None:
        click.echo(plain(f"不适用，有问题项 / it does not apply: {fault}"))
    if not claims:
        click.echo("没有主张 / no claims")
    return exits.FINE


def _where(file: str, line: int) -> str:
    """Return the last part of a file's path, with the line."""
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{line}" if name and line else name
