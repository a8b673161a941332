"""Rules: the frozen whole that a district governs by; how it is put together is written elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from community_core.base.compiled import Compiled
from community_core.base.errors import UnknownTerm
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.codec.functions import Functions, with_functions
from community_core.codec.texts import digest as digest_of
from community_core.codec.texts import from_plain
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import District, Practice, StepEffect
from community_core.declarations.terms import Claim, Terms
from community_core.instruments.workdays import WorkdayCalendar
from community_core.jurisdiction.expressions import expressions_of
from community_core.jurisdiction.plugins import Observer, Plugin
from community_core.procedures.definition import Procedure
from community_core.rules.answer import Answer, ParameterUse
from community_core.rules.engine import Engine
from community_core.rules.plan import Plan
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.terms import Function, PythonDecision

if TYPE_CHECKING:
    from community_core.jurisdiction.receipts import Receipt


@frozen(eq=False)
class Rules(Compiled):
    """Everything that a district governs by, ready to decide; immutable and safe to share between threads.

    *digest* is the hash of the terms; *findings* say what is wrong in texts and plugins; *claims* who says what.
    *practices* are those that the rules are made of, as declared, and *offered* says which plugin offers what
    (``practice core.hearing``, ``effect …``, ``function …``); rules read back from a kept text have neither.
    """

    name: str
    terms: Terms
    engine: Engine = field(repr=False)
    digest: str
    district: District = field(default=District(""), repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    aliases: Mapping[str, str] = field(factory=dict, repr=False)
    functions: tuple[Function, ...] = field(default=(), repr=False)
    effects: tuple[StepEffect, ...] = field(default=(), repr=False)
    observers: tuple[Observer, ...] = field(default=(), repr=False)
    plugins: tuple[Plugin, ...] = field(default=(), repr=False)
    offered: tuple[tuple[str, Plugin], ...] = field(default=(), repr=False)
    practices: tuple[Practice, ...] = field(default=(), repr=False)

    def decide(self, term: str, subject: Any, *, on: dt.date) -> Answer:
        """Return the answer of the decision *term* for *subject* on the day *on*; see :meth:`Engine.decide`."""
        return self.engine.decide(term, subject, on=on)

    def plan(self, term: str, on: dt.date, given: Mapping[str, Any] | None = None) -> Plan:
        """Return the plan of a decision for a day; see :meth:`Engine.plan`."""
        return self.engine.plan(term, on, given)

    def parameter(self, term: str, *, on: dt.date) -> ParameterUse | None:
        """Return the value of a parameter on a day, or ``None`` while it is open or faulty."""
        return self.engine.parameter(term, on=on)

    @cached_property
    def _names(self) -> Names:
        terms = self.terms
        full = [name for group in (terms.parameters, terms.decisions, terms.procedures) for name, _ in group]
        more = [name for group in (terms.services, terms.gaps, terms.code_lists) for name, _ in group]
        return Names([*full, *more, *(fact.name for fact in terms.facts), *(name for name, _ in terms.broken)])

    @cached_property
    def _procedures(self) -> Mapping[str, tuple[Procedure, ...]]:
        found: dict[str, tuple[Procedure, ...]] = {}
        for name, version in self.terms.procedures:
            found[name] = (*found.get(name, ()), version)
        return found

    @cached_property
    def _procedure_names(self) -> Names:
        replaced = set(self.aliases)
        return Names([name for name in self._procedures if name not in replaced] + sorted(replaced))

    @cached_property
    def _procedures_meant(self) -> dict[str, str]:
        return {}

    @cached_property
    def titles(self) -> Mapping[str, Label]:
        """What the practices and the district are called, by name."""
        return {**{item.name: item.title for item in self.practices}, self.district.name: self.district.title}

    def full_name(self, term: str) -> str:
        """Return the full name of the term that *term* means, of whatever kind; a full name means itself.

        Raises:
            UnknownTerm: if there is none, or several.
        """
        if term in self.aliases:
            return term
        found = self._meant(self._names, term)
        if found is None:
            raise _unknown(self._names, term, "条款项", "term")
        return found

    def procedure(self, term: str, *, on: dt.date | None = None) -> Procedure:
        """Return a procedure by any name of it, with what it extends put in; a replaced one gives its replacement.

        With *on*, the version of that day; else the latest one.

        Raises:
            UnknownTerm: if there is none, or several, or none in force on that day.
        """
        full = self.procedure_name(term)
        versions = [version for version in self._procedures[full] if on is None or version.span.holds(on)]
        if not versions:
            raise UnknownTerm(Label(f"程序 {full} 在 {on} 没有生效的版本", f"no version of {full} is in force on {on}"))
        return versions[-1]

    def procedures_on(self, day: dt.date) -> tuple[str, ...]:
        """Return the full names of the procedures in force on *day*, without those that another one replaces."""
        names = (name for name in self._procedures if name not in self.aliases)
        return tuple(name for name in sorted(names) if any(item.span.holds(day) for item in self._procedures[name]))

    def procedure_name(self, term: str, practice: str = "") -> str:
        """Return the full name of the procedure that *term* means; where *practice* writes it, its own goes first.

        Raises:
            UnknownTerm: if there is none, several, or if its declaration is broken; the message says which.
        """
        if practice:
            with suppress(UnknownTerm):
                return self.procedure_name(f"{practice}.{term}")
        if term in self._procedures_meant:
            return self._procedures_meant[term]
        found = self._meant(self._procedure_names, term)
        # A broken procedure of that name may be the one that is meant, such as one that stands for the core's.
        bad = None if term in self._procedures else self._broken_of(term)
        if bad is not None and (found is None or bad[1].level == "error"):
            name, why = bad
            raise UnknownTerm(
                Label(f"程序 {name} 的文本有问题，不可用：{why.message.zh}", f"{name} is broken: {why.message.en}"),
                [why],
            )
        if found is None:
            raise _unknown(self._procedure_names, term, "程序", "procedure")
        # Every opening of a case asks; of the names that mean something there are not many.
        self._procedures_meant[term] = found
        return found

    def _broken_of(self, term: str) -> tuple[str, Finding] | None:
        """The broken term that *term* may mean, the faulty ones before those that are only proposed."""
        broken = dict(self.terms.broken)
        for wanted in (True, False):
            names = [name for name, why in broken.items() if (why.level == "error") is wanted]
            bad = Names(names).first(term)
            if bad is not None:
                return bad, broken[bad]
        return None

    def _meant(self, names: Names, term: str) -> str | None:
        """The full name that *term* means; one that a term and its replacement both end with means the replacement."""
        try:
            found = names.find(term)
        except Ambiguous as several:
            left = {self.aliases.get(name, name) for name in several.names}
            if len(left) == 1:
                return left.pop()
            raise UnknownTerm(several.message) from None
        return None if found is None else self.aliases.get(found, found)

    def code_lists(self, *, on: dt.date) -> tuple[tuple[CodeList, tuple[CodeEntry, ...]], ...]:
        """Return the code lists in force on a day, each with the entries that hold then."""
        held = ((item, item.on(on)) for _, item in self.terms.code_lists)
        return tuple((item, entries) for item, entries in held if entries)

    @property
    def calendar(self) -> WorkdayCalendar:
        """The working days: the published ones, and the tables that the places loaded."""
        return WorkdayCalendar(self.terms.workdays)

    def why(self, term: str, *, on: dt.date | None = None) -> tuple[Claim, ...]:
        """Return every claim to a term: who says what, which holds, and by whom the others are beaten.

        With *on*, a claim to a parameter that gives no value on that day does not hold. To a term that is faulty no
        claim holds.

        Raises:
            UnknownTerm: if there is no such term, or several.
        """
        full = self.full_name(term)
        held = [claim for claim in self.claims if claim.term == full]
        fault = dict(self.terms.broken).get(full)
        if fault is not None and fault.level == "error":
            return tuple(evolve(claim, holds=False) for claim in held)
        if on is None:
            return tuple(held)
        from community_core.jurisdiction.claims import on_day  # noqa: PLC0415 - only a question about a day needs it

        return tuple(on_day(held, self.engine, full, on))

    def receipt(
        self, answer: Answer, *, facts: Any = None, keep_terms: bool = True, keep_facts: bool = False
    ) -> Receipt:
        """Return what *answer*, which these rules gave, rested on: hashes of terms and facts, versions, reasons.

        See :func:`~community_core.jurisdiction.receipts.make_receipt`.

        Raises:
            CommunityError: if other rules gave the answer, or if its facts cannot be told from it.
        """
        from community_core.jurisdiction.receipts import make_receipt  # noqa: PLC0415 - it reads rules

        return make_receipt(self, answer, facts=facts, keep_terms=keep_terms, keep_facts=keep_facts)

    def reach(self, procedure: str, *, version: Procedure | None = None) -> Terms:
        """Return the terms that a procedure (by full name) reaches: what a case must keep to finish as it began.

        *version* is one of its versions, or else the latest one. Values keep their whole history.
        """
        definition = self.procedure(procedure) if version is None else version
        practice = procedure.rpartition(".")[0]
        trees = []
        for place in expressions_of(definition):
            bound = self.engine.bind_expression(
                place.expression, practice=practice, fields=definition.field_types, guard=True, expected=place.expected
            )
            if bound.node is not None:
                trees.append(bound.node)
        decisions, parameters, facts = self.engine.reach(trees)
        called = self.engine.words(trees)
        terms = self.terms
        return Terms(
            facts=tuple(fact for fact in terms.facts if fact.name in facts),
            parameters=tuple((name, item) for name, item in terms.parameters if name in parameters),
            decisions=tuple((name, item) for name, item in terms.decisions if name in decisions),
            procedures=((procedure, definition),),
            workdays=terms.workdays,
            words=tuple(sorted((item.name, item.version) for item in self.functions if item.name in called)),
        )

    @property
    def python_functions(self) -> Functions:
        """The functions of Python decisions, by full name and version: what a kept rule text is read with."""
        found = {}
        for name, decision in self.terms.decisions:
            if isinstance(decision, PythonDecision):
                found[(name, decision.version)] = decision.function
        return found

    def kept(self, text: Any) -> Rules:
        """Return the rules of a kept text (:class:`Terms` in plain form), with this district's functions and effects.

        Raises:
            CodecError: if the text is none of ours.
        """
        terms = with_functions(from_plain(Terms, text), self.python_functions)
        return Rules.from_terms(terms, name=self.name, functions=self.functions, effects=self.effects)

    @classmethod
    def from_terms(
        cls,
        terms: Terms,
        *,
        name: str = "",
        functions: tuple[Function, ...] = (),
        effects: tuple[StepEffect, ...] = (),
    ) -> Rules:
        """Build rules from resolved terms, such as those that a case began under."""
        digest = digest_of(terms)
        # In resolved terms all but facts is written in full.
        practices = {full.rpartition(".")[0] for full, _ in (*terms.decisions, *terms.procedures)}
        engine = Engine(
            facts=terms.facts,
            parameters=dict(terms.parameters),
            decisions=terms.decisions,
            functions=functions,
            calendar=WorkdayCalendar(terms.workdays),
            digest=digest,
            own_facts=dict.fromkeys(practices, frozenset(fact.name for fact in terms.facts)),
        )
        return cls(name, terms, engine, digest, findings=engine.findings, functions=functions, effects=effects)


def _unknown(names: Names, term: str, zh: str, en: str) -> UnknownTerm:
    near = ", ".join(names.near(term))
    hint_zh, hint_en = (f"；是否指 {near}", f"; did you mean {near}?") if near else ("", "")
    return UnknownTerm(Label(f"没有叫 {term!r} 的{zh}{hint_zh}", f"no {en} is called {term!r}{hint_en}"))
