"""Behaviour of the collective decision of a step: seats, channels, proxies, ties, and ballots that stay secret."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.sealing import BoxEntry, close_box, new_salt, seal
from community_core.instruments.ties import TieRule
from community_core.procedures.check import check_procedure
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.procedures.definition import EndKind, Procedure, Step, StepField
from community_core.procedures.events import Case
from community_core.procedures.step import Refusal, Taken, take
from community_core.rules.terms import Expression
from community_core.rules.types import INT, SHARE, TEXT, list_of

E = Expression
DAY = dt.date(2006, 3, 1)
VOTERS = tuple(f"p{number}" for number in range(1, 11))
CANDIDATES = ("a", "b", "c", "d")
PLAIN = CollectiveDecision("candidates", "voters", E("plurality"), present="here")


def _list(name, *, unordered=True):
    return StepField(name, list_of(TEXT), Privacy.PERSONAL, Label(name), unordered=unordered, optional=name != "voters")


def procedure(decides, *, again=None, takes=()):
    """Return an election of two steps that counts by *decides*, and by *again* once more."""
    names = ("voters", "here", "paper", "online", "ballots", "joined", "candidates")
    steps = [
        Step("begin", ("chair",), to="open", takes=("candidates", "voters")),
        Step(
            "count",
            ("chair",),
            ("open",),
            "counted",
            takes=("here", "paper", "online", "ballots", "joined", "seed", *takes),
            decides=decides,
        ),
        Step("finish", ("chair",), ("counted",), "finished"),
    ]
    if again is not None:
        steps.insert(2, Step("again", ("chair",), ("counted",), "counted", takes=("here",), decides=again))
    return Procedure(
        "election",
        tuple(steps),
        ends=(("finished", EndKind.DECIDED),),
        fields=(
            *(_list(name, unordered=name not in ("candidates", "joined")) for name in names),
            StepField("seed", TEXT, Privacy.PUBLIC, Label("seed"), optional=True),
            StepField("number", INT, Privacy.PUBLIC, Label("number"), optional=True),
            StepField("part", SHARE, Privacy.PUBLIC, Label("part"), optional=True),
        ),
    )


@pytest.fixture
def count(hearing):
    """Count votes by a decision, in a case with ten voters and four candidates."""
    evaluate = hearing.evaluator()

    def step(text, case, name, **data):
        return take(text, case, name, data, actor="chair-1", post="chair", day=DAY, evaluate=evaluate)

    def count(decides=PLAIN, again=None, candidates=CANDIDATES, voters=VOTERS, **data):
        text = procedure(decides, again=again, takes=tuple({"proxies", "represented", "set_aside"} & set(data)))
        begun = step(text, Case("election-1", "election", "wenyi", DAY), "begin", candidates=candidates, voters=voters)
        result = step(text, begun.case, "count", **data)
        return (text, result, step) if again is not None else result

    return count


def codes(result):
    """The codes of a refusal; each of its findings speaks both languages and names nobody."""
    assert isinstance(result, Refusal), result
    assert all(item.message.zh and item.message.en for item in result.findings)
    assert not any(voter in f"{item.message.zh}{item.message.en}" for item in result.findings for voter in VOTERS)
    return [item.code for item in result.findings]


def data(result):
    """The case's data after a step."""
    assert isinstance(result, Taken), result
    return result.case.data


def several(**changes):
    """Return a vote for two seats among the candidates, recorded whatever it comes to."""
    return evolve(PLAIN, method=Method.MULTIPLE, seats=E("2"), records=True, **changes)


def test_seats_are_filled_and_the_result_says_how(count):
    """Two of four are elected, and the case holds verdict, numbers and what is blank or spoilt."""
    votes = [["a", "b"]] * 3 + [["a"], [], ["a", "b", "c"]]
    held = data(count(several(), here=VOTERS[:7], votes=votes))
    assert (held["verdict"], held["elected"], held["tied"], held["open_seats"]) == ("decided", ("a", "b"), (), 0)
    assert (held["number_entitled"], held["number_present"]) == (10, 7)
    assert dict(held["counts"]) == {"a": 4, "b": 3, "c": 0, "d": 0, "abstain": 1, "spoilt": 1}
    assert "outcome" not in held


