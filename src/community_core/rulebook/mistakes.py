"""What was most likely meant where a file is no YAML: the parser's own words say where, and seldom what to do."""

from __future__ import annotations

import re
from typing import Final

from community_core.base.labels import Label

_WIDE_COLON: Final = re.compile(r"(?:^|[{,\s])[\"']?([A-Za-z_][\w.-]*|[\u4e00-\u9fff]{1,8})[\"']?：(?![^{]*[\"'])")
_WIDE_COMMA: Final = re.compile(r"，\s*([A-Za-z_][\w.-]*)\s*[:：]")
_NO_SPACE: Final = re.compile(r"^\s*(?:- )?([A-Za-z_][\w-]*):(?=[^\s/:])")
_TAB: Final = re.compile(r"^ *\t")
#: A space that YAML does not indent by: full-width (U+3000), or one that does not break (U+00A0).
_WIDE_SPACE: Final = re.compile(r"^ *[\u3000\u00a0]")
_WIDE_BRACKET: Final = re.compile(r"(?:^|[:\-,]\s*)([｛｝［］])|([｛｝［］])\s*$")

#: Signs in the parser's words, and what they come from; the first that fits is taken.
_WORDS: Final = (
    (
        "escape",
        Label(
            "双引号里的 \\ 有特别的意思；请改用单引号",
            "a \\ in double quotes has a meaning of its own; use single quotes",
        ),
    ),
    (
        "quoted scalar",
        Label("引号没有成对；请补上或删去", "a quotation mark is not closed; close or delete it"),
    ),
    (
        "flow",
        Label(
            "花括号或方括号没有成对，或少了逗号；文本里有逗号、冒号或括号的，请加引号",
            "a brace or bracket is not closed, or a comma is missing; quote a text that holds commas, colons or braces",
        ),
    ),
    (
        "mapping values",
        Label(
            "这一行多了一个冒号，或缩进没有对齐；文本里有冒号的，请加引号",
            "the line has a colon too many, or is not indented like its neighbours; quote a text that holds a colon",
        ),
    ),
    ("expected ':'", Label("这里缺少冒号和空格", "a colon and a space are missing here")),
    (
        "cannot start",
        Label("文本不能以这个符号开头；请加引号", "a text cannot begin with this sign; quote it"),
    ),
    (
        "block",
        Label(
            "缩进没有对齐：同一层的键从同一列开始，用空格缩进",
            "the indentation is uneven: keys of one level begin in one column, indented by spaces",
        ),
    ),
)
_OTHERWISE: Final = Label("请对照上下行改正", "compare it with the lines around it")


def likely(text: str, index: int, said: str) -> Label:
    """Return what to do about *said*, the parser's words, where it stopped at *index* of *text*."""
    before = text[:index].splitlines()
    here = len(before) - (0 if index and text[index - 1] == "\n" else 1)
    lines = text.splitlines()
    # The parser notices a key without its colon only on the line below.
    around = [lines[at] for at in (here, here - 1) if 0 <= at < len(lines)]
    for line in around:
        if _TAB.match(line):
            return Label("缩进请用空格，不用制表符（Tab）", "indent with spaces; tabs are not allowed")
        if _WIDE_SPACE.match(line):
            return Label(
                "这一行用全角空格或不换行空格缩进；请改成半角空格",
                "the line is indented by full-width or no-break spaces; use ASCII spaces",
            )
        bracket = _WIDE_BRACKET.search(line)
        if bracket is not None:
            sign = bracket[1] or bracket[2]
            return Label(
                f"“{sign}”是全角的；请写半角的括号", f"{sign!r} is full-width; write ASCII braces and brackets"
            )
        wide = _WIDE_COLON.search(line)
        if wide is not None:
            return Label(
                f"“{wide[1]}”后面的冒号是全角的；请写半角冒号和一个空格",
                f"the colon after {wide[1]!r} is full-width; write an ASCII colon and a space",
            )
        comma = _WIDE_COMMA.search(line)
        if comma is not None:
            return Label(
                f"“{comma[1]}”前面的逗号是全角的；请写半角逗号",
                f"the comma before {comma[1]!r} is full-width; write an ASCII comma",
            )
        tight = _NO_SPACE.match(line)
        if tight is not None:
            return Label(f"“{tight[1]}:”后面要空一格", f"a space is missing after '{tight[1]}:'")
    return next((meant for words, meant in _WORDS if words in said), _OTHERWISE)
