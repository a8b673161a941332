"""The half of the desk of registers that reads: sensitive values only for a purpose, which is recorded first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import evolve

from community_core.base.findings import Finding, finding
from community_core.base.ranks import Privacy
from community_core.jurisdiction.rules import Rules
from community_core.model.people import Household, Resident
from community_core.office.bindings import refused
from community_core.office.register_facts import RegisterFacts
from community_core.ports.store import Clock, Store
from community_core.procedures.withholding import hidden
from community_core.registers.applying import base_of
from community_core.registers.categories import declared_categories, in_force
from community_core.registers.describe import Column, Register
from community_core.registers.known import register_of
from community_core.registers.reads import RegisterRead, runs
from community_core.registers.rows import Locked, Row

_ENTRIES: Final = register_of("category_entries")

#: The values that are asked for, of one column or several.
Where = Mapping[str, str | Sequence[str]]


class RegisterReading:
    """Registers as one office reads them, on any day and as believed at any moment.

    Sensitive values are withheld from whoever does not say who he is and what for; what is read for a purpose is
    written down before it is shown: who, when, what for, which columns of which rows.
    """

    _rules: Rules
    _store: Store
    _clock: Clock

    def rows(
        self,
        register: Register | str,
        *,
        day: dt.date | None = None,
        where: Where | None = None,
        moment: dt.datetime | None = None,
        past: bool = False,
    ) -> Sequence[Row]:
        """Return the rows of a register: of a day, of some values, as believed at a moment, or replaced ones too.

        In the place of a sensitive value stands a :class:`~community_core.procedures.withholding.Withheld`.

        Raises:
            UnknownTerm: if there is no such register.
            Refused: if rows are to be found by a sensitive value: that would tell who has it. See :meth:`inspect`.
        """
        own = as_register(register)
        sought = [column.name for column in own.sensitive if column.name in (where or {})]
        if sought:
            raise refused(_no_purpose(sought))
        found = self._store.register_rows(own, day=day, where=where, moment=moment, past=past)
        return tuple(_covered(own, row) for row in found) if own.sensitive else found

    def inspect(
        self,
        register: Register | str,
        *,
        actor: str,
        purpose: str,
        day: dt.date | None = None,
        where: Where | None = None,
        moment: dt.datetime | None = None,
        past: bool = False,
        most: int | None = None,
    ) -> Sequence[Row]:
        """Return rows as :meth:`rows` does, with their sensitive values, and record that *actor* read them.

        With *most* only so many rows are read; of those after them the values are withheld. Where there is no sensitive
        value among them nothing is recorded.

        Raises:
            UnknownTerm: if there is no such register.
            Refused: if no actor or no purpose is given, or a value is encrypted and its key is not here; nothing is
                shown.
        """
        own = as_register(register)
        _must_say(actor, purpose)

        def do() -> Sequence[Row]:
            found = self._store.register_rows(own, day=day, where=where, moment=moment, past=past)
            read = found if most is None else found[:most]
            self._note(own, read, actor, purpose, day)
            return (*read, *(_covered(own, row) for row in found[len(read) :]))

        return self._store.run(do)

    def reads(self, register: Register | str = "", key: Sequence[str] = ()) -> tuple[RegisterRead, ...]:
        """Return who read sensitive values, the earliest first: of all registers, of one, or of one *key* of it."""
        if not register:
            return tuple(self._store.register_reads())
        own = base_of(as_register(register))
        found = self._store.register_reads(register=own.name)
        if not key:
            return tuple(found)
        named = dict(zip((column.name for column in own.key), key, strict=False))
        numbers = [row.number for row in self._store.register_rows(own, where=named, past=True)]
        return tuple(read for read in found if read.covers(numbers))

    def categories(self, day: dt.date, *, moment: dt.datetime | None = None) -> tuple[Row, ...]:
        """Return the categories that count on *day*: of each code list those registered, else the rules', else ours."""
        registered = self._store.register_rows(register_of("categories"), day=day, moment=moment)
        return in_force(registered, declared_categories(self._rules.code_lists(on=day)))

    def resident(self, person: str, day: dt.date, *, actor: str = "", purpose: str = "") -> Resident | None:
        """Return what the registers say of a resident on *day*, as an entity that serves as facts, or ``None``.

        What the categories of his, his household's and his family's say is sensitive: it is among the facts only where
        *actor* reads it for a *purpose*, which is recorded; else it is unknown.

        Raises:
            Refused: if one of the two is given without the other, or an entry is encrypted and its key is not here.
        """
        return self._facts(day, actor, purpose, people=(person,)).resident(person)

    def household(self, household: str, day: dt.date, *, actor: str = "", purpose: str = "") -> Household | None:
        """Return what the registers say of a household or family on *day*, as an entity, or ``None``.

        Its categories are among the facts as those of :meth:`resident` are.

        Raises:
            Refused: as for :meth:`resident`.
        """
        return self._facts(day, actor, purpose, people=(), households=(household,)).household(household)

    def facts(self, day: dt.date, *, actor: str = "", purpose: str = "") -> RegisterFacts:
        """Return what the registers say of everybody on *day*; of categories as :meth:`resident` does.

        Raises:
            Refused: as for :meth:`resident`.
        """
        return self._facts(day, actor, purpose)

    def _facts(
        self,
        day: dt.date,
        actor: str,
        purpose: str,
        *,
        people: Sequence[str] | None = None,
        households: Sequence[str] = (),
    ) -> RegisterFacts:
        shown = bool(actor or purpose)
        if shown:
            _must_say(actor, purpose)

        def do() -> RegisterFacts:
            found = RegisterFacts(
                self._store,
                self._rules.terms.facts,
                day,
                people=people,
                households=households,
                sensitive=shown,
                declared=declared_categories(self._rules.code_lists(on=day)),
            )
            self._note(_ENTRIES, found.entries, actor, purpose, day)
            return found

        return self._store.run(do) if shown else do()

    def _note(self, register: Register, rows: Sequence[Row], actor: str, purpose: str, day: dt.date | None) -> None:
        """Record that *actor* reads what is sensitive in *rows*."""
        named = [column.name for column in register.columns]
        columns: dict[str, None] = {}
        numbers = []
        for row in rows if register.sensitive else ():
            said = register.said(row.key, row.values)
            read = [column.name for column in register.sensitive if said[column.name] is not None]
            if any(isinstance(said[name], Locked) for name in read):
                raise refused(_locked(register))
            if read and row.number:
                columns |= dict.fromkeys(read)
                numbers.append(row.number)
        if numbers:
            in_order = tuple(sorted(columns, key=named.index))
            read_ = RegisterRead(actor, purpose.strip(), register.table, in_order, runs(numbers), day)
            self._store.keep_read(read_, self._clock.now())


