"""What happens when the library is imported: each module by itself, and the library's door alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "community_core").rglob("*.py")
)

#: What only an extra brings; a module that needs one of them may fail to import where it is missing.
EXTRAS = {
    "cryptography",
    "docx",
    "flask",
    "hypothesis",
    "narwhals",
    "openpyxl",
    "polars",
    "psycopg",
    "pytest",
    "sphinx",
}

#: Imports each module named in the input in a process of its own, forked from one that has imported nothing.
ALONE = r"""
import json, os, sys

def report(module):
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        return {"missing": (error.name or "").partition(".")[0], "error": repr(error)}
    except BaseException as error:
        return {"error": repr(error)}
    return {"loaded": [name for name in sys.modules if "." not in name]}

results = {}
for module in json.load(sys.stdin):
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            json.dump(report(module), out)
            out.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as given:
        text = given.read()
    os.waitpid(child, 0)
    results[module] = json.loads(text) if text else {"error": "the interpreter died"}
json.dump(results, sys.stdout)
"""


def import_alone(modules: list[str]) -> dict[str, dict[str, object]]:
    """Import each module in a fresh process with warnings as errors, and return what came of it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE],
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,  # beside other work on the same machine it takes minutes
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def alone():
    """Return what came of importing each module alone."""
    return import_alone(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_each_module_imports_alone(alone, module):
    """Each module imports in a fresh interpreter, with no other imported before it and warnings as errors."""
    result = alone[module]
    if result.get("missing") in EXTRAS:
        pytest.skip(f"needs {result['missing']}, which an extra brings")
    assert "error" not in result


def test_a_module_that_fails_is_seen():
    """The check above reports a module that does not import, and an unmet requirement by its name."""
    results = import_alone(["community_core.no_such_module", "json"])
    assert results["community_core.no_such_module"]["missing"] == "community_core"
    assert "error" not in results["json"]


HEAVY = {
    "alembic",
    "click",
    "flask",
    "jinja2",
    "narwhals",
    "polars",
    "pyarrow",
    "pytest",
    "rich",
    "sphinx",
    "sqlalchemy",
    "yaml",
}


@pytest.mark.parametrize("module", ["community_core", "community_core.testing"])
def test_the_doors_that_everyone_imports_are_light(alone, module):
    """Importing the library, or the test kit that loads in every pytest run, brings in nothing heavy."""
    assert HEAVY.isdisjoint(alone[module]["loaded"])


#: What is imported only when it is used, whatever module of the library is loaded: tables, documents, templates, keys.
USED_LATE = (
    "chinese_calendar",
    "cryptography",
    "docx",
    "docxtpl",
    "jinja2",
    "openpyxl",
    "psycopg",
)


@pytest.mark.parametrize("late", USED_LATE)
def test_no_module_brings_in_what_only_its_use_needs(alone, late):
    """No module of the library, registers and papers among them, loads these when it is itself imported."""
    assert [module for module in MODULES if late in alone[module].get("loaded", ())] == []


def test_the_floors_of_registers_and_papers_are_there():
    """The check above speaks of modules that exist: the sheets of registers, printable papers, sealed values."""
    assert {
        "community_core.registers.sheets",
        "community_core.pages.papers",
        "community_core.store.sealing",
    } <= set(MODULES)


def test_composing_a_district_brings_in_nothing_heavy():
    """A district is read and composed without a database, templates, tables or the command line."""
    code = (
        "import sys, community_core as cc; cc.load('demo-shenhe'); print(*{one.split('.')[0] for one in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "community_core" in loaded
    assert (HEAVY - {"yaml"} | set(USED_LATE)).isdisjoint(loaded)


def test_the_installed_library_is_whole():
    """Every file of the source is in the installed library: modules, rulebooks, templates, the typing mark."""
    import community_core

    installed = Path(community_core.__file__).parent
    source = ROOT / "community_core"
    files = {
        path.relative_to(source) for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert Path("py.typed") in files
    assert sorted(str(path) for path in files if not (installed / path).is_file()) == []
