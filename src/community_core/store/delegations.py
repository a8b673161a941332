"""The register of who may act for whom, as dated rows; what that allows is decided above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, or_, select

from community_core.base.labels import Label
from community_core.codec.values import read_iso
from community_core.ports.store import Contradiction, Delegation
from community_core.registers.changes import RegisterChange
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.records import day_text, safe
from community_core.store.register_statements import known_moment
from community_core.store.schema import delegations
from community_core.store.tenures import DELEGATED, begin, end, sound


class SqlDelegations:
    """Delegations in the database."""

    _transactions: Transactions

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def delegations(self, person: str, day: dt.date) -> Sequence[Delegation]:
        """Return for whom *person* may act on *day*, the earliest first."""
        on = day_text(day)
        query = (
            select(delegations)
            .where(
                delegations.c.person == person,
                delegations.c.since <= on,
                or_(delegations.c.until.is_(None), delegations.c.until > on),
                or_(delegations.c.ended.is_(None), delegations.c.ended > on),
            )
            .order_by(delegations.c.since, delegations.c.id)
        )
        with self._transactions.reading() as connection, checked():
            return tuple(_delegation(row) for row in connection.execute(query))

    def add_delegation(
        self, delegation: Delegation, *, change: RegisterChange | None = None, entered: dt.datetime | None = None
    ) -> None:
        """Register that somebody may act for another; a second time with the same values changes nothing.

        *change* is the change of registers that says who entered it, and *entered* the moment.

        Raises:
            Contradiction: if a person would act for himself or for the library, no reason is given, it ends before it
                begins, or the same delegation is kept with another end or reason.
        """
        safe(delegation.person, delegation.behalf, delegation.post, delegation.place, delegation.reason)
        sound(delegation.person, delegation.behalf, delegation.reason)
        since = day_text(delegation.since)
        until = None if delegation.until is None else day_text(delegation.until)
        if until is not None and until <= since:
            raise Contradiction(
                Label(
                    f"委托的截止日 {until} 不晚于起始日 {since}（截止日不含在内）",
                    f"the delegation ends on {until}, not after it begins on {since} (the end is excluded)",
                )
            )
        cells = {
            **_key(delegation.person, delegation.behalf, delegation.post, delegation.place),
            "since": since,
            "until": until,
            "reason": delegation.reason,
            "change_id": "",
        }
        with self._writing() as connection, checked():
            if not begin(connection, DELEGATED, cells, change, known_moment(entered)):
                raise Contradiction(
                    Label(
                        f"同一委托（{delegation.post}，{delegation.place}，{since}）已登记，截止日或依据不同",
                        f"this delegation ({delegation.post}, {delegation.place}, from {since}) is kept with another "
                        "end or reason",
                    )
                )

    def end_delegation(
        self,
        person: str,
        behalf: str,
        post: str,
        place: str,
        day: dt.date,
        *,
        entered: dt.datetime | None = None,
    ) -> None:
        """End a delegation on a day (excluded); a second time with the same day changes nothing.

        Raises:
            Contradiction: if there is none that could end on that day.
        """
        on = day_text(day)
        key = _key(person, behalf, post, place)
        with self._writing() as connection, checked():
            if not end(connection, DELEGATED, key, on, {"ended_change": ""}, known_moment(entered)):
                raise Contradiction(
                    Label(
                        f"{on} 在 {place} 没有可终止的委托（{post}）",
                        f"there is no delegation of {post} in {place} that could end on {on}",
                    )
                )


def _key(person: str, behalf: str, post: str, place: str) -> dict[str, str]:
    return {"person": person, "behalf": behalf, "post": post, "place": place}


def _delegation(row: Any) -> Delegation:
    ends = [day for day in (row.until, row.ended) if day is not None]
    until = read_iso(min(ends)) if ends else None
    return Delegation(row.person, row.behalf, row.post, row.place, read_iso(row.since), until, row.reason)
