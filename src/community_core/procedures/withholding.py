"""Values that are not to hand: which fields of an event are private, and why a value that was given is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding, finding
from community_core.base.masking import HIDDEN, masked_number
from community_core.base.ranks import Privacy
from community_core.procedures.definition import Procedure, Step


class Why(Enum):
    """Why a value is withheld: erased; its key is not here; nobody said who reads it; gone or changed unrecorded.

    One that is ``damaged`` is still kept and does not read as what was written, by another key of the same name or for
    having been changed; it can be erased.
    """

    ERASED = "erased"
    LOCKED = "locked"
    UNREAD = "unread"
    MISSING = "missing"
    DAMAGED = "damaged"


@frozen
class Withheld:
    """What stands in the place of a value that is not to hand; to every rule it is unknown.

    *key* is the id of the key that it needs, where it is locked. *shown* is what may be shown of it.
    """

    privacy: Privacy
    why: Why
    key: str = ""
    shown: str = HIDDEN


@frozen
class Private:
    """Where a case's present value of a private field is kept: the event that gave it, and the field's class."""

    version: int
    privacy: Privacy


def private_fields(procedure: Procedure, values: Mapping[str, Any]) -> tuple[tuple[str, Privacy], ...]:
    """Return those of *values* whose fields are personal or sensitive, in order, with their classes."""
    classes = procedure.privacies
    if classes.keys().isdisjoint(values):
        return ()
    return tuple((name, classes[name]) for name, value in values.items() if name in classes and value is not None)


def hidden(value: Any, privacy: Privacy) -> Withheld:
    """Return what stands for a sensitive value that is there, where nobody said who reads it."""
    return Withheld(privacy, Why.UNREAD, shown=masked_number(value) or HIDDEN)


def known(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *values* as rules see them: what is withheld is unknown."""
    for value in values.values():
        if type(value) is Withheld:
            return {name: None if type(value) is Withheld else value for name, value in values.items()}
    return values


def locked(step: Step, withheld: Mapping[str, Withheld], names: Iterable[str]) -> list[Finding]:
    """Return a finding for each of *names*, the fields that *step* rests on, whose key is not here."""
    return [
        finding(
            "value-locked",
            f"环节 {step.name} 要用到 {name}，其值已加密，本次没有提供密钥 {withheld[name].key}；请提供密钥后再办理",
            f"step {step.name} needs {name}, which is encrypted, and the key {withheld[name].key!r} was not given; "
            "open the office with it",
            step.origin,
            field=name,
            key=withheld[name].key,
        )
        for name in sorted(names)
        if name in withheld and withheld[name].why is Why.LOCKED
    ]
