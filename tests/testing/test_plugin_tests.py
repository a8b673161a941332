"""The tests that plugins inherit: a sound plugin passes them, and each fails where a plugin is broken, saying where."""

import re
import subprocess
import sys
import types

import attrs
import pytest

import community_core as cc
from community_core.jurisdiction import compose, gather
from community_core.practices.folder import read_folder, read_rows
from community_core.testing import PluginTests, plugin_tests
from community_core.testing.offers import offer_of

RULES = """
practice: a.rules
title: {zh: 规则, en: Rules}
source: {document: 材料}
standing: reported
facts: {years: {type: int, zh: 年数, en: years, privacy: public}}
parameters:
  age: {type: int, zh: 岁数, en: age, values: [{value: 60, from: undated}]}
decisions:
  old:
    yields: [young, old]
    cite: {document: 材料}
    rows: [{when: years < age, then: young, because: {zh: 不到, en: below}}]
    otherwise: {then: old, because: {zh: 到了, en: reached}}
"""
PLAN = """
practice: a.plan
title: {zh: 建议, en: Proposal}
source: {document: 材料}
standing: proposal
parameters:
  more: {type: int, zh: 更多, en: more, values: [{value: 5, from: undated}]}
  open: {type: int, zh: 没有写的, en: open, open_to: [district], gap: {zh: 没有写, en: not said}}
decisions:
  many:
    yields: [few, many]
    cite: {document: 材料}
    rows: [{when: years < more, then: few, because: {zh: 少, en: few}}]
    otherwise: {then: many, because: {zh: 多, en: many}}
"""
DISTRICT = """
district: a
title: {zh: 某区, en: A district}
source: {document: 材料}
adopts: [a.rules]
"""
ROWS = """
catalogue: a
source: {document: 材料}
standing: reported
rows:
  - {id: A-01, zh: 甲, en: first, class: mechanism, cite: {lines: doc.txt L1},
     implemented_by: [a.rules.old], shown_by: ["cases/old.yaml::到了", "tests/test_a.py::test_old"]}
  - {id: A-02, zh: 乙, en: second, class: reference, cite: {lines: doc.txt L2}}
"""
CASES = """
district: a
day: 2006-05-01
cases:
  - {name: 到了, shows: A-01, given: {years: 60}, decide: old, expect: {outcome: old, row: 0}}
  - {name: 差一岁, given: {years: 59}, decide: old, expect: {outcome: young, row: 1}}
  - {name: 不知道, decide: old, expect: {status: undetermined, ask: [years]}}
---
adopts: [a.rules, a.plan, a.plan.more, a.plan.many]
day: 2006-05-01
cases:
  - {name: 多, given: {years: 5}, decide: many, expect: {outcome: many, row: 0}}
  - {name: 少, given: {years: 4}, decide: many, expect: {outcome: few, row: 1}}
  - {name: 多少不知道, decide: many, expect: {status: undetermined, ask: [years]}}
"""
FILES = {
    "src/a/rules.yaml": RULES,
    "src/a/plan.yaml": PLAN,
    "src/a/district.yaml": DISTRICT,
    "src/a/rows.yaml": ROWS,
    "cases/old.yaml": CASES,
    "tests/test_a.py": "def test_old():\n    pass\n",
    "README.md": "`a.rules`, `a.plan`, `a.rules.old`; read `a.rules.yaml` first\n",
    "pyproject.toml": '[project]\nname = "a"\n',
}
CLAIMS = {
    "districts": ("a",),
    "proposals": ("a.plan",),
    "beside": ("a.rules",),
    "rows": ("A-01", "A-02"),
    "document": "doc.txt",
    "mutants": 5,
}


def write(project, changed=(), files=FILES):
    """Write the files of the plugin, in each of them one text in the place of another."""
    for file in files:
        path = project / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[file], "utf-8")
        for old, new in dict(changed).get(file, ()):
            assert old in FILES[file]
            path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture
def run(tmp_path):
    """Return what runs one inherited test of a plugin whose files and claims are changed."""

    def running(name, changed=(), *, files=FILES, practices=True, **claims):
        write(tmp_path, changed, files)
        folder = tmp_path / "src" / "a"
        plugin = types.ModuleType("a")
        plugin.community_practices = cc.hookimpl(lambda: read_folder(folder, "a").practices if practices else ())
        plugin.community_districts = cc.hookimpl(lambda: read_folder(folder, "a").districts)
        plugin.community_catalogues = cc.hookimpl(lambda: read_rows(folder, "a"))
        tests = type("TestA", (PluginTests,), {"plugin": plugin, "folder": tmp_path, **CLAIMS, **claims})()
        given = {
            "offer": offer_of(plugin),
            "gathered": gather([plugin], entry_points=False),
            "project": tmp_path,
            "share": (1, 1),
            "taken": tests.proposals,
        }
        test = getattr(tests, name)
        wanted = test.__func__.__code__.co_varnames[1 : test.__func__.__code__.co_argcount]
        return test(**{each: given[each] for each in wanted})

    return running


