"""How a field's value reads on the board, in Chinese and English; which values may be shown is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.instruments.ballot import ABSTAIN, SPOILT
from community_core.procedures.definition import StepField

_WORDS: Mapping[str, Label] = {
    ABSTAIN: Label("弃权", "abstained"),
    SPOILT: Label("废票", "spoilt"),
    "yes": Label("赞成", "yes"),
    "no": Label("反对", "no"),
}


def shown(item: StepField, value: Any) -> Label:
    """Return *value* of the field *item* as text in both languages."""
    labels = dict(item.labels)
    zh, en = _text(value, labels, "zh"), _text(value, labels, "en")
    return Label(zh or "—", en or "—")


def _text(value: Any, labels: Mapping[str, Label], lang: Any) -> str:
    if value is True or value is False:
        return {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}[lang, value]
    if isinstance(value, str):
        known = labels.get(value) or _WORDS.get(value)
        return known.text(lang) if known is not None else value
    if isinstance(value, Money):
        return f"{value} 元" if lang == "zh" else f"{value} yuan"
    if isinstance(value, Fraction):
        percent = value * 100
        return f"{percent}%" if percent.denominator == 1 else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        if len(value) == 2 and type(value[0]) is str and type(value[1]) is int:
            return f"{_text(value[0], labels, lang)} {value[1]}"
        return ("、" if lang == "zh" else ", ").join(_text(member, labels, lang) for member in value)
    return str(value)
