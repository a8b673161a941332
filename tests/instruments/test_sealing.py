"""Behaviour of sealed ballots and of the box that forgets whose they are."""

from __future__ import annotations

import itertools
import random

import pytest

from community_core.instruments.attendance import NONE
from community_core.instruments.sealing import BoxEntry, close_box, new_salt, opened, seal

SALT = "00" * 32


def box(number=40, *, seed=1):
    """Return the entries of so many voters, each with a random salt of his own."""
    chance = random.Random(seed)  # noqa: S311 - votes of a test, and no salts
    return [
        BoxEntry(f"p{place:03d}", chance.choice(["paper", "online"]), (chance.choice("ab"),), new_salt())
        for place in range(number)
    ]


def test_a_seal_says_nothing_without_its_salt_and_everything_with_it():
    """The same marks under other salts, in another case, or other marks give other commitments."""
    one = seal("case-1", ("a", "b"), SALT)
    assert one == seal("case-1", ("b", "a"), SALT)
    assert (
        len(
            {one, seal("case-2", ("a", "b"), SALT), seal("case-1", ("a",), SALT), seal("case-1", ("a", "b"), "11" * 32)}
        )
        == 4
    )
    with pytest.raises(ValueError, match="salt"):
        seal("case-1", ("a",), "00")


def test_each_sealed_ballot_is_opened_once():
    """An opening of no sealed ballot, or of one opened already, counts as strange; what nobody opens is listed."""
    sealed = [seal("c", ("a",), "01" * 16), seal("c", ("b",), "02" * 16), seal("c", ("b",), "03" * 16)]
    found = opened("c", sealed, [("01" * 16, "a"), ("01" * 16, "a"), ("02" * 16, "a"), ("02" * 16, "b"), (), ("x",)])
    assert found.votes == (("a",), ("b",))
    assert (found.unopened, found.strange) == ((sealed[2],), 4)
    assert opened("d", sealed, [("01" * 16, "a")]).strange == 1


def test_each_voter_finds_his_ballot_and_anyone_counts_again():
    """Whoever kept salt and marks finds his commitment among those that count, and the openings give the same marks."""
    entries = box()
    closed = close_box("c", entries, channels=("paper", "online"))
    assert all(seal("c", item.marks, item.salt) in closed.sealed for item in entries)
    found = opened("c", closed.sealed, closed.openings)
    assert sorted(found.votes) == sorted(item.marks for item in entries)
    assert (found.unopened, found.strange) == ((), 0)


def test_what_leaves_the_box_is_the_same_in_whatever_order_the_ballots_came():
    """No list keeps the order in which people voted: each is in an order of its own."""
    entries = box()
    closed = close_box("c", entries, channels=("paper", "online"))
    for seed in range(20):
        random.Random(seed).shuffle(entries)  # noqa: S311 - an order of a test
        assert close_box("c", entries, channels=("paper", "online")) == closed


def test_the_places_of_voters_and_ballots_are_unrelated():
    """Matching the sorted voters with the sorted ballots, either way, hits no more often than chance does."""
    hits = trials = 0
    for _ in range(60):
        entries = [BoxEntry(f"p{place}", "paper", ("a" if place < 5 else "b",), new_salt()) for place in range(10)]
        closed = close_box("c", entries, channels=("paper",))
        by_seal = {seal("c", marks, salt): marks for salt, *marks in closed.openings}
        ((_, voters),) = closed.voters
        for voter, ballot, opening in zip(voters, closed.sealed, closed.openings, strict=True):
            truth = ["a"] if int(voter[1:]) < 5 else ["b"]
            hits += (by_seal[ballot] == truth) + (list(opening[1:]) == truth)
            trials += 2
    assert 0.4 < hits / trials < 0.6


@pytest.mark.parametrize(("rule", "counted"), [("paper", {"a"}), ("online", {"b"}), (NONE, set())])
def test_the_ballot_of_somebody_seen_twice_is_set_aside_unopened(rule, counted):
    """Of two ballots of one voter the rule's own counts; the other is kept as a commitment and never opened."""
    entries = [BoxEntry("p1", "paper", ("a",), "01" * 16), BoxEntry("p1", "online", ("b",), "02" * 16)]
    closed = close_box("c", entries, channels=("paper", "online"), seen_twice=rule)
    assert {marks for _, *rest in closed.openings for marks in rest} == counted
    assert len(closed.set_aside) == 2 - len(counted)
    assert not set(closed.set_aside) & set(closed.sealed)
    assert closed.voters == (("paper", ("p1",)), ("online", ("p1",)))


def test_a_box_takes_one_ballot_of_each_voter_and_channel():
    """Two of one voter in one channel, or one by no channel, are errors."""
    twice = [BoxEntry("p1", "paper", (mark,), new_salt()) for mark in "ab"]
    with pytest.raises(ValueError, match="two ballots"):
        close_box("c", twice, channels=("paper",))
    with pytest.raises(ValueError, match="no known channel"):
        close_box("c", twice[:1], channels=("online",))


def test_salts_do_not_repeat():
    """No two of a thousand salts are alike, and none is short."""
    salts = [new_salt() for _ in range(1000)]
    assert len(set(salts)) == 1000
    assert {len(salt) for salt in salts} == {64}
    assert not any(one == other for one, other in itertools.pairwise(sorted(salts)))
