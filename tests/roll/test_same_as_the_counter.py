"""The roll gives every subject exactly the answer of the counter: random rules, random subjects, unknowns included."""

import datetime as dt
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.roll.run import decide_roll
from community_core.roll.values import dtype_of, to_cell
from community_core.rules.engine import Engine
from community_core.rules.python import decision
from community_core.rules.terms import (
    Aggregation,
    DatedValue,
    DecisionTable,
    Expression,
    Fact,
    Function,
    HitPolicy,
    Output,
    Parameter,
    Row,
)
from community_core.rules.types import BOOL, DATE, INT, MONEY, SHARE, TEXT, Kind, enum_of, list_of

ON = dt.date(2006, 2, 28)
MEANS = enum_of("dibao", "low", "own", "other")
SERVICE = enum_of("meal", "visit", "bath")
LEVEL = enum_of("high", "middle", "none")

FACTS = (
    Fact("birth_date", DATE),
    Fact("age", INT, derived=Expression("age_on(birth_date, day)")),
    Fact("moved", DATE),
    Fact("alone", BOOL),
    Fact("ill", BOOL),
    Fact("means", MEANS),
    Fact("service", SERVICE),
    Fact("size", INT),
    Fact("rooms", INT),
    Fact("income", MONEY),
    Fact("part", SHARE),
    Fact("tags", list_of(TEXT)),
    Fact("note", TEXT),
)
PARAMETERS = {
    "p.elder_age": Parameter("elder_age", INT, history=(DatedValue(60),)),
    "p.open_number": Parameter("open_number", INT),
    "p.list_price": Parameter(
        "list_price", MONEY, per="service", history=(DatedValue((("meal", Money(1050)), ("visit", Money(333)))),)
    ),
    "p.parts": Parameter("parts", SHARE, per="service", history=(DatedValue((("meal", Fraction(1, 3)),)),)),
    "p.two_tags": Parameter("two_tags", list_of(TEXT), history=(DatedValue(("甲", "乙")),)),
    "p.no_tags": Parameter("no_tags", list_of(TEXT), history=(DatedValue(()),)),
    "p.open_tags": Parameter("open_tags", list_of(TEXT)),
    "p.low_part": Parameter("low_part", SHARE, history=(DatedValue(Fraction(3, 10)),)),
    "p.open_part": Parameter("open_part", SHARE),
}


