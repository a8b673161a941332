"""What of an entry in a ledger an event made public: what its step publishes to all, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.pages.items import BoardEntry
from community_core.procedures.definition import EffectSpec, Procedure, PublishKind
from community_core.procedures.events import Event
from community_core.procedures.naming import names_in


def public_entries(procedure: Procedure, event: Event) -> tuple[BoardEntry, ...]:
    """Return the entries of *event* whose amount its step published to all, with what else of them it published.

    An entry's amount, unit or account is public where it is written in the rule text itself, or comes from public
    fields that the same event published. What a plugin's function entered is not known by field, and is not shown.
    """
    step = procedure.step(event.step)
    specs = [] if step is None else [spec for spec in step.effects if spec.kind == "enter"]
    made = [dict(effect.said) for effect in event.effects if effect.kind == "enter"]
    if not made or len(specs) != len(made):
        return ()
    shown = {
        name
        for item in event.published
        if item.kind is not PublishKind.PERSONAL_NOTICE
        for name in item.what
        if (field := procedure.field(name)) is not None and field.privacy is Privacy.PUBLIC
    }
    return tuple(
        _entry(procedure, event, spec, said, shown)
        for spec, said in zip(specs, made, strict=True)
        if all(_told(spec, name, shown) for name in ("amount", "unit", "more_than"))
    )


def _entry(
    procedure: Procedure, event: Event, spec: EffectSpec, said: Mapping[str, Any], shown: Iterable[str]
) -> BoardEntry:
    def told(argument: str, name: str) -> str:
        return str(said.get(name, "")) if _told(spec, argument, shown) else ""

    unit = dict(spec.arguments).get("unit")
    field = None if unit is None else procedure.field(unit.text)
    labels = {} if field is None else dict(field.labels)
    return BoardEntry(
        ledger=said["ledger"],
        day=dt.date.fromisoformat(said["day"]),
        source=told("from", "source"),
        target=told("to", "target"),
        amount=said["amount"],
        unit=said["unit"],
        unit_label=labels.get(said["unit"], Label()),
        exact=not said.get("more_than", False),
        purpose=told("purpose", "purpose"),
        case=event.case,
        version=event.version,
    )


def _told(spec: EffectSpec, argument: str, shown: Iterable[str]) -> bool:
    expression = dict(spec.arguments).get(argument)
    if expression is None:
        return True
    called = set(re.findall(r"(\w+)\s*\(", expression.text))
    return names_in(expression) - called <= set(shown)
