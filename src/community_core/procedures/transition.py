"""Moving a running case over to a newer text of its procedure, where that text declares it; nothing else moves one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from attrs import frozen

from community_core.base.errors import FactError
from community_core.base.findings import Finding, finding
from community_core.procedures.definition import Procedure, Step, Transition
from community_core.procedures.events import APART, CORRECT, TRANSITION, Case, Event
from community_core.procedures.renaming import times
from community_core.procedures.step import Refusal, Taken, after, against_actor, against_stage
from community_core.rules.types import checked


@frozen
class Move:
    """A case is to go on under the text *rules*: by *actor* under *post* (of *behalf*, where in his name), on *day*."""

    rules: str
    actor: str
    post: str
    day: dt.date
    key: str = ""
    behalf: str = ""


def declared(procedure: Procedure, case: Case, day: dt.date) -> Transition | None:
    """Return the first transition of *procedure* by which *case* may move over to it on *day*, or ``None``."""
    for item in procedure.transitions:
        theirs = item.text in ("", case.rules) and (item.before is None or case.opened < item.before)
        if theirs and (item.since is None or day >= item.since):
            return item
    return None


def as_step(transition: Transition, case: Case) -> Step:
    """Return the move as a step is written: by whom, and from the present state."""
    return Step(
        TRANSITION,
        by=transition.by,
        source=(case.state,),
        because=transition.because,
        cite=transition.cite,
        origin=transition.origin,
    )


def move(procedure: Procedure, case: Case, history: Sequence[Event], asked: Move) -> Taken | Refusal:
    """Move *case* over to *procedure*, or say everything that stands against it; *history* are its events so far.

    Overdue deadlines are to be settled before, under the older text. What the case holds stays; its periods run on
    from the days on which its states were entered and its steps taken, by whatever name.
    """
    if case.rules == asked.rules:
        return Refusal((_already(case, procedure),))
    transition = declared(procedure, case, asked.day)
    if transition is None:
        return Refusal((_none(case, procedure),))
    step = as_step(transition, case)
    found = against_stage(procedure, case, step, asked.day)
    found += against_actor(procedure, case, step, asked.actor, asked.post, asked.behalf)
    state = dict(transition.states).get(case.state, case.state)
    if state not in procedure.all_states:
        found.append(_no_state(case, transition))
    found += _misfits(procedure, case, transition)
    found += _nameless(procedure, case, transition)
    if found:
        return Refusal(tuple(found))
    names = {**dict(transition.steps), **dict.fromkeys(transition.drops, "")}
    taken = tuple((old, new) for old, new in names.items() if old in case.steps)
    counts = tuple(
        (name, times(history, names, step)) for name, step in procedure.counters if case.data.get(name) is None
    )
    told = (*((("steps", taken),) if taken else ()), *((("counts", counts),) if counts else ()))
    event = Event(
        case=case.id,
        version=case.version + 1,
        step=TRANSITION,
        state=state,
        actor=asked.actor,
        post=asked.post,
        day=asked.day,
        data=(("transition", transition.name), ("from", case.rules), ("to", asked.rules), *told),
        rules=asked.rules,
        key=asked.key,
        behalf=asked.behalf,
    )
    return Taken(after(procedure, case, event), (event,))


def _misfits(procedure: Procedure, case: Case, transition: Transition) -> list[Finding]:
    """Name the fields whose values the newer text would read as something else."""
    found = []
    for name, value in case.data.items():
        item = procedure.field(name)
        if item is None or value is None:
            continue
        try:
            checked(name, item.type, value)
        except FactError:
            found.append(
                finding(
                    "transition-field",
                    f"办件 {case.id} 的 {name} 不符合新规则文本的类型 {item.type}，不能转用；请先更正，或按旧文本办完",
                    f"{name} of case {case.id} is no {item.type}, as the newer text has it; correct it before, or "
                    "finish the case under the older text",
                    transition.origin,
                    field=name,
                )
            )
    return found


def _nameless(procedure: Procedure, case: Case, transition: Transition) -> list[Finding]:
    """Name the steps taken that the newer text does not know, where it asks who took which step or when."""
    asks = _named_steps(procedure) - case.steps.keys() - {new for old, new in transition.steps if old in case.steps}
    known = {*procedure.step_names, *dict(transition.steps), *transition.drops, *APART, CORRECT}
    taken = [step for step in case.steps if step not in known]
    if not asks or not taken:
        return []
    old, new = "、".join(taken), "、".join(sorted(asks))
    return [
        finding(
            "transition-step",
            f"办件 {case.id} 办过的环节 {old} 在新规则文本中没有，而新文本要问 {new} 由谁、在哪天办理；请在过渡 "
            f"{transition.name} 的 steps 中写明改成了哪个环节，或在 drops 中写明不再有",
            f"case {case.id} took {', '.join(taken)}, which the newer text does not have, and that text asks by whom "
            f"or when {', '.join(sorted(asks))} was taken; say under steps of the transition {transition.name} what it "
            "is called now, or under drops that it has no successor",
            transition.origin,
            steps=", ".join(taken),
        )
    ]


def _named_steps(procedure: Procedure) -> set[str]:
    """Return the steps that *procedure* asks about: who took them, when, or how often."""
    found = {step for _, step in procedure.counters}
    for step in procedure.steps:
        found |= {*step.not_by, *(name for name in step.by if name in procedure.step_names)}
        found |= {waiting.after for waiting in (step.not_before, step.within) if waiting is not None}
    return found


def _already(case: Case, procedure: Procedure) -> Finding:
    return finding(
        "already-under-text",
        f"办件 {case.id} 已在现行规则文本之下，没有可转用的",
        f"case {case.id} runs under the present text already; there is nothing to move",
        procedure.origin,
        case=case.id,
    )


def _none(case: Case, procedure: Procedure) -> Finding:
    return finding(
        "no-transition",
        f"程序 {procedure.name} 的现行文本没有为办件 {case.id}（{case.opened} 立案，文本 {case.rules}）规定过渡"
        "（transitions），该办件按立案时的规则办完",
        f"the present text of {procedure.name} declares no transition for case {case.id} (opened on {case.opened}, "
        f"text {case.rules}); it finishes under the rules it began under",
        procedure.origin,
        case=case.id,
        text=case.rules,
    )


def _no_state(case: Case, transition: Transition) -> Finding:
    return finding(
        "transition-state",
        f"办件 {case.id} 现为状态 {case.state}，新规则文本没有这个状态；请在过渡 {transition.name} 的 states 中写明",
        f"case {case.id} is in state {case.state!r}, which the newer text does not have; say under states of the "
        f"transition {transition.name} what it is called now",
        transition.origin,
        state=case.state,
    )
