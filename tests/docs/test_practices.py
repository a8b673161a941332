"""Pictures and tables of the page about practices are what the rules give today."""

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
CURE = "run: python docs/make_practices.py"


@pytest.fixture(scope="module")
def making(script):
    """Return the script that writes pictures and tables."""
    return script("make_practices")


def test_the_pictures_are_those_of_the_procedures(making):
    """Drawing every shipped procedure again gives the very bytes in the repository, and no picture is left over."""
    drawn = making.pictures()
    assert len(drawn) >= 6
    kept = {path.name: path.read_bytes() for path in (DOCS / "images").glob("*.svg") if path.name != "demo.svg"}
    assert sorted(kept) == sorted(drawn), CURE
    assert [name for name, text in drawn.items() if kept[name] != text.encode()] == [], CURE


def test_the_page_shows_every_picture_and_open_parameter(making):
    """The generated parts of the page are what the rules give."""
    page = (DOCS / "practices.md").read_text("utf-8")
    assert making.filled(page) == page, CURE
    assert all(f"](images/{name})" in page for name in making.pictures())