def as_register(register: Register | str) -> Register:
    """Return the register itself, or the one that *register* names.

    Raises:
        UnknownTerm: if there is no such register.
    """
    return register_of(register) if isinstance(register, str) else register


def _covered(register: Register, row: Row) -> Row:
    def part(column: Column, value: Any) -> Any:
        seen = not column.sensitive or value is None or isinstance(value, Locked)
        return value if seen else hidden(value, Privacy.SENSITIVE)

    key = tuple(part(column, value) for column, value in zip(register.key, row.key, strict=True))
    values = tuple(part(column, value) for column, value in zip(register.values, row.values, strict=True))
    return evolve(row, key=key, values=values)


def _must_say(actor: str, purpose: str) -> None:
    if not actor.strip() or not purpose.strip():
        raise refused(_no_purpose(["actor" if not actor.strip() else "purpose"]))


def _no_purpose(fields: Sequence[str]) -> Finding:
    return finding(
        "no-reason",
        f"查阅敏感信息（{'、'.join(fields)}）须写明由谁、为什么查阅",
        f"sensitive values ({', '.join(fields)}) are read by somebody for a purpose: say who and what for",
        field=fields[0],
    )


def _locked(register: Register) -> Finding:
    return finding(
        "value-locked",
        f"登记簿“{register.label.zh}”的敏感信息已加密，本次没有提供密钥；请提供密钥后再查阅",
        f"sensitive values of the register {register.name!r} are encrypted and cannot be read; give the keys",
        field=register.name,
    )
