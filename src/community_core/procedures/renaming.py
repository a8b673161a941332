"""What steps are called after a case has moved over to a newer text, for all that names steps of the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from community_core.procedures.events import TRANSITION, Event, renamed_steps


def present_names(history: Sequence[Event]) -> tuple[str, ...]:
    """Return, for each event of a case, what the text that the last one was done under calls its step.

    It is empty where that text has no step in its place.
    """
    later: list[Mapping[str, str]] = []
    names: list[str] = []
    for event in reversed(history):
        names.append(_after(event.step, later))
        if event.step == TRANSITION:
            later.insert(0, renamed_steps(event))
    return tuple(reversed(names))


def times(history: Sequence[Event], steps: Mapping[str, str], step: str) -> int:
    """Return how often *step* was taken, by the name that it has once *steps* are renamed as well."""
    return sum(_after(name, (steps,)) == step for name in present_names(history))


def _after(name: str, renamings: Iterable[Mapping[str, str]]) -> str:
    for steps in renamings:
        name = steps.get(name, name)
    return name
