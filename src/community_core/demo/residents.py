"""The demo's first part: a few residents decided at the counter, one with a missing fact, one in a gap of the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.demo.desk import DAY, Desk
from community_core.pages.texts import value_text
from community_core.rules.answer import Answer, ParameterUse
from community_core.rules.pattern import Status

RESIDENTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("甲", {"age": 72, "lives_alone": True, "means": "dibao"}),
    ("乙", {"age": 81, "lives_alone": True, "means": "own_means"}),
    ("丙", {"age": 45, "lives_alone": True}),
    ("丁", {"age": 76, "lives_alone": True}),
    ("戊", {"age": 68, "lives_alone": True, "means": "other"}),
)


def play(desk: Desk) -> None:
    """Decide the residents and say which answers rest on example values."""
    show = desk.show
    rules = desk.shenhe.rules
    show.part("柜台：判定几位居民", "At the counter: a few residents")
    facts = {fact.name: fact for fact in rules.terms.facts}
    rows = []
    used: dict[ParameterUse, None] = {}
    for name, given in RESIDENTS:
        answer = rules.decide("care_class", given, on=DAY)
        known = "，".join(
            f"{facts[fact].label.zh} {_value(facts[fact].labels, value)}" for fact, value in given.items()
        )
        mark = " *" if Standing.EXAMPLE in answer.standings else ""
        used.update(dict.fromkeys(use for use in answer.parameters if use.standing is Standing.EXAMPLE))
        rows.append((name, known, outcome(answer) + mark, reason(answer, facts)))
    show.table(("居民", "已知 given", "结果 outcome", "依据或所缺 source, or what is missing"), rows)
    for use in used:
        unit = "岁" if use.type.unit == "year" else use.type.unit
        show.line(
            f"* 依赖示例值：{use.label.zh} = {value_text(use.value).zh} {unit}，材料未写，由 {use.setter} 设定",
            "rests on an example value",
            style="yellow",
        )


def outcome(answer: Answer) -> str:
    """Return the outcome of a care class in Chinese and English, or the status."""
    if answer.status is Status.DETERMINED:
        return f"{_CARE[answer.outcome].zh} {answer.outcome}"
    return f"{_STATUS[answer.status].zh} {answer.status.value}"


def reason(answer: Answer, facts: Mapping[str, Any]) -> str:
    """Return the row and source of an answer, the gap in the source's own words, or what to ask."""
    if answer.status is Status.UNDETERMINED:
        return "要问 ask: " + "、".join(f"{facts[name].label.zh} {name}" for name in answer.ask if name in facts)
    if answer.status is Status.GAP:
        return "；".join(gap.zh for gap in answer.gaps)
    cites = [reason.cite for reason in answer.reasons if reason.cite is not None]
    return f"第 {answer.row} 行 row · {cites[0].lines.split()[-1] if cites else ''}"


def _value(labels: tuple[tuple[str, Label], ...], value: Any) -> str:
    return value_text(value, dict(labels)).zh


_CARE: Mapping[str, Label] = {
    "carer": Label("上门照料", "carer"),
    "phone_round": Label("电话问安", "phone round"),
    "none": Label("不适用", "none"),
}

_STATUS: Mapping[Status, Label] = {
    Status.UNDETERMINED: Label("待定", "undetermined"),
    Status.GAP: Label("缺项", "gap"),
    Status.UNCOVERED: Label("未覆盖", "uncovered"),
    Status.CONFLICT: Label("冲突", "conflict"),
    Status.UNAVAILABLE: Label("不可用", "unavailable"),
    Status.DETERMINED: Label("已定", "determined"),
}
