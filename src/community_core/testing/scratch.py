"""A store in memory for the runs of many cases, each of which is undone: making the tables costs more than a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def scratch_store() -> Iterator[Connection]:
    """Give a connection to a store in memory that has its tables and nothing in them."""
    from community_core.store.connections import make_engine  # noqa: PLC0415 - heavy: not every case is run in an office
    from community_core.store.sql import open_store  # noqa: PLC0415 - the same

    engine = make_engine(":memory:", timeout=5, synchronous="OFF")
    open_store(engine).close()
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo what is done to the store while this lasts."""
    with connection.begin() as transaction:
        # The driver does not begin by itself; see the store's own connections.
        connection.exec_driver_sql("BEGIN")
        yield
        transaction.rollback()
