"""Pictures and tables of the page about practices are what the rules give today."""

import importlib.util
import sys
from pathlib import Path

import pytest

for place in ("huangshi", "beipiao", "shenhe", "yanhe", "fangzi", "heihe", "jianghan", "yunmeng"):
    pytest.importorskip(f"community_{place}")

DOCS = Path(__file__).parents[2] / "docs"
CURE = "run: python docs/make_practices.py"


@pytest.fixture(scope="module")
def making():
    """Return the script that writes pictures and tables."""
    spec = importlib.util.spec_from_file_location("make_practices", DOCS / "make_practices.py")
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


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
