"""Checks a procedure's text before it runs: dead ends, unknown names, what nobody may do, what may not be public."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import Privacy
from community_core.procedures.check_effects import check_effects
from community_core.procedures.check_order import check_order
from community_core.procedures.check_votes import check_votes
from community_core.procedures.definition import (
    LateAction,
    Procedure,
    Publish,
    PublishKind,
    Step,
    StepField,
)
from community_core.procedures.events import CORRECT, ERASE, INSPECT, LATE, PAPER, TRANSITION
from community_core.procedures.naming import unknown_name
from community_core.procedures.papers import check_papers
from community_core.procedures.reading import ANYONE, PROPOSER
from community_core.rules.types import Kind

#: Names that the library uses itself.
RESERVED_STEPS = frozenset({CORRECT, ERASE, INSPECT, LATE, PAPER, TRANSITION, PROPOSER, ANYONE, "system"})
#: The words of the language that a name of a value could be taken for.
RESERVED_FIELDS = frozenset({"day", "true", "false"})


def check_procedure(procedure: Procedure, *, effects: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Return what is wrong with *procedure* (merged with what it extends), in the order of the text.

    *effects* are the names of the effects that plugins add.
    """
    return (
        *_names(procedure),
        *_states(procedure),
        *_steps(procedure),
        *_counters(procedure),
        *check_order(procedure),
        *_publishing(procedure),
        *check_effects(procedure, frozenset(effects)),
        *check_votes(procedure),
        *check_papers(procedure),
        *_measures(procedure),
        *_disclosed(procedure),
        *_transitions(procedure),
    )


def _names(procedure: Procedure) -> Iterator[Finding]:
    for kind, zh, items, reserved, taken, twice in (
        ("step", "环节", procedure.steps, RESERVED_STEPS, "reserved-step", "duplicate-step"),
        ("field", "字段", procedure.fields, RESERVED_FIELDS, "reserved-field", "duplicate-field"),
    ):
        seen: set[str] = set()
        for item in items:
            if item.name in reserved:
                yield finding(
                    taken,
                    f"{zh}名 {item.name} 由本库使用，请换一个名字",
                    f"the {kind} name {item.name!r} is used by the library; choose another",
                    item.origin,
                    name=item.name,
                )
            if item.name in seen:
                yield finding(
                    twice,
                    f"{zh} {item.name} 写了两次，请删去一个",
                    f"{kind} {item.name!r} stands twice; remove one",
                    item.origin,
                    name=item.name,
                )
            seen.add(item.name)


def _states(procedure: Procedure) -> Iterator[Finding]:
    """Every state is reached and leads to an end, and ends lead nowhere."""
    states = procedure.all_states
    moves = [(source, step.to) for step in procedure.steps for source in step.source if step.to]
    moves += [(rule.state, rule.to) for rule in procedure.late if rule.to and rule.then is LateAction.LAPSE]
    begun = {step.to for step in procedure.steps if step.opens}
    if not begun:
        yield finding(
            "no-opening",
            f"程序 {procedure.name} 没有立案环节（没有 from 的环节）",
            f"procedure {procedure.name} has no step that opens a case (one without `from`)",
            procedure.origin,
        )
    reached = _closure(begun, moves)
    ending = _closure(set(procedure.end_kinds), [(to, source) for source, to in moves])
    for state in states:
        where = _origin_of(procedure, state)
        if state not in reached:
            yield finding(
                "unreachable-state",
                f"状态 {state} 从立案起无法到达",
                f"state {state!r} cannot be reached from any opening",
                where,
                state=state,
            )
        if state not in ending:
            yield finding(
                "no-way-to-an-end",
                f"办件到了状态 {state} 就无法结束，请补环节或在 ends 中写明",
                f"a case in state {state!r} can never end; add a step, or name the state under ends",
                where,
                state=state,
            )
    for state in procedure.end_kinds:
        if state not in states:
            yield unknown_name("unknown-state", "状态", state, procedure.origin, states)


def _closure(start: set[str], moves: list[tuple[str, str]]) -> set[str]:
    reached = set(start)
    while True:
        more = {to for source, to in moves if source in reached} - reached
        if not more:
            return reached
        reached |= more


def _origin_of(procedure: Procedure, state: str) -> Origin:
    return next((step.origin for step in procedure.steps if step.to == state), procedure.origin)


