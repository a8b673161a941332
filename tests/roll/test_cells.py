"""Plain numbers and amounts are read as columns, others one by one; both say the same."""

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from community_core.base.money import Money
from community_core.roll.cells import read_column
from community_core.rules.terms import Fact
from community_core.rules.types import INT, MONEY, read_text

SIGNS = st.text("0123456789.+-,e 元１。", max_size=8)
NUMBERS = st.one_of(SIGNS, st.from_regex(r"[+-]?[0-9]{1,22}(\.[0-9]{0,3})?", fullmatch=True))


def read_alone(kind, text):
    """What the one reader of texts says, as a column holds it; ``None`` where it refuses the text or no column does."""
    try:
        value = read_text(kind, text)
    except ValueError:
        return None
    value = value.fen if isinstance(value, Money) else value
    return value if -(2**63) <= value < 2**63 else None


@given(texts=st.lists(st.one_of(st.none(), NUMBERS), min_size=1, max_size=20))
@example(["0", "-0", "007", "1.5", "1.50", "1.505", "1.", ".5", "-1.5", "9" * 15, "9" * 16, "9" * 18, "9" * 19, None])
def test_numbers_and_amounts_in_columns_are_those_of_single_texts(texts):
    """Leading zeros, signs, missing or many decimals and large numbers are the same number, or refused alike."""
    column = pl.Series(texts, dtype=pl.String)
    for kind in (INT, MONEY):
        read = read_column(column, Fact("n", kind))
        expected = [None if text is None else read_alone(kind, text) for text in texts]
        assert read.values.to_list() == expected
        assert read.bad.to_list() == [
            text is not None and value is None for text, value in zip(texts, expected, strict=True)
        ]
