"""Score sheets in a step: one sheet for each person named, nothing guessed, and every fault named."""

import datetime as dt
from fractions import Fraction

import pytest

from community_core.base.errors import Refused
from community_core.jurisdiction.loading import load
from community_core.office import open_office

DAY = dt.date(2006, 6, 1)
TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [core.evaluation]
source: {document: 示例}
standing: example
set:
  core.evaluation.scale: [{value: [good, poor], from: undated, standing: example}]
  core.evaluation.points: [{value: [1, 0], from: undated, standing: example}]
"""


def reported(folder, text):
    """Return an office under *text* and an evaluation by three people, ready to be counted."""
    (folder / "town.yaml").write_text(text, "utf-8")
    office = open_office(load(folder / "town.yaml"), ":memory:")
    office.register_place("here")
    office.appoint("o1", "district.officer", "here", DAY)
    office.appoint("w1", "community.worker", "here", DAY)
    asked = {"member": "w1", "post": "community.worker", "held_by": "hired", "evaluators": ["a", "b", "c"]}
    asked |= {"criteria": ["duty"], "period_end": DAY}
    case = office.open("rating", asked, actor="o1", day=DAY, place="here")
    return office, office.take(case, "report", {"duty_report": "半年"}, actor="w1", day=DAY)


@pytest.mark.parametrize(
    ("handed_in", "sheets", "code"),
    [
        (["a", "a"], [["good"], ["good"]], "person-twice"),
        (["a", "z"], [["good"], ["good"]], "not-among"),
        (["a", "b"], [["good"]], "sheets-differ"),
        (["a"], [["splendid"]], "no-rating"),
        (["a"], [["no_grade"]], "not-rated"),
        ([], [], "not-rated"),
        (["a"], [[1]], "wrong-type"),
    ],
)
def test_sheets_that_do_not_fit_are_refused(tmp_path, handed_in, sheets, code):
    """A person twice, a stranger, another number of sheets, an unknown grade, and grades that nobody gave are named."""
    office, case = reported(tmp_path, TOWN)
    with office, pytest.raises(Refused) as info:
        office.take(case, "score", {"handed_in": handed_in, "sheets": sheets}, actor="o1", day=DAY)
    assert [item.code for item in info.value.findings] == [code]


def test_without_a_scale_nothing_is_counted(tmp_path):
    """Where no place has set grades or points, the count is refused and says what is missing."""
    office, case = reported(tmp_path, TOWN.partition("set:")[0])
    with office, pytest.raises(Refused) as info:
        office.take(case, "score", {"handed_in": ["a"], "sheets": [["good"]]}, actor="o1", day=DAY)
    assert {item.code for item in info.value.findings} == {"scale-unknown"}
    assert {dict(item.data)["missing"] for item in info.value.findings} == {"scale", "points"}


def test_who_handed_in_no_sheet_stays_missing(tmp_path):
    """The case holds how many scored and how many did not, and what the sheets come to."""
    office, case = reported(tmp_path, TOWN)
    with office:
        sheets = [["good"], ["poor"]]
        case = office.take(case, "score", {"handed_in": ["a", "b"], "sheets": sheets}, actor="o1", day=DAY)
        kept = office.case(case.id).data
        assert (kept["rating"], kept["scored"], kept["unscored"]) == (Fraction(1, 2), 2, 1)
        assert kept["grades"] == (("duty", (("good", 1), ("poor", 1), ("no_grade", 0))),)
        assert list(office.verify()) == []
