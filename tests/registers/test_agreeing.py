"""Lines that cannot be true at once are found, and named with row and column."""

import datetime as dt
import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.registers.belonging import Membership, meeting, share_a_day
from community_core.registers.intake import take_in
from community_core.registers.known import register_of
from community_core.registers.rows import Row

_spec = importlib.util.spec_from_file_location("register_files", Path(__file__).with_name("conftest.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

DAY = dt.date(2025, 5, 1)
NUMBER, OTHER = files.identity("19500208"), files.identity("19491231")


def read(text, known, *names):
    return take_in(text.encode(), [register_of(name) for name in names], known, day=DAY, file="list.csv")


def told(intake):
    return [(item.code, item.line, item.column) for item in intake.findings]


def test_one_number_is_one_person(known):
    """Two ids with one identity number are refused, in one file and against the register; one person twice is not."""
    head = "人员编号,姓名,身份证号\n"
    twice = read(f"{head}r-1,张三,{NUMBER}\nr-2,李四,{NUMBER}\nr-3,王五,{OTHER}\n", known, "residents")
    assert told(twice) == [("identity-number-taken", 2, 3), ("identity-number-taken", 3, 3)]
    assert [one.key for one in twice.asked["residents"]] == [("r-3",)]
    assert told(read(f"{head}r-1,张三,{NUMBER}\nr-1,,{NUMBER}\n", known, "residents")) == []
    known.numbers = {NUMBER: "r-9"}
    assert told(read(f"{head}r-1,张三,{NUMBER}\n", known, "residents")) == [("identity-number-taken", 2, 3)]
    assert told(read(f"{head}r-9,张三,{NUMBER}\n", known, "residents")) == []


@pytest.mark.parametrize("now", [OTHER, "（清空）"])
def test_a_number_that_was_somebody_elses_goes_over_with_the_same_file(known, now):
    """Who had a number by mistake and gets another one, or none, by the same file leaves it to its owner."""
    known.numbers = {NUMBER: "r-9"}
    assert told(read(f"人员编号,身份证号\nr-1,{NUMBER}\nr-9,{now}\n", known, "residents")) == []


def test_lines_of_one_key_are_one_row_where_none_contradicts(known):
    """What only one of several lines of a key says is said of it, wherever that line stands."""
    found = read(
        "户号,户籍地,人员编号,姓名,联系电话\nh-1,c-1,r-1,张三,\nh-1,,r-2,李四,\nh-2,c-2,r-3,王五,\nh-1,,r-1,,138\n",
        known,
        *("households", "residents"),
    )
    assert told(found) == []
    assert [(one.key, one.values[0]) for one in found.asked["households"]] == [(("h-1",), "c-1"), (("h-2",), "c-2")]
    people = {one.key: (one.values[0], one.values[7]) for one in found.asked["residents"]}
    assert people == {("r-1",): ("张三", "138"), ("r-2",): ("李四", None), ("r-3",): ("王五", None)}


def test_neither_of_two_lines_is_guessed_and_who_refers_to_them_falls_too(known):
    """Both lines of a key that contradict each other are refused, and so is whoever refers to it."""
    found = read("户号,户籍地,人员编号\nh-1,c-1,r-1\nh-1,c-2,r-2\n", known, "households", "residents")
    assert told(found) == [("repeated-key", 2, 2), ("repeated-key", 3, 2)]
    assert not any(found.asked.values())
    text = "房屋编号,楼栋,所有人编号\nd-1,c-1,o-1\nd-1,c-2,o-2\n"
    both = read(text, known, "dwellings", "owners")
    assert not any(both.asked.values())


@pytest.mark.parametrize("name", ["system", "zhang\nsan", "zhang　san", "zhang\u00a0san"])
def test_an_id_that_nobody_can_tell_apart_is_refused(known, name):
    """Whoever is appointed by a file is named by the rule of whoever acts; spaces of no width count for nothing."""
    head = "任职人,职务,任职地方\n"
    found = read(f'{head}"{name}",clerk,c-1\np-1,clerk,c-1\n', known, "appointments")
    assert [(item.code, item.column) for item in found.findings] == [("no-name", 1)]
    assert [one.key[0] for one in found.asked["appointments"]] == ["p-1"]
    copied = read(f"{head}p-1\u200b,clerk\ufeff,c-1\n", known, "appointments")
    assert [one.key for one in copied.asked["appointments"]] == [("p-1", "clerk", "c-1")]
    place = read("地方编号,名称\nsystem,甲\n", known, "places")
    assert place.findings == ()


def test_of_three_lines_none_stands_for_agreeing_with_another(known):
    """Where two lines of three agree, they are no more right than the third; one that says nothing contradicts none."""
    text = "人员编号,姓名,联系电话\nr-1,张三,\nr-1,张三,1\nr-1,李四,\nr-1,,1\n"
    found = read(text, known, "residents")
    assert told(found) == [("repeated-key", line, 2) for line in (2, 3, 4)]
    assert "第4行" in found.findings[0].message.zh
    assert "第2行" in found.findings[2].message.zh
    assert [one.values[7] for one in found.asked["residents"]] == ["1"]


def test_nobody_belongs_to_two_registered_households_on_a_day(known):
    """A member of one registered household is refused as that of another, unless the days do not meet."""
    known.keys |= {"households": {"h-1": "h-1", "h-2": "h-2"}, "residents": {"r-1": "r-1"}}
    head = "户号,人员编号,生效日,截止日\n"
    text = f"{head}h-1,r-1,2020-01-01,\nh-2,r-1,2024-01-01,\n"
    assert told(read(text, known, "household_members")) == [("member-elsewhere", 2, 1), ("member-elsewhere", 3, 1)]
    text = f"{head}h-1,r-1,2020-01-01,2024-01-01\nh-2,r-1,2024-01-01,\n"
    assert told(read(text, known, "household_members")) == []
    known.members = {"r-1": [Membership("h-1", dt.date(2020, 1, 1))]}
    assert told(read(f"{head}h-2,r-1,,\n", known, "household_members")) == [("member-elsewhere", 2, 1)]
    assert told(read(f"{head}h-1,r-1,,\n", known, "household_members")) == []
    assert told(read(text, known, "household_members")) == []
    known.members = {"r-1": [Membership("h-1", dt.date(2020, 1, 1), DAY)]}
    assert told(read(f"{head}h-2,r-1,,\n", known, "household_members")) == []


SPANS = st.builds(
    lambda household, since, length: Membership(
        household, DAY + dt.timedelta(since), None if length is None else DAY + dt.timedelta(since + length)
    ),
    st.sampled_from("abc"),
    st.integers(0, 12),
    st.none() | st.integers(1, 12),
)


@given(st.lists(SPANS, max_size=12))
def test_who_shares_a_day_is_found_in_one_passage(spans):
    """Just those spans are found that share a day with one of another household, each with one of these."""
    found = dict(meeting(list(enumerate(spans))))
    pairs = [(one, other) for one in range(len(spans)) for other in range(len(spans))]
    shared = {pair for pair in pairs if share_a_day(spans[pair[0]], spans[pair[1]])}
    assert set(found) == {one for one, _ in shared}
    assert set(found.items()) <= shared


@pytest.mark.parametrize(
    ("head", "line", "registers"),
    [
        ("户号,人员编号", "h-{0},r-1", ("households", "residents", "household_members")),
        ("人员编号,身份证号", f"r-{{0}},{NUMBER}", ("residents",)),
        ("房屋编号,所有人编号,份额,生效日", "d-1,o-{0},1/2,{1}", ("owners",)),
        ("地方编号,上级地方", "p-{0},p-{0}x", ("places",)),
    ],
)
def test_a_column_that_was_copied_down_is_refused_in_good_time(known, head, line, registers):
    """Three thousand lines that all stand against each other are each told of with one other, and not in pairs."""
    known.keys |= {"dwellings": {"d-1": "d-1"}}
    lines = "".join(f"{line.format(at, DAY + dt.timedelta(at))}\n" for at in range(3000))
    found = read(f"{head}\n{lines}", known, *registers)
    assert found.refused >= 2998
    assert len(found.bad) <= 2 * 3000


def test_a_household_has_one_head(known):
    """Two heads of one household on one day are both refused; one after the other, or of two households, they stand."""
    head = "户号,人员编号,与户主关系,生效日,截止日\n"
    registers = ("households", "residents", "household_members")
    both = read(f"{head}h-1,r-1,户主,,\n,r-2,户主,,\n,r-3,其他,,\n", known, *registers)
    assert told(both) == [("several-heads", 2, 3), ("several-heads", 3, 3)]
    assert [one.key for one in both.asked["household_members"]] == [("h-1", "r-3")]
    after = f"{head}h-1,r-1,户主,2020-01-01,2024-01-01\nh-1,r-2,户主,2024-01-01,\nh-2,r-3,户主,,\n"
    assert told(read(after, known, *registers)) == []


@pytest.mark.parametrize(
    ("relation", "born", "likely"),
    [
        ("子", "1949-12-31", False),
        ("女", "1950-02-08", False),
        ("子", "1980-01-01", True),
        ("子", "", True),
        ("父母", "1950-02-09", False),
        ("父母", "1920-01-01", True),
        ("配偶", "1990-01-01", True),
    ],
)
def test_a_child_older_than_the_head_is_told_of_and_taken(known, relation, born, likely):
    """Days of birth that do not go with the relation to the head are a warning; the line is registered."""
    text = f"户号,人员编号,与户主关系,出生日期\nh-1,r-1,户主,1950-02-08\n,r-2,{relation},{born}\n"
    found = read(text, known, "households", "residents", "household_members")
    assert [(item.code, item.level, item.line, item.column) for item in found.findings] == (
        [] if likely else [("ages-unlikely", "warning", 3, 3)]
    )
    assert len(found.asked["residents"]) == 2


def test_no_place_lies_in_itself(known):
    """A place that lies in itself, at once or through others of the file or the register, is refused."""
    head = "地方编号,上级地方\n"
    known.keys["places"] |= {"d-1": "d-1"}
    known.parents = {"c-1": "d-1"}
    assert told(read(f"{head}x,x\n", known, "places")) == [("place-in-itself", 2, 2)]
    assert told(read(f"{head}d-1,c-1\n", known, "places")) == [("place-in-itself", 2, 2)]
    assert told(read(f"{head}x,y\ny,c-1\n", known, "places")) == []
    # who lies in a circle has none of its own, and falls with it
    found = read(f"{head}z,x\nx,y\ny,x\n", known, "places")
    assert told(found) == [("unknown-reference", 2, 2), ("place-in-itself", 3, 2), ("place-in-itself", 4, 2)]


def held(number, owner, share, since, until=None):
    return Row(("d-1", owner), (None if share is None else Fraction(share),), since, until, number=number)


def test_the_shares_of_a_dwelling_are_no_more_than_the_whole(known):
    """Shares that come to more than the whole on any day, in the file or with those registered, are refused."""
    known.keys["dwellings"] = {"d-1": "d-1", "d-2": "d-2"}
    head = "房屋编号,业主编号,份额,生效日,截止日\n"

    def codes(text):
        return told(read(head + text, known, "owners"))

    assert codes("d-1,o-1,1/2\nd-1,o-2,1/2\nd-2,o-1,100%\n") == []
    assert codes("d-1,o-1,1/2\nd-1,o-2,60%\nd-2,o-1,100%\n") == [
        ("shares-exceed-whole", 2, 3),
        ("shares-exceed-whole", 3, 3),
    ]
    assert codes("d-1,o-1,1/2\nd-1,o-2,\nd-1,o-3,1/2\n") == []
    assert codes("d-1,o-1,1,2020-01-01,2024-01-01\nd-1,o-2,1,2024-01-01,\n") == []
    assert codes("d-1,o-1,1,2020-01-01,2024-01-02\nd-1,o-2,1,2024-01-01,\n")[0][0] == "shares-exceed-whole"
    known.owners = {"d-1": [held(1, "o-1", "1/2", dt.date(2020, 1, 1)), held(2, "o-2", "1/2", dt.date(2020, 1, 1))]}
    assert codes("d-1,o-1,50%\n") == []
    assert codes("d-1,o-1,60%\n") == [("shares-exceed-whole", 2, 3)]
    assert codes("d-1,o-1,60%\nd-1,o-2,40%\n") == []
    assert codes("d-1,o-3,10%\n") == [("shares-exceed-whole", 2, 3)]
    (item,) = read(f"{head}d-1,o-3,10%\n", known, "owners").findings
    assert "2025-05-01 起各所有人的份额合计 110%" in item.message.zh
    known.owners = {"d-1": [held(1, "o-1", "1", dt.date(2020, 1, 1), DAY), held(2, "o-2", None, DAY)]}
    assert codes("d-1,o-3,100%\n") == []
