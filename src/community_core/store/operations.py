"""What the keeper of a store does with the record as a whole: verify, bind, export, copy; no step is recorded here."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, func, select

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.instruments.merkle import ALGORITHM
from community_core.ports.store import Checkpoint, Coverage, KnownRoot
from community_core.registers.known import register_of
from community_core.store.backups import copy_checked
from community_core.store.beside import beyond
from community_core.store.chains import verify
from community_core.store.checkpoints import append_checkpoint, covered_beside, last_checkpoint
from community_core.store.connections import Transactions
from community_core.store.exporting import compare, export_lines
from community_core.store.failures import checked
from community_core.store.overviews import head
from community_core.store.parts import Processes, processes_for
from community_core.store.private import count_locked
from community_core.store.register_commitments import count_locked_rows
from community_core.store.schema import events, register_tables
from community_core.store.sealing import Sealing

log = logging.getLogger("community_core.store")


class SqlOperations:
    """Operations over the whole record in the database."""

    _transactions: Transactions
    _sealing: Sealing
    _dispose: bool

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def head(self) -> str:
        """Return a hash over the hashes of all events in the order of their cases: two equal records have one head."""
        return head(self._transactions)

    def checkpoint(self, entered: dt.datetime, *, algorithm: str = ALGORITHM) -> Checkpoint | None:
        """Append a checkpoint over all events that are kept, and over what is kept beside them, and return it.

        Only what is new since the last checkpoint is read. Where nothing is, the last checkpoint is returned and
        nothing is written; over a record without events there is none (``None``). *algorithm* is that of the first
        checkpoint; later ones go on with it.

        Raises:
            StoreError: if the last checkpoint, or the sequence of events after it, was changed: verify first.
        """
        with self._writing() as connection, checked():
            last = last_checkpoint(connection)
            made = append_checkpoint(connection, entered, algorithm)
        if made is not None and made != last:
            extra = {"event": "checkpoint", "size": made.size, "root": made.root}
            log.info("checkpoint over %d events: %s", made.size, made.root, extra=extra)
        return made

    def coverage(self) -> Coverage:
        """Return how much of the record the last checkpoint covers, and how many values are encrypted without a key.

        Raises:
            StoreError: if the last checkpoint was changed: verify finds more.
        """
        with self._transactions.reading() as connection, checked():
            return Coverage(
                self._count(connection),
                last_checkpoint(connection),
                beyond(connection, covered_beside(connection)),
                count_locked(connection, self._sealing) + count_locked_rows(connection, self._sealing.keys),
            )

    def verify(
        self,
        roots: Sequence[KnownRoot] = (),
        *,
        progress: Callable[[int], object] | None = None,
        workers: int | None = 1,
    ) -> Iterator[Finding]:
        """Yield a finding for all in the record that is not as it was written; none means that it holds together.

        Found: a byte changed in any column of events, cases and rule texts; an event removed from within a chain,
        inserted, replaced or moved; a case without events, an event without its case; a present state that differs from
        its events; a rule text that is referred to and gone; sequence numbers that are not 1 to the last one given;
        a damaged SQLite file; a checkpoint that was changed or removed, or that the events no longer agree with, and
        with it a case removed whole, the end of a chain cut off, or a chain rewritten, as far as the last checkpoint
        reaches. Read as a stream from one moment's state, in memory that does not grow with the events.

        A private value is held against the commitment in its event: changed, moved, inserted, or gone without a
        recorded erasure. One that is encrypted is checked where its key was given to the store.

        What follows from events is compared with them both ways: the rows of ledgers, appointments that a step made or
        ended, redrawings with the rows that they wrote in the registers, and follow-up cases. Of events and rows from
        before events said what they caused, nothing is asked; a boundary between the two that was moved over others is
        found. So is a counter that would give out an id again.

        What is registered by hand follows from no event, and neither do delegations. Rows that name a change which is
        not there are found at once, electoral rolls and the trace of who read sensitive values are verified line by
        line, and the last checkpoint covers all of them: registers, appointments, delegations, changes, rolls, the
        trace, the boundaries, the district that the store remembers. Values of registers that can be erased are held
        against what their rows committed to, and the checkpoint covers the commitments. What lies after it
        (:attr:`~community_core.ports.store.Coverage.beside`) can be changed by somebody who also adjusts the rest.

        Not found: a case removed whole or the end of a chain cut off after the last checkpoint (:meth:`coverage` says
        where that is), by somebody who also adjusts its present state and the sequence; and a record rewritten
        together with all of its checkpoints, unless *roots* gives one that was published or exported before: the root,
        or for what is covered beside the events the hash of a checkpoint. How a case has ended is kept with its present
        state for lists; events do not say it, so that it was changed is found by the hash of the present state alone,
        and not where somebody adjusts that too. What waits for observers is counted against what they were told of. A
        counter of cases that was raised leaves a gap in ids, as a refused row of a bulk opening does.

        Args:
            roots: roots known from elsewhere; each that the record no longer has is a finding.
            progress: told now and then how many events were read.
            workers: how many processes verify the chains, this one among them; ``None`` for as many as pay by the
                events and processors there are, more than one from some hundred thousand events on. Each opens the
                database by itself and reads one moment's state of its own. As with all processes that Python starts
                anew, a script that asks for them has to stand under ``if __name__ == "__main__":``.

        Raises:
            StoreError: if the database cannot be read, *workers* is less than 1, or more than 1 where the store is not
                on a file or URL of its own.
        """
        with self._transactions.snapshot() as connection:
            if workers is None:
                with checked():
                    workers = processes_for(self._count(connection)) if self._by_url else 1
            chains = None if workers == 1 else self._processes(workers).verify
            found = verify(connection, roots, progress, self._sealing, chains)
            while True:
                with checked():
                    item = next(found, None)
                if item is None:
                    return
                yield item

    def _processes(self, count: int) -> Processes:
        if count < 1:
            raise StoreError(Label("进程数至少为 1", "there is at least one process: workers=1 or more"))
        if not self._by_url:
            raise StoreError(
                Label(
                    "只有按文件或 URL 打开的库才能由多个进程核验；请只用一个进程（workers=1）",
                    "only a store that was opened by its file or URL is verified by several processes; use workers=1",
                )
            )
        return Processes(count, self._transactions.engine.url, self._sealing.keys)

    @property
    def _by_url(self) -> bool:
        """Whether another process can open the database by its URL."""
        url = self._transactions.engine.url
        return self._dispose and (url.get_backend_name() != "sqlite" or url.database not in (None, "", ":memory:"))

    def _count(self, connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(events)).scalar_one())

    def export(self, *, hashes_only: bool = False, private: bool = False) -> Iterator[str]:
        """Yield the record as lines of canonical JSON: rule texts, cases, events with hashes, checkpoints.

        All of one moment's state. :func:`community_core.store.verify_export` verifies such lines without a database.
        Personal and sensitive values are left out, and the events hold commitments to them; of events that were
        recorded before values were kept apart, only the hashes are given.

        Args:
            hashes_only: leave out all of what events say: their order, links and checkpoints can still be verified.
            private: with the personal and sensitive values; those that are encrypted stay so.

        Raises:
            StoreError: if the database cannot be read.
        """
        with self._transactions.snapshot() as connection:
            lines = export_lines(connection, hashes_only=hashes_only, private=private)
            while True:
                with checked():
                    line = next(lines, None)
                if line is None:
                    return
                yield line

    def compare(self, lines: Iterable[str | bytes]) -> Iterator[Finding]:
        """Yield a finding for each event or checkpoint of an earlier export that the record has not, or has otherwise.

        Raises:
            StoreError: if the database cannot be read.
        """
        with self._transactions.snapshot() as connection:
            found = compare(connection, lines)
            while True:
                with checked():
                    item = next(found, None)
                if item is None:
                    return
                yield item

    def backup(self, path: str | Path, *, check: bool = True) -> None:
        """Copy the SQLite database, as it stands now, to a new file, and verify the copy; others may go on writing.

        Args:
            path: the new file; it appears once the copy is whole and verified.
            check: whether to verify the copy; a record that is known to be changed can be copied without.

        Raises:
            StoreError: if the database is not SQLite, *path* exists, or the copy has findings (they are in it); then
                there is no copy.
        """
        with self._transactions.reading() as connection, checked():
            driver = connection.connection.driver_connection
            if not isinstance(driver, sqlite3.Connection):
                raise StoreError(
                    Label(
                        "只能备份 SQLite；请用数据库自己的备份工具",
                        "only SQLite is backed up here; use the database's own tool",
                    )
                )
            copy_checked(driver, Path(path), check=check)
        log.info("backup made", extra={"event": "backup", "checked": check})

    def scrub(self) -> None:
        """See to it, as far as the database lets us, that no file of it still has what was erased.

        On SQLite the write-ahead file is emptied, which a reader in another program can delay; the next erasure or
        closing does it then. On PostgreSQL the tables of personal values are vacuumed, which leaves their pages to be
        written over: what of them, of its log and of backups remains, is the keeper's to see to. In a caller's
        transaction nothing is done.
        """
        if not self._transactions.ours or self._transactions.current is not None:
            return
        with self._transactions.engine.connect() as connection, checked():
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            elif connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
                tables = (table.name for name, table in register_tables.items() if _holds_private(name))
                connection.exec_driver_sql(f"VACUUM {', '.join(('cc_private', *tables))}")


def _holds_private(register: str) -> bool:
    return any(column.private for column in register_of(register).columns)
