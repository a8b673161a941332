"""Every command explains itself, starts fast, and turns trouble from outside into words and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from rich.console import Console

from community_core.base.errors import CommunityError, LoadError, Refused, StoreError, UnknownTerm
from community_core.base.findings import finding
from community_core.base.labels import Label
from community_core.cli import exits, output
from community_core.cli import main as module
from community_core.cli.main import COMMANDS, main
from community_core.ports.store import Contradiction

SHELL = [sys.executable, "-c", "from community_core.cli.main import main; main()"]
CALL = "import sys\nfrom community_core.cli.main import main\ntry:\n    main({!r})\nexcept SystemExit:\n    pass\n"
WORDS = Label("出错了", "it failed")


GROUPS = {name for name in COMMANDS if isinstance(main.get_command(click.Context(main), name), click.Group)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(run, name):
    """Each listed command has help in both languages that documents the exit codes."""
    said = run(name, "--help")
    assert said.code == 0
    assert "Exit codes" in said.out
    assert any("\u4e00" <= sign <= "\u9fff" for sign in said.out.split("退出码")[0])
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"demo", "schema"} - GROUPS))
def test_every_command_that_answers_takes_json(run, name):
    """Each command that answers has --json; of a group each command in it; a schema is JSON anyway."""
    assert "--json" in run(name, "--help").out


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_commands_of_groups_take_json(run, group):
    """Each command of a group documents the exit codes, and has --json where it answers."""
    asked = [(group,)]
    while asked:
        path = asked.pop()
        said = run(*path, "--help")
        assert "Exit codes" in said.out
        command = main
        for name in path:
            command = command.commands[name] if command is not main else main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            asked += [(*path, name) for name in command.commands]
        elif path[-1] not in {"place", "appoint", "delegate"}:
            assert "--json" in said.out


def test_help_lists_all_commands_and_imports_none():
    """The list of commands is printed without loading a command, YAML, a database or a table library."""
    code = CALL.format(["--help"])
    code += "print([name for name in ('yaml', 'sqlalchemy', 'polars', 'rich', 'jinja2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_a_decision_loads_nothing_heavy():
    """An answer is printed without SQLAlchemy, Polars, Jinja2 or rich."""
    pytest.importorskip("community_shenhe")
    args = ["decide", "care_class", "--district", "shenhe", "--on", "2006-05-01"]
    code = CALL.format(args)
    code += "print([name for name in ('sqlalchemy', 'polars', 'jinja2', 'rich') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused(WORDS, [finding("no-post", "没有职务", "no post")]), exits.FINDINGS),
        (LoadError(WORDS, [finding("x", "坏", "bad")]), exits.FINDINGS),
        (LoadError(WORDS), exits.WRONG_USE),
        (UnknownTerm(WORDS), exits.WRONG_USE),
        (StoreError(WORDS), exits.ENVIRONMENT),
        (Contradiction(WORDS), exits.FINDINGS),
        (CommunityError(WORDS), exits.FINDINGS),
        (PermissionError(13, "denied"), exits.ENVIRONMENT),
        (KeyboardInterrupt(), exits.INTERRUPTED),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_errors_from_outside_become_words_and_codes(run, monkeypatch, error, code, as_json):
    """Each kind of error has its exit code, and is told in both languages, or as JSON, with its findings."""

    @click.command()
    @click.option("--json", is_flag=True)
    def broken(**_: object) -> int:
        raise error

    monkeypatch.setattr(module.Commands, "get_command", lambda *_: broken)
    said = run("decide", *(["--json"] if as_json else []))
    assert said.code == code
    if as_json:
        told = said.data["error"]
        assert told["exit_code"] == code
        assert told["zh"]
        assert told["en"]
        assert [item["code"] for item in told["findings"]] == [item.code for item in getattr(error, "findings", ())]
    else:
        assert "错误：" in said.err
        assert "Error: " in said.err
        assert all(item.code in said.err for item in getattr(error, "findings", ()))


def test_our_own_faults_are_not_hidden(run, monkeypatch):
    """An error that is nobody's outside the library is raised as it is."""

    @click.command()
    def broken() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(module.Commands, "get_command", lambda *_: broken)
    with pytest.raises(ZeroDivisionError):
        run("decide")


