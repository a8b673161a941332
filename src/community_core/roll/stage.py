"""One plan over all subjects: conditions as columns, each code decided once; it knows nothing of files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import define, field

from community_core.roll.cell import Cell, NotInColumns
from community_core.roll.codes import GROUP, dense, group_code, grouped, paired, picked
from community_core.roll.columns import Columns
from community_core.roll.extras import nw, pl
from community_core.roll.staged import Result, Staged
from community_core.roll.subjects import Subjects
from community_core.roll.trees import Blocking, Shape, facts_in, is_settled, outcome_trees, refs_in
from community_core.roll.values import from_cell
from community_core.rules import nodes as n
from community_core.rules.codegen import compile_values
from community_core.rules.engine import Engine
from community_core.rules.pattern import Pattern, Status
from community_core.rules.plan import BrokenPlan, Plan, TablePlan
from community_core.rules.types import Kind

_MARK = "\x1f"

#: The decisions underneath, what of them and of the conditions occurs together, and for each subject which is its own.
Combinations = tuple[list[str], list[tuple[int, ...]], pl.Series]
#: Codes that occur, and for each subject which is its own.
Codes = tuple[list[int], pl.Series]


@define(eq=False)
class Stager:
    """Runs plans over *subjects* on the day *on*; one that several others use runs once.

    What a decision gives that does not depend on facts given for all is kept with the subjects, so that eight services
    share one run of their tiers: such a plan is the engine's usual one.
    """

    subjects: Subjects
    engine: Engine
    on: dt.date
    _done: dict[str, Staged] = field(factory=dict, init=False)

    def staged(self, plan: Plan) -> Staged:
        """Return *plan* run over the subjects.

        Raises:
            FactError: if a column does not fit its fact.
        """
        if self.engine.plan(plan.term, self.on) is plan:
            # the plan is kept with its result, so that its id stays its own
            memo = self.subjects.memo(self.engine, self.on)
            found: Staged | None = memo.get(id(plan))
            if found is None:
                found = memo[id(plan)] = Run(self.subjects, self.on, plan, self, shared=True).run()
            return found
        if plan.term not in self._done:
            self._done[plan.term] = Run(self.subjects, self.on, plan, self, shared=False).run()
        return self._done[plan.term]

    def shape_of(self, plan: TablePlan) -> Shape:
        """Return what is the same of *plan* for every roll, worked out once."""
        found: Shape = plan.kept.get(Shape) or plan.kept.setdefault(Shape, Shape(plan))
        return found


@define(eq=False)
class Run:
    """One plan over all subjects, once."""

    subjects: Subjects
    on: dt.date
    plan: Plan
    stager: Stager
    shared: bool = field(kw_only=True)
    parts: dict[str, Staged] = field(factory=dict, init=False)
    table: pl.DataFrame = field(init=False)
    columns: Columns = field(init=False)

    def run(self) -> Staged:
        """Return the results, and for each subject which is its own."""
        plan = self.plan
        if isinstance(plan, BrokenPlan):
            zeros = pl.zeros(len(self.subjects.rows), dtype=pl.UInt16, eager=True)
            return Staged(plan, (Result(Status.UNAVAILABLE, None, None, 0, why=(plan.finding,)),), zeros, zeros)
        self.parts = {term: self.stager.staged(part) for term, part in plan.parts}
        self.columns = Columns(self.subjects.cells(fact.name for fact in plan.facts), self.on, {})
        self.table = self.subjects.ready
        shape = self.stager.shape_of(plan) if isinstance(plan, TablePlan) else None
        terms, combinations, base = self._combinations(shape)
        results: list[Result] = []
        patterns: list[Pattern] = []
        whole = self._complete(shape, terms, combinations) if shape is not None else [(0, ())] * len(combinations)
        for code, knowable in whole:
            pattern = plan.pattern(code)
            asks = False
            if shape is not None and pattern.status is Status.UNDETERMINED:
                asks = shape.surely_asks(pattern, knowable)
            patterns.append(pattern)
            results.append(Result(pattern.status, pattern.outcome, pattern.row, code, asks))
        open_to = [at for at, pattern in enumerate(patterns) if not is_settled(plan, pattern, asks=results[at].asks)]
        index = base.cast(pl.UInt32) if open_to else base
        for trees, positions in self._by_trees(patterns, open_to).items():
            index = self._refined(trees, positions, base, results, index)
        return Staged(plan, tuple(results), index, base, self.shared)

    # -- conditions --------------------------------------------------------------------------------------------------

    def _combinations(self, shape: Shape | None) -> Combinations:
        """Return what occurs together, and for each subject which of it is its own.

        Each is the code of the conditions that look at facts, and the number of the result of each decision underneath
        that the other conditions look at.
        """
        atoms = tuple(self.plan.atoms[position] for position in shape.own) if shape is not None else ()
        terms = shape.terms if shape is not None else []
        shared = not refs_in(*atoms) and all(self.parts[term].shared for term in terms)
        if not shared:
            return self._join(atoms, terms)
        memo = self.subjects.memo(self.stager.engine, self.on)
        key = (atoms, tuple(id(self.parts[term]) for term in terms))  # the parts are kept there too
        found: Combinations | None = memo.get(key)
        if found is None:
            found = memo[key] = self._join(atoms, terms)
        return found

    def _join(self, atoms: tuple[n.Node, ...], terms: Sequence[str]) -> Combinations:
        """Join the codes of *atoms* with the results of *terms*; those of one index go together, row by row as it is.

        Where there is one index and nothing to join it with, it is kept, so that all that rests on it is counted and
        spread as one.
        """
        alike: dict[int, list[str]] = {}
        for term in terms:
            alike.setdefault(id(self.parts[term].index), []).append(term)
        order = [term for group in alike.values() for term in group]
        combinations: list[tuple[int, ...]] = [(0,)]
        index: pl.Series | None = None
        if atoms:
            numbers, index = self._codes(atoms)
            combinations = [(number,) for number in numbers]
        for group in alike.values():
            together = list(zip(*(self.parts[term].merged[1] for term in group), strict=True))
            of_subjects = self.parts[group[0]].index
            if index is None and len(alike) == 1:
                return order, [(0, *numbers) for numbers in together], of_subjects
            different = {numbers: at for at, numbers in enumerate(dict.fromkeys(together))}
            if len(different) < len(together):
                places = [different[numbers] for numbers in together]
                numbers_of = pl.Series(places, dtype=pl.UInt16 if len(different) <= 2**16 else pl.UInt32)
                of_subjects = picked(numbers_of, of_subjects)
            if index is None:
                index, combinations = of_subjects, [(0, *numbers) for numbers in different]
                continue
            seconds = list(different)
            pairs, index = paired(index, len(combinations), of_subjects, len(seconds))
            combinations = [(*combinations[first], *seconds[second]) for first, second in pairs]
        if index is None:
            index = pl.zeros(len(self.subjects.rows), dtype=pl.UInt16, eager=True)
        return order, combinations, index

    def _complete(
        self, shape: Shape, terms: Sequence[str], combinations: Sequence[tuple[int, ...]]
    ) -> Iterator[tuple[int, Collection[str]]]:
        """Yield the whole code of each combination, and the decisions underneath that are known or surely ask."""
        merged = [self.parts[term].merged[0] for term in terms]
        places = {
            ref: self.parts[ref[0]].place(ref[1])
            for ref in shape.refs
            if not isinstance(self.parts[ref[0]].plan, BrokenPlan)
        }
        by_code: dict[int, int] = {}
        by_parts: dict[tuple[int, ...], tuple[int, Collection[str]]] = {}
        for code, *numbers in combinations:
            if code not in by_code:
                by_code[code] = shape.own_code(code)
            key = tuple(numbers)
            if key not in by_parts:
                parts = {term: found[number] for term, found, number in zip(terms, merged, key, strict=True)}
                outcomes = {ref: parts[ref[0]].outcome for ref in places}
                values = {ref: found[places[ref]] for ref, found in outcomes.items() if found is not None}
                known = [term for term, part in parts.items() if part.outcome is not None or part.asks]
                by_parts[key] = (shape.above_code(values, self.on), known)
            above, knowable = by_parts[key]
            yield by_code[code] + above, knowable

    # -- decisions underneath, as columns ----------------------------------------------------------------------------

    def _stage(self, *trees: n.Node) -> None:
        """Add the outputs of other decisions that *trees* name to the table, as columns."""
        cells = dict(self.columns.parts)
        for term, name in sorted(refs_in(*trees)):
            part = self.parts[term]
            if (term, name) in cells or isinstance(part.plan, BrokenPlan):
                continue
            position = part.place(name)
            if part.in_columns(position):
                cells[(term, name)] = self._part_cell(part, position, f"{term}{_MARK}{name}")
        self.columns.parts = cells

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
        self.table = self.table.with_columns(picked(values, index).rename(name))

    # -- codes -------------------------------------------------------------------------------------------------------

    def _codes(self, atoms: tuple[n.Node, ...]) -> Codes:
        """Return the codes that occur, and for each subject the number of its own among them.

        Conditions on facts alone are the same whatever rules they stand in, and are looked at once.
        """
        if refs_in(*atoms) or isinstance(self.plan, BrokenPlan):
            return self._look_at(atoms)
        calls = {node.function for atom in atoms for node in n.walk(atom) if isinstance(node, n.Call)}
        words = tuple(word for name, word in self.plan.words.items() if name in calls)
        key = (atoms, self.on, tuple(map(id, words)))
        found = self.subjects.codes.get(key)
        if found is None:
            # the words are kept, so that their ids stay their own
            found = self.subjects.codes[key] = (self._look_at(atoms), words)
        return found[0]

    def _look_at(self, atoms: Sequence[n.Node]) -> Codes:
        self._stage(*atoms)
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
        # beside the table's own columns, which hold every row: conditions selected alone lost rows in Polars 2.1
        names = [str(start) for start in range(0, len(atoms), GROUP)]
        found = nw.from_native(self.table.lazy()).with_columns(*grouped).collect().to_native().select(names)
        height = self.table.height
        numbers: list[int] = [0]
        index = pl.zeros(height, dtype=pl.UInt16, eager=True)
        for start, name in zip(range(0, len(atoms), GROUP), found.columns, strict=True):
            different, places = dense(found[name], 3 ** min(GROUP, len(atoms) - start))
            if start == 0:
                numbers, index = different, places
                continue
            pairs, index = paired(index, len(numbers), places, len(different))
            numbers = [numbers[first] + different[second] * 3**start for first, second in pairs]
        return numbers, index

    def _scalar(self, atom: n.Node, position: int) -> Cell:
        """Read an atom that columns cannot express with the counter's own function, once for each distinct input."""
        plan = self.plan
        if isinstance(plan, BrokenPlan):
            raise TypeError(plan)
        facts = [fact for fact in plan.facts if fact.name in facts_in(atom)]
        held = [fact for fact in facts if fact.name in self.columns.facts]
        refs = [ref for ref in sorted(refs_in(atom)) if not isinstance(self.parts[ref[0]].plan, BrokenPlan)]
        places = {ref: self.parts[ref[0]].place(ref[1]) for ref in refs}
        terms = sorted({term for term, _ in refs})
        inputs = pl.DataFrame(
            [
                *(self.table[fact.name] for fact in held),
                *(self.parts[term].index.rename(_MARK + term) for term in terms),
            ]
        )
        function = compile_values(facts, [atom], plan.words)
        first, groups = (
            grouped(inputs) if inputs.width else ([0], pl.zeros(self.table.height, dtype=pl.UInt32, eager=True))
        )
        values: list[bool | None] = []
        rows = inputs[first].rows(named=True) if inputs.height else [{}]
        for row in rows:
            subject = {fact.name: from_cell(fact.type, row[fact.name]) for fact in held}
            outcomes = {term: self.parts[term].results[row[_MARK + term]].outcome for term in terms if row}
            parts = {ref: found[at] for ref, at in places.items() if (found := outcomes.get(ref[0])) is not None}
            values.append(function(subject.get, self.on, parts)[0])
        name = f"{_MARK}{position}"
        self.table = self.table.with_columns(pl.Series(values, dtype=pl.Boolean).gather(groups).rename(name))
        return Cell(Kind.BOOL, nw.col(name), nullable=None in values)

    # -- what differs by subject -------------------------------------------------------------------------------------

    def _by_trees(
        self, patterns: Sequence[Pattern], positions: Sequence[int]
    ) -> Mapping[tuple[n.Node, ...], Sequence[int]]:
        """Return the patterns at *positions* by the trees that their outcome depends on."""
        by_trees: dict[tuple[n.Node, ...], list[int]] = {}
        for position in positions:
            by_trees.setdefault(outcome_trees(self.plan, patterns[position]), []).append(position)
        return by_trees

    def _refined(
        self,
        trees: Sequence[n.Node],
        positions: Sequence[int],
        base: pl.Series,
        results: list[Result],
        index: pl.Series,
    ) -> pl.Series:
        """Decide the subjects that *base* puts at one of *positions*, once for each distinct input."""
        count = int(base.max() or 0) + 1 if len(base) else 0  # type: ignore[arg-type]
        chosen = set(positions)
        where = pl.Series([at in chosen for at in range(count)], dtype=pl.Boolean).gather(base).arg_true()
        if not len(where):
            return index
        first, groups = grouped(self._keys(trees, where, base))
        representatives = where.gather(first)
        subjects = self.subjects.subjects_at(representatives, [fact.name for fact in self.plan.reads])
        known: dict[Result, int] = {result: at for at, result in enumerate(results)}
        decided: list[int] = []
        for subject, at in zip(subjects, base.gather(representatives).to_list(), strict=True):
            answer = self.plan.answer(subject, self.on)
            # where nothing can block, subjects with one outcome may differ in what is unknown
            asks = self.plan.may_block and answer.status is not Status.DETERMINED and bool(answer.ask)
            why = answer.findings if answer.status is Status.UNAVAILABLE else ()
            result = Result(answer.status, answer.inner, answer.row, results[at].code, asks, why)
            if result not in known:
                known[result] = len(results)
                results.append(result)
            decided.append(known[result])
        return index.scatter(where, pl.Series(decided, dtype=pl.UInt32).gather(groups))

    def _keys(self, trees: Sequence[n.Node], where: pl.Series, base: pl.Series) -> pl.DataFrame:
        """Return columns that together say what the answers of the subjects at *where* depend on."""
        self._stage(*trees)
        expressions: list[nw.Expr] = []
        values: set[str] = set()
        for position, tree in enumerate(trees):
            if not facts_in(tree):
                continue  # what it depends on is among the results of the decisions underneath
            try:
                cell = self.columns.cell(tree)
            except NotInColumns:
                values |= facts_in(tree)
                continue
            expressions.append(cell.expr.alias(f"{_MARK}{position}"))
            if cell.over is not None:
                expressions.append(cell.over.expr.alias(f"{_MARK}{position}{_MARK}"))
        blocking = Blocking()
        if self.plan.may_block:
            blocking.add(self.plan)
        values |= blocking.values
        held = self.subjects.cells(sorted(values | blocking.masks))
        ready = self.subjects.ready
        keys = [base.rename(_MARK + "base")]
        keys += [ready[name] for name in sorted(values) if name in held]
        keys += [
            ready[name].is_null().rename(f"{name}{_MARK}null")
            for name in sorted(blocking.masks - values)
            if name in held
        ]
        for term, staged in self._all_parts():
            keys += [staged.index.rename(f"{term}{_MARK}index"), staged.base.rename(f"{term}{_MARK}base")]
        frame = pl.DataFrame([key.gather(where) for key in keys])
        if not expressions:
            return frame
        # the first column keeps the height where every expression is constant
        table = nw.from_native(self.table.lazy()).select(nw.col(self.table.columns[0]), *expressions).collect()
        return frame.hstack(table.to_native()[where].drop(self.table.columns[0]))

    def _all_parts(self) -> list[tuple[str, Staged]]:
        found: dict[str, Staged] = {}
        queue = list(self.plan.parts)
        while queue:
            term, plan = queue.pop()
            if term not in found:
                found[term] = self.stager.staged(plan)
                queue += plan.parts
        return sorted(found.items())


def _extent(values: Sequence[int]) -> tuple[int, int]:
    return (min(values), max(values)) if values else (0, 0)
