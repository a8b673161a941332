"""Running cases against rules: questions to the engine, steps in an office of their own; differences are findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from community_core.base.errors import CommunityError, FactError, Refused
from community_core.base.findings import Finding, Origin, finding
from community_core.base.ids import folded
from community_core.registers.known import register_of
from community_core.registers.rows import ALWAYS
from community_core.rules.answer import Answer, json_value
from community_core.rules.naming import no_fact
from community_core.rules.types import Kind, ValueType, checked, read_text
from community_core.testing.cases import UNASKED, CaseGroup, CaseStep, CaseText, Expect, Held, case_files, read_cases

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from community_core.jurisdiction.plugins import Gathered
    from community_core.jurisdiction.rules import Rules
    from community_core.office.office import Office
    from community_core.procedures.definition import Procedure
    from community_core.procedures.events import Case

PLACE = "case-place"
_BY_CASE = ("proposer", "anyone", "system")


@frozen
class CaseResult:
    """A case and what differed from what it expects; without findings it passed."""

    case: CaseText
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing differed."""
        return not self.findings


def run_cases(path: Path | str, rules: Rules | None = None) -> tuple[CaseResult, ...]:
    """Run every case of the file *path*, or of each case file in the folder *path*.

    *rules* stands in for the rules that the file names. What of a file cannot be read is a result of its own.
    """
    results: list[CaseResult] = []
    for file in case_files(Path(path)):
        read = read_cases(file)
        if read.findings:
            results.append(CaseResult(CaseText(file.name, origin=Origin(str(file))), read.findings))
        for group in read.groups:
            try:
                composed = rules if rules is not None else rules_of(group, file)
            except CommunityError as error:
                results += (CaseResult(case, _failed(case, error)) for case in group.cases)
                continue
            results += (run_case(case, composed, day=group.day) for case in group.cases)
    return tuple(results)


def rules_of(group: CaseGroup, path: Path, gathered: Gathered | None = None) -> Rules:
    """Return the rules that a group of cases stands under; *gathered* is what plugins offer, if known already.

    Raises:
        LoadError: if its district is not installed, or its file cannot be read.
    """
    from community_core.testing.grounds import ground_of  # noqa: PLC0415 - plugins are looked for only when needed

    return ground_of(path, group, gathered).rules


def run_case(
    case: CaseText, rules: Rules, *, day: dt.date | None = None, where: str | Connection = ":memory:"
) -> CaseResult:
    """Run one case; *day* is the day of a case that names none.

    A run of steps happens in an office of its own, or in one on *where*, a connection whose transaction the caller
    ends.
    """
    try:
        if case.findings is not None:
            found = _findings(case, case.findings, rules)
        elif case.parameter:
            found = _value(case, rules, case.day or day)
        elif case.decide:
            found = _ask(case, rules, case.day or day)
        else:
            found = _run(case, rules, case.day or day, where)
    except CommunityError as error:
        return CaseResult(case, _failed(case, error))
    return CaseResult(case, tuple(found))


def _failed(case: CaseText, error: CommunityError) -> tuple[Finding, ...]:
    stopped = finding(
        "case-stopped", f"例子没有跑完：{error.message.zh}", f"the case stopped: {error.message.en}", case.origin
    )
    return (stopped, *error.findings)


def plain_value(kind: ValueType, given: Any) -> Any:
    """Return a value that a case writes as one of type *kind*; texts are read as a form's are.

    Raises:
        FactError: if it is no such value.
    """
    if isinstance(given, tuple) and kind.kind is Kind.LIST and kind.of is not None:
        return tuple(plain_value(kind.of, member) for member in given)
    if isinstance(given, str) and kind.kind is not Kind.TEXT:
        try:
            return read_text(kind, given)
        except ValueError:
            pass
    return checked("", kind, given)


