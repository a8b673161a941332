"""Numbers beyond 64 bits: named with row, fact and decision, while everything else goes on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.roll import decide_roll, read_table, write_table
from community_core.roll.headings import REASONS_HEADING
from community_core.rules.engine import Engine
from community_core.rules.pattern import Status
from community_core.rules.terms import DecisionTable, Expression, Fact, HitPolicy, Output, Row
from community_core.rules.types import BOOL, INT, MONEY, SHARE, list_of

ON = dt.date(2006, 5, 1)
FACTS = (
    Fact("size", INT, label=Label("人数")),
    Fact("income", MONEY, label=Label("月收入")),
    Fact("part", SHARE, label=Label("份额")),
    Fact("sizes", list_of(INT), label=Label("各户人数")),
)


def row(when: str, then: str) -> Row:
    return Row(when, (("", Expression(then)),), Label("理由"))


def rules() -> Engine:
    """Products of facts, and what rests on them."""
    whole, money, yes = (Output("", kind) for kind in (INT, MONEY, BOOL))
    tables = (
        DecisionTable("product", (money,), (row("true", "income * size"),), title=Label("乘积", "product")),
        DecisionTable("twice", (money,), (row("true", "product * 2"),)),
        DecisionTable("rich", (yes,), (row("product > yuan('5')", "true"),), otherwise=row("true", "false")),
        DecisionTable("equal", (yes,), (row("product == income * size", "true"),), otherwise=row("true", "false")),
        DecisionTable("ratio", (Output("", SHARE),), (row("true", "share(size * size * size, 7)"),)),
        DecisionTable("above", (yes,), (row("ratio > part", "true"),), otherwise=row("true", "false")),
        DecisionTable("all", (whole,), (row("true", "size"), row("true", "size * size")), hit=HitPolicy.COLLECT),
    )
    engine = Engine(facts=FACTS, decisions={f"x.{table.name}": table for table in tables})
    assert engine.findings == ()
    return engine


def people() -> pl.DataFrame:
    """The second one has so many members and so much income that their product takes 80 bits."""
    return pl.DataFrame(
        {"row_number": [11, 12, 13], "size": [2, 2**40, None], "income": [100, 2**40, 5], "part": ["50%", "1/3", None]}
    )


@pytest.mark.parametrize("term", ["product", "twice", "all"])
def test_an_outcome_beyond_64_bits_is_a_finding_and_nothing_else_is_lost(term):
    """Its row is unavailable, the finding names it with decision, row and facts, and the others have their outcome."""
    engine = rules()
    result = decide_roll(engine, [term, "rich"], people(), on=ON)
    assert result.frame[f"{term}.status"].to_list() == ["determined", "unavailable", "undetermined"]
    assert [cell is None for cell in result.frame[term].to_list()] == [False, True, True]
    (found,) = result.findings
    assert (found.code, found.level) == ("outcome-too-large", "error")
    assert dict(found.data) == {
        "term": term,
        "row": "1",
        "rows": "12",
        "count": "1",
        "facts": "size" if term == "all" else "income, size",
    }
    assert "第12行" in found.message.zh
    assert "rows 12" in found.message.text("en")
    assert {total.status: total.count for total in result.totals(term)} == {
        Status.DETERMINED: 1,
        Status.UNAVAILABLE: 1,
        Status.UNDETERMINED: 1,
    }
    assert result.explain(12, term).outcome == engine.decide(term, result.subject(12), on=ON).outcome


@pytest.mark.parametrize("term", ["rich", "equal", "above", "ratio"])
def test_decisions_that_rest_on_such_a_number_have_their_own_outcome(term):
    """What is compared with a number beyond 64 bits is decided exactly, as at the counter."""
    engine = rules()
    result = decide_roll(engine, [term], people(), on=ON)
    assert result.findings == ()
    for number, status in zip((11, 12, 13), result.frame[f"{term}.status"].to_list(), strict=True):
        assert status == engine.decide(term, result.subject(number), on=ON).status.value
    if term != "ratio":
        answers = [engine.decide(term, result.subject(number), on=ON).outcome for number in (11, 12, 13)]
        assert result.frame[term].to_list() == answers


def test_the_finding_names_the_first_rows_and_counts_them_all():
    """Seven rows are counted, and the first five named."""
    many = pl.DataFrame({"size": [2**40] * 7 + [1], "income": [2**40] * 8})
    (found,) = decide_roll(rules(), ["product"], many, on=ON).findings
    assert ("rows", "1, 2, 3, 4, 5") in found.data
    assert ("count", "7") in found.data


def test_what_is_written_has_an_empty_cell_and_the_status(tmp_path: Path):
    """A file of results says that the number is not available, and is written."""
    result = decide_roll(rules(), ["product"], people(), on=ON)
    text = write_table(result.frame, tmp_path / "out.csv", result.described()).read_text("utf-8-sig")
    assert text.splitlines()[2] == "12,,unavailable,1,0"


CELLS = [("人数", "9" * 20), ("月收入", "9" * 18), ("份额", "1/" + "9" * 20), ("各户人数", "1、" + "9" * 20)]


@pytest.mark.parametrize(("heading", "cell"), CELLS)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_cell_beyond_64_bits_is_refused_by_a_finding_of_its_own(tmp_path: Path, heading, cell, ending):
    """The row is set aside with its reason, in a text file and among texts of a Parquet file, and the next is read."""
    path = tmp_path / f"roll.{ending}"
    table = pl.DataFrame({heading: [cell, None, "1/2" if heading == "份额" else "3"], "人": ["甲", "乙", "丙"]})
    if ending == "csv":
        table.write_csv(path)
    else:
        table.write_parquet(path)
    read = read_table(path, FACTS)
    wrong = [found for found in read.findings if found.level == "error"]
    assert [(found.code, found.column) for found in wrong] == [("number-too-large", 1)]
    assert (read.frame.height, read.rejected.height) == (2, 1)
    assert "64" in read.rejected[REASONS_HEADING].item()


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("人数", pl.Series([2**63, 3], dtype=pl.UInt64)),
        ("人数", pl.Series([2**100, 3], dtype=pl.Int128)),
        ("月收入", pl.Series(["9" * 18, "3"]).cast(pl.Decimal(38, 0))),
        ("月收入", pl.Series(["9" * 37, "3"]).cast(pl.Decimal(38, 0))),
        ("月收入", pl.Series(["9" * 30, "3"]).cast(pl.Decimal(38, 4))),
    ],
)
def test_a_typed_cell_beyond_64_bits_is_refused_likewise(tmp_path: Path, heading, column):
    """Wide whole numbers and decimals of a Parquet file are refused row by row."""
    path = tmp_path / "roll.parquet"
    pl.DataFrame({heading: column}).write_parquet(path)
    read = read_table(path, FACTS)
    assert [found.code for found in read.findings if found.level == "error"] == ["number-too-large"]
    assert (read.frame.height, read.rejected.height) == (1, 1)


def test_a_share_of_numbers_too_large_names_its_own_row():
    """A caller's own frame is refused with the row that holds the share, and no other."""
    frame = pl.DataFrame({"size": [1, 1], "part": ["1/2", "1/" + "9" * 20]})
    with pytest.raises(FactError, match="rows 2;"):
        decide_roll(rules(), ["above"], frame, on=ON)


def test_money_is_counted_whole_where_it_fits():
    """The largest amount that 64 bits hold is a value like any other."""
    frame = pl.DataFrame({"size": [1], "income": [2**63 - 1]})
    result = decide_roll(rules(), ["product"], frame, on=ON)
    assert result.findings == ()
    assert result.totals("product")[0].outcome == Money(2**63 - 1)
