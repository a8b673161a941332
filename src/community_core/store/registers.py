"""The registers of people, posts and places, as dated rows; who may do what is decided above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    insert,
    literal,
    or_,
    select,
)

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.codec.values import read_iso
from community_core.ports.store import Cause, Contradiction, Posting
from community_core.procedures.events import Appoint, Effect, EndAppointment, Enter
from community_core.registers.changes import RegisterChange
from community_core.registers.rows import ALWAYS
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.ledgers import SqlLedgers
from community_core.store.records import day_text, safe
from community_core.store.register_statements import known_moment
from community_core.store.schema import postings, register_tables
from community_core.store.statements import ask
from community_core.store.tenures import APPOINTED, begin, caused, end

places: Final = register_tables["places"]


class SqlRegisters(SqlLedgers):
    """Appointments, places and ledgers in the database: what the effects of steps change."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def postings(self, person: str, day: dt.date) -> Sequence[Posting]:
        """Return the appointments that *person* holds on *day*, the earliest first."""
        asked = {"person": person, "on": day_text(day)}
        with self._transactions.reading() as connection, checked():
            return tuple(_posting(row) for row in connection.execute(_HELD, asked))

    def posts(self, person: str, place: str, day: dt.date) -> frozenset[str]:
        """Return the posts that *person* holds on *day* in *place*, by an appointment there or in a place around it."""
        asked = {"person": person, "place": place, "on": day_text(day)}
        with self._transactions.reading() as connection, checked():
            return frozenset(post for (post,) in ask(connection, _posts(), asked))

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

    def place_chain(self, place: str, day: dt.date | None = None) -> Sequence[str]:
        """Return *place* and every place that contains it, the smallest first; a place not registered stands alone.

        As the places lie on *day*, or without one as they lie by the last that is known.
        """
        asked = {"place": place} if day is None else {"place": place, "on": day_text(day)}
        with self._transactions.reading() as connection, checked():
            found = [row[0] for row in ask(connection, _chain(day is not None), asked)]
        return tuple(found) or (place,)

    def place_names(self, day: dt.date | None = None) -> Mapping[str, Label]:
        """Return what each place is called on *day*, or by the last that is known; one without a name is left out.

        Without a day, places that are no more are among them: cases of theirs are still shown.
        """
        query = select(places.c.place, places.c.zh, places.c.en).where(
            places.c.zh != "", places.c.replaced.is_(None), *(_lies(places, day_text(day)) if day is not None else ())
        )
        with self._transactions.reading() as connection, checked():
            rows = connection.execute(query.order_by(places.c.place, places.c.since))
            return {row.place: Label(row.zh, row.en or "") for row in rows}

    def add_posting(
        self,
        posting: Posting,
        *,
        cause: Cause | None = None,
        change: RegisterChange | None = None,
        entered: dt.datetime | None = None,
    ) -> None:
        """Register an appointment, or the one that *cause* made; a second time with the same values changes nothing.

        *change* is the change of registers that says who entered it by hand, and *entered* the moment.

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
        key = {"person": posting.person, "post": posting.post, "place": posting.place}
        cells = {
            **key,
            "since": since,
            "until": until,
            "reason": "",
            "case_id": "" if cause is None else cause.case,
            "version": 0 if cause is None else cause.version,
        }
        with self._writing() as connection, checked():
            if begin(connection, APPOINTED, cells, change, known_moment(entered)):
                return
            agreed = connection.execute(
                select(postings.c.until).where(
                    *(postings.c[name] == value for name, value in key.items()), postings.c.since == since
                )
            ).scalar()
            raise Contradiction(
                Label(
                    f"同一任职（{posting.post}，{posting.place}，{since}）已登记，截止日为 {agreed or '无'}",
                    f"this appointment ({posting.post}, {posting.place}, from {since}) is kept with another end: "
                    f"{agreed or 'open'}",
                )
            )

    def end_posting(
        self,
        ended: EndAppointment,
        *,
        cause: Cause | None = None,
        entered: dt.datetime | None = None,
    ) -> None:
        """End an appointment on a day (excluded); a second time with the same day changes nothing.

        *cause* and *entered* are as for :meth:`add_posting`; what was believed before is kept.

        Raises:
            Contradiction: if nobody of that name holds the post there on that day.
        """
        day = day_text(ended.day)
        safe(ended.person, ended.post, ended.place, ended.reason)
        key = {"person": ended.person, "post": ended.post, "place": ended.place}
        by = ("", 0) if cause is None else (cause.case, cause.version)
        values = {"reason": ended.reason, **caused(APPOINTED, *by)}
        with self._writing() as connection, checked():
            if not end(connection, APPOINTED, key, day, values, known_moment(entered)):
                raise Contradiction(
                    Label(
                        f"{day} 在 {ended.place} 没有可终止的任职 {ended.post}",
                        f"there is no appointment to {ended.post} in {ended.place} that could end on {day}",
                    )
                )

    def add_place(
        self,
        place: str,
        parent: str,
        layer: str,
        zh: str,
        en: str,
        *,
        since: dt.date | None = None,
        entered: dt.datetime | None = None,
    ) -> None:
        """Register a place under its parent (empty for the topmost); the same values a second time change nothing.

        It counts from *since*, or without one from the first day there is. A place that moves or gets another name is
        changed through its register, where both stand with their days.

        Raises:
            StoreError: if the parent is not registered, or the place is kept with other values.
        """
        safe(place, parent, layer, zh, en)
        begins = day_text(since or ALWAYS)
        row: dict[str, Any] = {"place": place, "parent": parent or None, "layer": layer, "zh": zh, "en": en}
        with self._writing() as connection, checked():
            known = select(places).where(places.c.place == place, places.c.replaced.is_(None)).order_by(places.c.since)
            kept = [found._asdict() for found in connection.execute(known)]
            if kept:
                if not any({name: found[name] for name in row} == row for found in kept):
                    raise StoreError(
                        Label(
                            f"地方 {place} 已登记，但上级、层级或名称不同",
                            f"the place {place} is kept with another parent, layer or name",
                        )
                    )
                return
            above = select(places.c.place).where(places.c.place == parent, places.c.replaced.is_(None))
            if parent and not connection.execute(above).first():
                raise StoreError(
                    Label(
                        f"{place} 的上级 {parent} 尚未登记；请先登记上级",
                        f"{parent}, which contains {place}, is not registered; register it first",
                    )
                )
            made = {**row, "since": begins, "entered": known_moment(entered), "change_id": "", "replaced_by": ""}
            connection.execute(insert(places), made)

    def apply(self, effect: Effect, cause: Cause, entered: dt.datetime | None = None) -> None:
        """Apply an effect on registers and ledgers; follow-up cases, reminders and redrawings are the office's.

        *entered* is the moment from which on it is believed.

        Raises:
            StoreError: if an appointment cannot begin or end so, or an entry cannot be kept.
        """
        if isinstance(effect, EndAppointment):
            self.end_posting(effect, cause=cause, entered=entered)
        elif isinstance(effect, Enter):
            self.add_entry(effect.entry, cause)
        elif isinstance(effect, Appoint):
            begun = Posting(effect.person, effect.post, effect.place, effect.since, effect.until)
            self.add_posting(begun, cause=cause, entered=entered)


#: The appointments of a person on a day. Statements that every step needs are made once: making one takes longer than
#: asking it.
_THEIRS: Final = (
    postings.c.person == bindparam("person"),
    postings.c.since <= bindparam("on"),
    or_(postings.c.until.is_(None), postings.c.until > bindparam("on")),
    or_(postings.c.ended.is_(None), postings.c.ended > bindparam("on")),
)
_HELD: Final = select(postings).where(*_THEIRS).order_by(postings.c.since, postings.c.id)


@cache
def _posts() -> Select[Any]:
    # A place that is not registered stands alone.
    around = _chain(dated=True).order_by(None).scalar_subquery()
    here = or_(postings.c.place == bindparam("place"), postings.c.place.in_(around))
    return select(postings.c.post).where(*_THEIRS, here)


@cache
def _chain(dated: bool) -> Select[Any]:
    """Return the query for a place and those above it, as they lie on a day or by the last that is known."""
    on: BindParameter[str] | None = bindparam("on") if dated else None
    above = (
        select(places.c.place, places.c.parent, literal(0).label("height"))
        .where(places.c.place == bindparam("place"), *_lies(places, on))
        .cte("above", recursive=True)
    )
    upper = places.alias("upper")
    above = above.union_all(
        select(upper.c.place, upper.c.parent, above.c.height + 1).where(
            upper.c.place == above.c.parent, above.c.height < 64, *_lies(upper, on)
        )
    )
    return select(above.c.place).order_by(above.c.height)


def _lies(table: FromClause, on: Any) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of the places as they lie *on* a day, by the last that is known without one."""
    if on is None:
        return table.c.replaced.is_(None), table.c.until.is_(None)
    return table.c.replaced.is_(None), table.c.since <= on, or_(table.c.until.is_(None), table.c.until > on)


def _posting(row: Any) -> Posting:
    ends = [day for day in (row.until, row.ended) if day is not None]
    return Posting(row.person, row.post, row.place, read_iso(row.since), read_iso(min(ends)) if ends else None)
