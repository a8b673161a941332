"""Counting score sheets exactly: a pure calculator; it knows neither who may score nor what follows from a rating."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

#: What a sheet says of a criterion that its writer left out; it is counted apart and never as a grade.
NO_GRADE = "no_grade"


@frozen
class CriterionCount:
    """What the sheets say of one criterion: how many gave each grade, in the scale's order, and how many gave none.

    *share* is what the grades given come to, from 0 to 1; ``None`` where nobody gave one.
    """

    criterion: str
    counts: tuple[tuple[str, int], ...]
    left_out: int
    share: Fraction | None

    @property
    def given(self) -> int:
        """How many gave a grade."""
        return sum(number for _, number in self.counts)


@frozen
class Scorecard:
    """Counted sheets: *scored* of *entitled* handed one in; *rating* is the weighted mean of the criteria's shares.

    The rating is ``None`` while nobody gave any grade to a criterion that counts: what is missing is never guessed.
    """

    criteria: tuple[CriterionCount, ...]
    scored: int
    entitled: int
    rating: Fraction | None

    @property
    def unscored(self) -> int:
        """How many of those entitled handed in no sheet."""
        return self.entitled - self.scored


def count_scores(
    criteria: Sequence[str],
    scale: Sequence[str],
    points: Sequence[int],
    sheets: Sequence[Sequence[str]],
    *,
    entitled: int,
    weights: Sequence[int] = (),
) -> Scorecard:
    """Count *sheets*, each with a grade (or ``no_grade``) for every criterion, in the criteria's order.

    *points* are what each grade of *scale* is worth; a criterion's share is the points given in the most that those
    who gave a grade could have given. With one point for "satisfied" and none for the others it is the share of the
    satisfied. *weights* say how much each criterion counts, all the same unless given.

    Raises:
        ValueError: for no criterion or one given twice, fewer than two grades or one given twice, points that do not
            match the scale, are negative or all the same, weights that do not match or are not positive, a sheet of
            another length or with a grade outside the scale, or more sheets than people entitled.
    """
    counted = tuple(weights) or (1,) * len(criteria)
    if not criteria or len(set(criteria)) != len(criteria):
        raise ValueError(f"a scorecard has one or more different criteria: {tuple(criteria)!r}")
    if len(scale) < 2 or len(set(scale)) != len(scale) or NO_GRADE in scale:
        raise ValueError(f"a scale has two or more different grades, none called {NO_GRADE}: {tuple(scale)!r}")
    if len(points) != len(scale) or min(points) < 0 or len(set(points)) == 1:
        raise ValueError(
            f"points {tuple(points)!r} for the grades {tuple(scale)!r}: one each, not negative, not all one"
        )
    if len(counted) != len(criteria) or min(counted) < 1:
        raise ValueError(f"weights {counted!r} for {len(criteria)} criteria: one each, positive")
    if len(sheets) > entitled:
        raise ValueError(f"{len(sheets)} sheets of {entitled} entitled")
    known = {*scale, NO_GRADE}
    for sheet in sheets:
        if len(sheet) != len(criteria) or not known.issuperset(sheet):
            raise ValueError(
                f"a sheet has one grade of {tuple(scale)!r} or {NO_GRADE} for each of {len(criteria)} criteria"
            )
    rows = tuple(
        _counted(criterion, scale, points, [sheet[place] for sheet in sheets])
        for place, criterion in enumerate(criteria)
    )
    shares = [row.share for row in rows]
    rating = None
    if None not in shares:
        total = sum((weight * share for weight, share in zip(counted, shares, strict=True) if share), Fraction(0))
        rating = total / sum(counted)
    return Scorecard(rows, len(sheets), entitled, rating)


def _counted(criterion: str, scale: Sequence[str], points: Sequence[int], grades: Sequence[str]) -> CriterionCount:
    counts = tuple((grade, sum(each == grade for each in grades)) for grade in scale)
    given = sum(number for _, number in counts)
    reached = sum(number * worth for (_, number), worth in zip(counts, points, strict=True))
    share = Fraction(reached, given * max(points)) if given else None
    return CriterionCount(criterion, counts, len(grades) - given, share)
