"""Every declaration, event and record is written as canonical text and read back equal."""

import collections.abc
import datetime as dt
import json
import types
import typing
from enum import Enum
from fractions import Fraction

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community_core.base import Citation, Label, Money, Origin, Span
from community_core.codec import canonical, digest, from_plain, is_missing, parse, to_plain
from community_core.declarations.practice import District, Practice
from community_core.declarations.terms import Claim, Terms
from community_core.instruments.ledger import Entry
from community_core.ports.store import Posting, StoredCase, StoredEvent
from community_core.procedures.definition import Procedure
from community_core.procedures.events import Case, Effect, Event
from community_core.rules.terms import Expression, Function, PythonDecision
from community_core.rules.types import INT, TEXT, ValueType, enum_of, list_of

TEXTS = st.text(max_size=6)
ELSEWHERE = Origin("elsewhere-file.yaml", 7, 3, "elsewhere-plugin")
EXPRESSIONS = ("true", "age < elder_age or not lives_alone", "means in (dibao, low)", "list_price[service] * 2", "1 +")
VALUES = st.recursive(
    st.booleans() | st.integers() | TEXTS | st.dates() | st.builds(Money, st.integers()) | st.fractions(),
    lambda members: st.lists(members, max_size=3).map(tuple),
    max_leaves=4,
)


def _span(days):
    first, last = days
    return Span(first, last) if first < last else Span(first)


MADE = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    dt.date: st.dates(),
    dt.datetime: st.datetimes(timezones=st.just(dt.UTC)),
    typing.Any: VALUES,
    Label: st.just(Label()) | st.builds(Label, st.text(min_size=1, max_size=4), TEXTS),
    Span: st.just(Span()) | st.tuples(st.dates(), st.dates()).map(_span),
    Money: st.builds(Money, st.integers()),
    Fraction: st.fractions(),
    Expression: st.sampled_from(EXPRESSIONS).map(lambda text: Expression(text, ELSEWHERE, ((1, 1),))),
    ValueType: st.sampled_from((INT, TEXT, INT.in_unit("year"), enum_of("a", "b"), list_of(enum_of("a"), 2))),
    Origin: st.just(ELSEWHERE),
    Entry: st.builds(
        Entry,
        TEXTS.map("ledger {}".format),
        st.dates(),
        TEXTS.map("from {}".format),
        TEXTS.map("to {}".format),
        st.integers(min_value=1),
        more_than=st.booleans(),
        purpose=TEXTS,
    ),
}


def decide(**_values):
    """Stand for a decision's function."""
    return 1


def made(kind):
    """Return a strategy for values of a declared type, by the type alone; new fields are covered too."""
    if kind in MADE:
        return MADE[kind]
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if parts[1:] == (Ellipsis,):
            # One declaration in each place: two in each would be thousands in a practice.
            return st.lists(made(parts[0]), max_size=1 if attrs.has(parts[0]) else 2).map(tuple)
        return st.tuples(*(made(part) for part in parts))
    if origin is collections.abc.Mapping:
        return st.dictionaries(made(parts[0]), made(parts[1]), max_size=2)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(made(part) for part in parts))
    if kind is type(None):
        return st.none()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    attrs.resolve_types(kind)
    given_fields = {}
    for item in attrs.fields(kind):
        if not item.init:
            continue
        if item.name == "function":
            given_fields["function"] = st.just(decide)
        elif item.eq is not False or item.type is Origin:
            given_fields[item.name] = made(item.type)
    MADE[kind] = st.builds(kind, **given_fields)
    return MADE[kind]


RECORDS = [
    Practice,
    District,
    Terms,
    Claim,
    Procedure,
    Event,
    Case,
    Posting,
    StoredCase,
    StoredEvent,
    Citation,
    Function,
]


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_class_round_trips(cls, data):
    """A declaration or record that is written and read again is equal, and has the same text and hash."""
    item = data.draw(made(cls))
    text = canonical(item)
    back = parse(cls, text)
    assert back == item
    assert canonical(back) == text
    assert digest(back) == digest(item) == digest(text)


@settings(max_examples=60, deadline=None)
@given(effect=made(Effect))
def test_effects_round_trip_by_their_tag(effect):
    """An effect record says which of the closed union it is, and is read back as that."""
    back = from_plain(Effect, json.loads(canonical(effect)))
    assert type(back) is type(effect)
    assert back == effect


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(practice=made(Practice))
def test_places_never_enter_the_text(practice):
    """Where something was written is no part of it: origins and findings leave neither key nor value in the text."""
    text = canonical(practice)
    for trace in ("elsewhere", '"origin"', '"places"', '"findings"', '"broken"', '"function"'):
        assert trace not in text


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(practice=made(Practice), seed=st.randoms())
def test_the_order_of_keys_makes_no_difference(practice, seed):
    """Reading a text with its keys in any order gives the same declaration and the same hash."""

    def shuffled(data):
        if isinstance(data, dict):
            pairs = [(key, shuffled(value)) for key, value in data.items()]
            seed.shuffle(pairs)
            return dict(pairs)
        return [shuffled(member) for member in data] if isinstance(data, list) else data

    plain = to_plain(practice)
    assert digest(from_plain(Practice, shuffled(plain))) == digest(practice)


def test_functions_are_looked_up_by_name_and_version():
    """A Python decision is read with the function of its full name and version, and is marked where there is none."""
    decision = PythonDecision("class", decide, ("age",), (), Label("因"), Citation("d"), version="2")
    text = canonical(Practice("a.b", decisions=(decision,)))
    found = parse(Practice, text, functions={("a.b.class", "2"): decide}).decisions[0]
    assert found.function is decide
    assert not is_missing(found)
    other = parse(Practice, text, functions={("a.b.class", "1"): decide}).decisions[0]
    assert is_missing(other)
    with pytest.raises(Exception, match=r"a\.b\.class.*2"):
        other.function(age=1)
    terms = parse(Terms, canonical(Terms(decisions=(("x.y", decision),))), functions={("x.y", "2"): decide})
    assert terms.decisions[0][1].function is decide
