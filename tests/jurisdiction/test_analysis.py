"""A gallery of what the analysis finds in rulebooks: for each code, the text, the line, the column and the example."""

import datetime as dt
from pathlib import Path

import pytest

from community_core.base import Finding
from community_core.jurisdiction import Gathered, Rules, from_loaded, gather
from community_core.jurisdiction.unused import analyse, unused
from community_core.rulebook import read_text

DAY = dt.date(2006, 5, 1)
HEAD = """\
practice: t.rules
title: 试
source: {document: 试}
facts:
  years: {of: resident, type: int, unit: year, zh: 岁数, en: years, privacy: personal}
  alone: {of: resident, type: bool, zh: 独居, en: alone, privacy: personal}
  present: {of: body, type: int, zh: 到会, en: present, privacy: public}
  called: {of: body, type: int, zh: 应到, en: called, privacy: public}
parameters:
  elder: {type: int, unit: year, zh: 老年, en: elder, values: [{value: 60, from: 2000-01-01}]}
decisions:
  all_used:
    of: resident
    yields: [a]
    rows:
      - {when: years >= elder or alone or present + called >= 0, then: a, because: 甲}
    otherwise: {then: a, because: 甲}
"""
USED = HEAD.count("\n")
DISTRICT = """\
---
district: t
title: 试
source: {document: 试}
adopts: [t.rules]
"""


def rules_of(text: str, offered: Gathered | None = None) -> Rules:
    """Return the rules of a district that adopts the practice in *text*."""
    loaded = read_text(text + DISTRICT, "rules.yaml")
    return from_loaded(loaded, offered or Gathered(), "rules.yaml")


def with_idle(text: str) -> str:
    """Return *text* with a fact that no decision uses."""
    return text.replace("parameters:\n", "  idle: {of: resident, type: bool, zh: 闲, privacy: public}\nparameters:\n")


def with_spare(text: str) -> str:
    """Return *text* with a parameter that no decision uses."""
    value = "values: [{value: days(1), from: 2000-01-01}]"
    return text.replace("parameters:\n", f"parameters:\n  spare: {{type: days, zh: 备, {value}}}\n")


def found(text: str, on: dt.date = DAY) -> list[Finding]:
    """Return what the analysis finds in *text*, which has no fault otherwise."""
    rules = rules_of(text)
    assert rules.findings == ()
    return list(analyse(rules, on))


GALLERY = {
    "uncovered-cell": (
        """\
  t:
    of: resident
    yields: [a, b]
    rows:
      - {when: years < elder, then: a, because: 甲}
      - {when: years > elder and alone, then: b, because: 乙}
""",
        (0, 3),
        "years=60",
    ),
    "overlapping-rows": (
        """\
  t:
    of: resident
    yields: [a, b]
    hit: unique
    rows:
      - {when: years <= elder, then: a, because: 甲}
      - {when: years >= elder and alone, then: b, because: 乙}
    otherwise: {then: a, because: 丙}
""",
        (6, 9),
        "years=60 alone=true",
    ),
    "unreachable-row": (
        """\
  t:
    of: resident
    yields: [a, b]
    rows:
      - {when: years < elder, then: a, because: 甲}
      - {when: years < 50 and alone, then: b, because: 乙}
    otherwise: {then: a, because: 丙}
""",
        (5, 9),
        None,
    ),
    "unreachable-row (contradiction)": (
        """\
  t:
    of: resident
    yields: [a, b]
    hit: unique
    rows:
      - {when: years > elder and years < 61, then: a, because: 甲}
    otherwise: {then: a, because: 丙}
""",
        (5, 9),
        None,
    ),
    "unreachable-row (otherwise)": (
        """\
  t:
    of: resident
    yields: [a, b]
    rows:
      - {when: alone, then: a, because: 甲}
      - {when: not alone, then: b, because: 乙}
    otherwise: {then: a, because: 丙}
""",
        (6, 16),
        None,
    ),
    "never-determined": (
        """\
  t:
    of: body
    yields: [a, b]
    rows:
      - {when: "share(present, called) >= pct(60)", then: a, because: 甲}
    otherwise: {then: b, because: 丙}
""",
        (4, 9),
        "called=0",
    ),
}


@pytest.mark.parametrize("name", GALLERY)
def test_each_finding_says_where_and_gives_an_example(name):
    """Code, line, column and example of what is wrong in one table."""
    text, (line, column), example = GALLERY[name]
    whole = HEAD.replace("    otherwise: {then: a, because: 甲}\n", "    otherwise: {then: a, because: 甲}\n" + text)
    items = [item for item in found(whole) if item.line > USED]
    assert [item.code for item in items] == [name.partition(" ")[0]]
    (item,) = items
    assert (item.file, item.line, item.column) == ("rules.yaml", USED + 1 + line, column)
    data = dict(item.data)
    assert data["name"] == "t.rules.t"
    assert data.get("example") == example
    if example is not None:
        first = example.split()[0]
        assert first in item.message.en
        zh = {"years": "岁数", "called": "应到"}[first.partition("=")[0]]
        assert f"{zh}={first.partition('=')[2]}" in item.message.zh


