"""Running commands in process, as a shell would see them."""

from __future__ import annotations

import inspect
import json

import pytest
from attrs import frozen
from click.testing import CliRunner

from community_core.cli.main import main

#: Click before 8.2 mixes what is written to the two outputs unless it is told not to; later releases cannot be told.
APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


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
