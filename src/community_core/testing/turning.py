"""Expressions with one thing changed: a sign or connective turned, a condition negated, a constant moved by one.

A row of conditions, and a list of options after ``in``, also lose each of their members in turn.
"""

from __future__ import annotations

import ast
import copy
import datetime as dt
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from community_core.base.findings import Finding, Origin
from community_core.base.money import Money
from community_core.rules.terms import Expression
from community_core.rules.text import Syntax, parse

_TURNED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_PERIODS: Final = {"day": "days", "workday": "workdays", "month": "months"}
_LONG: Final = 60


@frozen
class Turn:
    """A changed expression: its whole text, what was changed, and where that stands."""

    text: str
    change: str
    origin: Origin


def turned(expression: Expression, *, condition: bool = False, unit: str = "") -> Iterator[Turn]:
    """Yield every changed form of *expression*; nothing where it cannot be parsed.

    A *condition* is also negated whole. With *unit* (``day``, ``workday``, ``month``) a period is also lengthened by
    one.
    """
    syntax = parse(expression)
    if isinstance(syntax, Finding):
        return
    for node, new in _variants(syntax.tree, condition=condition):
        yield _turn(syntax, node, new)
    if unit in _PERIODS:
        longer = f"{syntax.canonical()} + {_PERIODS[unit]}(1)"
        yield Turn(longer, f"{syntax.canonical()} → {longer}", expression.origin)


def _turn(syntax: Syntax, node: ast.expr, new: _New) -> Turn:
    return Turn(ast.unparse(new.whole), _told(node, new.part), syntax.origin(node))


def _told(node: ast.expr, part: ast.expr) -> str:
    """Return what was changed: of a long row of conditions only what is new."""
    before, after = ast.unparse(node), ast.unparse(part)
    if isinstance(node, ast.BoolOp) and len(before) > _LONG:
        if isinstance(part, ast.BoolOp) and type(part.op) is not type(node.op):
            return f"{type(node.op).__name__} → {type(part.op).__name__}".lower()
        left = part.values if isinstance(part, ast.BoolOp) else [part]
        dropped = [each for each in node.values if not any(each is other for other in left)]
        if len(dropped) == 1:
            return f"without {ast.unparse(dropped[0])}"
        return "negated"
    return f"{before} → {after}"


@frozen
class _New:
    """The changed part, and the whole expression with it."""

    part: ast.expr
    whole: ast.expr


def _variants(node: ast.expr, *, condition: bool) -> Iterator[tuple[ast.expr, _New]]:
    """Yield each part of *node* that can be changed, with the changed part and the whole."""
    for own in _own(node, condition=condition):
        yield node, _New(own, own)
    for name, value in ast.iter_fields(node):
        truth = isinstance(node, ast.BoolOp) or (isinstance(node, ast.IfExp) and name == "test")
        if isinstance(value, ast.expr):
            for part, new in _variants(value, condition=truth):
                yield part, _New(new.part, _with(node, name, new.whole))
        elif isinstance(value, list):
            for index, member in enumerate(value):
                if isinstance(member, ast.expr):
                    for part, new in _variants(member, condition=truth):
                        changed = [*value[:index], new.whole, *value[index + 1 :]]
                        yield part, _New(new.part, _with(node, name, changed))


def _with(node: ast.expr, name: str, value: object) -> ast.expr:
    new = copy.copy(node)
    setattr(new, name, value)
    return new


def _own(node: ast.expr, *, condition: bool) -> Iterator[ast.expr]:
    """Yield what the node itself can be turned into."""
    plain = False
    if isinstance(node, ast.Compare):
        for index, sign in enumerate(node.ops):
            other = _TURNED.get(type(sign))
            if other is not None:
                yield _with(node, "ops", [*node.ops[:index], other(), *node.ops[index + 1 :]])
        for index, right in enumerate(node.comparators):
            for fewer in _fewer(right):
                yield _with(node, "comparators", [*node.comparators[:index], fewer, *node.comparators[index + 1 :]])
        # A single `==`, `!=`, `in` or `not in` is negated by turning it.
        plain = len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn))
    elif isinstance(node, ast.BoolOp):
        yield _with(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield rest[0] if len(rest) == 1 else _with(node, "values", rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        plain = True
        yield node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield _with(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    elif isinstance(node, ast.Call):
        yield from _constant(node)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield from (ast.Constant(node.value + step) for step in (-1, 1))
    if condition and not plain:
        yield ast.UnaryOp(ast.Not(), node)


def _fewer(options: ast.expr) -> Iterator[ast.expr]:
    if isinstance(options, ast.Tuple) and len(options.elts) > 1:
        for index in range(len(options.elts)):
            yield _with(options, "elts", [*options.elts[:index], *options.elts[index + 1 :]])


def _constant(node: ast.Call) -> Iterator[ast.expr]:
    """Yield an amount one fen away, or the day before and after."""
    word = node.func.id if isinstance(node.func, ast.Name) else ""
    first = node.args[0] if len(node.args) == 1 else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return
    try:
        if word == "yuan":
            fen = Money.yuan(first.value).fen
            moved = [str(Money(fen + step)) for step in (-1, 1)]
        elif word == "date":
            day = dt.date.fromisoformat(first.value)
            moved = [str(day + dt.timedelta(days=step)) for step in (-1, 1)]
        else:
            return
    except ValueError:
        return
    yield from (_with(node, "args", [ast.Constant(text)]) for text in moved)
