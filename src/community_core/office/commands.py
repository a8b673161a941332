"""What is asked of the office, and whether it was asked before under the same idempotency key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding, finding
from community_core.base.ids import is_told_apart
from community_core.base.made import quickly_made
from community_core.office.bindings import Binding, refused, require_day
from community_core.procedures.correct import Correction
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.events import CORRECT, SYSTEM, TRANSITION, Case, Event
from community_core.procedures.intake import field_value
from community_core.procedures.withholding import Withheld


@quickly_made
@frozen(weakref_slot=False)
class Command:
    """One thing that is asked of the office: a step with its data, by whom, on which day, and under which key.

    *step* may be empty for an opening where there is only one; *post* is empty where any of the actor's will do.
    *behalf* is the person in whose name the actor acts, and whose post it is; empty for his own.
    """

    step: str
    data: Mapping[str, Any]
    actor: str
    day: dt.date
    key: str = ""
    post: str = ""
    behalf: str = ""


def id_of(case: Case | str) -> str:
    """Return the id of a case that is given as it was read, or by its id.

    Raises:
        TypeError: if it is neither.
    """
    if isinstance(case, str):
        return case
    if not isinstance(case, Case):
        raise TypeError(f"a case is given as it was read, or by its id, and not as {case!r}")
    return case.id


def require_sane(command: Command) -> None:
    """Refuse a command that names no day, or nobody who acts.

    Raises:
        Refused: saying which.
        TypeError: if its data are no mapping.
    """
    if type(command.data) is not dict and not isinstance(command.data, Mapping):
        raise TypeError(f"the data of a step are a mapping from field to value, not {command.data!r}")
    require_day(command.day)
    require_actor(command.actor)


def require_actor(actor: str) -> None:
    """Refuse what nobody is named to do.

    Raises:
        Refused: if *actor* is no name that can be read and told apart, or the library's own.
    """
    if actor == SYSTEM or not is_told_apart(actor):
        raise refused(
            finding(
                "no-actor",
                "请写明由谁办理，首尾没有空格，也没有换行等控制字符；system 只由本库自己使用",
                "name the person who acts, without spaces around or control characters; `system` is for the library "
                "alone",
            )
        )


def require_place(place: str) -> None:
    """Refuse a case about no place.

    Raises:
        Refused: if there is no name that can be read and told apart.
    """
    if not is_told_apart(place):
        raise refused(
            finding(
                "no-place",
                "请写明办件关于哪个地方，首尾没有空格，也没有换行等控制字符",
                "say which place the case is about, without spaces around or control characters",
            )
        )


def repeated(binding: Binding, event: Event, command: Command) -> Finding | None:
    """Return ``None`` where *event* is what *command* asked for, or the finding that the key was used for another."""
    step = binding.procedure.step(command.step)
    same = (
        step is not None
        and (event.step, event.actor, event.day) == (command.step, command.actor, command.day)
        and command.post in ("", event.post)
        and command.behalf == event.behalf
        and _alike(
            _given(binding.procedure, step, command.data),
            {name: value for name, value in event.data if name in step.asks and not _filled(binding, command, name)},
        )
    )
    return None if same else other_command(command.key, event.case)


def _filled(binding: Binding, command: Command, name: str) -> bool:
    """Whether a list was filled from a roll and not given by the command itself."""
    item = binding.procedure.field(name)
    return item is not None and bool(item.from_roll) and command.data.get(name) is None


def same_correction(event: Event, asked: Correction) -> bool:
    """Whether *event* is what *asked* comes to, recorded before."""
    said = dict(event.data)
    return (
        event.step == CORRECT
        and (event.actor, event.behalf, event.day) == (asked.actor, asked.behalf, asked.day)
        and (said["corrects"], said["why"]) == (asked.version, asked.why.strip())
        and {name for name, _ in said["fields"]} == set(asked.data)
        and all(isinstance(value, Withheld) or _tuples(asked.data[name]) == value for name, value in said["fields"])
    )


def _alike(asked: Mapping[str, Any] | None, recorded: Mapping[str, Any]) -> bool:
    """Whether the same fields were given with the same values; one that is not to hand cannot be told apart."""
    return (
        asked is not None
        and asked.keys() == recorded.keys()
        and all(isinstance(value, Withheld) or asked[name] == value for name, value in recorded.items())
    )


def same_move(event: Event, command: Command) -> bool:
    """Whether *event* is the move that *command* asks for, recorded before."""
    return (
        event.step == TRANSITION
        and (event.actor, event.behalf, event.day) == (command.actor, command.behalf, command.day)
        and command.post in ("", event.post)
    )


def other_command(key: str, case_id: str) -> Finding:
    """Return the finding that *key* was used for something else."""
    return finding(
        "key-reused",
        f"请求编号 {key} 已用于办件 {case_id} 的另一次办理，请换一个编号",
        f"the key {key!r} was used for something else in case {case_id}; use another key",
        key=key,
        case=case_id,
    )


def _given(procedure: Procedure, step: Step, data: Mapping[str, Any]) -> dict[str, Any] | None:
    given = {}
    for name in step.asks:
        item = procedure.field(name)
        if item is not None and data.get(name) is not None:
            given[name], wrong = field_value(item, data[name])
            if wrong is not None:
                return None
    return given


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
