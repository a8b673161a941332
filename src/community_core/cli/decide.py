"""``community-core decide``: one answer for one subject on one day; a letter or a receipt where asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from community_core.base.labels import Language
from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, given_option, json_option, on_option, read_given
from community_core.cli.output import plain, print_json
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.usage import Misuse, ending_of
from community_core.cli.wording import explained

if TYPE_CHECKING:
    from community_core.jurisdiction import Rules
    from community_core.rules import Answer

_HELP = """判定 TERM，说明用了哪一行、哪些参数、依据哪份材料，还缺什么。

Decide TERM and say by which row, parameters and document, and what is missing.
Names of facts and values of enumerations may be given as their labels.

\b
community-core decide care_class --district demo-shenhe --given age=72 \\
    --given lives_alone=true --given means=dibao --on 2006-05-01
"""

#: What stands for the terminal where ``--letter`` names no file.
PRINTED = "-"
_FORMS: dict[str, Literal["text", "html"]] = {".txt": "text", ".html": "html"}


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("term")
@district_option
@given_option
@on_option
@lang_option
@click.option(
    "--letter",
    "letter_to",
    is_flag=False,
    flag_value=PRINTED,
    metavar="[FILE]",
    help="写给当事人的信：打印，或写入 .txt、.html 文件 · A letter to the person: printed, or to a .txt or .html file.",
)
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="区县自己的信函模板 · The district's own templates of letters.",
)
@click.option("--mask", is_flag=True, help="信里遮去个人情况 · Mask personal facts in the letter.")
@click.option(
    "--receipt",
    "receipt_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="判定回执写入此文件 · Write the answer's receipt here.",
)
@click.option(
    "--keep-facts", is_flag=True, help="回执里留下事实，属个人信息 · Keep the facts in the receipt; personal."
)
@json_option
def decide(
    *,
    term: str,
    district: str,
    given: tuple[str, ...],
    on: dt.date,
    letter_to: str | None,
    templates: Path | None,
    mask: bool,
    receipt_to: Path | None,
    keep_facts: bool,
    as_json: bool,
) -> int:
    """Print the answer that the rules give, or a letter about it; write a receipt."""
    lang = spoken()
    file = _letter_file(letter_to, as_json=as_json)
    if letter_to is None and (mask or templates is not None):
        raise Misuse("--mask 和 --templates 要和 --letter 一起用", "--mask and --templates go with --letter")
    if receipt_to is None and keep_facts:
        raise Misuse("--keep-facts 要和 --receipt 一起用", "--keep-facts goes with --receipt")
    rules = load_rules(district)
    answer = rules.decide(term, read_given(rules.terms.facts, given), on=on)
    text = None
    if letter_to is not None:
        form = _FORMS[file.suffix.lower()] if file is not None else "text"
        text = _letter(answer, rules, lang, form, templates, for_person=not mask)
    if receipt_to is not None:
        receipt_to.write_text(rules.receipt(answer, keep_facts=keep_facts).as_json() + "\n", "utf-8")
    if file is not None and text is not None:
        file.write_text(text, "utf-8")
    if as_json:
        print_json(answer.as_data())
    elif text is not None and file is None:
        click.echo(plain(text), nl=False)
    else:
        click.echo(explained(answer, rules, lang))
    return exits.FINE


def _letter_file(letter_to: str | None, *, as_json: bool) -> Path | None:
    if letter_to is None:
        return None
    if letter_to == PRINTED:
        if as_json:
            raise Misuse("--json 时请给 --letter 一个文件", "with --json, --letter needs a file such as letter.html")
        return None
    file = Path(letter_to)
    ending_of(file, tuple(_FORMS))
    return file


def _letter(
    answer: Answer,
    rules: Rules,
    lang: Language,
    form: Literal["text", "html"],
    templates: Path | None,
    *,
    for_person: bool,
) -> str:
    from community_core.pages.letters import letter  # noqa: PLC0415 - needs Jinja2

    return letter(answer, rules, lang, form=form, templates=templates, for_person=for_person)
