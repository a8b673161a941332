"""From a typed tree back to text, with names or with Chinese labels; the canonical spelling comes from here."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from community_core.base.ids import spelt
from community_core.base.money import Money
from community_core.rules import nodes as n
from community_core.rules.types import Kind

Naming = Callable[[str, str], str]

_ZH_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "==": "＝", ">": "＞", "<": "＜"}
#: Words of the language as a Chinese reader expects them.
_ZH_WORDS = {
    "half_up": "四舍五入",
    "half_even": "四舍六入五成双",
    "up": "进位",
    "down": "舍去",
    "fen": "到分",
    "jiao": "到角",
    "yuan": "到元",
    "count": "人数或项数",
    "subset": "都在其中",
    "distance": "距离",
    "total": "合计",
    "any": "至少一个",
    "all": "全部",
    "age_on": "周岁",
    "days_between": "相隔天数",
    "months_between": "相隔月数",
    "workdays_between": "相隔工作日",
    "share": "占比",
}
#: What a member is called in the canonical spelling.
_MEMBER = "each"

_PERIODS = {"day": "days", "workday": "workdays", "month": "months"}


def plain_name(_kind: str, name: str) -> str:
    """Name everything by its identifier."""
    return spelt(name)


def constant_text(value: Any, kind: Kind, unit: str = "", *, zh: bool = False) -> str:
    """Return a value as the language writes it, or as a Chinese reader expects it."""
    if value is True or value is False:
        return ("是" if value else "否") if zh else str(value).lower()
    if isinstance(value, Money):
        return f"{value} 元" if zh else f"yuan('{value}')"
    if isinstance(value, Fraction):
        if zh:
            from community_core.rules.answer import share_text  # noqa: PLC0415 - answers read this module's neighbours

            return share_text(value)
        if unit == "permille" and (value * 1000).denominator == 1:
            return f"permille({int(value * 1000)})"
        return (
            f"pct({int(value * 100)})" if (value * 100).denominator == 1 else f"{value.numerator}/{value.denominator}"
        )
    if kind is Kind.DATE:
        return f"{value}" if zh else f"date('{value}')"
    if kind is Kind.INT and unit in _PERIODS and not zh:
        return f"{_PERIODS[unit]}({value})"
    if kind is Kind.TEXT:
        return f"“{value}”" if zh else repr(value)
    if isinstance(value, tuple) and zh:
        return f"（{'、'.join(constant_text(item, kind, unit, zh=True) for item in value)}）"
    if isinstance(value, tuple):
        return "(" + ", ".join(constant_text(item, kind, unit, zh=zh) for item in value) + ")"
    return str(value)


def unparse(node: n.Node, naming: Naming = plain_name, *, zh: bool = False) -> str:
    """Return *node* as text; *naming* names a kind (``fact parameter decision value word``) and identifier."""

    def text(item: n.Node) -> str:
        return unparse(item, naming, zh=zh)

    def inside(item: n.Node) -> str:
        wrapped = isinstance(item, (n.And, n.Or, n.Not, n.IfElse, n.Compare, n.Member, n.Arith))
        if not wrapped:
            return text(item)
        return f"（{text(item)}）" if zh else f"({text(item)})"

    if isinstance(node, n.Const):
        if node.type.kind is Kind.ENUM:
            return naming("value", node.value)
        return constant_text(node.value, node.type.kind, node.type.unit, zh=zh)
    if isinstance(node, (n.FactRef, n.Derived)):
        return naming("fact", node.name)
    if isinstance(node, n.ParamRef):
        return naming("parameter", node.term)
    if isinstance(node, n.Unknown):
        return naming("parameter", node.ask)
    if isinstance(node, n.DecisionRef):
        name = naming("decision", node.term)
        return f"{name}.{node.output}" if node.output else name
    if isinstance(node, n.DayRef):
        return "当日" if zh else "day"
    if isinstance(node, n.Not):
        return f"{'非' if zh else 'not'} {inside(node.item)}"
    if isinstance(node, (n.And, n.Or)):
        sign = ("且" if zh else "and") if isinstance(node, n.And) else ("或" if zh else "or")
        return f" {sign} ".join(inside(item) for item in node.items)
    if isinstance(node, n.Compare):
        return f"{inside(node.left)} {_ZH_SIGNS[node.op] if zh else node.op} {inside(node.right)}"
    if isinstance(node, n.Member):
        options = ("、" if zh else ", ").join(text(option) for option in node.options)
        if not zh:
            return f"{inside(node.item)} in ({options}{',' if len(node.options) == 1 else ''})"
        return f"{inside(node.item)} 属于（{options}）"
    if isinstance(node, n.Arith):
        return f"{inside(node.left)} {node.op} {inside(node.right)}"
    if isinstance(node, n.IfElse):
        if zh:
            return f"若 {inside(node.condition)} 则 {inside(node.then)} 否则 {inside(node.other)}"
        return f"{inside(node.then)} if {inside(node.condition)} else {inside(node.other)}"
    if isinstance(node, (n.Lookup, n.Table)):
        term = node.term if isinstance(node, n.Lookup) else node.ask
        name, key = naming("parameter", term), text(node.key)
        return f"{name}[{key}]" if not zh else f"{name}（{'' if isinstance(node.key, n.Const) else '按'}{key}）"
    if isinstance(node, n.Members):

        def of_member(kind: str, name: str) -> str:
            said = naming(kind, name)
            return said if kind != "fact" else f"其{said}" if zh else f"{_MEMBER}.{said}"

        value = "" if node.value is None else unparse(node.value, of_member, zh=zh)
        if zh:
            those = "" if node.condition is None else f"中 {unparse(node.condition, of_member, zh=True)} 的"
            return f"{_ZH_WORDS.get(node.how, node.how)}（{text(node.members)}{those}{f'，{value}' if value else ''}）"
        where = "" if node.condition is None else f" if {unparse(node.condition, of_member, zh=zh)}"
        return f"{node.how}({value or _MEMBER} for {_MEMBER} in {text(node.members)}{where})"
    if isinstance(node, n.Known):
        return f"已知（{text(node.item)}）" if zh else f"known({text(node.item)})"
    if node.function == "plus_workdays":
        return f"{inside(node.args[0])} + {inside(node.args[1])}"
    if node.function == "contains":
        return f"{inside(node.args[0])} {'属于' if zh else 'in'} {inside(node.args[1])}"
    if node.function == "rounded":
        words = [str(arg.value) for arg in node.args[1:] if isinstance(arg, n.Const) and arg.value]
        if zh:
            return f"取整（{'，'.join([text(node.args[0]), *(_ZH_WORDS.get(word, word) for word in words)])}）"
        return f"rounded({', '.join([text(node.args[0]), *words])})"
    name, args = naming("word", node.function), [text(arg) for arg in node.args]
    return f"{_ZH_WORDS.get(name, name)}（{'，'.join(args)}）" if zh else f"{name}({', '.join(args)})"
