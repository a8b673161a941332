"""Column expressions mean what the trees mean: ages, months, shares and rounding are exact, and nothing wraps."""

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community_core.base.days import age_on
from community_core.base.money import Money
from community_core.roll import decide_roll, ready
from community_core.roll.cell import NotInColumns
from community_core.roll.columns import Columns, latest_birth
from community_core.roll.extras import nw
from community_core.roll.subjects import Subjects
from community_core.rules import nodes as n
from community_core.rules.engine import Engine
from community_core.rules.interpret import Surroundings, value_of
from community_core.rules.terms import DecisionTable, Expression, Fact, Function, Output, Row
from community_core.rules.types import BOOL, DATE, INT, MONEY, SHARE, TEXT, enum_of, list_of
from community_core.rules.vocabulary import BUILT_IN, inner

ON = dt.date(2004, 2, 29)
COLOUR = enum_of("red", "green", "blue")
FACTS = {
    fact.name: fact
    for fact in (
        Fact("a", INT),
        Fact("b", INT),
        Fact("m", MONEY),
        Fact("s", SHARE),
        Fact("d", DATE),
        Fact("e", DATE),
        Fact("t", BOOL),
        Fact("c", COLOUR),
        Fact("k", COLOUR),
        Fact("x", TEXT),
        Fact("l", list_of(TEXT)),
    )
}


def ref(name):
    return n.FactRef(name, FACTS[name].type)


def number(value):
    return n.Const(value, INT)


def in_columns(node, **columns):
    """The values of *node* over columns, as Polars computes them."""
    height = len(next(iter(columns.values())))
    subjects = Subjects(pl.DataFrame(columns, strict=True) if columns else pl.DataFrame({"_": [0] * height}), FACTS)
    cell = Columns(subjects.cells(FACTS), ON).cell(node)
    frame = nw.from_native(subjects.ready).select(nw.col("row_number"), value=cell.expr).to_native()
    values = frame["value"].to_list()
    if cell.over is None:
        return values
    over = (
        nw.from_native(subjects.ready).select(nw.col("row_number"), value=cell.over.expr).to_native()["value"].to_list()
    )
    return [None if None in pair else Fraction(*pair) for pair in zip(values, over, strict=True)]


def by_hand(node, **values):
    return value_of(node, Surroundings(values, {}, ON, BUILT_IN))


DATES = st.dates(dt.date(1850, 1, 1), dt.date(2150, 12, 31))


@given(birth=DATES, day=DATES, age=st.integers(-10, 130))
@example(dt.date(1944, 2, 29), dt.date(2003, 2, 28), 59)
@example(dt.date(1944, 2, 29), dt.date(2003, 3, 1), 59)
@example(dt.date(1943, 2, 28), dt.date(2004, 2, 29), 61)
def test_the_latest_birth_divides_ages_exactly(birth, day, age):
    """Someone is at least of an age exactly where he was born on its latest day of birth or before."""
    assert (birth <= latest_birth(day, age)) == (age_on(birth, day) >= age)


@given(starts=st.lists(DATES, min_size=1, max_size=20), end=DATES)
@example([dt.date(2004, 1, 31), dt.date(2004, 2, 29), dt.date(2004, 3, 31)], dt.date(2004, 2, 29))
def test_months_days_and_ages_between_dates_are_those_of_the_calendar(starts, end):
    """Full months, days and years over columns are those that the scalar words count."""
    for word in ("months_between", "days_between", "age_on"):
        for args in ((ref("d"), ref("e")), (ref("e"), ref("d")), (ref("d"), n.DayRef())):
            node = n.Call(word, args, INT)
            expected = [by_hand(node, d=start, e=end) for start in starts]
            assert in_columns(node, d=starts, e=[end] * len(starts)) == expected


TEXTS = st.lists(st.sampled_from("甲乙丙"), max_size=5)


@given(rows=st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=12), known=TEXTS)
def test_a_list_within_another_is_found_in_columns(rows, known):
    """Repeated members count once, an empty list stands in any that is known, and two lists of the row are left."""
    fixed = n.Const(tuple(known), list_of(TEXT))
    for args in ((ref("l"), fixed), (fixed, ref("l"))):
        node = n.Call("subset", args, BOOL)
        expected = [by_hand(node, l=None if row is None else tuple(row)) for row in rows]
        assert in_columns(node, l=pl.Series(rows, dtype=pl.List(pl.String))) == expected
    with pytest.raises(NotInColumns):
        in_columns(n.Call("subset", (ref("l"), ref("l")), BOOL), l=pl.Series(rows, dtype=pl.List(pl.String)))


