"""How cases and events become rows and hashes, and back; no connection is known here.

The hash of an event is the SHA-256 of three lines: the canonical JSON text of the event, the hash of the event before
it (for the first one: the hash of the canonical text of the case's own record), and the moment it was entered, in UTC
with microseconds. A row keeps the event's parts in columns; the text is put together again from them, so a byte
changed in any of them changes the hash. The sequence number of the whole record is outside of it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

from community_core.base.citations import Citation
from community_core.base.errors import StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.codec.texts import digest as digest_of
from community_core.codec.texts import from_plain, to_plain
from community_core.codec.values import CodecError, read_iso
from community_core.ports.store import NeededFunction, StoredCase, StoredEvent
from community_core.procedures.definition import PublishKind
from community_core.procedures.events import TRANSITION, Case, Event, PublishedItem
from community_core.procedures.recorded import Apart, RecordedEffect
from community_core.store.sealing import (
    Lookup,
    fact_text,
    not_kept,
    present_data,
    read,
    state_text,
    unread,
    unsealed,
    written,
)

NOTHING: Final = "[]"
_BROKEN: Final = Label(
    "名称、编号或文本里有空字符或不完整的字符，不能存入",
    "a name, key or text holds a null character or half a character and cannot be kept",
)
_NEEDED: Final = ("kind", "name", "version", "distribution", "distribution_version")


def data_text(data: tuple[tuple[str, Any], ...]) -> str:
    """Return the canonical text of an event's data: a list of pairs."""
    if not data:
        return NOTHING
    return f"[{','.join([f'[{_quoted(name)},{fact_text(value)}]' for name, value in data])}]"


def published_text(published: tuple[PublishedItem, ...]) -> str:
    """Return the canonical text of what an event published."""
    return written([to_plain(item) for item in published]) if published else NOTHING


def effects_text(effects: tuple[RecordedEffect, ...]) -> str:
    """Return the canonical text of what an event caused."""
    return written([to_plain(item) for item in effects]) if effects else NOTHING


def read_effects(text: str) -> tuple[RecordedEffect, ...]:
    """Return what :func:`effects_text` wrote.

    Raises:
        ValueError: if it cannot be read; it was changed by somebody else. So KeyError, TypeError.
    """
    if text == NOTHING:
        return ()
    return tuple(
        RecordedEffect(
            item["kind"],
            tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in item.get("said", ())),
            tuple(Apart(**one) for one in item.get("apart", ())),
        )
        for item in read(text)
    )


def event_text(
    case: str,
    version: int,
    step: str,
    state: str,
    actor: str,
    post: str,
    day: str,
    data: str,
    published: str,
    rules: str,
    key: str,
    behalf: str,
    effects: str,
) -> str:
    """Return the canonical text of an event from its columns: the codec's text, put together twice as fast."""
    behalf_part = f'"behalf":{_quoted(behalf)},' if behalf else ""
    data_part = "" if data == NOTHING else f'"data":{data},'
    effects_part = "" if effects == NOTHING else f'"effects":{effects},'
    key_part = f'"key":{_quoted(key)},' if key else ""
    published_part = "" if published == NOTHING else f'"published":{published},'
    return (
        f'{{"actor":{_quoted(actor)},{behalf_part}"case":{_quoted(case)},{data_part}"day":{_quoted(day)},'
        f'{effects_part}{key_part}"post":{_quoted(post)},{published_part}{_stage_text(rules, state, step)}'
        f'"version":{version}}}'
    )


# Thousands of events are of the same few steps.
@lru_cache(maxsize=4096)
def _stage_text(rules: str, state: str, step: str) -> str:
    rules_part = f'"rules":{_quoted(rules)},' if rules else ""
    return f'{rules_part}"state":{_quoted(state)},"step":{_quoted(step)},'


def event_hash(text: str, previous: str, entered: str) -> str:
    """Return the hash of an event from its canonical text, its predecessor's hash and the moment it was entered."""
    return "sha256:" + sha256(text.encode() + f"\n{previous}\n{entered}".encode()).hexdigest()


