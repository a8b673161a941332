"""What an answer asks for when decisions underneath have no outcome: only what can still matter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from community_core.base import Citation, Label
from community_core.rules import (
    BOOL,
    INT,
    Aggregation,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    HitPolicy,
    Output,
    Parameter,
    Row,
    Status,
    decision,
    enum_of,
)

DAY = dt.date(2006, 5, 1)
SERVICE = enum_of("meal", "visit")


def row(when: str, then: str) -> Row:
    return Row(when, (("", Expression(then)),), Label("因为"))


#: Silent about those who are not poor.
TIER = DecisionTable(
    "tier", (Output("", enum_of("welfare", "paid")),), (row("poor", "welfare"), Row("not poor", gap=Label("未写")))
)


def asked(*rows: Row, hit: HitPolicy = HitPolicy.FIRST, otherwise: Row | None = None, **facts: Any) -> Any:
    """Status and questions of a table over the tier, for somebody of whom the tier says nothing."""
    table = DecisionTable("price", (Output("", INT),), rows, hit=hit, aggregation=Aggregation.SUM, otherwise=otherwise)
    prices = Parameter("list_price", INT, per="service", history=(DatedValue((("meal", 10), ("visit", 20))),))
    engine = Engine(
        facts=(Fact("poor", BOOL), Fact("age", INT), Fact("service", SERVICE)),
        parameters={"x.list_price": prices},
        decisions={"x.tier": TIER, "x.price": table},
    )
    assert engine.findings == ()
    answer = engine.decide("price", {"poor": False, **facts}, on=DAY)
    return answer.status, answer.ask


def test_a_row_that_a_gap_keeps_unknown_does_not_ask_for_facts_of_its_outcome():
    """Whatever the service is, nobody knows whether the row holds: the gap is the answer."""
    assert asked(row("tier == welfare", "list_price[service]")) == (Status.GAP, ())


def test_facts_of_such_a_row_matter_where_another_row_may_agree_with_it():
    """If the service were a meal, both rows that may count would give ten."""
    rows = (row("tier == welfare", "list_price[service]"), row("true", "10"))
    assert asked(*rows) == (Status.UNDETERMINED, ("service",))
    assert asked(*rows, service="meal") == (Status.DETERMINED, ())
    assert asked(*rows, service="visit") == (Status.GAP, ())


def test_what_stands_after_such_a_row_and_cannot_agree_with_it_is_not_asked():
    """Under first, no later row can undo that the earlier one may have held."""
    stuck = row("tier == welfare", "10")
    assert asked(stuck, row("age > 60", "20")) == (Status.GAP, ())
    assert asked(stuck, row("age > 60", "10")) == (Status.UNDETERMINED, ("age",))
    assert asked(row("age > 60", "20"), stuck) == (Status.UNDETERMINED, ("age",))
    assert asked(stuck, otherwise=row("true", "list_price[service]")) == (Status.UNDETERMINED, ("service",))


def test_beside_a_gap_a_condition_asks_only_where_it_can_still_decide():
    """Both halves of a conjunction can make it false; both sides of a comparison are needed."""
    assert asked(row("tier == welfare and age > 60", "10")) == (Status.UNDETERMINED, ("age",))
    assert asked(row("(10 if tier == welfare else 20) < age", "10")) == (Status.GAP, ())
    assert asked(row("(10 if tier == welfare else age) < 20", "10"), age=5) == (Status.GAP, ())
    assert asked(row("(10 if tier == welfare else age) < 20", "10"), age=10) == (Status.DETERMINED, ())


def test_a_list_of_all_rows_cannot_be_had_while_one_is_silent():
    """Under collect every row is needed, so one that a gap keeps unknown makes the others' facts useless."""
    rows = (row("age > 60", "1"), row("tier == welfare", "2"))
    assert asked(*rows, hit=HitPolicy.COLLECT) == (Status.GAP, ())
    assert asked(rows[0], hit=HitPolicy.COLLECT) == (Status.UNDETERMINED, ("age",))
    silent = row("tier == welfare", "list_price[service]")
    for several in ((silent,), (silent, rows[0]), (rows[0], silent)):
        assert asked(*several, hit=HitPolicy.COLLECT) == (Status.GAP, ())
    adding = row("age > 60", "10 if tier == welfare else 20")
    assert asked(adding, hit=HitPolicy.COLLECT, age=70) == (Status.GAP, ())


@pytest.mark.parametrize(("poor", "expected"), [(False, (Status.GAP, ())), (True, (Status.UNDETERMINED, ("age",)))])
def test_a_function_asks_for_nothing_while_one_of_its_inputs_is_a_gap(poor: bool, expected: Any):
    """A function needs every input, so beside one that stays unknown the others cannot matter."""

    @decision(inputs=("tier", "age"), yields=INT, because=Label("算"), cite=Citation("001.txt", "一"))
    def sum_of(tier: str, age: int) -> int:
        return age + len(tier)

    engine = Engine(facts=(Fact("poor", BOOL), Fact("age", INT)), decisions={"x.tier": TIER, "x.sum_of": sum_of})
    answer = engine.decide("sum_of", {"poor": poor}, on=DAY)
    assert (answer.status, answer.ask) == expected


def test_a_row_already_decided_asks_for_nothing_of_the_decisions_it_names():
    """A conjunction that is false by its first half does not wait for the decision in its second."""
    answer_of = asked(row("age > 60 and tier == welfare", "10"), row("service == meal", "20"), age=5)
    assert answer_of == (Status.UNDETERMINED, ("service",))
