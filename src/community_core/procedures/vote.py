"""The collective decision of a step: who may vote, by which rule, and what the count comes to."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from community_core.base.findings import Finding, finding
from community_core.instruments.attendance import Attendance, attendance
from community_core.instruments.ballot import (
    ABSTAIN,
    BALLOT_RULES,
    HALF,
    SPOILT,
    BallotResult,
    Method,
    Threshold,
    Verdict,
    count_ballot,
    resolved,
)
from community_core.instruments.sealing import opened
from community_core.instruments.ties import TieRule, by_lot, by_order
from community_core.procedures.collective import PROXIES, REPRESENTED, SET_ASIDE, VOTES, CollectiveDecision, Electorate
from community_core.procedures.definition import Step
from community_core.procedures.reading import Reading, unknown
from community_core.procedures.unvoted import FAULTS, missing_field, tie_unresolved, undecided
from community_core.rules.terms import Expression
from community_core.rules.types import Kind

YES_NO = ("yes", "no")


@frozen
class _Terms:
    """By what a vote is counted, as the rules have it on its day."""

    rule: str
    seats: int = 1
    quorum: Threshold | None = None
    majority: Threshold = HALF
    proxy_limit: int | None = None


@frozen
class _Handed:
    """The ballots that were handed in: those that can be read, those that nobody opened, and what is strange."""

    votes: tuple[tuple[str, ...], ...]
    unopened: tuple[str, ...] = ()


def vote(reading: Reading, step: Step, decides: CollectiveDecision) -> tuple[dict[str, Any], list[Finding]]:
    """Count the votes among the reading's values; return what the case then holds, or why nothing is decided."""
    found: list[Finding] = []
    options = _options(reading, step, decides, found)
    terms = _terms(reading, decides, found)
    came = _came(reading, step, decides, terms, found)
    handed = _handed(reading, step, decides, found)
    if found or came is None or terms is None:
        return {}, found
    found += _strange(step, decides, handed, options, came, reading)
    if found:
        return {}, found
    # A sealed ballot that nobody opened was handed in and can be read by nobody: it counts as spoilt.
    ballots = (*handed.votes, *((SPOILT,) for _ in handed.unopened))
    if decides.method is not Method.APPROVAL and len(options) <= terms.seats:
        return {}, [_no_contest(step, len(options), terms.seats)]
    try:
        result = count_ballot(
            terms.rule,
            options,
            ballots,
            entitled=len(reading.values[decides.among]),
            present=came.present,
            quorum=terms.quorum,
            quorum_of=decides.quorum_of,
            method=decides.method,
            seats=terms.seats,
            majority=terms.majority,
        )
    except ValueError as error:
        return {}, [finding("no-ballot", f"无法计票：{error}", f"these votes cannot be counted: {error}", step.origin)]
    result, wrong = _untied(reading, step, decides, options, result)
    if wrong is None and result.verdict is not Verdict.DECIDED and not decides.records:
        wrong = undecided(step, result)
    if wrong is not None:
        return {}, [wrong]
    return _held(reading, decides, result, came, handed), []


def unset_terms(reading: Reading, decides: CollectiveDecision) -> list[Finding]:
    """Return what is not known yet of the rule, seats, quorum, majority and limit by which a vote will be counted."""
    found: list[Finding] = []
    _terms(reading, decides, found)
    return found


def _held(
    reading: Reading, decides: CollectiveDecision, result: BallotResult, came: Attendance, handed: _Handed
) -> dict[str, Any]:
    """What the case holds after the count."""
    given: dict[str, Any] = {"counts": (*result.counts, (ABSTAIN, result.abstained), (SPOILT, result.spoilt))}
    if result.outcome is not None:
        given["outcome"] = result.outcome
    if decides.detailed:
        before = reading.values.get("elected") or () if decides.run_off_of else ()
        given |= {
            "verdict": result.verdict.value,
            "elected": (*before, *result.elected),
            "tied": result.tied,
            "open_seats": result.open_seats,
            "number_entitled": result.entitled,
            "number_present": result.present,
        }
    if result.resolved:
        given["resolved"] = result.resolved
    if decides.channels:
        given["seen_twice"] = came.seen_twice
    if decides.sealed:
        given["unopened"] = handed.unopened
    return given


def _options(reading: Reading, step: Step, decides: CollectiveDecision, found: list[Finding]) -> tuple[str, ...]:
    item = reading.procedure.field(decides.question)
    value = reading.values.get(decides.question)
    if item is None or value is None:
        found.append(missing_field(step, decides.question))
        return ()
    return tuple(value) if item.type.kind is Kind.LIST else YES_NO


def _terms(reading: Reading, decides: CollectiveDecision, found: list[Finding]) -> _Terms | None:
    """The rule, seats, quorum, majority and limit, each read on the day; what is not known is a finding."""

    def read(expression: Expression | None, code: str, zh: str, en: str) -> Any:
        if expression is None:
            return None
        value = reading.value(expression)
        if value.value is None:
            found.append(unknown(expression, value, code, zh, en))
        return value.value

    since = len(found)
    rule = decides.rule.text
    if rule not in BALLOT_RULES:
        rule = read(decides.rule, "ballot-rule-unknown", "表决规则", "the ballot rule")
    quorum = read(decides.quorum, "quorum-unknown", "法定人数比例", "the quorum")
    seats = read(decides.seats, "seats-unknown", "应选人数", "the number of seats")
    majority = read(decides.majority, "majority-unknown", "多数的比例", "the share that a majority is")
    limit = read(decides.proxy_limit, "proxy-limit-unknown", "一人可受托的票数", "how many votes one may carry")
    if len(found) > since:
        return None
    return _Terms(
        rule,
        1 if decides.seats is None else seats,
        None if decides.quorum is None else Threshold(quorum, decides.quorum_more),
        HALF if decides.majority is None else Threshold(majority, decides.majority_more),
        limit,
    )


