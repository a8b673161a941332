"""What a step publishes and causes: published items and effect records; nothing is applied here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from community_core.base.days import Span
from community_core.base.findings import Finding, finding
from community_core.base.ids import is_name
from community_core.base.money import Money
from community_core.instruments.ledger import FEN, Entry
from community_core.procedures.arguments import lacks, misfit
from community_core.procedures.definition import EffectSpec, Publish, Step
from community_core.procedures.events import (
    REDRAWINGS,
    Appoint,
    Case,
    Effect,
    EndAppointment,
    Enter,
    OpenCase,
    PublishedItem,
    Redraw,
    Remind,
)
from community_core.procedures.reading import Reading, unknown
from community_core.procedures.sound import unsound

#: A plugin's effect: from the case as the step leaves it, the day and the arguments to the core's own records.
EffectFunction = Callable[[Case, dt.date, Mapping[str, Any]], Iterable[Effect]]

#: Arguments that are names as written and never expressions: of some effects their own, and of every other.
_LITERAL_OF = {
    "open": frozenset({"procedure", "each", "as"}),
    "redraw": frozenset({"what", "into", "areas", "areas_to", "names"}),
}
_LITERAL = frozenset({"procedure", "what", "post", "text"})
KINDS = ("open", "appoint", "end_appointment", "remind", "enter", "redraw")


def is_literal(kind: str, argument: str) -> bool:
    """Whether *argument* of an effect of that *kind* is a name as written; all others are expressions."""
    return argument in _LITERAL_OF.get(kind, _LITERAL)


def publications(reading: Reading, items: Iterable[Publish]) -> tuple[tuple[PublishedItem, ...], list[Finding]]:
    """Return what is published from the reading's day on; ``until`` is the last day of the period."""
    published: list[PublishedItem] = []
    found: list[Finding] = []
    for item in items:
        until = None
        if item.period is not None:
            end = reading.end_of(item.period, reading.day)
            if isinstance(end, Finding):
                found.append(end)
                continue
            until = end
        published.append(PublishedItem(item.kind, item.what, item.to, reading.day, until, item.ground, item.consent))
    return tuple(published), found


def effects(
    reading: Reading, step: Step, functions: Mapping[str, EffectFunction] | None = None
) -> tuple[tuple[Effect, ...], list[Finding]]:
    """Return the effect records of *step* with their arguments read, or why they cannot be read."""
    records: list[Effect] = []
    found: list[Finding] = []
    for spec in step.effects:
        arguments, wrong = _arguments(reading, spec)
        if not wrong:
            made = _records(reading, step, spec, arguments, functions or {})
            if isinstance(made, Finding):
                wrong = [made]
            else:
                wrong = [misfit(step, spec, name) for item in made for name in unsound(item)]
                records += made
        found += wrong
    return tuple(records), found


def unset_consequences(reading: Reading, step: Step) -> list[Finding]:
    """Return what is not known yet of the periods for which *step* publishes, and of what it causes."""
    found = publications(reading, step.publish)[1]
    return found + [wrong for spec in step.effects for wrong in _arguments(reading, spec)[1]]


def _arguments(reading: Reading, spec: EffectSpec) -> tuple[dict[str, Any], list[Finding]]:
    arguments: dict[str, Any] = {}
    found: list[Finding] = []
    for name, expression in spec.arguments:
        if is_literal(spec.kind, name):
            arguments[name] = expression.text
            continue
        text = expression.text
        if is_name(text) and text in reading.procedure.field_names and reading.values.get(text) is not None:
            arguments[name] = reading.values[text]
            continue
        read = reading.value(expression)
        if read.value is None:
            found.append(
                unknown(expression, read, "effect-unknown", f"{spec.kind} 的 {name}", f"{name} of {spec.kind}")
            )
        else:
            arguments[name] = read.value
    return arguments, found


def _records(
    reading: Reading,
    step: Step,
    spec: EffectSpec,
    given: Mapping[str, Any],
    functions: Mapping[str, EffectFunction],
) -> list[Effect] | Finding:
    case, day = reading.case, reading.day
    function = functions.get(spec.kind)
    if function is not None:
        return _run(function, spec, evolve(case, data=dict(reading.values)), day, given)
    rest = dict(given)
    if spec.kind == "open":
        procedure = rest.pop("procedure", "")
        return _opened(reading, step, spec, procedure, rest) if procedure else lacks(step, spec, "procedure")
    if spec.kind == "enter":
        return _entered(reading, step, spec, rest)
    if spec.kind == "redraw":
        return _redrawn(reading, step, spec, rest)
    post = rest.get("post_of") or rest.get("post") or rest.get("what") or ""
    if spec.kind == "remind":
        return [Remind(post, rest.get("text") or step.because.zh or step.name)] if post else lacks(step, spec, "post")
    if spec.kind not in KINDS:
        return finding(
            "unknown-effect",
            f"没有名为 {spec.kind} 的效果；内置的有 {'、'.join(KINDS)}",
            f"there is no effect {spec.kind!r}; the built-in ones are {', '.join(KINDS)}",
            spec.origin,
            effect=spec.kind,
        )
    people = rest.get("person")
    if not post or people is None:
        return lacks(step, spec, "post" if people is not None else "person")
    made: list[Effect] = []
    for person in people if isinstance(people, tuple) else (people,):
        place = rest.get("place", case.place)
        if spec.kind == "appoint":
            made.append(Appoint(person, post, place, rest.get("since", day), rest.get("until")))
        else:
            made.append(EndAppointment(person, post, place, rest.get("day", day), str(rest.get("reason", step.name))))
    return made


