"""Behaviour of the static checks, one fault at a time."""

from __future__ import annotations

import pytest
from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.findings import Origin
from community_core.base.ranks import Privacy
from community_core.procedures.check import check_procedure
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.definition import (
    EffectSpec,
    EndKind,
    Late,
    LateAction,
    Publish,
    PublishKind,
    Step,
    Waiting,
)
from community_core.rules.terms import Expression

E = Expression
HERE = Origin("hearing.yaml", 12, 3)


def with_step(procedure, name, **changes):
    """The procedure with one step changed, or added where there is none of that name."""
    if procedure.step(name) is None:
        return evolve(procedure, steps=(*procedure.steps, Step(name, **{"by": ("resident",), **changes})))
    steps = tuple(evolve(step, **changes) if step.name == name else step for step in procedure.steps)
    return evolve(procedure, steps=steps)


def test_the_courtyard_hearing_is_sound(hearing):
    """The example procedures give no finding."""
    assert check_procedure(hearing.HEARING) == ()
    assert check_procedure(hearing.FOLLOW_UP) == ()


FAULTS = {
    "nobody may take a step": (lambda p: with_step(p, "announce", by=()), ["nobody-may"]),
    "a state that nothing leads to": (
        lambda p: with_step(p, "appeal", source=("appealed",), to="concluded"),
        ["unknown-state"],
    ),
    "a state that cannot be reached": (
        lambda p: with_step(with_step(p, "a", source=("b",), to="c"), "d", source=("c",), to="b"),
        ["unreachable-state", "no-way-to-an-end", "unreachable-state", "no-way-to-an-end"],
    ),
    "a state without an end": (
        lambda p: with_step(p, "adjourn", source=("in_session",), to="adjourned"),
        ["no-way-to-an-end"],
    ),
    "a step after an end": (lambda p: with_step(p, "reopen", source=("lapsed",), to="proposed"), ["step-after-end"]),
    "an end that is no state": (
        lambda p: evolve(p, ends=(*p.ends, ("refused", EndKind.REFUSED))),
        ["unknown-state"],
    ),
    "a field that is not declared": (lambda p: with_step(p, "convene", takes=("present", "room")), ["unknown-field"]),
    "an earlier step that does not exist": (
        lambda p: with_step(p, "convene", not_by=("proposal",), not_before=Waiting("notice", E("days(1)"))),
        ["unknown-step", "unknown-step"],
    ),
    "held on what is no date": (lambda p: with_step(p, "convene", held="venue"), ["held-no-date"]),
    "a vote among nobody known": (
        lambda p: with_step(p, "conclude", decides=CollectiveDecision("options", "voters", E("plurality"))),
        ["unknown-field"],
    ),
    "a late rule of no state": (
        lambda p: evolve(
            p,
            late=(
                *p.late,
                Late("noticed", E("days(1)"), LateAction.REMIND, "committee.chair"),
            ),
        ),
        ["unknown-state"],
    ),
    "an opening to nowhere": (lambda p: with_step(p, "ask"), ["opening-without-state"]),
    "a field with a name of the library's own": (
        lambda p: evolve(p, fields=(*p.fields, evolve(p.fields[0], name="day"))),
        ["never-collected", "reserved-field"],
    ),
    "a field twice": (lambda p: evolve(p, fields=(*p.fields, p.fields[-1])), ["duplicate-field"]),
    "a lapse to nowhere": (
        lambda p: evolve(p, late=(*p.late, Late("proposed", E("days(1)"), LateAction.LAPSE))),
        ["lapse-without-state"],
    ),
    "a personal field published": (
        lambda p: with_step(p, "convene", publish=(Publish(PublishKind.ANNOUNCEMENT, ("present",)),)),
        ["named-without-ground"],
    ),
    "a personal field published where the law names people": (
        lambda p: with_step(
            p,
            "convene",
            publish=(Publish(PublishKind.ANNOUNCEMENT, ("present",), ground=Citation("某法", article="9")),),
        ),
        [],
    ),
    "consent that is no yes or no": (
        lambda p: with_step(p, "convene", publish=(Publish(PublishKind.ANNOUNCEMENT, ("present",), consent="title"),)),
        ["consent-no-bool"],
    ),
    "consent in an unknown field": (
        lambda p: with_step(p, "convene", publish=(Publish(PublishKind.ANNOUNCEMENT, ("present",), consent="crowd"),)),
        ["unknown-field"],
    ),
    "a sensitive field published, even with a ground": (
        lambda p: evolve(
            with_step(
                p, "convene", publish=(Publish(PublishKind.ANNOUNCEMENT, ("present",), ground=Citation("某法")),)
            ),
            fields=tuple(
                evolve(field, privacy=Privacy.SENSITIVE) if field.name == "present" else field for field in p.fields
            ),
        ),
        ["not-public"],
    ),
    "an unknown field published": (
        lambda p: with_step(p, "convene", publish=(Publish(PublishKind.ANNOUNCEMENT, ("crowd",)),)),
        ["unknown-field"],
    ),
    "a guard over what comes later": (
        lambda p: with_step(p, "check_competence", when=E("count(present) > 3")),
        ["never-collected"],
    ),
    "a published field that comes later": (
        lambda p: with_step(p, "announce", publish=(Publish(PublishKind.ANNOUNCEMENT, ("reasons",)),)),
        ["never-collected"],
    ),
    "an effect that does not exist": (
        lambda p: with_step(p, "convene", effects=(EffectSpec("summon"),)),
        ["unknown-effect"],
    ),
    "an effect that opens nothing": (
        lambda p: with_step(p, "convene", effects=(EffectSpec("open"),)),
        ["effect-argument"],
    ),
    "a step with a name of the library's own": (
        lambda p: with_step(p, "late", source=("proposed",)),
        ["reserved-step"],
    ),
    "a step twice": (lambda p: evolve(p, steps=(*p.steps, p.steps[-1])), ["duplicate-step"]),
    "no way to begin": (
        lambda p: with_step(p, "propose", source=("drafted",)),
        ["no-opening", *["unreachable-state"] * 8, "unknown-state"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_a_finding_that_points_at_it(hearing, name):
    """One fault in a sound procedure gives its findings, in both languages and at the place of the text."""
    break_it, expected = FAULTS[name]
    procedure = break_it(hearing.HEARING)
    procedure = evolve(procedure, steps=tuple(evolve(step, origin=HERE) for step in procedure.steps), origin=HERE)
    found = check_procedure(procedure)
    assert sorted(item.code for item in found) == sorted(expected)
    assert all(item.message.zh and item.message.en for item in found)
    assert {item.line for item in found} <= {12, 0}


def test_a_personal_notice_may_tell_what_is_not_public(hearing):
    """What is told to the person concerned alone need not be public."""
    procedure = with_step(
        hearing.HEARING, "speak", publish=(Publish(PublishKind.PERSONAL_NOTICE, ("position",), "proposer"),)
    )
    assert check_procedure(procedure) == ()


def test_a_plugins_effect_is_known_by_its_name(hearing):
    """An effect that a plugin adds is no finding."""
    procedure = with_step(hearing.HEARING, "speak", effects=(EffectSpec("summon"),))
    assert check_procedure(procedure, effects=["summon"]) == ()
