"""The table of keys for code lists: the department that owns one, and its dated codes."""

from __future__ import annotations

from attrs import evolve

from community_core.base.labels import Label
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.rulebook.facts import OPEN_TO_KEY, STANDING_KEY
from community_core.rulebook.labels import CITE, EN, FROM, LABEL, UNTIL, label_of, span_of
from community_core.rulebook.nodes import Scalar
from community_core.rulebook.readers import DIGITS, NAME, TEXT, Each, Raw
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record

_ZH = Key("zh", TEXT, Label("中文名称", "the Chinese text"), required=True)


def _build_entry(fields: Fields, reading: Reading) -> CodeEntry | Bad:
    label, span = label_of(fields, reading), span_of(fields, reading)
    value = fields.nodes.get("value")
    if label is BAD or span is BAD or fields.bad:
        return BAD
    if ("fact" in fields.nodes) is (value is None) or not isinstance(value, (Scalar, type(None))):
        return reading.expected(fields.node, Label("fact 与一个 value 成对", "fact and a single value together"))
    text = value.text if isinstance(value, Scalar) else ""
    cite = fields.get("cite")
    return CodeEntry(fields.get("code"), label, fields.get("fact", ""), text, span, cite, fields.origin)


CODE = Record(
    (
        Key("code", DIGITS, Label("代码", "the code"), required=True),
        _ZH,
        EN,
        Key("fact", NAME, Label("作为哪个事实", "the fact as which it serves")),
        Key("value", Raw(), Label("该事实的值", "the value of that fact")),
        FROM,
        UNTIL,
        CITE,
    ),
    _build_entry,
    Label("一个代码 {code, zh, fact, value}", "a code {code, zh, fact, value}"),
)
CODES = Key("codes", Each(CODE, Label("代码的列表", "a list of codes")), Label("各个代码", "its codes"))


def _build(fields: Fields, reading: Reading) -> CodeList | Bad:
    label = label_of(fields, reading)
    if label is BAD or fields.bad:
        return BAD
    return CodeList(
        fields.name,
        label,
        owner=fields.get("owner", Label()),
        codes=fields.get("codes"),
        open_to=fields.get("open_to", ()),
        cite=fields.get("cite"),
        standing=fields.get("standing"),
        origin=fields.origin,
    )


CODE_LIST = Record(
    (
        _ZH,
        EN,
        Key("owner", LABEL, Label("主管部门", "the department that owns it")),
        evolve(CODES, required=True),
        OPEN_TO_KEY,
        STANDING_KEY,
        CITE,
    ),
    _build,
    Label("一个代码表 {zh, owner, codes}", "a code list {zh, owner, codes}"),
)
