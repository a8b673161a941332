"""A case as commands print it: its timeline as a table, or all of it as JSON; what is withheld is said to be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label
from community_core.cli.output import print_json, print_table
from community_core.cli.speaking import spoken
from community_core.cli.wording import Wording, named

if TYPE_CHECKING:
    from community_core.office import Moment, Office
    from community_core.procedures.definition import Procedure
    from community_core.procedures.events import Case

_LONGEST = 40


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
    definition = definition or office.definition(now)
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
    lang = spoken()
    words = Wording(office, lang)
    rows = [
        (
            item.version,
            item.day,
            words.step(definition, item.step),
            _acted(words, definition, item),
            item.state_label.text(lang),
            words.pick("；", "; ").join([*_contents(words, definition, item), *_reminders(words, definition, item)]),
        )
        for item in moments
    ]
    said = (now.id, definition.title.text(lang), words.place(now.place), words.state(definition, now.state))
    title = " · ".join(filter(None, (*said, words.end(now.ended))))
    print_table(title, ("条 no.", "日期 day", "环节 step", "经办 by", "状态 state", "内容 data"), rows)
    if now.parent:
        click.echo(words.pick(f"由此而来：{now.parent}", f"follows {now.parent}"))
    for child in children:
        click.echo(words.pick(f"后续办件：{child}", f"followed by {child}"))


def _acted(words: Wording, definition: Procedure, item: Moment) -> str:
    """Return who took a step, for whom and as what."""
    from community_core.procedures.events import SYSTEM  # noqa: PLC0415 - with the office

    if item.actor == SYSTEM:
        return words.post(definition, SYSTEM)
    who = (
        words.pick(f"{item.actor}（代 {item.behalf}）", f"{item.actor} (for {item.behalf})")
        if item.behalf
        else item.actor
    )
    return f"{who} · {words.post(definition, item.post, beside=False)}" if item.post else who


def _contents(words: Wording, definition: Procedure, item: Moment) -> Iterator[str]:
    """Yield the fields of an event; of a correction which event it corrects, what that should say, and why."""
    from community_core.procedures.events import CORRECT, ERASE, INSPECT, LATE, PAPER  # noqa: PLC0415 - with the office

    said, pick = dict(item.data), words.pick
    if item.step == LATE:
        yield from _settled(words, definition, said)
        return
    if item.step == PAPER:
        paper = definition.paper(said["paper"])
        yield named(Label() if paper is None else paper.label, said["paper"], words.lang)
        yield pick(f"第 {said['of']} 条记录", f"of event {said['of']}")
        yield from (f"{row[0]} {row[1]}:{row[2][:12]}…" for row in said["files"])
        return
    if item.step in (ERASE, INSPECT):
        names = said["fields"] if item.step == INSPECT else dict.fromkeys(name for _, name in said["values"])
        labels = {name: field.label.text(words.lang) for name, field in definition.field_names.items()}
        yield words.listed(labels.get(name) or name for name in names)
        yield (
            pick(f"目的：{said['purpose']}", f"for: {said['purpose']}")
            if item.step == INSPECT
            else pick(f"{said['why']}（{said['ground']}）", f"{said['why']} ({said['ground']})")
        )
        if "remains" in said:
            left = words.listed(map(str, said["remains"]))
            yield pick(f"第 {left} 条在记录之内，无法删除", f"events {left} cannot be erased")
        return
    if item.step != CORRECT:
        yield from (_field(words, definition, name, value) for name, value in item.data)
        return
    yield pick(f"更正第 {said['corrects']} 条", f"corrects event {said['corrects']}")
    for name, value in said["fields"]:
        field = definition.field(name)
        label = name if field is None else field.label.text(words.lang) or name
        yield pick(f"{label}：撤回", f"{label}: withdrawn") if value is None else _field(words, definition, name, value)
    yield pick(f"原因：{said['why']}", f"why: {said['why']}")


def _settled(words: Wording, definition: Procedure, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the deadline that passed, and what came of it for whom."""
    from community_core.procedures.definition import LateAction  # noqa: PLC0415 - with the office

    yield words.pick(f"期限 {said['due']}", f"due {said['due']}")
    told = words.listed(words.post(definition, post, beside=False) for post in said.get("told", ()))
    yield words.late(LateAction(said["late"]), "", definition) + (words.pick("：", ": ") + told if told else "")


def _reminders(words: Wording, definition: Procedure, item: Moment) -> Iterator[str]:
    """Yield whom the event reminded, and of what."""
    from community_core.pages.words import EFFECTS  # noqa: PLC0415 - with the office

    for effect in item.effects:
        if effect.kind == "remind":
            said = dict(effect.said)
            told = words.post(definition, said["post"], beside=False)
            yield words.pick("：", ": ").join((EFFECTS["remind"].text(words.lang), told, said["text"]))


def _field(words: Wording, definition: Procedure, name: str, value: Any) -> str:
    """Return a field with its value, a long one cut; JSON has all of it."""
    from community_core.office.views import value_labels  # noqa: PLC0415 - with the office
    from community_core.pages.texts import BALLOT_WORDS, value_text  # noqa: PLC0415 - as above

    item = definition.field(name)
    if item is None:
        return f"{name} {value}"
    labels = {**BALLOT_WORDS, **value_labels(definition, name, words.places, value)}
    text = value_text(dict(value) if name == "counts" else value, labels).text(words.lang)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…" + (
            words.pick(f"（{len(value)}）", f" ({len(value)})") if isinstance(value, tuple) else ""
        )
    return f"{item.label.text(words.lang) or name} {text}"
