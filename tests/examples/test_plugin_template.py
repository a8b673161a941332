"""The plugin template runs on the first try, and the page that explains it shows exactly its files."""

import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import community_core as cc
from community_core.jurisdiction import compose, gather
from community_core.testing import PluginTests

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "examples" / "plugin-template"
PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text("utf-8")
SHOWN = {
    match[1]: match[2]
    for match in re.finditer(r"^```[a-z]+\n# file: my-town/(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
}


def installed(folder: Path) -> Path:
    """Copy the template into *folder* and write beside it the metadata that an installation would write."""
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text("utf-8"))["project"]
    copy = folder / "my-town"
    shutil.copytree(TEMPLATE, copy, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    info = folder / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups), "utf-8")
    return copy


def run_tests(copy: Path) -> subprocess.CompletedProcess[str]:
    """Run the template's own tests as its author would, with the copy installed."""
    path = os.pathsep.join([str(copy / "src"), str(copy.parent / "site"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_its_tests_pass_on_the_first_try(tmp_path):
    """A fresh copy passes its own tests, as many as the page says."""
    done = run_tests(installed(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    printed = re.search(r"\d+ passed, \d+ skipped", done.stdout)
    assert printed is not None
    assert printed[0] in PAGE


def test_its_tests_can_fail(tmp_path):
    """A changed rule makes a case fail that names its file and line, and says what was expected and what came."""
    copy = installed(tmp_path)
    rules = copy / "src" / "my_town" / "rooms.yaml"
    text = rules.read_text("utf-8")
    rules.write_text(text.replace("room_hours <= free_hours", "room_hours < free_hours"), "utf-8")
    done = run_tests(copy)
    assert done.returncode == 1
    (shown,) = re.findall(r"^```text\n(cases/rooms\.yaml.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in shown.splitlines():
        assert line in done.stdout.replace(f"{copy}{os.sep}", "")


@pytest.fixture
def plugin(monkeypatch):
    """The module that the template's entry point names, importable only here."""
    monkeypatch.syspath_prepend(str(TEMPLATE / "src"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text("utf-8"))["project"]
    ((_, module),) = project["entry-points"]["community_core"].items()
    yield importlib.import_module(module)
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_town"]:
        del sys.modules[name]


def test_its_entry_point_offers_what_the_district_adopts(plugin):
    """The module behind the entry point offers its practices and a district that composes without a finding."""
    gathered = gather([plugin])
    assert [item for item in gathered.findings if item.plugin == plugin.__name__] == []
    district = next(item for item in gathered.districts if item.name == "my-town")
    assert compose(district, gathered).findings == ()
    assert set(district.adopts) <= {practice.name for practice in gathered.practices}


def test_every_value_of_it_is_marked_as_an_example(plugin):
    """No number of the template passes for a rule that holds somewhere."""
    rules = cc.load("my-town", plugins=[plugin])
    own = [item for name, item in rules.terms.parameters if name.startswith("my-town.")]
    values = [value for item in own for value in item.history]
    assert len(values) == 4
    assert {value.standing for value in values} == {cc.Standing.EXAMPLE}


def test_the_page_shows_every_file_of_it():
    """Each file of the template stands on the page, word for word, and no other."""
    files = {
        path.relative_to(TEMPLATE).as_posix(): path.read_text("utf-8")
        for path in TEMPLATE.rglob("*")
        if path.is_file() and path.suffix in {".py", ".yaml", ".toml"} and "__pycache__" not in path.parts
    }
    assert files == SHOWN


def test_the_page_lists_what_the_inherited_tests_can_be_told():
    """Each claim that a plugin's test class can make stands in the page's table and in the class's own words."""
    claims = list(inspect.get_annotations(PluginTests))
    table = PAGE.partition("| 写什么 claim |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == claims
    assert re.findall(r"^ {4,8}(\w+): ", PluginTests.__doc__, re.MULTILINE) == claims


def test_the_functions_behind_them_are_where_the_page_says():
    """What the page names for calling by hand can be imported from there."""
    for door, names in (
        ("testing", ("not_covered", "mutate")),
        ("testing.catalogue", ("check_catalogues", "dead_rows")),
    ):
        assert f"`community_core.{door}`" in PAGE
        assert all(callable(getattr(importlib.import_module(f"community_core.{door}"), name)) for name in names)
        assert all(f"`{name}`" in PAGE for name in names)


def test_its_wheel_takes_the_rulebooks_along():
    """Every rulebook lies in the package that the wheel is told to hold."""
    build = tomllib.loads((TEMPLATE / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    (package,) = build["targets"]["wheel"]["packages"]
    inside = {path.name for path in (TEMPLATE / package).glob("*.yaml")}
    assert inside == {"rooms.yaml", "bookings.yaml", "district.yaml", "rows.yaml"}


def test_it_can_be_given_another_name(tmp_path):
    """Replacing the two spellings of its name, as its README says, leaves a plugin whose tests pass."""
    copy = installed(tmp_path)
    (copy / "src" / "my_town").rename(copy / "src" / "river_bank")
    for path in [*copy.rglob("*"), *(tmp_path / "site").rglob("*")]:
        if path.is_file():
            text = path.read_text("utf-8")
            path.write_text(text.replace("my-town", "river-bank").replace("my_town", "river_bank"), "utf-8")
    done = run_tests(copy)
    assert done.returncode == 0, done.stdout + done.stderr