INHERITED = [name for name in vars(PluginTests) if name.startswith("test_")]


@pytest.mark.parametrize("name", INHERITED)
def test_a_sound_plugin_passes(run, name):
    """A plugin whose claims are true passes every inherited test."""
    run(name)


BROKEN = [
    (
        "test_the_rulebooks_are_read_without_findings",
        {"src/a/rules.yaml": [("years < age", "years < agee")], "src/a/rows.yaml": [("class: reference", "klass: x")]},
        {},
        ["rows.yaml", "klass"],
    ),
    ("test_the_districts_are_those_that_are_named", {}, {"districts": ("a", "b")}, ["没有 / not there: b"]),
    ("test_the_districts_are_those_that_are_named", {}, {"districts": ()}, ["districts = ('a',)"]),
    (
        "test_the_district_composes_without_findings",
        {"src/a/rules.yaml": [("years < age", "years < agee")]},
        {},
        ["a: ", "rules.yaml:13", "agee"],
    ),
    (
        "test_the_district_composes_without_findings",
        {"src/a/district.yaml": [("[a.rules]", "[a.rules, a.gone]")]},
        {},
        ["unknown-practice", "a.gone"],
    ),
    (
        "test_the_districts_adopt_every_practice_that_applies",
        {"src/a/district.yaml": [("[a.rules]", "[a.plan]")]},
        {},
        ["unadopted = ('a.rules',)"],
    ),
    (
        "test_the_districts_adopt_every_practice_that_applies",
        {},
        {"unadopted": ("a.rules",)},
        ["没有 / not there: a.rules"],
    ),
    (
        "test_what_is_only_proposed_is_named",
        {"src/a/plan.yaml": [("standing: proposal", "standing: reported")]},
        {},
        ["没有 / not there: a.plan", "proposals = ()"],
    ),
    (
        "test_what_is_only_proposed_is_named",
        {"src/a/rules.yaml": [("  old:\n", "  old:\n    standing: aim\n")]},
        {},
        ["没有写 / not named: a.rules.old"],
    ),
    ("test_a_proposal_holds_where_its_terms_are_named", {}, {"beside": ()}, ["unknown-name", "years", "`beside`"]),
    (
        "test_every_row_and_end_has_a_case",
        {"cases/old.yaml": [("given: {years: 59}", "given: {years: 61}"), ("young, row: 1", "old, row: 0")]},
        {},
        ["  a.rules.old row 1"],
    ),
    (
        "test_every_row_and_end_has_a_case",
        {"cases/old.yaml": [("[a.rules, a.plan, a.plan.more, a.plan.many]", "[a.rules]")]},
        {},
        ["  a.plan"],
    ),
    (
        "test_every_changed_rule_is_caught_by_a_case",
        {"cases/old.yaml": [("years: 60}", "years: 65}")]},
        {},
        ["mutant-survived", "a.rules.old row 1 when: years < age → years <= age", "equivalent.yaml"],
    ),
    (
        "test_every_changed_rule_is_caught_by_a_case",
        {"cases/old.yaml": [("outcome: old, row: 0", "outcome: young, row: 0")]},
        {},
        ["case-outcome", "old.yaml:5"],
    ),
    ("test_every_changed_rule_is_caught_by_a_case", {}, {"mutants": 500}, ["`mutants` says 500"]),
    (
        "test_every_row_of_the_document_is_in_the_catalogue",
        {},
        {"rows": ("A-01", "A-02", "A-03")},
        ["没有 / not there: A-03"],
    ),
    ("test_every_row_of_the_document_is_in_the_catalogue", {}, {"rows": ()}, ["rows = ('A-01', 'A-02')"]),
    (
        "test_every_row_of_the_document_is_in_the_catalogue",
        {"src/a/rows.yaml": [(", en: second", "")]},
        {},
        ["A-02: 乙"],
    ),
    ("test_every_row_of_the_document_is_in_the_catalogue", {}, {"document": "other.txt"}, ["A-01", "other.txt"]),
    (
        "test_what_the_catalogue_names_is_there",
        {"src/a/rows.yaml": [("a.rules.old]", "a.rules.new]")]},
        {},
        ["row-term", "a.rules.new"],
    ),
    (
        "test_what_the_catalogue_names_is_there",
        {
            "src/a/rows.yaml": [
                (
                    ', shown_by: ["cases/old.yaml::到了", "tests/test_a.py::test_old"]',
                    ', shown_by: ["tests/test_a.py::test_old"]',
                )
            ],
            "cases/old.yaml": [("shows: A-01, ", "")],
        },
        {},
        ["没有例子 / no case: A-01"],
    ),
    (
        "test_what_the_catalogue_names_is_there",
        {"cases/old.yaml": [("{name: 差一岁, ", "{name: 差一岁, shows: A-02, ")]},
        {},
        ["不作主张 / claims nothing: A-02"],
    ),
    (
        "test_every_row_that_claims_something_fails_when_it_is_broken",
        {"src/a/rows.yaml": [("[a.rules.old]", "[a.rules.old, a.plan.more]")]},
        {},
        ["row-dead", "a.plan.more"],
    ),
    (
        "test_the_readme_names_every_practice",
        {"README.md": [("`a.plan`", "a plan")]},
        {},
        ["没有写到 / is not named: a.plan"],
    ),
    (
        "test_the_readme_names_every_practice",
        {"README.md": [("`a.rules.old`", "`a.rules.young`")]},
        {},
        ["没有这个名称 / there is none: a.rules.young"],
    ),
    (
        "test_every_label_is_in_both_languages",
        {"src/a/rules.yaml": [("{zh: 到了, en: reached}", "{zh: 到了}")]},
        {},
        ["  到了"],
    ),
    ("test_every_label_is_in_both_languages", {}, {"bilingual": False}, ["bilingual = False"]),
]


