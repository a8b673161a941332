"""Exceptions of the library: each says what, where and what to do, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from community_core.base.findings import Finding
from community_core.base.labels import Label


class CommunityError(Exception):
    """Base of every exception that the library raises on purpose."""

    def __init__(self, message: Label, findings: Iterable[Finding] = ()) -> None:
        self.message = message
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(f"{message.zh} / {message.en}" if message.en else message.zh)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy, or another process that gets the exception from a worker of its own, have it whole."""
        return _again, (type(self), self.message, self.findings), self.__dict__


def _again(kind: type[CommunityError], message: Label, findings: tuple[Finding, ...]) -> CommunityError:
    error = kind.__new__(kind)
    CommunityError.__init__(error, message, findings)
    return error


class FactError(CommunityError):
    """A given fact does not fit its declaration: wrong type, or not one of the declared values."""


class UnknownTerm(CommunityError):
    """No term of that name is among the rules, or several are; the message lists the candidates."""


class Refused(CommunityError):
    """The office refuses a step or an opening; ``findings`` say why. Nothing was changed."""


class StoreError(CommunityError):
    """The store cannot do what was asked: newer schema, locked database, lost connection."""


class LoadError(CommunityError):
    """A district, file or plugin cannot be loaded at all; ``findings`` say why."""


class MissingExtra(LoadError, ImportError):  # a host's ``except ImportError`` should see it too
    """An optional part of the library is not installed; the message gives the command that installs it."""
