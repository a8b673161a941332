"""Types of values, and reading values into them."""

import datetime as dt
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from fractions import Fraction
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base import FactError, Money
from community_core.rules.type_words import type_label
from community_core.rules.types import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
    TEXT,
    TYPE_NAMES,
    Kind,
    checked,
    enum_of,
    fits,
    list_of,
    read_day,
    read_share,
    read_text,
)

MEANS = enum_of("dibao", "low")
DAY = dt.date(1953, 2, 8)
#: One value of each kind, each fitting its own type and no other.
VALUES = {
    BOOL: True,
    INT: 1,
    TEXT: "any text",
    DATE: DAY,
    MONEY: Money(1),
    SHARE: Fraction(1, 2),
    list_of(INT): (1, 2),
}


@pytest.mark.parametrize("kind", VALUES, ids=str)
@pytest.mark.parametrize("given_kind", VALUES, ids=str)
def test_a_value_fits_its_own_type_only(kind, given_kind):
    """No value of one type is taken for another: true is no 1, a date no text."""
    assert fits(kind, VALUES[given_kind]) == (kind is given_kind)


@pytest.mark.parametrize("value", [1.0, None, dt.datetime(1953, 2, 8, tzinfo=dt.UTC), b"x", {"a": 1}])
@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_floats_moments_and_nothing_fit_no_type(kind, value):
    """A float, a moment or ``None`` fits no type at all."""
    assert not fits(kind, value)


def test_an_enumeration_has_its_values_only():
    """A declared value fits, another text does not."""
    assert fits(MEANS, "dibao")
    assert not fits(MEANS, "rich")


def test_a_list_has_members_of_one_type_and_enough_of_them():
    """A list needs its fewest members, and each of its type."""
    kind = list_of(TEXT, at_least=2)
    assert fits(kind, ("build", "green"))
    assert not fits(kind, ("build",))
    assert not fits(kind, ("build", 2))
    assert not fits(kind, ["build", "green"])


def test_checked_gives_lists_and_enumerations_their_plain_form():
    """A list becomes a tuple and an enumeration member its value; anything else stays as it is."""

    class Means(Enum):
        DIBAO = "dibao"

    assert checked("options", list_of(TEXT), ["a", "b"]) == ("a", "b")
    assert checked("means", MEANS, Means.DIBAO) == "dibao"
    assert checked("birth_date", DATE, DAY) is DAY


@pytest.mark.parametrize(("kind", "value"), [(INT, True), (INT, "5"), (TEXT, 5), (MONEY, 5), (MEANS, "x"), (INT, None)])
def test_checked_refuses_and_names_what_is_wrong(kind, value):
    """A value that does not fit is refused with the fact's name, the value and the type, in both languages."""
    with pytest.raises(FactError) as caught:
        checked("the_fact", kind, value)
    message, wanted = caught.value.message, type_label(kind)
    for text, words in ((message.zh, wanted.zh), (message.en, wanted.en)):
        assert "the_fact" in text
        assert repr(value) in text
        assert words in text


def test_a_number_of_another_kind_is_told_by_its_name():
    """A subclass or a foreign type that looks like a number of Python's is named."""

    class Years(int):
        pass

    with pytest.raises(FactError, match=r"72 \(.*Years\) given for 'age' does not fit its type .whole number."):
        checked("age", INT, Years(72))


def test_a_worker_process_refuses_as_its_caller_would():
    """What a worker raises reaches the process that asked, and the pool goes on."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for _ in range(2):
            with pytest.raises(FactError, match=r"given for .age. does not fit its type .whole number."):
                pool.submit(checked, "age", INT, "72").result(timeout=60)


@pytest.mark.parametrize("text", ["1953-02-08", "1953.2.8", "1953/2/8", "1953年2月8日", " 1953-2-8 "])
def test_days_are_read_as_offices_write_them(text):
    """The usual ways of writing a day are read as that day."""
    assert read_day(text) == DAY


@pytest.mark.parametrize("text", ["", "1953", "1953.13.1", "1953.2.30", "53.2.8", "8.2.1953", "19530208", "1953-2-8x"])
def test_what_is_no_day(text):
    """A day that the calendar lacks, or another order, is no day and never a near one."""
    assert read_day(text) is None


@given(st.dates())
def test_every_day_is_read_back(day):
    """Each day of the calendar is read back from its ISO form."""
    assert read_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("60%", Fraction(60, 100)),
        ("3‰", Fraction(3, 1000)),
        ("12.5%", Fraction(1, 8)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
        ("0.05‰", Fraction(5, 100_000)),
    ],
)
def test_shares_are_read_exactly(text, share):
    """A share is exactly what is written, with no binary fraction between."""
    assert read_share(text) == share


@pytest.mark.parametrize("text", ["", "60", "0.6", "-3%", "60 %%", "%", ".5%", "3/5"])
def test_what_is_no_share(text):
    """A bare number is no share: the sign is part of it."""
    assert read_share(text) is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (BOOL, "true", True),
        (BOOL, "是", True),
        (BOOL, "False", False),
        (BOOL, "否", False),
        (INT, " 72 ", 72),
        (INT, "-3", -3),
        (MONEY, "12.50", Money(1250)),
        (SHARE, "60%", Fraction(3, 5)),
        (DATE, "2006.5.1", dt.date(2006, 5, 1)),
        (MEANS, "dibao", "dibao"),
        (TEXT, "305 号院", "305 号院"),
        (INT, "７２", 72),
        (SHARE, "６０％", Fraction(3, 5)),
        (DATE, "２００６．５．１", dt.date(2006, 5, 1)),
        (MONEY, "－１２．５０", Money(-1250)),
        (TEXT, "３０５ 号院", "３０５ 号院"),
        (list_of(TEXT), "build,green、both，none", ("build", "green", "both", "none")),
    ],
)
def test_texts_of_forms_are_read_into_their_type(kind, text, value):
    """What a form or the command line gives is read into a value that fits its type."""
    read = read_text(kind, text)
    assert read == value
    assert fits(kind, read)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (BOOL, "yes"),
        (BOOL, "1"),
        (BOOL, ""),
        (INT, "72.0"),
        (INT, "1_000"),
        (INT, ""),
        (INT, "七十二"),
        (MONEY, "1.234"),
        (MONEY, "12,00"),
        (MONEY, "3万"),
        (MONEY, "12元"),
        (SHARE, "0.6"),
        (DATE, "yesterday"),
        (MEANS, "rich"),
        (MEANS, ""),
        (list_of(INT), "1,x"),
    ],
)
def test_texts_that_are_no_value_are_refused(kind, text):
    """A text that is no value of the type is refused, never read as something near."""
    with pytest.raises(ValueError, match=r"no|not"):
        read_text(kind, text)


def test_words_for_periods_and_distances_carry_their_unit():
    """``days``, ``workdays``, ``months`` and ``metres`` are whole numbers in different units."""
    units = {name: TYPE_NAMES[name].unit for name in ("days", "workdays", "months", "metres")}
    assert units == {"days": "day", "workdays": "workday", "months": "month", "metres": "metre"}
    assert all(TYPE_NAMES[name].kind is Kind.INT for name in units)
    assert TYPE_NAMES["days"] != TYPE_NAMES["workdays"] != INT


def test_types_print_as_they_are_written():
    """A type prints its kind with its unit, values or members."""
    assert str(INT.in_unit("year")) == "int (year)"
    assert str(MEANS) == "[dibao, low]"
    assert str(list_of(TEXT)) == "list of text"
    assert str(BOOL) == "bool"
