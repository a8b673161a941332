"""Behaviour of effects: what a step causes, as records."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from community_core.procedures.definition import EffectSpec
from community_core.procedures.events import Appoint, EndAppointment, OpenCase, Remind
from community_core.procedures.step import Refusal, take
from community_core.rules.terms import Expression

DAY = dt.date(2006, 5, 8)


def spec(kind, **arguments):
    """An effect with its arguments as texts."""
    return EffectSpec(kind, tuple((name, Expression(text)) for name, text in arguments.items()))


@pytest.fixture
def caused(hearing):
    """Take the first step of a hearing with the given effects."""

    def caused(*specs, functions=None):
        first, *rest = hearing.HEARING.steps
        procedure = evolve(hearing.HEARING, steps=(evolve(first, effects=specs), *rest))
        name, data, actor, post, day = hearing.RUN[0]
        given = {"actor": actor, "post": post, "day": day, "evaluate": hearing.evaluator()}
        result = take(procedure, hearing.new_case(), name, data, functions=functions, **given)
        return [item.code for item in result.findings] if isinstance(result, Refusal) else result.effects

    return caused


def test_arguments_are_fields_or_expressions(caused):
    """A field's name gives its value, an expression its result; names of procedures and posts stand as written."""
    assert caused(spec("open", procedure="follow_up", about="title", when="date('2006-06-01')")) == (
        OpenCase("follow_up", (("about", "305 大院空地"), ("when", dt.date(2006, 6, 1)))),
    )
    assert caused(spec("remind", what="committee.chair", text="请办理")) == (Remind("committee.chair", "请办理"),)


def test_a_list_of_people_is_appointed_one_by_one(caused):
    """Each member of a list field gets an appointment, from the day of the step, in the place of the case."""
    assert caused(spec("appoint", what="hearing.convener", person="options")) == (
        Appoint("build", "hearing.convener", "wenyi", DAY),
        Appoint("green", "hearing.convener", "wenyi", DAY),
    )


def test_an_appointment_ends_with_a_reason(caused):
    """An effect ends an appointment on the day of the step."""
    assert caused(spec("end_appointment", post="committee.member", person="title", reason="'撤换'")) == (
        EndAppointment("305 大院空地", "committee.member", "wenyi", DAY, "撤换"),
    )


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        (spec("open"), "effect-argument"),
        (spec("remind"), "effect-argument"),
        (spec("appoint", what="committee.chair"), "effect-argument"),
        (spec("appoint", person="title"), "effect-argument"),
        (spec("dismiss", what="x"), "unknown-effect"),
        (spec("open", procedure="follow_up", about="why"), "effect-unknown"),
        (spec("open", procedure="follow_up", about="no_such_name"), "unknown-name"),
    ],
)
def test_an_effect_that_cannot_be_made_refuses_the_step(caused, effect, code):
    """What is missing, unknown or not an effect stops the step before anything is recorded."""
    assert caused(effect) == [code]


def test_a_plugins_effect_is_a_function_to_records(caused):
    """A plugin's function gets the case as the step leaves it and returns the core's own records."""

    def summon(case, day, given):
        return [Remind(given["post"], f"{case.data['title']} {day}")]

    effect = spec("summon", post="committee.member")
    assert caused(effect, functions={"summon": summon}) == (Remind("committee.member", "305 大院空地 2006-05-08"),)


def test_a_plugins_effect_that_fails_refuses_the_step_and_is_named(caused):
    """A function that raises, or gives no effect records, stops the step; the finding names it and no value."""

    def broken(case, day, given):
        raise ValueError(case.data["title"])

    for function in (broken, lambda *_: ["305"]):
        assert caused(spec("summon"), functions={"summon": function}) == ["effect-failed"]
