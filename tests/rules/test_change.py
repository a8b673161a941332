"""What would change an answer, held against every subject that differs from the one asked about."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Citation, Label, Span
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    HitPolicy,
    Output,
    Parameter,
    PythonDecision,
    Row,
    Status,
    enum_of,
)
from community_core.rules.change import MOST_FACTS, as_data, lines, what_would_change

DAY = dt.date(2006, 5, 1)
FACTS = {"p": BOOL, "c": enum_of("red", "green", "blue"), "a": INT, "b": INT}
DENSE: dict[str, list[Any]] = {
    "p": [True, False],
    "c": ["red", "green", "blue"],
    "a": list(range(8)),
    "b": list(range(8)),
}
CITE = Citation("《办法》", heading="一")


def row(when: str, then: str, because: str = "因") -> Row:
    return Row(when, (("", Expression(then)),), Label(because, because), cite=CITE)


def engine(*decisions: tuple[str, Any], **more: Any) -> Engine:
    facts = more.pop("facts", None) or [Fact(name, kind, label=Label(name)) for name, kind in FACTS.items()]
    made = Engine(facts=facts, decisions=decisions, **more)
    assert made.findings == ()
    return made


SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
LEAVES = st.one_of(
    st.sampled_from(["p", "not p", "c == red", "c in (red, blue)", "true"]),
    st.builds(lambda name, sign, n: f"{name} {sign} {n}", st.sampled_from(["a", "b"]), SIGNS, st.integers(1, 5)),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda x, op, y: f"({x}) {op} ({y})", inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=3,
)
TABLES = st.builds(
    lambda rows, hit, outcomes, otherwise: DecisionTable(
        "t",
        (Output("", INT),),
        tuple(row(when, str(outcome)) for when, outcome in zip(rows, outcomes, strict=False)),
        hit=hit,
        otherwise=row("true", "9") if otherwise else None,
    ),
    st.lists(CONDITIONS, min_size=1, max_size=4),
    st.sampled_from([HitPolicy.FIRST, HitPolicy.FIRST, HitPolicy.UNIQUE]),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.booleans(),
)
SUBJECTS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in DENSE.items()})


@settings(max_examples=60, deadline=None)
@given(TABLES, SUBJECTS)
def test_each_change_leads_where_it_says_and_none_takes_fewer_facts(one, subject):
    """Changing the facts gives the outcome by the row named; no row is left out, and none is reached by less."""
    made = engine(("x.t", one))
    answer = made.decide("t", subject, on=DAY)
    changes = what_would_change(answer)
    nearest: dict[int, int] = {}
    for values in product(*DENSE.values()):
        other = dict(zip(DENSE, values, strict=True))
        new = made.decide("t", other, on=DAY)
        if new.status is Status.DETERMINED and new.outcome != answer.outcome:
            apart = sum(other[name] != subject[name] for name in DENSE)
            nearest[new.row] = min(apart, nearest.get(new.row, 99))
    assert {change.row: len(change.facts) for change in changes} == {
        number: apart for number, apart in nearest.items() if apart <= MOST_FACTS
    }
    for change in changes:
        moved = {**subject, **{item.name: item.then for item in change.facts}}
        new = made.decide("t", moved, on=DAY)
        assert (new.status, new.row, new.outcome) == (Status.DETERMINED, change.row, change.outcome)
        assert all(item.now == subject[item.name] != item.then for item in change.facts)
        assert change.hold or change.fail
    assert [len(change.facts) for change in changes] == sorted(len(change.facts) for change in changes)


ELDER = Parameter("elder", INT, label=Label("老年"), history=(DatedValue(60, Span(dt.date(2000, 1, 1))),))
KINDS = ("poor", "rich", "other")
CARE_FACTS = [
    Fact("born", DATE, label=Label("出生", "day of birth")),
    Fact("age", INT, label=Label("年龄", "age"), derived=Expression("age_on(born, day)")),
    Fact("alone", BOOL, label=Label("独居", "living alone")),
    Fact("means", enum_of(*KINDS), label=Label("经济", "means"), labels=(("rich", Label("有余", "well off")),)),
]
CARE = DecisionTable(
    "care",
    (Output("", enum_of("none", "carer", "phone"), labels=(("phone", Label("问安电话", "a call")),)),),
    (
        row("age < elder or not alone", "none", "只适用于独居老人"),
        row("means == poor", "carer", "困难"),
        row("means == rich", "phone", "有条件"),
        Row("true", (), Label("其余"), gap=Label("未写", "silent")),
    ),
    title=Label("关爱", "Care"),
)


def care(**subject: Any):
    return engine(("x.care", CARE), facts=CARE_FACTS, parameters={"x.elder": ELDER}).decide("care", subject, on=DAY)


def test_a_change_names_the_conditions_that_fail_now_and_those_that_bar():
    """For a row further down, the condition that fails now must hold and the one that holds before it must fail."""
    (none, phone) = what_would_change(care(age=70, alone=True, means="poor"))
    assert (none.row, none.outcome) == (1, "none")
    assert (phone.row, phone.outcome) == (3, "phone")
    assert [(item.name, item.now, item.then) for item in phone.facts] == [("means", "poor", "rich")]
    assert [(item.row, item.text, item.held) for item in phone.hold] == [(3, "means == rich", False)]
    assert [(item.row, item.text, item.held) for item in phone.fail] == [(2, "means == poor", True)]
    assert (phone.because.zh, phone.cite) == ("有条件", CITE)
    assert phone.answer is not None
    assert phone.answer.row == 3


def test_the_nearest_value_is_taken_and_a_derived_fact_is_changed_itself():
    """Somebody two years too young is told of the age, not of another birthday, and of the first age that does."""
    changes = what_would_change(care(born=dt.date(1947, 9, 1), alone=True, means="rich"))
    (phone,) = [change for change in changes if change.row == 3]
    assert [(item.name, item.now, item.then) for item in phone.facts] == [("age", 58, 60)]
    assert [item.text for item in phone.fail] == ["age < elder"]
    (none,) = [change for change in what_would_change(care(age=75, alone=True, means="rich")) if change.row == 1]
    assert [(item.name, item.then) for item in none.facts] == [("alone", False)]


def test_few_facts_come_first_and_a_gap_is_no_outcome():
    """Rows that take more facts stand later, and nobody is told how to get to where the source is silent."""
    changes = what_would_change(care(age=30, alone=True, means="other"))
    assert [(change.row, len(change.facts)) for change in changes] == [(2, 2), (3, 2)]
    changes = what_would_change(care(age=70, alone=True, means="other"))
    assert [(change.row, len(change.facts)) for change in changes] == [(1, 1), (2, 1), (3, 1)]


def test_an_open_question_is_answered_first():
    """An answer that still asks, and one of a Python decision, have no changes."""
    assert care(age=70, alone=True).status is Status.UNDETERMINED
    assert what_would_change(care(age=70, alone=True)) == ()
    python = PythonDecision(
        "py", lambda p: "x" if p else "y", ("p",), (Output("", enum_of("x", "y")),), Label("因"), CITE
    )
    made = engine(("x.py", python))
    assert what_would_change(made.decide("py", {"p": True}, on=DAY)) == ()


def test_a_fact_that_is_not_known_can_be_what_changes():
    """Where an unknown fact did not matter, it may be what matters for another row."""
    changes = what_would_change(care(age=70, alone=False))
    assert {change.row: [(item.name, item.now) for item in change.facts] for change in changes} == {
        2: [("alone", False), ("means", None)],
        3: [("alone", False), ("means", None)],
    }


def test_facts_under_other_decisions_are_changed_too():
    """An outcome that hangs on another decision is changed by that one's facts; its outcome is the condition."""
    kind = DecisionTable("kind", (Output("", enum_of("x", "y")),), (row("a >= 3", "x"), row("a < 3", "y")))
    made = engine(
        ("x.kind", kind),
        ("x.t", DecisionTable("t", (Output("", INT),), (row("kind == x", "1"), row("kind == y", "2")))),
    )
    (change,) = what_would_change(made.decide("t", {"a": 7}, on=DAY))
    assert [(item.name, item.then) for item in change.facts] == [("a", 2)]
    assert [item.text for item in change.hold] == ["kind == y"]
    assert change.outcome == 2


