"""One row that a program gives, checked as a line of a file is: what it refers to, its codes, and what else is true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from community_core.base.errors import Refused
from community_core.base.findings import finding
from community_core.base.identity import is_identity_number
from community_core.base.labels import Label
from community_core.office.register_known import StoreKnown
from community_core.ports.store import RegisterRows
from community_core.registers.agreeing import clashes
from community_core.registers.applying import base_of
from community_core.registers.belonging import Membership
from community_core.registers.cells import IDENTITY
from community_core.registers.describe import UNTIL, Column, Register
from community_core.registers.faults import UNKNOWN_REFERENCE, Fault
from community_core.registers.known import register_of
from community_core.registers.readrow import ReadRow
from community_core.registers.referring import meant_by, unknown_code
from community_core.registers.rows import Row
from community_core.registers.sheets import Line, Sheet

_NO_SHEET = Sheet("", 0, (), ())
_NO_LINE = Line(0, ())


def fitting(
    store: RegisterRows,
    register: Register,
    said: Mapping[str, Any],
    since: dt.date,
    until: dt.date | None,
    declared: Sequence[Row],
) -> dict[str, Any]:
    """Return *said* with codes in the place of their names.

    Raises:
        Refused: if it refers to what is not registered, a code is in no list, an identity number is none or another
            resident's, or the row contradicts in itself or with what is registered.
    """
    known = StoreKnown(store, since, declared)
    found = dict(said)
    for column in register.columns:
        value = found.get(column.name)
        if value is None:
            continue
        if column.check == "identity" and not is_identity_number(value):
            raise _refused(register, column, IDENTITY)
        if column.refers:
            target = meant_by(column.refers, found)
            if not _registered(store, target, value, since):
                raise _refused(register, column, UNKNOWN_REFERENCE.of(target))
        if column.codes:
            found[column.name] = coded(known, register, column, meant_by(column.codes, found), value)
    own = {name: value for name, value in found.items() if value is not None} | ({UNTIL.name: until} if until else {})
    row = ReadRow(register, _NO_SHEET, _NO_LINE, own, tuple(name for name, value in found.items() if value is None))
    for clash in clashes([row], _LookedUp(store, known, since), since):
        raise _refused(register, clash.column, clash.fault)
    return found


def coded(known: StoreKnown, register: Register, column: Column, code_list: str, value: str) -> str:
    """Return the code that *value* means.

    Raises:
        Refused: if it means none.
    """
    code = known.code(code_list, value)
    if code is None:
        raise _refused(register, column, unknown_code(known, code_list))
    return code


def _registered(store: RegisterRows, target: str, value: str, since: dt.date) -> bool:
    register = base_of(register_of(target))
    return _any_later(store.register_rows(register, where={register.key[0].name: value}), since)


def _any_later(rows: Iterable[Row], since: dt.date) -> bool:
    return any(row.until is None or row.until > since for row in rows)


def _refused(register: Register, column: Column, fault: Fault) -> Refused:
    message = Label(
        f"登记簿“{register.label.zh}”的“{column.label.zh}”：{fault.message.zh}",
        f"{column.name} of the register {register.name!r}: {fault.message.en}",
    )
    return Refused(message, (finding(fault.code, message.zh, message.en, field=column.name),))


class _LookedUp:
    """What stands against one row, looked up: a whole register is read for identity numbers alone."""

    def __init__(self, store: RegisterRows, known: StoreKnown, day: dt.date) -> None:
        self._store = store
        self._known = known
        self._day = day

    def person_of(self, number: str) -> str | None:
        """Return the resident who has an identity number, or ``None``."""
        return self._known.person_of(number)

    def memberships(self, person: str) -> Sequence[Membership]:
        """Return to which registered households a person belongs, and when."""
        rows = self._store.register_rows(register_of("household_members"), where={"person": person})
        return [Membership(row.key[0], row.since, row.until) for row in rows]

    def parent_of(self, place: str) -> str | None:
        """Return the place in which *place* lies, or ``None``."""
        rows = self._store.register_rows(register_of("places"), day=self._day, where={"place": place})
        return rows[0].values[0] if rows else None

    def owners_of(self, dwelling: str) -> Sequence[Row]:
        """Return the present rows of the owners of a dwelling, of all days."""
        return self._store.register_rows(register_of("owners"), where={"dwelling": dwelling})