def genesis(case: StoredCase) -> str:
    """Return the hash of a case's own record, which its first event follows."""
    return "sha256:" + sha256(case_text(case).encode()).hexdigest()


def checkpoint_hash(size: int, root: str, algorithm: str, entered: str, previous: str, beside: str = "") -> str:
    """Return the hash of a checkpoint, which the next one follows."""
    return "sha256:" + sha256(checkpoint_text(size, root, algorithm, entered, previous, beside).encode()).hexdigest()


def checkpoint_text(size: int, root: str, algorithm: str, entered: str, previous: str, beside: str = "") -> str:
    """Return the canonical text of a checkpoint; *beside* is that of what it covers beside the events, or empty."""
    told: dict[str, Any] = {
        "size": size,
        "root": root,
        "algorithm": algorithm,
        "entered": entered,
        "previous": previous,
    }
    if beside:
        told["beside"] = _object(beside)
    return written(told)


def _object(text: str) -> Any:
    """Return the value of a canonical text; of any other, the text itself, so that no two texts are one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) and written(value) == text else text


def case_text(case: StoredCase) -> str:
    """Return the canonical text of a case's own record."""
    return _case_text(case.id, case.procedure, case.place, day_text(case.opened), case.rules, case.parent)


def row_genesis(row: Any) -> str:
    """Return the hash of a case's own record from its row, in the order of the table's columns, as it stands."""
    text = _case_text(*row)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _case_text(case: str, procedure: str, place: str, opened: str, rules: str, parent: str) -> str:
    # The codec's canonical text, put together by hand for the same reason as an event's.
    parent_part = f'"parent":{_quoted(parent)},' if parent else ""
    return f'{{"id":{_quoted(case)},"opened":{_quoted(opened)},{parent_part}{_where_text(place, procedure, rules)}'


# Thousands of cases are of the same procedures in the same places.
@lru_cache(maxsize=4096)
def _where_text(place: str, procedure: str, rules: str) -> str:
    return f'"place":{_quoted(place)},"procedure":{_quoted(procedure)},"rules":{_quoted(rules)}}}'


def steps_text(steps: Mapping[str, tuple[dt.date | str, str]]) -> str:
    """Return the canonical text of the last day and person of each step; a day may be its text already."""
    return f"{{{','.join([_step_text(step, last) for step, last in sorted(steps.items())])}}}"


# The same few people take the steps of thousands of cases.
@lru_cache(maxsize=4096)
def _step_text(step: str, last: tuple[dt.date | str, str]) -> str:
    day, person = last
    return f"{_quoted(step)}:[{_quoted(day if isinstance(day, str) else day_text(day))},{_quoted(person)}]"


def moment_text(moment: dt.datetime) -> str:
    """Return *moment* in UTC, to the microsecond, as ``2006-05-01T08:00:00.000000Z``.

    Raises:
        StoreError: if it has no time zone.
    """
    if moment.tzinfo is None:
        raise StoreError(
            Label("登记时刻没有时区；请给出带时区的时刻", "the moment of entry has no time zone; give one that has")
        )
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@lru_cache(maxsize=4096, typed=True)
def day_text(day: dt.date) -> str:
    """Return *day* as ``2006-05-01``.

    Raises:
        StoreError: if it is a moment or no day at all.
    """
    if type(day) is not dt.date:
        raise StoreError(Label(f"{day!r} 不是日期", f"{day!r} is no day"))
    return day.isoformat()


def safe(*texts: str) -> None:
    """Refuse texts that a column cannot hold on every database.

    Raises:
        StoreError: if one is no text, holds a null character or half a character.
    """
    together = "".join(texts)
    try:
        together.encode()
    except UnicodeEncodeError:
        raise StoreError(_BROKEN) from None
    if "\x00" in together:
        raise StoreError(_BROKEN)


def functions_text(kept: str, functions: Sequence[NeededFunction]) -> str:
    """Return what stands beside the rule text *kept* of the functions that it needs; it carries its own hash."""
    if not functions:
        return ""
    text = written([[getattr(item, name) for name in _NEEDED] for item in functions])
    return f"{digest_of(kept + text)} {text}"


