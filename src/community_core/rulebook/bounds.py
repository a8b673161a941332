"""Bounds as a text declares them: those that a rank sets to a parameter, and those of what may be given at all."""

from __future__ import annotations

from attrs import frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import Origin
from community_core.base.labels import Label
from community_core.base.ranks import Force
from community_core.rulebook.labels import CITE, FROM, UNTIL, span_of
from community_core.rulebook.nodes import Node
from community_core.rulebook.readers import Choice, Each, Raw
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record
from community_core.rulebook.values import read_value, type_of
from community_core.rules.bounds import Bound, BoundKind, worded
from community_core.rules.types import ORDERED, Kind, ValueType

FORCE_KEY = Key("force", Choice(Force, Label("约束力", "a force")), Label("约束力", "what the norm does"))


@frozen
class Limit:
    """A bound before its type is known."""

    kind: BoundKind
    node: Node
    span: Span
    force: Force
    cite: Citation | None
    origin: Origin

    def read(self, kind: ValueType, reading: Reading) -> Bound | Bad:
        """Return the bound with its value of type *kind*, or for ``one_of`` a list of such."""
        if self.kind is not BoundKind.ONE_OF and kind.kind not in ORDERED:
            return reading.report(
                "bound-without-order",
                f"{kind} 没有大小，不能写 {self.kind.value}；只有整数、金额、比例和日期可以",
                f"{kind} has no order, so it has no {self.kind.value}; whole numbers, money, shares and days have",
                self.origin,
                key=self.kind.value,
            )
        of = ValueType(Kind.LIST, of=kind, at_least=1) if self.kind is BoundKind.ONE_OF else kind
        value = read_value(self.node, of, reading)
        return BAD if value is BAD else Bound(self.kind, value, self.span, self.force, self.cite, origin=self.origin)


def _build_bound(fields: Fields, reading: Reading) -> Limit | Bad:
    given = [kind for kind in BoundKind if kind.value in fields.nodes]
    if len(given) != 1:
        return reading.report(
            "one-bound",
            "一条界限写 at_least、at_most、one_of 中的一个，不多不少；有上下两限的写成两条",
            "a bound has exactly one of at_least, at_most, one_of; write a lower and an upper one as two",
            fields.origin,
        )
    span = span_of(fields, reading)
    if span is BAD:
        return BAD
    force = fields.get("force", Force.BINDING)
    return Limit(given[0], fields.nodes[given[0].value], span, force, fields.get("cite"), fields.origin)


_LIMITS = (
    Key("at_least", Raw(), Label("下限", "the least value")),
    Key("at_most", Raw(), Label("上限", "the greatest value")),
    Key("one_of", Raw(), Label("只许这些值", "the only values")),
)
BOUND = Record((*_LIMITS, FORCE_KEY, FROM, UNTIL, CITE), _build_bound, Label("一条界限", "a bound"))
#: A bound of what may be given: it depends neither on the day nor on who says so.
GIVEN_BOUND = Record((*_LIMITS, CITE), _build_bound, Label("一条输入界限", "a bound of what may be given"))


def _bounds(record: Record) -> Each:
    return Each(record, Label("界限的列表", "a list of bounds"), or_one=True, keep_bad=True)


BOUNDS_KEY = Key("bounds", _bounds(BOUND), Label("界限", "its bounds"))
GIVEN_BOUNDS_KEY = Key("bounds", _bounds(GIVEN_BOUND), Label("可以填的界限", "the bounds of what may be given"))


def bounds_of(fields: Fields, kind: ValueType, reading: Reading) -> tuple[Bound, ...] | Bad:
    """Return the bounds that a declaration writes, their values of type *kind*."""
    read = tuple(each.read(kind, reading) for each in fields.get("bounds", ()) if each is not BAD)
    return BAD if BAD in read or "bounds" in fields.bad else read


def given_type(fields: Fields, reading: Reading, member: str = "of") -> ValueType | Bad:
    """Return the type of what may be given, within the bounds that its declaration writes."""
    kind = type_of(fields, reading, member)
    if kind is BAD or "bounds" not in fields.nodes:
        return kind
    bounds = bounds_of(fields, kind, reading)
    if bounds is BAD:
        return BAD
    if kind.kind not in ORDERED:
        return reading.report(
            "bound-without-order",
            f"{kind} 不能有界限；只有整数、金额、比例和日期可以，几个固定的值请写成枚举",
            f"{kind} takes no bounds; whole numbers, money, shares and days do, and fixed values are an enumeration",
            fields.at("bounds", reading),
            key="bounds",
        )
    for index, first in enumerate(bounds):
        if any(first.excludes(second) for second in bounds[index + 1 :]):
            return reading.report(
                "bounds-empty",
                f"界限互不相容，什么值都不能填：{worded(bounds).zh}",
                f"the bounds leave no value: {worded(bounds).en}",
                first.origin,
                name=fields.name,
            )
    return kind.within(*bounds)
