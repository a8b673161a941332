"""Types as a text declares them, and constant values (``pct(60)``, ``yuan('12.50')``, days, lists) of those types."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from fractions import Fraction
from typing import Any

from attrs import frozen

from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.instruments.ballot import BALLOT_RULES
from community_core.rulebook.nodes import Mapping, Node, Scalar, Sequence
from community_core.rulebook.readers import NAME, Each, Whole, iso_day
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, entries, suggestion
from community_core.rulebook.scalars import Form, as_bool, form
from community_core.rules.quantities import PERIODS, QUANTITIES, SHARES
from community_core.rules.types import POSITION, REFERENCE, TEXT, TYPE_NAMES, Kind, ValueType, enum_of, fits, list_of

_CALL = re.compile(r"([a-z]+)\(\s*(?:(-?[0-9]+)|'([^']*)'|\"([^\"]*)\")\s*\)\Z")
_DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]{1,12}))?\Z")
#: The unit that a constant is written in, where it is written in one.
_UNITS = {**PERIODS, **{word: word for word in SHARES}}
_NAMED = {**TYPE_NAMES, "ballot_rule": enum_of(*BALLOT_RULES)}
_TYPE = Label("类型", "a type")


#: What types are called in other languages.
_ELSEWHERE = {
    "integer": "int",
    "number": "int",
    "float": "share",
    "decimal": "money",
    "percent": "share",
    "string": "text",
    "str": "text",
    "boolean": "bool",
    "array": "list",
    "datetime": "date",
    "day": "date",
    "enum": "list",
}


@frozen
class TypeReader:
    """A type by its name, or the list of an enumeration's values. ``list`` needs its members' type beside it."""

    def read(self, node: Node, reading: Reading) -> ValueType | Bad:
        """Return the type; a bare ``list`` is one of nothing yet."""
        if isinstance(node, Sequence):
            values = Each(NAME, _TYPE, unique=True).read(node, reading)
            if values is BAD:
                return BAD
            return (
                enum_of(*values) if values else reading.expected(node, Label("有值的枚举", "values of an enumeration"))
            )
        if not isinstance(node, Scalar) or form(node) is not Form.TEXT:
            return reading.expected(node, Label("类型名或值的列表", "the name of a type or a list of values"))
        if node.text == "list":
            return ValueType(Kind.LIST)
        if node.text in _NAMED:
            return _NAMED[node.text]
        _, zh, en = suggestion(_ELSEWHERE.get(node.text.lower(), node.text), [*_NAMED, "list"])
        if node.text.startswith("［"):
            zh, en = "方括号是全角的，请写半角的 [ ]", "its brackets are full-width, write [ ]"
        return reading.report(
            "unknown-type",
            f"没有类型“{node.text}”；{zh}",
            f"there is no type {node.text!r}; {en}",
            reading.origin(node),
            type=node.text,
        )


TYPE = TypeReader()
TYPE_KEY = Key("type", TYPE, Label("类型", "the type of its values"), required=True)
UNIT_KEY = Key("unit", NAME, Label("单位", "the unit of its values"))
AT_LEAST_KEY = Key("at_least", Whole(at_least=0), Label("列表至少几项", "the fewest members of a list"))
MEMBER_HELP = Label("列表里每项的类型", "the type of a list's members")


def type_of(fields: Fields, reading: Reading, member: str = "of") -> ValueType | Bad:
    """Return the whole type that a declaration gives; *member* is the key that types a list's members."""
    kind: ValueType | None = fields.get("type")
    if kind is None:
        return BAD
    unit, of, at_least = fields.get("unit"), fields.get(member), fields.get("at_least")
    if REFERENCE in (kind, of):
        if unit is None:
            return reading.report(
                "missing-key",
                "缺少键“unit”：引用的是哪一种（case、place、resident 等）",
                "the key 'unit' is missing: of what a reference is the id (case, place, resident …)",
                fields.at("type", reading),
                key="unit",
            )
        kind, of = (TEXT, of) if kind == REFERENCE else (kind, TEXT)
    if unit and kind.unit and unit != kind.unit:
        return reading.report(
            "wrong-unit",
            f"类型自带单位“{kind.unit}”，不能又写“{unit}”",
            f"the type has the unit {kind.unit!r} already, so {unit!r} cannot stand",
            fields.at("unit", reading),
            unit=unit,
        )
    if kind.kind is Kind.LIST and kind.unit != POSITION:
        if of is None:
            if member in fields.bad:
                return BAD
            return reading.report(
                "missing-key",
                f"缺少键“{member}”（{MEMBER_HELP.zh}）",
                f"the key {member!r} is missing ({MEMBER_HELP.en})",
                fields.at("type", reading),
                key=member,
            )
        return list_of(of.in_unit(unit) if unit else of, at_least or 0)
    for key, value in ((member, of), ("at_least", at_least)):
        if value is not None:
            return reading.report(
                "not-a-list",
                f"只有列表才有“{key}”",
                f"only a list has {key!r}",
                fields.at(key, reading),
                key=key,
            )
    return kind.in_unit(unit) if unit else kind


