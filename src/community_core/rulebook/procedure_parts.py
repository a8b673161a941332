"""The tables of keys for what stands beside a procedure's steps: papers, transitions, measures, what is posted."""

from __future__ import annotations

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.procedures.definition import (
    DisclosureItem,
    Measure,
    Paper,
    PaperForm,
    PublishKind,
    Repeats,
    Transition,
)
from community_core.rulebook.facts import PRIVACY_KEY, STANDING_KEY
from community_core.rulebook.labels import CITE, EN, LABEL, ZH, label_of
from community_core.rulebook.readers import (
    DOTTED,
    DOTTED_NAMES,
    EXPRESSION,
    NAME,
    NAMES,
    Choice,
    Day,
    Pairs,
    Text,
)
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record


def _build_paper(fields: Fields, reading: Reading) -> Paper | Bad:
    label = label_of(fields, reading)
    if label is BAD:
        return BAD
    return Paper(
        fields.name,
        fields.get("form"),
        fields.get("shows", ()),
        fields.get("lists", ()),
        fields.get("signed_by", ()),
        label,
        fields.get("text", Label()),
        fields.origin,
    )


PAPER = Record(
    (
        ZH,
        EN,
        Key(
            "form",
            Choice(PaperForm, Label("文书的种类", "a form of paper")),
            Label("文书的种类", "the form"),
            required=True,
        ),
        Key("shows", NAMES, Label("写明哪些字段", "the fields that stand in it")),
        Key("lists", NAMES, Label("逐条记下哪些环节", "the steps that it writes down one by one")),
        Key("signed_by", DOTTED_NAMES, Label("由谁签名", "who signs: posts or fields")),
        Key("text", LABEL, Label("开头的话", "the words it begins with")),
    ),
    _build_paper,
    Label("一份文书的各键", "the keys of a paper"),
)


def _build_transition(fields: Fields, _: Reading) -> Transition:
    return Transition(
        fields.name,
        fields.get("by"),
        fields.get("cite"),
        text=fields.get("text", ""),
        before=fields.get("before"),
        since=fields.get("since"),
        states=fields.get("states", ()),
        steps=fields.get("steps", ()),
        drops=fields.get("drops", ()),
        because=fields.get("because", Label()),
        origin=fields.origin,
    )


TRANSITION = Record(
    (
        Key("text", Text(), Label("旧规则文本的哈希", "the hash of the older text")),
        Key("before", Day(), Label("此日以前立案的", "for cases opened before this day")),
        Key("since", Day(), Label("从哪天起可以转用", "the first day on which a case may move")),
        Key("by", DOTTED_NAMES, Label("由哪些职务", "the posts that may move a case"), required=True),
        Key("states", Pairs(NAME, Label("旧状态与新状态", "new states by old")), Label("改名的状态", "states renamed")),
        Key("steps", Pairs(NAME, Label("旧环节与新环节", "new steps by old")), Label("改名的环节", "steps renamed")),
        Key("drops", NAMES, Label("不再有的旧环节", "steps of the older text that have no successor")),
        Key("because", LABEL, Label("理由", "the reason")),
        Key("cite", CITE.reads, CITE.help, required=True),
    ),
    _build_transition,
    Label("旧办件怎样转用新文本", "how older cases move over to this text"),
)


def _build_measure(fields: Fields, reading: Reading) -> Measure | Bad:
    label = label_of(fields, reading)
    if label is BAD:
        return BAD
    if ("part" in fields.nodes) == ("value" in fields.nodes) or ("value" in fields.nodes and "whole" in fields.nodes):
        return reading.report(
            "keys-clash",
            "统计或者写 part（和 whole）求比率，或者写 value 取各件的值",
            "a measure has either 'part' (and 'whole') for a share, or 'value' for what each case has",
            fields.origin,
            key="value",
        )
    return Measure(
        fields.name,
        label,
        fields.get("part"),
        fields.get("whole"),
        fields.get("value"),
        fields.get("on", ""),
        fields.get("each", ""),
        fields.get("privacy", Privacy.INTERNAL),
        fields.origin,
    )


MEASURE = Record(
    (
        ZH,
        EN,
        Key("part", EXPRESSION, Label("算进分子的条件", "which cases are the part")),
        Key("whole", EXPRESSION, Label("算进分母的条件", "of which cases they are the part")),
        Key("value", EXPRESSION, Label("各件的值", "the value that each case has")),
        Key("on", NAME, Label("按哪个日期字段排列", "the date field by which it is laid out")),
        Key("each", NAME, Label("按哪个字段分列", "the field by which it is told apart")),
        Key("privacy", PRIVACY_KEY.reads, Label("公开程度", "the privacy class")),
    ),
    _build_measure,
    Label("一项统计的各键", "the keys of a measure"),
)


REPEATS = Record(
    (
        Key("every", EXPRESSION, Label("多久一次", "how often"), required=True),
        Key("each", NAME, Label("按哪个字段各算各的", "the field whose values count each by itself")),
    ),
    lambda fields, _: Repeats(fields.get("every"), fields.get("each", ""), fields.origin),
    Label("多久再办一次 {every, each}", "how often a new case is due {every, each}"),
)


def _build_item(fields: Fields, reading: Reading) -> DisclosureItem | Bad:
    label = label_of(fields, reading)
    if label is BAD:
        return BAD
    return DisclosureItem(
        fields.name,
        fields.get("by"),
        label,
        fields.get("kind", PublishKind.DISCLOSURE),
        fields.get("to", "residents"),
        fields.get("channel", Label()),
        fields.get("every"),
        fields.get("cite"),
        fields.get("standing"),
        fields.origin,
    )


DISCLOSED = Record(
    (
        ZH,
        EN,
        Key("by", DOTTED_NAMES, Label("由哪些职务", "the posts that post it"), required=True),
        Key("kind", Choice(PublishKind, Label("公开方式", "a kind of publishing")), Label("公开方式", "the kind")),
        Key("to", DOTTED, Label("向谁", "to whom")),
        Key("channel", LABEL, Label("在哪里", "through which channel")),
        Key("every", EXPRESSION, Label("多久一次", "how often")),
        STANDING_KEY,
        CITE,
    ),
    _build_item,
    Label("一项应公开内容的各键", "the keys of an item to disclose"),
)
