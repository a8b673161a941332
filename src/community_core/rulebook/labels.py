"""Readers of labels, citations and spans, which most declarations share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.labels import Label
from community_core.rulebook.nodes import Scalar
from community_core.rulebook.readers import DIGITS, TEXT, Day, OneOf, Pairs, Undated, unknown_word
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record
from community_core.rules.types import ValueType

ZH = Key("zh", TEXT, Label("中文名称", "the Chinese text"))
EN = Key("en", TEXT, Label("英文名称", "the English text"))


def label_of(fields: Fields, reading: Reading) -> Label | Bad:
    """Return the label that the keys ``zh`` and ``en`` of a mapping give; English alone is a finding."""
    zh, en = fields.get("zh", ""), fields.get("en", "")
    if en and not zh:
        if "zh" in fields.bad:
            return BAD
        return reading.report(
            "label-without-chinese",
            "只有英文，没有中文；请补上 zh",
            "English stands alone; add the Chinese text under zh",
            fields.at("en", reading),
        )
    return Label(zh, en)


def _build_label(fields: Fields, reading: Reading) -> Label | Bad:
    found = label_of(fields, reading)
    if found is not BAD and not found:
        return reading.expected(fields.node, Label("有 zh 的名称", "a label with zh"))
    return found


class _Plain:
    """A plain text as a label: it is Chinese."""

    def read(self, node: Any, reading: Reading) -> Label | Bad:
        text = TEXT.read(node, reading)
        return BAD if text is BAD else Label(text)


LABEL_RECORD = Record((ZH, EN), _build_label, Label("{zh, en}", "{zh, en}"))
#: A plain Chinese text, or ``{zh, en}``.
LABEL = OneOf(_Plain(), LABEL_RECORD)
LABELS = Pairs(LABEL, Label("值与名称", "labels by value"))


def labels_of(
    fields: Fields, key: str, kind: ValueType | None, reading: Reading
) -> tuple[tuple[str, Label], ...] | Bad:
    """Return the labels of an enumeration's values under *key*; a label of no declared value is a finding."""
    labels: tuple[tuple[str, Label], ...] = fields.get(key, ())
    of = kind.of if kind is not None and kind.of is not None else kind
    if not labels or of is None:
        return labels
    found = True
    node = fields.nodes[key]
    for written, _ in getattr(node, "pairs", ()):
        if isinstance(written, Scalar) and written.text not in of.values:
            what = Label("这个枚举声明的值", "a declared value of this enumeration")
            unknown_word(written, list(of.values) or ["—"], what, reading)
            found = False
    return labels if found else BAD


def _build_citation(fields: Fields, reading: Reading) -> Citation | Bad:
    document = fields.get("document")
    if document is None and "document" not in fields.bad and reading.cited is not None:
        document = reading.cited.document
    if document is None:
        if "document" in fields.bad:
            return BAD
        return reading.report(
            "missing-key",
            "缺少键“document”（材料名称）；没有总出处（source）可承",
            "the key 'document' is missing, and there is no source to take it from",
            fields.origin,
            key="document",
        )
    return Citation(document, fields.get("heading", ""), fields.get("article", ""), fields.get("lines", ""))


CITATION = Record(
    (
        Key(
            "document",
            TEXT,
            Label("材料或法规的名称；不写则与总出处相同", "the document or statute; without it, that of source"),
        ),
        Key("heading", TEXT, Label("材料里的标题", "the heading in the document")),
        Key("article", DIGITS, Label("条文号", "the article of a statute")),
        Key("lines", DIGITS, Label("原文的行", "lines of the source text")),
    ),
    _build_citation,
    Label("出处 {document, heading, article, lines}", "a citation {document, heading, article, lines}"),
    lenient=True,
)
CITE = Key("cite", CITATION, Label("出处", "where the source says so"))
UNTIL = Key("until", Day(), Label("失效日（该日起不再有效）", "the day from which it no longer holds"))
FROM = Key("from", Day(undated=True), Label("生效日，或 undated", "the first day it holds, or undated"))


def span_of(fields: Fields, reading: Reading) -> Span | Bad:
    """Return the span that the keys ``from`` and ``until`` give."""
    start, end = fields.get("from"), fields.get("until")
    first: dt.date | None = None if isinstance(start, Undated) else start
    if first is not None and end is not None and end <= first:
        return reading.report(
            "until-before-from",
            f"until（{end}）应当晚于 from（{first}）",
            f"until ({end}) must come after from ({first})",
            fields.at("until", reading),
        )
    return Span(first, end)
