"""Verify the whole record: chains, snapshots, rule texts, sequence, and what else is kept; it repairs nothing."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, Select, bindparam, func, select, union
from sqlalchemy.exc import DatabaseError, OperationalError

from community_core.base.collecting import uncollected
from community_core.base.findings import Finding, finding
from community_core.base.ranks import Privacy
from community_core.codec.texts import digest
from community_core.ports.store import KnownRoot
from community_core.procedures.events import ERASE, Case, Event
from community_core.store.checkpoints import verify_checkpoints
from community_core.store.delivering import verify_outbox
from community_core.store.electoral_rolls import verify_rolls
from community_core.store.following import verify_following
from community_core.store.numbering import bound, verify_numbers
from community_core.store.private import Expected, PrivateCheck, private_rows, without_case
from community_core.store.records import (
    NOTHING,
    event_found,
    event_hash,
    event_text,
    moved_rules,
    row_genesis,
    shown,
    state_hash,
    steps_text,
    takers_text,
    whole,
)
from community_core.store.register_commitments import verify_commitments
from community_core.store.register_reads import verify_reads
from community_core.store.schema import (
    OWN,
    SEQUENCE,
    STATE,
    WITHOUT_HEAD,
    cases,
    counters,
    events,
    rule_texts,
    snapshots,
)
from community_core.store.sealing import SEALED, WITHOUT_KEYS, Sealing, marks, state_text, value_text
from community_core.store.written_rows import verify_known, verify_written

CHUNK: Final = 2000
BATCH: Final = 500
_NO_DAY: Final = dt.date.min
#: Verifies the chains, and tells now and then how many events were read.
VerifyChains = Callable[[Connection, Callable[[int], object] | None], Iterator[Finding]]
_read: Final = json.JSONDecoder().raw_decode


@define
class _Chain:
    """One case's events as they stream by; *present* is folded from them, with values and days as JSON has them."""

    case: Any
    first: Any
    hash: Any
    present: Case
    version: int = 0
    seq: int = 0
    sound: bool = True
    same: bool = True
    private: Expected = field(factory=Expected)

    def kept(self) -> tuple[Any, ...]:
        now = self.present
        data = state_text(now.data, now.private, now.withheld, value_text)
        # Days are still texts here.
        steps = steps_text(now.steps)
        days = now.entered or "", now.latest or ""
        return now.state, now.version, *days, data, steps, now.reminded, moved_rules(now), takers_text(now)


