"""Putting a procedure together with the one it extends; nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import evolve

from community_core.procedures.definition import Procedure

T = TypeVar("T")


def merge(base: Procedure, extension: Procedure) -> Procedure:
    """Return *extension* with what it takes over from *base*.

    Fields, steps, ends, states, late rules and gaps of *base* come first, in its order; one of the same name (for a
    late rule: of the same state and action) is replaced where it stood. A step taken over keeps the citation and
    standing of *base*. Title, force, citation and standing are the extension's own where it gives them.
    """
    inherited = [
        evolve(step, cite=step.cite or base.cite, standing=step.standing or base.standing) for step in base.steps
    ]
    return evolve(
        extension,
        steps=_over(inherited, extension.steps, lambda step: step.name),
        fields=_over(base.fields, extension.fields, lambda item: item.name),
        ends=_over(base.ends, extension.ends, lambda pair: pair[0]),
        states=_over(base.states, extension.states, lambda pair: pair[0]),
        late=_over(base.late, extension.late, lambda rule: (rule.state, rule.then)),
        gaps=_over(base.gaps, extension.gaps, lambda gap: gap.name),
        title=extension.title or base.title,
        about=base.about if extension.about == "community" else extension.about,
        force=extension.force or base.force,
        cite=extension.cite or base.cite,
        standing=extension.standing or base.standing,
        extends="",
    )


def _over(base: Iterable[T], own: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple({key(item): item for item in (*base, *own)}.values())
