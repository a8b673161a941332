"""Behaviour of the ballot calculator."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.ballot import ABSTAIN, BALLOT_RULES, SPOILT, Verdict, count_ballot, quorum_met

OPTIONS = ("build", "green", "leave")
votes = st.lists(st.sampled_from([*OPTIONS, ABSTAIN, SPOILT]), max_size=25)
rules = st.sampled_from(BALLOT_RULES)


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("plurality", "build"),
        ("majority_of_votes", "build"),
        ("majority_of_present", None),
        ("majority_of_entitled", None),
    ],
)
def test_each_majority_is_of_its_own_whole(rule, outcome):
    """Six of eleven votes among fourteen present of thirty entitled win by votes and by no larger whole."""
    cast = ("build",) * 6 + ("green",) * 5 + (ABSTAIN,) + (SPOILT,)
    result = count_ballot(rule, OPTIONS, cast, entitled=30, present=14)
    assert result.outcome == outcome
    assert result.verdict is (Verdict.DECIDED if outcome else Verdict.NO_MAJORITY)
    assert (result.valid, result.abstained, result.spoilt, result.cast) == (11, 1, 1, 13)


def test_majority_of_present_is_reached_where_a_majority_of_the_entitled_is_not():
    """Eight of fourteen present decide, and the same eight of thirty entitled do not."""
    cast = ("build",) * 8 + ("green",) * 6
    assert count_ballot("majority_of_present", OPTIONS, cast, entitled=30, present=14).outcome == "build"
    assert count_ballot("majority_of_entitled", OPTIONS, cast, entitled=30, present=14).outcome is None
    assert count_ballot("majority_of_entitled", OPTIONS, ("build",) * 16, entitled=30).outcome == "build"


def test_exactly_half_is_no_majority():
    """Five of ten are not more than half."""
    cast = ("build",) * 5 + ("green",) * 3 + ("leave",) * 2
    assert count_ballot("majority_of_votes", OPTIONS, cast, entitled=10).verdict is Verdict.NO_MAJORITY


def test_no_vote_for_any_option_is_no_decision():
    """A ballot in which all abstain decides nothing."""
    assert count_ballot("plurality", OPTIONS, (ABSTAIN,) * 3, entitled=3).verdict is Verdict.NO_VOTES


def test_a_quorum_is_an_exact_share():
    """Three of five are 60 per cent and two of three are not 67 per cent."""
    assert quorum_met(3, 5, Fraction(60, 100))
    assert not quorum_met(2, 3, Fraction(67, 100))
    assert not quorum_met(0, 0, Fraction(0))


def test_below_the_quorum_nothing_is_decided():
    """A unanimous vote of too few has no outcome."""
    result = count_ballot("plurality", OPTIONS, ("build",) * 4, entitled=10, quorum=Fraction(1, 2))
    assert (result.verdict, result.outcome) == (Verdict.NO_QUORUM, None)


@pytest.mark.parametrize(
    ("rule", "options", "cast", "entitled", "present"),
    [
        ("lots", OPTIONS, (), 3, None),
        ("plurality", ("build",), (), 3, None),
        ("plurality", ("build", "build"), (), 3, None),
        ("plurality", ("build", "abstain"), (), 3, None),
        ("plurality", OPTIONS, ("bulid",), 3, None),
        ("plurality", OPTIONS, ("build", "build"), 1, None),
        ("plurality", OPTIONS, (), 3, 4),
    ],
)
def test_what_is_no_ballot_is_an_error(rule, options, cast, entitled, present):
    """A rule, option, vote or number that cannot be is never counted somehow."""
    with pytest.raises(ValueError, match=r".+"):
        count_ballot(rule, options, cast, entitled=entitled, present=present)


@given(rules, votes, st.randoms(), st.integers(0, 10))
def test_order_changes_nothing(rule, cast, random, more):
    """Shuffled votes count the same."""
    shuffled = list(cast)
    random.shuffle(shuffled)
    entitled = len(cast) + more
    assert count_ballot(rule, OPTIONS, cast, entitled=entitled) == count_ballot(
        rule, OPTIONS, shuffled, entitled=entitled
    )


@given(rules, votes, st.integers(0, 10), st.integers(0, 10))
def test_one_more_vote_for_the_winner_never_changes_the_winner(rule, cast, absent, silent):
    """Somebody else who comes and votes for the winner leaves it the winner."""
    present = len(cast) + silent
    before = count_ballot(rule, OPTIONS, cast, entitled=present + absent, present=present)
    if before.outcome is not None:
        after = count_ballot(rule, OPTIONS, [*cast, before.outcome], entitled=present + absent + 1, present=present + 1)
        assert after.outcome == before.outcome


@given(rules, votes, st.integers(0, 10))
def test_a_tie_is_reported_and_has_no_outcome(rule, cast, more):
    """Where two options lead together the result names them and decides nothing."""
    result = count_ballot(rule, OPTIONS, cast, entitled=len(cast) + more)
    most = max(cast.count(option) for option in OPTIONS)
    leaders = tuple(option for option in OPTIONS if cast.count(option) == most)
    if most and len(leaders) > 1:
        assert (result.verdict, result.tied, result.outcome) == (Verdict.TIE, leaders, None)
    else:
        assert result.tied == ()


@given(rules, votes, st.integers(0, 10))
def test_an_outcome_has_the_votes_that_its_rule_asks_for(rule, cast, more):
    """The outcome, counted by hand, leads alone and passes the half of the rule's whole."""
    entitled = len(cast) + more
    result = count_ballot(rule, OPTIONS, cast, entitled=entitled)
    if result.outcome is not None:
        mine = cast.count(result.outcome)
        assert all(mine > cast.count(option) for option in OPTIONS if option != result.outcome)
        valid = sum(cast.count(option) for option in OPTIONS)
        assert 2 * mine > {"plurality": 0, "majority_of_votes": valid}.get(rule, entitled)