def read_value(node: Node, kind: ValueType | None, reading: Reading, *, table: bool = False) -> Any:
    """Return the constant that *node* writes, of type *kind*; without a type, by the value's own form.

    With *table* (or, without a type, for a mapping) it is a tuple of ``(key, value)`` pairs.
    """
    if table or (kind is None and isinstance(node, Mapping)):
        return _read_table(node, kind, reading)
    if isinstance(node, Sequence) and (kind is None or kind.kind is Kind.LIST):
        of = kind.of if kind is not None else None
        members = [read_value(item, of, reading) for item in node.items]
        if BAD in members:
            return BAD
        if kind is not None and (len(members) < kind.at_least or (kind.unit == POSITION and len(members) != 2)):
            return _misfit(node, kind, reading, f"{len(members)}")
        return tuple(members)
    if not isinstance(node, Scalar) or form(node) in (Form.NULL, Form.FLOAT):
        what = Label(f"{kind} 的值", f"a value of type {kind}") if kind else Label("一个值", "a value")
        return reading.expected(node, what)
    value, unit = _own_form(node, kind, reading)
    if value is BAD or kind is None:
        return value
    if not fits(kind, value):
        return _misfit(node, kind, reading, node.text)
    # A share that leaves its unit open is one number in any; a count without a unit is no period.
    if unit and unit != kind.unit and (kind.unit or kind.kind is not Kind.SHARE):
        return reading.report(
            "wrong-unit",
            f"“{node.text}”的单位是 {unit}，这里{f'应当是 {kind.unit}' if kind.unit else '没有单位'}",
            f"{node.text!r} is in {unit}, but {kind.unit or 'no unit'} is the unit here",
            reading.origin(node),
            unit=unit,
        )
    return value


def written_unit(node: Node) -> str:
    """Return the unit in which a constant is written (``pct(65)``, ``days(10)``); empty for none."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    call = _CALL.match(unicodedata.normalize("NFKC", text))
    return _UNITS.get(call[1], "") if call is not None else ""


def _read_table(node: Node, kind: ValueType | None, reading: Reading) -> Any:
    if not isinstance(node, Mapping):
        return reading.expected(node, Label("按 per 列出的一组值", "a mapping of values, by per"))
    since = len(reading.findings)
    given, _ = entries(node, reading)
    pairs = tuple((name, read_value(value, kind, reading)) for name, _, value in given)
    bad = len(reading.findings) > since or any(value is BAD for _, value in pairs)
    return BAD if bad else pairs


def _own_form(node: Scalar, kind: ValueType | None, reading: Reading) -> tuple[Any, str]:
    what = form(node)
    if what is Form.BOOL:
        return as_bool(node), ""
    if what is Form.INT:
        return Whole().read(node, reading), ""
    text = node.text.strip()
    if kind is not None and kind.kind is Kind.TEXT:
        return text, ""
    if kind is not None and kind.kind is Kind.DATE and (day := iso_day(text)) is not None:
        return day, ""
    call = _CALL.match(unicodedata.normalize("NFKC", text))
    if call is None or call[1] not in QUANTITIES:
        return text, ""
    number, quoted = call[2], call[3] if call[3] is not None else call[4]
    value = _constant(call[1], number, quoted)
    if value is None:
        return reading.report(
            "wrong-constant",
            f"“{text}”写得不对；例如 pct(60)、permille(3)、yuan('12.50')、days(10)、date('2006-05-01')",
            f"{text!r} is no such constant; write pct(60), permille(3), yuan('12.50'), days(10) or date('2006-05-01')",
            reading.origin(node),
            value=text,
        ), ""
    return value, _UNITS.get(call[1], "")


def _constant(word: str, number: str | None, quoted: str | None) -> Money | Fraction | dt.date | int | None:
    if number is not None and len(number) > 18:
        return None
    if word in PERIODS:
        return int(number) if number is not None and int(number) >= 0 else None
    if word in SHARES:
        match = _DECIMAL.match(number if number is not None else quoted or "")
        if match is None:
            return None
        decimals = match[2] or ""
        return Fraction(int(match[1] + decimals), 10 ** len(decimals) * SHARES[word])
    if word == "yuan":
        try:
            return Money.yuan(number if number is not None else quoted or "")
        except ValueError:
            return None
    return iso_day(quoted or "")


def _misfit(node: Node, kind: ValueType, reading: Reading, shown: str) -> Bad:
    zh = en = ""
    if kind.kind is Kind.ENUM:
        _, zh, en = suggestion(shown, kind.values)
        zh, en = f"；{zh}", f"; {en}"
    example = _EXAMPLES.get(kind.kind)
    if example:
        zh, en = f"，写法如 {example}", f"; write such as {example}"
    plain = unicodedata.normalize("NFKC", shown)
    if kind.kind is Kind.INT and plain != shown and plain.lstrip("-").isdigit():
        zh, en = f"；请写半角的数字 {plain}", f"; write it in ASCII digits, {plain}"
    if kind.unit == POSITION:
        zh, en = "，写法是 [东, 北]，以米计", "; write it as [east, north] in metres"
    elif kind.kind is Kind.LIST:
        zh, en = f"，至少 {kind.at_least} 项", f"; it has at least {kind.at_least} members"
    return reading.report(
        "wrong-value",
        f"“{shown}”不是类型 {kind} 的值{zh}",
        f"{shown!r} is no value of type {kind}{en}",
        reading.origin(node),
        value=shown,
    )


_EXAMPLES = {
    Kind.BOOL: "true",
    Kind.INT: "3",
    Kind.DATE: "2006-05-01",
    Kind.MONEY: "yuan('12.50')",
    Kind.SHARE: "pct(60)",
}
