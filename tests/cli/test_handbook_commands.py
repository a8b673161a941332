"""Writing the handbook and drawing a procedure from the command line."""

from __future__ import annotations

import datetime as dt

import pytest

pytest.importorskip("community_shenhe")


def test_handbook_writes_its_pages(run, tmp_path):
    """The pages are in the folder; the JSON names them, the day, and what is open with who may set it."""
    out = tmp_path / "book"
    said = run("handbook", "--district", "shenhe", "--out", out, "--on", "2006-05-01", "--json")
    assert said.code == 0
    assert sorted(said.data["pages"]) == sorted(path.name for path in out.iterdir())
    assert {"index.html", "practice-shenhe.hearings.html", "style.css"} <= set(said.data["pages"])
    assert said.data["day"] == "2006-05-01"
    opened = {item["term"]: item["who"] for item in said.data["open"]}
    assert opened["core.hearing.quorum"] == ["the city", "the district", "the community"]
    assert said.data["findings"] == []


def test_handbook_says_where_it_is(run, tmp_path):
    """Without JSON it says how many practices and open parameters there are, and what to open; the day is today."""
    said = run("handbook", "--district", "demo-shenhe", "--out", tmp_path)
    assert said.code == 0
    assert "index.html" in said.out
    assert dt.date.today().isoformat() in (tmp_path / "index.html").read_text("utf-8")  # noqa: DTZ011 - as typed here


def test_diagram_writes_a_picture(run, tmp_path):
    """A procedure, by any name of it, is drawn with its periods by their names."""
    out = tmp_path / "deep" / "hearing.svg"
    said = run("diagram", "hearing", "--district", "shenhe", "--out", out)
    assert said.code == 0
    assert "shenhe.hearings.hearing" in said.out
    text = out.read_text("utf-8")
    assert text.startswith("<svg")
    assert "公告后未开会即失效的天数" in text


@pytest.mark.parametrize("name", ["heering", "elder_age"])
def test_diagram_of_what_is_no_procedure_is_wrong_use(run, tmp_path, name):
    """A name that is no procedure is refused and nothing is written."""
    out = tmp_path / "none.svg"
    assert run("diagram", name, "--district", "shenhe", "--out", out).code == 2
    assert not out.exists()
