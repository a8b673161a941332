"""``community-core paper``: list, print, issue and check the papers of a case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.digests import ALGORITHMS
from community_core.cli import exits
from community_core.cli.case import actor_option, behalf_option, day_option, key_option
from community_core.cli.options import json_option, kept_district_option, store_option
from community_core.cli.output import finding_data, pick, print_findings, print_json, print_table, say, say_written
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse, ending_of, new_file

if TYPE_CHECKING:
    from community_core.procedures.papers import Issued

_HELP = """文书：列出、打印样稿、出具、核对。

Papers: list those that a case yields, print a draft, issue a copy, check a file. What is issued is recorded with the
hash of its file; the record keeps no copy, so keep the file.

\b
community-core paper list hearing-2006-000001 --store my.sqlite
community-core paper issue hearing-2006-000001 minutes --store my.sqlite --actor convener-1 --day 2006-05-08 \\
    --out minutes.html --out minutes.docx
community-core paper check hearing-2006-000001 minutes.html --store my.sqlite
"""

_out = click.Path(dir_okay=False, path_type=Path)
_of_option = click.option(
    "--of", "of", type=click.IntRange(min=1), help="哪一条记录的；不给则最近一条 · Of which event; else the last."
)
_templates_option = click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="本区自己的模板所在的文件夹 · A folder with templates of one's own.",
)


@click.group(help=_HELP, epilog=exits.HELP)
def paper() -> None:
    """Group the commands about papers."""


@paper.command("list", help="列出办件可出具的文书 · List the papers of CASE_ID.", epilog=exits.HELP)
@click.argument("case_id")
@store_option
@kept_district_option
@lang_option
@json_option
def list_papers(*, case_id: str, store: str, district: str | None, as_json: bool) -> int:
    """List what the events of a case yield, with what was issued."""
    lang = spoken()
    with office_over(store, district) as office:
        found = office.papers().of(case_id)
    if as_json:
        print_json(
            [
                {
                    "paper": item.name,
                    "of": item.of,
                    "step": item.step,
                    "day": item.day.isoformat(),
                    "issued": [_data(one) for one in done],
                }
                for item, done in found
            ]
        )
        return exits.FINE
    rows = [
        (
            item.name,
            pick(item.label, lang),
            item.of,
            item.day,
            "；".join(f"{one.day} {one.actor}" for one in done) or "—",
        )
        for item, done in found
    ]
    print_table(case_id, ("文书 paper", "名称 title", "记录 event", "日期 day", "已出具 issued"), rows)
    return exits.FINE


@paper.command("print", help="打印样稿，不留记录 · Print a draft of PAPER; nothing is recorded.", epilog=exits.HELP)
@click.argument("case_id")
@click.argument("name", metavar="PAPER")
@store_option
@kept_district_option
@click.option("--out", required=True, type=_out, help="写到哪个 .html 或 .docx 文件 · The .html or .docx file.")
@_of_option
@lang_option
@_templates_option
@json_option
def print_draft(
    *,
    case_id: str,
    name: str,
    store: str,
    district: str | None,
    out: Path,
    of: int | None,
    templates: Path | None,
    as_json: bool,
) -> int:
    """Print a draft."""
    lang = spoken()
    with office_over(store, district) as office:
        data = office.papers(lang=lang, templates=templates).draft(case_id, name, _form(out), of=of)
    out.write_bytes(data)
    _wrote([out], {"paper": name, "draft": True}, as_json=as_json)
    return exits.FINE


@paper.command("issue", help="出具文书并留记录 · Issue PAPER of CASE_ID and record it.", epilog=exits.HELP)
@click.argument("case_id")
@click.argument("name", metavar="PAPER")
@store_option
@kept_district_option
@actor_option
@day_option
@click.option(
    "--out",
    "outs",
    required=True,
    multiple=True,
    type=_out,
    help="写到哪个 .html 或 .docx 文件，可重复 · The .html or .docx file; repeatable.",
)
@_of_option
@click.option(
    "--hash",
    "algorithm",
    type=click.Choice(list(ALGORITHMS)),
    default="sha256",
    show_default=True,
    help="散列算法 · The hash algorithm.",
)
@behalf_option
@key_option
@lang_option
@_templates_option
@json_option
def issue(
    *,
    case_id: str,
    name: str,
    store: str,
    district: str | None,
    actor: str,
    day: dt.date,
    outs: tuple[Path, ...],
    of: int | None,
    algorithm: str,
    behalf: str,
    key: str | None,
    templates: Path | None,
    as_json: bool,
) -> int:
    """Issue a paper, or write the same copy again where its key was used before."""
    lang = spoken()
    by_form = {_form(new_file(out)): out for out in outs}
    if len(by_form) < len(outs):
        raise Misuse("每种格式只写一个文件", "name one file of each form")
    for out in outs:
        # An issued copy exists once: what cannot be written is to be known before anything is recorded.
        out.touch()
    try:
        with office_over(store, district, acting=True) as office:
            handed = office.papers(lang=lang, templates=templates).issue(
                case_id,
                name,
                actor=actor,
                day=day,
                behalf=behalf,
                of=of,
                forms=tuple(by_form),
                algorithm=algorithm,
                key=key,
            )
    except BaseException:
        for out in outs:
            out.unlink(missing_ok=True)
        raise
    for form, out in by_form.items():
        if form in handed.files:
            out.write_bytes(handed.files[form])
        else:
            out.unlink()
    why = [] if handed.why is None else [handed.why]
    data = {**_data(handed.record), **({"findings": list(map(finding_data, why))} if why else {})}
    _wrote([by_form[form] for form in handed.files], data, as_json=as_json)
    if why and not as_json:
        print_findings(why)
    return exits.FINDINGS if why else exits.FINE


@paper.command("check", help="核对一份文件 · Tell whether FILE is a paper issued by CASE_ID.", epilog=exits.HELP)
@click.argument("case_id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@store_option
@kept_district_option
@lang_option
@json_option
def check(*, case_id: str, file: Path, store: str, district: str | None, as_json: bool) -> int:
    """Check a file."""
    with office_over(store, district) as office:
        found = office.papers().check(case_id, file.read_bytes())
    if as_json:
        print_json({"issued": found is not None, "record": None if found is None else _data(found.record)})
    elif found is None:
        say(
            f"{file} 不是办件 {case_id} 出具的文书，或已被改动",
            f"{file} is no paper that {case_id} issued, or was changed",
        )
    else:
        record = found.record
        say(
            f"{file} 是办件 {case_id} 第 {record.version} 条记录所出具的 {record.name}（{record.day}，{record.actor}）",
            f"{file} is {record.name}, issued by {record.actor} on {record.day}, event {record.version} of {case_id}",
        )
    return exits.FINE if found is not None else exits.FINDINGS


def _form(out: Path) -> str:
    return ending_of(out, (".html", ".docx")).removeprefix(".")


def _data(record: Issued) -> dict[str, Any]:
    return {
        "paper": record.name,
        "of": record.of,
        "event": record.version,
        "day": record.day.isoformat(),
        "actor": record.actor,
        "post": record.post,
        "behalf": record.behalf,
        "files": [
            {
                "form": file.form,
                "digest": str(file.digest),
                "seal": None
                if file.signature is None
                else {"key": file.signature.key, "algorithm": file.signature.algorithm, "value": file.signature.value},
            }
            for file in record.files
        ],
    }


def _wrote(paths: list[Path], data: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({**data, "written": [str(path) for path in paths]})
        return
    for path in paths:
        say_written(path)
