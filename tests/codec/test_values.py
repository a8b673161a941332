"""Plain values go into JSON data and come back the same, and nothing else goes in or comes back."""

import datetime as dt
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.money import Money
from community_core.codec import CodecError, decode_value, encode_value

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.dates()
    | st.builds(Money, st.integers())
    | st.fractions()
)
VALUES = st.recursive(PLAIN, lambda members: st.lists(members, max_size=4).map(tuple), max_leaves=8)


def kinds(value):
    """Return the types in *value*, since ``True == 1`` hides a change of type."""
    return [kinds(member) for member in value] if isinstance(value, tuple) else type(value)


@given(VALUES)
def test_values_round_trip_through_json(value):
    """A value that was written as JSON text and read again is the same value of the same type."""
    back = decode_value(json.loads(json.dumps(encode_value(value))))
    assert back == value
    assert kinds(back) == kinds(value)


@given(VALUES, VALUES)
def test_different_values_have_different_texts(one, other):
    """Two values are written alike exactly when they are the same value of the same type."""
    alike = json.dumps(encode_value(one)) == json.dumps(encode_value(other))
    assert alike == (one == other and kinds(one) == kinds(other))


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (Money(1250), {"fen": 1250}),
        (dt.date(2006, 5, 1), {"date": "2006-05-01"}),
        (Fraction(60, 100), {"share": [3, 5]}),
        ((Money(1), "a", None), [{"fen": 1}, "a", None]),
    ],
)
def test_the_written_form_is_fixed(value, data):
    """The form of values in kept texts never changes, since hashes hang on it."""
    assert encode_value(value) == data


@pytest.mark.parametrize(
    "value", [18.7, {1, 2}, {"a": 1.5}, dt.datetime(2006, 5, 1, tzinfo=dt.UTC), b"a", object(), (1, 2.0)]
)
def test_what_is_no_value_is_refused(value):
    """Floats, moments, sets, mappings and objects are refused and never converted."""
    with pytest.raises(CodecError):
        encode_value(value)


@pytest.mark.parametrize(
    "data",
    [
        18.7,
        {},
        {"fen": 1, "date": "2006-05-01"},
        {"fen": 1.0},
        {"fen": True},
        {"fen": "1"},
        {"yuan": 1},
        {"date": "20060501"},
        {"date": "2006-5-1"},
        {"date": "2006-02-30"},
        {"date": 5},
        {"share": [6, 10]},
        {"share": [1, 0]},
        {"share": [1, -2]},
        {"share": [1]},
        {"share": [1, True]},
        {"share": "12"},
        [1, {"fen": None}],
    ],
)
def test_a_text_that_was_not_written_by_us_is_refused(data):
    """Every value has one written form; any other is refused."""
    with pytest.raises(CodecError):
        decode_value(data)
