"""The pages of the documentation stand together: they build, and name every word, code and hook there is."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = sorted(
    path for top in (ROOT / "src", *sorted((ROOT / "plugins").glob("*/src"))) for path in top.rglob("*.py")
)

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z")
#: Texts in the source that have the form of a code and are none.
OTHERS = re.compile(r"utf-(8|8-sig|16|16-le|16-be)\Z|community-|case-(file|place)\Z|new-key\Z")


def codes_in(path: Path) -> set[str]:
    """Return the finding codes that a source file writes: texts of that form, and what ``finding`` is called with.

    The demo names people, bodies and districts in the same form: there only what ``finding`` is called with counts.
    What a log line calls its event is no code either.
    """
    tree = ast.parse(path.read_text("utf-8"))
    logged = {
        id(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "event"
    }
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in logged
    }
    found = {text for text in texts if CODE.match(text)} if "demo" not in path.parts else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"finding", "Finding"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return {text for text in found if not OTHERS.match(text)}


def entries() -> dict[str, list[str]]:
    """Return the entries of the page of finding codes: the definitions below each code."""
    found: dict[str, list[str]] = {}
    code = ""
    for line in (DOCS / "reference" / "findings.md").read_text("utf-8").splitlines():
        if match := re.fullmatch(r"`([a-z0-9-]+)`", line):
            code = match[1]
            assert code not in found, f"{code} has two entries"
            found[code] = []
        elif line.startswith(": "):
            found[code].append(line[2:])
    return found


def test_every_finding_code_has_its_entry():
    """Each code that the library or a plugin can give is explained, and no code that nothing gives."""
    used = set().union(*(codes_in(path) for path in SOURCES))
    assert used
    documented = set(entries())
    assert sorted(used - documented) == []
    assert sorted(documented - used) == []


@pytest.mark.parametrize("code", sorted(entries()))
def test_an_entry_gives_cause_and_cure_in_both_languages(code):
    """An entry has a Chinese line and an English one, each with a cause and a cure."""
    chinese, english = entries()[code]
    assert re.match(r"\*\*原因\*\* .+ \*\*办法\*\* .+", chinese)
    assert re.match(r"\*\*Cause\*\* .+ \*\*Cure\*\* .+", english)


def test_codes_stand_in_order_within_their_section():
    """Entries are sorted in each section, so that a reader finds one."""
    sections = (DOCS / "reference" / "findings.md").read_text("utf-8").split("\n## ")
    for section in sections:
        listed = re.findall(r"^`([a-z0-9-]+)`$", section, re.MULTILINE)
        assert listed == sorted(listed)


#: Closed vocabularies whose every value the glossary explains.
VOCABULARIES = [
    "community_core.base.ranks.Rank",
    "community_core.base.ranks.Standing",
    "community_core.base.ranks.Force",
    "community_core.base.ranks.Privacy",
    "community_core.procedures.definition.EndKind",
    "community_core.procedures.definition.PublishKind",
    "community_core.procedures.definition.LateAction",
]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_glossary_explains_each_word_that_a_text_may_write(name):
    """Each value of a closed vocabulary stands in the glossary as it is written."""
    module, _, cls = name.rpartition(".")
    enumeration = getattr(importlib.import_module(module), cls)
    assert issubclass(enumeration, Enum)
    text = (DOCS / "glossary.md").read_text("utf-8")
    words = [item.name.lower() if isinstance(item.value, int) else item.value for item in enumeration]
    assert [word for word in words if f"`{word}`" not in text] == []


def test_the_glossary_explains_each_status():
    """Each status of an answer is an entry of the glossary."""
    from community_core.rules import Status

    text = (DOCS / "glossary.md").read_text("utf-8")
    assert [item.value for item in Status if not re.search(rf"^{item.value}( \(status\))?$", text, re.MULTILINE)] == []


def signature(function: ast.FunctionDef) -> str:
    """Return a function's name, parameters and result as its source writes them."""
    result = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"{function.name}({ast.unparse(function.args)}){result}"


def test_every_hook_has_its_heading_with_its_signature():
    """The reference has a heading for each hook with its exact signature, in the specification's order."""
    hookspecs = importlib.import_module("community_core.jurisdiction.hookspecs")
    tree = ast.parse(inspect.getsource(hookspecs))
    hooks = [
        signature(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("community_")
    ]
    headings = re.findall(r"^## `(.+)`$", (DOCS / "reference" / "hooks.md").read_text("utf-8"), re.MULTILINE)
    assert hooks
    assert headings == hooks


def test_the_documentation_builds_without_a_warning(tmp_path):
    """Sphinx builds all pages; a broken reference or a page that no contents list names is an error."""
    pytest.importorskip("sphinx", reason="Sphinx belongs to the extra docs")
    pytest.importorskip("myst_parser", reason="MyST belongs to the extra docs")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-n", "-W", "-q", "-b", "html", str(DOCS), str(tmp_path / "html")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def links(text: str) -> list[str]:
    """Return the files that a page's links and pictures point at, those in the net left out."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "changelog.d/README.md"])
def test_links_of_the_front_pages_lead_somewhere(name):
    """Every file that a front page links to is in the repository."""
    page = ROOT / name
    assert [target for target in links(page.read_text("utf-8")) if not (page.parent / target).exists()] == []