def _came(
    reading: Reading, step: Step, decides: CollectiveDecision, terms: _Terms | None, found: list[Finding]
) -> Attendance | None:
    """Who takes part; ``None`` where a list is missing or something stands against the lists."""
    values = reading.values
    missing = [name for name in (decides.among, *decides.lists) if values.get(name) is None]
    found += (missing_field(step, name) for name in missing)
    if missing or terms is None:
        return None
    among = values[decides.among]
    channels = {channel: values[name] for channel, name in decides.channels}
    came = attendance(
        among,
        channels or {"": values[decides.present] if decides.present else tuple(dict.fromkeys(among))},
        seen_twice=decides.seen_twice,
        proxies=values.get(PROXIES) or () if decides.proxy_limit is not None else (),
        proxy_limit=terms.proxy_limit,
        represented=(values.get(REPRESENTED) or ()) if decides.by is Electorate.HOUSEHOLDS else None,
    )
    for fault in came.faults:
        zh, en = FAULTS[fault.code]
        found.append(
            finding(fault.code, f"{zh}（{fault.number}）", f"{en} ({fault.number})", step.origin, number=fault.number)
        )
    return came


def _handed(reading: Reading, step: Step, decides: CollectiveDecision, found: list[Finding]) -> _Handed:
    votes = tuple((each,) if isinstance(each, str) else each for each in reading.values.get(VOTES) or ())
    if not decides.sealed:
        return _Handed(votes)
    sealed = reading.values.get(decides.sealed)
    if sealed is None:
        found.append(missing_field(step, decides.sealed))
        return _Handed(())
    result = opened(reading.case.id, sealed, votes)
    strange = result.strange + len(sealed) - len(set(sealed))
    if strange:
        found.append(
            finding(
                "opening-strange",
                f"有 {strange} 张选票的启封内容与封存的选票不符，或同一张重复，不能计票",
                f"{strange} openings fit no sealed ballot, or one ballot stands twice; nothing is counted",
                step.origin,
                number=strange,
            )
        )
    return _Handed(result.votes, result.unopened)


def _strange(
    step: Step,
    decides: CollectiveDecision,
    handed: _Handed,
    options: tuple[str, ...],
    came: Attendance,
    reading: Reading,
) -> list[Finding]:
    found = []
    strange = sorted({mark for each in handed.votes for mark in each} - {*options, ABSTAIN, SPOILT})
    if strange:
        found.append(
            finding(
                "unknown-option",
                f"选票 {'、'.join(strange)} 不在选项（{'、'.join(options)}）之内；弃权写 {ABSTAIN}，废票写 {SPOILT}",
                f"votes for {', '.join(strange)}: the options are {', '.join(options)}, and {ABSTAIN} and {SPOILT}",
                step.origin,
            )
        )
    cast = len(handed.votes) + len(handed.unopened)
    if cast > came.ballots:
        found.append(
            finding(
                "too-many-votes",
                f"选票 {cast} 张，能投票的 {came.ballots} 人，数目不符",
                f"{cast} votes of {came.ballots} who can have cast one cannot be",
                step.origin,
            )
        )
    aside = len(reading.values.get(SET_ASIDE) or ()) if decides.channels else 0
    if aside != came.set_aside:
        found.append(
            finding(
                "set-aside-differs",
                f"两种方式都投票的人应有 {came.set_aside} 张选票不计而留存，现留存 {aside} 张",
                f"{came.set_aside} ballots of those seen twice are to be kept uncounted, and {aside} are",
                step.origin,
                number=came.set_aside,
            )
        )
    return found


def _no_contest(step: Step, options: int, seats: int) -> Finding:
    return finding(
        "no-contest",
        f"候选人或选项 {options} 个，应选 {seats} 个；候选人要多于应选人数，否则请逐一表决是否同意（approval）",
        f"{options} options for {seats} seats: there must be more options than seats, or else each is put to approval",
        step.origin,
        options=options,
        seats=seats,
    )


def _untied(
    reading: Reading, step: Step, decides: CollectiveDecision, options: tuple[str, ...], result: BallotResult
) -> tuple[BallotResult, Finding | None]:
    """Resolve a tie by the rule that the text names, where it names one that orders; else leave it as it is."""
    if not result.resolvable or decides.tie not in (TieRule.LOT, TieRule.SENIORITY):
        return result, None
    by = reading.values.get(decides.tie_by)
    if by is None:
        return result, tie_unresolved(step, decides, result)
    try:
        order = by_lot(result.tied, options, by) if decides.tie is TieRule.LOT else by_order(result.tied, by)
    except ValueError:
        return result, tie_unresolved(step, decides, result)
    return resolved(result, order, decides.tie.value), None
