"""The words of the vocabulary as column expressions; a plugin's own words have none and run as they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeAlias

from community_core.roll import cell as c
from community_core.roll.cell import Cell, NotInColumns
from community_core.roll.extras import nw
from community_core.rules import nodes as n
from community_core.rules.types import Kind
from community_core.rules.vocabulary import ROUNDED_TO, inner

#: Gives the cell of a node; words read their arguments with it.
Reader: TypeAlias = Callable[[n.Node], Cell]

FIRST_DAY = c.days_since_epoch(dt.date.min)
LAST_DAY = c.days_since_epoch(dt.date.max)


def _part_of_date(day: Cell, part: str) -> Cell:
    expr = getattr(day.expr.dt, part)().cast(nw.Int64())
    low, high = {"year": (1, 9999), "month": (1, 12), "day": (1, 31)}[part]
    return Cell(Kind.INT, expr, low, high, day.nullable)


def _age_on(node: n.Call, cell: Reader) -> Cell:
    birth, day = (cell(arg) for arg in node.args)
    years = c.minus(_part_of_date(day, "year"), _part_of_date(birth, "year"))
    hundred = c.whole(100)
    before = [c.plus(c.times(_part_of_date(d, "month"), hundred), _part_of_date(d, "day")) for d in (day, birth)]
    early = Cell(Kind.INT, (before[0].expr < before[1].expr).cast(nw.Int64()), 0, 1, birth.nullable or day.nullable)
    return c.minus(years, early)


def _days_between(node: n.Call, cell: Reader) -> Cell:
    start, end = (cell(arg) for arg in node.args)
    numbers = [
        Cell(Kind.INT, d.expr.cast(nw.Int32()).cast(nw.Int64()), d.low, d.high, d.nullable) for d in (start, end)
    ]
    return c.minus(numbers[1], numbers[0])


def _months_between(node: n.Call, cell: Reader) -> Cell:
    start, end = (cell(arg) for arg in node.args)
    if min(start.high, end.high) > LAST_DAY - 31 or max(start.high, end.high) > LAST_DAY - 31:
        raise NotInColumns("the end of the calendar")
    forward, backward = _months(start, end), _months(end, start)
    negative = end.expr < start.expr
    expr = nw.when(negative).then(backward * -1).otherwise(forward)
    return Cell(Kind.INT, expr, -120_000, 120_000, start.nullable or end.nullable)


def _months(start: Cell, end: Cell) -> nw.Expr:
    """Full months, where *end* is not the earlier day; the last day of a month completes any month."""
    months = (end.expr.dt.year() - start.expr.dt.year()).cast(nw.Int64()) * nw.lit(12, nw.Int64())
    months = months + end.expr.dt.month().cast(nw.Int64()) - start.expr.dt.month().cast(nw.Int64())
    last = end.expr.dt.offset_by("1d").dt.month() != end.expr.dt.month()
    full = (start.expr.dt.day() <= end.expr.dt.day()) | last
    return months - (~full).cast(nw.Int64())


def _share(node: n.Call, cell: Reader) -> Cell:
    part, over = (cell(arg) for arg in node.args)
    if part.over is not None or over.over is not None:
        raise NotInColumns("a share of shares")
    return c.fraction(part, over)


def _count(node: n.Call, cell: Reader) -> Cell:
    members = cell(node.args[0])
    return Cell(Kind.INT, members.expr.list.len().cast(nw.Int64()), 0, 2**32, members.nullable)


def _contains(node: n.Call, cell: Reader) -> Cell:
    item, members = node.args
    if not isinstance(item, n.Const) or item.value is None:
        raise NotInColumns("a member that differs by row")
    found = cell(members)
    return Cell(Kind.BOOL, found.expr.list.contains(inner(item.type, item.value)), nullable=found.nullable)


def _subset(node: n.Call, cell: Reader) -> Cell:
    """One of the two lists is known beforehand; two lists that both differ by row have no column form."""
    part, whole = node.args
    known = part if isinstance(part, n.Const) else whole
    if not isinstance(known, n.Const) or known.value is None:
        raise NotInColumns("two lists that differ by row")
    members = dict.fromkeys(inner(known.type, known.value))
    found = cell(whole if known is part else part)
    held = [found.expr.list.contains(member) for member in members]
    if known is part:
        # an empty part stands in any list that is known
        every = reduce(lambda a, b: a & b, held, found.expr.list.len() >= nw.lit(0, nw.Int64()))
        return Cell(Kind.BOOL, every, nullable=found.nullable)
    counted = reduce(lambda a, b: a + b, (item.cast(nw.Int64()) for item in held), nw.lit(0, nw.Int64()))
    return Cell(Kind.BOOL, found.expr.list.unique().list.len().cast(nw.Int64()) == counted, nullable=found.nullable)


def _rounded(node: n.Call, cell: Reader) -> Cell:
    how, unit = node.args[1:]
    if not isinstance(how, n.Const) or not isinstance(unit, n.Const):
        raise NotInColumns("rounding that differs by row")
    return c.rounded(cell(node.args[0]), str(how.value), ROUNDED_TO.get(unit.value, 1))


WORDS: Mapping[str, Callable[[n.Call, Reader], Cell]] = {
    "age_on": _age_on,
    "days_between": _days_between,
    "months_between": _months_between,
    "share": _share,
    "count": _count,
    "contains": _contains,
    "subset": _subset,
    "rounded": _rounded,
}
