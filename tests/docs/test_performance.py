"""The page of figures names every benchmark and every peer, and no peer is a dependency of the library."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")


def scripts():
    return sorted(
        path.name
        for path in (ROOT / "benchmarks").glob("*.py")
        if 'if __name__ == "__main__":' in path.read_text("utf-8")
    )


def peers():
    """The distributions that the comparison with other engines names."""
    tree = ast.parse((ROOT / "benchmarks" / "peers.py").read_text("utf-8"))
    (value,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "PEERS"
    ]
    assert isinstance(value, ast.Tuple)
    return [row.elts[0].value for row in value.elts if isinstance(row, ast.Tuple)]


def test_the_page_names_the_scripts_that_print_its_figures():
    """Every script that the page names exists, and decisions, starting and rolls have theirs."""
    named = set(re.findall(r"benchmarks/([a-z]+\.py)", PAGE))
    assert named <= set(scripts())
    assert {"decide.py", "peers.py", "load.py", "roll.py", "registers.py"} <= named


def test_each_peer_has_its_row_and_is_installed_by_the_session_alone():
    """What the library is compared with stands on the page, is installed by the session, and is no dependency."""
    session = (ROOT / "noxfile.py").read_text("utf-8").partition("def bench(")[2].partition("@nox.session")[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = str([project["dependencies"], project["optional-dependencies"]])
    assert peers()
    for peer in peers():
        assert re.search(rf"^\| {peer} [0-9.]+", PAGE, re.MULTILINE), peer
        assert f'"{peer}"' in session, peer
        assert peer not in needed
