"""The table of personal values: read, written and erased by case, version and field; and its comparison with events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, delete, func, select

from community_core.base.findings import Finding, finding
from community_core.base.ranks import Privacy
from community_core.procedures.events import ERASE
from community_core.procedures.withholding import Why, Withheld
from community_core.store.records import event_found, shown
from community_core.store.schema import STATE, cases, events, private, snapshots
from community_core.store.sealing import SEALED, Damaged, Lookup, PrivateRow, Sealing, is_mark, marks, unread

_CHUNK: Final = 500
_CASE, _VERSION, _STEP, _DATA = (events.c.keys().index(name) for name in ("case_id", "version", "step", "data"))
_PRESENT: Final = STATE.index(snapshots.c.data)


def lookup_of_events(connection: Connection, rows: Iterable[Sequence[Any]], sealing: Sealing) -> Lookup:
    """Return what gives the private values of events, from their rows in the order of the table's columns.

    Where none of them has a private value, the table is not asked.
    """
    sealed: dict[str, set[int]] = {}
    erased: set[tuple[str, int, str]] = set()
    for row in rows:
        case, version, step, data = row[_CASE], row[_VERSION], row[_STEP], row[_DATA]
        if SEALED in data:
            sealed.setdefault(case, set()).add(version)
        if step == ERASE:
            erased |= {(case, number, name) for number, name in erased_values(json.loads(data))}
    return _lookup(connection, sealed, erased, sealing) if sealed else unread


def lookup_of_states(connection: Connection, rows: Iterable[Sequence[Any]], sealing: Sealing) -> Lookup:
    """Return what gives the private values of present states, from rows as :func:`kept_state` reads them."""
    # Of a long case only the events that gave the values are read.
    sealed = {row[0]: _givers(row[_PRESENT]) for row in rows if SEALED in row[_PRESENT]}
    return _lookup(connection, sealed, set(), sealing) if sealed else unread


def _lookup(
    connection: Connection, sealed: Mapping[str, set[int]], erased: set[tuple[str, int, str]], sealing: Sealing
) -> Lookup:
    kept: dict[tuple[str, int, str], PrivateRow] = {}
    ids = list(sealed)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        query = select(private).where(private.c.case_id.in_(chunk))
        versions = {version for case_id in chunk for version in sealed[case_id]}
        if len(versions) <= _CHUNK:
            query = query.where(private.c.version.in_(versions))
        for found_row in connection.execute(query):
            value = PrivateRow(*found_row)
            kept[value.case_id, value.version, value.field] = value

    def found(case_id: str, version: int, name: str, privacy: Privacy) -> Any:
        key = (case_id, version, name)
        if key not in kept:
            return Withheld(privacy, Why.ERASED if key in erased else Why.MISSING)
        try:
            return sealing.value(kept[key])
        except Damaged:
            return Withheld(privacy, Why.DAMAGED)

    return found


def _givers(data: str) -> set[int]:
    """Return which events gave the private values of a present state."""
    return {value["sealed"] for value in json.loads(data).values() if is_mark(value)}


def erase_values(connection: Connection, case_id: str, values: Iterable[tuple[int, str]]) -> None:
    """Remove the private values of a case at these versions and fields, for good. A writer's lock is held."""
    overwriting(connection)
    mine = private.c.case_id == case_id
    for version, name in values:
        connection.execute(delete(private).where(mine, private.c.version == version, private.c.field == name))


def overwriting(connection: Connection) -> None:
    """See to it that what is removed or replaced from now on is written over in the database's file."""
    if connection.dialect.name == "sqlite":
        # Else SQLite only marks the room as free, and the bytes stay in the file until something is written over them.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def erased_values(pairs: Iterable[Any]) -> set[tuple[int, str]]:
    """Return version and field of each value that an event of erasure removed, from its data as JSON has it."""
    said = dict(pairs)
    return {(version, name) for version, name in said.get("values", ())}


