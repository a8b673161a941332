"""The one pure step function: case, step, data, actor and day in, events and effect records or findings out.

No clock is read here and nothing is stored; who holds which post is for the caller to know.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.made import quickly_made
from community_core.procedures.beside import Beside, lacking, unknown_cases
from community_core.procedures.consequences import EffectFunction, effects, publications, unset_consequences
from community_core.procedures.definition import Procedure, Step, Waiting
from community_core.procedures.disclosing import against_poster
from community_core.procedures.events import SYSTEM, Case, Effect, Event
from community_core.procedures.intake import counted, take_in
from community_core.procedures.rating import rate
from community_core.procedures.reading import Evaluate, Reading, WorkingDays, roles, unknown
from community_core.procedures.recording import recorded
from community_core.procedures.vote import unset_terms, vote
from community_core.procedures.withholding import known, locked, private_fields


@quickly_made
@frozen(weakref_slot=False)
class Taken:
    """What a step comes to: the case after it, the events to record, and the effects to apply with them."""

    case: Case
    events: tuple[Event, ...]
    effects: tuple[Effect, ...] = ()


@frozen
class Refusal:
    """Why a step cannot be taken; nothing follows from it."""

    findings: tuple[Finding, ...]


def openings(procedure: Procedure) -> tuple[Step, ...]:
    """Return the steps with which a case of *procedure* can begin."""
    return tuple(step for step in procedure.steps if step.opens)


def take(
    procedure: Procedure,
    case: Case,
    step_name: str,
    data: Mapping[str, Any],
    *,
    actor: str,
    post: str,
    day: dt.date,
    evaluate: Evaluate,
    key: str = "",
    behalf: str = "",
    workdays: WorkingDays | None = None,
    functions: Mapping[str, EffectFunction] | None = None,
    beside: Beside | None = None,
) -> Taken | Refusal:
    """Take one step, or say everything that stands against it.

    A new case is one of version 0 and is taken into its first state by a step that opens. *post* is the entry of the
    step's ``by`` under which *actor* acts, or the one of *behalf* where he acts in that person's name. Overdue
    deadlines are to be settled before (:func:`deadlines.settle`).
    What the step needs of other cases is looked up in *beside*; without it, that is not looked at.
    """
    step = procedure.step_names.get(step_name)
    if step is None:
        return Refusal((no_such_step(procedure, step_name),))
    found = against_stage(procedure, case, step, day)
    if found:
        return Refusal(tuple(found))
    found = against_actor(procedure, case, step, actor, post, behalf)
    given, wrong = take_in(procedure, step, case, data)
    found += wrong
    reading = Reading(procedure, case, day, evaluate, workdays, {**case.data, **known(given)})
    if case.withheld:
        found += locked(step, case.withheld, step.rests_on - given.keys())
    if step.publish:
        found += against_poster(procedure, reading.values, post)
    if step.timed:
        found += _timing(reading, step)
    if beside is not None:
        if step.needs:
            found += lacking(case, step, reading.values, beside)
        if procedure.case_fields:
            found += unknown_cases(procedure, step, given, beside)
    if found:
        return Refusal(tuple(found))
    if step.decides is not None:
        decided, found = vote(reading, step, step.decides)
        given.update(decided)
        reading = evolve(reading, values={**reading.values, **decided})
    if step.rates is not None and not found:
        rated, found = rate(reading, step, step.rates)
        given.update(rated)
        reading = evolve(reading, values={**reading.values, **rated})
    if not found:
        found = _guard(reading, step, frozenset())
    if found:
        return Refusal(tuple(found))
    published, found = publications(reading, step.publish) if step.publish else ((), [])
    records, wrong = effects(reading, step, functions) if step.effects else ((), [])
    if found or wrong:
        return Refusal((*found, *wrong))
    state = step.to or case.state
    if step.clears:
        given.update(dict.fromkeys(step.clears))
    if procedure.counters:
        given.update(_counts(procedure, case, step))
    # By place: a class takes its arguments by name at twice the cost of making the object.
    event = Event(
        case.id,
        case.version + 1,
        step.name,
        state,
        actor,
        post,
        day,
        tuple(given.items()),
        published,
        case.rules,
        key,
        behalf,
        private_fields(procedure, given),
        recorded(procedure, case, records, reading.values, given) if records else (),
    )
    return Taken(after(procedure, case, event), (event,), records)


def possible(
    procedure: Procedure,
    case: Case,
    step: Step,
    *,
    actor: str,
    post: str,
    day: dt.date,
    evaluate: Evaluate,
    behalf: str = "",
    workdays: WorkingDays | None = None,
) -> tuple[Finding, ...]:
    """Return what stands against *step* before any of its data is given; empty where it may be tried.

    A guard, the terms of a vote, a period and what the step causes are counted against it only where no data that the
    step takes could change them.
    """
    found = against_stage(procedure, case, step, day)
    if found:
        return tuple(found)
    asked = frozenset(step.asks) | counted(step)
    known = {name: value for name, value in case.data.items() if name not in asked}
    reading = Reading(procedure, case, day, evaluate, workdays, known)
    return (
        *against_actor(procedure, case, step, actor, post, behalf),
        *locked(step, case.withheld, step.rests_on - asked),
        *(_timing(reading, step, asked) or _guard(reading, step, asked)),
        *_unset(reading, step, asked),
    )


def _unset(reading: Reading, step: Step, asked: frozenset[str]) -> list[Finding]:
    """What the step rests on and nobody has set: whoever tries it is refused, whatever he gives."""
    found = [] if step.decides is None else unset_terms(reading, step.decides)
    found += unset_consequences(reading, step)
    return [item for item in found if not asked.intersection(str(dict(item.data).get("missing", "")).split(", "))]


def after(procedure: Procedure, case: Case, event: Event) -> Case:
    """Return *case* after *event*, with the kind of its end where the new state is one."""
    end = procedure.end_kinds.get(event.state)
    return case.after(event, "" if end is None else end.value)


def _counts(procedure: Procedure, case: Case, step: Step) -> dict[str, int]:
    """Return the counts that *step* changes: they are recorded with it, so that the events alone make the case."""
    found: dict[str, int] = {}
    for name, counts in procedure.counters:
        before = None if name in step.clears else case.data.get(name)
        now = (before or 0) + (step.name == counts)
        if now != before:
            found[name] = now
    return found


def no_such_step(procedure: Procedure, name: str) -> Finding:
    """Return the finding that *procedure* has no step of that name."""
    known = [step.name for step in procedure.steps]
    return finding(
        "unknown-step",
        f"程序 {procedure.name} 没有环节 {name}；环节有：{'、'.join(known)}",
        f"procedure {procedure.name} has no step {name!r}; its steps are {', '.join(known)}",
        procedure.origin,
        step=name,
    )


def against_stage(procedure: Procedure, case: Case, step: Step, day: dt.date) -> list[Finding]:
    """Return what stands against *step* before anything is asked: the case's end, its state, its latest day."""
    if case.ended or (case.version and case.state in procedure.end_kinds):
        return [
            finding(
                "case-ended",
                f"办件 {case.id} 已于 {case.entered} 结束（{case.state}），不能再办理",
                f"case {case.id} ended on {case.entered} ({case.state}); nothing more can be done in it",
                step.origin,
                state=case.state,
            )
        ]
    fits = (case.version == 0) if step.opens else (case.version > 0 and case.state in step.source)
    if not fits:
        now = case.state or "—"
        return [
            finding(
                "wrong-state",
                f"环节 {step.name} 要在状态 {'、'.join(step.source) or '（立案）'} 办理，办件现为 {now}",
                f"step {step.name} is taken in {', '.join(step.source) or 'a new case'}; the case is in {now}",
                step.origin,
                state=case.state,
                step=step.name,
            )
        ]
    if case.latest is not None and day < case.latest:
        return [day_before(case, day, step.origin)]
    return []


