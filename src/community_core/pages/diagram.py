"""A procedure as a picture (SVG), drawn from its definition alone: states, steps, posts, ends; it runs no case."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from attrs import frozen

from community_core.base.labels import Label, joined
from community_core.pages.flow import START, Flow, flow_of, late_label, step_label
from community_core.pages.layout import Box, Layout, Led, Placed, lay_out
from community_core.pages.texts import ENDS
from community_core.pages.words import post_label
from community_core.procedures.definition import EndKind, Late, Procedure, Step
from community_core.rules.terms import Expression

#: Says an expression of the procedure in words; without one it is shown as it is written.
Spell = Callable[[Expression], Label]

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Hiragino Sans GB, sans-serif"
_INK, _SOFT, _LINE = "#1b1b1b", "#565656", "#4a4a4a"
_STATE_WIDTH, _STEP_WIDTH = 200, 216
_PAD = 9

#: Fill, border and dashes of each kind of end; the box also says in words how a case ends there.
_ENDS: Mapping[EndKind, tuple[str, str, str]] = {
    EndKind.DECIDED: ("#e3f1e7", "#1d6b3c", ""),
    EndKind.REFUSED: ("#fbe6e3", "#9a1b1b", ""),
    EndKind.WITHDRAWN: ("#eeeeee", "#565656", ""),
    EndKind.LAPSED: ("#fff6dc", "#7a5c00", "6 4"),
    EndKind.HANDED_OVER: ("#e4edf8", "#0b4a8f", ""),
}


@frozen
class _Line:
    """One line of text: its size, weight and language."""

    text: str
    size: int
    bold: bool = False
    english: bool = False

    @property
    def width(self) -> int:
        return text_width(self.text, self.size)


@frozen
class _Part:
    """Lines that stand together in a box; *dashed* marks what happens by itself when time runs out."""

    lines: tuple[_Line, ...]
    dashed: bool = False
    title: str = ""
    mark: str = ""

    @property
    def height(self) -> int:
        return sum(_step(line) for line in self.lines)


@frozen
class _Content:
    """What a box holds and how it looks."""

    kind: str
    name: str
    parts: tuple[_Part, ...]
    fill: str
    border: str
    dashes: str = ""
    double: bool = False

    @property
    def size(self) -> tuple[int, int]:
        width = max((line.width for part in self.parts for line in part.lines), default=0)
        height = sum(part.height for part in self.parts) + 8 * (len(self.parts) - 1)
        return width + 2 * _PAD + 4, height + 2 * _PAD


def _step(line: _Line) -> int:
    return line.size * 14 // 10


def text_width(text: str, size: int) -> int:
    """Return how wide *text* is at most, in any of the usual fonts: a Chinese sign is as wide as it is high."""
    return -(-sum(map(_sign_width, text)) * size // 100)


def _sign_width(sign: str) -> int:
    """Return a sign's width in hundredths of its height."""
    if unicodedata.east_asian_width(sign) in "WFA":
        return 100
    if sign in "mwMW@%":
        return 92
    return 36 if sign in "iljtfr.,:;'!|()[] -" else 72 if sign.isupper() else 59


def wrapped(text: str, size: int, width: int) -> list[str]:
    """Break *text* into lines of at most *width*: between words, and between any Chinese signs."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what must stay together: words, single Chinese signs, and closing signs with what stands before them."""
    piece = ""
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        closing = wide and unicodedata.category(sign) in ("Po", "Pe")
        opening = bool(piece) and unicodedata.category(piece[-1]) == "Ps"
        if (
            piece
            and not (closing or opening)
            and (wide or piece.endswith(" ") or unicodedata.east_asian_width(piece[-1]) in "WF")
        ):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def draw_procedure(procedure: Procedure, spell: Spell | None = None) -> str:
    """Return the SVG picture of *procedure*: Chinese first, English small, the same text for the same definition.

    Args:
        procedure: the procedure, with what it extends put in.
        spell: says a period in words; without one a period is shown as it is written.
    """
    return _Drawing(procedure, spell or _as_written).svg()


def _as_written(expression: Expression) -> Label:
    return Label(expression.text, expression.text)


