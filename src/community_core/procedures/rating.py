"""The counting of score sheets in a step: who handed one in, by which scale, and what the sheets come to."""

from __future__ import annotations

from typing import Any

from community_core.base.findings import Finding, finding
from community_core.instruments.scorecard import Scorecard, count_scores
from community_core.procedures.definition import SHEETS, Rates, Step
from community_core.procedures.reading import Reading, unknown
from community_core.rules.terms import Expression


def rate(reading: Reading, step: Step, rates: Rates) -> tuple[dict[str, Any], list[Finding]]:
    """Count the sheets among the reading's values; return what they come to, or why they cannot be counted."""
    values = reading.values
    found: list[Finding] = []
    entitled, handed_in = values.get(rates.among) or (), values.get(rates.handed_in) or ()
    sheets = values.get(SHEETS) or ()
    found += _strange(step, rates, entitled, handed_in, len(sheets))
    criteria, scale, points, weights = (
        _list(reading, expression, found) for expression in (rates.criteria, rates.scale, rates.points, rates.weights)
    )
    if found:
        return {}, found
    try:
        card = count_scores(criteria, scale, points, sheets, entitled=len(entitled), weights=weights)
    except ValueError as error:
        return {}, [
            finding("no-rating", f"评分表无法统计：{error}", f"these sheets cannot be counted: {error}", step.origin)
        ]
    if card.rating is None:
        return {}, [_not_rated(step, card)]
    return {
        "rating": card.rating,
        "grades": tuple((row.criterion, (*row.counts, ("no_grade", row.left_out))) for row in card.criteria),
        "scored": card.scored,
        "unscored": card.unscored,
    }, []


def _list(reading: Reading, expression: Expression | None, found: list[Finding]) -> tuple[Any, ...]:
    if expression is None:
        return ()
    read = reading.value(expression)
    if read.value is None:
        found.append(unknown(expression, read, "scale-unknown", "评分的标准", "what sheets are counted by"))
        return ()
    return tuple(read.value)


def _strange(
    step: Step, rates: Rates, entitled: tuple[str, ...], handed_in: tuple[str, ...], sheets: int
) -> list[Finding]:
    found = []
    for name, people in ((rates.among, entitled), (rates.handed_in, handed_in)):
        if len(set(people)) != len(people):
            found.append(
                finding(
                    "person-twice",
                    f"名单 {name} 中有人重复出现；每人只交一份评分表",
                    f"somebody stands twice in the list {name}; each hands in one sheet",
                    step.origin,
                    field=name,
                )
            )
    if not set(handed_in) <= set(entitled):
        found.append(
            finding(
                "not-among",
                f"{rates.handed_in} 中有人不在 {rates.among} 之内，其评分表不能统计",
                f"somebody in {rates.handed_in} is not in {rates.among}; no sheet of his can be counted",
                step.origin,
                field=rates.handed_in,
            )
        )
    if sheets != len(handed_in):
        found.append(
            finding(
                "sheets-differ",
                f"评分表 {sheets} 份，交表的有 {len(handed_in)} 人，数目不符",
                f"{sheets} sheets of {len(handed_in)} who handed one in cannot be",
                step.origin,
                sheets=sheets,
            )
        )
    return found


def _not_rated(step: Step, card: Scorecard) -> Finding:
    silent = [row.criterion for row in card.criteria if row.share is None]
    return finding(
        "not-rated",
        f"没有人对“{'、'.join(silent)}”评分，得分率未知；缺的评分不按任何等次计算",
        f"nobody gave a grade for {', '.join(silent)}; the rating is unknown, and missing grades count as none",
        step.origin,
        criteria=", ".join(silent),
    )
