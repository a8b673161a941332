"""The public board as static HTML pages; what may be shown was decided before it came here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from community_core.base.labels import Label
from community_core.pages.charts import Chart, draw_chart, letter
from community_core.pages.funds import funds
from community_core.pages.items import Board, BoardCase, Progress
from community_core.pages.story import Story, draw_story, stories, story_names
from community_core.pages.texts import ENDS, KINDS, STANDINGS
from community_core.pages.writing import environment, file_name, shipped, write_pages
from community_core.procedures.definition import PublishKind

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup


def _bars(row: Progress) -> tuple[tuple[int, str, str], ...]:
    """Return, for each count that is not zero, its place among the states, and start and width in per cent as text."""
    found: list[tuple[int, str, str]] = []
    start = 0
    for place, count in enumerate(row.counts):
        if count:
            left, right = (round(10_000 * edge / row.total) for edge in (start, start + count))
            found.append((place, _hundredths(left), _hundredths(right - left)))
        start += count
    return tuple(found)


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def _rate(part: int, whole: int) -> str:
    """Return a share of counts as a percentage with one decimal, rounded half up, for reading only."""
    if whole == 0:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def _grouped(cases: Iterable[BoardCase]) -> tuple[tuple[Label, tuple[BoardCase, ...]], ...]:
    groups: dict[tuple[str, Label], list[BoardCase]] = {}
    for case in sorted(cases, key=lambda case: (case.procedure, case.opened, case.id)):
        groups.setdefault((case.procedure, case.title), []).append(case)
    return tuple((title, tuple(members)) for (_, title), members in groups.items())


def _drawn(picture: Chart | Story) -> Markup:
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, and is needed with it only

    svg = draw_story(picture) if isinstance(picture, Story) else draw_chart(picture)
    return Markup(svg)  # noqa: S704 - every text in it was escaped when it was drawn


def _environment() -> jinja2.Environment:
    return environment(
        kinds=KINDS,
        standings=STANDINGS,
        ends=ENDS,
        bars=_bars,
        rate=_rate,
        grouped=_grouped,
        drawn=_drawn,
        letter=letter,
    )


def _open_notices(board: Board) -> list[tuple[BoardCase, int]]:
    found = [
        (case, place)
        for case in board.cases
        for place, item in enumerate(case.items)
        if item.kind is PublishKind.OBJECTION_NOTICE
        and item.until is not None
        and item.since <= board.day <= item.until
    ]
    return sorted(found, key=lambda pair: (pair[0].items[pair[1]].until, pair[0].id, pair[1]))


def render_board(board: Board) -> Mapping[str, str]:
    """Return every page of *board* by file name; the same board gives the same text, byte for byte."""
    env = _environment()
    pages = {"style.css": shipped("style.css")}
    told = stories(board.cases)
    names = story_names(told)
    notices = _open_notices(board)
    kept = funds(board.cases, board.places, board.day)
    pages["index.html"] = env.get_template("index.html").render(board=board, notices=notices, stories=told, funds=kept)
    case_page = env.get_template("case.html")
    for case in board.cases:
        pages[file_name("case", case.id)] = case_page.render(board=board, case=case, story=names.get(case.id))
    story_page = env.get_template("story.html")
    for story in told:
        pages[file_name("story", story.name)] = story_page.render(board=board, story=story)
    fund_page = env.get_template("fund.html")
    for fund in kept:
        pages[file_name("fund", fund.name)] = fund_page.render(board=board, fund=fund)
    campaign_page = env.get_template("campaign.html")
    for campaign in board.campaigns:
        pages[file_name("campaign", campaign.name)] = campaign_page.render(board=board, campaign=campaign)
    return pages


def write_board(board: Board, folder: str | Path) -> tuple[Path, ...]:
    """Write the pages of *board* into *folder* (made where it is missing) and return what was written or already there.

    A page whose text is unchanged is left alone. Pages of an earlier board that this one no longer has are removed;
    other files are not touched.

    Raises:
        OSError: if the folder cannot be written.
    """
    return write_pages(render_board(board), folder, ("case-", "campaign-", "fund-", "story-"))
