"""Taking in a step's data: required, unknown and mistyped fields; nothing is converted but lists to tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from community_core.base.errors import FactError
from community_core.base.findings import Finding, finding
from community_core.instruments.ballot import ABSTAIN, SPOILT
from community_core.procedures.definition import Procedure, Step, StepField
from community_core.procedures.events import Case
from community_core.procedures.withholding import Withheld
from community_core.rules.types import checked


def counted(step: Step) -> frozenset[str]:
    """Return the names of the fields that *step* gives the case by counting what it takes."""
    voted = step.decides.gives if step.decides is not None else frozenset[str]()
    scored = {"rating", "grades", "scored", "unscored"} if step.rates is not None else set()
    return frozenset(voted | scored)


def take_in(
    procedure: Procedure, step: Step, case: Case, data: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the checked values of the step's own fields, in the order of the text, and what is wrong with *data*.

    A field that the case holds already need not be given again, unless the step's guard, day or vote rests on it:
    nobody signs with the answers of another day. A field that the step does not take may be repeated unchanged.
    ``None`` is the same as not given.
    """
    names, fields = step.asks, procedure.field_names
    taken: dict[str, Any] = {}
    found: list[Finding] = []
    for name in names:
        item = fields.get(name)
        if item is None:
            found.append(undeclared(step, name))
            continue
        given = data.get(name)
        # A blank text says nothing: whoever was asked for a title or a reason has not given one.
        if given is None or (type(given) is str and not given.strip()):
            if not item.optional and (name in step.rests_on or case.data.get(name) is None):
                found.append(missing(step, item))
            continue
        # A recorded value that is not to hand stands for itself where a step is gone through again.
        value, wrong = (given, None) if type(given) is Withheld else field_value(item, given)
        if wrong is None and name in procedure.questions:
            wrong = _uncountable(step, item, value)
        if wrong is not None:
            found.append(wrong)
        else:
            taken[name] = value
    for name, given in data.items():
        if name not in names and given is not None:
            item = fields.get(name)
            value = None if item is None else field_value(item, given)[0]
            if value is None or value != case.data.get(name):
                found.append(_not_taken(step, name, names))
    return taken, found


def field_value(item: StepField, given: Any) -> tuple[Any, Finding | None]:
    """Return *given* as the field keeps it (lists as tuples, an unordered one sorted), or why it is none of its."""
    try:
        value = checked(item.name, item.type, given)
        return (tuple(sorted(value)) if item.unordered else value), None
    except FactError as error:
        # The finding names the field and its type and not the value: values may be personal, findings are logged.
        return None, finding(
            "wrong-type",
            f"“{item.label.zh or item.name}”（{item.name}）的值不符合类型 {item.type}，请改正",
            f"the value given for {item.name!r} is no {item.type}; correct it",
            item.origin,
            field=item.name,
            type=type(error).__name__,
        )


def _uncountable(step: Step, item: StepField, options: Any) -> Finding | None:
    """Return why no ballot over *options* could be counted, while those who give them can still correct them."""
    if isinstance(options, Withheld):
        return None
    blank = any(isinstance(option, str) and not option.strip() for option in options)
    if not blank and len(set(options)) == len(options) and not {ABSTAIN, SPOILT} & set(options):
        return None
    return finding(
        "options-unfit",
        f"“{item.label.zh or item.name}”（{item.name}）要付表决：选项不能空白、重复，或叫 {ABSTAIN}、{SPOILT}；请改正",
        f"{item.name!r} is put to the vote: no option may be blank or stand twice, and none may be called {ABSTAIN} or "
        f"{SPOILT}; correct it",
        step.origin,
        field=item.name,
    )


def missing(step: Step, item: StepField) -> Finding:
    """Return the finding that *step* needs a field that was not given."""
    return finding(
        "missing-field",
        f"环节 {step.name} 缺少“{item.label.zh or item.name}”（{item.name}，{item.type}），请补充",
        f"step {step.name} needs {item.name} ({item.type}); give it",
        step.origin,
        field=item.name,
    )


def undeclared(step: Step, name: str) -> Finding:
    """Return the finding that a step takes a field that its procedure does not declare."""
    return finding(
        "undeclared-field",
        f"环节 {step.name} 所需的 {name} 没有在程序中声明，请在 facts 中声明",
        f"step {step.name} takes {name}, which the procedure does not declare; declare it under facts",
        step.origin,
        field=name,
    )


def _not_taken(step: Step, name: str, names: tuple[str, ...]) -> Finding:
    known = "、".join(names) or "（无）"
    return finding(
        "unexpected-field",
        f"环节 {step.name} 不收 {name}；可填：{known}",
        f"step {step.name} does not take {name}; it takes: {', '.join(names) or 'nothing'}",
        step.origin,
        field=name,
    )
