"""Given facts are read strictly, by name or label, and a wrong one is named with what it could be."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import click
import pytest

from community_core.base.errors import FactError
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.cli.options import read_given, split_given
from community_core.cli.output import plain
from community_core.rules.terms import Fact
from community_core.rules.types import BOOL, DATE, INT, MONEY, SHARE, TEXT, enum_of, list_of

MEANS = (("dibao", Label("低保", "minimum allowance")), ("other", Label("其他", "other")))
FACTS = (
    Fact("age", INT, label=Label("年龄", "age in years")),
    Fact("lives_alone", BOOL, label=Label("独居", "lives alone")),
    Fact("means", enum_of("dibao", "other"), label=Label("经济状况", "means"), labels=MEANS),
    Fact("birth_date", DATE),
    Fact("income", MONEY),
    Fact("part", SHARE),
    Fact("note", TEXT),
    Fact("groups", list_of(enum_of("dibao", "other")), labels=MEANS),
)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("age=72", "age", 72),
        ("年龄=72", "age", 72),
        ("age in years = 72", "age", 72),
        ("lives-alone=true", "lives_alone", True),
        ("独居＝否", "lives_alone", False),
        ("means=dibao", "means", "dibao"),
        ("经济状况=低保", "means", "dibao"),
        ("means=minimum allowance", "means", "dibao"),
        ("birth_date=1953.2.8", "birth_date", dt.date(1953, 2, 8)),
        ("income=12.50", "income", Money(1250)),
        ("part=60%", "part", Fraction(3, 5)),
        ("note=a=b", "note", "a=b"),
        ("groups=低保、other", "groups", ("dibao", "other")),
    ],
)
def test_a_given_fact_is_read_into_its_type(text, name, value):
    """A name or its label, and a value or its label, give the fact's own name and a value of its type."""
    assert read_given(FACTS, [text]) == {name: value}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("agee=72", ["agee", "age"]),
        ("经济=低保", ["经济", "means"]),
        ("qqqq=1", ["qqqq", "lives_alone", "means"]),
        ("age=old", ["age", "年龄", "'old'"]),
        ("age=7.5", ["age", "7.5"]),
        ("lives_alone=maybe", ["lives_alone", "true / false"]),
        ("means=dibaoo", ["means", "dibao（低保）", "other（其他）", "did you mean: dibao"]),
        ("means=", ["means", "dibao"]),
        ("birth_date=1953-13-01", ["birth_date", "2006-05-01"]),
        ("income=12.505", ["income", "12.50"]),
    ],
)
def test_a_wrong_one_is_named_with_what_it_could_be(text, named):
    """An unknown fact or a value that does not fit is refused, naming the fact, its values and near names."""
    with pytest.raises(FactError) as caught:
        read_given(FACTS, [text])
    for part in named:
        assert part in str(caught.value)


def test_one_fact_has_one_value():
    """The same value twice is no matter; two different values for one fact are refused."""
    assert read_given(FACTS, ["age=72", "年龄=72"]) == {"age": 72}
    with pytest.raises(FactError, match="twice"):
        read_given(FACTS, ["age=72", "年龄=73"])


@pytest.mark.parametrize("text", ["age", "=72", ""])
def test_a_given_needs_a_name_and_a_sign(text):
    """What is not NAME=VALUE is wrong use and says how to write it."""
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        split_given(text)


def test_text_from_outside_cannot_steer_a_terminal():
    """Escape signs and other controls are shown as a replacement; Chinese, line ends and wide spaces stay."""
    assert plain("公示\x1b[31m\x07\u202e\n　ok") == "公示\ufffd[31m\ufffd\ufffd\n　ok"
