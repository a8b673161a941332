"""Cases run against rules: a case that fits passes, and each difference is a finding that says expected and got."""

from pathlib import Path

import pytest

from community_core.base.errors import LoadError
from community_core.testing.cases import read_cases
from community_core.testing.covering import not_covered
from community_core.testing.running import rules_of, run_case, run_cases

RULES = """\
practice: sample.rules
title: {zh: 试验}
source: {document: 试验}
facts:
  count: {type: int, zh: 数, privacy: public}
  fee: {type: money, zh: 费, privacy: public}
  item: {type: text, zh: 项, privacy: public}
parameters:
  least: {type: int, zh: 下限, open_to: [district], gap: 未写}
  prices: {type: money, per: item, zh: 价, values: [{value: {meal: yuan('12.50')}, from: undated}]}
decisions:
  kind:
    yields: [big, small]
    rows:
      - {when: count >= least, then: big, because: 够}
      - {when: count < 0, gap: 负数未写, because: 负数}
    otherwise: {then: small, because: 不够}
  both:
    yields: {sum: money, kind: [some, none]}
    rows:
      - {when: fee > yuan('0'), then: {sum: fee, kind: some}, because: 有}
    otherwise: {then: {sum: yuan('0'), kind: none}, because: 无}
procedures:
  ask:
    facts:
      title: {type: text, privacy: public, zh: 事}
      count: {type: int, privacy: sensitive, zh: 数}
    ends: {done: decided, gone: lapsed}
    steps:
      open: {to: opened, by: [clerk], takes: [title]}
      finish: {from: [opened], to: done, by: [clerk, proposer], takes: [count], when: count >= least}
    late:
      opened: {after: days(10), then: gone}
  nag:
    ends: {done: decided}
    steps:
      open: {to: opened, by: [clerk]}
      finish: {from: [opened], to: done, by: [clerk]}
    late:
      opened: {after: days(3), then: remind}
---
district: sample
adopts: [sample.rules]
set: {sample.rules.least: [{value: 3, from: 2000-01-01, standing: example}]}
"""
HEAD = "district: rules.yaml\nday: 2027-01-01\ncases:\n"


@pytest.fixture
def run(tmp_path):
    """Return a function that runs one case, written as YAML, under the rules above."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")

    def run(text: str, head: str = HEAD):
        path = tmp_path / "case.yaml"
        path.write_text(head + "  - name: n\n" + "".join(f"    {line}\n" for line in text.splitlines()), "utf-8")
        return [found for result in run_cases(path) for found in result.findings]

    return run


@pytest.mark.parametrize(
    "text",
    [
        "given: {count: 3}\ndecide: kind\nexpect: {status: determined, outcome: big, row: 1}",
        "given: {count: 2}\ndecide: kind\nexpect: {outcome: small, row: 0}",
        "decide: kind\nexpect: {status: undetermined, ask: [count], outcome: null}",
        'given: {fee: "12.50"}\ndecide: both\nexpect: {outcome: {sum: "12.50", kind: some}}',
    ],
)
def test_a_case_that_fits_passes(run, text):
    """A question whose answer is as expected has no findings; money is compared as money, null as nothing."""
    assert run(text) == []


@pytest.mark.parametrize(
    ("text", "code", "got"),
    [
        ("given: {count: 3}\ndecide: kind\nexpect: {status: gap}", "case-status", "determined"),
        ("given: {count: 3}\ndecide: kind\nexpect: {outcome: small}", "case-outcome", "big"),
        ("given: {count: 3}\ndecide: kind\nexpect: {outcome: null}", "case-outcome", "big"),
        ("given: {count: 3}\ndecide: kind\nexpect: {row: 2}", "case-row", "1"),
        ("decide: kind\nexpect: {ask: [count, least]}", "case-ask", "count"),
        ("decide: kind\nexpect: {ask: []}", "case-ask", "count"),
        ("given: {count: 3}\ndecide: kind\nexpect: {gap: 负数未写}", "case-gap", ""),
        ('given: {fee: "12.50"}\ndecide: both\nexpect: {outcome: {sum: "12.5", kind: none}}', "case-outcome", "some"),
        ('given: {fee: "12.50"}\ndecide: both\nexpect: {outcome: {total: "12.5"}}', "case-outcome", "12.50"),
    ],
)
def test_a_difference_is_a_finding(run, text, code, got):
    """Status, outcome, row, questions and gap are each compared; the finding says what was got, and where."""
    found = run(text)
    assert [each.code for each in found] == [code]
    assert got in dict(found[0].data)["got"]
    assert found[0].line == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("given: {cuont: 3}\ndecide: kind\nexpect: {row: 1}", "unknown-fact"),
        ("given: {count: many}\ndecide: kind\nexpect: {row: 1}", "case-stopped"),
        ("given: {count: 3}\ndecide: knd\nexpect: {row: 1}", "case-stopped"),
        ("run: aks\nsteps: [{take: open}]", "case-stopped"),
    ],
)
def test_a_case_that_cannot_be_asked_is_a_finding(run, text, code):
    """A misspelt fact, decision or procedure, or a value of a wrong type, fails the case and not the run."""
    assert [each.code for each in run(text)] == [code]


def test_a_case_needs_a_day(run):
    """A case without a day anywhere is a finding, since no clock is read."""
    found = run("given: {count: 3}\ndecide: kind\nexpect: {row: 1}", head="district: rules.yaml\ncases:\n")
    assert [each.code for each in found] == ["case-day"]


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("parameter: least\nexpect: {outcome: 3}", None),
        ("parameter: least\nday: 1999-12-31\nexpect: {outcome: null}", None),
        ("parameter: prices\nexpect: {outcome: {meal: '12.50'}}", None),
        ("parameter: prices\nexpect: {outcome: {meal: '12.51'}}", "12.50"),
        ("parameter: least\nexpect: {outcome: 4}", "3"),
        ("parameter: least\nexpect: {outcome: null}", "3"),
        ("parameter: least\nday: 1999-12-31\nexpect: {outcome: 3}", "None"),
    ],
)
def test_a_case_of_a_value_is_run(run, text, got):
    """A parameter's value on a day is compared as one of its type; null is a day on which nobody has set it."""
    found = run(text)
    assert [each.code for each in found] == ([] if got is None else ["case-outcome"])
    assert got is None or got in dict(found[0].data)["got"]


