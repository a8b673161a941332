"""Gathers what the handbook says from a district's rules; it writes no page and decides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from attrs import evolve

from community_core.base.days import Span
from community_core.base.errors import UnknownTerm
from community_core.base.labels import Label, joined
from community_core.base.ranks import Rank, Standing
from community_core.declarations.amendments import Amendment
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import Practice, Setting
from community_core.declarations.terms import Claim
from community_core.jurisdiction.rules import Rules
from community_core.pages.claiming import Claiming
from community_core.pages.handbook_items import (
    BoundEntry,
    ClaimEntry,
    CodeListEntry,
    CodeRow,
    DecisionEntry,
    FactEntry,
    Figure,
    Handbook,
    ParameterEntry,
    PracticePage,
    RowEntry,
    ServiceEntry,
    ValueEntry,
)
from community_core.pages.handbook_procedures import gap_entry, procedure_entry
from community_core.pages.lettering import RANKS
from community_core.pages.spelling import Spelling
from community_core.pages.texts import value_text
from community_core.pages.words import AGGREGATIONS, AMENDMENTS, AS_OF, BOUNDS, FORCES, HITS, PRIVACIES
from community_core.rules.bounds import Bound
from community_core.rules.engine import value_on
from community_core.rules.terms import (
    DatedValue,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    HitPolicy,
    Parameter,
    PythonDecision,
    Row,
)
from community_core.rules.type_words import subject_label, type_label

_NAMES_OF_GAP = Label("缺项", "gap")


def make_handbook(rules: Rules, day: dt.date) -> Handbook:
    """Return the handbook of *rules*: everything that they say, with the values in use on *day*."""
    return _Maker(rules, day).handbook()


class _Maker:
    def __init__(self, rules: Rules, day: dt.date) -> None:
        self.rules = rules
        self.day = day
        self.spelling = Spelling(rules)
        self.claiming = Claiming(rules, self.spelling)
        self.facts = {fact.name: fact for fact in rules.terms.facts}

    def handbook(self) -> Handbook:
        district = self.rules.district
        named = self.rules.name
        return Handbook(
            name=named,
            label=district.title or Label(named, named),
            code=district.code,
            standing=district.standing,
            source=district.source,
            digest=self.rules.digest,
            day=self.day,
            practices=tuple(self.page(practice) for practice in sorted(self.practices(), key=lambda item: item.name)),
            figures=tuple(
                Figure(name, value_text(value.value), value.standing, value.cite) for name, value in district.profile
            ),
            findings=tuple(evolve(item, message=self.spelling.in_words(item.message)) for item in self.rules.findings),
            amends=tuple(self.amends(district.settings, district.amendments)),
        )

    def practices(self) -> Iterator[Practice]:
        """The practices of the rules; one that is known by its terms alone has nothing but its name."""
        yield from self.rules.practices
        terms = self.rules.terms
        groups = (terms.parameters, terms.decisions, terms.procedures, terms.services, terms.gaps, terms.code_lists)
        owners = dict.fromkeys(full.rpartition(".")[0] for group in groups for full, _ in group)
        known = {practice.name for practice in self.rules.practices}
        yield from (Practice(name) for name in owners if name not in known)

    def page(self, practice: Practice) -> PracticePage:
        terms, name = self.rules.terms, practice.name

        def own(full: str) -> bool:
            return full.rpartition(".")[0] == name

        return PracticePage(
            name=name,
            label=practice.title or Label(name, name),
            standing=practice.standing,
            rank=RANKS[self.rules.district.rank if practice.rank is None else practice.rank],
            source=practice.source,
            facts=tuple(self.fact(self.facts[item.name]) for item in practice.facts if item.name in self.facts),
            parameters=tuple(self.parameter(full, item) for full, item in terms.parameters if own(full)),
            decisions=tuple(self.decision(full, item) for full, item in terms.decisions if own(full)),
            procedures=tuple(
                procedure_entry(self.rules, self.spelling, full, item, self.day)
                for full, item in terms.procedures
                if own(full)
            ),
            services=tuple(
                ServiceEntry(
                    item.name,
                    item.label,
                    joined(map(subject_label, item.recipients)),
                    joined(self.price_forms(item.price_forms)),
                    item.standing or practice.standing,
                    item.cite,
                )
                for full, item in terms.services
                if own(full)
            ),
            gaps=tuple(gap_entry(item, self.spelling, name) for full, item in terms.gaps if own(full)),
            code_lists=tuple(
                code_list_entry(item, item.standing or practice.standing, self.spelling)
                for full, item in terms.code_lists
                if own(full)
            ),
            claims=tuple(self.claims(name)),
            amends=tuple(self.amends(practice.settings, practice.amendments)),
            broken=tuple(
                (full, evolve(found, message=self.spelling.in_words(found.message)))
                for full, found in terms.broken
                if own(full) or self.fact_of(full, practice)
            ),
        )

    @staticmethod
    def fact_of(full: str, practice: Practice) -> bool:
        return full.startswith("fact ") and full[5:] in {fact.name for fact in practice.facts}

    def price_forms(self, forms: Iterable[str]) -> Iterator[Label]:
        known = {"free": Label("无偿", "free"), "low_cost": Label("低偿", "low cost"), "paid": Label("有偿", "paid")}
        yield from (known.get(form) or Label(form, form) for form in forms)

    # -- facts and parameters --------------------------------------------------------------------------------------

    def fact(self, fact: Fact) -> FactEntry:
        derived = Label()
        if fact.derived is not None:
            derived = self.spelling.expression(fact.derived, practice="", expected=fact.type, owned=fact.labels)
        return FactEntry(
            fact.name,
            fact.label or Label(fact.name, fact.name),
            subject_label(fact.of),
            type_label(fact.type, self.spelling.labels_of(fact.type, fact.labels)),
            PRIVACIES[fact.privacy],
            derived,
            fact.cite,
        )

    def parameter(self, full: str, parameter: Parameter) -> ParameterEntry:
        in_use = value_on(parameter, self.day)
        kind = type_label(parameter.type, self.spelling.labels_of(parameter.type, parameter.labels))
        return ParameterEntry(
            term=full,
            label=parameter.label or Label(parameter.name, parameter.name),
            type=kind,
            per=self.spelling.name("fact", parameter.per) if parameter.per else Label(),
            history=tuple(self.value(parameter, value, in_use is value) for value in parameter.history),
            bounds=tuple(self.bound(parameter, bound) for bound in parameter.bounds),
            open_to=tuple(RANKS[rank] for rank in sorted(parameter.open_to, reverse=True)),
            gap=parameter.gap or Label(),
            cite=parameter.cite,
            stricter={
                "higher": Label("越高越严", "higher is stricter"),
                "lower": Label("越低越严", "lower is stricter"),
            }.get(parameter.stricter, Label()),
            as_of=AS_OF[parameter.as_of],
        )

    def value(self, parameter: Parameter, value: DatedValue, in_use: bool) -> ValueEntry:
        return ValueEntry(
            self.spelling.parameter_value(parameter, value.value),
            value.span.start,
            value.span.end,
            value.standing,
            self.titled(value.setter),
            value.cite,
            in_use,
        )

    def bound(self, parameter: Parameter, bound: Bound) -> BoundEntry:
        values = bound.value if isinstance(bound.value, tuple) else (bound.value,)
        shown = joined(self.spelling.measured(value, parameter.type, parameter.labels) for value in values)
        kind = BOUNDS[bound.kind]
        text = Label(f"{kind.zh} {shown.zh}", f"{kind.en} {shown.en}")
        return BoundEntry(text, FORCES[bound.force], bound.span.start, bound.span.end, bound.cite)

    # -- decisions -------------------------------------------------------------------------------------------------

    def decision(self, full: str, decision: Decision) -> DecisionEntry:
        outputs = tuple(
            item.label or (Label(item.name, item.name) if item.name else Label("结果", "outcome"))
            for item in decision.outputs
        )
        standing = decision.standing or self.standing_of(full)
        label = decision.title or Label(decision.name, decision.name)
        since, until = decision.span.start, decision.span.end
        anchor = anchored(decision.name, decision.span)
        if isinstance(decision, PythonDecision):
            return DecisionEntry(
                full,
                anchor,
                label,
                subject_label(decision.of),
                Label(),
                outputs,
                (),
                since,
                until,
                standing,
                decision.cite,
                decision.because,
                tuple(self.input(name, full) for name in decision.inputs),
                f"{decision.function.__module__}.{decision.function.__qualname__}",
                as_of=AS_OF[decision.as_of],
            )
        hit = HITS[decision.hit]
        if decision.hit is HitPolicy.COLLECT:
            how = AGGREGATIONS[decision.aggregation]
            hit = Label(f"{hit.zh}，{how.zh}", f"{hit.en}, {how.en}")
        rows = [self.row(full, decision, number, row, standing) for number, row in enumerate(decision.rows, 1)]
        if decision.otherwise is not None:
            rows.append(self.row(full, decision, 0, decision.otherwise, standing))
        return DecisionEntry(
            full,
            anchor,
            label,
            subject_label(decision.of),
            hit,
            outputs,
            tuple(rows),
            since,
            until,
            standing,
            decision.cite,
            as_of=AS_OF[decision.as_of],
        )

    def standing_of(self, full: str) -> Standing:
        name = full.rpartition(".")[0]
        return next((item.standing for item in self.rules.practices if item.name == name), Standing.IN_FORCE)

    def input(self, name: str, full: str) -> Label:
        return self.spelling.expression(Expression(name), practice=full.rpartition(".")[0])

    def row(self, full: str, table: DecisionTable, number: int, row: Row, standing: Standing) -> RowEntry:
        practice = full.rpartition(".")[0]
        when, then = self.spelling.row(full, table.outputs, row, otherwise=number == 0)
        because, gap = (self.spelling.in_words(text or Label(), practice) for text in (row.because, row.gap))
        return RowEntry(number, when, then, because, gap, row.standing or standing, row.cite or table.cite)

    # -- who says what ---------------------------------------------------------------------------------------------

    def claims(self, practice: str) -> Iterator[ClaimEntry]:
        """The claims to the parameters, and to whatever else more than one claimant speaks of."""
        own = [claim for claim in self.rules.claims if claim.term.rpartition(".")[0] == practice]
        parameters = dict(self.rules.terms.parameters)
        for claim in own:
            rivals = [other for other in own if other.term == claim.term]
            disputed = len({other.claimant for other in rivals}) > 1 or not all(other.holds for other in rivals)
            given = claim.term in parameters and bool(parameters[claim.term].history)
            if given or disputed:
                yield self.claim(claim, rivals)

    def claim(self, claim: Claim, rivals: Iterable[Claim]) -> ClaimEntry:
        beats = [other.claimant for other in rivals if claim.holds and other.beaten_by == claim.claimant]
        value = self.claiming.value(claim)
        span = claim.span if value is None else value.span
        return ClaimEntry(
            claim.term,
            self.spelling.called(claim.term),
            self.titled(claim.claimant),
            RANKS[Rank(claim.rank)],
            self.claiming.said(claim),
            claim.standing,
            claim.holds,
            tuple(map(self.titled, dict.fromkeys(beats))),
            self.titled(claim.beaten_by) if claim.beaten_by else Label(),
            claim.cite,
            span.start,
            span.end,
        )

    def full_name(self, term: str) -> str:
        try:
            return self.rules.full_name(term)
        except UnknownTerm:
            return term

    def titled(self, owner: str) -> Label:
        return self.rules.titles.get(owner) or Label(owner, owner)

    def amends(self, settings: Iterable[Setting], amendments: Iterable[Amendment]) -> Iterator[Label]:
        for setting in settings:
            term = self.spelling.term(self.full_name(setting.term))
            yield Label(f"设定{term.zh}", f"sets {term.text('en')}")
        for amendment in amendments:
            kind, span = AMENDMENTS[amendment.kind], span_text(amendment.span)
            cite = f"（{amendment.cite.text('zh')}）" if amendment.cite else ""
            term = self.spelling.term(self.full_name(amendment.term))
            yield Label(f"{kind.zh}{term.zh}，{span.zh}{cite}", f"{kind.en} {term.text('en')}, {span.en}")


def code_list_entry(item: CodeList, standing: Standing, spelling: Spelling) -> CodeListEntry:
    """Return one version of a code list as the handbook shows it."""
    codes = tuple(
        CodeRow(each.code, each.label, *_served(each, spelling), each.span.start, each.span.end, each.cite)
        for each in item.codes
    )
    anchor, (since, until) = anchored(item.name, item.span), (item.span.start, item.span.end)
    return CodeListEntry(anchor, item.name, item.label, item.owner, codes, standing, item.cite, since, until)


def _served(code: CodeEntry, spelling: Spelling) -> tuple[Label, Label]:
    return spelling.fact_value(code.fact, code.value) if code.fact else (Label(), Label())


def anchored(name: str, span: Span) -> str:
    """Return the anchor of one version of a term: its name, and the day from which it holds."""
    return f"{name}.{span.start.isoformat()}" if span.start is not None else name


def span_text(span: Span) -> Label:
    """Return a span in words."""
    if span.start is None and span.end is None:
        return Label("未注明日期", "undated")
    since = Label(f"自 {span.start}", f"from {span.start}") if span.start else Label("自始", "from the beginning")
    until = Label(f"至 {span.end} 前", f" until {span.end}, excluded") if span.end else Label(" 起", "")
    return Label(since.zh + until.zh, f"{since.en}{until.en}")
