"""Tables are read as offices have them: what is sure is read, what is not is named and set aside."""

import datetime as dt
from decimal import Decimal
from zipfile import ZipFile

import polars as pl
import pytest

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.roll import ROW_NUMBER, read_table, rejected_path, write_table
from community_core.rules.terms import Fact
from community_core.rules.types import BOOL, DATE, INT, MONEY, SHARE, TEXT, enum_of, list_of

MEANS = enum_of("three_withouts", "dibao", "other")
FACTS = (
    Fact("id_number", TEXT, label=Label("身份证号", "identity number"), privacy=Privacy.SENSITIVE),
    Fact("birth_date", DATE, label=Label("出生日期", "date of birth"), privacy=Privacy.PERSONAL),
    Fact("age", INT.in_unit("year"), label=Label("年龄", "age")),
    Fact("lives_alone", BOOL, label=Label("独居", "lives alone")),
    Fact(
        "means",
        MEANS,
        label=Label("经济状况", "means"),
        labels=(("three_withouts", Label("三无", "three withouts")), ("dibao", Label("低保", "minimum living"))),
    ),
    Fact("income", MONEY, label=Label("月收入", "monthly income")),
    Fact("part", SHARE, label=Label("份额", "part")),
    Fact("needs", list_of(TEXT), label=Label("需求", "needs")),
)
GOOD = "210103195302080018"  # the check digit fits