@given(
    values=st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=12),
    part=st.fractions(Fraction(-2), Fraction(2), max_denominator=1000),
    how=st.sampled_from(["half_up", "half_even", "up", "down"]),
    unit=st.sampled_from(["fen", "jiao", "yuan"]),
)
def test_rounding_a_share_of_money_is_exact(values, part, how, unit):
    """Every way of rounding, to fen, jiao and yuan, is exact for amounts of either sign."""
    product = n.Arith("*", ref("m"), n.Const(part, SHARE), MONEY.in_unit("exact"))
    node = n.Call("rounded", (product, n.Const(how, TEXT), n.Const(unit, TEXT)), MONEY)
    expected = [by_hand(node, m=value) for value in values]
    assert in_columns(node, m=pl.Series(values, dtype=pl.Int64)) == expected


@given(
    parts=st.lists(st.tuples(st.integers(-5, 9), st.integers(-3, 9)), min_size=1, max_size=12),
    bound=st.fractions(0, 2, max_denominator=9),
    op=st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
)
def test_shares_are_compared_by_cross_multiplication(parts, bound, op):
    """60 % is exactly 60 %, and a share of nothing is unknown."""
    node = n.Compare(op, n.Call("share", (ref("a"), ref("b")), SHARE), n.Const(bound, SHARE))
    expected = [by_hand(node, a=a, b=b) for a, b in parts]
    assert in_columns(node, a=[a for a, _ in parts], b=[b for _, b in parts]) == expected


@given(
    pairs=st.lists(st.tuples(st.integers(-9, 9), st.integers(-3, 3)), min_size=1, max_size=12),
    op=st.sampled_from(["+", "-", "*", "//"]),
)
def test_arithmetic_floors_and_divides_nothing_by_zero(pairs, op):
    """Division rounds down for negative numbers, too, and by zero it is unknown."""
    node = n.Arith(op, ref("a"), ref("b"), INT)
    expected = [by_hand(node, a=a, b=b) for a, b in pairs]
    assert in_columns(node, a=[a for a, _ in pairs], b=[b for _, b in pairs]) == expected


@given(st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 3), min_size=1, max_size=27))
def test_logic_is_kleenes(rows):
    """And, or, not and if over columns know what follows from what is known, and no more."""
    facts = {name: Fact(name, BOOL) for name in "pqr"}
    p, q, r = (n.FactRef(name, BOOL) for name in "pqr")
    frame = pl.DataFrame(
        {name: pl.Series([row[at] for row in rows], dtype=pl.Boolean) for at, name in enumerate("pqr")}
    )
    subjects = Subjects(frame, facts)
    trees = (n.And((p, q, n.Not(r))), n.Or((p, n.And((q, r)))), n.IfElse(p, q, r, BOOL), n.Compare("!=", p, q))
    columns = Columns(subjects.cells(facts), ON)
    for tree in trees:
        found = nw.from_native(subjects.ready).select(v=columns.cell(tree).expr).to_native()["v"].to_list()
        assert found == [by_hand(tree, **dict(zip("pqr", row, strict=True))) for row in rows]


def test_membership_with_an_unknown_option_is_never_falsely_false():
    """Equal to a known option it is true; equal to none, an unknown option leaves it unknown."""
    node = n.Member(ref("a"), (number(1), n.Unknown("p.open", INT)))
    assert in_columns(node, a=[1, 2, None]) == [True, None, None]


def test_a_value_that_an_enumeration_lacks_is_false_where_known():
    """A column is compared with another enumeration's value without an error, and unknown stays unknown."""
    other = n.Const("purple", enum_of("red", "purple"))
    column = pl.Series(["red", None])
    assert in_columns(n.Compare("==", ref("c"), other), c=column) == [False, None]
    assert in_columns(n.Compare("!=", ref("c"), other), c=column) == [True, None]
    assert in_columns(n.Member(ref("c"), (other, n.Const("red", COLOUR))), c=column) == [True, None]
    assert in_columns(n.Compare("==", ref("c"), ref("k")), c=column, k=["red", "red"]) == [True, None]


