"""Random tables and subjects: the compiled stages against a naive interpreter that reads the text itself."""

from __future__ import annotations

import ast
import datetime as dt
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Label, Money, Span, Standing
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
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
    enum_of,
)

DAY = dt.date(2006, 5, 1)
COLOURS = ("red", "green", "blue")
FACTS = {
    "a": INT,
    "b": INT,
    "p": BOOL,
    "q": BOOL,
    "colour": enum_of(*COLOURS),
    "born": DATE,
    "owed": MONEY,
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a": st.integers(-3, 3),
    "b": st.integers(-3, 3),
    "p": st.booleans(),
    "q": st.booleans(),
    "colour": st.sampled_from(COLOURS),
    "born": st.dates(dt.date(1930, 1, 1), dt.date(2006, 12, 31)),
    "owed": st.integers(-200, 200).map(Money),
}


def whole(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(
        st.sampled_from(["a", "b", "limit", "open_limit"]),
        st.integers(-3, 3).map(lambda n: str(n) if n >= 0 else f"({n})"),
    )
    if depth == 0:
        return leaf
    inner = whole(depth - 1)
    return st.one_of(
        leaf,
        st.builds(lambda x, op, y: f"({x} {op} {y})", inner, st.sampled_from(["+", "-", "*", "//"]), inner),
        st.builds(lambda x, c, y: f"({x} if {c} else {y})", inner, truth(0), inner),
    )


def truth(depth: int) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    leaf = st.one_of(
        st.sampled_from(["p", "q", "true", "false"]),
        st.builds(lambda c, v: f"colour {c} {v}", st.sampled_from(["==", "!="]), st.sampled_from(COLOURS)),
        st.builds(
            lambda vs, n: f"colour {n} ({', '.join(vs)},)",
            st.lists(st.sampled_from(COLOURS), min_size=1, max_size=3),
            st.sampled_from(["in", "not in"]),
        ),
        st.builds(lambda s, n: f"age_on(born, day) {s} {n}", signs, st.integers(0, 80)),
        st.builds(lambda s, n: f"owed {s} yuan('{n}')", signs, st.integers(0, 2)),
        st.builds(lambda s, n: f"share(a, b) {s} pct({n})", signs, st.integers(0, 200)),
        st.builds(lambda n: f"a in (b, limit, {n})", st.integers(0, 3)),
    )
    if depth == 0:
        return leaf
    inner, number = truth(depth - 1), whole(1)
    return st.one_of(
        leaf,
        st.builds(lambda x, s, y: f"{x} {s} {y}", number, signs, number),
        st.builds(lambda x, s, y, t, z: f"{x} {s} {y} {t} {z}", number, signs, number, signs, number),
        st.builds(lambda x, op, y: f"({x}) {op} ({y})", inner, st.sampled_from(["and", "or"]), inner),
        inner.map(lambda x: f"not ({x})"),
    )


# -- the naive interpreter: Python's syntax tree, Kleene's logic, nothing shared with the engine ---------------------


def naive(node: ast.expr, names: dict[str, Any]) -> Any:
    from fractions import Fraction

    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.UnaryOp):
        value = naive(node.operand, names)
        if value is None:
            return None
        return (not value) if isinstance(node.op, ast.Not) else -value
    if isinstance(node, ast.BoolOp):
        values = [naive(item, names) for item in node.values]
        decisive = isinstance(node.op, ast.Or)
        return decisive if decisive in values else None if None in values else not decisive
    if isinstance(node, ast.IfExp):
        test, then, other = (naive(item, names) for item in (node.test, node.body, node.orelse))
        if test is None:
            return then if then == other else None
        return then if test else other
    if isinstance(node, ast.BinOp):
        left, right = naive(node.left, names), naive(node.right, names)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.FloorDiv):
            return left // right if right else None
        if isinstance(node.op, ast.Add):
            return left + right
        return left - right if isinstance(node.op, ast.Sub) else left * right
    if isinstance(node, ast.Call):
        args = [naive(item, names) for item in node.args]
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if None in args:
            return None
        if name == "yuan":
            return Money.yuan(args[0])
        if name == "pct":
            return Fraction(args[0], 100)
        if name == "share":
            return Fraction(args[0], args[1]) if args[1] > 0 else None
        born, day = args
        return day.year - born.year - (1 if (day.month, day.day) < (born.month, born.day) else 0)
    if isinstance(node, ast.Compare):
        results, left = [], naive(node.left, names)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            results.append(naive_comparison(op, left, right_node, names))
            left = naive(right_node, names) if not isinstance(right_node, ast.Tuple) else None
        return False if False in results else None if None in results else True
    raise AssertionError(ast.dump(node))


