"""Tables of whatever library and type are decided as the counter decides, or refused where it refuses."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community_core.base.errors import FactError
from community_core.base.money import Money
from community_core.roll.run import decide_roll
from community_core.rules.engine import Engine
from community_core.rules.terms import DecisionTable, Expression, Fact, Output, Row
from community_core.rules.types import BOOL, DATE, INT, MONEY, TEXT, Kind, ValueType, enum_of, list_of

ON = dt.date(2025, 5, 1)
MEANS = enum_of("dibao", "low", "own")
CONDITIONS = {
    "age": (INT, "age > 60"),
    "born": (DATE, "born < date('1960-01-01')"),
    "alone": (BOOL, "alone"),
    "means": (MEANS, "means == dibao"),
    "income": (MONEY, "income > yuan('10')"),
    "note": (TEXT, "note == '甲'"),
    "tags": (list_of(TEXT), "'甲' in tags"),
    "sizes": (list_of(INT), "3 in sizes"),
    "kinds": (list_of(MEANS), "dibao in kinds"),
    "spot": (ValueType(Kind.LIST, "position", of=INT), "count(spot) == 2"),
}


def engine(name):
    kind, condition = CONDITIONS[name]
    rows = (Row(condition, (("", Expression("true")),)),)
    otherwise = Row("true", (("", Expression("false")),))
    table = DecisionTable("one", (Output("", BOOL),), rows, otherwise=otherwise)
    return Engine(facts=(Fact(name, kind),), decisions={"p.one": table})


def answers(name, frame):
    result = decide_roll(engine(name), ["one"], frame, on=ON).frame
    return list(zip(result["one"].to_list(), result["one.status"].to_list(), strict=True))


def at_the_counter(name, values):
    rules = engine(name)
    return [
        (answer.outcome, answer.status.value)
        for answer in (rules.decide("one", {name: value}, on=ON) for value in values)
    ]


WORDS = st.sampled_from(["dibao", "low", "own", "other", ""])
WHOLE = st.integers(-3, 100)
COLUMNS = st.one_of(
    *(
        st.tuples(st.just(name), st.just(dtype), st.lists(st.none() | values, max_size=6))
        for name, dtype, values in (
            *(("age", dtype, st.integers(0, 100)) for dtype in (pl.Int64, pl.Int8, pl.UInt16, pl.UInt64, pl.Int128)),
            *(("age", dtype, st.booleans()) for dtype in (pl.Boolean,)),
            ("age", pl.Float64, st.floats(0, 100)),
            ("age", pl.String, WHOLE.map(str)),
            ("born", pl.Date, st.dates(dt.date(1900, 1, 1))),
            ("born", pl.String, st.just("1950-01-01")),
            ("born", pl.Int32, WHOLE),
            ("alone", pl.Boolean, st.booleans()),
            ("alone", pl.Int8, st.integers(0, 1)),
            *(("means", dtype, WORDS) for dtype in (
                pl.String, pl.Categorical, pl.Enum(["own", "", "low", "other", "dibao"]))),
            ("means", pl.Int64, WHOLE),
            ("note", pl.String, st.sampled_from(["甲", " 甲", ""])),
            ("note", pl.Categorical, st.sampled_from(["甲", "乙"])),
            ("note", pl.Int64, WHOLE),
            *(("tags", dtype, st.lists(st.none() | st.sampled_from("甲乙"), max_size=3)) for dtype in (
                pl.List(pl.String), pl.List(pl.Categorical))),
            ("tags", pl.Array(pl.String, 2), st.lists(st.none() | st.sampled_from("甲乙"), min_size=2, max_size=2)),
            *(("sizes", pl.List(inner), st.lists(st.none() | st.integers(0, 4), max_size=3)) for inner in (
                pl.Int64, pl.Int8, pl.UInt32)),
            ("sizes", pl.List(pl.Float64), st.lists(st.floats(0, 4), min_size=1, max_size=2)),
            *(("kinds", pl.List(inner), st.lists(st.none() | WORDS, max_size=3)) for inner in (
                pl.String, pl.Categorical, pl.Enum(["other", "", "own", "low", "dibao"]))),
            ("spot", pl.List(pl.Int64), st.lists(WHOLE, max_size=3)),
        )
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(column=COLUMNS, lazy=st.booleans(), further=st.sampled_from(["x y", "户 号（编号）", "row", "one"]))
def test_any_column_is_decided_or_refused_as_each_of_its_values_is(column, lazy, further):
    """Whatever type a column has, its rows have the counter's answers, and it is refused where the counter refuses."""
    name, dtype, values = column
    frame = pl.DataFrame({further: [1] * len(values), name: pl.Series(values, dtype=dtype)})
    said = [tuple(value) if isinstance(value, list) else value for value in frame[name].to_list()]
    try:
        expected = at_the_counter(name, said)
    except FactError:
        expected = None
    try:
        found = answers(name, frame.lazy() if lazy else frame)
    except FactError:
        found = None
    if not any(value is not None for value in values):
        # there is nothing in it that could not be read
        expected = [(None, "undetermined")] * len(values)
    assert found == expected


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ([dt.datetime.combine(dt.date(1950, 1, 1), dt.time()), None], True),
        ([dt.datetime.combine(dt.date(1950, 1, 1), dt.time(12))], False),
        ([dt.datetime(1950, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))], False),
    ],
)
def test_midnights_without_a_zone_are_days(values, right):
    """A column that has no type for days alone is read; a time of day, and a zone that may shift the day, are not."""
    frame = pl.DataFrame({"born": values})
    if right:
        days = [None if value is None else value.date() for value in values]
        assert answers("born", frame) == at_the_counter("born", days)
    else:
        with pytest.raises(FactError, match="born"):
            answers("born", frame)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("income", [Decimal("12.50"), None, Decimal("9.99"), Decimal("-3.00")]),
        ("income", [Decimal("10.000"), Decimal("10.010")]),
    ],
)
def test_decimals_are_yuan(kind, values):
    """Decimals are read as yuan to the fen."""
    money = [None if value is None else Money.yuan(str(value.quantize(Decimal("0.01")))) for value in values]
    assert answers(kind, pl.DataFrame({kind: values})) == at_the_counter(kind, money)


