"""What the office needs of a store and its registers; no database is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from attrs import frozen

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.made import quickly_made
from community_core.instruments.ledger import Entry
from community_core.procedures.events import Case, Effect, Event
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Register
from community_core.registers.electoral import ElectoralRoll, RollHead, RollLine
from community_core.registers.reads import RegisterRead
from community_core.registers.rows import Plan, Row

T = TypeVar("T")


class Conflict(StoreError):
    """Somebody else recorded an event on the case in the meantime; read it again and repeat the step."""


class Contradiction(StoreError):
    """The registers refuse an entry that contradicts what they hold; give another one."""


class Clock(Protocol):
    """Gives the moment at which something is entered; days are never read from it."""

    def now(self) -> dt.datetime:
        """Return the present moment, with its time zone."""
        ...


@frozen
class Posting:
    """An appointment as the registers hold it: *person* holds *post* in *place* from a day, until one or open."""

    person: str
    post: str
    place: str
    since: dt.date
    until: dt.date | None = None


@frozen
class NeededFunction:
    """A Python function that a rule text needs, and the distribution that it came from when the text was kept.

    *kind* is ``decision``, ``word`` or ``effect``; an effect has no *version* of its own. The distribution is unknown
    where a plugin was not installed from one.
    """

    kind: str
    name: str
    version: str = ""
    distribution: str = ""
    distribution_version: str = ""

    @property
    def requirement(self) -> str:
        """What to install, as one writes it for an installer."""
        return f"{self.distribution}=={self.distribution_version}"


@frozen
class Delegation:
    """Standing to act for another: *person* may act in the name of *behalf* under one *post* of his in *place*.

    It holds from a day, until one (excluded) or open. *post* may also be what *behalf* is in a case itself
    (``proposer``, a step's taker). *reason* says what it rests on: the document that charges him, or why.
    """

    person: str
    behalf: str
    post: str
    place: str
    since: dt.date
    until: dt.date | None = None
    reason: str = ""


@quickly_made
@frozen(weakref_slot=False)
class StoredEvent:
    """An event with what the record adds: the moment it was entered, its hash, and its predecessor's."""

    event: Event
    entered: dt.datetime
    hash: str
    previous: str


@quickly_made
@frozen(weakref_slot=False)
class StoredCase:
    """What is kept of a case beside its events: where it belongs and what it began under."""

    id: str
    procedure: str
    place: str
    opened: dt.date
    rules: str
    parent: str = ""


def new_case(stored: StoredCase) -> Case:
    """Return the case as it is before its first event."""
    # By place, as everything of which thousands are made: by name it takes twice as long.
    return Case(
        stored.id,
        stored.procedure,
        stored.place,
        stored.opened,
        stored.rules,
        "",
        0,
        None,
        None,
        {},
        {},
        False,
        stored.parent,
    )


@frozen
class Cause:
    """What caused a row of a register or a ledger: the *version* of an event of *case*, and which of its effects.

    Effects are counted from 1.
    """

    case: str
    version: int
    number: int


@frozen
class Tally:
    """How many cases of one procedure under one rule text stand in a place, by state and latest step."""

    procedure: str
    rules: str
    place: str
    state: str
    step: str
    count: int


@frozen
class Checkpoint:
    """The whole record up to its *size*-th event as one hash: the *root* of a tree over the hashes of all events.

    *hash* is the checkpoint's own, over root, size and what it covers beside the events, and *previous* that of the
    checkpoint before it, empty for the first one.
    """

    size: int
    root: str
    entered: dt.datetime
    algorithm: str
    hash: str
    previous: str = ""


@frozen
class KnownRoot:
    """A root that somebody knows from elsewhere, a board or an export, with its size where he knows that too.

    Without a size it may also be the hash of a checkpoint, which is over its root, over what it covers beside the
    events, and over the checkpoint before it.
    """

    root: str
    size: int | None = None


@frozen
class Coverage:
    """How much of the record the last checkpoint covers: of all *events*, those up to its size.

    *beside* is how many lines of registers, electoral rolls and the trace of readings lie after it. *unchecked* is how
    many encrypted personal values are not held against their commitments, since their keys were not given: of these
    it is only known that they are there.
    """

    events: int
    checkpoint: Checkpoint | None = None
    beside: int = 0
    unchecked: int = 0

    @property
    def covered(self) -> int:
        """How many events the last checkpoint covers."""
        return 0 if self.checkpoint is None else self.checkpoint.size

    @property
    def beyond(self) -> int:
        """How many events lie after it: the end of a case, or a whole one, can be removed among them unnoticed."""
        return max(0, self.events - self.covered)


class Registers(Protocol):
    """What the office asks about people, posts and places; all of it dated."""

    def postings(self, person: str, day: dt.date) -> Sequence[Posting]:
        """Return the appointments that *person* holds on *day*."""
        ...

    def posts(self, person: str, place: str, day: dt.date) -> frozenset[str]:
        """Return the posts that *person* holds on *day* in *place*, by an appointment there or in a place around it."""
        ...

    def holders(self, post: str, place: str, day: dt.date) -> Sequence[Posting]:
        """Return the appointments to *post* in *place* itself on *day*."""
        ...

    def delegations(self, person: str, day: dt.date) -> Sequence[Delegation]:
        """Return for whom *person* may act on *day*, under which of their posts."""
        ...

    def place_chain(self, place: str, day: dt.date | None = None) -> Sequence[str]:
        """Return *place* and every place that contains it on *day* (or by the last known), the smallest first."""
        ...

    def place_names(self, day: dt.date | None = None) -> Mapping[str, Label]:
        """Return what each place is called on *day* (or by the last known); one without a name is left out."""
        ...


class RegisterRows(Protocol):
    """The registers as dated rows: nothing is overwritten, so any past day can be asked about."""

    def register_rows(
        self,
        register: Register,
        *,
        day: dt.date | None = None,
        where: Mapping[str, str | Sequence[str]] | None = None,
        moment: dt.datetime | None = None,
        past: bool = False,
    ) -> Sequence[Row]:
        """Return rows of *register*: of a day, of some values, as believed at a moment, or replaced ones too."""
        ...

    def keep_change(self, change: RegisterChange, entered: dt.datetime) -> str:
        """Keep a change and return the id that it gets."""
        ...

    def register_change(self, change_id: str) -> RegisterChange | None:
        """Return a change by its id, or ``None``."""
        ...

    def write_rows(self, register: Register, plan: Plan, change: str, entered: dt.datetime) -> None:
        """Write what a change comes to.

        Raises:
            Contradiction: if somebody else changed one of the rows meanwhile.
        """
        ...

    def erase_rows(self, register: Register, key: Sequence[str], change: RegisterChange, entered: dt.datetime) -> str:
        """Erase the private values of *key* from all rows, replaced ones too, and keep *change*; return its id.

        Where there is nothing to erase, nothing is kept and the id is empty.
        """
        ...

    def seal_rows(self) -> int:
        """Encrypt with the key for new values what stands in clear or under an older key; return how many rows."""
        ...

    def keep_read(self, read: RegisterRead, entered: dt.datetime) -> RegisterRead:
        """Add a line to the trace of who read sensitive values, and return it."""
        ...

    def register_reads(self, *, register: str = "") -> Sequence[RegisterRead]:
        """Return the lines of that trace in their order, of one register or of all."""
        ...

    def next_roll(self) -> str:
        """Return the id of the next electoral roll."""
        ...

    def keep_roll(self, roll: ElectoralRoll) -> None:
        """Keep a frozen electoral roll."""
        ...

    def add_line(self, roll_id: str, line: RollLine) -> None:
        """Add a correction to an electoral roll."""
        ...

    def electoral_roll(self, roll_id: str) -> ElectoralRoll | None:
        """Return an electoral roll with its corrections, or ``None``."""
        ...

    def electoral_rolls(self, *, place: str = "") -> Sequence[RollHead]:
        """Return the heads of the electoral rolls."""
        ...


class Store(Registers, RegisterRows, Protocol):
    """Append-only events, cases, rule texts and registers. Every writing call happens inside :meth:`begin`."""

    def begin(self) -> AbstractContextManager[object]:
        """One unit of work: all of it or nothing. A caller's own transaction is neither committed nor rolled back."""
        ...

    def run(self, work: Callable[[], T]) -> T:
        """Do *work* in one unit of work and return what it returns.

        Where the database gives the unit up for another one, it is done again from the start; in a caller's own
        transaction never. So *work* has no effects outside of the store.
        """
        ...

    def add_case(self, case: StoredCase) -> None:
        """Keep a new case."""
        ...

    def add_cases(self, cases: Sequence[StoredCase]) -> None:
        """Keep new cases, in one statement."""
        ...

    def next_ids(self, procedure: str, year: int, count: int) -> Sequence[str]:
        """Return the next *count* case ids of *procedure* in *year*, such as ``hearing-2006-000001``."""
        ...

    def append(
        self,
        events: Sequence[Event],
        expected: Mapping[str, int],
        entered: dt.datetime,
        states: Sequence[Case] = (),
    ) -> Sequence[StoredEvent]:
        """Append *events*; *expected* gives the version of each case before them, *states* are the cases after them.

        Whoever appends events keeps the states after them: a case that has none is in no list, and is a finding.

        Raises:
            Conflict: if a case has moved on in the meantime; nothing is written.
        """
        ...

    def apply(self, effect: Effect, cause: Cause, entered: dt.datetime | None = None) -> None:
        """Apply an effect on registers and ledgers, entered at a moment, in the same unit of work."""
        ...

    def entries(self, name: str, *, place: str = "") -> Sequence[Entry]:
        """Return the entries of the ledger *name*, of all places or of one, in the order in which they were made."""
        ...

    def case(self, case_id: str) -> StoredCase | None:
        """Return what is kept of a case, or ``None``."""
        ...

    def cases(self, *, procedure: str = "", place: str = "") -> Iterator[StoredCase]:
        """Yield cases in the order of their ids."""
        ...

    def events(self, case_id: str) -> Sequence[StoredEvent]:
        """Return the events of a case in order."""
        ...

    def follow_ups(self, case_id: str) -> Sequence[StoredCase]:
        """Return the cases that a step of this one opened, in the order of their ids."""
        ...

    def load(self, case_ids: Sequence[str]) -> Mapping[str, tuple[StoredCase, Sequence[StoredEvent]]]:
        """Return several cases with their events in order; an id that is not kept is left out."""
        ...

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, StoredEvent]:
        """Return the events recorded under several idempotency keys, by key; an unused key is left out."""
        ...

    def by_key(self, key: str) -> StoredEvent | None:
        """Return the event recorded under an idempotency key, or ``None``."""
        ...

    def erase(self, case_id: str, values: Iterable[tuple[int, str]]) -> None:
        """Remove private values of a case for good, by version and field, in the same unit of work as their event."""
        ...

    def scrub(self) -> None:
        """See to it, as far as the database lets us, that no file of it still has what was erased."""
        ...

    def keep_rules(self, digest: str, text: str, functions: Sequence[NeededFunction] = ()) -> None:
        """Keep a rule text by its content hash, and where its functions come from; a second time changes nothing."""
        ...

    def functions(self, digest: str) -> Sequence[NeededFunction]:
        """Return the Python functions that the rule text needs, as they were installed when it was kept."""
        ...

    def rules(self, digest: str) -> str | None:
        """Return the rule text kept under *digest*, or ``None``."""
        ...

    def snapshot(self, case: Case) -> None:
        """Keep a case's present state for lists; the events remain the truth."""
        ...

    def snapshots(self, cases: Sequence[Case], heads: Mapping[str, str] | None = None) -> None:
        """Keep the present states of several cases, in one statement; *heads* are the hashes of their last events."""
        ...

    def resume(self, case_ids: Sequence[str]) -> Mapping[str, tuple[Case, Sequence[StoredEvent]]]:
        """Return cases as they were kept, or new ones with their events to be folded; an unknown id is left out."""
        ...

    def open_states(self, *, procedure: str = "", place: str = "") -> Iterator[Case]:
        """Yield the kept present states of cases that have not ended."""
        ...

    def tally(self) -> Sequence[Tally]:
        """Return how many cases stand where, by procedure, rule text, place, state and latest step."""
        ...

    def head(self) -> str:
        """Return a hash over the whole record; two equal records have one head."""
        ...

    def verify(
        self,
        roots: Sequence[KnownRoot] = (),
        *,
        progress: Callable[[int], object] | None = None,
        workers: int | None = 1,
    ) -> Iterator[Finding]:
        """Yield a finding for each event that was changed, removed, inserted or reordered, and each root that fails."""
        ...

    def checkpoint(self, entered: dt.datetime) -> Checkpoint | None:
        """Append a checkpoint over all events and what is kept beside them.

        Returns it, or the last one where nothing is new; without any event ``None``.
        """
        ...

    def coverage(self) -> Coverage:
        """Return how much of the record the last checkpoint covers."""
        ...

    def add_posting(
        self, posting: Posting, *, change: RegisterChange | None = None, entered: dt.datetime | None = None
    ) -> None:
        """Register an appointment; *change* says who did, at the moment *entered*."""
        ...

    def add_delegation(
        self, delegation: Delegation, *, change: RegisterChange | None = None, entered: dt.datetime | None = None
    ) -> None:
        """Register that somebody may act for another; *change* says who did, at the moment *entered*."""
        ...

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
        """Register a place under its parent; a second time with the same values changes nothing."""
        ...

    def waiting(self) -> int:
        """Return how many events wait for observers."""
        ...

    def drop_waiting(self, before: dt.datetime) -> int:
        """Let no event wait any more that was entered before a moment: nobody is told of them; return how many."""
        ...

    def deliver(self, observer: Callable[[Event], object]) -> object:
        """Give *observer* every committed event that it was not given yet."""
        ...

    def close(self) -> None:
        """Close what the store itself opened; a caller's engine or connection stays as it is."""
        ...

    def meta(self, name: str) -> str | None:
        """Return a small value kept under *name* (the demo's progress, the district's name), or ``None``."""
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small value under *name*."""
        ...


Pairs = Iterable[tuple[str, Any]]
