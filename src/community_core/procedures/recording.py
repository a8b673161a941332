"""Effects as their event records them: plain texts and numbers, and private values by the field that gave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from community_core.base.days import Span
from community_core.procedures.definition import Procedure
from community_core.procedures.events import (
    Appoint,
    Case,
    Effect,
    EndAppointment,
    Enter,
    OpenCase,
    Redraw,
    Remind,
)
from community_core.procedures.recorded import Apart, RecordedEffect
from community_core.procedures.withholding import private_fields

_KINDS: Final[Mapping[type[Any], str]] = {
    OpenCase: "open",
    Appoint: "appoint",
    EndAppointment: "end_appointment",
    Remind: "remind",
    Enter: "enter",
    Redraw: "redraw",
}


def recorded(
    procedure: Procedure, case: Case, effects: Iterable[Effect], values: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[RecordedEffect, ...]:
    """Return *effects* of the next event of *case* as that event records them, in order.

    *values* are the fields that the effects were read from, *given* those of them that the step gives itself. What a
    follow-up case is given stands in that case.
    """
    # Where two fields have one value, it is that of the later one, which as a rule is given by the step itself.
    private = sorted(_private(procedure, case, values, given), key=lambda item: -item[2])
    return tuple(_recorded(effect, private) for effect in effects)


def _private(
    procedure: Procedure, case: Case, values: Mapping[str, Any], given: Mapping[str, Any]
) -> Iterator[tuple[Any, str, int, int]]:
    """Yield each private value: itself, its field, the event that gave it, and its place in a list."""
    for name, _ in private_fields(procedure, values):
        kept = case.private.get(name)
        version = kept.version if kept is not None and given.get(name) is None else case.version + 1
        value = values[name]
        yield _plain(value), name, version, -1
        if isinstance(value, tuple):
            yield from ((_plain(member), name, version, at) for at, member in enumerate(value))


def _recorded(effect: Effect, private: Iterable[tuple[Any, str, int, int]]) -> RecordedEffect:
    said, apart = [], []
    # No person stands in a ledger, so what is equal there is so by chance.
    private = () if isinstance(effect, Enter) else private
    for name, value in _arguments(effect):
        own = next((item for item in private if item[0] == value and type(item[0]) is type(value)), None)
        if own is not None:
            apart.append(Apart(name, *own[1:]))
        elif any(_within(item[0], value) for item in private):
            apart.append(Apart(name, "", 0))
        else:
            said.append((name, value))
    return RecordedEffect(_KINDS[type(effect)], tuple(said), tuple(apart))


def _within(private: Any, value: Any) -> bool:
    if isinstance(value, tuple):
        return any(private == member or _within(private, member) for member in value)
    return isinstance(private, str) and isinstance(value, str) and private != "" and private in value


def _arguments(effect: Effect) -> Iterator[tuple[str, Any]]:
    """Yield what an effect says, by name; what it leaves open or empty is not said."""
    if isinstance(effect, OpenCase):
        yield "procedure", effect.procedure
        return
    said: Any = effect.entry if isinstance(effect, Enter) else effect
    for field in attrs.fields(type(said)):
        value = getattr(said, field.name)
        span = isinstance(value, Span)
        pairs = (("since", value.start), ("until", value.end)) if span else ((field.name, value),)
        # A ledger's entry knows its case by the event.
        yield from ((name, _plain(own)) for name, own in pairs if own not in (None, "", (), False) and name != "case")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.isoformat() if isinstance(value, dt.date) else value
