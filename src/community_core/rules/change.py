"""What would change an answer: the nearest rows with another outcome, and the conditions that fail or bar them now.

It looks at the subject's facts only, never at what the law might say instead; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import combinations, product
from typing import Any

import attrs
from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.labels import Label, Language
from community_core.rules import nodes as n
from community_core.rules.answer import Answer
from community_core.rules.cells import Cells, Variable
from community_core.rules.explain import outcome_text, value_text
from community_core.rules.interpret import Surroundings, value_of
from community_core.rules.parts import part_values
from community_core.rules.pattern import OTHERWISE, Status
from community_core.rules.plan import Plan, TablePlan
from community_core.rules.terms import Fact, HitPolicy
from community_core.rules.trace import atoms_of
from community_core.rules.unparse import unparse
from community_core.rules.vocabulary import outer

#: The most sets of facts that are tried for one answer.
MOST_TRIED = 20_000
#: The most facts that are changed together.
MOST_FACTS = 3


@frozen
class FactChange:
    """A fact as it is (``None``: unknown) and as it would have to be, for instance."""

    fact: Fact
    now: Any
    then: Any

    @property
    def name(self) -> str:
        """The name of the fact."""
        return self.fact.name


@frozen
class ConditionChange:
    """A condition of a row that holds, fails or is unknown (*held*) now and would have to hold, or to fail."""

    row: int
    text: str
    text_zh: str
    held: bool | None


@frozen
class Change:
    """A row with another outcome, and what it takes to get there.

    *hold* are the conditions that would have to hold and do not, *fail* those that would have to fail and do not;
    *facts* is one set of facts, as few as possible, that does both, and *answer* the answer that they give.
    """

    term: str
    row: int
    outcome: Any
    facts: tuple[FactChange, ...]
    hold: tuple[ConditionChange, ...]
    fail: tuple[ConditionChange, ...]
    because: Label = Label()
    cite: Citation | None = None
    answer: Answer | None = field(default=None, eq=False, repr=False)


def what_would_change(answer: Answer, *, most: int = MOST_TRIED) -> tuple[Change, ...]:
    """Return, for each row with another outcome that can be reached, the smallest change that leads there.

    Few facts come first, then few conditions. An answer that is still undetermined has questions (``ask``) instead of
    changes, and a Python decision has no rows: both give nothing. At most three facts are changed together, and at
    most *most* sets of facts tried, so that a row which takes more is left out.
    """
    plan = answer.source
    if not isinstance(plan, TablePlan) or answer.status in (Status.UNDETERMINED, Status.UNAVAILABLE):
        return ()
    search = _Nearest(plan, answer, most)
    return tuple(sorted(search.found(), key=lambda one: (len(one.facts), len(one.hold) + len(one.fail), one.row)))


def lines(changes: Iterable[Change], lang: Language = "zh") -> tuple[str, ...]:
    """Return *changes* as lines of prose in *lang*."""
    return tuple(_line(change, lang) for change in changes)


class _Nearest:
    def __init__(self, plan: TablePlan, answer: Answer, most: int) -> None:
        self.plan = plan
        self.answer = answer
        self.left = most
        self.facts: dict[str, Fact] = {}
        self.now: dict[str, Any] = {}
        self._collect(plan, answer)
        self.values = self._candidates()

    def _collect(self, plan: Plan, answer: Answer) -> None:
        """The facts of the plan and of the decisions under it, with what was seen of each."""
        self.facts.update({fact.name: fact for fact in plan.facts})
        for fact, value in zip(plan.facts, answer.seen, strict=False):
            if value is not None:
                self.now[fact.name] = outer(fact.type, value)
        for term, part in plan.parts:
            if term in answer.parts:
                self._collect(part, answer.parts[term])

    def _candidates(self) -> dict[str, tuple[Any, ...]]:
        """For each fact that a row looks at, the other values that it could have, the nearest first."""
        trees = [_open(tree, self.answer) for tree in _trees(self.plan)]
        nodes = [node for tree in trees for node in n.walk(tree) if isinstance(node, n.FactRef)]
        variables = {node.name: Variable(node.name, node.type) for node in nodes}
        cells = Cells(trees, variables, self.plan.words, self.answer.on, thin=False)
        found = {}
        for name, fact in self.facts.items():
            if name in cells.values:
                held = self.held(name)
                given = [outer(fact.type, value) for value in cells.values[name]]
                others = [value for value in given if value != held]
                found[name] = tuple(sorted(others, key=partial(_distance, held)))
        return found

    def held(self, name: str) -> Any:
        """What the fact is now; a derived one as it is computed."""
        if name in self.now:
            return self.now[name]
        for tree in _trees(self.plan):
            for node in n.walk(tree):
                if isinstance(node, n.Derived) and node.name == name:
                    return outer(node.type, value_of(node, self.surroundings(self.answer)))
        return None

    def surroundings(self, answer: Answer) -> Surroundings:
        names = (fact.name for fact in self.plan.facts)
        values = dict(zip(names, answer.seen, strict=True))
        return Surroundings(values, part_values(answer.parts), answer.on, self.plan.words)

    # -- the search ------------------------------------------------------------------------------------------------

    def found(self) -> Iterator[Change]:
        """The nearest change for each row, fewest facts first."""
        done: set[Any] = set()
        for size in range(1, MOST_FACTS + 1):
            best: dict[Any, tuple[tuple[int, int], Change]] = {}
            for names in combinations(self.values, size):
                for places in product(*(range(len(self.values[name])) for name in names)):
                    self.left -= 1
                    if self.left < 0:
                        break
                    then = {name: self.values[name][place] for name, place in zip(names, places, strict=True)}
                    given = {**self.now, **then}
                    new = self.plan.answer_for(given.get, self.answer.on)
                    key = self.key(new)
                    if key is None or key in done:
                        continue
                    change = self.change(new, then)
                    rank = (len(change.hold) + len(change.fail), sum(places))
                    if key not in best or rank < best[key][0]:
                        best[key] = rank, change
            yield from (change for _, change in best.values())
            done |= set(best)
            if self.left < 0 or self.targets <= done:
                return

    @property
    def targets(self) -> set[Any]:
        """The rows that might give another outcome."""
        if self.plan.table.hit is HitPolicy.COLLECT:
            return {()}
        numbers = [*range(1, len(self.plan.rows) + 1), *([OTHERWISE] if self.plan.otherwise is not None else [])]
        rows = {number: self.plan.row_at(number) for number in numbers}
        return {number for number, row in rows.items() if row.row.gap is None and not self.same(row.constant)}

    def same(self, outcome: tuple[Any, ...] | None) -> bool:
        return outcome is not None and outcome == self.answer.inner

    def key(self, new: Answer) -> Any:
        """What tells one change from another: the row; for ``collect`` the outcome. ``None`` where nothing changes."""
        if new.status is not Status.DETERMINED or self.same(new.inner):
            return None
        if self.plan.table.hit is HitPolicy.COLLECT:
            return new.inner
        # The same row with another amount is no other rule.
        return None if self.answer.status is Status.DETERMINED and new.row == self.answer.row else new.row

    # -- what the change says --------------------------------------------------------------------------------------

    def change(self, new: Answer, then: Mapping[str, Any]) -> Change:
        row = new.row or OTHERWISE
        source = self.plan.row_at(row).row if new.choice.rows else None
        changed = list(dict.fromkeys(self.conditions(new)))
        return Change(
            term=self.plan.term,
            row=row,
            outcome=new.outcome,
            facts=tuple(FactChange(self.facts[name], self.held(name), value) for name, value in then.items()),
            hold=tuple(condition for condition, after in changed if after),
            fail=tuple(condition for condition, after in changed if not after),
            because=source.because if source is not None else Label(),
            cite=source.cite if source is not None else None,
            answer=new,
        )

    def conditions(self, new: Answer) -> Iterator[tuple[ConditionChange, bool]]:
        """The conditions that turn, in the row that would count and in those that count or stand before it now."""
        before, after = self.surroundings(self.answer), self.surroundings(new)
        first = self.plan.table.hit is HitPolicy.FIRST
        turned = [
            number
            for number, (was, now) in enumerate(zip(self.answer.states, new.states, strict=True), 1)
            if was is not now and (not first or not new.row or number <= new.row)
        ]
        for number in turned:
            row = self.plan.row_at(number)
            for tree, folded in zip(atoms_of(row.when), atoms_of(row.folded), strict=True):
                was, now = value_of(folded, before), value_of(folded, after)
                if was is not now and now is not None:
                    names = self.plan.names
                    yield ConditionChange(number, names.text(tree, "en"), names.text(tree, "zh"), was), now is True


def _trees(plan: Plan) -> Iterator[n.Node]:
    """The trees of the plan's conditions and of the decisions under it."""
    if isinstance(plan, TablePlan):
        yield from (row.folded for row in plan.rows)
        if plan.parts:
            yield from (tree for row in plan.rows for tree in row.folded_then)
    elif plan.parts or plan.facts:
        yield from getattr(plan, "folded", ())
    for _, part in plan.parts:
        yield from _trees(part)