def test_a_count_that_decides_nothing_is_recorded_where_the_text_says_so(count):
    """With one and the same tie the plain vote is refused and the recorded one holds its verdict."""
    votes = [["a"], ["b"]]
    held = data(count(evolve(several(), seats=E("1")), here=VOTERS[:2], votes=votes))
    assert (held["verdict"], held["tied"], held["elected"], held["open_seats"]) == ("tie", ("a", "b"), (), 1)
    assert codes(count(evolve(several(), seats=E("1"), records=False), here=VOTERS[:2], votes=votes)) == ["ballot-tied"]


def test_seats_that_a_majority_does_not_fill_stay_open(count):
    """By a majority of those present one of two seats is filled; a refused vote says so."""
    votes = [["a", "b"]] * 3 + [["a", "c"]] * 2
    decides = several(majority=None)
    decides = evolve(decides, rule=E("majority_of_entitled"))
    assert data(count(decides, here=VOTERS[:5], votes=votes))["verdict"] == "no_majority"
    partly = evolve(decides, rule=E("majority_of_present"), majority=E("pct(80)"))
    held = data(count(partly, here=VOTERS[:5], votes=votes))
    assert (held["verdict"], held["elected"], held["open_seats"]) == ("partly", ("a",), 1)
    assert codes(count(evolve(partly, records=False), here=VOTERS[:5], votes=votes)) == ["seats-open"]
    above = evolve(partly, majority_more=True, majority=E("pct(100)"))
    assert data(count(above, here=VOTERS[:5], votes=votes))["verdict"] == "no_majority"


@pytest.mark.parametrize(("present", "verdict"), [(5, "no_quorum"), (6, "decided")])
def test_a_quorum_of_those_present_may_have_to_be_exceeded(count, present, verdict):
    """Of ten entitled, five present are not more than half, whatever is voted."""
    decides = several(quorum=E("pct(50)"), quorum_more=True, quorum_of=QuorumOf.PRESENT)
    assert data(count(decides, here=VOTERS[:present], votes=[["a", "b"]] * 2))["verdict"] == verdict


def test_no_more_candidates_than_seats_is_no_contest(count):
    """Two candidates for two seats are put to approval, or not at all."""
    decides = several()
    assert codes(count(decides, candidates=("a", "b"), here=VOTERS[:2], votes=[["a", "b"]])) == ["no-contest"]
    approval = evolve(decides, method=Method.APPROVAL)
    assert data(count(approval, candidates=("a", "b"), here=VOTERS[:2], votes=[["a", "b"]]))["elected"] == ("a", "b")


BOTH = evolve(PLAIN, present="", channels=(("paper", "paper"), ("online", "online")), seen_twice="paper")


@pytest.mark.parametrize("candidates", [("a", "a", "b"), ("a", " ", "b"), ("a", "abstain"), ("spoilt", "b", "c")])
def test_options_that_no_ballot_can_tell_apart_are_refused_when_they_are_given(hearing, candidates):
    """An option twice, a blank one, or one by a name of the count's own stops the step that brings it, not the vote."""
    begun = Case("election-1", "election", "wenyi", DAY)
    given = {"candidates": candidates, "voters": VOTERS}
    result = take(
        procedure(PLAIN), begun, "begin", given, actor="chair-1", post="chair", day=DAY, evaluate=hearing.evaluator()
    )
    assert codes(result) == ["options-unfit"]


