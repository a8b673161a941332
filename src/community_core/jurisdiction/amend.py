"""Amendments applied to versions over days: rows, steps, whole terms, tighter guards and numbers; nothing is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import Rank, Standing
from community_core.declarations.amendments import Amendment, AmendmentKind
from community_core.declarations.code_lists import CodeList
from community_core.jurisdiction.preferring import let_prefer
from community_core.jurisdiction.standings import in_force, left_out, sourced, standings
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.merge import merge
from community_core.rules.bounds import BoundKind
from community_core.rules.terms import Decision, DecisionTable, Expression, Parameter, PythonDecision
from community_core.rules.text import Syntax, canonical_text, parse, place

T = TypeVar("T", Decision, Procedure, CodeList)


@frozen
class Claimed:
    """An amendment with who makes it, at which rank, and what its source is."""

    amendment: Amendment
    claimant: str
    rank: Rank
    source: Citation | None
    standing: Standing

    @property
    def cite(self) -> Citation | None:
        """Where the amendment stands."""
        return self.amendment.cite or self.source

    @property
    def order(self) -> int:
        """General ranks come before specific ones, so that the most specific has the last word."""
        return -1 if self.rank is Rank.LIBRARY else -int(self.rank) + 1000

    @property
    def tightens_step(self) -> str:
        """The name of the step whose guard it tightens; empty where it does something else."""
        amendment = self.amendment
        guard = amendment.kind is AmendmentKind.TIGHTEN and amendment.when is not None
        return amendment.term.rpartition(".")[2] if guard else ""

    @property
    def standings(self) -> Iterator[Standing]:
        """The standing of the amendment, and of each part of what it carries that can have one of its own."""
        amendment = self.amendment
        given = amendment.decision or amendment.code_list or amendment.procedure or _added(self)
        return standings(given, self.standing)

    def in_force(self, taken: frozenset[Standing]) -> tuple[Claimed | None, tuple[Step, ...]]:
        """Return the amendment as far as it is in force where the standings *taken* are, and the steps that wait.

        Rows that wait stay in it, for other rows may stand before or after them: they are left out last of all.
        """
        amendment = self.amendment
        given = amendment.decision or amendment.code_list or amendment.procedure
        if given is None:
            some = not amendment.rows or in_force(_added(self), taken) is not None
            return (self if self.standing in taken and some else None), ()
        whole = sourced(given, self.cite, self.standing)
        kept = in_force(whole, taken)
        if not isinstance(whole, Procedure) or not isinstance(kept, Procedure | None):
            return (None if kept is None else self), ()
        own = None if kept is None else evolve(self, amendment=evolve(amendment, procedure=kept))
        return own, left_out(whole, kept)


def _added(claim: Claimed) -> DecisionTable:
    """Return the rows that an amendment adds as a table of its standing."""
    return DecisionTable(claim.amendment.term, (), claim.amendment.rows, standing=claim.standing)


class NotAmendable(Exception):
    """An amendment that cannot be applied; it carries the finding that says why."""

    def __init__(self, found: Finding) -> None:
        self.finding = found
        super().__init__(found.code)


def in_order(claims: Iterable[Claimed]) -> list[Claimed]:
    """Return amendments in the order in which they apply: by rank, then by claimant, then as written."""
    return sorted(claims, key=lambda item: (item.order, item.claimant))


def rivals(claims: Sequence[Claimed], preferred: str) -> tuple[list[Claimed], list[Finding]]:
    """Return the amendments of one term that remain, and a finding for two claimants of one rank on the same days."""
    kept = [
        claim
        for claim in claims
        if not preferred
        or claim.claimant == preferred
        or all(other.claimant != preferred or other.rank is not claim.rank for other in claims)
    ]
    found = []
    for index, first in enumerate(kept):
        for second in kept[index + 1 :]:
            same_rank = first.rank is second.rank and first.claimant != second.claimant
            loosening = AmendmentKind.TIGHTEN not in (first.amendment.kind, second.amendment.kind)
            if same_rank and loosening and first.amendment.span.meets(second.amendment.span):
                names = sorted([first.claimant, second.claimant])
                line = let_prefer(first.amendment.term, names)
                found.append(
                    finding(
                        "rank-conflict",
                        f"{first.amendment.term}：{names[0]} 与 {names[1]} 同级而各自修改；{line.zh}",
                        f"{first.amendment.term}: {names[0]} and {names[1]} amend it at one rank; {line.en}",
                        second.amendment.origin,
                        name=first.amendment.term,
                    )
                )
    return kept, found


def _over(versions: Iterable[T], span: Span, change: Callable[[T], T]) -> Iterator[T]:
    """Yield *versions* cut at the ends of *span*, with *change* applied to what lies in it."""
    for version in versions:
        for rest in version.span.outside(span):
            yield evolve(version, span=rest)
        inside = version.span.within(span)
        if inside is not None:
            yield evolve(change(evolve(version, span=inside)), span=inside)


def amended_decision(full: str, versions: Sequence[Decision], claim: Claimed) -> tuple[Decision, ...]:
    """Return the versions of a decision after *claim*.

    Raises:
        NotAmendable: if the decision is not open to the claim's rank, or the amendment does not fit it.
    """
    amendment = claim.amendment
    _must_be_open(full, versions, claim)
    if amendment.kind is AmendmentKind.REPLACE and amendment.decision is not None:
        new = sourced(amendment.decision, claim.cite, claim.standing)
        return _sorted(_over(versions, amendment.span, lambda version: _as_open(new, version)))
    if amendment.kind is AmendmentKind.ADD:
        rows = sourced(_added(claim), claim.cite, claim.standing).rows

        def added(version: Decision) -> Decision:
            if not isinstance(version, DecisionTable):
                raise NotAmendable(_unfit(full, claim))
            index = _position(full, version, claim)
            return evolve(version, rows=(*version.rows[:index], *rows, *version.rows[index:]))

        return _sorted(_over(versions, amendment.span, added))
    raise NotAmendable(_unfit(full, claim))


def _open_to(version: Decision | Procedure | CodeList) -> tuple[Rank, ...]:
    return () if isinstance(version, PythonDecision) else version.open_to


def _as_open(new: T, version: T) -> T:
    """Return *new* in the place of *version*, open to the same ranks where it does not say to which."""
    return new if isinstance(new, PythonDecision) or new.open_to else evolve(new, open_to=_open_to(version))


def _position(full: str, table: DecisionTable, claim: Claimed) -> int:
    amendment = claim.amendment
    name = amendment.before or amendment.after or "last"
    if name == "first":
        return 0
    if name == "last":
        return len(table.rows)
    for index, row in enumerate(table.rows):
        if row.name == name:
            return index if amendment.before else index + 1
    raise NotAmendable(
        finding(
            "unknown-row",
            f"{full} 没有叫 {name!r} 的行",
            f"{full} has no row called {name!r}",
            amendment.origin,
            name=name,
        )
    )


def amended_code_list(full: str, versions: Sequence[CodeList], claim: Claimed) -> tuple[CodeList, ...]:
    """Return the versions of a code list after *claim*.

    Raises:
        NotAmendable: if the list is not open to the claim's rank, or the amendment does not fit it.
    """
    amendment = claim.amendment
    _must_be_open(full, versions, claim)
    if amendment.kind is AmendmentKind.REPLACE and amendment.code_list is not None:
        new = sourced(amendment.code_list, claim.cite, claim.standing)
        return _sorted(
            _over(versions, amendment.span, lambda version: _as_open(evolve(new, name=version.name), version))
        )
    if amendment.kind is AmendmentKind.ADD and amendment.codes:
        more = sourced(CodeList(full, Label(), codes=amendment.codes), claim.cite, claim.standing).codes
        return _sorted(_over(versions, amendment.span, lambda version: evolve(version, codes=(*version.codes, *more))))
    raise NotAmendable(_unfit(full, claim))


def amended_procedure(full: str, versions: Sequence[Procedure], claim: Claimed) -> tuple[Procedure, ...]:
    """Return the versions of a procedure after *claim*.

    Raises:
        NotAmendable: if the procedure is not open to the claim's rank, or the amendment does not fit it.
    """
    amendment = claim.amendment
    _must_be_open(full, versions, claim)
    if amendment.kind is AmendmentKind.TIGHTEN and amendment.when is not None:
        return _sorted(_over(versions, amendment.span, lambda version: _tightened(full, version, claim)))
    given = amendment.procedure
    if given is None:
        raise NotAmendable(_unfit(full, claim))
    whole = sourced(given, claim.cite, claim.standing)
    if amendment.kind is AmendmentKind.REPLACE:
        return _sorted(
            _over(versions, amendment.span, lambda version: _as_open(evolve(whole, name=version.name), version))
        )

    def inserted(version: Procedure) -> Procedure:
        taken = sorted(_names(version) & _names(given))
        if taken:
            raise NotAmendable(_there_already(full, taken, claim))
        labelled = dict(version.posts)
        added = evolve(whole, posts=tuple(pair for pair in whole.posts if pair[0] not in labelled))
        together = merge(version, added)
        return evolve(
            together, name=version.name, cite=version.cite, standing=version.standing, open_to=version.open_to
        )

    return _sorted(_over(versions, amendment.span, inserted))


def _names(procedure: Procedure) -> set[str]:
    """Return what an insertion may add to and not change: the names of steps, fields, ends, states and late rules."""
    return {
        *(step.name for step in procedure.steps),
        *(field.name for field in procedure.fields),
        *(name for name, _ in (*procedure.ends, *procedure.states)),
        *(f"late {rule.state}.{rule.then}" for rule in procedure.late),
    }


def _there_already(full: str, names: Sequence[str], claim: Claimed) -> Finding:
    return finding(
        "amendment-unfit",
        f"{full} 已经有 {'、'.join(names)}；insert 只能加新的，要改已有的请用 replace 整个替换，或用 tighten 收紧",
        f"{full} has {', '.join(names)} already; insert adds and changes nothing: replace the whole, or tighten a step",
        claim.amendment.origin,
        name=names[0],
    )


def _tightened(full: str, procedure: Procedure, claim: Claimed) -> Procedure:
    name = claim.tightens_step
    step = procedure.step(name)
    when = claim.amendment.when
    if step is None or when is None:
        raise NotAmendable(_unfit(full, claim))
    changed: Step = evolve(step, when=_both(step.when, when), cite=claim.cite or step.cite)
    steps = tuple(changed if item.name == name else item for item in procedure.steps)
    return evolve(procedure, steps=steps)


def _both(held: Expression | None, further: Expression) -> Expression:
    """Return what holds where both hold; one that is no expression by itself stands alone, so as to be found.

    Only whole expressions are put together: a parenthesis that *further* closes would open the guard that it tightens.
    """
    if held is None or not isinstance(parse(further), Syntax):
        return further
    if not isinstance(parse(held), Syntax):
        return held
    before, text = f"({canonical_text(held.text)}) and (", canonical_text(further.text)
    # What is wrong with the whole is found in the amendment, whose writer can mend it.
    starts = [place(further, index if text == further.text else 0) for index in range(len(text))]
    spots = [starts[0]] * len(before) + starts + [starts[-1]]
    return evolve(further, text=f"{before}{text})", places=tuple((spot.line, spot.column) for spot in spots))


def tightened(full: str, parameter: Parameter, claim: Claimed) -> Parameter:
    """Return a parameter with the bound that *claim* adds.

    Raises:
        NotAmendable: if the bound does not go in the direction that the declarer calls stricter.
    """
    bound = claim.amendment.bound
    if bound is None:
        raise NotAmendable(_unfit(full, claim))
    direction = {BoundKind.AT_LEAST: "higher", BoundKind.AT_MOST: "lower"}.get(bound.kind, "")
    if not parameter.stricter or direction != parameter.stricter:
        wanted = {"higher": "at_least", "lower": "at_most", "": ""}[parameter.stricter]
        zh = f"只能用 {wanted} 收紧" if wanted else "没有声明哪个方向更严（stricter），只能设定（set）"
        en = f"can be tightened by {wanted} only" if wanted else "does not say which way is stricter, so set it instead"
        raise NotAmendable(
            finding(
                "not-stricter",
                f"{full} {zh}，不能 {bound.kind.value}",
                f"{full} {en}, and not {bound.kind.value}",
                claim.amendment.origin,
                name=full,
            )
        )
    return evolve(parameter, bounds=(*parameter.bounds, evolve(bound, cite=bound.cite or claim.cite)))


def _sorted(versions: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(versions, key=lambda item: (item.span.start is not None, item.span.start)))


def _must_be_open(full: str, versions: Sequence[Decision | Procedure | CodeList], claim: Claimed) -> None:
    """Refuse a claim on days on which the term is not open to its rank."""
    met = [version for version in versions if version.span.meets(claim.amendment.span)]
    if not all(claim.rank in _open_to(version) for version in met or versions):
        raise NotAmendable(
            finding(
                "not-open",
                f"{full} 没有开放给 {claim.claimant}（{claim.rank.name.lower()}）修改",
                f"{full} is not open to amendment by {claim.claimant} ({claim.rank.name.lower()})",
                claim.amendment.origin,
                name=full,
            )
        )


def _unfit(full: str, claim: Claimed) -> Finding:
    kind = claim.amendment.kind.value
    return finding(
        "amendment-unfit",
        f"{claim.claimant} 对 {full} 的修改（{kind}）不适用：种类或环节不符",
        f"the amendment ({kind}) of {full} by {claim.claimant} does not fit: another kind of term, or no such step",
        claim.amendment.origin,
        name=full,
    )
