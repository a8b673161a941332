"""Putting a procedure together with the one it extends; nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import evolve

from community_core.procedures.definition import Procedure
from community_core.procedures.posts import posts_named

T = TypeVar("T")


def merge(base: Procedure, extension: Procedure) -> Procedure:
    """Return *extension* with what it takes over from *base*.

    Fields, steps, ends, states, late rules, transitions, gaps, papers, measures and items to disclose of *base* come
    first, in its order; one of the same name (for a late rule: of the same state and action) is replaced where it
    stood. A step taken over keeps the citation and standing of *base*. Title, force, citation and standing are the
    extension's own where it gives them. Of both, the labels of those posts stay that the whole names.
    """
    inherited = [
        evolve(step, cite=step.cite or base.cite, standing=step.standing or base.standing) for step in base.steps
    ]
    whole = evolve(
        extension,
        steps=_over(inherited, extension.steps, lambda step: step.name),
        fields=_over(base.fields, extension.fields, lambda item: item.name),
        ends=_over(base.ends, extension.ends, lambda pair: pair[0]),
        states=_over(base.states, extension.states, lambda pair: pair[0]),
        late=_over(base.late, extension.late, lambda rule: (rule.state, rule.then)),
        transitions=_over(base.transitions, extension.transitions, lambda item: item.name),
        gaps=_over(base.gaps, extension.gaps, lambda gap: gap.name),
        papers=_over(base.papers, extension.papers, lambda paper: paper.name),
        measures=_over(base.measures, extension.measures, lambda item: item.name),
        discloses=_over(base.discloses, extension.discloses, lambda item: item.name),
        title=extension.title or base.title,
        about=base.about if extension.about == "community" else extension.about,
        repeats=extension.repeats or base.repeats,
        force=extension.force or base.force,
        cite=extension.cite or base.cite,
        standing=extension.standing or base.standing,
        extends="",
    )
    labels = {**dict(base.posts), **dict(extension.posts)}
    return evolve(whole, posts=tuple((post, labels[post]) for post in sorted(posts_named(whole) & labels.keys())))


def _over(base: Iterable[T], own: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple({key(item): item for item in (*base, *own)}.values())