def test_a_case_of_findings_is_run(run):
    """The codes of what is wrong with the rules are compared, and where they differ each finding is told."""
    assert run("findings: []") == []
    found = run("findings: [unknown-term]")
    assert [each.code for each in found] == ["case-findings"]
    head = "adopts: [no.such-practice]\nday: 2027-01-01\ncases:\n"
    assert run("findings: [unknown-practice]", head=head) == []
    found = run("findings: []", head=head)
    assert "no.such-practice" in found[0].message.zh


def test_a_case_of_findings_tells_what_is_wrong_with_a_proposal(run, tmp_path):
    """A fault of what a source only proposes is among the findings of the rules, and in no answer's way."""
    proposal = "  kind:\n    standing: proposal\n"
    (tmp_path / "rules.yaml").write_text(RULES.replace("  kind:\n", proposal, 1).replace("count <", "gone <"), "utf-8")
    assert run("findings: [unknown-name]") == []
    assert run('given: {fee: "12.50"}\ndecide: both\nexpect: {row: 1}') == []
    assert run("given: {count: 3}\ndecide: kind\nexpect: {status: unavailable}") == []


OPEN = "run: ask\nsteps:\n  - {take: open, data: {title: t}, state: opened}\n"


@pytest.mark.parametrize(
    "steps",
    [
        "  - {take: finish, data: {count: 3}, state: done, holds: {count: 3, title: t}}",
        "  - {take: finish, data: {count: 2}, refused: guard-false}\n  - {take: finish, data: {count: 4}, state: done}",
        "  - {take: finish, actor: p, appointed: false, data: {count: 3}, refused: not-entitled}",
        "  - {take: finish, actor: clerk-1, post: proposer, data: {count: 3}, state: done}",
        "  - {take: finish, data: {count: three}, refused: wrong-type}",
        "  - {advance: 2027-01-11, state: opened}\n  - {advance: 2027-01-12, state: gone}",
    ],
)
def test_a_run_that_fits_passes(run, steps):
    """Steps, refusals by code, roles by the case itself, held fields and settled deadlines go as expected."""
    assert run(OPEN + steps) == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("  - {take: finish, data: {count: 3}, state: opened}", "case-state"),
        ("  - {take: finish, data: {count: 3}, holds: {count: 4}}", "case-value"),
        ("  - {take: finish, data: {count: 3}, refused: guard-false}", "case-refused"),
        ("  - {take: finish, data: {count: 2}, refused: wrong-state}", "case-refused"),
        ("  - {take: finish, data: {count: 2}, state: done}", "case-refused"),
        ("  - {take: finish, actor: p, appointed: false, data: {count: 3}, state: done}", "case-refused"),
        ("  - {advance: 2027-01-11, state: gone}", "case-state"),
    ],
)
def test_a_run_that_differs_is_a_finding(run, steps, code):
    """Another state, another value, a refusal that did not come or came otherwise: each fails at its step's line."""
    found = run(OPEN + steps)
    assert found[0].code == code
    assert found[0].line == 8


def test_a_reminder_is_seen(run):
    """Whether a late rule has reminded is asked after the day that it counts to, and a difference is a finding."""
    text = "run: nag\nsteps:\n  - {take: open, state: opened}\n"
    on_time = "  - {advance: 2027-01-04, reminded: false}\n"
    assert run(text + on_time + "  - {advance: 2027-01-05, state: opened, reminded: true}") == []
    assert [each.code for each in run(text + on_time.replace("false", "true"))] == ["case-reminded"]


