"""What types, units and kinds of subjects are called in both languages: in refusals, and on pages."""

from __future__ import annotations

from collections.abc import Mapping

from community_core.base.labels import Label, joined
from community_core.rules.bounds import worded
from community_core.rules.types import POSITION, Kind, ValueType

SUBJECTS: Mapping[str, Label] = {
    "body": Label("组织", "body"),
    "building": Label("楼", "building"),
    "case": Label("办件", "case"),
    "city": Label("市", "city"),
    "community": Label("社区", "community"),
    "complaint": Label("投诉", "complaint"),
    "contract": Label("契约", "contract"),
    "county": Label("县", "county"),
    "district": Label("区县", "district"),
    "household": Label("户", "household"),
    "owner": Label("业主", "owner"),
    "post": Label("职务", "post"),
    "resident": Label("居民", "resident"),
    "service": Label("服务", "service"),
    "subdistrict": Label("街道", "subdistrict"),
    "unit": Label("辖区单位", "unit in the area"),
    "vulnerable": Label("弱势人员", "vulnerable person"),
}

TYPES: Mapping[Kind, Label] = {
    Kind.BOOL: Label("是否", "yes or no"),
    Kind.INT: Label("整数", "whole number"),
    Kind.TEXT: Label("文字", "text"),
    Kind.DATE: Label("日期", "day"),
    Kind.MONEY: Label("金额", "money"),
    Kind.SHARE: Label("比例", "share"),
    Kind.ENUM: Label("选项", "one of"),
    Kind.LIST: Label("列表", "list"),
    Kind.MEMBERS: Label("成员", "members"),
}

UNITS: Mapping[str, Label] = {
    "minute": Label("分钟", "minutes"),
    "day": Label("天", "days"),
    "workday": Label("个工作日", "working days"),
    "month": Label("个月", "months"),
    "year": Label("年", "years"),
    "metre": Label("米", "metres"),
    "square_metre": Label("平方米", "square metres"),
    "pct": Label("%", "%"),
    "permille": Label("‰", "‰"),
}


def subject_label(subject: str) -> Label:
    """Return what a kind of subject is called."""
    return SUBJECTS.get(subject) or Label(subject, subject)


def type_label(kind: ValueType, labels: Mapping[str, Label] | None = None) -> Label:
    """Return what a type is called, with the values of an enumeration, the unit of a number and its bounds."""
    if kind.bounds:
        bare, limits = type_label(kind.bare, labels), worded(kind.bounds)
        return Label(f"{bare.zh}，{limits.zh}", f"{bare.text('en')}, {limits.text('en')}")
    if kind.kind is Kind.ENUM:
        named = labels or {}
        values = [named.get(value) or Label(value, value) for value in kind.values]
        return joined(values, "／", " / ")
    if kind.unit == POSITION:
        return Label("位置（向东、向北各多少米）", "position (metres to the east and to the north)")
    base = TYPES[kind.kind]
    if kind.kind is Kind.LIST and kind.of is not None:
        of = type_label(kind.of, labels)
        return Label(f"{base.zh}：{of.zh}", f"{base.en} of: {of.text('en')}")
    if kind.refers_to:
        subject = subject_label(kind.refers_to)
        return Label(f"{subject.zh}的编号", f"id of a {subject.text('en')}")
    if kind.unit and kind.kind is Kind.INT:
        unit = UNITS.get(kind.unit) or Label(kind.unit, kind.unit)
        return Label(f"{base.zh}（{unit.zh}）", f"{base.en} ({unit.en})")
    return base
