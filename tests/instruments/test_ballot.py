"""Behaviour of the ballot calculator."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    SPOILT,
    Method,
    QuorumOf,
    Threshold,
    Verdict,
    count_ballot,
    resolved,
)

OPTIONS = ("build", "green", "leave")
votes = st.lists(st.sampled_from([*OPTIONS, ABSTAIN, SPOILT]), max_size=25)
rules = st.sampled_from(BALLOT_RULES)
NAMES = ("a", "b", "c", "d", "e")
marks = st.lists(st.sampled_from([*NAMES, ABSTAIN, SPOILT]), max_size=4).map(tuple)
ballots = st.lists(marks, max_size=20)
methods = st.sampled_from(Method)


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
    assert Threshold(Fraction(60, 100)).met(3, 5)
    assert not Threshold(Fraction(67, 100)).met(2, 3)
    assert not Threshold(Fraction(0)).met(0, 0)


def test_more_than_half_is_not_half():
    """Five of ten reach a half and do not exceed it."""
    assert Threshold(Fraction(1, 2)).met(5, 10)
    assert not Threshold(Fraction(1, 2), more=True).met(5, 10)
    assert Threshold(Fraction(1, 2), more=True).met(6, 10)


def test_below_the_quorum_nothing_is_decided():
    """A unanimous vote of too few has no outcome."""
    half = Threshold(Fraction(1, 2))
    result = count_ballot("plurality", OPTIONS, ("build",) * 4, entitled=10, quorum=half)
    assert (result.verdict, result.outcome, result.elected) == (Verdict.NO_QUORUM, None, ())


@pytest.mark.parametrize(
    ("present", "yes", "verdict"),
    [(50, 50, Verdict.NO_QUORUM), (51, 25, Verdict.NO_MAJORITY), (51, 26, Verdict.DECIDED)],
)
def test_an_assembly_meets_with_more_than_half_and_decides_by_more_than_half_of_those_present(present, yes, verdict):
    """Of a hundred entitled, fifty are no assembly; twenty-five of fifty-one present decide nothing."""
    result = count_ballot(
        "majority_of_present",
        ("yes", "no"),
        ("yes",) * yes,
        entitled=100,
        present=present,
        quorum=Threshold(Fraction(1, 2), more=True),
        quorum_of=QuorumOf.PRESENT,
    )
    assert result.verdict is verdict


def test_another_majority_than_half_can_be_asked_for():
    """Six of ten are more than half and no two thirds."""
    cast = ("yes",) * 6 + ("no",) * 4
    two_thirds = Threshold(Fraction(2, 3))
    assert count_ballot("majority_of_votes", ("yes", "no"), cast, entitled=10).outcome == "yes"
    result = count_ballot("majority_of_votes", ("yes", "no"), cast, entitled=10, majority=two_thirds)
    assert result.verdict is Verdict.NO_MAJORITY


def test_several_seats_go_to_those_with_most_votes():
    """Three seats among five candidates are filled in the order of the votes."""
    cast = [("a", "b", "c")] * 3 + [("c", "d")] * 2 + [("e",)] + [()] + [("a", "b", "c", "d")] + [("a", "a")]
    result = count_ballot("plurality", NAMES, cast, entitled=12, method=Method.MULTIPLE, seats=3)
    assert dict(result.counts) == {"a": 3, "b": 3, "c": 5, "d": 2, "e": 1}
    assert (result.valid, result.abstained, result.spoilt) == (6, 1, 2)
    assert (result.verdict, result.elected, result.open_seats) == (Verdict.DECIDED, ("c", "a", "b"), 0)


def test_a_tie_for_the_last_seat_leaves_the_others_elected():
    """Two who are level for one of two seats are named, and the first is elected all the same."""
    cast = [("a", "b")] * 2 + [("a", "c")] * 2
    result = count_ballot("plurality", NAMES, cast, entitled=4, method=Method.MULTIPLE, seats=2)
    assert (result.verdict, result.elected, result.tied, result.open_seats) == (Verdict.TIE, ("a",), ("b", "c"), 1)


def test_those_who_miss_the_majority_leave_their_seats_open():
    """Of three seats one is filled by a majority of the ballots, and two stay open."""
    cast = [("a", "b")] * 4 + [("a", "c")] * 3 + [("d",)]
    result = count_ballot("majority_of_votes", NAMES, cast, entitled=8, method=Method.MULTIPLE, seats=3)
    assert (result.verdict, result.elected, result.open_seats) == (Verdict.PARTLY, ("a",), 2)


def test_approval_marks_any_number_and_needs_no_contest():
    """One candidate may be put to approval, and a ballot may approve of all."""
    result = count_ballot(
        "majority_of_votes", NAMES, [NAMES, ("a",), ("a", "b")], entitled=3, method=Method.APPROVAL, seats=2
    )
    assert (result.elected, result.spoilt) == (("a", "b"), 0)
    alone = count_ballot("majority_of_present", ("a",), [("a",), ()], entitled=3, method=Method.APPROVAL)
    assert alone.verdict is Verdict.NO_MAJORITY


def test_a_named_rule_fills_the_tied_seats_and_says_so():
    """The tied stand in the result beside the rule that ordered them; what cannot be ordered is an error."""
    cast = [("a", "b")] * 2 + [("a", "c")] * 2
    tie = count_ballot("plurality", NAMES, cast, entitled=4, method=Method.MULTIPLE, seats=2)
    drawn = resolved(tie, ("c", "b"), "lot")
    assert (drawn.verdict, drawn.elected, drawn.tied, drawn.resolved) == (
        Verdict.DECIDED,
        ("a", "c"),
        ("b", "c"),
        "lot",
    )
    low = count_ballot("majority_of_entitled", NAMES, ("a", "b"), entitled=9)
    assert low.verdict is Verdict.TIE
    for result, order in ((drawn, ("b", "c")), (tie, ("b", "d")), (low, ("a", "b"))):
        with pytest.raises(ValueError, match="lot cannot order"):
            resolved(result, order, "lot")


@pytest.mark.parametrize(
    ("rule", "options", "cast", "entitled", "present"),
    [
        ("lots", OPTIONS, (), 3, None),
        ("plurality", ("build",), (), 3, None),
        ("plurality", OPTIONS, (("build", "bulid"),), 3, None),
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


@given(rules, methods, ballots, st.integers(1, 3), st.randoms(), st.integers(0, 5))
def test_the_order_of_ballots_with_several_marks_changes_nothing(rule, method, cast, seats, random, more):
    """Ballots shuffled, and the marks within each, count the same."""
    shuffled = [tuple(random.sample(each, len(each))) for each in cast]
    random.shuffle(shuffled)
    entitled = len(cast) + more
    first, second = (
        count_ballot(rule, NAMES, each, entitled=entitled, method=method, seats=seats) for each in (cast, shuffled)
    )
    assert first == second


@given(st.lists(st.sampled_from(["yes", "no", ABSTAIN, SPOILT]), max_size=20), rules, st.integers(1, 20), st.data())
def test_adding_a_yes_never_turns_pass_into_fail(cast, rule, more, data):
    """What is carried is carried still when one more of those entitled comes and votes yes."""
    entitled = len(cast) + more
    present = data.draw(st.integers(len(cast), entitled - 1))
    share = data.draw(st.fractions(0, 1, max_denominator=10))
    asked = {
        "quorum": Threshold(share, more=data.draw(st.booleans())),
        "quorum_of": data.draw(st.sampled_from(QuorumOf)),
    }
    before = count_ballot(rule, ("yes", "no"), cast, entitled=entitled, present=present, **asked)
    after = count_ballot(rule, ("yes", "no"), [*cast, "yes"], entitled=entitled, present=present + 1, **asked)
    if before.outcome == "yes":
        assert after.outcome == "yes"


@given(rules, methods, ballots, st.integers(1, 3), st.permutations(NAMES), st.integers(0, 5))
def test_renaming_the_candidates_renames_the_result(rule, method, cast, seats, other, more):
    """The same marks under other names elect the same candidates under those names."""
    renamed = dict(zip(NAMES, other, strict=True))
    entitled = len(cast) + more
    plain = count_ballot(rule, NAMES, cast, entitled=entitled, method=method, seats=seats)
    under = count_ballot(
        rule,
        other,
        [tuple(renamed.get(mark, mark) for mark in each) for each in cast],
        entitled=entitled,
        method=method,
        seats=seats,
    )
    assert under.elected == tuple(renamed[name] for name in plain.elected)
    assert under.tied == tuple(renamed[name] for name in plain.tied)
    assert [number for _, number in under.counts] == [number for _, number in plain.counts]
    assert under.verdict is plain.verdict


@given(
    rules, methods, st.lists(st.sampled_from([(), (ABSTAIN,), (SPOILT,), ("a", "a")]), max_size=10), st.integers(1, 3)
)
def test_blank_and_spoilt_votes_never_elect(rule, method, cast, seats):
    """However many ballots mark nobody, nobody is elected."""
    result = count_ballot(rule, NAMES, cast, entitled=len(cast) + 1, method=method, seats=seats)
    assert (result.elected, result.valid, result.cast) == ((), 0, len(cast))


@given(rules, methods, ballots, st.integers(1, 3), st.integers(0, 3))
def test_blank_votes_help_nobody(rule, method, cast, seats, blank):
    """Whoever is elected with blank ballots beside is elected without them, unless the blank ones made the quorum."""
    entitled = len(cast) + blank
    asked = {"entitled": entitled, "method": method, "seats": seats}
    with_blank = count_ballot(rule, NAMES, [*cast, *[()] * blank], **asked)
    without = count_ballot(rule, NAMES, cast, **asked)
    assert with_blank.elected == without.elected


@given(rules, methods, ballots, st.integers(1, 3))
def test_a_tie_for_a_seat_is_reported_and_never_seated(rule, method, cast, seats):
    """Counted by hand: those level for a seat that only some can have are named, and none of them sits."""
    result = count_ballot(rule, NAMES, cast, entitled=len(cast) + 1, method=method, seats=seats)
    counts = dict(result.counts)
    for name in NAMES:
        above = sum(counts[other] > counts[name] for other in NAMES)
        level = sum(counts[other] == counts[name] for other in NAMES)
        tied = counts[name] > 0 and above < seats < above + level
        assert (name in result.tied) == tied
        assert not (tied and name in result.elected)
    assert (result.verdict is Verdict.TIE) == bool(result.tied)
    assert len(result.elected) <= seats
