"""Options that several commands share: the day, the district, JSON, the language, given facts and step data."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve

from community_core.base.errors import FactError
from community_core.base.ids import folded
from community_core.base.labels import Label
from community_core.cli.usage import Misuse
from community_core.rules.naming import no_fact
from community_core.rules.type_words import type_label
from community_core.rules.types import Kind, ValueType, checked, read_day, read_text

if TYPE_CHECKING:
    from community_core.ports.keys import KeyRing
    from community_core.procedures.definition import StepField
    from community_core.rules.terms import Fact

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
#: Where on earth a day comes first.
_FIRST = dt.timezone(dt.timedelta(hours=14))
_GIVEN = re.compile(r"\s*([^=＝]+?)\s*[=＝](.*)", re.DOTALL)


def read_day_option(_ctx: click.Context, _param: click.Parameter, value: str | None) -> dt.date | None:
    """Read a day of the command line, or fail in both languages."""
    if value is None:
        return None
    day = read_day(value)
    if day is None:
        raise Misuse(f"{value!r} 不是日期，请写成 2006-05-01", f"{value!r} is no day; write it as 2006-05-01")
    return day


def require_come(day: dt.date) -> dt.date:
    """Return *day* on which something was done, unless it has come nowhere on earth yet.

    Raises:
        Misuse: if it has not; a case on which it was recorded would wait for that day, and what was overdue by then
            would have been settled.
    """
    if day > dt.datetime.now(_FIRST).date():
        raise Misuse(
            f"{day} 还没有到；请写实际办理的日期，记下的日期不能收回",
            f"{day} has not come yet; give the day on which it was done: what is recorded is not taken back",
        )
    return day


def read_come_day_option(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.date | None:
    """Read a day on which something was done, or fail in both languages."""
    day = read_day_option(ctx, param, value)
    return None if day is None else require_come(day)


json_option = click.option("--json", "as_json", is_flag=True, help="打印 JSON · Print JSON.")


def on_a_day(
    flag: str, text: str, *, name: str = "", required: bool = False, come: bool = False
) -> Callable[[Decorated], Decorated]:
    """Return the option *flag* of a day; ``--on`` and ``--day`` do for each other, so that nobody need know which.

    Where it is to have *come*, a later day than today is refused.
    """
    other = "--day" if flag == "--on" else "--on"
    name = name or flag.removeprefix("--")
    read = read_come_day_option if come else read_day_option
    return click.option(flag, other, name, callback=read, required=required, metavar="DAY", help=text)


on_option = on_a_day("--on", "哪一天的规则 · The day of the question.", required=True)
district_option = click.option(
    "--district",
    required=True,
    metavar="NAME|FILE",
    help="已安装的区县名或规则文件 · An installed district or a YAML file.",
)
kept_district_option = click.option(
    "--district",
    metavar="NAME|FILE",
    help="区县；不给则用库中记下的 · Else the one that the store remembers.",
)
given_option = click.option(
    "--given",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="一个已知事实，可重复 · A known fact; repeatable.",
)
store_option = click.option(
    "--store", required=True, metavar="URL|FILE", help="库的 URL 或 SQLite 文件 · Database URL or file."
)

KEYS = "community_core.keys"
"""Under this name a command's context keeps the file of its keys, where one is given."""


def _keep_keys(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    ctx.meta[KEYS] = value


keys_option = click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="COMMUNITY_CORE_KEYS",
    callback=_keep_keys,
    expose_value=False,
    metavar="FILE",
    help="敏感信息的密钥文件，见 new-key · The keys of sensitive values.",
)


def given_keys() -> KeyRing | None:
    """Return the keys that the present command was given.

    Raises:
        StoreError: if the file is no key file.
    """
    from community_core.store.keyfiles import read_keys  # noqa: PLC0415 - with a store

    context = click.get_current_context(silent=True)
    path = None if context is None else context.meta.get(KEYS)
    return None if path is None else read_keys(path)


def split_given(text: str) -> tuple[str, str]:
    """Return name and value of ``name=value``.

    Raises:
        Misuse: if there is no equals sign or no name.
    """
    match = _GIVEN.fullmatch(text)
    if match is None:
        raise Misuse(f"{text!r} 应写成 名称=值", f"{text!r}: write NAME=VALUE")
    return match[1], match[2].strip()


def read_given(facts: Iterable[Fact], given: Iterable[str]) -> dict[str, Any]:
    """Read each ``name=value`` into a value of its fact's type; names and values of enumerations may be labels.

    Raises:
        FactError: if a name is no fact, a value does not fit, or two different values are given for one fact.
    """
    known = tuple(facts)
    found: dict[str, Any] = {}
    for text in given:
        name, word = split_given(text)
        fact = _fact(known, name)
        value = read_value(fact.name, fact.type, word, fact.labels, fact.label)
        _keep(found, fact.name, value)
    return found


