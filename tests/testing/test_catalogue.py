"""What a catalogue says of its rows is held against the rules and the project: terms, cases and tests are there."""

import types
from pathlib import Path

import pytest

from community_core.jurisdiction import gather, gather_catalogues, hookimpl
from community_core.practices.folder import read_folder, read_rows
from community_core.testing.catalogue import check_catalogues, dead_rows

RULES = """
practice: a.rules
parameters:
  age: {type: int, zh: 岁数, values: [{value: 60, from: undated}]}
  other: {type: int, zh: 另一个数, values: [{value: 1, from: undated}]}
facts: {years: {type: int, zh: 年数, privacy: public}}
decisions:
  old:
    yields: [young, old]
    cite: {document: 材料}
    rows: [{when: years < age, then: young, because: 甲}]
    otherwise: {then: old, because: 乙}
  torn:
    yields: [young, old]
    rows: [{when: no_such_fact, then: young, because: 甲}]
"""
CASES = """
adopts: [a.rules]
day: 2006-05-01
cases:
  - {name: 老, shows: A-01, given: {years: 70}, decide: old, expect: {outcome: old}}
  - {name: 无关, shows: A-01, parameter: other, expect: {outcome: 1}}
"""
TEST = "def test_old():\n    pass\n\n\nclass TestMore:\n    def test_inside(self):\n        pass\n"


@pytest.fixture
def project(tmp_path):
    """Return how to make a project whose catalogue has one row: its catalogues, and what its plugin offers."""
    package = tmp_path / "src" / "a"
    package.mkdir(parents=True)
    for name, text in (("pyproject.toml", '[project]\nname = "a"\n'), ("cases/old.yaml", CASES), ("test_a.py", TEST)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (package / "rules.yaml").write_text(RULES, "utf-8")

    def make(terms, shown, folder=package):
        (package / "rows.yaml").write_text(
            "catalogue: a\nsource: {document: 材料}\nrows:\n  - id: A-01\n    zh: 甲\n    class: mechanism\n"
            f"    cite: {{lines: L1}}\n    implemented_by: {terms}\n    shown_by: {shown}\n",
            "utf-8",
        )
        plugin = types.ModuleType("a")
        plugin.community_practices = hookimpl(lambda: read_folder(folder, "a").practices)
        plugin.community_catalogues = hookimpl(lambda: read_rows(folder, "a"))
        catalogues, found = gather_catalogues([plugin], entry_points=False)
        assert found == ()
        return catalogues, gather([plugin], entry_points=False)

    return make


def codes(catalogues, gathered):
    """Return the codes of what is wrong with the rows."""
    return [found.code for row in check_catalogues(catalogues, gathered) for found in row.findings]


def test_a_row_whose_term_case_and_test_exist_is_sound(project):
    """Terms by full name, a case by its name and tests by pytest's name are found in the project."""
    made = project(
        "[a.rules.old, years]", "['cases/old.yaml::老', 'test_a.py::test_old[x]', 'test_a.py::TestMore::test_inside']"
    )
    assert codes(*made) == []
    assert check_catalogues(*made)[0].absent == ()


@pytest.mark.parametrize("term", ["a.rules.new", "old", "b.rules.old", "a.rules.torn"])
def test_a_term_that_is_not_there_is_a_finding(project, term):
    """A term that no practice declares, that is not written in full, or that is unavailable implements nothing."""
    made = project(f"[a.rules.old, {term}]", "['cases/old.yaml::老']")
    (row,) = check_catalogues(*made)
    assert [(found.code, found.line, dict(found.data)["term"]) for found in row.findings] == [("row-term", 4, term)]


@pytest.mark.parametrize(
    "shown",
    [
        "cases/old.yaml::少",
        "cases/new.yaml::老",
        "cases/old.yaml",
        "test_a.py::test_new",
        "test_b.py::test_old",
        "test_a.py",
    ],
)
def test_a_case_or_test_that_is_not_there_is_a_finding(project, shown):
    """In a project that is there a case or test that is not shows nothing."""
    made = project("[a.rules.old]", f"['cases/old.yaml::老', '{shown}']")
    (row,) = check_catalogues(*made)
    assert [(found.code, dict(found.data)["shown"]) for found in row.findings] == [("row-case", shown)]
    assert row.absent == ()


def test_a_case_says_which_row_it_shows(project):
    """A case whose ``shows`` does not name the row is told, at the case."""
    made = project("[a.rules.old]", "['cases/old.yaml::老']")
    file = Path(made[0][0].origin.file).parents[2] / "cases" / "old.yaml"
    file.write_text(CASES.replace("shows: A-01", "shows: A-02"), "utf-8")
    (row,) = check_catalogues(*made)
    assert [(found.code, found.file, found.line) for found in row.findings] == [("row-silent", str(file), 5)]


def test_an_installation_without_cases_says_so(project, tmp_path):
    """Away from its project a catalogue names what it lacks, and nothing is a finding."""
    project("[a.rules.old]", "['cases/old.yaml::老', 'test_a.py::test_new']")
    installed = tmp_path / "site-packages" / "a"
    installed.mkdir(parents=True)
    for file in (tmp_path / "src" / "a").iterdir():
        (installed / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "somebody-else"\n', "utf-8")
    catalogues, gathered = project("[a.rules.old]", "['cases/old.yaml::老', 'test_a.py::test_new']", installed)
    (row,) = check_catalogues(catalogues, gathered)
    assert (row.findings, row.absent) == ((), ("cases/old.yaml::老", "test_a.py::test_new"))
    (installed / "cases").mkdir()
    (installed / "cases" / "old.yaml").write_text(CASES, "utf-8")
    (row,) = check_catalogues(catalogues, gathered)
    assert (row.findings, row.absent) == ((), ("test_a.py::test_new",))


def test_a_row_whose_case_fails_with_its_term_is_alive(project):
    """A case that fails when the term is broken shows it."""
    assert dead_rows(*alone(project("[a.rules.old, a.rules.age]", "['cases/old.yaml::老']"))) == ()


@pytest.mark.parametrize(
    ("terms", "shown", "dead"),
    [
        ("[a.rules.old, a.rules.other]", "['cases/old.yaml::老']", ["a.rules.other"]),
        ("[a.rules.old]", "['cases/old.yaml::老', 'cases/old.yaml::无关']", ["cases/old.yaml::无关"]),
        ("[b.none.old]", "['cases/old.yaml::老']", ["b.none.old", "cases/old.yaml::老"]),
    ],
)
def test_a_term_that_no_case_needs_is_told(project, terms, shown, dead):
    """A term whose breaking no case notices, and a case that no broken term fails, are named."""
    found = dead_rows(*alone(project(terms, shown)))
    assert [(each.code, dict(each.data)["what"]) for each in found] == [("row-dead", what) for what in dead]


def alone(made):
    """Return the one catalogue, and what is offered."""
    (catalogue,), gathered = made
    return catalogue, gathered


def test_a_catalogue_that_cannot_be_read_is_not_lost(project, tmp_path):
    """What is wrong with the file of rows is carried by a catalogue, and the plugin's rules stand."""
    project("[a.rules.old]", "['cases/old.yaml::老']")
    folder = tmp_path / "src" / "a"
    (folder / "rows.yaml").write_text("catalogue: [\n", "utf-8")
    (catalogue,) = read_rows(folder, "a")
    assert (catalogue.name, [found.code for found in catalogue.findings]) == ("a.unread", ["yaml-syntax"])
    assert [found.code for found in read_folder(folder, "a").findings] == []
