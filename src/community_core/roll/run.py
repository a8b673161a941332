"""Deciding a whole roll: the same answers as at the counter, by columns and codes; it reads and writes no files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, evolve

from community_core.base.errors import FactError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import PRIVATE
from community_core.roll.codes import code_dtype, spread
from community_core.roll.extras import pl
from community_core.roll.stage import Stager
from community_core.roll.staged import Result, Staged
from community_core.roll.subjects import Subjects
from community_core.roll.tables import TableRead, in_polars
from community_core.roll.tally import PatternCount, Tally, Total
from community_core.roll.values import ROW_NUMBER
from community_core.rules.answer import Answer
from community_core.rules.engine import Engine
from community_core.rules.naming import no_fact
from community_core.rules.pattern import Status
from community_core.rules.terms import Fact, Output
from community_core.rules.types import INT, TEXT, checked, enum_of

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

Progress = Callable[[int, int, str], None]

#: So many rows are named where one finding stands for several.
_SHOWN = 5

STATUSES = tuple(status.value for status in Status)
_STATUS = pl.Enum(STATUSES)


class HasEngine(Protocol):
    """Rules: anything that holds an engine."""

    @property
    def engine(self) -> Engine:
        """The engine that decides."""
        ...


@define(eq=False)
class TermResult:
    """The results of one decision over a roll; counts and patterns are worked out when asked for."""

    term: str
    staged: Staged
    subjects: Subjects

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The decision's outputs."""
        return self.staged.plan.outputs

    def column(self, output: str = "") -> str:
        """Return what the column of *output* is called: ``term``, or ``term.output`` where there are several."""
        return f"{self.term}.{output}" if len(self.outputs) > 1 else self.term

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """What a subject can get, by number; an outcome that no column holds is not available on a roll."""
        large = self.staged.too_large
        if not large:
            return self.staged.results
        return tuple(
            evolve(result, status=Status.UNAVAILABLE, outcome=None) if at in large else result
            for at, result in enumerate(self.staged.results)
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The rows whose outcome is beyond 64 bits, by the row of the decision, and those unavailable, by the cause."""
        large: dict[int | None, list[int]] = {}
        for at in sorted(self.staged.too_large):
            large.setdefault(self.results[at].row, []).append(at)
        failed: dict[Finding, list[int]] = {}
        for at, result in enumerate(self.results):
            for why in result.why:
                failed.setdefault(why, []).append(at)
        return (
            *(self._too_large(row, numbers) for row, numbers in large.items()),
            *(self._unavailable(why, numbers) for why, numbers in failed.items()),
        )

    @property
    def _title(self) -> Label:
        return self.staged.plan.title or Label(self.term)

    def _rows(self, numbers: Sequence[int]) -> tuple[Label, dict[str, Any]]:
        """The rows of the roll whose result has one of these *numbers*, in words and as data."""
        lines = self.subjects.rows.filter(self.staged.index.is_in(numbers))
        shown, count = ", ".join(map(str, lines.head(_SHOWN))), len(lines)
        more = count > _SHOWN
        said = Label(
            f"名册第{shown}行{f'等{count}行' if more else ''}",
            f"the roll's rows {shown}{f' and others ({count} in all)' if more else ''}",
        )
        return said, {"rows": shown, "count": count}

    def _too_large(self, row: int | None, numbers: Sequence[int]) -> Finding:
        rows, data = self._rows(numbers)
        read = ", ".join(sorted(fact.name for fact in self.staged.plan.reads))
        return finding(
            "outcome-too-large",
            f"“{self._title.zh}”的第{row}行为{rows.zh}算出的数超出64位整数，"
            f"列中放不下，这些行记为“不可用”，其余照常；请核对事实 {read}，或单独说明（explain）以见确数",
            f"row {row} of {self.term} gives a number beyond 64 bits for {rows.en}, which no column holds: they are "
            f"unavailable and the rest goes on; check the facts {read}, or explain one row to see the number",
            term=self.term,
            row=row,
            facts=read,
            **data,
        )

    def _unavailable(self, why: Finding, numbers: Sequence[int]) -> Finding:
        rows, data = self._rows(numbers)
        return finding(
            why.code,
            f"“{self._title.zh}”对{rows.zh}不可用：{why.message.zh}",
            f"{self.term} is unavailable for {rows.en}: {why.message.text('en')}",
            why.origin,
            why.level,
            **dict(why.data) | {"term": self.term} | data,
        )

    @cached_property
    def few(self) -> tuple[pl.Series, ...]:
        """Outcomes, status, row and code of every result, by its number, as columns."""
        results = self.results
        dtype = code_dtype(len(self.staged.plan.atoms))
        codes = [result.code for result in results]
        return (
            *(
                self.staged.output(at, output).rename(self.column(output.name))
                for at, output in enumerate(self.outputs)
            ),
            pl.Series(f"{self.term}.status", [result.status.value for result in results], dtype=_STATUS),
            pl.Series(f"{self.term}.row", [result.row for result in results], dtype=pl.Int16),
            pl.Series(f"{self.term}.code", list(map(str, codes)) if dtype == pl.String else codes, dtype=dtype),
        )

    @cached_property
    def tally(self) -> Tally:
        """How many subjects have each result, with the first that has it."""
        example = self.subjects.examples(self.staged.index)
        tally = Tally(self.outputs)
        for number, count in self.subjects.counted(self.staged.index).items():
            result = self.results[number]
            tally.put((result.code, result.status, result.outcome, result.row), count, example[number])
        return tally

    @property
    def patterns(self) -> tuple[PatternCount, ...]:
        """What occurs, most frequent first."""
        return self.tally.patterns()

    def totals(self, output: str | None = None) -> tuple[Total, ...]:
        """Return how many subjects have each status and outcome, most frequent first; see :meth:`Tally.totals`."""
        return self.tally.totals(output)


@define(eq=False)
class RollResult:
    """A decided roll: columns for every subject, totals, and the same answer as the counter for any one of them."""

    engine: Engine
    subjects: Subjects
    on: dt.date
    given: Mapping[str, Any]
    terms: Mapping[str, TermResult]

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The results of every subject, in the order of the roll.

        ``row_number``, then for each term: ``term`` (or ``term.output`` for several outputs), ``term.status``,
        ``term.row`` and ``term.code``. A null outcome is one that is not determined; a code stands in the smallest
        whole numbers that hold every code of its table, and as text where 64 bits do not (more than 39 conditions).
        A whole number or amount beyond 64 bits has no column: its row has the status ``unavailable``, and one of
        :attr:`findings` names it; :meth:`explain` gives it exactly. So is a row for which what a plugin adds fails.
        """
        alike: dict[int, list[TermResult]] = {}
        for result in self.terms.values():
            alike.setdefault(id(result.staged.index), []).append(result)
        found: dict[str, pl.Series] = {}
        for group in alike.values():
            wide = spread([column for result in group for column in result.few], group[0].staged.index)
            found |= {column.name: column for column in wide}
        names = (column.name for result in self.terms.values() for column in result.few)
        return pl.DataFrame([self.subjects.rows.rename(ROW_NUMBER), *(found[name] for name in names)])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What could not be decided or put into columns, with the rows: failures, and outcomes beyond 64 bits."""
        return tuple(found for result in self.terms.values() for found in result.findings)

    def __getitem__(self, term: str) -> TermResult:
        return self.terms[term]

    def totals(self, term: str, output: str | None = None) -> tuple[Total, ...]:
        """Return how many subjects have each status and outcome of *term*; see :meth:`TermResult.totals`."""
        return self.terms[term].totals(output)

    def patterns(self, term: str) -> tuple[PatternCount, ...]:
        """Return the patterns of *term* that occur, most frequent first."""
        return self.terms[term].patterns

    def subject(self, row_number: int) -> dict[str, Any]:
        """Return the facts of one row as the counter would get them, those given for all included.

        Raises:
            FactError: if there is no such row.
        """
        position = pl.Series([self.subjects.position(row_number)])
        names = [name for name in self.subjects.frame.columns if name in self.subjects.facts and name not in self.given]
        facts = self.subjects.subjects_at(position, names)[0]
        return {**facts, **self.given}

    def explain(self, row_number: int, term: str) -> Answer:
        """Return the answer of *term* for one row, with its reasons, as the counter gives it.

        Raises:
            FactError: if there is no such row.
        """
        return self.engine.decide(term, self.subject(row_number), on=self.on)

    def described(self) -> dict[str, Output | Fact]:
        """Return what each column of :attr:`frame` holds, for :func:`~community_core.roll.writers.write_table`."""
        found: dict[str, Output | Fact] = {}
        labels = tuple((status.value, _STATUS_LABELS[status]) for status in Status)
        for term, result in self.terms.items():
            title = result.staged.plan.title
            for output in result.outputs:
                label = output.label
                if not label and len(result.outputs) == 1:
                    label = title
                elif label and title:
                    label = Label(f"{title.zh}·{label.zh}", f"{title.text('en')}: {label.text('en')}")
                found[result.column(output.name)] = Output(output.name, output.type, label, output.labels)
            name = Label(title.zh, title.en) if title else Label(term)
            en = name.text("en")
            found[f"{term}.status"] = Output(
                "status", enum_of(*STATUSES), Label(f"{name.zh}·状态", f"{en}: status"), labels
            )
            found[f"{term}.row"] = Output("row", INT, Label(f"{name.zh}·行", f"{en}: row"))
            found[f"{term}.code"] = Output("code", TEXT, Label(f"{name.zh}·条件码", f"{en}: code"))
        return found


_STATUS_LABELS: Mapping[Status, Label] = {
    Status.DETERMINED: Label("已定", "determined"),
    Status.UNDETERMINED: Label("待定", "undetermined"),
    Status.GAP: Label("缺项", "gap"),
    Status.UNCOVERED: Label("未覆盖", "uncovered"),
    Status.CONFLICT: Label("冲突", "conflict"),
    Status.UNAVAILABLE: Label("不可用", "unavailable"),
}


def decide_roll(
    rules: Engine | HasEngine,
    terms: Sequence[str],
    frame: IntoFrame | TableRead | Subjects,
    *,
    on: dt.date,
    given: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RollResult:
    """Decide *terms* for every row of *frame* on the day *on*.

    *frame* is a Polars frame, eager or lazy, or one of any other library that Narwhals reads (pandas, PyArrow …).
    Every answer is the one that ``decide`` gives for the row's facts. *given* are facts that are the same for all
    (the service); they go before columns of the same name, and ``None`` is unknown for all. *progress* is called with
    how many terms are done, how many there are, and the next one's name (empty at the end). Pass
    :func:`ready` subjects to decide the same roll several times.

    Raises:
        UnknownTerm: if there is no such decision.
        FactError: if a given name is no fact, or a column or value does not fit its fact; unknown values are never
            taken as false.
    """
    engine = rules if isinstance(rules, Engine) else rules.engine
    subjects = frame if isinstance(frame, Subjects) else ready(engine, frame)
    known = {}
    for name, value in (given or {}).items():
        fact = engine.scope.facts.get(name)
        if fact is None:
            unknown = no_fact(name, engine.scope.facts.values())
            raise FactError(unknown.message, (unknown,))
        if value is not None:
            known[name] = checked(name, fact.type, value, private=fact.privacy in PRIVATE)
    absent = [name for name, value in (given or {}).items() if value is None and name in subjects.frame.columns]
    if absent:
        subjects = Subjects(subjects.frame.drop(absent).with_columns(subjects.rows), subjects.facts)
    stager = Stager(subjects, engine, on)
    found: dict[str, TermResult] = {}
    for done, term in enumerate(terms):
        if progress is not None:
            progress(done, len(terms), term)
        plan = engine.plan(term, on, known or None)
        found[term] = TermResult(term, stager.staged(plan), subjects)
    if progress is not None:
        progress(len(terms), len(terms), "")
    return RollResult(engine, subjects, on, known, found)


def ready(rules: Engine | HasEngine, frame: IntoFrame | TableRead) -> Subjects:
    """Return *frame* as subjects that can be decided several times: its columns are checked only once.

    Raises:
        FactError: if it is no table.
    """
    engine = rules if isinstance(rules, Engine) else rules.engine
    return Subjects(frame.frame if isinstance(frame, TableRead) else in_polars(frame), engine.scope.facts)
