"""What periods and deadlines follow from a procedure for a case that starts on a day; it opens no case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.ids import folded
from community_core.base.labels import Label, Language
from community_core.base.ranks import Standing
from community_core.jurisdiction.rules import Rules
from community_core.pages.flow import late_label, step_label
from community_core.pages.spelling import Spelling
from community_core.pages.texts import KINDS, STANDINGS
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.events import Case
from community_core.procedures.naming import names_in
from community_core.procedures.reading import Reading
from community_core.rules import nodes as n
from community_core.rules.answer import ParameterUse
from community_core.rules.terms import Expression


class PeriodKind(Enum):
    """What a period is for."""

    NOTICE = "notice"
    NOT_BEFORE = "not_before"
    WITHIN = "within"
    PUBLISH = "publish"
    LATE = "late"


PERIOD_KINDS: Mapping[PeriodKind, Label] = {
    PeriodKind.NOTICE: Label("事先告知", "notice beforehand"),
    PeriodKind.NOT_BEFORE: Label("不得早于", "not before"),
    PeriodKind.WITHIN: Label("期限内", "within"),
    PeriodKind.PUBLISH: Label("公布期间", "published for"),
    PeriodKind.LATE: Label("逾期", "late"),
}


@frozen
class Reach:
    """The earliest day of a step or state, ``None`` while it cannot be told because *missing* is open."""

    day: dt.date | None
    missing: tuple[str, ...] = ()


@frozen
class Period:
    """One period: what it is for, and from when to when it runs if every step is taken as soon as it may be.

    *at* is the step or state that it belongs to, *since* the step or state from which it counts. *length* is its value
    with the unit, and *until* its last day; both are ``None`` while a value is open. *missing* names the open
    parameters, *gaps* say why their declarers give no value.
    """

    kind: PeriodKind
    at: str
    label: Label
    since: Label
    says: Label
    start: dt.date | None
    length: Label | None
    until: dt.date | None
    uses: tuple[ParameterUse, ...] = ()
    missing: tuple[str, ...] = ()
    gaps: tuple[Label, ...] = ()

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The standings of the values that it rests on."""
        return tuple(dict.fromkeys(use.standing for use in self.uses))