def test_two_channels_are_reconciled_by_the_named_rule(count):
    """The one seen in both votes once; he is listed with the channel that counts, and his other ballot is kept."""
    result = count(BOTH, paper=["p1", "p2"], online=["p3", "p2"], votes=["a", "a", "b"], set_aside=["b"])
    held = data(result)
    assert held["outcome"] == "a"
    assert held["seen_twice"] == (("p2", "paper"),)
    assert (held["paper"], held["online"], held["set_aside"]) == (("p1", "p2"), ("p2", "p3"), ("b",))


@pytest.mark.parametrize(
    ("changes", "given", "expected"),
    [
        ({}, {"votes": ["a"] * 4, "set_aside": ["b"]}, ["too-many-votes"]),
        ({}, {"votes": ["a"] * 3, "set_aside": []}, ["set-aside-differs"]),
        ({}, {"votes": ["a"] * 3}, ["set-aside-differs"]),
        ({"seen_twice": ""}, {"votes": ["a"] * 3, "set_aside": ["b"]}, ["seen-twice"]),
        ({"seen_twice": "none"}, {"votes": ["a"] * 3, "set_aside": ["b", "b"]}, ["too-many-votes"]),
        ({}, {"votes": ["a"], "set_aside": ["b"], "paper": ["p1", "x", "p2"]}, ["not-among"]),
        ({}, {"votes": ["a"], "set_aside": ["b"], "paper": None}, ["missing-field"]),
    ],
)
def test_channels_that_do_not_add_up_are_refused(count, changes, given, expected):
    """Too many ballots, none kept of the one seen twice, a stranger, a missing list: each by its code."""
    plain = {"paper": ["p1", "p2"], "online": ["p2", "p3"]}
    assert codes(count(evolve(BOTH, **changes), **{**plain, **given})) == expected


def test_a_proxy_counts_within_its_limit(count):
    """Three people come with two mandates and have five votes; one mandate more than the limit is refused."""
    decides = evolve(PLAIN, proxy_limit=E("1"))
    mandates = [["p9", "p1", "mandate-1"], ["p10", "p2", "mandate-2"]]
    assert data(count(decides, here=VOTERS[:3], votes=["a"] * 5, proxies=mandates))["outcome"] == "a"
    mandates[1][1] = "p1"
    assert codes(count(decides, here=VOTERS[:3], votes=["a"] * 5, proxies=mandates)) == ["proxy-limit"]
    for more, code in (
        (["p9", "p1", ""], "proxy-unwritten"),
        (["p9", "p8", "m"], "carrier-absent"),
        (["p3", "p1", "m"], "proxy-and-present"),
        (["p10", "p3", "m"], "proxy-twice"),
    ):
        wrong = [["p10", "p2", "mandate-2"], more]
        assert codes(count(decides, here=VOTERS[:3], votes=["a"] * 4, proxies=wrong)) == [code]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seats": E("number")}, "seats-unknown"),
        ({"majority": E("part")}, "majority-unknown"),
        ({"proxy_limit": E("number")}, "proxy-limit-unknown"),
        ({"quorum": E("part")}, "quorum-unknown"),
    ],
)
def test_what_nobody_has_set_refuses_the_vote_and_is_named(count, changes, expected):
    """A number of seats, a share or a limit that is not known is asked for and never guessed."""
    more = {"proxies": []} if "proxy_limit" in changes else {}
    refused = count(evolve(PLAIN, **changes), here=VOTERS[:3], votes=["a"] * 3, **more)
    assert codes(refused) == [expected]


def test_households_vote_by_one_representative_each(count):
    """A household without a named representative has no vote, and nobody votes for two."""
    decides = evolve(PLAIN, by=Electorate.HOUSEHOLDS)
    sound = [["p1", "x1"], ["p2", "x2"]]
    assert data(count(decides, here=VOTERS[:2], votes=["a", "a"], represented=sound))["outcome"] == "a"
    assert codes(count(decides, here=VOTERS[:2], votes=["a"], represented=sound[:1])) == ["not-represented"]
    for wrong, code in (
        ([["p1", "x"], ["p2", "x"]], "represents-two"),
        ([*sound, ["p2", "x3"]], "represented-twice"),
    ):
        assert codes(count(decides, here=VOTERS[:2], votes=["a"], represented=wrong)) == [code]


