"""The analysis of tables against brute force: every cell of a fine grid decided one by one by the engine itself."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Citation, Label, Money, Rank, Span
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
    TEXT,
    Aggregation,
    Bound,
    BoundKind,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Function,
    HitPolicy,
    Output,
    Parameter,
    PythonDecision,
    Row,
    Status,
    enum_of,
    list_of,
)
from community_core.rules.analysis import analyse
from community_core.rules.types import TYPE_NAMES

DAY = dt.date(2006, 5, 1)
FACTS = {"p": BOOL, "q": BOOL, "c": enum_of("red", "green", "blue"), "a": INT, "b": INT}
#: Every value that the random tables can tell apart, and some beyond.
DENSE: dict[str, list[Any]] = {
    "p": [True, False],
    "q": [True, False],
    "c": ["red", "green", "blue"],
    "a": list(range(9)),
    "b": list(range(9)),
}


def table(*rows: str, hit: HitPolicy = HitPolicy.FIRST, then: Any = None, otherwise: bool = False, **more: Any):
    """Return a table; row i gives outcome i, or the text in *then*; a row that begins with ? is a gap."""
    made = []
    for number, when in enumerate(rows):
        gap = Label("缺", "gap") if when.startswith("?") else None
        outcome = then[number] if then else str(number)
        made.append(Row(when.removeprefix("?"), () if gap else (("", Expression(outcome)),), Label("因"), gap=gap))
    last = Row("true", (("", Expression("99")),), Label("因")) if otherwise else None
    return DecisionTable("t", (Output("", INT),), tuple(made), hit=hit, otherwise=last, **more)


def engine(*tables: tuple[str, Any], facts: dict[str, Any] | None = None, **more: Any) -> Engine:
    kinds = FACTS if facts is None else facts
    made = Engine(facts=[Fact(name, kind, label=Label(name)) for name, kind in kinds.items()], decisions=tables, **more)
    assert made.findings == ()
    return made


def found(made: Engine, on: dt.date = DAY, **more: Any) -> list[tuple[str, dict[str, str]]]:
    return [(item.code, dict(item.data)) for item in analyse(made, on, **more)]


def codes(made: Engine, on: dt.date = DAY) -> list[str]:
    return [code for code, _ in found(made, on)]


# -- against brute force ---------------------------------------------------------------------------------------------

SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
LEAVES = st.one_of(
    st.sampled_from(["p", "q", "not p", "c == red", "c != green", "c in (red, blue)", "true"]),
    st.builds(lambda name, sign, n: f"{name} {sign} {n}", st.sampled_from(["a", "b"]), SIGNS, st.integers(0, 5)),
    st.builds(lambda sign: f"a {sign} b", SIGNS),
    st.builds(lambda sign, n: f"a + b {sign} {n}", SIGNS, st.integers(0, 5)),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda x, op, y: f"({x}) {op} ({y})", inner, st.sampled_from(["and", "or"]), inner),
        inner.map(lambda x: f"not ({x})"),
    ),
    max_leaves=3,
)
TABLES = st.builds(
    lambda rows, hit, outcomes, otherwise: table(
        *rows, hit=hit, then=[str(item) for item in outcomes[: len(rows)]], otherwise=otherwise
    ),
    st.lists(CONDITIONS, min_size=1, max_size=4),
    st.sampled_from([HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY]),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.booleans(),
)


#: With numbers below zero, which nothing keeps a fact from having.
WIDE = {**DENSE, "a": list(range(-8, 9)), "b": list(range(-8, 9))}


def cells(one: DecisionTable, dense: dict[str, list[Any]]):
    """Yield every way in which the facts that a table names can have their values; the others have their first."""
    texts = " ".join(row.when.text for row in one.rows)
    named = [values if re.search(rf"\b{name}\b", texts) else values[:1] for name, values in dense.items()]
    for values in product(*named):
        yield dict(zip(dense, values, strict=True))


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_the_analysis_finds_what_brute_force_finds(one):
    """Uncovered cells and conflicts are found where trying every cell finds them, rows never hit below zero too."""
    made = engine(("x.t", one))
    answers = [made.decide("t", values, on=DAY) for values in cells(one, DENSE)]
    given_ = found(made)
    assert ("uncovered-cell" in dict(given_)) == any(item.status is Status.UNCOVERED for item in answers)
    assert ("overlapping-rows" in dict(given_)) == any(item.status is Status.CONFLICT for item in answers)
    answers = [made.decide("t", values, on=DAY) for values in cells(one, WIDE)]
    if one.hit is HitPolicy.FIRST:
        hit = {item.states.index(True) + 1 if True in item.states else 0 for item in answers}
    else:
        hit = {number for item in answers for number, state in enumerate(item.states, 1) if state}
        hit |= {0} if any(True not in item.states for item in answers) else set()
    rows = set(range(1, len(one.rows) + 1)) | ({0} if one.otherwise else set())
    assert {int(data["row"]) for code, data in given_ if code == "unreachable-row"} == rows - hit
    assert "analysis-too-large" not in dict(given_)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_an_example_shows_what_it_says_and_no_fact_of_it_can_be_left_out(one):
    """The example of a finding is decided as the finding says, with what it names alone, and not with less."""
    made = engine(("x.t", one))
    for code, data in found(made):
        if code not in ("uncovered-cell", "overlapping-rows"):
            continue
        wanted = Status.UNCOVERED if code == "uncovered-cell" else Status.CONFLICT
        values = read(data["example"])
        assert made.decide("t", values, on=DAY).status is wanted
        if code == "uncovered-cell":
            for name in values:
                less = {key: value for key, value in values.items() if key != name}
                assert made.decide("t", less, on=DAY).status is not wanted


def read(example: str) -> dict[str, Any]:
    from community_core.rules import read_text

    pairs = (part.split("=") for part in example.split())
    return {name: read_text(FACTS[name], text) for name, text in pairs}


@pytest.mark.parametrize(
    ("kind", "when", "beyond"),
    [
        (INT, "x >= 0", -1),
        (INT, "x > (0 - 5)", -9),
        (MONEY, "x >= yuan('0')", Money(-1)),
        (SHARE, "x >= pct(0)", Fraction(-1, 2)),
        (SHARE, "x <= pct(100)", Fraction(3, 2)),
    ],
)
def test_what_only_a_strange_number_reaches_is_not_called_unreachable(kind, when, beyond):
    """A row that a number below zero, or a share beyond the whole, comes to is hit; one that nothing reaches is not."""
    made = engine(("x.t", table(when, otherwise=True)), facts={"x": kind})
    assert made.decide("t", {"x": beyond}, on=DAY).outcome == 99
    assert codes(made) == []
    assert codes(engine(("x.t", table(when, f"not ({when})", otherwise=True)), facts={"x": kind})) == [
        "unreachable-row"
    ]


# -- kinds of facts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "rows", "example"),
    [
        (BOOL, ["x"], "x=false"),
        (enum_of("red", "green"), ["x == red"], "x=green"),
        (TEXT, ["x == '甲'", "x in ('乙', '丙')"], "x=…"),
        (INT, ["x < 60", "x > 60"], "x=60"),
        (INT, ["x < 10", "x >= 12"], "x=10"),
        (INT, ["x * 2 < 7", "x * 2 > 8"], "x=4"),
        (INT, ["x < (0 - 3)", "x > (0 - 3)"], "x=-3"),
        (MONEY, ["x < yuan('12.50')", "x > yuan('12.50')"], "x=12.50"),
        (SHARE, ["x < pct(60)", "x > pct(60)"], "x=60%"),
        (SHARE, ["x < pct(60)", "x > pct(61)"], "x=60%"),
        (SHARE, ["x < pct(60)", "x == pct(60)", "x >= pct(61)"], "x=60.5%"),
        (DATE, ["x < date('2006-05-01')", "x > date('2006-05-01')"], "x=2006-05-01"),
        (DATE, ["age_on(x, day) < 60", "age_on(x, day) > 60"], "x=1945-05-02"),
        (DATE, ["x < day + days(3)", "x > day + days(3)"], "x=2006-05-04"),
        (list_of(TEXT), ["'甲' in x", "count(x) < 2"], "x=…,…"),
        (list_of(enum_of("r", "g")), ["count(x) < 2", "'r' in x"], "x=g,g"),
    ],
)
def test_a_gap_is_found_between_the_values_compared_with(kind, rows, example):
    """For each kind of fact the one value (or a value of the one stretch) that no row covers is given."""
    made = engine(("x.t", table(*rows)), facts={"x": kind})
    assert [(code, data["example"]) for code, data in found(made)] == [("uncovered-cell", example)]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (BOOL, ["x", "not x"]),
        (INT, ["x < 60", "x >= 60"]),
        (INT, ["x == 0", "x > 0"]),
        (SHARE, ["x < pct(60)", "x >= pct(60)"]),
        (DATE, ["age_on(x, day) < 60", "age_on(x, day) >= 60"]),
        (list_of(TEXT), ["'甲' in x", "not ('甲' in x)"]),
    ],
)
def test_a_table_that_covers_everything_has_no_finding(kind, rows):
    """Where the rows leave nothing out and none is idle, there is nothing to say."""
    assert codes(engine(("x.t", table(*rows)), facts={"x": kind})) == []


def test_a_share_of_two_counts_is_tried_around_its_boundary_and_over_nothing():
    """The pair of counts that meets the share exactly is found, and so is a share of nothing."""
    kinds = {"present": INT, "called": INT}
    made = engine(("x.t", table("share(present, called) > pct(60)", "share(present, called) < pct(60)")), facts=kinds)
    first, second = sorted(found(made), key=lambda item: item[0])
    assert first[0] == "never-determined"
    assert first[1]["example"] == "called=0"
    assert second[0] == "uncovered-cell"
    part, whole = (int(item.partition("=")[2]) for item in second[1]["example"].split())
    assert Fraction(part, whole) == Fraction(60, 100)


def test_a_row_may_be_too_late_for_a_share_of_nothing():
    """Where an earlier row says what holds when nobody is called, the share is no longer without a whole."""
    kinds = {"present": INT, "called": INT}
    rows = ["called <= 0", "share(present, called) >= pct(60)", "share(present, called) < pct(60)"]
    assert codes(engine(("x.t", table(*rows)), facts=kinds)) == []


def test_an_outcome_that_divides_by_zero_is_never_determined():
    """A computed outcome without a value is found, with what leads to its row and no more."""
    made = engine(("x.t", table("p", "not p", then=["a // b", "1"])))
    assert found(made) == [("never-determined", {"name": "x.t", "example": "p=true b=0", "row": "1"})]


# -- parameters and other decisions ----------------------------------------------------------------------------------


def test_an_open_parameter_is_tried_within_its_bounds():
    """A gap that an open parameter leaves is shown with a value of it that its bounds allow."""
    bounds = (Bound(BoundKind.AT_LEAST, 3, Span(dt.date(2000, 1, 1))), Bound(BoundKind.AT_MOST, 5))
    limit = Parameter("limit", INT, open_to=(Rank.DISTRICT,), bounds=bounds)
    made = engine(("x.t", table("a < limit", "a > limit")), parameters={"x.limit": limit})
    ((code, data),) = found(made)
    assert code == "uncovered-cell"
    a, chosen = (int(item.partition("=")[2]) for item in data["example"].split())
    assert a == chosen
    assert 3 <= chosen <= 5
    assert codes(engine(("x.t", table("a < limit", "a >= 3")), parameters={"x.limit": limit})) == []


def test_a_row_that_only_the_values_of_the_day_leave_idle_is_none_of_the_text():
    """A row is idle only where no value of an open parameter and no day would bring it into use."""
    value = DatedValue(0, Span(dt.date(2000, 1, 1)))
    open_one = Parameter("limit", INT, open_to=(Rank.DISTRICT,), history=(value,))
    fixed = Parameter("limit", INT, history=(value,))
    rows = table("a == 6 and limit > 5", "true")
    assert codes(engine(("x.t", rows), parameters={"x.limit": open_one})) == []
    assert codes(engine(("x.t", rows), parameters={"x.limit": fixed})) == ["unreachable-row"]
    assert codes(engine(("x.t", table("day < date('2000-01-01')", "true")))) == []


def test_the_gap_of_one_day_is_found_on_that_day():
    """What is uncovered follows the parameter values of the day."""
    history = (DatedValue(5, Span(dt.date(2000, 1, 1), DAY)), DatedValue(4, Span(DAY)))
    top = Parameter("top", INT, history=history)
    made = engine(("x.t", table("a <= top", "a >= 6")), parameters={"x.top": top})
    assert codes(made, DAY - dt.timedelta(days=1)) == []
    assert found(made)[0][1]["example"] == "a=5"


def test_other_decisions_count_with_the_outcomes_that_they_give():
    """An outcome of another decision is a value like a fact's; what its rows never give is not asked of this table."""
    kind = DecisionTable(
        "kind",
        (Output("", enum_of("x", "y", "z")),),
        tuple(Row(when, (("", Expression(then)),), Label("因")) for when, then in (("p", "x"), ("not p", "y"))),
    )
    made = engine(("x.kind", kind), ("x.t", table("kind == x", "kind == y")))
    assert codes(made) == []
    made = engine(("x.kind", kind), ("x.t", table("kind == x")))
    assert found(made) == [("uncovered-cell", {"name": "x.t", "example": "kind=y"})]