def _open(node: n.Node, answer: Answer) -> n.Node:
    """The tree with derived facts and other decisions as things of their own, on the day of the answer."""
    if isinstance(node, n.Derived):
        return n.FactRef(node.name, node.type)
    if isinstance(node, n.DecisionRef):
        return n.FactRef(f"= {node.term}.{node.output}", node.type)
    if isinstance(node, n.Members):
        return n.FactRef(f"= {unparse(node)}", node.type)
    if isinstance(node, n.DayRef):
        return n.Const(answer.on, node.type)
    parts = n.children(node)
    return n.rebuilt(node, tuple(_open(part, answer) for part in parts)) if parts else node


def _distance(held: Any, value: Any) -> Any:
    """How far a value is from the one held: days for days, fen for amounts; kinds without a distance keep order."""
    held, value = (getattr(item, "fen", item) for item in (held, value))
    if held is None or isinstance(held, (str, bool, tuple)):
        return 0
    return abs(getattr(gap := value - held, "days", gap))


# -- prose -------------------------------------------------------------------------------------------------------------


def _line(change: Change, lang: Language) -> str:
    facts = [_fact(item, lang) for item in change.facts]
    hold = [_condition(item, lang) for item in change.hold]
    fail = [_condition(item, lang) for item in change.fail]
    outcome = outcome_text(change.answer, lang) if change.answer is not None else value_text(change.outcome, lang)
    because = change.because.text(lang)
    if lang == "en":
        takes = [f"{', '.join(hold)} would have to hold"] if hold else []
        takes += [f"{', '.join(fail)} would have to fail"] if fail else []
        row = f"row {change.row}" if change.row else "otherwise"
        end = f": {because}" if because else ""
        return f"{outcome} ({row}{end}), if {' and '.join(facts)}; then {' and '.join(takes) or 'the rows differ'}"
    takes = [f"须成立：{'、'.join(hold)}"] if hold else []
    takes += [f"须不成立：{'、'.join(fail)}"] if fail else []
    row = f"第 {change.row} 行" if change.row else "其他情形"
    end = f"：{because}" if because else ""
    return f"若{'，且'.join(facts)}，则为{outcome}（{row}{end}）；{'；'.join(takes) or '各行随之改变'}"


def _fact(item: FactChange, lang: Language) -> str:
    def shown(value: Any) -> str:
        return value_text(value, lang, item.fact.labels)

    name = item.fact.label.text(lang) or item.name
    if lang == "en":
        return f"{name} were {shown(item.then)} (now {shown(item.now)})"
    return f"{name}为{shown(item.then)}（现为{shown(item.now)}）"


def _condition(item: ConditionChange, lang: Language) -> str:
    return f"“{item.text}”" if lang == "en" else f"“{item.text_zh}”"


def as_data(change: Change) -> dict[str, Any]:
    """Return *change* as JSON-ready data with the keys ``row outcome facts hold fail because``."""
    from community_core.rules.answer import json_value  # noqa: PLC0415 - only programs ask for data

    def condition(item: ConditionChange) -> dict[str, Any]:
        return attrs.asdict(item)

    return {
        "row": change.row,
        "outcome": json_value(change.outcome),
        "facts": [
            {"name": item.name, "now": json_value(item.now), "then": json_value(item.then)} for item in change.facts
        ],
        "hold": [condition(item) for item in change.hold],
        "fail": [condition(item) for item in change.fail],
        "because": {"zh": change.because.zh, "en": change.because.en},
    }
