"""One running office: rules, a store and a clock; cases are opened and steps taken here. It is the composition root."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.base.labels import Language
from community_core.jurisdiction.rules import Rules
from community_core.office.appointing import require_names, unregistered, without_step
from community_core.office.bindings import Bindings, require_day
from community_core.office.bulk import Batch, BulkRun, again
from community_core.office.clock import SystemClock
from community_core.office.commands import Command, id_of, same_correction, same_move
from community_core.office.handling import Handling
from community_core.office.registering import RegisterDesk
from community_core.office.sharing import Sharing
from community_core.office.views import chunked, covered
from community_core.office.work import Work, only_opening
from community_core.ports.store import Clock, Delegation, Posting, Store
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.correct import Correction
from community_core.procedures.events import Case, Event
from community_core.procedures.reading import WorkingDays
from community_core.registers.changes import APPOINTMENT, DELEGATION, RegisterChange

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

    from community_core.office.papering import Papers
    from community_core.ports.keys import KeyRing

CHUNK = 1000

#: An observer with the name it is logged by.
Told = tuple[str, Callable[[Event], object]]

log = logging.getLogger("community_core.office")


def open_office(
    rules: Rules,
    where: str | Path | URL | Engine | Connection | Store,
    *,
    clock: Clock | None = None,
    workdays: WorkingDays | None = None,
    observers: Iterable[Callable[[Event], object]] = (),
    keys: KeyRing | None = None,
    share: int = 0,
) -> Office:
    """Open an office over *rules*.

    Args:
        rules: the rules under which new cases begin; older ones finish under those that they began under.
        where: a file path, ``:memory:`` or database URL; an engine; an open connection, whose transaction stays the
            caller's; or a store that is open already.
        clock: gives the moment of entry; the system's clock in UTC unless given.
        workdays: the calendar of working days; without one, a step that counts them is refused.
        observers: told of every event after it is committed, besides those of the plugins; personal and sensitive
            values are withheld from them.
        keys: the keys that sensitive values are encrypted with (AES-GCM; the extra ``privacy``). A store that is open
            already has its own.
        share: how many commands of several threads one transaction may hold. With it, :meth:`Office.open`,
            :meth:`Office.take`, :meth:`Office.correct` and :meth:`Office.transition` may be called from many threads;
            each returns after the commit that holds its command, and one that is refused does not harm the others.

    Raises:
        StoreError: if the store cannot be opened.
        ValueError: if it is to be shared over one connection.
        TypeError: if *rules* are no rules, or *where* is none of these.
    """
    if not isinstance(rules, Rules):
        raise TypeError(f"open_office() takes rules, as load() returns them, and not {rules!r}")
    from sqlalchemy import URL, Connection, Engine  # noqa: PLC0415 - SQLAlchemy is heavy and needed only here

    from community_core.store.sql import open_store  # noqa: PLC0415 - the same

    if not isinstance(where, (str, Path, URL, Engine, Connection)) and not hasattr(where, "keep_rules"):
        # A session of an ORM, for one, is no connection: session.connection() is.
        takes = "a file, a database URL, an engine, a connection (of a session: session.connection()) or a store"
        raise TypeError(f"open_office() takes {takes}, and not {where!r}")
    if share and (isinstance(where, Connection) or where == ":memory:"):
        raise ValueError("several threads cannot share one connection; give a URL, a file or an engine")
    store = open_store(where, keys=keys) if isinstance(where, (str, Path, URL, Engine, Connection)) else where
    told: list[Told] = [(item.plugin, item.observe) for item in rules.observers]
    told += [(getattr(item, "__qualname__", type(item).__name__), item) for item in observers]
    functions = {item.name: item.run for item in rules.effects}
    return Office(
        rules,
        store,
        clock or SystemClock(),
        functions=functions,
        workdays=workdays or rules.calendar.end,
        observers=told,
        share=share,
    )


class Office(Handling):
    """A synchronous office; it belongs to one thread unless it was opened to be shared.

    Every call that does something names who and which day. Made by :func:`open_office`, or over a store of one's own.
    As a context manager it closes what it opened.
    """

    def __init__(
        self,
        rules: Rules,
        store: Store,
        clock: Clock,
        *,
        functions: Mapping[str, EffectFunction] | None = None,
        workdays: WorkingDays | None = None,
        observers: Sequence[Told] = (),
        share: int = 0,
    ) -> None:
        self.rules = rules
        self.store = store
        self._clock = clock
        self._functions = functions or {}
        self._workdays = workdays
        self._observers = observers
        self._bindings = Bindings(rules, store)
        self._sharing = Sharing(store, self._work, self._write, self._told, share) if share else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what the office opened; a caller's engine or connection stays as it is."""
        self.store.close()

    # -- registers -------------------------------------------------------------------------------------------------

    @cached_property
    def registers(self) -> RegisterDesk:
        """The desk where registers are kept, from places and residents to categories and electoral rolls."""
        return RegisterDesk(self.rules, self.store, self._clock)

    def register_place(self, place: str, parent: str = "", *, layer: str = "", zh: str = "", en: str = "") -> None:
        """Register a place under its parent (empty for the topmost); a second time changes nothing.

        Raises:
            StoreError: if it has no name, or contradicts what is registered.
        """
        require_names(place=place)
        self.store.add_place(place, parent, layer, zh, en, entered=self._clock.now())

    def appoint(
        self,
        person: str,
        post: str,
        place: str,
        since: dt.date,
        until: dt.date | None = None,
        *,
        actor: str = "",
        why: str = "",
    ) -> tuple[Finding, ...]:
        """Register that *person* holds *post* in *place* from *since*, to *until* (excluded) or open.

        The place may be registered later; until then the appointment counts for cases of that very place alone. *actor*
        and *why* say who enters it by hand, and what it rests on.

        Returns:
            warnings that the place is not registered, and that no step is for the post, with the names like them.

        Raises:
            StoreError: if a name is blank or the library's own, or it contradicts what is registered.
        """
        require_names(person=person, post=post, place=place)
        posting = Posting(person, post, place, since, until)
        self._by_hand(APPOINTMENT, since, actor, why, lambda **said: self.store.add_posting(posting, **said))
        return (*unregistered(self.store, place), *without_step(self.rules, post))

    def delegate(
        self,
        person: str,
        behalf: str,
        post: str,
        place: str,
        since: dt.date,
        until: dt.date | None = None,
        *,
        reason: str,
        actor: str = "",
    ) -> tuple[Finding, ...]:
        """Register that *person* may act in the name of *behalf*, under that person's *post* in *place*.

        *post* may also be what *behalf* is in a case itself: ``proposer``, or the name of a step that he took.
        *reason* is the document that it rests on, or why. It gives nothing that *behalf* does not hold on the day.
        *actor* says who enters it. It is ended as an appointment is: :attr:`registers`, by ``end``.

        Returns:
            a warning that the place is not registered, with the names like it.
        """
        require_names(person=person, behalf=behalf, post=post, place=place)
        delegation = Delegation(person, behalf, post, place, since, until, reason)
        self._by_hand(DELEGATION, since, actor, reason, lambda **said: self.store.add_delegation(delegation, **said))
        return unregistered(self.store, place)

    def _by_hand(self, kind: str, day: dt.date, actor: str, why: str, add: Callable[..., None]) -> None:
        """Keep who entered something and why, where he says so, and the moment."""
        now = self._clock.now()
        change = RegisterChange(kind, day, actor, note=why) if actor or why else None
        self.store.run(lambda: add(change=change, entered=now))

    # -- cases -----------------------------------------------------------------------------------------------------

    def open(
        self,
        procedure: str,
        data: Mapping[str, Any],
        *,
        actor: str,
        day: dt.date,
        place: str,
        key: str | None = None,
        step: str | None = None,
        post: str | None = None,
        behalf: str = "",
        case_id: str | None = None,
    ) -> Case:
        """Open a case of *procedure* about *place* by its opening step.

        The same *key* with the same command gives the case as it is and records nothing. With *behalf*, *actor* opens
        it in that person's name, as for :meth:`take`.

        Raises:
            Refused: if the step is refused, or the key was used for something else; nothing is changed.
            UnknownTerm: if there is no such procedure.
            Conflict: if *case_id* is kept already.
        """
        require_day(day)
        binding = self._bindings.present(procedure, on=day)
        opening = step or only_opening(binding.procedure).name
        command = Command(opening, data, actor, day, key or "", post or "", behalf)

        def do(work: Work) -> Case:
            before = work.before(command.key)
            if before is not None:
                return again(work, before, command, opening=(binding.name, place))
            self.store.keep_rules(binding.digest, binding.text, binding.functions)
            name = case_id or self.store.next_ids(binding.procedure.name, day.year, 1)[0]
            return work.open(binding, name, place, command)

        return self._run(do)

    def take(
        self,
        case: Case | str,
        step: str,
        data: Mapping[str, Any] | None = None,
        *,
        actor: str,
        day: dt.date,
        key: str | None = None,
        post: str | None = None,
        behalf: str = "",
    ) -> Case:
        """Take a step in a case (as it is kept now, whatever *case* shows), after settling what is overdue in it.

        *post* says as what *actor* acts, where several of his posts would do. With *behalf* he acts in that person's
        name and under that person's post, as a delegation lets him (:meth:`delegate`); both are recorded.

        Raises:
            Refused: if the step is refused, the case is unknown, or the key was used for something else; nothing is
                changed, overdue deadlines included.
            Conflict: if somebody else recorded an event on the case in the meantime.
        """
        case_id = id_of(case)
        command = Command(step, data or {}, actor, day, key or "", post or "", behalf)

        def do(work: Work) -> Case:
            before = work.before(command.key)
            if before is not None:
                return again(work, before, command, case_id=case_id)
            return work.step(case_id, command)

        return self._run(do)

    def correct(
        self,
        case: Case | str,
        version: int,
        data: Mapping[str, Any],
        *,
        actor: str,
        day: dt.date,
        why: str,
        key: str | None = None,
        behalf: str = "",
    ) -> Case:
        """Record that event *version* of a case was wrong: what it should say (*data*) and *why*.

        The wrong event stays in the record, and the timeline shows both. ``None`` withdraws a value that need not be
        given. Who may correct is whoever holds one of the posts that the corrected step is for; the state does not
        change. Where with the corrected values a step would have been refused, or would have come to something else,
        it is no slip of the pen, and the correction is refused.

        Raises:
            Refused: if the case is unknown, the correction is refused, or the key was used for something else; nothing
                is changed.
        """
        case_id = id_of(case)
        asked = Correction(version, data, actor, day, why, key or "", behalf)

        def do(work: Work) -> Case:
            return work.once(
                asked.key, case_id, lambda event: same_correction(event, asked), lambda: work.correct(case_id, asked)
            )

        return self._run(do)

    def transition(
        self,
        case: Case | str,
        *,
        actor: str,
        day: dt.date,
        key: str | None = None,
        post: str | None = None,
        behalf: str = "",
    ) -> Case:
        """Move a case over to the present text of its procedure, as a transition declared there allows.

        The event names both texts by their hashes, and the case runs under the newer one from then on. What the case
        holds stays, its periods run on, and what the newer text asks for besides is unknown.

        Raises:
            Refused: if the case is unknown, no transition is declared for it, the actor may not move it, or the key was
                used for something else; nothing is changed.
        """
        case_id = id_of(case)
        command = Command("", {}, actor, day, key or "", post or "", behalf)

        def do(work: Work) -> Case:
            return work.once(
                command.key, case_id, lambda event: same_move(event, command), lambda: work.move(case_id, command)
            )

        return self._run(do)

    def advance(self, to: dt.date, *, procedure: str = "", place: str = "") -> tuple[Event, ...]:
        """Settle every deadline of open cases that is overdue on the day *to*, and return the events.

        Raises:
            Refused: if *to* is no day.
        """
        require_day(to)
        found: list[Event] = []
        for chunk in chunked(self._open_cases(procedure, place)):
            overdue = [case.id for case in chunk if any(item.overdue(to) for item in self._deadlines(case))]
            if not overdue:
                continue
            found += self.store.run(partial(self._settle, overdue, to))
            self._told()
        return tuple(found)

    def _settle(self, overdue: Sequence[str], to: dt.date) -> tuple[Event, ...]:
        work = self._work()
        work.preload(overdue)
        for case_id in overdue:
            work.settle(case_id, to)
        return self._write(work)

    # -- many at once ----------------------------------------------------------------------------------------------

    def open_many(
        self,
        procedure: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        actor: str,
        day: dt.date,
        place: str | Sequence[str],
        keys: Sequence[str] | None = None,
        step: str | None = None,
        post: str | None = None,
        chunk: int = CHUNK,
        progress: Callable[[int], object] | None = None,
    ) -> Batch:
        """Open a case for each of *rows*, in one place or one place for each row, chunk by chunk.

        A row that is refused is returned with its index, and the others go through. *progress* is told after each
        committed chunk how many rows are done. Ids are given in the order of the rows; refused rows may leave holes.

        Raises:
            ValueError: if there are not as many places or keys as rows.
            UnknownTerm: if there is no such procedure.
        """
        require_day(day)
        binding = self._bindings.present(procedure, on=day)
        opening = step or only_opening(binding.procedure).name
        places = [place] * len(rows) if isinstance(place, str) else place
        # Made as they are needed: a hundred thousand rows are not kept twice.
        commands = (
            (where, (Command(opening, data, actor, day, key, post or ""),))
            for where, data, key in _aligned(places, rows, keys or [""] * len(rows))
        )
        return self._bulk(chunk, progress).open(lambda _: binding, commands)

    def record_many(
        self,
        procedure: str,
        rows: Sequence[tuple[str, Sequence[Command]]],
        *,
        chunk: int = CHUNK,
        progress: Callable[[int], object] | None = None,
    ) -> Batch:
        """Record whole cases, as when a paper archive is entered: each is opened and goes through its steps.

        Each of *rows* is a place and what was done, the opening first, each on the day on which it was done and by
        whoever held the post then. Periods that passed in between are settled as they would have been. A case of
        which anything is refused is not recorded at all: it is returned with its index, and the others go through.
        A row whose opening is recorded already under its key goes on from there.
        *chunk* counts cases; see :meth:`open_many`.

        Raises:
            ValueError: if nothing was done in one of the cases.
            UnknownTerm: if there is no such procedure.
        """
        self._bindings.present(procedure)
        empty = [index for index, (_, commands) in enumerate(rows) if not commands]
        if empty:
            raise ValueError(f"a case begins with its opening; nothing is given in row {empty[0]}")
        return self._bulk(chunk, progress).open(partial(self._bindings.in_force, procedure), rows)

    def take_many(
        self,
        rows: Sequence[tuple[Case | str, Mapping[str, Any]]],
        step: str,
        *,
        actor: str,
        day: dt.date,
        keys: Sequence[str] | None = None,
        post: str | None = None,
        chunk: int = CHUNK,
        progress: Callable[[int], object] | None = None,
    ) -> Batch:
        """Take one step in many cases, each given with its data; see :meth:`open_many`.

        Raises:
            ValueError: if there are not as many keys as rows.
            Conflict: if one of the cases moved on meanwhile; its chunk is not written, earlier ones are.
        """
        commands = (
            (id_of(case), Command(step, data, actor, day, key, post or ""))
            for (case, data), key in _aligned(rows, keys or [""] * len(rows))
        )
        return self._bulk(chunk, progress).take(commands)

    def _bulk(self, chunk: int, progress: Callable[[int], object] | None) -> BulkRun:
        def after(done: int) -> None:
            self._told()
            if progress is not None:
                progress(done)

        return BulkRun(self.store, self._work, self._clock.now, after, chunk)

    # -- papers ----------------------------------------------------------------------------------------------------

    def papers(
        self,
        *,
        lang: Language = "zh",
        templates: str | Path | None = None,
        named: Callable[[str], str] | None = None,
    ) -> Papers:
        """Return the desk where the papers of cases are printed, issued and checked.

        Args:
            lang: the language of the papers.
            templates: a folder with templates of the district's own; see
                :func:`~community_core.pages.papers.paper_file`.
            named: gives the name of a person, body or place for its id; the id is printed where it gives an empty text.
        """
        from community_core.office.papering import Papers  # noqa: PLC0415 - printing is needed only here

        folder = None if templates is None else Path(templates)
        return Papers(self, self._work, self._write, self._told, lang=lang, templates=folder, named=named)

    # -- observers -------------------------------------------------------------------------------------------------

    def deliver(self) -> None:
        """Tell the observers of committed events that they were not told of; a host calls it after his own commit."""
        if self._observers:
            self.store.deliver(self._tell)

    def _told(self) -> None:
        """Deliver after a commit of our own: what was recorded is recorded, also where telling of it has to wait.

        The events stay in the outbox, and the next delivery tells of them.
        """
        try:
            self.deliver()
        except StoreError as error:
            kind = type(error).__name__
            log.warning("observers could not be told: %s", kind, extra={"event": "delivery-waits"})

    def _tell(self, event: Event) -> None:
        for name, observe in self._observers:
            try:
                observe(event)
            except Exception as error:  # noqa: BLE001 - an observer is somebody else's code and can break nothing
                # The kind of the error only: what it says may hold personal values.
                kind = type(error).__name__
                extra = {"event": "observer-failed", "observer": name, "case": event.case, "version": event.version}
                log.warning("observer %s failed on %s/%d: %s", name, event.case, event.version, kind, extra=extra)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _run(self, do: Callable[[Work], Case]) -> Case:
        """Do one thing in a unit of work of its own, or in one that it shares with other callers."""
        if self._sharing is not None:
            return covered(self._sharing.run(do))

        def unit() -> Case:
            work = self._work()
            case = do(work)
            self._write(work)
            return case

        done = self.store.run(unit)
        self._told()
        return covered(done)

    def _write(self, work: Work) -> tuple[Event, ...]:
        events = work.write(self._clock.now())
        if log.isEnabledFor(logging.DEBUG):
            for event in events:
                # Who acted and what was given are for the record alone.
                extra = {"event": "step", "case": event.case, "version": event.version}
                extra |= {"step": event.step, "state": event.state}
                log.debug("%s/%d %s -> %s", event.case, event.version, event.step, event.state, extra=extra)
        return events


def _aligned(*columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Go through *columns* together; that they are not of one length is told before anything is done."""
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        raise ValueError(f"rows, places and keys are to be as many: {lengths}")
    return zip(*columns, strict=True)
