"""One plan over all subjects: conditions as columns, each code decided once; it knows nothing of files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field, frozen

from community_core.roll.cell import Cell, NotInColumns
from community_core.roll.codes import GROUP, dense, group_code, grouped
from community_core.roll.columns import Columns
from community_core.roll.extras import nw, pl
from community_core.roll.subjects import Subjects
from community_core.roll.trees import Blocking, facts_in, outcome_trees, trees_of
from community_core.roll.values import dtype_of, from_cell, to_cell
from community_core.rules import nodes as n
from community_core.rules.codegen import compile_values
from community_core.rules.engine import Engine
from community_core.rules.pattern import Pattern, Status
from community_core.rules.plan import BrokenPlan, Plan
from community_core.rules.terms import Fact, Output
from community_core.rules.types import Kind
from community_core.rules.vocabulary import inner

_MARK = "\x1f"


@frozen
class Result:
    """What a group of subjects gets: status, inner values of the outputs (``None`` unless determined), row, code."""

    status: Status
    outcome: tuple[Any, ...] | None
    row: int | None
    code: int


@frozen(eq=False)
class Staged:
    """A plan's results, and for each subject the number of its result (*index*) and of its code (*codes*)."""

    plan: Plan
    results: tuple[Result, ...]
    index: pl.Series
    codes: pl.Series

    def output(self, position: int, output: Output) -> pl.Series:
        """Return one output as it differs among the results; null where there is no outcome."""
        values = [result.outcome[position] if result.outcome is not None else None for result in self.results]
        kind = output.type
        if kind.kind is Kind.ENUM:
            return pl.Series(output.name, values, dtype=pl.Enum(kind.values))
        return pl.Series(output.name, [to_cell(kind, value) for value in values], dtype=dtype_of(kind))


def facts_of(plan: Plan) -> dict[str, Fact]:
    """Return every fact that *plan* and the decisions under it may read."""
    found = {fact.name: fact for fact in plan.facts}
    for _, part in plan.parts:
        found |= facts_of(part)
    return found


@define(eq=False)
class Stager:
    """Runs plans over *subjects* on the day *on*; one that several others use runs once.

    What a decision gives that does not depend on the facts *given* for all is kept with the subjects, so that eight
    services share one run of their tiers.
    """

    subjects: Subjects
    engine: Engine
    on: dt.date
    given: frozenset[str] = frozenset()
    _done: dict[int, Staged] = field(factory=dict, init=False)

    def staged(self, plan: Plan) -> Staged:
        """Return *plan* run over the subjects.

        Raises:
            FactError: if a column does not fit its fact.
        """
        usual = self.engine.plan(plan.term, self.on)
        shared = self.given.isdisjoint(facts_of(usual))
        plan, kept = (usual, self.subjects.memo) if shared else (plan, self._done)
        # the plan is kept with its result, so that its id stays its own
        key: Any = (id(plan), self.on) if shared else id(plan)
        found: Staged | None = kept.get(key)
        if found is None:
            found = kept[key] = _Run(self.subjects, self.on, plan, self).run()
        return found