def naive_comparison(op: ast.cmpop, left: Any, right_node: ast.expr, names: dict[str, Any]) -> bool | None:
    if isinstance(op, (ast.In, ast.NotIn)):
        assert isinstance(right_node, ast.Tuple)
        members = [naive(item, names) for item in right_node.elts]
        found = None if left is None else True if left in members else None if None in members else False
        return found if found is None or isinstance(op, ast.In) else not found
    right = naive(right_node, names)
    if left is None or right is None:
        return None
    tests = {ast.Lt: left.__lt__, ast.LtE: left.__le__, ast.Gt: left.__gt__, ast.GtE: left.__ge__}
    if type(op) in tests:
        return bool(tests[type(op)](right))
    return (left == right) is isinstance(op, ast.Eq)


def names_for(subject: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: subject.get(name) for name in FACTS},
        **{value: value for value in COLOURS},
        "true": True,
        "false": False,
        "limit": 2,
        "open_limit": None,
        "day": DAY,
    }


def naive_decision(table: DecisionTable, subject: dict[str, Any]) -> tuple[str, Any]:
    """What the hit policies say, read from their definitions: every way in which unknown rows could turn out."""
    names = names_for(subject)
    states = [naive(ast.parse(row.when.text, mode="eval").body, names) for row in table.rows]

    def outcome(row: Row) -> Any:
        return "GAP" if row.gap else naive(ast.parse(row.then[0][1].text, mode="eval").body, names)

    unknown = [i for i, state in enumerate(states) if state is None]
    results = set()
    for bits in range(2 ** len(unknown)):
        world = list(states)
        for position, index in enumerate(unknown):
            world[index] = bool(bits >> position & 1)
        results.add(in_world(table, world, outcome))
    if table.hit in (HitPolicy.UNIQUE, HitPolicy.ANY):
        true = [outcome(row) for row, state in zip(table.rows, states, strict=True) if state]
        if differ(true):
            return "conflict", None
    if len(results) == 1:
        return results.pop()
    return "undetermined", None


def differ(outcomes: list[Any]) -> bool:
    """Rows that hold and give different outcomes are a conflict, whatever those give whose outcome is unknown."""
    return len({item for item in outcomes if item is not None}) > 1


def in_world(table: DecisionTable, world: list[bool | None], outcome: Any) -> tuple[str, Any]:
    true = [row for row, state in zip(table.rows, world, strict=True) if state]
    if table.hit is HitPolicy.COLLECT and (true or table.otherwise is None):
        values = [outcome(row) for row in true]
        if None in values:
            return "undetermined", None
        if "GAP" in values:
            return "gap", None
        if table.aggregation in (Aggregation.MIN, Aggregation.MAX) and not values:
            return "uncovered", None
        kinds: dict[Aggregation, Any] = {
            Aggregation.LIST: tuple,
            Aggregation.SUM: sum,
            Aggregation.COUNT: len,
            Aggregation.MIN: min,
            Aggregation.MAX: max,
        }
        return "determined", kinds[table.aggregation](values)
    if not true:
        if table.otherwise is None:
            return "uncovered", None
        true = [table.otherwise]
    chosen = [outcome(true[0])] if table.hit is HitPolicy.FIRST else [outcome(row) for row in true]
    if differ(chosen):
        return "conflict", None
    if None in chosen:
        return "undetermined", None
    return ("gap", None) if chosen[0] == "GAP" else ("determined", chosen[0])


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    constant = draw(st.booleans())
    result = st.integers(0, 2).map(str) if constant else whole(1)

    def row(when: str) -> st.SearchStrategy[Row]:
        plain = result.map(lambda then: Row(when, (("", Expression(then)),), Label("因为")))
        return st.one_of(plain, plain, plain, st.just(Row(when, gap=Label("缺"))))

    rows = [draw(row(when)) for when in draw(st.lists(truth(2), min_size=1, max_size=4))]
    otherwise = draw(st.one_of(st.none(), row("true")))
    return DecisionTable(
        "t",
        (Output("", INT),),
        tuple(rows),
        hit=draw(st.sampled_from(list(HitPolicy))),
        aggregation=draw(st.sampled_from(list(Aggregation))),
        otherwise=otherwise,
    )


def subjects() -> st.SearchStrategy[dict[str, Any]]:
    known = st.fixed_dictionaries({}, optional=VALUES)
    nulls = st.lists(st.sampled_from(sorted(FACTS)), max_size=2)
    return st.builds(lambda given, more: {**given, **{n: None for n in more if n not in given}}, known, nulls)


