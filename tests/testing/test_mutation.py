"""Mutation: each kind of change is made, what a case sees is caught, what none sees is told or listed with a reason."""

from pathlib import Path

import pytest

from community_core.declarations.practice import Practice
from community_core.jurisdiction.plugins import Gathered
from community_core.rulebook.load import read_text
from community_core.rules.terms import Expression
from community_core.testing.mutants import mutants_of
from community_core.testing.mutation import Fate, mutate
from community_core.testing.turning import turned

RULES = """\
practice: sample.rules
title: {zh: 试验}
source: {document: 试验}
facts:
  count: {type: int, zh: 数, privacy: public}
  kind: {type: [a, b, c], zh: 类, privacy: public}
  member: {type: bool, zh: 成员, privacy: public}
parameters:
  least: {type: int, zh: 下限, values: [{value: 3, from: 2020-01-01, until: 2030-01-01}]}
decisions:
  size:
    yields: [big, small]
    rows:
      - {when: count >= least and member, then: big, because: 够}
      - {when: "kind in (a, b)", gap: 未写, because: 未写}
    otherwise: {then: small, because: 不够}
procedures:
  ask:
    facts:
      names: {type: list, of: text, at_least: 2, privacy: public, zh: 名}
    ends: {done: decided, gone: lapsed}
    steps:
      open: {to: opened, by: [clerk], takes: [names]}
      finish: {from: [opened], to: done, by: [clerk, chair], not_by: [open], when: count(names) > 2}
    late:
      opened: {after: days(10), then: gone}
"""
CASES = """\
district: rules.yaml
day: 2027-01-01
cases:
  - {name: 够, given: {count: 3, member: true}, decide: size, expect: {outcome: big, row: 1}}
  - {name: 不够, given: {count: 2, member: true, kind: c}, decide: size, expect: {outcome: small, row: 0}}
"""


def mutants(text: str = RULES) -> dict[str, Practice]:
    """Return the mutants of a rulebook by name."""
    loaded = read_text(text)
    assert loaded.findings == ()
    return {mutant.name: mutant.make() for mutant in mutants_of(loaded.practices[0])}


def changes(text: str, **options: object) -> set[str]:
    """Return the changed texts of an expression."""
    return {turn.text for turn in turned(Expression(text), **options)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", {"a <= b"}),
        ("a >= 3", {"a > 3", "a >= 2", "a >= 4"}),
        ("a == x", {"a != x"}),
        ("a in (x, y)", {"a not in (x, y)", "a in (y,)", "a in (x,)"}),
        ("not a", {"a"}),
        ("a and b", {"a or b", "a", "b", "not a and b", "a and (not b)"}),
        ("年龄 ≥ 老年起始年龄", {"年龄 > 老年起始年龄"}),
        ("a - b", {"a + b"}),
        ("pct(60)", {"pct(59)", "pct(61)"}),
        ("yuan('12.50')", {"yuan('12.49')", "yuan('12.51')"}),
        ("date('2006-05-01')", {"date('2006-04-30')", "date('2006-05-02')"}),
        ("a <", set()),
    ],
)
def test_an_expression_is_turned(text, expected):
    """Each sign, connective, option and constant is changed by itself; Chinese words are the same signs."""
    assert changes(text) == expected


def test_a_condition_is_negated_once():
    """A whole condition is negated; where turning its one sign says the same, it is not done twice."""
    assert changes("a < b", condition=True) == {"a <= b", "not a < b"}
    assert changes("a == b", condition=True) == {"a != b"}


def test_a_period_is_lengthened_in_its_unit():
    """A period that is a parameter becomes one unit longer."""
    assert changes("wait", unit="workday") == {"wait + workdays(1)"}
    assert changes("wait", unit="pct") == set()


def test_a_turn_names_its_column():
    """The place of a change is that of the part in the file, Chinese words counted as characters."""
    text = (
        "practice: a.b\ndecisions:\n  d:\n    yields: bool\n    rows:\n"
        "      - {when: 独居 且 年龄 ≥ 60, then: 'true', because: 甲}\n"
    )
    places = {mutant.change: mutant.origin.column for mutant in mutants_of(read_text(text).practices[0])}
    assert places["年龄 >= 60 → 年龄 > 60"] == 21


