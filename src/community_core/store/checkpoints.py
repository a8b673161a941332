"""Checkpoints: the whole record as one growing hash tree, whose size and root are kept, published and verified.

The tree is that of RFC 6962 over the hashes of all events in the order of their sequence numbers. Each checkpoint
also carries the hash of the one before it, and says what it covers beside the events: see
:mod:`~community_core.store.beside`. What lies after the last checkpoint is not covered by any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, delete, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from community_core.base.errors import StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.instruments.merkle import ALGORITHM, Frontier, Hash, hasher
from community_core.ports.store import Checkpoint, KnownRoot
from community_core.store.beside import grown, reached, verify_beside
from community_core.store.counting import next_ids
from community_core.store.records import checkpoint_hash, moment_text, shown
from community_core.store.schema import checkpoint_cases, checkpoints, counters, events

CHUNK: Final = 5000
COUNTER: Final = "checkpoint"
ALGORITHMS: Final = ("sha256", "sm3", "sha384", "sha512", "sha3_256")


def append_checkpoint(connection: Connection, entered: dt.datetime, algorithm: str = ALGORITHM) -> Checkpoint | None:
    """Append a checkpoint over all events so far; see :meth:`SqlStore.checkpoint`. A writer's lock is held."""
    row = _last_row(connection)
    last = None if row is None else _checkpoint(row)
    frontier, used = Frontier(), algorithm
    if last is not None:
        used = last.algorithm
        frontier = _read_frontier(last, row.frontier)
    hash_ = hasher(used)
    start = frontier.size
    for page in _leaves(connection, start, None):
        if page[0][0] != frontier.size + 1 or page[-1][0] != frontier.size + len(page):
            raise _go_and_verify(frontier.size)
        frontier = frontier.grown((entry(kept) for _, kept in page), hash_)
    beside = grown(connection, covered_beside(connection)) if frontier.size else ""
    if frontier.size == start and not beside:
        return last
    previous = "" if last is None else last.hash
    moment = moment_text(entered)
    root = rooted(used, frontier.root(hash_))
    made = checkpoint_hash(frontier.size, root, used, moment, previous, beside)
    connection.execute(
        insert(checkpoints),
        {
            "number": next_ids(connection, COUNTER, 1)[0],
            "size": frontier.size,
            "root": root,
            "algorithm": used,
            "frontier": _frontier_text(frontier),
            "entered": moment,
            "previous": previous,
            "hash": made,
            "beside": beside,
        },
    )
    _note_cases(connection, start, frontier.size)
    return Checkpoint(frontier.size, root, entered.astimezone(dt.UTC), used, made, previous)


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """Return the last checkpoint, or ``None``.

    Raises:
        StoreError: if it cannot be read or was changed.
    """
    row = _last_row(connection)
    return None if row is None else _checkpoint(row)


def covered_beside(connection: Connection) -> dict[str, int]:
    """Return how far checkpoints cover each part of what is kept beside the events."""
    kept = connection.execute(select(checkpoints.c.beside).order_by(checkpoints.c.number))
    return reached(list(kept.scalars()))


def _last_row(connection: Connection) -> Any:
    return connection.execute(select(checkpoints).order_by(checkpoints.c.number.desc()).limit(1)).first()


def _checkpoint(row: Any) -> Checkpoint:
    try:
        entered = dt.datetime.fromisoformat(row.entered)
    except (ValueError, TypeError):
        raise _go_and_verify(row.size) from None
    if not _as_written(row):
        raise _go_and_verify(row.size)
    return Checkpoint(row.size, row.root, entered, row.algorithm, row.hash, row.previous)


def _as_written(row: Any) -> bool:
    """Whether the row of a checkpoint has the hash that is kept."""
    told = row.size, row.root, row.algorithm, row.entered, row.previous, row.beside
    try:
        return bool(checkpoint_hash(*told) == row.hash)
    except (TypeError, ValueError, RecursionError):
        return False


def entry(kept: str) -> bytes:
    """Return the bytes of an event's hash, which are its entry in the tree; what is no hash stands as its text."""
    try:
        return bytes.fromhex(kept.partition(":")[2])
    except (ValueError, AttributeError):
        return str(kept).encode("utf-8", "backslashreplace")