def test_wrong_use_is_two(run):
    """An unknown command, a missing option and a bad day are wrong use; with --json they are JSON."""
    assert run("nonsense").code == exits.WRONG_USE
    missing = run("decide", "care_class", "--json")
    assert missing.code == exits.WRONG_USE
    assert "--district" in missing.data["error"]["message"]
    bad = run("decide", "care_class", "--district", "shenhe", "--on", "yesterday")
    assert bad.code == exits.WRONG_USE
    assert "2006-05-01" in bad.err


def test_a_reader_that_goes_away_is_no_crash():
    """Printing into a pipe that is closed ends without a word, and is no finding by its exit code."""
    pytest.importorskip("community_shenhe")
    why = ["why", "elder_age", "--district", "shenhe"]
    for args in ([*why, "--json"], why, ["--help"]):
        process = subprocess.Popen([*SHELL, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        _, said = process.communicate()
        assert (said, process.returncode) == (b"", exits.UNREAD)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full is Linux's")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_output_that_takes_nothing_is_told(more):
    """Where the output cannot be written, the error stands on standard error, also with --json."""
    args = ["districts", *more]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*SHELL, *args], stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode == exits.ENVIRONMENT
    assert done.stderr.splitlines()[0] == "错误：无法读写：磁盘已满；请腾出空间再试"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_program_without_streams_runs(more):
    """A program that was started without standard output and error runs, and says how it ended by its exit code."""
    closed = "import os, sys; sys.stdout = sys.stderr = None; from community_core.cli.main import main; main()"
    for args, code in ((["districts"], exits.FINE), (["nonsense"], exits.WRONG_USE)):
        done = subprocess.run([sys.executable, "-c", closed, *args, *more], check=False)
        assert done.returncode == code


def test_findings_are_lines_where_a_table_is_too_wide(run, monkeypatch, tmp_path):
    """In a narrow terminal a finding is one line with its place, code and both texts, else a row of a table."""
    broken = tmp_path / "a.yaml"
    broken.write_text("practice: a.b\nfacts: {}\nfact: {}\n", "utf-8")
    said = run("check", broken)
    assert f"{broken}:3:1: unknown-key: " not in said.out
    wide = output.console
    monkeypatch.setattr(output, "console", lambda **more: Console(width=40, file=wide(**more).file))
    narrow = run("check", broken)
    assert narrow.code == said.code == exits.FINDINGS
    assert f"错误 error  {broken}:3:1: unknown-key: " in narrow.out
    assert "no key 'fact' here" in narrow.out


def test_version(run):
    """The version is that of the installed package."""
    from importlib.metadata import version

    assert version("community-core") in run("--version").out


def test_json_is_utf8_where_the_stream_is(run):
    """JSON keeps Chinese readable in a stream that can carry it."""
    pytest.importorskip("community_shenhe")
    said = run("decide", "care_class", "--district", "shenhe", "--on", "2006-05-01", "--json")
    assert "独居" in said.out
    assert json.loads(said.out)["status"] == "undetermined"


def test_an_encoding_that_lacks_a_sign_is_no_crash():
    """Output into a stream in GBK or Latin-1 goes through, what it cannot hold shown as question marks."""
    pytest.importorskip("community_shenhe")
    args = ["decide", "care_class", "--district", "shenhe", "--on", "2006-05-01"]
    for encoding, json_option in (("gbk", []), ("latin-1", ["--json"])):
        env = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run([*SHELL, *args, *json_option], capture_output=True, env=env, check=False)
        assert done.returncode == 0, done.stderr
        text = done.stdout.decode(encoding)
        assert "独居" in (str(json.loads(text)) if json_option else text)


def test_a_number_is_never_told_in_two_lines(capsys, monkeypatch):
    """An identity number stays whole beside long texts, and where there is no room for it each row is a paragraph."""
    wide = output.console
    number = "999999195002080018"
    for width in (60, 40):
        monkeypatch.setattr(output, "console", lambda width=width, **more: Console(width=width, file=wide(**more).file))
        output.print_table("t", ("a", "b", "c"), [("x" * 200, number, "y" * 200)])
        assert number in capsys.readouterr().out