def test_decisions_that_rest_on_the_same_facts_are_not_combined_at_will():
    """Where a table looks at a fact and at a decision about it, only what can be together counts."""
    kind = DecisionTable(
        "kind",
        (Output("", enum_of("x", "y")),),
        tuple(Row(when, (("", Expression(then)),), Label("因")) for when, then in (("p", "x"), ("not p", "y"))),
    )
    made = engine(("x.kind", kind), ("x.t", table("kind == x and p", "kind == y and not p")))
    assert codes(made) == []
    made = engine(("x.kind", kind), ("x.t", table("kind == x and p", "kind == y", "not p")))
    assert found(made)[0][1] == {"name": "x.t", "row": "3", "before": "2"}


def test_python_decisions_and_words_of_plugins_are_never_run():
    """The analysis takes what code would say for open: it neither runs it nor claims to know it."""

    def fail(**_given: Any) -> Any:
        raise AssertionError("the analysis ran a plugin's code")

    decision = PythonDecision("py", fail, ("p",), (Output("", enum_of("x", "y")),), Label("因"), Citation("文"))
    word = Function("near", fail, (INT,), BOOL)
    made = engine(("x.py", decision), ("x.t", table("py == x", "near(a)")), functions=[word])
    assert found(made) == [("uncovered-cell", {"name": "x.t", "example": "py=y near(a)=false"})]


