"""A file decided part by part says what it says as a whole: rows, findings, refusals, columns and totals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from community_core.base.errors import FactError, LoadError, UnknownTerm
from community_core.base.labels import Label
from community_core.roll import decide_file, decide_roll, read_parts, read_table, readers
from community_core.roll.writers import TableWriter, write_table
from community_core.rules.engine import Engine
from community_core.rules.terms import DecisionTable, Expression, Fact, Output, Row
from community_core.rules.types import BOOL, INT, MONEY, TEXT, enum_of

ON = dt.date(2006, 5, 1)
FACTS = (
    Fact("age", INT, label=Label("年龄")),
    Fact("alone", BOOL, label=Label("独居")),
    Fact("means", enum_of("dibao", "own"), label=Label("经济状况"), labels=(("dibao", Label("低保")),)),
    Fact("income", MONEY, label=Label("月收入")),
    Fact("note", TEXT, label=Label("备注")),
    Fact("service", TEXT),
)


def rules() -> Engine:
    """Care by age and means, and a share of the income."""
    care = DecisionTable(
        "care",
        (Output("", enum_of("carer", "none")),),
        (
            Row("age < 60 or not alone", (("", Expression("none")),), Label("小")),
            Row("means == dibao", (("", Expression("carer")),), Label("贫")),
        ),
    )
    price = DecisionTable(
        "price",
        (Output("form", enum_of("free", "paid")), Output("price", MONEY)),
        (
            Row("care == carer", (("form", Expression("free")), ("price", Expression("yuan('0')"))), Label("贫")),
            Row("care == none", (("form", Expression("paid")), ("price", Expression("income // 3"))), Label("富")),
        ),
    )
    engine = Engine(facts=FACTS, decisions={"x.care": care, "x.price": price})
    assert engine.findings == ()
    return engine


def said(findings) -> list:
    """Findings as they are compared: code, message and place."""
    return [(each.code, each.message, each.line, each.column) for each in findings]


CELLS = st.sampled_from(
    [
        "72",
        "45",
        "x",
        "",
        "是",
        "否",
        "低保",
        "12.50",
        '"a,b"',
        '"两\n行"',
        '"三\n\n行"',
        '"未完',
        '5"',
        '""',
        "1,2",
        " ",
    ]
)
LINES = st.one_of(st.just(""), st.lists(CELLS, min_size=1, max_size=6).map(",".join))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(LINES, max_size=30),
    rows=st.integers(1, 6),
    at_once=st.integers(1, 40),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gbk", "utf-16"]),
)
@example(lines=['72,"两\n行",是,,', "45,否"], rows=1, at_once=3, newline="\r\n", encoding="utf-8")
@example(lines=['72,"未完', "45,否", *["1,是"] * 60, '9,"'], rows=2, at_once=9, newline="\n", encoding="gbk")
def test_parts_of_a_file_hold_what_the_whole_holds(tmp_path: Path, lines, rows, at_once, newline, encoding):
    """Wherever parts end, within a character, a line end or a cell of several lines, nothing is read otherwise."""
    path = tmp_path / "roll.csv"
    text = newline.join(["名册", "年龄,备注,独居,经济状况,月收入", *lines]).replace("\n", newline).replace("\r\r", "\r")
    path.write_bytes(text.encode(encoding))
    whole = read_table(path, FACTS)
    parts = read_parts(path, FACTS, rows)
    with mock.patch.object(readers, "_READ_AT_ONCE", at_once):
        read = list(parts)
    assert said(parts.findings) == said(whole.findings)
    assert (parts.encoding, parts.faults, parts.separator) == (whole.encoding, whole.faults, whole.separator)
    if read:
        for name in ("frame", "aside", "rejected"):
            assert pl.concat([getattr(part, name) for part in read]).equals(getattr(whole, name))
    assert (parts.good, parts.refused) == (whole.frame.height, whole.rejected.height)
    assert parts.share == pytest.approx(1.0)


@pytest.mark.parametrize("damage", [b"\xff", b"\xc4"])
def test_damaged_signs_are_found_part_by_part(tmp_path: Path, damage: bytes):
    """A file in which signs are lost has the same rows refused, whatever part they stand in."""
    rows = "".join(f"{age},居民\n" for age in range(60, 90)).encode("gbk")
    path = tmp_path / "roll.csv"
    path.write_bytes("年龄,备注\n".encode("gbk") + rows + b"91," + damage + b"\n" + rows)
    whole, parts = read_table(path, FACTS), read_parts(path, FACTS, 7)
    with mock.patch.object(readers, "_READ_AT_ONCE", 11):
        read = list(parts)
    assert len(read) > 5
    assert [found.code for found in whole.findings] == ["encoding", "undecodable-text"]
    assert said(parts.findings) == said(whole.findings)
    assert pl.concat([part.frame for part in read]).equals(whole.frame)


def residents(count: int) -> pl.DataFrame:
    """Made-up residents; every seventh row has a cell that does not fit."""
    return pl.DataFrame(
        {
            "年龄": [str(50 + at % 30) if at % 7 else "?" for at in range(count)],
            "独居": [("是", "否", "")[at % 3] for at in range(count)],
            "经济状况": [("低保", "own", None)[at % 3] for at in range(count)],
            "月收入": [f"{at}.50" for at in range(count)],
            "住址": [f"{at}号" for at in range(count)],
        }
    )


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("out", ["csv", "parquet"])
def test_a_file_decided_in_parts_gives_what_it_gives_as_a_whole(tmp_path: Path, monkeypatch, ending, out):
    """Answers, totals, patterns, findings and the written files do not depend on where parts end."""
    engine, path = rules(), tmp_path / f"roll.{ending}"
    if ending == "csv":
        residents(100).write_csv(path)
    else:
        residents(100).write_parquet(path)
    read = read_table(path, FACTS)
    whole = decide_roll(engine, ["care", "price"], read, on=ON)
    seen = []
    monkeypatch.setattr(readers, "_READ_AT_ONCE", 100)
    found = decide_file(
        engine,
        ["care", "price"],
        path,
        tmp_path / f"out.{out}",
        on=ON,
        rejected=tmp_path / "again.csv",
        rows=9,
        progress=lambda share, rows: seen.append((share, rows)),
    )
    for term in ("care", "price"):
        assert found.totals(term) == whole.totals(term)
        assert found.patterns(term) == whole.patterns(term)
    assert found.totals("price", "form") == whole.totals("price", "form")
    assert said(found.findings) == said(read.findings)
    assert (found.rows, found.refused, found.encoding) == (read.frame.height, 15, read.encoding)
    assert len(seen) > 5
    assert seen[-1] == (1.0, found.rows)
    again = read.write_rejected(tmp_path / "whole.csv")
    assert again.read_bytes() == (tmp_path / "again.csv").read_bytes()
    described = {fact.name: fact for fact in FACTS} | whole.described()
    frames = [read.frame, read.aside.drop("row_number"), whole.frame.drop("row_number")]
    expected = write_table(
        pl.concat(frames, how="horizontal"), tmp_path / f"expected.{out}", described, spreadsheet=True
    )
    if out == "csv":
        assert found.out.read_bytes() == expected.read_bytes()
    else:
        assert pl.read_parquet(found.out).equals(pl.read_parquet(expected))
    assert sorted(item.name for item in tmp_path.iterdir()) == sorted(
        [path.name, f"out.{out}", f"expected.{out}", "again.csv", "whole.csv"]
    )


def test_a_run_that_fails_leaves_what_was_there(tmp_path: Path):
    """A fact that does not fit ends the run; the file of an earlier run stays, and no draft is left."""
    residents(30).write_csv(tmp_path / "roll.csv")
    (tmp_path / "out.csv").write_text("earlier")
    with pytest.raises(FactError):
        decide_file(rules(), ["care"], tmp_path / "roll.csv", tmp_path / "out.csv", on=ON, given={"age": "x"})
    with pytest.raises(UnknownTerm):
        decide_file(rules(), ["cares"], tmp_path / "roll.csv", tmp_path / "out.csv", on=ON)
    with pytest.raises(LoadError, match="csv"):
        decide_file(rules(), ["care"], tmp_path / "roll.csv", tmp_path / "out.xls", on=ON)
    with pytest.raises(LoadError, match="不能写入"):
        decide_file(rules(), ["care"], tmp_path / "roll.csv", tmp_path / "gone" / "out.csv", on=ON)
    assert (tmp_path / "out.csv").read_text() == "earlier"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["out.csv", "roll.csv"]


def test_a_file_without_a_good_row_is_not_usable_and_writes_nothing(tmp_path: Path):
    """Where no heading means a fact, or every row is refused, there are findings and no results."""
    for text, code in (("甲,乙\n1,2\n", "no-headings"), ("年龄\n?\n", "bad-cell"), ("", "empty-table")):
        (tmp_path / "roll.csv").write_text(text, "utf-8")
        found = decide_file(rules(), ["care"], tmp_path / "roll.csv", tmp_path / "out.csv", on=ON)
        assert code in [each.code for each in found.findings]
        assert (found.usable, found.out, found.totals("care"), found.patterns("care")) == (False, None, (), ())
        assert not (tmp_path / "out.csv").exists()


def test_numbers_beyond_64_bits_are_named_by_their_line_of_the_file(tmp_path: Path):
    """An outcome that no column holds is named once for each part, by the lines of the file."""
    big = DecisionTable("big", (Output("", INT),), (Row("true", (("", Expression("age * age * age")),), Label("乘")),))
    engine = Engine(facts=FACTS, decisions={"x.big": big})
    cells = ["1", "2", str(2**40), "3", "4", str(2**50)]
    (tmp_path / "roll.csv").write_text("年龄\n" + "\n".join(cells), "utf-8")
    with mock.patch.object(readers, "_READ_AT_ONCE", 5):
        found = decide_file(engine, ["big"], tmp_path / "roll.csv", on=ON, rows=2)
    assert [dict(each.data)["rows"] for each in found.findings if each.code == "outcome-too-large"] == ["4", "7"]
    assert {total.status.value: total.count for total in found.totals("big") if total.outcome is None} == {
        "unavailable": 2
    }


def test_a_device_keeps_its_place(tmp_path: Path):
    """What is no plain file is written to and not replaced."""
    with TableWriter(Path("/dev/null"), {}, ending=".csv") as writer:
        writer.write(residents(3))
    assert Path("/dev/null").is_char_device()


def test_a_column_that_is_given_for_all_besides_is_said_not_to_be_read(tmp_path: Path):
    """What is given goes before the column, once and with its name; a fact that is no column is nothing to say."""
    residents(30).write_csv(tmp_path / "roll.csv")
    asked = {"on": ON, "rows": 7}
    plain = decide_file(rules(), ["care"], tmp_path / "roll.csv", **asked)
    assert "column-replaced" not in [item.code for item in plain.findings]
    found = decide_file(rules(), ["care"], tmp_path / "roll.csv", given={"age": 3, "service": "meal"}, **asked)
    (said,) = [item for item in found.findings if item.code == "column-replaced"]
    assert (said.level, dict(said.data), said.file) == ("warning", {"fact": "age"}, str(tmp_path / "roll.csv"))
    assert found.totals("care") != plain.totals("care")
