"""From the text of an expression to Python's syntax tree, Chinese words included; names are not resolved here."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from keyword import iskeyword
from typing import Final

from attrs import frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.rules.terms import Expression

_SIGNS = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "＞": ">",
    "＜": "<",
    "＝＝": "==",
    "＝": "==",
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
    "，": ",",
    "、": ",",
    "＋": "+",
    "－": "-",
    "×": "*",
    "＊": "*",
    "．": ".",
    "\u3000": " ",
}
_WORDS = {
    "且": "and",
    "并且": "and",
    "或": "or",
    "或者": "or",
    "非": "not",
    "不是": "!=",
    "等于": "==",
    "不等于": "!=",
    "属于": "in",
    "不属于": "not in",
    "大于": ">",
    "小于": "<",
    **dict.fromkeys(("大于等于", "不小于", "不少于", "不低于"), ">="),
    **dict.fromkeys(("小于等于", "不大于", "不多于", "不超过", "不高于"), "<="),
    "真": "true",
    "假": "false",
}
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"""|(?P<sign>＝＝|[≥≤≠＞＜＝（）［］，、＋－×＊．\u3000])"""
    r"""|(?P<word>[^\W\d]\w*)"""
    r"""|(?P<number>[0-9０-９]+)"""
    r"""|(?P<space>\s+)""",
    re.VERBOSE,
)
_LONGEST = 4000
#: How many forms may stand inside one another: what walks a tree goes as deep, in any host's stack.
_DEEPEST = 64
#: How many texts are remembered as they were read; every district here has fewer.
_KEPT = 16384


@frozen
class Syntax:
    """A parsed expression: the normalised text, its syntax tree, and the source position of each of its characters."""

    expression: Expression
    text: str
    tree: ast.expr
    positions: tuple[int, ...]

    def origin(self, node: ast.AST) -> Origin:
        """Return where *node* stands in the rulebook."""
        offset = getattr(node, "col_offset", 0)
        index = len(self.text.encode()[:offset].decode(errors="ignore"))
        return place(self.expression, self.positions[min(index, len(self.positions) - 1)])

    def canonical(self) -> str:
        """Return the text in its canonical spelling; labels used as names stay as they are."""
        return ast.unparse(self.tree)


def place(expression: Expression, index: int) -> Origin:
    """Return the origin of character *index* (from 0) of an expression's text."""
    start = expression.origin
    if expression.places:
        line, column = expression.places[min(index, len(expression.places) - 1)]
        return Origin(start.file, line, column, start.plugin)
    if not start.line:
        return start
    return Origin(start.file, start.line, start.column + index, start.plugin)


def normalised(text: str) -> tuple[str, tuple[int, ...]]:
    """Return *text* with Chinese signs and words as Python writes them, and each character's source position."""
    pieces: list[str] = []
    positions: list[int] = []

    def put(piece: str, start: int, width: int) -> None:
        pieces.append(piece)
        positions.extend(min(start + i, start + width - 1) for i in range(len(piece)))

    index = 0
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            put(text[index], index, 1)
            index += 1
            continue
        token = match[0]
        if match["sign"]:
            token = _SIGNS[token]
        elif match["word"]:
            token = _WORDS.get(token, token)
        elif match["number"]:
            token = "".join(str(int(digit)) for digit in token)
        elif match["space"]:
            token = " " * len(token)
        put(token, index, len(match[0]))
        index = match.end()
    return "".join(pieces), (*positions, len(text))


def parse(expression: Expression) -> Syntax | Finding:
    """Parse *expression*; a finding with line and column where it is no expression."""
    if len(expression.text) > _LONGEST:
        return finding(
            "expression-too-long",
            f"表达式超过 {_LONGEST} 个字符，请拆成几个判定",
            f"an expression is at most {_LONGEST} characters; split it into decisions",
            expression.origin,
        )
    stripped, positions = _stripped(expression.text)
    if not stripped.strip():
        return finding("empty-expression", "表达式是空的", "the expression is empty", expression.origin)
    try:
        tree, deep = _tree(stripped)
    except (RecursionError, MemoryError):
        return _too_deep(expression)
    except (SyntaxError, ValueError) as error:
        if "nested" in str(error):
            return _too_deep(expression)
        # An expression that breaks off has its fault at the end, for which Python names no column.
        column = (getattr(error, "offset", None) or len(stripped) + 1) - 1
        hint = _meant(expression.text)
        return finding(
            "expression-syntax",
            f"表达式写法有误：{expression.text.strip()!r}{hint.zh}",
            f"this is no expression: {expression.text.strip()!r} ({getattr(error, 'msg', error)}){hint.en}",
            place(expression, positions[max(0, min(column, len(positions) - 1))]),
        )
    if deep:
        return _too_deep(expression)
    return Syntax(expression, stripped, tree, positions)


