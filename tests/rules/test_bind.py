"""What the language of rules takes, what it refuses, and where a finding points."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from community_core.base import Label, Money, Origin, Span
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
    TEXT,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Function,
    Output,
    Parameter,
    Row,
    enum_of,
    list_of,
)
from community_core.rules.unparse import unparse

DAY = dt.date(2006, 5, 1)
MEANS = enum_of("dibao", "low", "other")


def engine() -> Engine:
    facts = [
        Fact("age", INT.in_unit("year"), label=Label("年龄", "age")),
        Fact("lives_alone", BOOL, label=Label("独居", "lives alone")),
        Fact(
            "means",
            MEANS,
            label=Label("经济状况", "means"),
            labels=(("dibao", Label("低保")), ("low", Label("低收入")), ("other", Label("其他"))),
        ),
        Fact("service", enum_of("meal", "visit"), label=Label("服务")),
        Fact("income", MONEY),
        Fact("area", INT.in_unit("metre")),
        Fact("birth_date", DATE),
        Fact("name", TEXT),
        Fact("present", list_of(TEXT)),
        Fact("turnout", SHARE),
        Fact("group-size", INT),
        Fact("class", INT),
        Fact("kind", enum_of("well-off", "other")),
    ]
    since = Span(dt.date(1990, 1, 1))
    prices = (("meal", Money(1250)), ("visit", Money(3000)))
    parameters = {
        "x.elder_age": Parameter(
            "elder_age", INT.in_unit("year"), Label("老年起始年龄"), history=(DatedValue(60, since),)
        ),
        "x.list_price": Parameter("list_price", MONEY, per="service", history=(DatedValue(prices, since),)),
        "x.floor": Parameter("floor", SHARE.in_unit("pct"), history=(DatedValue(Fraction(3, 5), since),)),
        "x.levy": Parameter("levy", SHARE.in_unit("permille"), history=(DatedValue(Fraction(3, 1000), since),)),
        "y.term": Parameter("term", INT, history=(DatedValue(3, since),)),
        "z.term": Parameter("term", INT, history=(DatedValue(5, since),)),
    }
    tier = DecisionTable(
        "tier", (Output("", enum_of("welfare", "convenience")),), (Row("lives_alone", (("", Expression("welfare")),)),)
    )
    price = DecisionTable(
        "price",
        (Output("form", enum_of("free", "paid")), Output("price", MONEY)),
        (Row("true", (("form", Expression("paid")), ("price", Expression("income")))),),
    )
    half = Function("half", lambda amount: Money(amount.fen // 2), (MONEY,), MONEY)
    made = Engine(facts=facts, parameters=parameters, decisions={"x.tier": tier, "x.price": price}, functions=[half])
    assert made.findings == ()
    return made


ENGINE = engine()
VALUES: dict[str, Any] = {
    "age": 72,
    "lives_alone": True,
    "means": "dibao",
    "service": "meal",
    "income": Money(10_005),
    "area": 500,
    "birth_date": dt.date(1934, 5, 2),
    "name": "甲",
    "present": ("a", "b", "c"),
    "turnout": Fraction(2, 3),
}


def value(text: str, **values: Any) -> Any:
    read = ENGINE.evaluate(Expression(text), practice="x", fields={}, values={**VALUES, **values}, on=DAY)
    assert read.findings == (), read.findings
    return read.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age >= elder_age", True),
        ("60 <= age < 72", False),
        ("x.elder_age - 1", 59),
        ("means in (dibao, low)", True),
        ("means not in (dibao, low)", False),
        ("means == 'low'", False),
        ("not lives_alone or means == other", False),
        ("list_price[service]", Money(1250)),
        ("list_price[visit]", Money(3000)),
        ("rounded(list_price[service] * pct(30), half_up, fen)", Money(375)),
        ("rounded(income * pct(30), half_up, fen)", Money(3002)),
        ("rounded(income * pct(30), down, yuan)", Money(3000)),
        ("rounded(area * levy, up)", 2),
        ("income - yuan('0.05')", Money(10_000)),
        ("income // 2", Money(5002)),
        ("age_on(birth_date, day)", 71),
        ("birth_date + months(12) - days(1)", dt.date(1935, 5, 1)),
        ("days_between(date('2006-04-21'), day)", 10),
        ("months_between(birth_date, day) > 12", True),
        ("share(count(present), 5) >= floor", True),
        ("share(300, 500) < pct(60)", False),
        ("share(299, 500) < floor", True),
        ("turnout > pct(66)", True),
        ("'b' in present", True),
        ("tier == welfare", True),
        ("price.price == income", True),
        ("half(income)", Money(5002)),
        ("1 if means == dibao else 0", 1),
        ("area // 0 == 1", None),
        ("share(1, 0) > pct(1)", None),
        ("x.elder_age", 60),
        ("y.term", 3),
    ],
)
def test_the_language_computes(text: str, expected: Any):
    """Each construct of the language has the value that it says."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("年龄 ≥ 老年起始年龄 且 独居", "age >= elder_age and lives_alone"),
        ("经济状况 属于 (低保, 低收入)", "means in (dibao, low)"),
        ("经济状况 不属于 （低保、低收入）", "means not in (dibao, low)"),
        ("非 独居 或 年龄 ＜ ６０", "not lives_alone or age < 60"),
        ("经济状况 ≠ 其他", "means != other"),
        ("年龄 大于等于 60 且 年龄 不超过 70", "age >= 60 and age <= 70"),
        ("年龄 不低于 60 并且 年龄 小于等于 70", "age >= 60 and age <= 70"),
    ],
)
def test_chinese_spelling_is_the_same_rule(chinese: str, english: str):
    """Labels, Chinese signs and words, and full-width digits give the same tree and the same canonical text."""
    bounds = [ENGINE.bind_expression(Expression(text), practice="x", fields={}) for text in (chinese, english)]
    assert bounds[0].node == bounds[1].node is not None
    assert unparse(bounds[0].node) == unparse(bounds[1].node)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("agee >= 60", "unknown-name", 1),
        ("独居 且 agee >= 60", "unknown-name", 6),
        ("means in (dibao, lwo)", "unknown-value", 18),
        ("经济状况 属于 (低保, 低收)", "unknown-value", 14),
        ("age >= income", "type-mismatch", 8),
        ("age >= area", "unit-mismatch", 8),
        ("floor < levy", "unit-mismatch", 9),
        ("share(age, area) < floor", "type-mismatch", 1),
        ("income + 1 > income", "type-mismatch", 1),
        ("means > dibao", "type-mismatch", 1),
        ("lives_alone < true", "type-mismatch", 1),
        ("age", "type-mismatch", 1),
        ("age >= 60.5", "expression-constant", 8),
        ("age >= elder_age and", "expression-syntax", 21),
        ("(age >= 60", "expression-syntax", 1),
        ("", "empty-expression", 1),
        ("   ", "empty-expression", 1),
        ("age ** 2 > 1", "expression-form", 1),
        ("[a for a in present]", "expression-form", 1),
        ("(lambda: true)()", "expression-form", 2),
        ("age.__class__ == 1", "unknown-name", 1),
        ("__import__('os') == 1", "unknown-function", 1),
        ("age_on(birth_date) > 3", "type-mismatch", 1),
        ("known(age)", "known-in-decision", 1),
        ("term == 3", "ambiguous-name", 1),
        ("list_price == income", "table-parameter", 1),
        ("list_price[means] == income", "type-mismatch", 12),
        ("elder_age[service] == 3", "unknown-name", 1),
        ("price == free", "several-outputs", 1),
        ("income * pct(30) > income", "unit-mismatch", 20),
        ("pct(0.5) < floor", "expression-constant", 1),
        ("yuan('1.234') < income", "expression-constant", 1),
        ("rounded(income, half_up) == income", "type-mismatch", 1),
        ("rounded(income, sideways, fen) == income", "type-mismatch", 1),
        ("(" * 300 + "lives_alone" + ")" * 300, "expression-too-deep", 1),
        ("not " * 3000 + "p", "expression-too-long", 1),
        ("lives_alone and " * 200 + "lives_alone or 'x", "expression-syntax", 3216),
    ],
)
def test_a_fault_is_a_finding_with_its_column(text: str, code: str, column: int):
    """What the language does not take is a finding whose column counts characters in the rulebook's line."""
    origin = Origin("r.yaml", 7, 5)
    bound = ENGINE.bind_expression(Expression(text, origin), practice="x", fields={}, expected=BOOL)
    assert bound.node is None
    assert [found.code for found in bound.findings] == [code]
    found = bound.findings[0]
    assert (found.file, found.line, found.column) == ("r.yaml", 7, 4 + column)
    assert found.message.zh
    assert found.message.en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("age > 1 && age < 3", "请写 and（且）、or（或）", "write and, or"),
        ("age >= 60，lives_alone", "条件之间写 and（且）或 or（或）", "join conditions by and, or"),
        ("age >= 60；", "条件之间请写 and（且）或 or（或）", "join conditions by and, or"),
        ("turnout >= 60%", "比例请写 pct(60)", "write a share as pct(60)"),
        ("day >= 2006-05-01", "日期请写 date('2006-05-01')", "write a day as date('2006-05-01')"),
        ("birth_date >= '2006-05-01'", "日期请写 date('2006-05-01')", "write a day as date('2006-05-01')"),
        ("age >= 08", "前面不写 0", "begins with no 0"),
        ("age >= 60岁", "数后面不写单位", "no unit stands behind a number"),
        ("age\u200b >= 60", "看不见的字符", "an invisible character"),
        ("class >= 1", "请写 class_", "as class_"),
        ("group-size >= 1", "是否指 group_size", "did you mean group_size"),
        ("年龄大于等于60", "词与词之间要空一格", "part words by spaces"),
        ("年龄 高于 60", "词与词之间空一格", "part words by spaces"),
        ("age is 60", "相等写 ==", "write == for equality"),
        ("age / 2 > 1", "比例请写 share(甲, 乙)", "write a share as share(a, b)"),
        ("(lambda: true)()", "见《规则的语言》", "see The language of rules"),
    ],
)
def test_a_fault_says_what_to_write(text: str, zh: str, en: str):
    """What is written by habit, by the keyboard, or as other languages have it, is told with what to write here."""
    (found,) = ENGINE.bind_expression(Expression(text), practice="x", fields={}, expected=BOOL).findings
    assert zh in found.message.zh
    assert en in found.message.en


