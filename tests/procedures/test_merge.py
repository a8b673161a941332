"""Behaviour of `extends`: a procedure put together with the one it builds on."""

from __future__ import annotations

from attrs import evolve

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.ranks import Privacy, Standing
from community_core.procedures.check import check_procedure
from community_core.procedures.definition import EndKind, Late, LateAction, Procedure, Step, StepField
from community_core.procedures.merge import merge
from community_core.rules.terms import Expression
from community_core.rules.types import TEXT

OWN = Procedure(
    "hearing",
    extends="demo.hearing.hearing",
    title=Label("沈河听证"),
    cite=Citation("沈河", "听证"),
    fields=(StepField("plan", TEXT, Privacy.PUBLIC),),
    steps=(
        Step("withdraw", ("subdistrict.officer",), source=("proposed",), to="withdrawn"),
        Step("refuse", ("committee.chair",), source=("proposed",), to="refused", takes=("plan",)),
    ),
    ends=(("refused", EndKind.REFUSED),),
    late=(Late("announced", Expression("days(90)"), LateAction.LAPSE, "lapsed"),),
)


def test_an_extension_replaces_what_it_names_and_keeps_the_rest(hearing):
    """Steps, fields, ends and late rules of one name are replaced where they stood; new ones come last."""
    merged = merge(hearing.HEARING, OWN)
    names = [step.name for step in hearing.HEARING.steps]
    assert [step.name for step in merged.steps] == [*names, "refuse"]
    assert merged.step("withdraw").by == ("subdistrict.officer",)
    assert merged.field("title") == hearing.HEARING.field("title")
    assert merged.field("plan") is not None
    assert merged.end("refused") is EndKind.REFUSED
    assert [(rule.state, rule.period.text) for rule in merged.late] == [
        ("proposed", "reminder_period"),
        ("announced", "days(90)"),
    ]
    assert (merged.title.zh, merged.force, merged.extends) == ("沈河听证", "binds", "")
    assert check_procedure(merged) == ()


def test_a_step_taken_over_keeps_its_own_document(hearing):
    """What comes from the base is cited from the base, and has its standing."""
    merged = merge(hearing.HEARING, OWN)
    assert merged.step("announce").cite == hearing.CITE
    assert merged.step("announce").standing is Standing.EXAMPLE
    assert merged.step("refuse").cite is None


def test_extending_with_nothing_changes_nothing_but_the_name(hearing):
    """An empty extension runs exactly as its base."""
    merged = merge(hearing.HEARING, Procedure("other", ()))
    assert [step.name for step in merged.steps] == [step.name for step in hearing.HEARING.steps]
    assert (merged.name, merged.fields, merged.late) == ("other", hearing.HEARING.fields, hearing.HEARING.late)


def test_labels_of_posts_are_taken_over_and_one_s_own_win(hearing):
    """Of both labels those stay whose post the whole names, the extension's where both have one, sorted by post."""
    base = evolve(
        hearing.HEARING, posts=(("committee.chair", Label("甲")), ("resident", Label("乙")), ("nobody", Label("丙")))
    )
    merged = merge(
        base, evolve(OWN, posts=(("committee.chair", Label("主任")), ("subdistrict.officer", Label("科员"))))
    )
    assert merged.posts == (
        ("committee.chair", Label("主任")),
        ("resident", Label("乙")),
        ("subdistrict.officer", Label("科员")),
    )
