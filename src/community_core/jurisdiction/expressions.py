"""Every expression of a procedure, with what is expected there and how to put another spelling in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve, frozen

from community_core.instruments.ballot import BALLOT_RULES
from community_core.procedures.consequences import is_literal
from community_core.procedures.definition import DisclosureItem, Late, Procedure, Publish, Rates, Repeats, Step, Waiting
from community_core.rules.terms import Expression
from community_core.rules.types import BOOL, INT, SHARE, ValueType, enum_of

Spell = Callable[[Expression, "ValueType | None"], Expression]

_RULE = enum_of(*BALLOT_RULES)


@frozen
class Place:
    """An expression of a procedure and the type that is expected there (``None``: any)."""

    expression: Expression
    expected: ValueType | None


def expressions_of(procedure: Procedure) -> Iterator[Place]:
    """Yield every expression of *procedure*."""
    found: list[Place] = []

    def note(expression: Expression, expected: ValueType | None) -> Expression:
        found.append(Place(expression, expected))
        return expression

    respelt(procedure, note)
    yield from found


def respelt(procedure: Procedure, spell: Spell) -> Procedure:
    """Return *procedure* with each expression as *spell* gives it."""
    return evolve(
        procedure,
        steps=tuple(_step(step, spell) for step in procedure.steps),
        late=tuple(_late(late, spell) for late in procedure.late),
        discloses=tuple(_disclosed(item, spell) for item in procedure.discloses),
        repeats=_repeated(procedure.repeats, spell),
    )


def respelt_measures(procedure: Procedure, spell: Spell) -> Procedure:
    """Return *procedure* with the expressions of its measures as *spell* gives them: they see ``state`` as well."""

    def optional(expression: Expression | None, expected: ValueType | None) -> Expression | None:
        return None if expression is None else spell(expression, expected)

    return evolve(
        procedure,
        measures=tuple(
            evolve(
                item,
                part=optional(item.part, BOOL),
                whole=optional(item.whole, BOOL),
                value=optional(item.value, None),
            )
            for item in procedure.measures
        ),
    )


def _late(late: Late, spell: Spell) -> Late:
    return evolve(late, period=spell(late.period, None))


def _step(step: Step, spell: Spell) -> Step:
    decides = step.decides
    if decides is not None:
        decides = evolve(
            decides,
            rule=spell(decides.rule, _RULE),
            quorum=_optional(decides.quorum, spell, SHARE),
            majority=_optional(decides.majority, spell, SHARE),
            seats=_optional(decides.seats, spell, INT),
            proxy_limit=_optional(decides.proxy_limit, spell, INT),
        )
    return evolve(
        step,
        when=spell(step.when, BOOL) if step.when is not None else None,
        not_before=_waiting(step.not_before, spell),
        within=_waiting(step.within, spell),
        decides=decides,
        rates=_rates(step.rates, spell),
        publish=tuple(_publish(item, spell) for item in step.publish),
        effects=tuple(
            evolve(
                effect,
                arguments=tuple(
                    (name, text if is_literal(effect.kind, name) else spell(text, None))
                    for name, text in effect.arguments
                ),
            )
            for effect in step.effects
        ),
    )


def _rates(rates: Rates | None, spell: Spell) -> Rates | None:
    if rates is None:
        return None
    return evolve(
        rates,
        criteria=spell(rates.criteria, None),
        scale=spell(rates.scale, None),
        points=spell(rates.points, None),
        weights=None if rates.weights is None else spell(rates.weights, None),
    )


def _disclosed(item: DisclosureItem, spell: Spell) -> DisclosureItem:
    return item if item.every is None else evolve(item, every=spell(item.every, None))


def _repeated(repeats: Repeats | None, spell: Spell) -> Repeats | None:
    return None if repeats is None else evolve(repeats, every=spell(repeats.every, None))


def _optional(expression: Expression | None, spell: Spell, expected: ValueType | None) -> Expression | None:
    return None if expression is None else spell(expression, expected)


def _waiting(waiting: Waiting | None, spell: Spell) -> Waiting | None:
    return None if waiting is None else evolve(waiting, period=spell(waiting.period, None))


def _publish(item: Publish, spell: Spell) -> Publish:
    return item if item.period is None else evolve(item, period=spell(item.period, None))
