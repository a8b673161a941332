"""The record as lines of canonical JSON, and its comparison with lines exported before; no file is opened here.

The first line names the format. Rule texts follow, then each event in the order of the whole record, a case's own
record before its first event, its private values (where they were asked for) after each event, and a checkpoint after
the last event that it covers. The last line counts them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

from attrs import asdict
from sqlalchemy import Connection, select

from community_core.base.findings import Finding, finding
from community_core.instruments.merkle import ALGORITHM, Frontier, hasher
from community_core.store.appending import chunked
from community_core.store.checkpoints import ALGORITHMS, checkpoint_found, entry, rooted
from community_core.store.private import private_rows
from community_core.store.records import checkpoint_text, event_text
from community_core.store.schema import CLEAR_EVENTS, cases, checkpoints, events, meta, rule_texts
from community_core.store.sealing import SEALED, PrivateRow, written

FORMAT: Final = "community-core-record"
VERSION: Final = 1
PAGE: Final = 1000
_CASE: Final = ("id", "opened", "parent", "place", "procedure", "rules")


def export_lines(connection: Connection, *, hashes_only: bool, private: bool = False) -> Iterator[str]:
    """Yield the lines of an export, without line ends; see :meth:`SqlStore.export`."""
    kept = connection.execute(select(checkpoints).order_by(checkpoints.c.number)).all()
    bound: dict[int, list[Any]] = {}
    for row in kept:
        bound.setdefault(row.size, []).append(row)
    algorithm = next((row.algorithm for row in kept if row.algorithm in ALGORITHMS), ALGORITHM)
    hash_ = hasher(algorithm)
    private = private and not hashes_only
    clear = 0 if private or hashes_only else _clear(connection)
    yield header_line(algorithm, hashes_only=hashes_only, private=private, bare=clear)
    texts, values = 0, 0
    if not hashes_only:
        for row in connection.execute(select(rule_texts).order_by(rule_texts.c.hash)):
            texts += 1
            yield written({"rules": {"hash": row.hash, "text": row.text}})
    tree = Frontier()
    begun = 0
    result = connection.execute(select(events).order_by(events.c.seq), execution_options={"yield_per": PAGE})
    try:
        for rows in result.partitions():
            own = _own(connection, [row.case_id for row in rows if row.version == 1])
            apart = _private(connection, rows) if private else {}
            tree = tree.grown((entry(row.hash) for row in rows), hash_)
            for place, row in enumerate(rows, start=tree.size - len(rows) + 1):
                if row.version == 1 and row.case_id in own:
                    begun += 1
                    yield written({"case": own[row.case_id]})
                yield _event_line(row, hashes_only=hashes_only or place <= clear)
                for value in apart.get((row.case_id, row.version), ()):
                    values += 1
                    yield written({"private": asdict(value)})
                yield from map(_checkpoint_line, bound.pop(place, ()))
    finally:
        result.close()
    # Checkpoints over more events than there are: they belong to the record, and say that something is gone.
    for size in sorted(bound):
        yield from map(_checkpoint_line, bound[size])
    root = rooted(algorithm, tree.root(hash_))
    yield end_line(texts, begun, tree.size, len(kept), root, values if private else None)


def header_line(algorithm: str, *, hashes_only: bool, private: bool = False, bare: int = 0) -> str:
    """Return the first line of an export; *algorithm* is that of its checkpoints.

    With *private* values each event's follow it. Of the first *bare* events only the hashes are given.
    """
    told = {"private": True} if private else {"bare": bare} if bare else {}
    return written({"algorithm": algorithm, "format": FORMAT, "hashes_only": hashes_only, "version": VERSION, **told})


def end_line(rules: int, cases_: int, events_: int, checkpoints_: int, root: str, private_: int | None = None) -> str:
    """Return the last line of an export; *private_* counts its private values, where they are in it."""
    counts = {"cases": cases_, "checkpoints": checkpoints_, "events": events_, "root": root, "rules": rules}
    return written({"end": counts if private_ is None else {**counts, "private": private_}})


def compare(connection: Connection, lines: Iterable[str | bytes]) -> Iterator[Finding]:
    """Yield what of the events and checkpoints in *lines* is not in the record; see :meth:`SqlStore.compare`."""
    made: list[tuple[Any, str]] = []
    told = _told(lines, made)
    while page := list(islice(told, PAGE)):
        kept: dict[tuple[str, int], str] = {}
        for chunk in chunked(list(dict.fromkeys(case for case, _, _ in page))):
            query = select(events.c.case_id, events.c.version, events.c.hash).where(events.c.case_id.in_(chunk))
            kept.update({(row.case_id, row.version): row.hash for row in connection.execute(query)})
        for case, version, digest in page:
            have = kept.get((case, version))
            if have is None:
                yield finding(
                    "exported-event-missing",
                    f"导出文件中有办件 {case} 第 {version} 条记录，库中没有：它被删除",
                    f"the export has event {version} of case {case} and the record has not: it was removed",
                    case=case,
                    version=version,
                )
            elif have != digest:
                yield finding(
                    "exported-event-differs",
                    f"办件 {case} 第 {version} 条记录与导出文件中的不同：它被改写",
                    f"event {version} of case {case} is another one than in the export: it was rewritten",
                    case=case,
                    version=version,
                )
    have_made = set(connection.execute(select(checkpoints.c.hash)).scalars())
    for size, digest in made:
        if digest not in have_made:
            yield checkpoint_found(
                "checkpoint-missing",
                size,
                f"（散列值 {digest}）在导出文件中，库中没有：它被删除或改写",
                f"(hash {digest}) is in the export and not in the record: it was removed or rewritten",
            )


def _told(lines: Iterable[str | bytes], made: list[tuple[Any, str]]) -> Iterator[tuple[str, int, str]]:
    """Yield case, version and hash of each event's line, and put size and hash of each checkpoint's into *made*.

    What else stands in an export is verified elsewhere.
    """
    for line in lines:
        try:
            data = json.loads(line)
            if "checkpoint" in data:
                made.append((data["checkpoint"]["size"], str(data["hash"])))
                continue
            own = data.get("event", data)
            found = own["case"], own["version"], data["hash"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        if tuple(map(type, found)) == (str, int, str):
            yield found


def _own(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunked(ids):
        for row in connection.execute(select(cases).where(cases.c.id.in_(chunk))):
            found[row.id] = {name: getattr(row, name) for name in _CASE if name != "parent" or row.parent}
    return found


def _clear(connection: Connection) -> int:
    """Return how many events were recorded before private values were kept apart."""
    kept = connection.execute(select(meta.c.value).where(meta.c.name == CLEAR_EVENTS)).scalar()
    return int(kept or 0)


def _private(connection: Connection, rows: Sequence[Any]) -> dict[tuple[str, int], list[PrivateRow]]:
    sealed = {(row.case_id, row.version) for row in rows if SEALED in row.data}
    found: dict[tuple[str, int], list[PrivateRow]] = {}
    for chunk in chunked(list(dict.fromkeys(case for case, _ in sealed))):
        for value in private_rows(connection, chunk):
            if (value.case_id, value.version) in sealed:
                found.setdefault((value.case_id, value.version), []).append(value)
    return found


def _event_line(row: Any, *, hashes_only: bool) -> str:
    if hashes_only:
        return written(
            {
                "case": row.case_id,
                "hash": row.hash,
                "previous": row.previous,
                "seq": row.seq,
                "version": row.version,
            }
        )
    text = event_text(
        row.case_id,
        row.version,
        row.step,
        row.state,
        row.actor,
        row.post,
        row.day,
        row.data,
        row.published,
        row.rules,
        row.key or "",
        row.behalf,
        row.effects,
    )
    return (
        f'{{"entered":{_quoted(row.entered)},"event":{text},"hash":{_quoted(row.hash)},'
        f'"previous":{_quoted(row.previous)},"seq":{row.seq}}}'
    )


def _checkpoint_line(row: Any) -> str:
    text = checkpoint_text(row.size, row.root, row.algorithm, row.entered, row.previous, row.beside)
    return f'{{"checkpoint":{text},"hash":{_quoted(row.hash)}}}'
