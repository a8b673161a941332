"""Whatever command meets a file that is no store of ours says so in words, as JSON where asked, and leaves it alone."""

from __future__ import annotations

import re
import shutil
import sqlite3

import click
import pytest
from tests.cli.conftest import every_command

from community_core.cli import exits
from community_core.cli.main import main

CHINESE = re.compile("[\u4e00-\u9fff]")
GIVEN = {
    "--day": "2006-05-02",
    "--on": "2006-05-02",
    "--since": "2006-01-01",
    "--until": "2006-01-01",
    "--district": "demo-shenhe",
    "--purpose": "audit",
}
#: These put the library's tables into a database that has none, as into that of a program which uses the library.
MAKES = ("appoint", "delegate", "import", "open", "place")
#: How the file has to be called that a command writes.
ENDINGS = {"paper": ".html", "packet": ".json", "register": ".csv"}


ASKED = [
    (path, command) for path, command in every_command(main) if any("--store" in item.opts for item in command.params)
]


def _line(path, command, store, folder):
    """Return the arguments of a command that is asked for something sound over *store*."""
    told, options = [], ["--store", str(store)]
    for item in command.params:
        if isinstance(item, click.Argument):
            choices = getattr(item.type, "choices", None)
            exists = getattr(item.type, "exists", False)
            told.append(next(iter(choices)) if choices else str(folder / "some.csv") if exists else _word(item.name))
        elif item.required and "--store" not in item.opts:
            name = item.opts[0]
            made = str(folder / f"made{ENDINGS.get(path[0], '')}")
            options += [name] if item.is_flag else [name, made if name == "--out" else GIVEN.get(name, "w")]
    if path == ("case", "delegate"):
        told[1] = "v"
    if path == ("may",):
        options += ["--case", "hearing-1"]
    return [*path, *options, "--", *told]


def _word(name):
    return {"version": "1", "name": "places", "registers": "places", "procedure": "hearing"}.get(name, "w")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A database of another program, one of a later version of ours, and files that are no database."""
    folder = tmp_path_factory.mktemp("foreign")
    with sqlite3.connect(folder / "other.db") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    (folder / "text.db").write_text("no database\n" * 200, "utf-8")
    from community_core.store.sql import open_store

    open_store(str(folder / "newer.db")).close()
    with sqlite3.connect(folder / "newer.db") as newer:
        newer.execute("UPDATE cc_alembic_version SET version_num = '9999'")
    newer.close()
    return folder


@pytest.mark.parametrize(("path", "command"), ASKED, ids=lambda value: "-".join(value) if type(value) is tuple else "")
def test_a_file_that_is_no_store_of_ours_is_told_and_left_alone(run, foreign, tmp_path, path, command):
    """Another program's database, a text, a later version's store, a folder: words, the exit code, nothing written."""
    (tmp_path / "some.csv").write_text("a\n1\n", "utf-8")
    makes = path[-1] in MAKES
    for name, code in (*((("other.db", 3),) if not makes else ()), ("text.db", 3), ("newer.db", 3), ("folder", 2)):
        store = tmp_path / name
        if name == "folder":
            store.mkdir()
        else:
            shutil.copy(foreign / name, store)
        before = store.read_bytes() if store.is_file() else b""
        line = _line(path, command, store, tmp_path)
        more = ["--json"] if any("--json" in item.opts for item in command.params) else []
        said = run(*line[: line.index("--")], *more, *line[line.index("--") :])
        assert said.code == code, (line, said.out, said.err)
        if more:
            assert said.data["error"]["exit_code"] == code
        english = run(*line[: line.index("--")], "--lang", "en", *line[line.index("--") :])
        assert english.code == code
        assert english.err.startswith("Error: ")
        assert not CHINESE.search(english.err)
        assert (store.read_bytes() if store.is_file() else b"") == before
        assert not (tmp_path / "made").exists()
    assert exits.ENVIRONMENT == 3
