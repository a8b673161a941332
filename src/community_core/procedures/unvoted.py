"""The findings that a vote decides nothing: what stands against the lists, and what the count came to instead."""

from __future__ import annotations

from collections.abc import Mapping

from community_core.base.findings import Finding, finding
from community_core.instruments.ballot import BallotResult, Verdict
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.definition import Step

#: What stands against the lists of those who take part, in Chinese and English; numbers, and no names.
FAULTS: Mapping[str, tuple[str, str]] = {
    "person-twice": (
        "表决名单中有人重复出现，请改正后再表决",
        "somebody stands twice in a list of voters; correct it before the vote",
    ),
    "not-among": (
        "参加表决的人中有人不在有权表决的名单之内",
        "somebody takes part who is not among those entitled to vote",
    ),
    "seen-twice": (
        "有人以两种方式都投了票，规则没有写以哪种为准（seen_twice）",
        "somebody voted by two channels, and the rule does not say which ballot counts (seen_twice)",
    ),
    "proxy-unwritten": (
        "委托投票要写明委托人、受托人和书面委托，三项缺一不可",
        "a proxy has a principal, a carrier and a written mandate; one is missing",
    ),
    "proxy-twice": ("有人委托了两次", "somebody gave his vote to two carriers"),
    "proxy-and-present": (
        "有人既委托他人，又亲自投票，只能取其一",
        "somebody both came himself and gave a proxy; only one of the two counts",
    ),
    "carrier-absent": (
        "受托人自己没有参加投票，不能代投",
        "a carrier of a proxy does not take part himself and can carry no vote",
    ),
    "proxy-limit": (
        "有人受托的票数超过规定",
        "somebody carries more votes than the rule allows",
    ),
    "not-represented": (
        "参加表决的户要写明由谁代表，每户一人",
        "a household that takes part has to name the one person who votes for it",
    ),
    "represented-twice": ("有一户写了两名代表", "a household named two representatives"),
    "represents-two": ("有人代表了两户", "somebody represents two households"),
}


def missing_field(step: Step, name: str) -> Finding:
    """Return the finding that a vote lacks the field *name*."""
    return finding(
        "missing-field",
        f"环节 {step.name} 的表决缺少 {name}，请补充",
        f"the vote of step {step.name} needs {name}; give it",
        step.origin,
        field=name,
    )


def tie_unresolved(step: Step, decides: CollectiveDecision, result: BallotResult) -> Finding:
    """Return the finding that the rule which resolves a tie has nothing to go by yet."""
    tied, rule = result.tied, decides.tie.value if decides.tie is not None else ""
    return finding(
        "tie-unresolved",
        f"{'、'.join(tied)} 得票相同，规则是 {rule}；请在 {decides.tie_by} 写明当众抽取的号码或各人的先后后再计票",
        f"{', '.join(tied)} are level, and the rule is {rule}: give {decides.tie_by} (the seed drawn in public, "
        "or the order in which all of them stand) and count again",
        step.origin,
        field=decides.tie_by,
        tied=", ".join(tied),
    )


def undecided(step: Step, result: BallotResult) -> Finding:
    """Return the finding that a counted ballot decides nothing, and why."""
    counts = "、".join(f"{option} {number}" for option, number in result.counts)
    en_counts = ", ".join(f"{option} {number}" for option, number in result.counts)
    code, zh, en = {
        Verdict.NO_QUORUM: (
            "quorum-not-met",
            f"有权表决 {result.entitled} 人，到场 {result.present} 人，交票 {result.cast} 张，未达到法定人数",
            f"{result.entitled} entitled, {result.present} present, {result.cast} ballots: short of the quorum",
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
        Verdict.PARTLY: (
            "seats-open",
            f"应选 {result.seats} 人，选出 {len(result.elected)} 人（{counts}）",
            f"{len(result.elected)} of {result.seats} seats are filled ({en_counts})",
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
