"""What a district's rules are put together from: the practices that belong to it, amendments, preferences, faults."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import ADOPTABLE, APPLYING, Rank, Standing
from community_core.declarations.amendments import AmendmentKind
from community_core.declarations.code_lists import CodeList
from community_core.declarations.practice import District, Practice, Preference
from community_core.declarations.terms import Claim
from community_core.jurisdiction.amend import (
    Claimed,
    in_order,
    rivals,
)
from community_core.jurisdiction.plugins import Gathered
from community_core.jurisdiction.standings import Term, standing_of, standings
from community_core.procedures.definition import Procedure, Step
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.terms import Decision

_ALL: Final = frozenset(Standing)


@frozen
class Included:
    """A practice with the rank at which it speaks here."""

    practice: Practice
    rank: Rank


class Grounds:
    """What is included, what is amended and preferred, and what is wrong so far."""

    def __init__(self, district: District, gathered: Gathered) -> None:
        self.district = district
        self.gathered = gathered
        self.findings: list[Finding] = [*gathered.findings, *district.findings]
        self.broken: dict[str, Finding] = {}
        self.claims: list[Claim] = []
        self.named: set[str] = set()
        self.included = self.practices()
        for item in self.included:
            self.findings += item.practice.findings
            self.broken.update(item.practice.broken)
        self.broken.update(district.broken)
        self.preferred: dict[str, str] = {}
        #: The steps that wait, by the full name of their procedure.
        self.waiting: dict[str, list[Step]] = {}
        self.wholly = False
        self.amendments = self.amended()

    def fault(self, found: Finding, *names: str) -> None:
        """Note what is wrong, and make what it names unavailable."""
        self.findings.append(found)
        for name in names:
            self.broken.setdefault(name, found)

    def practices(self) -> list[Included]:
        """Return the practices that belong to the district, each with the rank at which it speaks."""
        offered = {practice.name: practice for practice in self.gathered.practices}
        found = {name: Included(item, item.rank) for name, item in offered.items() if item.rank is not None}
        terms = {
            f"{practice.name}.{term.name}"
            for practice in offered.values()
            for term in (*practice.parameters, *_whole_terms(practice))
        }
        for name in self.district.adopts:
            if name in found:
                continue
            if name in terms and name.rpartition(".")[0] in {*found, *self.district.adopts}:
                self.named.add(name)
                continue
            if name not in offered:
                free = sorted(other for other in offered if other not in found)
                near = difflib.get_close_matches(name, free, n=3, cutoff=0.6)
                zh = f"是否指 {'、'.join(near)}" if near else f"已安装：{'、'.join(free) or '—'}"
                en = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(free) or '—'}"
                self.findings.append(
                    finding(
                        "unknown-practice",
                        f"没有安装做法 {name}；请安装提供它的插件，或改正名称；{zh}",
                        f"the practice {name} is not installed; install its plugin, or correct the name; {en}",
                        dict(self.district.places).get(name, self.district.origin),
                        name=name,
                    )
                )
                continue
            found[name] = Included(offered[name], self.district.rank)
        return [found[name] for name in sorted(found)]

    def adopted(self, full: str) -> frozenset[Standing]:
        """The standings of which parts of the term *full* are in force: more of them where the district names it."""
        return ADOPTABLE if full in self.named else APPLYING

    def taken(self, full: str) -> frozenset[Standing]:
        """As :meth:`adopted`, and every standing where all that waits was taken up.

        Values are not taken up so: two that are proposed would be in each other's way. Each is looked at by itself.
        """
        return _ALL if self.wholly else self.adopted(full)

    def take_up(self) -> bool:
        """Take up all that is not in force; whether there was anything."""
        more = any(standing not in self.adopted(full) for full, standing in self._standings())
        self.wholly = True
        self.amendments = self.amended()
        return more

    def _standings(self) -> Iterator[tuple[str, Standing]]:
        """Yield the standing of each term, value and amendment, and of each part that has one, with the term's name."""
        for item in self.included:
            practice = item.practice
            for term in _whole_terms(practice):
                full = f"{practice.name}.{term.name}"
                yield from ((full, standing) for standing in standings(term, practice.standing))
            for parameter in practice.parameters:
                full = f"{practice.name}.{parameter.name}"
                yield from ((full, standing_of(value, practice.standing)) for value in parameter.history)
        setters: tuple[Practice | District, ...] = (*(item.practice for item in self.included), self.district)
        for who in setters:
            for setting in who.settings:
                yield from ((setting.term, standing_of(value, who.standing)) for value in setting.history)
        for claim in self.claimed():
            yield from (("", standing) for standing in claim.standings)

    def amended(self) -> dict[str, list[Claimed]]:
        """The amendments by the full name of their term (for a guard, of its procedure), in the order they apply.

        One that is only proposed, planned or aimed at is none unless the district names its term.
        """
        terms = Names(
            [
                f"{item.practice.name}.{term.name}"
                for item in self.included
                for term in (*item.practice.parameters, *_whole_terms(item.practice))
            ]
        )
        for preference in self.district.prefer:
            full = self.meant(terms, preference.term, preference.origin, "prefer")
            if full is not None and self.speaks(preference):
                self.preferred[full] = preference.practice
        claims: dict[str, list[Claimed]] = {}
        self.waiting.clear()
        for claim in in_order(self.claimed()):
            amendment = claim.amendment
            term = amendment.term
            if amendment.kind is AmendmentKind.TIGHTEN and amendment.when is not None:
                term = term.rpartition(".")[0]
            full = self.meant(terms, term, amendment.origin, amendment.kind.value)
            if full is None:
                continue
            own, waiting = claim.in_force(self.taken(full))
            self.waiting.setdefault(full, []).extend(waiting)
            if own is not None:
                claims.setdefault(full, []).append(own)
        result = {}
        for full, several in claims.items():
            kept, conflicts = rivals(several, self.preferred.get(full, ""))
            result[full] = kept
            for found in conflicts:
                self.fault(found, full)
        return result

    def speaks(self, preference: Preference) -> bool:
        """Whether who is preferred is among those who speak here; a finding where he is not."""
        speaking = [self.district.name, *(item.practice.name for item in self.included)]
        if preference.practice not in speaking:
            near = difflib.get_close_matches(preference.practice, speaking, 3)
            self.findings.append(
                finding(
                    "unknown-practice",
                    f"prefer 所选的 {preference.practice} 没有采用" + (f"；是否指 {'、'.join(near)}" if near else ""),
                    f"prefer names {preference.practice}, which is not adopted"
                    + (f"; did you mean {', '.join(near)}?" if near else ""),
                    preference.origin,
                    name=preference.practice,
                )
            )
        return preference.practice in speaking

    def claimed(self) -> Iterator[Claimed]:
        """Yield every amendment with who makes it."""
        for item in self.included:
            practice = item.practice
            for amendment in practice.amendments:
                standing = amendment.standing or practice.standing
                yield Claimed(amendment, practice.name, item.rank, practice.source, standing)
        district = self.district
        for amendment in district.amendments:
            standing = amendment.standing or district.standing
            yield Claimed(amendment, district.name, district.rank, district.source, standing)

    def meant(self, names: Names, term: str, origin: Origin, what: str) -> str | None:
        """The full name that *term* means where something is amended or preferred; a finding where it means none."""
        try:
            full = names.find(term)
        except Ambiguous as several:
            self.findings.append(several.finding(origin))
            return None
        if full is None and Names(self.broken).first(term) is None:
            near = ", ".join(names.near(term))
            self.findings.append(
                finding(
                    "unknown-term",
                    f"{what} 所指的 {term!r} 不存在" + (f"；是否指 {near}" if near else ""),
                    f"{what} names {term!r}, which does not exist" + (f"; did you mean {near}?" if near else ""),
                    origin,
                    name=term,
                )
            )
        return full


def _whole_terms(practice: Practice) -> tuple[Term, ...]:
    """Return the terms of a practice that have a standing as a whole."""
    return (*practice.decisions, *practice.procedures, *practice.code_lists, *practice.services)


def by_name_and_day(
    item: tuple[str, Decision] | tuple[str, Procedure] | tuple[str, CodeList],
) -> tuple[str, bool, dt.date]:
    """Return the order of versions: by name, the one without a first day before the others."""
    start = item[1].span.start
    return item[0], start is not None, start or dt.date.min