def test_an_unexpected_refusal_tells_why(run):
    """Where a step is refused that should not be, the office's own findings stand beside the case's."""
    found = run(OPEN + "  - {take: finish, data: {count: 2}, state: done}")
    assert [each.code for each in found] == ["case-refused", "guard-false"]


def test_a_folder_of_cases_is_run(tmp_path, run):
    """A folder runs every case file in it, and a file that cannot be read is a result of its own."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "b.yaml").write_text("cases: [\n", "utf-8")
    (folder / "a.yaml").write_text(
        HEAD.replace("rules.yaml", "../rules.yaml")
        + "  - {name: n, given: {count: 3}, decide: kind, expect: {row: 1}}\n",
        "utf-8",
    )
    results = run_cases(folder)
    assert [(result.case.name, result.passed) for result in results] == [("n", True), ("b.yaml", False)]


def test_an_unknown_district_fails_its_cases(tmp_path):
    """Cases of a district that is not installed all fail and say so; asked for by itself, it is an error."""
    path = tmp_path / "case.yaml"
    path.write_text("district: atlantis\ncases:\n  - {name: n, decide: x, expect: {row: 1}}\n", "utf-8")
    results = run_cases(path)
    assert [each.code for each in results[0].findings][:1] == ["case-stopped"]
    with pytest.raises(LoadError):
        rules_of(read_cases(path).groups[0], path)


def test_values_of_the_cases_stand_in_the_place_of_the_district_own(tmp_path):
    """Values that a document of cases sets are tried on the district that it names, and others of the district stay."""
    parameter = "{type: int, zh: 数, open_to: [district]}"
    (tmp_path / "rules.yaml").write_text(
        f"practice: a.rules\nparameters: {{x: {parameter}, y: {parameter}}}\n---\ndistrict: a-town\nadopts: [a.rules]\n"
        "set: {x: [{value: 1, from: undated}], a.rules.y: [{value: 2, from: undated}]}\n",
        "utf-8",
    )
    path = tmp_path / "case.yaml"
    path.write_text(
        "district: rules.yaml\nset: {a.rules.x: [{value: 3, from: undated}]}\nday: 2027-01-04\ncases:\n"
        "  - {name: x, parameter: x, expect: {outcome: 3}}\n  - {name: y, parameter: y, expect: {outcome: 2}}\n"
        "  - {name: 无问题项, findings: []}\n",
        "utf-8",
    )
    assert [result.findings for result in run_cases(path)] == [(), (), ()]


def test_rules_can_be_handed_in(tmp_path):
    """The same cases can be asked of other rules than those that their file names."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "other.yaml").write_text(RULES.replace("value: 3", "value: 4"), "utf-8")
    path = tmp_path / "case.yaml"
    path.write_text(HEAD + "  - {name: n, given: {count: 3}, decide: kind, expect: {outcome: big}}\n", "utf-8")
    read = read_cases(path).groups[0]
    from community_core.jurisdiction.loading import load

    assert run_cases(path)[0].passed
    assert not run_cases(path, load(tmp_path / "other.yaml"))[0].passed
    assert run_case(read.cases[0], rules_of(read, path), day=read.day).passed


def test_what_no_case_reaches_is_named(tmp_path):
    """Rows, unknowns, ends and refusals that no case tries are listed in the order of the text."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "cases").mkdir()
    text = HEAD.replace("rules.yaml", "../rules.yaml")
    text += "  - {name: a, given: {count: 3}, decide: kind, expect: {row: 1}}\n"
    text += "  - {name: b, decide: kind, expect: {ask: [count]}}\n"
    text += "  - name: c\n    run: ask\n    steps:\n      - {take: open, data: {title: t}}\n"
    text += "      - {take: finish, data: {count: 3}, state: done}\n"
    (tmp_path / "cases" / "a.yaml").write_text(text, "utf-8")
    assert not_covered(Path(tmp_path / "cases"), ["sample.rules"]) == (
        "sample.rules.both row 1",
        "sample.rules.both row 0",
        "sample.rules.both undetermined",
        "sample.rules.kind row 2",
        "sample.rules.kind row 0",
        "sample.rules.ask end gone",
        "sample.rules.ask refused",
        "sample.rules.nag end done",
        "sample.rules.nag refused",
    )


def test_a_case_that_cannot_be_asked_covers_nothing(tmp_path):
    """Where a case names a procedure or decision that is not there, what no case reaches can still be told."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "cases").mkdir()
    text = HEAD.replace("rules.yaml", "../rules.yaml")
    text += "  - {name: a, decide: knid, expect: {row: 1}}\n"
    text += "  - name: c\n    run: aks\n    steps:\n      - {take: open, data: {title: t}}\n"
    (tmp_path / "cases" / "a.yaml").write_text(text, "utf-8")
    assert "sample.rules.ask refused" in not_covered(Path(tmp_path / "cases"), ["sample.rules"])
