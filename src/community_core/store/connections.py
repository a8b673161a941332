"""Engines, connections and units of work, ours or inside a transaction of the caller; no table is read here."""

from __future__ import annotations

import logging
import math
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from attrs import Factory, define, field
from sqlalchemy import URL, Connection, Engine, NestedTransaction, create_engine, event, exists, make_url, select
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.store.counting import counted
from community_core.store.failures import Unserialized, checked
from community_core.store.schema import SEQUENCE, VERSION_TABLE, counters, events
from community_core.store.statements import order

log = logging.getLogger("community_core.store")

T = TypeVar("T")
Synchronous = Literal["FULL", "NORMAL", "EXTRA", "OFF"]

_TRIES: Final = 8
#: After so many seconds a connection is not believed to be there still.
_IDLE: Final = 1.0
_BACK: Final = "community_core.back"
_UNIT: Final = "community_core.unit"
_NO_TRANSACTION: Final = Label(
    "传入的连接处于自动提交方式，无法保证要么全部写入、要么全不写入；请传入带事务的连接，或不自动提交的 Engine",
    "the given connection commits each statement by itself, so a unit of work cannot be all or nothing; "
    "give a connection with a transaction, or an Engine whose connections do not",
)


def make_engine(where: str | Path | URL, *, timeout: float, synchronous: Synchronous) -> Engine:
    """Make an engine of ours from a URL or a file path.

    Raises:
        StoreError: if the URL cannot be read or its driver is not installed.
    """
    if not where:
        raise StoreError(Label("没有写明数据库；请给出文件或 URL", "no database is named; give a file or a URL"))
    if where == ":memory:":
        url = URL.create("sqlite")
    elif isinstance(where, Path) or (isinstance(where, str) and "://" not in where):
        # Built from parts: a path may hold signs that mean something in a URL.
        url = URL.create("sqlite", database=str(where))
    else:
        try:
            url = make_url(where)
        except (ArgumentError, ValueError) as error:
            raise StoreError(Label("数据库地址无法识别", "the database URL cannot be read")) from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            Label(
                f"数据库 {url.get_backend_name()} 不能用；可用 SQLite 和 PostgreSQL",
                f"{url.get_backend_name()} is no database for this; SQLite and PostgreSQL are",
            )
        )
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": timeout}
    try:
        engine = create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        name = url.drivername
        raise StoreError(
            Label(
                f'没有安装数据库驱动 {name}；PostgreSQL 请运行：pip install "community-core[postgres]"',
                f'the driver {name} is not installed; for PostgreSQL run: pip install "community-core[postgres]"',
            )
        ) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, timeout, synchronous)
    else:
        _ping_the_idle(engine)
    if engine.dialect.name == "postgresql":
        _prepare_postgresql(engine, timeout)
    return engine


def _ping_the_idle(engine: Engine) -> None:
    """See to it that a connection that lay unused for a while is still one, before it is used again.

    Asking before each use, as a pool can do by itself, is a fifth of what a step costs.
    """

    @event.listens_for(engine, "checkin")
    def _back(_connection: object, record: Any) -> None:
        record.info[_BACK] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _out(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_BACK, math.inf) > _IDLE:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                # The pool takes this as the order to connect anew.
                raise DisconnectionError from error


def _prepare_postgresql(engine: Engine, timeout: float) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {int(timeout * 1000)}")
        cursor.close()
        connection.commit()


def _prepare_sqlite(engine: Engine, timeout: float, synchronous: Synchronous) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # Python's own idea of when a transaction begins would let a read and the write after it lie apart.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        _write_ahead(cursor, timeout)
        cursor.close()


