"""Running commands in process, as a shell would see them."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import click
import pytest
from attrs import frozen
from click.testing import CliRunner

from community_core.cli.main import main

#: Click before 8.2 mixes what is written to the two outputs unless it is told not to; later releases cannot be told.
APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}

TALK = Path(__file__).parents[1] / "office" / "talk.yaml"


def every_command(group, path=()):
    """Yield each command of *group* with the words that call it, those of inner groups included."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


@frozen
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self):
        """What it printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture
def run():
    """Return a function that runs a command; a traceback fails the test."""

    def call(*args: object) -> Said:
        result = CliRunner(**APART).invoke(main, [str(arg) for arg in args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def talks(run, tmp_path):
    """Return the path of a store in which a talk was called."""
    store = tmp_path / "talks.sqlite"
    for command in (
        ("case", "place", "wenyi", "--layer", "community"),
        ("case", "appoint", "chair-1", "committee.chair", "wenyi", "--since", "2006-01-01"),
        (
            *("case", "open", "talk", "--district", TALK, "--actor", "chair-1", "--day", "2006-05-08"),
            *("--place", "wenyi", "--data", "title=车棚", "--data", "options=修、拆", "--data", "present=p1、p2"),
        ),
    ):
        said = run(*command, "--store", store)
        assert said.code == 0, said.err
    return store
