"""Findings: what is wrong with somebody's text or data, as data and never as an exception."""

from __future__ import annotations

from attrs import evolve, field, frozen

from community_core.base.labels import Label


@frozen
class Origin:
    """Where a declaration was written: file, line and column (both from 1, in characters), plugin."""

    file: str = ""
    line: int = 0
    column: int = 0
    plugin: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place} [{self.plugin}]" if self.plugin else place


NOWHERE = Origin()


@frozen
class Finding:
    """One thing that is wrong: a stable *code*, a message that says what to do, and where.

    *data* holds what the message speaks of (names, values), as pairs, for programs.
    *level* is ``error`` (what it names does not work), ``warning`` (it works and should be looked at) or ``info``
    (nothing is wrong, and it is good to know).
    """

    code: str
    message: Label
    origin: Origin = NOWHERE
    level: str = "error"
    data: tuple[tuple[str, str], ...] = field(default=(), eq=False)

    @property
    def file(self) -> str:
        """The file the finding points at, or an empty text."""
        return self.origin.file

    @property
    def line(self) -> int:
        """The line, from 1; 0 where there is none."""
        return self.origin.line

    @property
    def column(self) -> int:
        """The column in characters, from 1; 0 where there is none."""
        return self.origin.column

    @property
    def plugin(self) -> str:
        """The plugin that the finding names, or an empty text."""
        return self.origin.plugin

    def at(self, origin: Origin) -> Finding:
        """Return the same finding at *origin*."""
        return evolve(self, origin=origin)

    def __str__(self) -> str:
        where = str(self.origin)
        return f"{where + ': ' if where else ''}{self.code}: {self.message.zh} / {self.message.en}"


def finding(code: str, zh: str, en: str, origin: Origin = NOWHERE, level: str = "error", **data: object) -> Finding:
    """Build a :class:`Finding` from its two texts; keyword arguments become its data."""
    return Finding(code, Label(zh, en), origin, level, tuple((k, str(v)) for k, v in data.items()))
