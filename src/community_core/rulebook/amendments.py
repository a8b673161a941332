"""The table of keys for amendments: rows added, terms replaced, steps inserted, guards and numbers tightened."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from community_core.base.days import Span
from community_core.base.labels import Label
from community_core.declarations.amendments import Amendment, AmendmentKind
from community_core.procedures.definition import Procedure
from community_core.rulebook.code_lists import CODE_LIST, CODES
from community_core.rulebook.decisions import DECISION, ROW, row_of
from community_core.rulebook.facts import STANDING_KEY
from community_core.rulebook.labels import CITE, FROM, UNTIL, span_of
from community_core.rulebook.procedures import PROCEDURE, PROCEDURE_PARTS
from community_core.rulebook.readers import DOTTED, EXPRESSION, NAME, Each, Raw
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record
from community_core.rulebook.values import read_value
from community_core.rules.bounds import Bound, BoundKind

_KINDS = tuple(kind.value for kind in AmendmentKind)
_BOUNDS = (BoundKind.AT_LEAST, BoundKind.AT_MOST)
#: What an amendment of each kind may carry.
_CARRIES = {
    AmendmentKind.ADD: ("rows", "codes"),
    AmendmentKind.REPLACE: ("decision", "procedure", "code_list"),
    AmendmentKind.INSERT: ("procedure",),
    AmendmentKind.TIGHTEN: ("when", "at_least", "at_most"),
}
_PARTS = ("facts", "states", "ends", "steps", "late")


def _build(fields: Fields, reading: Reading) -> Amendment | Bad:
    given = [kind for kind in AmendmentKind if kind.value in fields.nodes]
    if len(given) != 1:
        listed = "、".join(_KINDS)
        return reading.report(
            "one-amendment",
            f"一条修改写 {listed} 中的一个，不多不少",
            f"an amendment has exactly one of {', '.join(_KINDS)}",
            fields.origin,
        )
    kind = given[0]
    span = span_of(fields, reading)
    if span is BAD or fields.bad:
        return BAD
    inserted = kind is AmendmentKind.INSERT
    carried = [name for name in _CARRIES[kind] if name in fields.nodes]
    if len(carried) != 1 and not (inserted and "steps" in fields.nodes):
        wanted = " / ".join(("steps",) if inserted else _CARRIES[kind])
        return reading.report(
            "amendment-content",
            f"{kind.value} 要写 {wanted} 中的一个",
            f"{kind.value} carries exactly one of {wanted}",
            fields.origin,
        )
    rows: list[Any] = [row_of(each, (), reading) for each in fields.get("rows", ()) if each is not BAD]
    bounds = [_bound(bound, span, fields, reading) for bound in _BOUNDS if bound.value in fields.nodes]
    if BAD in rows or BAD in bounds:
        return BAD
    decision = fields.get("decision")
    procedure = fields.get("procedure")
    code_list = fields.get("code_list")
    if inserted:
        procedure = _parts(fields)
    name = fields.get(kind.value).rpartition(".")[2]
    return Amendment(
        kind,
        fields.get(kind.value),
        span=span,
        cite=fields.get("cite"),
        rows=tuple(rows),
        before=fields.get("before", ""),
        after=fields.get("after", ""),
        decision=evolve(decision, name=name) if decision is not None else None,
        procedure=evolve(procedure, name=name) if procedure is not None else None,
        when=fields.get("when"),
        bound=bounds[0] if bounds else None,
        codes=fields.get("codes", ()),
        code_list=evolve(code_list, name=name) if code_list is not None else None,
        standing=fields.get("standing"),
        origin=fields.origin,
    )


def _bound(kind: BoundKind, span: Span, fields: Fields, reading: Reading) -> Any:
    value = read_value(fields.nodes[kind.value], None, reading)
    return BAD if value is BAD else Bound(kind, value, span, cite=fields.get("cite"), origin=fields.origin)


def _parts(fields: Fields) -> Procedure:
    def values(key: str) -> tuple[Any, ...]:
        return tuple(value for _, value in fields.get(key, ()))

    return Procedure(
        "",
        values("steps"),
        ends=fields.get("ends", ()),
        fields=values("facts"),
        late=tuple(rule for rules in values("late") for rule in rules),
        states=fields.get("states", ()),
        origin=fields.origin,
    )


AMENDMENT = Record(
    (
        Key("add", DOTTED, Label("给哪个判定或代码表加", "the decision or code list that is added to")),
        Key(
            "replace",
            DOTTED,
            Label("替换哪个判定、程序或代码表", "the decision, procedure or list that is replaced"),
        ),
        Key("insert", DOTTED, Label("给哪个程序加环节", "the procedure into which steps are inserted")),
        Key("tighten", DOTTED, Label("收紧哪个参数或环节", "the parameter or step that is tightened")),
        Key("rows", Each(ROW, Label("行的列表", "a list of rows"), keep_bad=True), Label("加的行", "the rows added")),
        Key("before", NAME, Label("加在哪一行之前（first 或行名）", "before which row (first, or its name)")),
        Key("after", NAME, Label("加在哪一行之后（last 或行名）", "after which row (last, or its name)")),
        Key("decision", DECISION, Label("新的判定", "the decision that replaces it")),
        Key("procedure", PROCEDURE, Label("新的程序", "the procedure that replaces it")),
        CODES,
        Key("code_list", CODE_LIST, Label("新的代码表", "the code list that replaces it")),
        *(key for key in PROCEDURE_PARTS if key.name in _PARTS),
        Key("when", EXPRESSION, Label("再加的条件", "the further condition")),
        Key("at_least", Raw(), Label("下限", "the least value")),
        Key("at_most", Raw(), Label("上限", "the greatest value")),
        Key("from", FROM.reads, FROM.help, required=True),
        UNTIL,
        STANDING_KEY,
        Key("cite", CITE.reads, CITE.help, required=True),
    ),
    _build,
    Label("一条修改 {add/replace/insert/tighten, from, cite}", "an amendment {add/replace/insert/tighten, from, cite}"),
    lenient=True,
)
AMENDMENTS = Key(
    "amend",
    Each(AMENDMENT, Label("修改的列表", "a list of amendments"), keep_bad=True),
    Label("对别处条款的修改", "what it amends in terms of others"),
)
