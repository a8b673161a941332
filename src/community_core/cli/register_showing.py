"""``community-core register show``, ``export`` and ``reads``: registers read, and who read what is sensitive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label, Language
from community_core.cli import exits
from community_core.cli.options import (
    Decorated,
    json_option,
    kept_district_option,
    keys_option,
    split_given,
    store_option,
)
from community_core.cli.output import print_json, print_table, say
from community_core.cli.register_options import cell_text, form_of, on_option, out_option, write_table
from community_core.cli.speaking import either, lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse
from community_core.cli.wording import Wording, named

if TYPE_CHECKING:
    from community_core.office import Office
    from community_core.registers.describe import Column, Register
    from community_core.registers.reads import RegisterRead
    from community_core.registers.rows import Row

where_option = click.option(
    "--where", multiple=True, metavar="COLUMN=VALUE", help="只要这些行，可重复 · Only such rows; repeatable."
)


def _moment(_ctx: click.Context, _param: click.Parameter, text: str | None) -> dt.datetime | None:
    """Read a moment of the command line, which has its time zone."""
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Misuse(
            f"{text!r} 应写成带时区的时刻，如 2025-05-01T12:00+08:00",
            f"{text!r}: write a moment with its time zone, such as 2025-05-01T12:00+08:00",
        )
    return moment


known_option = click.option(
    "--known-at", callback=_moment, metavar="MOMENT", help="按那一时刻所知 · As it was believed at that moment."
)


def reading_options(command: Decorated) -> Decorated:
    """Add who reads sensitive values and what for."""
    command = click.option(
        "--purpose",
        default="",
        help="为什么查阅敏感信息，将留下记录 · What for; it is recorded.",
    )(command)
    return click.option("--actor", default="", help="由谁查阅敏感信息 · Who reads sensitive values.")(command)


@click.command(help="某日的登记内容 · What REGISTER says on a day.", epilog=exits.HELP)
@click.argument("name", metavar="REGISTER")
@store_option
@keys_option
@kept_district_option
@on_option
@where_option
@click.option("--history", is_flag=True, help="每一行的前后，含被替换的 · All rows of any day, replaced ones too.")
@known_option
@click.option("--private", is_flag=True, help="个人信息不遮掩 · Personal values in full.")
@reading_options
@click.option("--limit", default=50, show_default=True, help="最多几行 · At most so many rows.")
@lang_option
@json_option
def show(
    *,
    name: str,
    store: str,
    district: str | None,
    day: dt.date,
    where: tuple[str, ...],
    history: bool,
    known_at: dt.datetime | None,
    private: bool,
    actor: str,
    purpose: str,
    limit: int,
    as_json: bool,
) -> int:
    """Show rows."""
    lang = spoken()
    from community_core.registers.known import register_of  # noqa: PLC0415 - commands start without what they do not use

    own = register_of(name)
    if history and known_at is not None:
        raise Misuse("--history 和 --known-at 不能同时给", "--history and --known-at exclude each other")
    asked: dict[str, Any] = {
        "day": None if history else day,
        "where": _where(own, where),
        "moment": known_at,
        "past": history,
    }
    with office_over(store, district) as office:
        rows = _rows(office, own, actor, purpose, limit=limit, **asked)
        shown = [_cells(own, row, private=private) for row in rows[:limit]]
        withheld = _withheld(own, rows)
        if as_json:
            print_json({"register": own.name, "rows": shown, "more": len(rows) > limit, "withheld": withheld})
            return exits.FINE
        words = Wording(office, lang)
        columns = [column for column in own.asked if any(cells.get(column.name) is not None for cells in shown)]
        said = [[_said(words, column, cell_text(cells.get(column.name))) for column in columns] for cells in shown]
    title = f"{own.label.text(lang)} · {len(rows):,}"
    print_table(title, [column.label for column in columns], said)
    if len(rows) > limit:
        say(f"只列了前 {limit} 行：--limit", f"the first {limit} only: --limit")
    _say_withheld(withheld)
    return exits.FINE


def _said(words: Wording, column: Column, value: str) -> str:
    """Return a cell with what the post, the kind of place or the place in it is called."""
    from community_core.rules.type_words import SUBJECTS  # noqa: PLC0415 - with the office

    if not value:
        return value
    if column.name == "post":
        return words.registered_post(value)
    if column.name == "layer":
        return named(SUBJECTS.get(value, Label()), value, words.lang)
    return words.place_above(value) if column.refers == "places" else value


def _rows(
    office: Office, own: Register, actor: str, purpose: str, *, limit: int | None = None, **asked: Any
) -> Sequence[Row]:
    """Return the rows that are asked for, with their sensitive values where somebody says what for."""
    if actor or purpose:
        return office.registers.inspect(own, actor=actor, purpose=purpose, most=limit, **asked)
    if own.name == "categories" and not asked["past"]:
        return [
            row
            for row in office.registers.categories(asked["day"], moment=asked["moment"])
            if all(own.said(row.key, row.values)[name] == value for name, value in asked["where"].items())
        ]
    return office.registers.rows(own, **asked)


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
    from community_core.registers.rows import ALWAYS  # noqa: PLC0415 - as above

    said = own.said(row.key, row.values)
    found = {column.name: _shown(column, said[column.name], private=private) for column in own.columns}
    found["since"] = None if row.since == ALWAYS else row.since.isoformat()
    found["until"] = None if row.until is None else row.until.isoformat()
    found["change"] = row.change or None
    found["replaced_by"] = row.replaced_by or None
    return found


def _shown(column: Column, value: Any, *, private: bool) -> str | None:
    from community_core.base.masking import masked  # noqa: PLC0415 - as above
    from community_core.procedures.withholding import Withheld  # noqa: PLC0415 - as above
    from community_core.registers.forms import written  # noqa: PLC0415 - as above
    from community_core.registers.rows import Locked  # noqa: PLC0415 - as above

    if value is None:
        return None
    if isinstance(value, Withheld):
        return value.shown
    if isinstance(value, Locked):
        return str(value)
    # Ids stay, so that a row can be named; they say nothing about the person. What is sensitive was read for a purpose.
    hide = column.private and not column.sensitive and not column.key and not private
    return masked(value) if hide else written(column, value)


def _withheld(own: Register, rows: Sequence[Row]) -> list[str]:
    """Return the columns of which a value was withheld."""
    from community_core.procedures.withholding import Withheld  # noqa: PLC0415 - as above

    said = [own.said(row.key, row.values) for row in rows if own.sensitive]
    return [column.name for column in own.sensitive if any(isinstance(one[column.name], Withheld) for one in said)]


def _say_withheld(columns: Sequence[str]) -> None:
    if columns:
        say(
            f"敏感列 {'、'.join(columns)} 没有写出：查阅须给 --actor 和 --purpose，并留下记录",
            f"withheld: {', '.join(columns)}; give --actor and --purpose to read them, which is recorded",
            err=True,
        )


@click.command(help="把某日的登记内容写成表格 · Write what REGISTER says on a day.", epilog=exits.HELP)
@click.argument("name", metavar="REGISTER")
@store_option
@keys_option
@kept_district_option
@on_option
@out_option
@where_option
@click.option("--history", is_flag=True, help="每一行的前后日期 · All rows of any day, with their days.")
@known_option
@click.option("--masked", is_flag=True, help="遮掩个人信息 · Personal values masked.")
@reading_options
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
    known_at: dt.datetime | None,
    masked: bool,
    actor: str,
    purpose: str,
    facts: bool,
    as_json: bool,
) -> int:
    """Export rows."""
    lang = spoken()
    from community_core.registers.forms import export as make  # noqa: PLC0415 - as above
    from community_core.registers.forms import facts_table  # noqa: PLC0415 - as above
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    own = register_of(name)
    form = form_of(out)
    if facts and own.name != "residents":
        raise Misuse("--facts 只用于 residents", "--facts is for residents alone")
    withheld: list[str] = []
    with office_over(store, district, acting=facts) as office:
        if facts:
            known = office.registers.facts(day, actor=actor, purpose=purpose)
            data = facts_table(known.residents(), form=form)
        else:
            asked: dict[str, Any] = {"day": None if history else day, "where": _where(own, where), "moment": known_at}
            if own.secret or ((actor or purpose) and not masked):
                # A table of an encrypted key without its key would say nothing.
                rows = office.registers.inspect(own, actor=actor, purpose=purpose, **asked)
            else:
                rows = office.registers.rows(own, **asked)
            data = make(own, rows, form=form, lang=lang, private=not masked)
            withheld = _withheld(own, rows)
    _say_withheld(withheld)
    return write_table(out, data, as_json=as_json)


@click.command(
    help="谁查阅过登记簿的敏感信息 · Who read sensitive values: of all registers, of one, or of one KEY... of it.",
    epilog=exits.HELP,
)
@click.argument("name", required=False, default="", metavar="[REGISTER]")
@click.argument("key", nargs=-1, metavar="[KEY]...")
@store_option
@keys_option
@lang_option
@json_option
def reads(*, name: str, key: tuple[str, ...], store: str, as_json: bool) -> int:
    """List who read what is sensitive."""
    lang = spoken()
    with office_over(store, None) as office:
        found = office.registers.reads(name, key)
    if as_json:
        print_json({"reads": [_read_data(read) for read in found]})
        return exits.FINE
    heads = ("序号 number", "时刻 entered", "谁 who", "目的 purpose", "登记簿 register", "列 columns", "行数 rows")
    print_table(
        either(f"查阅记录（{len(found):,}）", f"Reads ({len(found):,})"),
        heads,
        [_read_row(read, lang) for read in found],
    )
    return exits.FINE


def _read_data(read: RegisterRead) -> dict[str, Any]:
    return {
        "number": read.number,
        "entered": read.entered,
        "actor": read.actor,
        "purpose": read.purpose,
        "register": read.register,
        "day": None if read.day is None else read.day.isoformat(),
        "columns": list(read.columns),
        "rows": [list(run) for run in read.rows],
        "count": read.count,
        "hash": read.hash,
    }


def _read_row(read: RegisterRead, lang: Language) -> tuple[Any, ...]:
    from community_core.registers.known import register_of  # noqa: PLC0415 - as above

    own = register_of(read.register)
    columns = either("、", ", ").join(own.column(name).label.text(lang) for name in read.columns)
    return read.number, read.entered, read.actor, read.purpose, own.label.text(lang), columns, read.count