def test_overlapping_rows_name_the_lines_of_both():
    """Whoever reads the finding finds both rows without counting them."""
    text = GALLERY["overlapping-rows"][0]
    (item,) = [item for item in found(HEAD + text) if item.code == "overlapping-rows"]
    lines = f"{USED + 6}, {USED + 7}"
    assert dict(item.data)["lines"] == lines
    assert lines in item.message.en


def test_unused_facts_and_parameters_are_named_where_they_are_declared():
    """A fact and a parameter that no decision and no procedure uses are findings at their declarations."""
    more = with_spare(with_idle(HEAD))
    items = [item for item in found(more) if item.code.startswith("unused")]
    assert [(item.code, item.line, item.column, dict(item.data)["name"]) for item in items] == [
        ("unused-fact", 9, 3, "idle"),
        ("unused-parameter", 11, 3, "t.rules.spare"),
    ]


@pytest.mark.parametrize(
    ("more", "called"),
    [
        (", standing: reported", False),
        (", standing: in_force", True),
    ],
)
def test_a_reported_figure_is_kept_and_no_rule_has_to_use_it(more, called):
    """A value that its source only reports stands to be read; one that is in force is there to be used."""
    text = with_spare(HEAD).replace("value: days(1), from: 2000-01-01", f"value: days(1), from: 2000-01-01{more}")
    assert ("unused-parameter" in [item.code for item in found(text)]) is called


def test_a_reported_value_that_somebody_may_set_is_no_figure():
    """What is open to a place is there for a rule, whatever its first value is."""
    opened = with_spare(HEAD).replace("{type: days, zh: 备, ", "{type: days, zh: 备, open_to: [district], ")
    text = opened.replace("value: days(1), from: 2000-01-01", "value: days(1), from: 2000-01-01, standing: reported")
    assert "unused-parameter" in [item.code for item in found(text)]


def test_shenhe_has_nothing_unused():
    """Every fact and parameter of Shenhe is used by a rule, or is a figure that its document reports."""
    from community_core.jurisdiction import load

    gathered = gather()
    items = unused(load("shenhe", gathered=gathered), gathered.practices)
    assert [str(item) for item in items if "shenhe" in item.file] == []


PROCEDURE = """\
procedures:
  visit:
    title: 探访
    about: community
    facts:
      why: {type: text, privacy: internal, zh: 理由}
    ends: {done: decided}
    steps:
      open:
        to: begun
        by: [resident]
        takes: [why]
        when: idle
      finish:
        from: [begun]
        to: done
        by: [resident]
    late:
      begun: {after: spare, then: lapse, to: done}
"""


def test_what_a_procedure_uses_is_used():
    """A fact in a guard and a parameter in a deadline count as used, whatever the decisions look at."""
    more = with_spare(with_idle(HEAD))
    assert [item.code for item in found(more + PROCEDURE) if item.code.startswith("unused")] == []
    assert [item.code for item in found(more) if item.code.startswith("unused")] == ["unused-fact", "unused-parameter"]


def test_nothing_is_called_unused_where_the_text_that_uses_it_is_broken():
    """A fault in a decision or a procedure does not turn what it names into something unused."""
    text = HEAD.replace("present + called >= 0", "present + nobody >= 0")
    rules = rules_of(text)
    assert [item.code for item in rules.findings] == ["unknown-name"]
    assert [dict(item.data)["name"] for item in unused(rules)] == ["called"]
    more = with_spare(HEAD)
    rules = rules_of(more + PROCEDURE)
    assert {item.code for item in rules.findings} == {"unknown-name"}
    assert list(unused(rules)) == []


def test_dead_ends_and_unreachable_states_of_procedures_are_among_the_rules_findings():
    """What is wrong with a procedure's states is found when the rules are put together, with line and column."""
    text = HEAD + PROCEDURE.replace("when: idle", 'when: "true"').replace(
        "    late:\n      begun: {after: spare, then: lapse, to: done}\n",
        "      stray: {from: [lost], to: stuck, by: [resident]}\n"
        "      trap: {from: [begun], to: hole, by: [resident]}\n",
    )
    rules = rules_of(text)
    places = {(item.code, dict(item.data).get("state")): (item.line, item.column) for item in rules.findings}
    start = text.splitlines().index("      stray: {from: [lost], to: stuck, by: [resident]}") + 1
    assert places[("unreachable-state", "stuck")][0] == start
    assert places[("no-way-to-an-end", "hole")][0] == start + 1
    assert all(line and column for line, column in places.values())


@pytest.mark.parametrize("name", ["demo-shenhe", "demo-fangzi"])
@pytest.mark.parametrize("on", [dt.date(2006, 5, 1), dt.date(2027, 1, 1)])
def test_the_shipped_tables_have_no_gap_overlap_or_idle_row(name, on):
    """What the library and its plugins ship is complete: the sources' silences are rows with gap."""
    gathered = gather()
    from community_core.jurisdiction import load

    rules = load(name, gathered=gathered)
    items = analyse(rules, on, practices=gathered.practices)
    assert [str(item) for item in items if not item.code.startswith("unused-")] == []
    core = Path("src") / "community_core"
    assert [str(item) for item in items if str(core) in item.file] == []
