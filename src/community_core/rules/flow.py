"""One function for one decision and one day: facts read and checked, rows tried, the answer made, in one go.

It goes as far as what it looks at is known; the two stages do the rest, and say the same of what it does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from community_core.rules import nodes as n
from community_core.rules.answer import UNSEALED, Answer
from community_core.rules.codegen import Code, tuple_of
from community_core.rules.parts import getter_of
from community_core.rules.pattern import OTHERWISE, Choice, Status, agree
from community_core.rules.terms import HitPolicy
from community_core.rules.vocabulary import Word

if TYPE_CHECKING:
    from community_core.rules.plan import Plan, TablePlan

Ready = Callable[[Any, dt.date], Answer]


@frozen
class _Case:
    """What stands in line: where one of *nulls* is unknown, nothing follows; where *test* holds, *row* counts.

    A *row* of ``None`` says that the hit policy has more to weigh; of ``-1`` that no row holds.
    """

    nulls: frozenset[str]
    test: str
    row: int | None


_UNCOVERED = -1


def compile_answer(plan: TablePlan) -> Ready:
    """Return the function (subject, day) → answer of *plan*, which must not collect.

    Raises (the returned function):
        FactError: if a fact's value does not fit its type.
    """
    flow = _Flow(plan.words)
    flow.lines.append("get = subject.get if subject.__class__ is dict else getter_of(subject)")
    given = tuple_of([flow.fact(fact) for fact in plan.reads])
    for part in _under(plan):
        flow.part(part)
    flow.answer(plan, given)
    flow.space |= {"getter_of": getter_of, "unsealed": UNSEALED, "Answer": Answer, "Choice": Choice, "plan": plan}
    flow.space |= {"two_stages": plan.answer_from, "DETERMINED": Status.DETERMINED}
    ready: Ready = flow.build("two_stages(given, day)", "subject, day")
    return ready


def _under(plan: Plan) -> Iterator[Plan]:
    """The decisions that *plan* leads to, each after those that it uses itself."""
    found: dict[str, Plan] = {}

    def visit(parts: tuple[tuple[str, Plan], ...]) -> None:
        for term, part in parts:
            if term not in found:
                if part.written is not None:
                    visit(part.parts)
                found[term] = part

    visit(plan.parts)
    yield from found.values()


class _Flow(Code):
    """Text that is read only where each name in it is known; ``and`` and ``or`` are Python's own then."""

    def __init__(self, words: Mapping[str, Word]) -> None:
        super().__init__(words)
        self.decided: dict[tuple[str, str], str] = {}

    def _emit(self, node: n.Node) -> tuple[str, frozenset[str]]:
        if isinstance(node, (n.And, n.Or)):
            return self._joined(f" {'or' if isinstance(node, n.Or) else 'and'} ", node.items)
        if isinstance(node, n.IfElse):
            (condition, then, other), nulls = self._all((node.condition, node.then, node.other))
            return f"({then} if {condition} else {other})", nulls
        if isinstance(node, n.DecisionRef):
            name = self.decided[(node.term, node.output)]
            return name, frozenset({name})
        return super()._emit(node)

    def _all(self, nodes: tuple[n.Node, ...]) -> tuple[list[str], frozenset[str]]:
        emitted = [self.emit(node) for node in nodes]
        return [text for text, _ in emitted], frozenset[str]().union(*(nulls for _, nulls in emitted))

    def _joined(self, word: str, nodes: tuple[n.Node, ...]) -> tuple[str, frozenset[str]]:
        texts, nulls = self._all(nodes)
        return f"({word.join(texts)})", nulls

    # -- rows in line ----------------------------------------------------------------------------------------------

    def cases(self, plan: TablePlan) -> Iterator[_Case]:
        """Yield the rows as they are tried; lines that a row needs are written before it is yielded."""
        rows = [(number, row.folded) for number, row in enumerate(plan.rows, 1)]
        known: frozenset[str] = frozenset()
        last = OTHERWISE if plan.otherwise is not None else _UNCOVERED
        if plan.table.hit is not HitPolicy.FIRST and len(rows) > 1:
            # What holds beside another row is no outcome yet.
            texts, known = self._all(tuple(tree for _, tree in rows))
            yield _Case(known, f"{' + '.join(texts)} > 1", None)
        for number, tree in rows:
            text, nulls = self.emit(tree)
            if text == "True":
                yield _Case(nulls - known, text, number)
                return
            if text != "False":
                yield _Case(nulls - known, text, number)
                known |= nulls
        yield _Case(frozenset(), "True", last)

    # -- decisions underneath --------------------------------------------------------------------------------------

    def part(self, plan: Plan) -> None:
        """Write a decision's outcomes into variables, ``None`` where it is not determined or not simply so."""
        names = [f"d{len(self.decided) + place}" for place in range(len(plan.outputs))]
        written = plan.written
        if written is None:
            given = tuple_of([self.variables[fact.name] for fact in plan.reads])
            if names:
                self.lines.append(f"{', '.join(names)}, = {self.constant(_outcomes_of(plan))}({given}, day)")
        else:
            self.lines.append(f"{' = '.join(names)} = None")
            word = "if"
            cases = [(case, self._then(written, case.row)) for case in self.cases(written)]
            for case, then in cases:
                if case.nulls:
                    self.lines.append(f"{word} {_unknown(case.nulls)}: pass")
                    word = "elif"
                self.lines.append(f"{word} {case.test}:")
                self.lines.append(f"    {self._assigned(names, then)}")
                word = "elif"
        self.decided.update({(plan.term, output.name): name for output, name in zip(plan.outputs, names, strict=True)})

    def _then(self, plan: TablePlan, row: int | None) -> tuple[list[str], frozenset[str]] | None:
        if row is None or row == _UNCOVERED or plan.row_at(row).row.gap is not None:
            return None
        return self._all(plan.row_at(row).folded_then)

    @staticmethod
    def _assigned(names: list[str], then: tuple[list[str], frozenset[str]] | None) -> str:
        if then is None:
            return "pass"
        texts, nulls = then
        assigned = f"{', '.join(names)}, = {tuple_of(texts)}"
        return f"if {_known(nulls)}: {assigned}" if nulls else assigned

    # -- the decision itself ---------------------------------------------------------------------------------------

    def answer(self, plan: TablePlan, given: str) -> None:
        """Write the rows of *plan*; each that counts returns the answer."""
        self.lines.append(f"given = {given}")
        for case in self.cases(plan):
            if case.nulls:
                self.lines.append(f"if {_unknown(case.nulls)}: return two_stages(given, day)")
            if case.row is None:
                self.lines.append(f"if {case.test}: return two_stages(given, day)")
                continue
            inside = self._choice(plan, case.row)
            self.lines.append(f"if {case.test}:")
            self.lines += [
                f"    {line}"
                for line in (
                    *inside,
                    "answer = unsealed(plan, choice, day, given)",
                    "answer.__class__ = Answer",
                    "return answer",
                )
            ]

    def _choice(self, plan: TablePlan, row: int) -> list[str]:
        """Lines that give what the hit policy makes of *row* alone; those that it needs are written before."""
        if row == _UNCOVERED:
            return [f"choice = {self.constant(Choice(Status.UNCOVERED, ()))}"]
        fixed = plan.constants.get(row)
        if fixed is not None:
            return [f"choice = {self.constant(agree([row], lambda _: fixed))}"]
        few = plan.few(row)
        if few is not None:
            names = [self.variables[name] for name in few]
            key = names[0] if len(names) == 1 else tuple_of(names)
            memo, make = self.constant({}), self.constant(plan.choice_of)
            return [
                f"if {_unknown(frozenset(names))}: return two_stages(given, day)",
                f"choice = {memo}.get({key})",
                f"if choice is None: choice = {memo}[{key}] = {make}({row}, given, day)",
            ]
        texts, nulls = self._all(plan.row_at(row).folded_then)
        check = [f"if {_unknown(nulls)}: return two_stages(given, day)"] if nulls else []
        return [*check, f"choice = Choice(DETERMINED, ({row},), {tuple_of(texts)})"]


def _unknown(names: frozenset[str]) -> str:
    return " or ".join(f"{name} is None" for name in sorted(names))


def _known(names: frozenset[str]) -> str:
    return " and ".join(f"{name} is not None" for name in sorted(names))


def _outcomes_of(plan: Plan) -> Callable[[tuple[Any, ...], dt.date], tuple[Any, ...]]:
    unknown = (None,) * len(plan.outputs)

    def outcomes(given: tuple[Any, ...], day: dt.date) -> tuple[Any, ...]:
        found = plan.answer_from(given, day).choice.outcome
        return unknown if found is None else found

    return outcomes