def rooted(algorithm: str, root: bytes) -> str:
    """Return a root as it is written: ``sha256:…``."""
    return f"{algorithm}:{root.hex()}"


@frozen
class _Kept:
    """A checkpoint as its row has it, readable or not."""

    size: int
    root: str
    algorithm: str
    frontier: str
    hash: str
    beside: str


def verify_checkpoints(connection: Connection, roots: Sequence[KnownRoot] = ()) -> Iterator[Finding]:
    """Yield what the checkpoints, and the *roots* that somebody knows from elsewhere, show to be wrong."""
    kept: list[_Kept] = []
    yield from _rows(connection, kept)
    broken = yield from _trees(connection, kept, roots)
    known = {text for item in kept for text in (item.root, item.hash)}
    for given in roots:
        if given.size is None and given.root not in known:
            yield root_unknown(given.root)
    yield from _gone(connection)
    if not broken:
        yield from _noted(connection, kept[-1].size if kept else 0)
    yield from verify_beside(connection, [(item.size, item.beside) for item in kept])


def root_unknown(root: str) -> Finding:
    """Return the finding that no checkpoint has *root*, or the hash *root*."""
    return finding(
        "root-unknown",
        f"没有根或散列值为 {root} 的检查点：记录被改写过，或在该检查点之前作出，或者给出的值有误",
        f"no checkpoint has the root or hash {root}: the record was rewritten, this was made before that checkpoint, "
        "or the value is not one of this record",
        root=root,
    )


def root_differs(size: int, given: str, made: str) -> Finding:
    """Return the finding that the record up to *size* has another root than somebody knows."""
    return finding(
        "root-differs",
        f"前 {size} 条记录的根应是 {given}，实为 {made}：其中有记录被改动、删除或换序",
        f"the first {size} events have the root {made} and not {given}: one of them was changed, removed or moved",
        size=size,
        root=given,
    )


def root_beyond(size: int, given: str, have: int) -> Finding:
    """Return the finding that there are no *size* events, of which somebody knows the root, but only *have*."""
    return finding(
        "root-differs",
        f"给出的根 {given} 覆盖前 {size} 条记录，这里只有 {have} 条：在该检查点之前作出，或者末尾的记录被删除",
        f"the root {given} covers the first {size} events, and there are {have}: this was made before that checkpoint, "
        "or its end was cut off",
        size=size,
        root=given,
    )


def checkpoint_found(code: str, size: object, zh: str, en: str, after: int = 0) -> Finding:
    """Return a finding about the checkpoint of that size."""
    zh, en = f"第 {size} 条记录处的检查点{zh}", f"the checkpoint at event {size} {en}"
    return finding(code, zh, en, size=size, after=after)


def changed_checkpoint(size: object) -> Finding:
    """Return the finding that a checkpoint was changed."""
    return checkpoint_found(
        "checkpoint-changed", size, "与其哈希不符，已被改动", "has another hash than is kept: it was changed"
    )


def removed_checkpoint(size: object) -> Finding:
    """Return the finding that a checkpoint before the one at *size* was removed."""
    return checkpoint_found(
        "checkpoint-missing",
        size,
        "不接在前一个之后：有检查点被删除、替换或插入",
        "does not follow the one before it: a checkpoint was removed, replaced or inserted",
    )


def broken_checkpoint(after: int, size: int, have: int) -> Finding:
    """Return the finding that the events after *after*, up to *size*, are not those that a checkpoint covered."""
    if have < size:
        return checkpoint_found(
            "checkpoint-short",
            size,
            f"之后只剩 {have} 条记录：有 {size - have} 条被删除",
            f"covers more events than are left ({have}): {size - have} were removed",
            after,
        )
    return checkpoint_found(
        "checkpoint-broken",
        size,
        f"的根与记录不符：总序第 {after + 1} 至 {size} 条之间有记录被改动、删除、插入或换序",
        f"has another root than the events have: between event {after + 1} and {size} of the whole record one was "
        "changed, removed, inserted or moved",
        after,
    )