def _fact(facts: tuple[Fact, ...], name: str) -> Fact:
    wanted = folded(name)
    for fact in facts:
        if wanted == folded(fact.name) or name in (fact.label.zh, fact.label.en):
            return fact
    found = no_fact(name, facts)
    raise FactError(found.message, (found,))


def read_value(
    name: str, kind: ValueType, word: str, labels: Iterable[tuple[str, Label]] = (), title: Label | None = None
) -> Any:
    """Read *word* into a value of *kind*; a value's label stands for the value.

    Raises:
        FactError: if it is none; the message names the fact, its type, and the values it may have.
    """
    named = {text: value for value, label in labels for text in (label.zh, label.en) if text}
    try:
        if kind.kind is Kind.LIST and kind.of is not None:
            parts = [part.strip() for part in re.split(r"[,，、]", word) if part.strip()]
            return tuple(read_text(kind.of, named.get(part, part)) for part in parts)
        return read_text(kind, named.get(word, word))
    except ValueError:
        values = kind.values or (kind.of.values if kind.of is not None else ())
        shown = {value: label.text("zh") for value, label in labels}
        options = "、".join(f"{value}（{shown[value]}）" if shown.get(value) else value for value in values)
        wanted = type_label(kind)
        expected = _EXPECTED.get(kind.kind, Label(f"应为{wanted.zh}", f"expected is: {wanted.en}"))
        zh = f"可用的值：{options}" if options else expected.zh
        en = f"it takes {', '.join(values)}" if values else expected.en
        near = difflib.get_close_matches(word, [*values, *named], n=1, cutoff=0.5)
        hint = f"；您是否要：{near[0]}" if near else "", f"; did you mean: {near[0]}" if near else ""
        called = f"（{title.zh}）" if title else ""
        raise FactError(
            Label(
                f"“{name}”{called}不能是 {word!r}，{zh}{hint[0]}",
                f"{name!r} cannot be {word!r}; {en}{hint[1]}",
            )
        ) from None


_EXPECTED: Mapping[Kind, Label] = {
    Kind.BOOL: Label("应为“是”或“否”（true / false）", "true / false is expected"),
    Kind.INT: Label("应为整数，如 72", "a whole number such as 72 is expected"),
    Kind.DATE: Label("应为日期，如 2006-05-01", "a day such as 2006-05-01 is expected"),
    Kind.MONEY: Label("应为以元计的金额，至多两位小数，如 12.50", "an amount in yuan such as 12.50 is expected"),
    Kind.SHARE: Label("应为份额，如 60% 或 3‰", "a share such as 60% is expected"),
}


def read_data(fields: Iterable[StepField], pairs: Iterable[str], file: Path | None) -> dict[str, Any]:
    """Read step data from ``name=value`` pairs and a JSON file into values of the fields' types.

    A field's label stands for its name. Texts in the file are read as a form gives them; a pair goes before the file.

    Raises:
        FactError: if a name is no field, or a value does not fit.
        Misuse: if the file is no JSON object.
    """
    known = tuple(fields)
    found: dict[str, Any] = {}
    for name, value in _file_data(file).items():
        item = _field(known, name)
        found[item.name] = _from_json(item, value)
    written: dict[str, Any] = {}
    for text in pairs:
        name, word = split_given(text)
        item = _field(known, name)
        value = read_value(item.name, item.type, word, item.labels, item.label)
        _keep(written, item.name, value)
    return found | written


def _keep(found: dict[str, Any], name: str, value: Any) -> None:
    if found.setdefault(name, value) != value:
        raise FactError(
            Label(f"“{name}”给了两个不同的值，请只留一个", f"{name!r} is given twice with different values; keep one")
        )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _file_data(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        data = json.loads(file.read_text("utf-8-sig"), object_pairs_hook=_once)
    except RecursionError:
        raise Misuse(f"{file} 嵌套过深", f"{file} is nested too deeply") from None
    except ValueError as error:
        raise Misuse(f"{file} 不是 JSON：{error}", f"{file} is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise Misuse(f"{file} 应是一个 JSON 对象", f"{file} should hold one JSON object")
    return data


def _field(fields: tuple[StepField, ...], name: str) -> StepField:
    wanted = folded(name)
    for item in fields:
        if wanted == folded(item.name) or name in (item.label.zh, item.label.en):
            return item
    names = [item.name for item in fields]
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.5) or names
    raise FactError(
        Label(
            f"没有叫“{name}”的字段；可用：{'、'.join(near)}",
            f"there is no field {name!r}; there are: {', '.join(near)}",
        )
    )


def _from_json(item: StepField, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list) and item.type.of is not None:
        return tuple(_from_json(evolve(item, type=item.type.of), part) for part in value)
    if isinstance(value, str) and item.type.kind not in (Kind.TEXT, Kind.LIST):
        return read_value(item.name, item.type, value, item.labels, item.label)
    return checked(item.name, item.type, value)
