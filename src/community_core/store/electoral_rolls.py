"""Electoral rolls in the database: written once, added to by corrections, read whole; who may vote is decided above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from community_core.base.errors import StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.registers.electoral import (
    ElectoralRoll,
    Entitlement,
    RollHead,
    RollKind,
    RollLine,
    head_data,
    holds_together,
)
from community_core.store.connections import Transactions
from community_core.store.counting import counted, next_ids
from community_core.store.failures import checked
from community_core.store.records import safe, shown
from community_core.store.register_tables import as_day
from community_core.store.schema import counters, electoral_lines, electoral_rolls

_COUNTER: Final = "electoral_roll"
#: Under this name and the roll's id it is counted how many lines a roll was given, so that none goes unnoticed.
_LINES: Final = "roll_lines:"


_COUNTED: Final = counters.c.name.startswith(_LINES, autoescape=True)


class SqlElectoralRolls:
    """The rolls; see :class:`~community_core.ports.store.RegisterRows`."""

    _transactions: Transactions

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transactions.writing()

    def next_roll(self) -> str:
        """Return the id of the next roll."""
        with self._writing() as connection, checked():
            return f"roll-{next_ids(connection, _COUNTER, 1)[0]:06d}"

    def keep_roll(self, roll: ElectoralRoll) -> None:
        """Keep a frozen roll."""
        head = roll.head
        safe(head.place, head.term, head.actor)
        with self._writing() as connection, checked():
            connection.execute(insert(electoral_rolls), {**head_data(head), "hash": head.hash})
            if roll.lines:
                connection.execute(insert(electoral_lines), [_line_row(head.id, line) for line in roll.lines])
            counted(connection, f"{_LINES}{head.id}", len(roll.lines))

    def add_line(self, roll_id: str, line: RollLine) -> None:
        """Add a correction to a roll."""
        with self._writing() as connection, checked():
            connection.execute(insert(electoral_lines), _line_row(roll_id, line))
            # Of a roll that was frozen before lines were counted, they are not.
            own = counters.c.name == f"{_LINES}{roll_id}"
            connection.execute(update(counters).where(own).values(value=counters.c.value + 1))

    def electoral_roll(self, roll_id: str) -> ElectoralRoll | None:
        """Return a roll with its corrections, or ``None``.

        Raises:
            StoreError: if what is kept no longer reads as a roll.
        """
        with self._transactions.reading() as connection, checked():
            try:
                return _read(connection, roll_id)
            except ValueError as error:
                raise StoreError(
                    Label(f"选民名册 {roll_id} 的记录读不懂，可能被改动过", f"the roll {roll_id} cannot be read")
                ) from error

    def electoral_rolls(self, *, place: str = "") -> Sequence[RollHead]:
        """Return the heads of the rolls, in the order of their ids."""
        query = select(electoral_rolls).order_by(electoral_rolls.c.id)
        if place:
            query = query.where(electoral_rolls.c.place == place)
        with self._transactions.reading() as connection, checked():
            return tuple(_head(row) for row in connection.execute(query))


def _read(connection: Connection, roll_id: str) -> ElectoralRoll | None:
    own = select(electoral_rolls).where(electoral_rolls.c.id == roll_id)
    theirs = select(electoral_lines).where(electoral_lines.c.roll == roll_id).order_by(electoral_lines.c.number)
    row = connection.execute(own).first()
    return None if row is None else ElectoralRoll(_head(row), tuple(map(_line, connection.execute(theirs))))


def verify_rolls(connection: Connection) -> Iterator[Finding]:
    """Yield a finding for each electoral roll that was removed, or of which a line was changed, removed or inserted."""
    given = {row.name: row.value for row in connection.execute(select(counters).where(_COUNTED))}
    lines = select(electoral_lines.c.roll, func.count()).group_by(electoral_lines.c.roll)
    kept = {row[0]: row[1] for row in connection.execute(lines)}
    heads = set(connection.execute(select(electoral_rolls.c.id)).scalars())
    for roll_id in sorted(heads | set(kept) | {name.removeprefix(_LINES) for name in given}, key=shown):
        count = kept.get(roll_id, 0)
        if given.get(f"{_LINES}{roll_id}", count) != count or not _whole(connection, roll_id):
            yield finding(
                "roll-changed",
                f"选民名册 {shown(roll_id)} 被改动：有一行被改写、删除或插入，或者整个名册被删除",
                f"the electoral roll {shown(roll_id)} was changed: a line of it was rewritten, removed or inserted, "
                "or the whole of it removed",
                roll=shown(roll_id),
            )


def _whole(connection: Connection, roll_id: str) -> bool:
    if shown(roll_id) != roll_id:
        return False
    try:
        roll = _read(connection, roll_id)
        return roll is not None and holds_together(roll)
    except (ValueError, TypeError, AttributeError):
        return False


def _head(row: Any) -> RollHead:
    kind = RollKind(row.kind)
    return RollHead(row.id, kind, row.place, as_day(row.day), row.term, row.rules, row.actor, row.frozen, row.hash)


def _line_row(roll: str, line: RollLine) -> dict[str, Any]:
    safe(line.subject, line.person, line.reason.zh, line.reason.en, line.cite, line.why, line.actor)
    return {
        "roll": roll,
        "number": line.number,
        "subject": line.subject,
        "person": line.person,
        "outcome": line.outcome.value,
        "zh": line.reason.zh,
        "en": line.reason.en,
        "cite": line.cite,
        "ask": " ".join(line.ask),
        "why": line.why,
        "actor": line.actor,
        "day": "" if line.day is None else line.day.isoformat(),
        "hash": line.hash,
    }


def _line(row: Any) -> RollLine:
    return RollLine(
        row.number,
        row.subject,
        row.person,
        Entitlement(row.outcome),
        Label(row.zh, row.en),
        row.cite,
        tuple(row.ask.split()),
        row.why,
        row.actor,
        as_day(row.day) if row.day else None,
        row.hash,
    )