@pytest.mark.parametrize(
    ("name", "changed", "claims", "told"),
    BROKEN,
    ids=[f"{name[5:]}-{number}" for number, (name, *_) in enumerate(BROKEN)],
)
def test_a_broken_plugin_fails_and_is_told_what_is_wrong(run, name, changed, claims, told):
    """The inherited test that is about what is broken fails; its message names that, in Chinese and in English."""
    with pytest.raises(pytest.fail.Exception) as failed:
        run(name, changed, **claims)
    message = str(failed.value)
    assert [each for each in told if each not in message] == [], message
    chinese, english = message.splitlines()[:2]
    assert re.search("[\\u4e00-\\u9fff]", chinese)
    assert english.isascii()


def test_a_proposal_that_is_in_force_fails(run, monkeypatch):
    """Where what is only proposed decides or has a value though nobody named it, each such term is told."""

    def careless(district, gathered):
        """Put a district together as if it had named the proposals."""
        named = ("a.rules", "a.plan", "a.plan.more", "a.plan.many")
        return compose(attrs.evolve(district, adopts=(*district.adopts, *named)), gathered)

    monkeypatch.setattr(plugin_tests, "compose", careless)
    with pytest.raises(pytest.fail.Exception) as failed:
        run("test_nothing_that_is_only_proposed_is_in_force")
    found = str(failed.value).splitlines()[2:]
    assert found == [f"  {who}: a.plan.{term}" for who in ("a", "town") for term in ("many", "more")]
    with pytest.raises(pytest.fail.Exception, match=r"a\.plan\.many"):
        run("test_a_proposal_that_is_adopted_as_a_whole_is_not_in_force")


def test_what_a_district_names_may_be_in_force(run):
    """A proposal that the plugin's own district names under ``adopts`` is in force there, as it should be."""
    named = {"src/a/district.yaml": [("[a.rules]", "[a.rules, a.plan, a.plan.more, a.plan.many]")]}
    run("test_nothing_that_is_only_proposed_is_in_force", named)


def test_what_failed_stays_out_even_where_it_is_named(run):
    """A practice that its source tells as failed is none that a district can take over, and no finding says so."""
    run(
        "test_a_proposal_holds_where_its_terms_are_named",
        {"src/a/plan.yaml": [("standing: proposal", "standing: failed")]},
    )


def test_a_plugin_without_cases_fails(run, tmp_path):
    """Where no folder of cases is, what they should try is told as untried, and no changed rule passes for caught."""
    run("test_the_plugin_is_installed")
    (tmp_path / "cases").rename(tmp_path / "elsewhere")
    for name in ("test_every_row_and_end_has_a_case", "test_every_changed_rule_is_caught_by_a_case"):
        with pytest.raises(pytest.fail.Exception, match="unreadable-file"):
            run(name, files=())


