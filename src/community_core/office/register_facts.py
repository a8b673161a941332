"""What registers say of people and households on a day, as entities that serve as facts; no rule is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from community_core.model.people import Household, Resident
from community_core.ports.store import RegisterRows
from community_core.registers.categories import in_force
from community_core.registers.known import PLACES, register_of
from community_core.registers.rows import Row
from community_core.rules.terms import Fact
from community_core.rules.types import read_text

#: What an entity serves by its own fields, and no category does.
_OWN = frozenset({"birth_date", "household", "registered_place", "actual_place", "household_place"})


class RegisterFacts:
    """Residents and households as the registers have them on *day*; of some *people* and *households* alone, if named.

    Categories serve as the facts that their code list names; where two entries give one fact different values, it is
    unknown. Being in no category says nothing: a register of the disabled need not be whole. Entries in categories are
    *sensitive*, and left out on demand; *entries* are those that were read. *declared* are the categories of the rules.
    """

    def __init__(
        self,
        store: RegisterRows,
        facts: Iterable[Fact],
        day: dt.date,
        *,
        people: Sequence[str] | None = None,
        households: Sequence[str] = (),
        moment: dt.datetime | None = None,
        sensitive: bool = True,
        declared: Sequence[Row] = (),
    ) -> None:
        self._store = store
        self._day = day
        self._moment = moment
        self._facts = {fact.name: fact for fact in facts}
        where = None if people is None else {"person": people}
        self._residents = {row.key[0]: self._named("residents", row) for row in self._rows("residents", where)}
        self._household_of = {row.key[1]: row.key[0] for row in self._rows("household_members", where)}
        self._family_of = {row.key[1]: row.key[0] for row in self._rows("family_members", where)}
        subjects = None
        if people is not None:
            subjects = {"subject": (*people, *households, *self._household_of.values(), *self._family_of.values())}
        self._entries: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.entries = self._rows("category_entries", subjects) if sensitive else ()
        for row in self.entries:
            kind, subject, code_list, code = row.key
            self._entries.setdefault((kind, subject), []).append((code_list, code))
        self._meanings = {
            row.key: (row.values[3], row.values[4]) for row in in_force(self._rows("categories"), declared)
        }
        own = None if people is None else {"household": sorted(set(self._household_of.values()))}
        self._households = {row.key[0]: self._named("households", row) for row in self._rows("households", own)}
        dwelling = [said["dwelling"] for kept in (self._residents, self._households) for said in kept.values()]
        homes = None if people is None else sorted(set(dwelling) - {None})
        self._dwelling_places = {
            row.key[0]: row.values[0] for row in self._rows("dwellings", None if homes is None else {"dwelling": homes})
        }
        self._parents: dict[str, str | None] | None = None
        self._within: dict[tuple[str, str], bool] = {}

    def _rows(self, name: str, where: Mapping[str, str | Sequence[str]] | None = None) -> Sequence[Row]:
        register = register_of(name)
        return self._store.register_rows(register, day=self._day, where=where, moment=self._moment)

    def _named(self, name: str, row: Row) -> dict[str, Any]:
        return dict(zip((column.name for column in register_of(name).values), row.values, strict=True))

    def residents(self) -> Iterator[Resident]:
        """Yield all residents, in the order of their ids."""
        for person in self._residents:
            found = self.resident(person)
            if found is not None:
                yield found

    def resident(self, person: str) -> Resident | None:
        """Return a resident with what his categories and those of his household and family say, or ``None``.

        Where no actual place is written, it is that of the dwelling in which he lives; where no registered place is, it
        is that of his registered household.
        """
        said = self._residents.get(person)
        if said is None:
            return None
        household = self._household_of.get(person)
        subjects = [("residents", person), ("households", household), ("families", self._family_of.get(person))]
        return Resident(
            person,
            said["name"],
            said["birth_date"],
            household,
            said["registered_place"] or self._registered_in(household),
            said["actual_place"] or self.place_of_dwelling(said["dwelling"]),
            self._categories((kind, subject) for kind, subject in subjects if subject is not None),
        )

    def _registered_in(self, household: str | None) -> str | None:
        said = self._households.get(household or "")
        return None if said is None else said["place"] or self.place_of_dwelling(said["dwelling"])

    def household(self, household: str) -> Household | None:
        """Return a registered household or a family that shares a living, with its categories, or ``None``."""
        for name in ("households", "families"):
            key = register_of(name).key[0].name
            for row in self._rows(name, {key: household}):
                said = self._named(name, row)
                place = said["place"]
                if place is None and said["dwelling"] is not None:
                    place = next(
                        (own.values[0] for own in self._rows("dwellings", {"dwelling": said["dwelling"]})), None
                    )
                return Household(household, place, self._categories([(name, household)]))
        return None

    def members(self) -> Mapping[str, list[str]]:
        """Return the members of each registered household."""
        found: dict[str, list[str]] = {}
        for person, household in self._household_of.items():
            found.setdefault(household, []).append(person)
        return found

    def place_of_dwelling(self, dwelling: str | None) -> str | None:
        """Return the place of a dwelling, or ``None`` where it is unknown."""
        return self._dwelling_places.get(dwelling or "")

    def name_of(self, person: str) -> str:
        """Return a resident's name, or an empty text where it is unknown."""
        return (self._residents.get(person) or {}).get("name") or ""

    def within(self, place: str | None, area: str) -> bool | None:
        """Whether *place* is *area* or lies in it; ``None`` where the place is unknown."""
        if place is None:
            return None
        if self._parents is None:
            self._parents = {row.key[0]: row.values[0] for row in self._rows(PLACES.name)}
        key = (place, area)
        if key not in self._within:
            seen: set[str] = set()
            at: str | None = place
            while at is not None and at != area and at not in seen:
                seen.add(at)
                at = self._parents.get(at)
            self._within[key] = at == area
        return self._within[key]

    def _categories(self, subjects: Iterable[tuple[str, str]]) -> dict[str, Any]:
        found: dict[str, set[Any]] = {}
        for subject in subjects:
            for entry in self._entries.get(subject, ()):
                name, text = self._meanings.get(entry, (None, None))
                fact = self._facts.get(name or "")
                if fact is None or text is None or fact.name in _OWN:
                    continue
                try:
                    found.setdefault(fact.name, set()).add(read_text(fact.type, text))
                except ValueError:
                    continue
        return {name: values.pop() for name, values in found.items() if len(values) == 1}
