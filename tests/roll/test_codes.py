"""Numbers are counted, found and paired alike, however many there are."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from community_core.roll.codes import counted, first_places, paired, spread


@given(numbers=st.lists(st.integers(0, 300), max_size=200), few=st.booleans())
def test_counts_and_first_places_are_those_of_the_list(numbers, few):
    """Below the limit numbers are compared one by one, above it they are grouped; both count and find the same."""
    numbers = [number % 7 for number in numbers] if few else numbers
    index = pl.Series(numbers, dtype=pl.UInt16)
    assert counted(index) == {number: numbers.count(number) for number in set(numbers)}
    assert first_places(index, set(numbers)) == {number: numbers.index(number) for number in set(numbers)}


@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 70_000)), max_size=60))
def test_pairs_are_numbered_without_being_mixed_up(pairs):
    """Each place has the pair of its two columns, also where there are more pairs than sixteen bits count."""
    one = pl.Series([first for first, _ in pairs], dtype=pl.UInt16)
    other = pl.Series([second for _, second in pairs], dtype=pl.UInt32)
    found, index = paired(one, 6, other, 70_001)
    assert [found[number] for number in index.to_list()] == pairs


@given(
    columns=st.lists(st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=4, max_size=4), min_size=1, max_size=5),
    places=st.lists(st.integers(0, 3), max_size=20),
)
def test_columns_over_few_results_are_spread_with_their_nulls(columns, places):
    """A null stays where it stands, whatever other columns have there."""
    few = [pl.Series(f"c{at}", column, dtype=pl.Int64) for at, column in enumerate(columns)]
    wide = spread(few, pl.Series(places, dtype=pl.UInt16))
    assert wide.to_dict(as_series=False) == {
        f"c{at}": [column[place] for place in places] for at, column in enumerate(columns)
    }