class _Drawing:
    def __init__(self, procedure: Procedure, spell: Spell) -> None:
        self.procedure = procedure
        self.spell = spell
        self.flow: Flow = flow_of(procedure)
        start = procedure.span.start
        self.prefix = f"d-{procedure.name}{start.isoformat() if start else ''}"

    # -- what stands in the boxes ----------------------------------------------------------------------------------

    def contents(self) -> dict[str, _Content]:
        found: dict[str, _Content] = {}
        for state in self.flow.states:
            found[f"state {state}"] = self.state(state)
        for number, (step, _sources) in enumerate(self.flow.moves):
            found[f"step {number}"] = self.move(step)
        for number, late in enumerate(self.flow.lapses):
            part = _Part(tuple(self.late_lines(late)), title=late.state)
            found[f"late {number}"] = _Content("late", late.state, (part,), "#ffffff", "#7a5c00", "5 4")
        return found

    def state(self, state: str) -> _Content:
        label = dict(self.procedure.states).get(state) or Label(state, state)
        lines = [*_label_lines(label, 15, 11, _STATE_WIDTH)]
        end = self.procedure.end(state)
        fill, border, dashes = ("#ffffff", _INK, "") if end is None else _ENDS[end]
        if end is not None:
            lines += [_Line(f"结束：{ENDS[end].zh}", 11), _Line(f"end: {ENDS[end].en}", 10, english=True)]
        parts = [_Part(tuple(lines))]
        parts += [
            _Part(tuple(self.step_lines(step, Label("其间：", "meanwhile: "))), title=step.name, mark="step")
            for step in self.flow.loops.get(state, ())
        ]
        parts += [
            _Part(tuple(self.late_lines(late)), dashed=True, title=late.state, mark="late")
            for late in self.flow.reminders
            if late.state == state
        ]
        return _Content("state", state, tuple(parts), fill, border, dashes, double=end is EndKind.DECIDED)

    def move(self, step: Step) -> _Content:
        part = _Part(tuple(self.step_lines(step)))
        return _Content("step", step.name, (part,), "#f3f1ec", "#b9b4a8")

    def step_lines(self, step: Step, before: Label = Label()) -> Iterator[_Line]:
        label = step_label(step)
        named = Label(before.zh + label.zh, before.en + label.text("en")) if before else label
        yield from _label_lines(named, 13, 10, _STEP_WIDTH)
        yield from _label_lines(self.posts(step), 11, 10, _STEP_WIDTH, bold=False)

    def posts(self, step: Step) -> Label:
        return joined(post_label(post, self.procedure) for post in step.by)

    def late_lines(self, late: Late) -> Iterator[_Line]:
        yield from _label_lines(late_label(late, self.procedure), 12, 10, _STEP_WIDTH)
        yield from _label_lines(self.spell(late.period), 11, 10, _STEP_WIDTH, bold=False)

    # -- the whole -------------------------------------------------------------------------------------------------

    def svg(self) -> str:
        contents = self.contents()
        boxes = [Box(START, 18, 18, 0)] if self.flow.opening else []
        boxes += [Box(name, *content.size, self.flow.layer(name)) for name, content in contents.items()]
        layout = lay_out(boxes, self.flow.links)
        title = self.procedure.title or Label(self.procedure.name, self.procedure.name)
        size = f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
        ids = f"{self.prefix}-title {self.prefix}-desc"
        said = f'role="img" aria-labelledby="{ids}" lang="zh-CN" xml:lang="zh-CN"'
        tip = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="diagram" {said} font-family="{FONT}">',
            f'<title id="{self.prefix}-title">{escape(_both(title))}</title>',
            f'<desc id="{self.prefix}-desc">{escape(self.description())}</desc>',
            f'<defs><marker id="{self.prefix}-tip" {tip}><path d="M0 0L10 5L0 10z" fill="{_LINE}"/></marker></defs>',
            f'<rect width="{layout.width}" height="{layout.height}" fill="#ffffff"/>',
            *(self.line(led) for led in layout.lines),
            *self.boxes(layout, contents),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def boxes(self, layout: Layout, contents: Mapping[str, _Content]) -> Iterator[str]:
        for placed in layout.boxes:
            if placed.name == START:
                x, y, r = placed.x + placed.width // 2, placed.y + placed.height // 2, placed.width // 2
                yield f'<circle class="start" cx="{x}" cy="{y}" r="{r}" fill="{_INK}"/>'
            else:
                yield self.box(placed, contents[placed.name])

    def box(self, placed: Placed, content: _Content) -> str:
        dashes = f' stroke-dasharray="{content.dashes}"' if content.dashes else ""
        width = "2" if content.kind == "state" else "1"
        radius = 6 if content.kind == "state" else 3
        place = f'x="{placed.x}" y="{placed.y}" width="{placed.width}" height="{placed.height}"'
        look = f'fill="{content.fill}" stroke="{content.border}" stroke-width="{width}"{dashes}'
        found = [f'<g class="{content.kind}" data-name="{escape(content.name)}"><rect {place} rx="{radius}" {look}/>']
        if content.double:
            inner = (
                f'x="{placed.x + 3}" y="{placed.y + 3}" width="{placed.width - 6}" height="{placed.height - 6}" rx="4"'
            )
            found.append(f'<rect {inner} fill="none" stroke="{content.border}" stroke-width="1"/>')
        y = placed.y + _PAD
        for number, part in enumerate(content.parts):
            if number:
                y += 8
                dash = ' stroke-dasharray="5 4"' if part.dashed else ""
                found.append(
                    f'<path d="M{placed.x + 4} {y - 4}H{placed.x + placed.width - 4}" fill="none" '
                    f'stroke="{"#7a5c00" if part.dashed else "#b9b4a8"}"{dash}/>'
                )
            texts = []
            for line in part.lines:
                y += _step(line)
                texts.append(_text(line, placed.x + placed.width // 2, y - line.size * 4 // 10))
            inside = "".join(texts)
            marked = f'<g class="{part.mark}" data-name="{escape(part.title)}">{inside}</g>' if part.mark else inside
            found.append(marked)
        return "".join(found) + "</g>"

    def line(self, led: Led) -> str:
        tip = f' marker-end="url(#{self.prefix}-tip)"' if led.link.end.startswith("state ") else ""
        late = "late " in led.link.start or "late " in led.link.end
        dashes = ' stroke-dasharray="5 4"' if late else ""
        ends = f'data-from="{escape(_of(led.link.start))}" data-to="{escape(_of(led.link.end))}"'
        path = _path(led.points)
        return f'<path class="line" {ends} d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.4"{dashes}{tip}/>'

    def description(self) -> str:
        """Return in words, in both languages, what the picture shows."""
        names = {state: dict(self.procedure.states).get(state) or Label(state, state) for state in self.flow.states}
        said = [self.step_said(step, names) for step in self.procedure.steps]
        for late in self.procedure.late:
            state, text, period = names[late.state], late_label(late, self.procedure), self.spell(late.period)
            to = names.get(late.to) or Label()
            zh = f"{state.zh}：{text.zh}{f'，到{to.zh}' if to else ''}（{period.zh}）。"
            on = f", to {to.text('en')}" if to else ""
            said.append(Label(zh, f"{state.text('en')}: {text.en}{on} ({period.text('en')})."))
        for last, kind in self.procedure.ends:
            how, name = ENDS[kind], names.get(last) or Label(last, last)
            said.append(Label(f"{name.zh}即结束：{how.zh}。", f"{name.text('en')} ends it: {how.en}."))
        return "".join(item.zh for item in said) + " " + " ".join(item.en for item in said)

    def step_said(self, step: Step, names: Mapping[str, Label]) -> Label:
        label, posts = step_label(step), self.posts(step)
        sources, goal = joined(names[state] for state in step.source), names.get(step.to)
        where = Label(f"从{sources.zh}", f"from {sources.en}") if step.source else Label("开始", "at the start")
        to = (
            Label(f"到{goal.zh}", f"to {goal.text('en')}")
            if goal is not None
            else Label("，状态不变", "and stays there")
        )
        zh = f"{label.zh}（{posts.zh}）：{where.zh}{to.zh}。"
        return Label(zh, f"{label.text('en')} ({posts.en}): {where.en} {to.en}.")


def _of(name: str) -> str:
    return name.partition(" ")[2] if name.startswith("state ") else name


def _both(label: Label) -> str:
    return f"{label.zh} · {label.en}" if label.en and label.en != label.zh else label.zh


def _label_lines(label: Label, size: int, small: int, width: int, *, bold: bool = True) -> Iterator[_Line]:
    """Yield the lines of a label: Chinese, and under it English, where it says something else."""
    yield from (_Line(text, size, bold=bold) for text in wrapped(label.zh, size, width))
    if label.en and label.en != label.zh:
        yield from (_Line(text, small, english=True) for text in wrapped(label.en, small, width))


def _text(line: _Line, x: int, y: int) -> str:
    lang = ' lang="en" xml:lang="en"' if line.english else ""
    weight = ' font-weight="bold"' if line.bold else ""
    fill = _SOFT if line.english else _INK
    place = f'x="{x}" y="{y}" font-size="{line.size}" text-anchor="middle"'
    return f'<text {place} fill="{fill}"{weight}{lang}>{escape(line.text)}</text>'


def _path(points: Iterable[tuple[int, int]]) -> str:
    """Return a line through *points*: straight where x stays, else bent with its ends upright."""
    found = ""
    last: tuple[int, int] | None = None
    for x, y in points:
        if last is None:
            found = f"M{x} {y}"
        elif last[0] == x:
            found += f"V{y}"
        else:
            middle = (last[1] + y) // 2
            found += f"C{last[0]} {middle} {x} {middle} {x} {y}"
        last = (x, y)
    return found
