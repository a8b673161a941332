"""``community-core register``: registers listed, shown, imported, exported, changed; ``roll`` for electoral rolls."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label, Language
from community_core.cli import exits
from community_core.cli.electoral import actor_option, cell_text, on_option, roll
from community_core.cli.options import (
    json_option,
    kept_district_option,
    keys_option,
    lang_option,
    split_given,
    store_option,
)
from community_core.cli.output import finding_data, print_findings, print_json, print_table
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse, ending_of

if TYPE_CHECKING:
    from community_core.office.registering import Imported
    from community_core.registers.describe import Register
    from community_core.registers.rows import Row

_HELP = """登记簿：列出、空白模板、导入、查看、导出、划转、合并、拆分，以及选民名册。

Registers: list, template, import, show, export, move, merge, split, and electoral rolls. Every row has its days: a
change closes a row and opens another, so --on any past day answers as it was.

\b
community-core register template residents --out residents.xlsx
community-core register import residents residents.xlsx --store my.sqlite --on 2025-05-01 --actor clerk-1
community-core register show residents --store my.sqlite --on 2025-05-01
"""

out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪里：.csv 或 .xlsx · Where to."
)
where_option = click.option(
    "--where", multiple=True, metavar="COLUMN=VALUE", help="只要这些行，可重复 · Only such rows; repeatable."
)
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(help=_HELP, epilog=exits.HELP)
def register() -> None:
    """Group the commands about registers."""


@register.command("list", help="有哪些登记簿和列 · The registers and their columns.", epilog=exits.HELP)
@lang_option
@json_option
def list_(*, lang: Language, as_json: bool) -> int:
    """List the registers."""
    from community_core.registers.known import REGISTERS  # noqa: PLC0415 - with the other imports of registers

    if as_json:
        print_json({"registers": [_described(each) for each in REGISTERS]})
        return exits.FINE
    print_table(
        "登记簿 Registers",
        ("名 name", "标题 label", "列 columns"),
        [
            (each.name, each.label.text(lang), "、".join(column.label.text(lang) for column in each.asked))
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
def template(*, registers: tuple[str, ...], out: Path, lang: Language, as_json: bool) -> int:
    """Write a blank table."""
    from community_core.registers.categories import library_categories  # noqa: PLC0415 - as above
    from community_core.registers.forms import template as make  # noqa: PLC0415 - as above
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    codes: dict[str, list[tuple[str, Label]]] = {}
    for row in library_categories():
        codes.setdefault(row.key[0], []).append((row.key[1], Label(row.values[0] or "", row.values[1] or "")))
    data = make([register_of(each) for each in registers], codes, form=_form(out), lang=lang)
    return _written(out, data, as_json=as_json)


@register.command(
    "import",
    help="从 CSV 或 .xlsx 导入；几个登记簿用逗号分开 · Import FILE into REGISTER, or several with commas between.",
    epilog=exits.HELP,
)
@click.argument("registers", metavar="REGISTER[,REGISTER...]")
@file_argument
@store_option
@keys_option
@on_option
@actor_option
@click.option("--good-rows", is_flag=True, help="有错时仍登记无错的行 · Keep the good rows where others are bad.")
@click.option("--dry-run", is_flag=True, help="只检查，不登记 · Check, and keep nothing.")
@click.option(
    "--marked",
    type=click.Path(dir_okay=False, path_type=Path),
    help="有错时，标出错处的副本写到哪里 · Where a copy with the bad cells marked is written.",
)
@json_option
def import_(
    *,
    registers: str,
    file: Path,
    store: str,
    day: dt.date,
    actor: str,
    good_rows: bool,
    dry_run: bool,
    marked: Path | None,
    as_json: bool,
) -> int:
    """Import a file."""
    from community_core.registers.forms import marked_copy  # noqa: PLC0415 - as above

    names = [name.strip() for name in registers.replace("，", ",").split(",") if name.strip()]
    with office_over(store, None, new=True) as office:
        done = office.registers.import_file(file, names, day=day, actor=actor, good_rows=good_rows, dry_run=dry_run)
    copy = None
    if marked is not None and done.intake.bad and done.intake.book.sheets:
        marked.write_bytes(marked_copy(done.intake))
        copy = marked
    _say_imported(done, copy, as_json=as_json)
    return exits.FINDINGS if any(item.level == "error" for item in done.findings) else exits.FINE


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
    if done.findings:
        print_findings(done.findings)
    heads = ("登记簿 register", "新增 added", "变更 changed", "终止 ended", "相同 same")
    print_table(
        "登记 Registered" if done.kept else "未登记 Not kept",
        heads,
        [(name, *row.values()) for name, row in counts.items()],
        right=(1, 2, 3, 4),
    )
    click.echo(f"{done.intake.lines:,} 行 lines，{done.intake.refused:,} 行有错 refused")
    if done.change:
        click.echo(f"变更编号 change: {done.change}")
    if copy is not None:
        click.echo(f"已写入 written: {copy}")


@register.command("show", help="某日的登记内容 · What REGISTER says on a day.", epilog=exits.HELP)
@click.argument("name", metavar="REGISTER")
@store_option
@keys_option
@on_option
@where_option
@click.option("--history", is_flag=True, help="每一行的前后，含被替换的 · All rows of any day, replaced ones too.")
@click.option("--private", is_flag=True, help="个人信息不遮掩 · Personal values in full.")
@click.option("--limit", default=50, show_default=True, help="最多几行 · At most so many rows.")
@lang_option
@json_option
def show(
    *,
    name: str,
    store: str,
    day: dt.date,
    where: tuple[str, ...],
    history: bool,
    private: bool,
    limit: int,
    lang: Language,
    as_json: bool,
) -> int:
    """Show rows."""
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    own = register_of(name)
    with office_over(store, None) as office:
        if own.name == "categories" and not history:
            rows = list(office.registers.categories(day))
        else:
            on = None if history else day
            rows = list(office.registers.rows(own, day=on, where=_where(own, where), past=history))
    shown = [_cells(own, row, private=private) for row in rows[:limit]]
    if as_json:
        print_json({"register": own.name, "rows": shown, "more": len(rows) > limit})
        return exits.FINE
    columns = [column for column in own.asked if any(cells.get(column.name) is not None for cells in shown)]
    print_table(
        f"{own.label.text(lang)}（{len(rows):,}）",
        [column.label.text(lang) for column in columns],
        [[cell_text(cells.get(column.name)) for column in columns] for cells in shown],
    )
    if len(rows) > limit:
        click.echo(f"只列了前 {limit} 行 / the first {limit} only: --limit")
    return exits.FINE


def _where(own: Register, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    names = {text: column.name for column in own.columns for text in (column.name, column.label.zh, column.label.en)}
    for text in given:
        name, value = split_given(text)
        if name not in names:
            known = ", ".join(column.name for column in own.columns)
            raise Misuse(f"{name!r} 不是列；有 {known}", f"{name!r} is no column; there are {known}")
        found[names[name]] = value
    return found


def _cells(own: Register, row: Row, *, private: bool) -> dict[str, Any]:
    from community_core.base.masking import masked  # noqa: PLC0415 - as above
    from community_core.registers.forms import written  # noqa: PLC0415 - as above
    from community_core.registers.rows import ALWAYS  # noqa: PLC0415 - as above

    found: dict[str, Any] = {}
    pairs = [*zip(own.key, row.key, strict=True), *zip(own.values, row.values, strict=True)]
    for column, value in pairs:
        # Ids stay, so that a row can be named; they say nothing about the person.
        hide = column.private and not column.key and not private
        found[column.name] = None if value is None else masked(value) if hide else written(column, value)
    found["since"] = None if row.since == ALWAYS else row.since.isoformat()
    found["until"] = None if row.until is None else row.until.isoformat()
    found["change"] = row.change or None
    found["replaced_by"] = row.replaced_by or None
    return found


@register.command("export", help="把某日的登记内容写成表格 · Write what REGISTER says on a day.", epilog=exits.HELP)
@click.argument("name", metavar="REGISTER")
@store_option
@keys_option
@kept_district_option
@on_option
@out_option
@where_option
@click.option("--history", is_flag=True, help="每一行的前后日期 · All rows of any day, with their days.")
@click.option("--masked", is_flag=True, help="遮掩个人信息 · Personal values masked.")
@click.option(
    "--facts", is_flag=True, help="写成判定用的事实，供 roll 使用 · As facts, for the command `roll` (residents)."
)
@lang_option
@json_option
def export(
    *,
    name: str,
    store: str,
    district: str | None,
    day: dt.date,
    out: Path,
    where: tuple[str, ...],
    history: bool,
    masked: bool,
    facts: bool,
    lang: Language,
    as_json: bool,
) -> int:
    """Export rows."""
    from community_core.registers.forms import export as make  # noqa: PLC0415 - as above
    from community_core.registers.forms import facts_table  # noqa: PLC0415 - as above
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    own = register_of(name)
    if facts and own.name != "residents":
        raise Misuse("--facts 只用于 residents", "--facts is for residents alone")
    with office_over(store, district, acting=facts) as office:
        if facts:
            data = facts_table(office.registers.facts(day).residents(), form=_form(out))
        else:
            on = None if history else day
            rows = office.registers.rows(own, day=on, where=_where(own, where))
            data = make(own, rows, form=_form(out), lang=lang, private=not masked)
    return _written(out, data, as_json=as_json)


def _form(out: Path) -> str:
    return ending_of(out, (".csv", ".xlsx")).removeprefix(".")


def _written(out: Path, data: bytes, *, as_json: bool) -> int:
    # What registers hold is for their keeper alone.
    out.touch(mode=0o600)
    out.write_bytes(data)
    if as_json:
        print_json({"file": str(out), "bytes": len(data)})
    else:
        click.echo(f"已写入 written: {out}")
    return exits.FINE


@register.command(
    "erase", help="删除个人信息，各日的都删 · Erase personal values of KEY..., of all days.", epilog=exits.HELP
)
@click.argument("name", metavar="REGISTER")
@click.argument("key", nargs=-1, required=True, metavar="KEY...")
@store_option
@on_option
@actor_option
@click.option("--why", required=True, help="理由 · Why.")
@json_option
def erase(*, name: str, key: tuple[str, ...], store: str, day: dt.date, actor: str, why: str, as_json: bool) -> int:
    """Erase personal values."""
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    own = register_of(name)
    if len(key) != len(own.key):
        names = ", ".join(column.name for column in own.key)
        raise Misuse(f"编号由 {names} 组成", f"the key is {names}")
    with office_over(store, None) as office:
        change = office.registers.erase(own, key, day=day, actor=actor, why=why)
    return _changed(change, as_json=as_json)


@register.command(
    "move", help="把 AREA... 从 PLACE 划到 INTO · Move areas from one community to another.", epilog=exits.HELP
)
@click.argument("place")
@click.argument("into")
@click.argument("areas", nargs=-1, required=True, metavar="AREA...")
@store_option
@keys_option
@on_option
@actor_option
@json_option
def move(*, place: str, into: str, areas: tuple[str, ...], store: str, day: dt.date, actor: str, as_json: bool) -> int:
    """Move areas."""
    with office_over(store, None) as office:
        change = office.registers.redraw("move", place, into, areas=areas, day=day, actor=actor)
    return _changed(change, as_json=as_json)


@register.command(
    "merge", help="把 OTHER... 并入 INTO（户或地方） · Merge households or places into one.", epilog=exits.HELP
)
@click.argument("kind", type=click.Choice(["household", "place"]))
@click.argument("into")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@store_option
@keys_option
@on_option
@actor_option
@json_option
def merge(*, kind: str, into: str, others: tuple[str, ...], store: str, day: dt.date, actor: str, as_json: bool) -> int:
    """Merge households or places."""
    with office_over(store, None) as office:
        if kind == "household":
            change = office.registers.merge_households(into, others, day=day, actor=actor)
        else:
            change = office.registers.merge_places(into, others, day=day, actor=actor)
    return _changed(change, as_json=as_json)


@register.command(
    "split",
    help="从 FROM 分出 NEW，带走 PART...（成员或地方） · Split NEW off a household or place with its members or areas.",
    epilog=exits.HELP,
)
@click.argument("kind", type=click.Choice(["household", "place"]))
@click.argument("from_", metavar="FROM")
@click.argument("new")
@click.argument("parts", nargs=-1, required=True, metavar="PART...")
@store_option
@keys_option
@on_option
@actor_option
@click.option("--head", default="", help="新户的户主 · The head of the new household.")
@click.option("--zh", default="", help="新地方的名称 · The Chinese name of the new place.")
@click.option("--en", default="", help="新地方的英文名 · Its English name.")
@json_option
def split(
    *,
    kind: str,
    from_: str,
    new: str,
    parts: tuple[str, ...],
    store: str,
    day: dt.date,
    actor: str,
    head: str,
    zh: str,
    en: str,
    as_json: bool,
) -> int:
    """Split a household or place."""
    with office_over(store, None) as office:
        if kind == "household":
            change = office.registers.split_household(from_, new, parts, day=day, actor=actor, head=head)
        else:
            change = office.registers.redraw("split", from_, new, areas=parts, day=day, actor=actor, zh=zh, en=en)
    return _changed(change, as_json=as_json)


def _changed(change: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"change": change or None})
    else:
        click.echo(f"变更编号 change: {change}" if change else "没有变化 / nothing changed")
    return exits.FINE


register.add_command(roll)
