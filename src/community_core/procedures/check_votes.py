"""Checks the votes of a procedure's text before they run: keys that contradict each other, lists that tell too much."""

from __future__ import annotations

from collections.abc import Iterator

from community_core.base.findings import Finding, finding
from community_core.instruments.attendance import NONE
from community_core.instruments.ties import TieRule
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.naming import unknown_name
from community_core.rules.types import Kind, ValueType


def check_votes(procedure: Procedure) -> Iterator[Finding]:
    """Yield what is wrong with the collective decisions of *procedure*, and with the lists that rolls fill."""
    yield from _rolls(procedure)
    for step in procedure.steps:
        if step.decides is not None:
            yield from _clashes(step, step.decides)
            yield from _run_off(procedure, step, step.decides)
            yield from _lists(procedure, step, step.decides)
            yield from _order_tells(procedure, step.decides)


def _clash(step: Step, decides: CollectiveDecision, zh: str, en: str) -> Finding:
    return finding(
        "decides-clash",
        f"环节 {step.name} 的共同决定前后不合：{zh}",
        f"the vote of step {step.name} contradicts itself: {en}",
        decides.origin,
        step=step.name,
    )


def _clashes(step: Step, decides: CollectiveDecision) -> Iterator[Finding]:
    names = [channel for channel, _ in decides.channels]
    if decides.present and names:
        yield _clash(step, decides, "present 和 channels 只能写一个", "it has both present and channels")
    if decides.seen_twice and decides.seen_twice not in (*names, NONE):
        known = "、".join([*names, NONE])
        yield _clash(
            step, decides, f"seen_twice 应是 {known} 之一", f"seen_twice is none of {known.replace('、', ', ')}"
        )
    if len(names) > 1 and not decides.seen_twice:
        yield _clash(
            step,
            decides,
            "有几种投票方式，就要写 seen_twice（两种方式都投的以哪种为准）",
            "with several channels, seen_twice says whose ballot counts",
        )
    by_field = decides.tie in (TieRule.LOT, TieRule.SENIORITY)
    if by_field != bool(decides.tie_by):
        yield _clash(
            step,
            decides,
            "tie 是 lot 或 seniority 时要写 tie_by，此外不写",
            "tie_by goes with the ties lot and seniority, and with nothing else",
        )
    if decides.sealed and not decides.secret:
        yield _clash(step, decides, "封存的选票（sealed）只用于无记名投票（secret）", "sealed ballots are secret ones")
    if decides.secret and len(names) > 1 and not decides.sealed:
        yield _clash(
            step,
            decides,
            "几种方式的无记名投票要有封存的选票（sealed），否则留存的选票会暴露投票人",
            "a secret vote by several channels has sealed ballots, or those set aside would tell whose they are",
        )


def _run_off(procedure: Procedure, step: Step, decides: CollectiveDecision) -> Iterator[Finding]:
    if decides.tie is TieRule.RUN_OFF and not any(
        other.decides is not None and other.decides.run_off_of == step.name for other in procedure.steps
    ):
        yield _clash(
            step,
            decides,
            f"tie 是 run_off，却没有写 run_off_of: {step.name} 的环节",
            f"its tie is a run_off, and no step has run_off_of: {step.name}",
        )
    if decides.run_off_of:
        first = procedure.step(decides.run_off_of)
        if first is None:
            yield unknown_name("unknown-step", "环节", decides.run_off_of, decides.origin, procedure.step_names)
        elif first.decides is None or not first.decides.records:
            yield _clash(
                step,
                decides,
                f"环节 {first.name} 要记录未作出决定的结果（undecided: recorded），才能再次投票",
                f"step {first.name} must record a count that decides nothing (undecided: recorded)",
            )


def _lists(procedure: Procedure, step: Step, decides: CollectiveDecision) -> Iterator[Finding]:
    """The fields that a vote counts by are lists of texts; a seed is a text."""
    wanted = [(name, Kind.LIST) for name in (decides.among, decides.sealed, *decides.lists) if name]
    if decides.tie_by and decides.tie in (TieRule.LOT, TieRule.SENIORITY):
        wanted.append((decides.tie_by, Kind.TEXT if decides.tie is TieRule.LOT else Kind.LIST))
    for name, kind in wanted:
        item = procedure.field(name)
        if item is not None and not _fits(item.type, kind):
            zh, en = ("文本的列表", "a list of text") if kind is Kind.LIST else ("文本", "text")
            yield finding(
                "vote-field",
                f"环节 {step.name} 的表决用到 {name}，它应是{zh}，现为 {item.type}",
                f"the vote of step {step.name} goes by {name!r}, which is to be {en} and is {item.type}",
                item.origin,
                field=name,
            )


def _fits(given: ValueType, kind: Kind) -> bool:
    return given.kind is kind and (kind is Kind.TEXT or (given.of is not None and given.of.kind is Kind.TEXT))


def _order_tells(procedure: Procedure, decides: CollectiveDecision) -> Iterator[Finding]:
    """The lists of a secret vote keep no order: an order of arrival would join persons and ballots."""
    if not decides.secret:
        return
    for name in (decides.sealed, *decides.lists):
        item = procedure.field(name)
        if item is not None and not item.unordered:
            yield finding(
                "order-tells",
                f"无记名投票用到的列表 {name} 要写 unordered: true，否则先后次序会暴露谁投了哪张票",
                f"the list {name!r} of a secret vote needs unordered: true, or its order tells whose ballot is whose",
                item.origin,
                field=name,
            )


def _rolls(procedure: Procedure) -> Iterator[Finding]:
    """A list that a roll fills is one of texts, and each step that takes it takes the roll's id too."""
    for item in procedure.fields:
        if not item.from_roll:
            continue
        roll = procedure.field(item.from_roll)
        without = [
            step.name for step in procedure.steps if item.name in step.takes and item.from_roll not in step.takes
        ]
        if roll is None or roll.type.kind is not Kind.TEXT or not _fits(item.type, Kind.LIST) or without:
            yield finding(
                "roll-field",
                f"{item.name} 由选民名册填入：它应是文本的列表，{item.from_roll} 应是文本，并由收取 {item.name} 的环节"
                f"一并收取（{'、'.join(without) or item.type}）",
                f"{item.name} is filled from an electoral roll: it is to be a list of text, {item.from_roll} a text "
                f"that each step which takes {item.name} takes too ({', '.join(without) or item.type})",
                item.origin,
                field=item.name,
            )
