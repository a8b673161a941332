"""The outbox: tell an observer of committed events, at least once and in order; an observer can break nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen
from sqlalchemy import delete, func, select

from community_core.base.findings import Finding, finding
from community_core.procedures.events import Event
from community_core.store.appending import chunked
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.records import stored_event
from community_core.store.schema import events, outbox

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
                    for chunk in chunked(done):
                        connection.execute(delete(outbox).where(outbox.c.seq.in_(chunk)))
            delivered += len(done)
    with transactions.reading() as connection, checked():
        waiting = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
    return Delivery(delivered, waiting, tuple(findings))


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
