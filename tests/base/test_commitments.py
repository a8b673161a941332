"""Salted commitments."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.commitments import SALT, commitment

SALTS = st.binary(min_size=SALT, max_size=40)


def test_a_commitment_is_the_hash_of_salt_and_text():
    """Anyone can compute it from the salt's length in four bytes, the salt and the text in UTF-8."""
    salt = bytes(range(16))
    by_hand = hashlib.sha256(b"\x00\x00\x00\x10" + salt + "甲".encode()).hexdigest()
    assert commitment("甲", salt) == f"sha256:{by_hand}"


@given(
    st.tuples(st.text(st.characters(exclude_categories=["Cs"])), SALTS),
    st.tuples(st.text(st.characters(exclude_categories=["Cs"])), SALTS),
)
def test_other_texts_and_other_salts_have_other_commitments(one, other):
    """Two commitments are the same only where both text and salt are."""
    assert (commitment(*one) == commitment(*other)) == (one == other)


def test_a_short_salt_is_refused():
    """A salt of fewer than sixteen bytes hides nothing."""
    with pytest.raises(ValueError, match="16"):
        commitment("甲", b"short")
