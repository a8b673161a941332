"""Whether what a catalogue says of its rows is so: the terms, cases and tests that it names exist, and depend.

Cases and tests are looked for in the project that the catalogue was read from, or else beside it in the package; where
an installation comes without them, nothing is said of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from community_core.base.findings import Finding, finding
from community_core.declarations.catalogue import Catalogue, CatalogueRow
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered
from community_core.jurisdiction.rules import Rules
from community_core.testing.cases import CaseFile, read_cases
from community_core.testing.grounds import Ground, TouchingCase, ground_of
from community_core.testing.running import run_case
from community_core.testing.scratch import scratch_store, undone

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SUFFIXES = (".yaml", ".yml")
_BETWEEN = "::"


@frozen
class CheckedRow:
    """A row of a catalogue, what is wrong with it, and which of its cases and tests this installation lacks."""

    catalogue: str
    row: CatalogueRow
    findings: tuple[Finding, ...] = ()
    absent: tuple[str, ...] = ()


@frozen(slots=False)
class Shelf:
    """A catalogue beside the rules that its rows name, and the cases of its project, which *given* may name."""

    catalogue: Catalogue
    gathered: Gathered = field(repr=False)
    given: Path | None = None
    _files: dict[str, CaseFile] = field(factory=dict, init=False, repr=False, eq=False)
    _grounds: dict[str, list[Ground]] = field(factory=dict, init=False, repr=False, eq=False)

    def checked(self) -> tuple[CheckedRow, ...]:
        """Return every row with what is wrong with it."""
        return tuple(self._checked(row) for row in self.catalogue.rows)

    def dead(self) -> Iterator[Finding]:
        """Yield a finding for each term of a row that can break, and no case of the row fails for it, and vice versa.

        A term is broken as an unreadable declaration is. Tests in Python are not run here.
        """
        with scratch_store() as connection:
            for row in self.catalogue.rows:
                yield from self._dead(row, connection)

    def _dead(self, row: CatalogueRow, connection: Connection) -> Iterator[Finding]:
        cases = [(shown, *self._ground(shown)) for shown in row.shown_by if self._names_case(shown)]
        moved: set[str] = set()
        for term in row.implemented_by:
            trial = _Trial(term, connection)
            failing = [shown for shown, ground, case in cases if trial.fails(ground, case)]
            moved.update(failing)
            if not failing:
                yield _dead(row, term, f"“{term}”坏了，没有一个例子失败", f"no case fails when {term} is broken")
        for shown, _, _ in cases:
            if shown not in moved:
                yield _dead(row, shown, f"例子“{shown}”总不失败", f"the case {shown!r} fails for no broken term")

    @cached_property
    def root(self) -> Path | None:
        """The folder of the project that the catalogue belongs to, by the name in its ``pyproject.toml``."""
        if self.given is not None:
            return self.given
        origin = self.catalogue.origin
        for folder in Path(origin.file).resolve().parents if origin.file else ():
            project = folder / "pyproject.toml"
            if project.is_file():
                said = tomllib.loads(project.read_text("utf-8"))
                return folder if said.get("project", {}).get("name") == origin.plugin else None
        return None

    @cached_property
    def _names(self) -> frozenset[str]:
        """The full names of all terms that work, with every practice adopted and every planned term that rows name."""
        wanted = {term for row in self.catalogue.rows for term in row.implemented_by}
        offered = {item.name for item in self.gathered.practices if item.rank is None}
        local = {term for term in wanted if term.rpartition(".")[0] in offered}
        adopts = {*local, *(term.rpartition(".")[0] for term in local)}
        rules = compose(District("catalogue", adopts=tuple(sorted(adopts))), self.gathered)
        terms = rules.terms
        groups = (
            terms.parameters,
            terms.decisions,
            terms.procedures,
            terms.services,
            terms.gaps,
            terms.code_lists,
        )
        named = {name for group in groups for name, _ in group} | {fact.name for fact in terms.facts}
        return frozenset((named | set(rules.aliases)) - {name for name, _ in terms.broken} - set(rules.engine.broken))

    def _path(self, file: str) -> Path | None:
        """Return where a case file or a test file is, or ``None`` where this installation has none."""
        folder = self.root or (Path(self.catalogue.origin.file).parent if self.catalogue.origin.file else None)
        path = folder / file if folder is not None else None
        return path if path is not None and path.is_file() else None

    def _names_case(self, shown: str) -> bool:
        return shown.partition(_BETWEEN)[0].endswith(_SUFFIXES)

    def _cases(self, file: str) -> CaseFile | None:
        path = self._path(file)
        if path is None:
            return None
        if file not in self._files:
            self._files[file] = read_cases(path)
        return self._files[file]

    def _ground(self, shown: str) -> tuple[Ground, TouchingCase]:
        file, _, name = shown.partition(_BETWEEN)
        if file not in self._grounds:
            read = self._cases(file)
            groups = read.groups if read is not None else ()
            self._grounds[file] = [ground_of(read.path, group, self.gathered) for group in groups if read is not None]
        for ground in self._grounds[file]:
            for tried in ground.cases:
                if tried.case.name == name:
                    return ground, tried
        raise LookupError(shown)

    def _checked(self, row: CatalogueRow) -> CheckedRow:
        found = [_no_term(row, term) for term in row.implemented_by if term not in self._names]
        absent: list[str] = []
        for shown in row.shown_by:
            seen = self._seen(row, shown)
            if seen is None:
                absent.append(shown)
            elif isinstance(seen, Finding):
                found.append(seen)
        return CheckedRow(self.catalogue.name, row, tuple(found), tuple(absent))

    def _seen(self, row: CatalogueRow, shown: str) -> Finding | bool | None:
        """Return whether the case or test is there, with the finding if not; ``None`` where nobody can say here."""
        file, _, name = shown.partition(_BETWEEN)
        path = self._path(file)
        if path is None and self.root is None:
            return None
        if not self._names_case(shown):
            text = path.read_text("utf-8") if path is not None else ""
            function = name.rpartition(_BETWEEN)[2].partition("[")[0]
            there = bool(function) and re.search(rf"^\s*def {re.escape(function)}\(", text, re.MULTILINE) is not None
            return there or _missing(row, shown)
        read = self._cases(file)
        case = next((c for group in read.groups for c in group.cases if c.name == name), None) if read else None
        if case is None:
            return _missing(row, shown)
        if row.name in case.shows:
            return True
        return finding(
            "row-silent",
            f"{row.name} 说由“{shown}”表明，那个例子的 shows 里没有 {row.name}；请补上",
            f"{row.name} is said to be shown by {shown!r}, whose shows does not name it; add it there",
            case.origin,
            row=row.name,
            shown=shown,
        )


def check_catalogues(
    catalogues: Iterable[Catalogue], gathered: Gathered, root: Path | None = None
) -> tuple[CheckedRow, ...]:
    """Return the rows of all *catalogues*, each with what is wrong with it.

    Args:
        catalogues: as plugins offer them.
        gathered: what else plugins offer.
        root: the folder of the project from which cases and tests are named, where it is known.
    """
    return tuple(checked for catalogue in catalogues for checked in Shelf(catalogue, gathered, root).checked())


def dead_rows(catalogue: Catalogue, gathered: Gathered, root: Path | None = None) -> tuple[Finding, ...]:
    """Return a finding for each term of a row that no case of the row depends on, and each case that depends on none.

    See :func:`check_catalogues` for the arguments.

    Raises:
        LookupError: if a case that a row names is not there.
    """
    return tuple(Shelf(catalogue, gathered, root).dead())


def _no_term(row: CatalogueRow, term: str) -> Finding:
    return finding(
        "row-term",
        f"{row.name} 说由“{term}”实现，规则里没有这个全名的条款项，或者它不可用",
        f"{row.name} is said to be implemented by {term!r}, and the rules have no such term in full, or it is "
        "unavailable",
        row.origin,
        row=row.name,
        term=term,
    )


def _missing(row: CatalogueRow, shown: str) -> Finding:
    return finding(
        "row-case",
        f"{row.name} 说由“{shown}”表明，没有这个例子或测试",
        f"{row.name} is said to be shown by {shown!r}, and there is no such case or test",
        row.origin,
        row=row.name,
        shown=shown,
    )


def _dead(row: CatalogueRow, what: str, zh: str, en: str) -> Finding:
    return finding("row-dead", f"{row.name}：{zh}", f"{row.name}: {en}", row.origin, row=row.name, what=what)


@frozen
class _Trial:
    """Breaks *term* as an unreadable declaration is, and runs cases to see which fail."""

    term: str
    connection: Connection
    _broken_rules: dict[Ground, tuple[Rules, frozenset[str]] | None] = field(factory=dict, init=False, repr=False)

    def fails(self, ground: Ground, tried: TouchingCase) -> bool:
        """Whether the case fails; one that touches nothing that is other than before does not."""
        if ground not in self._broken_rules:
            self._broken_rules[ground] = self._broken_in(ground)
        broken = self._broken_rules[ground]
        if broken is None:
            return False
        rules, changed = broken
        if tried.case.findings is None and tried.touches.isdisjoint(changed):
            return False
        with undone(self.connection):
            return not run_case(tried.case, rules, day=ground.group.day, where=self.connection).passed

    def _broken_in(self, ground: Ground) -> tuple[Rules, frozenset[str]] | None:
        """Return the rules with the term broken, and what differs in them."""
        name = self.term.rpartition(".")[0]
        practice = next((item for item in ground.gathered.practices if item.name == name), None)
        if practice is None or not ground.includes(practice.name):
            return None
        rules = ground.with_practice(_broken(practice, self.term))
        return rules, ground.changed(rules)


def _broken(practice: Practice, term: str) -> Practice:
    last = term.rpartition(".")[2]
    why = finding("row-dead", f"试将“{term}”弄坏", f"{term} is broken as a trial", practice.origin)
    return evolve(
        practice,
        parameters=tuple(item for item in practice.parameters if item.name != last),
        decisions=tuple(item for item in practice.decisions if item.name != last),
        procedures=tuple(item for item in practice.procedures if item.name != last),
        broken=(*practice.broken, (term, why)),
    )
