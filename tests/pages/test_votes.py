"""Behaviour of the words for a collective decision."""

from __future__ import annotations

from attrs import evolve

from community_core.base.labels import Label
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.pages.votes import ELECTORATES, METHODS, TIES, vote_terms
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.rules.terms import Expression

E = Expression
PLAIN = CollectiveDecision("candidates", "voters", E("plurality"))
WHOLE = evolve(
    PLAIN,
    quorum=E("half"),
    quorum_more=True,
    quorum_of=QuorumOf.PRESENT,
    majority=E("part"),
    method=Method.MULTIPLE,
    seats=E("five"),
    by=Electorate.HOUSEHOLDS,
    channels=(("paper", "paper_voters"), ("online", "online_voters")),
    seen_twice="paper",
    proxy_limit=E("two"),
    tie=TieRule.RUN_OFF,
    records=True,
    secret=True,
    sealed="ballots",
)


def said(vote):
    """Return the terms of *vote* in both languages."""
    terms = tuple(vote_terms(vote, lambda text: Label(f"“{text.text}”", text.text), lambda name: Label(name, name)))
    assert all(term.zh and term.en for term in terms)
    return "；".join(term.zh for term in terms), "; ".join(term.en for term in terms)


def test_a_plain_vote_says_its_rule_alone():
    """What a vote leaves as usual is not said."""
    assert said(PLAIN) == ("规则：“plurality”", "by: plurality")


def test_every_term_of_a_vote_is_said():
    """Seats, quorum, majority, channels, proxies, ties, secrecy: each stands in the handbook in both languages."""
    zh, en = said(WHOLE)
    assert zh == (
        "每户一票，由一名代表投；规则：“plurality”；每票所选不超过应选人数；应选：“five”；最低比例：到场超过 “half”；"
        "多数：“part”；投票方式：paper_voters、online_voters；以几种方式投票的以“paper_voters”为准；"
        "一人最多受托：“two”；得票相同的再次投票；无记名，选票封存；未作出决定的结果也记录"
    )
    assert "more than half of those present" in en
    assert "secret, with sealed ballots" in en
    assert "nothing counts" in said(evolve(WHOLE, seen_twice="none"))[1]


def test_every_word_of_a_vote_has_its_label():
    """No method, electorate or rule for ties is without words."""
    assert (set(METHODS), set(ELECTORATES), set(TIES)) == (set(Method), set(Electorate), set(TieRule))
