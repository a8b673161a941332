"""What of a term is in force: the parts that its source only proposes are left out; nothing is put together here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, cast

from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import Standing
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import ServiceTerm
from community_core.procedures.definition import DisclosureItem, Procedure, Step, StepField
from community_core.rules.terms import DatedValue, Decision, DecisionTable, PythonDecision, Row
from community_core.rules.types import enum_of

Term = Decision | Procedure | CodeList | ServiceTerm
T = TypeVar("T", bound=Term)
Part = Row | Step | DisclosureItem


def sourced(term: T, cite: Citation | None, standing: Standing) -> T:
    """Return *term* with the citation and standing of its practice or amendment where it gives none itself.

    Its rows, steps and codes have the term's own; an item to disclose keeps what it says.
    """
    cite, standing = term.cite or cite, term.standing or standing
    if isinstance(term, PythonDecision):
        return evolve(term, standing=standing)
    if isinstance(term, CodeList):
        return evolve(term, cite=cite, standing=standing, codes=tuple(_cited(entry, cite) for entry in term.codes))
    if isinstance(term, ServiceTerm):
        return evolve(term, cite=cite, standing=standing)

    def filled(part: Row) -> Row:
        return evolve(part, cite=part.cite or cite, standing=part.standing or standing)

    if isinstance(term, DecisionTable):
        otherwise = None if term.otherwise is None else filled(term.otherwise)
        return evolve(term, cite=cite, standing=standing, rows=tuple(map(filled, term.rows)), otherwise=otherwise)
    steps = tuple(evolve(step, cite=step.cite or cite, standing=step.standing or standing) for step in term.steps)
    return evolve(term, cite=cite, standing=standing, steps=steps)


def _cited(entry: CodeEntry, cite: Citation | None) -> CodeEntry:
    return evolve(entry, cite=entry.cite or cite)


def standings(term: Term, usual: Standing) -> Iterator[Standing]:
    """Yield the standing of a term, and of each of its parts that can have one of its own."""
    own = term.standing or usual
    yield own
    yield from (part.standing or own for part in _parts(term))


def _parts(term: Term) -> Iterator[Part]:
    if isinstance(term, DecisionTable):
        yield from term.every_row
    elif isinstance(term, Procedure):
        yield from term.steps
        yield from term.discloses


def standing_of(value: DatedValue, usual: Standing) -> Standing:
    """Return the standing of a value; one that is in force only as its source is has the source's."""
    return usual if value.standing is Standing.IN_FORCE else value.standing


def holds(part: Part, whole: Standing, taken: frozenset[Standing]) -> bool:
    """Whether a part of a term of the standing *whole* is in force where the standings *taken* are.

    What the library adds to a proposal is part of it.
    """
    standing = part.standing or whole
    return standing in taken and (standing is not Standing.LIBRARY or whole in taken)


def in_force(term: T, taken: frozenset[Standing]) -> T | None:
    """Return *term*, as :func:`sourced` gives it, without the parts that do not hold; ``None`` where nothing is left.

    A table may be in force by rows of its own standing; a procedure, list or service is as a whole or not at all.
    """
    return cast("T | None", _in_force(term, term.standing or Standing.IN_FORCE, taken))


def _in_force(term: Term, whole: Standing, taken: frozenset[Standing]) -> Term | None:
    if isinstance(term, DecisionTable):
        return _table_in_force(term, whole, taken)
    if whole not in taken:
        return None
    return _procedure_in_force(term, whole, taken) if isinstance(term, Procedure) else term


def _table_in_force(table: DecisionTable, whole: Standing, taken: frozenset[Standing]) -> DecisionTable | None:
    if all(holds(part, whole, taken) for part in _parts(table)):
        return table if table.rows or whole in taken else None
    rows = tuple(row for row in table.rows if holds(row, whole, taken))
    if table.rows and not rows:
        return None
    kept = table.otherwise is not None and holds(table.otherwise, whole, taken)
    return evolve(table, rows=rows, otherwise=table.otherwise if kept else None)


def _procedure_in_force(procedure: Procedure, whole: Standing, taken: frozenset[Standing]) -> Procedure | None:
    if all(holds(part, whole, taken) for part in _parts(procedure)):
        return procedure
    steps = tuple(step for step in procedure.steps if holds(step, whole, taken))
    if procedure.steps and not steps and not procedure.extends:
        return None
    items = tuple(item for item in procedure.discloses if holds(item, whole, taken))
    waiting = frozenset(item.name for item in procedure.discloses if item not in items)
    fields = tuple(_without(field, waiting) for field in procedure.fields)
    return evolve(procedure, steps=steps, discloses=items, fields=fields)


def left_out(whole: Procedure, kept: Procedure | None) -> tuple[Step, ...]:
    """Return the steps of a procedure that wait; *kept* is what is in force of it."""
    if kept is None:
        return whole.steps
    return () if kept is whole else tuple(step for step in whole.steps if step not in kept.steps)


def _without(field: StepField, items: frozenset[str]) -> StepField:
    """Return the field that names the items to disclose without those that wait."""
    if field.name != "item" or items.isdisjoint(field.type.values):
        return field
    kept = enum_of(*(value for value in field.type.values if value not in items))
    return evolve(field, type=kept, labels=tuple(pair for pair in field.labels if pair[0] not in items))


def only_proposed(full: str, origin: Origin, standing: Standing | None = None) -> Finding:
    """Return why a term that its source only proposes, or says was tried and failed, is unavailable."""
    if standing is Standing.FAILED:
        return finding(
            "only-proposed",
            f"{full} 是材料里说没有成功的做法，只作参考保存，不适用",
            f"{full} was tried and failed, as its source says; it is kept for reference and does not apply",
            origin,
            level="info",
            name=full,
        )
    return finding(
        "only-proposed",
        f"{full} 在材料里只是建议、计划或目标，不适用；区县如要采用，请在 adopts 里写出它的全名",
        f"{full} is only proposed, planned or aimed at by its source; a district that wants it names it under adopts",
        origin,
        level="info",
        name=full,
    )


def rests_on_proposal(full: str, steps: Sequence[Step]) -> Finding:
    """Return that the rest of a procedure is not whole without steps that its source only proposes."""
    listed = [step.name for step in steps]
    return finding(
        "rests-on-proposal",
        f"{full} 去掉只是建议的环节（{'、'.join(listed)}）就不完整；请把建议连同它的状态、字段和结束写成一条标了"
        " standing 的 insert 修改，或由区县在 adopts 里写出程序的全名",
        f"{full} is not whole without what is only proposed of it (steps {', '.join(listed)}); write the proposal with "
        "its states, fields and ends as an insert amendment with a standing, or let the district name the procedure "
        "under adopts",
        steps[0].origin,
        name=full,
    )
