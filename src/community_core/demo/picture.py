"""What the demo printed as an SVG picture, for the README; Chinese signs stand two cells wide, as on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

_CELL, _LINE, _SIZE, _EDGE = 8, 20, 14, 24
_INK, _DIM, _GROUND, _BAR = "#e6e6e6", "#a3a3a3", "#1c1f24", "#2b2f36"
_COLOURS = {"cyan": "#6cd0e0", "green": "#7fd88f", "yellow": "#e6c65c", "red": "#f28b82"}
_DOTS = ("#f28b82", "#e6c65c", "#7fd88f")
_FONT = "'Sarasa Mono SC','Noto Sans Mono CJK SC','Source Han Mono SC',Menlo,Consolas,monospace"
#: Runs of wide signs, of narrow ones, and of spaces: each is set by itself, so that columns stay columns in any font.
_RUNS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+| +|[^\u2e80-\u9fff\uf900-\uffef ]+")


def picture(segments: Iterable[Segment], *, columns: int, title: str) -> str:
    """Return printed *segments* as an SVG picture of a terminal that is *columns* wide."""
    lines = [list(line) for line in Segment.split_lines(segments)]
    width = columns * _CELL + 2 * _EDGE
    height = len(lines) * _LINE + 2 * _EDGE + _LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" lang="zh-CN">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{_GROUND}"/>',
        f'<path d="M0 32V8a8 8 0 0 1 8-8h{width - 16}a8 8 0 0 1 8 8v24z" fill="{_BAR}"/>',
        *(f'<circle cx="{20 + 18 * place}" cy="16" r="5.5" fill="{dot}"/>' for place, dot in enumerate(_DOTS)),
        (
            f'<text x="{width // 2}" y="21" text-anchor="middle" font-family="{_FONT}" font-size="13" fill="{_DIM}">'
            f"{escape(title)}</text>"
        ),
        f'<g font-family="{_FONT}" font-size="{_SIZE}" xml:space="preserve">',
    ]
    for row, line in enumerate(lines):
        parts += _line(line, y=_EDGE + _LINE * (row + 2) - 6)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _line(line: Iterable[Segment], y: int) -> Iterator[str]:
    x = 0
    for segment in line:
        for run in _RUNS.findall(segment.text):
            cells = cell_len(run)
            if run.strip():
                start, length = _EDGE + x * _CELL, cells * _CELL
                yield f'<text x="{start}" y="{y}" textLength="{length}"{_style(segment.style)}>{escape(run)}</text>'
            x += cells


def _style(style: Style | None) -> str:
    colour = style.color.name if style is not None and style.color is not None else ""
    dim = style is not None and bool(style.dim)
    fill = _COLOURS.get(colour, _DIM if dim else _INK)
    bold = ' font-weight="bold"' if style is not None and style.bold else ""
    return f' fill="{fill}"{bold}'
