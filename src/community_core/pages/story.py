"""Cases that hang together, as one story: which of them belong together, and a picture of what they made public when.

Only what stands on the board is in it: a case that published nothing is no part of a story, and leaves no trace there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from html import escape

from attrs import frozen

from community_core.base.labels import Label
from community_core.pages.diagram import wrapped
from community_core.pages.items import BoardCase
from community_core.pages.texts import KINDS

_NAMES, _COLUMN, _LANE, _HEAD, _MARGIN = 220, 92, 66, 46, 16
_RADIUS, _SIZE, _SMALL = 6, 13, 11


@frozen
class StoryMoment:
    """What one case made public on one day: the case's place among those of the story, the day, and what it was."""

    case: int
    day: dt.date
    says: tuple[Label, ...]


@frozen
class Story:
    """Cases that name each other, in the order in which they were opened.

    *links* are pairs of places among *cases*: the second case names the first, or was opened by it.
    """

    name: str
    cases: tuple[BoardCase, ...]
    links: tuple[tuple[int, int], ...]

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """The days on which something was made public, each once, in order."""
        return tuple(sorted({moment.day for moment in self.moments}))

    @cached_property
    def moments(self) -> tuple[StoryMoment, ...]:
        """What was made public, by day and then by case."""
        said: dict[tuple[dt.date, int], list[Label]] = {}
        for place, case in enumerate(self.cases):
            for item in case.items:
                said.setdefault((item.since, place), []).append(_joined(KINDS[item.kind], item.step))
        return tuple(StoryMoment(place, day, tuple(labels)) for (day, place), labels in sorted(said.items()))


def stories(cases: Sequence[BoardCase]) -> tuple[Story, ...]:
    """Return the stories of a board: every two of its cases that hang together, directly or through others on it."""
    known = {case.id: case for case in cases}
    heads = {name: name for name in known}

    def head(name: str) -> str:
        while heads[name] != name:
            heads[name] = heads[heads[name]]
            name = heads[name]
        return name

    for case in cases:
        for other in case.links:
            if other in known:
                heads[head(case.id)] = head(other)
    groups: dict[str, list[BoardCase]] = {}
    for case in cases:
        groups.setdefault(head(case.id), []).append(case)
    found = []
    for members in groups.values():
        if len(members) > 1:
            ordered = sorted(members, key=lambda case: (case.opened, case.items[0].since, case.id))
            places = {case.id: place for place, case in enumerate(ordered)}
            links = {(places[other], places[case.id]) for case in ordered for other in case.links if other in places}
            found.append(Story(ordered[0].id, tuple(ordered), tuple(sorted(links))))
    return tuple(sorted(found, key=lambda story: (story.cases[0].opened, story.name)))


def draw_story(story: Story) -> str:
    """Return the picture of *story* as SVG text: a lane for each case, a dot for each day, arrows from case to case.

    Days stand side by side at equal distances, whatever lies between them: what is shown is their order.
    """
    days = story.days
    width = _NAMES + _COLUMN * max(1, len(days)) + _MARGIN
    height = _HEAD + _LANE * len(story.cases) + _MARGIN
    name = escape(f"story-{story.name}", quote=True)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" class="story" viewBox="0 0 {width} {height}" role="img" '
                f'aria-labelledby="{name}-title {name}-said">'
            ),
            f'<title id="{name}-title">{escape(_title(story).zh)}</title>',
            f'<desc id="{name}-said">{escape(_said(story))}</desc>',
            (
                f'<defs><marker id="{name}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
                'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
            ),
            *_days(days, height),
            *_lanes(story, width),
            *_arrows(story, name),
            *_dots(story),
            "</svg>",
        ]
    )


def _title(story: Story) -> Label:
    first = story.cases[0]
    return Label(
        f"{first.subject or first.title.zh}：{len(story.cases)} 个办件的经过",
        f"{first.subject or first.title.text('en')}: how {len(story.cases)} cases followed each other",
    )