@cache
def texts(kind: str, depth: int, refs: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Expressions of a kind; *refs* are names of decisions that may be used."""

    def sub(other: str) -> st.SearchStrategy[str]:
        return texts(other, depth - 1, refs)

    leaves = {
        "bool": [
            "alone", "ill", "means == dibao", "means in (low, own)", "means != other", "note == '甲'",
            "note in ('甲', '乙')", "'甲' in tags", "service == meal", "age >= elder_age", "age < 65", "age == 53",
            "60 <= age", "true", "size > open_number", "part >= pct(50)", "birth_date < date('1953-02-28')",
            "subset(tags, two_tags)", "subset(two_tags, tags)", "subset(no_tags, tags)", "subset(tags, open_tags)",
            "subset(tags, tags)", "age_on(birth_date, day) > 60", "age_on(moved, day) != 2",
            "not means in (dibao, low)", "fussy(size)", "not fussy(rooms)",
        ],
        "int": ["size", "rooms", "2", "0", "-3", "count(tags)", "open_number", "age", "days_between(moved, day)",
                "months_between(moved, day)", "months_between(birth_date, moved)", "1000003", "halved(size)"],
        "money": ["income", "yuan('12.50')", "list_price[service]", "yuan('0')"],
        "share": ["part", "pct(60)", "permille(333)", "low_part", "open_part", "parts[service]"],
        "date": ["birth_date", "moved", "day", "date('2000-02-29')", "birth_date + months(6)", "moved - days(40)"],
    }[kind]  # fmt: skip
    options = [st.sampled_from(leaves)]
    own = {"bool": ["low.flag"], "int": ["low.number"], "money": ["low.price", "mid.price"], "share": ["low.part"]}
    options += [st.just(ref) for ref in own.get(kind, []) if ref.split(".")[0] in refs]
    if kind == "bool":
        options += [st.just(f"{ref}.level == high") for ref in refs if ref != "func"]
        options += [st.just("func == middle")] if "func" in refs else []
    if depth <= 0:
        return st.one_of(options)
    if kind == "bool":
        sign = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
        options += [
            st.builds("not ({})".format, sub("bool")),
            st.builds("({}) and ({})".format, sub("bool"), sub("bool")),
            st.builds("({}) or ({})".format, sub("bool"), sub("bool")),
            *(
                st.builds("({}) {} ({})".format, sub(item), sign, sub(item))
                for item in ("int", "money", "share", "date")
            ),
            st.builds("({}) == ({})".format, sub("bool"), sub("bool")),
            st.builds("share({}, {}) {} ({})".format, sub("int"), sub("int"), sign, sub("share")),
            st.builds("({}) in (({}), ({}))".format, sub("int"), sub("int"), sub("int")),
            st.builds("means == (dibao if {} else low)".format, sub("bool")),
        ]
    elif kind in ("int", "money"):
        options += [
            st.builds("({}) {} ({})".format, sub(kind), st.sampled_from(["+", "-"]), sub(kind)),
            st.builds("({}) * ({})".format, sub(kind), st.sampled_from(["size", "rooms", "3", "2"])),
            st.builds("({}) // ({})".format, sub(kind), st.sampled_from(["size", "rooms", "7", "size - rooms"])),
            st.builds("({}) if ({}) else ({})".format, sub(kind), sub("bool"), sub(kind)),
        ]
        how = st.sampled_from(["half_up", "half_even", "up", "down"])
        if kind == "money":
            unit = st.sampled_from(["fen", "jiao", "yuan"])
            options.append(st.builds("rounded(({}) * ({}), {}, {})".format, sub("money"), sub("share"), how, unit))
        else:
            options.append(st.builds("rounded(({}) * ({}), {})".format, sub("int"), sub("share"), how))
    elif kind == "share":
        options += [
            st.builds("share({}, {})".format, sub("int"), sub("int")),
            st.builds("({}) if ({}) else ({})".format, sub("share"), sub("bool"), sub("share")),
        ]
    return st.one_of(options)


@st.composite
def tables(draw: st.DrawFn, name: str, refs: tuple[str, ...]) -> DecisionTable:
    """A random table with the outputs level, flag, number, price and part."""
    level = st.sampled_from(["high", "middle", "none"])
    constant = draw(st.booleans())

    def then() -> tuple[tuple[str, Expression], ...]:
        deep = 0 if constant else 1
        made = {
            "level": draw(level),
            "flag": draw(st.sampled_from(["true", "false"]) if constant else texts("bool", deep, refs)),
            "number": draw(st.sampled_from(["1", "2"]) if constant else texts("int", deep, refs)),
            "price": draw(st.just("yuan('1')") if constant else texts("money", deep, refs)),
            "part": draw(st.sampled_from(["pct(1)", "low_part"]) if constant else texts("share", deep, refs)),
        }
        return tuple((key, Expression(text)) for key, text in made.items())

    rows = []
    for _ in range(draw(st.integers(1, 4))):
        when = draw(texts("bool", 2, refs))
        gap = draw(st.integers(0, 5)) == 0
        rows.append(Row(when, gap=Label("空")) if gap else Row(when, then()))
    otherwise = Row("true", then()) if draw(st.booleans()) else None
    outputs = (
        Output("level", LEVEL),
        Output("flag", BOOL),
        Output("number", INT),
        Output("price", MONEY),
        Output("part", SHARE),
    )
    policy = draw(st.sampled_from([HitPolicy.FIRST, HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY]))
    return DecisionTable(name, outputs, tuple(rows), hit=policy, otherwise=otherwise)


@decision(
    inputs=("age", "means", "p.low.level"),
    yields=["high", "middle", "none"],
    because=Label("函数"),
    cite=Citation("文件"),
)
def func(age, means, level):
    """A decision in Python that covers some, and fails for some."""
    if means == "other":
        raise RuntimeError(means)
    if means == "own":
        return None
    return level if age > 60 else "middle"


def _fussy(number: int) -> Any:
    if number in (2, 3):
        raise ValueError(number)
    return "no truth" if number == 4 else number > 4


#: Words of a plugin: one that fails, or gives what is no truth, and one that knows no half of odd numbers.
WORDS = (
    Function("fussy", _fussy, (INT,), BOOL),
    Function("halved", lambda number: None if number % 2 else number // 2, (INT,), INT),
)


def unknown_or(values):
    return st.one_of(st.none(), values)


DAYS = st.one_of(
    st.dates(dt.date(1900, 1, 1), dt.date(2006, 12, 31)),
    st.sampled_from([dt.date(1952, 2, 29), dt.date(1946, 2, 28), dt.date(1946, 3, 1), dt.date(2004, 2, 29)]),
)
SUBJECTS = st.fixed_dictionaries(
    {
        "birth_date": unknown_or(DAYS),
        "age": st.one_of(st.none(), st.none(), st.integers(0, 100)),
        "moved": unknown_or(DAYS),
        "alone": unknown_or(st.booleans()),
        "ill": unknown_or(st.booleans()),
        "means": unknown_or(st.sampled_from(MEANS.values)),
        "service": unknown_or(st.sampled_from(SERVICE.values)),
        "size": unknown_or(st.integers(-3, 9)),
        "rooms": unknown_or(st.one_of(st.integers(-2, 4), st.just(2**40))),
        "income": unknown_or(st.integers(-500, 100_000).map(Money)),
        "part": unknown_or(st.builds(Fraction, st.integers(0, 6), st.integers(1, 7))),
        "tags": unknown_or(st.lists(st.sampled_from("甲乙丙"), max_size=3).map(tuple)),
        "note": unknown_or(st.sampled_from(["甲", "乙", "甲乙"])),
    }
)


def frame_of(subjects: list[dict]) -> pl.DataFrame:
    """The subjects as a table; a fact unknown to all has no column."""
    columns = {"row_number": pl.Series(range(11, 11 + len(subjects)), dtype=pl.Int64)}
    for fact in FACTS:
        cells = [to_cell(fact.type, subject[fact.name]) for subject in subjects]
        if any(cell is not None for cell in cells):
            columns[fact.name] = pl.Series(cells, dtype=dtype_of(fact.type))
    return pl.DataFrame(columns)


def outcome_in(result, term: str, row: dict):
    """What the roll's columns say, as an answer says it."""
    outputs = result[term].outputs
    values = {}
    for output in outputs:
        cell = row[result[term].column(output.name)]
        if cell is not None and output.type.kind is Kind.MONEY:
            cell = Money(cell)
        if cell is not None and output.type.kind is Kind.SHARE:
            top, _, base = cell.partition("/") if "/" in cell else (cell[:-1], "", "100")
            cell = Fraction(top) / Fraction(base)
        values[output.name] = cell
    if row[f"{term}.status"] != "determined":
        assert set(values.values()) <= {None}
        return None
    return values if len(values) > 1 else next(iter(values.values()))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    low=tables("low", ()),
    mid=tables("mid", ("low", "func")),
    top=tables("top", ("low", "mid", "func")),
    subjects=st.lists(SUBJECTS, min_size=1, max_size=25),
    fixed=st.one_of(
        st.just({}),
        st.fixed_dictionaries({"service": st.sampled_from(SERVICE.values)}),
        st.fixed_dictionaries({"service": st.none(), "age": st.integers(50, 70), "means": st.just("dibao")}),
    ),
)
def test_every_row_has_the_answer_of_the_counter(low, mid, top, subjects, fixed):
    """For random tables over tables, whatever is unknown or given, status, outcome and row are the counter's."""
    decisions = {"p.low": low, "p.mid": mid, "p.top": top, "p.func": func}
    engine = Engine(facts=FACTS, parameters=PARAMETERS, decisions=decisions, functions=WORDS)
    result = decide_roll(engine, ["top", "mid", "low", "func"], frame_of(subjects), on=ON, given=fixed)
    rows = result.frame.rows(named=True)
    assert [row["row_number"] for row in rows] == list(range(11, 11 + len(subjects)))
    for term in ("top", "mid", "low", "func"):
        for subject, row in zip(subjects, rows, strict=True):
            answer = engine.decide(term, {**subject, **fixed}, on=ON)
            outcome = answer.outcome
            given_row = (row[f"{term}.status"], outcome_in(result, term, row), row[f"{term}.row"])
            assert given_row == (
                answer.status.value,
                dict(outcome) if hasattr(outcome, "keys") else outcome,
                answer.row,
            )


