"""Analysis of decision tables before anything is decided: what no row covers, what overlaps, what is never hit.

It looks at one day's parameter values and gives findings, all of them warnings; whatever it names works as it stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.rules import nodes as n
from community_core.rules.cells import Cells, names_in
from community_core.rules.engine import Engine
from community_core.rules.interpret import Surroundings, unknown_leaves
from community_core.rules.parts import BoundRow
from community_core.rules.pattern import GAP, OTHERWISE, Status, choose
from community_core.rules.plan import TablePlan
from community_core.rules.reading import Example, Reading, example_of, linked, rows_of
from community_core.rules.search import Goal, Search, TooManyError, Want
from community_core.rules.terms import Aggregation, HitPolicy
from community_core.rules.types import BOOL

#: The most steps that the analysis of one decision takes before it says that there are too many cells.
MOST_CELLS = 200_000
_PARTS_OF_THE_WHOLE = 4
_SAMPLES = 5_000
#: How many conditions are tried in all for the samples of a table that is too large, and how many pairs of its rows.
_MOST_TRIED = 200_000
_MOST_PAIRS = 40_000


def analyse(engine: Engine, on: dt.date, *, most: int = MOST_CELLS) -> tuple[Finding, ...]:
    """Return what is to be looked at in the decision tables of *engine* as they stand on *on*.

    Args:
        engine: the bound rules; decisions that are broken are left out.
        on: the day whose parameter values and versions count.
        most: how many cells are tried for one decision; past that, every two facts are tried together, and a finding
            says so.
    """
    found: list[Finding] = []
    for full in sorted(engine.decisions):
        plan = engine.plan(full, on)
        if plan.term == full and isinstance(plan, TablePlan) and plan.rows:
            found += _TableAnalysis(engine, plan, on, most).findings()
    return tuple(found)


def row_origin(row: BoundRow) -> Origin:
    """Return where a row was written."""
    return row.row.origin if row.row.origin != NOWHERE else row.row.when.origin


class _View:
    """A table's trees in one reading, and the search through their cells."""

    def __init__(self, engine: Engine, plan: TablePlan, reading: Reading, most: int, *, anything: bool = False) -> None:
        self.plan = plan
        self.reading = reading
        self.when = {number: reading.read(row.when) for number, row in rows_of(plan) if number != OTHERWISE}
        self.then = {number: tuple(map(reading.read, row.then)) for number, row in rows_of(plan)}
        self.gaps = {number for number, row in rows_of(plan) if row.row.gap is not None}
        rows = len(self.when)
        self.too_many_rows = self._one_outcome and rows * (rows - 1) // 2 > _MOST_PAIRS
        self.differ = {} if self.too_many_rows else dict(self._differences())
        trees = [*self.when.values(), *(tree for then in self.then.values() for tree in then), *self.differ.values()]
        self.cells = Cells(trees, reading.variables, engine.scope.words, reading.on, anything=anything)
        self.search = Search(self.cells, most, max(1, most // _PARTS_OF_THE_WHOLE))

    @property
    def _one_outcome(self) -> bool:
        return self.plan.table.hit in (HitPolicy.UNIQUE, HitPolicy.ANY)

    def _differences(self) -> Iterator[tuple[tuple[int, int], n.Node]]:
        """What holds where two rows of a table that allows one outcome give different ones."""
        if not self._one_outcome:
            return
        numbers = list(self.when)
        for place, one in enumerate(numbers):
            for two in numbers[place + 1 :]:
                if (one in self.gaps) != (two in self.gaps):
                    yield (one, two), n.Const(True, BOOL)
                    continue
                pairs = zip(self.then[one], self.then[two], strict=True)
                differing = [n.Compare("!=", left, right) for left, right in pairs if left != right]
                if differing:
                    yield (one, two), n.Or(tuple(differing)) if len(differing) > 1 else differing[0]

    def hit(self, number: int) -> list[Goal]:
        """What must hold for the row to count; ``otherwise`` counts where every row is false."""
        if number == OTHERWISE:
            return [Goal(tree, Want.FALSE) for tree in self.when.values()]
        return [*self.earlier(number), Goal(self.when[number])]

    def earlier(self, number: int) -> list[Goal]:
        if self.plan.table.hit is not HitPolicy.FIRST:
            return []
        return [Goal(tree, Want.FALSE) for other, tree in self.when.items() if 0 < other < number]


class _TableAnalysis:
    def __init__(self, engine: Engine, plan: TablePlan, on: dt.date, most: int) -> None:
        self.engine = engine
        self.plan = plan
        self.on = on
        self.most = most
        self.view = _View(engine, plan, Reading(engine, on, inline=linked(plan)), most)
        self.exhausted = self.view.too_many_rows
        self._whatever: _View | None = None

    @property
    def whatever(self) -> _View:
        """The same table, whatever is set to the parameters that may be set and given for a fact, on any day."""
        if self._whatever is None:
            reading = Reading(self.engine, self.on, free=True, inline=linked(self.plan))
            self._whatever = _View(self.engine, self.plan, reading, self.most, anything=True)
        return self._whatever

    def findings(self) -> Iterator[Finding]:
        found = [*self.uncovered(), *self.overlapping(), *self.never_determined(), *self.unreachable()]
        if self.exhausted:
            yield self.too_large()
            seen = {(item.code, item.origin) for item in found}
            found += [item for item in self.sampled() if (item.code, item.origin) not in seen]
        yield from found

    def find(self, view: _View, goals: Sequence[Goal], **more: Any) -> dict[str, Any] | None:
        """What the search finds; where it is given up, nothing, and that is kept in mind."""
        try:
            return view.search.find(goals, **more)
        except TooManyError:
            self.exhausted = True
            return None

    def possible(self, view: _View, goals: Sequence[Goal]) -> bool:
        """Whether the goals can be met; where that is not known, they are taken to be."""
        try:
            return view.search.find(goals) is not None
        except TooManyError:
            self.exhausted = True
            return True

    def spent(self, view: _View) -> bool:
        """Whether no further search of *view* can come to anything; kept in mind."""
        self.exhausted = self.exhausted or view.search.spent
        return view.search.spent

    def example(self, values: Mapping[str, Any]) -> Example:
        return example_of(self.engine, self.view.reading.variables, values)

    def lines(self, numbers: Sequence[int]) -> str:
        return ", ".join(str(row_origin(self.plan.row_at(number)).line or f"#{number}") for number in numbers)

    # -- what no row covers ----------------------------------------------------------------------------------------

    @property
    def may_be_uncovered(self) -> bool:
        """A list, a count and a sum of nothing are outcomes as well."""
        table = self.plan.table
        emptied = table.hit is HitPolicy.COLLECT and table.aggregation not in (Aggregation.MIN, Aggregation.MAX)
        return self.plan.otherwise is None and not emptied

    def uncovered(self) -> Iterator[Finding]:
        if self.may_be_uncovered:
            values = self.find(self.view, self.view.hit(OTHERWISE))
            if values is not None:
                yield self.uncovered_cell(values)

    def uncovered_cell(self, values: Mapping[str, Any]) -> Finding:
        example = self.example(values)
        full = self.plan.term
        zh = f"{full}：{example.zh} 时" if values else f"{full}：任何时候都"
        en = f"{full}: no row holds for {example.en}" if values else f"{full}: no row ever holds"
        return self.warning(
            "uncovered-cell",
            f"{zh}没有一行成立，也没有 otherwise；请补一行，材料没有写的补 gap 行，或写 otherwise",
            f"{en}, and there is no otherwise; add a row, a row with gap where the source is silent, or an otherwise",
            self.plan.table.origin,
            example=example.given,
        )

    # -- what overlaps ---------------------------------------------------------------------------------------------

    def overlapping(self) -> Iterator[Finding]:
        view = self.view
        for (one, two), differ in view.differ.items():
            if self.spent(view):
                return
            values = self.find(view, [Goal(view.when[one]), Goal(view.when[two]), Goal(differ)])
            if values is not None:
                yield self.overlap(one, two, values)

    def overlap(self, one: int, two: int, values: Mapping[str, Any]) -> Finding:
        example = self.example(values)
        hit = self.plan.table.hit.value
        where = self.lines((one, two))
        zh = f"{example.zh} 时" if values else "任何时候"
        en = f"for {example.en}" if values else "always"
        return self.warning(
            "overlapping-rows",
            f"{self.plan.term}：{zh}第 {one} 行与第 {two} 行（在第 {where} 行文本）都成立而结果不同，hit: {hit} "
            "时判定为冲突；请让两行的条件互斥，或改用 hit: first",
            f"{self.plan.term}: {en} both row {one} and row {two} (lines {where}) hold, with different outcomes, which "
            f"is a conflict under hit: {hit}; make their conditions exclude each other, or use hit: first",
            row_origin(self.plan.row_at(two)),
            example=example.given,
            rows=f"{one} {two}",
            lines=where,
        )

    # -- what is never hit -----------------------------------------------------------------------------------------

    def unreachable(self) -> Iterator[Finding]:
        for number, row in rows_of(self.plan):
            if self.spent(self.view):
                return
            if self.possible(self.view, self.view.hit(number)) or self.possible(
                self.whatever, self.whatever.hit(number)
            ):
                continue
            yield self.never_hit(number, row)

    def never_hit(self, number: int, row: BoundRow) -> Finding:
        full, origin = self.plan.term, row_origin(row)
        if number == OTHERWISE:
            return self.warning(
                "unreachable-row",
                f"{full}：otherwise 永远用不到，前面的行已经覆盖一切情形；请删去它，或改正前面的条件",
                f"{full}: otherwise never applies, the rows before it cover everything; delete it, or correct them",
                origin,
                row=number,
            )
        view = self.whatever
        if not self.possible(view, [Goal(view.when[number])]):
            return self.warning(
                "unreachable-row",
                f"{full}：第 {number} 行的条件自相矛盾，永远不成立；请改正条件，或删去这一行",
                f"{full}: the condition of row {number} contradicts itself and never holds; correct or delete it",
                origin,
                row=number,
            )
        together = [Goal(view.when[number])]
        before = [
            other
            for other, tree in view.when.items()
            if other < number and self.possible(view, [*together, Goal(tree)])
        ]
        rows, lines = ", ".join(map(str, before)), self.lines(before)
        return self.warning(
            "unreachable-row",
            f"{full}：第 {number} 行永远用不到，它成立时前面的第 {rows.replace(', ', '、')} 行"
            f"（在第 {lines.replace(', ', '、')} 行文本）总已成立；请调换次序，或改正条件",
            f"{full}: row {number} is never hit, whenever it holds an earlier row does (row {rows}, line {lines}); "
            "put it first, or correct the conditions",
            origin,
            row=number,
            before=rows,
        )

    # -- what cannot be told though all is known -------------------------------------------------------------------

    def never_determined(self) -> Iterator[Finding]:
        view = self.view
        for number, row in rows_of(self.plan):
            if self.spent(view):
                return
            trees = [(view.earlier, view.when[number])] if number in view.when else []
            trees += [(view.hit, tree) for tree in view.then[number]]
            for goals_of, tree in trees:
                if not _may_fail(tree):
                    continue
                goals = goals_of(number)
                values = self.find(view, [*goals, Goal(tree, Want.UNKNOWN)], accept=self.stays_open(tree))
                if values is not None:
                    yield self.open_for_ever(number, row, values)
                    break

    def stays_open(self, tree: n.Node) -> Any:
        """What tells whether, for given values, *tree* is unknown with nothing to ask, and so is the outcome."""

        def accept(values: Mapping[str, Any]) -> bool:
            at = Surroundings(values, {}, self.on, self.engine.scope.words)
            if next(iter(unknown_leaves(tree, at)), None) is not None:
                return False
            rest = {name: held[0] for name, held in self.view.cells.values.items()}
            return self.status({**rest, **values}) is Status.UNDETERMINED

        return accept

    def status(self, values: Mapping[str, Any]) -> Status:
        view, table = self.view, self.plan.table

        def outcome(number: int) -> Any:
            if number in view.gaps:
                return GAP
            return tuple(view.cells.value(tree, values) for tree in view.then[number])

        states = [view.cells.value(tree, values) for tree in view.when.values()]
        otherwise = self.plan.otherwise is not None
        return choose(table.hit, states, outcome, otherwise=otherwise, aggregation=table.aggregation).status

    def open_for_ever(self, number: int, row: BoundRow, values: Mapping[str, Any]) -> Finding:
        example = self.example(values)
        zh = f"第 {number} 行" if number else "otherwise"
        en = f"row {number}" if number else "otherwise"
        return self.warning(
            "never-determined",
            f"{self.plan.term}：{example.zh or '任何时候'} 时{zh}算不出来（份额没有整体，或除数为零），"
            "什么都知道了也不能判定；请在前面加一行写明这种情形",
            f"{self.plan.term}: for {example.en or 'every subject'} {en} has no value (a share of nothing, or a "
            "division by zero), so nothing is determined though all is known; say in an earlier row what holds then",
            row_origin(row),
            example=example.given,
            row=number,
        )

    # -- too many --------------------------------------------------------------------------------------------------

    def too_large(self) -> Finding:
        count = self.view.cells.size()
        return self.warning(
            "analysis-too-large",
            f"{self.plan.term}：有 {count} 种情形要看，太多，没有全看；只把事实两两配合试过，"
            "仍可能有未覆盖、重叠或用不到的行。把表拆成几个判定就能看全",
            f"{self.plan.term}: there are {count} cells, too many to try them all; only every two facts were tried "
            "together, and gaps, overlaps or unreachable rows may remain unseen; split the table into several",
            self.plan.table.origin,
            cells=count,
        )

    def sampled(self) -> Iterator[Finding]:
        """What shows when every two facts are tried together."""
        view = self.view
        names = list(dict.fromkeys(name for tree in view.when.values() for name in names_in(tree)))
        most = max(1, min(_SAMPLES, _MOST_TRIED // len(view.when)))
        open_cell = False
        overlaps: set[tuple[int, int]] = set()
        for values in view.search.by_pairs(names, most):
            states = {number: view.cells.value(tree, values) for number, tree in view.when.items()}
            if self.may_be_uncovered and not open_cell and all(state is False for state in states.values()):
                open_cell = True
                yield self.uncovered_cell(values)
            for pair, differ in view.differ.items():
                held = all(states[number] is True for number in pair)
                if held and pair not in overlaps and view.cells.value(differ, values) is True:
                    overlaps.add(pair)
                    yield self.overlap(*pair, values)

    def warning(self, code: str, zh: str, en: str, origin: Origin, **data: object) -> Finding:
        return finding(code, zh, en, origin, "warning", name=self.plan.term, **data)


def _may_fail(tree: n.Node) -> bool:
    """Whether *tree* can be unknown with all facts known: it divides, or takes a share."""
    return any(
        (isinstance(node, n.Arith) and node.op == "//") or (isinstance(node, n.Call) and node.function == "share")
        for node in n.walk(tree)
    )