def read(tmp_path, text, encoding="utf-8", name="roll.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_table(path, FACTS)


def codes(table):
    return [found.code for found in table.findings if found.level == "error"]


def test_every_kind_of_fact_is_read_by_chinese_headings_and_labels(tmp_path):
    """Chinese headings, labels, dates, yuan, shares and lists come out as typed columns; identity numbers stay text."""
    table = read(
        tmp_path,
        "身份证号,出生日期,年龄,独居,经济状况,月收入,份额,需求\n"
        f"{GOOD},1953.2.8,53,是,低保,12.50,60%,助餐、助浴\n"
        "001,1953年2月8日,0,否,three_withouts,-3,1/3,\n",
    )
    assert codes(table) == []
    assert table.frame.rows(named=True) == [
        {
            ROW_NUMBER: 2,
            "id_number": GOOD,
            "birth_date": dt.date(1953, 2, 8),
            "age": 53,
            "lives_alone": True,
            "means": "dibao",
            "income": 1250,
            "part": "60%",
            "needs": ["助餐", "助浴"],
        },
        {
            ROW_NUMBER: 3,
            "id_number": "001",
            "birth_date": dt.date(1953, 2, 8),
            "age": 0,
            "lives_alone": False,
            "means": "three_withouts",
            "income": -300,
            "part": "1/3",
            "needs": None,
        },
    ]


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gbk"), ("gb18030", "gbk"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_and_reported(tmp_path, encoding, reported):
    """UTF-8 with and without BOM, GBK and UTF-16 give the same rows, and a finding that names the encoding."""
    table = read(tmp_path, "独居,经济状况\n是,低保\n", encoding)
    assert (table.encoding, table.frame["means"].to_list()) == (reported, ["dibao"])
    found = next(item for item in table.findings if item.code == "encoding")
    assert (found.level, dict(found.data)["encoding"]) == ("info", reported)


def test_a_character_beyond_gbk_is_gb18030(tmp_path):
    """A rare character of a name that GBK lacks is read as GB18030."""
    table = read(tmp_path, "身份证号,经济状况\n㐂𠀀,低保\n", "gb18030")
    assert (table.encoding, table.frame["id_number"].to_list()) == ("gb18030", ["㐂𠀀"])


def test_what_is_no_text_is_refused_as_a_whole(tmp_path):
    """Bytes in no plausible encoding give one finding and no rows, never characters made up from them."""
    for data in (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20,
        "年龄,独居\né,ü\n".encode("latin-1", "ignore") * 30,
        bytes(range(256)),
    ):
        table = read(tmp_path, data)
        assert codes(table) == ["unknown-encoding"]
        assert not table.usable


def test_one_damaged_line_costs_one_row(tmp_path):
    """A line with a broken character is set aside, and the file is still read in its own encoding."""
    text = "备注,年龄\n" + "".join(f"居民住在本社区{i},{i}\n" for i in range(50))
    data = text.encode().replace("本社区7,".encode(), "本社区7,".encode()[:4] + b",")
    facts = (*FACTS, Fact("note", TEXT, label=Label("备注", "note")))
    path = tmp_path / "roll.csv"
    path.write_bytes(data)
    table = read_table(path, facts)
    assert table.encoding == "utf-8"
    assert [(found.code, found.line) for found in table.findings if found.level == "error"] == [("undecodable-text", 9)]
    assert table.frame.height == 49


@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
def test_separators_are_found_by_the_headings(tmp_path, separator):
    """Comma, semicolon, tab and the Chinese comma separate."""
    table = read(tmp_path, f"年龄{separator}独居\n72{separator}是\n")
    assert (table.separator, table.frame.row(0)) == (separator, (2, 72, True))


def test_bad_cells_set_their_row_aside_and_the_rest_goes_through(tmp_path):
    """A bad cell gives a finding with line, column and heading; its row is refused with the reason, others go on."""
    table = read(tmp_path, "年龄,独居,备注\n72,是,a\n七十,是,b\n\n70,1,c\n80,,d\n")
    assert table.frame.rows() == [(2, 72, True), (6, 80, None)]
    assert table.aside.rows() == [(2, "a"), (6, "d")]
    found = [
        (item.code, item.line, item.column, dict(item.data)["heading"]) for item in table.findings if item.line > 1
    ]
    assert found == [("bad-cell", 3, 1, "年龄"), ("bad-cell", 5, 2, "独居")]
    assert table.rejected.rows(named=True)[0] == {
        "行号": 3, "年龄": "七十", "独居": "是", "备注": "b", "原行": None, "退回原因": "“年龄”：应为整数",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("独居", "1"), ("独居", "0"), ("独居", "yes"), ("年龄", "1.0"), ("年龄", "1,5"),
        ("出生日期", "1953.13.8"), ("出生日期", "1953-02-29"), ("出生日期", "19390"), ("经济状况", "富裕"),
        ("月收入", "12.505"), ("月收入", "1,200"), ("月收入", "12元"), ("份额", "0.6"), ("份额", "1/0"),
    ],
)  # fmt: skip
def test_nothing_is_guessed(tmp_path, heading, cell):
    """A cell that could be meant in more than one way, or in none, is refused."""
    quoted = f'"{cell}"' if "," in cell else cell
    table = read(tmp_path, f"身份证号,{heading}\nx,{quoted}\n")
    assert (codes(table), table.frame.height, table.rejected.height) == (["bad-cell"], 0, 1)


def test_a_number_rounded_by_a_spreadsheet_is_found(tmp_path):
    """2.10103E+17 and an identity number whose last digits became 000 are refused by a finding of their own."""
    table = read(tmp_path, f"身份证号,年龄\n2.10103E+17,1\n210103195302080000,2\n{GOOD},3\n3E5,4\n")
    assert codes(table) == ["rounded-by-spreadsheet"] * 2
    assert table.frame["id_number"].to_list() == [GOOD, "3E5"]


def test_a_true_number_that_ends_in_zeros_goes_through(tmp_path):
    """An identity number that truly ends in 000 (its check digit fits) is no rounded one where nothing else is."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    day = next(
        f"210103195302{day:02d}" for day in range(1, 29)
        if sum(w * int(d) for w, d in zip(weights, f"210103195302{day:02d}000", strict=False)) % 11 == 1
    )  # fmt: skip
    table = read(tmp_path, f"身份证号\n{day}0000\n")
    assert codes(table) == []


def test_texts_kept_from_a_spreadsheet_are_taken_as_they_are_meant(tmp_path):
    """A leading apostrophe, or an equals sign before quotes, is the spreadsheet's way to keep a number a text."""
    table = read(tmp_path, f'身份证号,年龄\n\'{GOOD},1\n"=""001""",2\n')
    assert table.frame["id_number"].to_list() == [GOOD, "001"]


