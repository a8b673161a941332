"""The collective decision of a step: who may vote, by which rule, and what the count comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from community_core.base.findings import Finding, finding
from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    SPOILT,
    BallotResult,
    Threshold,
    Verdict,
    count_ballot,
)
from community_core.procedures.definition import CollectiveDecision, Step
from community_core.procedures.intake import VOTES
from community_core.procedures.reading import Reading, unknown
from community_core.rules.types import Kind

YES_NO = ("yes", "no")


def vote(reading: Reading, step: Step, decides: CollectiveDecision) -> tuple[dict[str, Any], list[Finding]]:
    """Count the votes among the reading's values; return ``counts`` and ``outcome``, or why there is none."""
    values = reading.values
    found: list[Finding] = []
    options = _options(reading, step, decides, found)
    among = _people(values, step, decides.among, found)
    present = _people(values, step, decides.present, found) if decides.present else among
    rule = decides.rule.text if decides.rule.text in BALLOT_RULES else None
    if rule is None:
        read = reading.value(decides.rule)
        rule = read.value
        if rule is None:
            found.append(unknown(decides.rule, read, "ballot-rule-unknown", "表决规则", "the ballot rule"))
    quorum = None
    if decides.quorum is not None:
        read = reading.value(decides.quorum)
        quorum = None if read.value is None else Threshold(read.value)
        if quorum is None:
            found.append(unknown(decides.quorum, read, "quorum-unknown", "法定人数比例", "the quorum"))
    votes: tuple[str, ...] = values.get(VOTES) or ()
    found += _strange(step, votes, options, among, present)
    if found or rule is None:
        return {}, found
    try:
        result = count_ballot(rule, options, votes, entitled=len(among), present=len(present), quorum=quorum)
    except ValueError as error:
        return {}, [finding("no-ballot", f"无法计票：{error}", f"these votes cannot be counted: {error}", step.origin)]
    if result.verdict is not Verdict.DECIDED:
        return {}, [undecided(step, result)]
    counts = (*result.counts, (ABSTAIN, result.abstained), (SPOILT, result.spoilt))
    return {"counts": counts, "outcome": result.outcome}, []


def _options(reading: Reading, step: Step, decides: CollectiveDecision, found: list[Finding]) -> tuple[str, ...]:
    item = reading.procedure.field(decides.question)
    value = reading.values.get(decides.question)
    if item is None or value is None:
        found.append(_unknown_field(step, decides.question))
        return ()
    return tuple(value) if item.type.kind is Kind.LIST else YES_NO


def _people(values: Mapping[str, Any], step: Step, name: str, found: list[Finding]) -> tuple[str, ...]:
    people = values.get(name)
    if people is None:
        found.append(_unknown_field(step, name))
        return ()
    if len(set(people)) != len(people):
        found.append(
            finding(
                "person-twice",
                f"名单 {name} 中有人重复出现，请改正后再表决",
                f"somebody stands twice in the list {name}; correct it before the vote",
                step.origin,
                field=name,
            )
        )
    return tuple(people)


def _unknown_field(step: Step, name: str) -> Finding:
    return finding(
        "missing-field",
        f"环节 {step.name} 的表决缺少 {name}，请补充",
        f"the vote of step {step.name} needs {name}; give it",
        step.origin,
        field=name,
    )


def _strange(
    step: Step, votes: tuple[str, ...], options: tuple[str, ...], among: tuple[str, ...], present: tuple[str, ...]
) -> list[Finding]:
    found = []
    strange = sorted(set(votes) - {*options, ABSTAIN, SPOILT})
    if strange and options:
        found.append(
            finding(
                "unknown-option",
                f"选票 {'、'.join(strange)} 不在选项（{'、'.join(options)}）之内；弃权写 {ABSTAIN}，废票写 {SPOILT}",
                f"votes for {', '.join(strange)}: the options are {', '.join(options)}, and {ABSTAIN} and {SPOILT}",
                step.origin,
            )
        )
    if len(votes) > len(present) or len(present) > len(among):
        found.append(
            finding(
                "too-many-votes",
                f"选票 {len(votes)} 张，到场 {len(present)} 人，有权表决 {len(among)} 人，数目不符",
                f"{len(votes)} votes of {len(present)} present of {len(among)} entitled cannot be",
                step.origin,
            )
        )
    return found


def undecided(step: Step, result: BallotResult) -> Finding:
    """Return the finding that a counted ballot decides nothing, and why."""
    counts = "、".join(f"{option} {number}" for option, number in result.counts)
    en_counts = ", ".join(f"{option} {number}" for option, number in result.counts)
    code, zh, en = {
        Verdict.NO_QUORUM: (
            "quorum-not-met",
            f"参加表决 {result.cast} 人，有权表决 {result.entitled} 人，未达到法定人数",
            f"{result.cast} of {result.entitled} voted, which is short of the quorum",
        ),
        Verdict.TIE: (
            "ballot-tied",
            f"表决结果相同（{counts}），未作出决定，请再次表决",
            f"the vote is tied ({en_counts}) and decides nothing; vote again",
        ),
        Verdict.NO_VOTES: (
            "no-votes",
            "没有人对任何选项投票，未作出决定",
            "nobody voted for any option; nothing is decided",
        ),
    }.get(
        result.verdict,
        (
            "no-majority",
            f"没有选项达到 {result.rule} 所要求的多数（{counts}），未作出决定",
            f"no option has the majority that {result.rule} asks for ({en_counts}); nothing is decided",
        ),
    )
    return finding(code, zh, en, step.origin, rule=result.rule)
