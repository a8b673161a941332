"""Templates, exports and marked copies: what is written is read back as it was."""

import csv
import datetime as dt
import importlib.util
import io
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base.labels import Label
from community_core.registers.categories import library_categories
from community_core.registers.forms import export, headings, marked_copy, template
from community_core.registers.headings import Columns
from community_core.registers.intake import take_in
from community_core.registers.known import REGISTERS, register_of
from community_core.registers.rows import ALWAYS, Row, by_key, plan
from community_core.registers.sheets import read_book

_spec = importlib.util.spec_from_file_location("register_files", Path(__file__).with_name("conftest.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

DAY = dt.date(2025, 5, 1)
CODES = {"relation": [("head", Label("户主", "head"))]}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
def test_a_blank_template_is_read_without_a_finding(known, register, form):
    """Each register's template has every column that it takes, and nothing that is taken for a row."""
    columns = Columns([register])
    book = read_book(template([register], CODES, form=form), columns.recognised)
    assert book.findings == ()
    (sheet,) = book.sheets
    matched, told = columns.match(sheet, "")
    assert told == []
    assert set(matched[register.name]) == {column.name for column in register.asked}
    assert sheet.lines == ()
    taken = take_in(template([register], CODES, form=form), [register], known, day=DAY)
    assert (taken.findings, taken.lines) == ((), 0)


def test_a_template_offers_the_values_that_a_column_may_have():
    """In a workbook, columns of a code list or of few values offer them, and every cell is text before it is typed."""
    openpyxl = pytest.importorskip("openpyxl")
    data = template([register_of("residents"), register_of("household_members")], CODES, form="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    offered = {str(check.sqref).split(":")[0][0] for check in sheet.data_validations.dataValidation}
    named = {sheet.cell(1, at).value: openpyxl.utils.get_column_letter(at) for at in range(1, sheet.max_column + 1)}
    assert offered == {named["性别"], named["与户主关系"]}
    assert sheet.cell(2, 1).number_format == "@"
    assert "必填" in book["填表说明"].cell(1, 2).value


def test_columns_of_several_registers_stand_once():
    """A table for several registers names a person, a household and a day once."""
    names = [column.label.zh for column in headings([register_of("residents"), register_of("household_members")])]
    assert len(names) == len(set(names))
    assert names[-2:] == ["生效日", "截止日（不含）"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=8)
ROWS = st.builds(
    lambda key, name, birth, phone, since, length: Row(
        (key,),
        (name, None, birth, "female", None, None, None, phone),
        since,
        None if length is None else since + dt.timedelta(days=length),
    ),
    TEXTS,
    st.none() | TEXTS,
    st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2025, 1, 1)),
    st.none() | TEXTS,
    st.just(ALWAYS) | st.dates(dt.date(2000, 1, 1), dt.date(2025, 4, 1)),
    st.none() | st.integers(20_000, 30_000),
)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(ROWS, max_size=4, unique_by=lambda row: row.key), form=st.sampled_from(["csv", "xlsx"]))
def test_what_was_imported_and_exported_changes_nothing(rows, form):
    """An export of what an import gave is read back, in both forms, and changes nothing on that day."""
    register = register_of("residents")
    first = take_in(export(register, rows, form=form), [register], files.Register(), day=DAY)
    new = plan({}, first.asked.get("residents", ())).new
    kept = [evolve(row, number=number) for number, row in enumerate(new, start=1)]
    again = take_in(export(register, kept, form=form), [register], files.Register(), day=DAY)
    assert [item for item in again.findings if item.level == "error" and kept] == []
    assert plan(by_key(kept), again.asked.get("residents", ())).empty
    assert len(again.asked.get("residents", ())) == len(kept)


