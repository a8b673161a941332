"""What a collective decision says, in words: how ballots are marked, what decides, what becomes of a tie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from community_core.base.labels import Label, joined
from community_core.instruments.attendance import NONE
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.rules.terms import Expression

METHODS: Mapping[Method, Label] = {
    Method.SINGLE: Label("每票选一个", "one mark on a ballot"),
    Method.MULTIPLE: Label("每票所选不超过应选人数", "as many marks on a ballot as there are seats, or fewer"),
    Method.APPROVAL: Label("每票可选任意多个", "any number of marks on a ballot"),
}
ELECTORATES: Mapping[Electorate, Label] = {
    Electorate.RESIDENTS: Label("每人一票", "one vote for each resident"),
    Electorate.HOUSEHOLDS: Label("每户一票，由一名代表投", "one vote for each household, cast by one representative"),
    Electorate.REPRESENTATIVES: Label("由代表投票", "representatives vote"),
}
TIES: Mapping[TieRule, Label] = {
    TieRule.RUN_OFF: Label("得票相同的再次投票", "a tie goes to a run-off"),
    TieRule.LOT: Label("得票相同的当众抽签", "a tie is decided by lot, with a public seed"),
    TieRule.SENIORITY: Label("得票相同的按先后次序", "a tie is decided by seniority"),
}
_OF: Mapping[QuorumOf, Label] = {
    QuorumOf.CAST: Label("交票", "ballots handed in"),
    QuorumOf.PRESENT: Label("到场", "those present"),
}


def vote_terms(
    vote: CollectiveDecision, spell: Callable[[Expression], Label], field: Callable[[str], Label]
) -> Iterator[Label]:
    """Yield what *vote* says, term by term, in the order of its keys; what it leaves as usual is left out."""
    if vote.by is not None:
        yield ELECTORATES[vote.by]
    yield _named("规则", "by", spell(vote.rule))
    if vote.method is not Method.SINGLE:
        yield METHODS[vote.method]
    if vote.seats is not None:
        yield _named("应选", "seats", spell(vote.seats))
    if vote.quorum is not None:
        yield _share("最低比例", "quorum", spell(vote.quorum), vote.quorum_more, vote.quorum_of)
    if vote.majority is not None:
        yield _share("多数", "majority", spell(vote.majority), vote.majority_more)
    if vote.channels:
        yield _named("投票方式", "channels", joined(field(name) for _, name in vote.channels))
    if vote.seen_twice:
        yield _seen_twice(vote, field)
    if vote.proxy_limit is not None:
        yield _named("一人最多受托", "proxies for one carrier at most", spell(vote.proxy_limit))
    if vote.tie is not None:
        yield TIES[vote.tie]
    if vote.secret:
        yield Label("无记名，选票封存", "secret, with sealed ballots") if vote.sealed else Label("无记名", "secret")
    if vote.records:
        yield Label("未作出决定的结果也记录", "a count that decides nothing is recorded too")


def _named(zh: str, en: str, value: Label) -> Label:
    return Label(f"{zh}：{value.zh}", f"{en}: {value.text('en')}")


def _share(zh: str, en: str, value: Label, more: bool, of: QuorumOf = QuorumOf.CAST) -> Label:
    of_zh, of_en = (_OF[of].zh, f" of {_OF[of].en}") if of is QuorumOf.PRESENT else ("", "")
    than_zh, than_en = ("超过 ", "more than ") if more else ("", "")
    return Label(f"{zh}：{of_zh}{than_zh}{value.zh}", f"{en}: {than_en}{value.text('en')}{of_en}")


def _seen_twice(vote: CollectiveDecision, field: Callable[[str], Label]) -> Label:
    if vote.seen_twice == NONE:
        return Label("以几种方式投票的都不计", "of somebody seen in several channels nothing counts")
    channel = field(dict(vote.channels).get(vote.seen_twice, vote.seen_twice))
    return Label(
        f"以几种方式投票的以“{channel.zh}”为准",
        f"of somebody seen in several channels the ballot by {channel.en} counts",
    )
