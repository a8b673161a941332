"""Hash trees against the definition of RFC 6962, written a second time as its recursion stands there."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from community_core.base import StoreError
from community_core.instruments.merkle import (
    Frontier,
    consistency_proof,
    consistent,
    hasher,
    included,
    inclusion_proof,
    tree_root,
)

ENTRIES = st.lists(st.binary(max_size=40), max_size=40)
SOME = st.lists(st.binary(max_size=40), min_size=1, max_size=40)
#: The entries that implementations of certificate transparency test their trees with, and the roots they agree on.
KNOWN = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def defined(entries):
    """The hash of a list of entries, word for word as section 2.1 defines it."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(entries[:k]) + defined(entries[k:])).digest()


@pytest.mark.parametrize("size", KNOWN_ROOTS)
def test_the_known_trees_have_their_known_roots(size):
    """The trees over the known entries have the roots that others compute."""
    assert tree_root(KNOWN[:size]).hex() == KNOWN_ROOTS[size]


@given(ENTRIES)
def test_the_root_is_the_defined_one(entries):
    """The root of any list is what the definition's recursion gives."""
    assert tree_root(entries) == defined(entries)


@given(ENTRIES, ENTRIES, ENTRIES)
def test_a_tree_grows_in_any_portions(one, two, three):
    """A tree that grew in portions, with only its frontier kept, is the tree over all of them."""
    grown = Frontier().grown(one).grown(two).grown(three)
    assert grown == Frontier().grown([*one, *two, *three])
    assert grown.root() == defined([*one, *two, *three])
    assert len(grown.peaks) == grown.size.bit_count()


@given(SOME, st.data())
def test_an_inclusion_proof_shows_its_entry_at_its_place_and_nothing_else(entries, data):
    """A proof holds for its entry, place and tree, and for no other entry, place, size, part or length."""
    index = data.draw(st.integers(0, len(entries) - 1))
    proof, root = inclusion_proof(entries, index), tree_root(entries)
    size = len(entries)
    assert included(entries[index], index, size, proof, root)
    assert not included(entries[index] + b"x", index, size, proof, root)
    assert not included(entries[index], index, size, (*proof, root), root)
    assert not included(entries[index], index, size, proof, bytes(32))
    for other in range(-1, size + 1):
        if other != index and not (0 <= other < size and inclusion_proof(entries, other) == proof):
            assert not included(entries[index], other, size, proof, root)
    for place in range(len(proof)):
        assert not included(entries[index], index, size, proof[:place] + proof[place + 1 :], root)
        changed = (*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :])
        assert not included(entries[index], index, size, changed, root)


@given(SOME, st.data())
def test_a_consistency_proof_shows_growth_and_nothing_else(entries, data):
    """A proof holds for the true beginning of a tree, and not where an entry of the beginning was another one."""
    smaller = data.draw(st.integers(1, len(entries)))
    proof, size = consistency_proof(entries, smaller), len(entries)
    old, new = tree_root(entries[:smaller]), tree_root(entries)
    assert consistent(smaller, old, size, new, proof)
    index = data.draw(st.integers(0, smaller - 1))
    rewritten = [*entries[:index], entries[index] + b"x", *entries[index + 1 :]]
    assert not consistent(smaller, old, size, tree_root(rewritten), consistency_proof(rewritten, smaller))
    assert not consistent(smaller, old, size, new, (*proof, old))
    assert not consistent(0, old, size, new, proof)
    assert not consistent(size + 1, old, size, new, proof)
    for place in range(len(proof)):
        assert not consistent(smaller, old, size, new, proof[:place] + proof[place + 1 :])
        changed = (*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :])
        assert not consistent(smaller, old, size, new, changed)


@given(SOME, SOME)
def test_two_lists_have_two_roots(one, other):
    """Different lists have different roots, also where one list's entry is made to look like another's subtree."""
    assume(one != other)
    assert tree_root(one) != tree_root(other)
    assert tree_root([one[0] + other[0]]) != tree_root([one[0], other[0]])


def test_every_size_up_to_a_hundred_is_consistent_with_the_one_before():
    """A tree that grows by one entry at a time proves each step."""
    entries = [bytes([number]) for number in range(100)]
    for smaller, size in pairwise(range(1, 101)):
        proof = consistency_proof(entries[:size], smaller)
        assert consistent(smaller, tree_root(entries[:smaller]), size, tree_root(entries[:size]), proof)


def test_other_algorithms_make_other_trees():
    """A tree may be made with another named algorithm; one that does not exist is refused by name."""
    sm3 = "sm3" if "sm3" in hashlib.algorithms_available else "sha3_256"
    hash_ = hasher(sm3)
    root = tree_root(KNOWN, hash_)
    assert root != tree_root(KNOWN)
    assert tree_root(KNOWN, hasher()) == tree_root(KNOWN)
    assert included(KNOWN[3], 3, 8, inclusion_proof(KNOWN, 3, hash_), root, hash_)
    assert consistent(5, tree_root(KNOWN[:5], hash_), 8, root, consistency_proof(KNOWN, 5, hash_), hash_)
    with pytest.raises(StoreError, match="md99"):
        hasher("md99")


def test_what_is_no_tree_is_refused():
    """A frontier that cannot be, a place outside of the list, a beginning longer than the list."""
    with pytest.raises(ValueError, match="no frontier"):
        Frontier(3, (b"",))
    with pytest.raises(IndexError):
        inclusion_proof([b"a"], 1)
    with pytest.raises(ValueError, match="no tree of 2"):
        consistency_proof([b"a"], 2)
