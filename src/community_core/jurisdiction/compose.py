"""Puts a district's rules together: who may say what, by rank and day; the same result in any order of plugins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from community_core.base.citations import Citation
from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import Rank, Standing
from community_core.codec.texts import digest as digest_of
from community_core.declarations.amendments import AmendmentKind
from community_core.declarations.practice import District, GapTerm, Practice, ServiceTerm, Setting
from community_core.declarations.terms import Claim, Terms
from community_core.instruments.workdays import WorkdayCalendar, WorkdayYear
from community_core.jurisdiction import claims as claiming
from community_core.jurisdiction.amend import (
    Claimed,
    NotAmendable,
    amended_decision,
    amended_procedure,
    in_order,
    rivals,
    tightened,
)
from community_core.jurisdiction.expressions import respelt
from community_core.jurisdiction.plugins import Gathered
from community_core.jurisdiction.rules import Rules
from community_core.jurisdiction.values import Claimant, bound_faults, merged, rank_conflicts, type_faults
from community_core.procedures.check import check_procedure
from community_core.procedures.definition import Procedure
from community_core.procedures.merge import merge
from community_core.rules.bind_names import DEPENDS
from community_core.rules.engine import Engine
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.terms import (
    DatedValue,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Parameter,
    PythonDecision,
    Row,
)
from community_core.rules.types import ValueType
from community_core.rules.unparse import unparse


def compose(district: District, gathered: Gathered) -> Rules:
    """Return the rules of *district* out of what plugins offer.

    Practices that name a rank of their own (the core's, and national law) belong to every district; the others only
    where they are adopted, and then speak at the district's rank. Whatever is wrong is among the rules' findings.
    """
    return _Composer(district, gathered).rules()


@frozen
class _Included:
    """A practice with the rank at which it speaks here."""

    practice: Practice
    rank: Rank


class _Composer:
    def __init__(self, district: District, gathered: Gathered) -> None:
        self.district = district
        self.gathered = gathered
        self.findings: list[Finding] = [*gathered.findings, *district.findings]
        self.broken: dict[str, Finding] = {}
        self.claims: list[Claim] = []
        self.named: set[str] = set()
        self.included = self.practices()
        for item in self.included:
            self.findings += item.practice.findings
            self.broken.update(item.practice.broken)
        self.broken.update(district.broken)
        self.preferred: dict[str, str] = {}
        self.amendments = self.amended()

    def fault(self, found: Finding, *names: str) -> None:
        self.findings.append(found)
        for name in names:
            self.broken.setdefault(name, found)

    # -- what belongs to the district ------------------------------------------------------------------------------

    def practices(self) -> list[_Included]:
        offered = {practice.name: practice for practice in self.gathered.practices}
        found = {name: _Included(item, item.rank) for name, item in offered.items() if item.rank is not None}
        terms = {
            f"{practice.name}.{term.name}"
            for practice in offered.values()
            for term in (*practice.parameters, *practice.decisions, *practice.procedures)
        }
        for name in self.district.adopts:
            if name in found:
                continue
            if name in terms and name.rpartition(".")[0] in {*found, *self.district.adopts}:
                self.named.add(name)
                continue
            if name not in offered:
                known = "、".join(sorted(name for name in offered if name not in found)) or "—"
                self.findings.append(
                    finding(
                        "unknown-practice",
                        f"没有安装做法 {name}；请安装提供它的插件，或改正名称。已安装：{known}",
                        f"the practice {name} is not installed; install its plugin, or correct the name: {known}",
                        self.district.origin,
                        name=name,
                    )
                )
                continue
            found[name] = _Included(offered[name], self.district.rank)
        return [found[name] for name in sorted(found)]

    def rules(self) -> Rules:
        facts = self.facts()
        parameters = self.parameters(facts)
        decisions = self.decisions()
        workdays = self.workdays()
        engine = Engine(
            calendar=WorkdayCalendar(workdays),
            facts=facts.values(),
            parameters=parameters,
            decisions=decisions,
            functions=self.gathered.functions,
            broken=self.broken,
        )
        self.findings += engine.findings
        self.broken.update(engine.broken)
        procedures, aliases = self.procedures(engine)
        terms = self.terms(facts, parameters, decisions, procedures, engine)
        terms = evolve(terms, workdays=workdays)
        engine.digest = digest_of(terms)
        return Rules(
            name=self.district.name,
            terms=terms,
            engine=engine,
            digest=engine.digest,
            district=self.district,
            findings=tuple(dict.fromkeys(self.findings)),
            claims=tuple(self.claims),
            aliases=aliases,
            functions=self.gathered.functions,
            effects=self.gathered.effects,
            observers=self.gathered.observers,
            plugins=self.gathered.plugins,
        )

    # -- facts -----------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Fact]:
        declared: dict[str, list[tuple[str, Fact]]] = {}
        for item in self.included:
            for fact in item.practice.facts:
                filled = evolve(fact, cite=fact.cite or item.practice.source)
                declared.setdefault(fact.name, []).append((item.practice.name, filled))
        found: dict[str, Fact] = {}
        for name, claims in sorted(declared.items()):
            if len(claims) == 1:
                found[name] = claims[0][1]
                continue
            practices = sorted(practice for practice, _ in claims)
            self.fault(
                finding(
                    "duplicate-fact",
                    f"事实 {name} 由几个做法声明：{'、'.join(practices)}；一个事实只能声明一次",
                    f"the fact {name} is declared by {', '.join(practices)}; a fact is declared once",
                    claims[-1][1].origin,
                    name=name,
                ),
                f"fact {name}",
            )
        return found

    def workdays(self) -> tuple[WorkdayYear, ...]:
        """One table a year: the most specific rank's; two of one rank that differ are a finding, and neither counts."""
        claims: dict[int, list[tuple[Rank, str, WorkdayYear]]] = {}
        for item in self.included:
            for table in item.practice.workdays:
                claims.setdefault(table.year, []).append((item.rank, item.practice.name, table))
        for table in self.district.workdays:
            claims.setdefault(table.year, []).append((self.district.rank, self.district.name, table))
        found = []
        for year, several in sorted(claims.items()):
            best = min((rank is Rank.LIBRARY, rank) for rank, _, _ in several)
            chosen = [(name, table) for rank, name, table in several if (rank is Rank.LIBRARY, rank) == best]
            if len({(table.holidays, table.worked) for _, table in chosen}) == 1:
                found.append(chosen[0][1])
                continue
            names = sorted(name for name, _ in chosen)
            self.findings.append(
                finding(
                    "rank-conflict",
                    f"{year} 年的工作日表由 {'、'.join(names)} 同级给出而不一致；请只保留一份",
                    f"the working days of {year} are given by {', '.join(names)} at one rank and differ; keep one",
                    chosen[-1][1].origin,
                    name=str(year),
                )
            )
        return tuple(found)

    # -- parameters ------------------------------------------------------------------------------------------------

    def parameters(self, facts: Mapping[str, Fact]) -> dict[str, Parameter]:
        declared: dict[str, tuple[Parameter, _Included]] = {}
        for item in self.included:
            for parameter in item.practice.parameters:
                declared[f"{item.practice.name}.{parameter.name}"] = (parameter, item)
        claimants: dict[str, list[Claimant]] = {full: [] for full in declared}
        for full, (parameter, item) in declared.items():
            if parameter.history:
                history = _filled(parameter.history, item.practice.source, item.practice.standing)
                claimants[full].append(
                    Claimant(item.practice.name, item.rank, history, declarer=True, origin=parameter.origin)
                )
        names = Names(declared)
        for who, rank, settings, source, standing in self.settings():
            for setting in settings:
                target = self.target(setting, names)
                if target is None:
                    continue
                parameter, _ = declared[target]
                if rank not in parameter.open_to:
                    self.fault(_not_open(target, parameter, who, rank, setting), target)
                    continue
                history = _filled(setting.history, source, standing)
                claimants[target].append(Claimant(who, rank, history, origin=setting.origin))
        return {
            full: self.parameter(full, self.tightened(full, parameter), item, claimants[full], facts=facts)
            for full, (parameter, item) in declared.items()
        }

    def tightened(self, full: str, parameter: Parameter) -> Parameter:
        for claim in self.amendments.get(full, ()):
            try:
                parameter = tightened(full, parameter, claim)
            except NotAmendable as wrong:
                self.fault(wrong.finding, full)
        return parameter

    def settings(self) -> Iterator[tuple[str, Rank, tuple[Setting, ...], Citation | None, Standing]]:
        for item in self.included:
            practice = item.practice
            yield practice.name, item.rank, practice.settings, practice.source, practice.standing
        district = self.district
        yield district.name, district.rank, district.settings, district.source, district.standing

    def target(self, setting: Setting, names: Names) -> str | None:
        try:
            target = names.find(setting.term)
        except Ambiguous as several:
            listed = "、".join(several.names)
            self.findings.append(
                finding(
                    "ambiguous-name",
                    f"{setting.term!r} 可以指 {listed}；请写全名",
                    f"{setting.term!r} could be {', '.join(several.names)}; write the full name",
                    setting.origin,
                    name=setting.term,
                )
            )
            return None
        if target is None and Names(self.broken).find(setting.term) is None:
            near = "、".join(names.near(setting.term))
            self.findings.append(
                finding(
                    "unknown-term",
                    f"没有叫 {setting.term!r} 的参数可设" + (f"；是否指 {near}" if near else "；是否漏了采用某个做法"),
                    f"there is no parameter {setting.term!r} to set"
                    + (f"; did you mean {near}?" if near else "; is a practice missing under adopts?"),
                    setting.origin,
                    name=setting.term,
                )
            )
        return target

    def amended(self) -> dict[str, list[Claimed]]:
        """The amendments by the full name of their term (for a guard, of its procedure), in the order they apply."""
        terms = Names(
            [
                f"{item.practice.name}.{term.name}"
                for item in self.included
                for term in (*item.practice.parameters, *item.practice.decisions, *item.practice.procedures)
            ]
        )
        for preference in self.district.prefer:
            full = self.meant(terms, preference.term, preference.origin, "prefer")
            if full is not None:
                self.preferred[full] = preference.practice
        claims: dict[str, list[Claimed]] = {}
        for claim in in_order(self.claimed()):
            amendment = claim.amendment
            term = amendment.term
            if amendment.kind is AmendmentKind.TIGHTEN and amendment.when is not None:
                term = term.rpartition(".")[0]
            full = self.meant(terms, term, amendment.origin, amendment.kind.value)
            if full is not None:
                claims.setdefault(full, []).append(claim)
        result = {}
        for full, several in claims.items():
            kept, conflicts = rivals(several, self.preferred.get(full, ""))
            result[full] = kept
            for found in conflicts:
                self.fault(found, full)
        return result

    def claimed(self) -> Iterator[Claimed]:
        for item in self.included:
            practice = item.practice
            for amendment in practice.amendments:
                yield Claimed(amendment, practice.name, item.rank, practice.source, practice.standing)
        district = self.district
        for amendment in district.amendments:
            yield Claimed(amendment, district.name, district.rank, district.source, district.standing)

    def meant(self, names: Names, term: str, origin: Origin, what: str) -> str | None:
        """The full name that *term* means where something is amended or preferred; a finding where it means none."""
        try:
            full = names.find(term)
        except Ambiguous as several:
            listed = ", ".join(several.names)
            self.findings.append(
                finding(
                    "ambiguous-name",
                    f"{term!r} 可以指 {listed}；请写全名",
                    f"{term!r} could be {listed}; write the full name",
                    origin,
                    name=term,
                )
            )
            return None
        if full is None and Names(self.broken).find(term) is None:
            near = ", ".join(names.near(term))
            self.findings.append(
                finding(
                    "unknown-term",
                    f"{what} 所指的 {term!r} 不存在" + (f"；是否指 {near}" if near else ""),
                    f"{what} names {term!r}, which does not exist" + (f"; did you mean {near}?" if near else ""),
                    origin,
                    name=term,
                )
            )
        return full

    def parameter(
        self,
        full: str,
        parameter: Parameter,
        item: _Included,
        claimants: list[Claimant],
        *,
        facts: Mapping[str, Fact],
    ) -> Parameter:
        wrong = list(type_faults(full, parameter, facts, claimants))
        kept, conflicts = rank_conflicts(full, claimants, self.preferred.get(full, ""))
        history = () if wrong or conflicts else merged(kept, by_name=full in self.named)
        outside = [] if wrong else list(bound_faults(full, parameter, history))
        for found in (*wrong, *conflicts, *outside):
            self.fault(found, full)
        result = evolve(parameter, history=history, cite=parameter.cite or item.practice.source)
        self.claims += claiming.of_parameter(full, result, claimants)
        return result

    # -- decisions and procedures ----------------------------------------------------------------------------------

    def decisions(self) -> list[tuple[str, Decision]]:
        """Every version of every decision, by full name."""
        found: list[tuple[str, Decision]] = []
        for item in self.included:
            practice = item.practice
            for decision in practice.decisions:
                full = f"{practice.name}.{decision.name}"
                versions: tuple[Decision, ...] = (_filled_decision(decision, practice.source, practice.standing),)
                self.claims += claiming.of_decision(
                    full, versions[0], practice.name, item.rank, practice.standing, by_name=full in self.named
                )
                if full not in self.named:
                    versions = tuple(each for each in map(applying, versions) if each is not None)
                    if not versions:
                        self.broken.setdefault(full, _only_proposed(full, decision.origin))
                        continue
                for claim in self.amendments.get(full, ()):
                    try:
                        versions = amended_decision(full, versions, claim)
                    except NotAmendable as wrong:
                        self.fault(wrong.finding, full)
                    else:
                        self.claims = claiming.amended(self.claims, full, claim)
                found += [(full, version) for version in versions]
        return sorted(found, key=_by_name_and_day)

    def procedures(self, engine: Engine) -> tuple[list[tuple[str, Procedure]], dict[str, str]]:
        """Every version of every procedure, by full name, and which procedures stand for others."""
        declared: dict[str, tuple[Procedure, _Included]] = {}
        for item in self.included:
            for procedure in item.practice.procedures:
                declared[f"{item.practice.name}.{procedure.name}"] = (procedure, item)
        names = Names(declared)
        found: list[tuple[str, Procedure]] = []
        for full, (procedure, item) in sorted(declared.items()):
            standing = procedure.standing or item.practice.standing
            if not standing.applies and full not in self.named:
                self.broken.setdefault(full, _only_proposed(full, procedure.origin))
            if full in self.broken:
                continue
            versions = self.whole(full, declared, names, ())
            checked = [self.checked(full, version, engine) for version in versions]
            sound = [version for version in checked if version is not None]
            if not versions or len(sound) < len(versions) or full in self.broken:
                continue
            for version in sound:
                self.claims += claiming.of_procedure(
                    full, version, item.practice.name, item.rank, item.practice.standing
                )
            found += [(full, version) for version in sound]
        return sorted(found, key=_by_name_and_day), self.replacements(declared, names, dict(found))

    def whole(
        self, full: str, declared: Mapping[str, tuple[Procedure, _Included]], names: Names, seen: tuple[str, ...]
    ) -> tuple[Procedure, ...]:
        """The versions of a procedure: what it extends put in, citations filled in, amendments applied."""
        procedure, item = declared[full]
        practice = item.practice
        cite, standing = procedure.cite or practice.source, procedure.standing or practice.standing
        steps = tuple(
            evolve(step, cite=step.cite or cite, standing=step.standing or standing) for step in procedure.steps
        )
        own = evolve(procedure, cite=cite, standing=standing, steps=steps)
        versions: tuple[Procedure, ...] = (own,)
        if procedure.extends:
            base_name = self.base(full, procedure, names, seen)
            if base_name is None:
                return ()
            versions = tuple(
                evolve(merge(base, own), span=span)
                for base in self.whole(base_name, declared, names, (*seen, full))
                if (span := base.span.within(own.span)) is not None
            )
        for claim in self.amendments.get(full, ()):
            try:
                versions = amended_procedure(full, versions, claim)
            except NotAmendable as wrong:
                self.fault(wrong.finding, full)
        return versions

    def base(self, full: str, procedure: Procedure, names: Names, seen: tuple[str, ...]) -> str | None:
        """The full name of the procedure that *procedure* extends, where it can be extended."""
        try:
            base = names.find(procedure.extends)
        except Ambiguous:
            base = None
        if base is None and (bad := Names(self.broken).find(procedure.extends)) is not None:
            self.broken.setdefault(full, self.broken[bad])
            return None
        if base is None or base == full or base in seen:
            self.fault(
                finding(
                    "unknown-term",
                    f"{full} 所扩展的程序 {procedure.extends!r} 不存在、不唯一或循环",
                    f"{full} extends {procedure.extends!r}, which does not exist, is not unique, or extends it in turn",
                    procedure.origin,
                    name=procedure.extends,
                ),
                full,
            )
            return None
        if base in self.broken:
            self.broken.setdefault(full, self.broken[base])
            return None
        return base

    def checked(self, full: str, procedure: Procedure, engine: Engine) -> Procedure | None:
        """The procedure in canonical spelling; ``None`` and findings where anything in it is wrong."""
        faults = [
            found
            for found in check_procedure(procedure, effects=[effect.name for effect in self.gathered.effects])
            if found.level == "error"
        ]
        warnings = [found for found in check_procedure(procedure) if found.level != "error"]
        practice = full.rpartition(".")[0]

        def spell(expression: Expression, expected: ValueType | None) -> Expression:
            bound = engine.bind_expression(
                expression, practice=practice, fields=procedure.field_types, guard=True, expected=expected
            )
            faults.extend(bound.findings)
            return expression if bound.node is None else evolve(expression, text=unparse(bound.node), places=())

        result = respelt(procedure, spell)
        self.findings += warnings
        for found in faults:
            if found.code == DEPENDS:
                self.broken.setdefault(full, found)
            else:
                self.fault(found, full)
        return None if faults else result

    def replacements(
        self, declared: Mapping[str, tuple[Procedure, _Included]], names: Names, found: Mapping[str, Procedure]
    ) -> dict[str, str]:
        aliases: dict[str, str] = {}
        for full in sorted(found):
            procedure, item = declared[full]
            if not procedure.replaces:
                continue
            try:
                target = names.find(procedure.replaces)
            except Ambiguous:
                target = None
            if target is None or target == full:
                self.findings.append(
                    finding(
                        "unknown-term",
                        f"{full} 所替换的程序 {procedure.replaces!r} 不存在或不唯一",
                        f"{full} replaces {procedure.replaces!r}, which does not exist or is not unique",
                        procedure.origin,
                        name=procedure.replaces,
                    )
                )
            elif item.rank not in declared[target][0].open_to:
                self.findings.append(
                    finding(
                        "not-open",
                        f"{target} 没有开放给 {item.rank.name.lower()} 一级替换",
                        f"{target} is not open to being replaced by {item.rank.name.lower()}",
                        procedure.origin,
                        name=target,
                    )
                )
            elif target in aliases:
                rivals = sorted([aliases[target], full])
                self.fault(
                    finding(
                        "rank-conflict",
                        f"{target} 同时被 {rivals[0]} 与 {rivals[1]} 替换",
                        f"{target} is replaced by both {rivals[0]} and {rivals[1]}",
                        procedure.origin,
                        name=target,
                    ),
                    target,
                )
            else:
                aliases[target] = full
        return aliases

    # -- the whole -------------------------------------------------------------------------------------------------

    def terms(
        self,
        facts: Mapping[str, Fact],
        parameters: Mapping[str, Parameter],
        decisions: Sequence[tuple[str, Decision]],
        procedures: Sequence[tuple[str, Procedure]],
        engine: Engine,
    ) -> Terms:
        """Every term in canonical spelling, so that the same rules have the same hash however they were written."""

        def spelt(expression: Expression, practice: str, expected: ValueType | None) -> Expression:
            bound = engine.bind_expression(expression, practice=practice, fields={}, expected=expected)
            return expression if bound.node is None else evolve(expression, text=unparse(bound.node), places=())

        def spelt_row(row: Row, practice: str, kinds: Mapping[str, ValueType]) -> Row:
            then = tuple((name, spelt(text, practice, kinds.get(name))) for name, text in row.then)
            return evolve(row, when=spelt(row.when, practice, None), then=then)

        def spelt_decision(full: str, decision: Decision) -> Decision:
            if not isinstance(decision, DecisionTable):
                return decision
            practice = full.rpartition(".")[0]
            kinds = {output.name: output.type for output in decision.outputs}
            otherwise = decision.otherwise
            return evolve(
                decision,
                rows=tuple(spelt_row(row, practice, kinds) for row in decision.rows),
                otherwise=spelt_row(otherwise, practice, kinds) if otherwise is not None else None,
            )

        def spelt_fact(fact: Fact) -> Fact:
            return fact if fact.derived is None else evolve(fact, derived=spelt(fact.derived, "", fact.type))

        services: dict[str, ServiceTerm] = {}
        gaps: dict[str, GapTerm] = {}
        for item in self.included:
            practice = item.practice
            for service in practice.services:
                services[f"{practice.name}.{service.name}"] = evolve(
                    service, cite=service.cite or practice.source, standing=service.standing or practice.standing
                )
            for gap in practice.gaps:
                gaps[f"{practice.name}.{gap.name}"] = evolve(gap, cite=gap.cite or practice.source)
        return Terms(
            facts=tuple(spelt_fact(fact) for _, fact in sorted(facts.items())),
            parameters=tuple(sorted(parameters.items())),
            decisions=tuple((full, spelt_decision(full, item)) for full, item in decisions),
            procedures=tuple(procedures),
            services=tuple(sorted(services.items())),
            gaps=tuple(sorted(gaps.items())),
            broken=tuple(sorted(self.broken.items())),
        )


def _by_name_and_day(item: tuple[str, Decision] | tuple[str, Procedure]) -> tuple[str, bool, dt.date]:
    start = item[1].span.start
    return item[0], start is not None, start or dt.date.min


def _filled(history: Iterable[DatedValue], source: Citation | None, usual: Standing) -> tuple[DatedValue, ...]:
    """The history with the citation of its source; a value that gives no standing of its own has its source's."""
    return tuple(
        evolve(
            value,
            cite=value.cite or source,
            standing=usual
            if value.standing is Standing.IN_FORCE and usual is not Standing.IN_FORCE
            else value.standing,
        )
        for value in history
    )


def _filled_decision(decision: Decision, source: Citation | None, usual: Standing) -> Decision:
    standing = decision.standing or usual
    if isinstance(decision, PythonDecision):
        return evolve(decision, standing=standing)
    cite = decision.cite or source

    def filled(row: Row) -> Row:
        return evolve(row, cite=row.cite or cite, standing=row.standing or standing)

    return evolve(
        decision,
        cite=cite,
        standing=standing,
        rows=tuple(filled(row) for row in decision.rows),
        otherwise=filled(decision.otherwise) if decision.otherwise is not None else None,
    )


def applying(decision: Decision) -> Decision | None:
    """Return *decision* without the rows that its source only proposes, plans or aims at; ``None`` where none is left.

    Every row has a standing of its own by now.
    """
    if not isinstance(decision, DecisionTable):
        return decision if decision.standing is None or decision.standing.applies else None

    def applies(row: Row) -> bool:
        return row.standing is None or row.standing.applies

    rows = tuple(row for row in decision.rows if applies(row))
    if not rows and decision.rows:
        return None
    otherwise = decision.otherwise if decision.otherwise is not None and applies(decision.otherwise) else None
    return evolve(decision, rows=rows, otherwise=otherwise)


def _only_proposed(full: str, origin: Origin) -> Finding:
    return finding(
        "only-proposed",
        f"{full} 在材料里只是建议、计划或目标，不适用；区县如要采用，请在 adopts 里写出它的全名",
        f"{full} is only proposed, planned or aimed at by its source; a district that wants it names it under adopts",
        origin,
        level="info",
        name=full,
    )


def _not_open(full: str, parameter: Parameter, who: str, rank: Rank, setting: Setting) -> Finding:
    allowed = "、".join(item.name.lower() for item in parameter.open_to) or "—"
    return finding(
        "not-open",
        f"{who}（{rank.name.lower()}）不能设定 {full}；开放给：{allowed}",
        f"{who} ({rank.name.lower()}) may not set {full}; it is open to {allowed}",
        setting.origin,
        name=full,
    )
