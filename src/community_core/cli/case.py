"""``community-core case``: open cases, take steps, show and list them, and register who may act where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import (
    district_option,
    json_option,
    kept_district_option,
    keys_option,
    on_a_day,
    read_data,
    read_day_option,
    store_option,
)
from community_core.cli.output import notice, print_json, print_table, say
from community_core.cli.showing import brief, say_case
from community_core.cli.speaking import chosen, lang_option, spoken
from community_core.cli.stores import DISTRICT, office_over
from community_core.cli.usage import Misuse
from community_core.cli.wording import Wording, worded

if TYPE_CHECKING:
    from community_core.base.findings import Finding
    from community_core.office import Office
    from community_core.procedures.events import Case

_HELP = """办件：登记地方和任职，立案、办理、查看、列出。

Cases: register places and appointments, open, take steps, show, list. Nobody acts outside a post, so appoint somebody
first; a refused step changes nothing and gives exit code 1 with the findings that say why.

\b
community-core case appoint chair-1 committee.chair yonghuan --since 2006-01-01 --store my.sqlite
community-core case open hearing --district demo-shenhe --store my.sqlite --actor chair-1 \\
    --day 2006-04-03 --place yonghuan --data "title=305大院" --data "options=建房、建绿"
community-core case take hearing-2006-000001 check_competence --store my.sqlite \\
    --actor chair-1 --day 2006-04-04 --data competence=residents
"""

_SHOW = """查看办件全部记录，供经办人用。敏感信息遮盖显示；给出 --actor、--day、--purpose 则如实显示，并登记这次查阅。

