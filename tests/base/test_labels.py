"""Labels, citations, findings, ranks, names and errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base import (
    NOWHERE,
    Citation,
    CommunityError,
    Finding,
    Label,
    Origin,
    Rank,
    Refused,
    Standing,
    finding,
    folded,
    is_name,
    label,
)


def test_chinese_may_stand_alone_and_english_may_not():
    """A label with English and no Chinese is refused; Chinese alone answers in both languages."""
    assert Label("听证").text("en") == "听证"
    assert Label("听证", "hearing").text("en") == "hearing"
    assert Label("听证", "hearing").text() == str(label("听证", "hearing")) == "听证"
    with pytest.raises(ValueError, match="needs its Chinese text"):
        Label(en="hearing")


def test_an_empty_label_is_false():
    """A label without text is false, one with text is true."""
    assert not Label()
    assert Label("听证")


def test_a_citation_reads_as_one_line():
    """A citation names document, heading, article and lines, as far as they are given, in either language."""
    cite = Citation("文件", "标题", "21", "L5")
    assert cite.text() == str(cite) == "文件 标题 第21条 L5"
    assert cite.text("en") == "文件 标题 Art. 21 L5"
    assert Citation("文件").text() == "文件"
    several = Citation("法", article="9、10")
    assert (several.text(), several.text("en")) == ("法 第9、10条", "法 Art. 9, 10")
    dated = Citation("法", article="2018 年文本第 6 条")
    assert dated.text() == dated.text("en") == "法 2018 年文本第 6 条"


def test_an_origin_reads_as_file_line_and_column():
    """An origin is written so that an editor can follow it, with the plugin beside it."""
    assert str(Origin("a.yaml", 3, 5)) == "a.yaml:3:5"
    assert str(Origin("a.yaml", 3, 5, "shenhe")) == "a.yaml:3:5 [shenhe]"
    assert str(Origin("a.yaml")) == "a.yaml"
    assert str(NOWHERE) == ""


def test_a_finding_says_what_and_where():
    """A finding gives code, both texts, place and data; its data is no part of its identity."""
    found = finding("unknown-key", "未知的键", "unknown key", Origin("a.yaml", 3, 5, "p"), key="adress", count=2)
    assert (found.file, found.line, found.column, found.plugin) == ("a.yaml", 3, 5, "p")
    assert found.data == (("key", "adress"), ("count", "2"))
    assert str(found) == "a.yaml:3:5 [p]: unknown-key: 未知的键 / unknown key"
    assert found.level == "error"
    assert found == Finding("unknown-key", Label("未知的键", "unknown key"), Origin("a.yaml", 3, 5, "p"))
    moved = found.at(Origin("b.yaml", 1, 1))
    assert moved.file == "b.yaml"
    assert moved.data == found.data
    assert str(finding("x", "甲", "a")) == "x: 甲 / a"


def test_ranks_stand_in_order():
    """The library stands below all, law above all; an unknown rank lists those there are."""
    assert max(Rank) is Rank.LAW
    assert min(Rank) is Rank.LIBRARY
    assert Rank.of("district") is Rank.DISTRICT
    with pytest.raises(ValueError, match="ranks are library, community, district"):
        Rank.of("parish")


def test_proposals_plans_and_aims_do_not_apply_by_themselves():
    """Only what is in force, reported, the library's own or an example applies without adoption by name."""
    assert {item.value for item in Standing if item.applies} == {"in_force", "reported", "library", "example"}


@pytest.mark.parametrize("name", ["a", "elder_age", "shenhe.elder-care", "core.prices.low_cost_share", "a1-b2_c3"])
def test_names_are_dotted_identifiers(name):
    """Lower-case ASCII words joined by points, ``-`` and ``_`` are names."""
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a.", ".a", "a..b", "A", "1a", "a_", "_a", "a__b", "a-_b", "a b", "a\n", "年龄", "é"]
)
def test_what_is_no_name(name):
    """Empty parts, capitals, doubled signs, spaces and other letters make no name."""
    assert not is_name(name)


@given(st.text())
def test_folding_is_done_once(name):
    """Folding a name twice changes nothing more, and no ``-`` is left."""
    assert folded(folded(name)) == folded(name)
    assert "-" not in folded(name)


def test_errors_speak_both_languages():
    """An exception carries its label and findings and prints in both languages."""
    found = finding("x", "甲", "a")
    error = Refused(Label("不能这样做", "cannot be done"), [found])
    assert isinstance(error, CommunityError)
    assert str(error) == "不能这样做 / cannot be done"
    assert error.findings == (found,)
    assert str(CommunityError(Label("不能"))) == "不能"
