"""The command that lists the rows of the installed documents."""

import pytest

from community_core import jurisdiction
from community_core.base import Label, Origin, Standing, finding
from community_core.declarations import Catalogue, CatalogueRow, RowClass


def test_each_row_says_its_class_and_what_it_rests_on(run):
    """A row of the installed documents has its class, its terms, its cases and its lines, in words and in JSON."""
    said = run("catalogue", "--place", "shenhe", "--json")
    assert said.code == 0
    rows = {row["id"]: row for row in said.data["rows"]}
    assert len(rows) == 38
    care = rows["SHENHE-18"]
    assert (care["class"], care["implemented_by"]) == ("mechanism", ["shenhe.elder-care.care_class"])
    assert "cases/elder-care.yaml::有经济条件，电话问安" in care["shown_by"]
    assert (care["lines"], care["absent"]) == ("001_75147285bf45155a.txt L111", [])
    assert "老人" in care["note"]["zh"]
    assert rows["SHENHE-14"]["implemented_by"] == rows["SHENHE-14"]["shown_by"] == []
    assert said.data["findings"] == []
    printed = run("catalogue", "--place", "shenhe", "--lang", "en").out
    assert "Counselling rooms" in printed
    assert "SHENHE-38" in printed


def test_rows_of_one_class_or_place_are_picked(run):
    """A place may be one of several in a catalogue, or a whole catalogue; a class narrows further."""
    theirs = run("catalogue", "--place", "heihe", "--json").data["rows"]
    assert sorted(row["id"] for row in theirs) == [f"HEIHE-{number:02}" for number in range(1, 19)]
    assert {row["catalogue"] for row in theirs} == {"core", "heihe"}
    assert len(run("catalogue", "--place", "core", "--json").data["rows"]) == 3
    values = run("catalogue", "--class", "value", "--json").data["rows"]
    assert {row["class"] for row in values} == {"value"}
    assert {"SHENHE-01", "JIANGHAN-15"} <= {row["id"] for row in values}
    assert "运行 0" in run("catalogue", "--class", "reference").out


def test_a_place_without_a_catalogue_is_wrong_use(run):
    """A place that no catalogue has is named, with those there are."""
    said = run("catalogue", "--place", "nowhere")
    assert said.code == 2
    assert "shenhe" in said.err


@pytest.fixture
def lying(monkeypatch):
    """Let the installed catalogues be one that names a term which is not there."""
    row = CatalogueRow(
        "A-01",
        Label("甲"),
        RowClass.VALUE,
        Standing.REPORTED,
        None,
        ("a.b.c",),
        ("cases/a.yaml::甲",),
        origin=Origin("r", 1),
    )
    torn = finding("row-unbacked", "坏行", "a broken row", Origin("r", 9))
    gathered = ((Catalogue("a", (row,), findings=(torn,), origin=Origin("/nowhere/rows.yaml")),), ())
    monkeypatch.setattr(jurisdiction, "gather_catalogues", lambda: gathered)


def test_a_row_that_names_what_is_not_there_fails(run, lying):
    """A missing term and a row that cannot be read are findings; cases that are not installed are told and are none."""
    said = run("catalogue", "--json")
    assert said.code == 1
    assert [found["code"] for found in said.data["findings"]] == ["row-unbacked", "row-term"]
    assert said.data["rows"][0]["absent"] == ["cases/a.yaml::甲"]
    printed = run("catalogue", "--lang", "en").out
    assert "row-term" in printed
    assert "lacks: 1" in printed
