"""What the core's own effects take: the names of their arguments, which are needed, and of what type each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from community_core.base.findings import Finding, finding
from community_core.procedures.definition import EffectSpec, Step
from community_core.rules.types import Kind, ValueType

#: Whether a type fits an argument.
Fits = Callable[[ValueType], bool]


def _anything(_given: ValueType) -> bool:
    return True


def _text(given: ValueType) -> bool:
    return given.kind in (Kind.TEXT, Kind.ENUM)


def _people(given: ValueType) -> bool:
    return _text(given) or (given.kind is Kind.LIST and given.of is not None and _text(given.of))


def _day(given: ValueType) -> bool:
    return given.kind is Kind.DATE


def _amount(given: ValueType) -> bool:
    return given.kind in (Kind.INT, Kind.MONEY)


def _whether(given: ValueType) -> bool:
    return given.kind is Kind.BOOL


_POST: Mapping[str, Fits] = {"what": _anything, "post": _anything, "post_of": _text}

#: The arguments of each effect of the core's own, but ``open``: the fields of the case that is opened are its.
ARGUMENTS: Mapping[str, Mapping[str, Fits]] = {
    "appoint": {**_POST, "person": _people, "place": _text, "since": _day, "until": _day},
    "end_appointment": {**_POST, "person": _people, "place": _text, "day": _day, "reason": _anything},
    "remind": {**_POST, "text": _anything},
    "enter": {
        "what": _anything,
        "from": _anything,
        "to": _anything,
        "amount": _amount,
        "unit": _text,
        "more_than": _whether,
        "purpose": _anything,
        "since": _day,
        "until": _day,
    },
    "redraw": {
        "what": _anything,
        "into": _anything,
        "areas": _anything,
        "areas_to": _anything,
        "names": _anything,
        "place": _text,
        "day": _day,
    },
}

#: Of each kind what it needs: one argument of every group, of which the first is named where all are missing.
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "open": (("procedure",),),
    "appoint": (("post", "what", "post_of"), ("person",)),
    "end_appointment": (("post", "what", "post_of"), ("person",)),
    "remind": (("post", "what", "post_of"),),
    "enter": (("what",), ("amount",)),
    "redraw": (("what",), ("into",)),
}


def lacks(step: Step, spec: EffectSpec, name: str) -> Finding:
    """Return the finding that an effect of *step* lacks the argument *name*."""
    return finding(
        "effect-argument",
        f"环节 {step.name} 的效果 {spec.kind} 缺少 {name}，请补充",
        f"the effect {spec.kind} of step {step.name} lacks {name}; give it",
        spec.origin,
        effect=spec.kind,
    )


def misfit(step: Step, spec: EffectSpec, name: str) -> Finding:
    """Return the finding that an effect of *step* cannot take the value of *name*, which may be personal."""
    return finding(
        "effect-argument",
        f"环节 {step.name} 的效果 {spec.kind} 的 {name} 是空的，或不是所要的类型，请改正",
        f"{name} of the effect {spec.kind} of step {step.name} is empty, or of another type than it takes; correct it",
        spec.origin,
        effect=spec.kind,
    )
