"""Checks the types of what expressions give, where no single type is wanted: periods, and the arguments of effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from community_core.base.findings import Finding, finding
from community_core.procedures.arguments import ARGUMENTS, lacks
from community_core.procedures.consequences import is_literal
from community_core.procedures.definition import EffectSpec, Procedure, Step
from community_core.procedures.reading import is_period, no_period
from community_core.rules.terms import Expression
from community_core.rules.types import Kind, ValueType

#: Gives the type of an expression, or ``None`` where the expression itself is wrong, which is said elsewhere.
TypeOf = Callable[[Expression], "ValueType | None"]


def check_types(procedure: Procedure, type_of: TypeOf) -> Iterator[Finding]:
    """Yield a finding for each period without a unit, and each argument that its effect cannot take."""
    for period in _periods(procedure):
        given = type_of(period)
        if given is not None and not is_period(given):
            yield no_period(period)
    for step in procedure.steps:
        for spec in step.effects:
            yield from _arguments(step, spec, type_of)


def _periods(procedure: Procedure) -> Iterator[Expression]:
    for step in procedure.steps:
        yield from (waiting.period for waiting in (step.not_before, step.within) if waiting is not None)
        yield from (item.period for item in step.publish if item.period is not None)
    yield from (rule.period for rule in procedure.late)
    yield from (item.every for item in procedure.discloses if item.every is not None)
    if procedure.repeats is not None:
        yield procedure.repeats.every


def _arguments(step: Step, spec: EffectSpec, type_of: TypeOf) -> Iterator[Finding]:
    takes, names = ARGUMENTS.get(spec.kind, {}), [name for name, _ in spec.arguments]
    for name, expression in spec.arguments:
        fits = takes.get(name)
        given = None if fits is None or is_literal(spec.kind, name) else type_of(expression)
        if given is None or fits is None:
            continue
        if not fits(given):
            yield finding(
                "type-mismatch",
                f"环节 {step.name} 的效果 {spec.kind} 的 {name} 不能是 {given}：{expression.text!r}",
                f"{name} of the effect {spec.kind} of step {step.name} cannot be {given}: {expression.text!r}",
                expression.origin,
            )
        elif name == "amount" and given.kind is Kind.INT and "unit" not in names:
            yield lacks(step, spec, "unit")
