"""What holds for the repository's files as a whole."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Written in two parts so that this file does not name them itself.
REGISTRIES = [
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("files.python", "hosted.org"),
        ("registry.", "npmjs"),
        ("npm", "js.com"),
        ("crates", ".io"),
        ("deb.", "debian.org"),
        ("proxy.", "golang.org"),
        ("conda", ".anaconda.org"),
    )
]
#: Folders that tools and people make beside the repository's own.
MADE = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "_build",
    "build",
    "community-core-demo",
    "dist",
    "venv",
}


def files() -> list[Path]:
    """Return the repository's files: those that git knows or would add, or all that no tool made."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if listed.returncode == 0:
            paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
            return sorted(path for path in paths if path.is_file())
    everything = (path for path in ROOT.rglob("*") if path.is_file())
    return sorted(path for path in everything if MADE.isdisjoint(path.relative_to(ROOT).parts))


def texts() -> list[tuple[str, str]]:
    """Return the repository's text files by their path."""
    found = []
    for path in files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_files_are_found():
    """The checks below see the repository: its README, its source and this test."""
    names = {name for name, _ in texts()}
    assert {"README.md", "pyproject.toml", "tests/meta/test_repository.py"} <= names
    assert any(name.startswith("src/") for name in names)


def test_no_file_names_a_package_registry():
    """No file names the host of a package registry: where packages come from is the installing machine's matter."""
    assert [(name, host) for name, text in texts() for host in REGISTRIES if host in text] == []


def test_text_files_end_with_one_newline():
    """Text files end with a newline, and none has carriage returns except data that tests them."""
    bad = [
        name
        for name, text in texts()
        if text and Path(name).suffix in {".py", ".md", ".toml", ".yaml"} and (not text.endswith("\n") or "\r" in text)
    ]
    assert bad == []


def commands() -> list[str]:
    """Return the commands that the README gives a newcomer, in order."""
    blocks = re.findall(r"```(?:bash|sh|shell)\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("python3 -m venv")]


def test_ci_calls_the_commands_of_the_readme():
    """The README gives the same two commands in both languages, and the continuous integration runs them as written."""
    found = commands()
    assert len(set(found)) == 2
    assert found == found[:2] * (len(found) // 2)
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    called = [re.fullmatch(r"(?:demo|tests)_command='(.*)'", line) for line in script]
    assert [match[1] for match in called if match] == found[:2]


def test_the_version_is_declared_once():
    """The version stands in the library's door and the metadata reads it from there."""
    from importlib.metadata import version

    import community_core

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in declared["project"]
    assert version("community-core") == community_core.__version__


def test_every_ignored_lint_rule_has_its_reason():
    """Each rule that the linter is told to ignore says why, on its line or on the one that opens its group."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    lines = [line.strip() for line in section.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*"', line)]
    assert lines
    assert [line for line in lines if "#" not in line] == []


def test_changelog_fragments_are_named_and_written():
    """Each changelog fragment is named for its kind and says something."""
    kinds = {"added", "changed", "fixed", "removed", "rules"}
    fragments = [path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert fragments
    for path in fragments:
        assert re.fullmatch(r"[a-z0-9-]+\.([a-z]+)\.md", path.name), path.name
        assert path.name.split(".")[1] in kinds
        assert path.read_text("utf-8").strip()


def test_plugins_are_packages_of_their_own():
    """Each folder under plugins/ has its metadata, requires the library, and registers an entry point."""
    folders = [path for path in (ROOT / "plugins").iterdir() if path.is_dir()]
    for folder in folders:
        data = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        assert any(item.startswith("community-core") for item in data["project"]["dependencies"])
        assert "community_core" in data["project"]["entry-points"]


def test_the_floors_are_listed_top_down():
    """The contract of the floors lists every package of the library exactly once."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    listed = [name.strip() for layer in contract["layers"] for name in layer.split("|")]
    packages = {path.parent.name for path in (ROOT / "src" / "community_core").glob("*/__init__.py")}
    assert len(listed) == len(set(listed))
    assert packages <= set(listed)
    assert contract["exhaustive"] is True


def test_imports_keep_to_the_floors():
    """A module imports downward only: the contract holds."""
    pytest.importorskip("importlinter", reason="import-linter belongs to the extra dev")
    import sys

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
