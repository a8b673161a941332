"""Parameters put together: declared, set, preferred, tightened and bounded; one history each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.findings import Finding, finding
from community_core.base.ranks import Rank, Standing
from community_core.declarations.practice import Setting
from community_core.jurisdiction import claims as claiming
from community_core.jurisdiction.amend import (
    NotAmendable,
    tightened,
)
from community_core.jurisdiction.grounds import Grounds, Included
from community_core.jurisdiction.standings import standing_of
from community_core.jurisdiction.values import (
    Claimant,
    bound_faults,
    merged,
    rank_conflicts,
    twice_given,
    type_faults,
    waiting,
)
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.terms import (
    DatedValue,
    Fact,
    Parameter,
)


class ParameterComposer(Grounds):
    """Puts the parameters of a district together."""

    def parameters(self, facts: Mapping[str, Fact]) -> dict[str, Parameter]:
        """Return every parameter with its one history, by full name."""
        declared: dict[str, tuple[Parameter, Included]] = {}
        for item in self.included:
            for parameter in item.practice.parameters:
                own = _cited(parameter, item.practice.source)
                declared[f"{item.practice.name}.{parameter.name}"] = (own, item)
        claimants: dict[str, list[Claimant]] = {full: [] for full in declared}
        for full, (parameter, item) in declared.items():
            if parameter.history:
                history = filled(parameter.history, parameter.cite, item.practice.standing)
                claimants[full].append(
                    Claimant(item.practice.name, item.rank, history, declarer=True, origin=parameter.origin)
                )
        names = Names(declared)
        for who, rank, settings, source, standing in self.settings():
            for setting in settings:
                target = self.target(setting, names)
                if target is None:
                    continue
                parameter, _ = declared[target]
                if rank not in parameter.open_to:
                    self.fault(_not_open(target, parameter, who, rank, setting), target)
                    continue
                history = filled(setting.history, source, standing)
                claimants[target].append(Claimant(who, rank, history, origin=setting.origin))
        return {
            full: self.parameter(full, self.tightened(full, parameter), claimants[full], facts=facts)
            for full, (parameter, _) in declared.items()
        }

    def tightened(self, full: str, parameter: Parameter) -> Parameter:
        """Return a parameter with the bounds that others added."""
        for claim in self.amendments.get(full, ()):
            try:
                parameter = tightened(full, parameter, claim)
            except NotAmendable as wrong:
                self.fault(wrong.finding, full)
        return parameter

    def settings(self) -> Iterator[tuple[str, Rank, tuple[Setting, ...], Citation | None, Standing]]:
        """Yield who sets what: name, rank, settings, source and standing."""
        for item in self.included:
            practice = item.practice
            yield practice.name, item.rank, practice.settings, practice.source, practice.standing
        district = self.district
        yield district.name, district.rank, district.settings, district.source, district.standing

    def target(self, setting: Setting, names: Names) -> str | None:
        """Return the full name of the parameter that a setting means; a finding where there is none."""
        try:
            target = names.find(setting.term)
        except Ambiguous as several:
            self.findings.append(several.finding(setting.origin))
            return None
        if target is None and Names(self.broken).first(setting.term) is None:
            near = "、".join(names.near(setting.term))
            self.findings.append(
                finding(
                    "unknown-term",
                    f"没有叫 {setting.term!r} 的参数可设" + (f"；是否指 {near}" if near else "；是否漏了采用某个做法"),
                    f"there is no parameter {setting.term!r} to set"
                    + (f"; did you mean {near}?" if near else "; is a practice missing under adopts?"),
                    setting.origin,
                    name=setting.term,
                )
            )
        return target

    def parameter(
        self,
        full: str,
        parameter: Parameter,
        claimants: list[Claimant],
        *,
        facts: Mapping[str, Fact],
    ) -> Parameter:
        """Return one parameter with its history out of all claims."""
        wrong = list(type_faults(full, parameter, facts, claimants))
        taken = self.adopted(full)
        wrong += twice_given(full, claimants, taken)
        kept, conflicts = rank_conflicts(full, claimants, self.preferred.get(full, ""), taken)
        history = () if wrong or conflicts else merged(kept, taken)
        looked_at = (*history, *waiting(claimants, taken)) if self.wholly else history
        outside = [] if wrong else list(bound_faults(full, parameter, looked_at))
        for found in (*wrong, *conflicts, *outside):
            self.fault(found, full)
        result = evolve(parameter, history=history)
        self.claims += claiming.of_parameter(full, result, claimants)
        return result


def _cited(parameter: Parameter, source: Citation | None) -> Parameter:
    """Return *parameter* with the citation of its practice where it has none; its bounds have the parameter's."""
    cite = parameter.cite or source
    return evolve(parameter, cite=cite, bounds=tuple(evolve(each, cite=each.cite or cite) for each in parameter.bounds))


def filled(history: Iterable[DatedValue], source: Citation | None, usual: Standing) -> tuple[DatedValue, ...]:
    """The history with the citation and standing of its source where a value gives none."""
    return tuple(evolve(value, cite=value.cite or source, standing=standing_of(value, usual)) for value in history)


def _not_open(full: str, parameter: Parameter, who: str, rank: Rank, setting: Setting) -> Finding:
    allowed = "、".join(item.name.lower() for item in parameter.open_to) or "—"
    return finding(
        "not-open",
        f"{who}（{rank.name.lower()}）不能设定 {full}；开放给：{allowed}",
        f"{who} ({rank.name.lower()}) may not set {full}; it is open to {allowed}",
        setting.origin,
        name=full,
    )
