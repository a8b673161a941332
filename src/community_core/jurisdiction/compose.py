"""Puts a district's rules together: who may say what, by rank and day; the same result in any order of plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve

from community_core.base.findings import Finding, finding
from community_core.base.ids import folded
from community_core.base.ranks import Privacy, Rank
from community_core.codec.texts import digest as digest_of
from community_core.declarations.practice import District, GapTerm, Practice, ServiceTerm
from community_core.declarations.terms import Terms
from community_core.instruments.workdays import WorkdayCalendar, WorkdayYear
from community_core.jurisdiction import claims as claiming
from community_core.jurisdiction.amend import (
    NotAmendable,
    amended_decision,
)
from community_core.jurisdiction.code_lists import CodeListComposer
from community_core.jurisdiction.grounds import by_name_and_day
from community_core.jurisdiction.parameters import ParameterComposer
from community_core.jurisdiction.plugins import Gathered
from community_core.jurisdiction.procedures import ProcedureComposer
from community_core.jurisdiction.rules import Rules
from community_core.jurisdiction.standings import in_force, only_proposed, sourced
from community_core.procedures.check import RESERVED_FIELDS
from community_core.procedures.definition import Procedure
from community_core.rules.engine import Engine
from community_core.rules.terms import (
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Parameter,
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


def compose_proposals(district: District, gathered: Gathered) -> Rules | None:
    """Return the rules that *district* would have had it taken up all that its practices only propose or say failed.

    They serve to find what is wrong with it, for nothing of it is in force; ``None`` where there is nothing of the
    kind. A value that is proposed stays out of force here too, and is held to the bounds by itself.
    That two proposals do not go together is no fault of either.
    """
    composer = _Composer(district, gathered)
    if not composer.take_up():
        return None
    rules = composer.rules()
    return evolve(rules, findings=tuple(found for found in rules.findings if found.code != "rank-conflict"))


def compose_to_check(district: District, gathered: Gathered) -> Rules:
    """Return the rules of *district* as :func:`compose` does, what is wrong with its proposals among the findings."""
    rules = compose(district, gathered)
    wider = compose_proposals(district, gathered)
    return rules if wider is None else evolve(rules, findings=tuple(dict.fromkeys((*rules.findings, *wider.findings))))


class _Composer(ParameterComposer, ProcedureComposer, CodeListComposer):
    # -- what belongs to the district ------------------------------------------------------------------------------

    def rules(self) -> Rules:
        self.reserved()
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
            own_facts={
                item.practice.name: frozenset(fact.name for fact in item.practice.facts) for item in self.included
            },
        )
        self.findings += engine.findings
        self.broken.update(engine.broken)
        procedures, aliases = self.procedures(engine)
        code_lists = self.code_lists(facts)
        terms = self.terms(facts, parameters, decisions, procedures, engine)
        terms = evolve(terms, workdays=workdays, code_lists=code_lists)
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
            offered=self.gathered.offered,
            practices=tuple(item.practice for item in self.included),
        )

    def reserved(self) -> None:
        """Find what is declared under a word that means something else in every expression."""
        for item in self.included:
            practice = item.practice
            for term in (*practice.facts, *practice.parameters, *practice.decisions):
                if term.name in RESERVED_FIELDS:
                    self.fault(
                        finding(
                            "reserved-field",
                            f"名称 {term.name} 在表达式里另有意思，请换一个名字",
                            f"the name {term.name!r} means something else in expressions; choose another",
                            term.origin,
                            name=term.name,
                        ),
                        f"fact {term.name}" if isinstance(term, Fact) else f"{practice.name}.{term.name}",
                    )

    # -- facts -----------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Fact]:
        declared: dict[str, list[tuple[str, Fact]]] = {}
        # What is declared twice is told where it can be mended: in the practice that is adopted.
        for item in sorted(self.included, key=lambda one: one.practice.rank is None):
            for fact in item.practice.facts:
                filled = evolve(fact, cite=fact.cite or item.practice.source)
                declared.setdefault(folded(fact.name), []).append((item.practice.name, filled))
        found: dict[str, Fact] = {}
        for _, claims in sorted(declared.items()):
            (first, fact), *others = claims
            told = [wrong for name, other in others if (wrong := _twice(first, fact, name, other)) is not None]
            faults = [wrong for wrong in told if wrong.level == "error"]
            self.findings += told
            if faults:
                self.broken.setdefault(f"fact {fact.name}", faults[0])
            elif others:
                strictest = max((fact.privacy, *(other.privacy for _, other in others)), key=_PRIVACIES)
                found[fact.name] = evolve(fact, privacy=strictest)
            else:
                found[fact.name] = fact
        return found

    def workdays(self) -> tuple[WorkdayYear, ...]:
        """One table a year: the most specific rank's; two of one rank that differ are a finding, and neither counts."""
        claims: dict[int, list[tuple[Rank, str, WorkdayYear]]] = {}
        given: list[tuple[Rank, Practice | District]] = [(item.rank, item.practice) for item in self.included]
        given.append((self.district.rank, self.district))
        for rank, who in given:
            for table in who.workdays:
                if who.standing in self.taken(""):
                    claims.setdefault(table.year, []).append((rank, who.name, table))
                else:
                    self.findings.append(_only_proposed_days(who.name, table))
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

    # -- decisions and procedures ----------------------------------------------------------------------------------

    def decisions(self) -> list[tuple[str, Decision]]:
        """Every version of every decision, by full name."""
        found: list[tuple[str, Decision]] = []
        for item in self.included:
            practice = item.practice
            for decision in practice.decisions:
                full = f"{practice.name}.{decision.name}"
                own = sourced(decision, practice.source, practice.standing)
                taken = self.taken(full)
                self.claims += claiming.of_decision(full, own, practice.name, item.rank, practice.standing, taken)
                if in_force(own, taken) is None:
                    self.broken.setdefault(full, only_proposed(full, own.origin, own.standing))
                    continue
                versions: tuple[Decision, ...] = (own,)
                for claim in self.amendments.get(full, ()):
                    try:
                        versions = amended_decision(full, versions, claim)
                    except NotAmendable as wrong:
                        self.fault(wrong.finding, full)
                    else:
                        self.claims = claiming.amended(self.claims, full, claim, taken)
                # Rows stand before and after each other, those that wait too: they are left out last.
                found += [(full, kept) for version in versions if (kept := in_force(version, taken)) is not None]
        return sorted(found, key=by_name_and_day)

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
                full = f"{practice.name}.{service.name}"
                own = sourced(service, practice.source, practice.standing)
                if in_force(own, self.taken(full)) is not None:
                    services[full] = own
                else:
                    self.broken.setdefault(full, only_proposed(full, own.origin, own.standing))
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


