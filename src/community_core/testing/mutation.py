"""Mutation of practices: each mutant is composed anew and tried by the cases that touch it; what no case sees is told.

Practices are changed as frozen declarations, so no YAML is read again. The runs of procedures share one store in
memory, whose transaction is rolled back after each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.declarations.practice import Practice
from community_core.testing.equivalents import NAME, Equivalent, read_equivalents
from community_core.testing.grounds import Ground, grounds_of, practices_of
from community_core.testing.mutants import Mutant, mutants_of
from community_core.testing.running import run_case
from community_core.testing.scratch import scratch_store, undone

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from community_core.jurisdiction.plugins import Gathered

Watch = Callable[[int, int], None]


class Fate(Enum):
    """What became of a mutant."""

    CAUGHT = "caught"
    REFUSED = "refused"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"


@frozen
class Tried:
    """A mutant and what became of it: *by* names the case that caught it, or the finding that refused it."""

    mutant: Mutant
    fate: Fate
    by: str = ""


@frozen
class Mutation:
    """What a mutation run came to; *findings* are the failing cases, the survivors, and a list that is out of date.

    *possible* counts all mutants, of which *tried* may be a sample; *reasons* say why the equivalent ones are so.
    """

    practices: tuple[str, ...]
    tried: tuple[Tried, ...] = ()
    findings: tuple[Finding, ...] = ()
    possible: int = 0
    reasons: tuple[tuple[str, Label], ...] = field(default=(), repr=False)

    def of(self, fate: Fate) -> tuple[Tried, ...]:
        """Return the mutants with this fate."""
        return tuple(each for each in self.tried if each.fate is fate)


def mutate(
    where: Path | str,
    practices: Iterable[str] = (),
    *,
    every: int = 1,
    share: tuple[int, int] = (1, 1),
    gathered: Gathered | None = None,
    watch: Watch | None = None,
) -> Mutation:
    """Change one rule at a time of *practices* and run the cases in *where*, a case file or a folder of them.

    Args:
        where: the cases; ``equivalent.yaml`` in the same folder lists mutants that change no answer.
        practices: names of the practices to change; unless given, those that the cases adopt, and where they adopt
            none, those of a rank of their own that they touch.
        every: try each mutant whose number in the order of the text is a multiple of this; 1 tries all.
        share: the first, second, … of so many equal shares of them, which several processes try side by side.
        gathered: what plugins offer, where it has been gathered already.
        watch: told how many mutants have been tried, of how many.

    Raises:
        LoadError: if a district of the cases cannot be loaded.
        ValueError: if there is no such share.
    """
    number, shares = share
    if not 1 <= number <= shares:
        raise ValueError(f"there is no share {number} of {shares}")
    path = Path(where)
    grounds, found = grounds_of(path, gathered)
    names = tuple(practices) or practices_of(grounds)
    with scratch_store() as connection:
        found += _failures(grounds, connection)
        if any(each.level == "error" for each in found):
            return Mutation(names, findings=tuple(found))
        changed = {item.name: item for name in names for item in _practice(name, grounds)}
        offered = [practice for ground in grounds for practice in ground.gathered.practices]
        whole = [mutant for item in changed.values() for mutant in mutants_of(item, offered)]
        sample = whole[::every][number - 1 :: shares]
        listed, unread = _listed(path)
        reasons = {name: each for each in listed for name in each.mutants}
        tried: list[Tried] = []
        for count, mutant in enumerate(sample, 1):
            one = _tried(mutant, grounds, connection)
            equivalent = one.fate is Fate.SURVIVED and mutant.name in reasons
            tried.append(evolve(one, fate=Fate.EQUIVALENT) if equivalent else one)
            if watch is not None:
                watch(count, len(sample))
    known = {mutant.name for mutant in whole}
    found += [*unread, *_stale(reasons, tried, known, names)]
    found += [_survived(each.mutant) for each in tried if each.fate is Fate.SURVIVED]
    same = [each.mutant.name for each in tried if each.fate is Fate.EQUIVALENT]
    why = tuple((name, reasons[name].reason) for name in same)
    return Mutation(names, tuple(tried), tuple(found), len(whole), why)


def _practice(name: str, grounds: Sequence[Ground]) -> Iterator[Practice]:
    for ground in grounds:
        practice = ground.practice(name)
        if practice is not None:
            yield practice
            return


def _failures(grounds: Sequence[Ground], connection: Connection) -> list[Finding]:
    """Return why cases fail before anything is changed: nothing can be learnt from those."""
    found: list[Finding] = []
    for ground in grounds:
        for tried in ground.cases:
            with undone(connection):
                found += run_case(tried.case, ground.rules, day=ground.group.day, where=connection).findings
    return found


def _tried(mutant: Mutant, grounds: Sequence[Ground], connection: Connection) -> Tried:
    practice = mutant.make()
    for ground in sorted(grounds, key=lambda each: -each.nearness(mutant)):
        if not ground.includes(mutant.practice):
            continue
        rules = ground.with_practice(practice)
        new = [each for each in rules.findings if each.level == "error" and each not in ground.findings]
        cases = ground.cases_of(rules, mutant)
        if new and not any(tried.case.findings is not None for tried in cases):
            return Tried(mutant, Fate.REFUSED, new[0].code)
        for tried in cases:
            with undone(connection):
                result = run_case(tried.case, rules, day=ground.group.day, where=connection)
            if not result.passed:
                return Tried(mutant, Fate.CAUGHT, tried.case.name)
        if new:
            return Tried(mutant, Fate.REFUSED, new[0].code)
    return Tried(mutant, Fate.SURVIVED)


def _listed(path: Path) -> tuple[list[Equivalent], list[Finding]]:
    folders = sorted({each.parent for each in path.rglob(NAME)}) if path.is_dir() else [path.parent]
    listed: list[Equivalent] = []
    found: list[Finding] = []
    for folder in folders:
        read, unread = read_equivalents(folder / NAME)
        listed += read
        found += unread
    return listed, found


def _stale(
    reasons: dict[str, Equivalent], tried: Sequence[Tried], known: set[str], practices: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield what the list of equivalent mutants says of mutants that are caught, or that there are none of."""
    fates = {each.mutant.name: each for each in tried}
    for name, listed in reasons.items():
        one = fates.get(name)
        if name not in known:
            if any(name.startswith((f"{practice}.", "fact ")) for practice in practices):
                yield finding(
                    "equivalent-unknown",
                    f"等价清单里的“{name}”不是现在的变异；规则已改，请删去或改正",
                    f"{name!r} in the list of equivalent mutants is none of them now; delete or correct it",
                    listed.origin,
                    mutant=name,
                )
        elif one is not None and one.fate is not Fate.EQUIVALENT:
            yield finding(
                "equivalent-caught",
                f"等价清单里的“{name}”并不等价：“{one.by}”发现了它；请从清单删去",
                f"{name!r} is listed as equivalent, but {one.by!r} catches it; delete it from the list",
                listed.origin,
                mutant=name,
                by=one.by,
            )


def _survived(mutant: Mutant) -> Finding:
    return finding(
        "mutant-survived",
        f"规则改成这样，没有一个例子发现：{mutant.name}",
        f"no case sees this change: {mutant.name}",
        mutant.origin,
        mutant=mutant.name,
        practice=mutant.practice,
    )
