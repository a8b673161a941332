"""``community-core why``: who says what about a term, which claim holds, and by whom the others are beaten."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, json_option, on_a_day
from community_core.cli.output import pick, print_json, print_table
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.wording import above

if TYPE_CHECKING:
    from community_core.declarations.terms import Claim
    from community_core.pages.claiming import Claiming

_HELP = """说明条款项 TERM 的值、行、环节从何而来，哪些主张被谁压过。

Say where the value, rows or steps of TERM came from, and which claims they beat.

\b
community-core why elder_age --district demo-shenhe
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("term")
@district_option
@on_a_day("--on", "哪一天；不给则列全部 · The day; all without one.")
@lang_option
@json_option
def why(*, term: str, district: str, on: dt.date | None, as_json: bool) -> int:
    """Print the claims to a term."""
    lang = spoken()
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
    from community_core.pages.claiming import Claiming  # noqa: PLC0415 - JSON needs no words
    from community_core.pages.lettering import RANKS  # noqa: PLC0415 - as above
    from community_core.pages.spelling import Spelling  # noqa: PLC0415 - as above
    from community_core.pages.texts import STANDINGS  # noqa: PLC0415 - as above

    full = rules.full_name(term)
    spelling = Spelling(rules)
    claiming = Claiming(rules, spelling)

    def owner(name: str) -> str:
        return above(rules.titles.get(name, Label()), name, lang)

    print_table(
        pick(spelling.term(full), lang),
        ("", "谁 who", "位阶 rank", "说什么 says", "性质 standing", "被谁压过 beaten by", "依据 source", "位置 where"),
        [
            (
                "→" if claim.holds else "",
                owner(claim.claimant),
                RANKS[claim.rank].text(lang),
                _dated(claiming, claim).text(lang),
                STANDINGS[claim.standing].text(lang),
                owner(claim.beaten_by) if claim.beaten_by else "",
                claim.cite,
                _where(claim.origin.file, claim.origin.line),
            )
            for claim in claims
        ],
    )
    fault = dict(rules.terms.broken).get(full)
    if fault is not None:
        said = spelling.in_words(fault.message)
        click.echo(pick(Label(f"不适用：{said.zh}", f"it does not apply: {said.text('en')}"), lang))
    if not claims:
        click.echo(pick(Label("没有主张", "no claims"), lang))
    return exits.FINE


def _dated(claiming: Claiming, claim: Claim) -> Label:
    """Return what is claimed, with its days where it is a dated value."""
    from community_core.pages.handbook_making import span_text  # noqa: PLC0415 - as above

    said, value = claiming.said(claim), claiming.value(claim)
    if value is None:
        return said
    days = span_text(value.span)
    return Label(f"{said.zh}（{days.zh}）", f"{said.text('en')} ({days.text('en')})")


def _where(file: str, line: int) -> str:
    """Return the last part of a file's path, with the line."""
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{line}" if name and line else name
