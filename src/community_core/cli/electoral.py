"""``community-core register roll``: electoral rolls frozen, shown, corrected."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import (
    json_option,
    kept_district_option,
    keys_option,
    read_given,
    split_given,
    store_option,
)
from community_core.cli.output import pick, print_json, print_table, say
from community_core.cli.register_options import actor_option, cell_text, on_option
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over

if TYPE_CHECKING:
    from community_core.registers.electoral import ElectoralRoll


_OUTCOMES = {
    "entitled": Label("列入", "entitled"),
    "not_entitled": Label("不列入", "not entitled"),
    "undetermined": Label("未定", "undetermined"),
}


@click.group("roll", help="选民名册：冻结、查看、更正 · Electoral rolls: freeze, show, correct.", epilog=exits.HELP)
def roll() -> None:
    """Group the commands about electoral rolls."""


@roll.command("freeze", help="冻结 PLACE 的名册 · Freeze the roll of PLACE.", epilog=exits.HELP)
@click.argument("kind", type=click.Choice(["residents", "households", "owners"]))
@click.argument("place")
@store_option
@keys_option
@kept_district_option
@on_option
@actor_option
@click.option(
    "--given", multiple=True, metavar="NAME=VALUE", help="对所有人成立的事实 · A fact that holds of everybody."
)
@click.option(
    "--representative", multiple=True, metavar="HOUSEHOLD=PERSON", help="户的代表，可重复 · Who votes for a household."
)
@lang_option
@json_option
def freeze(
    *,
    kind: str,
    place: str,
    store: str,
    district: str | None,
    day: dt.date,
    actor: str,
    given: tuple[str, ...],
    representative: tuple[str, ...],
    as_json: bool,
) -> int:
    """Freeze a roll."""
    with office_over(store, district, acting=True) as office:
        facts = read_given(office.rules.terms.facts, given)
        named = dict(split_given(text) for text in representative)
        made = office.registers.freeze_roll(kind, place, day=day, actor=actor, given=facts, representatives=named)
    return _say_roll(made, as_json=as_json)


@roll.command("show", help="查看名册 · Show the roll ROLL_ID.", epilog=exits.HELP)
@click.argument("roll_id")
@store_option
@keys_option
@click.option("--published", is_flag=True, help="只看可公布的 · Only what everybody may see.")
@lang_option
@json_option
def show_roll(*, roll_id: str, store: str, published: bool, as_json: bool) -> int:
    """Show a roll."""
    with office_over(store, None) as office:
        found = office.registers.roll(roll_id)
        public = office.registers.published(found) if published else ()
    if not published:
        return _say_roll(found, as_json=as_json)
    if as_json:
        print_json({"id": found.id, "hash": found.hash, "size": found.size, "names": [dict(item) for item in public]})
    else:
        print_table(
            f"{found.id}（{found.size:,}）", ("序号 number", "姓名 name"), [tuple(item.values()) for item in public]
        )
        say(f"散列值：{found.hash}", f"hash: {found.hash}")
    return exits.FINE


@roll.command("correct", help="更正名册 · Record a correction of the roll ROLL_ID.", epilog=exits.HELP)
@click.argument("roll_id")
@click.argument("subject")
@click.option("--entitled/--not-entitled", required=True, help="列入或不列入 · On the roll, or not.")
@click.option("--why", required=True, help="理由 · Why.")
@click.option("--person", default="", help="户的代表 · Who votes for a household.")
@store_option
@keys_option
@on_option
@actor_option
@lang_option
@json_option
def correct(
    *,
    roll_id: str,
    subject: str,
    entitled: bool,
    why: str,
    person: str,
    store: str,
    day: dt.date,
    actor: str,
    as_json: bool,
) -> int:
    """Correct a roll."""
    with office_over(store, None) as office:
        made = office.registers.correct_roll(
            roll_id, subject, entitled=entitled, why=why, actor=actor, day=day, person=person
        )
    return _say_roll(made, as_json=as_json)


def _say_roll(found: ElectoralRoll, *, as_json: bool) -> int:
    lines = [
        {
            "number": line.number,
            "subject": line.subject,
            "person": line.person or None,
            "outcome": line.outcome.value,
            "reason": line.reason.zh,
            "cite": line.cite or None,
            "why": line.why or None,
        }
        for line in found.lines
    ]
    if as_json:
        print_json(
            {
                "id": found.id,
                "kind": found.kind.value,
                "place": found.place,
                "day": found.day.isoformat(),
                "hash": found.hash,
                "frozen_hash": found.frozen_hash,
                "size": found.size,
                "undetermined": len(found.undetermined),
                "lines": lines,
            }
        )
        return exits.FINE
    lang = spoken()
    heads = ("序号 number", "对象 subject", "投票人 person", "结果 outcome", "理由 reason", "依据 source", "更正 why")
    rows = [
        [
            cell_text(cell)
            for cell in {
                **line,
                "outcome": pick(_OUTCOMES[made.outcome.value], lang),
                "reason": pick(made.reason, lang),
            }.values()
        ]
        for line, made in zip(lines, found.lines, strict=True)
    ]
    print_table(f"{found.id} {found.place} {found.day}", heads, rows)
    undetermined = len(found.undetermined)
    say(f"{found.size:,} 列入，{undetermined:,} 未定", f"{found.size:,} entitled, {undetermined:,} undetermined")
    say(f"散列值：{found.hash}", f"hash: {found.hash}")
    return exits.FINE