def test_an_export_writes_shares_and_codes_as_they_are_read():
    """Shares are exact, values of few stand by their names, and masked ones cannot come back."""
    register = register_of("owners")
    data = export(register, [Row(("d-1", "o-1"), (Fraction(1, 3),), DAY)], form="csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data)))[1] == ["d-1", "o-1", "1/3", "2025-05-01", ""]
    residents = register_of("residents")
    row = Row(("r-1",), ("张三丰", None, None, "male", None, None, None, None), DAY)
    hidden = export(residents, [row], form="csv", private=False)
    assert "张*丰" in hidden.decode("utf-8-sig")
    assert not take_in(hidden, [residents], files.Register(), day=DAY).clean
    assert ",男," in export(residents, [row], form="csv").decode("utf-8-sig")


def test_nothing_is_taken_for_a_formula():
    """A value that begins as a formula does is written so that a spreadsheet takes it as text, and read as it was."""
    register = register_of("residents")
    row = Row(("r-1",), ("=1+1", None, None, None, None, None, None, None), DAY)
    for form in ("csv", "xlsx"):
        data = export(register, [row], form=form)
        (one,) = take_in(data, [register], files.Register(), day=DAY).asked["residents"]
        assert one.values[0] == "=1+1"
    assert ",'=1+1," in export(register, [row], form="csv").decode("utf-8-sig")


BAD = [["人员编号", "姓名", "出生日期"], ["r-1", "张三", "不详"], ["r-2", "李四", "1950-01-01"]]


def test_a_marked_copy_of_a_csv_file_says_what_is_wrong():
    """The copy has a further column with what is wrong in each line, and is read again once it is put right."""
    register = register_of("residents")
    data = "\n".join(",".join(line) for line in BAD).encode("gbk")
    found = take_in(data, [register], files.Register(), day=DAY)
    copy = marked_copy(found)
    lines = list(csv.reader(io.StringIO(copy.decode("utf-8-sig"))))
    assert lines[0][-1] == "问题"
    assert lines[1][-1].startswith("“出生日期”")
    assert lines[2][-1] == ""
    righted = take_in(copy.replace("不详".encode(), b"1951-02-03"), [register], files.Register(), day=DAY)
    assert righted.findings == ()
    assert len(righted.asked["residents"]) == 2


def test_a_marked_copy_of_a_workbook_has_colours_and_comments():
    """The bad cell is red and carries what is wrong as a comment; the good ones are as they were."""
    openpyxl = pytest.importorskip("openpyxl")
    register = register_of("residents")
    found = take_in(files.workbook(居民=[["登记表"], *BAD]), [register], files.Register(), day=DAY)
    sheet = openpyxl.load_workbook(io.BytesIO(marked_copy(found)))["居民"]
    assert "应为日期" in sheet["C2"].comment.text
    assert sheet["C2"].fill.fgColor.rgb == "FFFFC7CE"
    assert (sheet["C3"].comment, sheet["A3"].value, sheet["D2"].value is not None) == (None, "r-2", True)


def test_the_librarys_categories_name_no_department():
    """Which department owns a category is open in the library's own lists, and so are the degrees of disability."""
    rows = library_categories()
    assert {row.values[2] for row in rows} == {None}
    assert "disability_degree" not in {row.key[0] for row in rows}
    cited = {row.values[5] for row in rows if row.key[0] == "disability"}
    assert cited == {"《中华人民共和国残疾人保障法》第二条"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_marked_copy_is_read_as_its_file_was(form):
    """What is wrong with a file is wrong with its copy too, until it is put right; nothing becomes a value by it."""
    openpyxl = pytest.importorskip("openpyxl")
    rows = [
        ["人员编号", "姓名", "出生日期", "性别", None],
        ["第一片区", None, None, None, None],
        ["r-1", "张三", "不详", None, "迁入"],
        ["r-2", "已迁出", None, None, None],
        ["以下空白", None, None, None, None],
    ]
    if form == "csv":
        text = "\n".join(",".join(cell or "" for cell in row) for row in (rows[0], *rows[2:]))
        data = f"{text}\nr-3,王五,1950-02-08,男,,多出\n".encode()
    else:
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.MAC_EPOCH
        for row in (*rows, ["r-3", "王五", 38845 - 1462, "男", None]):
            book.active.append(row)
        book.active.merge_cells("A2:D2")
        book.active.merge_cells("B4:D4")
        out = io.BytesIO()
        book.save(out)
        data = out.getvalue()
    register = register_of("residents")
    found = take_in(data, [register], files.Register(), day=DAY)
    again = take_in(marked_copy(found), [register], files.Register(), day=DAY)
    codes = [item.code for item in found.findings]
    assert sorted(codes) == sorted(
        {
            "csv": ["bad-cell", "long-row", "note-row", "unknown-heading"],
            "xlsx": ["bad-cell", "merged-columns", "note-row", "note-row", "unknown-heading"],
        }[form]
    )
    assert sorted(item.code for item in again.findings) == sorted(codes)
    assert [(one.key, one.values) for one in again.asked["residents"]] == [
        (one.key, one.values) for one in found.asked["residents"]
    ]
    if form == "xlsx":
        assert [one.values[2] for one in found.asked["residents"]] == [dt.date(2006, 5, 8)]