def _write_ahead(cursor: sqlite3.Cursor, timeout: float) -> None:
    # The journal is kept in the file: that of another program's database, named by mistake, stays as it is.
    tables = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
    if tables and VERSION_TABLE not in tables:
        return
    # Changing the journal does not wait for others as other statements do, so two processes that open
    # a new file at once would see a locked database.
    until = time.monotonic() + timeout
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        try:
            cursor.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def in_driver_transaction(connection: Connection) -> bool:
    """Whether a transaction is really open at the driver; SQLAlchemy may believe so while SQLite's driver waits."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", True))


@define
class Unit:
    """A unit of work: its connection, and what was read in it that nobody else can change while the lock is held.

    *ahead* is a number of the record that is counted already and not given to an event yet, *heads* are the last
    version and hash of cases (0 and the hash of its own record for a new one), *texts* the hashes of the rule texts
    that it added itself.
    """

    connection: Connection
    ahead: int | None = None
    heads: dict[str, tuple[int, str]] = Factory(dict)
    texts: set[str] = Factory(set)
    _first: int | None = field(init=False)
    _part: NestedTransaction | None = field(init=False)
    _foreign: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._first = self.ahead
        self._part = self.connection.get_nested_transaction()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the unit that leaves nothing where it raises."""
        self.look()
        ahead, outer = self.ahead, self._part
        try:
            with savepoint(self.connection):
                self._part = self.connection.get_nested_transaction()
                yield
        except BaseException:
            # A part was undone, and what was read may be of it.
            self.heads.clear()
            self.ahead = ahead
            raise
        finally:
            self._part = outer

    def look(self) -> None:
        """Go by what the database says where the caller has savepoints of his own in the unit.

        Whether he gave one of them up nobody tells; what was read, and the number that was counted, may be of it.
        """
        self._foreign = self._foreign or self.connection.get_nested_transaction() is not self._part
        if self._foreign:
            self.heads.clear()
            if self._first is not None:
                counted_yet = select(counters.c.value).where(counters.c.name == SEQUENCE)
                given = self.connection.execute(select(exists().where(events.c.seq == self._first))).scalar_one()
                free = not given and self.connection.execute(counted_yet).scalar_one() >= self._first
                self.ahead = self._first if free else None

    @contextmanager
    def numbers(self, count: int) -> Iterator[range]:
        """The next *count* numbers of the record, one or more; where the block raises, nobody had them."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None and count == 1:
            last = ahead
        else:
            last = counted(self.connection, SEQUENCE, count if ahead is None else count - 1)
        try:
            yield range(last - count + 1, last + 1)
        except BaseException:
            # A full disk makes SQLite undo the whole transaction by itself; there is nothing to give back then.
            with suppress(SQLAlchemyError):
                if in_driver_transaction(self.connection):
                    counted(self.connection, SEQUENCE, -count)
            raise

    def end(self) -> None:
        """Give back a number that no event was given."""
        self.look()
        if self.ahead is not None:
            counted(self.connection, SEQUENCE, -1)
            self.ahead = None


class Spare:
    """The connection of the last unit of work on an engine of ours, for the next one, whichever thread does it.

    To give a connection back to the pool and take it out again costs an eighth of a step in a file of SQLite's. Of
    other databases the pool keeps connections, since it asks those that lay idle whether they are still there.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: list[Connection] = []

    @classmethod
    def of(cls, engine: Engine) -> Spare | None:
        """Return one for an engine of ours, ``None`` where the pool is to keep its connections."""
        return cls(engine) if engine.dialect.name == "sqlite" and isinstance(engine.pool, QueuePool) else None

    def take(self) -> Connection:
        """Return the connection that was kept, or one of the pool."""
        if self._engine.logger.isEnabledFor(logging.INFO):
            # Whether a connection logs its statements is settled when it is made.
            self.release()
        try:
            return self._kept.pop()
        except IndexError:
            return self._engine.connect()

    def keep(self, connection: Connection) -> None:
        """Keep a connection without a transaction; a second one goes back to the pool."""
        if self._kept:
            connection.close()
        else:
            self._kept.append(connection)

    def release(self) -> None:
        """Give what is kept back to the pool."""
        while self._kept:
            self._kept.pop().close()


