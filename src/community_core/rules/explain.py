"""Prose from an answer, in Chinese and English: outcome, rows, what conditions saw, documents, what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from community_core.base.labels import Label, Language
from community_core.base.ranks import Standing
from community_core.rules.answer import Answer, ConditionReport, ParameterUse, Reason, json_value
from community_core.rules.pattern import Status

STATUS_LABELS: dict[Status, Label] = {
    Status.DETERMINED: Label("已判定", "determined"),
    Status.UNDETERMINED: Label("尚不能判定", "undetermined"),
    Status.GAP: Label("材料未作规定", "the source is silent"),
    Status.UNCOVERED: Label("没有适用的规则", "no rule covers this"),
    Status.CONFLICT: Label("规则互相冲突", "rules conflict"),
    Status.UNAVAILABLE: Label("规则暂不可用", "the rule is unavailable"),
}

STANDING_LABELS: dict[Standing, Label] = {
    Standing.IN_FORCE: Label("现行", "in force"),
    Standing.REPORTED: Label("材料所述", "as reported"),
    Standing.PROPOSAL: Label("建议", "proposal"),
    Standing.PLAN: Label("计划", "plan"),
    Standing.AIM: Label("目标", "aim"),
    Standing.FAILED: Label("试行未成", "failed"),
    Standing.LIBRARY: Label("本库默认", "the library's own default"),
    Standing.EXAMPLE: Label("示例", "example"),
}

_HELD = {True: ("成立", "held"), False: ("不成立", "failed"), None: ("未知", "unknown")}


def prose(answer: Answer, lang: Language) -> str:
    """Return *answer* as prose in *lang*."""
    return "\n".join(_lines(answer, lang, ""))


def outcome_text(answer: Answer, lang: Language) -> str:
    """Return the outcome of a determined *answer* as a reader sees it, or what its status is called."""
    return _outcome(answer, lang) if answer.status is Status.DETERMINED else STATUS_LABELS[answer.status].text(lang)


def value_text(value: object, lang: Language, labels: Iterable[tuple[str, Label]] = ()) -> str:
    """Return a plain value as a reader sees it; *labels* say what the values of an enumeration are called."""
    return _shown(value, lang, dict(labels))


def _say(lang: Language, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _shown(value: object, lang: Language, labels: Mapping[str, Label] | None = None) -> str:
    if isinstance(value, str) and labels and labels.get(value):
        return labels[value].text(lang)
    if value is None:
        return _say(lang, "未知", "unknown")
    if isinstance(value, bool):
        return _say(lang, "是" if value else "否", str(value).lower())
    if isinstance(value, list | tuple):
        if not value:
            return _say(lang, "无", "none")
        return _say(lang, "、", ", ").join(_shown(item, lang, labels) for item in value)
    return str(json_value(value))


def _outcome(answer: Answer, lang: Language) -> str:
    labels = {output.name: dict(output.labels) for output in answer.source.outputs}
    outcome = answer.outcome

    def one(name: str, value: object) -> str:
        return _shown(value, lang, labels[name])

    if len(answer.source.outputs) == 1:
        return one(answer.source.outputs[0].name, outcome)
    titles = {output.name: output.label.text(lang) or output.name for output in answer.source.outputs}
    return _say(lang, "；", "; ").join(f"{titles[name]} {one(name, value)}" for name, value in outcome.items())


def _lines(answer: Answer, lang: Language, indent: str) -> Iterator[str]:
    title = answer.source.title.text(lang) or answer.term
    head = outcome_text(answer, lang)
    yield indent + _say(lang, f"{title}：{head}（{answer.on}）", f"{title}: {head} ({answer.on})")
    for reason in answer.trace.rows:
        yield from _row(reason, lang, indent + "  ")
    for found in answer.findings:
        yield indent + "  " + found.message.text(lang)
    if answer.ask:
        asked = _say(lang, "、", ", ").join(answer.ask)
        yield indent + _say(lang, f"  还需要知道：{asked}", f"  still to be known: {asked}")
    for gap in answer.gaps:
        yield indent + _say(lang, f"  材料缺项：{gap.text(lang)}", f"  gap in the source: {gap.text(lang)}")
    for use in answer.trace.parameters:
        yield indent + "  " + _parameter(use, lang)
    for part in answer.trace.parts:
        yield from _lines(part, lang, indent + "  ")


def _row(reason: Reason, lang: Language, indent: str) -> Iterator[str]:
    name = (
        _say(lang, "其他情形", "otherwise")
        if reason.row == 0
        else _say(lang, f"第 {reason.row} 行", f"row {reason.row}")
    )
    held = _HELD[reason.held][lang == "en"]
    text = (reason.gap if reason.gap is not None and not reason.because else reason.because).text(lang)
    mark = "→" if reason.counts else "·"
    yield indent + _say(lang, f"{mark} {name}（{held}）：{text}", f"{mark} {name} ({held}): {text}")
    for condition in reason.conditions:
        if not condition.values:
            continue
        yield indent + "    " + _condition(condition, lang)
    if reason.counts and reason.cite is not None:
        standing = STANDING_LABELS[reason.standing].text(lang)
        cite = reason.cite.text(lang)
        yield indent + _say(lang, f"    依据：{cite}（{standing}）", f"    source: {cite} ({standing})")


def _condition(condition: ConditionReport, lang: Language) -> str:
    held = _HELD[condition.held][lang == "en"]
    text = condition.text if lang == "en" else condition.text_zh
    shown = condition.shown if lang == "zh" else [(name, _shown(value, lang)) for name, value in condition.values]
    values = _say(lang, "，", ", ").join(f"{name} = {value}" for name, value in shown)
    seen = f" [{values}]" if values else ""
    return _say(lang, f"{text}：{held}{seen}", f"{text}: {held}{seen}")


def _parameter(use: ParameterUse, lang: Language) -> str:
    standing = STANDING_LABELS[use.standing].text(lang)
    since = use.since.isoformat() if use.since else _say(lang, "未注明日期", "undated")
    name = use.label.text(lang) or use.name
    value = _shown(use.value, lang, dict(use.labels))
    cite = _say(lang, "；", "; ") + use.cite.text(lang) if use.cite else ""
    return _say(
        lang,
        f"参数 {name} = {value}（{standing}，自 {since} 起，由 {use.setter} 设定{cite}）",
        f"parameter {name} = {value} ({standing}, from {since}, set by {use.setter}{cite})",
    )
