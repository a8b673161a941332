"""The correction of a recorded event: an event that names it, the fields and why; what was recorded stays as it is.

A correction changes no state and nothing that followed. So the case is gone through again in thought, from the
corrected event on and with the corrected values; where any step would then have been refused, or would have come to
something else, there is nothing to correct but something to decide anew, and the correction is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from community_core.base.errors import FactError
from community_core.base.findings import Finding, finding
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.definition import Procedure, PublishKind, Step
from community_core.procedures.events import CORRECT, LATE, SYSTEM, Case, Event, PublishedItem
from community_core.procedures.intake import wanted
from community_core.procedures.reading import Evaluate, WorkingDays, post_for
from community_core.procedures.step import Refusal, Taken, after, not_entitled, same_person, take
from community_core.rules.types import checked


@frozen
class Correction:
    """What is asked for: the event of that *version* is to say *data* instead, for the reason *why*.

    A value of ``None`` withdraws one that need not be given.
    """

    version: int
    data: Mapping[str, Any]
    actor: str
    day: dt.date
    why: str
    key: str = ""


@frozen
class _Ground:
    """What steps are gone through again with."""

    procedure: Procedure
    evaluate: Evaluate
    workdays: WorkingDays | None
    functions: Mapping[str, EffectFunction]

    def again(self, case: Case, event: Event) -> Taken | Refusal:
        step = self.procedure.step(event.step)
        asked = wanted(step) if step is not None else ()
        return take(
            self.procedure,
            evolve(case, version=event.version - 1) if event.version > 1 else case,
            event.step,
            {name: value for name, value in event.data if name in asked and value is not None},
            actor=event.actor,
            post=event.post,
            day=event.day,
            evaluate=self.evaluate,
            key=event.key,
            workdays=self.workdays,
            functions=self.functions,
        )


def correct(
    procedure: Procedure,
    case: Case,
    history: Sequence[Event],
    asked: Correction,
    *,
    held: frozenset[str],
    evaluate: Evaluate,
    workdays: WorkingDays | None = None,
    functions: Mapping[str, EffectFunction] | None = None,
) -> Taken | Refusal:
    """Correct an event, or say what stands against it.

    *case* is as it stands now and *history* are all its events; *held* are the posts that the actor holds there on
    the day. Who may correct is whoever holds one of the posts that the step is for; where it is for people by what
    they are in the case itself (``anyone``, ``proposer``, a step's taker), only who took the step himself.
    """
    target = next((event for event in history if event.version == asked.version), None)
    step = None if target is None else procedure.step(target.step)
    if target is None or step is None:
        return Refusal((_no_such_event(case, asked.version, target),))
    found = [*_formal(case, asked, step)]
    post = _post(procedure, step, case, target, asked.actor, held)
    if not post:
        found.append(not_entitled(step))
    if asked.actor != target.actor:
        found += [same_person(step, earlier) for earlier in step.not_by if case.took(earlier, asked.actor)]
    fields, wrong = _fields(procedure, step, asked.data)
    found += wrong
    present = as_corrected(history)
    place = next(number for number, event in enumerate(present) if event.version == target.version)
    before = dict(present[place].data)
    if not found and all(before.get(name) == value for name, value in fields.items()):
        found.append(
            finding(
                "nothing-corrected",
                f"给出的值与第 {target.version} 条记录的现有值相同，没有可更正的",
                f"the values are those that event {target.version} has; there is nothing to correct",
            )
        )
    if found:
        return Refusal(tuple(found))
    made = evolve(present[place], data=tuple({**before, **fields}.items()))
    ground = _Ground(procedure, evaluate, workdays, functions or {})
    against = _followed(ground, _bare(case), present, [*present[:place], made, *present[place + 1 :]], place)
    if against is not None:
        return Refusal((against,))
    later = {name for event in present[place + 1 :] if event.step != LATE for name, _ in event.data}
    event = Event(
        case=case.id,
        version=case.version + 1,
        step=CORRECT,
        state=case.state,
        actor=asked.actor,
        post=post,
        day=asked.day,
        data=(
            ("corrects", target.version),
            ("why", asked.why.strip()),
            ("fields", tuple(fields.items())),
            ("stands", tuple(name for name in fields if name not in later)),
        ),
        published=tuple(_published(present, place, fields, asked.day)),
        rules=case.rules,
        key=asked.key,
    )
    return Taken(after(procedure, case, event), (event,))


def as_corrected(history: Sequence[Event]) -> list[Event]:
    """Return the events of a case with their corrected data, and without the corrections themselves."""
    events = {event.version: event for event in history if event.step != CORRECT}
    for event in history:
        if event.step == CORRECT:
            said = dict(event.data)
            target = events[said["corrects"]]
            events[target.version] = evolve(target, data=tuple({**dict(target.data), **dict(said["fields"])}.items()))
    return list(events.values())


def _bare(case: Case) -> Case:
    return Case(case.id, case.procedure, case.place, case.opened, case.rules, parent=case.parent)


def _formal(case: Case, asked: Correction, step: Step) -> list[Finding]:
    found = []
    if not asked.why.strip():
        found.append(
            finding("no-reason", "请写明为什么更正", "say why the event is to be corrected", step.origin, field="why")
        )
    if case.latest is not None and asked.day < case.latest:
        found.append(
            finding(
                "day-before",
                f"{asked.day} 早于办件最近一次办理的日期 {case.latest}",
                f"{asked.day} is before {case.latest}, the latest day on which something was done in the case",
                step.origin,
            )
        )
    return found


def _post(procedure: Procedure, step: Step, case: Case, target: Event, actor: str, held: frozenset[str]) -> str:
    if actor == SYSTEM:
        return ""
    if actor == target.actor:
        return post_for(procedure, step, case, actor, held)
    return next((post for post in step.by if post in held and post not in procedure.step_names), "")


def _fields(procedure: Procedure, step: Step, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the corrected values as their types have them; what a step computed is no field of it."""
    fields: dict[str, Any] = {}
    found: list[Finding] = []
    names = wanted(step)
    for name, value in data.items():
        item = procedure.field(name)
        if item is None or name not in names:
            known = "、".join(names) or "（无）"
            found.append(
                finding(
                    "unexpected-field",
                    f"环节 {step.name} 不收 {name}；可更正：{known}",
                    f"step {step.name} does not take {name}; what can be corrected: {', '.join(names) or 'nothing'}",
                    step.origin,
                    field=name,
                )
            )
            continue
        try:
            fields[name] = None if value is None else checked(name, item.type, value)
        except FactError as error:
            # The finding names the field and its type and not the value: values may be personal, findings are logged.
            found.append(
                finding(
                    "wrong-type",
                    f"“{item.label.zh or name}”（{name}）的值不符合类型 {item.type}，请改正",
                    f"the value given for {name!r} is no {item.type}; correct it",
                    item.origin,
                    field=name,
                    type=type(error).__name__,
                )
            )
    return fields, found


def _followed(
    ground: _Ground, bare: Case, present: Sequence[Event], made: Sequence[Event], place: int
) -> Finding | None:
    """Return what would have gone otherwise with the corrected values, or ``None`` where all followed as it did."""
    old = new = bare
    for event in present[:place]:
        old = new = after(ground.procedure, old, event)
    for was, now in zip(present[place:], made[place:], strict=True):
        if was.step != LATE:
            said, says = ground.again(old, was), ground.again(new, now)
            if isinstance(says, Refusal):
                return _would_refuse(was, says)
            same = dict(says.events[0].data) == {name: value for name, value in now.data if value is not None}
            rest = (says.events[0].state, says.events[0].published) == (was.state, was.published)
            if isinstance(said, Refusal) or not same or not rest or said.effects != says.effects:
                return _would_differ(was)
        old, new = after(ground.procedure, old, was), after(ground.procedure, new, now)
    return None


def _published(present: Sequence[Event], place: int, fields: Mapping[str, Any], day: dt.date) -> list[PublishedItem]:
    """Return what of the corrected values was ever published: who read the one is to read the other.

    A later step may have published what the corrected one gave.
    """
    target = present[place].version
    giver: dict[str, int] = {}
    found: dict[tuple[PublishKind, str], PublishedItem] = {}
    for event in present:
        if event.step != LATE:
            giver.update((name, event.version) for name, _ in event.data)
        for item in event.published:
            names = tuple(name for name in item.what if name in fields and giver.get(name) == target)
            if names:
                key = (item.kind, item.to)
                before = found.get(key)
                what = names if before is None else tuple(dict.fromkeys((*before.what, *names)))
                found[key] = PublishedItem(item.kind, what, item.to, day, item.until)
    return list(found.values())


def _no_such_event(case: Case, version: int, target: Event | None) -> Finding:
    if target is None:
        return finding(
            "unknown-event",
            f"办件 {case.id} 没有第 {version} 条记录，共 {case.version} 条",
            f"case {case.id} has no event {version}; it has {case.version}",
            case=case.id,
            version=version,
        )
    return finding(
        "not-correctable",
        f"办件 {case.id} 第 {version} 条记录（{target.step}）不是环节，不能更正；更正有误的，请再次更正原来那一条",
        f"event {version} of case {case.id} ({target.step}) is no step and is not corrected; "
        "where a correction is wrong, correct the event that it is about once more",
        case=case.id,
        version=version,
    )


def _would_refuse(event: Event, refusal: Refusal) -> Finding:
    why_zh = "；".join(item.message.zh for item in refusal.findings)
    why_en = "; ".join(item.message.text("en") for item in refusal.findings)
    return finding(
        "correction-refused",
        f"按更正后的值，第 {event.version} 条记录（{event.step}）本不能办理：{why_zh}。这不是笔误，请另行办理",
        f"with the corrected values event {event.version} ({event.step}) would have been refused: {why_en}. "
        "This is no slip of the pen; take another step instead",
        version=event.version,
        step=event.step,
    )


def _would_differ(event: Event) -> Finding:
    return finding(
        "correction-changes",
        f"按更正后的值，第 {event.version} 条记录（{event.step}）的结果、公布或效力会不同；这不是笔误，请另行办理",
        f"with the corrected values event {event.version} ({event.step}) would have come to, published or caused "
        "something else; this is no slip of the pen: take another step instead",
        version=event.version,
        step=event.step,
    )
