"""Chains verified by several processes at once: each reads parts of the cases, a range of ids after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from typing import Final, TypeAlias

from attrs import frozen
from sqlalchemy import URL, Connection, func, select

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.ports.keys import KeyRing
from community_core.store.chains import verify_chains
from community_core.store.connections import Transactions, make_engine
from community_core.store.private import PrivateCheck
from community_core.store.schema import cases
from community_core.store.sealing import Sealing

#: A process that is done early takes the next part, and progress is told after each.
_PARTS: Final = 8


#: A process is begun in about the time in which another verifies so many events.
_WORTH: Final = 100_000


def processes_for(events: int) -> int:
    """Return how many processes verify so many events soonest, on the processors that this one may use."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(own, events // _WORTH))


#: How many events a part has, and what is wrong with them.
Verified: TypeAlias = tuple[int, list[Finding]]


@frozen
class Processes:
    """Several processes that verify together, this one among them: how many, the database that each opens, and keys."""

    count: int
    url: URL
    keys: KeyRing | None = None

    def verify(self, connection: Connection, progress: Callable[[int], object] | None) -> Iterator[Finding]:
        """Yield what is wrong with the chains of the record, part after part.

        *connection* only tells where the parts begin; each process reads its parts in a transaction of its own.

        Raises:
            StoreError: if one of the processes was ended.
        """
        done = 0
        told: set[Finding] = set()
        verified: dict[int, Verified] = {}

        def take(index: int, part: Verified) -> None:
            nonlocal done
            verified[index] = part
            done += part[0]
            if progress is not None:
                progress(done)

        url = self.url.render_as_string(hide_password=False)
        asked = [(url, self.keys, *ends) for ends in pairwise((None, *_bounds(connection, self.count), None))]
        with ProcessPoolExecutor(self.count - 1, mp_context=get_context("spawn")) as pool:
            parts = [pool.submit(verify_part, *one) for one in asked]
            try:
                # This process takes what the others have not come to, from the end, while they are still beginning.
                for index in reversed(range(len(parts))):
                    if parts[index].cancel():
                        take(index, verify_part(*asked[index]))
                for index, part in enumerate(parts):
                    if index not in verified:
                        take(index, part.result())
                    found = verified[index][1]
                    # What is said of the whole, such as a key that is not there, is said by each part.
                    yield from (item for item in found if item not in told)
                    told.update(found)
            except BrokenExecutor as error:
                raise StoreError(
                    Label(
                        "参与核验的一个进程被中断；请重试，或只用一个进程（workers=1）",
                        "one of the processes that verify was ended; try again, or use a single one (workers=1)",
                    )
                ) from error
            finally:
                for part in parts:
                    part.cancel()


def verify_part(url: str, keys: KeyRing | None, after: str | None, until: str | None) -> Verified:
    """Return how many events the cases after *after*, up to *until*, have, and what is wrong with them."""
    engine = make_engine(url, timeout=30.0, synchronous="FULL")
    read = 0

    def progress(done: int) -> None:
        nonlocal read
        read = done

    try:
        with Transactions(engine).snapshot() as connection:
            check = PrivateCheck(Sealing(keys))
            found = list(verify_chains(connection, progress, check, after=after, until=until))
    finally:
        engine.dispose()
    return read, found


def _bounds(connection: Connection, processes: int) -> Iterator[str]:
    """Yield ids of cases at which parts of about as many cases end."""
    count = connection.execute(select(func.count()).select_from(cases)).scalar_one()
    parts = processes * _PARTS
    places = sorted({count * number // parts for number in range(1, parts)} - {0})
    for place in places:
        yield connection.execute(select(cases.c.id).order_by(cases.c.id).offset(place).limit(1)).scalar_one()