def whole(kept: str, functions: Any) -> bool:
    """Whether what stands beside the rule text *kept* is as it was written."""
    if functions == "":
        return True
    told, _, text = functions.partition(" ") if isinstance(functions, str) else ("", "", "")
    return shown(functions) == functions and digest_of(kept + text) == told


def read_functions(kept: str, functions: str) -> tuple[NeededFunction, ...]:
    """Return the functions that stand beside the rule text *kept*.

    Raises:
        StoreError: if they cannot be read; they were changed by somebody else.
    """
    if not whole(kept, functions):
        raise unreadable(kept)
    return tuple(NeededFunction(*item) for item in json.loads(functions.partition(" ")[2])) if functions else ()


def event_row(event: Event, seq: int, previous: str, entered: str, data: str | None = None) -> tuple[Any, ...]:
    """Return the row of *event* in the order of the table's columns, its hash last.

    *data* is the text of its data with commitments in the place of private values; without it they are in clear.

    Raises:
        StoreError: if a text or a day in it cannot be kept.
        CodecError: if a value in its data cannot be kept.
    """
    day = day_text(event.day)
    published = published_text(event.published)
    effects = effects_text(event.effects)
    try:
        data = data_text(event.data) if data is None else data
        text = event_text(
            event.case,
            event.version,
            event.step,
            event.state,
            event.actor,
            event.post,
            day,
            data,
            published,
            event.rules,
            event.key,
            event.behalf,
            effects,
        )
        digest = event_hash(text, previous, entered)
    except (TypeError, ValueError):
        # Without the error, which holds the text.
        raise not_kept(event) from None
    if "\\u0000" in text:
        safe(event.case, event.step, event.state, event.actor, event.post, event.rules, event.key, event.behalf)
    return (
        seq,
        event.case,
        event.version,
        event.step,
        event.state,
        event.actor,
        event.post,
        event.behalf,
        day,
        data,
        published,
        effects,
        event.rules,
        event.key or None,
        entered,
        previous,
        digest,
    )


def stored_event(row: Any, lookup: Lookup = unread) -> StoredEvent:
    """Return the event of a row of ``cc_events``, with the private values that *lookup* gives.

    Raises:
        StoreError: if the row cannot be read; it was changed by somebody else.
    """
    # By place and not by name: a row takes longer to find a column by its name than all else here.
    _, case, version, step, state, actor, post, behalf, day, data, published, effects, rules, key, *rest = row
    entered, previous, kept = rest
    try:
        values, private = unsealed(case, version, step, read(data), lookup)
        event = Event(
            case,
            version,
            step,
            state,
            actor,
            post,
            read_iso(day),
            values,
            () if published == NOTHING else tuple(_published(item) for item in read(published)),
            rules,
            key or "",
            behalf,
            private,
            () if effects == NOTHING else read_effects(effects),
        )
        return StoredEvent(event, _moment(entered), kept, previous)
    except (CodecError, ValueError, TypeError, KeyError) as error:
        raise unreadable(f"{case}/{version}") from error


@lru_cache(maxsize=256)
def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _published(item: Mapping[str, Any]) -> PublishedItem:
    until = item.get("until")
    return PublishedItem(
        PublishKind(item["kind"]),
        tuple(item["what"]),
        item["to"],
        read_iso(item["since"]),
        None if until is None else read_iso(until),
        from_plain(Citation, item["ground"]) if "ground" in item else None,
        item.get("consent", ""),
    )


def case_row(case: StoredCase) -> tuple[Any, ...]:
    """Return the row of a case's own record in the order of the table's columns.

    Raises:
        StoreError: if a text or a day in it cannot be kept.
    """
    safe(case.id, case.procedure, case.place, case.rules, case.parent)
    return case.id, case.procedure, case.place, day_text(case.opened), case.rules, case.parent


def stored_case(row: Any) -> StoredCase:
    """Return the case of a row that begins with the columns of ``cc_cases``.

    Raises:
        StoreError: if the row cannot be read; it was changed by somebody else.
    """
    case, procedure, place, opened, rules, parent = row[:6]
    try:
        return StoredCase(case, procedure, place, read_iso(opened), rules, parent)
    except CodecError as error:
        raise unreadable(case) from error