@frozen
class Timetable:
    """The periods of *procedure* (its full name) for a case that starts on *start*, in the order of the text."""

    procedure: str
    title: Label
    start: dt.date
    periods: tuple[Period, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the timetable as JSON shows it."""
        return {
            "procedure": self.procedure,
            "start": self.start.isoformat(),
            "periods": [
                {
                    "kind": item.kind.value,
                    "at": item.at,
                    "zh": item.label.zh,
                    "en": item.label.text("en"),
                    "since": {"zh": item.since.zh, "en": item.since.text("en")},
                    "period": {"zh": item.says.zh, "en": item.says.text("en")},
                    "start": None if item.start is None else item.start.isoformat(),
                    "length": None if item.length is None else {"zh": item.length.zh, "en": item.length.text("en")},
                    "until": None if item.until is None else item.until.isoformat(),
                    "standings": [standing.value for standing in item.standings],
                    "missing": list(item.missing),
                    "gaps": [{"zh": gap.zh, "en": gap.text("en")} for gap in item.gaps],
                }
                for item in self.periods
            ],
        }

    def rows(self, lang: Language = "zh") -> tuple[tuple[str, ...], ...]:
        """Return a row for each period: what, kind, counted from, period, its value, from, until, standing or gap."""
        return tuple(
            (
                item.label.text(lang),
                PERIOD_KINDS[item.kind].text(lang),
                item.since.text(lang),
                item.says.text(lang),
                item.length.text(lang) if item.length else "",
                item.start.isoformat() if item.start else "",
                item.until.isoformat() if item.until else "",
                ("；" if lang == "zh" else "; ").join(
                    [
                        *(STANDINGS[standing].text(lang) for standing in item.standings),
                        *(gap.text(lang) for gap in item.gaps),
                    ]
                ),
            )
            for item in self.periods
        )


def make_timetable(rules: Rules, procedure: str, start: dt.date) -> Timetable:
    """Return the periods of a procedure (by any name of it) for a case that starts on *start*.

    Days are the earliest possible: every step is counted on the first day on which the text allows it. What rests on
    a value that nobody has set has no day, and names the parameter.

    Raises:
        UnknownTerm: if there is no such procedure, several, or none in force on that day.
    """
    full = rules.procedure_name(procedure)
    return timetable_of(rules, full, rules.procedure(full, on=start), start)


def timetable_of(rules: Rules, full: str, version: Procedure, start: dt.date) -> Timetable:
    """Return the periods of one *version* of the procedure with the full name *full*; see :func:`make_timetable`."""
    return _Maker(rules, full, version, start).timetable()


class _Maker:
    def __init__(self, rules: Rules, full: str, procedure: Procedure, start: dt.date) -> None:
        self.rules = rules
        self.full = full
        self.procedure = procedure
        self.start = start
        self.practice = full.rpartition(".")[0]
        self.spelling = Spelling(rules)
        self.says = self.spelling.period(full, procedure)
        self.notices = {step.name: found for step in procedure.steps for found in [self.notice(step)] if found}
        self.steps: dict[str, Reach] = {}
        self.states: dict[str, Reach] = {}
        self.find_earliest()

    # -- reading ---------------------------------------------------------------------------------------------------

    def reading(self, day: dt.date) -> Reading:
        case = Case(id="", procedure=self.full, place="", opened=self.start, rules=self.rules.digest)
        evaluate = partial(self.rules.engine.evaluate, practice=self.practice)
        return Reading(self.procedure, case, day, evaluate, self.rules.calendar.end)

    def end(self, period: Expression, reach: Reach) -> Reach:
        """Return the last day of *period* counted from *reach*."""
        if reach.day is None:
            return reach
        found = self.reading(reach.day).end_of(period, reach.day)
        return Reach(None, self.missing(period)) if isinstance(found, Finding) else Reach(found)

    def missing(self, period: Expression) -> tuple[str, ...]:
        return self.reading(self.start).value(period).missing or (period.text,)

    def notice(self, step: Step) -> tuple[Step, Expression] | None:
        """Return the step that is held on a day which *step* names, and the time that must lie between them."""
        if step.when is None:
            return None
        bound = self.rules.engine.bind_expression(
            step.when, practice=self.practice, fields=self.procedure.field_types, guard=True
        )
        for tree in n.walk(bound.node) if bound.node is not None else ():
            if not isinstance(tree, n.Compare) or tree.op != ">=" or not isinstance(tree.left, n.Call):
                continue
            first, *rest = tree.left.args
            today = isinstance(first, n.DayRef) or (isinstance(first, n.FactRef) and first.name == "day")
            if tree.left.function not in ("days_between", "workdays_between") or not today:
                continue
            for other in self.procedure.steps:
                if other.held and isinstance(rest[0], n.FactRef) and rest[0].name == other.held:
                    right = tree.right
                    if isinstance(right, n.ParamRef):
                        return other, Expression(right.term, step.when.origin)
        return None

    # -- the earliest days -----------------------------------------------------------------------------------------

    def find_earliest(self) -> None:
        """Give each step and state its earliest day, again and again until nothing comes earlier."""
        held = {other.name: (name, period) for name, (other, period) in self.notices.items()}
        for _ in range(len(self.procedure.steps) + 1):
            for step in self.procedure.steps:
                reach = self.earliest(step, held.get(step.name))
                if reach is None:
                    continue
                self.steps[step.name] = _sooner(self.steps.get(step.name), reach)
                if step.to:
                    self.states[step.to] = _sooner(self.states.get(step.to), reach)

    def earliest(self, step: Step, notice: tuple[str, Expression] | None) -> Reach | None:
        if step.opens:
            return Reach(self.start)
        sources = [self.states[state] for state in step.source if state in self.states]
        if not sources:
            return None
        reach = sources[0]
        for other in sources[1:]:
            reach = _sooner(reach, other)
        waits = [(step.not_before.after, step.not_before.period)] if step.not_before is not None else []
        if notice is not None:
            waits.append(notice)
        for after, period in waits:
            if after not in self.steps:
                return None
            reach = _later(reach, self.end(period, self.steps[after]))
        return reach

    # -- the periods -----------------------------------------------------------------------------------------------

    def timetable(self) -> Timetable:
        title = self.procedure.title or Label(self.procedure.name, self.procedure.name)
        return Timetable(self.full, title, self.start, tuple(self.periods()))

    def periods(self) -> Iterator[Period]:
        named = {step.name: step_label(step) for step in self.procedure.steps}
        states = dict(self.procedure.states)
        for step in self.procedure.steps:
            label, reach = named[step.name], self.steps.get(step.name, Reach(None))
            if step.name in self.notices:
                other, period = self.notices[step.name]
                yield self.period(PeriodKind.NOTICE, other.name, named[other.name], label, period, reach)
            for kind, waiting in ((PeriodKind.NOT_BEFORE, step.not_before), (PeriodKind.WITHIN, step.within)):
                if waiting is not None:
                    since = self.steps.get(waiting.after, Reach(None))
                    after = named.get(waiting.after) or Label(waiting.after, waiting.after)
                    yield self.period(kind, step.name, label, after, waiting.period, since)
            for item in step.publish:
                if item.period is not None:
                    shown = KINDS[item.kind]
                    said = Label(f"{shown.zh}（{label.zh}）", f"{shown.en} ({label.text('en')})")
                    yield self.period(PeriodKind.PUBLISH, step.name, said, label, item.period, reach)
        for late in self.procedure.late:
            state = states.get(late.state) or Label(late.state, late.state)
            reach = self.states.get(late.state, Reach(None))
            yield self.period(PeriodKind.LATE, late.state, late_label(late, self.procedure), state, late.period, reach)

    def period(self, kind: PeriodKind, at: str, label: Label, since: Label, period: Expression, reach: Reach) -> Period:
        read = self.reading(self.start).value(period)
        until = self.end(period, reach)
        missing = tuple(dict.fromkeys([*read.missing, *until.missing]))
        return Period(
            kind,
            at,
            label,
            since,
            self.says(period),
            reach.day,
            None if read.value is None else self.spelling.measured(read.value, read.type),
            until.day,
            read.uses,
            missing,
            tuple(self.gaps(missing, period)),
        )

    def gaps(self, names: tuple[str, ...], period: Expression) -> Iterator[Label]:
        written = {folded(name) for name in names_in(period)}
        for name in names:
            several = {full: item for full, item in self.rules.terms.parameters if full.rpartition(".")[2] == name}
            # Of several so called the period means the practice's own, or the one that it writes in full.
            meant = [full for full in several if len(several) == 1 or folded(full) in written]
            own = several.get(f"{self.practice}.{name}")
            parameter = own or (several[meant[0]] if meant else None)
            if parameter is not None and parameter.gap is not None:
                yield parameter.gap
            else:
                label = parameter.label if parameter is not None else Label(name, name)
                yield Label(f"{label.zh}：未设定", f"{label.text('en')}: not set")


def _sooner(one: Reach | None, other: Reach) -> Reach:
    """Return the earlier of two; one that cannot be told is left aside where the other can."""
    if one is None or one.day is None:
        return other if one is None or other.day is not None else one
    return other if other.day is not None and other.day < one.day else one


def _later(one: Reach, other: Reach) -> Reach:
    """Return the later of two; where one cannot be told, neither can the later."""
    if one.day is None or other.day is None:
        return Reach(None, tuple(dict.fromkeys([*one.missing, *other.missing])))
    return max(one, other, key=lambda reach: reach.day or dt.date.min)
