"""What an office can say of its record and its cases: lists, timelines, deadlines, the board; nothing is recorded here.

Appending a checkpoint is the one thing here that writes: it says of the record what it is, and changes nothing in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from community_core.base.findings import Finding
from community_core.jurisdiction.rules import Rules
from community_core.office.bindings import Bindings
from community_core.office.permitting import Permission, permissions
from community_core.office.views import Due, Moment, board, timeline, values_used
from community_core.office.work import Work
from community_core.pages.items import BoardCase, BoardItem
from community_core.ports.store import Checkpoint, Clock, KnownRoot, Store, StoredCase
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.deadlines import deadlines
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

    def case(self, case_id: str) -> Case:
        """Return a case as its events make it.

        Raises:
            Refused: if there is no such case.
        """
        return self._work().case(case_id)

    def open_cases(self, *, procedure: str = "", place: str = "") -> Iterator[Case]:
        """Yield the cases that have not ended, in the order of their ids, as kept for lists."""
        yield from self._open_cases(procedure, place)

    def timeline(self, case: Case | str) -> tuple[Moment, ...]:
        """Return what happened in a case, in order; for those who handle it, not for the public.

        Raises:
            Refused: if there is no such case.
        """
        now = self.case(case if isinstance(case, str) else case.id)
        return timeline(self._bindings.of(now.procedure, now.rules), self.store.events(now.id))

    def values_used(self, case: Case | str) -> tuple[ParameterUse, ...]:
        """Return the parameters on which a case rests so far, with their values, standing and documents.

        Raises:
            Refused: if there is no such case.
        """
        now = self.case(case if isinstance(case, str) else case.id)
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
        """Append a checkpoint over all events so far, whose size and root stand on the board from then on.

        Returns:
            The checkpoint; the last one where nothing happened since, ``None`` where nothing ever happened.

        Raises:
            StoreError: if the record was changed near the last checkpoint: verify first.
        """
        return self.store.checkpoint(self._clock.now())

    def verify(
        self, roots: Sequence[KnownRoot] = (), *, progress: Callable[[int], object] | None = None
    ) -> Iterator[Finding]:
        """Yield a finding for each event that was changed, removed, inserted or reordered in the record.

        *roots* are roots of checkpoints known from elsewhere, a board or an export; *progress* is told now and then
        how many events were read. What lies after the last checkpoint is not covered by it: see ``store.coverage``.
        """
        return self.store.verify(roots, progress=progress)

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

    def may(self, person: str, case: Case | str, day: dt.date) -> tuple[Permission, ...]:
        """Return for each step of a case whether *person* may try it on *day*, or what stands against it.

        Decided by the same code as the step itself, as the case would stand once its overdue deadlines are settled;
        nothing is recorded, and no data is asked for.
        """
        return permissions(
            self._work(), case if isinstance(case, str) else case.id, person, day, workdays=self._workdays
        )

    def _work(self) -> Work:
        return Work(self.store, self._bindings, self._functions, self._workdays)

    def _cases(self, procedure: str, place: str) -> Iterator[StoredCase]:
        return self.store.cases(procedure=self._full(procedure), place=place)

    def _open_cases(self, procedure: str, place: str) -> Iterator[Case]:
        return self.store.open_states(procedure=self._full(procedure), place=place)

    def _full(self, procedure: str) -> str:
        return self.rules.procedure_name(procedure) if procedure else ""

    def _deadlines(self, case: Case) -> Sequence[Any]:
        binding = self._bindings.of(case.procedure, case.rules)
        return deadlines(binding.procedure, case, binding.evaluate, workdays=self._workdays)