def _rows(connection: Connection, kept: list[_Kept]) -> Iterator[Finding]:
    previous, number = "", 0
    rows = connection.execute(select(checkpoints).order_by(checkpoints.c.number)).all()
    for row in rows:
        follows = row.previous == previous
        if not _as_written(row) or (follows and row.number != number + 1) or row.algorithm not in ALGORITHMS:
            yield changed_checkpoint(shown(row.size))
        if not follows:
            yield removed_checkpoint(shown(row.size))
        if type(row.size) is int and type(row.root) is str and row.algorithm in ALGORITHMS:
            kept.append(_Kept(row.size, row.root, row.algorithm, row.frontier, row.hash, row.beside))
        previous, number = row.hash, row.number
    last = kept[-1].size if kept else 0
    given = connection.execute(select(counters.c.value).where(counters.c.name == COUNTER)).scalar() or 0
    if given != len(rows):
        yield finding(
            "checkpoint-missing",
            f"作过 {given} 个检查点，现有 {len(rows)} 个：有检查点被删除或插入",
            f"{given} checkpoints were made and there are {len(rows)}: one was removed or inserted",
            size=last,
        )
    covered = connection.execute(select(func.max(checkpoint_cases.c.size))).scalar()
    if type(covered) is int and covered > last:
        yield finding(
            "checkpoint-missing",
            f"有办件记在第 {covered} 条处的检查点之下，但最后的检查点在第 {last} 条处：后面的检查点被删除",
            f"cases are noted under a checkpoint at event {covered}, and the last one is at {last}: "
            "the checkpoints after it were removed",
            size=covered,
        )


def _trees(connection: Connection, kept: Sequence[_Kept], roots: Sequence[KnownRoot]) -> Generator[Finding, None, bool]:
    """Compare the events with each checkpoint and each known root; return whether a checkpoint does not hold."""
    wanted: dict[int, list[_Kept | KnownRoot]] = {}
    for own in kept:
        wanted.setdefault(own.size, []).append(own)
    for known in roots:
        if known.size is not None:
            wanted.setdefault(known.size, []).append(known)
    names = {item.algorithm for item in kept} | {item.root.partition(":")[0] for item in roots if item.size is not None}
    hashes = {name: hasher(name) for name in sorted(names) if name in ALGORITHMS}
    trees = {name: Frontier() for name in hashes}
    good, done, broken = 0, 0, False
    leaves = _leaves(connection, None, max(wanted, default=0) if hashes else 0)
    entries = (entry(kept) for page in leaves for _, kept in page)
    for size in sorted(wanted):
        part = list(islice(entries, max(0, size - done)))
        done += len(part)
        trees = {name: tree.grown(part, hashes[name]) for name, tree in trees.items()}
        for item in wanted[size]:
            name = item.root.partition(":")[0] if isinstance(item, KnownRoot) else item.algorithm
            made = rooted(name, trees[name].root(hashes[name])) if name in trees and done == size else ""
            if isinstance(item, KnownRoot):
                if done < size:
                    yield root_beyond(size, item.root, done)
                elif made != item.root:
                    yield root_differs(size, item.root, made or "—")
            elif made == item.root:
                good = size
                if item.frontier != _frontier_text(trees[name]):
                    yield changed_checkpoint(size)
            elif not broken:
                broken = True
                yield broken_checkpoint(good, size, done)
    leaves.close()
    return broken


def _gone(connection: Connection) -> Iterator[Finding]:
    """Name each case of which events are gone that a checkpoint covered."""
    left = select(func.max(events.c.version)).where(events.c.case_id == checkpoint_cases.c.case_id).scalar_subquery()
    query = select(checkpoint_cases.c.case_id, checkpoint_cases.c.version, left.label("left")).where(
        func.coalesce(left, 0) < checkpoint_cases.c.version
    )
    for case, version, last in connection.execute(query.order_by(checkpoint_cases.c.case_id)).all():
        name = shown(case)
        if last is None:
            yield finding(
                "covered-case-missing",
                f"办件 {name} 有 {version} 条记录在检查点之内，现已全部不见：整个办件被删除",
                f"case {name} had {version} events under a checkpoint and has none: the whole case was removed",
                case=name,
                version=version,
            )
        else:
            yield finding(
                "covered-events-missing",
                f"办件 {name} 在检查点之内有 {version} 条记录，现只到第 {last} 条：末尾的记录被删除",
                f"case {name} had {version} events under a checkpoint and ends with event {last}: its end was cut off",
                case=name,
                version=version,
                last=last,
            )