def verify(
    connection: Connection,
    roots: Sequence[KnownRoot] = (),
    progress: Callable[[int], object] | None = None,
    sealing: Sealing = WITHOUT_KEYS,
    chains: VerifyChains | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong with the record; see :meth:`SqlStore.verify`.

    *chains* verifies the chains in another way than one after the other.
    """

    def in_turn(connection: Connection, progress: Callable[[int], object] | None) -> Iterator[Finding]:
        return verify_chains(connection, progress, PrivateCheck(sealing))

    given = 0
    try:
        for item in _all(connection, roots, progress, sealing, chains or in_turn):
            given += 1
            yield item
    except OperationalError as error:
        if "could not decode" not in str(error.orig).lower():
            raise
        # Reading broken texts as well takes longer, so it begins only where there are some. The state is the same as
        # before, and so are the findings that were given already.
        with _tolerant(connection):
            yield from islice(_all(connection, roots, progress, sealing, in_turn), given, None)


def _all(
    connection: Connection,
    roots: Sequence[KnownRoot],
    progress: Callable[[int], object] | None,
    sealing: Sealing,
    chains: VerifyChains,
) -> Iterator[Finding]:
    try:
        yield from _file(connection)
        yield from _rule_texts(connection)
        yield from chains(connection, progress)
        yield from _alone(connection)
        yield from without_case(connection)
        yield from _sequence(connection)
        yield from verify_numbers(connection)
        yield from verify_outbox(connection)
        yield from verify_following(connection, sealing)
        yield from verify_written(connection)
        yield from verify_known(connection)
        yield from verify_commitments(connection, sealing)
        yield from verify_checkpoints(connection, roots)
        yield from verify_rolls(connection)
        yield from verify_reads(connection)
    except DatabaseError as error:
        if "malformed" not in str(error.orig):
            raise
        yield _damaged(str(error.orig))


@contextmanager
def _tolerant(connection: Connection) -> Iterator[None]:
    """Read SQLite's texts with broken bytes too: they are what is looked for."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    kept = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = kept


def _file(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(20)").all():
            if said != "ok":
                yield _damaged(str(said))


def _damaged(said: str) -> Finding:
    return finding(
        "store-damaged",
        f"数据库文件已损坏：{said}；请从备份恢复",
        f"the database file is damaged: {said}; restore it from a backup",
    )


def _rule_texts(connection: Connection) -> Iterator[Finding]:
    for rows in _stream(connection, select(rule_texts.c.hash, rule_texts.c.text, rule_texts.c.functions), 10):
        for kept, text, functions in rows:
            if type(text) is not str or shown(text) != text or digest(text) != kept or not whole(kept, functions):
                yield finding(
                    "rule-text-changed",
                    f"规则文本与其哈希 {shown(kept)} 不符，已被改动",
                    f"the rule text kept under {shown(kept)} has another hash: it was changed",
                    hash=shown(kept),
                )
    used = union(select(cases.c.rules), select(events.c.rules)).subquery()
    missing = select(used.c.rules).where(used.c.rules != "", used.c.rules.not_in(select(rule_texts.c.hash)))
    for (kept,) in connection.execute(missing).all():
        yield finding(
            "rule-text-missing",
            f"有办件依据规则文本 {shown(kept)}，但该文本不在库中",
            f"cases run under the rule text {shown(kept)}, which is not kept",
            hash=shown(kept),
        )


_COLUMNS: Final = (
    events.c.seq,
    events.c.case_id,
    events.c.version,
    events.c.step,
    events.c.state,
    events.c.actor,
    events.c.post,
    events.c.behalf,
    events.c.day,
    events.c.data,
    events.c.published,
    events.c.effects,
    events.c.rules,
    events.c.key,
    events.c.entered,
    events.c.previous,
    events.c.hash,
)


# Cases with their kept states, where they have one.
_BESIDE: Final = (
    select(*STATE)
    .select_from(cases)
    .join(snapshots, snapshots.c.case_id == cases.c.id, isouter=True)
    .where(cases.c.id.in_(bindparam("ids", expanding=True)))
)
#: How a case ended is for its procedure to say, which is not known here.
_ENDED: Final = STATE.index(snapshots.c.ended) - OWN
#: How many of them there were from the beginning.
_FIRST_KEPT: Final = 7


def verify_chains(
    connection: Connection,
    progress: Callable[[int], object] | None,
    check: PrivateCheck,
    *,
    after: str | None = None,
    until: str | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong with the chains of all cases, or of those with ids after *after* and up to *until*."""
    done = 0
    reading = _Reading(connection, check)
    query = select(*_COLUMNS).order_by(events.c.case_id, events.c.version)
    query = query if after is None else query.where(events.c.case_id > after)
    query = query if until is None else query.where(events.c.case_id <= until)
    for rows in _stream(connection, query, CHUNK):
        with uncollected():
            found = list(reading.take(rows))
        yield from found
        done += len(rows)
        if progress is not None:
            progress(done)
    yield from reading.end()


class _Reading:
    """Chains as their events stream by, a batch of cases compared with what is kept beside them at a time."""

    def __init__(self, connection: Connection, check: PrivateCheck) -> None:
        self._connection = connection
        self._check = check
        self._chain: _Chain | None = None
        self._batch: list[_Chain] = []
        self._without_head = bound(connection, WITHOUT_HEAD)

    def take(self, rows: Sequence[Any]) -> Iterator[Finding]:
        """Yield what is wrong with the next events, and with the cases that are read to their ends."""
        chain = self._chain
        for row in rows:
            case, version = row[1], row[2]
            if chain is None or case != chain.case:
                if len(self._batch) == BATCH:
                    yield from self.end()
                # What the first event follows is compared with the case; without event 1 there is nothing to compare.
                first = row[15] if version == 1 else None
                chain = _Chain(case, first, row[15], Case(case, "", "", _NO_DAY))
                self._batch.append(chain)
            _take_in(chain, row)
            # Most are as they were written: there is nothing to say of them.
            if not (chain.same and version == chain.version + 1 and row[15] == chain.hash and row[0] > chain.seq):
                yield from _wrong(chain, row)
                if type(version) is not int:
                    # SQLite keeps texts in columns of numbers. What follows it is told as what follows a hole.
                    continue
            chain.version, chain.hash, chain.seq = version, row[16], row[0]
        self._chain = chain

    def end(self) -> Iterator[Finding]:
        """Yield what is wrong with cases that are read to their ends."""
        batch, self._batch = self._batch, []
        yield from _beside(self._connection, batch, self._check, self._without_head)


def _take_in(chain: _Chain, row: Any) -> None:
    """Fold an event into its chain, where it is the *same* as was written."""
    _, case, version, step, state, actor, post, behalf, day, data, published, effects, rules, key, *rest = row
    entered, previous, kept = rest
    try:
        text = event_text(
            case, version, step, state, actor, post, day, data, published, rules, key or "", behalf, effects
        )
        same = event_hash(text, previous, entered) == kept and key != ""
        pairs = _value(data)
        if same:
            private: tuple[tuple[str, Privacy], ...] = ()
            if SEALED in data or step == ERASE:
                chain.private.read(version, step, pairs)
                private = tuple((name, Privacy(mark["class"])) for name, mark in marks(step, pairs))
            chain.present = chain.present.after(
                Event(case, version, step, state, actor, post, day, pairs, (), rules, "", behalf, private)
            )
        # What was published or caused takes part in the hash as it stands; it has to be one JSON value and no more.
        for part in (published, effects):
            if part != NOTHING:
                _value(part)
    except (TypeError, ValueError):
        same = False
    chain.same = same


def _wrong(chain: _Chain, row: Any) -> Iterator[Finding]:
    """Yield what is wrong with an event that was taken in."""
    seq, case, version, previous = row[0], row[1], row[2], row[15]
    if not chain.same:
        chain.sound = False
        yield event_found(
            "event-changed",
            case,
            version,
            "的内容与其哈希不符，已被改动",
            "has another hash than is kept: it was changed",
        )
    if type(version) is not int:
        return
    if version != chain.version + 1:
        chain.sound = False
        yield event_found(
            "event-missing",
            case,
            version,
            f"之前应是第 {version - 1} 条，实际是第 {chain.version} 条：中间的记录被删除或换了次序",
            f"should follow event {version - 1} and follows event {chain.version}: others were removed or moved",
        )
    elif previous != chain.hash:
        yield event_found(
            "chain-broken",
            case,
            version,
            "不接在前一条之后：前一条被替换、插入或换了次序",
            "does not follow the event before it: that one was replaced, inserted or moved",
        )
    if seq <= chain.seq:
        yield event_found(
            "sequence-disordered",
            case,
            version,
            "的总序号不在前一条之后，已被改动",
            "has a sequence number that is not after its predecessor's: it was changed",
        )


def _value(text: str) -> Any:
    """Return the one JSON value that *text* is, with nothing around it.

    Raises:
        ValueError: if it is something else.
    """
    value, end = _read(text)
    if end != len(text):
        raise ValueError(text)
    return value


def _beside(
    connection: Connection, batch: Sequence[_Chain], check: PrivateCheck, without_head: int
) -> Iterator[Finding]:
    """Compare chains with their cases, snapshots and private values.

    The present states of cases whose last event is not numbered above *without_head* may be older than their hashes.
    """
    chains = {chain.case: chain for chain in batch}
    ids = [chain.case for chain in batch if shown(chain.case) == chain.case]
    # By place and not by name: a row takes long to find a column by its name.
    rows = {row[0]: row for row in connection.execute(_BESIDE, {"ids": ids})}
    for chain in batch:
        row = rows.get(chain.case)
        if row is None:
            yield event_found("event-without-case", chain.case, 1, "没有对应的办件", "belongs to no case")
            continue
        try:
            start = row_genesis(row[:OWN])
        except (ValueError, TypeError):
            start = ""
        if chain.first is not None and start != chain.first:
            yield event_found(
                "case-changed",
                chain.case,
                0,
                "的立案记录与首条记录不符：其中之一已被改动",
                "has another record of its own than its first event follows: one of the two was changed",
            )
        if row[OWN] is None:
            yield event_found(
                "snapshot-differs",
                chain.case,
                chain.version,
                "（最后一条）之后的现状不在现状表中，已被删除：办件因此不在待办之列",
                "is the last one, and no present state is kept after it: it was removed, and no list has the case",
            )
        else:
            yield from _snapshot(chain, row[OWN:], without_head)
    for value in private_rows(connection, ids):
        yield from check.row(value, chains[value.case_id].private)
    for chain in batch:
        yield from check.missing(chain.case, chain.private)


def _snapshot(chain: _Chain, told: Sequence[Any], without_head: int) -> Iterator[Finding]:
    state, version = told[:2]
    # Where an event was changed, only what does not hang on its content is compared.
    if not _same_state(chain, told, without_head) if chain.sound else version != chain.version:
        yield event_found(
            "snapshot-differs",
            chain.case,
            chain.version,
            f"（最后一条）与现状表（第 {version} 条，{shown(state)}）不符：末尾的记录被删除，或现状表被改动",
            f"is the last one, and the kept present state says event {version}, state {shown(state)}: "
            "the end of the record was removed, or the present state was changed",
        )


def _same_state(chain: _Chain, told: Sequence[Any], without_head: int) -> bool:
    *row, head = told
    compared = (*row[:_ENDED], *row[_ENDED + 1 :])
    kept = chain.kept()
    try:
        if head == state_hash(chain.hash, (chain.case, *row)):
            return compared == kept
    except (TypeError, ValueError):
        return False
    if head:
        # At first only the event was named.
        return compared == kept and head == chain.hash and chain.seq <= without_head
    # What was kept before there were these columns has nothing in them.
    later = zip(compared[_FIRST_KEPT:], kept[_FIRST_KEPT:], strict=True)
    same = compared[:_FIRST_KEPT] == kept[:_FIRST_KEPT] and all(have in ("", want) for have, want in later)
    return same and chain.seq <= without_head


def _alone(connection: Connection) -> Iterator[Finding]:
    without = select(cases.c.id).where(~select(events.c.seq).where(events.c.case_id == cases.c.id).exists())
    for rows in _stream(connection, without, CHUNK):
        for (case,) in rows:
            yield event_found("case-without-events", case, 0, "没有任何记录", "has no events")
    orphans = select(snapshots.c.case_id).where(~select(cases.c.id).where(cases.c.id == snapshots.c.case_id).exists())
    for rows in _stream(connection, orphans, CHUNK):
        for (case,) in rows:
            yield event_found("snapshot-without-case", case, 0, "有现状而没有办件", "has a present state and no case")


def _sequence(connection: Connection) -> Iterator[Finding]:
    count, least, last = connection.execute(
        select(
            func.count(events.c.seq), func.coalesce(func.min(events.c.seq), 1), func.coalesce(func.max(events.c.seq), 0)
        )
    ).one()
    given = connection.execute(select(counters.c.value).where(counters.c.name == SEQUENCE)).scalar()
    if least != 1 or count != last or given != last:
        yield finding(
            "sequence-gap",
            f"总序号应为 1 至 {given}，实有 {count} 条，自 {least} 至 {last}：有记录被删除，或序号被改动",
            f"sequence numbers should run from 1 to {given}; there are {count} events, from {least} to {last}: "
            "events were removed, or their numbers changed",
            count=count,
            last=last,
            given=given,
        )


def _stream(connection: Connection, query: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    result = connection.execute(query, execution_options={"yield_per": size})
    try:
        yield from result.partitions()
    finally:
        result.close()
