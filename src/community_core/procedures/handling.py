"""What is done with a case's values rather than with the case: erasing personal ones, reading sensitive ones.

Both are events, which say who, under which post, on which day and why; neither changes anything in the case but that an
erased value is unknown from then on. Nothing is erased or shown here: the store and the office do that with the event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from attrs import frozen

from community_core.base.findings import Finding, finding
from community_core.base.ranks import Privacy
from community_core.procedures.definition import Procedure
from community_core.procedures.events import CORRECT, ERASE, INSPECT, PAPER, Case, Event
from community_core.procedures.reading import ANYONE, PROPOSER
from community_core.procedures.step import Refusal, Taken, after
from community_core.procedures.withholding import Why, Withheld


@frozen
class Erasure:
    """What is asked for: the personal and sensitive values of these *fields* (of all, where none is named) be erased.

    *why* and *ground* (the law or the request that it rests on) are recorded and should name nobody.
    """

    actor: str
    day: dt.date
    why: str
    ground: str
    fields: tuple[str, ...] = ()
    key: str = ""
    behalf: str = ""

    def same(self, event: Event) -> bool:
        """Whether *event* is this erasure, recorded before."""
        said = dict(event.data)
        return (
            event.step == ERASE
            and (event.actor, event.behalf, event.day) == (self.actor, self.behalf, self.day)
            and (said["why"], said["ground"]) == (self.why.strip(), self.ground.strip())
            and (not self.fields or {name for _, name in said["values"]} <= set(self.fields))
        )


@frozen
class Inspection:
    """What is asked for: the sensitive values of a case be shown to *actor* for *purpose*."""

    actor: str
    day: dt.date
    purpose: str
    key: str = ""
    behalf: str = ""

    def same(self, event: Event) -> bool:
        """Whether *event* is this reading, recorded before."""
        return (
            event.step == INSPECT
            and (event.actor, event.behalf, event.day) == (self.actor, self.behalf, self.day)
            and dict(event.data)["purpose"] == self.purpose.strip()
        )


def erase(
    procedure: Procedure, case: Case, history: Sequence[Event], asked: Erasure, *, held: frozenset[str]
) -> Taken | Refusal:
    """Record that personal values of a case are erased, or say what stands against it.

    *history* are all its events; *held* are the posts under which the actor may act there on the day. The codes of
    papers that were issued go with the values.
    """
    values = [
        (event.version, name)
        for event in history
        if event.step != PAPER
        for name, value in private_values(event)
        if (not asked.fields or name in asked.fields) and not _gone(value)
    ]
    # By the code of a copy and its digest, likely values could be tried for one that is erased.
    codes = [
        (event.version, name)
        for event in history
        if event.step == PAPER and (values or not asked.fields)
        for name, value in private_values(event)
        if not _gone(value)
    ]
    clear = [
        event.version
        for event in history
        if any(not asked.fields or name in asked.fields for name in _in_clear(procedure, event))
    ]
    found = [*_formal(case, asked.day, asked.why, "why"), *_fields(procedure, asked.fields)]
    if not asked.ground.strip():
        found.append(
            finding(
                "no-ground", "请写明依据什么删除（法规条文或本人申请）", "say what the erasure rests on", field="ground"
            )
        )
    post = _post(procedure, history, asked.behalf or asked.actor, held, values)
    if not post:
        found.append(not_handling(procedure))
    if not values and not codes and not found:
        found.append(_nothing(case, clear))
    if found:
        return Refusal(tuple(found))
    data: tuple[tuple[str, object], ...] = (
        ("values", (*values, *codes)),
        ("why", asked.why.strip()),
        ("ground", asked.ground.strip()),
    )
    if clear:
        data += (("remains", tuple(clear)),)
    return _noted(procedure, case, ERASE, post, data, asked)


def inspect(
    procedure: Procedure, case: Case, history: Sequence[Event], asked: Inspection, *, held: frozenset[str]
) -> Taken | Refusal:
    """Record that somebody reads the sensitive values of a case, or say what stands against it.

    Where the case has none there is nothing to record.
    """
    values = sensitive_values(history)
    if not values:
        return Taken(case, ())
    found = _formal(case, asked.day, asked.purpose, "purpose")
    post = _post(procedure, history, asked.behalf or asked.actor, held, values)
    if not post:
        found.append(not_handling(procedure))
    if found:
        return Refusal(tuple(found))
    names = tuple(sorted({name for _, name in values}))
    return _noted(procedure, case, INSPECT, post, (("fields", names), ("purpose", asked.purpose.strip())), asked)


def private_values(event: Event) -> Iterator[tuple[str, object]]:
    """Yield the private fields of an event with their values, or with what stands in their place."""
    said = dict(event.data)
    values = dict(said.get("fields", ())) if event.step == CORRECT else said
    for name, _ in event.private:
        yield name, values.get(name)


def sensitive_values(history: Sequence[Event]) -> list[tuple[int, str]]:
    """Return version and field of each sensitive value that the events still have."""
    return [
        (event.version, name)
        for event in history
        for name, value in private_values(event)
        if dict(event.private)[name] is Privacy.SENSITIVE and not _gone(value)
    ]


def locked_away(history: Sequence[Event]) -> list[Finding]:
    """Return a finding for each key that a sensitive value needs and that is not here."""
    keys = {
        value.key: name
        for event in history
        for name, value in private_values(event)
        if isinstance(value, Withheld) and value.why is Why.LOCKED
    }
    return [
        finding(
            "value-locked",
            f"{name} 等已加密，本次没有提供密钥 {key}；请提供密钥后再查阅",
            f"{name!r} and what else is encrypted with the key {key!r} cannot be read; open the office with it",
            field=name,
            key=key,
        )
        for key, name in sorted(keys.items())
    ]


def _gone(value: object) -> bool:
    return isinstance(value, Withheld) and value.why in (Why.ERASED, Why.MISSING)


def _in_clear(procedure: Procedure, event: Event) -> Iterator[str]:
    """Yield the private fields of an event that was recorded before values were kept apart."""
    sealed = dict(event.private)
    said = dict(event.data)
    values = dict(said.get("fields", ())) if event.step == CORRECT else said
    for name, value in values.items():
        if name in procedure.privacies and value is not None and name not in sealed:
            yield name


def _fields(procedure: Procedure, names: Sequence[str]) -> Iterator[Finding]:
    for name in names:
        if name not in procedure.privacies:
            known = list(procedure.privacies)
            yield finding(
                "not-private",
                f"{name} 不是个人信息字段；可删除：{'、'.join(known) or '（无）'}",
                f"{name!r} is no personal or sensitive field; those are: {', '.join(known) or 'none'}",
                field=name,
            )


def _formal(case: Case, day: dt.date, why: str, field: str) -> list[Finding]:
    found = []
    if not why.strip():
        found.append(finding("no-reason", f"请写明原因（{field}）", f"say why ({field})", field=field))
    if case.latest is not None and day < case.latest:
        found.append(
            finding(
                "day-before",
                f"{day} 早于办件最近一次办理的日期 {case.latest}",
                f"{day} is before {case.latest}, the latest day on which something was done in the case",
            )
        )
    return found


def _post(
    procedure: Procedure,
    history: Sequence[Event],
    person: str,
    held: frozenset[str],
    values: Sequence[tuple[int, str]],
) -> str:
    """Return the post by which *person* handles cases of *procedure* there; his role where he gave all of *values*."""
    roles = {*procedure.step_names, ANYONE, PROPOSER}
    post = next((post for step in procedure.steps for post in step.by if post in held and post not in roles), "")
    if post:
        return post
    versions = {version for version, _ in values}
    gave = {event.version for event in history if event.taker == person}
    return PROPOSER if versions and versions <= gave and any(event.version == 1 for event in history) else ""


def not_handling(procedure: Procedure) -> Finding:
    """Return the finding that names who handles cases of *procedure*."""
    roles = {*procedure.step_names, ANYONE, PROPOSER}
    posts = list(dict.fromkeys(post for step in procedure.steps for post in step.by if post not in roles))
    return finding(
        "not-handling",
        f"只有经办此类办件的职务才可以：{'、'.join(posts) or '（无）'}；当事人当日在本地方没有其中的职务",
        f"this is for those who handle such cases: {', '.join(posts) or 'nobody'}; the actor holds none of these here "
        "on that day",
        by=", ".join(posts),
    )


def _nothing(case: Case, clear: Sequence[int]) -> Finding:
    if clear:
        listed = ", ".join(map(str, clear))
        return finding(
            "recorded-in-clear",
            f"办件 {case.id} 第 {listed} 条记录是旧版本登记的，值在记录之内，删除会毁掉整条记录链；无法删除",
            f"events {listed} of case {case.id} were recorded before values were kept apart: their values are part of "
            "what is hashed, and cannot be erased without breaking the record",
            case=case.id,
            versions=listed,
        )
    return finding(
        "nothing-to-erase",
        f"办件 {case.id} 没有可删除的个人信息，或已经删除",
        f"case {case.id} has no personal values to erase, or they are erased already",
        case=case.id,
    )


def _noted(
    procedure: Procedure,
    case: Case,
    step: str,
    post: str,
    data: tuple[tuple[str, object], ...],
    asked: Erasure | Inspection,
) -> Taken:
    event = Event(
        case=case.id,
        version=case.version + 1,
        step=step,
        state=case.state,
        actor=asked.actor,
        post=post,
        day=asked.day,
        data=data,
        rules=case.rules,
        key=asked.key,
        behalf=asked.behalf,
    )
    return Taken(after(procedure, case, event), (event,))
