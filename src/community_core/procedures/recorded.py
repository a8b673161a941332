"""What a step caused, as its event records it: registers, ledgers and follow-up cases can be held against it."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen
class Apart:
    """An argument of an effect that is a private value: the *field* whose value it is, and the event that gave it.

    *at* is its place in the list that the field holds; it is -1 where the field's whole value is meant. *field* is
    empty, and *version* 0, where such a value is only part of the argument: then nothing is recorded of it.
    """

    name: str
    field: str
    version: int
    at: int = -1


@frozen
class RecordedEffect:
    """One effect of a step: its kind (``enter``, ``appoint``, …) and what it says, as texts and whole numbers.

    Days are texts, and what an effect leaves open or empty is not said. *apart* names the arguments that are personal
    or sensitive values; they are not in *said*.
    """

    kind: str
    said: tuple[tuple[str, Any], ...] = ()
    apart: tuple[Apart, ...] = ()
