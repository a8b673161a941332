"""What an office can say of its record and its cases: lists, timelines, deadlines, the board; nothing is recorded here.

Appending a checkpoint is the one thing here that writes: it says of the record what it is, and changes nothing in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from community_core.base.findings import Finding
from community_core.instruments.ledger import Balances, Entry, balances
from community_core.jurisdiction.rules import Rules
from community_core.model.bodies import Appointment, Headcount, headcount
from community_core.office.bindings import Bindings, refused
from community_core.office.commands import id_of
from community_core.office.measuring import Measured, Measuring, States
from community_core.office.permitting import Permission, openings_for, permissions
from community_core.office.restoring import restore, unknown_case
from community_core.office.rhythms import DueAgain, due_again
from community_core.office.views import Due, Moment, board, covered, timeline, values_used
from community_core.office.work import Work
from community_core.pages.items import BoardCase, BoardItem
from community_core.ports.store import Checkpoint, Clock, KnownRoot, Store, StoredCase
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.deadlines import deadlines
from community_core.procedures.definition import Procedure
from community_core.procedures.events import Case
from community_core.procedures.reading import WorkingDays
from community_core.rules.answer import ParameterUse


class Reading:
    """The half of an :class:`~community_core.office.office.Office` that reads."""

    rules: Rules
    store: Store
    _clock: Clock
    _functions: Mapping[str, EffectFunction]
    _workdays: WorkingDays | None
    _bindings: Bindings

    def case(self, case_id: str, *, as_of: dt.date | None = None) -> Case:
        """Return a case as its events make it, or with *as_of* as those done until the end of that day make it.

        Its sensitive values are covered: ``None`` in ``data``, with the reason in ``withheld``; see ``inspect``.

        Raises:
            Refused: if there is no such case, or there was none yet.
        """
        if as_of is None:
            return covered(self._work().case(case_id))
        kept = self.store.load([case_id]).get(case_id)
        done = [item for item in kept[1] if item.event.day <= as_of] if kept is not None else []
        if kept is None or not done:
            raise refused(unknown_case(case_id, as_of))
        return covered(restore(self._bindings, kept[0], done))

    def definition(self, case: Case | str) -> Procedure:
        """Return the procedure of a case, under the text that the case runs under.

        Raises:
            Refused: if there is no such case.
        """
        now = self.case(case) if isinstance(case, str) else case
        return self._bindings.of(now.procedure, now.rules).procedure

    def open_cases(self, *, procedure: str = "", place: str = "") -> Iterator[Case]:
        """Yield the cases that have not ended, in the order of their ids, as kept for lists."""
        yield from map(covered, self._open_cases(procedure, place))

    def follow_ups(self, case: Case | str, *, as_of: dt.date | None = None) -> tuple[StoredCase, ...]:
        """Return the cases that a step of this one opened (until the end of the day *as_of*), in the order of ids."""
        children = self.store.follow_ups(id_of(case))
        return tuple(child for child in children if as_of is None or child.opened <= as_of)

    def timeline(self, case: Case | str, *, as_of: dt.date | None = None) -> tuple[Moment, ...]:
        """Return what happened in a case (until the end of the day *as_of*), in order; for those who handle it alone.

        Raises:
            Refused: if there is no such case.
        """
        now = self.case(id_of(case))
        events = [item for item in self.store.events(now.id) if as_of is None or item.event.day <= as_of]
        return timeline(self._bindings, now.procedure, events)

    def values_used(self, case: Case | str) -> tuple[ParameterUse, ...]:
        """Return the parameters on which a case rests so far, with their values, standing and documents.

        Raises:
            Refused: if there is no such case.
        """
        now = self.case(id_of(case))
        return values_used(self._bindings.of(now.procedure, now.rules), now)

    def board_items(self, *, procedure: str = "", place: str = "") -> Iterator[BoardItem]:
        """Yield what is public, case by case: of each thing published, the fields that are classed public."""
        for _, items, _ in board(self.store, self._bindings, self._cases(procedure, place)):
            yield from items

    def board_cases(self, *, procedure: str = "", place: str = "") -> Iterator[BoardCase]:
        """Yield the cases that have published something, as the board lists them."""
        for _, _, case in board(self.store, self._bindings, self._cases(procedure, place)):
            yield case

    # -- the record as a whole -------------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint | None:
        """Append a checkpoint over all events so far, whose size, root and hash stand on the board from then on.

        Its hash covers what is new in registers, electoral rolls and the trace of readings as well.

        Returns:
            The checkpoint; the last one where nothing is new since, ``None`` where no event was ever recorded.

        Raises:
            StoreError: if the record was changed near the last checkpoint: verify first.
        """
        return self.store.checkpoint(self._clock.now())

    def verify(
        self,
        roots: Sequence[KnownRoot] = (),
        *,
        progress: Callable[[int], object] | None = None,
        workers: int | None = 1,
    ) -> Iterator[Finding]:
        """Yield a finding for each event that was changed, removed, inserted or reordered in the record.

        *roots* are roots of checkpoints known from elsewhere, a board or an export; *progress* is told now and then
        how many events were read; of a long record *workers* processes verify the chains. What lies after the last
        checkpoint is not covered by it: see ``store.coverage``.
        """
        return self.store.verify(roots, progress=progress, workers=workers)

    def due(self, on: dt.date, *, procedure: str = "", place: str = "") -> tuple[Due, ...]:
        """Return the deadlines of open cases that fall due on the day *on* or before, the earliest first.

        Those whose period nobody has set come last, each with the finding that says what is missing.
        """
        found = [
            Due(case.id, case.procedure, case.place, case.state, item.rule.then, item.rule.to, item.due, item.why)
            for case in self._open_cases(procedure, place)
            for item in self._deadlines(case)
            if item.due is None or item.due <= on
        ]
        return tuple(sorted(found, key=lambda item: (item.due or dt.date.max, item.case)))

    def due_again(self, on: dt.date, *, place: str = "") -> tuple[DueAgain, ...]:
        """Return what is to be posted or done again and again, by place, with when it was done last; overdue first.

        The places are *place*, or all in which the record has cases.
        """
        return due_again(self.rules, self.store, self._bindings, on, place=place, workdays=self._workdays)

    def entries(self, ledger: str, *, place: str = "") -> tuple[Entry, ...]:
        """Return what steps entered in a ledger, in all places or in one, in the order in which it was entered."""
        return tuple(self.store.entries(ledger, place=place))

    def balances(self, ledger: str, *, place: str = "", until: dt.date | None = None) -> Balances:
        """Return what each account of a ledger has, by account and unit, at the end of the day *until* or by now."""
        return balances(self.store.entries(ledger, place=place), until)

    def headcount(self, posts: Iterable[str], places: Iterable[str], day: dt.date) -> Headcount:
        """Return how many of *posts* are held in *places* on *day*, and by how many people.

        Five communities whose secretary chairs the committee too have ten posts and five heads.
        """
        wanted = [(post, place) for place in dict.fromkeys(places) for post in dict.fromkeys(posts)]
        found = [item for post, place in wanted for item in self.store.holders(post, place, day)]
        return headcount(
            (Appointment(item.person, item.post, item.place, item.since, item.until) for item in found), day
        )

    def measured(self, procedure: str, *, place: str = "", names: Sequence[str] = ()) -> tuple[Measured, ...]:
        """Return what the measures of *procedure* come to over its cases, all of them or those called *names*.

        Whatever their privacy class: only public ones are for the board.

        Raises:
            UnknownTerm: if there is no such procedure.
        """
        return tuple(Measuring(self.store, self._bindings).measured(procedure, place=place, names=names))

    def states(self, procedure: str, *, place: str = "") -> States:
        """Return how many cases of *procedure* were opened in each month, by the state in which they stand.

        Raises:
            UnknownTerm: if there is no such procedure.
        """
        return Measuring(self.store, self._bindings).states(procedure, place=place)

    def may(self, person: str, case: Case | str, day: dt.date) -> tuple[Permission, ...]:
        """Return for each step of a case whether *person* may try it on *day*, or what stands against it.

        Decided by the same code as the step itself, as the case would stand once its overdue deadlines are settled;
        nothing is recorded, and no data is asked for.
        """
        return permissions(self._work(), id_of(case), person, day, workdays=self._workdays)

    def may_open(self, person: str, place: str, day: dt.date) -> tuple[Permission, ...]:
        """Return for each step that opens a case whether *person* may open one about *place* on *day*, or why not."""
        bindings = [self._bindings.present(name, on=day) for name in self.rules.procedures_on(day)]
        return openings_for(self._work(), bindings, place, person, day, workdays=self._workdays)

    def _work(self) -> Work:
        return Work(self.store, self._bindings, self._functions, self._workdays, self._clock)

    def _cases(self, procedure: str, place: str) -> Iterator[StoredCase]:
        return self.store.cases(procedure=self._full(procedure), place=place)

    def _open_cases(self, procedure: str, place: str) -> Iterator[Case]:
        return self.store.open_states(procedure=self._full(procedure), place=place)

    def _full(self, procedure: str) -> str:
        return self.rules.procedure_name(procedure) if procedure else ""

    def _deadlines(self, case: Case) -> Sequence[Any]:
        binding = self._bindings.of(case.procedure, case.rules)
        return deadlines(binding.procedure, case, binding.evaluate, workdays=self._workdays)