# -- policies, gaps, size --------------------------------------------------------------------------------------------


def test_a_gap_row_covers_what_it_names():
    """A row that says that the source is silent is a row: what it matches is not uncovered."""
    assert codes(engine(("x.t", table("p", "?not p")))) == []
    assert codes(
        engine(
            (
                "x.t",
                table("p", "?p or q", hit=HitPolicy.UNIQUE),
            )
        )
    ) == ["uncovered-cell", "overlapping-rows"]


@pytest.mark.parametrize("history", [(), (DatedValue(("x", "y")),)])
def test_a_text_may_stand_in_a_list_of_texts(history):
    """A text that is looked for in a list of texts, open or set, is tried in it and beside it."""
    listed = Parameter("listed", list_of(TEXT), Label("名单"), history=history, open_to=(Rank.DISTRICT,))
    whole = table("name in listed", otherwise=True)
    assert codes(engine(("t.t", whole), facts={"name": TEXT}, parameters={"t.listed": listed})) == []


@pytest.mark.parametrize("count", [1, 3, 7, 12])
@pytest.mark.parametrize("known", [True, False])
def test_one_list_may_stand_in_another(count, known):
    """A list of any length may stand in another or not, whether it is set or open; a contradiction is still found."""
    members = tuple(f"m{number}" for number in range(count))
    kind = list_of(enum_of(*members))
    history = (DatedValue(members[: 1 + count // 2]),) if known else ()
    wanted = Parameter("wanted", kind, Label("应有"), history=history, open_to=(Rank.DISTRICT,))
    sides = [table("subset(wanted, done)", otherwise=True), table("subset(done, wanted)", otherwise=True)]
    for whole in sides:
        assert codes(engine(("t.t", whole), facts={"done": kind}, parameters={"t.wanted": wanted})) == []
    fixed = Parameter("wanted", kind, Label("应有"), history=(DatedValue(members[:1]),))
    twisted = table("subset(wanted, done) and not m0 in done", otherwise=True)
    assert codes(engine(("t.t", twisted), facts={"done": kind}, parameters={"t.wanted": fixed})) == ["unreachable-row"]


def test_a_list_or_count_of_nothing_is_an_outcome():
    """Under collect only the least and the greatest of nothing are missing."""
    for aggregation in Aggregation:
        made = engine(("x.t", table("p", hit=HitPolicy.COLLECT, aggregation=aggregation)))
        empty = aggregation in (Aggregation.MIN, Aggregation.MAX)
        assert codes(made) == (["uncovered-cell"] if empty else [])


def test_computed_outcomes_overlap_only_where_they_differ():
    """Two rows with outcomes that are always the same number do not conflict; a difference somewhere does."""
    same = table("p", "p or q", "not p and not q", hit=HitPolicy.ANY, then=["a + b", "b + a", "0"])
    assert codes(engine(("x.t", same))) == []
    other = table("p", "p or q", "not p and not q", hit=HitPolicy.ANY, then=["a + a", "a * a", "0"])
    made = engine(("x.t", other))
    ((code, data),) = found(made)
    values = read(data["example"])
    assert code == "overlapping-rows"
    assert made.decide("t", values, on=DAY).status is Status.CONFLICT


def test_too_many_cells_are_said_to_be_too_many_and_every_two_facts_are_tried():
    """Past the limit nothing is claimed that was not seen: gaps and overlaps found in samples, and no idle rows."""
    names = [f"n{i}" for i in range(14)]
    whole = " + ".join(names)
    rows = [f"{whole} < 3", f"{whole} > 3 and n0 + n1 != 2", f"{whole} > 4", f"{whole} > 5 and {whole} < 6"]
    one = table(*rows, hit=HitPolicy.UNIQUE)
    made = engine(("x.t", one), facts=dict.fromkeys(names, INT))
    wanted = {"overlapping-rows": Status.CONFLICT, "uncovered-cell": Status.UNCOVERED}
    for most in (300, 4):
        given_ = found(made, most=most)
        assert {code for code, _ in given_} >= {"analysis-too-large", "overlapping-rows"}
        assert {code for code, _ in given_} <= {"analysis-too-large", *wanted}
        assert int(dict(given_)["analysis-too-large"]["cells"]) > 300
        for code, data in given_:
            if code in wanted:
                pairs = (part.split("=") for part in data["example"].split())
                values = {name: int(text) for name, text in pairs}
                assert made.decide("t", values, on=DAY).status is wanted[code]


def test_every_finding_is_a_warning_in_both_languages():
    """Findings of the analysis leave the tables working, and speak Chinese and English."""
    made = engine(("x.t", table("a < 3", "a < 2", "a < 1 and a > 1", hit=HitPolicy.FIRST)))
    items = analyse(made, DAY)
    assert [item.code for item in items] == ["uncovered-cell", "unreachable-row", "unreachable-row"]
    for item in items:
        assert item.level == "warning"
        assert item.message.zh != item.message.en
    assert made.decide("t", {"a": 1}, on=DAY).status is Status.DETERMINED


def test_what_is_counted_among_members_is_taken_as_a_number():
    """A count over members is tried around what it is compared with; no members are made up."""
    family = TYPE_NAMES["members"].in_unit("resident")
    rows = ["count(m for m in family if m.p) < 2", "count(m for m in family if m.p) > 2"]
    facts = [Fact("family", family, of="household"), Fact("p", BOOL)]
    made = Engine(facts=facts, decisions=[("x.t", table(*rows, of="household"))])
    assert made.findings == ()
    ((code, data),) = found(made)
    assert code == "uncovered-cell"
    assert data["example"].endswith("=2")
    assert "family" in data["example"]


@pytest.mark.parametrize("hit", [HitPolicy.FIRST, HitPolicy.UNIQUE])
def test_a_table_of_thousands_of_rows_is_looked_at_in_bounded_time(hit):
    """Of a table as long as a list, some cells are tried and the finding says so; nothing takes minutes."""
    rows = (f"a == {number}" for number in range(1_500))
    assert "analysis-too-large" in codes(engine(("t.t", table(*rows, hit=hit))))


#: Facts of the other kinds, and every value that the tables on them can tell apart, and some beyond.
OTHERS = {"d": DATE, "m": MONEY, "s": SHARE, "l": list_of(enum_of("x", "y", "z")), "c": FACTS["c"]}
DENSE_OTHERS: dict[str, list[Any]] = {
    "d": [dt.date(2006, 4, 28) + dt.timedelta(days=days) for days in range(8)],
    "m": [Money(fen) for fen in range(6)],
    "s": [Fraction(part, 8) for part in range(9)],
    "l": [members for size in range(4) for members in product(("x", "y", "z"), repeat=size)],
    "c": DENSE["c"],
}
OTHER_LEAVES = st.one_of(
    st.builds(lambda sign, n: f"d {sign} date('2006-05-0{n}')", SIGNS, st.integers(1, 3)),
    st.builds(lambda sign, n: f"d {sign} day + days({n})", SIGNS, st.integers(0, 2)),
    st.builds(lambda sign, n: f"m {sign} yuan('0.0{n}')", SIGNS, st.integers(1, 3)),
    st.builds(lambda sign, n: f"s {sign} pct({n})", SIGNS, st.sampled_from([25, 50])),
    st.builds(lambda word: f"{word} in l", st.sampled_from(["x", "y"])),
    st.builds(lambda sign, n: f"count(l) {sign} {n}", SIGNS, st.integers(0, 2)),
    st.sampled_from(["c == red", "c in (red, blue)"]),
)
OTHER_CONDITIONS = st.one_of(
    OTHER_LEAVES,
    OTHER_LEAVES.map(lambda x: f"not ({x})"),
    st.builds(lambda x, op, y: f"({x}) {op} ({y})", OTHER_LEAVES, st.sampled_from(["and", "or"]), OTHER_LEAVES),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(OTHER_CONDITIONS, min_size=1, max_size=3), st.sampled_from([HitPolicy.FIRST, HitPolicy.UNIQUE]))
def test_days_money_shares_and_lists_are_analysed_as_trying_them_all_shows(conditions, hit):
    """Over days, amounts, shares and lists, gaps, conflicts and dead rows are those of trying every value."""
    used = [name for name in OTHERS if any(re.search(rf"\b{name}\b", when) for when in conditions)]
    made = engine(("t.t", table(*conditions, hit=hit)), facts={name: OTHERS[name] for name in OTHERS})
    statuses, reached = set(), set()
    for values in product(*(DENSE_OTHERS[name] for name in used)):
        answer = made.decide("t.t", dict(zip(used, values, strict=True)), on=DAY)
        statuses.add(answer.status)
        reached.update(answer.choice.rows)
    got = codes(made)
    assert "analysis-too-large" not in got
    assert ("uncovered-cell" in got) is (Status.UNCOVERED in statuses)
    assert ("overlapping-rows" in got) is (Status.CONFLICT in statuses)
    dead = {row for row in range(1, len(conditions) + 1) if row not in reached}
    claimed = {int(data["row"]) for code, data in found(made) if code == "unreachable-row"}
    if hit is HitPolicy.FIRST:
        # What only another day or a share beyond the whole reaches is not called dead.
        assert claimed <= dead
        if not any("day" in when or "s " in when for when in conditions):
            assert claimed == dead
