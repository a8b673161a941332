"""Reading a procedure's expressions for one case on one day: values, guards, periods; it decides no step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import field, frozen

from community_core.base.days import add_months
from community_core.base.findings import Finding, finding
from community_core.base.made import quickly_made
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.events import SYSTEM, Case
from community_core.rules.answer import ParameterUse
from community_core.rules.terms import Expression
from community_core.rules.types import Kind, ValueType

#: Counts working days from a day: the last day of a period of so many; ``None`` where the calendar does not reach.
WorkingDays = Callable[[dt.date, int], "dt.date | None"]

#: The units in which a period may be counted.
PERIODS = frozenset({"day", "workday", "month", "year"})

#: The word in a step's ``by`` for whoever opened the case, and the one for everybody.
PROPOSER = "proposer"
ANYONE = "anyone"


class Evaluation(Protocol):
    """What reading an expression gives: its value (``None`` is unknown), its type, and what is missing."""

    @property
    def value(self) -> Any:
        """The value, or ``None`` while it is unknown."""
        ...

    @property
    def type(self) -> ValueType:
        """The type of the value, with its unit."""
        ...

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the fields, facts and parameters that would have to be known."""
        ...

    @property
    def uses(self) -> tuple[ParameterUse, ...]:
        """The parameters that the expression used, with their values and standing."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the expression itself; empty where it is sound."""
        ...


class Evaluate(Protocol):
    """Reads an expression among the rules of a procedure's practice."""

    def __call__(
        self,
        expression: Expression,
        *,
        fields: Mapping[str, ValueType],
        values: Mapping[str, Any],
        on: dt.date,
        step: dt.date | None = None,
        guard: bool = False,
    ) -> Evaluation:
        """Read *expression*; *values* are the case's fields.

        What is dated is that of the day *on*, or where it is declared so that of the day *step*.
        """
        ...


@quickly_made
@frozen(weakref_slot=False)
class Reading:
    """A case on the day of a step, with the values its expressions see.

    What is dated is read on the day the case opened, or where it is declared ``as_of: step`` on the day of the step;
    ``day`` in an expression is the day of the step.
    """

    procedure: Procedure
    case: Case
    day: dt.date
    evaluate: Evaluate
    workdays: WorkingDays | None = None
    values: Mapping[str, Any] = field(factory=dict)

    def value(self, expression: Expression, *, guard: bool = False) -> Evaluation:
        """Read *expression*."""
        return self.evaluate(
            expression,
            fields=self.procedure.field_types,
            values={**self.values, "day": self.day},
            on=self.case.opened,
            step=self.day,
            guard=guard,
        )

    def end_of(self, expression: Expression, start: dt.date) -> dt.date | Finding:
        """Return the last day of the period *expression* counted from *start* (which itself does not count)."""
        read = self.value(expression)
        if read.value is None:
            return unknown(expression, read, "period-unknown", "期限", "the period")
        unit, count = read.type.unit, read.value
        if not is_period(read.type):
            return no_period(expression)
        if count < 0:
            return finding(
                "period-negative",
                f"期限 {expression.text} 为负数（{count}），请改正",
                f"the period {expression.text} is negative ({count}); correct it",
                expression.origin,
            )
        if unit == "workday":
            end = self.workdays(start, count) if self.workdays is not None else None
            return end if end is not None else _no_calendar(expression, start)
        try:
            if unit in ("month", "year"):
                return add_months(start, count * (12 if unit == "year" else 1))
            return start + dt.timedelta(days=count)
        except (OverflowError, ValueError):
            return finding(
                "period-too-long",
                f"期限 {expression.text}（{count}）超出历法范围，请改正",
                f"the period {expression.text} ({count}) leaves the calendar; correct it",
                expression.origin,
            )


def unknown(expression: Expression, read: Evaluation, code: str, zh: str, en: str) -> Finding:
    """Return the finding that *expression* has no value: what is missing, or what is wrong with the text itself."""
    if read.findings:
        return read.findings[0]
    names = ", ".join(read.missing) or expression.text
    return finding(
        code,
        f"{zh}“{expression.text}”尚不能确定，还缺：{names}",
        f"{en} {expression.text!r} is not known yet; what is missing: {names}",
        expression.origin,
        missing=names,
    )


def is_period(given: ValueType) -> bool:
    """Whether values of the type *given* are periods."""
    return given.kind is Kind.INT and given.unit in PERIODS


def no_period(expression: Expression) -> Finding:
    """Return the finding that *expression* is no period."""
    return finding(
        "period-without-unit",
        f"{expression.text} 不是期限，请写 days(…)、workdays(…)、months(…) 或同类型的参数",
        f"{expression.text} is no period; write days(…), workdays(…), months(…) or a parameter of such a type",
        expression.origin,
    )


def _no_calendar(expression: Expression, start: dt.date) -> Finding:
    return finding(
        "no-working-days",
        f"期限“{expression.text}”按工作日计算，但没有载入从 {start} 起够用的工作日历，请提供 workdays",
        f"the period {expression.text!r} counts working days from {start}, and no calendar of them that reaches so far "
        "is loaded; supply workdays",
        expression.origin,
    )


def roles(procedure: Procedure, case: Case, actor: str) -> frozenset[str]:
    """Return what *actor* is by the case itself: ``anyone``, ``proposer``, and the names of the steps taken.

    The library's own actor is ``system`` and nothing else.
    """
    if actor == SYSTEM:
        return frozenset({SYSTEM})
    took = [name for name in case.steps if case.took(name, actor)]
    opened = any((step := procedure.step(name)) is not None and step.opens for name in took)
    return frozenset({ANYONE, *took, PROPOSER}) if opened else frozenset({ANYONE, *took})


def plain_post(procedure: Procedure, step: Step, posts: frozenset[str]) -> str:
    """Return the first of *posts* in the step's ``by``, roles in the case left out; empty for none."""
    by_case = {*procedure.step_names, PROPOSER, ANYONE}
    return next((post for post in step.by if post in posts and post not in by_case), "")


def post_for(
    procedure: Procedure, step: Step, case: Case, actor: str, posts: frozenset[str], *, behalf: str = ""
) -> str:
    """Return the first entry of the step's ``by`` that *actor* answers to, by *posts* or by role; empty for none.

    In the name of *behalf* only the *posts* count: those, and roles in the case, that he was charged to act under.
    """
    own: frozenset[str] | None = frozenset() if behalf else None
    for post in step.by:
        if post in posts:
            return post
        # Most act under a post, and then what they are by the case need not be gone through.
        own = roles(procedure, case, actor) if own is None else own
        if post in own:
            return post
    return ""