@pytest.mark.parametrize("text", ["group_size >= class_", "kind == well_off", "kind == 'well-off'", "mine_too == 1"])
def test_every_name_can_be_written(text: str):
    """A hyphen is written as an underscore, and a word of Python's own with one behind it: facts, fields, values."""
    bound = ENGINE.bind_expression(Expression(text), practice="x", fields={"mine-too": INT}, expected=BOOL)
    assert bound.findings == ()
    assert bound.node is not None


def test_a_circle_is_told_step_by_step():
    """A term that depends on itself is told with the way back to it."""
    tables = {
        f"x.{name}": DecisionTable(
            name, (Output("", BOOL),), (Row("true", (("", Expression(other)),), Label("因为", "because")),)
        )
        for name, other in (("a", "b"), ("b", "c"), ("c", "b"))
    }
    found = Engine(facts=[], decisions=tables.items()).findings
    assert [each.message.en.partition(": ")[2].partition(";")[0] for each in found] == [
        "x.b → x.c → x.b",
        "x.c → x.b → x.c",
    ]


def test_a_folded_text_points_into_its_own_lines():
    """Where a text is spread over lines, each character knows its own line and column."""
    text = "lives_alone and agee"
    places = tuple((3 + (i > 11), (10 + i) if i <= 11 else (6 + i - 12)) for i in range(len(text)))
    expression = Expression(text, Origin("r.yaml", 3, 10), places)
    bound = ENGINE.bind_expression(expression, practice="x", fields={}, expected=BOOL)
    assert (bound.findings[0].line, bound.findings[0].column) == (4, 10)


