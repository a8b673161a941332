"""Who says what: claims to terms, for the question why; they decide nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.ranks import Rank, Standing
from community_core.declarations.terms import Claim
from community_core.jurisdiction.values import Claimant
from community_core.procedures.definition import Procedure
from community_core.rules.answer import json_value
from community_core.rules.engine import Engine
from community_core.rules.terms import DatedValue, Decision, DecisionTable, Parameter, Row


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
            holds = value.standing.applies and (claimant.name, value.standing) in held
            yield Claim(
                term=full,
                claimant=claimant.name,
                rank=claimant.rank,
                says=_said(value),
                standing=value.standing,
                holds=holds,
                beaten_by="" if holds or best is None or best.name == claimant.name else best.name,
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


def _said(value: DatedValue) -> str:
    since = value.span.start.isoformat() if value.span.start else "undated"
    until = f" – {value.span.end.isoformat()}" if value.span.end else ""
    if isinstance(value.value, tuple) and value.value and isinstance(value.value[0], tuple):
        shown = ", ".join(f"{key}: {json_value(item)}" for key, item in value.value)
        return f"{{{shown}}} ({since}{until})"
    return f"{json_value(value.value)} ({since}{until})"


def of_decision(full: str, decision: Decision, claimant: str, rank: Rank, usual: Standing) -> Iterator[Claim]:
    """Yield a claim for each row of a table, or for a function."""
    if not isinstance(decision, DecisionTable):
        standing = decision.standing or usual
        says = f"Python {decision.function.__module__}.{decision.name} (version {decision.version})"
        cite = _cited(decision.cite)
        yield Claim(full, claimant, rank, says, standing, holds=True, cite=cite, origin=decision.origin)
        return
    rows: list[tuple[str, Row]] = [(str(number), row) for number, row in enumerate(decision.rows, 1)]
    if decision.otherwise is not None:
        rows.append(("otherwise", decision.otherwise))
    for number, row in rows:
        then = "gap" if row.gap else ", ".join(f"{name}={text.text}" if name else text.text for name, text in row.then)
        says = f"{number}: {row.when.text} → {then}"
        standing = row.standing or decision.standing or usual
        cite = _cited(row.cite or decision.cite)
        yield Claim(full, claimant, rank, says, standing, holds=True, cite=cite, origin=row.origin)


def of_procedure(full: str, procedure: Procedure, claimant: str, rank: Rank, usual: Standing) -> Iterator[Claim]:
    """Yield a claim for each step of a procedure."""
    for step in procedure.steps:
        route = f"{'|'.join(step.source) or '·'} → {step.to or '·'}"
        says = f"{step.name}: {route} ({', '.join(step.by)})"
        standing = step.standing or procedure.standing or usual
        cite = _cited(step.cite or procedure.cite)
        yield Claim(full, claimant, rank, says, standing, holds=True, cite=cite, origin=step.origin)


def on_day(claims: Iterable[Claim], engine: Engine, full: str, day: dt.date) -> Iterator[Claim]:
    """Yield the claims with what holds on *day*: of a parameter's, only the value in use."""
    if full not in engine.scope.parameters:
        yield from claims
        return
    use = engine.use(full, day)
    for claim in claims:
        if use is None:
            yield evolve(claim, holds=claim.says.startswith("未设定") or "(" not in claim.says)
            continue
        holds = claim.claimant == use.setter and claim.origin == use.origin and claim.standing == use.standing
        yield evolve(claim, holds=holds, beaten_by="" if holds else use.setter)