def against_actor(procedure: Procedure, case: Case, step: Step, actor: str, post: str, behalf: str) -> list[Finding]:
    """Return what stands against *actor* under *post*; a rule may open a follow-up case itself."""
    by_case = post in procedure.step_names or post in ("proposer", "anyone", SYSTEM)
    follow_up = actor == post == SYSTEM and step.opens and bool(case.parent)
    found: list[Finding] = []
    if not follow_up and (post not in step.by or (by_case and post not in roles(procedure, case, behalf or actor))):
        found.append(not_entitled(step))
    return found + not_again(case, step, actor, behalf)


def not_again(case: Case, step: Step, actor: str, behalf: str) -> list[Finding]:
    """Return a finding for each step of ``not_by`` in which somebody who now acts had a part.

    Both the one who acts and the one in whose name count, then and now. A step that names itself can be taken once in
    each person's name, whoever does it for him.
    """
    found = []
    for earlier in step.not_by:
        if earlier == step.name:
            again = case.took(earlier, behalf or actor)
        else:
            again = case.had_part(earlier, actor) or (behalf != "" and case.had_part(earlier, behalf))
        if again:
            found.append(same_person(step, earlier))
    return found


def day_before(case: Case, day: dt.date, origin: Origin) -> Finding:
    """Return the finding that *day* is before the last day on which something was done in the case."""
    return finding(
        "day-before",
        f"{day} 早于办件最近一次办理的日期 {case.latest}",
        f"{day} is before {case.latest}, the latest day on which something was done in the case",
        origin,
    )


