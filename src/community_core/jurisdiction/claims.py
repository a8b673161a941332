"""Who says what: claims to terms, for the question why; they decide nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.ranks import Rank, Standing
from community_core.declarations.amendments import AmendmentKind
from community_core.declarations.code_lists import CodeList
from community_core.declarations.terms import Claim
from community_core.jurisdiction.amend import Claimed
from community_core.jurisdiction.standings import holds
from community_core.jurisdiction.values import Claimant
from community_core.procedures.definition import Procedure, Step
from community_core.rules.answer import json_value
from community_core.rules.engine import Engine
from community_core.rules.terms import AsOf, DatedValue, Decision, DecisionTable, Parameter, Row


def _cited(cite: Citation | None) -> str:
    return cite.text() if cite is not None else ""


def of_parameter(full: str, parameter: Parameter, claimants: Iterable[Claimant]) -> Iterator[Claim]:
    """Yield a claim for each value that anybody gives; where nobody does, the declarer's gap."""
    held = {(item.setter, item.standing) for item in parameter.history}
    best = min(claimants, key=lambda item: item.order, default=None)
    nothing = True
    for claimant in claimants:
        for value in claimant.history:
            nothing = False
            won = (claimant.name, value.standing) in held
            yield Claim(
                term=full,
                claimant=claimant.name,
                rank=claimant.rank,
                says=_said(value) + _day_of(parameter),
                standing=value.standing,
                holds=won,
                beaten_by="" if won or best is None or best.name == claimant.name else best.name,
                cite=_cited(value.cite or parameter.cite),
                origin=value.origin,
            )
    if nothing:
        gap = parameter.gap.zh if parameter.gap else "未设定 / not set"
        practice = full.rpartition(".")[0]
        cite = _cited(parameter.cite)
        yield Claim(
            full, practice, Rank.LIBRARY, gap, Standing.IN_FORCE, holds=True, cite=cite, origin=parameter.origin
        )


def _day_of(item: Parameter | Decision) -> str:
    """What is said of a term that a case reads on the day of the step, not on the day it opened."""
    return " [as_of: step]" if item.as_of is AsOf.STEP else ""


def _said(value: DatedValue) -> str:
    since = value.span.start.isoformat() if value.span.start else "undated"
    until = f" – {value.span.end.isoformat()}" if value.span.end else ""
    if isinstance(value.value, tuple) and value.value and isinstance(value.value[0], tuple):
        shown = ", ".join(f"{key}: {json_value(item)}" for key, item in value.value)
        return f"{{{shown}}} ({since}{until})"
    return f"{json_value(value.value)} ({since}{until})"


def of_decision(
    full: str, decision: Decision, claimant: str, rank: Rank, usual: Standing, taken: frozenset[Standing]
) -> Iterator[Claim]:
    """Yield a claim for each row of a table, or for a function; of the standings *taken* it holds."""
    if not isinstance(decision, DecisionTable):
        standing = decision.standing or usual
        says = f"Python {decision.function.__module__}.{decision.name} (version {decision.version}){_day_of(decision)}"
        cite = _cited(decision.cite)
        yield Claim(
            full,
            claimant,
            rank,
            says,
            standing,
            holds=standing in taken,
            cite=cite,
            span=decision.span,
            origin=decision.origin,
        )
        return
    table, whole = decision, decision.standing or usual
    rows: list[tuple[str, Row]] = [(str(number), row) for number, row in enumerate(table.rows, 1)]
    if table.otherwise is not None:
        rows.append(("otherwise", table.otherwise))
    for number, row in rows:
        then = "gap" if row.gap else ", ".join(f"{name}={text.text}" if name else text.text for name, text in row.then)
        says = f"{number}: {row.when.text} → {then}{_day_of(table)}"
        held = holds(row, whole, taken)
        cite = _cited(row.cite or table.cite)
        yield Claim(
            full,
            claimant,
            rank,
            says,
            row.standing or whole,
            holds=held,
            cite=cite,
            span=table.span,
            origin=row.origin,
        )


