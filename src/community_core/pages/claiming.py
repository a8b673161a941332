"""Claims in words: what each value, row, step or code says to which somebody lays claim; none is weighed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label, joined
from community_core.declarations.amendments import Amendment
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import District, Practice
from community_core.declarations.terms import Claim
from community_core.jurisdiction.rules import Rules
from community_core.pages.spelling import Spelling
from community_core.pages.words import AS_OF, post_label
from community_core.procedures.definition import Procedure, Step
from community_core.rules.terms import AsOf, DatedValue, Decision, DecisionTable, Row

#: What a claim speaks of, a step with the procedure that it is a part of.
Said = DatedValue | Row | CodeEntry | tuple[Procedure, Step]


class Claiming:
    """What the claims of *rules* say, by where each was written."""

    def __init__(self, rules: Rules, spelling: Spelling) -> None:
        self._parameters = dict(rules.terms.parameters)
        # What is only proposed is no term, and somebody claims it all the same.
        declared = {f"{each.name}.{item.name}": item for each in rules.practices for item in each.decisions}
        self._decisions: Mapping[str, Decision] = {**declared, **dict(rules.terms.decisions)}
        self._spelling = spelling
        self._written: Mapping[Origin, Said] = {origin: said for origin, said in _written(rules) if origin != NOWHERE}

    def value(self, claim: Claim) -> DatedValue | None:
        """Return the dated value that is claimed, where it is one."""
        said = self._written.get(claim.origin)
        return said if isinstance(said, DatedValue) else None

    def said(self, claim: Claim) -> Label:
        """Return what *claim* says; one that was not written in a rulebook, as it was gathered."""
        said = self._written.get(claim.origin)
        parameter = self._parameters.get(claim.term)
        if parameter is not None and not parameter.history:
            return parameter.gap or Label("未设定", "not set")
        if isinstance(said, DatedValue) and parameter is not None:
            return self._with_day(self._spelling.parameter_value(parameter, said.value), parameter.as_of)
        decision = self._decisions.get(claim.term)
        if isinstance(said, Row) and decision is not None:
            return self._with_day(self._row(claim, said, decision), decision.as_of)
        if isinstance(said, CodeEntry):
            code = Label(f"{said.code}：{said.label.zh}", said.label.en and f"{said.code}: {said.label.en}")
            if not said.fact:
                return code
            serves = joined(self._spelling.fact_value(said.fact, said.value), " = ", " = ")
            return Label(f"{code.zh}（{serves.zh}）", code.en and f"{code.en} ({serves.text('en')})")
        if isinstance(said, tuple):
            return _step(*said)
        return Label(claim.says, claim.says)

    def _row(self, claim: Claim, row: Row, decision: Decision) -> Label:
        number = claim.says.partition(":")[0]
        when, then = self._spelling.row(claim.term, decision.outputs, row, otherwise=not number.isdigit(), prose=True)
        numbered = Label(f"第 {number} 行：", f"row {number}: ") if number.isdigit() else Label()
        result = joined(then, "；", "; ") if row.gap is None else Label("缺项", "gap")
        return Label(f"{numbered.zh}{when.zh} → {result.zh}", f"{numbered.en}{when.text('en')} → {result.text('en')}")

    @staticmethod
    def _with_day(label: Label, as_of: AsOf) -> Label:
        read = AS_OF[as_of]
        return Label(f"{label.zh}（{read.zh}）", f"{label.text('en')} ({read.text('en')})") if read else label


def _step(procedure: Procedure, step: Step) -> Label:
    states = dict(procedure.states)

    def state(name: str) -> Label:
        return states.get(name) or Label(name, name)

    label = step.label or Label(step.name, step.name)
    before = joined(map(state, step.source)) if step.source else Label("开始", "start")
    after = state(step.to) if step.to else before
    by = joined(post_label(post, procedure) for post in step.by)
    return Label(
        f"{label.zh}：{before.zh} → {after.zh}（{by.zh}）",
        f"{label.text('en')}: {before.text('en')} → {after.text('en')} ({by.text('en')})",
    )


def _written(rules: Rules) -> Iterator[tuple[Origin, Said]]:
    for practice in rules.practices:
        for parameter in practice.parameters:
            yield from ((value.origin, value) for value in parameter.history)
        for decision in practice.decisions:
            yield from _of_decision(decision)
        for procedure in practice.procedures:
            yield from _of_procedure(procedure)
        for listed in practice.code_lists:
            yield from _of_codes(listed)
    owners: tuple[Practice | District, ...] = (*rules.practices, rules.district)
    for owner in owners:
        for setting in owner.settings:
            yield from ((value.origin, value) for value in setting.history)
        for amendment in owner.amendments:
            yield from _of_amendment(amendment)


def _of_decision(decision: Decision | None) -> Iterator[tuple[Origin, Said]]:
    if isinstance(decision, DecisionTable):
        yield from ((row.origin, row) for row in decision.every_row)


def _of_procedure(procedure: Procedure) -> Iterator[tuple[Origin, Said]]:
    yield from ((step.origin, (procedure, step)) for step in procedure.steps)


def _of_codes(listed: CodeList) -> Iterator[tuple[Origin, Said]]:
    yield from ((code.origin, code) for code in listed.codes)


def _of_amendment(amendment: Amendment) -> Iterator[tuple[Origin, Said]]:
    yield from ((row.origin, row) for row in amendment.rows)
    yield from _of_decision(amendment.decision)
    if amendment.procedure is not None:
        yield from _of_procedure(amendment.procedure)
    yield from ((code.origin, code) for code in amendment.codes)
    if amendment.code_list is not None:
        yield from _of_codes(amendment.code_list)
