"""Small pictures of counts and shares as SVG, each beside the table that says the same; it reads no record.

Everything is counted in whole units, so that the same figures always give the same picture. Nothing is told by colour
alone: bars and lines are lettered like the columns of the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from html import escape

from attrs import frozen

from community_core.base.labels import Label
from community_core.pages.diagram import text_width

_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 40
_SIZE = 12
_COLOURS = 6
_DASHES = ("", "6 3", "2 3", "9 3 2 3", "1 2", "12 4")


class ChartForm(Enum):
    """How figures are drawn: bars with one part above the other, or a line through each column's values."""

    BARS = "bars"
    LINES = "lines"


@frozen
class ChartRow:
    """One row: what it is about, and for each column a number (``None`` where nothing is known) with its text."""

    label: Label
    values: tuple[Fraction | int | None, ...]
    texts: tuple[str, ...]


@frozen
class Chart:
    """A picture with its table. *shares* says that the values are shares, drawn on a scale from 0 to 100 %."""

    name: str
    title: Label
    columns: tuple[Label, ...]
    rows: tuple[ChartRow, ...]
    form: ChartForm = ChartForm.BARS
    shares: bool = False
    note: Label = Label()
    head: Label = Label("月份", "month")

    @property
    def said(self) -> str:
        """What the picture shows, as one sentence for those who do not see it."""
        parts = [
            f"{row.label.zh}："
            + "，".join(f"{column.zh} {text}" for column, text in zip(self.columns, row.texts, strict=True))
            for row in self.rows
        ]
        return "；".join(parts)


def draw_chart(chart: Chart) -> str:
    """Return the picture of *chart* as SVG text, with a title and a description; a chart without rows gives none."""
    if not chart.rows:
        return ""
    name = escape(f"chart-{chart.name}", quote=True)
    said = f'role="img" aria-labelledby="{name}-title {name}-said"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" {said}>',
            f'<title id="{name}-title">{escape(chart.title.zh)}</title>',
            f'<desc id="{name}-said">{escape(chart.said)}</desc>',
            *_scale(chart),
            *(_bars(chart) if chart.form is ChartForm.BARS else _lines(chart)),
            *_labels(chart),
            "</svg>",
        ]
    )


def percent(share: Fraction | None) -> str:
    """Return a share as a percentage with one decimal, rounded half up, for reading only."""
    if share is None:
        return "–"
    tenths = (2000 * share.numerator + share.denominator) // (2 * share.denominator)
    return f"{tenths // 10}.{tenths % 10} %"


def _most(chart: Chart) -> Fraction:
    if chart.shares:
        return Fraction(1)
    if chart.form is ChartForm.BARS:
        found = [sum((Fraction(value) for value in row.values if value is not None), Fraction(0)) for row in chart.rows]
    else:
        found = [Fraction(value) for row in chart.rows for value in row.values if value is not None]
    most = max(found, default=Fraction(0))
    return most if most > 0 else Fraction(1)


def _rounded_up(most: Fraction) -> int:
    """Return the least of 1, 2 and 5 times a power of ten that is not below *most*."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if step * size >= most:
                return step * size
        size *= 10


def _top(chart: Chart) -> int:
    return 1 if chart.shares else _rounded_up(_most(chart))


def _y(value: Fraction | int, top: int) -> int:
    height = _HEIGHT - _TOP - _BOTTOM
    return _HEIGHT - _BOTTOM - int(Fraction(value) * height / top)


def _scale(chart: Chart) -> Iterator[str]:
    top = _top(chart)
    for quarter in (0, 2, 4) if not chart.shares else range(5):
        value = Fraction(top * quarter, 4)
        y = _y(value, top)
        text = f"{value * 100} %" if chart.shares else (str(value) if value.denominator == 1 else "")
        yield f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>'
        if text:
            yield f'<text class="axis" x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{text}</text>'


def _slot(chart: Chart, place: int) -> tuple[int, int]:
    """Return left edge and width of the room of a row."""
    room = _WIDTH - _LEFT - _RIGHT
    left = _LEFT + room * place // len(chart.rows)
    return left, _LEFT + room * (place + 1) // len(chart.rows) - left


def _bars(chart: Chart) -> Iterator[str]:
    top = _top(chart)
    for place, row in enumerate(chart.rows):
        left, width = _slot(chart, place)
        bar = max(2, min(48, width * 2 // 3))
        x = left + (width - bar) // 2
        below = Fraction(0)
        for column, value in enumerate(row.values):
            if not value:
                continue
            low, high = _y(below, top), _y(below + value, top)
            below += value
            yield f'<rect class="part-{column % _COLOURS}" x="{x}" y="{high}" width="{bar}" height="{low - high}"/>'
            if low - high >= _SIZE and len(chart.columns) > 1:
                at = f'x="{x + bar // 2}" y="{(low + high) // 2 + 4}"'
                yield f'<text class="on-bar" {at} text-anchor="middle">{letter(column)}</text>'


def _lines(chart: Chart) -> Iterator[str]:
    top = _top(chart)
    for column in range(len(chart.columns)):
        points = []
        for place, row in enumerate(chart.rows):
            value = row.values[column]
            if value is not None:
                left, width = _slot(chart, place)
                points.append((left + width // 2, _y(value, top)))
        if not points:
            continue
        dashes = f' stroke-dasharray="{_DASHES[column % len(_DASHES)]}"' if _DASHES[column % len(_DASHES)] else ""
        path = " ".join(f"{x},{y}" for x, y in points)
        yield f'<polyline class="line-{column % _COLOURS}" points="{path}" fill="none"{dashes}/>'
        yield from (f'<circle class="part-{column % _COLOURS}" cx="{x}" cy="{y}" r="4"/>' for x, y in points)
        x, y = points[-1]
        if len(chart.columns) > 1:
            yield f'<text class="axis" x="{min(x + 8, _WIDTH - 10)}" y="{y - 6}">{letter(column)}</text>'


def _labels(chart: Chart) -> Iterator[str]:
    """Yield the row labels below the axis; where there are too many, as many of them as find room."""
    widest = max(text_width(row.label.zh, _SIZE) for row in chart.rows) + 10
    room = (_WIDTH - _LEFT - _RIGHT) // len(chart.rows)
    every = max(1, -(-widest // max(1, room)))
    for place, row in enumerate(chart.rows):
        if place % every == 0:
            left, width = _slot(chart, place)
            yield (
                f'<text class="axis" x="{left + width // 2}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
                f"{escape(row.label.zh)}</text>"
            )


def letter(column: int) -> str:
    """Return the letter by which a column is named in picture and table."""
    return chr(ord("A") + column % 26)
