"""The correction of a recorded event: an event that names it, the fields and why; what was recorded stays as it is.

A correction changes no state and nothing that followed. So the case is gone through again in thought, from the
corrected event on and with the corrected values; where any step would then have been refused, or would have come to
something else, there is nothing to correct but something to decide anew, and the correction is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from community_core.base.citations import Citation
from community_core.base.findings import Finding, finding
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.deadlines import settle
from community_core.procedures.definition import Procedure, PublishKind, Step
from community_core.procedures.events import APART, CORRECT, SYSTEM, Case, Event, PublishedItem
from community_core.procedures.intake import field_value
from community_core.procedures.reading import Evaluate, WorkingDays, plain_post, post_for
from community_core.procedures.step import Refusal, Taken, after, day_before, not_again, not_entitled, take
from community_core.procedures.withholding import private_fields


@frozen
class Correction:
    """What is asked for: the event of that *version* is to say *data* instead, for the reason *why*.

    A value of ``None`` withdraws one that need not be given. *behalf* is the person in whose name *actor* corrects.
    """

    version: int
    data: Mapping[str, Any]
    actor: str
    day: dt.date
    why: str
    key: str = ""
    behalf: str = ""


#: The procedure of a rule text by its hash, and how its expressions are read.
Under = Callable[[str], tuple[Procedure, Evaluate]]


@frozen
class _Ground:
    """What steps are gone through again with."""

    under: Under
    workdays: WorkingDays | None
    functions: Mapping[str, EffectFunction]

    def after(self, case: Case, event: Event) -> Case:
        return after(self.under(event.rules)[0], case, event)

    def again(self, case: Case, event: Event) -> Taken | Refusal:
        procedure, evaluate = self.under(event.rules)
        step = procedure.step(event.step)
        asked = step.asks if step is not None else ()
        return take(
            procedure,
            evolve(case, version=event.version - 1) if event.version > 1 else case,
            event.step,
            {name: value for name, value in event.data if name in asked and value is not None},
            actor=event.actor,
            post=event.post,
            day=event.day,
            evaluate=evaluate,
            key=event.key,
            behalf=event.behalf,
            workdays=self.workdays,
            functions=self.functions,
        )

    def lapses(self, case: Case, day: dt.date) -> tuple[tuple[dt.date, str], ...]:
        """The lapses that are overdue in *case* on *day*: when each happens, and the state that it leads to."""
        procedure, evaluate = self.under(case.rules)
        events = settle(procedure, case, day, evaluate, workdays=self.workdays).events
        return tuple((event.day, event.state) for event in events if event.state != case.state)


def correct(
    case: Case,
    history: Sequence[Event],
    asked: Correction,
    *,
    held: frozenset[str],
    under: Under,
    workdays: WorkingDays | None = None,
    functions: Mapping[str, EffectFunction] | None = None,
) -> Taken | Refusal:
    """Correct an event, or say what stands against it.

    *case* is as it stands now and *history* are all its events; *held* are the posts under which the actor may act
    there on the day. *under* gives the procedure of each rule text that an event was recorded under. Who may correct
    is whoever holds one of the posts that the step is for; where it is for people by what they are in the case itself
    (``anyone``, ``proposer``, a step's taker), only who took the step himself.
    """
    target = next((event for event in history if event.version == asked.version), None)
    procedure = under(case.rules if target is None else target.rules)[0]
    step = None if target is None else procedure.step(target.step)
    if target is None or step is None:
        return Refusal((_no_such_event(case, asked.version, target),))
    found = [*_formal(case, asked, step)]
    post = _post(procedure, step, case, target, asked, held)
    if not post:
        found.append(not_entitled(step))
    if (asked.actor, asked.behalf) != (target.actor, target.behalf):
        found += not_again(case, step, asked.actor, asked.behalf)
    fields, wrong = _fields(procedure, step, asked.data)
    found += wrong
    # Which case a step rests on was looked up on its day; another case cannot be looked up for that day any more.
    found += [_would_differ(target) for needs in step.needs if needs.field in fields]
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
    ground = _Ground(under, workdays, functions or {})
    corrected = [*present[:place], made, *present[place + 1 :]]
    against = _followed(ground, _begun(case, present), present, corrected, place, asked.day)
    if against is not None:
        return Refusal((against,))
    later = {name for event in present[place + 1 :] if event.step not in APART for name, _ in event.data}
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
        behalf=asked.behalf,
        private=private_fields(procedure, fields),
    )
    return Taken(ground.after(case, event), (event,))


def as_corrected(history: Sequence[Event]) -> list[Event]:
    """Return the events of a case with their corrected data, and without the corrections themselves."""
    events = {event.version: event for event in history if event.step != CORRECT}
    for event in history:
        if event.step == CORRECT:
            said = dict(event.data)
            target = events[said["corrects"]]
            events[target.version] = evolve(target, data=tuple({**dict(target.data), **dict(said["fields"])}.items()))
    return list(events.values())


def _begun(case: Case, history: Sequence[Event]) -> Case:
    return Case(case.id, case.procedure, case.place, case.opened, history[0].rules, parent=case.parent)


def _formal(case: Case, asked: Correction, step: Step) -> list[Finding]:
    found = []
    if not asked.why.strip():
        found.append(
            finding("no-reason", "请写明为什么更正", "say why the event is to be corrected", step.origin, field="why")
        )
    if case.latest is not None and asked.day < case.latest:
        found.append(day_before(case, asked.day, step.origin))
    return found


def _post(procedure: Procedure, step: Step, case: Case, target: Event, asked: Correction, held: frozenset[str]) -> str:
    if asked.actor == SYSTEM:
        return ""
    if (asked.behalf or asked.actor) == target.taker:
        return post_for(procedure, step, case, target.taker, held, behalf=asked.behalf)
    return plain_post(procedure, step, held)


def _fields(procedure: Procedure, step: Step, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the corrected values as their types have them; what a step computed is no field of it."""
    fields: dict[str, Any] = {}
    found: list[Finding] = []
    names = step.asks
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
        kept, wrong = (None, None) if value is None else field_value(item, value)
        if wrong is None:
            fields[name] = kept
        else:
            found.append(wrong)
    return fields, found


def _followed(
    ground: _Ground, bare: Case, present: Sequence[Event], made: Sequence[Event], place: int, day: dt.date
) -> Finding | None:
    """Return what would have gone otherwise with the corrected values by *day*, ``None`` where all followed as it did.

    That another reminder would have been due, or another post told, is nothing that followed.
    """
    old = new = bare
    for event in present[:place]:
        old = new = ground.after(old, event)
    for was, now in zip(present[place:], made[place:], strict=True):
        if ground.lapses(old, was.day) != ground.lapses(new, was.day):
            return _would_lapse(was.version)
        if was.step not in APART:
            said, says = ground.again(old, was), ground.again(new, now)
            if isinstance(says, Refusal):
                return _would_refuse(was, says)
            same = _known(says.events[0].data) == _known(now.data)
            rest = (says.events[0].state, says.events[0].published) == (was.state, was.published)
            if isinstance(said, Refusal) or not same or not rest or said.effects != says.effects:
                return _would_differ(was)
        old, new = ground.after(old, was), ground.after(new, now)
    last = present[-1].version
    return _would_lapse(last + 1) if ground.lapses(old, day) != ground.lapses(new, day) else None


def _known(data: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in data if value is not None}


def _published(present: Sequence[Event], place: int, fields: Mapping[str, Any], day: dt.date) -> list[PublishedItem]:
    """Return what of the corrected values was ever published: who read the one is to read the other.

    A later step may have published what the corrected one gave.
    """
    target = present[place].version
    giver: dict[str, int] = {}
    found: dict[tuple[PublishKind, str, Citation | None, str], PublishedItem] = {}
    for event in present:
        if event.step not in APART:
            giver.update((name, event.version) for name, _ in event.data)
        for item in event.published:
            names = tuple(name for name in item.what if name in fields and giver.get(name) == target)
            if names:
                key = (item.kind, item.to, item.ground, item.consent)
                before = found.get(key)
                what = names if before is None else tuple(dict.fromkeys((*before.what, *names)))
                found[key] = evolve(item, what=what, since=day)
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


def _would_lapse(version: int) -> Finding:
    return finding(
        "correction-changes",
        f"按更正后的值，第 {version} 条记录之前，办件本应失效、本不应失效或在别的日期失效；这不是笔误，请另行办理",
        f"with the corrected values the case would have lapsed before event {version}, or not, or on another day; this "
        "is no slip of the pen: take another step instead",
        version=version,
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
