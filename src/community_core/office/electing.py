"""How electoral rolls are made: the rules decide of everybody whom the registers have, and the roll keeps why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from community_core.base.errors import Refused
from community_core.base.labels import Label
from community_core.jurisdiction.rules import Rules
from community_core.model.serving import facts_of
from community_core.office.register_facts import RegisterFacts
from community_core.ports.store import Store
from community_core.registers.categories import declared_categories
from community_core.registers.electoral import (
    ElectoralRoll,
    Entitlement,
    RollHead,
    RollKind,
    RollLine,
    corrected,
    sealed,
)
from community_core.registers.known import register_of
from community_core.registers.redrawing import refuse
from community_core.rules.answer import Answer
from community_core.rules.naming import no_fact
from community_core.rules.pattern import Status

TERMS: Final[Mapping[RollKind, str]] = {
    RollKind.RESIDENTS: "core.rolls.resident_elector",
    RollKind.HOUSEHOLDS: "core.rolls.household_elector",
    RollKind.OWNERS: "core.rolls.owner_elector",
}
"""The decision that a roll is made by, unless another one is named."""

#: The register that has the subjects of a roll, and the column that names them.
_SUBJECTS: Final = {RollKind.RESIDENTS: "residents", RollKind.HOUSEHOLDS: "households", RollKind.OWNERS: "owners"}
_ABOUT: Final = {RollKind.RESIDENTS: "person", RollKind.HOUSEHOLDS: "household", RollKind.OWNERS: "owner"}

#: Says of a subject whether he is entitled, with the answer's own words.
Decide = Callable[[Mapping[str, Any]], RollLine]


def freeze_roll(
    rules: Rules,
    store: Store,
    kind: RollKind,
    place: str,
    day: dt.date,
    actor: str,
    now: dt.datetime,
    *,
    given: Mapping[str, Any],
    representatives: Mapping[str, str],
    term: str,
) -> ElectoralRoll:
    """Decide, freeze and keep a roll; see :meth:`RegisterDesk.freeze_roll`."""
    if not store.register_rows(register_of("places"), day=day, where={"place": place}):
        raise refuse(
            "not-registered", f"{day} 没有登记的地方 {place}", f"the place {place!r} is not registered on {day}"
        )
    facts = rules.terms.facts
    unknown = [no_fact(name, facts) for name in given if name not in {fact.name for fact in facts}]
    if unknown:
        raise Refused(unknown[0].message, unknown)
    maker = _Maker(rules, store, place, day, given)
    if kind is RollKind.RESIDENTS:
        lines = list(maker.residents(term or TERMS[kind]))
    elif kind is RollKind.HOUSEHOLDS:
        lines = list(maker.households(term or TERMS[kind], representatives))
    else:
        lines = list(maker.owners(term or TERMS[kind]))
    if not lines:
        raise refuse(
            "empty-roll", f"{place} 在 {day} 没有可列入名册的人或户", f"nobody is registered in {place!r} on {day}"
        )
    frozen = now.astimezone(dt.UTC).isoformat(timespec="microseconds")
    full = rules.full_name(term or TERMS[kind])
    head = RollHead(store.next_roll(), kind, place, day, full, rules.digest, actor, frozen)
    roll = sealed(head, lines)
    store.keep_roll(roll)
    return roll


def correct_roll(
    store: Store, roll_id: str, subject: str, *, entitled: bool, why: str, actor: str, day: dt.date, person: str
) -> ElectoralRoll:
    """Add a correction to a roll; see :meth:`RegisterDesk.correct_roll`."""
    roll = kept_roll(store, roll_id)
    if not why.strip() or not subject:
        raise refuse("no-reason", "更正名册须写明对象和理由", "a correction of a roll names whom and why")
    if day < roll.day:
        raise refuse(
            "day-before",
            f"更正的日期早于名册冻结的 {roll.day}，请改正",
            f"a correction is made on or after {roll.day}, the day of the roll; correct the day",
        )
    before = roll.line_of(subject)
    register = register_of(_SUBJECTS[roll.kind])
    if before is None and not store.register_rows(register, day=day, where={_ABOUT[roll.kind]: subject}):
        raise refuse(
            "not-registered",
            f"登记簿“{register.label.zh}”在 {day} 没有 {subject}；请先登记",
            f"on {day} {subject!r} is not in the register {register.name!r}; register it first",
        )
    if person and roll.kind is RollKind.HOUSEHOLDS:
        members = store.register_rows(register_of("household_members"), day=day, where={"household": subject})
        if person not in {row.key[1] for row in members}:
            raise _no_representative(person, subject)
    own = person or (before.person if before is not None else "")
    if not own and roll.kind is not RollKind.HOUSEHOLDS:
        own = subject
    line = RollLine(
        0,
        subject,
        own,
        Entitlement.ENTITLED if entitled else Entitlement.NOT_ENTITLED,
        Label("更正", "corrected"),
        why=why.strip(),
        actor=actor,
        day=day,
    )
    store.add_line(roll_id, corrected(roll, line))
    return kept_roll(store, roll_id)


def _no_representative(person: str, household: str) -> Refused:
    return refuse(
        "no-representative",
        f"{person} 不是户 {household} 中可参加选举的人，不能作代表",
        f"{person!r} is no member of the household {household!r} who may vote, so no representative",
    )


def kept_roll(store: Store, roll_id: str) -> ElectoralRoll:
    """Return a kept roll, or refuse."""
    roll = store.electoral_roll(roll_id)
    if roll is None:
        raise refuse("unknown-roll", f"没有选民名册 {roll_id}", f"there is no electoral roll {roll_id!r}")
    return roll


class _Maker:
    """The lines of a roll of one place and day."""

    def __init__(self, rules: Rules, store: Store, place: str, day: dt.date, given: Mapping[str, Any]) -> None:
        self._rules = rules
        self._store = store
        self._place = place
        self._day = day
        self._given = given
        declared = declared_categories(rules.code_lists(on=day))
        self._facts = RegisterFacts(store, rules.terms.facts, day, declared=declared)
        self._reasons: dict[tuple[str, int | None], tuple[Label, str]] = {}

    def residents(self, term: str) -> Iterator[RollLine]:
        """Yield a line for each resident who lives or is registered in the place, or of whom neither is known."""
        for resident in self._facts.residents():
            lives = self._facts.within(resident.actual_place, self._place)
            registered = self._facts.within(resident.registered_place, self._place)
            if not lives and not registered and (lives, registered) != (None, None):
                # Who is known to be elsewhere, and not to be here, is not this place's to decide.
                continue
            facts = {**self._given, **facts_of(resident)}
            facts |= {
                name: value
                for name, value in (("lives_in_place", lives), ("registered_in_place", registered))
                if value is not None
            }
            yield self._line(term, resident.id, resident.id, facts)

    def households(self, term: str, representatives: Mapping[str, str]) -> Iterator[RollLine]:
        """Yield a line for each household that is registered in the place, or of which nothing says where."""
        electors = {line.subject: line.outcome for line in self.residents(TERMS[RollKind.RESIDENTS])}
        members = self._facts.members()
        unknown = dict(representatives)
        for row in self._store.register_rows(register_of("households"), day=self._day):
            household = row.key[0]
            here = self._facts.within(row.values[0] or self._facts.place_of_dwelling(row.values[1]), self._place)
            if here is False:
                continue
            own = [electors.get(person, Entitlement.NOT_ENTITLED) for person in members.get(household, ())]
            known = own.count(Entitlement.ENTITLED)
            facts = dict(self._given) if here is None else {**self._given, "household_in_place": True}
            # One who may vote is enough to know; that none may is known only where nobody is undetermined.
            if own and (known or Entitlement.UNDETERMINED not in own):
                facts["household_electors"] = known
            person = unknown.pop(household, "")
            if person and (
                person not in members.get(household, ()) or electors.get(person) is not Entitlement.ENTITLED
            ):
                raise _no_representative(person, household)
            yield self._line(term, household, person, facts)
        if unknown:
            raise refuse(
                "no-representative",
                f"户 {next(iter(unknown))} 不在名册中",
                f"the household {next(iter(unknown))!r} is not on the roll",
            )

    def owners(self, term: str) -> Iterator[RollLine]:
        """Yield a line for each owner of a dwelling in the place, once, and for whose dwellings nothing says where."""
        here: dict[str, set[bool | None]] = {}
        for row in self._store.register_rows(register_of("owners"), day=self._day):
            dwelling, owner = row.key
            here.setdefault(owner, set()).add(self._facts.within(self._facts.place_of_dwelling(dwelling), self._place))
        for owner, within in here.items():
            if True in within:
                yield self._line(term, owner, owner, {**self._given, "owns_in_place": True})
            elif None in within:
                yield self._line(term, owner, owner, self._given)

    def _line(self, term: str, subject: str, person: str, facts: Mapping[str, Any]) -> RollLine:
        answer = self._rules.decide(term, facts, on=self._day)
        outcome = _outcome(answer)
        if outcome is Entitlement.UNDETERMINED:
            reason, cite = _reason(answer, outcome)
            return RollLine(0, subject, person, outcome, reason, cite, tuple(answer.ask))
        # Working a reason out takes far longer than deciding, and one row gives all who fall under it the same.
        key = (answer.term, answer.row)
        if key not in self._reasons:
            self._reasons[key] = _reason(answer, outcome)
        return RollLine(0, subject, person, outcome, *self._reasons[key])


def _outcome(answer: Answer) -> Entitlement:
    if answer.status is not Status.DETERMINED:
        return Entitlement.UNDETERMINED
    return Entitlement.ENTITLED if answer.outcome == "entitled" else Entitlement.NOT_ENTITLED


def _reason(answer: Answer, outcome: Entitlement) -> tuple[Label, str]:
    if outcome is Entitlement.UNDETERMINED:
        if answer.status is Status.GAP:
            gaps = [reason.gap for reason in answer.reasons if reason.gap is not None and reason.counts]
            if gaps:
                return gaps[0], ""
        if answer.findings and not answer.ask:
            return answer.findings[0].message, ""
        names = ", ".join(answer.ask)
        return Label(f"尚不能判定，缺：{names}", f"not determined yet; missing: {names}"), ""
    for reason in answer.reasons:
        if reason.counts and reason.held:
            return reason.because, str(reason.cite) if reason.cite is not None else ""
    return Label(), ""
