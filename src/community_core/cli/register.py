"""``community-core register``: registers listed and imported, and the group of all commands about them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.electoral import roll
from community_core.cli.options import json_option, kept_district_option, keys_option, store_option
from community_core.cli.output import finding_data, print_findings, print_json, print_table, say, say_written
from community_core.cli.register_changing import end, erase, merge, move, seal, split
from community_core.cli.register_options import actor_option, form_of, on_option, out_option, say_change, write_table
from community_core.cli.register_showing import export, reads, show
from community_core.cli.speaking import either, lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import ending_of, new_file
from community_core.cli.wording import named

if TYPE_CHECKING:
    from community_core.office.registering import Imported
    from community_core.registers.describe import Register

_HELP = """登记簿：列出、空白模板、导入、查看、导出、终止、划转、合并、拆分，以及选民名册。

Registers: list, template, import, show, export, end, move, merge, split, and electoral rolls. Every row has its days: a
change closes a row and opens another, so --on any past day answers as it was. Who reads sensitive values says what for,
and it is recorded (reads).

\b
community-core register template residents --out residents.xlsx
community-core register import residents residents.xlsx --store my.sqlite --on 2025-05-01 --actor clerk-1
community-core register show residents --store my.sqlite --on 2025-05-01
"""

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(help=_HELP, epilog=exits.HELP)
def register() -> None:
    """Group the commands about registers."""


@register.command("list", help="有哪些登记簿和列 · The registers and their columns.", epilog=exits.HELP)
@lang_option
@json_option
def list_(*, as_json: bool) -> int:
    """List the registers."""
    lang = spoken()
    from community_core.registers.known import REGISTERS  # noqa: PLC0415 - with the other imports of registers

    if as_json:
        print_json({"registers": [_described(each) for each in REGISTERS]})
        return exits.FINE
    print_table(
        either("登记簿", "Registers"),
        ("名 name", "标题 label", "列 columns"),
        [
            (
                each.name,
                each.label.text(lang),
                either("、", ", ").join(column.label.text(lang) for column in each.asked),
            )
            for each in REGISTERS
        ],
    )
    return exits.FINE


def _described(each: Register) -> dict[str, Any]:
    columns = [
        {
            "name": column.name,
            "zh": column.label.zh,
            "en": column.label.en,
            "type": str(column.type),
            "privacy": column.privacy.value,
            "key": column.key,
            "required": column.required,
            "refers": column.refers or None,
            "codes": column.codes or None,
        }
        for column in each.asked
    ]
    return {"name": each.name, "zh": each.label.zh, "en": each.label.en, "columns": columns}


@register.command("template", help="空白表格 · A blank table for REGISTER...", epilog=exits.HELP)
@click.argument("registers", nargs=-1, required=True, metavar="REGISTER...")
@out_option
@lang_option
@json_option
def template(*, registers: tuple[str, ...], out: Path, as_json: bool) -> int:
    """Write a blank table."""
    lang = spoken()
    from community_core.registers.categories import library_categories  # noqa: PLC0415 - as above
    from community_core.registers.forms import template as make  # noqa: PLC0415 - as above
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    codes: dict[str, list[tuple[str, Label]]] = {}
    for row in library_categories():
        codes.setdefault(row.key[0], []).append((row.key[1], Label(row.values[0] or "", row.values[1] or "")))
    # A template that somebody has begun to fill in is kept.
    data = make([register_of(each) for each in registers], codes, form=form_of(new_file(out)), lang=lang)
    return write_table(out, data, as_json=as_json)


@register.command(
    "import",
    help="从 CSV 或 .xlsx 导入；几个登记簿用逗号分开 · Import FILE into REGISTER, or several with commas between.",
    epilog=exits.HELP,
)
@click.argument("registers", metavar="REGISTER[,REGISTER...]")
@file_argument
@store_option
@keys_option
@kept_district_option
@on_option
@actor_option
@click.option("--good-rows", is_flag=True, help="有错时仍登记无错的行 · Keep the good rows where others are bad.")
@click.option("--dry-run", is_flag=True, help="只检查，不登记 · Check, and keep nothing.")
@click.option(
    "--marked",
    type=click.Path(dir_okay=False, path_type=Path),
    help="有错时，标出错处的副本写到哪里 · Where a copy with the bad cells marked is written.",
)
@lang_option
@json_option
def import_(
    *,
    registers: str,
    file: Path,
    store: str,
    district: str | None,
    day: dt.date,
    actor: str,
    good_rows: bool,
    dry_run: bool,
    marked: Path | None,
    as_json: bool,
) -> int:
    """Import a file."""
    from community_core.registers.forms import marked_copy  # noqa: PLC0415 - as above

    if marked is not None:
        # What cannot be written is to be known before anything is registered.
        ending_of(new_file(marked), (_form_of_copy(file),))
        marked.touch(mode=0o600)
    names = [name.strip() for name in registers.replace("，", ",").split(",") if name.strip()]
    copy = None
    try:
        with office_over(store, district, new=True) as office:
            done = office.registers.import_file(file, names, day=day, actor=actor, good_rows=good_rows, dry_run=dry_run)
        if marked is not None and done.intake.bad and done.intake.book.sheets:
            marked.write_bytes(marked_copy(done.intake))
            copy = marked
    finally:
        if marked is not None and copy is None:
            marked.unlink(missing_ok=True)
    _say_imported(done, copy, as_json=as_json)
    return exits.FINDINGS if any(item.level == "error" for item in done.findings) else exits.FINE


def _form_of_copy(file: Path) -> str:
    """Return how the name of a copy of *file* ends: what was a workbook stays one, whatever it is called."""
    from community_core.registers.sheets import WORKBOOK  # noqa: PLC0415 - as above

    with file.open("rb") as read:
        return ".xlsx" if read.read(len(WORKBOOK)) == WORKBOOK else ".csv"


def _say_imported(done: Imported, copy: Path | None, *, as_json: bool) -> None:
    counts = {
        name: {"added": plan.added, "changed": plan.changed, "ended": plan.ended, "same": plan.same}
        for name, plan in done.plans.items()
    }
    if as_json:
        print_json(
            {
                "kept": done.kept,
                "change": done.change or None,
                "lines": done.intake.lines,
                "refused": done.intake.refused,
                "registers": counts,
                "findings": [finding_data(item) for item in done.findings],
                "marked": None if copy is None else str(copy),
            }
        )
        return
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    if done.findings:
        print_findings(done.findings)
    heads = ("登记簿 register", "新增 added", "变更 changed", "终止 ended", "相同 same")
    print_table(
        either("已登记", "Registered") if done.kept else either("未登记", "Not kept"),
        heads,
        [(named(register_of(name).label, name, spoken()), *row.values()) for name, row in counts.items()],
        right=(1, 2, 3, 4),
    )
    lines, refused = done.intake.lines, done.intake.refused
    say(f"{lines:,} 行，{refused:,} 行有错", f"{lines:,} lines, {refused:,} refused")
    if done.change:
        say_change(done.change)
    if copy is not None:
        say_written(copy)


for _each in (show, export, reads, end, erase, seal, move, merge, split, roll):
    register.add_command(_each)