Show all of CASE_ID, for its handlers. Sensitive values are masked; with --actor, --day and --purpose they are shown,
and the reading is recorded.
"""

day_option = on_a_day("--day", "哪一天办理 · The day.", required=True, come=True)
actor_option = click.option("--actor", required=True, help="由谁办理 · Who acts.")
post_option = click.option("--post", help="以什么职务 · As what, where several posts would do.")
behalf_option = click.option("--behalf", default="", help="代谁办理 · In whose name, as a delegation allows.")
key_option = click.option("--key", help="请求编号：重复提交不会重复办理 · A repeated key does nothing twice.")
data_option = click.option("--data", "data", multiple=True, metavar="NAME=VALUE", help="字段，可重复 · Repeatable.")
file_option = click.option(
    "--data-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="字段的 JSON 文件 · Fields as a JSON object.",
)


@click.group(help=_HELP, epilog=exits.HELP)
def case() -> None:
    """Group the commands about cases."""


@case.command("open", help="立案 · Open a case of PROCEDURE.", epilog=exits.HELP)
@click.argument("procedure")
@store_option
@keys_option
@district_option
@actor_option
@day_option
@click.option("--place", required=True, help="关于哪个地方 · About which place.")
@click.option("--step", help="立案环节，只有一个时不必给 · The opening step, where there are several.")
@post_option
@behalf_option
@key_option
@data_option
@file_option
@lang_option
@json_option
def open_case(
    *,
    procedure: str,
    store: str,
    district: str,
    data: tuple[str, ...],
    data_file: Path | None,
    as_json: bool,
    **who: Any,
) -> int:
    """Open a case."""
    with office_over(store, district, new=True, acting=True) as office:
        definition = office.rules.procedure(procedure)
        given = read_data(definition.fields, data, data_file)
        with worded(office, office.rules.procedure_name(procedure), definition, as_json=as_json):
            opened = office.open(procedure, given, **who)
        if office.store.meta(DISTRICT) is None:
            name = str(Path(district).resolve()) if Path(district).exists() else district
            office.store.set_meta(DISTRICT, name)
        say_case(office, opened, definition, as_json=as_json)
    return exits.FINE


@case.command("take", help="办理一个环节 · Take a STEP in CASE_ID.", epilog=exits.HELP)
@click.argument("case_id")
@click.argument("step")
@store_option
@keys_option
@kept_district_option
@actor_option
@day_option
@post_option
@behalf_option
@key_option
@data_option
@file_option
@lang_option
@json_option
def take(
    *,
    case_id: str,
    step: str,
    store: str,
    district: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    as_json: bool,
    **who: Any,
) -> int:
    """Take a step."""
    with office_over(store, district, acting=True) as office:
        now = office.case(case_id)
        definition = office.definition(now)
        given = read_data(definition.fields, data, data_file)
        with worded(office, now.procedure, definition, as_json=as_json):
            taken = office.take(case_id, step, given, **who)
        say_case(office, taken, definition, as_json=as_json)
    return exits.FINE


@case.command(
    "correct",
    help="更正一条记录，原记录保留 · Correct event VERSION of CASE_ID; it stays in the record.",
    epilog=exits.HELP,
)
@click.argument("case_id")
@click.argument("version", type=click.IntRange(min=1))
@store_option
@keys_option
@kept_district_option
@actor_option
@day_option
@click.option("--why", required=True, help="为什么更正 · Why.")
@behalf_option
@key_option
@data_option
@file_option
@click.option(
    "--withdraw", multiple=True, metavar="NAME", help="撤回一个字段的值，可重复 · Withdraw a value; repeatable."
)
@lang_option
@json_option
def correct(
    *,
    case_id: str,
    version: int,
    store: str,
    district: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    withdraw: tuple[str, ...],
    as_json: bool,
    **who: Any,
) -> int:
    """Correct an event."""
    with office_over(store, district, acting=True) as office:
        now = office.case(case_id)
        definition = office.definition(now)
        fields = {**read_data(definition.fields, data, data_file), **dict.fromkeys(withdraw)}
        with worded(office, now.procedure, definition, as_json=as_json):
            corrected = office.correct(case_id, version, fields, **who)
        say_case(office, corrected, definition, as_json=as_json)
    return exits.FINE


@case.command(
    "transition",
    help="按过渡规定把办件转用现行规则文本 · Move CASE_ID over to the present rules, as a declared transition allows.",
    epilog=exits.HELP,
)
@click.argument("case_id")
@store_option
@keys_option
@kept_district_option
@actor_option
@day_option
@post_option
@behalf_option
@key_option
@lang_option
@json_option
def transition(*, case_id: str, store: str, district: str | None, as_json: bool, **who: Any) -> int:
    """Move a case over."""
    with office_over(store, district, acting=True) as office:
        moved = office.transition(case_id, **who)
        say_case(office, moved, office.definition(moved), as_json=as_json)
    return exits.FINE


@case.command("show", help=_SHOW, epilog=exits.HELP)
@click.argument("case_id")
@store_option
@keys_option
@kept_district_option
@click.option("--as-of", callback=read_day_option, metavar="DAY", help="截至哪一天 · As it stood on this day.")
@click.option("--actor", help="由谁查阅敏感信息 · Who reads sensitive values.")
@behalf_option
@on_a_day("--day", "查阅日期 · The day of the reading.", come=True)
@click.option("--purpose", help="查阅目的 · What the reading is for.")
@lang_option
@json_option
def show(
    *,
    case_id: str,
    store: str,
    district: str | None,
    as_of: dt.date | None,
    actor: str | None,
    behalf: str,
    day: dt.date | None,
    purpose: str | None,
    as_json: bool,
) -> int:
    """Show a case with its timeline; with its sensitive values to whoever says who he is, when and what for."""
    reader = (actor, day, purpose)
    if any(reader) and (not all(reader) or as_of is not None):
        raise Misuse(
            "查阅敏感信息要同时给 --actor、--day、--purpose，且不能给 --as-of",
            "to read sensitive values give --actor, --day and --purpose, and no --as-of",
        )
    with office_over(store, district) as office:
        if actor and day and purpose:
            seen = office.inspect(case_id, actor=actor, day=day, purpose=purpose, behalf=behalf)
            say_case(office, seen.case, moments=seen.timeline, as_json=as_json)
        else:
            say_case(office, office.case(case_id, as_of=as_of), as_json=as_json, as_of=as_of)
    return exits.FINE


@case.command(
    "erase",
    help="删除办件的个人信息并登记，记录仍可核验 · Erase the personal values of CASE_ID; the record still verifies.",
    epilog=exits.HELP,
)
@click.argument("case_id")
@store_option
@keys_option
@kept_district_option
@actor_option
@behalf_option
@day_option
@click.option("--why", required=True, help="为什么删除 · Why.")
@click.option("--ground", required=True, help="依据（法规条文或本人申请） · The law or the request it rests on.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME", help="只删这些字段，可重复 · These fields only; repeatable."
)
@key_option
@lang_option
@json_option
def erase(
    *,
    case_id: str,
    store: str,
    district: str | None,
    actor: str,
    behalf: str,
    day: dt.date,
    why: str,
    ground: str,
    fields: tuple[str, ...],
    key: str | None,
    as_json: bool,
) -> int:
    """Erase personal values."""
    with office_over(store, district) as office:
        done = office.erase(
            case_id, actor=actor, day=day, why=why, ground=ground, fields=fields, key=key, behalf=behalf
        )
        say_case(office, done, as_json=as_json)
        children = [child.id for child in office.follow_ups(done.id)]
    if children and not as_json:
        zh, en = "后续办件里的个人信息要另行删除", "values in follow-up cases are erased there"
        say(f"{zh}：{'、'.join(children)}", f"{en}: {', '.join(children)}")
    return exits.FINE


@case.command("list", help="列出办件 · List cases.", epilog=exits.HELP)
@store_option
@kept_district_option
@click.option("--procedure", default="", help="只列这种程序 · Of this procedure only.")
@click.option("--place", default="", help="只列这个地方 · In this place only.")
@click.option("--open", "only_open", is_flag=True, help="只列未办结的 · Only those that have not ended.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="最多几件 · At most.")
@lang_option
@json_option
def list_cases(
    *,
    store: str,
    district: str | None,
    procedure: str,
    place: str,
    only_open: bool,
    limit: int,
    as_json: bool,
) -> int:
    """List cases in the order of their ids."""
    lang = spoken()
    found: list[Case] = []
    more = False
    with office_over(store, district) as office:
        for name in _procedures(office, procedure):
            for stored in office.store.cases(procedure=name, place=place):
                now = office.case(stored.id)
                if only_open and now.ended:
                    continue
                if len(found) == limit:
                    more = True
                    break
                found.append(now)
        if as_json:
            print_json({"cases": [brief(item) for item in found], "more": more})
            return exits.FINE
        words = Wording(office, lang)
        heads = ("办件 case", "程序 procedure", "地方 place", "现状 state", "结束 ended", "立案 opened", "最近 latest")
        print_table(words.pick("办件", "Cases"), heads, [_row(words, item) for item in found])
        if more:
            click.echo(words.pick(f"只列了前 {limit} 件：--limit", f"the first {limit} only: --limit"))
    return exits.FINE


def _row(words: Wording, item: Case) -> tuple[object, ...]:
    definition = words.office.definition(item)
    title, state = words.title(item.procedure, definition), words.state(definition, item.state)
    return item.id, title, words.place_above(item.place), state, words.end(item.ended), item.opened, item.latest or ""


entered_option = click.option("--actor", default="", help="由谁登记 · Who registers it.")


@case.command("appoint", help="登记任职 · Register that PERSON holds POST in PLACE.", epilog=exits.HELP)
@click.argument("person")
@click.argument("post")
@click.argument("place")
@click.option("--since", callback=read_day_option, required=True, metavar="DAY", help="从哪天起 · From this day.")
@click.option("--until", callback=read_day_option, metavar="DAY", help="到哪天（不含） · To this day, excluded.")
@entered_option
@click.option("--why", default="", help="依据：文书或理由 · What it rests on: a document, or why.")
@store_option
@lang_option
def appoint(
    *,
    person: str,
    post: str,
    place: str,
    since: dt.date,
    until: dt.date | None,
    actor: str,
    why: str,
    store: str,
) -> int:
    """Register an appointment; a second time changes nothing."""
    with office_over(store, None, new=True) as office:
        odd = office.appoint(person, post, place, since, until, actor=actor, why=why)
        said = _registered(office, person, post, place)
    _say_registered(said)
    _warn(odd)
    return exits.FINE


@case.command(
    "delegate",
    help="登记 PERSON 可代 BEHALF 在 PLACE 以 POST 办理 · Register that PERSON may act for BEHALF as POST in PLACE.",
    epilog=exits.HELP,
)
@click.argument("person")
@click.argument("behalf")
@click.argument("post")
@click.argument("place")
@click.option("--since", callback=read_day_option, required=True, metavar="DAY", help="从哪天起 · From this day.")
@click.option("--until", callback=read_day_option, metavar="DAY", help="到哪天（不含） · To this day, excluded.")
@click.option("--reason", required=True, help="依据：文书或理由 · What it rests on: a document, or why.")
@entered_option
@store_option
@lang_option
def delegate(*, store: str, reason: str, **who: Any) -> int:
    """Register a delegation; a second time changes nothing."""
    with office_over(store, None, new=True) as office:
        odd = office.delegate(**who, reason=reason)
        said = _registered(office, f"{who['person']} → {who['behalf']}", who["post"], who["place"])
    _say_registered(said)
    _warn(odd)
    return exits.FINE


@case.command("place", help="登记地方 · Register PLACE under its parent.", epilog=exits.HELP)
@click.argument("place")
@click.option("--parent", default="", help="上级；最高的不给 · What contains it; none for the topmost.")
@click.option("--layer", default="", help="层级，如 community · Its layer, such as community.")
@click.option("--zh", default="", help="名称 · Its Chinese name.")
@click.option("--en", default="", help="英文名 · Its English name.")
@store_option
@lang_option
def register_place(*, place: str, parent: str, layer: str, zh: str, en: str, store: str) -> int:
    """Register a place; a second time with the same values changes nothing."""
    with office_over(store, None, new=True) as office:
        office.register_place(place, parent, layer=layer, zh=zh, en=en)
    _say_registered(place)
    return exits.FINE


def _registered(office: Office, who: str, post: str, place: str) -> str:
    words = Wording(office, spoken())
    return f"{who} · {words.registered_post(post)} · {words.place(place)}"


def _say_registered(what: str) -> None:
    say(f"已登记：{what}", f"registered: {what}")


def _warn(odd: Iterable[Finding]) -> None:
    """Say what is odd about what was kept."""
    for item in odd:
        notice(Label("提醒", "Warning"), item.message, chosen())


def _procedures(office: Office, procedure: str) -> list[str]:
    """Return full names: those in the record that end so, or that of a procedure of the rules.

    Raises:
        UnknownTerm: if neither record nor rules know it.
    """
    if not procedure:
        return [""]
    kept = {item.procedure for item in office.store.tally()}
    return sorted(name for name in kept if name == procedure or name.endswith(f".{procedure}")) or [
        office.rules.procedure_name(procedure)
    ]