def test_a_plugin_of_a_district_alone_has_nothing_to_try(run):
    """A plugin that offers a district and no practice tries none of anybody else's, and says so."""
    for name in INHERITED:
        if any(word in name for word in ("has_a_case", "changed_rule", "the_readme")):
            with pytest.raises(pytest.skip.Exception, match="the plugin offers no practice"):
                run(name, practices=False)


TESTS = """
from pathlib import Path
import pytest
import sys
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
import a_hooks
from community_core.jurisdiction import gather
from community_core.testing import PluginTests


class TestA(PluginTests):
    plugin = a_hooks
    folder = Path(__file__).parents[1]
    CLAIMS

    @pytest.fixture(scope="class")
    @classmethod
    def gathered(cls):
        return gather([a_hooks], entry_points=False)


class TestNothing(PluginTests):
    folder = Path(__file__).parent


class TestEmpty(TestNothing):
    plugin = pytest


class TestNotInstalled(TestA):
    @pytest.fixture(scope="class")
    @classmethod
    def gathered(cls):
        return gather()
"""
HOOKS = """
from pathlib import Path
from community_core import hookimpl
from community_core.practices.folder import read_folder, read_rows

FOLDER = Path(__file__).parent / "a"


@hookimpl
def community_practices():
    return read_folder(FOLDER, "a").practices


@hookimpl
def community_districts():
    return read_folder(FOLDER, "a").districts


@hookimpl
def community_catalogues():
    return read_rows(FOLDER, "a")
"""


@pytest.fixture
def collected(tmp_path):
    """Return what runs pytest, in a process of its own, over the plugin's test module with other claims."""

    def running(*options, **claims):
        write(tmp_path)
        said = "\n    ".join(f"{name} = {value!r}" for name, value in {**CLAIMS, **claims}.items())
        (tmp_path / "src" / "a_hooks.py").write_text(HOOKS, "utf-8")
        (tmp_path / "tests" / "test_a.py").write_text(TESTS.replace("CLAIMS", said) + FILES["tests/test_a.py"], "utf-8")
        command = [
            sys.executable,
            "-W",
            "error",
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-q",
            "-rs",
        ]
        return subprocess.run(
            [*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8"
        ).stdout

    return running


def test_a_subclass_is_collected_with_the_tests(collected):
    """A class that names its plugin inherits every test, and is run by pytest without further help."""
    assert f"{len(INHERITED)} passed" in collected("tests/test_a.py::TestA")


def test_changed_rules_are_shared_out(collected):
    """Where many rules can be changed several tests try a share each, and ``-k`` leaves them out by name."""
    listed = collected("--collect-only", "tests/test_a.py::TestA", "-k", "changed_rule", mutants=501)
    assert re.findall(r"changed_rule\w+\[(.*)\]", listed) == ["1-of-3", "2-of-3", "3-of-3"]
    quick = collected("--collect-only", "tests/test_a.py::TestA", "-k", "not changed_rule and not when_it_is_broken")
    assert f"{len(INHERITED) - 2}/{len(INHERITED)} tests collected" in quick


def test_each_proposal_is_taken_over_alone_and_then_all(collected):
    """Every proposal that is named has a test of its own, and several have one more together."""
    listed = collected("--collect-only", "tests/test_a.py::TestA", "-k", "terms_are_named", proposals=("a.b", "a.c"))
    assert re.findall(r"terms_are_named\[(.*)\]", listed) == ["a.b", "a.c", "together"]


def test_what_does_not_apply_is_skipped_in_words(collected):
    """Where nothing is only proposed and there is no catalogue, what needs one is skipped and says why."""
    printed = collected("tests/test_a.py::TestA", "-k", "terms_are_named or when_it_is_broken", proposals=(), rows=())
    assert "2 skipped" in printed
    assert "nothing of the plugin is only proposed" in printed
    assert "the plugin offers no catalogue" in printed


def test_a_plugin_that_is_not_found_is_told(collected):
    """What is not installed, or not named, fails with what to do."""
    assert "python -m pip install -e ." in collected("tests/test_a.py::TestNotInstalled", "-k", "is_installed")
    assert "there is no `plugin`" in collected("tests/test_a.py::TestNothing", "-k", "is_installed")
    assert "the plugin offers no practice" in collected("tests/test_a.py::TestEmpty", "-k", "is_installed")