class Transactions:
    """Where units of work happen: on an engine each is a transaction of ours; on a connection each is a savepoint.

    Units of one thread inside each other are savepoints of the outer one. Threads may share one on an engine.
    """

    def __init__(self, target: Engine | Connection, spare: Spare | None = None) -> None:
        self._target = target
        self._spare = spare
        self._local = threading.local()

    @property
    def engine(self) -> Engine:
        """The engine, also that of a caller's connection."""
        return self._target.engine

    @property
    def ours(self) -> bool:
        """Whether transactions are ours to begin, commit and repeat."""
        return isinstance(self._target, Engine)

    @property
    def dialect(self) -> str:
        """The database's name as SQLAlchemy says it, such as ``sqlite``."""
        return self._target.dialect.name

    @property
    def unit(self) -> Unit | None:
        """The unit of work that this thread is in, or ``None``."""
        return getattr(self._local, "unit", None)

    @property
    def current(self) -> Connection | None:
        """The connection of the unit of work that this thread is in, or ``None``."""
        unit = self.unit
        return None if unit is None else unit.connection

    def release(self) -> None:
        """Give back what is kept for the next unit of work."""
        if self._spare is not None:
            self._spare.release()

    @contextmanager
    def begin(self, *, lock: bool = True) -> Iterator[Connection]:
        """One unit of work; with *lock*, other writers wait until it ends."""
        unit = self.unit
        if unit is not None:
            with unit.part():
                yield unit.connection
        elif isinstance(self._target, Engine):
            with self._transaction(self._target, lock=lock) as connection:
                yield connection
        else:
            with self._guest(self._target, lock=lock):
                yield self._target

    def writing(self) -> AbstractContextManager[Connection]:
        """The connection of the unit of work that this thread is in; outside of one, a unit for this block."""
        current = self.current
        return self.begin() if current is None else nullcontext(current)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with: that of the unit of work, the caller's, or one of ours for a moment."""
        current = self.current
        if current is None and isinstance(self._target, Connection):
            current = self._target
        return self._moment(self._target.engine) if current is None else nullcontext(current)

    @contextmanager
    def _moment(self, engine: Engine) -> Iterator[Connection]:
        with checked():
            connection = engine.connect()
        try:
            yield connection
        finally:
            with suppress(SQLAlchemyError):
                connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one moment's state until the end."""
        with self.reading() as connection:
            if self.ours and self.current is None:
                with checked():
                    if self.dialect == "postgresql":
                        connection.execution_options(isolation_level="REPEATABLE READ")
                    connection.begin()
                    if self.dialect == "sqlite" and not in_driver_transaction(connection):
                        connection.exec_driver_sql("BEGIN")
            yield connection

    def run(self, work: Callable[[], T]) -> T:
        """Do *work* in one unit; where the database gives it up for another transaction of ours, do it again.

        In a caller's transaction, or inside another unit, nothing is repeated: that is his to do.
        """
        for attempt in range(_TRIES):
            try:
                with self.begin():
                    return work()
            except Unserialized:
                if not self.ours or self.current is not None or attempt == _TRIES - 1:
                    raise
                log.info("a unit of work is done again", extra={"event": "retry", "attempt": attempt + 1})
                # Not in step with whoever else was given up for the same reason.
                time.sleep(0.01 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - no secret hangs on it
        raise AssertionError  # pragma: no cover

    @contextmanager
    def _transaction(self, engine: Engine, *, lock: bool) -> Iterator[Connection]:
        with checked():
            connection = engine.connect() if self._spare is None else self._spare.take()
        done = False
        try:
            with checked():
                connection.begin()
                if self.dialect != "sqlite" and _commits_by_itself(connection):
                    raise StoreError(_NO_TRANSACTION)
                unit = Unit(connection, self._enter(connection, lock=lock))
            self._local.unit = connection.info[_UNIT] = unit
            try:
                yield connection
                with checked():
                    unit.end()
            except BaseException:
                # Where the connection is lost there is nothing to roll back, and the first error is the one to tell.
                with suppress(SQLAlchemyError):
                    connection.rollback()
                raise
            with checked():
                connection.commit()
            done = True
        finally:
            self._local.unit = None
            _left(connection)
            with suppress(SQLAlchemyError):
                if done and self._spare is not None:
                    self._spare.keep(connection)
                else:
                    connection.close()

    @contextmanager
    def _guest(self, connection: Connection, *, lock: bool) -> Iterator[None]:
        with checked():
            if not connection.in_transaction():
                connection.begin()
            if _commits_by_itself(connection):
                raise StoreError(_NO_TRANSACTION)
            if not in_driver_transaction(connection):
                # SQLite's driver opens a transaction late; a savepoint outside of one would commit when released.
                connection.exec_driver_sql("BEGIN")
        outer: Unit | None = connection.info.get(_UNIT)
        if outer is not None and outer.connection is connection:
            # Another store is on the same connection, and its unit is not at an end: numbers are counted in one place.
            self._local.unit = outer
            try:
                with outer.part():
                    yield
            finally:
                self._local.unit = None
            return
        with savepoint(connection):
            with checked():
                unit = Unit(connection, _lock(connection) if lock else None)
            self._local.unit = connection.info[_UNIT] = unit
            try:
                yield
                with checked():
                    unit.end()
            finally:
                self._local.unit = None
                _left(connection)

    def _enter(self, connection: Connection, *, lock: bool) -> int | None:
        if self.dialect == "sqlite" and not in_driver_transaction(connection):
            order(connection, "BEGIN IMMEDIATE")
            return None
        return _lock(connection) if lock else None


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction that leaves nothing where it raises."""
    with checked():
        nested = connection.begin_nested()
    try:
        yield
    except BaseException:
        # A full disk makes SQLite undo the whole transaction by itself; there is no savepoint to go back to then.
        with suppress(SQLAlchemyError):
            if in_driver_transaction(connection):
                nested.rollback()
        raise
    with checked():
        nested.commit()


def _lock(connection: Connection) -> int:
    """Let one writer in at a time, so that what a unit of work has read still holds when it writes.

    Who counts a number of the record waits for whoever did so before him; nearly every unit gives it to an event.
    """
    return counted(connection, SEQUENCE, 1)


def _left(connection: Connection) -> None:
    """Note that no unit is on a connection any more; one that is lost would be made anew only to be asked."""
    if not connection.invalidated:
        connection.info.pop(_UNIT, None)


def _commits_by_itself(connection: Connection) -> bool:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return driver.isolation_level is None and not driver.in_transaction
    return getattr(driver, "autocommit", False) is True
