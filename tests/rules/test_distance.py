"""Places in the plane and references to other subjects: what may be said of them, and exactly."""

from __future__ import annotations

import datetime as dt
from math import isqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base import FactError
from community_core.rules import (
    BOOL,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Output,
    Row,
)
from community_core.rules.analysis import analyse
from community_core.rules.types import TYPE_NAMES
from community_core.rules.vocabulary import distance

DAY = dt.date(2006, 5, 1)
POSITION, REFERENCE = TYPE_NAMES["position"], TYPE_NAMES["reference"]
FACTS = (
    Fact("here", POSITION),
    Fact("there", POSITION),
    Fact("payee", REFERENCE.in_unit("body")),
    Fact("done_by", REFERENCE.in_unit("body")),
    Fact("chair", REFERENCE.in_unit("resident")),
)
PLACES = st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))


def engine_of(when: str) -> Engine:
    row = Row(when, (("", Expression("true")),))
    otherwise = Row("true", (("", Expression("false")),))
    table = DecisionTable("t", (Output("", BOOL),), (row,), otherwise=otherwise)
    return Engine(facts=FACTS, decisions={"x.t": table})


def value(when: str, **facts: Any) -> Any:
    engine = engine_of(when)
    assert engine.findings == ()
    return engine.decide("t", facts, on=DAY).outcome


@given(PLACES, PLACES, st.integers(0, 10**7))
def test_a_distance_is_compared_exactly(here: tuple[int, int], there: tuple[int, int], radius: int):
    """At most so many metres means that of the squares, without any rounding; the way back is as long."""
    square = (here[0] - there[0]) ** 2 + (here[1] - there[1]) ** 2
    assert (distance(here, there) <= radius) == (square <= radius**2)
    assert distance(here, there) == distance(there, here)
    assert isqrt(square) <= distance(here, there) <= isqrt(square) + 1


def test_a_radius_holds_to_the_metre():
    """A home on the circle is within, one a metre further out is not, and one whose place is unknown is neither."""
    within = "distance(here, there) <= metres(2000)"
    assert value(within, here=[1200, 1600], there=[0, 0]) is True
    assert value(within, here=[1201, 1600], there=[0, 0]) is False
    assert value(within, here=[1200, 1600]) is None


@pytest.mark.parametrize("given_place", [[1], [1, 2, 3], [1.5, 2.0], "1,2", [True, 2]])
def test_a_place_is_two_whole_numbers(given_place: Any):
    """Anything else is refused with its name, and no decimals come in."""
    with pytest.raises(FactError, match="here"):
        engine_of("distance(here, there) <= metres(10)").decide("t", {"here": given_place}, on=DAY)


def test_references_are_the_same_or_not():
    """Two references to one kind of subject compare by equality, also with a text that is written out."""
    assert value("payee == done_by", payee="a", done_by="a") is True
    assert value("payee != done_by", payee="a", done_by="b") is True
    assert value("payee == 'a'", payee="a") is True
    assert value("payee == done_by", payee="a") is None


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("payee == chair", "unit-mismatch"),
        ("payee < done_by", "type-mismatch"),
        ("payee == here", "type-mismatch"),
        ("distance(here, payee) < metres(10)", "type-mismatch"),
        ("distance(here) < metres(10)", "type-mismatch"),
        ("distance(here, there) < days(10)", "unit-mismatch"),
    ],
)
def test_what_cannot_be_said_of_places_and_references(when: str, code: str):
    """A reference to a body is none to a resident, has no order and is no place; a distance is in metres."""
    assert [found.code for found in engine_of(when).findings] == [code]


def test_the_analysis_knows_both_sides_of_a_radius():
    """A row about a distance is neither always true nor never; one that no place can satisfy is called so."""
    assert analyse(engine_of("distance(here, there) <= metres(2000)"), DAY) == ()
    codes = [found.code for found in analyse(engine_of("distance(here, there) < metres(0)"), DAY)]
    assert codes == ["unreachable-row"]
