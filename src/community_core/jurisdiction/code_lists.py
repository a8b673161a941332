"""Code lists put together: one list of a name, with its amendments, whose codes serve as facts that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from community_core.base.findings import Finding, finding
from community_core.base.ranks import Rank, Standing
from community_core.declarations.code_lists import CodeList
from community_core.jurisdiction import claims as claiming
from community_core.jurisdiction.amend import NotAmendable, amended_code_list
from community_core.jurisdiction.grounds import Grounds, by_name_and_day
from community_core.jurisdiction.standings import in_force, only_proposed, sourced
from community_core.rules.terms import Fact
from community_core.rules.types import read_text


class CodeListComposer(Grounds):
    """Puts the code lists of a district together. Registers know a list by its own name, so there is one of a name."""

    def code_lists(self, facts: Mapping[str, Fact]) -> tuple[tuple[str, CodeList], ...]:
        """Return every version of every code list, by full name."""
        declared: dict[str, list[tuple[str, str, Rank, CodeList]]] = {}
        for item in self.included:
            practice = item.practice
            for codes in practice.code_lists:
                own = sourced(codes, practice.source, practice.standing)
                full = f"{practice.name}.{codes.name}"
                declared.setdefault(codes.name, []).append((full, practice.name, item.rank, own))
        found: list[tuple[str, CodeList]] = []
        for name, several in sorted(declared.items()):
            if len(several) > 1:
                self._twice(name, several)
                continue
            ((full, practice_name, rank, only),) = several
            found += ((full, version) for version in self._versions(full, practice_name, rank, only))
        for full, codes in found:
            self.findings += _unfit_facts(full, codes, facts)
        return tuple(sorted(found, key=by_name_and_day))

    def _versions(self, full: str, practice: str, rank: Rank, own: CodeList) -> tuple[CodeList, ...]:
        taken = self.taken(full)
        self.claims += claiming.of_code_list(full, own, practice, rank, Standing.IN_FORCE, taken)
        if in_force(own, taken) is None:
            self.broken.setdefault(full, only_proposed(full, own.origin, own.standing))
            return ()
        versions: tuple[CodeList, ...] = (own,)
        for claim in self.amendments.get(full, ()):
            try:
                versions = amended_code_list(full, versions, claim)
            except NotAmendable as wrong:
                self.fault(wrong.finding, full)
            else:
                self.claims = claiming.amended_codes(self.claims, full, claim, taken)
        return versions

    def _twice(self, name: str, several: list[tuple[str, str, Rank, CodeList]]) -> None:
        practices = sorted(practice for _, practice, _, _ in several)
        self.fault(
            finding(
                "duplicate-code-list",
                f"代码表 {name} 由几个做法声明：{'、'.join(practices)}；一个代码表只能声明一次，其余的用 amend 修改",
                f"the code list {name} is declared by {', '.join(practices)}; one declares it, others amend it",
                several[-1][3].origin,
                name=name,
            ),
            *(full for full, _, _, _ in several),
        )


def _unfit_facts(full: str, codes: CodeList, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    """Yield a warning for each code whose fact there is not, or cannot have that value: it would say nothing."""
    for entry in codes.codes:
        fact = facts.get(entry.fact)
        if not entry.fact or (fact is not None and _fits(fact, entry.value)):
            continue
        why = ("没有这个事实", "there is no such fact") if fact is None else ("不是它的值", "that is no value of it")
        yield finding(
            "code-without-fact",
            f"{full} 的代码 {entry.code} 作为事实 {entry.fact} = {entry.value}：{why[0]}，登记了也不起作用",
            f"the code {entry.code} of {full} serves as the fact {entry.fact} = {entry.value}: {why[1]}, so it says "
            "nothing of anybody",
            entry.origin,
            level="warning",
            name=full,
            entry=entry.code,
        )


def _fits(fact: Fact, value: str) -> bool:
    try:
        read_text(fact.type, value)
    except ValueError:
        return False
    return True
