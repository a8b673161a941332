"""Checks what procedures say of each other: the cases that steps need, and those that they open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import PRIVATE, Privacy
from community_core.procedures.arguments import lacks
from community_core.procedures.definition import EffectSpec, Procedure, Step
from community_core.procedures.naming import names_in, unknown_name
from community_core.procedures.step import openings
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.types import Kind

#: A finding, with the procedures that are unavailable for it.
Wrong = tuple[Finding, tuple[str, ...]]

#: Of the effect ``open``, the arguments that are no fields of the new case.
_OWN = frozenset({"procedure", "each", "as"})

#: From the least protected on.
_CLASSES = tuple(Privacy)


def check_links(names: Names, found: Iterable[tuple[str, Procedure]], aliases: Mapping[str, str]) -> Iterator[Wrong]:
    """Yield what is wrong between procedures: *names* are all that are declared, *found* every version that is sound.

    *aliases* say which procedure stands for which. What needs a case of a procedure, state or list that there is not is
    unavailable. Where a follow-up case could not be opened, only that step will be refused: the two may be of different
    places, and each sound by itself.
    """
    known: dict[str, list[Procedure]] = {}
    pairs = list(found)
    for full, version in pairs:
        known.setdefault(full, []).append(version)
    for full, version in pairs:
        for step in version.steps:
            yield from ((wrong, (full,)) for wrong in _needed(full, step, names, aliases, known))
            for spec in (spec for spec in step.effects if spec.kind == "open"):
                text = next((text for name, text in spec.arguments if name == "procedure"), None)
                if text is None:
                    continue
                name = _meant(full, text.text, names, aliases)
                if name is None:
                    yield _unknown(full, "程序", "procedure", text.text, text.origin), ()
                    continue
                said = [list(_opened(step, spec, other)) for other in known.get(name, ())]
                if said and all(said):
                    yield from ((wrong, ()) for wrong in said[-1])
                wider = {wrong: None for other in known.get(name, ()) for wrong in _wider(version, step, spec, other)}
                yield from ((wrong, (full,)) for wrong in wider)


def _meant(full: str, name: str, names: Names, aliases: Mapping[str, str]) -> str | None:
    """The procedure that the text of *full* means by *name*, or what stands for it: one of its own practice first."""
    try:
        found = names.find(f"{full.rpartition('.')[0]}.{name}") or names.find(name)
    except Ambiguous as several:
        left = {aliases.get(each, each) for each in several.names}
        return left.pop() if len(left) == 1 else None
    return None if found is None else aliases.get(found, found)


def _needed(
    full: str, step: Step, names: Names, aliases: Mapping[str, str], known: Mapping[str, Sequence[Procedure]]
) -> Iterator[Finding]:
    for needs in step.needs:
        name = _meant(full, needs.procedure, names, aliases)
        if name is None:
            yield _unknown(full, "程序", "procedure", needs.procedure, needs.origin)
            continue
        others = known.get(name, [])
        states = {state for other in others for state in other.all_states}
        lists = {item.name for other in others for item in other.fields if item.type.kind is Kind.LIST}
        for state in needs.states:
            if others and state not in states:
                yield _unknown(name, "状态", "state", state, needs.origin)
        if others and needs.here and needs.here not in lists:
            yield _unknown(name, "名单字段", "list field", needs.here, needs.origin)


def _opened(step: Step, spec: EffectSpec, other: Procedure) -> Iterator[Finding]:
    """What is wrong with how *step* opens a case of *other*."""
    begins = openings(other)
    if len(begins) != 1:
        listed = [each.name for each in begins]
        yield finding(
            "which-opening",
            f"环节 {step.name} 所开的 {other.name} 要正好有一个立案环节，现有：{'、'.join(listed) or '（无）'}",
            f"step {step.name} opens a case of {other.name}, which is to have one opening step, and has: "
            f"{', '.join(listed) or 'none'}",
            spec.origin,
        )
        return
    (begin,) = begins
    given = {name: text.origin for name, text in spec.arguments if name not in _OWN}
    given |= {text.text: text.origin for name, text in spec.arguments if name == "as"}
    for name, origin in given.items():
        if name not in begin.asks:
            yield unknown_name("unknown-argument", "字段", name, origin, begin.asks)
    for name in begin.asks:
        item = other.field(name)
        if item is not None and name not in given and not (item.optional or item.from_roll in given):
            yield lacks(step, spec, name)


def _wider(procedure: Procedure, step: Step, spec: EffectSpec, other: Procedure) -> Iterator[Finding]:
    """A value stands nowhere less protected than where it was given; what is only told by yes or no is another."""
    said = dict(spec.arguments)
    into = {name: text for name, text in spec.arguments if name not in _OWN}
    if "each" in said and "as" in said:
        into[said["as"].text] = said["each"]
    for name, text in into.items():
        item = other.field(name)
        if item is None or item.type.kind is Kind.BOOL:
            continue
        for field in filter(None, map(procedure.field, sorted(names_in(text)))):
            if field.privacy in PRIVATE and _CLASSES.index(item.privacy) < _CLASSES.index(field.privacy):
                yield finding(
                    "privacy-widened",
                    f"环节 {step.name} 把 {field.privacy.value} 字段 {field.name} 交给所开办件的字段 {name}，"
                    f"后者只是 {item.privacy.value}",
                    f"step {step.name} gives the {field.privacy.value} field {field.name!r} to the field {name!r} of "
                    f"the case that it opens, which is {item.privacy.value} only",
                    text.origin,
                    field=field.name,
                )


def _unknown(where: str, zh: str, en: str, name: str, origin: Origin) -> Finding:
    return finding(
        "unknown-term",
        f"{where}：没有{zh} {name}，写错了或没有采用它的做法",
        f"{where}: there is no {en} {name!r}; it is misspelt, or its practice is not adopted",
        origin,
        name=name,
    )
