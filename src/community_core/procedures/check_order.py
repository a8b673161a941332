"""Checks what comes before what: nothing is read before it is collected, and no period runs from a later step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from community_core.base.findings import Finding, finding
from community_core.procedures.consequences import is_literal
from community_core.procedures.definition import LateAction, Procedure, Step
from community_core.procedures.intake import counted
from community_core.procedures.naming import names_in
from community_core.procedures.reading import PROPOSER


def check_order(procedure: Procedure) -> Iterator[Finding]:
    """Yield what is read and never collected before, and the steps that are counted from or asked for in vain."""
    counters = {name for name, _ in procedure.counters}
    gives = {step.name: _gives(step) | counters for step in procedure.steps}
    collected = _before(procedure, gives)
    taken = _before(procedure, {step.name: {step.name} for step in procedure.steps})
    for step in procedure.steps:
        there = gives[step.name].union(*(collected[source] for source in step.source if source in collected))
        earlier = set().union(*(taken[source] for source in step.source if source in taken))
        yield from _never_collected(step, _read(step) & procedure.field_names.keys() - there)
        yield from _never_taken(procedure, step, earlier)
    for rule in procedure.late:
        there = frozenset(collected.get(rule.state, ()))
        for name in sorted(names_in(rule.period) & procedure.field_names.keys() - there):
            yield finding(
                "never-collected",
                f"状态 {rule.state} 的期限用到 {name}，但到这个状态为止没有环节收取它",
                f"the deadline of state {rule.state!r} uses {name!r}, which no step up to that state collects",
                rule.origin,
                field=name,
            )


def _read(step: Step) -> set[str]:
    """The names that *step* reads: in its guard, day, periods, vote, publications and effects."""
    expressions = [step.when, *(waiting.period for waiting in (step.not_before, step.within) if waiting is not None)]
    expressions += [item.period for item in step.publish]
    expressions += [text for spec in step.effects for name, text in spec.arguments if not is_literal(spec.kind, name)]
    names = set().union(*(names_in(text) for text in expressions if text is not None)) | {step.held}
    if step.decides is not None:
        names |= step.decides.reads | step.decides.may_read
    if step.rates is not None:
        names |= {step.rates.among, step.rates.handed_in}
    for item in step.publish:
        names |= {*item.what, item.consent}
    return names


def _never_collected(step: Step, names: Iterable[str]) -> Iterator[Finding]:
    for name in sorted(names):
        yield finding(
            "never-collected",
            f"环节 {step.name} 用到 {name}，但此前没有环节收取它",
            f"step {step.name} uses {name!r}, which no step on the way to it collects",
            step.origin,
            field=name,
        )


def _never_taken(procedure: Procedure, step: Step, earlier: Iterable[str]) -> Iterator[Finding]:
    """A period runs from a step that can come before, and where only takers of steps may act, there can be one."""
    before = {*earlier} - {step.name}
    for waiting in (step.not_before, step.within):
        if waiting is not None and waiting.after in procedure.step_names and waiting.after not in before:
            yield finding(
                "no-origin",
                f"环节 {step.name} 的期限从 {waiting.after} 起算，但此前不可能办过该环节",
                f"the period of step {step.name} runs from {waiting.after}, which cannot have been taken before",
                waiting.origin,
                step=waiting.after,
            )
    roles = {PROPOSER, *procedure.step_names}
    if step.by and all(post in roles and post not in before and not (post == PROPOSER and before) for post in step.by):
        yield finding(
            "nobody-may",
            f"环节 {step.name} 只由办过 {'、'.join(step.by)} 的人办理（by），但此前不可能有这样的人",
            f"step {step.name} is only for whoever took {', '.join(step.by)} (by), and nobody can have done so before",
            step.origin,
            step=step.name,
        )


def _before(procedure: Procedure, gives: Mapping[str, Iterable[str]]) -> Mapping[str, set[str]]:
    """For each state, what the steps on the ways to it, and those taken in it, give; *gives* says it for each step."""
    before: dict[str, set[str]] = {state: set() for state in procedure.all_states}
    lapses = [rule for rule in procedure.late if rule.then is LateAction.LAPSE]
    while True:
        size = sum(map(len, before.values()))
        for step in procedure.steps:
            sources: set[str] = set().union(*(before.get(source, set()) for source in step.source))
            for state in (step.to,) if step.to else step.source:
                before.setdefault(state, set()).update(sources if step.to else (), gives[step.name])
        for rule in lapses:
            before.setdefault(rule.to, set()).update(before.get(rule.state, ()))
        if sum(map(len, before.values())) == size:
            return before


def _gives(step: Step) -> frozenset[str]:
    return frozenset(step.asks) | counted(step)
