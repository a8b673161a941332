"""Whether an effect record holds what registers and ledgers can keep; rules of other people's making give them too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from community_core.base.days import Span
from community_core.procedures.events import (
    REDRAWINGS,
    Appoint,
    Effect,
    EndAppointment,
    Enter,
    OpenCase,
    Redraw,
    Remind,
)

_Holds = Callable[[Any], bool]


def _named(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _day(value: Any) -> bool:
    return type(value) is dt.date


def _perhaps_day(value: Any) -> bool:
    return value is None or _day(value)


def _texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_named, value))


def _action(value: Any) -> bool:
    return value in REDRAWINGS


def _pairs(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value)


def _span(value: Any) -> bool:
    return isinstance(value, Span) and _perhaps_day(value.start) and _perhaps_day(value.end)


def _whether(value: Any) -> bool:
    return isinstance(value, bool)


_ARGUMENTS: dict[type[Any], dict[str, _Holds]] = {
    OpenCase: {"procedure": _named, "data": _pairs},
    Appoint: {"person": _named, "post": _named, "place": _named, "since": _day, "until": _perhaps_day},
    EndAppointment: {"person": _named, "post": _named, "place": _named, "day": _day, "reason": _text},
    Remind: {"post": _named, "text": _text},
    Redraw: {"action": _action, "place": _named, "into": _named, "day": _day, "areas": _texts, "zh": _text},
    Enter: {
        "ledger": _named,
        "day": _day,
        "source": _named,
        "target": _named,
        "unit": _named,
        "more_than": _whether,
        "purpose": _text,
        "period": _span,
        "place": _text,
    },
}


def unsound(effect: Effect) -> Iterator[str]:
    """Yield the names of the arguments of *effect* that are not of their types, or have no text where one is needed."""
    said: Any = effect.entry if isinstance(effect, Enter) else effect
    for name, holds in _ARGUMENTS[type(effect)].items():
        if not holds(getattr(said, name, None)):
            yield name