def _steps(procedure: Procedure) -> Iterator[Finding]:
    states, fields, names = procedure.all_states, procedure.field_names, procedure.step_names
    for step in procedure.steps:
        if not step.by:
            yield finding(
                "nobody-may",
                f"环节 {step.name} 没有写由谁办理（by）",
                f"step {step.name} names nobody who may take it (by)",
                step.origin,
                step=step.name,
            )
        if step.opens and not step.to:
            yield finding(
                "opening-without-state",
                f"立案环节 {step.name} 没有写到哪个状态（to）",
                f"the opening step {step.name} leads to no state (to)",
                step.origin,
                step=step.name,
            )
        for source in step.source:
            if source not in states:
                yield unknown_name("unknown-state", "状态", source, step.origin, states)
            elif procedure.end(source) is not None:
                yield finding(
                    "step-after-end",
                    f"状态 {source} 是终结状态，不能再有环节 {step.name}",
                    f"state {source!r} is an end; step {step.name} cannot follow it",
                    step.origin,
                    state=source,
                )
        for name in (*step.not_by, *(wait.after for wait in (step.not_before, step.within) if wait is not None)):
            if name not in names:
                yield unknown_name("unknown-step", "环节", name, step.origin, names)
        decides = step.decides
        asked = tuple(sorted(decides.reads | decides.may_read)) if decides is not None else ()
        asked += (step.rates.among, step.rates.handed_in) if step.rates is not None else ()
        for name in (*step.takes, *step.clears, *(needs.field for needs in step.needs), step.held, *asked):
            if name and name not in fields:
                yield unknown_name("unknown-field", "字段", name, step.origin, fields)
        for name in (item for item in step.clears if item in step.asks):
            yield finding(
                "clears-what-it-takes",
                f"环节 {step.name} 既收取又清除 {name}，请只保留一处",
                f"step {step.name} both takes and clears {name!r}; keep one of the two",
                step.origin,
                field=name,
            )
        if step.held in fields and fields[step.held].type.kind is not Kind.DATE:
            yield finding(
                "held-no-date",
                f"环节 {step.name} 的 held 字段 {step.held} 不是日期",
                f"the field {step.held!r} that step {step.name} is held on is no date",
                step.origin,
                field=step.held,
            )
    for rule in procedure.late:
        wrong = [state for state in (rule.state,) if state not in states]
        for state in wrong:
            yield unknown_name("unknown-state", "状态", state, rule.origin, states)
        if rule.then is LateAction.LAPSE and rule.to in ("", rule.state):
            yield finding(
                "lapse-without-state",
                f"状态 {rule.state} 的失效没有写到别的哪个状态（to）",
                f"the lapse of state {rule.state!r} leads to no other state (to)",
                rule.origin,
                state=rule.state,
            )
        if procedure.end(rule.state) is not None:
            yield finding(
                "step-after-end",
                f"状态 {rule.state} 是终结状态，不能再有期限",
                f"state {rule.state!r} is an end and can have no deadline",
                rule.origin,
                state=rule.state,
            )


def _counters(procedure: Procedure) -> Iterator[Finding]:
    """A field that counts is a whole number, counts a step that there is, and is taken by none."""
    for item in procedure.fields:
        if not item.times_of:
            continue
        if item.times_of not in procedure.step_names:
            yield unknown_name("unknown-step", "环节", item.times_of, item.origin, procedure.step_names)
        takers = [step.name for step in procedure.steps if item.name in step.takes]
        if item.type.kind is not Kind.INT or takers:
            yield finding(
                "counter-taken",
                f"{item.name} 由本库计数（times_of），类型应为 int，任何环节都不收取它"
                f"（{'、'.join(takers) or item.type}）",
                f"{item.name} is counted by the library (times_of): it is an int, and no step takes it "
                f"({', '.join(takers) or item.type})",
                item.origin,
                field=item.name,
            )


def _publishing(procedure: Procedure) -> Iterator[Finding]:
    fields = procedure.field_names
    for step in procedure.steps:
        for item in step.publish:
            for name in item.what:
                if name not in fields:
                    yield unknown_name("unknown-field", "字段", name, item.origin, fields)
                elif item.kind is not PublishKind.PERSONAL_NOTICE:
                    yield from _public(step, item, fields[name])
            yield from _consent(step, item, fields)


