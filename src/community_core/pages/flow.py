"""A procedure as boxes in layers: which state stands above which, and what leads where; no picture yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from community_core.base.labels import Label
from community_core.pages.layout import Link
from community_core.pages.words import LATE_ACTIONS, post_label
from community_core.procedures.definition import Late, LateAction, Procedure, Step

#: The name of the point where a case begins.
START = "start"

Move = tuple[str, str]


@frozen
class Flow:
    """What a picture of a procedure shows.

    *moves* are the steps that lead elsewhere, each with the states that it leads out of; *loops* those that leave a
    case where it is, by state. *lapses* are the late rules that move a case, *reminders* those that do not. *layers*
    gives the layer of each box.
    """

    states: tuple[str, ...]
    moves: tuple[tuple[Step, tuple[str, ...]], ...]
    loops: Mapping[str, tuple[Step, ...]]
    lapses: tuple[Late, ...]
    reminders: tuple[Late, ...]
    layers: Mapping[str, int]
    links: tuple[Link, ...]

    @property
    def opening(self) -> bool:
        """Whether a case can be opened at all."""
        return any(not sources for _, sources in self.moves)

    def layer(self, name: str) -> int:
        """Return the layer of a box."""
        return self.layers[name]


def step_label(step: Step) -> Label:
    """Return what a step is called, or its name where the text gives it no label."""
    return step.label or Label(step.name, step.name)


def late_label(late: Late, procedure: Procedure) -> Label:
    """Return in words what a late rule of *procedure* does, and whom it tells."""
    action = LATE_ACTIONS[late.then]
    told = post_label(late.to, procedure) if late.to and late.then is not LateAction.LAPSE else Label()
    return Label(f"逾期：{action.zh}{told.zh}", f"late: {action.en} {told.text('en')}".rstrip())


def flow_of(procedure: Procedure) -> Flow:
    """Return what a picture of *procedure* shows, and in which layer each box stands."""
    named = [state for step in procedure.steps for state in step.source]
    states = tuple(dict.fromkeys([*procedure.all_states, *named, *(late.state for late in procedure.late)]))
    moves: list[tuple[Step, tuple[str, ...]]] = []
    loops: dict[str, tuple[Step, ...]] = {}
    for step in procedure.steps:
        staying = [state for state in step.source if step.to in ("", state)]
        for state in staying:
            loops[state] = (*loops.get(state, ()), step)
        leaving = tuple(state for state in dict.fromkeys(step.source) if state not in staying)
        if step.to and (leaving or step.opens):
            moves.append((step, leaving))
    lapses = tuple(late for late in procedure.late if late.then is LateAction.LAPSE and late.to)
    reminders = tuple(late for late in procedure.late if late not in lapses)
    ranks = _ranks(states, moves, lapses)
    layers, links = {START: 0}, []
    for state in states:
        layers[f"state {state}"] = 2 * ranks[state] + 2
    for number, (step, sources) in enumerate(moves):
        name = f"step {number}"
        layers[name] = _between(ranks, sources, step.to)
        links += [Link(f"state {state}", name) for state in sources] if sources else [Link(START, name)]
        links.append(Link(name, f"state {step.to}"))
    for number, late in enumerate(lapses):
        name = f"late {number}"
        layers[name] = _between(ranks, (late.state,), late.to)
        links += [Link(f"state {late.state}", name), Link(name, f"state {late.to}")]
    return Flow(states, tuple(moves), loops, lapses, reminders, layers, tuple(links))


def _between(ranks: Mapping[str, int], sources: Iterable[str], to: str) -> int:
    """Return the layer of a step: under the lowest state it leads down from, else over the highest it leads up from."""
    found = [ranks[state] for state in sources]
    above = [rank for rank in found if rank < ranks[to]]
    if above:
        return 2 * max(above) + 3
    return 2 * min(found) + 1 if found else 1


def _ranks(
    states: Iterable[str], moves: Iterable[tuple[Step, tuple[str, ...]]], lapses: Iterable[Late]
) -> dict[str, int]:
    """Return how far down each state stands: one below the lowest that leads to it, ways back left out."""
    begun = [step.to for step, sources in moves if not sources]
    edges: dict[str, list[str]] = {state: [] for state in states}
    for step, sources in moves:
        for state in sources:
            edges[state].append(step.to)
    for late in lapses:
        edges[late.state].append(late.to)
    onward, order = _without_returns([*begun, *edges], edges)
    ranks = dict.fromkeys(edges, 0)
    for state in order:
        for other in onward[state]:
            ranks[other] = max(ranks[other], ranks[state] + 1)
    return ranks


def _without_returns(starts: Iterable[str], edges: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the edges that close no circle when walked from *starts*, and the states in an order that they follow."""
    onward: dict[str, list[str]] = {state: [] for state in edges}
    finished: list[str] = []
    seen: set[str] = set()
    for start in starts:
        if start in seen:
            continue
        path = [(start, iter(edges[start]))]
        seen.add(start)
        while path:
            state, rest = path[-1]
            for other in rest:
                if any(other == each for each, _ in path):
                    continue
                onward[state].append(other)
                if other not in seen:
                    seen.add(other)
                    path.append((other, iter(edges[other])))
                    break
            else:
                finished.append(state)
                path.pop()
    return onward, finished[::-1]
