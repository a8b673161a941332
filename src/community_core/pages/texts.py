"""Values, kinds and standings as text in both languages; not the formatting of answers, which explain themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from community_core.base.labels import Label
from community_core.base.masking import HIDDEN, masked
from community_core.base.money import Money
from community_core.base.ranks import Standing
from community_core.declarations.catalogue import RowClass
from community_core.instruments.ballot import ABSTAIN, SPOILT
from community_core.procedures.definition import EndKind, PublishKind
from community_core.procedures.withholding import Why, Withheld
from community_core.rules.answer import share_text
from community_core.rules.explain import STANDING_LABELS
from community_core.rules.types import Kind, ValueType

UNKNOWN = Label("未知", "unknown")

#: What is said of a value that is not to hand; of one that nobody said he reads, its mask is shown.
WITHHELD: Mapping[Why, Label] = {
    Why.ERASED: Label("已删除", "erased"),
    Why.LOCKED: Label("已加密，没有密钥", "encrypted, without its key"),
    Why.MISSING: Label("缺失", "missing"),
    Why.DAMAGED: Label("读不出：密钥不对或被改动", "unreadable: another key, or changed"),
    Why.UNREAD: Label(),
}

KINDS: Mapping[PublishKind, Label] = {
    PublishKind.ANNOUNCEMENT: Label("公告", "announcement"),
    PublishKind.OBJECTION_NOTICE: Label("公示", "objection notice"),
    PublishKind.DISCLOSURE: Label("公开", "disclosure"),
    PublishKind.PERSONAL_NOTICE: Label("告知", "personal notice"),
}

#: What a row of a catalogue claims.
ROW_CLASSES: Mapping[RowClass, Label] = {
    RowClass.MECHANISM: Label("运行", "mechanism"),
    RowClass.VALUE: Label("用到的数", "value"),
    RowClass.REFERENCE: Label("存目", "reference"),
}

#: On pages as in reasons.
STANDINGS: Mapping[Standing, Label] = STANDING_LABELS

ENDS: Mapping[EndKind, Label] = {
    EndKind.DECIDED: Label("已决定", "decided"),
    EndKind.REFUSED: Label("未通过", "refused"),
    EndKind.WITHDRAWN: Label("已撤回", "withdrawn"),
    EndKind.LAPSED: Label("已失效", "lapsed"),
    EndKind.HANDED_OVER: Label("已移交", "handed over"),
}


#: To whom something is published, where the word is one of the library's.
#: What counts and outcomes call a ballot without an option, and the answers to a yes-or-no question.
BALLOT_WORDS: Mapping[str, Label] = {
    ABSTAIN: Label("弃权", "abstained"),
    SPOILT: Label("废票", "spoilt"),
    "yes": Label("赞成", "yes"),
    "no": Label("反对", "no"),
}


def masked_text(value: Any, kind: ValueType) -> str:
    """Return what may be shown of a personal value of the type *kind* where nobody is named: of texts alone a mask."""
    of = kind.of if kind.kind is Kind.LIST else kind
    return masked(value) if of is not None and of.kind is Kind.TEXT else HIDDEN


def value_text(value: Any, labels: Mapping[str, Label] | None = None) -> Label:
    """Return a plain value of any declared type as text; *labels* name the values of an enumeration."""
    if value is None:
        return UNKNOWN
    if isinstance(value, Withheld):
        said = WITHHELD[value.why]
        return (
            Label(f"{said.zh}（{value.key}）", f"{said.en} ({value.key})") if value.key else said or Label(value.shown)
        )
    if value is True or value is False:
        return Label("是", "yes") if value else Label("否", "no")
    if isinstance(value, Money):
        return Label(f"{value} 元", f"{value} yuan")
    if isinstance(value, Fraction):
        return Label(share_text(value), share_text(value))
    if isinstance(value, dt.date):
        return Label(f"{value.year}年{value.month}月{value.day}日", value.isoformat())
    if isinstance(value, tuple | list):
        parts = [value_text(part, labels) for part in value]
        if not parts:
            return Label("无", "none")
        zh = "、".join(part.zh for part in parts)
        # What nobody has put into English is not said twice.
        named_twice = any(part.text("en") != part.zh for part in parts)
        return Label(zh, ", ".join(part.text("en") for part in parts) if named_twice else "")
    if isinstance(value, Mapping):
        pairs = [(value_text(key, labels), value_text(part, labels)) for key, part in value.items()]
        return Label(
            "，".join(f"{key.zh} {part.zh}" for key, part in pairs),
            ", ".join(f"{key.text('en')} {part.text('en')}" for key, part in pairs),
        )
    named = (labels or {}).get(str(value))
    if named:
        return named
    text = str(value)
    return Label(text or "（空）", text or "(empty)")