@st.composite
def collecting(draw: st.DrawFn, refs: tuple[str, ...] = ()) -> DecisionTable:
    """A random table that collects, with one output: an enumeration, a number or money, and each aggregation."""
    how = draw(st.sampled_from(list(Aggregation)))
    kind = draw(st.sampled_from(["int", "money"] if how in COUNTABLE else ["int", "money", "level"]))
    constant = draw(st.booleans())
    made = {
        "int": st.sampled_from(["1", "2"]) if constant else texts("int", 1, refs),
        "money": st.sampled_from(["yuan('1')", "yuan('2')"]) if constant else texts("money", 1, refs),
        "level": st.sampled_from(["high", "middle", "none"]),
    }

    def then() -> tuple[tuple[str, Expression], ...]:
        return (("", Expression(draw(made[kind]))),)

    rows = []
    for _ in range(draw(st.integers(1, 4))):
        when = draw(texts("bool", 1, refs))
        gap = draw(st.integers(0, 7)) == 0
        rows.append(Row(when, gap=Label("空")) if gap else Row(when, then()))
    output = Output("", {"int": INT, "money": MONEY, "level": LEVEL}[kind])
    return DecisionTable("all", (output,), tuple(rows), hit=HitPolicy.COLLECT, aggregation=how)


COUNTABLE = (Aggregation.SUM, Aggregation.MIN, Aggregation.MAX)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    low=tables("low", ()),
    table=st.one_of(collecting(), collecting(("low",))),
    subjects=st.lists(SUBJECTS, min_size=1, max_size=20),
)
def test_what_is_collected_is_the_counters(low, table, subjects):
    """Under collect, with each aggregation, every row of a roll has the status and outcome of the counter."""
    engine = Engine(facts=FACTS, parameters=PARAMETERS, decisions={"p.low": low, "p.all": table}, functions=WORDS)
    assume(not engine.findings)
    # sums of products of large numbers leave what a column of whole numbers holds
    subjects = [{**each, "rooms": None if each["rooms"] is None else min(each["rooms"], 4)} for each in subjects]
    result = decide_roll(engine, ["all"], frame_of(subjects), on=ON)
    for subject, row in zip(subjects, result.frame.rows(named=True), strict=True):
        answer = engine.decide("all", subject, on=ON)
        cell = row[result["all"].column("")]
        kind = result["all"].outputs[0].type
        money = kind.kind is Kind.MONEY or (kind.of is not None and kind.of.kind is Kind.MONEY)
        if isinstance(cell, list):
            cell = tuple(Money(part) if money else part for part in cell)
        elif cell is not None and money:
            cell = Money(cell)
        assert (row["all.status"], cell) == (answer.status.value, answer.outcome)


