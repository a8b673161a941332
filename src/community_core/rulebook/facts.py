"""The tables of keys for facts, parameters, services, gaps and settings."""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import Origin
from community_core.base.labels import Label
from community_core.base.ranks import Privacy, Rank, Standing
from community_core.declarations.practice import GapTerm, ServiceTerm, Setting
from community_core.rulebook.bounds import BOUNDS_KEY, FORCE_KEY, GIVEN_BOUNDS_KEY, bounds_of, given_type
from community_core.rulebook.labels import (
    CITE,
    EN,
    FROM,
    LABEL,
    LABELS,
    UNTIL,
    ZH,
    label_of,
    labels_of,
    span_of,
)
from community_core.rulebook.nodes import Mapping, Node, Scalar
from community_core.rulebook.readers import EXPRESSION, NAME, NAMES, TEXT, Choice, Each, Raw
from community_core.rulebook.reading import BAD, Bad, Fields, Key, NamedReader, Reader, Reading, Record
from community_core.rulebook.values import (
    AT_LEAST_KEY,
    MEMBER_HELP,
    TYPE,
    TYPE_KEY,
    UNIT_KEY,
    read_value,
    type_of,
    written_unit,
)
from community_core.rules.terms import AsOf, DatedValue, Fact, Parameter
from community_core.rules.types import ValueType

STANDING = Choice(Standing, Label("规则性质", "a standing"))
RANK = Choice(Rank, Label("层级", "a rank"))
#: A district sets values and amends as the place that it is, and neither as the law nor as the library.
PLACE_RANK = Choice(
    Rank, Label("地方的层级", "the rank of a place"), only=(Rank.COMMUNITY, Rank.DISTRICT, Rank.CITY, Rank.PROVINCE)
)
PRIVACY_KEY = Key(
    "privacy",
    Choice(Privacy, Label("公开程度", "a privacy class")),
    Label("公开程度", "the privacy class"),
    required=True,
)
STANDING_KEY = Key("standing", STANDING, Label("规则性质", "what the source says the rule is"))
AS_OF_KEY = Key(
    "as_of",
    Choice(AsOf, Label("办件按哪一天读", "a day")),
    Label("办件按立案那天（case）还是环节那天（step）读", "whether a case reads it as of its opening or of each step"),
)
OPEN_TO_KEY = Key(
    "open_to",
    Each(RANK, Label("层级的列表", "a list of ranks"), or_one=True, unique=True),
    Label("谁可以设定", "who may set it"),
)
_VALUES_LABELS = Label("枚举值的名称", "labels of an enumeration's values")
VALUES_LABELS_KEY = Key("values", LABELS, _VALUES_LABELS)


def _build_fact(fields: Fields, reading: Reading) -> Fact | Bad:
    kind = given_type(fields, reading, member="members")
    label = label_of(fields, reading)
    labels = labels_of(fields, "values", None if kind is BAD else kind, reading)
    if kind is BAD or label is BAD or labels is BAD:
        return BAD
    return Fact(
        fields.name,
        kind,
        of=fields.get("of", "resident"),
        label=label,
        privacy=fields.get("privacy"),
        derived=fields.get("derived"),
        labels=labels,
        cite=fields.get("cite"),
        origin=fields.origin,
    )


FACT = Record(
    (
        Key("of", NAME, Label("关于什么（resident、household…）", "its subject (resident, household…)")),
        TYPE_KEY,
        UNIT_KEY,
        Key("members", TYPE, MEMBER_HELP),
        AT_LEAST_KEY,
        GIVEN_BOUNDS_KEY,
        ZH,
        EN,
        PRIVACY_KEY,
        Key("derived", EXPRESSION, Label("由其他事实计算的表达式", "the expression that computes it from other facts")),
        VALUES_LABELS_KEY,
        CITE,
    ),
    _build_fact,
    Label("一项事实的各键", "the keys of a fact"),
)


@frozen
class Dated:
    """A dated value before its type is known: the node of the value, and everything else."""

    node: Node
    span: Span
    standing: Standing | None
    cite: Citation | None
    origin: Origin

    def read(
        self, kind: ValueType | None, reading: Reading, default: Standing, *, table: bool = False
    ) -> DatedValue | Bad:
        """Return the value with its type; *default* is its standing where it does not say one."""
        value: Any = read_value(self.node, kind, reading, table=table)
        if isinstance(value, Bad):
            return value
        unit = written_unit(self.node) if kind is None else ""
        return DatedValue(value, self.span, self.standing or default, self.cite, unit=unit, origin=self.origin)


def _build_dated(fields: Fields, reading: Reading) -> Dated | Bad:
    span = span_of(fields, reading)
    if span is BAD:
        return BAD
    return Dated(fields.nodes["value"], span, fields.get("standing"), fields.get("cite"), fields.origin)


_VALUE = Key("value", Raw(), Label("值", "the value"), required=True)
_WHEN_FROM = Key("from", FROM.reads, FROM.help, required=True)
DATED = Record(
    (_VALUE, _WHEN_FROM, UNTIL, STANDING_KEY, CITE),
    _build_dated,
    Label("一个值 {value, from, standing, cite}", "a value {value, from, standing, cite}"),
)
HISTORY = Each(DATED, Label("值的列表", "a list of dated values"), keep_bad=True)


