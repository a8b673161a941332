"""Tables as offices draw them: merged cells, headings over two lines, totals and notes, files that are no table."""

import datetime as dt
import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from community_core.base.headings import heading_key, is_note, is_total
from community_core.registers.intake import take_in
from community_core.registers.known import register_of

_spec = importlib.util.spec_from_file_location("register_files", Path(__file__).with_name("conftest.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

DAY = dt.date(2025, 5, 1)
LISTED = ("households", "residents", "household_members")


def read(data, known, *names):
    data = data if isinstance(data, bytes) else data.encode()
    return take_in(data, [register_of(name) for name in names], known, day=DAY, file="list")


def told(intake):
    return [(item.code, item.line) for item in intake.findings]


def merged(rows, *areas):
    """Return a workbook of one sheet in which *areas* are merged."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in areas:
        book.active.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_cell_merged_over_rows_says_the_same_of_each(known):
    """What stands once in a cell that covers several rows holds of all of them, and of none below."""
    rows = [
        ["某社区登记表", None, None, None],
        ["户号", "人员编号", "姓名", "现住地"],
        ["h-1", "r-1", "张三", "c-1"],
        [None, "r-2", "李四", None],
        ["h-2", "r-3", "王五", None],
        [None, "r-4", "赵六", "c-2"],
    ]
    found = read(merged(rows, "A1:D1", "A3:A4", "D3:D4", "A5:A6"), known, *LISTED)
    assert told(found) == []
    assert [one.values[5] for one in found.asked["residents"]] == ["c-1", "c-1", None, "c-2"]
    assert [one.key for one in found.asked["household_members"]] == [
        *(("h-1", person) for person in ("r-1", "r-2")),
        *(("h-2", person) for person in ("r-3", "r-4")),
    ]


def test_a_heading_merged_over_columns_is_one_heading(known):
    """A heading over two columns stands above the first, and is not taken for twice; what is in the other is told."""
    rows = [["人员编号", "现住地", None], ["r-1", "c-1", None]]
    assert told(read(merged(rows, "B1:C1"), known, "residents")) == []
    rows[1][2] = "三号楼"
    found = read(merged(rows, "B1:C1"), known, "residents")
    (item,) = found.findings
    assert (item.code, item.level, item.line, item.column) == ("unknown-heading", "warning", 1, 3)
    assert "1格有内容" in item.message.zh
    assert found.asked["residents"][0].values[5] == "c-1"


TWO_LINES = [
    ["登记表", None, None, None, None],
    ["人员编号", "姓名", "证件", None, "地址"],
    [None, None, "出生日期", "性别", "现住地"],
    ["r-1", "张三", "1950-02-08", "男", "c-1"],
]


@pytest.mark.parametrize("form", ["csv", "merged", "plain"])
def test_headings_may_stand_in_two_lines(known, form):
    """Headings of which the lower line divides some are read as one line, merged or not."""
    if form == "csv":
        data = "\n".join(",".join(cell or "" for cell in row) for row in TWO_LINES)
    else:
        data = merged(TWO_LINES, *(("A1:E1", "A2:A3", "B2:B3", "C2:D2") if form == "merged" else ()))
    found = read(data, known, "residents")
    assert told(found) == []
    (one,) = found.asked["residents"]
    assert one.values[:6] == ("张三", None, dt.date(1950, 2, 8), "male", None, "c-1")


def test_a_row_is_not_taken_for_a_second_line_of_headings(known):
    """A row under the headings stays a row, also where its cell says what a heading may say."""
    found = read("人员编号,姓名,其他\nr-1,张三,性别\n", known, "residents")
    assert [one.key for one in found.asked["residents"]] == [("r-1",)]


@pytest.mark.parametrize(
    "heading",
    ["户 号", "户\n号", " 户　号 ", "户号（必填）", "户号【必填】", "户号[必填]*", "户号〔按户口簿〕", "户号 *"],
)
def test_headings_are_read_as_offices_set_them(known, heading):
    """Blanks and breaks inside a heading, and remarks in any brackets, make no difference."""
    found = read(f'"{heading}",户籍地\nh-1,c-1\n', known, "households")
    assert told(found) == []
    assert [one.key for one in found.asked["households"]] == [("h-1",)]


def test_blanks_between_latin_words_still_count():
    """Only blanks between Chinese signs are set aside."""
    assert heading_key("valid  from") == "valid_from"
    assert heading_key("姓 名") == "姓名"


def test_totals_notes_and_repeated_headings_are_no_rows(known):
    """Lines under and between the rows are told of as warnings, registered as nothing, and stop no row."""
    text = (
        "地方编号,名称,层级\nx-1,甲,grid\n小 计,1,\n地方编号,名称,层级\nx-2,乙,grid\n合计：2个,,\n"
        "备注：以实地为准,,\n填表人：某某,审核人：某某,\n单位（盖章）：,,\n"
    )
    found = read(text, known, "places")
    assert told(found) == [
        *(("total-row", 3), ("headings-again", 4), ("total-row", 6)),
        *(("note-row", line) for line in (7, 8, 9)),
    ]
    assert [one.key for one in found.asked["places"]] == [("x-1",), ("x-2",)]
    assert found.clean
    assert "某某" not in "".join(str(item) for item in found.findings)


def test_a_title_merged_across_the_table_is_no_row(known):
    """A line between rows that is one merged cell heads a part of the table."""
    rows = [["地方编号", "名称", "层级"], ["第一片区", None, None], ["x-1", "甲", "grid"], ["x-2", None, None]]
    found = read(merged(rows, "A2:C2"), known, "places")
    assert told(found) == [("note-row", 2)]
    assert [one.key for one in found.asked["places"]] == [("x-1",), ("x-2",)]


@pytest.mark.parametrize(
    "text",
    [
        "合计",
        "合 计",
        "总计：",
        "合计（户）",
        "共3户",
        "共计 3 户，5 人",
        "以上共1户2人",
        "共３户５人",
        "本页小计",
        "Total",
    ],
)
def test_a_line_of_totals_is_known(text):
    """Usual ways of writing a total are recognised."""
    assert is_total(text)


@pytest.mark.parametrize(
    "text",
    ["共和里", "共青团", "合计某", "以上村", "Totally", "总计划", "x-1", "单位", "单位宿舍", "注册", "说明会"],
)
def test_a_name_is_neither_a_total_nor_a_note(text):
    """Names that begin alike stay names."""
    assert not is_total(text)
    assert not is_note(text)


def test_a_sheet_that_is_not_read_is_named(known):
    """A further sheet with a table and no heading is told of; notes and hidden lists are not; chance words are none."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(merged([["人员编号", "姓名"], ["r-1", "张三"]])))
    for name, row in (
        ("续", ["r-2", "李四"]),
        ("联系", ["填报", "电话"]),
        ("说明", ["请逐项填写"]),
        ("藏", ["甲", "乙"]),
    ):
        book.create_sheet(name).append(row)
    book["藏"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue(), known, "residents")
    assert {dict(item.data)["sheet"] for item in found.findings if item.code == "sheet-unread"} == {"续", "联系"}
    assert [one.key for one in found.asked["residents"]] == [("r-1",)]
    assert found.clean


def test_a_heading_that_stands_twice_is_named_with_its_sheet(known):
    """The finding says in which sheet, and once, however many registers have the column."""
    data = files.workbook(甲=[["户号", "人员编号"]], 乙=[["户号", "人员编号", "居民编号"], ["h-1", "r-1", "r-2"]])
    found = read(data, known, *LISTED)
    (twice,) = [item for item in found.findings if item.code == "duplicate-heading"]
    assert (dict(twice.data)["sheet"], twice.line, twice.column) == ("乙", 1, 3)
    assert "工作表“乙”第2列“人员编号”和第3列“居民编号”" in twice.message.zh


def packed(*names):
    """Return a zipped file with parts of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (packed("word/document.xml"), "Word"),
        (packed("content.xml", "mimetype"), "OpenDocument"),
        (packed("list.csv"), "压缩包"),
        ("<html><table><tr><td>人员编号</td></tr></table>".encode("gbk"), "网页"),
        ('\ufeff<?xml version="1.0"?>\n<Workbook/>'.encode(), "网页"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "密码"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_kind(known, data, word):
    """A document, a web page called .xls, a PDF or a locked workbook is refused with what it is and what to do."""
    pytest.importorskip("openpyxl")
    found = read(data, known, "residents")
    (item,) = found.findings
    assert item.code == "unreadable-file"
    assert word in item.message.zh
    assert found.unusable


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "######"])
def test_an_error_of_the_spreadsheet_is_no_value(known, cell):
    """What a formula that failed left in a cell is refused, and not registered as somebody's name."""
    found = read(files.workbook(甲=[["人员编号", "姓名"], ["r-1", cell]]), known, "residents")
    assert [(item.code, item.line, item.column) for item in found.findings] == [("spreadsheet-error", 2, 2)]


@pytest.mark.parametrize(("epoch", "number"), [("WINDOWS_EPOCH", 45778), ("MAC_EPOCH", 44316)])
def test_a_bare_number_of_a_day_is_counted_as_its_workbook_counts(known, epoch, number):
    """A day kept as a bare number is the one that its spreadsheet shows, whatever day the workbook counts from."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.epoch = getattr(openpyxl.utils.datetime, epoch)
    for row in (["人员编号", "出生日期"], ["r-1", number], ["r-2", DAY], ["r-3", 20250501], ["r-4", "2025.5.1"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue(), known, "residents")
    assert told(found) == []
    assert [one.values[2] for one in found.asked["residents"]] == [DAY] * 4


def test_a_cell_merged_over_columns_of_the_register_is_not_guessed(known):
    """Which column a cell across several means is not known: its line is refused, and the others are taken."""
    rows = [
        ["人员编号", "姓名", "性别", "现住地", "备考", None],
        ["r-1", "张三", "男", "c-1", "迁入待核", None],
        ["r-2", "已迁出", None, None, None, None],
        ["r-3", "李四", "男", "c-1", None, None],
        ["r-4", None, None, "c-1", None, None],
    ]
    found = read(merged(rows, "E1:F1", "E2:F2", "B3:D3", "C4:C5"), known, "residents")
    (item,) = [item for item in found.findings if item.level == "error"]
    assert (item.code, item.line, item.column) == ("merged-columns", 3, 2)
    assert "姓名、性别、现住地" in item.message.zh
    assert [one.key for one in found.asked["residents"]] == [("r-1",), ("r-3",), ("r-4",)]
    rows[2] = ["r-2", "王五", "无人认领", None, None, None]
    before = read(merged(rows, "C3:D4"), known, "residents")
    assert [(code, line) for code, line in told(before) if code == "merged-columns"] == [
        ("merged-columns", 3),
        ("merged-columns", 4),
    ]


@pytest.mark.parametrize("last", ["以下空白", "（以下空白）", "此页无正文", "2025年5月1日", "２０２５年５月"])
def test_what_closes_a_table_is_no_row(known, last):
    """A line that says alone that nothing follows, or when it was made, is told of; a day of birth is a value."""
    found = read(f"地方编号,名称,层级\nx-1,甲,grid\n{last},,\n", known, "places")
    assert told(found) == [("note-row", 3)]
    assert [one.key for one in found.asked["places"]] == [("x-1",)]
    born = read("出生日期,人员编号\n1950年2月8日,r-1\n", known, "residents")
    assert [one.key for one in born.asked["residents"]] == [("r-1",)]
    assert told(born) == []


def test_a_line_with_more_cells_than_headings_is_not_guessed(known):
    """Where a comma in a cell pushed the others over, the line is refused; blank margins and short lines are taken."""
    text = "人员编号,姓名,联系电话,现住地\nr-1,张三,024,1234,c-1\nr-2,李四,,c-1,,,\nr-3,王五\n"
    found = read(text, known, "residents")
    assert told(found) == [("long-row", 2)]
    assert [one.key for one in found.asked["residents"]] == [("r-2",), ("r-3",)]


def test_a_column_without_a_heading_is_told_of(known):
    """What stands under no heading is not taken, and that is said once for its column."""
    found = read("人员编号,姓名,\nr-1,张三,已核\nr-2,李四,待核\nr-3,王五,\n", known, "residents")
    (item,) = found.findings
    assert (item.code, item.level, item.line, item.column) == ("unknown-heading", "warning", 1, 3)
    assert "2格有内容" in item.message.zh


def test_a_hidden_sheet_is_not_taken_without_a_word(known):
    """A sheet that nobody sees is no part of what is sent: it is not used, and that is said."""
    openpyxl = pytest.importorskip("openpyxl")
    rows = [["人员编号", "姓名"], ["r-1", "张三"]]
    book = openpyxl.load_workbook(io.BytesIO(files.workbook(新=rows, 旧=[rows[0], ["r-2", "李四"]])))
    book["旧"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue(), known, "residents")
    assert [(item.code, item.level, dict(item.data)["sheet"]) for item in found.findings] == [
        ("sheet-hidden", "warning", "旧")
    ]
    assert [one.key for one in found.asked["residents"]] == [("r-1",)]
    assert found.clean


def codes_and_columns(found):
    return [(item.code, item.line, item.column) for item in found.findings]


@pytest.mark.parametrize("mark", ["同上", "〃", "″"])
def test_what_stands_for_the_cell_above_is_refused(known, mark):
    """A sign for “as above” is registered as nobody's value."""
    found = read(f"人员编号,姓名,现住地\nr-1,张三,c-1\nr-2,李四,{mark}\n{mark},王五,c-1\n", known, "residents")
    assert codes_and_columns(found) == [("ditto-mark", 3, 3), ("ditto-mark", 4, 1)]


@pytest.mark.parametrize("stroke", ["/", "-", "—", "——", "／", "\\"])
def test_a_stroke_is_a_blank_and_no_id(known, stroke):
    """A stroke says nothing of a value; for an id it is refused, and never filled from the household above."""
    text = f"户号,人员编号,姓名,联系电话\nh-1,r-1,张三,{stroke}\n{stroke},r-2,李四,1\n"
    found = read(text, known, *LISTED)
    assert codes_and_columns(found) == [("stroke-for-key", 3, 1)]
    (one,) = found.asked["residents"]
    assert (one.key, one.values[0], one.values[7]) == (("r-1",), "张三", None)


@pytest.mark.parametrize("cell", [dt.date(2025, 1, 2), "1月2日", "2-Jan", "Jan-02"])
def test_a_number_that_became_a_day_is_no_number(known, cell):
    """A room 1-2 that a spreadsheet took for a day is refused and not registered as one."""
    found = read(files.workbook(甲=[["房屋编号", "室"], ["d-1", cell]]), known, "dwellings")
    assert codes_and_columns(found) == [("day-by-spreadsheet", 2, 2)]


@pytest.mark.parametrize("cell", [1950, 195002, 60, 73051, 38845.5])
def test_a_number_that_is_no_day_is_not_counted_as_one(known, cell):
    """A year alone, year and month, or a small number is no count of days: it would be a day of 1905 or 2433."""
    found = read(files.workbook(甲=[["人员编号", "出生日期"], ["r-1", cell]]), known, "residents")
    assert codes_and_columns(found) == [("bad-cell", 2, 2)]


def test_nobody_is_registered_before_he_is_born(known):
    """A day of birth after the day from which the row counts is refused."""
    text = "人员编号,出生日期,生效日\nr-1,2050-02-08,\nr-2,2025-05-01,\nr-3,2026-05-01,2026-06-01\n"
    found = read(text, known, "residents")
    assert codes_and_columns(found) == [("born-later", 2, 2)]
    assert [one.key for one in found.asked["residents"]] == [("r-2",), ("r-3",)]


@pytest.mark.parametrize(
    ("cell", "name"), [("张　三", "张三"), ("李  四", "李四"), ("欧阳 三丰", "欧阳 三丰"), ("A B", "A B")]
)
def test_two_signs_set_wide_are_one_name(known, cell, name):
    """A name of two signs that was set as wide as one of three is registered as it is."""
    found = read(f"人员编号,姓名\nr-1,{cell}\n", known, "residents")
    assert found.asked["residents"][0].values[0] == name


def test_a_rounded_telephone_is_no_telephone(known):
    """Any number that a spreadsheet has rounded is refused, and not only an identity number."""
    found = read("人员编号,联系电话\nr-1,1.38E+10\n1.2E+11,024\n", known, "residents")
    assert codes_and_columns(found) == [("rounded-by-spreadsheet", 2, 2), ("rounded-by-spreadsheet", 3, 1)]
