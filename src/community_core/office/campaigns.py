"""A campaign in numbers: of many cases of one procedure, how many stand where, by place, and which are left."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from community_core.base.errors import UnknownTerm
from community_core.base.labels import Label
from community_core.office.views import state_label
from community_core.procedures.definition import LateAction, Procedure

if TYPE_CHECKING:
    from community_core.office.office import Office


@frozen
class PlaceCount:
    """The cases of one place: how many there are, in which states, and how many are left on the way to the goal."""

    place: str
    label: Label
    total: int
    states: tuple[tuple[str, int], ...]
    left: int


@frozen
class CampaignCount:
    """All cases of a procedure by place, on their way to the state *goal*; *waiting* are the states still before it."""

    procedure: str
    goal: str
    waiting: tuple[str, ...]
    states: tuple[tuple[str, Label], ...]
    places: tuple[PlaceCount, ...]

    @property
    def total(self) -> int:
        """How many cases there are."""
        return sum(item.total for item in self.places)

    @property
    def left(self) -> int:
        """How many of them are left."""
        return sum(item.left for item in self.places)


@frozen
class CaseLeft:
    """A case that is left: where it is about, in which state it waits, and since when."""

    case: str
    place: str
    state: str
    since: dt.date | None


def campaign(office: Office, procedure: str, goal: str, *, under: str = "", by: str = "place") -> CampaignCount:
    """Return how far the cases of *procedure* have come to the state *goal*.

    Args:
        office: over whose record.
        procedure: its name; cases under older texts count too.
        goal: the state that the campaign is about, such as ``signed``.
        under: only places inside of this one, itself included.
        by: ``place`` for each place by itself, ``parent`` for the places one above them: buildings by community.

    Raises:
        UnknownTerm: if there is no such procedure, or it has no such state.
    """
    full = office.rules.procedure_name(procedure)
    definition = office.rules.procedure(procedure)
    waiting = states_before(definition, goal)
    names = office.store.place_names()
    counts: dict[str, Counter[str]] = {}
    for item in office.store.tally():
        if item.procedure == full:
            chain = tuple(office.store.place_chain(item.place)) or (item.place,)
            if not under or under in chain:
                shown = chain[1] if by == "parent" and len(chain) > 1 else item.place
                counts.setdefault(shown, Counter())[item.state] += item.count
    seen = sorted({state for each in counts.values() for state in each}, key=_order(definition))
    return CampaignCount(
        full,
        goal,
        waiting,
        tuple((state, state_label(definition, state)) for state in seen),
        tuple(_row(place, counts[place], names, waiting, seen) for place in sorted(counts)),
    )


def cases_left(office: Office, procedure: str, goal: str, *, under: str = "") -> Iterator[CaseLeft]:
    """Yield the cases that have neither reached *goal* nor ended, in the order of their ids; see :func:`campaign`.

    Raises:
        UnknownTerm: if there is no such procedure, or it has no such state.
    """
    waiting = states_before(office.rules.procedure(procedure), goal)
    chains: dict[str, frozenset[str]] = {}
    for case in office.open_cases(procedure=procedure):
        if case.place not in chains:
            chains[case.place] = frozenset({case.place, *office.store.place_chain(case.place)})
        if case.state in waiting and (not under or under in chains[case.place]):
            yield CaseLeft(case.id, case.place, case.state, case.entered)


def states_before(procedure: Procedure, goal: str) -> tuple[str, ...]:
    """Return the states from which *goal* can be reached and that cannot be reached from it.

    Raises:
        UnknownTerm: if there is no state *goal*.
    """
    states = procedure.all_states
    if goal not in states:
        zh, en = "、".join(states), ", ".join(states)
        raise UnknownTerm(Label(f"程序没有状态 {goal}；有：{zh}", f"there is no state {goal!r}; there are: {en}"))
    moves = {(source, step.to) for step in procedure.steps for source in step.source if step.to}
    moves |= {(rule.state, rule.to) for rule in procedure.late if rule.then is LateAction.LAPSE}
    after = _closure(goal, moves)
    before = _closure(goal, {(to, source) for source, to in moves})
    return tuple(state for state in states if state in before and state not in after)


def _closure(start: str, moves: set[tuple[str, str]]) -> set[str]:
    reached = {start}
    while more := {to for source, to in moves if source in reached} - reached:
        reached |= more
    return reached


def _order(procedure: Procedure) -> Callable[[str], tuple[int, str]]:
    places = {state: number for number, state in enumerate(procedure.all_states)}
    return lambda state: (places.get(state, len(places)), state)


def _row(
    place: str, counts: Counter[str], names: Mapping[str, Label], waiting: tuple[str, ...], seen: list[str]
) -> PlaceCount:
    states = tuple((state, counts[state]) for state in seen)
    return PlaceCount(
        place, names.get(place, Label(place)), sum(counts.values()), states, sum(counts[state] for state in waiting)
    )
