"""Typed trees as column expressions in Kleene's logic; what has no exact column form is left to scalar functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from attrs import define, evolve, field

from community_core.roll import cell as c
from community_core.roll.cell import Cell, NotInColumns
from community_core.roll.extras import nw
from community_core.roll.words import FIRST_DAY, LAST_DAY, WORDS
from community_core.rules import nodes as n
from community_core.rules.types import Kind
from community_core.rules.vocabulary import inner

_LONGEST_TABLE = 64
_NUMBERS = (Kind.INT, Kind.MONEY)
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@define
class Columns:
    """Turns trees into expressions over one table.

    *facts* gives the cell of each fact that the table has, *parts* that of each output of a decision which is staged
    as a column; a fact or part that is missing is unknown in every row. *day* is the day of the question.
    """

    facts: Mapping[str, Cell]
    day: dt.date
    parts: Mapping[tuple[str, str], Cell] = field(factory=dict)
    _done: dict[n.Node, Cell] = field(factory=dict, init=False)

    def cell(self, node: n.Node) -> Cell:
        """Return the column form of *node*.

        Raises:
            NotInColumns: if it has none that is exact for every row of the table.
        """
        found = self._done.get(node)
        if found is None:
            found = self._done[node] = self._cell(node)
        return found

    def _cell(self, node: n.Node) -> Cell:
        made = _FORMS.get(type(node))
        if made is None:
            raise NotInColumns(type(node).__name__)
        return made(self, node)

    def day_of(self, node: n.Node) -> dt.date | None:
        """Return the day that *node* is in every row, or ``None``."""
        if isinstance(node, n.DayRef):
            return self.day
        return node.value if isinstance(node, n.Const) and isinstance(node.value, dt.date) else None


# -- leaves ------------------------------------------------------------------------------------------------------------


def constant(kind: Kind, value: Any) -> Cell:
    """Return the cell of an inner value (money as fen) of *kind*."""
    if value is None:
        return c.unknown(kind)
    if isinstance(value, Fraction):
        return c.as_kind(kind, c.fraction(c.whole(value.numerator), c.whole(value.denominator)))
    if kind in _NUMBERS:
        return c.as_kind(kind, c.whole(value))
    if kind is Kind.BOOL:
        return Cell(kind, nw.lit(value, nw.Boolean()), nullable=False)
    if kind is Kind.DATE:
        number = c.days_since_epoch(value)
        return Cell(kind, nw.lit(value, nw.Date()), number, number, nullable=False)
    if kind in (Kind.ENUM, Kind.TEXT):
        return Cell(kind, nw.lit(value, nw.String()), nullable=False)
    raise NotInColumns("a constant list")


def _const(_: Columns, node: n.Const) -> Cell:
    return constant(node.type.kind, inner(node.type, node.value))


def _unknown(_: Columns, node: n.Unknown) -> Cell:
    return c.unknown(node.type.kind)


def _fact(at: Columns, node: n.FactRef) -> Cell:
    found = at.facts.get(node.name)
    return found if found is not None else c.unknown(node.type.kind)


def _part(at: Columns, node: n.DecisionRef) -> Cell:
    found = at.parts.get((node.term, node.output))
    if found is None:
        raise NotInColumns("a decision that is not staged")
    return found


def _day(at: Columns, node: n.DayRef) -> Cell:
    return constant(node.type.kind, at.day)


def _derived(at: Columns, node: n.Derived) -> Cell:
    given = at.facts.get(node.name)
    if given is None:
        return at.cell(node.node)
    if not given.nullable:
        return given
    computed = at.cell(node.node)
    if given.over is not None or computed.over is not None:
        raise NotInColumns("a derived share beside given ones")
    given, computed = _plain(given), _plain(computed)
    return Cell(
        given.kind,
        nw.coalesce(given.expr, computed.expr),
        min(given.low, computed.low),
        max(given.high, computed.high),
        computed.nullable,
    )


def _plain(cell: Cell) -> Cell:
    """Return a categorical cell as plain text, so that it meets others."""
    return evolve(cell, expr=cell.expr.cast(nw.String()), categories=()) if cell.categories else cell


# -- logic -------------------------------------------------------------------------------------------------------------


def _truth(expr: nw.Expr, *parts: Cell) -> Cell:
    return Cell(Kind.BOOL, expr, nullable=any(p.nullable or (p.over is not None and p.over.nullable) for p in parts))


def _not(at: Columns, node: n.Not) -> Cell:
    item = at.cell(node.item)
    return _truth(~item.expr, item)


def _and(at: Columns, node: n.And) -> Cell:
    items = [at.cell(item) for item in node.items]
    return _truth(reduce(lambda a, b: a & b, (item.expr for item in items)), *items)


def _or(at: Columns, node: n.Or) -> Cell:
    items = [at.cell(item) for item in node.items]
    return _truth(reduce(lambda a, b: a | b, (item.expr for item in items)), *items)


_OPERATIONS: Mapping[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _compare(at: Columns, node: n.Compare) -> Cell:
    for op, left, right in ((node.op, node.left, node.right), (_MIRRORED[node.op], node.right, node.left)):
        by_birth = _age_against(at, op, left, right)
        if by_birth is not None:
            return by_birth
        if isinstance(right, n.Const) and right.type.kind is Kind.ENUM and op in ("==", "!="):
            item = at.cell(left)
            found = _is_one_of(item, (right.value,))
            return found if op == "==" else _truth(~found.expr, item)
    return compared(node.op, at.cell(node.left), at.cell(node.right))


def compared(op: str, a: Cell, b: Cell) -> Cell:
    """Return the comparison of two cells; exact values are compared by cross-multiplication."""
    if Kind.LIST in (a.kind, b.kind):
        raise NotInColumns("a comparison of lists")
    if a.over is not None or b.over is not None:
        left, right = c.crossed(a, b)
        return _truth(_OPERATIONS[op](left.expr, right.expr), a, b)
    left, right = _plain(a), _plain(b)
    return _truth(_OPERATIONS[op](left.expr, right.expr), a, b)


def _age_against(at: Columns, op: str, left: n.Node, right: n.Node) -> Cell | None:
    """Compare an age with a number by the latest day of birth that gives it: one comparison of days for each row."""
    while isinstance(left, n.Derived) and left.name not in at.facts:
        left = left.node
    if not isinstance(left, n.Call) or left.function != "age_on" or not isinstance(right, n.Const):
        return None
    day = at.day_of(left.args[1])
    if day is None:
        return None
    birth = at.cell(left.args[0])

    def at_least(age: int) -> nw.Expr:
        return birth.expr <= nw.lit(latest_birth(day, age), nw.Date())

    years = int(right.value)
    found: nw.Expr
    if op in (">=", "<"):
        found = at_least(years)
    elif op in (">", "<="):
        found = at_least(years + 1)
    else:
        found = at_least(years) & ~at_least(years + 1)
    return _truth(found if op in (">=", ">", "==") else ~found, birth)


def latest_birth(day: dt.date, age: int) -> dt.date:
    """Return the latest day of birth of whoever is at least *age* years old on *day*.

    Raises:
        NotInColumns: if it lies outside the calendar.
    """
    year = day.year - age
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise NotInColumns("an age beyond the calendar")
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February: those born on the day before are of that age already
        return dt.date(year, 2, 28)


def _is_one_of(item: Cell, values: tuple[Any, ...]) -> Cell:
    """Whether *item*, a text or categorical cell, is one of known values; a value that it cannot have is false."""
    if item.categories:
        values = tuple(value for value in values if value in item.categories)
        if not values:
            # keeps the unknown ones unknown
            return _truth(item.expr.cast(nw.String()) != item.expr.cast(nw.String()), item)
    if len(values) == 1:
        return _truth(item.expr == nw.lit(values[0], nw.String()), item)
    return _truth(item.expr.is_in(list(values)), item)


def _member(at: Columns, node: n.Member) -> Cell:
    item = at.cell(node.item)
    known = [inner(o.type, o.value) for o in node.options if isinstance(o, n.Const) and o.value is not None]
    if len(known) == len(node.options) and item.kind in (Kind.ENUM, Kind.TEXT) and known:
        return _is_one_of(item, tuple(dict.fromkeys(known)))
    if not node.options:
        raise NotInColumns("membership of nothing")
    # null among the options of a column's own membership test would count as false
    tests = [compared("==", item, at.cell(option)) for option in node.options]
    return _truth(reduce(lambda a, b: a | b, (test.expr for test in tests)), *tests)


# -- numbers -----------------------------------------------------------------------------------------------------------


def _arith(at: Columns, node: n.Arith) -> Cell:
    a, b = at.cell(node.left), at.cell(node.right)
    kind = node.type.kind
    if kind is Kind.DATE:
        return _moved(node, a, b)
    if node.op == "*":
        product = c.times(c.numerator(a), c.numerator(b))
        if a.over is None and b.over is None:
            return c.as_kind(kind, product)
        over = c.times(c.denominator(a), c.denominator(b))
        return Cell(kind, product.expr, product.low, product.high, product.nullable or over.nullable, over)
    if a.over is not None or b.over is not None:
        raise NotInColumns("a sum of exact values")
    operation = {"+": c.plus, "-": c.minus, "//": c.floor_divide}[node.op]
    return c.as_kind(kind, operation(a, b))


def _moved(node: n.Arith, day: Cell, count: Cell) -> Cell:
    if node.right.type.unit == "month":
        raise NotInColumns("months after a day")
    number = Cell(Kind.INT, day.expr.cast(nw.Int32()).cast(nw.Int64()), day.low, day.high, day.nullable)
    moved = c.plus(number, count) if node.op == "+" else c.minus(number, count)
    if moved.low < FIRST_DAY or moved.high > LAST_DAY:
        raise NotInColumns("beyond the calendar")
    return evolve(moved, kind=Kind.DATE, expr=moved.expr.cast(nw.Int32()).cast(nw.Date()))


def _if_else(at: Columns, node: n.IfElse) -> Cell:
    condition, then, other = at.cell(node.condition), _plain(at.cell(node.then)), _plain(at.cell(node.other))
    if Kind.LIST in (then.kind, other.kind):
        raise NotInColumns("a choice between lists")
    same = compared("==", then, other).expr
    low, high = min(then.low, other.low), max(then.high, other.high)
    nullable = condition.nullable or then.nullable or other.nullable

    def chosen(first: nw.Expr, second: nw.Expr) -> nw.Expr:
        if not condition.nullable:
            return nw.when(condition.expr).then(first).otherwise(second)
        unsure = nw.when(condition.expr.is_null() & same).then(first)
        return nw.when(condition.expr).then(first).otherwise(nw.when(~condition.expr).then(second).otherwise(unsure))

    if then.over is None and other.over is None:
        return Cell(node.type.kind, chosen(then.expr, other.expr), low, high, nullable)
    one, two = c.denominator(then), c.denominator(other)
    over = Cell(
        Kind.INT,
        chosen(one.expr, two.expr),
        min(one.low, two.low),
        max(one.high, two.high),
        nullable or one.nullable or two.nullable,
    )
    return Cell(node.type.kind, chosen(then.expr, other.expr), low, high, over.nullable, over)


def _table(at: Columns, node: n.Table) -> Cell:
    if len(node.entries) > _LONGEST_TABLE:
        raise NotInColumns("a long table")
    key = at.cell(node.key)
    found = c.unknown(node.type.kind)
    # the first of two equal keys counts, as it does when the table is read from its beginning
    for entry, value in reversed(node.entries):
        here = constant(node.key.type.kind, entry)
        texts = key.kind in (Kind.ENUM, Kind.TEXT)
        holds = (_is_one_of(key, (entry,)) if texts else compared("==", key, here)).expr
        item = constant(node.type.kind, value)
        found = _entry(holds, item, found)
    return evolve(found, nullable=True)


def _entry(holds: nw.Expr, item: Cell, rest: Cell) -> Cell:
    over = None
    if item.over is not None or rest.over is not None:
        one, two = c.denominator(item), c.denominator(rest)
        chosen = nw.when(holds).then(one.expr).otherwise(two.expr)
        over = Cell(Kind.INT, chosen, min(one.low, two.low), max(one.high, two.high))
    return Cell(
        item.kind,
        nw.when(holds).then(item.expr).otherwise(rest.expr),
        min(item.low, rest.low),
        max(item.high, rest.high),
        True,
        over,
    )


def _call(at: Columns, node: n.Call) -> Cell:
    word = WORDS.get(node.function)
    if word is None:
        raise NotInColumns(node.function)
    return c.as_kind(node.type.kind, word(node, at.cell))


_FORMS: Mapping[type, Callable[[Columns, Any], Cell]] = {
    n.Const: _const,
    n.Unknown: _unknown,
    n.FactRef: _fact,
    n.DecisionRef: _part,
    n.DayRef: _day,
    n.Derived: _derived,
    n.Not: _not,
    n.And: _and,
    n.Or: _or,
    n.Compare: _compare,
    n.Member: _member,
    n.Arith: _arith,
    n.IfElse: _if_else,
    n.Table: _table,
    n.Call: _call,
}