@define
class Expected:
    """What the events of one case say of its private values: their commitments, and what was erased since."""

    sealed: dict[tuple[int, str], Mapping[str, str]] = field(factory=dict)
    erased: set[tuple[int, str]] = field(factory=set)

    def read(self, version: int, step: str, pairs: Sequence[Any]) -> None:
        """Take in one event."""
        for name, mark in marks(step, pairs):
            self.sealed[version, name] = mark
        if step == ERASE:
            self.erased |= erased_values(pairs)


@define
class PrivateCheck:
    """Compares private rows with what events say of them; *sealing* has the keys, where there are any.

    *unchecked* counts those whose key it has not: of them it is only known that they are there.
    """

    sealing: Sealing
    unchecked: int = 0
    _locked: set[str] = field(factory=set)

    def row(self, row: PrivateRow, expected: Expected) -> Iterator[Finding]:
        """Yield what is wrong with a row, and take it off what is expected."""
        key = (row.version, row.field)
        if key in expected.erased:
            expected.sealed.pop(key, None)
            yield _found(
                "erased-value-kept", row, "已登记删除，值却还在库中", "was recorded as erased and is still kept"
            )
            return
        mark = expected.sealed.pop(key, None)
        if mark is None:
            yield _found(
                "private-value-inserted", row, "没有对应的记录，是插入的", "belongs to no event: it was inserted"
            )
            return
        holds = self.sealing.holds(row, mark)
        if holds is False:
            yield _found(
                "private-value-changed",
                row,
                "与记录中的承诺值不符，已被改动或换位",
                "is not what its event commits to: it was changed or moved",
            )
        elif holds is None:
            self.unchecked += 1
            if self.sealing.keys is None or row.key_id in self._locked:
                return
            self._locked.add(row.key_id)
            yield key_missing(row.key_id)

    def missing(self, case: str, expected: Expected) -> Iterator[Finding]:
        """Yield a finding for each value that is gone and that nobody recorded as erased."""
        for version, name in sorted(expected.sealed.keys() - expected.erased):
            yield event_found(
                "private-value-missing",
                case,
                version,
                f"的个人信息 {shown(name)} 不在库中，也没有登记删除",
                f"lacks the value of {shown(name)}, which nobody recorded as erased",
            )


def key_missing(key: object) -> Finding:
    """Return the finding that there is no *key* on the ring, with which values are encrypted."""
    return finding(
        "key-missing",
        f"密钥环里没有密钥 {shown(key)}，用它加密的值没有核对",
        f"the key {shown(key)!r} is not on the ring; values encrypted with it were not checked",
        key=shown(key),
    )


def private_rows(connection: Connection, ids: Sequence[str]) -> Iterator[PrivateRow]:
    """Yield the private rows of these cases."""
    query = select(private).where(private.c.case_id.in_(ids)).order_by(*private.primary_key)
    for row in connection.execute(query):
        yield PrivateRow(*row)


def count_locked(connection: Connection, sealing: Sealing) -> int:
    """Return how many encrypted values there are whose keys are not given."""
    given = [] if sealing.keys is None else [name for name, _ in sealing.keys.keys]
    locked = select(func.count()).select_from(private).where(private.c.key_id.not_in(["", *given]))
    return int(connection.execute(locked).scalar_one())


def without_case(connection: Connection) -> Iterator[Finding]:
    """Yield a finding for each private value whose case is gone."""
    query = select(private).where(~select(cases.c.id).where(cases.c.id == private.c.case_id).exists())
    for row in connection.execute(query):
        yield _found("private-value-inserted", PrivateRow(*row), "没有对应的办件", "belongs to no case")


def _found(code: str, row: PrivateRow, zh: str, en: str) -> Finding:
    name = shown(row.field)
    return event_found(code, row.case_id, row.version, f"的个人信息 {name} {zh}", f": its value of {name} {en}")
