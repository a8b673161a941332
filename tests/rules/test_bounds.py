"""Bounds of facts: what lies outside is no input, and the analysis looks at what lies within."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Citation, Label, Money
from community_core.base.errors import FactError
from community_core.base.ranks import PRIVATE, Privacy
from community_core.rules import (
    DATE,
    INT,
    MONEY,
    SHARE,
    Bound,
    BoundKind,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Output,
    Row,
    Status,
    enum_of,
)
from community_core.rules.analysis import analyse
from community_core.rules.type_words import type_label
from community_core.rules.types import TYPE_NAMES, fits

DAY = dt.date(2006, 5, 1)
CITE = Citation("材料")


def at_least(value):
    """Return a lower bound."""
    return Bound(BoundKind.AT_LEAST, value)


def at_most(value):
    """Return an upper bound."""
    return Bound(BoundKind.AT_MOST, value)


def one_of(*values):
    """Return a bound to single values."""
    return Bound(BoundKind.ONE_OF, values)


def engine(fact, *rows, otherwise=False, more=()):
    """Return an engine with one table on *fact*, whose rows give 1, 2 and so on."""
    made = tuple(
        Row(when, (("", Expression(str(number))),), Label("理由", "because"), cite=CITE)
        for number, when in enumerate(rows, 1)
    )
    last = Row("true", (("", Expression("0")),), Label("其余", "the rest"), cite=CITE) if otherwise else None
    table = DecisionTable("t", (Output("", INT),), made, otherwise=last)
    return Engine(facts=(fact, *more), decisions={"town.t": table})


OUTSIDE = [
    (INT.within(at_least(0)), -1, 0),
    (INT.within(at_most(5)), 6, 5),
    (INT.within(at_least(-3), at_most(3)), -4, -3),
    (INT.within(one_of(1, 3)), 2, 3),
    (MONEY.within(at_least(Money(0))), Money(-1), Money(0)),
    (MONEY.within(at_most(Money(5)), at_least(Money(2))), Money(6), Money(5)),
    (MONEY.within(one_of(Money(5))), Money(6), Money(5)),
    (SHARE.within(at_most(Fraction(1))), Fraction(101, 100), Fraction(1)),
    (DATE.within(at_least(dt.date(1949, 10, 1))), dt.date(1949, 9, 30), dt.date(1949, 10, 1)),
]


@pytest.mark.parametrize(("kind", "outside", "inside"), OUTSIDE, ids=str)
def test_a_value_outside_is_no_input(kind, outside, inside):
    """A decision refuses a value outside a bound, names fact, value and bound, and takes the one on the bound."""
    rules = engine(Fact("x", kind), "x == x")
    assert not fits(kind, outside)
    assert fits(kind, inside)
    with pytest.raises(FactError) as refused:
        rules.decide("t", {"x": outside}, on=DAY)
    for part in ("x", str(outside)):
        assert part in refused.value.message.en
        assert part in refused.value.message.zh
    assert "out of bounds" in refused.value.message.en
    assert "界限" in refused.value.message.zh
    assert rules.decide("t", {"x": inside}, on=DAY).outcome == 1
    assert rules.decide("t", {"x": None}, on=DAY).status is Status.UNDETERMINED
    with pytest.raises(FactError, match="x"):
        rules.decide("t", {"x": "text"}, on=DAY)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.integers(-4, 4).map(at_least),
            st.integers(-4, 4).map(at_most),
            st.sets(st.integers(-4, 4), min_size=1, max_size=3).map(lambda items: one_of(*sorted(items))),
        ),
        max_size=3,
    ),
    st.integers(-5, 5),
)
def test_what_is_compiled_refuses_what_does_not_fit(bounds, value):
    """Reading a fact in a decision and checking a value alone are of one mind about every bound."""
    kind = INT.within(*bounds)
    rules = engine(Fact("x", kind), "x == x")
    if fits(kind, value):
        assert rules.decide("t", {"x": value}, on=DAY).outcome == 1
    else:
        with pytest.raises(FactError):
            rules.decide("t", {"x": value}, on=DAY)


@pytest.mark.parametrize("privacy", Privacy)
@pytest.mark.parametrize("value", [7654321, "7654321"])
def test_an_error_about_a_private_fact_does_not_quote_the_value(privacy, value):
    """What does not fit is quoted in the error where it is nobody's privacy: errors are shown and logged."""
    rules = engine(Fact("x", INT.within(at_most(9)), privacy=privacy), "x == x")
    with pytest.raises(FactError, match="'x'") as raised:
        rules.decide("t", {"x": value}, on=DAY)
    assert ("7654321" in str(raised.value)) is (privacy not in PRIVATE)


