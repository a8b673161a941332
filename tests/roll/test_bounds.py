"""A roll holds its facts to their bounds as the counter does: the row is set aside, or the caller's frame refused."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from community_core.base.citations import Citation
from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.roll import read_table
from community_core.roll.run import decide_roll
from community_core.roll.values import dtype_of, to_cell
from community_core.rules.bounds import Bound, BoundKind
from community_core.rules.engine import Engine
from community_core.rules.terms import DecisionTable, Expression, Fact, Output, Row
from community_core.rules.types import DATE, INT, MONEY, SHARE, fits

DAY = dt.date(2006, 5, 1)
#: Each with values on both sides of its bound, and as a file writes them.
KINDS = {
    "members": (INT.within(Bound(BoundKind.AT_LEAST, 1)), {"0": 0, "1": 1, "-3": -3, "２": 2}),
    "grade": (INT.within(Bound(BoundKind.ONE_OF, (1, 4))), {"1": 1, "2": 2, "4": 4}),
    "income": (
        MONEY.within(Bound(BoundKind.AT_LEAST, Money(0)), Bound(BoundKind.AT_MOST, Money(100))),
        {"0": Money(0), "-0.01": Money(-1), "1.00": Money(100), "1.01": Money(101)},
    ),
    "part": (
        SHARE.within(Bound(BoundKind.AT_MOST, Fraction(1, 2))),
        {"50%": Fraction(1, 2), "500‰": Fraction(1, 2), "50.1%": Fraction(501, 1000), "9%": Fraction(9, 100)},
    ),
    "born": (
        DATE.within(Bound(BoundKind.AT_LEAST, dt.date(1900, 1, 1))),
        {"1899.12.31": dt.date(1899, 12, 31), "1900-01-01": dt.date(1900, 1, 1)},
    ),
}


def engine(name, kind):
    """Return an engine with a table that holds for every known value."""
    row = Row(f"{name} == {name}", (("", Expression("1")),), Label("知道", "known"), cite=Citation("材料"))
    fact = Fact(name, kind, label=Label(f"表头{name}", name))
    return Engine(facts=[fact], decisions={"p.t": DecisionTable("t", (Output("", INT),), (row,))}), fact


@pytest.mark.parametrize("name", KINDS)
def test_a_row_outside_is_set_aside_with_its_bound(tmp_path, name):
    """Of a file, the rows within the bounds are read, those outside are refused with a reason that says the bound."""
    kind, cells = KINDS[name]
    _, fact = engine(name, kind)
    path = tmp_path / "roll.csv"
    path.write_text(f"表头{name}\n" + "\n".join(cells), encoding="utf-8")
    table = read_table(path, [fact])
    inside = [value for value in cells.values() if fits(kind, value)]
    assert 0 < len(inside) < len(cells)
    assert table.frame[name].len() == len(inside)
    assert table.faults == len(cells) - len(inside)
    bad = [found for found in table.findings if found.level == "error"]
    assert {found.code for found in bad} == {"bad-cell"}
    for found in bad:
        assert any(word in found.message.en for word in ("at least", "at most", "one of"))
        assert any(word in found.message.zh for word in ("不小于", "不大于", "只能是"))
    reasons = table.rejected[table.rejected.columns[-1]].to_list()
    assert len(reasons) == len(bad)
    assert all(reason.partition("：")[2] in found.message.zh for reason, found in zip(reasons, bad, strict=True))


@pytest.mark.parametrize("name", KINDS)
def test_a_frame_is_refused_as_the_counter_refuses(name):
    """A caller's frame with a value outside is refused by name and row; one within gives the counter's answers."""
    kind, cells = KINDS[name]
    rules, fact = engine(name, kind)
    for value in cells.values():
        column = pl.Series(name, [None, to_cell(kind, value)], dtype=dtype_of(kind))
        if fits(kind, value):
            assert decide_roll(rules, ["t"], pl.DataFrame([column]), on=DAY).frame["t"].to_list() == [None, 1]
            assert rules.decide("t", {fact.name: value}, on=DAY).outcome == 1
            continue
        with pytest.raises(FactError, match="2") as refused:
            decide_roll(rules, ["t"], pl.DataFrame([column]), on=DAY)
        assert name in refused.value.message.en
        with pytest.raises(FactError):
            rules.decide("t", {fact.name: value}, on=DAY)
        with pytest.raises(FactError):
            decide_roll(rules, ["t"], pl.DataFrame({"other": [1]}), on=DAY, given={name: value})


def test_columns_that_have_a_type_already_are_held_to_the_bounds(tmp_path):
    """Whole numbers, decimals and days of Parquet files are held to the bounds of their facts."""
    facts = [Fact(name, kind) for name, (kind, _) in KINDS.items() if name in ("members", "income", "born")]
    path = tmp_path / "roll.parquet"
    pl.DataFrame(
        {
            "members": [1, 0, 2, 2],
            "income": [Decimal("0.50"), Decimal("0.50"), Decimal("1.01"), Decimal("1.00")],
            "born": [dt.date(1900, 1, 1), dt.date(1950, 1, 1), dt.date(1950, 1, 1), dt.date(1899, 1, 1)],
        }
    ).write_parquet(path)
    table = read_table(path, facts)
    assert table.frame["members"].to_list() == [1]
    assert sorted(found.line for found in table.findings if found.code == "bad-cell") == [2, 3, 4]