def test_every_kind_of_change_is_made():
    """Rows, outcomes, values, days, fields, guards, posts and late rules are each changed, one at a time."""
    found = mutants()
    assert {
        "sample.rules.least value from 2020-01-01: 3 → 2",
        "sample.rules.least value from 2020-01-01: from 2020-01-01 → 2020-01-02",
        "sample.rules.least value from 2020-01-01: until 2030-01-01 → 2029-12-31",
        "sample.rules.size row 1: dropped",
        "sample.rules.size rows 1 and 2: swapped",
        "sample.rules.size row 1 then: big → small",
        "sample.rules.size otherwise: dropped",
        "sample.rules.size otherwise then: small → big",
        "sample.rules.ask field names type: at_least 2 → 3",
        "sample.rules.ask step finish when: dropped",
        "sample.rules.ask step finish not_by: open removed",
        "sample.rules.ask step finish by: chair removed",
        "sample.rules.ask step open by: clerk → chair",
        "sample.rules.ask late opened: dropped",
        "sample.rules.ask late opened period: 10 → 11",
    } <= set(found)
    original = read_text(RULES).practices[0]
    assert all(practice != original for practice in found.values())
    assert len({repr(practice) for practice in found.values()}) == len(found)


def test_amendments_are_changed_too():
    """An amendment is dropped, its day moved, its rows and guards turned."""
    text = (
        "practice: a.b\namend:\n"
        "  - {add: c.d, from: 2020-01-01, cite: {document: 甲}, rows: [{when: x > 1, then: y, because: 乙}]}\n"
        "  - {tighten: c.e.step, when: known(z), from: 2020-01-01, cite: {document: 甲}}\n"
    )
    found = set(mutants(text))
    assert "c.d amendment 1: dropped" in found
    assert "c.d amendment 1: from 2020-01-01 → 2019-12-31" in found
    assert "c.d amendment 1 row 1 when: x > 1 → x >= 1" in found
    assert "c.e.step amendment 2 when: known(z) → not known(z)" in found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a rulebook of its own district, and cases of it."""
    (tmp_path / "rules.yaml").write_text(RULES + "---\ndistrict: sample\nadopts: [sample.rules]\n", "utf-8")
    (tmp_path / "a.yaml").write_text(CASES, "utf-8")
    return tmp_path


def run(folder: Path, **options: object):
    """Run the mutation with no plugin but the folder's own rulebook."""
    return mutate(folder, gathered=Gathered(), **options)


def test_what_a_case_sees_is_caught_and_the_rest_is_told(folder):
    """A change that a case sees is caught by that case; one that none sees is a finding at its line of the rulebook."""
    done = run(folder)
    fates = {tried.mutant.name: tried for tried in done.tried}
    assert done.practices == ("sample.rules",)
    assert done.possible == len(done.tried) == len(mutants())
    caught = fates["sample.rules.size row 1 when: count >= least → count > least"]
    assert (caught.fate, caught.by) == (Fate.CAUGHT, "够")
    assert fates["sample.rules.size row 2: dropped"].fate is Fate.SURVIVED
    told = {dict(found.data)["mutant"]: found for found in done.findings}
    assert set(told) == {tried.mutant.name for tried in done.of(Fate.SURVIVED)}
    assert {found.code for found in told.values()} == {"mutant-survived"}
    assert told["sample.rules.size row 2: dropped"].line == 15


def test_a_change_that_the_check_refuses_is_no_survivor(folder):
    """A change after which the text is no sound rulebook is refused by the check and needs no case."""
    done = run(folder)
    refused = {tried.mutant.name: tried.by for tried in done.of(Fate.REFUSED)}
    assert refused == {"sample.rules.ask late opened: dropped": "unknown-state"}


def test_a_listed_mutant_is_equivalent_with_its_reason(folder):
    """A survivor that the list beside the cases names is equivalent, and the reason is given."""
    name = "sample.rules.size row 2: dropped"
    (folder / "equivalent.yaml").write_text(f"equivalent:\n  - {{mutants: '{name}', zh: 试验, en: a trial}}\n", "utf-8")
    done = run(folder)
    assert [tried.mutant.name for tried in done.of(Fate.EQUIVALENT)] == [name]
    assert [(one, reason.zh) for one, reason in done.reasons] == [(name, "试验")]
    assert name not in {dict(found.data)["mutant"] for found in done.findings}


