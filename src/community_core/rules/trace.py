"""Works out what an answer of a table rests on: rows, conditions with what they saw, parameters, questions, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from community_core.base.findings import NOWHERE, Finding, finding
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ConditionReport, ParameterUse, Reason, Trace
from community_core.rules.interpret import Surroundings, asked, failures, stuck, unknown_leaves, value_of
from community_core.rules.parts import BoundRow, Names, final_parts, part_values
from community_core.rules.pattern import OTHERWISE, Status
from community_core.rules.terms import Fact, HitPolicy
from community_core.rules.vocabulary import WORKDAY_TABLE, Word, outer


@frozen
class Traced:
    """What of a table's plan an explanation needs."""

    term: str
    facts: tuple[Fact, ...]
    rows: tuple[BoundRow, ...]
    otherwise: BoundRow | None
    hit: HitPolicy
    words: Mapping[str, Word]
    names: Names

    def row_at(self, number: int) -> BoundRow:
        """Return row *number*; 0 is ``otherwise``."""
        row = self.otherwise if number == OTHERWISE else self.rows[number - 1]
        if row is None:
            raise IndexError(number)
        return row


@frozen
class _Leaves:
    """What is unknown in a row; *never* says that whether it counts, or what it adds, stays unknown for ever."""

    condition: tuple[n.Leaf, ...]
    outcome: tuple[n.Leaf, ...]
    never: bool


def may_agree(row: BoundRow, other: BoundRow) -> bool:
    """Whether two rows may turn out to give the same, as far as their text says."""
    if row.row.gap is not None or other.row.gap is not None:
        return row.row.gap is not None and other.row.gap is not None
    one, two = row.constant, other.constant
    return one is None or two is None or one == two


