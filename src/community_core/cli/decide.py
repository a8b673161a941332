"""``community-core decide``: one answer for one subject on one day."""

from __future__ import annotations

import datetime as dt

import click

from community_core.base.labels import Language
from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, given_option, json_option, lang_option, on_option, read_given
from community_core.cli.output import plain, print_json

_HELP = """判定 TERM，说明用了哪一行、哪些参数、依据哪份材料，还缺什么。

Decide TERM and say by which row, parameters and document, and what is missing.
Names of facts and values of enumerations may be given as their labels.

\b
community-core decide care_class --district demo-shenhe --given age=72 \\
    --given lives_alone=true --given means=dibao --on 2006-05-01
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("term")
@district_option
@given_option
@on_option
@lang_option
@json_option
def decide(*, term: str, district: str, given: tuple[str, ...], on: dt.date, lang: Language, as_json: bool) -> int:
    """Print the answer that the rules give."""
    rules = load_rules(district)
    answer = rules.decide(term, read_given(rules.terms.facts, given), on=on)
    if as_json:
        print_json(answer.as_data())
    else:
        click.echo(plain(answer.explain(lang)))
    return exits.FINE
