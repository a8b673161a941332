"""Many openings or steps of one kind: pure steps in one pass, few statements, one unit of work for each chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from community_core.base.collecting import uncollected
from community_core.base.errors import Refused
from community_core.base.findings import Finding
from community_core.office.bindings import Binding, refused
from community_core.office.commands import Command, other_command, repeated
from community_core.office.views import covered
from community_core.office.work import Work
from community_core.ports.store import Store
from community_core.procedures.events import Case, Event


@frozen
class RefusedRow:
    """A row that was refused: its index from 0, and why."""

    index: int
    findings: tuple[Finding, ...]


@frozen
class Batch:
    """What came of many commands: for each row the case, ``None`` where it was refused, and the refusals."""

    cases: tuple[Case | None, ...]
    refused: tuple[RefusedRow, ...] = ()

    @property
    def done(self) -> tuple[Case, ...]:
        """The cases of the rows that went through, in order."""
        return tuple(case for case in self.cases if case is not None)


class BulkRun:
    """One bulk call: goes through rows chunk by chunk and remembers what became of each.

    Args:
        store: where everything is kept.
        begin_work: makes the unit of work for a chunk.
        now: gives the moment of entry of a chunk.
        after: told after each chunk that was committed, with the number of rows done so far.
    """

    def __init__(
        self,
        store: Store,
        begin_work: Callable[[], Work],
        now: Callable[[], dt.datetime],
        after: Callable[[int], object],
    ) -> None:
        self._store = store
        self._begin_work = begin_work
        self._now = now
        self._after = after
        self._cases: list[Case | None] = []
        self._refused: list[RefusedRow] = []

    @property
    def result(self) -> Batch:
        """What came of all rows so far."""
        cases = tuple(None if case is None else covered(case) for case in self._cases)
        return Batch(cases, tuple(self._refused))

    def open_chunk(self, binding: Binding, rows: Sequence[tuple[str, Command]]) -> None:
        """Open a case for each pair of place and command, in one unit of work."""

        def attempt() -> None:
            work = self._begin_work()
            self._store.keep_rules(binding.digest, binding.text, binding.functions)
            kept = self._kept([command for _, command in rows], work)
            fresh = sum(command.key not in kept for _, command in rows)
            year = rows[0][1].day.year
            ids = [*reversed(self._store.next_ids(binding.procedure.name, year, fresh))] if fresh else []

            def do(row: tuple[str, Command]) -> Case:
                place, command = row
                before = kept.get(command.key) or work.recorded(command.key)
                if before is not None:
                    return again(work, before, command, opening=(binding.name, place))
                case = work.open(binding, ids[-1], place, command)
                ids.pop()
                return case

            self._chunk(rows, do, work)

        self._run(attempt)

    def take_chunk(self, rows: Sequence[tuple[str, Command]]) -> None:
        """Take a step for each pair of case id and command, in one unit of work."""

        def attempt() -> None:
            work = self._begin_work()
            kept = self._kept([command for _, command in rows], work)
            work.preload([case_id for case_id, _ in rows])

            def do(row: tuple[str, Command]) -> Case:
                case_id, command = row
                before = kept.get(command.key) or work.recorded(command.key)
                if before is not None:
                    return again(work, before, command, case_id=case_id)
                return work.step(case_id, command)

            self._chunk(rows, do, work)

        self._run(attempt)

    def _run(self, attempt: Callable[[], None]) -> None:
        """Do a chunk; of a try that the database gave up for another one nothing is remembered."""
        done, refused_before = len(self._cases), len(self._refused)

        def fresh() -> None:
            del self._cases[done:], self._refused[refused_before:]
            attempt()

        with uncollected():
            self._store.run(fresh)

    def _kept(self, commands: Sequence[Command], work: Work) -> Mapping[str, Event]:
        keys = [command.key for command in commands if command.key]
        kept = self._store.by_keys(keys) if keys else {}
        work.preload([item.event.case for item in kept.values()])
        return {key: item.event for key, item in kept.items()}

    def _chunk(self, rows: Sequence[Any], do: Callable[[Any], Case], work: Work) -> None:
        start = len(self._cases)
        for index, row in enumerate(rows, start=start):
            try:
                self._cases.append(do(row))
            except Refused as error:
                self._cases.append(None)
                self._refused.append(RefusedRow(index, error.findings))
        work.write(self._now())

    def committed(self) -> None:
        """Say that the chunk is committed."""
        self._after(len(self._cases))


def again(
    work: Work, event: Event, command: Command, *, case_id: str = "", opening: tuple[str, str] = ("", "")
) -> Case:
    """Return the case as it is, where *event* is what *command* recorded before under its key.

    *case_id* is given for a step, *opening* (procedure and place) for the opening of a case.

    Raises:
        Refused: if the key was used for another command.
    """
    case = work.case(event.case)
    opened = event.version == 1 and (case.procedure, case.place) == opening
    same = case.id == case_id if case_id else opened
    problem = repeated(work.binding(case), event, command) if same else other_command(command.key, event.case)
    if problem is not None:
        raise refused(problem)
    return case