def _said(story: Story) -> str:
    cases = "；".join(f"{place}. {case.title.zh}" for place, case in enumerate(story.cases, start=1))
    moments = "；".join(
        f"{moment.day.isoformat()} {moment.case + 1}. {'、'.join(label.zh for label in moment.says)}"
        for moment in story.moments
    )
    return f"{cases}。{moments}"


def _joined(kind: Label, step: Label) -> Label:
    return Label(f"{step.zh}（{kind.zh}）", f"{step.text('en')} ({kind.text('en')})")


def _x(column: int) -> int:
    return _NAMES + _COLUMN * column + _COLUMN // 2


def _y(place: int) -> int:
    return _HEAD + _LANE * place + _LANE // 2


def _days(days: Sequence[dt.date], height: int) -> Iterator[str]:
    for column, day in enumerate(days):
        yield f'<line class="day" x1="{_x(column)}" y1="{_HEAD - 10}" x2="{_x(column)}" y2="{height - _MARGIN}"/>'
        yield _text(_x(column), _HEAD - 18, day.isoformat(), "middle", _SMALL)


def _lanes(story: Story, width: int) -> Iterator[str]:
    for place, case in enumerate(story.cases):
        yield f'<line class="lane" x1="{_NAMES}" y1="{_y(place)}" x2="{width - _MARGIN}" y2="{_y(place)}"/>'
        lines = [(line, _SIZE, "") for line in wrapped(f"{place + 1}. {case.title.zh}", _SIZE, _NAMES - 24)[:2]]
        if case.title.en:
            lines += [(line, _SMALL, "en") for line in wrapped(case.title.en, _SMALL, _NAMES - 24)[:2]]
        top = _y(place) - 7 * (len(lines) - 1)
        for number, (line, size, lang) in enumerate(lines):
            yield _text(_MARGIN, top + 15 * number, line, "start", size, lang)


def _arrows(story: Story, name: str) -> Iterator[str]:
    """Draw each link from the last day on which the earlier case spoke before the later one to that one's first."""
    columns = {day: column for column, day in enumerate(story.days)}
    spoke: dict[int, list[int]] = {}
    for moment in story.moments:
        spoke.setdefault(moment.case, []).append(columns[moment.day])
    for earlier, later in story.links:
        goal = spoke[later][0]
        start = max((column for column in spoke[earlier] if column <= goal), default=spoke[earlier][0])
        x1, y1, x2, y2 = _x(start), _y(earlier), _x(goal), _y(later)
        up = _RADIUS + 3 if y2 > y1 else -_RADIUS - 3
        middle = (y1 + y2) // 2
        path = f"M{x1} {y1 + up}C{x1} {middle} {x2} {middle} {x2} {y2 - up}"
        yield f'<path class="link" d="{path}" marker-end="url(#{name}-tip)"/>'


def _dots(story: Story) -> Iterator[str]:
    columns = {day: column for column, day in enumerate(story.days)}
    for moment in story.moments:
        x, y = _x(columns[moment.day]), _y(moment.case)
        said = "；".join(label.zh for label in moment.says)
        yield f'<circle cx="{x}" cy="{y}" r="{_RADIUS}"><title>{escape(said)}</title></circle>'
        line = wrapped(moment.says[0].zh.partition("（")[0], _SMALL, _COLUMN - 6)[0]
        yield _text(x, y + 21, line + ("…" if len(moment.says) > 1 else ""), "middle", _SMALL)


def _text(x: int, y: int, text: str, anchor: str, size: int, lang: str = "") -> str:
    spoken = f' lang="{lang}"' if lang else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"{spoken}>{escape(text)}</text>'


def story_names(told: Iterable[Story]) -> dict[str, str]:
    """Return for each case that is part of a story the name of that story."""
    return {case.id: story.name for story in told for case in story.cases}
