"""How entities serve as facts: each names the fields that a rule may ask for; no rule is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from attrs import AttrsInstance, fields, has

from community_core.base.ids import is_name

#: Key of a field's metadata: the name of the fact as which the field serves.
FACT = "fact"

Pairs = tuple[tuple[str, Any], ...]


def _served(entity: object) -> list[tuple[str, str]]:
    """Return the pairs of fact and field by which *entity* serves."""
    listed = fields(cast("type[AttrsInstance]", type(entity)))
    return [(item.metadata[FACT], item.name) for item in listed if FACT in item.metadata]


def as_pairs(given: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Pairs:
    """Return further facts, given as a mapping or as pairs, as a tuple of pairs; lists become tuples."""
    items = given.items() if isinstance(given, Mapping) else given
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in items)


def check_pairs(entity: object, _attribute: object, pairs: Pairs) -> None:
    """Check the further facts of *entity*: identifiers, each named once, none a name that a field serves.

    Raises:
        ValueError: if a name is none, comes twice, or belongs to a field of the entity.
    """
    own = dict(_served(entity))
    seen: set[str] = set()
    for name, _ in pairs:
        if not is_name(name):
            raise ValueError(f"no name of a fact: {name!r}")
        if name in own:
            raise ValueError(
                f"{name!r} is given by the field {own[name]!r} of {type(entity).__name__}, not as a further fact"
            )
        if name in seen:
            raise ValueError(f"the fact {name!r} is given twice")
        seen.add(name)


def facts_of(*entities: object) -> Mapping[str, Any]:
    """Return what *entities* say, as facts by name; only known values, so that unknown stays unknown.

    Several entities may speak of one subject: a resident and the household he belongs to. A field's empty
    value ``None`` is unknown and left out. Texts, days, money and tuples are given as they are.

    Raises:
        TypeError: if something is no entity of this floor.
        ValueError: if two entities give one fact different values.
    """
    found: dict[str, Any] = {}
    for entity in entities:
        if not has(type(entity)):
            raise TypeError(f"no entity that serves as facts: {entity!r}")
        given = [(name, getattr(entity, attribute)) for name, attribute in _served(entity)]
        further: Pairs = getattr(entity, "facts", ())
        for name, value in (*given, *further):
            if value is None:
                continue
            if name in found and found[name] != value:
                raise ValueError(f"the fact {name!r} is {found[name]!r} by one entity and {value!r} by another")
            found[name] = value
    return MappingProxyType(found)