def _public(step: Step, item: Publish, field: StepField) -> Iterator[Finding]:
    """Whether what all are told may be told to all; a personal value, where the law or the person allows it."""
    if field.privacy is Privacy.PERSONAL:
        if item.ground is None and not item.consent:
            yield finding(
                "named-without-ground",
                f"环节 {step.name} 公布个人信息 {field.name}，但没有写明依据（ground）或本人同意（consent）；"
                "公示栏上只显示遮盖后的值",
                f"step {step.name} publishes {field.name!r}, which is personal, and gives neither a legal ground nor a "
                "field with the person's consent; the board shows it masked",
                item.origin,
                "warning",
                field=field.name,
            )
    elif field.privacy is not Privacy.PUBLIC:
        privacy = field.privacy.value
        yield finding(
            "not-public",
            f"环节 {step.name} 要公布 {field.name}，其隐私类别是 {privacy}；非公开的内容不会上公示栏",
            f"step {step.name} publishes {field.name!r}, which is {privacy}; it will not reach the board",
            item.origin,
            field=field.name,
            privacy=privacy,
        )


def _consent(step: Step, item: Publish, fields: Mapping[str, StepField]) -> Iterator[Finding]:
    if item.consent and item.consent not in fields:
        yield unknown_name("unknown-field", "字段", item.consent, item.origin, fields)
    elif item.consent and fields[item.consent].type.kind is not Kind.BOOL:
        yield finding(
            "consent-no-bool",
            f"环节 {step.name} 的 consent 字段 {item.consent} 不是“是/否”，无法表示本人同意",
            f"the field {item.consent!r} that step {step.name} takes for consent is no yes or no",
            item.origin,
            field=item.consent,
        )


def _transitions(procedure: Procedure) -> Iterator[Finding]:
    """Every transition says which cases it is for, and leads to states that there are."""
    states = procedure.all_states
    for item in procedure.transitions:
        if not item.text and item.before is None:
            yield finding(
                "transition-of-all",
                f"过渡 {item.name} 没有写适用于哪些办件，请写 text（旧文本的哈希）或 before（此日以前立案的）",
                f"the transition {item.name} does not say for which cases it is; give text (the older text's hash) or "
                "before (a day: cases opened earlier)",
                item.origin,
                name=item.name,
            )
        for _, state in item.states:
            if state not in states:
                yield unknown_name("unknown-state", "状态", state, item.origin, states)
        for old, step in item.steps:
            if step not in procedure.step_names:
                yield unknown_name("unknown-step", "环节", step, item.origin, procedure.step_names)
            if old in item.drops:
                yield finding(
                    "renamed-and-dropped",
                    f"过渡 {item.name} 写明旧环节 {old} 改名为 {step}，又写明不再有它，请只保留一处",
                    f"the transition {item.name} renames the older step {old!r} to {step!r} and drops it as well; keep "
                    "one of the two",
                    item.origin,
                    step=old,
                )


def _measures(procedure: Procedure) -> Iterator[Finding]:
    fields = procedure.field_names
    repeats = procedure.repeats
    if repeats is not None and repeats.each and repeats.each not in fields:
        yield unknown_name("unknown-field", "字段", repeats.each, repeats.origin, fields)
    for item in procedure.measures:
        for name in (item.on, item.each):
            if name and name not in fields:
                yield unknown_name("unknown-field", "字段", name, item.origin, fields)
        if item.on in fields and fields[item.on].type.kind is not Kind.DATE:
            yield finding(
                "measured-on-no-date",
                f"统计 {item.name} 按字段 {item.on} 排列，它不是日期",
                f"the measure {item.name} is laid out by the field {item.on!r}, which is no date",
                item.origin,
                field=item.on,
            )
        if item.privacy is Privacy.PUBLIC and item.each in fields and fields[item.each].privacy is not Privacy.PUBLIC:
            yield finding(
                "measure-not-public",
                f"统计 {item.name} 公开，却按 {item.each} 分列，其隐私类别是 {fields[item.each].privacy.value}",
                f"the measure {item.name} is public and told apart by {item.each!r}, which is "
                f"{fields[item.each].privacy.value}",
                item.origin,
                field=item.each,
            )


def _disclosed(procedure: Procedure) -> Iterator[Finding]:
    """The items to disclose are the values of the field ``item``, so that no posting can name another."""
    if not procedure.discloses:
        return
    names = tuple(item.name for item in procedure.discloses)
    item = procedure.field("item")
    if item is None or set(item.type.values) != set(names):
        yield finding(
            "items-differ",
            f"程序 {procedure.name} 的字段 item 应是枚举，各值就是 discloses 列出的：{'、'.join(names)}",
            f"the field item of {procedure.name} is to be an enumeration of what discloses lists: {', '.join(names)}",
            procedure.origin if item is None else item.origin,
            items=", ".join(names),
        )
