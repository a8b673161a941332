"""A case as commands print it: its timeline as a table, or all of it as JSON; what is withheld is said to be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from community_core.cli.output import both, print_json, print_table

if TYPE_CHECKING:
    from community_core.office import Moment, Office
    from community_core.procedures.definition import Procedure
    from community_core.procedures.events import Case

_LONGEST = 40


def definition_of(office: Office, now: Case) -> Procedure:
    """Return the procedure of a case, under the text that it runs under."""
    from community_core.office.bindings import Bindings  # noqa: PLC0415 - with the office

    return Bindings(office.rules, office.store).of(now.procedure, now.rules).procedure


def _plain(value: Any) -> Any:
    """Return a value as JSON shows it; of one that is withheld, why, and what may be shown of it."""
    from community_core.procedures.withholding import Withheld  # noqa: PLC0415 - with the office
    from community_core.rules.answer import json_value  # noqa: PLC0415 - as above

    if isinstance(value, Withheld):
        said = {"withheld": value.why.value, "shown": value.shown}
        return {**said, "key": value.key} if value.key else said
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return json_value(value)


def brief(now: Case) -> dict[str, Any]:
    """Return a case without its timeline, as JSON shows it."""
    return {
        "id": now.id,
        "procedure": now.procedure,
        "place": now.place,
        "state": now.state,
        "ended": now.ended or None,
        "opened": now.opened.isoformat(),
        "latest": now.latest.isoformat() if now.latest else None,
        "version": now.version,
        "parent": now.parent or None,
        "rules": now.rules,
        "data": {name: _plain(now.withheld.get(name, value)) for name, value in now.data.items()},
    }


def say_case(
    office: Office,
    now: Case,
    definition: Procedure | None = None,
    *,
    as_json: bool,
    as_of: dt.date | None = None,
    moments: Sequence[Moment] | None = None,
) -> None:
    """Print a case with its timeline, or with *moments* in its place."""
    definition = definition or definition_of(office, now)
    moments = office.timeline(now.id, as_of=as_of) if moments is None else moments
    children = [child.id for child in office.follow_ups(now.id, as_of=as_of)]
    if as_json:
        timeline = [
            {
                "version": item.version,
                "day": item.day.isoformat(),
                "step": item.step,
                "state": item.state,
                "actor": item.actor,
                "behalf": item.behalf or None,
                "post": item.post,
                "data": {name: _plain(value) for name, value in item.data},
                "published": [
                    {
                        "kind": published.kind.value,
                        "what": list(published.what),
                        "to": published.to,
                        "since": published.since.isoformat(),
                        "until": published.until.isoformat() if published.until else None,
                    }
                    for published in item.published
                ],
                "effects": [{"kind": effect.kind, **dict(effect.said)} for effect in item.effects],
                "entered": item.entered.isoformat(),
                "hash": item.hash,
            }
            for item in moments
        ]
        print_json({**brief(now), "follow_ups": children, "timeline": timeline})
        return
    rows = [
        (
            item.day,
            f"{both(item.label)} ({item.step})",
            f"{item.actor}{f'（代 for {item.behalf}）' if item.behalf else ''} · {item.post}",
            f"{both(item.state_label)}",
            "；".join([*_contents(definition, item), *_reminders(definition, item)]),
        )
        for item in moments
    ]
    title = f"{now.id} · {both(definition.title)} · {now.place} · {now.state}{' · ' + now.ended if now.ended else ''}"
    print_table(title, ("日期 day", "环节 step", "经办 by", "状态 state", "内容 data"), rows)
    if now.parent:
        click.echo(f"由此而来 follows {now.parent}")
    for child in children:
        click.echo(f"后续办件 followed by {child}")


def _contents(definition: Procedure, item: Moment) -> Iterator[str]:
    """Yield the fields of an event; of a correction which event it corrects, what that should say, and why."""
    from community_core.procedures.events import CORRECT, ERASE, INSPECT, LATE, PAPER  # noqa: PLC0415 - with the office

    if item.step == LATE:
        yield from _settled(definition, dict(item.data))
        return
    if item.step == PAPER:
        said = dict(item.data)
        yield f"{said['paper']}（{said['of']}）"
        yield from (f"{row[0]} {row[1]}:{row[2][:12]}…" for row in said["files"])
        return
    if item.step in (ERASE, INSPECT):
        said = dict(item.data)
        names = said["fields"] if item.step == INSPECT else dict.fromkeys(name for _, name in said["values"])
        labels = {name: field.label.zh for name, field in definition.field_names.items()}
        yield "、".join(labels.get(name) or name for name in names)
        yield f"目的 for：{said['purpose']}" if item.step == INSPECT else f"{said['why']}（{said['ground']}）"
        if "remains" in said:
            yield f"第 {'、'.join(map(str, said['remains']))} 条在记录之内，无法删除 cannot be erased"
        return
    if item.step != CORRECT:
        yield from (_field(definition, name, value) for name, value in item.data)
        return
    said = dict(item.data)
    yield f"更正第 {said['corrects']} 条 corrects event {said['corrects']}"
    for name, value in said["fields"]:
        yield f"{name}：撤回 withdrawn" if value is None else _field(definition, name, value)
    yield f"原因 why：{said['why']}"


def _settled(definition: Procedure, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the deadline that passed, and what came of it for whom."""
    from community_core.pages.words import LATE_ACTIONS, joined, post_label  # noqa: PLC0415 - with the office
    from community_core.procedures.definition import LateAction  # noqa: PLC0415 - as above

    yield f"期限 due {said['due']}"
    told = joined(post_label(post, definition) for post in said.get("told", ()))
    yield both(LATE_ACTIONS[LateAction(said["late"])]) + (f"：{both(told)}" if told else "")


def _reminders(definition: Procedure, item: Moment) -> Iterator[str]:
    """Yield whom the event reminded, and of what."""
    from community_core.pages.words import EFFECTS, post_label  # noqa: PLC0415 - with the office

    for effect in item.effects:
        if effect.kind == "remind":
            said = dict(effect.said)
            yield f"{both(EFFECTS['remind'])}：{both(post_label(said['post'], definition))}：{said['text']}"


def _field(definition: Procedure, name: str, value: Any) -> str:
    """Return a field with its value, a long one cut; JSON has all of it."""
    from community_core.pages.texts import value_text  # noqa: PLC0415 - with the office

    item = definition.field(name)
    if item is None:
        return f"{name} {value}"
    text = value_text(dict(value) if name == "counts" else value, dict(item.labels)).zh
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…" + (f"（{len(value)}）" if isinstance(value, tuple) else "")
    return f"{item.label.zh or name} {text}"
