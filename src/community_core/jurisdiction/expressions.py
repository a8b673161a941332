"""Every expression of a procedure, with what is expected there and how to put another spelling in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve, frozen

from community_core.instruments.ballot import BALLOT_RULES
from community_core.procedures.consequences import LITERAL
from community_core.procedures.definition import Late, Procedure, Publish, Step, Waiting
from community_core.rules.terms import Expression
from community_core.rules.types import BOOL, SHARE, ValueType, enum_of

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
    )


def _late(late: Late, spell: Spell) -> Late:
    return evolve(late, period=spell(late.period, None))


def _step(step: Step, spell: Spell) -> Step:
    decides = step.decides
    if decides is not None:
        decides = evolve(
            decides,
            rule=spell(decides.rule, _RULE),
            quorum=spell(decides.quorum, SHARE) if decides.quorum is not None else None,
        )
    return evolve(
        step,
        when=spell(step.when, BOOL) if step.when is not None else None,
        not_before=_waiting(step.not_before, spell),
        within=_waiting(step.within, spell),
        decides=decides,
        publish=tuple(_publish(item, spell) for item in step.publish),
        effects=tuple(
            evolve(
                effect,
                arguments=tuple(
                    (name, text if name in LITERAL else spell(text, None)) for name, text in effect.arguments
                ),
            )
            for effect in step.effects
        ),
    )


def _waiting(waiting: Waiting | None, spell: Spell) -> Waiting | None:
    return None if waiting is None else evolve(waiting, period=spell(waiting.period, None))


def _publish(item: Publish, spell: Spell) -> Publish:
    return item if item.period is None else evolve(item, period=spell(item.period, None))
