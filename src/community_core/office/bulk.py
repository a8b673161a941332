"""Many openings or steps of one kind: pure steps in one pass, few statements, one unit of work for each chunk."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from attrs import frozen

from community_core.base.collecting import uncollected
from community_core.base.errors import Refused
from community_core.base.findings import Finding
from community_core.office.bindings import Binding, refused
from community_core.office.commands import Command, other_command, repeated
from community_core.office.views import chunked, covered
from community_core.office.work import Work
from community_core.ports.store import Store
from community_core.procedures.events import Case, Event

T = TypeVar("T")


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
        chunk: how many rows are one unit of work.
    """

    def __init__(
        self,
        store: Store,
        begin_work: Callable[[], Work],
        now: Callable[[], dt.datetime],
        after: Callable[[int], object],
        chunk: int,
    ) -> None:
        self._store = store
        self._begin_work = begin_work
        self._now = now
        self._after = after
        self._size = chunk
        self._cases: list[Case | None] = []
        self._refused: list[RefusedRow] = []

    def open(self, bind: Callable[[dt.date], Binding], rows: Iterable[tuple[str, Sequence[Command]]]) -> Batch:
        """Open a case for each pair of place and commands, and go through its steps; all of them or none.

        *bind* gives the rules of the procedure on the day of the opening, or raises ``Refused``.
        """
        return self._through(rows, partial(self._open, bind))

    def take(self, rows: Iterable[tuple[str, Command]]) -> Batch:
        """Take a step for each pair of case id and command."""
        return self._through(rows, self._take)

    def _through(self, rows: Iterable[T], do: Callable[[Sequence[T]], None]) -> Batch:
        for part in chunked(rows, self._size):
            do(part)
            self._after(len(self._cases))
        cases = tuple(None if case is None else covered(case) for case in self._cases)
        return Batch(cases, tuple(self._refused))

    def _open(self, bind: Callable[[dt.date], Binding], rows: Sequence[tuple[str, Sequence[Command]]]) -> None:
        def attempt() -> None:
            work = self._begin_work()
            kept = self._kept([command for _, commands in rows for command in commands], work)
            bound = [_bound(bind, commands[0].day) for _, commands in rows]
            self._keep_rules(bound)
            ids = self._ids(bound, [commands[0] for _, commands in rows], kept)

            def opened(binding: Binding, place: str, command: Command, new: Sequence[str]) -> Case:
                before = _recorded(command, kept, work)
                if before is not None:
                    return again(work, before, command, opening=(binding.name, place))
                return work.open(binding, new[-1], place, command)

            def stepped(case: Case, command: Command) -> Case:
                before = _recorded(command, kept, work)
                if before is not None:
                    return again(work, before, command, case_id=case.id)
                return work.step(case.id, command)

            def do(row: tuple[Binding | Refused, tuple[str, Sequence[Command]]]) -> Case:
                binding, (place, (opening, *steps)) = row
                if isinstance(binding, Refused):
                    raise binding
                new = ids.get((binding.procedure.name, opening.day.year), [])

                def whole() -> Case:
                    case = opened(binding, place, opening, new)
                    for command in steps:
                        case = stepped(case, command)
                    return case

                case = work.together(binding.procedure, whole) if steps else whole()
                if new and case.id == new[-1]:
                    new.pop()
                return case

            self._chunk(list(zip(bound, rows, strict=True)), do, work)

        self._run(attempt)

    def _keep_rules(self, bound: Sequence[Binding | Refused]) -> None:
        for binding in {id(item): item for item in bound if isinstance(item, Binding)}.values():
            self._store.keep_rules(binding.digest, binding.text, binding.functions)

    def _ids(
        self, bound: Sequence[Binding | Refused], openings: Sequence[Command], kept: Mapping[str, Event]
    ) -> Mapping[tuple[str, int], list[str]]:
        """Return ids for the openings that are not recorded yet, the first one last, by procedure and year."""
        new = Counter(
            (binding.procedure.name, command.day.year)
            for binding, command in zip(bound, openings, strict=True)
            if isinstance(binding, Binding) and command.key not in kept
        )
        # Those who count the same numbers at once count them in the same order.
        return {which: [*reversed(self._store.next_ids(*which, count))] for which, count in sorted(new.items())}

    def _take(self, rows: Sequence[tuple[str, Command]]) -> None:
        def attempt() -> None:
            work = self._begin_work()
            kept = self._kept([command for _, command in rows], work)
            work.preload([case_id for case_id, _ in rows])

            def do(row: tuple[str, Command]) -> Case:
                case_id, command = row
                before = _recorded(command, kept, work)
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


def _bound(bind: Callable[[dt.date], Binding], day: dt.date) -> Binding | Refused:
    try:
        return bind(day)
    except Refused as error:
        return error


def _recorded(command: Command, kept: Mapping[str, Event], work: Work) -> Event | None:
    """Return what was recorded under the key of *command*, before the chunk or in it; nothing without a key."""
    return (kept.get(command.key) or work.recorded(command.key)) if command.key else None


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
