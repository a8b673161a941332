"""The store on SQLAlchemy Core: append-only events, cases, rule texts; what a step may do is decided above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    bindparam,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.codec.texts import digest as digest_of
from community_core.ports.keys import KeyRing
from community_core.ports.store import Conflict, NeededFunction, StoredCase, StoredEvent, Tally, new_case
from community_core.procedures.events import Case, Event
from community_core.store.appending import add, append, chunked, last_hashes, replace
from community_core.store.connections import Spare, Synchronous, Transactions, Unit, make_engine
from community_core.store.counting import next_ids
from community_core.store.delegations import SqlDelegations
from community_core.store.delivering import Delivery, deliver, drop_waiting, waiting
from community_core.store.electoral_rolls import SqlElectoralRolls
from community_core.store.failures import checked
from community_core.store.migrating import demand_tables, is_current, upgrade
from community_core.store.operations import SqlOperations
from community_core.store.overviews import tally
from community_core.store.private import erase_values, lookup_of_events, lookup_of_states
from community_core.store.records import (
    case_row,
    functions_text,
    genesis,
    kept_state,
    read_functions,
    safe,
    snapshot_row,
    stored_case,
    stored_event,
)
from community_core.store.register_reads import SqlRegisterReads
from community_core.store.register_rows import SqlRegisterRows
from community_core.store.registers import SqlRegisters
from community_core.store.resuming import ByCase, kept_at_the_end
from community_core.store.schema import STATE, rule_texts
from community_core.store.schema import cases as case_table
from community_core.store.schema import events as event_table
from community_core.store.schema import meta as meta_table
from community_core.store.schema import snapshots as snapshot_table
from community_core.store.sealing import WITHOUT_KEYS, Sealing

if TYPE_CHECKING:
    from community_core.ports.store import Store

T = TypeVar("T")
PAGE: Final = 1000

# Statements that every step needs are made once: making one takes longer than asking it.
_CASES: Final = ByCase.of(lambda which: select(case_table).where(which), case_table.c.id)
_EVENTS: Final = ByCase.of(
    lambda which: select(event_table).where(which).order_by(event_table.c.case_id, event_table.c.version),
    event_table.c.case_id,
)
_KEPT_RULES: Final = select(rule_texts.c.hash).where(rule_texts.c.hash == bindparam("digest"))


def open_store(
    where: str | Path | URL | Engine | Connection,
    *,
    timeout: float = 30.0,
    synchronous: Synchronous = "FULL",
    keys: KeyRing | None = None,
    salts: Callable[[], bytes] | None = None,
    create: bool = True,
) -> SqlStore:
    """Open the store in a database, creating or upgrading its tables.

    Args:
        where: a file path or ``:memory:`` (SQLite) or a database URL, which get an engine of ours; an ``Engine`` of
            the caller, on which each unit of work is a transaction of ours; or an open ``Connection`` of the caller,
            whose transaction is never begun by us where he has one, never committed, rolled back or repeated: a unit
            of work is a savepoint in it. (Where he has none, one begins as with any statement, and is his to end.)
        timeout: seconds to wait for another writer (SQLite, PostgreSQL), for an engine of ours.
        synchronous: SQLite's setting for an engine of ours. ``FULL`` loses nothing that was acknowledged, even when
            power fails; ``NORMAL`` may then lose the last units of work.
        keys: the keys that sensitive values are encrypted with; without them, new ones are kept in clear in their
            table, and those that were encrypted are not to hand.
        salts: gives the salt of each commitment, 16 random bytes or more; the system's source unless given.
        create: whether a database without the tables gets them; a reader of records would make one out of any file.

    Raises:
        StoreError: if the database cannot be opened, lacks the tables while they are not to be made, or has newer ones.
    """
    ours = not isinstance(where, (Engine, Connection))
    target = (
        where
        if isinstance(where, (Engine, Connection))
        else make_engine(where, timeout=timeout, synchronous=synchronous)
    )
    transactions = Transactions(target, Spare.of(target) if ours and isinstance(target, Engine) else None)
    try:
        with transactions.reading() as connection, checked():
            current = is_current(connection)
            if not current and not create:
                demand_tables(connection)
        if not current:
            upgrade(target)
    except BaseException:
        if ours and isinstance(target, Engine):
            target.dispose()
        raise
    sealing = Sealing(keys) if salts is None else Sealing(keys, salts)
    store = SqlStore(transactions, dispose=ours, sealing=sealing)
    _fits: Store = store  # the type checker holds the store to its port; inheriting would hide a method left out
    return store


class SqlStore(SqlRegisters, SqlDelegations, SqlRegisterRows, SqlRegisterReads, SqlElectoralRolls, SqlOperations):
    """The :class:`~community_core.ports.store.Store` in a database; made by :func:`open_store`.

    A writing call outside of :meth:`begin` is a unit of work of its own. On an engine, threads may share one store
    (an in-memory one belongs to one thread); on a connection it belongs to whoever has the connection.
    """

    def __init__(self, transactions: Transactions, *, dispose: bool = False, sealing: Sealing = WITHOUT_KEYS) -> None:
        super().__init__(transactions)
        self._sealing = sealing
        self._dispose = dispose
        self._texts: set[str] = set()

    @property
    def ours(self) -> bool:
        """Whether units of work are transactions of ours (an engine), not savepoints in the caller's (a connection)."""
        return self._transactions.ours

    def begin(self) -> AbstractContextManager[object]:
        """One unit of work: all of it or nothing; a unit inside a unit is part of the outer one.

        One writer is let in at a time (SQLite: ``BEGIN IMMEDIATE``; elsewhere the lock of one row), so what is read
        in it still holds when it writes.

        Raises:
            StoreError: if the database is locked past the timeout, full, or lost; nothing is half done.
        """
        return self._transactions.begin()

    def run(self, work: Callable[[], T]) -> T:
        """Do *work* in one unit of work and return what it returns.

        Where the database gives the unit up for another one (PostgreSQL: serialisation failure, deadlock), it is
        done again from the start, a few times; so *work* must have no effects outside of the store. In a caller's
        transaction nothing is repeated.

        Raises:
            StoreError: as for :meth:`begin`.
        """
        return self._transactions.run(work)

    def close(self) -> None:
        """Close the engine of ours; a caller's engine or connection stays as it is."""
        if self._dispose:
            self._transactions.release()
            self._transactions.engine.dispose()

    def add_case(self, case: StoredCase) -> None:
        """Keep a new case.

        Raises:
            Conflict: if a case of that id is kept already.
        """
        self.add_cases((case,))

    def add_cases(self, cases: Iterable[StoredCase]) -> None:
        """Keep new cases, in one statement for all.

        Raises:
            Conflict: if a case of one of these ids is kept already; none is kept then.
        """
        new = list(cases)
        rows = [case_row(case) for case in new]
        if not rows:
            return
        with self._unit() as unit, checked():
            try:
                add(unit.connection, case_table, rows)
                unit.heads.update((case.id, (0, genesis(case))) for case in new)
            except IntegrityError as error:
                raise Conflict(
                    Label("同号办件已经存在；本次没有写入", "a case of that id is kept already; nothing was written")
                ) from error

    def next_id(self, procedure: str, year: int) -> str:
        """Return the next case id of *procedure* in *year*: ``core.hearing.hearing-2006-000001``.

        Counted in the unit of work: one that is given up leaves no hole.
        """
        return self.next_ids(procedure, year, 1)[0]

    def next_ids(self, procedure: str, year: int, count: int) -> Sequence[str]:
        """Return the next *count* case ids of *procedure* in *year*."""
        with self._writing() as connection, checked():
            numbers = next_ids(connection, f"case:{procedure}:{year}", count)
        return tuple(f"{procedure}-{year:04d}-{number:06d}" for number in numbers)

    def append(
        self,
        events: Sequence[Event],
        expected: Mapping[str, int],
        entered: dt.datetime,
        states: Sequence[Case] = (),
    ) -> Sequence[StoredEvent]:
        """Append events of any number of cases; *expected* gives the version of each case before them.

        *states* are the cases as they stand after all of them, each once, kept as by :meth:`snapshots`.

        Raises:
            Conflict: if a case has moved on in the meantime, or an idempotency key is recorded already; nothing of
                the call is written.
            StoreError: if a case is unknown, its versions do not follow each other, *entered* has no time zone, or a
                value has half a character or more digits than Python writes.
            CodecError: if another value cannot be kept.
        """
        if not events:
            return ()
        with self._unit() as unit, checked():
            return append(unit, events, expected, entered, states, self._sealing)

    def case(self, case_id: str) -> StoredCase | None:
        """Return what is kept of a case, or ``None``."""
        row = self._one(select(case_table).where(case_table.c.id == case_id))
        return None if row is None else stored_case(row)

    def cases(self, *, procedure: str = "", place: str = "") -> Iterator[StoredCase]:
        """Yield cases in the order of their ids, read in pages: a case added meanwhile may or may not be among them."""
        for rows in self._pages(_narrowed(select(case_table), procedure, place)):
            yield from map(stored_case, rows)

    def events(self, case_id: str) -> Sequence[StoredEvent]:
        """Return the events of a case in order."""
        query = select(event_table).where(event_table.c.case_id == case_id).order_by(event_table.c.version)
        with self._transactions.reading() as connection, checked():
            return self._events(connection, connection.execute(query).all())

    def _events(self, connection: Connection, rows: Sequence[Any]) -> tuple[StoredEvent, ...]:
        lookup = lookup_of_events(connection, rows, self._sealing)
        return tuple(stored_event(row, lookup) for row in rows)

    def follow_ups(self, case_id: str) -> Sequence[StoredCase]:
        """Return the cases that a step of this one opened, in the order of their ids."""
        # Their ids go on from their parent's, so that the primary key finds them among millions.
        within = (case_table.c.id > f"{case_id}.", case_table.c.id < f"{case_id}/")
        query = select(case_table).where(*within, case_table.c.parent == case_id).order_by(case_table.c.id)
        with self._transactions.reading() as connection, checked():
            return tuple(stored_case(row) for row in connection.execute(query))

    def load(self, case_ids: Sequence[str]) -> Mapping[str, tuple[StoredCase, Sequence[StoredEvent]]]:
        """Return several cases with their events in order; an id that is not kept is left out."""
        loaded: dict[str, tuple[StoredCase, list[StoredEvent]]] = {}
        with self._transactions.reading() as connection, checked():
            for chunk in chunked(list(dict.fromkeys(case_ids)), PAGE):
                loaded.update((row[0], (stored_case(row), [])) for row in _CASES.rows(connection, chunk))
                for item in self._events(connection, _EVENTS.rows(connection, chunk)):
                    if item.event.case in loaded:
                        loaded[item.event.case][1].append(item)
        return {case_id: loaded[case_id] for case_id in case_ids if case_id in loaded}

    def resume(self, case_ids: Sequence[str]) -> Mapping[str, tuple[Case, Sequence[StoredEvent]]]:
        """Return cases with the events that are still to be folded into them; an id that is not kept is left out.

        Most are the present state as it was kept, and no events. A kept state that does not stand after the last
        event of the chain, or is not as it was written, is not gone by: then it is the new case and all of its events.
        Its hash is no secret: that a state written by somebody who knows how agrees with the events is for
        :meth:`verify` to find.
        """
        found: dict[str, tuple[Case, Sequence[StoredEvent]]] = {}
        heads: dict[str, tuple[int, str]] = {}
        with self._transactions.reading() as connection, checked():
            for chunk in chunked(list(dict.fromkeys(case_ids)), PAGE):
                for case, head in kept_at_the_end(connection, chunk, self._sealing).values():
                    found[case.id] = (case, ())
                    heads[case.id] = (case.version, head)
        others = [case_id for case_id in case_ids if case_id not in found]
        for own, events in self.load(others).values() if others else ():
            found[own.id] = (new_case(own), events)
            heads.update((item.event.case, (item.event.version, item.hash)) for item in events[-1:])
        if self._transactions.unit is not None:
            # What is read under the lock stays so until it ends: appending need not ask again.
            self._transactions.unit.heads.update(heads)
        return found

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, StoredEvent]:
        """Return the events recorded under several idempotency keys, by key; an unused key is left out."""
        found: dict[str, StoredEvent] = {}
        with self._transactions.reading() as connection, checked():
            for chunk in chunked([key for key in dict.fromkeys(keys) if key], PAGE):
                rows = connection.execute(select(event_table).where(event_table.c.key.in_(chunk))).all()
                found.update((item.event.key, item) for item in self._events(connection, rows))
        return found

    def by_key(self, key: str) -> StoredEvent | None:
        """Return the event recorded under an idempotency key, or ``None``."""
        return self.by_keys((key,)).get(key)

    def erase(self, case_id: str, values: Iterable[tuple[int, str]]) -> None:
        """Remove private values of a case for good, by version and field; the event that says so goes before it."""
        with self._writing() as connection, checked():
            erase_values(connection, case_id, values)

    def keep_rules(self, digest: str, text: str, functions: Sequence[NeededFunction] = ()) -> None:
        """Keep a rule text by its content hash, and where its functions come from; a second time changes nothing.

        Raises:
            StoreError: if *digest* is not the hash of *text*.
        """
        if digest in self._texts:
            return
        safe(text)
        if digest_of(text) != digest:
            raise StoreError(
                Label(f"规则文本的哈希不是 {digest}", f"the hash of the rule text is not {digest}; take codec.digest")
            )
        with self._unit() as unit, checked():
            if unit.connection.execute(_KEPT_RULES, {"digest": digest}).first() is None:
                row = {"hash": digest, "text": text, "functions": functions_text(digest, functions)}
                unit.connection.execute(insert(rule_texts), row)
                unit.texts.add(digest)
            elif self.ours and digest not in unit.texts:
                # Another unit wrote it and was committed; texts are never removed.
                self._texts.add(digest)

    def rules(self, digest: str) -> str | None:
        """Return the rule text kept under *digest*, or ``None``."""
        row = self._one(select(rule_texts.c.text).where(rule_texts.c.hash == digest))
        return None if row is None else str(row.text)

    def functions(self, digest: str) -> Sequence[NeededFunction]:
        """Return the Python functions that the rule text needs, as they were installed when it was kept."""
        row = self._one(select(rule_texts.c.functions).where(rule_texts.c.hash == digest))
        return () if row is None else read_functions(digest, row.functions)

    def snapshot(self, case: Case) -> None:
        """Keep a case's present state for lists; the events remain the truth."""
        self.snapshots((case,))

    def snapshots(self, cases: Iterable[Case], heads: Mapping[str, str] | None = None) -> None:
        """Keep the present states of cases, in one statement for all; of a case given twice the last one counts.

        *heads* gives, by case, the hash of the event that it is the state after, which is looked up unless given:
        :meth:`resume` goes by it.
        """
        states = {case.id: case for case in cases}
        if not states:
            return
        with self._unit() as unit, checked():
            known = last_hashes(unit, states) if heads is None else heads
            rows = [snapshot_row(case, known.get(case.id, "")) for case in states.values()]
            replace(unit.connection, snapshot_table, rows)

    def state(self, case_id: str) -> Case | None:
        """Return the kept present state of a case, or ``None``."""
        row = self._one(_present().where(case_table.c.id == case_id))
        return None if row is None else next(self._states([row]))

    def _states(self, rows: Sequence[Any]) -> Iterator[Case]:
        with self._transactions.reading() as connection, checked():
            lookup = lookup_of_states(connection, rows, self._sealing)
        for row in rows:
            yield kept_state(row, lookup)

    def open_states(self, *, procedure: str = "", place: str = "") -> Iterator[Case]:
        """Yield the kept present states of cases that have not ended, in the order of their ids, read in pages."""
        query = _narrowed(_present().where(snapshot_table.c.ended == ""), procedure, place)
        for rows in self._pages(query):
            yield from self._states(rows)

    def tally(self) -> Sequence[Tally]:
        """Return how many cases stand where, by procedure, rule text, place, state and latest step."""
        return tally(self._transactions)

    def deliver(self, observer: Callable[[Event], object]) -> Delivery:
        """Give *observer* every committed event that it has not been given yet: at least once, each case's in order.

        An observer that raises is named in a finding; the events of that case wait for the next delivery, other
        cases go on. In a caller's transaction, or inside a unit of work, nothing is committed yet and nothing is
        delivered: deliver later, from a store on the engine.
        """
        return deliver(self._transactions, observer)

    def waiting(self) -> int:
        """Return how many events wait for observers.

        Each event waits from the commit on until it is delivered, also where there is no observer yet: the first one
        that there is will be told of all.
        """
        return waiting(self._transactions)

    def drop_waiting(self, before: dt.datetime) -> int:
        """Let no event wait any more that was entered before a moment, and return how many it was.

        For a store that has no observers, or whose observers need not be told of what is old: nobody will be told of
        these events. Where the clock went back, an event that was recorded after one that stays, stays too: what is
        told of a case is told in order, and without a gap after its first. They are counted as told.
        """
        return drop_waiting(self._transactions, before)

    def meta(self, name: str) -> str | None:
        """Return a small value kept under *name*, or ``None``."""
        row = self._one(select(meta_table.c.value).where(meta_table.c.name == name))
        return None if row is None else str(row.value)

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small value under *name*, in place of what was there."""
        safe(name, value)
        with self._writing() as connection, checked():
            replace(connection, meta_table, [(name, value)])

    def _unit(self) -> AbstractContextManager[Unit]:
        """The unit of work that this thread is in; outside of one, a unit for this block."""
        unit = self._transactions.unit
        return self._own_unit() if unit is None else nullcontext(unit)

    @contextmanager
    def _own_unit(self) -> Iterator[Unit]:
        with self._transactions.begin():
            unit = self._transactions.unit
            assert unit is not None  # noqa: S101 - it has just begun
            yield unit

    def _one(self, query: Select[Any]) -> Any:
        with self._transactions.reading() as connection, checked():
            return connection.execute(query).first()

    def _pages(self, query: Select[Any]) -> Iterator[Sequence[Any]]:
        """Yield rows by the page, in the order of case ids; no cursor stays open while the reader works, and writes."""
        after = ""
        while True:
            page = query.where(case_table.c.id > after).order_by(case_table.c.id).limit(PAGE)
            with self._transactions.reading() as connection, checked():
                rows = connection.execute(page).all()
            yield rows
            if len(rows) < PAGE:
                return
            after = rows[-1].id


def _narrowed(query: Select[Any], procedure: str, place: str) -> Select[Any]:
    if procedure:
        query = query.where(case_table.c.procedure == procedure)
    return query.where(case_table.c.place == place) if place else query


def _present() -> Select[Any]:
    return select(*STATE).join(snapshot_table, snapshot_table.c.case_id == case_table.c.id)
