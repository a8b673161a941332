"""A file that is no YAML is told with what was most likely meant, and not in the parser's words alone."""

import errno

import pytest

from community_core.base.files import file_trouble
from community_core.rulebook import read_text

GOOD = """practice: my.rules
title: {zh: 收费, en: Fees}
standing: example
decisions:
  fee:
    rows:
      - when: bags <= 2
        then: free
"""


@pytest.mark.parametrize(
    ("right", "wrong", "zh", "en"),
    [
        ("title: {", "title： {", "“title”后面的冒号是全角的", "after 'title' is full-width"),
        ("standing: e", "standing：e", "“standing”后面的冒号是全角的", "after 'standing' is full-width"),
        ("fee:", "fee：", "“fee”后面的冒号是全角的", "after 'fee' is full-width"),
        ("收费, en", "收费，en", "“en”前面的逗号是全角的", "before 'en' is full-width"),
        ("when: b", "when:b", "“when:”后面要空一格", "a space is missing after 'when:'"),
        ("    rows", "\trows", "不用制表符", "tabs are not allowed"),
        ("  fee", "   fee", "缩进没有对齐", "indentation is uneven"),
        ("Fees}", "Fees", "花括号或方括号没有成对", "is not closed"),
        ("en: Fees}", "en: 'Fees}", "引号没有成对", "quotation mark is not closed"),
        ("en: Fees}", 'en: "Fees\\d"}', "请改用单引号", "use single quotes"),
        ("{zh: 收费, en: Fees}", "@fees", "请加引号", "quote it"),
        ("bags <= 2", "bags: 2", "多了一个冒号", "a colon too many"),
    ],
)
def test_what_was_meant_is_said(right, wrong, zh, en):
    """Each common slip gives one finding of the syntax, whose message says what to do in both languages."""
    assert right in GOOD
    text = GOOD.replace(right, wrong) if right != "  fee" else GOOD.replace("  fee", "   fee") + "  other: 1\n"
    (found,) = [each for each in read_text(text, "a.yaml").findings if each.code == "yaml-syntax"]
    assert zh in found.message.zh
    assert en in found.message.en


def test_what_has_no_likely_cause_still_says_what_to_do():
    """Words of the parser that nothing is known about come with a general advice."""
    from community_core.rulebook.mistakes import likely

    assert likely("", 0, "odd").zh == "请对照上下行改正"
    assert likely("a\n", 2, "odd").en


@pytest.mark.parametrize(("name", "meant"), [("integer", "int"), ("String", "text"), ("boolean", "bool")])
def test_types_of_other_languages_are_known(name, meant):
    """A type named as elsewhere is refused with its name here."""
    text = GOOD + f"facts:\n  bags: {{of: household, type: {name}, zh: 袋数}}\n"
    assert any(each.code == "unknown-type" and meant in each.message.en for each in read_text(text).findings)


def test_trouble_with_files_is_said_in_words():
    """A known error of the system is said in both languages, another in the system's words."""
    assert file_trouble(FileNotFoundError(errno.ENOENT, "No such file")).zh.startswith("没有这个文件")
    assert file_trouble(ValueError("embedded null byte")).zh == "embedded null byte"
