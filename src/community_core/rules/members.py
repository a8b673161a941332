"""Aggregates over the members of a subject, with unknowns: counts, totals, any and all; no text is read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from community_core.model.serving import facts_of
from community_core.rules.types import ValueType, checked
from community_core.rules.vocabulary import inner

#: The words that aggregate.
HOW = ("count", "total", "any", "all")


def values_of(member: Any, facts: Iterable[tuple[str, ValueType]]) -> dict[str, Any]:
    """Return the inner values of a member's facts; unknown ones are ``None``.

    Raises:
        FactError: if a value does not fit its fact; what people's families are made of is not quoted.
    """
    given: Mapping[str, Any] = member if isinstance(member, Mapping) else facts_of(member)
    found = {}
    for name, kind in facts:
        value = given.get(name)
        found[name] = None if value is None else inner(kind, checked(name, kind, value, private=True))
    return found


def aggregate(how: str, pairs: Iterable[tuple[Any, Any]]) -> Any:
    """Return what *how* makes of each member's (condition, value); ``None`` while an unknown one can matter.

    A member counts where its condition is true; whether an unknown one counts is unknown. ``any`` and ``all`` are
    Kleene's; a total with an unknown value is unknown, and so is a count with an unknown condition.
    """
    kept = [(condition, value) for condition, value in pairs if condition is not False]
    if how in ("any", "all"):
        wanted = how == "any"
        if any(condition is True and value is wanted for condition, value in kept):
            return wanted
        surely = all(value is not wanted and value is not None for _, value in kept)
        return (not wanted) if surely else None
    if any(condition is None for condition, _ in kept):
        return None
    if how == "count":
        return len(kept)
    values = [value for _, value in kept]
    return None if None in values else sum(values)
