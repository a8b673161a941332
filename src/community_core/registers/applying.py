"""Write what registers are to keep: planned over the present rows, kept with the change that made it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Register
from community_core.registers.known import REGISTERS
from community_core.registers.rows import Asked, Key, Locked, Plan, Row, by_key, plan


class Tables(Protocol):
    """The tables of registers, as far as changes are written."""

    def register_rows(
        self, register: Register, *, where: Mapping[str, str | Sequence[str]] | None = None
    ) -> Sequence[Row]:
        """Return the present rows of a register."""
        ...

    def keep_change(self, change: RegisterChange, entered: dt.datetime) -> str:
        """Keep a change and return its id."""
        ...

    def write_rows(self, register: Register, plan: Plan, change: str, entered: dt.datetime) -> None:
        """Write what a change comes to."""
        ...


def plans_of(tables: Tables, asked: Mapping[Register, Sequence[Asked]]) -> dict[Register, Plan]:
    """Return what keeping *asked* comes to in each register.

    Raises:
        StoreError: if the keys of a register are encrypted, and what encrypts them is not here.
    """
    return {register: plan(_present(tables, register, rows), rows) for register, rows in asked.items() if rows}


def _present(tables: Tables, register: Register, asked: Sequence[Asked]) -> dict[Key, list[Row]]:
    # A few keys are looked up; many are found faster by reading the table once.
    few = len(asked) <= 500
    where = {register.key[0].name: sorted({one.key[0] for one in asked})} if few else None
    rows = tables.register_rows(base_of(register), where=where)
    if register.secret and any(isinstance(part, Locked) for row in rows for part in row.key):
        # Whatever is registered already would come in a second time.
        raise StoreError(
            Label(
                f"登记簿“{register.label.zh}”已加密，没有密钥不知道登记了谁；请给出密钥",
                f"the register {register.name!r} is encrypted, and without the key nobody knows whom it names; "
                "give the keys",
            )
        )
    return by_key(rows)


def base_of(register: Register) -> Register:
    """Return the register whose table holds the rows of *register*, which may be only some of them."""
    return next(each for each in REGISTERS if each.name == register.table)


def write(tables: Tables, plans: Mapping[Register, Plan], change: RegisterChange, entered: dt.datetime) -> str:
    """Write *plans* as one change and return its id; where nothing would change, nothing is kept and it is empty."""
    if all(each.empty for each in plans.values()):
        return ""
    own = tables.keep_change(change, entered)
    for register, each in plans.items():
        tables.write_rows(base_of(register), each, own, entered)
    return own
