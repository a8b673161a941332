"""``community-core register end``, ``erase``, ``seal``, ``move``, ``merge``, ``split``: registers changed by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from community_core.cli import exits
from community_core.cli.options import Decorated, json_option, keys_option, store_option
from community_core.cli.output import print_json, say
from community_core.cli.register_options import actor_option, on_option, say_changed, why_option
from community_core.cli.speaking import lang_option
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse

if TYPE_CHECKING:
    from community_core.registers.describe import Register


def _with_key(name: str, key: tuple[str, ...]) -> Register:
    """Return the register *name*.

    Raises:
        Misuse: if *key* has not as many parts as its key.
    """
    from community_core.registers.known import register_of  # noqa: PLC0415 - commands start without what they do not use

    own = register_of(name)
    if len(key) != len(own.key):
        names = ", ".join(column.name for column in own.key)
        raise Misuse(f"编号由 {names} 组成", f"the key is {names}")
    return own


def _of_one_key(command: Decorated) -> Decorated:
    """Add what a change of one key's rows is told: register, key, store, day, who and why."""
    for option in (json_option, lang_option, why_option, actor_option, on_option, keys_option, store_option):
        command = option(command)
    command = click.argument("key", nargs=-1, required=True, metavar="KEY...")(command)
    return click.argument("name", metavar="REGISTER")(command)


@click.command(
    "end",
    help="某日起终止登记，如任职、委托 · End what REGISTER says of KEY..., such as an appointment or a delegation.",
    epilog=exits.HELP,
)
@_of_one_key
def end(*, name: str, key: tuple[str, ...], store: str, day: dt.date, actor: str, why: str, as_json: bool) -> int:
    """End a row."""
    own = _with_key(name, key)
    with office_over(store, None) as office:
        change = office.registers.end(own, key, day=day, actor=actor, why=why)
    return say_changed(change, as_json=as_json)


@click.command(
    "seal",
    help="用当前密钥加密尚未加密或用旧密钥加密的敏感信息 · Encrypt sensitive values with the key for new ones.",
    epilog=exits.HELP,
)
@store_option
@keys_option
@lang_option
@json_option
def seal(*, store: str, as_json: bool) -> int:
    """Encrypt what stands in clear or under an older key."""
    with office_over(store, None) as office:
        count = office.registers.seal()
    if as_json:
        print_json({"rows": count})
    else:
        say(f"{count:,} 行已重新加密", f"{count:,} rows were encrypted anew")
    return exits.FINE


@click.command(
    "erase", help="删除个人信息，各日的都删 · Erase personal values of KEY..., of all days.", epilog=exits.HELP
)
@_of_one_key
def erase(*, name: str, key: tuple[str, ...], store: str, day: dt.date, actor: str, why: str, as_json: bool) -> int:
    """Erase personal values."""
    own = _with_key(name, key)
    with office_over(store, None) as office:
        change = office.registers.erase(own, key, day=day, actor=actor, why=why)
    return say_changed(change, as_json=as_json)


@click.command(
    "move", help="把 AREA... 从 PLACE 划到 INTO · Move areas from one community to another.", epilog=exits.HELP
)
@click.argument("place")
@click.argument("into")
@click.argument("areas", nargs=-1, required=True, metavar="AREA...")
@store_option
@keys_option
@on_option
@actor_option
@lang_option
@json_option
def move(*, place: str, into: str, areas: tuple[str, ...], store: str, day: dt.date, actor: str, as_json: bool) -> int:
    """Move areas."""
    with office_over(store, None) as office:
        change = office.registers.redraw("move", place, into, areas=areas, day=day, actor=actor)
    return say_changed(change, as_json=as_json)


@click.command(
    "merge", help="把 OTHER... 并入 INTO（户或地方） · Merge households or places into one.", epilog=exits.HELP
)
@click.argument("kind", type=click.Choice(["household", "place"]))
@click.argument("into")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@store_option
@keys_option
@on_option
@actor_option
@lang_option
@json_option
def merge(*, kind: str, into: str, others: tuple[str, ...], store: str, day: dt.date, actor: str, as_json: bool) -> int:
    """Merge households or places."""
    with office_over(store, None) as office:
        if kind == "household":
            change = office.registers.merge_households(into, others, day=day, actor=actor)
        else:
            change = office.registers.merge_places(into, others, day=day, actor=actor)
    return say_changed(change, as_json=as_json)


@click.command(
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
@lang_option
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
    return say_changed(change, as_json=as_json)