def snapshot_row(case: Case, head: str = "") -> tuple[Any, ...]:
    """Return the row of a case's present state in the order of the table's columns.

    *head* is the hash of the event that it is the state after; without one nobody goes by the row.
    """
    _safe_state(case.state, case.ended)
    row = (
        case.id,
        case.state,
        case.version,
        "" if case.entered is None else day_text(case.entered),
        "" if case.latest is None else day_text(case.latest),
        state_text(case.data, case.private, case.withheld),
        steps_text(case.steps),
        case.reminded,
        case.ended,
        moved_rules(case),
        takers_text(case),
    )
    return (*row, state_hash(head, row) if head else "")


# The same few states are those of thousands of cases.
_safe_state: Final = lru_cache(maxsize=4096)(safe)


def state_hash(head: str, row: Sequence[Any]) -> str:
    """Return the hash by which the row of a kept state, without its last column, stands after the event *head*.

    So that a step is not decided by a state that somebody changed: the events are read then.
    """
    case, state, version, entered, latest, data, steps, reminded, *more = row
    # Only the data hold much beside ASCII; in one text with them everything would have to be gone through sign by sign.
    before = "\0".join((head, case, state, str(version), entered, latest, ""))
    after = "\0".join(("", steps, "1" if reminded else "", *more))
    return "sha256:" + sha256(before.encode() + data.encode() + after.encode()).hexdigest()


def moved_rules(case: Case) -> str:
    """Return the rule text that a case runs under where it moved over to it, else an empty text."""
    return case.rules if TRANSITION in case.steps else ""


def takers_text(case: Case) -> str:
    """Return who took each step and by whose hands, as far as the last takers do not say it; canonical."""
    told: dict[str, list[list[str]]] = {}
    for step, people in case.takers.items():
        hands = case.hands.get(step)
        last = case.steps.get(step)
        if hands or last is None or len(people) != 1 or last[1] not in people:
            told[step] = [sorted(people), sorted(hands or ())]
    return written(told) if told else ""


def kept_state(row: Sequence[Any], lookup: Lookup = unread) -> Case:
    """Return the present state from a row: the columns of ``cc_cases`` and those of ``cc_snapshots`` but the first.

    *lookup* gives the private values in it.

    Raises:
        StoreError: if the row cannot be read; it was changed by somebody else.
    """
    case, procedure, place, opened, rules, parent, state, version, entered, latest, kept, taken, *rest = row
    reminded, ended, moved, people, _ = rest
    try:
        data, private, withheld = present_data(case, read(kept), lookup)
        steps = {step: (read_iso(day), person) for step, (day, person) in read(taken).items()}
        told = read(people) if people else {}
        return Case(
            case,
            procedure,
            place,
            read_iso(opened),
            moved or rules,
            state,
            version,
            read_iso(entered) if entered else None,
            read_iso(latest) if latest else None,
            data,
            steps,
            bool(reminded),
            parent,
            ended,
            {step: frozenset(told[step][0] if step in told else (last[1],)) for step, last in steps.items()},
            {step: frozenset(hands) for step, (_, hands) in told.items() if hands},
            private,
            withheld,
        )
    except (CodecError, ValueError, TypeError, AttributeError) as error:
        raise unreadable(case) from error


def unreadable(what: str) -> StoreError:
    """Return the exception for a row that no longer reads as what was written."""
    return StoreError(
        Label(
            f"{what} 的记录读不懂，可能被改动过；请运行 verify 查明",
            f"the record of {what} cannot be read, it may have been changed; run verify to find out",
        )
    )


def shown(text: Any) -> str:
    """Return *text* so that it can be printed; broken bytes are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode() if isinstance(text, str) else ascii(text)


def event_found(code: str, case: Any, version: Any, zh: str, en: str) -> Finding:
    """Return a finding about an event, or with version 0 about its case."""
    name = shown(case)
    if version == 0:
        return finding(code, f"办件 {name} {zh}", f"case {name} {en}", case=name, version=0)
    return finding(
        code, f"办件 {name} 第 {version} 条记录{zh}", f"event {version} of case {name} {en}", case=name, version=version
    )
