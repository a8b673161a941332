"""How cases hang together: which other cases a case names, by its parent and by its fields."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from community_core.procedures.definition import Procedure
from community_core.procedures.events import Case


@frozen
class Link:
    """That a case names *other*, in *field*; an empty field is the case whose step opened it."""

    field: str
    other: str


def case_fields(procedure: Procedure) -> tuple[str, ...]:
    """Return the fields that hold ids of cases: references to cases, and those that a step needs a case by."""
    needed = {needs.field for step in procedure.steps for needs in step.needs}
    return tuple(name for name in procedure.field_names if name in needed or name in procedure.case_fields)


def links_of(procedure: Procedure, case: Case) -> Iterator[Link]:
    """Yield the cases that *case* names: its parent, then those of its fields, in their order."""
    if case.parent:
        yield Link("", case.parent)
    for name in case_fields(procedure):
        value = case.data.get(name)
        for other in value if isinstance(value, tuple) else (value,):
            if isinstance(other, str) and other:
                yield Link(name, other)
