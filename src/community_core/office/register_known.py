"""What a file is checked against while it is read: the keys, names, identity numbers and codes that a store knows."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from functools import cached_property

from community_core.base.errors import StoreError
from community_core.base.headings import heading_key
from community_core.base.labels import Label
from community_core.ports.store import RegisterRows
from community_core.registers.applying import base_of
from community_core.registers.belonging import Membership
from community_core.registers.categories import in_force, names_of
from community_core.registers.known import register_of
from community_core.registers.rows import Locked, Row


class StoreKnown:
    """The :class:`~community_core.registers.intake.Known` of a store; each register is read once, when asked for.

    *declared* are the categories of the rules on the day.
    """

    def __init__(self, store: RegisterRows, day: dt.date, declared: Sequence[Row] = ()) -> None:
        self._store = store
        self._declared = declared
        self._day = day
        self._keys: dict[str, tuple[dict[str, dt.date], dict[str, set[str]]]] = {}

    def resolve(self, register: str, value: str, since: dt.date) -> str | None:
        """Return the key that *value* means: itself, or the one that has it as its name; of several, none.

        What had ended by the day *since* is not meant.
        """
        if register not in self._keys:
            self._keys[register] = self._read(register)
        ends, named = self._keys[register]
        if value in ends:
            return value if ends[value] > since else None
        meant = [key for key in named.get(value, ()) if ends[key] > since]
        return meant[0] if len(meant) == 1 else None

    def _read(self, name: str) -> tuple[dict[str, dt.date], dict[str, set[str]]]:
        """Return the last day (excluded) of each key of a register, and the keys by name."""
        register = base_of(register_of(name))
        at = next((at for at, column in enumerate(register.values) if column.name == "zh"), None)
        ends: dict[str, dt.date] = {}
        named: dict[str, set[str]] = {}
        for row in self._store.register_rows(register):
            key = row.key[0]
            ends[key] = max(ends.get(key, dt.date.min), row.until or dt.date.max)
            text = row.values[at] if at is not None else None
            if text:
                named.setdefault(text, set()).add(key)
        return ends, named

    @cached_property
    def _memberships(self) -> dict[str, list[Membership]]:
        found: dict[str, list[Membership]] = {}
        for row in self._store.register_rows(register_of("household_members")):
            household, person = row.key
            found.setdefault(person, []).append(Membership(household, row.since, row.until))
        return found

    def memberships(self, person: str) -> Sequence[Membership]:
        """Return to which registered households a person belongs, and when."""
        return self._memberships.get(person, ())

    @cached_property
    def _parents(self) -> dict[str, str | None]:
        return {row.key[0]: row.values[0] for row in self._store.register_rows(register_of("places"), day=self._day)}

    def parent_of(self, place: str) -> str | None:
        """Return the place in which *place* lies, or ``None``."""
        return self._parents.get(place)

    @cached_property
    def _owners(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self._store.register_rows(register_of("owners")):
            found.setdefault(row.key[0], []).append(row)
        return found

    def owners_of(self, dwelling: str) -> Sequence[Row]:
        """Return the present rows of the owners of a dwelling, of all days."""
        return self._owners.get(dwelling, ())

    @cached_property
    def _numbers(self) -> dict[str, str]:
        register = register_of("residents")
        at = [column.name for column in register.values].index("id_number")
        rows = self._store.register_rows(register)
        if any(isinstance(row.values[at], Locked) for row in rows):
            # Whoever is registered already would come in a second time.
            raise StoreError(
                Label(
                    "公民身份号码已加密，没有密钥不能认人；请给出密钥后再导入",
                    "identity numbers are encrypted, and without the key nobody is known by his; give the keys",
                )
            )
        return {row.values[at]: row.key[0] for row in rows if row.values[at]}

    def person_of(self, number: str) -> str | None:
        """Return the resident who has an identity number, or ``None``."""
        return self._numbers.get(number)

    def new_person(self) -> str:
        """Return a new id that says nothing about anybody."""
        return f"r-{secrets.token_hex(8)}"

    @cached_property
    def _codes(self) -> dict[str, dict[str, str]]:
        return names_of(in_force(self._store.register_rows(register_of("categories"), day=self._day), self._declared))

    def code(self, code_list: str, value: str) -> str | None:
        """Return the code that *value* means in a code list, or ``None``."""
        return self._codes.get(code_list, {}).get(heading_key(value))

    def has_list(self, code_list: str) -> bool:
        """Whether a code list has any codes."""
        return code_list in self._codes
