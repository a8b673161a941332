"""Stories of the board: cases that hang together, and a picture that leaves nobody out and tells nothing else."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from community_core.base.labels import Label
from community_core.pages.board import render_board
from community_core.pages.items import Board, BoardCase, BoardField, BoardItem
from community_core.pages.story import draw_story, stories
from community_core.procedures.definition import PublishKind

DAY = dt.date(2006, 5, 1)


def case(name: str, after: int = 0, links: tuple[str, ...] = (), *, days: tuple[int, ...] = (0,)) -> BoardCase:
    """Return a case that was opened some days after the first and published on some days after that."""
    opened = DAY + dt.timedelta(days=after)
    field = (BoardField("title", Label("事项"), Label(name)),)
    items = tuple(
        BoardItem(
            name, number, Label(f"公布{number}<"), PublishKind.ANNOUNCEMENT, opened + dt.timedelta(days=day), field
        )
        for number, day in enumerate(days, start=1)
    )
    return BoardCase(
        name, "p", Label(f"程序{name}<", f"procedure {name}"), Label("永环"), opened, Label("开"), items, links=links
    )


CHAIN = (
    case("issue", days=(0, 3)),
    case("hearing", 3, ("issue",), days=(1, 9)),
    case("work", 12, ("hearing", "secret")),
)


def test_cases_that_name_each_other_are_one_story():
    """Cases hang together through each other; one that names nobody on the board, or only itself, tells no story."""
    (story,) = stories((case("alone"), *reversed(CHAIN), case("apart", links=("apart", "nowhere"))))
    assert [member.id for member in story.cases] == ["issue", "hearing", "work"]
    assert story.links == ((0, 1), (1, 2))
    assert stories((case("alone"), case("apart", links=("apart", "nowhere")))) == ()


def test_what_is_not_on_the_board_leaves_no_trace():
    """The id of a case that is not public stands on no page, though a public case names it."""
    pages = render_board(Board(Label("某区"), DAY, CHAIN))
    assert "story-issue.html" in pages
    assert not [name for name, page in pages.items() if "secret" in page]


def test_the_picture_has_a_lane_a_case_and_a_dot_a_day():
    """Each case has its lane, each of its days a dot, each link an arrow; texts are escaped and said in words too."""
    (story,) = stories(CHAIN)
    root = ET.fromstring(draw_story(story))  # noqa: S314 - drawn by the library itself
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == len(story.moments) == 5
    assert len([line for line in root.findall(f"{space}line") if line.get("class") == "lane"]) == 3
    assert len([line for line in root.findall(f"{space}path") if line.get("class") == "link"]) == 2
    said = root.find(f"{space}desc").text
    assert all(f"程序{member.id}<" in said for member in story.cases)
    assert all(moment.day.isoformat() in said for moment in story.moments)


def test_pages_lead_to_the_story_and_back():
    """The front page and each case lead to the story, and the story to its cases."""
    pages = render_board(Board(Label("某区"), DAY, CHAIN))
    for name in ("index.html", "case-issue.html", "case-hearing.html", "case-work.html"):
        assert 'href="story-issue.html"' in pages[name]
    assert all(f'href="case-{member.id}.html"' in pages["story-issue.html"] for member in CHAIN)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_the_order_of_cases(links, random):
    """Whatever names whatever, the same cases in another order give the same stories, and no case is in two."""
    named = [case(f"c{n}", n, tuple(f"c{other}" for one, other in links if one == n)) for n in range(10)]
    found = stories(named)
    members = [member.id for story in found for member in story.cases]
    assert len(members) == len(set(members))
    for one, other in links:
        if one != other:
            assert [f"c{one}" in (m.id for m in s.cases) for s in found] == [
                f"c{other}" in (m.id for m in s.cases) for s in found
            ]
    random.shuffle(named)
    assert stories(named) == found
