"""The tables of keys for procedures: fields, steps, what they publish, decide and cause, and what happens when late."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from community_core.base.labels import Label
from community_core.procedures.definition import (
    EffectSpec,
    EndKind,
    Gap,
    Late,
    LateAction,
    Needs,
    Procedure,
    Publish,
    PublishKind,
    Rates,
    Step,
    StepField,
    Waiting,
)
from community_core.rulebook.ballots import DECIDES
from community_core.rulebook.bounds import GIVEN_BOUNDS_KEY, given_type
from community_core.rulebook.facts import OPEN_TO_KEY, PRIVACY_KEY, STANDING_KEY, VALUES_LABELS_KEY, gap_reader
from community_core.rulebook.labels import CITATION, CITE, EN, FROM, LABEL, UNTIL, ZH, label_of, labels_of, span_of
from community_core.rulebook.nodes import Mapping, Node
from community_core.rulebook.procedure_parts import DISCLOSED, MEASURE, PAPER, REPEATS, TRANSITION
from community_core.rulebook.readers import (
    DOTTED,
    DOTTED_NAMES,
    EXPRESSION,
    NAME,
    NAMES,
    Choice,
    Each,
    EachNamed,
    Flag,
    Pairs,
    not_a_name,
)
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record, entries
from community_core.rulebook.values import AT_LEAST_KEY, MEMBER_HELP, TYPE, TYPE_KEY, UNIT_KEY


def _build_field(fields: Fields, reading: Reading) -> StepField | Bad:
    kind = given_type(fields, reading)
    label = label_of(fields, reading)
    labels = labels_of(fields, "values", None if kind is BAD else kind, reading)
    if kind is BAD or label is BAD or labels is BAD:
        return BAD
    optional = fields.get("optional", False)
    return StepField(
        fields.name,
        kind,
        fields.get("privacy"),
        label,
        labels,
        optional,
        fields.get("times_of", ""),
        fields.get("unordered", False),
        fields.get("from_roll", ""),
        fields.origin,
    )


FIELD = Record(
    (
        TYPE_KEY,
        UNIT_KEY,
        Key("of", TYPE, MEMBER_HELP),
        AT_LEAST_KEY,
        GIVEN_BOUNDS_KEY,
        ZH,
        EN,
        PRIVACY_KEY,
        Key("optional", Flag(), Label("可以不填", "whether it may be left out")),
        Key(
            "times_of",
            NAME,
            Label("数哪个环节办了几次（不由环节收取）", "the step whose times it counts; nobody gives it"),
        ),
        Key("unordered", Flag(), Label("列表的次序是否不予保留", "whether the order of the list is not kept")),
        Key("from_roll", NAME, Label("由哪个字段所写的选民名册填入", "the field naming the roll it is filled from")),
        VALUES_LABELS_KEY,
    ),
    _build_field,
    Label("一个环节字段的各键", "the keys of a step's field"),
)

PUBLISH = Record(
    (
        Key(
            "kind",
            Choice(PublishKind, Label("公开方式", "a kind of publishing")),
            Label("公开方式", "the kind"),
            required=True,
        ),
        Key("what", NAMES, Label("公开哪些字段", "which fields"), required=True),
        Key("to", DOTTED, Label("向谁", "to whom")),
        Key("for", EXPRESSION, Label("多久", "for how long")),
        Key("ground", CITATION, Label("依据哪条法规可以指名", "the law by which people are named in it")),
        Key("consent", NAME, Label("本人是否同意指名（是/否字段）", "the yes-or-no field of the person's consent")),
    ),
    lambda fields, _: Publish(
        fields.get("kind"),
        fields.get("what"),
        fields.get("to", "residents"),
        fields.get("for"),
        fields.get("ground"),
        fields.get("consent", ""),
        fields.origin,
    ),
    Label(
        "公开什么 {kind, what, to, for, ground, consent}", "what is published {kind, what, to, for, ground, consent}"
    ),
)

WAITING = Record(
    (
        Key("after", NAME, Label("从哪个环节起算", "the step from which it counts"), required=True),
        Key("period", EXPRESSION, Label("多久", "how long"), required=True),
    ),
    lambda fields, _: Waiting(fields.get("after"), fields.get("period"), fields.origin),
    Label("期限 {after, period}", "a period {after, period}"),
)

RATES = Record(
    (
        Key("among", NAME, Label("谁可以评分（字段）", "the field of those who may score"), required=True),
        Key(
            "handed_in", NAME, Label("谁交了评分表（字段）", "the field of those who handed a sheet in"), required=True
        ),
        Key("criteria", EXPRESSION, Label("评哪几项", "the criteria"), required=True),
        Key("scale", EXPRESSION, Label("有哪些等次", "the grades"), required=True),
        Key("points", EXPRESSION, Label("各等次几分", "what each grade is worth"), required=True),
        Key("weights", EXPRESSION, Label("各项的权重", "how much each criterion counts")),
    ),
    lambda fields, _: Rates(
        fields.get("among"),
        fields.get("handed_in"),
        fields.get("criteria"),
        fields.get("scale"),
        fields.get("points"),
        fields.get("weights"),
        fields.origin,
    ),
    Label(
        "评分 {among, handed_in, criteria, scale, points, weights}",
        "score sheets {among, handed_in, criteria, scale, points, weights}",
    ),
)


NEEDS = Record(
    (
        Key("case", NAME, Label("写办件编号的字段", "the field that names the case"), required=True),
        Key("of", DOTTED, Label("要是哪个程序的办件", "the procedure whose case it is"), required=True),
        Key("in", NAMES, Label("要处于哪些状态", "the states in which it must stand"), required=True),
        Key("here", NAME, Label("那件办件的哪个名单要包括本地", "its list in which this place must stand")),
    ),
    lambda fields, _: Needs(
        fields.get("case"), fields.get("of"), fields.get("in"), fields.get("here", ""), fields.origin
    ),
    Label("要有另一办件 {case, of, in, here}", "what is needed of another case {case, of, in, here}"),
)


@frozen
class EffectReader:
    """An effect: its first key is the kind, whose value is the argument ``procedure`` (of ``open``) or ``what``."""

    def read(self, node: Node, reading: Reading) -> EffectSpec | Bad:
        """Return the effect with its arguments in the order of the text."""
        if not isinstance(node, Mapping) or not node.pairs:
            return reading.expected(
                node, Label("一个后果，如 {open: follow_up}", "an effect, such as {open: follow_up}")
            )
        since = len(reading.findings)
        arguments: list[tuple[str, Any]] = []
        kind = ""
        for name, key, value in entries(node, reading)[0]:
            if not NAME.allows(name):
                not_a_name(name, reading, reading.origin(key))
            argument = name
            if not kind:
                kind = name
                argument = "procedure" if name == "open" else "what"
            arguments.append((argument, EXPRESSION.read(value, reading)))
        if len(reading.findings) > since or not arguments or any(value is BAD for _, value in arguments):
            return BAD
        return EffectSpec(kind, tuple(arguments), reading.origin(node))


_EFFECTS = Each(EffectReader(), Label("后果的列表", "a list of effects"))
_NEEDED = Each(NEEDS, Label("要有的办件或其列表", "what is needed of another case, or a list of it"), or_one=True)
_PUBLISHED = Each(PUBLISH, Label("公开内容或其列表", "what is published, or a list of it"), or_one=True)


def _build_step(fields: Fields, reading: Reading) -> Step | Bad:
    source, stays = fields.get("from"), fields.get("in")
    to = fields.get("to", "")
    label = label_of(fields, reading)
    for key, other in (("from", "in"), ("to", "in")):
        if key in fields.nodes and other in fields.nodes:
            return reading.report(
                "keys-clash",
                f"“{key}”和“{other}”不能同时写：in 表示状态不变，from … to 表示换状态",
                f"{key!r} and {other!r} exclude each other: 'in' keeps the state, 'from' and 'to' change it",
                fields.at(other, reading),
                key=other,
            )
    if stays is None and not to:
        return reading.report(
            "missing-key",
            "缺少键“to”（到哪个状态）；状态不变的环节写 in",
            "the key 'to' is missing (the state after the step); a step that keeps the state has 'in'",
            fields.origin,
            key="to",
        )
    if label is BAD:
        return BAD
    return Step(
        fields.name,
        fields.get("by"),
        source=source or stays or (),
        to=to,
        takes=fields.get("takes", ()),
        label=label,
        when=fields.get("when"),
        held=fields.get("held", ""),
        not_by=fields.get("not_by", ()),
        not_before=fields.get("not_before"),
        within=fields.get("within"),
        decides=fields.get("decides"),
        rates=fields.get("rates"),
        publish=fields.get("publish", ()),
        effects=fields.get("effects", ()),
        papers=fields.get("papers", ()),
        clears=fields.get("clears", ()),
        needs=fields.get("needs", ()),
        because=fields.get("because", Label()),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        origin=fields.origin,
    )


STEP = Record(
    (
        ZH,
        EN,
        Key("from", NAMES, Label("从哪些状态", "the states before it")),
        Key("to", NAME, Label("到哪个状态", "the state after it")),
        Key("in", NAMES, Label("在哪些状态里（状态不变）", "the states in which it keeps the state")),
        Key("by", DOTTED_NAMES, Label("由哪些职务", "the posts that may take it"), required=True),
        Key("takes", NAMES, Label("要填的字段", "the fields it takes")),
        Key("when", EXPRESSION, Label("条件", "its guard")),
        Key("needs", _NEEDED, Label("要有哪些别的办件", "what it needs of other cases")),
        Key("held", NAME, Label("必须在哪个日期字段当天", "the date field on whose day it must happen")),
        Key("not_by", NAMES, Label("办过哪些环节的人不得办", "steps whose taker may not take this one")),
        Key("not_before", WAITING, Label("最早", "no sooner than")),
        Key("within", WAITING, Label("最迟", "no later than")),
        Key("decides", DECIDES, Label("共同决定", "what is decided together")),
        Key("rates", RATES, Label("统计评分表", "the score sheets it counts")),
        Key("publish", _PUBLISHED, Label("公开什么", "what it publishes")),
        Key("effects", _EFFECTS, Label("后果", "what it causes")),
        Key("papers", NAMES, Label("出具的文书", "the papers it yields")),
        Key("clears", NAMES, Label("办理后不再有效的字段", "the fields that no longer hold after it")),
        Key("because", LABEL, Label("理由", "the reason")),
        STANDING_KEY,
        CITE,
    ),
    _build_step,
    Label("一个环节的各键", "the keys of a step"),
)

_ACTIONS = {action.value: action for action in LateAction}


def _build_late(fields: Fields, reading: Reading) -> Late | Bad:
    then, to = fields.get("then"), fields.get("to", "")
    action = _ACTIONS.get(then)
    if action is None:
        # the short form: the name of a state is a lapse to it
        if to:
            return reading.report(
                "unknown-word",
                f"“{then}”不是到期后的办法；可用的有：{'、'.join(_ACTIONS)}",
                f"{then!r} is not what can happen when late; known are {', '.join(_ACTIONS)}",
                fields.at("then", reading),
                word=then,
            )
        action, to = LateAction.LAPSE, then
    if not to and action is not LateAction.REMIND:
        return reading.report(
            "missing-key",
            "缺少键“to”（转到哪个状态，或上报给哪个职务）",
            "the key 'to' is missing (the state it lapses to, or the post it is escalated to)",
            fields.origin,
            key="to",
        )
    return Late(fields.name, fields.get("after"), action, to, fields.get("because", Label()), fields.origin)


LATE = Record(
    (
        Key("after", EXPRESSION, Label("多久之后", "after how long"), required=True),
        Key(
            "then",
            NAME,
            Label("lapse、escalate、remind 或状态名", "lapse, escalate, remind, or a state"),
            required=True,
        ),
        Key("to", DOTTED, Label("转到的状态或上报的职务", "the state, or the post that is told")),
        Key("because", LABEL, Label("理由", "the reason")),
    ),
    _build_late,
    Label("到期规则 {after, then, to}", "what happens when late {after, then, to}"),
)


def _build_procedure(fields: Fields, reading: Reading) -> Procedure | Bad:
    if "steps" not in fields.nodes and "extends" not in fields.nodes:
        if {"steps", "extends"} & fields.bad:
            return BAD
        return reading.report(
            "missing-key",
            "缺少键“steps”（环节）；没有 extends 的程序要写环节",
            "the key 'steps' is missing; a procedure without 'extends' has steps",
            fields.origin,
            key="steps",
        )
    span = span_of(fields, reading)
    if fields.bad or span is BAD:
        return BAD

    def values(key: str) -> tuple[Any, ...]:
        return tuple(value for _, value in fields.get(key, ()))

    return Procedure(
        fields.name,
        values("steps"),
        ends=fields.get("ends", ()),
        fields=values("facts"),
        late=tuple(rule for rules in values("late") for rule in rules),
        transitions=values("transitions"),
        gaps=values("gaps"),
        measures=values("measures"),
        discloses=values("discloses"),
        repeats=fields.get("repeats"),
        papers=values("papers"),
        states=fields.get("states", ()),
        title=fields.get("title", Label()),
        about=fields.get("about", "community"),
        force=fields.get("force", ""),
        extends=fields.get("extends", ""),
        replaces=fields.get("replaces", ""),
        open_to=fields.get("open_to", ()),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        span=span,
        origin=fields.origin,
    )


_ENDS = Pairs(Choice(EndKind, Label("结束方式", "a kind of end")), Label("状态与结束方式", "kinds of end by state"))
PROCEDURE_PARTS = (
    Key("title", LABEL, Label("标题", "the title")),
    Key("about", NAME, Label("关于什么", "what its cases are about")),
    Key("force", NAME, Label("结论的效力", "what its conclusion does")),
    Key("extends", DOTTED, Label("在哪个程序上增改", "the procedure it builds on")),
    Key("replaces", DOTTED, Label("代替哪个程序", "the procedure it stands for")),
    Key("facts", Pairs(FIELD, Label("字段", "fields by name")), Label("办件的字段", "the fields of a case")),
    Key("states", Pairs(LABEL, Label("状态的名称", "labels by state")), Label("状态的名称", "labels of its states")),
    Key("ends", _ENDS, Label("各个结束", "how its cases end")),
    Key("steps", Pairs(STEP, Label("环节", "steps by name")), Label("环节", "the steps")),
    Key(
        "late",
        Pairs(
            EachNamed(LATE, Label("到期规则或其列表", "a late rule, or a list of them")),
            Label("到期规则", "late rules by state"),
        ),
        Label("到期怎么办", "what happens when a state lasts too long"),
    ),
    Key("papers", Pairs(PAPER, Label("文书", "papers by name")), Label("可打印的文书", "the papers its steps yield")),
    Key(
        "transitions",
        Pairs(TRANSITION, Label("过渡", "transitions by name")),
        Label("旧办件怎样转用新文本", "how older cases move over to this text"),
    ),
    Key(
        "gaps",
        Pairs(gap_reader(Gap), Label("缺项", "gaps by name")),
        Label("材料没有写的", "what its source leaves open"),
    ),
    Key("measures", Pairs(MEASURE, Label("统计", "measures by name")), Label("统计", "figures over its cases")),
    Key("repeats", REPEATS, Label("多久再办一次", "how often a new case is due")),
    Key(
        "discloses",
        Pairs(DISCLOSED, Label("应公开的各项", "items by name")),
        Label("应公开哪些内容", "what is to be posted"),
    ),
)
PROCEDURE = Record(
    (
        *PROCEDURE_PARTS,
        FROM,
        UNTIL,
        OPEN_TO_KEY,
        STANDING_KEY,
        CITE,
    ),
    _build_procedure,
    Label("一个程序的各键", "the keys of a procedure"),
    lenient=True,
)
