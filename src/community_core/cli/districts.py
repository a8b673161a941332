"""``community-core districts``, and the loading of a district that other commands are told by name or file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import json_option
from community_core.cli.output import finding_data, notice, pick, print_findings, print_json, print_table
from community_core.cli.speaking import chosen, either, lang_option, spoken

if TYPE_CHECKING:
    from community_core.jurisdiction import Rules


def load_rules(district: str) -> Rules:
    """Return the rules of an installed district, or of the district in a file; findings are counted on standard error.

    Raises:
        LoadError: if there is neither; the message lists the installed ones.
    """
    from community_core.jurisdiction import load  # noqa: PLC0415 - plugins are gathered only when needed

    rules = load(Path(district) if "/" in district or district.endswith((".yaml", ".yml")) else district)
    wrong = sum(item.level == "error" for item in rules.findings)
    if wrong:
        said = Label(
            f"规则有 {wrong} 个问题项，见 community-core check {district}",
            f"the rules have {wrong} findings; see community-core check {district}",
        )
        notice(Label("注意", "Note"), said, chosen())
    return rules


_HELP = """已安装的区县：名称、采用的做法、问题项。

The installed districts: name, title, what they adopt, and how many findings their rules have.
"""


@click.command(help=_HELP, epilog=exits.HELP)
@lang_option
@json_option
def districts(*, as_json: bool) -> int:
    """List the installed districts and the findings of plugins."""
    from community_core.jurisdiction import compose, gather  # noqa: PLC0415 - as above

    gathered = gather()
    rows = []
    for district in gathered.districts:
        rules = compose(district, gathered)
        rows.append((district, rules))
    if as_json:
        print_json(
            {
                "districts": [
                    {
                        "name": district.name,
                        "title": {"zh": district.title.zh, "en": district.title.en},
                        "code": district.code,
                        "adopts": list(district.adopts),
                        "rules": rules.digest,
                        "findings": [finding_data(item) for item in rules.findings],
                    }
                    for district, rules in rows
                ],
                "findings": [finding_data(item) for item in gathered.findings],
            }
        )
    else:
        print_table(
            either("已安装的区县", "Installed districts"),
            ("名称 name", "标题 title", "采用 adopts", "问题项 findings", "规则 rules"),
            [
                (item.name, pick(item.title, spoken()), "\n".join(item.adopts), len(rules.findings), rules.digest[7:19])
                for item, rules in rows
            ],
            right=(3,),
        )
        if gathered.findings:
            print_findings(gathered.findings, Label("插件的问题项", "Findings of plugins"))
    return exits.FINDINGS if any(item.level == "error" for item in gathered.findings) else exits.FINE