def test_personal_values_stay_out_of_findings(tmp_path):
    """A bad cell of a personal fact is named by its place; the value is in the office's own refused file alone."""
    table = read(tmp_path, "出生日期,年龄\n1953.99.1,七十\n")
    messages = " ".join(str(found) for found in table.findings)
    assert "1953.99.1" not in messages
    assert "七十" in messages
    assert table.rejected["出生日期"].to_list() == ["1953.99.1"]


def test_headings_that_mean_nothing_or_two_things_are_named(tmp_path):
    """Unknown headings are kept aside with a warning; a fact with two columns is not read from either."""
    table = read(tmp_path, "年龄,年龄（岁）,独居,爱好\n1,2,是,棋\n")
    assert [(found.code, found.level, found.column) for found in table.findings if found.line == 1] == [
        ("duplicate-heading", "error", 1),
        ("unknown-heading", "warning", 4),
    ]
    assert table.frame.columns == [ROW_NUMBER, "lives_alone"]
    assert table.aside.columns == [ROW_NUMBER, "年龄", "年龄（岁）", "爱好"]


def test_a_unit_in_brackets_must_be_the_facts_own(tmp_path):
    """月收入（元） is the income in yuan; 月收入（万元） is something else and is not read."""
    table = read(tmp_path, "月收入（元）,年龄\n1,2\n")
    assert table.frame["income"].to_list() == [100]
    table = read(tmp_path, "月收入（万元）,年龄\n1,2\n")
    assert table.frame.columns == [ROW_NUMBER, "age"]


def test_one_label_for_two_facts_is_ambiguous(tmp_path):
    """A heading that two facts answer to is not read, until the name says which."""
    path = tmp_path / "roll.csv"
    path.write_text("年龄,age\n1,2\n", "utf-8")
    facts = (Fact("age", INT, label=Label("年龄")), Fact("years", INT, label=Label("年龄")))
    table = read_table(path, facts)
    assert codes(table) == ["ambiguous-heading"]
    assert table.frame.columns == [ROW_NUMBER, "age"]


def test_quotes_lines_in_cells_and_titles_above_the_headings(tmp_path):
    """Rows are counted by lines of the file, also where a cell runs over lines or a title stands above."""
    table = read(tmp_path, '某社区居民名册,,\n年龄,独居,备注\n1,是,"两行\n的备注"\n"2",否,"含,逗号"\n三,否,x\n')
    assert table.frame.rows() == [(3, 1, True), (5, 2, False)]
    assert table.aside["备注"].to_list() == ["两行\n的备注", "含,逗号"]
    assert [(found.code, found.line) for found in table.findings if found.code == "bad-cell"] == [("bad-cell", 6)]
    assert [(found.line, found.level) for found in table.findings if found.code == "heading-line"] == [(2, "info")]


def test_an_open_quote_costs_its_own_line_only(tmp_path):
    """A quotation mark that is never closed refuses its line and swallows none of those below."""
    rows = "".join(f"{number},是\n" for number in range(100))
    table = read(tmp_path, f'年龄,独居\n5,"是\n{rows}')
    assert codes(table) == ["unclosed-quote"]
    assert (table.frame.height, table.rejected["原行"].to_list()) == (100, ['5,"是'])


def test_rows_that_are_too_long_are_refused_and_short_ones_are_unknown(tmp_path):
    """A cell too many may have pushed others over; missing ones at the end are unknown, with one warning."""
    table = read(tmp_path, "年龄,独居\n1,是,\n2,是,x\n3\n")
    assert table.frame.rows() == [(2, 1, True), (4, 3, None)]
    assert codes(table) == ["long-row"]
    short = next(found for found in table.findings if found.code == "short-rows")
    assert (short.level, short.line) == ("warning", 4)