# Composing a district reads each expression several times, and so does every change of one rule that a check tries.
@lru_cache(maxsize=_KEPT)
def _stripped(text: str) -> tuple[str, tuple[int, ...]]:
    normal, positions = normalised(text)
    stripped = normal.lstrip()
    return stripped, positions[len(normal) - len(stripped) :]


@lru_cache(maxsize=_KEPT)
def _tree(text: str) -> tuple[ast.expr, bool]:
    """Return the syntax tree of *text*, which nobody who has it changes, and whether it is too deep."""
    tree = ast.parse(text, mode="eval").body
    return tree, _deeper(tree, _DEEPEST)


#: The words of Python's that are words of the language too; any other is a name of somebody's.
_OWN: Final = frozenset({"and", "or", "not", "in", "is", "if", "else", "for"})
#: What people write who know other languages, or whose keyboard helps, and what it is called here.
_HABITS: Final = (
    (re.compile(r"=<|=>"), Label("；请写 <= 或 >=", "; write <= or >=")),
    (re.compile(r"&&|\|\|"), Label("；请写 and（且）、or（或）", "; write and, or")),
    (re.compile(r"[‘’“”]"), Label("；引号请用半角的 '", "; write the ASCII quote '")),
    (re.compile(r"[￥¥]"), Label("；金额请写 yuan('12.50')", "; write money as yuan('12.50')")),
    (re.compile(r"(?<![<>=!])=(?!=)"), Label("；相等请写 ==", "; write == for equality")),
    (re.compile(r"<>"), Label("；不等请写 !=", "; write != for inequality")),
    (re.compile(r"[0-9]\s*[%％]"), Label("；比例请写 pct(60)", "; write a share as pct(60)")),
    (
        re.compile(r"\b[0-9]{4}[-/.][0-9]"),
        Label("；日期请写 date('2006-05-01')", "; write a day as date('2006-05-01')"),
    ),
    (re.compile(r"\b0[0-9]"), Label("；整数前面不写 0", "; a whole number begins with no 0")),
    (re.compile(r"[。；;]"), Label("；条件之间请写 and（且）或 or（或）", "; join conditions by and, or")),
    (re.compile(r"[0-9]\s*[\u4e00-\u9fff]"), Label("；数后面不写单位", "; no unit stands behind a number")),
    (
        re.compile(r"[\u00a0\u200b-\u200f\u2028-\u202e\u2060\ufeff]"),
        Label("；里面有看不见的字符，请删去", "; it holds an invisible character, delete it"),
    ),
)
_OTHERWISE: Final = Label(
    "；词与词之间空一格，写法见《规则的语言》",
    "; part words by spaces, and see The language of rules for what can be written",
)


def _meant(text: str) -> Label:
    kept = next((word for word in re.findall(r"\b[a-z]+\b", text) if iskeyword(word) and word not in _OWN), "")
    if kept:
        return Label(f"；名称 {kept} 在表达式里请写 {kept}_", f"; write the name {kept} as {kept}_ here")
    return next((label for habit, label in _HABITS if habit.search(text)), _OTHERWISE)


def _deeper(tree: ast.expr, levels: int) -> bool:
    """Whether more than so many forms stand inside one another; no recursion tells."""
    layer: list[ast.AST] = [tree]
    for _ in range(levels):
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
        if not layer:
            return False
    return any(isinstance(node, ast.expr) for node in layer)


def _too_deep(expression: Expression) -> Finding:
    return finding(
        "expression-too-deep",
        f"表达式嵌套过深（超过 {_DEEPEST} 层），请拆成几个判定",
        f"the expression is nested too deeply (more than {_DEEPEST} levels); split it into decisions",
        expression.origin,
    )


def canonical_text(text: str) -> str:
    """Return the canonical spelling of an expression's text, or the text itself where it does not parse."""
    syntax = parse(Expression(text))
    return syntax.canonical() if isinstance(syntax, Syntax) else text