def test_no_row_is_lost_where_the_first_ones_are_unknown():
    """Rows whose fact is unknown, before one whose fact is known, keep each its own answer."""
    rows = (Row("list_price[service] > yuan('12.50')", (("", Expression("1")),), Label("因")),)
    table = DecisionTable(
        "dear", (Output("", INT),), rows, otherwise=Row("true", (("", Expression("0")),), Label("余"))
    )
    engine = Engine(facts=FACTS, parameters=PARAMETERS, decisions={"p.dear": table})
    blank = {fact.name: None for fact in FACTS}
    for unknown in range(5):
        subjects = [blank] * unknown + [{**blank, "service": "meal"}]
        found = decide_roll(engine, ["dear"], frame_of(subjects), on=ON).frame["dear.status"].to_list()
        assert found == ["undetermined"] * unknown + ["determined"]


#: Says nothing of the young: what rests on it there stays unknown for ever.
OF_THE_OLD = DecisionTable("old", (Output("", INT),), (Row("age > 60", (("", Expression("1")),), Label("老")),))


@pytest.mark.parametrize(
    ("rows", "first", "collect"),
    [
        # whether the first row holds is never known, and the second cannot agree with it
        ((("old == 1", "5"), ("alone", "6")), "uncovered", "uncovered"),
        ((("old == 1", "5"), ("alone", "5")), "undetermined", "uncovered"),
        ((("alone", "6"), ("old == 1", "5")), "undetermined", "uncovered"),
        # a decision named by a row that is false keeps nothing open
        ((("late == 1 and ill", "7"), ("old == 1", "5")), "uncovered", "uncovered"),
        ((("late == 1", "7"), ("old == 1", "5")), "undetermined", "uncovered"),
        # both sides of a comparison are needed
        ((("old == size", "5"),), "uncovered", "uncovered"),
        ((("late == size", "5"),), "undetermined", "undetermined"),
    ],
)
def test_a_row_waits_only_for_what_can_still_matter(rows, first, collect):
    """Undetermined is who has something to ask that can still matter; others have what the silent decision gives."""
    late = DecisionTable("late", (Output("", INT),), (Row("rooms > 2", (("", Expression("1")),), Label("多")),))
    made = tuple(Row(when, (("", Expression(then)),), Label("因")) for when, then in rows)
    young = {fact.name: None for fact in FACTS} | {"age": 6, "ill": False}
    for hit, expected in ((HitPolicy.FIRST, first), (HitPolicy.COLLECT, collect)):
        table = DecisionTable("top", (Output("", INT),), made, hit=hit)
        engine = Engine(facts=FACTS, decisions={"p.old": OF_THE_OLD, "p.late": late, "p.top": table})
        assert engine.decide("top", young, on=ON).status.value == expected
        assert decide_roll(engine, ["top"], frame_of([young]), on=ON).frame["top.status"].to_list() == [expected]


@pytest.mark.parametrize("hit", [HitPolicy.UNIQUE, HitPolicy.ANY])
def test_rows_that_differ_conflict_whatever_a_third_would_give(hit):
    """Nothing that becomes known undoes a conflict, so nothing is asked; with one of the two it may still agree."""
    rows = [Row("alone", (("", Expression(then)),), Label("因")) for then in ("5", "6", "size")]
    whose = {fact.name: None for fact in FACTS} | {"alone": True}
    for made, expected in ((rows, "conflict"), (rows[1:], "undetermined")):
        table = DecisionTable("top", (Output("", INT),), tuple(made), hit=hit)
        engine = Engine(facts=FACTS, decisions={"p.top": table})
        answer = engine.decide("top", whose, on=ON)
        assert (answer.status.value, answer.ask) == (expected, () if expected == "conflict" else ("size",))
        assert decide_roll(engine, ["top"], frame_of([whose]), on=ON).frame["top.status"].to_list() == [expected]