def test_refused_rows_can_be_corrected_and_read_again(tmp_path):
    """The copy of refused rows holds cells, lines and reasons, and is itself a table that can be read."""
    table = read(tmp_path, "年龄,独居\n1,是\n七,否\n")
    path = table.write_rejected()
    assert path == rejected_path(tmp_path / "roll.csv") == tmp_path / "roll.rejected.csv"
    text = path.read_bytes().decode("utf-8-sig")
    assert "七" in text
    path.write_text(text.replace("七", "7"), "utf-8")
    again = read_table(path, FACTS)
    assert (codes(again), again.frame.rows()) == ([], [(2, 7, False)])
    assert [found.code for found in again.findings if found.level == "warning"] == []
    assert again.write_rejected() is None


def test_many_faults_are_listed_up_to_a_thousand_and_none_is_lost(tmp_path):
    """Beyond a thousand findings the rest is counted, and every refused row is in the refused table."""
    table = read(tmp_path, "年龄,独居\n" + "x,是\n" * 2500 + "1,是\n")
    assert codes(table) == ["bad-cell"] * 1000 + ["more-faults"]
    assert (table.faults, table.rejected.height, table.frame.height) == (2500, 2500, 1)


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty-table"), ("\n \n", "empty-table"), ("甲,乙\n1,2\n", "no-headings")]
)
def test_a_table_that_says_nothing_is_a_finding(tmp_path, text, code):
    """An empty file, or one whose headings name no fact, gives a finding and nothing to decide."""
    table = read(tmp_path, text)
    assert codes(table) == [code]
    assert not table.usable


def test_a_missing_file_is_a_finding(tmp_path):
    """A file that is not there, or is no Parquet, is named by a finding."""
    assert codes(read_table(tmp_path / "nowhere.csv", FACTS)) == ["unreadable-file"]
    assert "没有这个文件或文件夹" in read_table(tmp_path / "nowhere.csv", FACTS).findings[0].message.zh
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    assert codes(read_table(tmp_path / "x.parquet", FACTS)) == ["unreadable-file"]


def test_parquet_comes_back_as_it_was_written(tmp_path):
    """A frame written as Parquet is read back the same; money stands there as decimals in yuan."""
    source = read(
        tmp_path,
        f"身份证号,出生日期,年龄,独居,经济状况,月收入,份额,需求\n{GOOD},1953.2.8,53,是,低保,12.50,60%,甲、乙\n,,,,,,,\n1,,,,,,,\n",
    )
    columns = {fact.name: fact for fact in FACTS}
    path = write_table(source.frame, tmp_path / "roll.parquet", columns)
    assert pl.read_parquet(path)["income"].to_list() == [Decimal("12.50"), None]
    again = read_table(path, FACTS)
    assert codes(again) == []
    assert again.frame.drop(ROW_NUMBER).equals(source.frame.drop(ROW_NUMBER))


@pytest.mark.parametrize(
    ("name", "values"),
    [("age", [1.0]), ("income", [5]), ("income", [5.0]), ("id_number", [210103195302080018]), ("lives_alone", [1]),
     ("birth_date", [dt.datetime(1953, 2, 8, 1, tzinfo=dt.UTC)])],
)  # fmt: skip
def test_parquet_columns_of_the_wrong_type_are_not_read(tmp_path, name, values):
    """Floats, numbers for texts or yes and no, and money that does not say yuan or fen are refused as columns."""
    path = tmp_path / "roll.parquet"
    pl.DataFrame({name: values, "means": ["dibao"]}).write_parquet(path)
    table = read_table(path, FACTS)
    assert codes(table) == ["column-type"]
    assert table.frame.columns == [ROW_NUMBER, "means"]