def same_person(step: Step, earlier: str) -> Finding:
    """Return the finding that whoever took *earlier* may not take *step*."""
    if earlier == step.name:
        return finding(
            "same-person",
            f"环节 {step.name} 每人只能办理一次，此人已办理过",
            f"step {step.name} is taken once in each person's name, and was taken in this one's",
            step.origin,
            step=step.name,
        )
    return finding(
        "same-person",
        f"办理过环节 {earlier} 的人不能再办理 {step.name}，请换人",
        f"whoever took {earlier} may not take {step.name}; somebody else must",
        step.origin,
        step=step.name,
    )


def not_entitled(step: Step) -> Finding:
    """Return the finding that names who may take *step*."""
    return finding(
        "not-entitled",
        f"环节 {step.name} 只能由 {'、'.join(step.by) or '（无人）'} 办理，当事人当日在本地方没有其中的职务",
        f"step {step.name} is for {', '.join(step.by) or 'nobody'}; the actor holds none of these here on that day",
        step.origin,
        step=step.name,
        by=", ".join(step.by),
    )


def _timing(reading: Reading, step: Step, asked: frozenset[str] = frozenset()) -> list[Finding]:
    """Whether the day fits; a day that is still to be given (*asked*) is not held against the step."""
    found: list[Finding] = []
    if step.held:
        held = reading.values.get(step.held)
        if held is None and step.held not in asked:
            found.append(
                finding(
                    "day-unknown",
                    f"环节 {step.name} 的日期 {step.held} 尚未确定",
                    f"the day of step {step.name} ({step.held}) is not known yet",
                    step.origin,
                    missing=step.held,
                )
            )
        elif held is not None and held != reading.day:
            found.append(
                finding(
                    "wrong-day",
                    f"环节 {step.name} 应在 {held} 办理，不是 {reading.day}",
                    f"step {step.name} is held on {held}, not on {reading.day}",
                    step.origin,
                )
            )
    if step.not_before is not None:
        found += _waiting(reading, step, step.not_before, early=True)
    if step.within is not None:
        found += _waiting(reading, step, step.within, early=False)
    return found


def _waiting(reading: Reading, step: Step, waiting: Waiting, *, early: bool) -> list[Finding]:
    before = reading.case.steps.get(waiting.after)
    if before is None:
        return [
            finding(
                "earlier-step",
                f"环节 {step.name} 的期限从 {waiting.after} 起算，该环节尚未办理",
                f"the period of step {step.name} runs from {waiting.after}, which has not been taken",
                waiting.origin,
                step=waiting.after,
            )
        ]
    end = reading.end_of(waiting.period, before[0])
    if isinstance(end, Finding):
        return [end]
    if early and reading.day < end:
        return [
            finding(
                "too-early",
                f"环节 {step.name} 最早在 {end} 办理",
                f"step {step.name} can be taken on {end} at the earliest",
                waiting.origin,
                day=end,
            )
        ]
    if not early and reading.day > end:
        return [
            finding(
                "too-late",
                f"环节 {step.name} 最迟应在 {end} 办理，已超过",
                f"step {step.name} was to be taken by {end}, which has passed",
                waiting.origin,
                day=end,
            )
        ]
    return []


def _guard(reading: Reading, step: Step, asked: frozenset[str]) -> list[Finding]:
    """Whether the step's guard holds; unknown refuses and names what is missing, unless it is still to be given."""
    if step.when is None:
        return []
    read = reading.value(step.when, guard=True)
    if read.value is None:
        if asked.intersection(read.missing):
            return []
        return [unknown(step.when, read, "guard-unknown", "条件", "the condition")]
    if read.value is False:
        because_en = step.because.en or step.because.zh
        return [
            finding(
                "guard-false",
                f"条件不成立：{step.when.text}" + (f"（{step.because.zh}）" if step.because.zh else ""),
                f"the condition does not hold: {step.when.text}" + (f" ({because_en})" if because_en else ""),
                step.when.origin,
                step=step.name,
            )
        ]
    return []
