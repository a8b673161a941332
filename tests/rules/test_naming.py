"""How the values of enumerations are called in explanations, where several enumerations share a word."""

from __future__ import annotations

import datetime as dt

from community_core.base import Label, Span
from community_core.rules import (
    BOOL,
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
    enum_of,
    list_of,
)
from community_core.rules.change import lines
from community_core.rules.change import what_would_change as changes_of

DAY = dt.date(2006, 5, 1)
SINCE = Span(dt.date(2000, 1, 1))
GAP, MODEL = enum_of("safety", "culture"), enum_of("safety", "service")
FACTS = (
    Fact("gap_kind", GAP, label=Label("困难"), labels=(("safety", Label("治安差", "poor order")),)),
    Fact("model_kind", MODEL, label=Label("典型"), labels=(("safety", Label("平安和谐", "safe and in harmony")),)),
    Fact("kinds_met", list_of(MODEL), label=Label("已达到的"), labels=(("safety", Label("平安的", "the safe one")),)),
    Fact("other_kind", MODEL, label=Label("另一典型")),
    Fact("far", BOOL, label=Label("远")),
)


def table(*whens: str, name: str = "answer", then: str = "safety", kind=GAP, **more) -> DecisionTable:
    """Return a table whose rows all give *then*; the output has labels of its own."""
    rows = tuple(Row(Expression(when), (("", Expression(then)),), Label("因为", "because")) for when in whens)
    labels = (("safety", Label("要巡逻", "patrols")), ("culture", Label("要演出", "shows")))
    return DecisionTable(name, (Output("", kind, labels=labels),), rows, title=Label("做什么", "what to do"), **more)


def engine(*tables: DecisionTable, **more) -> Engine:
    """Return an engine over the facts above."""
    return Engine(facts=FACTS, decisions={f"p.{item.name}": item for item in tables}, **more)


def conditions(item: Engine, facts: dict, term: str = "answer") -> list[str]:
    """Return the conditions of all examined rows as a Chinese reader sees them."""
    rows = item.decide(term, facts, on=DAY).trace.rows
    return [condition.text_zh for reason in rows for condition in reason.conditions]


def test_a_value_is_called_as_what_it_is_compared_with_calls_it():
    """The same word beside two facts is called by the label of each, in conditions and in what was seen."""
    rules = engine(table("gap_kind == safety", "model_kind == safety", "model_kind in (safety, service)"))
    answer = rules.decide("answer", {"gap_kind": "culture", "model_kind": "safety"}, on=DAY)
    assert conditions(rules, {"gap_kind": "culture", "model_kind": "service"}) == [
        "困难 ＝ 治安差",
        "典型 ＝ 平安和谐",
        "典型 属于（平安和谐、service）",
    ]
    assert [report.shown for reason in answer.trace.rows for report in reason.conditions] == [
        (("困难", "要演出"),),
        (("典型", "平安和谐"),),
    ]
    assert "[典型 = 平安和谐]" in answer.explain("zh")


def test_a_value_is_called_as_the_list_or_the_choice_calls_it_that_it_stands_in():
    """A value sought in a list is called as the list calls it, one in a choice as what the choice is held against."""
    rules = engine(table("safety in kinds_met and gap_kind == (safety if far else culture)"))
    assert conditions(rules, {"kinds_met": ("safety",), "gap_kind": "culture", "far": True}) == [
        "平安的 属于 已达到的",
        "困难 ＝ （若 远 则 治安差 否则 要演出）",
    ]


def test_a_value_of_another_decision_is_called_as_its_output_calls_it():
    """A condition on another decision says its outcome as that decision does."""
    rules = engine(table("far", name="first"), table("first == safety"))
    assert conditions(rules, {"far": True}) == ["做什么 ＝ 要巡逻"]
    assert "[做什么 = 要巡逻]" in rules.decide("answer", {"far": True}, on=DAY).explain("zh")


def test_a_term_without_labels_is_called_as_others_of_its_enumeration():
    """A fact and a parameter without labels of their own say values as another term of the same enumeration does."""
    kind = Parameter(
        "usual", MODEL, label=Label("通常", "the usual"), history=(DatedValue("safety", SINCE, setter="demo"),)
    )
    rules = engine(table("other_kind == safety and usual == model_kind"), parameters={"p.usual": kind})
    assert conditions(rules, {"other_kind": "safety", "model_kind": "safety"})[0] == "另一典型 ＝ 平安和谐"
    answer = rules.decide("answer", {"other_kind": "safety", "model_kind": "safety"}, on=DAY)
    assert "通常 = 平安和谐" in answer.explain("zh")
    assert "the usual = safe and in harmony" in answer.explain("en")


def test_outcomes_that_are_collected_are_called_by_label():
    """The headline of a table that lists its outcomes names each in both languages, and none where there is none."""
    collected = table("far", "true", hit=HitPolicy.COLLECT, aggregation=Aggregation.LIST)
    rules = engine(collected, table("far", name="nothing", hit=HitPolicy.COLLECT, aggregation=Aggregation.LIST))
    answer = rules.decide("answer", {"far": True}, on=DAY)
    assert answer.explain("zh").startswith("做什么：要巡逻、要巡逻（")
    assert answer.explain("en").startswith("what to do: patrols, patrols (")
    assert rules.decide("nothing", {"far": False}, on=DAY).explain("en").startswith("what to do: none (")


def test_what_would_change_an_answer_is_called_by_label():
    """A list that would have to be another one is told by the labels of the fact."""
    rules = engine(table("safety in kinds_met"))
    first, *_ = lines(changes_of(rules.decide("answer", {"kinds_met": ("service",)}, on=DAY)))
    assert "平安的" in first


def test_a_parameter_calls_its_values_by_its_own_labels():
    """A parameter's own labels go before those of another term of the same enumeration, in conditions and values."""
    kind = Parameter(
        "usual",
        list_of(MODEL),
        label=Label("通常", "the usual"),
        history=(DatedValue(("safety", "service"), SINCE, setter="demo"),),
        labels=(("safety", Label("巡逻型", "patrolling")), ("service", Label("服务型", "serving"))),
    )
    rules = engine(table("safety in usual and model_kind in usual"), parameters={"p.usual": kind})
    answer = rules.decide("answer", {"model_kind": "safety"}, on=DAY)
    assert conditions(rules, {"model_kind": "safety"})[0] == "巡逻型 属于 通常"
    assert "典型 = 平安和谐，通常 = 巡逻型、服务型" in answer.explain("zh")
    assert "the usual = patrolling, serving (" in answer.explain("en")
