"""Behaviour of the orders among options that are level."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.ties import by_lot, by_order

OPTIONS = ("a", "b", "c", "d")


def test_a_lot_is_drawn_the_same_by_everybody():
    """The order hangs on the seed and the options alone: not on the order in which the tied are named."""
    assert by_lot(("a", "c", "d"), OPTIONS, "20060301 38 07 12") == by_lot(
        ("d", "a", "c"), OPTIONS, "20060301 38 07 12"
    )


def test_a_lot_favours_nobody():
    """Over a thousand seeds each of three comes first about a third of the times."""
    first = Counter(by_lot(("a", "b", "d"), OPTIONS, f"seed {number}")[0] for number in range(1000))
    assert set(first) == {"a", "b", "d"}
    assert min(first.values()) > 280


@given(st.permutations(OPTIONS), st.text(min_size=1).filter(str.strip))
def test_a_lot_does_not_look_at_names(names, seed):
    """Other names in the same places draw the same places."""
    renamed = dict(zip(OPTIONS, names, strict=True))
    drawn = by_lot(("a", "b", "c"), OPTIONS, seed)
    assert by_lot([renamed[name] for name in "abc"], names, seed) == tuple(renamed[name] for name in drawn)


def test_an_order_ranks_the_tied():
    """Those tied stand as they stand in the order."""
    assert by_order(("c", "a"), ("d", "a", "b", "c")) == ("a", "c")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: by_lot(("a", "b"), OPTIONS, " "),
        lambda: by_lot(("a", "x"), OPTIONS, "1"),
        lambda: by_order(("a", "b"), ("a",)),
        lambda: by_order(("a", "b"), ("a", "b", "a")),
    ],
)
def test_what_orders_nothing_is_an_error(draw):
    """A lot without a seed, a stranger, or an order that leaves one out decides nothing."""
    with pytest.raises(ValueError, match=r".+"):
        draw()