def amended(claims: Iterable[Claim], full: str, claim: Claimed, taken: frozenset[Standing]) -> list[Claim]:
    """Return *claims* after an amendment of the decision *full*: what it beats from its day on, and what it adds."""
    amendment = claim.amendment
    table = amendment.decision
    if isinstance(table, DecisionTable):
        table = evolve(table, span=amendment.span)
    elif table is None:
        table = DecisionTable(full, (), amendment.rows, cite=claim.cite, span=amendment.span)
    more = of_decision(full, table, claim.claimant, claim.rank, claim.standing, taken)
    return [*_beaten(claims, full, claim), *more]


def of_code_list(
    full: str, codes: CodeList, claimant: str, rank: Rank, usual: Standing, taken: frozenset[Standing]
) -> Iterator[Claim]:
    """Yield a claim for each code of a list; of the standings *taken* it holds."""
    standing = codes.standing or usual
    for entry in codes.codes:
        span = entry.span.within(codes.span)
        if span is not None:
            fact = f" → {entry.fact} = {entry.value}" if entry.fact else ""
            owner = f" ({codes.owner.zh})" if codes.owner else ""
            says, cite = f"{entry.code}: {entry.label.zh}{fact}{owner}", _cited(entry.cite or codes.cite)
            held = standing in taken
            yield Claim(full, claimant, rank, says, standing, holds=held, cite=cite, span=span, origin=entry.origin)


def amended_codes(claims: Iterable[Claim], full: str, claim: Claimed, taken: frozenset[Standing]) -> list[Claim]:
    """Return *claims* after an amendment of the code list *full*."""
    amendment = claim.amendment
    new = amendment.code_list or CodeList(full, Label(), codes=amendment.codes)
    new = evolve(new, span=amendment.span, cite=new.cite or claim.cite)
    more = of_code_list(full, new, claim.claimant, claim.rank, claim.standing, taken)
    return [*_beaten(claims, full, claim), *more]


def _beaten(claims: Iterable[Claim], full: str, claim: Claimed) -> list[Claim]:
    """Return *claims* with those to *full* that a replacement beats from its day on."""
    amendment = claim.amendment
    result: list[Claim] = []
    for each in claims:
        if each.term != full or amendment.kind is not AmendmentKind.REPLACE or not each.span.meets(amendment.span):
            result.append(each)
            continue
        rest = each.span.outside(amendment.span)
        result += [evolve(each, span=span) for span in rest]
        beaten = each.span.within(amendment.span) or amendment.span
        result.append(evolve(each, span=beaten, holds=False, beaten_by=claim.claimant))
    return result


def of_procedure(
    full: str, procedure: Procedure, waiting: Iterable[Step], claimant: str, rank: Rank, usual: Standing
) -> Iterator[Claim]:
    """Yield a claim for each step of a procedure, and for those that wait, which do not hold."""
    for step in (*procedure.steps, *waiting):
        route = f"{'|'.join(step.source) or '·'} → {step.to or '·'}"
        says = f"{step.name}: {route} ({', '.join(step.by)})"
        standing = step.standing or procedure.standing or usual
        cite = _cited(step.cite or procedure.cite)
        yield Claim(
            full,
            claimant,
            rank,
            says,
            standing,
            holds=step in procedure.steps,
            cite=cite,
            span=procedure.span,
            origin=step.origin,
        )


def on_day(claims: Iterable[Claim], engine: Engine, full: str, day: dt.date) -> Iterator[Claim]:
    """Yield the claims with what holds on *day*: of a parameter's, only the value in use."""
    if full not in engine.scope.parameters:
        for claim in claims:
            yield evolve(claim, holds=claim.holds and claim.span.holds(day))
        return
    use = engine.use(full, day)
    for claim in claims:
        if use is None:
            yield evolve(claim, holds=claim.says.startswith("未设定") or "(" not in claim.says)
            continue
        won = claim.claimant == use.setter and claim.origin == use.origin and claim.standing == use.standing
        yield evolve(claim, holds=won, beaten_by="" if won else use.setter)
