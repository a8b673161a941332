"""The shipped pytest plugin as a host sees it: what it collects, how it fails, and what it does not load."""

import subprocess
import sys

import pytest

from community_core.testing.pytest_plugin import is_case_file

CASES = """\
adopts: []
day: 2006-05-01
cases:
  - name: 单位
    given: {recipient: unit}
    decide: service_tier
    expect: {outcome: socialised}
  - name: 错
    given: {recipient: unit}
    decide: service_tier
    expect: {outcome: welfare}
  - {name: 读不了}
"""


def run_pytest(folder, *options):
    """Run pytest in *folder* as a host does, in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-p", "no:cacheprovider", "-q", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


def test_cases_are_collected_without_python(tmp_path):
    """A folder of cases needs no Python: what fits passes, what differs fails and says expected, got and line."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "tiers.yaml").write_text(CASES, "utf-8")
    done = run_pytest(tmp_path)
    assert "2 failed, 1 passed" in done.stdout
    assert done.returncode == 1
    assert "tiers.yaml:8:5: case-outcome" in done.stdout
    assert "outcome should be welfare, got socialised" in done.stdout
    assert "tiers.yaml:12:5: missing-key" not in done.stdout
    assert "tiers.yaml:12:5: case-kind" in done.stdout
    assert "Traceback" not in done.stdout


def test_one_case_can_be_chosen(tmp_path):
    """Cases are items like any other and can be chosen by name."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "tiers.yaml").write_text(CASES, "utf-8")
    assert "1 passed, 2 deselected" in run_pytest(tmp_path, "-k", "单位").stdout


@pytest.mark.parametrize(
    ("folder", "name", "text", "ours"),
    [
        ("cases", "a.yaml", "cases:\n  - x\n", True),
        ("cases", "a.yml", "day: 2006-05-01\ncases: []\n", True),
        ("cases", "a.yaml", "other: 1\n", False),
        ("cases", "a.yaml", "other:\n  cases: []\n", False),
        ("cases", "a.json", "cases: []\n", False),
        ("rules", "a.yaml", "cases: []\n", False),
    ],
)
def test_only_case_files_are_ours(tmp_path, folder, name, text, ours):
    """A YAML file is ours where its folder is called cases and it has that key; a host's other files are left alone."""
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / name
    path.write_text(text, "utf-8")
    assert is_case_file(path) is ours


def test_a_host_without_cases_loads_nothing(tmp_path):
    """In a host's own test run the plugin loads neither YAML nor a database nor the rest of the library."""
    (tmp_path / "test_host.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    heavy = ('yaml', 'sqlalchemy', 'polars', 'narwhals', 'jinja2', 'sphinx', 'click', 'rich')\n"
        "    assert [name for name in heavy if name in sys.modules] == []\n"
        "    ours = ('community_core.testing.cases', 'community_core.office', 'community_core.store')\n"
        "    assert [name for name in ours if name in sys.modules] == []\n",
        "utf-8",
    )
    done = run_pytest(tmp_path)
    assert "1 passed" in done.stdout, done.stdout
