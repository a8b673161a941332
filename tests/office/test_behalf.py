"""Acting for another: whose post it is, what the record says, who may not act again, and that each has one vote."""

import datetime as dt

import pytest
from attrs import evolve

from community_core.base import Refused
from community_core.ports.store import Contradiction
from community_core.procedures.definition import EndKind, Procedure, Step

DAY = dt.date(2006, 5, 8)
START = dt.date(2006, 1, 1)
POLL = Procedure(
    "poll",
    steps=(
        Step("begin", ("committee.chair",), to="open"),
        Step("vote", ("representative",), source=("open",), not_by=("vote",)),
        Step("count", ("committee.chair", "hearing.convener"), source=("open",), to="counted", not_by=("begin",)),
        Step("object", ("begin",), source=("open",)),
    ),
    ends=(("counted", EndKind.DECIDED),),
)


@pytest.fixture
def office(make_office, rules_of):
    """An office with a poll in it, and two representatives more."""
    with make_office(rules=rules_of(more=(("town.poll", POLL),))) as office:
        for person in ("r2", "r3"):
            office.appoint(person, "representative", "wenyi", START)
        yield office


def begin(office, **more):
    """Open a poll by the chair."""
    return office.open("poll", {}, day=DAY, place="wenyi", **{"actor": "li", **more})


def codes(office, *args, **more):
    """Return what stands against a step, which changes nothing."""
    before = office.store.head()
    with pytest.raises(Refused) as info:
        office.take(*args, **more)
    assert office.store.head() == before
    return [item.code for item in info.value.findings]


def test_both_are_recorded(office):
    """A deputy acts under the post of another, and event, timeline and case name both."""
    office.delegate("deputy", "li", "committee.chair", "wenyi", DAY, reason="居委会主任委托书")
    case = begin(office, actor="deputy", behalf="li")
    (event,) = (item.event for item in office.store.events(case.id))
    assert (event.actor, event.behalf, event.post) == ("deputy", "li", "committee.chair")
    (moment,) = office.timeline(case)
    assert (moment.actor, moment.behalf) == ("deputy", "li")
    assert case.steps["begin"] == (DAY, "li")
    assert list(office.verify()) == []


def test_nobody_acts_for_another_without_a_delegation(office):
    """Without one, for another person, another post, before its day or after its end, the step is refused."""
    case = begin(office)
    office.delegate("r1", "r2", "representative", "wenyi", DAY, dt.date(2006, 5, 10), reason="委托")
    office.delegate("deputy", "li", "hearing.convener", "wenyi", DAY, reason="委托")
    vote = {"actor": "r1", "day": DAY}
    assert codes(office, case, "vote", behalf="r3", **vote) == ["no-delegation"]
    assert codes(office, case, "vote", behalf="r2", **{**vote, "day": dt.date(2006, 5, 10)}) == ["no-delegation"]
    assert codes(office, case, "count", behalf="r2", **vote) == ["no-delegation"]
    # the one he acts for does not hold that post himself
    assert codes(office, case, "count", behalf="li", actor="deputy", day=DAY) == ["not-entitled", "same-person"]
    office.take(case, "vote", behalf="r2", **vote)


def test_it_ends_with_the_post_and_with_the_delegation(office):
    """Whoever acts for another can do no more than he could on that day, and nothing after the delegation was ended."""
    case = begin(office)
    office.appoint("r4", "representative", "wenyi", START, dt.date(2006, 5, 9))
    office.delegate("r1", "r4", "representative", "wenyi", START, reason="委托")
    later = {"actor": "r1", "behalf": "r4", "day": dt.date(2006, 5, 9)}
    assert codes(office, case, "vote", **later) == ["not-entitled"]
    office.store.end_delegation("r1", "r4", "representative", "wenyi", DAY)
    assert codes(office, case, "vote", **{**later, "day": DAY}) == ["no-delegation"]
    assert [item.until for item in office.store.delegations("r1", dt.date(2006, 5, 7))] == [DAY]


def test_one_vote_a_person_whoever_casts_it(office):
    """A person's vote is his: cast by another it is used up, and the other keeps his own."""
    case = begin(office)
    office.delegate("r1", "r2", "representative", "wenyi", START, reason="委托")
    office.take(case, "vote", actor="r1", behalf="r2", day=DAY)
    office.take(case, "vote", actor="r1", day=DAY)
    assert codes(office, case, "vote", actor="r2", day=DAY) == ["same-person"]
    assert codes(office, case, "vote", actor="r1", behalf="r2", day=DAY) == ["same-person"]
    assert codes(office, case, "vote", actor="r1", day=DAY) == ["same-person"]
    office.take(case, "vote", actor="r3", day=DAY)


