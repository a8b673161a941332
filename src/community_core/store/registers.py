"""The registers of people, posts and places, as dated rows; who may do what is decided above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, and_, insert, literal, or_, select, update

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.codec.values import read_iso
from community_core.ports.store import Contradiction, Posting
from community_core.procedures.events import Appoint, Effect, EndAppointment
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.records import day_text, safe
from community_core.store.schema import places, postings


class SqlRegisters:
    """Appointments and places in the database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def _writing(self) -> AbstractContextManager[Connection]:
        """Join the unit of work that this thread is in, or make one for a single call."""
        return self._transactions.writing()

    def postings(self, person: str, day: dt.date) -> Sequence[Posting]:
        """Return the appointments that *person* holds on *day*, the earliest first."""
        on = day_text(day)
        query = (
            select(postings)
            .where(
                postings.c.person == person,
                postings.c.since <= on,
                or_(postings.c.until.is_(None), postings.c.until > on),
                or_(postings.c.ended.is_(None), postings.c.ended > on),
            )
            .order_by(postings.c.since, postings.c.id)
        )
        with self._transactions.reading() as connection, checked():
            return tuple(_posting(row) for row in connection.execute(query))

    def holders(self, post: str, place: str, day: dt.date) -> Sequence[Posting]:
        """Return the appointments to *post* in *place* itself on *day*, the earliest first."""
        on = day_text(day)
        query = (
            select(postings)
            .where(
                postings.c.post == post,
                postings.c.place == place,
                postings.c.since <= on,
                or_(postings.c.until.is_(None), postings.c.until > on),
                or_(postings.c.ended.is_(None), postings.c.ended > on),
            )
            .order_by(postings.c.since, postings.c.id)
        )
        with self._transactions.reading() as connection, checked():
            return tuple(_posting(row) for row in connection.execute(query))

    def place_chain(self, place: str) -> Sequence[str]:
        """Return *place* and every place that contains it, the smallest first; a place not registered stands alone."""
        above = (
            select(places.c.place, places.c.parent, literal(0).label("height"))
            .where(places.c.place == place)
            .cte("above", recursive=True)
        )
        upper = places.alias("upper")
        above = above.union_all(
            select(upper.c.place, upper.c.parent, above.c.height + 1).where(
                upper.c.place == above.c.parent, above.c.height < 64
            )
        )
        with self._transactions.reading() as connection, checked():
            found = connection.execute(select(above.c.place).order_by(above.c.height)).scalars().all()
        return tuple(found) or (place,)

    def place_names(self) -> Mapping[str, Label]:
        """Return what each registered place is called; one without a name is left out."""
        query = select(places.c.place, places.c.zh, places.c.en).where(places.c.zh != "").order_by(places.c.place)
        with self._transactions.reading() as connection, checked():
            return {row.place: Label(row.zh, row.en) for row in connection.execute(query)}

    def add_posting(self, posting: Posting, *, case: str = "") -> None:
        """Register an appointment; a second time with the same values changes nothing.

        Raises:
            Contradiction: if it ends before it begins, or the same appointment is kept with another end.
        """
        safe(posting.person, posting.post, posting.place)
        since = day_text(posting.since)
        until = None if posting.until is None else day_text(posting.until)
        if until is not None and until <= since:
            raise Contradiction(
                Label(
                    f"任职的截止日 {until} 不晚于起始日 {since}（截止日不含在内）",
                    f"the appointment ends on {until}, not after it begins on {since} (the end is excluded)",
                )
            )
        same = and_(
            postings.c.person == posting.person,
            postings.c.post == posting.post,
            postings.c.place == posting.place,
            postings.c.since == since,
        )
        with self._writing() as connection, checked():
            kept = connection.execute(select(postings.c.until).where(same)).first()
            if kept is None:
                connection.execute(
                    insert(postings),
                    {
                        "person": posting.person,
                        "post": posting.post,
                        "place": posting.place,
                        "since": since,
                        "until": until,
                        "ended": None,
                        "reason": "",
                        "case_id": case,
                    },
                )
            elif kept.until != until:
                raise Contradiction(
                    Label(
                        f"同一任职（{posting.post}，{posting.place}，{since}）已登记，截止日为 {kept.until or '无'}",
                        f"this appointment ({posting.post}, {posting.place}, from {since}) is kept with another end: "
                        f"{kept.until or 'open'}",
                    )
                )

    def end_posting(self, ended: EndAppointment, *, case: str = "") -> None:
        """End an appointment on a day (excluded); a second time with the same day changes nothing.

        Raises:
            Contradiction: if nobody of that name holds the post there on that day.
        """
        day = day_text(ended.day)
        safe(ended.person, ended.post, ended.place, ended.reason)
        theirs = (
            postings.c.person == ended.person,
            postings.c.post == ended.post,
            postings.c.place == ended.place,
            postings.c.since <= day,
            or_(postings.c.until.is_(None), postings.c.until > day),
        )
        with self._writing() as connection, checked():
            done = connection.execute(
                update(postings)
                .where(*theirs, or_(postings.c.ended.is_(None), postings.c.ended > day))
                .values(ended=day, reason=ended.reason, case_id=case)
            )
            if done.rowcount:
                return
            if connection.execute(select(postings.c.id).where(*theirs, postings.c.ended == day)).first() is None:
                raise Contradiction(
                    Label(
                        f"{day} 在 {ended.place} 没有可终止的任职 {ended.post}",
                        f"there is no appointment to {ended.post} in {ended.place} that could end on {day}",
                    )
                )

    def add_place(self, place: str, parent: str, layer: str, zh: str, en: str) -> None:
        """Register a place under its parent (empty for the topmost); the same values a second time change nothing.

        Raises:
            StoreError: if the parent is not registered, or the place is kept with other values.
        """
        safe(place, parent, layer, zh, en)
        row: dict[str, Any] = {"place": place, "parent": parent or None, "layer": layer, "zh": zh, "en": en}
        with self._writing() as connection, checked():
            kept = connection.execute(select(places).where(places.c.place == place)).first()
            if kept is not None:
                if kept._asdict() != row:
                    raise StoreError(
                        Label(
                            f"地方 {place} 已登记，但上级、层级或名称不同",
                            f"the place {place} is kept with another parent, layer or name",
                        )
                    )
                return
            known = not parent or connection.execute(select(places.c.place).where(places.c.place == parent)).first()
            if not known:
                raise StoreError(
                    Label(
                        f"{place} 的上级 {parent} 尚未登记；请先登记上级",
                        f"{parent}, which contains {place}, is not registered; register it first",
                    )
                )
            connection.execute(insert(places), row)

    def apply(self, effects: Sequence[Effect], *, case: str) -> None:
        """Apply the effects on registers: appointments begin and end; follow-up cases and reminders are the office's.

        Raises:
            StoreError: if an appointment cannot begin or end so.
        """
        registered = [effect for effect in effects if isinstance(effect, (Appoint, EndAppointment))]
        if not registered:
            return
        with self._transactions.begin():
            for effect in registered:
                if isinstance(effect, EndAppointment):
                    self.end_posting(effect, case=case)
                else:
                    begun = Posting(effect.person, effect.post, effect.place, effect.since, effect.until)
                    self.add_posting(begun, case=case)


def _posting(row: Any) -> Posting:
    ends = [day for day in (row.until, row.ended) if day is not None]
    return Posting(row.person, row.post, row.place, read_iso(row.since), read_iso(min(ends)) if ends else None)