def test_parquet_rows_with_bad_values_are_refused(tmp_path):
    """A text that is no value, and money with a third decimal, refuse their rows."""
    path = tmp_path / "roll.parquet"
    pl.DataFrame(
        {"means": ["dibao", "富裕", "低保"], "income": [Decimal("1.20"), Decimal("1.20"), Decimal("1.205")]},
        schema_overrides={"income": pl.Decimal(10, 3)},
    ).write_parquet(path)
    table = read_table(path, FACTS)
    assert table.frame.rows() == [(1, "dibao", 120)]
    assert [(found.line, dict(found.data)["fact"]) for found in table.findings] == [(2, "means"), (3, "income")]


def test_csv_is_written_for_readers_and_read_back(tmp_path):
    """A CSV opens with Chinese headings, values and yuan, and is the same table when it is read again."""
    source = read(
        tmp_path, f"身份证号,年龄,独居,经济状况,月收入,需求\n{GOOD},53,是,低保,-0.05,甲、乙\n007,1,否,other,,\n"
    )
    columns = {fact.name: fact for fact in FACTS}
    path = write_table(source.frame.drop(ROW_NUMBER), tmp_path / "out.csv", columns, lang="zh", spreadsheet=True)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[:2] == [
        "身份证号,年龄,独居,经济状况,月收入,需求",
        f'"=""{GOOD}""",53,是,低保,-0.05,甲、乙',
    ]
    assert read_table(path, FACTS).frame.equals(source.frame)


def test_a_rounded_number_is_found_in_a_column_that_is_no_fact(tmp_path):
    """An identity number that a spreadsheet rounded sets its row aside, though no rule asks for it."""
    from community_core.roll import read_table
    from community_core.rules import INT, Fact

    path = tmp_path / "roll.csv"
    path.write_text("身份证号,age\n210103193502080012,72\n2.10103E+17,70\n", encoding="utf-8")
    read = read_table(path, [Fact("age", INT)])
    assert read.frame["age"].to_list() == [72]
    (found,) = [item for item in read.findings if item.code == "rounded-by-spreadsheet"]
    assert (found.line, found.column) == (3, 1)
    assert "2.10103" not in found.message.zh


