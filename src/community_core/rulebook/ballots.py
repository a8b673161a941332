"""The table of keys for a collective decision: who votes on what, how ballots are marked, and what decides."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from community_core.base.labels import Label
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.rulebook.readers import EXPRESSION, NAME, Choice, Flag, OneOf, Pairs
from community_core.rulebook.reading import Bad, Fields, Key, Reading, Record
from community_core.rules.terms import Expression


class _Undecided(Enum):
    """What becomes of a count that decides nothing: the step is refused, or it is recorded with its verdict."""

    REFUSED = "refused"
    RECORDED = "recorded"


@frozen
class _Share:
    """A share as written: what it must be of, and whether it must be exceeded."""

    share: Expression
    more: bool = False
    of: QuorumOf = QuorumOf.CAST


def _build_share(fields: Fields, reading: Reading) -> _Share | Bad:
    least, more = fields.get("at_least"), fields.get("more_than")
    if (least is None) == (more is None):
        return reading.report(
            "keys-clash",
            "写 at_least（至少）或 more_than（超过）之一",
            "write one of at_least and more_than",
            fields.origin,
            key="at_least",
        )
    return _Share(least if more is None else more, more is not None, fields.get("of", QuorumOf.CAST))


_AT_LEAST = Key("at_least", EXPRESSION, Label("至少多大比例", "the share to reach"))
_MORE_THAN = Key("more_than", EXPRESSION, Label("超过多大比例", "the share to exceed"))
_QUORUM = Record(
    (
        _AT_LEAST,
        _MORE_THAN,
        Key("of", Choice(QuorumOf, Label("按什么计算", "what is counted")), Label("按什么计算", "what is counted")),
    ),
    _build_share,
    Label("法定比例 {at_least 或 more_than, of}", "a quorum {at_least or more_than, of}"),
)
_MAJORITY = Record(
    (_AT_LEAST, _MORE_THAN),
    _build_share,
    Label("多数的比例 {at_least 或 more_than}", "what a majority is {at_least or more_than}"),
)
_PROXIES = Record(
    (Key("limit", EXPRESSION, Label("一人最多受托几票", "how many votes one may carry"), required=True),),
    lambda fields, _: fields.get("limit"),
    Label("委托投票 {limit}", "proxies {limit}"),
)


def _build(fields: Fields, _: Reading) -> CollectiveDecision:
    quorum, majority = fields.get("quorum"), fields.get("majority")
    if not isinstance(quorum, _Share | None):
        quorum = _Share(quorum)
    return CollectiveDecision(
        fields.get("question"),
        fields.get("among"),
        fields.get("rule"),
        None if quorum is None else quorum.share,
        present=fields.get("present", ""),
        method=fields.get("method", Method.SINGLE),
        seats=fields.get("seats"),
        by=fields.get("by"),
        quorum_more=quorum is not None and quorum.more,
        quorum_of=QuorumOf.CAST if quorum is None else quorum.of,
        majority=None if majority is None else majority.share,
        majority_more=majority is not None and majority.more,
        channels=fields.get("channels", ()),
        seen_twice=fields.get("seen_twice", ""),
        proxy_limit=fields.get("proxies"),
        tie=fields.get("tie"),
        tie_by=fields.get("tie_by", ""),
        run_off_of=fields.get("run_off_of", ""),
        records=fields.get("undecided") is _Undecided.RECORDED,
        secret=fields.get("secret", False),
        sealed=fields.get("sealed", ""),
        origin=fields.origin,
    )


DECIDES = Record(
    (
        Key("question", NAME, Label("对哪个字段表决", "the field that is voted on"), required=True),
        Key("among", NAME, Label("谁可以表决（字段）", "the field of those who may vote"), required=True),
        Key("by", Choice(Electorate, Label("由谁表决", "who votes")), Label("由谁表决", "who votes")),
        Key("present", NAME, Label("谁到场（字段）", "the field of those present")),
        Key("rule", EXPRESSION, Label("表决规则", "the ballot rule"), required=True),
        Key(
            "method", Choice(Method, Label("画票办法", "how a ballot is marked")), Label("画票办法", "how it is marked")
        ),
        Key("seats", EXPRESSION, Label("应选几人", "how many are elected")),
        Key("quorum", OneOf(EXPRESSION, _QUORUM), Label("法定比例", "the least share that must have voted")),
        Key(
            "majority", _MAJORITY, Label("多数的比例，不写即超过一半", "what a majority is; more than half without it")
        ),
        Key(
            "channels",
            Pairs(NAME, Label("方式与名单字段", "lists of voters by channel")),
            Label("以哪些方式投票", "the channels, each with the field of those who came by it"),
        ),
        Key("seen_twice", NAME, Label("以两种方式投票的，以哪种为准", "whose ballot counts of somebody seen in two")),
        Key("proxies", _PROXIES, Label("可以委托投票", "that proxies are allowed")),
        Key(
            "tie",
            Choice(TieRule, Label("得票相同怎么办", "a rule for ties")),
            Label("得票相同怎么办", "the rule for ties"),
        ),
        Key("tie_by", NAME, Label("按哪个字段（号码或先后）", "the field that it goes by: a seed, or an order")),
        Key("run_off_of", NAME, Label("是哪个环节的再次投票", "the step whose tie this vote resolves")),
        Key(
            "undecided",
            Choice(_Undecided, Label("未作出决定怎么办", "what becomes of a count that decides nothing")),
            Label("未作出决定时，拒绝还是记录", "whether a count that decides nothing is refused or recorded"),
        ),
        Key("secret", Flag(), Label("是否无记名", "whether the vote is secret")),
        Key("sealed", NAME, Label("封存的选票（字段）", "the field of the sealed ballots")),
    ),
    _build,
    Label("共同决定 {question, among, rule, …}", "a collective decision {question, among, rule, …}"),
)