def test_members_are_held_to_the_bounds_of_their_facts():
    """A member's value outside its fact's bounds is refused as the subject's own is."""
    income = Fact("income", MONEY.within(at_least(Money(0))))
    family = Fact("family", TYPE_NAMES["members"].in_unit("resident"), of="household")
    rules = engine(family, "total(m.income for m in family) > yuan('1')", otherwise=True, more=(income,))
    assert rules.decide("t", {"family": ({"income": Money(200)},)}, on=DAY).outcome == 1
    with pytest.raises(FactError, match="income"):
        rules.decide("t", {"family": ({"income": Money(-200)},)}, on=DAY)


def test_what_is_computed_outside_its_bounds_is_unknown():
    """An age before birth is no age: nothing is decided on it, and what is to be asked for is named."""
    age = Fact("age", INT.in_unit("year").within(at_least(0)), derived=Expression("age_on(birth_date, day)"))
    rules = engine(age, "age < years(60)", otherwise=True, more=(Fact("birth_date", DATE),))
    assert rules.decide("t", {"birth_date": dt.date(1990, 1, 1)}, on=DAY).outcome == 1
    answer = rules.decide("t", {"birth_date": dt.date(2030, 1, 1)}, on=DAY)
    assert answer.status is Status.UNDETERMINED
    assert answer.ask
    assert rules.decide("t", {"birth_date": dt.date(2030, 1, 1), "age": 70}, on=DAY).outcome == 0
    with pytest.raises(FactError, match="age"):
        rules.decide("t", {"age": -1}, on=DAY)


def test_the_analysis_looks_within_the_bounds():
    """What is uncovered outside the bounds is not reported; what is uncovered within, below zero too, is."""
    assert [item.code for item in analyse(engine(Fact("x", INT.within(at_least(1))), "x >= 1"), DAY)] == []
    assert [item.code for item in analyse(engine(Fact("x", INT), "x >= 1"), DAY)] == ["uncovered-cell"]
    assert [item.code for item in analyse(engine(Fact("x", INT), "x >= 0"), DAY)] == []
    found = analyse(engine(Fact("x", INT.within(at_least(-40))), "x >= 0"), DAY)
    assert [item.code for item in found] == ["uncovered-cell"]
    assert "x=-" in found[0].message.en
    found = analyse(engine(Fact("x", INT.within(at_most(-1))), "x < -5"), DAY)
    assert [item.code for item in found] == ["uncovered-cell"]
    one = Fact("x", INT.within(one_of(1, 3)))
    assert [item.code for item in analyse(engine(one, "x == 1", "x == 3"), DAY)] == []
    assert [item.code for item in analyse(engine(one, "x == 1", "x == 2", otherwise=True), DAY)] == ["unreachable-row"]
    days = Fact("x", DATE.within(at_least(dt.date(2000, 1, 1))))
    assert [item.code for item in analyse(engine(days, "x >= date('2000-01-01')"), DAY)] == []
    dead = engine(days, "x < date('2000-01-01')", otherwise=True)
    assert [item.code for item in analyse(dead, DAY)] == ["unreachable-row"]


@settings(max_examples=80, deadline=None)
@given(
    st.integers(-3, 3),
    st.integers(0, 4),
    st.lists(
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(-4, 5)), min_size=1, max_size=3
    ),
)
def test_the_analysis_finds_what_trying_every_value_finds(low, width, rows):
    """Over a bounded whole number, uncovered values and dead rows are those that trying each value shows."""
    kind = INT.within(at_least(low), at_most(low + width))
    rules = engine(Fact("x", kind), *(f"x {sign} {value}" for sign, value in rows))
    answers = [rules.decide("t", {"x": value}, on=DAY) for value in range(low, low + width + 1)]
    uncovered = any(answer.status is Status.UNCOVERED for answer in answers)
    reached = {answer.outcome for answer in answers}
    found = [item.code for item in analyse(rules, DAY)]
    assert ("uncovered-cell" in found) is uncovered
    assert found.count("unreachable-row") == len({*range(1, len(rows) + 1)} - reached)


def test_a_type_says_its_bounds():
    """Where a type is shown, its bounds are: in signs for texts of rules, in words for readers."""
    kind = INT.in_unit("year").within(at_least(0), at_most(120))
    assert str(kind) == "int (year) ≥ 0 ≤ 120"
    assert type_label(kind) == Label(
        "整数（年），不小于 0、不大于 120", "whole number (years), at least 0, at most 120"
    )
    assert str(kind.bare) == "int (year)"
    assert enum_of("a").bare == enum_of("a")


def test_bounds_are_no_part_of_what_is_compared():
    """A bounded number is compared and added like any other of its unit."""
    years = INT.in_unit("year")
    rules = engine(
        Fact("x", years.within(at_least(0))),
        "x + y - z > x",
        more=(Fact("y", years), Fact("z", years.within(at_most(9)))),
    )
    assert rules.findings == ()
    assert rules.decide("t", {"x": 1, "y": 2, "z": 1}, on=DAY).outcome == 1
    assert rules.decide("t", {"x": 1, "y": 2, "z": 9}, on=DAY).status is Status.UNCOVERED
