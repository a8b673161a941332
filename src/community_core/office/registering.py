"""The desk where registers are kept: read as of any day, imported, changed with history; electoral rolls frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.masking import masked
from community_core.jurisdiction.rules import Rules
from community_core.office.bindings import require_day
from community_core.office.commands import require_actor
from community_core.office.electing import correct_roll, freeze_roll, kept_roll
from community_core.office.redrawn import KINDS, applied, on
from community_core.office.register_facts import RegisterFacts
from community_core.office.register_fitting import coded, fitting
from community_core.office.register_known import StoreKnown
from community_core.office.register_reading import RegisterReading, as_register
from community_core.ports.store import Clock, Store
from community_core.registers import redrawing
from community_core.registers.applying import base_of, plans_of, write
from community_core.registers.categories import declared_categories
from community_core.registers.changes import CORRECTION, ENDING, ERASURE, IMPORT, MERGE, SPLIT, RegisterChange
from community_core.registers.describe import Register
from community_core.registers.electoral import ElectoralRoll, RollHead, RollKind
from community_core.registers.intake import Intake, take_in
from community_core.registers.known import register_of
from community_core.registers.rows import Asked, Plan
from community_core.rules.types import checked


@frozen
class Imported:
    """What an import came to: the file as it was read, what it changed in each register, and the change's id.

    Where it was not *kept*, nothing was changed; *change* is also empty where the file says what is registered already.
    """

    intake: Intake
    kept: bool
    plans: Mapping[str, Plan]
    findings: tuple[Finding, ...]
    change: str = ""


class RegisterDesk(RegisterReading):
    """Registers as one office keeps them: read as its other half says, and changed.

    Each change is one unit of work, all of it or nothing, and refused where nobody is named to make it.
    """

    def __init__(self, rules: Rules, store: Store, clock: Clock) -> None:
        self._rules = rules
        self._store = store
        self._clock = clock

    # -- changing --------------------------------------------------------------------------------------------------

    def import_file(
        self,
        source: str | Path | bytes,
        registers: Sequence[Register | str],
        *,
        day: dt.date,
        actor: str,
        good_rows: bool = False,
        dry_run: bool = False,
        file: str = "",
    ) -> Imported:
        """Import a CSV file or workbook into *registers*, named in the order in which they lean on each other.

        Rows count from *day* on unless they say so. A row that says what is registered changes nothing, so the same
        file twice changes nothing; one that says otherwise is a change from its day on. A blank cell leaves a value as
        it is. Where anything in the file is wrong nothing is kept, or with *good_rows* the lines that are right. With
        *dry_run* nothing is kept in any case.

        Raises:
            UnknownTerm: if there is no such register.
            LoadError: if it is a workbook and the extra that reads them is not installed.
            OSError: if the file cannot be read.
        """
        require_day(day)
        require_actor(actor)
        wanted = tuple(as_register(each) for each in registers)
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = file or ("" if isinstance(source, bytes) else Path(source).name)

        declared = declared_categories(self._rules.code_lists(on=day))

        def do() -> Imported:
            intake = take_in(data, wanted, StoreKnown(self._store, day, declared), day=day, file=name)
            if intake.unusable:
                return Imported(intake, kept=False, plans={}, findings=intake.findings)
            plans = plans_of(self._store, {each: intake.asked[each.name] for each in wanted})
            while overlaps := {register: each.overlaps for register, each in plans.items() if each.overlaps}:
                # A line is refused whole, for all registers.
                intake = intake.without(overlaps)
                plans = plans_of(self._store, {each: intake.asked[each.name] for each in wanted})
            told = intake.findings
            named = {register.name: each for register, each in plans.items()}
            if dry_run or (not intake.clean and not good_rows):
                return Imported(intake, kept=False, plans=named, findings=told)
            digest = f"sha256:{sha256(data).hexdigest()}"
            change = write(self._store, plans, RegisterChange(IMPORT, day, actor, name, digest), self._clock.now())
            return Imported(intake, kept=True, plans=named, findings=told, change=change)

        return self._store.run(do)

    def keep(
        self,
        register: Register | str,
        values: Mapping[str, Any],
        *,
        since: dt.date,
        actor: str,
        until: dt.date | None = None,
        why: str = "",
    ) -> str:
        """Keep one row from *since* on; columns that *values* does not name stay as they are. Returns the change's id.

        A row is checked as a line of a file is; what it refers to is named by its key.

        Raises:
            Refused: if a column of the key is missing, one is unknown, the days pass a later row, or the row cannot be
                true: it refers to what is not registered, a code is in no list, an identity number is none or another
                resident's, a member belongs to another household, the shares of a dwelling exceed the whole, a place
                lies in itself, or a day is before the one it cannot be before.
            FactError: if a value does not fit its column.
        """
        require_day(since)
        require_actor(actor)
        own = as_register(register)
        said = dict(values) | dict(own.fixed)
        names = [column.name for column in own.columns]
        unknown = [name for name in said if name not in names]
        lacking = [column.name for column in own.key if not said.get(column.name)]
        if unknown or lacking:
            raise redrawing.refuse(
                "no-such-column",
                f"登记簿“{own.label.zh}”的列有误：{'、'.join(unknown or lacking)}",
                f"columns of the register {own.name!r} that are unknown or lacking: {', '.join(unknown or lacking)}",
            )
        columns = {column.name: column for column in own.columns}
        said = {
            name: None if value is None else checked(name, at.type, value, private=at.private)
            for name, value in said.items()
            for at in (columns[name],)
        }
        given = frozenset(at for at, column in enumerate(own.values) if column.name in said)
        declared = declared_categories(self._rules.code_lists(on=since))

        def do() -> str:
            fit = fitting(self._store, own, said, since, until, declared)
            key = tuple(fit[column.name] for column in own.key)
            cells = tuple(fit.get(column.name) for column in own.values)
            asked = Asked(key, cells, since, until, given=given)
            return self._apply({own: [asked]}, RegisterChange(CORRECTION, since, actor, note=why))

        return self._store.run(do)

    def end(self, register: Register | str, key: Sequence[str], *, day: dt.date, actor: str, why: str = "") -> str:
        """End what a register says of *key* on *day* (excluded); what was believed until now is kept.

        Returns the change's id, empty where nothing held on that day.

        Raises:
            Refused: if the register says nothing of *key* on any day.
        """
        require_day(day)
        require_actor(actor)
        own = as_register(register)
        named = dict(zip((column.name for column in own.key), key, strict=True))
        if not self._store.register_rows(own, where=named, past=True):
            raise redrawing.refuse(
                "not-registered",
                f"登记簿“{own.label.zh}”没有 {'、'.join(key)}",
                f"the register {own.name!r} has no {', '.join(key)}",
            )
        asked = Asked(tuple(key), (), day, ends=True)
        return self._apply({own: [asked]}, RegisterChange(ENDING, day, actor, note=why))

    def erase(self, register: Register | str, key: Sequence[str], *, day: dt.date, actor: str, why: str) -> str:
        """Erase the personal and sensitive values of *key* from a register, of all days, and return the change's id.

        Ids, days and the change that says who erased them and why stay; electoral rolls hold ids alone. Where the key
        itself is sensitive, as that of an entry in a category, nothing stays of what the rows said.

        Raises:
            Refused: if no reason is given, the register says nothing of *key* on any day, or all of it is erased.
        """
        require_day(day)
        require_actor(actor)
        own = base_of(as_register(register))
        if not why.strip():
            raise redrawing.refuse("no-reason", "删除个人信息须写明理由", "say why personal values are erased")

        def do() -> str:
            # Of a key that is sensitive itself, nothing may stay.
            note = f"{own.name}: {why.strip()}" if own.secret else f"{own.name}/{'/'.join(key)}: {why.strip()}"
            made = self._store.erase_rows(own, key, RegisterChange(ERASURE, day, actor, note=note), self._clock.now())
            if not made:
                raise redrawing.refuse(
                    "not-registered",
                    f"登记簿“{own.label.zh}”没有 {'、'.join(key)}，或没有个人信息",
                    f"the register {own.name!r} has no {', '.join(key)}, or no personal values of it",
                )
            return made

        done = self._store.run(do)
        self._store.scrub()
        return done

    def seal(self) -> int:
        """Encrypt whatever sensitive value stands in clear or under an older key; returns how many rows it was.

        After that, no older key is needed to read registers.

        Raises:
            StoreError: if the store has no keys.
        """
        done = self._store.run(self._store.seal_rows)
        self._store.scrub()
        return done

    def merge_households(
        self, into: str, others: Sequence[str], *, day: dt.date, actor: str, relations: Mapping[str, str] | None = None
    ) -> str:
        """Merge the households *others* into one from *day* on.

        See :func:`~community_core.registers.redrawing.merge_households`.

        Raises:
            Refused: if a household is not registered on that day, or a relation is no code of its list.
        """
        require_day(day)
        require_actor(actor)
        changes = redrawing.merge_households(self._on(day), into, others, day, self._relations(relations, day))
        return self._apply(changes, RegisterChange(MERGE, day, actor, note=f"{','.join(others)} → {into}"))

    def split_household(
        self,
        household: str,
        new: str,
        people: Sequence[str],
        *,
        day: dt.date,
        actor: str,
        head: str = "",
        relations: Mapping[str, str] | None = None,
        dwelling: str | None = None,
    ) -> str:
        """Split *people* off a household as the household *new* from *day* on.

        Raises:
            Refused: if one of them is no member on that day, nobody would stay, a relation is no code of its list, or
                the dwelling is not registered.
        """
        require_day(day)
        require_actor(actor)
        if dwelling is not None:
            fitting(self._store, register_of("households"), {"household": new, "dwelling": dwelling}, day, None, ())
        told = self._relations(relations, day)
        changes = redrawing.split_household(
            self._on(day), household, new, people, day, head=head, relations=told, dwelling=dwelling
        )
        return self._apply(changes, RegisterChange(SPLIT, day, actor, note=f"{household} → {new}"))

    def redraw(
        self,
        action: str,
        place: str,
        into: str,
        *,
        day: dt.date,
        actor: str,
        areas: Iterable[str] = (),
        zh: str = "",
        en: str = "",
    ) -> str:
        """Move areas of a community to another one, split it, or merge it, from *day* on.

        See :func:`~community_core.registers.redrawing.redraw`.

        Raises:
            Refused: if a place or area is not registered on that day.
        """
        require_day(day)
        require_actor(actor)
        changes = redrawing.redraw(self._on(day), action, place, into, day, tuple(areas), zh=zh, en=en)
        return self._apply(changes, RegisterChange(KINDS[action], day, actor, note=f"{place} → {into}"))

    def merge_places(self, into: str, others: Sequence[str], *, day: dt.date, actor: str) -> str:
        """Merge places into another one from *day* on, all of them or none; returns the id of the last change.

        Raises:
            Refused: if a place is not registered on that day, lies in the other one, or none is named.
        """
        if not others:
            raise redrawing.refuse(
                "merged-into-itself", "要并入的地方应另有一个或几个", "name other places to merge into this one"
            )

        def do() -> str:
            return [self.redraw("merge", place, into, day=day, actor=actor) for place in others][-1]

        return self._store.run(do)

    # -- electoral rolls -------------------------------------------------------------------------------------------

    def freeze_roll(
        self,
        kind: RollKind | str,
        place: str,
        *,
        day: dt.date,
        actor: str,
        given: Mapping[str, Any] | None = None,
        representatives: Mapping[str, str] | None = None,
        term: str = "",
    ) -> ElectoralRoll:
        """Decide who stands on an electoral roll of *place* on *day*, keep the roll, and return it.

        *given* are facts that hold of everybody of whom the registers do not say otherwise, such as that nobody else is
        deprived of political rights. *representatives* names who votes for a household. *term* is the decision, where
        it is not the core's own.

        Raises:
            Refused: if the place is not registered on that day, nobody is in it, a given name is no fact, or a
                representative may not vote.
            FactError: if a given value does not fit its fact.
        """
        require_day(day)
        require_actor(actor)
        return self._store.run(
            lambda: freeze_roll(
                self._rules,
                self._store,
                RollKind(kind),
                place,
                day,
                actor,
                self._clock.now(),
                given=given or {},
                representatives=representatives or {},
                term=term,
            )
        )

    def correct_roll(
        self,
        roll_id: str,
        subject: str,
        *,
        entitled: bool,
        why: str,
        actor: str,
        day: dt.date,
        person: str = "",
    ) -> ElectoralRoll:
        """Record that *subject* is on a roll, or not, and *why*; the frozen lines stay. *person* votes for a household.

        Raises:
            Refused: if there is no such roll, no reason is given, *day* is before that of the roll, *subject* is
                neither on the roll nor registered on *day*, or *person* is no member of the household.
        """
        require_day(day)
        require_actor(actor)
        return self._store.run(
            lambda: correct_roll(
                self._store, roll_id, subject, entitled=entitled, why=why, actor=actor, day=day, person=person
            )
        )

    def roll(self, roll_id: str) -> ElectoralRoll:
        """Return a roll with its corrections.

        Raises:
            Refused: if there is none of that id.
        """
        return kept_roll(self._store, roll_id)

    def rolls(self, *, place: str = "") -> Sequence[RollHead]:
        """Return the heads of the rolls."""
        return self._store.electoral_rolls(place=place)

    def published(self, roll: ElectoralRoll) -> tuple[Mapping[str, str], ...]:
        """Return what everybody may see of a roll: of each who may vote the number and the name, masked.

        Names are those that the registers had when it was frozen; whoever has none there stands with stars alone.
        """
        facts = RegisterFacts(self._store, (), roll.day, moment=dt.datetime.fromisoformat(roll.head.frozen))
        entitled = [line for line in roll.standing if line.outcome.value == "entitled"]
        return tuple(
            {"number": str(line.number), "name": masked(facts.name_of(line.person)) if line.person else ""}
            for line in entitled
        )

    # -- inside ----------------------------------------------------------------------------------------------------

    def _on(self, day: dt.date) -> redrawing.Rows:
        return on(self._store, day)

    def _relations(self, relations: Mapping[str, str] | None, day: dt.date) -> Mapping[str, str]:
        register = register_of("household_members")
        column = register.column("relation")
        known = StoreKnown(self._store, day, declared_categories(self._rules.code_lists(on=day)))
        return {
            person: coded(known, register, column, column.codes, said) for person, said in (relations or {}).items()
        }

    def _apply(self, asked: redrawing.Changes, change: RegisterChange) -> str:
        return self._store.run(lambda: applied(self._store, asked, change, self._clock.now()))