def engine_of(table: DecisionTable, **more: DecisionTable) -> Engine:
    prices = Parameter("list_price", INT, per="colour", history=(DatedValue((("red", 1), ("green", 2))),))
    limit = Parameter("limit", INT, history=(DatedValue(2, Span(dt.date(1990, 1, 1)), Standing.EXAMPLE),))
    engine = Engine(
        facts=[Fact(name, kind) for name, kind in FACTS.items()],
        parameters={"x.limit": limit, "x.open_limit": Parameter("open_limit", INT), "x.list_price": prices},
        decisions={"x.t": table} | {f"x.{name}": item for name, item in more.items()},
    )
    assert engine.findings == ()
    return engine


@settings(max_examples=200, deadline=None)
@given(tables(), st.lists(subjects(), min_size=1, max_size=5))
def test_the_compiled_stages_agree_with_the_naive_interpreter(table: DecisionTable, several: list[dict[str, Any]]):
    """The engine gives what the definition of each hit policy gives over every way the unknown can turn out.

    Under ``collect`` it may stay undetermined where every world happens to add up to the same.
    """
    engine = engine_of(table)
    for subject in several:
        answer = engine.decide("t", subject, on=DAY)
        status, outcome = naive_decision(table, subject)
        got = (answer.status.value, answer.outcome)
        if got[0] == "undetermined" and table.hit is HitPolicy.COLLECT:
            assert status == "undetermined" or None in answer.states, (table, subject, status)
        else:
            assert got == (status, outcome), (table, subject)


@settings(max_examples=150, deadline=None)
@given(tables(), subjects(), st.data())
def test_learning_a_fact_never_turns_one_outcome_into_another(
    table: DecisionTable, subject: dict[str, Any], data: st.DataObject
):
    """An answer that is determined stays what it is, whatever else becomes known."""
    engine = engine_of(table)
    before = engine.decide("t", subject, on=DAY)
    unknown = [name for name in FACTS if subject.get(name) is None]
    if not unknown:
        return
    learned = data.draw(st.sampled_from(unknown))
    after = engine.decide("t", {**subject, learned: data.draw(VALUES[learned])}, on=DAY)
    if before.status is not Status.UNDETERMINED:
        assert (after.status, after.outcome) == (before.status, before.outcome)


@settings(max_examples=100, deadline=None)
@given(tables(), subjects())
def test_what_is_asked_is_unknown_and_enough(table: DecisionTable, subject: dict[str, Any]):
    """An undetermined answer asks only for what is unknown, and for something, unless a number has no value at all."""
    answer = engine_of(table).decide("t", subject, on=DAY)
    if answer.status is not Status.UNDETERMINED:
        assert answer.ask == ()
        return
    assert all(name == "open_limit" or subject.get(name) is None for name in answer.ask)
    impossible = any(sign in row.when.text + str(row.then) for row in table.rows for sign in ("//", "share"))
    assert answer.ask or impossible or table.otherwise is not None


@settings(max_examples=100, deadline=None)
@given(tables(), subjects())
def test_facts_put_into_a_plan_change_no_answer(table: DecisionTable, subject: dict[str, Any]):
    """A plan with facts folded in decides as the counter does with the same facts given."""
    engine = engine_of(table)
    known = {name: value for name, value in subject.items() if value is not None}
    for names in ([], ["a", "colour"], sorted(known)):
        given_facts = {name: known[name] for name in names if name in known}
        rest = {name: value for name, value in subject.items() if name not in given_facts}
        folded = engine.plan("t", DAY, given_facts).answer(rest, DAY)
        straight = engine.decide("t", subject, on=DAY)
        assert (folded.status, folded.outcome) == (straight.status, straight.outcome)


@settings(max_examples=100, deadline=None)
@given(tables(), subjects())
def test_code_and_pattern_give_the_answer(table: DecisionTable, subject: dict[str, Any]):
    """The code of the conditions leads to the answer's status and outcome wherever nothing is computed."""
    plan = engine_of(table).plan("t", DAY)
    answer = plan.answer(subject, DAY)
    pattern = plan.pattern(plan.code(subject, DAY))
    if not pattern.computed:
        assert pattern.status is answer.status
        assert (pattern.outcome or (None,))[0] == answer.outcome


