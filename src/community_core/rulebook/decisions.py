"""The table of keys for decisions: outputs, rows and what applies otherwise."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from community_core.base.findings import Origin
from community_core.base.labels import Label
from community_core.rulebook.facts import AS_OF_KEY, OPEN_TO_KEY, STANDING_KEY, VALUES_LABELS_KEY
from community_core.rulebook.labels import CITE, EN, FROM, LABEL, UNTIL, ZH, label_of, labels_of, span_of
from community_core.rulebook.nodes import Mapping, Node
from community_core.rulebook.readers import EXPRESSION, NAME, Choice, Each, Raw, not_a_name, read_entry
from community_core.rulebook.reading import BAD, Bad, Fields, Key, NamedReader, Reading, Record, entries, suggestion
from community_core.rulebook.values import (
    AT_LEAST_KEY,
    MEMBER_HELP,
    TYPE,
    TYPE_KEY,
    UNIT_KEY,
    TypeReader,
    type_of,
)
from community_core.rules.terms import Aggregation, AsOf, DecisionTable, Expression, HitPolicy, Output, Row

ALWAYS = Expression("true")


def _build_output(fields: Fields, reading: Reading) -> Output | Bad:
    kind = type_of(fields, reading)
    label = label_of(fields, reading)
    labels = labels_of(fields, "values", None if kind is BAD else kind, reading)
    if kind is BAD or label is BAD or labels is BAD:
        return BAD
    return Output(fields.name, kind, label, labels)


_TYPED = Record(
    (TYPE_KEY, UNIT_KEY, Key("of", TYPE, MEMBER_HELP), AT_LEAST_KEY, ZH, EN, VALUES_LABELS_KEY),
    _build_output,
    Label("一个结果项的各键", "the keys of an output"),
)


@frozen
class OutputReader(NamedReader):
    """One output: its type, or a mapping with its type and labels."""

    single: TypeReader = TYPE
    record: Record = _TYPED

    def read(self, node: Node, reading: Reading, name: str = "", origin: Origin | None = None) -> Output | Bad:
        """Return the output under its name."""
        if isinstance(node, Mapping):
            output: Output | Bad = self.record.read(node, reading, name, origin)
            return output
        kind = self.single.read(node, reading)
        return BAD if kind is BAD else Output(name, kind)


_OUTPUT = OutputReader()


@frozen
class OutputsReader:
    """The outputs of a decision: one type (or a mapping with ``type``), or a mapping of several by name."""

    one: OutputReader = _OUTPUT

    def read(self, node: Node, reading: Reading) -> tuple[Output, ...] | Bad:
        """Return the outputs; a single one has the empty name."""
        if not isinstance(node, Mapping) or any(getattr(key, "text", "") == "type" for key, _ in node.pairs):
            output = self.one.read(node, reading)
            return BAD if output is BAD else (output,)
        since = len(reading.findings)
        outputs: list[Any] = []
        for name, key, value in entries(node, reading)[0]:
            if not NAME.allows(name):
                not_a_name(name, reading, reading.origin(key))
            outputs.append(read_entry(self.one, name, key, value, reading))
        if len(reading.findings) > since or BAD in outputs:
            return BAD
        if not outputs:
            return reading.expected(node, Label("结果项", "outputs"))
        return (
            tuple(outputs) if len(outputs) > 1 else (Output("", outputs[0].type, outputs[0].label, outputs[0].labels),)
        )


def _build_row(fields: Fields, reading: Reading) -> Fields | Bad:
    has_then, has_gap = "then" in fields.nodes, "gap" in fields.nodes
    if has_then == has_gap:
        if {"then", "gap"} & fields.bad:
            return BAD
        return reading.report(
            "then-or-gap",
            "一行写 then 或 gap 中的一个，不多不少",
            "a row has either then or gap, and exactly one of them",
            fields.origin,
        )
    if has_then and "because" not in fields.nodes and "because" not in fields.bad:
        return reading.report(
            "missing-key",
            "缺少键“because”（理由）",
            "the key 'because' is missing (the reason)",
            fields.origin,
            key="because",
        )
    return fields


_THEN = (
    Key("then", Raw(), Label("结果；有几项时按名称分列", "the outcome; with several outputs, one each by name")),
    Key("gap", LABEL, Label("材料在这里没有写什么", "what the source is silent about here")),
    Key("because", LABEL, Label("理由", "the reason")),
    STANDING_KEY,
    CITE,
)
ROW = Record(
    (
        Key("name", NAME, Label("行名（供修改时指明位置）", "its name, by which an amendment places rows")),
        Key("when", EXPRESSION, Label("条件", "the condition"), required=True),
        *_THEN,
    ),
    _build_row,
    Label("一行 {when, then, because}", "a row {when, then, because}"),
    lenient=True,
)
OTHERWISE = Record(
    _THEN,
    _build_row,
    Label("各行都不成立时的结果 {then, because}", "what applies otherwise {then, because}"),
    lenient=True,
)


def row_of(fields: Fields, outputs: tuple[Output, ...] | None, reading: Reading) -> Row | Bad:
    """Return a row; *outputs* are its table's: none where they could not be read, empty where it stands elsewhere."""
    then: tuple[tuple[str, Expression], ...] | Bad = ()
    if "then" in fields.nodes:
        then = _then(fields.nodes["then"], outputs, reading)
    if then is BAD or fields.bad:
        return BAD
    return Row(
        fields.get("when", ALWAYS),
        then,
        because=fields.get("because", Label()),
        gap=fields.get("gap"),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        name=fields.get("name", ""),
        origin=fields.origin,
    )


