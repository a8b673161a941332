"""Files as offices have them become dated changes or findings, and nothing in between."""

import datetime as dt
import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.registers.faults import MOST_LISTED
from community_core.registers.intake import take_in
from community_core.registers.known import REGISTERS, register_of
from community_core.registers.rows import Asked

_spec = importlib.util.spec_from_file_location("register_files", Path(__file__).with_name("conftest.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

DAY = dt.date(2025, 5, 1)
identity, workbook = files.identity, files.workbook
LIST = f"""某街道居民登记表,,,,,
填表单位：某社区,,,,,
户号,姓名,与户主关系,身份证号,出生日期,现住地
h-1,张三,户主,{identity("19500208")},1950.2.8,文艺社区
,李四,配偶,{identity("19491231")},1949年12月31日,c-1
h-2,王五,户主,{identity("20090201")},２００９／２／１,c-2
"""


def read(text, known, *names, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return take_in(data, [register_of(name) for name in names], known, day=DAY, file="list.csv")


def codes(intake):
    return [item.code for item in intake.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_one_list_feeds_several_registers(known, encoding):
    """A list under titles, in any usual encoding, with each head written once, gives households, people and members."""
    found = read(LIST, known, "households", "residents", "household_members", encoding=encoding)
    assert codes(found) == []
    assert {name: len(rows) for name, rows in found.asked.items()} == {
        "households": 2,
        "residents": 3,
        "household_members": 3,
    }
    people = {dict(zip(["name"], one.values, strict=False))["name"]: one for one in found.asked["residents"]}
    assert people["王五"].values[2] == dt.date(2009, 2, 1)
    assert people["张三"].values[5] == "c-1"
    members = [(one.key[0], one.values) for one in found.asked["household_members"]]
    assert members == [("h-1", ("head",)), ("h-1", ("spouse",)), ("h-2", ("head",))]


def test_a_workbook_is_read_as_it_is_typed(known):
    """Numbers that a spreadsheet keeps as floats, dates as days or day counts, and merged titles are read."""
    data = workbook(
        说明=[["请按说明填写"]],
        居民=[
            ["居民登记表", None, None, None],
            ["人员编号", "姓名", "出生日期*", "联系电话", "现住地（必填）"],
            [101.0, "张三", dt.date(1950, 2, 8), 13800000000, "c-1"],
            ["１０２", "李四", 18263, "138 0000 0001", None],
            ["103", "王五", 19530208, None, None],
        ],
    )
    found = read(data, known, "residents")
    assert codes(found) == []
    assert [(one.key, one.values[2], one.values[7]) for one in found.asked["residents"]] == [
        (("101",), dt.date(1950, 2, 8), "13800000000"),
        (("102",), dt.date(1949, 12, 31), "138 0000 0001"),
        (("103",), dt.date(1953, 2, 8), None),
    ]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("r-1,张三,999999195002080010,,", "identity-number", 3),
        ("r-1,张三,1.10000195002E+17,,", "rounded-by-spreadsheet", 3),
        ("r-1,张三,,1950年2月30日,", "bad-cell", 4),
        ("r-1,张三,,,c-9", "unknown-reference", 5),
        (",张三,,,", "missing-cell", 1),
        ("r-1,张*,,,", "masked-value", 2),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_column(known, line, code, column):
    """A cell that cannot be used is a finding with row and column; its line asks for nothing."""
    found = read(f"人员编号,姓名,身份证号,出生日期,现住地\n{line}\nr-2,李四,,,c-1\n", known, "residents")
    assert [(item.code, item.line, item.column) for item in found.findings] == [(code, 2, column)]
    assert [one.key for one in found.asked["residents"]] == [("r-2",)]
    assert not found.clean


def test_a_finding_shows_private_values_masked(known):
    """No identity number and no name stands in a finding in full."""
    number = identity("19500208")[:-1] + "?"
    found = read(f"人员编号,身份证号,出生日期\nr-1,{number},不详张三丰\n", known, "residents")
    text = "".join(str(item) for item in found.findings)
    assert len(found.findings) == 2
    assert number not in text
    assert "不详张三丰" not in text


def test_a_day_of_birth_that_differs_is_a_warning(known):
    """A day of birth that is not the one in the identity number is told, and the line is taken."""
    found = read(f"人员编号,身份证号,出生日期\nr-1,{identity('19500208')},1950-02-09\n", known, "residents")
    assert [(item.code, item.level) for item in found.findings] == [("identity-birth-differs", "warning")]
    assert found.clean
    assert len(found.asked["residents"]) == 1


def test_who_refers_to_a_refused_line_is_refused(known):
    """A member of a household whose own line is bad is refused with it, and so is whoever refers to him."""
    text = "户号,户籍地,人员编号,姓名\nh-1,c-9,r-1,张三\nh-2,c-1,r-2,李四\n"
    found = read(text, known, "households", "residents", "household_members")
    assert codes(found) == ["unknown-reference"]
    assert [one.key for one in found.asked["household_members"]] == [("h-2", "r-2")]
    again = read("户号,人员编号\nh-1,r-2\n", known, "household_members")
    assert {item.code for item in again.findings} == {"unknown-reference"}


def test_what_had_ended_when_a_row_begins_is_not_meant(known):
    """A row may lie in a place that ends later, and not in one that had ended."""
    known.ends = {"c-2": dt.date(2024, 1, 1)}
    text = "房屋编号,楼栋,生效日\nd-1,c-2,2023-01-01\nd-2,c-2,\nd-3,c-1,\n"
    found = read(text, known, "dwellings")
    assert [(item.code, item.line) for item in found.findings] == [("unknown-reference", 3)]


def test_blank_cells_do_not_run_into_the_next_household(known):
    """A dwelling or place that is blank in a new household's first line is unknown, and not that of the one above."""
    found = read("户号,户籍地,姓名\nh-1,c-1,张三\n,,李四\nh-2,,王五\n", known, "households")
    assert [(one.key[0], one.values[0]) for one in found.asked["households"]] == [("h-1", "c-1"), ("h-2", None)]


def test_two_lines_that_contradict_each_other_are_refused(known):
    """The same key twice with the same values is one row; with other values neither line is guessed to be right."""
    same = read("人员编号,姓名\nr-1,张三\nr-1,张三\n", known, "residents")
    assert len(same.asked["residents"]) == 1
    assert codes(same) == []
    other = read("人员编号,姓名\nr-1,张三\nr-1,李四\n", known, "residents")
    assert [(item.code, item.line, item.column) for item in other.findings] == [
        ("repeated-key", 2, 2),
        ("repeated-key", 3, 2),
    ]
    assert "第3行" in other.findings[0].message.zh
    assert other.asked["residents"] == ()


def test_a_blank_cell_says_nothing_and_a_cleared_one_unknown(known):
    """A blank cell leaves a value as it is; the word for it makes the value unknown again."""
    found = read("人员编号,姓名,联系电话\nr-1,,（清空）\n", known, "residents")
    (one,) = found.asked["residents"]
    assert one == Asked(("r-1",), (None,) * 8, DAY, line=2, given=frozenset({7}))


def test_shares_are_exact(known):
    """A share is read as written, as per cent, fraction or a spreadsheet's own; a rough one is refused."""
    known.keys["dwellings"] = {"d-1": "d-1"}
    rows = [["房屋编号", "业主编号", "份额"], ["d-1", "o-1", 0.5], [None, "o-2", "1/3"], [None, "o-3", "12.5%"]]
    found = read(workbook(a=rows), known, "owners")
    assert [one.values[0] for one in found.asked["owners"]] == [Fraction(1, 2), Fraction(1, 3), Fraction(1, 8)]
    rough = read(workbook(a=[rows[0], ["d-1", "o-1", 0.3333333]]), known, "owners")
    assert codes(rough) == ["bad-cell"]


def test_a_code_list_is_checked_by_code_or_name(known):
    """An entry names a code or its Chinese name; one that is in no list, or in a list that is open, is told apart."""
    known.keys["residents"] = {"r-1": "r-1"}
    head = "对象,对象编号,代码表,类别,残疾等级\n"
    good = read(head + "居民,r-1,disability,肢体残疾,\n", known, "category_entries")
    assert [one.key for one in good.asked["category_entries"]] == [("residents", "r-1", "disability", "physical")]
    bad = read(head + "居民,r-1,disability,不明,\n居民,r-1,disability,visual,一级\n", known, "category_entries")
    assert codes(bad) == ["unknown-code", "open-code-list"]


def test_days_of_a_row_are_its_own(known):
    """A line may say from and until when it holds; an end that is not later than the beginning is refused."""
    found = read("人员编号,姓名,生效日,截止日\nr-1,张三,2020-01-01,2024-01-01\n", known, "residents")
    (one,) = found.asked["residents"]
    assert (one.since, one.until) == (dt.date(2020, 1, 1), dt.date(2024, 1, 1))
    assert codes(read("人员编号,截止日\nr-1,2020-01-01\n", known, "residents")) == ["days-backwards"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-table"),
        (b"a,b\n1,2\n", "no-headings"),
        (b"\x00\x01\x02", "unknown-encoding"),
        (b"PK\x03\x04broken", "unreadable-file"),
        (b"\xd0\xcf\x11\xe0\xa1", "unreadable-file"),
        ('人员编号,姓名\nr-1,"张三\n'.encode(), "unclosed-quote"),
        ("姓名\n张三\n".encode(), "missing-column"),
        ("人员编号,人员编号\nr-1,r-2\n".encode(), "duplicate-heading"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_asks_for_nothing(known, data, code):
    """A file that cannot be read, has no headings or lacks a column of the key is one finding, and unusable."""
    found = read(data, known, "residents")
    assert code in codes(found)
    assert found.unusable


def test_many_faults_are_counted(known):
    """Of many faults the first are listed one by one and the others counted."""
    text = "人员编号,出生日期\n" + "".join(f"r-{at},x\n" for at in range(MOST_LISTED + 5))
    found = read(text, known, "residents")
    assert len(found.bad) == MOST_LISTED + 5
    assert codes(found)[-1] == "more-faults"
    assert dict(found.findings[-1].data)["count"] == "5"


HEADINGS = [column.label.zh for register in REGISTERS for column in register.asked]
CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["r-1", "c-1", "2006-05-01", "户主", '"', "\ufffd", "=1", "999999195002080018", "１２", "-0", "1/0"]
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail),
        st.builds(
            lambda heads, rows: "\n".join(",".join(row) for row in [heads, *rows]).encode("utf-8", "replace"),
            st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=6),
            st.lists(st.lists(CELLS, max_size=7), max_size=5),
        ),
    ),
    register=st.sampled_from(REGISTERS),
)
def test_any_bytes_give_rows_or_findings(data, register):
    """Whatever the bytes, a file is read without an error, and each line is asked for or named in a finding."""
    found = take_in(data, [register], files.Register(places={"c-1": "c-1"}), day=DAY)
    refused = {cell.line for cell in found.bad if cell.level == "error"}
    asked = {one.line for one in found.asked.get(register.name, ())}
    assert not asked & refused
    assert found.asked.get(register.name) or found.findings or not found.lines


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**18), 10**18) | st.booleans()
MOMENTS = st.builds(dt.datetime.combine, st.dates(dt.date(1901, 1, 1)), st.times())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), NUMBERS, MOMENTS), max_size=9), max_size=4))
def test_any_cells_of_a_workbook_give_rows_or_findings(rows):
    """Numbers, moments and booleans in any column of a workbook are read or named, never an error."""
    columns = [column.label.zh for column in register_of("residents").asked]
    found = read(workbook(a=[columns, *rows]), files.Register(), "residents")
    assert found.lines == sum(any(cell is not None for cell in row) for row in rows)