def _typed(pairs: tuple[tuple[str, Any], ...], types: Mapping[str, ValueType]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, given in pairs:
        kind = types.get(name)
        # A value of a wrong type or name is handed on as it is: to refuse it is what the case may be about.
        try:
            values[name] = given if kind is None or given is None else plain_value(kind, given)
        except FactError:
            values[name] = given
    return values


def case_answer(case: CaseText, rules: Rules, day: dt.date) -> Answer:
    """Return the answer to the question that *case* asks.

    Raises:
        UnknownTerm: if there is no such decision.
        FactError: if a fact that it gives is of a wrong type.
    """
    types = {fact.name: fact.type for fact in rules.terms.facts}
    return rules.decide(case.decide, _typed(case.given, types), on=day)


# -- questions -----------------------------------------------------------------------------------------------------


def _ask(case: CaseText, rules: Rules, day: dt.date | None) -> list[Finding]:
    if day is None:
        return [_no_day(case.origin)]
    known = {fact.name for fact in rules.terms.facts}
    found = [no_fact(name, rules.terms.facts, case.origin) for name, _ in case.given if name not in known]
    if found:
        return found
    answer = case_answer(case, rules, day)
    expect = case.expect or Expect()
    if expect.status is not UNASKED and answer.status.value != expect.status:
        why = [each.message.en or each.message.zh for each in answer.findings]
        found.append(_differs("case-status", "状态", "status", expect.status, answer.status.value, case, tuple(why)))
    if expect.row is not UNASKED and answer.row != expect.row:
        found.append(_differs("case-row", "行", "row", expect.row, answer.row, case))
    if expect.outcome is not UNASKED and not _same_outcome(answer, expect.outcome):
        found.append(
            _differs("case-outcome", "结果", "outcome", json_value(expect.outcome), json_value(answer.outcome), case)
        )
    if expect.ask is not UNASKED and not _same_names(expect.ask, answer.ask):
        found.append(_differs("case-ask", "要问的", "ask", ", ".join(expect.ask), ", ".join(answer.ask), case))
    if expect.gap is not UNASKED and expect.gap not in [text for gap in answer.gaps for text in (gap.zh, gap.en)]:
        found.append(_differs("case-gap", "缺项", "gap", expect.gap, "；".join(gap.zh for gap in answer.gaps), case))
    return found


def _same_outcome(answer: Answer, expected: Any) -> bool:
    outcome = answer.outcome
    if expected is None or outcome is None:
        return outcome is expected
    outputs = answer.source.outputs
    if len(outputs) == 1:
        return _is(outputs[0].type, expected, outcome)
    types = {output.name: output.type for output in outputs}
    return isinstance(expected, dict) and all(
        name in types and _is(types[name], value, outcome[name]) for name, value in expected.items()
    )


def _is(kind: ValueType, expected: Any, value: Any) -> bool:
    try:
        read = plain_value(kind, expected)
    except FactError:
        return False
    return type(read) is type(value) and bool(read == value)


def _same_names(expected: tuple[str, ...], given: tuple[str, ...]) -> bool:
    def means(name: str, full: str) -> bool:
        return folded(full) == folded(name) or folded(full).endswith("." + folded(name))

    return all(any(means(name, full) for full in given) for name in expected) and all(
        any(means(name, full) for name in expected) for full in given
    )


# -- runs ----------------------------------------------------------------------------------------------------------


class _Run:
    """A procedure's steps in an office of their own, whose store is gone afterwards."""

    def __init__(self, term: str, procedure: Procedure, office: Office) -> None:
        self.term = term
        self.procedure = procedure
        self.office = office
        self.running: Case | None = None
        self.appointed: set[tuple[str, str]] = set()

    def findings(self, step: CaseStep, day: dt.date | None) -> list[Finding]:
        """Take *step* and return what differs from what it expects."""
        if day is None:
            return [_no_day(step.origin)]
        try:
            self.act(step, day)
        except Refused as error:
            return self.refused(step, error.findings)
        if step.refused:
            return [_differs("case-refused", "拒绝", "refusal", step.refused, f"→ {self.state}", step, name=step.take)]
        found: list[Finding] = []
        if step.state and self.state != step.state:
            found.append(_differs("case-state", "状态", "state", step.state, self.state, step, name=step.take))
        held = self.held() if step.holds else {}
        reminded = self.running is not None and self.running.reminded
        if step.reminded is not None and reminded is not step.reminded:
            found.append(
                _differs("case-reminded", "是否催办", "reminded", step.reminded, reminded, step, name=step.take)
            )
        for name, expected in step.holds:
            kind = self.procedure.field_types.get(name)
            value = held.get(name)
            if not (expected == value if kind is None or expected is None else _is(kind, expected, value)):
                found.append(_differs("case-value", name, name, expected, json_value(value), step, name=step.take))
        return found + [each for held in step.registers for each in self.registers(held, step, held.day or day)]

    def registers(self, held: Held, step: CaseStep, day: dt.date) -> list[Finding]:
        """Return what differs from what a register is to hold on *day*."""
        register = register_of(held.register)
        where = dict(zip((column.name for column in register.key), held.of, strict=True))
        rows = self.office.store.register_rows(register, day=day, where=where)
        named = [column.name for column in register.values]
        present = json_value(dict(zip(named, rows[0].values, strict=True))) if rows else None
        wanted = None if held.holds is None else dict(held.holds)
        if present is not None and wanted is not None:
            present = {name: present.get(name) for name in wanted}
        if present == wanted:
            return []
        name = f"{held.register}/{'/'.join(held.of)} {day}"
        return [_differs("case-value", name, name, wanted, present, step, name=step.take)]

    def held(self) -> Mapping[str, Any]:
        """Return what the case holds, the sensitive values that an office covers included."""
        from community_core.office.bindings import Bindings  # noqa: PLC0415 - heavy: the store stands behind it
        from community_core.office.restoring import restore  # noqa: PLC0415 - as above

        if self.running is None or not self.running.withheld:
            return {} if self.running is None else self.running.data
        kept = self.office.store.load([self.running.id])[self.running.id]
        return restore(Bindings(self.office.rules, self.office.store), *kept).data

    @property
    def state(self) -> str:
        """The state of the case, empty while there is none."""
        return self.running.state if self.running is not None else ""

    def refused(self, step: CaseStep, findings: tuple[Finding, ...]) -> list[Finding]:
        """Return nothing where the refusal is the expected one."""
        codes = [each.code for each in findings]
        if step.refused in codes:
            return []
        if step.refused:
            return [_differs("case-refused", "拒绝", "refusal", step.refused, ", ".join(codes), step, name=step.take)]
        told = finding("case-refused", f"{step.take} 被拒绝", f"{step.take} is refused", step.origin)
        return [told, *findings]

    def act(self, step: CaseStep, day: dt.date) -> None:
        """Take the step, or settle deadlines to the day."""
        if step.advance is not None:
            self.office.advance(to=day)
            self.running = self.office.case(self.running.id) if self.running is not None else None
            return
        declared = self.procedure.step(step.take)
        post = step.post or (declared.by[0] if declared is not None and declared.by else "")
        actor = step.actor or f"{post or 'somebody'}-1"
        if step.appointed:
            self.appoint(actor, post)
        data = _typed(step.data, self.procedure.field_types)
        if self.running is None:
            place = step.place or PLACE
            self.running = self.office.open(
                self.term, data, actor=actor, day=day, place=place, step=step.take, post=post
            )
        else:
            self.running = self.office.take(self.running, step.take, data, actor=actor, day=day, post=post)

    def appoint(self, actor: str, post: str) -> None:
        """Give *actor* the post, unless it is a role that follows from the case itself."""
        by_case = post in _BY_CASE or self.procedure.step(post) is not None
        if post and not by_case and (actor, post) not in self.appointed:
            self.office.appoint(actor, post, PLACE, dt.date.min)
            self.appointed.add((actor, post))


def _run(case: CaseText, rules: Rules, day: dt.date | None, where: str | Connection) -> list[Finding]:
    from community_core.office.office import open_office  # noqa: PLC0415 - heavy: the store stands behind it

    with open_office(rules, where) as office:
        office.register_place(PLACE)
        for each in (*case.before, case):
            # Registers name the places in which cases are opened.
            for place in dict.fromkeys(step.place for step in each.steps if step.place):
                office.register_place(place, PLACE)
            for given in each.registered:
                office.registers.keep(given.register, dict(given.row), since=ALWAYS, actor="registrar")
            run = _Run(each.run, rules.procedure(each.run), office)
            run.running = office.case(each.case) if each.case else None
            for step in each.steps:
                found = run.findings(step, step.day or step.advance or each.day or day)
                if found:
                    return found
    return []


def _value(case: CaseText, rules: Rules, day: dt.date | None) -> list[Finding]:
    if day is None:
        return [_no_day(case.origin)]
    expect = case.expect or Expect()
    used = rules.parameter(case.parameter, on=day)
    if expect.outcome is UNASKED:
        return []
    if used is None or expect.outcome is None:
        same = used is None and expect.outcome is None
    elif isinstance(expect.outcome, dict):
        given = {name: plain_value(used.type, value) for name, value in expect.outcome.items()}
        same = given == dict(used.value)
    else:
        same = _is(used.type, expect.outcome, used.value)
    got = None if used is None else used.value
    return [] if same else [_differs("case-outcome", "值", "value", expect.outcome, json_value(got), case)]


def _findings(case: CaseText, expected: tuple[str, ...], rules: Rules) -> list[Finding]:
    given = sorted({each.code for each in rules.findings})
    if given == sorted(set(expected)):
        return []
    told = tuple(str(each) for each in rules.findings)
    wanted = ", ".join(sorted(expected)) or "—"
    return [_differs("case-findings", "问题项", "findings", wanted, ", ".join(given) or "—", case, told)]


# -- findings ------------------------------------------------------------------------------------------------------


def _differs(
    code: str,
    zh: str,
    en: str,
    expected: Any,
    got: Any,
    at: CaseText | CaseStep,
    more: tuple[str, ...] = (),
    *,
    name: str = "",
) -> Finding:
    told = "".join(f"\n  {line}" for line in more)
    step = f"{name}：" if name else ""
    step_en = f"{name}: " if name else ""
    return finding(
        code,
        f"{step}{zh}应为 {expected}，得到 {got}{told}",
        f"{step_en}{en} should be {expected}, got {got}{told}",
        at.origin,
        expected=expected,
        got=got,
    )


def _no_day(origin: Origin) -> Finding:
    return finding("case-day", "没有写日期：请写 day", "there is no day: write day", origin)
