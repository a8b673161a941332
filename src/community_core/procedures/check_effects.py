"""Checks what steps cause: that there are such effects, and what arguments the core's own ones take and need."""

from __future__ import annotations

from collections.abc import Iterator

from community_core.base.findings import Finding, finding
from community_core.base.ranks import PRIVATE
from community_core.procedures.arguments import ARGUMENTS, NEEDED, lacks
from community_core.procedures.consequences import KINDS, is_literal
from community_core.procedures.definition import EffectSpec, Procedure, Step
from community_core.procedures.events import REDRAWINGS
from community_core.procedures.naming import names_in, unknown_name
from community_core.rules.types import Kind


def check_effects(procedure: Procedure, more: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with the effects of *procedure*'s steps; *more* are the kinds that plugins add."""
    for step in procedure.steps:
        for spec in step.effects:
            if spec.kind not in KINDS and spec.kind not in more:
                yield unknown_name("unknown-effect", "效果", spec.kind, spec.origin, sorted({*KINDS, *more}))
            yield from _arguments(step, spec)
            yield from _each(procedure, step, spec)
            yield from _personal(procedure, step, spec)
            yield from _redrawing(procedure, spec)


def _arguments(step: Step, spec: EffectSpec) -> Iterator[Finding]:
    """No argument is unknown or empty, and none is missing."""
    known = ARGUMENTS.get(spec.kind)
    for name, expression in spec.arguments:
        if known is not None and name not in known:
            listed = [other for other in known if other != "what"]
            yield unknown_name("unknown-argument", "参数", name, expression.origin, listed)
        if is_literal(spec.kind, name) and not expression.text:
            yield finding(
                "effect-argument",
                f"环节 {step.name} 的效果 {spec.kind} 有空的参数",
                f"the effect {spec.kind} of step {step.name} has an empty argument",
                spec.origin,
                effect=spec.kind,
            )
    given = {name for name, _ in spec.arguments}
    yield from (lacks(step, spec, group[0]) for group in NEEDED.get(spec.kind, ()) if not given.intersection(group))


def _each(procedure: Procedure, step: Step, spec: EffectSpec) -> Iterator[Finding]:
    """A case for each member is one of a list field, and is given it as one of its own."""
    said = {name: expression for name, expression in spec.arguments if spec.kind == "open"}
    if "each" not in said:
        return
    fields = [name for name, item in procedure.field_names.items() if item.type.kind is Kind.LIST]
    if said["each"].text not in fields:
        yield unknown_name("unknown-field", "列表字段", said["each"].text, said["each"].origin, fields)
    if "as" not in said:
        yield lacks(step, spec, "as")


def _personal(procedure: Procedure, step: Step, spec: EffectSpec) -> Iterator[Finding]:
    """What is entered in a ledger is no person's: an entry is not erased."""
    if spec.kind != "enter":
        return
    for name, expression in spec.arguments:
        used = () if is_literal(spec.kind, name) else names_in(expression)
        for field in filter(None, map(procedure.field, used)):
            if field.privacy in PRIVATE:
                yield finding(
                    "personal-entry",
                    f"环节 {step.name} 把 {field.privacy.value} 字段 {field.name} 记入账簿；账簿不写个人",
                    f"step {step.name} enters the {field.privacy.value} field {field.name!r} in a ledger, where no "
                    "person stands",
                    spec.origin,
                    field=field.name,
                )


def _redrawing(procedure: Procedure, spec: EffectSpec) -> Iterator[Finding]:
    """What a redrawing names is an action or a field."""
    if spec.kind != "redraw":
        return
    for name, expression in spec.arguments:
        known = procedure.field(expression.text) is not None or (name == "what" and expression.text in REDRAWINGS)
        if is_literal(spec.kind, name) and not known:
            yield unknown_name("unknown-field", "字段", expression.text, spec.origin, procedure.field_names)
