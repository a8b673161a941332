"""Money in whole fen, and rounding by name."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base import Money, Rounding, round_whole

FEN = st.integers(min_value=-(10**15), max_value=10**15)
FRACTIONS = st.builds(
    lambda numerator, places: Fraction(numerator, 10**places), st.integers(-(10**9), 10**9), st.integers(0, 6)
)
NAMES = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.DOWN: decimal.ROUND_DOWN,
}


@given(FRACTIONS, st.sampled_from(Rounding))
def test_rounding_agrees_with_decimal(value, how):
    """Each way of rounding agrees with the decimal module's of the same name."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    assert round_whole(value, how) == int(exact.quantize(Decimal(1), rounding=NAMES[how]))


@given(st.integers(-(10**6), 10**6), st.integers(1, 97), st.sampled_from(Rounding))
def test_rounding_moves_less_than_one(numerator, denominator, how):
    """A rounded value is less than one away from the exact one, also for fractions that no decimal can write."""
    value = Fraction(numerator, denominator)
    assert abs(round_whole(value, how) - value) < 1


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Rounding.HALF_UP, [3, -3, 4, 2]),
        (Rounding.HALF_EVEN, [2, -2, 4, 2]),
        (Rounding.UP, [3, -3, 4, 3]),
        (Rounding.DOWN, [2, -2, 3, 2]),
    ],
)
def test_halves_are_rounded_as_named(how, expected):
    """Halves go away from zero, to the even neighbour, outward or inward, as the word says."""
    values = [Fraction(5, 2), Fraction(-5, 2), Fraction(7, 2), Fraction(249, 100)]
    assert [round_whole(value, how) for value in values] == expected


@given(FEN)
def test_yuan_reads_what_money_writes(fen):
    """An amount written as text is read back as the same amount."""
    assert Money.yuan(str(Money(fen))) == Money(fen)


@given(FEN)
def test_yuan_agrees_with_decimal(fen):
    """The text of an amount is its hundredth, exactly."""
    assert Decimal(str(Money(fen))) == Decimal(fen) / 100


@pytest.mark.parametrize(
    ("text", "fen"), [("12.50", 1250), ("12.5", 1250), ("12", 1200), ("0.05", 5), ("-0.5", -50), ("007", 700)]
)
def test_amounts_are_read(text, fen):
    """Amounts with no, one or two decimals are read as whole fen."""
    assert Money.yuan(text).fen == fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "1,000", "1e3", ".5", "5.", "+1", "--1", "1 ", "1\n", "１２", "1.५", "NaN"]
)
def test_what_is_no_amount_is_refused(text):
    """Anything but ASCII digits with at most two decimals is refused and names the text."""
    with pytest.raises(ValueError, match="not an amount"):
        Money.yuan(text)


@pytest.mark.parametrize("fen", [1.0, True, "1", Decimal(1), Fraction(1), None])
def test_money_is_whole_fen(fen):
    """Nothing but a whole number becomes money."""
    with pytest.raises(TypeError, match="whole fen"):
        Money(fen)


@given(FEN, FEN, st.integers(-1000, 1000))
def test_arithmetic_is_that_of_fen(one, other, times):
    """Sums, differences, multiples and order of money are those of its fen."""
    a, b = Money(one), Money(other)
    assert (a + b).fen == one + other
    assert (a - b).fen == one - other
    assert (a * times).fen == (times * a).fen == one * times
    assert (-a).fen == -one
    assert (a < b, a <= b, a > b, a >= b, a == b) == (
        one < other,
        one <= other,
        one > other,
        one >= other,
        one == other,
    )


@pytest.mark.parametrize("other", [1, 0.5, Fraction(1, 2), "1", None])
def test_money_adds_and_compares_only_with_money(other):
    """Money and a bare number neither add nor compare, and are never equal."""
    with pytest.raises(TypeError):
        Money(1) + other
    with pytest.raises(TypeError):
        Money(1) - other
    with pytest.raises(TypeError):
        assert Money(1) < other
    assert Money(1) != other


@pytest.mark.parametrize("times", [0.5, True, Fraction(1, 2), Money(2), Decimal(2)])
def test_money_multiplies_only_with_whole_numbers(times):
    """A share of money is never money by itself: only whole multiples are."""
    with pytest.raises(TypeError):
        Money(100) * times
    with pytest.raises(TypeError):
        times * Money(100)