@pytest.mark.parametrize("counter", ["li", "wang"])
def test_four_eyes_counts_both(office, counter):
    """Neither the one who acted nor the one in whose name he did may take a step that somebody else must take."""
    office.delegate("wang", "li", "committee.chair", "wenyi", START, reason="委托")
    case = begin(office, actor="wang", behalf="li")
    assert codes(office, case, "count", actor=counter, day=DAY) == ["same-person"]
    office.appoint("zhao", "hearing.convener", "wenyi", START)
    office.delegate("li", "zhao", "hearing.convener", "wenyi", START, reason="委托")
    assert codes(office, case, "count", actor="li", behalf="zhao", day=DAY) == ["same-person"]
    assert office.take(case, "count", actor="zhao", day=DAY).state == "counted"


def test_a_role_in_the_case_belongs_to_the_person_it_was_taken_for(office):
    """Who took a step by another's hand has its role; the hand has it only as long as he is charged with it."""
    office.delegate("deputy", "li", "committee.chair", "wenyi", START, reason="委托")
    case = begin(office, actor="deputy", behalf="li")
    assert codes(office, case, "object", actor="deputy", day=DAY) == ["not-entitled"]
    office.take(case, "object", actor="li", day=DAY)
    office.delegate("deputy", "li", "begin", "wenyi", START, reason="委托")
    office.take(case, "object", actor="deputy", behalf="li", day=DAY)


def test_a_delegation_names_two_persons_and_a_reason(office):
    """One without a reason, to oneself, for the library, or of another end than the same one before is refused."""
    good = ("deputy", "li", "committee.chair", "wenyi", START)
    for bad in (("li", "li"), ("", "li"), ("deputy", "system"), ("system", "li")):
        with pytest.raises(Contradiction):
            office.delegate(*bad, "committee.chair", "wenyi", START, reason="委托")
    with pytest.raises(Contradiction):
        office.delegate(*good, reason=" ")
    with pytest.raises(Contradiction):
        office.delegate(*good, START, reason="委托")
    office.delegate(*good, reason="委托")
    office.delegate(*good, reason="委托")
    with pytest.raises(Contradiction):
        office.delegate(*good, DAY, reason="委托")
    with pytest.raises(Contradiction):
        office.store.end_delegation(*good[:4], dt.date(2005, 1, 1))


def test_a_repeated_command_in_anothers_name_is_the_same_only_in_that_name(office):
    """The key of a step in another's name gives the case again, and in one's own name it is another command."""
    office.delegate("r1", "r2", "representative", "wenyi", START, reason="委托")
    case = begin(office)
    first = office.take(case, "vote", actor="r1", behalf="r2", day=DAY, key="k")
    assert office.take(case, "vote", actor="r1", behalf="r2", day=DAY, key="k") == first
    assert codes(office, case, "vote", actor="r1", day=DAY, key="k") == ["key-reused"]


def test_a_correction_in_anothers_name(office, rules_of, run_hearing):
    """A deputy corrects what the one he acts for did, and both are in the correction."""
    case = run_hearing(office, 3)
    office.delegate("deputy", "li", "committee.chair", "wenyi", START, reason="委托")
    last = office.case(case.id).latest
    corrected = office.correct(case, 3, {"venue": "大院"}, actor="deputy", behalf="li", day=last, why="笔误")
    assert corrected.data["venue"] == "大院"
    event = office.store.events(case.id)[-1].event
    assert (event.actor, event.behalf, event.post) == ("deputy", "li", "committee.chair")
    assert list(office.verify()) == []


def test_may_lists_both_names(office):
    """What a person may do in another's name stands beside his own, each with what stands against it."""
    office.delegate("r1", "r2", "representative", "wenyi", START, reason="委托")
    case = begin(office)
    office.take(case, "vote", actor="r1", day=DAY)
    found = {(item.step, item.behalf): item for item in office.may("r1", case, DAY)}
    assert {key for key, item in found.items() if item.allowed} == {("vote", "r2")}
    assert found["vote", "r2"].post == "representative"
    assert [item.code for item in found["vote", ""].findings] == ["same-person"]
    assert [item.code for item in found["count", ""].findings] == ["not-entitled"]


def test_may_open_says_what_can_begin(office):
    """What a person may open in a place on a day, and why not the rest; nothing is recorded."""
    found = {(item.procedure, item.step): item for item in office.may_open("li", "wenyi", DAY)}
    assert found["town.poll", "begin"].allowed
    assert found["town.poll", "begin"].post == "committee.chair"
    (mine,) = (item for item in office.may_open("r1", "wenyi", DAY) if item.procedure == "town.poll")
    assert [item.code for item in mine.findings] == ["not-entitled"]
    assert not [
        item for item in office.may_open("stranger", "wenyi", DAY) if item.procedure == "town.poll" and item.allowed
    ]
    assert list(office.open_cases()) == []


def test_the_hash_of_an_event_in_ones_own_name_is_as_before(office):
    """Records from before anybody acted for another still verify: the field is in the text only where it is used."""
    from community_core.codec.texts import canonical

    case = begin(office)
    event = office.store.events(case.id)[0].event
    assert '"behalf"' not in canonical(event)
    assert '"behalf":"x"' in canonical(evolve(event, behalf="x"))
