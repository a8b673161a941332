"""The rules that each document of cases stands under, with what of them each case touches; nothing is run here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from attrs import evolve, field, frozen

from community_core.base.errors import LoadError, UnknownTerm
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.declarations.practice import District, Practice
from community_core.declarations.terms import Terms
from community_core.jurisdiction.compose import compose_to_check
from community_core.jurisdiction.loading import beside
from community_core.jurisdiction.plugins import Gathered, gather
from community_core.jurisdiction.rules import Rules
from community_core.procedures.definition import Procedure
from community_core.rulebook.load import read_file
from community_core.testing.cases import CaseGroup, CaseText, case_files, read_cases
from community_core.testing.mutants import Mutant


@frozen
class TouchingCase:
    """A case with the full names of the terms that its answer can depend on (a fact as ``fact`` and its name)."""

    case: CaseText
    touches: frozenset[str]

    def near(self, mutant: Mutant) -> int:
        """Return how likely the case is to see the mutant: the steps and the term that it is about come first."""
        steps = {step.take for run in (*self.case.before, self.case) for step in run.steps}
        return 2 * (mutant.step in steps) + (mutant.term in self.touches)


@frozen(eq=False, slots=False)
class Ground:
    """A document of cases with its district, what plugins offer it, and the rules composed of both."""

    path: Path
    group: CaseGroup
    district: District
    gathered: Gathered = field(repr=False)

    @cached_property
    def rules(self) -> Rules:
        """The rules as they are written."""
        return compose_to_check(self.district, self.gathered)

    @cached_property
    def findings(self) -> frozenset[Finding]:
        """What is wrong with the rules as they are written, and with what of them is only proposed."""
        return frozenset(self.rules.findings)

    @cached_property
    def cases(self) -> tuple[TouchingCase, ...]:
        """The cases, with what each touches."""
        return tuple(TouchingCase(case, touched(case, self.rules)) for case in self.group.cases)

    @cached_property
    def _terms(self) -> dict[str, list[object]]:
        return _by_name(self.rules.terms)

    def practice(self, name: str) -> Practice | None:
        """Return the practice called *name* where it is part of these rules."""
        found = next((item for item in self.gathered.practices if item.name == name), None)
        return found if self.includes(name) else None

    def includes(self, name: str) -> bool:
        """Whether the practice called *name* is part of these rules."""
        ranked = any(item.name == name and item.rank is not None for item in self.gathered.practices)
        return ranked or (name in self.district.adopts and any(i.name == name for i in self.gathered.practices))

    def with_practice(self, practice: Practice) -> Rules:
        """Return the rules with *practice* in the place of the one of its name."""
        practices = tuple(practice if item.name == practice.name else item for item in self.gathered.practices)
        return compose_to_check(self.district, evolve(self.gathered, practices=practices))

    def nearness(self, mutant: Mutant) -> int:
        """Return how many of the cases are likely to see the mutant."""
        return sum(tried.near(mutant) for tried in self.cases)

    def changed(self, rules: Rules) -> frozenset[str]:
        """Return the full names of the terms that are not the same under *rules*."""
        new = _by_name(rules.terms)
        return frozenset(name for name in {*new, *self._terms} if new.get(name) != self._terms.get(name))

    def cases_of(self, rules: Rules, mutant: Mutant) -> list[TouchingCase]:
        """Return the cases whose answers can differ under *rules*, the likeliest first."""
        changed = self.changed(rules)
        held = [tried for tried in self.cases if tried.case.findings is not None or tried.touches & changed]
        return sorted(held, key=lambda tried: -tried.near(mutant))


def grounds_of(where: Path, gathered: Gathered | None = None) -> tuple[list[Ground], list[Finding]]:
    """Return the ground of every document of cases in *where*, and what of the case files cannot be read.

    Raises:
        LoadError: if a district of the cases is not installed, or its file holds none.
    """
    offered = gather() if gathered is None else gathered
    grounds: list[Ground] = []
    found: list[Finding] = []
    for path in case_files(where):
        read = read_cases(path)
        found += read.findings
        grounds += (ground_of(path, group, offered) for group in read.groups)
    return grounds, found


def ground_of(path: Path, group: CaseGroup, gathered: Gathered | None = None) -> Ground:
    """Return the ground of one document of cases; *gathered* is what plugins offer, if known already.

    Raises:
        LoadError: if its district is not installed, or its file holds none.
    """
    offered = gather() if gathered is None else gathered
    if not group.named:
        return Ground(path, group, group.own or District("case-file"), offered)
    ground = _named(path, group, offered)
    return evolve(ground, district=_with_values(ground.district, group.own)) if group.own is not None else ground


def _with_values(district: District, given: District) -> District:
    """Return *district* with the values that *given* sets in the place of its own for the same terms."""

    def replaced(term: str) -> bool:
        """Whether a value is given for *term*; a name that is not written in full means the term that it ends."""
        return any(
            f".{term}".endswith(f".{each.term}") or f".{each.term}".endswith(f".{term}") for each in given.settings
        )

    kept = (setting for setting in district.settings if not replaced(setting.term))
    return evolve(district, settings=(*kept, *given.settings), findings=(*district.findings, *given.findings))


def _named(path: Path, group: CaseGroup, offered: Gathered) -> Ground:
    if not group.named.endswith((".yaml", ".yml")):
        district = next((item for item in offered.districts if item.name == group.named), None)
        if district is None:
            raise LoadError(Label(f"没有安装区县 {group.named!r}", f"no district {group.named!r} is installed"))
        return Ground(path, group, district, offered)
    loaded = read_file(path.parent / group.named)
    if len(loaded.districts) != 1:
        raise LoadError(
            Label(f"{group.named} 里应当正好有一个区县", f"{group.named} should hold one district"), loaded.findings
        )
    return Ground(path, group, loaded.districts[0], beside(offered, loaded.practices))


def practices_of(grounds: Iterable[Ground]) -> tuple[str, ...]:
    """Return the practices that cases belong to: those they adopt, or else those of a rank of their own they touch."""
    every = list(grounds)
    adopted = {
        name
        for ground in every
        for name in ground.district.adopts
        if (practice := ground.practice(name)) is not None and practice.rank is None
    }
    if adopted:
        return tuple(sorted(adopted))
    own = {
        practice.name
        for ground in every
        for practice in ground.gathered.practices
        if practice.rank is not None and _declared(practice) & {name for case in ground.cases for name in case.touches}
    }
    return tuple(sorted(own))


def _declared(practice: Practice) -> set[str]:
    terms = (*practice.parameters, *practice.decisions, *practice.procedures)
    return {f"{practice.name}.{term.name}" for term in terms} | {f"fact {fact.name}" for fact in practice.facts}


def touched(case: CaseText, rules: Rules) -> frozenset[str]:
    """Return the full names of the terms on which the result of *case* can depend; all of them where it fails."""
    try:
        if case.decide:
            full = rules.engine.full_name(case.decide)
            decisions, parameters, facts = rules.engine.reach(rules.engine.binding.trees(full))
            return frozenset((full, *decisions, *parameters, *(f"fact {name}" for name in facts)))
        if case.run:
            seen: set[str] = set()
            for run in (*case.before, case):
                _of_procedure(rules.procedure_name(run.run), rules, seen)
            return frozenset(seen)
        if case.parameter:
            return frozenset((rules.full_name(case.parameter),))
    except UnknownTerm:
        pass
    return frozenset(_by_name(rules.terms))


def _of_procedure(full: str, rules: Rules, seen: set[str]) -> set[str]:
    """Return what a procedure reaches, and what the procedures do that it opens."""
    if full in seen:
        return seen
    seen.add(full)
    for name in _by_name(rules.reach(full)):
        seen.add(name)
    procedure = rules.procedure(full)
    for opened in _opened(procedure):
        with suppress(UnknownTerm):
            _of_procedure(rules.procedure_name(opened, full.rpartition(".")[0]), rules, seen)
    return seen


def _opened(procedure: Procedure) -> Sequence[str]:
    effects = [effect for step in procedure.steps for effect in step.effects]
    return [text.text for effect in effects for name, text in effect.arguments if name == "procedure"]


def _by_name(terms: Terms) -> dict[str, list[object]]:
    """Return the terms by full name, each with all its versions."""
    found: dict[str, list[object]] = {}
    for fact in terms.facts:
        found.setdefault(f"fact {fact.name}", []).append(fact)
    for group in (terms.parameters, terms.decisions, terms.procedures):
        for name, item in group:
            found.setdefault(name, []).append(item)
    return found
