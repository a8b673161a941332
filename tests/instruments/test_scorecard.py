"""Score sheets are counted exactly: nothing is rounded, nothing missing is guessed, and order says nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.scorecard import NO_GRADE, count_scores

SCALE = ("satisfied", "fair", "not_satisfied")
POINTS = (2, 1, 0)
CRITERIA = ("duty", "fairness")
GRADES = st.sampled_from((*SCALE, NO_GRADE))
SHEETS = st.lists(st.tuples(GRADES, GRADES), min_size=1, max_size=30)


def test_a_share_of_the_satisfied_is_exact():
    """With one point for the satisfied and none for others the rating is their share: 599 of 1,000 is no 60 %."""
    sheets = [["satisfied"]] * 599 + [["not_satisfied"]] * 401
    card = count_scores(["all"], ["satisfied", "not_satisfied"], [1, 0], sheets, entitled=1000)
    assert card.rating == Fraction(599, 1000) < Fraction(60, 100)


def test_weights_say_how_much_a_criterion_counts():
    """A criterion of weight three counts three times as much as one of weight one."""
    sheets = [["satisfied", "not_satisfied"]]
    assert count_scores(CRITERIA, SCALE, POINTS, sheets, entitled=1).rating == Fraction(1, 2)
    assert count_scores(CRITERIA, SCALE, POINTS, sheets, entitled=1, weights=(3, 1)).rating == Fraction(3, 4)


def test_what_is_missing_stays_missing():
    """A grade left out lowers nothing, a criterion that nobody graded leaves the rating unknown."""
    card = count_scores(CRITERIA, SCALE, POINTS, [["satisfied", NO_GRADE], ["satisfied", "fair"]], entitled=5)
    assert (card.scored, card.unscored) == (2, 3)
    assert [(row.given, row.left_out, row.share) for row in card.criteria] == [(2, 0, 1), (1, 1, Fraction(1, 2))]
    assert card.rating == Fraction(3, 4)
    assert count_scores(CRITERIA, SCALE, POINTS, [["satisfied", NO_GRADE]], entitled=1).rating is None
    assert count_scores(CRITERIA, SCALE, POINTS, [], entitled=3).rating is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"criteria": []}, "one or more different criteria"),
        ({"criteria": ["duty", "duty"]}, "one or more different criteria"),
        ({"scale": ["satisfied"]}, "two or more different grades"),
        ({"scale": ["satisfied", NO_GRADE, "fair"]}, "none called"),
        ({"points": [1, 0]}, "one each"),
        ({"points": [2, 1, -1]}, "not negative"),
        ({"points": [1, 1, 1]}, "not all one"),
        ({"weights": [1]}, "one each, positive"),
        ({"weights": [1, 0]}, "one each, positive"),
        ({"sheets": [["satisfied"]]}, "a sheet has one grade"),
        ({"sheets": [["satisfied", "great"]]}, "a sheet has one grade"),
        ({"entitled": 0}, "1 sheets of 0 entitled"),
    ],
)
def test_what_cannot_be_counted_is_refused(change, says):
    """Criteria, scale, points, weights and sheets that do not fit each other are refused by name."""
    asked = {"criteria": CRITERIA, "scale": SCALE, "points": POINTS, "sheets": [["fair", "fair"]], "entitled": 3}
    asked |= change
    with pytest.raises(ValueError, match=says):
        count_scores(**asked)


@given(SHEETS, st.randoms(use_true_random=False))
def test_the_order_of_sheets_changes_nothing(sheets, random):
    """Sheets have no names and no order."""
    mixed = list(sheets)
    random.shuffle(mixed)
    assert count_scores(CRITERIA, SCALE, POINTS, mixed, entitled=30) == count_scores(
        CRITERIA, SCALE, POINTS, sheets, entitled=30
    )


@given(SHEETS, st.integers(0, 29))
def test_a_better_grade_never_lowers_the_rating(sheets, place):
    """Where a grade becomes the best one, the rating stays or rises."""
    at = place % len(sheets)
    before = count_scores(CRITERIA, SCALE, POINTS, sheets, entitled=30)
    if sheets[at][0] != NO_GRADE and before.rating is not None:
        better = [*sheets[:at], (SCALE[0], sheets[at][1]), *sheets[at + 1 :]]
        after = count_scores(CRITERIA, SCALE, POINTS, better, entitled=30)
        assert after.rating is not None
        assert after.rating >= before.rating


@given(SHEETS)
def test_a_rating_is_a_share(sheets):
    """Whatever is handed in, the rating lies between nothing and all, and every sheet is counted once for each item."""
    card = count_scores(CRITERIA, SCALE, POINTS, sheets, entitled=40)
    assert card.rating is None or 0 <= card.rating <= 1
    assert all(row.given + row.left_out == len(sheets) for row in card.criteria)