@settings(max_examples=80, deadline=None)
@given(tables(), subjects())
def test_the_canonical_spelling_is_the_same_rule(table: DecisionTable, subject: dict[str, Any]):
    """A table respelt from its typed trees gives the same answers, and respelling it again changes nothing."""
    from community_core.rules.unparse import unparse

    engine = engine_of(table)

    def respelt(current: DecisionTable) -> DecisionTable:
        rows = []
        for row in current.rows:
            bound = engine.bind_expression(row.when, practice="x", fields={}, expected=BOOL)
            assert bound.node is not None, bound.findings
            rows.append(evolve(row, when=Expression(unparse(bound.node))))
        return evolve(current, rows=tuple(rows))

    once = respelt(table)
    assert respelt(once) == once
    first, second = (engine_of(each).decide("t", subject, on=DAY) for each in (table, once))
    assert (first.status, first.outcome) == (second.status, second.outcome)


def numbers(draw: st.DrawFn) -> DecisionTable:
    """A table that gives a whole number, whatever its hit policy."""
    table = draw(tables())
    return evolve(table, aggregation=Aggregation.SUM) if table.aggregation is Aggregation.LIST else table


@st.composite
def pairs(draw: st.DrawFn) -> tuple[DecisionTable, DecisionTable]:
    """A table and another one that uses its outcome."""
    whens = ("t == 0", "t > a or p", "q and t < b", "p", "colour == red", "true", "(t if p else 1) == 1", "t == limit")
    thens = ("0", "1", "t", "t + a", "list_price[colour]", "list_price[colour] + 1", "open_limit")
    row = st.one_of(
        st.builds(
            lambda when, then: Row(when, (("", Expression(then)),)), st.sampled_from(whens), st.sampled_from(thens)
        ),
        st.builds(lambda when: Row(when, gap=Label("缺")), st.sampled_from(whens)),
    )
    rows = tuple(draw(st.lists(row, min_size=1, max_size=4)))
    otherwise = draw(st.one_of(st.none(), row.map(lambda each: evolve(each, when=Expression("true")))))
    hit = draw(st.sampled_from([HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.COLLECT]))
    above = DecisionTable("above", (Output("", INT),), rows, hit=hit, aggregation=Aggregation.MAX, otherwise=otherwise)
    return numbers(draw), above


@settings(max_examples=300, deadline=None)
@given(pairs(), st.lists(subjects(), min_size=1, max_size=5))
def test_the_one_function_says_what_the_two_stages_say(
    two: tuple[DecisionTable, DecisionTable], several: list[dict[str, Any]]
):
    """Reading, checking and answering in one function gives what conditions and patterns give, part by part."""
    engine = engine_of(two[0], above=two[1])
    for term in ("t", "above"):
        plan = engine.plan(term, DAY)
        for subject in several:
            one, other = plan.answer(subject, DAY), plan.answer_for(subject.get, DAY)
            assert (one.status, one.inner, one.choice.rows) == (other.status, other.inner, other.choice.rows)
            assert (one.states, one.seen, one.ask, one.gaps) == (other.states, other.seen, other.ask, other.gaps)
            assert one.reasons == other.reasons
            parts = [[(part.term, part.status, part.inner) for part in each.parts.values()] for each in (one, other)]
            assert parts[0] == parts[1]


@settings(max_examples=300, deadline=None)
@given(pairs(), subjects(), st.data())
def test_over_other_decisions_too_nothing_learnt_turns_an_answer(
    two: tuple[DecisionTable, DecisionTable], subject: dict[str, Any], data: st.DataObject
):
    """A gap, a conflict or an outcome stays what it is: what is not undetermined does not wait for any fact."""
    engine = engine_of(two[0], above=two[1])
    before = engine.decide("above", subject, on=DAY)
    unknown = [name for name in FACTS if subject.get(name) is None]
    if not unknown or before.status is Status.UNDETERMINED:
        return
    learned = data.draw(st.sampled_from(unknown))
    after = engine.decide("above", {**subject, learned: data.draw(VALUES[learned])}, on=DAY)
    assert (after.status, after.outcome) == (before.status, before.outcome)


def test_the_naive_interpreter_is_no_echo():
    """The naive interpreter finds a turned comparison, so agreement with it means something."""
    rows = (Row("a < 2", (("", Expression("1")),), Label("x")),)
    table = DecisionTable("t", (Output("", INT),), rows)
    turned = evolve(table, rows=(evolve(rows[0], when=Expression("a >= 2")),))
    with pytest.raises(AssertionError):
        assert engine_of(turned).decide("t", {"a": 1}, on=DAY).status.value == naive_decision(table, {"a": 1})[0]