def of_pandas(name, values):
    series = pd.Series(values, dtype={"age": "Int64", "alone": "boolean"}.get(name))
    if name == "means":
        series = series.astype("category")
    return pd.DataFrame({"中 文": list(range(len(values))), name: series}).set_index("中 文")


def of_arrow(name, values):
    column = pa.array(values)
    return pa.table({name: column.dictionary_encode() if name == "means" else column})


@pytest.mark.parametrize("made", [of_pandas, of_arrow, lambda name, values: pl.LazyFrame({name: values})])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("age", [70, None, 1]),
        ("alone", [True, None, False]),
        ("means", ["dibao", None, "low"]),
        ("born", [dt.date(1950, 1, 1), None]),
        ("note", ["甲", None]),
        ("tags", [["甲"], None, []]),
        ("note", ["甲"]),
    ],
)
def test_tables_of_other_libraries_are_read(made, name, values):
    """A table of pandas or PyArrow, and a lazy one, is decided as one of Polars is."""
    said = [tuple(value) if isinstance(value, list) else value for value in values]
    assert answers(name, made(name, values)) == at_the_counter(name, said)


@pytest.mark.parametrize("frame", [None, [{"age": 1}], {"age": [1]}, pl.Series("age", [1]), "list.csv"])
def test_what_is_no_table_is_refused_in_words(frame):
    """Rows, dictionaries and names of files are no tables, and the message says what is one."""
    with pytest.raises(FactError, match="pandas"):
        answers("age", frame)


@pytest.mark.parametrize("dtype", [pl.String, pl.Float64, pl.Null, pl.Int8, pl.List(pl.Int64), pl.Datetime])
@pytest.mark.parametrize("height", [0, 2])
def test_a_column_with_nothing_in_it_is_unknown(dtype, height):
    """Of which type an empty column is says nothing of anybody."""
    frame = pl.DataFrame({"age": pl.Series([None] * height, dtype=dtype)})
    assert answers("age", frame) == [(None, "undetermined")] * height