def test_another_amount_by_the_same_row_is_no_change():
    """Where a row computes its outcome, other amounts of the same row are not listed, other rows are."""
    table = DecisionTable("t", (Output("", INT),), (row("p", "a * 2"), row("not p", "a + b")))
    made = engine(("x.t", table))
    (change,) = what_would_change(made.decide("t", {"p": True, "a": 2, "b": 3}, on=DAY))
    assert (change.row, change.outcome) == (2, 5)


def test_other_sums_are_changes_under_collect():
    """A table that collects changes with the rows that hold; each other outcome is listed once."""
    table = DecisionTable("t", (Output("", INT),), (row("p", "1"), row("c == red", "2")), hit=HitPolicy.COLLECT)
    made = engine(("x.t", table))
    changes = what_would_change(made.decide("t", {"p": True, "c": "red"}, on=DAY))
    assert sorted(change.outcome for change in changes) == [(), (1,), (2,)]


def test_only_so_much_is_tried():
    """A small limit leaves rows out and never makes one up."""
    answer = care(age=30, alone=True, means="other")
    assert what_would_change(answer, most=3) == ()
    assert len(what_would_change(answer)) == 2


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("zh", ["经济为有余（现为poor）", "则为问安电话", "第 3 行", "有条件", "须成立：“经济 ＝ 有余”", "须不成立"]),
        ("en", ["means were well off (now poor)", "a call (row 3", "“means == rich” would have to hold"]),
    ],
)
def test_a_change_reads_as_a_sentence(lang, parts):
    """The line names outcome, row, facts as they are and would be, and the conditions."""
    said = lines(what_would_change(care(age=70, alone=True, means="poor")), lang)
    assert len(said) == 2
    for part in parts:
        assert part in said[1]


def test_a_change_is_data():
    """Programs get what people read."""
    (_, change) = what_would_change(care(age=70, alone=True, means="poor"))
    assert as_data(change) == {
        "row": 3,
        "outcome": "phone",
        "facts": [{"name": "means", "now": "poor", "then": "rich"}],
        "hold": [{"row": 3, "text": "means == rich", "text_zh": "经济 ＝ 有余", "held": False}],
        "fail": [{"row": 2, "text": "means == poor", "text_zh": "经济 ＝ poor", "held": True}],
        "because": {"zh": "有条件", "en": "有条件"},
    }
