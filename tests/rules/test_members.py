"""Aggregates over members: the residents of a household, the clauses of a contract, unknowns included."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base import FactError, Label, Money, Span
from community_core.codec import decode_value, encode_value
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Output,
    Parameter,
    Row,
    Status,
    enum_of,
)
from community_core.rules.members import aggregate
from community_core.rules.types import TYPE_NAMES
from community_core.rules.unparse import unparse

DAY = dt.date(2006, 5, 1)
FAMILY = TYPE_NAMES["members"].in_unit("resident")
FACTS = (
    Fact("birth_date", DATE, label=Label("出生日期")),
    Fact("age", INT.in_unit("year"), label=Label("年龄"), derived=Expression("age_on(birth_date, day)")),
    Fact("student", BOOL, label=Label("在读大学")),
    Fact("income", MONEY),
    Fact("family", FAMILY, of="household", label=Label("家庭成员")),
    Fact("hardship", BOOL, of="household"),
)
PARAMETERS = {
    "x.old": Parameter("old", INT.in_unit("year"), history=(DatedValue(90, Span(dt.date(1990, 1, 1))),)),
    "x.open": Parameter("open", INT.in_unit("year")),
}
GRANT = DecisionTable(
    "grant",
    (Output("", enum_of("yes", "no")),),
    (Row("hardship and any(m.student for m in family)", (("", Expression("yes")),), Label("家有大学生")),),
    of="household",
    otherwise=Row("true", (("", Expression("no")),), Label("其他")),
)
ENGINE = Engine(facts=FACTS, parameters=PARAMETERS, decisions={"x.grant": GRANT})
YOUNG = {"age": 20, "student": True, "income": Money(0)}
OLD = {"birth_date": dt.date(1910, 1, 1), "student": False, "income": Money(80_000)}
BLANK: dict[str, Any] = {}


def read(text: str, *family: Any) -> Any:
    values = {"family": family} if family != (None,) else {}
    return ENGINE.evaluate(Expression(text), practice="x", fields={}, values=values, on=DAY)


@pytest.mark.parametrize(
    ("text", "family", "expected"),
    [
        ("count(family)", (YOUNG, OLD), 2),
        ("count(m for m in family if m.student)", (YOUNG, OLD), 1),
        ("count(m for m in family if m.age >= old)", (YOUNG, OLD), 1),
        ("count(某 for 某 in 家庭成员 if 某.年龄 >= 90)", (YOUNG, OLD), 1),
        ("total(m.income for m in family)", (YOUNG, OLD), Money(80_000)),
        ("total(m.age for m in family if m.student)", (YOUNG, OLD), 20),
        ("total(m.income for m in family) // count(family)", (YOUNG, OLD), Money(40_000)),
        ("any(m.student for m in family)", (OLD,), False),
        ("any(m.student for m in family)", (BLANK, YOUNG), True),
        ("any(m.student for m in family)", (BLANK, OLD), None),
        ("all(m.student for m in family)", (BLANK, OLD), False),
        ("all(m.student for m in family)", (), True),
        ("all(m.age >= old for m in family if not m.student)", (YOUNG, OLD), True),
        ("total(m.income for m in family)", (YOUNG, BLANK), None),
        ("count(m for m in family if m.student)", (BLANK,), None),
        ("count(family)", (BLANK,), 1),
        ("count(family)", (None,), None),
    ],
)
def test_aggregates_compute(text: str, family: tuple[Any, ...], expected: Any):
    """Each aggregate has its value, and is unknown where an unknown member can matter."""
    assert read(text, *family).value == expected


def test_what_is_missing_of_a_member_is_named():
    """A missing fact of a member is asked for by the members' name and its own."""
    assert read("count(m for m in family if m.student)", YOUNG, BLANK).missing == ("family.student",)
    assert read("count(family)", None).missing == ("family",)
    assert read("any(m.age > open for m in family)", YOUNG).missing == ("open",)


def test_a_decision_over_members_answers_and_asks():
    """A household is decided by its members' facts."""
    assert ENGINE.decide("grant", {"hardship": True, "family": (OLD, YOUNG)}, on=DAY).outcome == "yes"
    assert ENGINE.decide("grant", {"hardship": True, "family": [OLD]}, on=DAY).outcome == "no"
    asked = ENGINE.decide("grant", {"hardship": True, "family": (OLD, BLANK)}, on=DAY)
    assert (asked.status, asked.ask) == (Status.UNDETERMINED, ("family.student",))
    assert "family" in asked.explain("en")
    with pytest.raises(FactError, match="student"):
        ENGINE.decide("grant", {"hardship": True, "family": ({"student": "yes"},)}, on=DAY)
    with pytest.raises(FactError, match="family"):
        ENGINE.decide("grant", {"hardship": True, "family": ("甲",)}, on=DAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("any(m.hardship for m in family)", "unknown-name"),
        ("any(m.nothing for m in family)", "unknown-name"),
        ("any(hardship for m in family)", "not-of-member"),
        ("any(m.age for m in family)", "type-mismatch"),
        ("total(m.student for m in family)", "type-mismatch"),
        ("any(m.student for m in hardship)", "type-mismatch"),
        ("any(family)", "type-mismatch"),
        ("any(m.student for m in family if m.student if m.student)", "type-mismatch"),
        ("any(m.student for m in family for k in family)", "type-mismatch"),
    ],
)
def test_what_cannot_be_said_of_members_is_a_finding(text: str, code: str):
    """A wrong fact, an outer fact inside, or another form of the loop is a finding."""
    bound = ENGINE.bind_expression(Expression(text), practice="x", fields={}, expected=BOOL)
    assert [found.code for found in bound.findings] == [code]


def test_the_canonical_spelling_of_an_aggregate_binds_to_itself():
    """An aggregate respelt is the same aggregate, whatever its variable was called."""
    first = ENGINE.bind_expression(
        Expression("any(某.年龄 >= old for 某 in family if not 某.在读大学)"), practice="x", fields={}
    )
    assert first.node is not None
    text = unparse(first.node)
    again = ENGINE.bind_expression(Expression(text), practice="x", fields={})
    assert again.node == first.node


def test_members_are_kept_exactly():
    """Members go through the codec unchanged."""
    kept = encode_value((OLD, YOUNG))
    assert decode_value(kept) == (OLD, YOUNG)


TRUTH = st.sampled_from([True, False, None])


@given(st.sampled_from(["any", "all"]), st.lists(st.tuples(TRUTH, TRUTH), max_size=4))
def test_any_and_all_agree_with_every_world(how: str, pairs: list[tuple[bool | None, bool | None]]):
    """An aggregate of unknowns has a value exactly where every way they could turn out gives the same."""
    worlds: list[list[tuple[bool, bool]]] = [[]]
    for condition, value in pairs:
        conditions = [condition] if condition is not None else [True, False]
        values = [value] if value is not None else [True, False]
        worlds = [[*world, (c, v)] for world in worlds for c in conditions for v in values]
    test = any if how == "any" else all
    results = {test(v for c, v in world if c) for world in worlds}
    assert aggregate(how, pairs) == (results.pop() if len(results) == 1 else None)
