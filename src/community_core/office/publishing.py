"""The whole public board of a record: its cases, its campaigns by building, and what rests on example values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.jurisdiction.rules import Rules
from community_core.office.bindings import Bindings
from community_core.office.figures import charts, postings
from community_core.office.office import Office
from community_core.office.views import state_label, step_label
from community_core.pages.items import Board, BoardCase, Campaign, ExampleValue, Progress
from community_core.pages.spelling import Spelling
from community_core.ports.store import Tally
from community_core.procedures.definition import Procedure
from community_core.rules.nodes import DecisionRef, Node

#: The day of a board on which nothing was ever published.
_NEVER = dt.date(1, 1, 1)
_NOBODYS = (Standing.EXAMPLE, Standing.LIBRARY)


def make_board(
    office: Office,
    *,
    day: dt.date | None = None,
    title: Label = Label(),
    note: Label = Label(),
    rules: Iterable[Rules] = (),
) -> Board:
    """Return what the record of *office* makes public, as of *day*.

    Args:
        office: over whose record; cases of other districts in it are shown too, under the rules they began under.
        day: on which it is read: what is open for objection, and which values are in force; the latest day on which
            something was published unless given, so that the same record gives the same board.
        title: whose board it is; the title of the office's district unless given.
        note: a sentence that the front page begins with.
        rules: whose example values are listed; those of the office unless given.
    """
    names = office.store.place_names()
    cases = tuple(
        evolve(case, place=names.get(case.place.zh, case.place), subject=case.subject or _subject(case))
        for case in office.board_cases()
    )
    listed = tuple(rules) or (office.rules,)
    bound = office.store.coverage().checkpoint
    on = day or max((item.since for case in cases for item in case.items), default=_NEVER)
    return Board(
        title=title or office.rules.district.title or Label(office.rules.name),
        day=on,
        cases=cases,
        campaigns=tuple(_campaigns(office, names)),
        examples=example_values(listed, on),
        charts=charts(office),
        postings=postings(office, on, names),
        note=note,
        head=office.store.head(),
        checkpoint=None if bound is None else (bound.size, bound.root, bound.hash),
        places=names,
    )


def _subject(case: BoardCase) -> str:
    """Return what a case without a title is about: the first thing that it published."""
    return next((field.value.zh for item in case.items for field in item.fields), "")


def _campaigns(office: Office, names: Mapping[str, Label]) -> Iterator[Campaign]:
    """Yield the procedures that publish nothing of a single case: they are shown as counts by place."""
    bindings = Bindings(office.rules, office.store)
    groups: dict[str, list[Tally]] = {}
    for item in office.store.tally():
        groups.setdefault(item.procedure, []).append(item)
    for name, items in groups.items():
        procedure = bindings.of(name, items[-1].rules).procedure
        if not any(step.publish for step in procedure.steps):
            yield _campaign(procedure, name, items, names)


def _campaign(procedure: Procedure, name: str, items: Sequence[Tally], names: Mapping[str, Label]) -> Campaign:
    order = {step.name: place for place, step in enumerate(procedure.steps)}
    ways = sorted({(item.state, item.step) for item in items}, key=lambda way: (order.get(way[1], len(order)), way))
    # The step that most cases took last comes first: it is what the campaign is about.
    most = max(ways, key=lambda way: sum(item.count for item in items if (item.state, item.step) == way))
    ways.sort(key=lambda way: way[0] != most[0])
    counts: dict[str, list[int]] = {}
    for item in items:
        counts.setdefault(item.place, [0] * len(ways))[ways.index((item.state, item.step))] += item.count
    rows = tuple(Progress(names.get(place, Label(place)), tuple(row)) for place, row in sorted(counts.items()))
    states = tuple(_way(procedure, way, ways) for way in ways)
    reached = tuple(place for place, way in enumerate(ways) if way[0] == most[0])
    goal = state_label(procedure, most[0])
    return Campaign(name, procedure.title or Label(name), states, rows, goal=goal, done=reached)


def _way(procedure: Procedure, way: tuple[str, str], ways: Sequence[tuple[str, str]]) -> Label:
    state = state_label(procedure, way[0])
    if sum(other[0] == way[0] for other in ways) == 1:
        return state
    step = step_label(procedure, way[1])
    return Label(f"{state.zh}（{step.zh}）", f"{state.text('en')} ({step.text('en')})")


def example_values(rules: Iterable[Rules], day: dt.date) -> tuple[ExampleValue, ...]:
    """Return the values that nobody's document or law has set and that some decision or procedure uses on *day*."""
    return tuple(sorted(_examples(rules, day), key=lambda item: (item.standing.value, item.term)))


def _examples(rules: Iterable[Rules], day: dt.date) -> Iterator[ExampleValue]:
    for one in rules:
        users = _users(one)
        spelling = Spelling(one)
        for term, parameter in one.terms.parameters:
            use = one.parameter(term, on=day)
            if use is not None and use.standing in _NOBODYS and users.get(term):
                value = spelling.parameter_value(parameter, use.value)
                yield ExampleValue(term, parameter.label, value, use.standing, users[term])


def _users(rules: Rules) -> dict[str, tuple[Label, ...]]:
    """Return, for each parameter, the titles of the decisions and procedures whose answers and steps use it."""
    found: dict[str, dict[Label, None]] = {}
    for name, decision in rules.terms.decisions:
        trees: list[Node] = [DecisionRef(name, output.name, output.type) for output in decision.outputs]
        for parameter in rules.engine.reach(trees)[1]:
            found.setdefault(parameter, {})[decision.title or Label(decision.name)] = None
    for name, procedure in rules.terms.procedures:
        for parameter, _ in rules.reach(name).parameters:
            found.setdefault(parameter, {})[procedure.title or Label(procedure.name)] = None
    return {parameter: tuple(labels) for parameter, labels in found.items()}
