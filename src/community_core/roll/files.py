"""A roll in a file decided part by part: read, decided, written and counted, in a memory that does not grow with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from attrs import define, field

from community_core.base.findings import Finding, Origin, finding
from community_core.roll.extras import pl
from community_core.roll.readers import PART, TableParts, read_parts
from community_core.roll.run import HasEngine, RollResult, decide_roll
from community_core.roll.tables import MOST_LISTED, TableRead
from community_core.roll.tally import PatternCount, Tally, Total
from community_core.roll.values import ROW_NUMBER
from community_core.roll.writers import TableWriter
from community_core.rules.engine import Engine

#: Called with how much of the file is done, from 0 to 1, and how many rows that is.
FileProgress = Callable[[float, int], None]


@define(eq=False)
class FileResult:
    """What deciding a file came to: counts, totals and patterns over all its rows, and the files that were written.

    *rows* were decided and *refused* set aside; *out* and *rejected* are ``None`` where no such file was written.
    """

    parts: TableParts
    tallies: Mapping[str, Tally]
    out: Path | None = None
    rejected: Path | None = None
    _undecided: list[Finding] = field(factory=list)
    _replaced: dict[str, Finding] = field(factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were decided."""
        return self.parts.good

    @property
    def refused(self) -> int:
        """How many rows were set aside."""
        return self.parts.refused

    @property
    def encoding(self) -> str:
        """How the file was written; empty where it could not be read."""
        return self.parts.encoding

    @property
    def usable(self) -> bool:
        """Whether there was anything to decide: a column that means a fact, and one good row."""
        return self.parts.usable and self.rows > 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the file and its rows, then what has no outcome or none that a column holds.

        There are at most a thousand of each.
        """
        return (*self.parts.findings, *self._replaced.values(), *self._undecided)

    def totals(self, term: str, output: str | None = None) -> tuple[Total, ...]:
        """Return how many subjects have each status and outcome of *term*; see :meth:`Tally.totals`."""
        return self.tallies[term].totals(output)

    def patterns(self, term: str) -> tuple[PatternCount, ...]:
        """Return the patterns of *term* that occur, most frequent first."""
        return self.tallies[term].patterns()

    def replaced(self, table: str | Path, names: Iterable[str]) -> None:
        """Say that columns are not read, since facts of these *names* are given for all."""
        for name in names:
            self._replaced[name] = finding(
                "column-replaced",
                f"表中有 {name} 一列，又另外给出了 {name}（given），判定以给出的为准，没有用该列",
                f"the table has a column of {name!r}, and it is given for all besides (given): what is given was used, "
                "and the column was not",
                Origin(str(table)),
                "warning",
                fact=name,
            )

    def add(self, result: RollResult) -> None:
        """Add the results of one part."""
        for term, found in result.terms.items():
            self.tallies[term].add(found.tally)
        self._undecided += result.findings[: max(MOST_LISTED - len(self._undecided), 0)]


def decide_file(
    rules: Engine | HasEngine,
    terms: Sequence[str],
    table: str | Path,
    out: str | Path | None = None,
    *,
    on: dt.date,
    given: Mapping[str, Any] | None = None,
    rejected: str | Path | None = None,
    rows: int = PART,
    progress: FileProgress | None = None,
) -> FileResult:
    """Decide *terms* for every row of the file *table* on the day *on*, about so many *rows* at a time.

    Answers, findings and totals are those of :func:`read_table` and :func:`decide_roll` over the whole file. With
    *given* facts hold of everybody and go before columns of the same name, which a finding then says. With
    *out* (``.csv`` or ``.parquet``) the rows as read, what stood beside them and the results are written; with
    *rejected* the rows set aside, as CSV. Either file is there only once it is whole, and only if it has a row.

    Raises:
        UnknownTerm: if there is no such decision.
        FactError: if a given name is no fact, or its value does not fit its declaration.
        LoadError: if a file cannot be written, or *out* has another ending.
    """
    engine = rules if isinstance(rules, Engine) else rules.engine
    facts = tuple(engine.scope.facts.values())
    tallies = {term: Tally(engine.plan(term, on).outputs) for term in terms}
    result = FileResult(read_parts(table, facts, rows), tallies)
    described: dict[str, Any] = {fact.name: fact for fact in facts}
    with ExitStack() as files:
        to_out = files.enter_context(TableWriter(Path(out), described, spreadsheet=True)) if out is not None else None
        aside = files.enter_context(TableWriter(Path(rejected), {}, ending=".csv")) if rejected is not None else None
        for part in result.parts:
            if aside is not None and part.rejected.height:
                aside.write(part.rejected)
                result.rejected = aside.path
            if part.usable:
                result.replaced(table, (name for name in given or {} if name in part.frame.columns))
                decided = decide_roll(engine, terms, part, on=on, given=given)
                result.add(decided)
                if to_out is not None:
                    described.update(decided.described())
                    to_out.write(_whole(part, decided))
                    result.out = to_out.path
            if progress is not None:
                progress(result.parts.share, result.rows)
    return result


def _whole(part: TableRead, decided: RollResult) -> pl.DataFrame:
    """Return the rows as read, what stood beside them, and the results."""
    results = decided.frame.drop(ROW_NUMBER)
    taken = {*part.frame.columns, *results.columns}
    aside = part.aside.drop([name for name in part.aside.columns if name in taken])
    return pl.concat([each for each in (part.frame, aside, results) if each.width], how="horizontal")
