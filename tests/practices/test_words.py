"""What readers see of the shipped practices is said in words: no identifier of a value, unit or kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community_core.base.labels import Label
from community_core.declarations.practice import Practice
from community_core.jurisdiction import gather
from community_core.pages.words import BALLOTS, EFFECTS
from community_core.procedures.consequences import KINDS
from community_core.rules.naming import values_of
from community_core.rules.type_words import SUBJECTS, UNITS
from community_core.rules.types import Kind, ValueType

OFFERED = gather()
CORE = [practice for practice in OFFERED.practices if practice.name.startswith(("core.", "national."))]
Typed = tuple[str, ValueType, tuple[tuple[str, Label], ...]]


def typed(practice: Practice) -> Iterator[Typed]:
    """Yield all that has a type: facts, parameters, outputs and fields, with the labels of its values."""
    yield from ((item.name, item.type, item.labels) for item in (*practice.facts, *practice.parameters))
    for decision in practice.decisions:
        yield from ((decision.name, output.type, output.labels) for output in decision.outputs)
    for procedure in practice.procedures:
        yield from ((f"{procedure.name}.{item.name}", item.type, item.labels) for item in procedure.fields)


def alike(practice: Practice, kind: ValueType) -> dict[str, Label]:
    """Return what terms of the same enumeration in the practice and in the core call its values."""
    found: dict[str, Label] = {**BALLOTS, **{service.name: service.label for service in practice.services}}
    for other in (*CORE, practice):
        for _, of, labels in typed(other):
            if values_of(of) == values_of(kind):
                found.update(labels)
    return found


@pytest.mark.parametrize("practice", OFFERED.practices, ids=lambda practice: practice.name)
def test_every_value_of_an_enumeration_has_a_label_in_both_languages(practice):
    """Each value of a fact, a parameter, an output and a field is called something, by itself or one of its kind."""
    bare = []
    for name, kind, own in typed(practice):
        labels = {**alike(practice, kind), **dict(own)} if values_of(kind) else {}
        bare += [f"{name}: {value}" for value in values_of(kind) if not (value in labels and labels[value].en)]
    assert bare == []


def within(kind: ValueType | None) -> Iterator[ValueType]:
    """Yield a type and the types of its members."""
    while kind is not None:
        yield kind
        kind = kind.of


@pytest.mark.parametrize("practice", OFFERED.practices, ids=lambda practice: practice.name)
def test_every_unit_subject_and_effect_has_words(practice):
    """No unit, kind of subject, member or reference, and no kind of effect is printed as it is written in a text."""
    kinds = [item for _, kind, _ in typed(practice) for item in within(kind)]
    steps = [step for procedure in practice.procedures for step in procedure.steps]
    subjects = {item.of for item in (*practice.facts, *practice.decisions)}
    subjects |= {procedure.about for procedure in practice.procedures}
    subjects |= {recipient for service in practice.services for recipient in service.recipients}
    subjects |= {item.refers_to for item in kinds} | {item.unit for item in kinds if item.kind is Kind.MEMBERS}
    effects = {effect.kind for step in steps for effect in step.effects}
    added = {effect.name for effect in OFFERED.effects if effect.label.zh and effect.label.en}
    assert {item.unit for item in kinds if item.kind is Kind.INT} - {"", *UNITS} == set()
    assert subjects - {"", *SUBJECTS} == set()
    assert effects - {*EFFECTS, *added} == set()


def test_every_effect_of_the_library_has_words():
    """The words of effects are those of all kinds that the library carries out."""
    assert set(EFFECTS) == set(KINDS)
