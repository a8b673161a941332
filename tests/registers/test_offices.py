"""What offices write in their own way: headings, days, relations, remarks; and what a number says of its owner."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from community_core.registers.intake import take_in
from community_core.registers.known import register_of
from community_core.registers.rows import Row, plan

_spec = importlib.util.spec_from_file_location("register_files", Path(__file__).with_name("conftest.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

DAY = dt.date(2025, 5, 1)
HER, HIM = files.identity("19500208", 2), files.identity("19491231", 1)
LISTS = ("households", "residents", "household_members")


def read(text, known, *names):
    data = text if isinstance(text, bytes) else text.encode()
    return take_in(data, [register_of(name) for name in names], known, day=DAY, file="list.csv")


def told(intake):
    return [(item.code, item.level, item.line, item.column) for item in intake.findings]


def said(intake, register="residents"):
    columns = [column.name for column in register_of(register).values]
    return [dict(zip(columns, one.values, strict=True)) for one in intake.asked[register]]


@pytest.mark.parametrize(
    ("heading", "column", "cell", "value"),
    [
        *((text, "id_number", HER, HER) for text in ("证件号码", "身份证件号码", "居民身份证号码", "公民身份证号")),
        *((text, "name", "张三", "张三") for text in ("姓  名", "成员姓名", "户主姓名", "姓名（必填）")),
        *((text, "birth_date", "1950年2月8日", dt.date(1950, 2, 8)) for text in ("出生年月", "出生年月日", "生日")),
        *((text, "actual_place", "文艺社区", "c-1") for text in ("现住址", "居住地址", "现居住地", "社区名称")),
        *((text, "registered_place", "文艺社区", "c-1") for text in ("户口所在地", "户籍地址", "户籍所在地")),
        *((text, "phone", "138", "138") for text in ("手机号码", "联系方式", "电话")),
    ],
)
def test_a_column_is_known_by_the_words_that_offices_use(known, heading, column, cell, value):
    """Usual headings mean their column."""
    found = read(f"人员编号,{heading}\nr-1,{cell}\n", known, "residents")
    assert told(found) == []
    assert said(found)[0][column] == value


@pytest.mark.parametrize("other", ["社区", "手机", "户主姓名"])
def test_a_heading_of_wider_meaning_gives_way(known, other):
    """Where another heading says the column itself, one that may mean it is set aside with a warning."""
    found = read(f"人员编号,{other},姓名,现住地,联系电话\nr-1,c-2,张三,c-1,138\n", known, "residents")
    assert told(found) == [("unknown-heading", "warning", 1, 2)]
    assert (said(found)[0]["name"], said(found)[0]["actual_place"], said(found)[0]["phone"]) == ("张三", "c-1", "138")


def test_the_name_of_the_head_is_no_members_name(known):
    """Where members are listed by their relation, 户主姓名 is not taken for the name of each."""
    found = read(f"户号,户主姓名,与户主关系,身份证号\nh-1,张三,户主,{HIM}\n,,配偶,{HER}\n", known, *LISTS)
    assert told(found) == [("unknown-heading", "warning", 1, 2)]
    assert [each["name"] for each in said(found)] == [None, None]


@pytest.mark.parametrize(
    ("heading", "taken"),
    [
        ("建筑面积（㎡）", True),
        ("建筑面积(平方米)", True),
        ("建筑面积（必填）", True),
        ("建筑面积", True),
        ("建筑面积（亩）", False),
        ("建筑面积（万平方米）", False),
    ],
)
def test_a_unit_in_brackets_is_the_columns_own(known, heading, taken):
    """A heading in another unit is not the column's, and its numbers are not taken for square metres."""
    found = read(f"房屋编号,{heading}\nd-1,89\n", known, "dwellings")
    assert said(found, "dwellings")[0]["area"] == (89 if taken else None)
    assert told(found) == ([] if taken else [("unknown-heading", "warning", 1, 2)])