class Tracer:
    """Works out the trace of one answer of a table."""

    def __init__(self, plan: Traced, answer: Answer) -> None:
        self.plan = plan
        self.answer = answer
        values = dict(zip((fact.name for fact in plan.facts), answer.seen, strict=True))
        parts = answer.parts
        self.at = Surroundings(values, part_values(parts), answer.on, plan.words, final_parts(parts))
        self.types = {fact.name: fact.type for fact in plan.facts}
        folded = [tree for row in plan.rows for tree in (row.folded, *row.folded_then)]
        self.derived = {node.name: node for tree in folded for node in n.walk(tree) if isinstance(node, n.Derived)}

    def trace(self) -> Trace:
        """Return what the answer rests on."""
        plan, answer = self.plan, self.answer
        counted = answer.choice.rows
        last = max(counted, default=0)
        sequential = plan.hit is HitPolicy.FIRST and OTHERWISE not in counted and counted
        examined = [(number, row) for number, row in enumerate(plan.rows, 1) if not sequential or number <= last]
        reasons = [self._reason(number, row, number in counted) for number, row in examined]
        trees = [row.when for _, row in examined]
        if plan.otherwise is not None and OTHERWISE in counted:
            reasons.append(self._reason(OTHERWISE, plan.otherwise, counts=True))
        bound_counted = [plan.row_at(number) for number in counted]
        trees += [tree for row in bound_counted for tree in row.then]
        needed = [answer.parts[term] for term in self._parts_in(trees)]
        leaves = list(self._open_leaves(bound_counted))
        asks = asked(leaves)
        failed = failures(leaves)
        silent = self.answer.status is not Status.UNDETERMINED
        gaps = [row.row.gap for row in bound_counted if row.row.gap is not None and silent]
        terms = dict.fromkeys(leaf.term for leaf in leaves if isinstance(leaf, n.DecisionRef))
        blocked = [answer.parts[term] for term in terms]
        return Trace(
            rows=tuple(reasons),
            parameters=tuple(self._uses(trees)),
            ask=tuple(dict.fromkeys([*asks, *(name for part in blocked for name in part.ask)])),
            gaps=tuple(dict.fromkeys([*gaps, *(gap for part in blocked for gap in part.gaps)])),
            parts=tuple(needed),
            blocked=tuple(blocked),
            failed=failed,
            findings=(*_to_load(asks), *failed, *(found for part in blocked for found in part.findings)),
        )

    def _parts_in(self, trees: Sequence[n.Node]) -> Iterator[str]:
        terms = [node.term for tree in trees for node in n.walk(tree) if isinstance(node, n.DecisionRef)]
        yield from dict.fromkeys(terms)

    def _open_leaves(self, rows: Sequence[BoundRow]) -> Iterator[n.Leaf]:
        """Yield what is unknown and keeps the answer from an outcome, as far as it can still matter."""
        silent = self.answer.status is Status.GAP and all(row.row.gap is not None for row in rows)
        if self.answer.status in (Status.DETERMINED, Status.CONFLICT) or silent:
            return
        found = [self._leaves(row) for row in rows]
        if self.plan.hit is HitPolicy.COLLECT:
            # Every row is needed: where one stays unknown for ever, the others cannot matter, nor what it would add.
            stays = next((each for each in found if each.never), None)
            if stays is not None:
                yield from stays.condition or stays.outcome
                return
            for leaves in found:
                yield from (*leaves.condition, *leaves.outcome)
            return
        for place, (row, leaves) in enumerate(zip(rows, found, strict=True)):
            if not leaves.never:
                yield from (*leaves.condition, *leaves.outcome)
                continue
            # Whether such a row holds is never known: it counts where others that count turn out to agree with it.
            first = self.plan.hit is HitPolicy.FIRST
            agrees = any(may_agree(row, other) for other in (rows[place + 1 :] if first else rows) if other is not row)
            yield from (*leaves.condition, *(leaves.outcome if agrees else ()))
            if first and not agrees:
                return

    def _leaves(self, row: BoundRow) -> _Leaves:
        condition = tuple(unknown_leaves(row.folded, self.at))
        outcome = tuple(leaf for tree in row.folded_then for leaf in unknown_leaves(tree, self.at))
        held = value_of(row.folded, self.at)
        never = held is None and stuck(condition, self.at)
        if self.plan.hit is HitPolicy.COLLECT and held is True:
            unknown = any(value_of(tree, self.at) is None for tree in row.folded_then)
            never = unknown and stuck(outcome, self.at)
        return _Leaves(condition, outcome, never)

    def _reason(self, number: int, row: BoundRow, counts: bool) -> Reason:
        held = True if number == OTHERWISE else self.answer.states[number - 1]
        source = row.row
        return Reason(
            term=self.plan.term,
            row=number,
            held=held,
            counts=counts,
            because=source.because,
            standing=row.standing,
            gap=source.gap,
            cite=source.cite,
            conditions=tuple(self._conditions(row)) if number != OTHERWISE else (),
            origin=source.origin if source.origin != NOWHERE else source.when.origin,
        )

    def _conditions(self, row: BoundRow) -> Iterator[ConditionReport]:
        for tree, folded in zip(atoms_of(row.when), atoms_of(row.folded), strict=True):
            seen = [
                (name, label, value, self.plan.names.shown_zh(value, node))
                for node, name, label, value in self._seen_in(tree)
            ]
            seen = [item for index, item in enumerate(seen) if item not in seen[:index]]
            yield ConditionReport(
                text=self.plan.names.text(tree, "en"),
                text_zh=self.plan.names.text(tree, "zh"),
                held=value_of(folded, self.at),
                values=tuple((name, value) for name, _, value, _ in seen),
                shown=tuple((label, shown) for _, label, _, shown in seen),
            )

    def _seen_in(self, tree: n.Node) -> Iterator[tuple[n.Node, str, str, Any]]:
        """Yield what a condition sees: the term, its name, its Chinese label and its value."""
        zh = self.plan.names.naming("zh")
        for node in n.walk(tree):
            if isinstance(node, n.FactRef):
                kind = self.types.get(node.name, node.type)
                yield (
                    node,
                    node.name,
                    zh("fact", node.name),
                    outer(kind, value_of(self.derived.get(node.name, node), self.at)),
                )
            elif isinstance(node, n.ParamRef):
                use = self.plan.names.use(node.term, self.answer.on)
                yield node, node.term.rpartition(".")[2], zh("parameter", node.term), use.value if use else None
            elif isinstance(node, n.DecisionRef):
                name = node.term.rpartition(".")[2]
                value = outer(node.type, self.at.decisions.get((node.term, node.output)))
                suffix = f".{node.output}" if node.output else ""
                yield node, name + suffix, zh("decision", node.term) + suffix, value
            elif isinstance(node, n.DayRef):
                yield node, "day", "当日", self.answer.on

    def _uses(self, trees: Sequence[n.Node]) -> Iterator[ParameterUse]:
        found: dict[ParameterUse, None] = {}
        for tree in trees:
            for node in n.walk(tree):
                use = None
                if isinstance(node, n.ParamRef):
                    use = self.plan.names.use(node.term, self.answer.on)
                elif isinstance(node, n.Lookup):
                    key = value_of(node.key, self.at)
                    use = None if key is None else self.plan.names.use(node.term, self.answer.on, str(key))
                if use is not None:
                    found[use] = None
        yield from found


def _to_load(asks: Sequence[str]) -> Iterator[Finding]:
    for year in dict.fromkeys(ask.removeprefix(WORKDAY_TABLE) for ask in asks if ask.startswith(WORKDAY_TABLE)):
        yield finding(
            "workdays-unknown",
            f"没有 {year} 年的工作日表；请在区县文本的 workdays 里写入该年的放假与调休",
            f"the working days of {year} are not known; give that year's table under workdays in the district's text",
            level="warning",
            year=year,
        )


def atoms_of(node: n.Node) -> Iterator[n.Node]:
    """Yield the conditions that *node* joins, from left to right."""
    if isinstance(node, (n.And, n.Or)):
        for item in node.items:
            yield from atoms_of(item)
    elif isinstance(node, n.Not):
        yield from atoms_of(node.item)
    else:
        yield node
