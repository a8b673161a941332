"""Case files as text: what is read, and what is a finding with its place."""

import datetime as dt

import pytest

from community_core.testing.cases import UNASKED, read_cases

SOUND = """\
adopts: [shenhe.elder-care]
set:
  shenhe.elder-care.elder_age: [{value: 60, from: 2000-01-01, standing: example}]
day: 2006-05-01
cases:
  - name: 七十二岁
    shows: SHENHE-18
    given: {age: 72, lives_alone: true, rate: 96.9%}
    decide: care_class
    expect: {status: determined, outcome: none, row: 0}
---
district: shenhe
cases:
  - name: 听证
    run: hearing
    steps:
      - {take: propose, post: resident, day: 2006-03-01, data: {options: [a, b]}, state: proposed}
      - {advance: 2006-06-01, state: lapsed}
"""


def test_a_case_file_is_read(tmp_path):
    """Questions and runs are read with their values as they are written, and days as days."""
    path = tmp_path / "sound.yaml"
    path.write_text(SOUND, "utf-8")
    read = read_cases(path)
    assert read.findings == ()
    question, run = read.groups[0].cases[0], read.groups[1].cases[0]
    assert read.groups[0].day == dt.date(2006, 5, 1)
    assert dict(question.given) == {"age": 72, "lives_alone": True, "rate": "96.9%"}
    assert (question.expect.outcome, question.expect.row, question.expect.gap) == ("none", 0, UNASKED)
    assert question.origin.line == 6
    assert dict(run.steps[0].data) == {"options": ("a", "b")}
    assert run.steps[1].advance == dt.date(2006, 6, 1)


def test_a_document_of_its_own_is_a_district(tmp_path):
    """``adopts`` and ``set`` are read as those of a district file, dated and with standing."""
    path = tmp_path / "sound.yaml"
    path.write_text(SOUND, "utf-8")
    own = read_cases(path).groups[0].own
    assert own.adopts == ("shenhe.elder-care",)
    assert own.settings[0].history[0].value == 60
    assert own.settings[0].history[0].standing.value == "example"


FAULTS = {
    "case-after": "district: d\ncases:\n  - {name: n, after: m, run: x, steps: [{take: y}]}\n",
    "case-kind": "district: d\ncases:\n  - name: n\n    decide: x\n    run: y\n    expect: {row: 1}\n",
    "missing-key": "district: d\ncases:\n  - decide: x\n    expect: {row: 1}\n",
    "unknown-key": "district: d\ncases:\n  - name: n\n    decides: x\n    expect: {row: 1}\n",
    "case-rules": "cases:\n  - {name: n, decide: x, expect: {row: 1}}\n",
    "case-step": "district: d\ncases:\n  - {name: n, run: x, steps: [{state: y}]}\n",
    "not-a-day": "district: d\nday: tomorrow\ncases:\n  - {name: n, decide: x, expect: {row: 1}}\n",
    "float-refused": "district: d\ncases:\n  - {name: n, decide: x, expect: {outcome: 1.5}}\n",
    "number-too-small": "district: d\ncases:\n  - {name: n, decide: x, expect: {row: -1}}\n",
    "yaml-syntax": "district: d\ncases: [\n",
    "alias-refused": "district: &d d\ncases: [*d]\n",
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_faulty_case_is_a_finding(tmp_path, code):
    """What cannot be read is a finding with file, line and column, and never an exception."""
    path = tmp_path / "faulty.yaml"
    path.write_text(FAULTS[code], "utf-8")
    found = [each for each in read_cases(path).findings if each.code == code]
    assert found
    assert found[0].file == str(path)
    assert found[0].line > 0
    assert found[0].column > 0


def test_a_faulty_case_leaves_the_others(tmp_path):
    """One case that cannot be read does not take the cases beside it along."""
    path = tmp_path / "mixed.yaml"
    text = "district: d\ncases:\n  - {name: bad, decide: x}\n  - {name: good, decide: x, expect: {row: 1}}\n"
    path.write_text(text, "utf-8")
    read = read_cases(path)
    assert [case.name for group in read.groups for case in group.cases] == ["good"]
    assert [each.line for each in read.findings] == [3]


def test_a_missing_file_is_a_finding(tmp_path):
    """A file that is not there is a finding that names it."""
    read = read_cases(tmp_path / "nowhere.yaml")
    assert [each.code for each in read.findings] == ["unreadable-file"]