def test_known_belongs_to_guards():
    """A guard may ask whether something is known, and then unknown is no obstacle."""
    read = ENGINE.evaluate(Expression("known(age)"), practice="x", fields={}, values={}, on=DAY, guard=True)
    assert read.value is False


def test_a_parameter_with_a_value_is_known_to_a_guard():
    """A guard may ask whether a parameter has a value on the day, and it is no warning where it has one."""
    read = ENGINE.evaluate(Expression("known(elder_age)"), practice="x", fields={}, values={}, on=DAY, guard=True)
    assert read.value is True


def test_an_unknown_guard_names_what_is_missing():
    """What is missing is named, facts and open parameters alike, and nothing that cannot matter."""
    text = Expression("lives_alone and age >= elder_age")
    read = ENGINE.evaluate(text, practice="x", fields={}, values={"lives_alone": True}, on=DAY, guard=True)
    assert read.value is None
    assert read.missing == ("age",)
    early = ENGINE.evaluate(text, practice="x", fields={}, values=VALUES, on=dt.date(1980, 1, 1), guard=True)
    assert early.missing == ("elder_age",)
    surely = ENGINE.evaluate(text, practice="x", fields={}, values={"lives_alone": False}, on=DAY, guard=True)
    assert surely.value is False


def test_fields_come_before_facts():
    """A field of a case hides a fact of the same name."""
    fields = {"age": TEXT}
    read = ENGINE.evaluate(Expression("age == 'old'"), practice="x", fields=fields, values={"age": "old"}, on=DAY)
    assert read.value is True