def _entered(reading: Reading, step: Step, spec: EffectSpec, given: Mapping[str, Any]) -> list[Effect] | Finding:
    """One entry of a ledger; where an account is not named, it is that of the case's place."""
    amount, place = given.get("amount"), reading.case.place
    if amount is None:
        return lacks(step, spec, "amount")
    money = isinstance(amount, Money)
    if not money and "unit" not in given:
        return lacks(step, spec, "unit")
    try:
        entry = Entry(
            given.get("what", ""),
            reading.day,
            str(given.get("from", place)),
            str(given.get("to", place)),
            amount.fen if isinstance(amount, Money) else amount,
            FEN if money else str(given["unit"]),
            given.get("more_than", False),
            str(given.get("purpose", "")),
            Span(given.get("since"), given.get("until")),
            place,
        )
    except ValueError:
        return finding(
            "no-entry",
            f"环节 {step.name} 的效果 enter 不能入账：数额要大于零，两个账户要不同",
            f"the effect enter of step {step.name} is no entry: the amount is above zero and the accounts are two",
            spec.origin,
            effect=spec.kind,
        )
    return [Enter(entry)]


def _redrawn(reading: Reading, step: Step, spec: EffectSpec, given: Mapping[str, Any]) -> list[Effect] | Finding:
    """One redrawing for each community that areas go to; the case's own place is none of them.

    Arguments but the place and the day name fields, which may be unknown: a merger names no areas.
    """

    def listed(argument: str) -> tuple[str, ...]:
        value = reading.values.get(given.get(argument, ""))
        return value if isinstance(value, tuple) else () if value is None else (value,)

    said = given.get("what", "")
    action = said if said in REDRAWINGS else reading.values.get(said)
    place, day = given.get("place", reading.case.place), given.get("day", reading.day)
    into, areas, areas_to, names = (listed(name) for name in ("into", "areas", "areas_to", "names"))
    others = [other for other in into if other != place]
    if not action or not others:
        return lacks(step, spec, "into" if action else "action")
    if (len(others) > 1 or areas_to) and (len(areas_to) != len(areas) or not {*others} >= {*areas_to} - {place}):
        return lacks(step, spec, "areas_to")
    called = dict(zip(others, names, strict=False))
    made: list[Effect] = []
    for other in others:
        own = tuple(area for area, to in zip(areas, areas_to, strict=True) if to == other) if areas_to else areas
        made.append(Redraw(action, place, other, day, own, called.get(other, "")))
    return made


def _opened(
    reading: Reading, step: Step, spec: EffectSpec, procedure: str, rest: dict[str, Any]
) -> list[Effect] | Finding:
    """One follow-up case, or one for each member of the list field ``each``, which it is given as the field ``as``."""
    each, given_as = rest.pop("each", ""), rest.pop("as", "")
    if not each:
        return [OpenCase(procedure, tuple(rest.items()))]
    members = reading.values.get(each)
    if members is None or not given_as:
        return lacks(step, spec, each if given_as else "as")
    return [OpenCase(procedure, ((given_as, member), *rest.items())) for member in members]


def _run(
    function: EffectFunction, spec: EffectSpec, case: Case, day: dt.date, given: Mapping[str, Any]
) -> list[Effect] | Finding:
    try:
        made: list[Any] = list(function(case, day, given))
    except Exception as error:  # noqa: BLE001 - a plugin's function is somebody else's code; it is named and refused
        # The kind of the error only: what it says may hold personal values.
        said = type(error).__name__
    else:
        strange = [type(item).__name__ for item in made if not isinstance(item, Effect)]
        strange += [
            f"{type(item).__name__}.{name}" for item in made if isinstance(item, Effect) for name in unsound(item)
        ]
        if not strange:
            return made
        said = ", ".join(strange)
    return finding(
        "effect-failed",
        f"效果 {spec.kind} 的函数出错或返回了别的东西（{said}），请告知其插件的作者",
        f"the function of the effect {spec.kind!r} failed or gave something else ({said}); tell the plugin's author",
        spec.origin,
        effect=spec.kind,
    )