def workbook(tmp_path, *sheets):
    """Write a workbook of *sheets*, each a list of rows."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
        if rows and len(rows[0]) == 1:
            sheet.merge_cells("A1:C1")
    path = tmp_path / "roll.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_read_as_a_file_of_text_is(tmp_path):
    """Title, headings, days, whole floats and rounded numbers of a sheet are taken as those of a CSV, line by line."""
    path = workbook(
        tmp_path,
        [
            ["某社区居民名册"],
            ["年龄", "出生日期", "身份证号", "独居", "备注"],
            [72.0, dt.date(1953, 2, 8), GOOD, "是", "一\n二"],
            [None, None, None, None, None],
            [70, "1955.3.1", 2.10103195302e17, True, None],
        ],
        [["说明"], ["只是说明"]],
    )
    table = read_table(path, FACTS)
    assert table.frame.rows() == [(3, 72, dt.date(1953, 2, 8), GOOD, True)]
    assert table.aside.rows() == [(3, "一 二")]
    assert [(item.code, item.line) for item in table.findings if item.level == "error"] == [
        ("rounded-by-spreadsheet", 5)
    ]
    assert table.encoding == "xlsx"


def test_a_cell_across_several_facts_is_none_of_them(tmp_path):
    """Which fact a cell merged over columns means is not known: both stay unknown, and a finding says so."""
    openpyxl = pytest.importorskip("openpyxl")
    path = workbook(
        tmp_path, [["年龄", "低保", "独居", "备注", "其他"], [72, None, "是", "某", None], [70, None, "否"]]
    )
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:C2")
    book.active.merge_cells("D2:E2")
    book.save(path)
    table = read_table(path, FACTS)
    assert [(item.code, item.line, item.column) for item in table.findings if item.level == "error"] == [
        ("merged-columns", 2, 1)
    ]
    assert table.frame.select("age", "lives_alone").rows() == [(None, None), (70, False)]


def test_a_hidden_sheet_is_no_roll(tmp_path):
    """A sheet that nobody sees is not decided, and that is said."""
    openpyxl = pytest.importorskip("openpyxl")
    people = [["年龄", "独居"], [72, "是"]]
    path = workbook(tmp_path, people, people)
    book = openpyxl.load_workbook(path)
    book["表2"].sheet_state = "hidden"
    book.save(path)
    table = read_table(path, FACTS)
    assert [item.code for item in table.findings if item.code.startswith("sheet")] == ["sheet-hidden"]
    assert table.frame["age"].to_list() == [72]


def test_a_workbook_that_is_no_roll_is_told_of(tmp_path):
    """Of several sheets that look like the roll none is taken; one without headings is told of."""
    people = [["年龄", "独居"], [72, "是"]]
    assert codes(read_table(workbook(tmp_path, people, people), FACTS)) == ["several-sheets"]
    assert codes(read_table(workbook(tmp_path, [["甲", "乙"], [1, 2]]), FACTS)) == ["no-headings"]
    assert codes(read_table(workbook(tmp_path, []), FACTS)) == ["empty-table"]
    for junk in (b"PK\x03\x04junk", b"\xd0\xcf\x11\xe0junk"):
        assert codes(read(tmp_path, junk, name="junk.xlsx")) == ["unreadable-file"]


def test_a_formula_without_its_result_is_not_blank(tmp_path):
    """A workbook whose formulas were saved without results is refused; an empty text that one came to is a blank."""
    path = workbook(tmp_path, [["年龄", "独居"], [72, "=IF(A2>70,1,0)"], ["=A2", "是"]])
    (found,) = read_table(path, FACTS).findings
    assert found.code == "formula-without-value"
    assert "2 个单元格（如 B2）" in found.message.zh
    saved = tmp_path / "saved.xlsx"
    with ZipFile(path) as parts, ZipFile(saved, "w") as copy:
        for name in parts.namelist():
            part = parts.read(name)
            part = part.replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>')
            copy.writestr(name, part.replace(b"<f>A2</f><v></v>", b"<f>A2</f><v>72</v>"))
    table = read_table(saved, FACTS)
    assert [item for item in table.findings if item.level == "error"] == []
    assert [row[1:] for row in table.frame.rows()] == [(72, None), (72, True)]


def test_lines_of_totals_are_nobody(tmp_path):
    """A line that begins with a word for totals is set aside; a person whose note says so is not."""
    table = read(tmp_path, "编号,年龄,备注\n1,72,合计\n合计：,142,\n,总计,\n")
    assert table.frame.rows() == [(2, 72)]
    assert [item.line for item in table.findings if item.code == "total-row"] == [3, 4]


def test_lines_under_a_roll_are_nobody(tmp_path):
    """A count, a note or a date under the roll is set aside and not decided as somebody of whom nothing is known."""
    text = "姓名,年龄,独居\n共青,72,是\n以上共1户1人,,\n填报人：某　审核人：某,,\n2025年5月1日,,\n以下空白,,\n"
    table = read(tmp_path, text)
    assert table.frame["age"].to_list() == [72]
    assert [(item.code, item.line) for item in table.findings if item.level == "error"] == [
        ("total-row", 3),
        ("note-row", 4),
        ("note-row", 5),
        ("note-row", 6),
    ]
    born = read(tmp_path, "出生日期,年龄\n1950年2月8日,\n")
    assert born.frame.height == 1


def test_headings_alone_are_an_empty_table(tmp_path):
    """A file without a row below its headings says so."""
    assert "empty-table" in codes(read(tmp_path, "年龄,独居\n"))


def test_a_cell_without_end_harms_nobody_else(tmp_path):
    """A cell of two hundred thousand signs, in quotes or not, is at most the loss of its own row."""
    for cell in ("x" * 200_000, f'"{"x" * 200_000}"'):
        table = read(tmp_path, f"年龄,独居,备注\n72,是,{cell}\n61,否,\n")
        assert (61, False) in {row[1:] for row in table.frame.rows()}