class Direction(Enum):
    """The direction in which a number may be tightened."""

    HIGHER = "higher"
    LOWER = "lower"


DIRECTION = Choice(Direction, Label("收紧的方向", "a direction"))


def _build_parameter(fields: Fields, reading: Reading) -> Parameter | Bad:
    kind = type_of(fields, reading)
    label = label_of(fields, reading)
    labels = labels_of(fields, "labels", None if kind is BAD else kind, reading)
    if kind is BAD or label is BAD or labels is BAD:
        return BAD
    standing = fields.get("standing") or reading.standing
    per = fields.get("per", "")
    table = bool(per) or "per" in fields.bad
    history = [each.read(kind, reading, standing, table=table) for each in fields.get("values", ()) if each is not BAD]
    bounds = bounds_of(fields, kind, reading)
    if BAD in history or bounds is BAD:
        return BAD
    return Parameter(
        fields.name,
        kind,
        label=label,
        history=tuple(history),
        bounds=bounds,
        open_to=fields.get("open_to", ()),
        per=per,
        stricter=stricter.value if (stricter := fields.get("stricter")) is not None else "",
        gap=fields.get("gap"),
        cite=fields.get("cite"),
        force=fields.get("force"),
        as_of=fields.get("as_of", AsOf.CASE),
        labels=labels,
        origin=fields.origin,
    )


PARAMETER = Record(
    (
        TYPE_KEY,
        UNIT_KEY,
        Key("of", TYPE, MEMBER_HELP),
        AT_LEAST_KEY,
        ZH,
        EN,
        Key("per", NAME, Label("按哪项枚举事实分列", "the enumerated fact by which it is a table")),
        Key(
            "stricter",
            DIRECTION,
            Label("往哪边算收紧", "which way is stricter"),
        ),
        OPEN_TO_KEY,
        Key("labels", LABELS, _VALUES_LABELS),
        Key("gap", LABEL, Label("为什么没有值", "why there is no value")),
        Key("values", HISTORY, Label("各时期的值", "its values, each from a day")),
        BOUNDS_KEY,
        FORCE_KEY,
        AS_OF_KEY,
        STANDING_KEY,
        CITE,
    ),
    _build_parameter,
    Label("一项参数的各键", "the keys of a parameter"),
    lenient=True,
)


@frozen
class SettingReader:
    """The dated values given to another's open parameter; its type is declared elsewhere and checked later."""

    values: Each = HISTORY

    def read(self, node: Node, reading: Reading) -> tuple[DatedValue, ...] | Bad:
        """Return the values, each by its own form."""
        history = self.values.read(node, reading)
        if history is BAD:
            return BAD
        values = [each.read(None, reading, reading.standing) for each in history if each is not BAD]
        return BAD if BAD in values or BAD in history else tuple(values)


SETTINGS_HELP = Label("给别处的开放参数设定的值", "values for open parameters of others")


def settings_of(entries: tuple[tuple[str, Any], ...], node: Node, reading: Reading) -> tuple[Setting, ...]:
    """Return the settings that the entries of a ``set`` section make."""
    places = (
        {key.text: reading.origin(key) for key, _ in node.pairs if isinstance(key, Scalar)}
        if isinstance(node, Mapping)
        else {}
    )
    return tuple(Setting(term, history, places[term]) for term, history in entries)


def _build_service(fields: Fields, reading: Reading) -> ServiceTerm | Bad:
    label = label_of(fields, reading)
    if label is BAD:
        return BAD
    return ServiceTerm(
        fields.name,
        label,
        recipients=fields.get("recipients", ()),
        price_forms=fields.get("price_forms", ()),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        origin=fields.origin,
    )


SERVICE = Record(
    (
        Key("zh", TEXT, Label("中文名称", "the Chinese text"), required=True),
        EN,
        Key("recipients", NAMES, Label("服务对象的类别", "the kinds of recipient")),
        Key("price_forms", NAMES, Label("材料写明的收费形式", "the price forms that the document names")),
        STANDING_KEY,
        CITE,
    ),
    _build_service,
    Label("一项服务的各键", "the keys of a service"),
)


@frozen
class GapReader(NamedReader):
    """A gap: a plain Chinese text, or its texts and citation; built by *make* (name, text, cite, origin)."""

    record: Record
    make: Any

    def read(self, node: Node, reading: Reading, name: str = "", origin: Origin | None = None) -> Any:
        """Return the gap."""
        if isinstance(node, Mapping):
            return self.record.read(node, reading, name, origin)
        text = LABEL.read(node, reading)
        return BAD if text is BAD else self.make(name, text, None, origin or reading.origin(node))


def gap_reader(make: Any) -> Reader:
    """Return the reader of gaps that *make* builds."""

    def build(fields: Fields, reading: Reading) -> Any:
        label = label_of(fields, reading)
        return BAD if label is BAD else make(fields.name, label, fields.get("cite"), fields.origin)

    zh = Key("zh", TEXT, Label("缺了什么", "what is missing, in Chinese"), required=True)
    return GapReader(Record((zh, EN, CITE), build, Label("一个缺项 {zh, en, cite}", "a gap {zh, en, cite}")), make)


GAP = gap_reader(GapTerm)
