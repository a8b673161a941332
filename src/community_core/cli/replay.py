"""``community-core replay``: an answer given again from its receipt, and everything that differs."""

from __future__ import annotations

from pathlib import Path

import click

from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, given_option, json_option, read_given
from community_core.cli.output import pick, plain, print_json
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.wording import explained

_HELP = """按回执 FILE 重做一遍判定，指出有什么不同：规则、版本、事实或结果。有不同时退出码 1。

Give the answer of the receipt FILE again, and say what differs: a rule, a version, a fact or the answer. Whatever
differs makes the exit code 1. Facts come from --given, or from the receipt where it keeps them.

\b
community-core replay receipt.json --district demo-shenhe --given age=72 \\
    --given lives_alone=true --given means=dibao
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@district_option
@given_option
@lang_option
@json_option
def replay(*, file: Path, district: str, given: tuple[str, ...], as_json: bool) -> int:
    """Replay a receipt."""
    lang = spoken()
    from community_core.jurisdiction import read_receipt  # noqa: PLC0415 - plugins are gathered only when needed
    from community_core.jurisdiction import replay as give_again  # noqa: PLC0415 - as above

    receipt = read_receipt(file.read_text("utf-8"))
    rules = load_rules(district)
    facts = read_given(rules.terms.facts, given) if given else None
    if facts is None and not receipt.facts_kept and receipt.known:
        names = [f"--given {name}=…" for name in receipt.known]
        raise FactError(
            Label(
                f"回执没有留下事实，请给出：{' '.join(names)}",
                f"the receipt keeps no facts; give them: {' '.join(names)}",
            )
        )
    again = give_again(receipt, facts if facts is not None or receipt.facts_kept else {}, rules)
    if as_json:
        print_json(again.as_data())
        return exits.FINE if again.same else exits.FINDINGS
    if again.answer is not None:
        click.echo(explained(again.answer, rules, lang))
    if again.same:
        click.echo(pick(Label("与回执完全一致", "exactly as the receipt has it"), lang))
        return exits.FINE
    click.echo(pick(Label("与回执不同之处：", "what differs from the receipt:"), lang))
    for one in again.differences:
        click.echo(f"  {plain(one.text(lang))}")
    if again.same_answer:
        click.echo(pick(Label("判定结果本身相同", "the answer itself is the same"), lang))
    if again.stands is not None:
        stands = Label(
            "按回执所留的规则和这些事实：结果仍是回执所写的",
            "under the rules that the receipt keeps, with these facts: its answer stands",
        )
        falls = Label(
            "按回执所留的规则和这些事实：结果也不同",
            "under the rules that the receipt keeps, with these facts: another answer as well",
        )
        click.echo(pick(stands if again.stands else falls, lang))
    return exits.FINDINGS