def test_a_table_gives_its_entry_and_nothing_else():
    """A key without an entry, an unknown key and an entry without a value are unknown, never the nearest."""
    node = n.Table(ref("c"), (("red", 5), ("green", None)), "p.price", MONEY)
    assert in_columns(node, c=["red", "green", "blue", None]) == [5, None, None, None]
    shares = n.Table(ref("c"), (("red", Fraction(1, 3)), ("green", Fraction(2, 7))), "p.part", SHARE)
    assert in_columns(shares, c=["red", "green", "blue"]) == [Fraction(1, 3), Fraction(2, 7), None]


def test_what_could_exceed_64_bits_is_left_to_the_scalar_function():
    """The bounds of the columns decide: the same product is a column for small numbers and none for large ones."""
    node = n.Arith("*", ref("a"), ref("a"), INT)
    assert in_columns(node, a=[3, 2**31]) == [9, 2**62]
    with pytest.raises(NotInColumns):
        in_columns(node, a=[3, 2**32])


def test_large_numbers_are_decided_exactly_all_the_same():
    """A roll whose numbers would wrap around in 64 bits is decided by the scalar function."""
    table = DecisionTable(
        "big",
        (Output("", BOOL),),
        (Row("a * a > b", (("", Expression("true")),)),),
        otherwise=Row("true", (("", Expression("false")),)),
    )
    engine = Engine(facts=FACTS.values(), decisions={"p.big": table})
    frame = pl.DataFrame({"a": [2**32, 2**33, 1, None], "b": [5, 5, 5, 5]})
    assert decide_roll(engine, ["big"], frame, on=ON).frame["big"].to_list() == [True, True, False, None]


def test_a_plugins_word_runs_once_for_each_distinct_input():
    """A function without a column form is called for distinct inputs only, and its unknown stays unknown."""
    seen = []

    def crowded(a, b):
        seen.append((a, b))
        return None if a == 0 else a > b

    word = Function("crowded", crowded, (INT, INT), BOOL)
    table = DecisionTable("full", (Output("", BOOL),), (Row("crowded(a, b)", (("", Expression("true")),)),))
    engine = Engine(facts=FACTS.values(), decisions={"p.full": table}, functions=[word])
    frame = pl.DataFrame({"a": [3, 0, None, 3, 1] * 20, "b": [1, 1, 1, 1, 4] * 20})
    result = decide_roll(engine, ["full"], frame, on=ON)
    assert result.frame["full.status"].to_list()[:5] == [
        "determined",
        "undetermined",
        "undetermined",
        "determined",
        "uncovered",
    ]
    assert sorted(seen) == [(0, 1), (1, 4), (3, 1)]


def test_constants_are_inner_values():
    """Money stands in columns as whole fen, on both sides of a comparison."""
    node = n.Compare(">=", ref("m"), n.Const(Money(1250), MONEY))
    assert inner(MONEY, Money(1250)) == 1250
    assert in_columns(node, m=[1249, 1250, None]) == [False, True, None]


def test_lists_are_counted_and_searched():
    """The count of a list and its members are read from the column; an unknown list is no empty one."""
    lists = pl.Series([["甲", "乙"], [], None])
    assert in_columns(n.Call("count", (ref("l"),), INT), l=lists) == [2, 0, None]
    assert in_columns(n.Call("contains", (n.Const("甲", TEXT), ref("l")), BOOL), l=lists) == [True, False, None]


def test_words_of_one_name_keep_their_own_meaning_on_a_loaded_roll():
    """Conditions found for one engine serve another only where their words are the very same."""
    table = DecisionTable("full", (Output("", BOOL),), (Row("crowded(a) and b == 1", (("", Expression("true")),)),))
    roll = ready(Engine(facts=FACTS.values()), pl.DataFrame({"a": [1, 5, 9], "b": [1, 1, 1]}))
    for limit, expected in ((3, [None, True, True]), (7, [None, None, True]), (3, [None, True, True])):
        word = Function("crowded", lambda a, limit=limit: a > limit, (INT,), BOOL)
        engine = Engine(facts=FACTS.values(), decisions={"p.full": table}, functions=[word])
        assert decide_roll(engine, ["full"], roll, on=ON).frame["full"].to_list() == expected