@define(eq=False)
class _Run:
    subjects: Subjects
    on: dt.date
    plan: Plan
    stager: Stager
    parts: dict[str, Staged] = field(factory=dict, init=False)
    table: pl.DataFrame = field(init=False)
    columns: Columns = field(init=False)

    def run(self) -> Staged:
        plan = self.plan
        zeros = pl.zeros(len(self.subjects.rows), dtype=pl.UInt16, eager=True)
        if isinstance(plan, BrokenPlan):
            return Staged(plan, (Result(Status.UNAVAILABLE, None, None, 0),), zeros, zeros)
        self.parts = {term: self.stager.staged(part) for term, part in plan.parts}
        cells = self.subjects.cells(fact.name for fact in plan.facts)
        self.table = self.subjects.ready
        self.columns = Columns(cells, self.on, self._part_cells())
        numbers, codes = self._codes(plan.atoms) if plan.atoms else ([0], zeros)
        patterns = [plan.pattern(number) for number in numbers]
        results = [Result(p.status, p.outcome, p.row, number) for p, number in zip(patterns, numbers, strict=True)]
        computed = [at for at, pattern in enumerate(patterns) if pattern.computed]
        if not computed:
            return Staged(plan, tuple(results), codes, codes)
        index = codes.cast(pl.UInt32)
        for trees, positions in self._by_trees(patterns, computed):
            index = self._refined(trees, positions, numbers, codes, results, index)
        return Staged(plan, tuple(results), index, codes)

    # -- decisions underneath ----------------------------------------------------------------------------------------

    def _part_cells(self) -> dict[tuple[str, str], Cell]:
        """Stage the outputs of other decisions that this one's trees name, as columns of the table."""
        wanted = {
            (node.term, node.output)
            for tree in trees_of(self.plan)
            for node in n.walk(tree)
            if isinstance(node, n.DecisionRef)
        }
        cells: dict[tuple[str, str], Cell] = {}
        for term, name in sorted(wanted):
            part = self.parts[term]
            if isinstance(part.plan, BrokenPlan):
                continue
            position = next(at for at, output in enumerate(part.plan.outputs) if output.name == name)
            cells[(term, name)] = self._part_cell(part, position, f"{term}{_MARK}{name}")
        return cells

    def _part_cell(self, part: Staged, position: int, name: str) -> Cell:
        output = part.plan.outputs[position]
        kind = output.type.kind
        self._add(part.output(position, output), part.index, name)
        known = [result.outcome[position] for result in part.results if result.outcome is not None]
        nullable = len(known) < len(part.results)
        if kind is Kind.SHARE:
            fractions = [None if result.outcome is None else result.outcome[position] for result in part.results]
            tops = [None if share is None else share.numerator for share in fractions]
            bases = [None if share is None else share.denominator for share in fractions]
            self._add(pl.Series(tops, dtype=pl.Int64), part.index, name + _MARK + "1")
            self._add(pl.Series(bases, dtype=pl.Int64), part.index, name + _MARK)
            low, high = _extent([share.numerator for share in known])
            over = Cell(Kind.INT, nw.col(name + _MARK), *_extent([share.denominator for share in known]), nullable)
            return Cell(kind, nw.col(name + _MARK + "1"), low, high, nullable, over)
        if kind is Kind.DATE:
            low, high = _extent([(day - dt.date(1970, 1, 1)).days for day in known])
            return Cell(kind, nw.col(name), low, high, nullable)
        if kind in (Kind.INT, Kind.MONEY):
            return Cell(kind, nw.col(name), *_extent(known), nullable)
        return Cell(kind, nw.col(name), nullable=nullable, categories=output.type.values if kind is Kind.ENUM else ())

    def _add(self, values: pl.Series, index: pl.Series, name: str) -> None:
        self.table = self.table.with_columns(values.gather(index).rename(name))

    # -- codes -------------------------------------------------------------------------------------------------------

    def _codes(self, atoms: Sequence[n.Node]) -> tuple[list[int], pl.Series]:
        """Return the codes that occur, and for each subject the number of its own among them."""
        expressions: list[nw.Expr] = []
        nullable: list[bool] = []
        for position, atom in enumerate(atoms):
            try:
                cell = self.columns.cell(atom)
            except NotInColumns:
                cell = self._scalar(atom, position)
            expressions.append(cell.expr)
            nullable.append(cell.nullable)
        grouped = [
            group_code(expressions[start : start + GROUP], nullable[start : start + GROUP]).alias(f"{start}")
            for start in range(0, len(atoms), GROUP)
        ]
        # lazily, so that what conditions have in common is computed once
        found = nw.from_native(self.table.lazy()).select(*grouped).collect().to_native()
        height = self.table.height
        numbers: list[int] = [0]
        index = pl.zeros(height, dtype=pl.UInt16, eager=True)
        for start, name in zip(range(0, len(atoms), GROUP), found.columns, strict=True):
            # a condition without any fact gives one value for all
            series = (
                found[name]
                if len(found[name]) == height
                else pl.repeat(found[name][0], height, dtype=found[name].dtype, eager=True)
            )
            different, places = dense(series, 3 ** min(GROUP, len(atoms) - start))
            if start == 0:
                numbers, index = different, places
                continue
            width = len(different)
            both = index.cast(pl.UInt64) * width + places.cast(pl.UInt64)
            pairs, index = dense(both, len(numbers) * width)
            numbers = [numbers[pair // width] + different[pair % width] * 3**start for pair in pairs]
        return numbers, index

    def _scalar(self, atom: n.Node, position: int) -> Cell:
        """Read an atom that columns cannot express with the counter's own function, once for each distinct input."""
        plan = self.plan
        if isinstance(plan, BrokenPlan):
            raise TypeError(plan)
        facts = [fact for fact in plan.facts if fact.name in facts_in(atom)]
        refs = sorted({(node.term, node.output) for node in n.walk(atom) if isinstance(node, n.DecisionRef)})
        types = {(node.term, node.output): node.type for node in n.walk(atom) if isinstance(node, n.DecisionRef)}
        held = [fact for fact in facts if fact.name in self.columns.facts]
        names = [fact.name for fact in held] + [
            f"{term}{_MARK}{output}" for term, output in refs if (term, output) in self.columns.parts
        ]
        function = compile_values(facts, [atom], plan.words)
        first, groups = (
            grouped(self.table.select(names))
            if names
            else ([0], pl.zeros(self.table.height, dtype=pl.UInt32, eager=True))
        )
        values: list[bool | None] = []
        rows = self.table.select(names)[first].rows(named=True) if names and self.table.height else [{}]
        for row in rows:
            subject = {fact.name: from_cell(fact.type, row[fact.name]) for fact in held}
            parts = {ref: inner(types[ref], from_cell(types[ref], row.get(f"{ref[0]}{_MARK}{ref[1]}"))) for ref in refs}
            values.append(
                function(subject.get, self.on, {ref: value for ref, value in parts.items() if value is not None})[0]
            )
        name = f"{_MARK}{position}"
        self.table = self.table.with_columns(pl.Series(values, dtype=pl.Boolean).gather(groups).rename(name))
        return Cell(Kind.BOOL, nw.col(name), nullable=None in values)

    # -- what differs by subject -------------------------------------------------------------------------------------

    def _by_trees(
        self, patterns: Sequence[Pattern], computed: Sequence[int]
    ) -> Iterator[tuple[tuple[n.Node, ...], list[int]]]:
        """Yield the computed patterns by the trees that their outcome depends on."""
        by_trees: dict[tuple[n.Node, ...], list[int]] = {}
        for position in computed:
            by_trees.setdefault(outcome_trees(self.plan, patterns[position]), []).append(position)
        yield from by_trees.items()

    def _refined(
        self,
        trees: Sequence[n.Node],
        positions: Sequence[int],
        numbers: Sequence[int],
        codes: pl.Series,
        results: list[Result],
        index: pl.Series,
    ) -> pl.Series:
        """Decide the subjects whose code is among *positions*, once for each distinct input."""
        chosen = set(positions)
        mask = pl.Series([at in chosen for at in range(len(numbers))], dtype=pl.Boolean).gather(codes)
        where = mask.arg_true()
        if not len(where):
            return index
        keys = self._keys(trees).with_columns(codes.rename(_MARK + "code"))[where]
        first, groups = grouped(keys)
        representatives = where.gather(first)
        subjects = self.subjects.subjects_at(representatives, facts_of(self.plan))
        code_at = codes.gather(representatives).to_list()
        known: dict[Result, int] = {result: at for at, result in enumerate(results)}
        decided: list[int] = []
        for subject, code in zip(subjects, code_at, strict=True):
            answer = self.plan.answer(subject, self.on)
            result = Result(answer.status, answer.inner, answer.row, numbers[code])
            if result not in known:
                known[result] = len(results)
                results.append(result)
            decided.append(known[result])
        return index.scatter(where, pl.Series(decided, dtype=pl.UInt32).gather(groups))

    def _keys(self, trees: Sequence[n.Node]) -> pl.DataFrame:
        """Return columns that together say what the outcome depends on, beyond the code."""
        expressions: list[nw.Expr] = []
        values: set[str] = set()
        for position, tree in enumerate(trees):
            try:
                cell = self.columns.cell(tree)
            except NotInColumns:
                values |= facts_in(tree)
                continue
            expressions.append(cell.expr.alias(f"{_MARK}{position}"))
            if cell.over is not None:
                expressions.append(cell.over.expr.alias(f"{_MARK}{position}{_MARK}"))
        blocking = Blocking()
        if self.plan.parts:
            blocking.add(self.plan)
        values |= blocking.values
        held = self.subjects.cells(sorted(values | blocking.masks))
        ready = self.subjects.ready
        extra = [ready[name] for name in sorted(values) if name in held]
        extra += [
            ready[name].is_null().rename(f"{name}{_MARK}null")
            for name in sorted(blocking.masks - values)
            if name in held
        ]
        for term, staged in sorted(self._all_parts()):
            extra += [staged.index.rename(f"{term}{_MARK}index"), staged.codes.rename(f"{term}{_MARK}codes")]
        # a column of the table keeps the height where every expression is constant
        made = (
            nw.from_native(self.table.lazy()).select(nw.col(self.table.columns[0]), *expressions).collect().to_native()
        )
        return made.drop(self.table.columns[0]).with_columns(extra) if expressions else pl.DataFrame(extra)

    def _all_parts(self) -> list[tuple[str, Staged]]:
        found: dict[str, Staged] = {}
        queue = list(self.plan.parts)
        while queue:
            term, plan = queue.pop()
            if term not in found:
                found[term] = self.stager.staged(plan)
                queue += plan.parts
        return list(found.items())


def _extent(values: Sequence[int]) -> tuple[int, int]:
    return (min(values), max(values)) if values else (0, 0)
