"""Lists that a step takes from an electoral roll: filled before the step is decided, so that the event records them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from community_core.base.findings import finding
from community_core.office.bindings import refused
from community_core.ports.store import Store
from community_core.procedures.definition import Procedure, StepField
from community_core.registers.electoral import ElectoralRoll, Entitlement, RollKind


def with_rolls(
    store: Store,
    procedure: Procedure,
    step_name: str,
    data: Mapping[str, Any],
    around: Callable[[], frozenset[str]],
) -> Mapping[str, Any]:
    """Return *data* with each list that the step fills from a roll; *around* gives the case's place and those above it.

    A list is filled where the roll's id is given in the same step. Where it is given beside it, it has to be the same.

    Raises:
        Refused: if there is no such roll, or one of another place, or the list given by hand is another.
    """
    step = procedure.step(step_name)
    named = [] if step is None else [procedure.field(name) for name in step.asks]
    filled = [item for item in named if item is not None and item.from_roll and data.get(item.from_roll) is not None]
    return {**data, **{item.name: _listed(store, item, data, around) for item in filled}}


def _listed(
    store: Store, item: StepField, data: Mapping[str, Any], around: Callable[[], frozenset[str]]
) -> tuple[str, ...]:
    roll_id = data[item.from_roll]
    roll = store.electoral_roll(roll_id) if isinstance(roll_id, str) else None
    if roll is None or roll.place not in around():
        raise refused(
            finding(
                "unknown-roll",
                f"本地方没有选民名册 {roll_id}，请先登记名册或改正 {item.from_roll}",
                f"this place has no electoral roll {roll_id!r}; freeze one, or correct {item.from_roll}",
                item.origin,
                field=item.from_roll,
            )
        )
    listed = entitled_of(roll)
    by_hand = data.get(item.name)
    if by_hand is not None and sorted(by_hand) != sorted(listed):
        raise refused(
            finding(
                "roll-differs",
                f"{item.name} 由选民名册 {roll_id} 填入，所填的与名册不同，请不要手填",
                f"{item.name} is filled from the electoral roll {roll_id}; what is given differs, so leave it out",
                item.origin,
                field=item.name,
            )
        )
    return listed


def entitled_of(roll: ElectoralRoll) -> tuple[str, ...]:
    """Return who has a vote by *roll*: persons, or the households themselves, named a representative or not."""
    if roll.kind is RollKind.HOUSEHOLDS:
        return tuple(line.subject for line in roll.standing if line.outcome is Entitlement.ENTITLED)
    return roll.entitled