@pytest.mark.parametrize("heading", ["身份证号（户主）", "联系电话（紧急联系人）"])
def test_a_remark_that_names_somebody_else_is_heeded(known, heading):
    """What is headed as another person's is not registered as the row's own."""
    found = read(f"人员编号,{heading}\nr-1,{HER}\n", known, "residents")
    assert told(found) == [("unknown-heading", "warning", 1, 2)]
    assert set(said(found)[0].values()) == {None}


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2006年5月8日",
            "2006年05月08日",
            "2006年5月8号",
            "2006.5.8",
            "2006. 5. 8",
            "2006/5/8",
            "2006-05-08",
            "20060508",
        ),
        *(
            "二〇〇六年五月八日",
            "二○○六年五月八日",
            "2006年五月八日",
            "２００６．５．８",
            "'2006-05-08",
            "2006-05-08 14:30",
        ),
        *("2006-05-08T00:00:00", "2006/5/8 0:00"),
    ],
)
def test_a_day_is_read_in_each_usual_form(known, written):
    """What can only be one day is that day."""
    found = read(f"人员编号,出生日期\nr-1,{written}\n", known, "residents")
    assert told(found) == []
    assert said(found)[0]["birth_date"] == dt.date(2006, 5, 8)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("一九四九年十二月三十一日", (1949, 12, 31)),
        ("二〇二〇年十月二十日", (2020, 10, 20)),
        ("二零零一年十一月十日", (2001, 11, 10)),
    ],
)
def test_chinese_numerals_have_tens(known, written, day):
    """Months and days above ten are read as they are said."""
    assert said(read(f"人员编号,出生日期\nr-1,{written}\n", known, "residents"))[0]["birth_date"] == dt.date(*day)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "5/8/2006",
            "05-08-06",
            "06.5.8",
            "2006年5月",
            "2006",
            "200605",
            "五月",
            "二〇〇六年十十日",
            "二〇〇六年五月三二日",
        ),
        *(
            "农历二〇〇六年五月初八",
            "2006-02-30",
            "2006-05-08+08:00",
            "2006-05-08T23:00:00Z",
            "2006-05-08 25:00",
            "38845",
        ),
    ],
)
def test_a_day_of_which_there_is_doubt_is_refused(known, written):
    """Which of two numbers is the month, a day without its year, a lunar one, or one of another zone is not guessed."""
    assert told(read(f"人员编号,出生日期\nr-1,{written}\n", known, "residents")) == [("bad-cell", "error", 2, 2)]


def test_a_count_of_days_in_a_text_file_says_what_to_do(known):
    """A text file does not say from which day its spreadsheet counts; the finding says how to save it."""
    (item,) = read("人员编号,出生日期\nr-1,38845\n", known, "residents").findings
    assert "设为日期格式" in item.message.zh


def test_a_number_says_when_its_owner_was_born_and_whether_he_is_a_man(known):
    """What a list leaves to the identity number is taken from it where nothing else is known, and else left."""
    found = read(f"人员编号,身份证号\nr-1,{HER}\nr-2,{HIM}\n", known, "residents")
    assert [(each["birth_date"], each["sex"]) for each in said(found)] == [
        (dt.date(1950, 2, 8), "female"),
        (dt.date(1949, 12, 31), "male"),
    ]
    before = Row(
        ("r-1",), ("张三", HER, dt.date(1950, 2, 9), None, None, None, None, None), dt.date(2020, 1, 1), number=1
    )
    (new,) = [row for row in plan({("r-1",): [before]}, found.asked["residents"][:1]).new if row.holds(DAY)]
    assert new.values[2:4] == (dt.date(1950, 2, 9), "female")


def test_what_a_file_says_goes_before_what_its_number_says(known):
    """A day or sex that is written counts, in whichever line of a key, and one that differs is told of."""
    found = read(f"人员编号,身份证号,出生日期,性别\nr-1,{HER},,\nr-1,,1950-02-09,男\n", known, "residents")
    assert told(found) == []
    assert (said(found)[0]["birth_date"], said(found)[0]["sex"]) == (dt.date(1950, 2, 9), "male")
    found = read(f"人员编号,身份证号,出生日期,性别\nr-1,{HER},（清空）,男\n", known, "residents")
    assert told(found) == [("identity-sex-differs", "warning", 2, 4)]
    assert (said(found)[0]["birth_date"], said(found)[0]["sex"]) == (None, "male")
    assert told(read(f"人员编号,身份证号,性别\nr-1,{HER},女\n", known, "residents")) == []