def _only_proposed_days(name: str, table: WorkdayYear) -> Finding:
    """Return that a table of working days, which has no name to be adopted by, waits with its text."""
    return finding(
        "workdays-proposed",
        f"{name} 只是建议、计划或目标，其中 {table.year} 年的工作日表不适用；请把它写进现行的做法或区县的文本",
        f"{name} is only proposed, planned or aimed at, so its working days of {table.year} do not count; write them "
        "in a practice that is in force, or in the district's text",
        table.origin,
        level="warning",
        name=name,
    )


#: From the least protected on.
_PRIVACIES: Final = tuple(Privacy).index


def _twice(practice: str, fact: Fact, beside: str, other: Fact) -> Finding | None:
    """Return what is wrong with two practices' declaring a fact; ``None`` where they declare the same.

    A fact of the same subject, type and derivation is one, and is protected as the stricter of the two has it. Where
    it is called otherwise it may mean something else.
    """
    same = (fact.type, fact.of, fact.derived) == (other.type, other.of, other.derived)
    if same and (fact.label.zh == other.label.zh or not (fact.label.zh and other.label.zh)):
        return None
    names = sorted([practice, beside])
    if same:
        return finding(
            "fact-called-otherwise",
            f"事实 {fact.name} 由 {'、'.join(names)} 声明，名称不同（{fact.label.zh}、{other.label.zh}），"
            "按同一事实处理；如不是一回事，请在其中一个做法里换一个名字",
            f"the fact {fact.name} is declared by {' and '.join(names)} under two labels ({fact.label.zh}, "
            f"{other.label.zh}) and is taken as one; if they are two things, rename it in one of the practices",
            other.origin,
            level="warning",
            name=fact.name,
        )
    return finding(
        "duplicate-fact",
        f"事实 {fact.name} 由 {'、'.join(names)} 声明，而类型、对象或算法不同"
        f"（{_declared(fact)}；{_declared(other)}）；事实没有别的全名：请在其中一个做法里换一个名字，或只采用其中一个",
        f"the fact {fact.name} is declared by {' and '.join(names)}, and its type, subject or derivation differs "
        f"({_declared(fact)}; {_declared(other)}); a fact has no longer name: rename it in one of the practices, or "
        "adopt one of them",
        other.origin,
        name=fact.name,
    )


def _declared(fact: Fact) -> str:
    derived = f" = {fact.derived.text}" if fact.derived is not None else ""
    return f"{fact.of}: {fact.type}{derived}"
