"""Statements put together once for a database and handed to its driver; what they are about is said elsewhere.

SQLAlchemy takes several times as long to go from a statement to its text, and from what a driver returns to rows with
named columns, as a database takes to carry it out. What every step asks and writes is texts and whole numbers alone,
which each driver takes and gives as they are; its rows are read by place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Dialect, Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.selectable import ReturnsRows

_UPSERTS: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_LISTENED: Final = "_has_events"
_CURSOR: Final = "community_core.cursor"

Row = tuple[Any, ...]
Upsert = sqlite.Insert | postgresql.Insert


def ask(connection: Connection, statement: ReturnsRows, values: Mapping[str, str | int]) -> Sequence[Row]:
    """Carry out *statement*, which is made once, with *values* for its parameters, and return its rows.

    Raises:
        SQLAlchemyError: what the database raises.
    """
    made = _made(statement, connection.dialect)
    given: Any = {**made.constants, **values}
    if made.order is not None:
        given = tuple([given[name] for name in made.order])
    return _carried_out(connection, made.text, given, made.gives)[0]


def write(connection: Connection, new: Insert, rows: Sequence[Row]) -> int:
    """Carry out *new* for *rows* in the order of its table's columns, and return how many were written.

    Raises:
        SQLAlchemyError: what the database raises.
    """
    made = _made(new, connection.dialect)
    if made.order is not None:
        given: list[Any] = list(rows)
    else:
        names = new.table.c.keys()
        given = [dict(zip(names, row, strict=True)) for row in rows]
    return _carried_out(connection, made.text, given if len(given) > 1 else given[0])[1]


def order(connection: Connection, text: str) -> None:
    """Carry out a statement without parameters.

    Raises:
        SQLAlchemyError: what the database raises.
    """
    _carried_out(connection, text, ())


def _carried_out(connection: Connection, text: str, given: Any, gives: bool = False) -> tuple[Sequence[Row], int]:
    """Return the rows that a statement *gives* and how many it changed, past SQLAlchemy where nobody follows it."""
    many = isinstance(given, list)
    if _followed(connection):
        result = connection.exec_driver_sql(text, given or None)
        return (result.all() if result.returns_rows else ()), result.rowcount
    if not connection.in_transaction():
        # As with any statement: whoever ends what this one begins at the driver is to know of it.
        connection.begin()
    driver = connection.connection
    cursor = driver.info.get(_CURSOR)
    if cursor is None:
        cursor = driver.info[_CURSOR] = driver.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, given)
        return (cursor.fetchall() if gives else ()), cursor.rowcount
    except BaseException as error:
        driver.info.pop(_CURSOR, None)
        known = isinstance(error, connection.dialect.loaded_dbapi.Error)
        gone: Callable[..., bool] = connection.dialect.is_disconnect
        # As SQLAlchemy does: whoever is stopped in the middle of an answer leaves a connection that nobody can use.
        lost = not isinstance(error, Exception) or (known and gone(error, driver, cursor))
        if lost:
            connection.invalidate(error)
        else:
            cursor.close()
        if not known:
            raise
        raise DBAPIError.instance(
            text,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
            ismulti=many,
        ) from error


def _followed(connection: Connection) -> bool:
    """Whether somebody listens to the statements of this connection or logs them: then they go the way he knows."""
    # SQLAlchemy's own sign for it; were it called otherwise one day, statements would go the longer way.
    return (
        getattr(connection, _LISTENED, True)
        or getattr(connection.engine, _LISTENED, True)
        or getattr(connection.dialect, _LISTENED, True)
        or connection.engine.logger.isEnabledFor(logging.INFO)
    )


@lru_cache(maxsize=64)
def adding(table: Table) -> Insert:
    """Return the statement that adds rows to *table*."""
    return insert(table)


@lru_cache(maxsize=64)
def adding_unless_taken(table: Table, dialect: str) -> Insert | None:
    """Return the statement that adds a row unless its keys are taken, ``None`` where the database has none."""
    new = _UPSERTS.get(dialect)
    return None if new is None else new(table).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def putting(table: Table, key: str, dialect: str) -> Insert | None:
    """Return the statement that adds rows or replaces those of the same *key*, ``None`` where the database has none."""
    new = _UPSERTS.get(dialect)
    if new is None:
        return None
    return replacing(new(table), table, key)


def replacing(put: Upsert, table: Table, key: str) -> Upsert:
    """Return *put*, which adds rows to *table*, as the statement that replaces those of the same *key*."""
    others = [column.name for column in table.columns if column.name != key]
    return put.on_conflict_do_update(index_elements=[key], set_={name: put.excluded[name] for name in others})


@frozen
class _Made:
    """A statement for a driver: its text, whether it gives rows, the order of its parameters, and its constants.

    Parameters that have names have no order.
    """

    text: str
    gives: bool
    order: tuple[str, ...] | None
    constants: Mapping[str, Any]


@lru_cache(maxsize=1024)
def _made(statement: ReturnsRows, dialect: Dialect) -> _Made:
    if dialect.paramstyle == "pyformat":
        # Drivers put parameters in their places sooner than they look them up.
        kind: Any = type(dialect)
        dialect = kind(paramstyle="format")
    made: Any = statement.compile(dialect=dialect)
    order = tuple(made.positiontup) if made.positional else None
    return _Made(str(made), len(statement.exported_columns) > 0, order, made.params)
