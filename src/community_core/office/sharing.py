"""One transaction for the commands of several threads: whoever comes first commits for those who wait meanwhile."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from attrs import define

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.codec.values import CodecError
from community_core.office.work import Work
from community_core.ports.store import Conflict, Store
from community_core.procedures.events import Case

Do = Callable[[Work], Case]

_STOPPED: Final = Label(
    "替大家写入的线程被中断，不知道这一步是否已经登记；请先读取，或用同一请求编号重试",
    "the thread that wrote for all was stopped, and whether this step was recorded is not known; "
    "read before you repeat, or repeat with the same key",
)


@define(eq=False)
class _Command:
    """One caller's command, and what became of it once *done*."""

    do: Do
    done: bool = False
    case: Case | None = None
    error: Exception | None = None

    def settled(self) -> Case:
        if self.error is not None:
            raise self.error
        assert self.case is not None  # noqa: S101 - without an error there is a case
        return self.case


class Sharing:
    """Commands that wait, and the thread that writes them.

    A command is acknowledged only after the commit that holds it. One that is refused is as if it had never been
    asked; where the database gives a whole unit up, all in it learn so, and nothing of it is kept.

    Args:
        store: where units of work happen.
        begin: makes the work of one unit.
        write: writes it.
        deliver: tells observers after the commit.
        most: how many commands one transaction may hold.
    """

    def __init__(
        self,
        store: Store,
        begin: Callable[[], Work],
        write: Callable[[Work], object],
        deliver: Callable[[], object],
        most: int,
    ) -> None:
        self._store = store
        self._begin = begin
        self._write = write
        self._deliver = deliver
        self._most = most
        self._waiting: deque[_Command] = deque()
        self._writer = threading.Lock()

    def run(self, do: Do) -> Case:
        """Have *do* done in a unit of work and committed, alone or among others; return the case it comes to.

        Raises:
            Refused: if it is refused.
            StoreError: if the unit could not be written.
        """
        command = _Command(do)
        self._waiting.append(command)
        while not command.done:
            # While one thread commits, the commands of the others gather behind it.
            with self._writer:
                if not command.done:
                    self._commit()
        return command.settled()

    def _commit(self) -> None:
        batch: list[_Command] = []
        try:
            while self._waiting and len(batch) < self._most:
                batch.append(self._waiting[0])
                self._waiting.popleft()
            self._together(batch)
        except BaseException:
            # Somebody stops this thread; the others wait for an answer all the same, and it is not that all went well.
            for command in batch:
                command.error = StoreError(_STOPPED)
            raise
        finally:
            for command in batch:
                command.done = True
        self._deliver()

    def _together(self, batch: Sequence[_Command]) -> None:
        try:
            self._store.run(lambda: self._unit(batch))
        except (Conflict, CodecError) as error:
            # Something of one of them cannot be written, and nothing was: each is tried by itself.
            if len(batch) == 1:
                batch[0].error = error
            else:
                for command in batch:
                    self._together([command])
        except Exception as error:  # noqa: BLE001 - whatever it is, each of the callers is to learn of it
            for command in batch:
                command.error = error

    def _unit(self, batch: Sequence[_Command]) -> None:
        work = self._begin()
        for command in batch:
            command.case = command.error = None
            try:
                command.case = command.do(work)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one caller's refusal or mistake is his alone
                command.error = error
        self._write(work)