def _noted(connection: Connection, size: int) -> Iterator[Finding]:
    """Compare the notes about cases with the events, which are known to be those that were covered."""
    last = (
        select(func.max(events.c.version))
        .where(events.c.case_id == checkpoint_cases.c.case_id, events.c.seq <= size)
        .scalar_subquery()
    )
    seq = (
        select(events.c.seq)
        .where(events.c.case_id == checkpoint_cases.c.case_id, events.c.version == checkpoint_cases.c.version)
        .correlate(checkpoint_cases)
        .scalar_subquery()
    )
    sizes = select(func.min(checkpoints.c.size)).where(checkpoints.c.size >= seq)
    under = sizes.correlate(checkpoint_cases).scalar_subquery()
    wrong = select(checkpoint_cases.c.case_id).where(
        (func.coalesce(last, 0) != checkpoint_cases.c.version) | (func.coalesce(under, 0) != checkpoint_cases.c.size)
    )
    unnoted = (
        select(events.c.case_id)
        .where(
            events.c.seq <= size,
            ~select(literal(1)).where(checkpoint_cases.c.case_id == events.c.case_id).exists(),
        )
        .distinct()
    )
    for (case,) in (*connection.execute(wrong).all(), *connection.execute(unnoted).all()):
        name = shown(case)
        yield finding(
            "checkpoint-note-differs",
            f"检查点对办件 {name} 的登记与记录不符：登记被改动或删除",
            f"what the checkpoints note about case {name} differs from its events: the note was changed or removed",
            case=name,
        )


def _note_cases(connection: Connection, after: int, size: int) -> None:
    rows = (
        select(events.c.case_id, func.max(events.c.version), literal(size))
        .where(events.c.seq > after, events.c.seq <= size)
        .group_by(events.c.case_id)
    )
    names = ["case_id", "version", "size"]
    if connection.dialect.name in ("sqlite", "postgresql"):
        new = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(checkpoint_cases)
        put = new.from_select(names, rows)
        connection.execute(
            put.on_conflict_do_update(
                index_elements=["case_id"], set_={"version": new.excluded.version, "size": new.excluded.size}
            )
        )
        return
    touched = select(events.c.case_id).where(events.c.seq > after, events.c.seq <= size)
    connection.execute(delete(checkpoint_cases).where(checkpoint_cases.c.case_id.in_(touched)))
    connection.execute(insert(checkpoint_cases).from_select(names, rows))


def _leaves(connection: Connection, after: int | None, most: int | None) -> Generator[Sequence[Any], None, None]:
    """Yield pages of sequence numbers and hashes: of events numbered above *after*, and not more than *most*."""
    query = select(events.c.seq, events.c.hash).order_by(events.c.seq)
    if after is not None:
        query = query.where(events.c.seq > after)
    if most is not None:
        query = query.limit(max(0, most))
    result = connection.execute(query, execution_options={"yield_per": CHUNK})
    try:
        yield from result.partitions()
    finally:
        result.close()


def _frontier_text(frontier: Frontier) -> str:
    return ",".join(peak.hex() for peak in frontier.peaks)


def _read_frontier(last: Checkpoint, text: str) -> Frontier:
    try:
        found = Frontier(last.size, tuple(bytes.fromhex(part) for part in text.split(",")))
    except (ValueError, TypeError):
        raise _go_and_verify(last.size) from None
    hash_: Hash = hasher(last.algorithm)
    if rooted(last.algorithm, found.root(hash_)) != last.root:
        raise _go_and_verify(last.size)
    return found


def _go_and_verify(size: object) -> StoreError:
    return StoreError(
        Label(
            f"第 {size} 条记录前后被改动过，不能作检查点；请运行 verify 查明",
            f"the record was changed near event {size} and no checkpoint is made; run verify to find out",
        )
    )