def _then(node: Node, outputs: tuple[Output, ...] | None, reading: Reading) -> tuple[tuple[str, Expression], ...] | Bad:
    if not isinstance(node, Mapping):
        if outputs is not None and len(outputs) > 1:
            listed = "、".join(output.name for output in outputs)
            return reading.expected(node, Label(f"各结果项（{listed}）", f"a mapping of the outputs ({listed})"))
        value = EXPRESSION.read(node, reading)
        return BAD if value is BAD else (("", value),)
    if outputs is not None and len(outputs) == 1:
        return reading.expected(node, Label("一个表达式", "one expression"))
    since = len(reading.findings)
    given, _ = entries(node, reading)
    found: dict[str, Any] = {name: EXPRESSION.read(value, reading) for name, _, value in given}
    if outputs is None:
        return BAD
    if not outputs:
        return BAD if len(reading.findings) > since or BAD in found.values() else tuple(found.items())
    names = [output.name for output in outputs]
    misspelt = set()
    for name, key, _ in given:
        if name not in names:
            meant, zh, en = suggestion(name, [each for each in names if each not in found])
            misspelt.add(meant)
            reading.report(
                "unknown-output",
                f"没有结果项“{name}”；{zh}",
                f"there is no output {name!r}; {en}",
                reading.origin(key),
                output=name,
            )
    for name in names:
        if name not in found and name not in misspelt:
            reading.report(
                "missing-output",
                f"缺少结果项“{name}”；每一行都要写全",
                f"the output {name!r} is missing; every row gives all of them",
                reading.origin(node),
                output=name,
            )
    if len(reading.findings) > since or BAD in found.values():
        return BAD
    return tuple((name, found[name]) for name in names)


def _build_decision(fields: Fields, reading: Reading) -> DecisionTable | Bad:
    outputs = fields.get("yields")
    rows: list[Any] = [row_of(each, outputs, reading) for each in fields.get("rows", ()) if each is not BAD]
    otherwise = fields.get("otherwise")
    last = row_of(otherwise, outputs, reading) if otherwise is not None else None
    hit = fields.get("hit", HitPolicy.FIRST)
    if "aggregation" in fields.nodes and hit is not HitPolicy.COLLECT and "hit" not in fields.bad:
        reading.report(
            "not-collect",
            "只有 hit: collect 才有 aggregation",
            "only hit: collect has an aggregation",
            fields.at("aggregation", reading),
        )
    span = span_of(fields, reading)
    if fields.bad or outputs is None or BAD in rows or last is BAD or span is BAD:
        return BAD
    return DecisionTable(
        fields.name,
        outputs,
        tuple(rows),
        of=fields.get("of", "resident"),
        hit=hit,
        aggregation=fields.get("aggregation", Aggregation.LIST),
        otherwise=last,
        title=fields.get("title", Label()),
        open_to=fields.get("open_to", ()),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        span=span,
        as_of=fields.get("as_of", AsOf.CASE),
        origin=fields.origin,
    )


DECISION = Record(
    (
        Key("title", LABEL, Label("标题", "the title")),
        Key("of", NAME, Label("关于什么（resident、household…）", "its subject (resident, household…)")),
        Key("yields", OutputsReader(), Label("结果的类型", "the type of its outcome"), required=True),
        Key(
            "hit",
            Choice(HitPolicy, Label("命中方式", "a hit policy")),
            Label("几行成立时怎么办", "how rows that hold become one outcome"),
        ),
        Key(
            "aggregation",
            Choice(Aggregation, Label("汇总方式", "an aggregation")),
            Label("collect 怎样汇总", "what collect makes of the outcomes"),
        ),
        Key(
            "rows",
            Each(ROW, Label("行的列表", "a list of rows"), keep_bad=True),
            Label("各行", "the rows"),
            required=True,
        ),
        Key("otherwise", OTHERWISE, Label("各行都不成立时", "what applies when every row is false")),
        OPEN_TO_KEY,
        AS_OF_KEY,
        STANDING_KEY,
        FROM,
        UNTIL,
        CITE,
    ),
    _build_decision,
    Label("一个判定表的各键", "the keys of a decision"),
    lenient=True,
)