def test_a_lot_needs_a_seed_and_draws_what_everybody_can_draw(count):
    """Without the seed the tie is named and nothing recorded; with it the result says that a lot was drawn."""
    decides = several(tie=TieRule.LOT, tie_by="seed")
    votes = [["a", "b"], ["a", "c"]]
    refused = count(decides, here=VOTERS[:2], votes=votes)
    assert codes(refused) == ["tie-unresolved"]
    assert "b, c" in refused.findings[0].message.en
    held = data(count(decides, here=VOTERS[:2], votes=votes, seed="07 12 19 23"))
    assert held["elected"] in {("a", "b"), ("a", "c")}
    assert (held["tied"], held["resolved"], held["verdict"]) == (("b", "c"), "lot", "decided")
    again = data(count(decides, here=VOTERS[:2], votes=votes[::-1], seed="07 12 19 23"))
    assert again["elected"] == held["elected"]


def test_seniority_ranks_the_tied_by_the_given_order(count):
    """The one who stands first in the order has the seat; an order that leaves one out decides nothing."""
    decides = several(tie=TieRule.SENIORITY, tie_by="joined")
    votes = [["a", "b"], ["a", "c"]]
    held = data(count(decides, here=VOTERS[:2], votes=votes, joined=["c", "d", "b"]))
    assert (held["elected"], held["resolved"]) == (("a", "c"), "seniority")
    assert codes(count(decides, here=VOTERS[:2], votes=votes, joined=["b"])) == ["tie-unresolved"]


def test_a_rule_for_ties_never_seats_whom_the_majority_leaves_out(count):
    """Two level below the majority stay a tie: no lot makes a minority a majority."""
    decides = evolve(several(tie=TieRule.LOT, tie_by="seed"), rule=E("majority_of_entitled"), seats=E("1"))
    held = data(count(decides, here=VOTERS[:2], votes=[["a"], ["b"]], seed="1"))
    assert (held["verdict"], held["elected"]) == ("tie", ())


def test_a_run_off_adds_to_those_already_elected(count):
    """The second vote is about the tied alone, for the seats still open."""
    first = several(tie=TieRule.RUN_OFF)
    second = CollectiveDecision(
        "tied",
        "voters",
        E("plurality"),
        present="here",
        method=Method.MULTIPLE,
        seats=E("open_seats"),
        run_off_of="count",
        records=True,
    )
    text, result, step = count(first, second, here=VOTERS[:2], votes=[["a", "b"], ["a", "c"]])
    assert (data(result)["elected"], data(result)["tied"]) == (("a",), ("b", "c"))
    stranger = step(text, result.case, "again", here=VOTERS[:3], votes=[["d"]])
    assert "unknown-option" in codes(stranger)
    held = data(step(text, result.case, "again", here=VOTERS[:3], votes=[["c"], ["c"], ["b"]]))
    assert (held["elected"], held["open_seats"], held["verdict"]) == (("a", "c"), 0, "decided")


SECRET = evolve(BOTH, secret=True, sealed="ballots", method=Method.MULTIPLE, seats=E("1"), records=True)


def poll(entries):
    """Return what the record takes of a closed box."""
    closed = close_box("election-1", entries, channels=("paper", "online"), seen_twice="paper")
    voters = dict(closed.voters)
    return {
        "paper": voters["paper"],
        "online": voters["online"],
        "ballots": closed.sealed,
        "set_aside": closed.set_aside,
        "votes": closed.openings,
    }


def entry(voter, channel, *marks):
    """Return one ballot in the box."""
    return BoxEntry(voter, channel, marks, new_salt())


