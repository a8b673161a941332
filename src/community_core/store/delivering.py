"""The outbox: tell an observer of committed events, at least once and in order; an observer can break nothing.

What was told leaves it and is counted, so that what was taken out otherwise is missed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, delete, func, select

from community_core.base.findings import Finding, finding
from community_core.procedures.events import Event
from community_core.store.appending import chunked
from community_core.store.connections import Transactions
from community_core.store.counting import counted
from community_core.store.failures import checked
from community_core.store.records import moment_text, shown, stored_event
from community_core.store.schema import TOLD, counters, events, outbox

log = logging.getLogger("community_core.store")

PAGE: Final = 500


@frozen
class Delivery:
    """What came of a delivery: events *delivered*, events still *waiting*, and a finding for each case that waits."""

    delivered: int
    waiting: int
    findings: tuple[Finding, ...] = ()


def deliver(transactions: Transactions, observer: Callable[[Event], object]) -> Delivery:
    """Give *observer* the events that wait; see :meth:`SqlStore.deliver`."""
    delivered = 0
    findings: list[Finding] = []
    if transactions.ours and transactions.current is None:
        stopped: set[str] = set()
        after = 0
        while True:
            query = (select(events).join(outbox, outbox.c.seq == events.c.seq).where(events.c.seq > after)).order_by(
                events.c.seq
            )
            with transactions.reading() as connection, checked():
                page = connection.execute(query.limit(PAGE)).all()
            if not page:
                break
            after = page[-1].seq
            done: list[int] = []
            try:
                for row in page:
                    if row.case_id not in stopped:
                        problem = _told(observer, row)
                        if problem is None:
                            done.append(row.seq)
                        else:
                            stopped.add(row.case_id)
                            findings.append(problem)
            finally:
                with transactions.begin() as connection, checked():
                    left = sum(
                        connection.execute(delete(outbox).where(outbox.c.seq.in_(chunk))).rowcount
                        for chunk in chunked(done)
                    )
                    _count(connection, left)
            delivered += len(done)
    return Delivery(delivered, waiting(transactions), tuple(findings))


def waiting(transactions: Transactions) -> int:
    """Return how many events wait for observers."""
    with transactions.reading() as connection, checked():
        return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


def drop_waiting(transactions: Transactions, before: dt.datetime) -> int:
    """Take the events that were entered before a moment out of the outbox; see :meth:`SqlStore.drop_waiting`."""
    # Where the clock went back, what was recorded after one that stays does too: nobody is told of a case with a gap.
    stays = select(events.c.seq).where(events.c.entered >= moment_text(before)).order_by(events.c.seq).limit(1)
    with transactions.writing() as connection, checked():
        first = connection.execute(stays).scalar()
        old = delete(outbox) if first is None else delete(outbox).where(outbox.c.seq < first)
        dropped = int(connection.execute(old).rowcount)
        _count(connection, dropped)
    if dropped:
        extra = {"event": "outbox-dropped", "count": dropped}
        log.info("%d events wait for no observer any more", dropped, extra=extra)
    return dropped


def verify_outbox(connection: Connection) -> Iterator[Finding]:
    """Yield a finding where events neither wait for observers nor were told, or wait and are not there."""
    recorded = connection.execute(select(func.count()).select_from(events)).scalar_one()
    kept = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
    told = connection.execute(select(counters.c.value).where(counters.c.name == TOLD)).scalar() or 0
    unknown = select(func.min(outbox.c.seq)).where(~select(events.c.seq).where(events.c.seq == outbox.c.seq).exists())
    first = connection.execute(unknown).scalar()
    if type(told) is not int or recorded - kept != told or first is not None:
        yield finding(
            "outbox-differs",
            f"共有 {recorded} 条记录，登记为已告知观察者的 {shown(told)} 条，待告知的 {kept} 条"
            + ("" if first is None else f"，其中总序号 {shown(first)} 没有对应的记录")
            + "：待告知的被删除或插入过",
            f"there are {recorded} events, {shown(told)} are counted as told to observers and {kept} wait"
            + ("" if first is None else f", one of them for event {shown(first)}, which there is not")
            + ": what waits was removed or added to",
            recorded=recorded,
            told=shown(told),
            waiting=kept,
        )


def _count(connection: Connection, told: int) -> None:
    if told:
        counted(connection, TOLD, told)


def _told(observer: Callable[[Event], object], row: object) -> Finding | None:
    event = stored_event(row).event
    try:
        observer(event)
    except Exception as error:  # noqa: BLE001 - an observer is somebody else's code and can break nothing
        # What the exception says may hold personal values of the event; its kind does not.
        kind = type(error).__name__
        return finding(
            "observer-failed",
            f"观察者在办件 {event.case} 第 {event.version} 条记录上出错（{kind}）；该办件的通知将保留到下次",
            f"the observer failed on event {event.version} of case {event.case} ({kind}); "
            "what waits for this case is kept for the next time",
            case=event.case,
            version=event.version,
            error=kind,
        )
    return None