def test_a_list_out_of_date_is_told(folder):
    """A listed mutant that a case catches, and one that there is not, are findings at their line of the list."""
    (folder / "equivalent.yaml").write_text(
        "equivalent:\n"
        "  - {mutants: 'sample.rules.size row 1: dropped', zh: 错}\n"
        "  - {mutants: 'sample.rules.size row 9: dropped', zh: 错}\n"
        "  - {mutants: 'other.rules.size row 9: dropped', zh: 别处的}\n"
        "  - {mutant: x, zh: 错}\n",
        "utf-8",
    )
    found = [each for each in run(folder).findings if each.code != "mutant-survived"]
    assert [(each.code, each.line) for each in found] == [
        ("unknown-key", 5),
        ("equivalent-caught", 2),
        ("equivalent-unknown", 3),
    ]


def test_failing_cases_stop_the_mutation(folder):
    """Where a case fails before anything is changed, nothing is tried and the failure is told."""
    (folder / "a.yaml").write_text(CASES.replace("outcome: small", "outcome: big"), "utf-8")
    done = run(folder)
    assert done.tried == ()
    assert [found.code for found in done.findings] == ["case-outcome"]


def test_a_sample_is_chosen_by_a_fixed_rule(folder):
    """Every n-th mutant is tried, always the same ones, and whoever watches is told of each."""
    seen = []
    done = run(folder, every=7, watch=lambda *step: seen.append(step))
    assert [tried.mutant.name for tried in done.tried] == list(mutants())[::7]
    assert done.possible == len(mutants())
    assert seen[-1] == (len(done.tried), len(done.tried))


def test_shares_are_together_the_whole(folder):
    """What the shares try, and find, is what one run tries and finds; no mutant is tried twice."""
    whole = run(folder)
    shares = [run(folder, share=(number, 3)) for number in (1, 2, 3)]
    assert {share.possible for share in shares} == {whole.possible}
    assert sorted(each.mutant.name for share in shares for each in share.tried) == sorted(mutants())
    assert {str(found) for share in shares for found in share.findings} == {str(found) for found in whole.findings}
    assert max(len(share.tried) for share in shares) - min(len(share.tried) for share in shares) <= 1


@pytest.mark.parametrize("share", [(0, 3), (4, 3), (1, 0)])
def test_a_share_that_there_is_not_is_refused(folder, share):
    """Shares are counted from one; trying none at all would look like a run that found nothing."""
    with pytest.raises(ValueError, match="there is no share"):
        run(folder, share=share)


def test_findings_that_a_case_expects_are_tried(folder):
    """A case of the rules' findings sees a change that makes or mends one."""
    (folder / "b.yaml").write_text("district: rules.yaml\ncases:\n  - {name: 无问题, findings: []}\n", "utf-8")
    done = run(folder, practices=("sample.rules",))
    by = {tried.mutant.name: tried.by for tried in done.tried}
    assert by["sample.rules.ask late opened: dropped"] == "无问题"


def test_a_run_sees_posts_guards_and_days(folder):
    """Cases that run a procedure catch what is changed in its steps, and each run leaves nothing for the next."""
    (folder / "a.yaml").write_text(
        CASES
        + "  - name: 办\n    run: ask\n    steps:\n"
        + "      - {take: open, actor: p, post: clerk, data: {names: [x]}, refused: wrong-type}\n"
        + "      - {take: open, actor: p, post: clerk, data: {names: [x, y, z]}, state: opened}\n"
        + "      - {take: finish, actor: p, post: chair, refused: same-person}\n"
        + "      - {advance: 2027-01-11, state: opened}\n"
        + "      - {take: finish, post: chair, day: 2027-01-11, state: done}\n"
        + "  - name: 迟\n    run: ask\n    steps:\n"
        + "      - {take: open, data: {names: [x, y]}, state: opened}\n"
        + "      - {take: finish, actor: q, post: clerk, refused: guard-false}\n"
        + "      - {advance: 2027-01-12, state: gone}\n",
        "utf-8",
    )
    left = {tried.mutant.name for tried in run(folder).of(Fate.SURVIVED)}
    assert left
    assert {name for name in left if ".ask " in name} == set()