@pytest.mark.parametrize(
    ("heading", "cell", "column"),
    [
        ("备注", "已迁出", 4),
        ("备注", "2020年死亡", 4),
        ("状态", "（注销）", 4),
        ("迁出日期", "2024-01-01", 4),
        ("是否死亡", "是", 4),
        ("remarks", "moved out", 4),
        ("", "迁出", 4),
    ],
)
def test_a_line_of_somebody_who_is_gone_is_refused(known, heading, cell, column):
    """Who is marked as moved away or dead is not registered as if he lived there, unless the list says until when."""
    text = f"人员编号,姓名,截止日,{heading}\nr-1,张三,{{0}},{cell}\nr-2,李四,,\n"
    found = read(text.format(""), known, "residents")
    assert ("says-gone", "error", 2, column) in told(found)
    assert [one.key for one in found.asked["residents"]] == [("r-2",)]
    assert "says-gone" not in [item.code for item in read(text.format("2025-06-01"), known, "residents").findings]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("备注", "其父已死亡"),
        ("备注", "由外地迁入"),
        ("是否死亡", "否"),
        ("状态", "正常"),
        ("迁出日期", "—"),
        ("迁出日期", ""),
    ],
)
def test_a_remark_about_something_else_is_none(known, heading, cell):
    """Remarks of other matters, and columns that say that nobody left, refuse nobody."""
    found = read(f"人员编号,姓名,{heading}\nr-1,张三,{cell}\n", known, "residents")
    assert told(found) == [("unknown-heading", "warning", 1, 3)]
    assert len(found.asked["residents"]) == 1


def test_a_remark_behind_a_name_is_heeded(known):
    """Brackets behind a name say that somebody is gone too, and no part of a name does."""
    assert told(read("人员编号,姓名\nr-1,张三（已故）\n", known, "residents")) == [("says-gone", "error", 2, 2)]
    assert told(read("人员编号,姓名\nr-1,阿迁出（小名）\n", known, "residents")) == []


def test_lines_that_are_only_counted_are_none(known):
    """Numbers printed beforehand beside empty lines are no rows; a remark alone is told of and stops none."""
    found = read("序号,人员编号,姓名,备注\n1,r-1,张三,\n2,,,\n3,,,\n,,,以上已核\n", known, "residents")
    assert told(found) == [("unknown-heading", "warning", 1, 4), ("note-row", "warning", 5, 4)]
    assert [one.key for one in found.asked["residents"]] == [("r-1",)]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        *(("妻", "spouse"), ("丈夫", "spouse"), ("长子", "son"), ("独生女", "daughter"), ("外孙", "grandchild")),
        *(("母亲", "parent"), ("祖父", "grandparent"), ("妹妹", "sibling"), ("非亲属", "other"), ("本人", "head")),
    ],
)
def test_relations_are_read_as_they_are_written(known, word, code):
    """A word that can only mean one relation of the list is that relation."""
    found = read(f"户号,人员编号,与户主的关系\nh-1,r-1,{word}\n", known, *LISTS)
    assert told(found) == []
    assert said(found, "household_members") == [{"relation": code}]


def test_a_relation_of_another_kind_is_refused(known):
    """Who is related by marriage of a child stands in no list of the library's, and is not guessed into one."""
    assert told(read("户号,人员编号,与户主关系\nh-1,r-1,儿媳\n", known, *LISTS)) == [("unknown-code", "error", 2, 3)]


@pytest.mark.parametrize(("cell", "name"), [("张\n三", "张三"), ("张\n三丰", None), ("张三\n李四", None)])
def test_several_lines_in_a_cell_are_several_values(known, cell, name):
    """Two names in one cell are not one; a break between two signs sets a name wide."""
    found = read(f'人员编号,姓名\nr-1,"{cell}"\n', known, "residents")
    assert told(found) == ([] if name else [("bad-cell", "error", 2, 2)])
    assert [each["name"] for each in said(found)] == ([name] if name else [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_rare_characters_and_any_separator_are_read(known, encoding, separator):
    """Names with characters beyond the common ones are kept as they are, in whatever encoding holds them."""
    text = "人员编号,姓名,现住地,,\r\nr-1,𠮷田,文艺社区,,\r\nr-2,㐂一,,,\r\n,,,,\r\n".replace(",", separator)
    found = read(text.encode(encoding), known, "residents")
    assert told(found) == []
    assert [each["name"] for each in said(found)] == ["𠮷田", "㐂一"]