def test_sealed_ballots_are_opened_and_counted(count):
    """What was sealed is counted from its openings; whoever voted by both channels has one ballot that counts."""
    entries = [entry("p1", "paper", "a"), entry("p2", "online", "b"), entry("p3", "online", "a")]
    entries.append(entry("p1", "online", "b"))
    held = data(count(SECRET, **poll(entries)))
    assert (held["outcome"], held["unopened"]) == ("a", ())
    assert dict(held["counts"])["a"] == 2
    assert len(held["set_aside"]) == 1


def test_an_opening_of_no_sealed_ballot_is_refused_and_a_ballot_nobody_opens_is_listed(count):
    """A mark changed after the poll was closed fits no ballot; a lost opening leaves its ballot spoilt."""
    entries = [entry(f"p{number}", "paper", "a") for number in range(1, 4)]
    sound = poll(entries)
    salt, *_ = sound["votes"][0]
    changed = [(salt, "b"), *sound["votes"][1:]]
    assert codes(count(SECRET, **{**sound, "votes": changed})) == ["opening-strange"]
    assert codes(count(SECRET, **{**sound, "votes": [*sound["votes"], sound["votes"][0]]})) == ["opening-strange"]
    held = data(count(SECRET, **{**sound, "votes": sound["votes"][1:]}))
    assert dict(held["counts"])["spoilt"] == 1
    assert held["unopened"] == (seal("election-1", ("a",), salt),)


def test_a_sealed_ballot_without_a_voter_is_refused(count):
    """One ballot more than people who voted cannot be, even where it opens."""
    sound = poll([entry(f"p{number}", "paper", "a") for number in range(1, 4)])
    assert codes(count(SECRET, **{**sound, "paper": ["p1", "p2"]})) == ["too-many-votes"]


def test_lists_of_a_secret_vote_are_kept_in_no_order_of_arrival(count):
    """However the lists are handed in, the event holds them sorted: voters by name, ballots by hash."""
    sound = poll([entry(f"p{number}", "paper", "a" if number % 2 else "b") for number in range(1, 8)])
    backward = {name: tuple(reversed(value)) for name, value in sound.items()}
    one, other = count(SECRET, **sound), count(SECRET, **backward)
    assert one.events[0].data == other.events[0].data
    for name in ("paper", "ballots", "votes"):
        assert list(dict(one.events[0].data)[name]) == sorted(sound[name])


def faulty(**changes):
    """Return the codes of a procedure whose vote is changed so."""
    return sorted(item.code for item in check_procedure(procedure(evolve(SECRET, **changes), takes=("set_aside",))))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"present": "here"}, ["decides-clash"]),
        ({"seen_twice": "post"}, ["decides-clash"]),
        ({"seen_twice": ""}, ["decides-clash"]),
        ({"tie": TieRule.LOT}, ["decides-clash"]),
        ({"tie_by": "seed"}, ["decides-clash"]),
        ({"tie": TieRule.LOT, "tie_by": "joined"}, ["vote-field"]),
        ({"tie": TieRule.SENIORITY, "tie_by": "joined"}, []),
        ({"tie": TieRule.RUN_OFF}, ["decides-clash"]),
        ({"run_off_of": "begin"}, ["decides-clash"]),
        ({"run_off_of": "nothing"}, ["unknown-step"]),
        ({"secret": False}, ["decides-clash"]),
        ({"sealed": ""}, ["decides-clash"]),
        ({"sealed": "joined"}, ["order-tells"]),
        ({"sealed": "seed"}, ["order-tells", "vote-field"]),
        ({"among": "seed"}, ["vote-field"]),
        ({"sealed": "nowhere"}, ["unknown-field"]),
        ({"proxy_limit": E("2")}, ["never-collected"]),
    ],
)
def test_a_vote_that_contradicts_itself_is_a_finding(changes, expected):
    """Keys that exclude each other, fields of the wrong type, and lists whose order tells whose ballot is whose."""
    assert faulty(**changes) == expected
