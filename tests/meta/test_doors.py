"""What the source may say about its own packages, read from the text and not by importing it."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src"
PACKAGE = "community_core"
FILES = sorted((ROOT / PACKAGE).rglob("*.py"))
DOORS = [path for path in FILES if path.name == "__init__.py"]


def module_of(path: Path) -> str:
    """Return the dotted name of a source file; a door has the name of its package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(name: str) -> bool:
    """Whether the source has a module or package of that dotted name."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imported_modules(tree: ast.AST, package: str) -> Iterator[tuple[str, int]]:
    """Yield each module that an import statement names, relative ones resolved from *package*, with its line.

    A module taken out of its package by name (``from package import module``) counts as that module.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield (inner if is_module(inner) else source), node.lineno


def own_doors(module: str) -> set[str]:
    """Return the packages that *module* lies in, the library itself included."""
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def knocks(text: str, module: str, *, door: bool) -> list[str]:
    """Return the places where *text*, the source of *module*, imports a door that it lies behind."""
    package = module if door else module.rpartition(".")[0]
    forbidden = own_doors(module) | {PACKAGE, package}
    return [
        f"{module}:{line} imports {name}"
        for name, line in imported_modules(ast.parse(text), package)
        if name in forbidden
    ]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_module_imports_its_own_door(path):
    """A module imports from the module that defines a thing, never from a door of its own or the library's."""
    assert knocks(path.read_text("utf-8"), module_of(path), door=path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("text", "module", "door"),
    [
        ("from community_core.store import x", "community_core.store.sql", False),
        ("from . import x", "community_core.store.sql", False),
        ("from .. import x", "community_core.store.deep.sql", False),
        ("from community_core.store import x", "community_core.store.deep.sql", False),
        ("import community_core", "community_core.cli.main", False),
        ("def f():\n    from community_core import load", "community_core.cli.main", False),
        ("from . import x", "community_core.store", True),
    ],
)
def test_an_import_of_an_own_door_is_seen(text, module, door):
    """The check above sees absolute, relative and late imports of a module's own door."""
    assert len(knocks(text, module, door=door)) == 1


@pytest.mark.parametrize(
    ("text", "module", "door"),
    [
        ("from community_core.store.sql import x", "community_core.store.records", False),
        ("from .sql import x", "community_core.store.records", False),
        ("from community_core.rules import x", "community_core.store.records", False),
        ("from community_core.rules import nodes", "community_core.rules.fold", False),
        ("from community_core.store.sql import x", "community_core.store", True),
    ],
)
def test_an_import_of_another_module_is_let_pass(text, module, door):
    """The check above lets pass what comes from a sibling module or a lower floor."""
    assert knocks(text, module, door=door) == []


def natural(name: str) -> tuple[int, str]:
    """Return the key by which a door's names are sorted: constants, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("path", DOORS, ids=module_of)
def test_a_door_lists_what_it_opens(path):
    """A door has a docstring and lists, sorted, exactly what it re-exports, late or not; every listed name is there."""
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    opened = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE
        for alias in node.names
    }
    door = import_module(module_of(path))
    listed = list(getattr(door, "__all__", []))
    assert listed == sorted(set(listed), key=natural)
    assert {name for name in opened if not name.startswith("_")} == set(listed)
    assert [name for name in listed if not hasattr(door, name)] == []


@pytest.mark.parametrize("path", DOORS, ids=module_of)
def test_no_public_name_hides_a_package(path):
    """Nothing that a door opens has the name of a package behind that door."""
    behind = {child.name for child in path.parent.iterdir() if (child / "__init__.py").is_file()}
    assert behind.isdisjoint(getattr(import_module(module_of(path)), "__all__", []))


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_module_says_what_it_is(path):
    """Each module begins with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
