"""Behaviour of effects: what a step causes, as records."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from community_core.base.days import Span
from community_core.instruments.ledger import Entry
from community_core.procedures.definition import EffectSpec
from community_core.procedures.events import Appoint, EndAppointment, Enter, OpenCase, Redraw, Remind
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


@pytest.mark.parametrize(
    "record",
    [
        Appoint("li", "committee.member", "wenyi", "2006-05-08"),
        Appoint("li", "committee.member", "wenyi", dt.datetime(2006, 5, 8)),  # noqa: DTZ001 - a moment is no day
        Appoint(7, "committee.member", "wenyi", DAY),
        Appoint(" ", "committee.member", "wenyi", DAY),
        EndAppointment("li", "committee.member", "wenyi", None, "x"),
        Remind(None, "x"),
        OpenCase("follow_up", {"about": "x"}),
        Redraw("cut", "wenyi", "binhe", DAY),
        Redraw("move", "wenyi", "binhe", DAY, areas=(7,)),
        Enter(Entry("gifts", DAY, "a", "b", 5, more_than=1)),
        Enter(Entry("gifts", DAY, "a", "b", 5, period=Span("2006-05-08"))),
    ],
    ids=lambda record: type(record).__name__,
)
def test_a_record_that_no_register_can_keep_refuses_the_step(caused, record):
    """A plugin's record with a text for a day, a number for a person or nothing at all is named as its author's."""
    assert caused(spec("summon"), functions={"summon": lambda *_: [record]}) == ["effect-failed"]


def test_an_argument_of_another_type_refuses_the_step(caused):
    """What a text of rules cannot say any more, and Python still can, is a finding and no broken step."""
    assert caused(spec("appoint", what="committee.member", person="options", since="5")) == ["effect-argument"] * 2
    assert caused(spec("appoint", what="committee.member", person="5")) == ["effect-argument"]
