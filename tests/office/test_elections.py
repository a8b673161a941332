"""Behaviour of elections, recruitment and recall in a running office: rolls, secrecy of the record, appointments."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import sqlite3
from fractions import Fraction

import pytest

from community_core.base.errors import Refused
from community_core.base.labels import Label
from community_core.instruments.ballot import Method, Threshold, count_ballot
from community_core.instruments.sealing import BoxEntry, close_box, new_salt, opened, seal
from community_core.jurisdiction.loading import load
from community_core.office.office import open_office
from community_core.registers.electoral import ElectoralRoll, Entitlement, RollHead, RollKind, RollLine, sealed

DAY = dt.date(2016, 3, 1)
POLL = dt.date(2016, 4, 10)
TOWN = """
district: town
adopts: [core.election, core.recruitment, core.recall]
standing: example
source: {document: 例}
set:
  core.election.election_rule: [{value: majority_of_votes, from: 1990-01-01}]
  core.election.election_quorum: [{value: pct(50), from: 1990-01-01}]
  core.election.proxy_limit: [{value: 1, from: 1990-01-01}]
  core.election.roll_correction_period: [{value: days(5), from: 1990-01-01}]
  core.election.candidate_notice: [{value: days(5), from: 1990-01-01}]
  core.election.result_objection_period: [{value: days(3), from: 1990-01-01}]
  core.recruitment.application_period: [{value: days(10), from: 1990-01-01}]
  core.recall.recall_notice: [{value: days(7), from: 1990-01-01}]
"""
VOTERS = tuple(f"voter-{number:02d}" for number in range(1, 13))


def roll_of(number: str, place: str, kind=RollKind.RESIDENTS, voters=VOTERS) -> ElectoralRoll:
    """Return a frozen roll; the last on it is not entitled."""
    head = RollHead(number, kind, place, DAY, "core.rolls.resident_elector", "", "clerk", "2016-03-01T00:00:00")
    entitled = [RollLine(0, person, person, Entitlement.ENTITLED, Label("居住", "lives here")) for person in voters]
    out = RollLine(0, "child", "child", Entitlement.NOT_ENTITLED, Label("未满", "too young"))
    return sealed(head, [*entitled, out])


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The town's rules."""
    path = tmp_path_factory.mktemp("town") / "town.yaml"
    path.write_text(TOWN, encoding="utf-8")
    composed = load(path)
    assert composed.findings == ()
    return composed


@pytest.fixture
def office(rules, tmp_path):
    """An office with a place, its people and a roll."""
    with open_office(rules, str(tmp_path / "office.db")) as office:
        for place in ("wenyi", "other"):
            office.register_place(place, zh=place)
        for person, post in (
            ("convener", "election.convener"),
            ("teller", "election.teller"),
            ("officer", "recruitment.officer"),
            ("examiner", "recruitment.examiner"),
            ("chair", "assembly.chair"),
            ("resident", "resident"),
        ):
            office.appoint(person, post, "wenyi", dt.date(2016, 1, 1))
        office.store.keep_roll(roll_of("roll-1", "wenyi"))
        office.store.keep_roll(roll_of("roll-2", "other"))
        yield office


def to_candidates(office, case, **begun):
    """Bring an election from its preparation to the announced candidates."""
    steps = (
        (
            "announce_roll",
            {
                "form": "all_entitled",
                "term_start": dt.date(2016, 6, 1),
                "term_end": dt.date(2019, 6, 1),
                "roll": "roll-1",
                **begun,
            },
            dt.date(2016, 3, 10),
        ),
        ("open_nominations", {}, dt.date(2016, 3, 20)),
        (
            "announce_candidates",
            {"candidates": ["x1", "x2", "x3"], "poll_day": POLL, "venue": "礼堂"},
            dt.date(2016, 4, 1),
        ),
    )
    for step, data, day in steps:
        case = office.take(case, step, data, actor="convener", day=day, key=f"{case.id}-{step}")
    return case


def election(office, **begun):
    """Open an election for two seats and bring it to the announced candidates."""
    begin = {"title": "换届", "kind": "regular", "seats": 2}
    case = office.open("core.election.election", begin, actor="convener", day=DAY, place="wenyi")
    return to_candidates(office, case, **begun)


def box_of(votes):
    """Return the box of a poll: who, by which channel, for whom."""
    return [BoxEntry(voter, channel, marks, new_salt()) for voter, channel, marks in votes]


def closed_and_counted(office, case, entries, day=POLL):
    """Close the poll, open the ballots and count."""
    box = close_box(case.id, entries, channels=("paper", "online"), seen_twice="paper")
    voters = dict(box.voters)
    poll = {
        "paper_voters": voters["paper"],
        "online_voters": voters["online"],
        "ballots": box.sealed,
        "set_aside": box.set_aside,
    }
    case = office.take(case, "close_poll", poll, actor="teller", day=day)
    return office.take(case, "count", {"votes": box.openings}, actor="teller", day=day)


VOTES = [
    *((voter, "paper", ("x1", "x2")) for voter in VOTERS[:4]),
    *((voter, "online", ("x1", "x3")) for voter in VOTERS[4:6]),
    (VOTERS[6], "online", ("x1", "x2")),
    (VOTERS[7], "paper", ()),
    (VOTERS[0], "online", ("x3",)),
]


def test_an_election_ends_in_appointments_for_the_term(office):
    """The entitled come from the roll, the two with most votes are elected and hold the post from day to day."""
    case = election(office)
    assert case.data["voters"] == VOTERS
    case = closed_and_counted(office, case, box_of(VOTES))
    assert (case.data["elected"], case.data["verdict"]) == (("x1", "x2"), "decided")
    assert case.data["seen_twice"] == ((VOTERS[0], "paper"),)
    assert len(case.data["set_aside"]) == 1
    case = office.take(case, "announce_result", {}, actor="convener", day=dt.date(2016, 4, 11))
    case = office.take(case, "take_office", {}, actor="convener", day=dt.date(2016, 4, 14))
    assert (case.state, case.ended) == ("elected", "decided")
    for person, day, holds in (
        ("x1", dt.date(2016, 5, 31), False),
        ("x1", dt.date(2016, 6, 1), True),
        ("x2", dt.date(2019, 5, 31), True),
        ("x2", dt.date(2019, 6, 1), False),
        ("x3", dt.date(2016, 6, 1), False),
    ):
        posts = {item.post for item in office.store.postings(person, day)}
        assert ("committee.member" in posts) is holds, (person, day)
    assert list(office.verify()) == []


def test_a_list_is_filled_from_the_roll_of_its_own_place(office):
    """A roll of another place, an unknown one, or a list by hand that differs is refused; a retry is the same step."""
    for wrong, code in (
        ({"roll": "roll-2"}, "unknown-roll"),
        ({"roll": "roll-9"}, "unknown-roll"),
        ({"voters": [*VOTERS, "child"]}, "roll-differs"),
    ):
        with pytest.raises(Refused) as refused:
            election(office, **wrong)
        assert [item.code for item in refused.value.findings] == [code]
    case = election(office)
    again = to_candidates(office, case)
    assert again == case


def test_households_stand_on_the_list_whether_or_not_they_named_somebody(office):
    """Of a roll of households the list holds the households, since each has its vote."""
    lines = [
        RollLine(0, "h-1", "p-1", Entitlement.ENTITLED, Label("户", "household")),
        RollLine(0, "h-2", "", Entitlement.ENTITLED, Label("户", "household")),
        RollLine(0, "h-3", "", Entitlement.UNDETERMINED, Label("户", "household")),
    ]
    head = RollHead("roll-3", RollKind.HOUSEHOLDS, "wenyi", DAY, "t", "", "clerk", "2016-03-01T00:00:00")
    office.store.keep_roll(sealed(head, lines))
    begin = {"title": "换届", "kind": "regular", "seats": 2}
    case = office.open("core.election.household_election", begin, actor="convener", day=DAY, place="wenyi")
    case = to_candidates(office, case, form="household_representatives", roll="roll-3")
    assert case.data["voters"] == ("h-1", "h-2")


def rows_of(path):
    """Yield every row of every table as one text."""
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            for row in connection.execute(f"select * from {table}"):  # noqa: S608 - the tables' own names
                yield table, "\x1f".join(map(str, row))


def test_nobody_with_the_database_joins_a_person_and_a_ballot(office, tmp_path):
    """No row holds some ballots and not the others, and no order, time, key or guessable salt tells whose one is."""
    entries = box_of(VOTES)
    case = closed_and_counted(office, election(office), entries)
    rows = list(rows_of(tmp_path / "office.db"))
    counting = [item for item in entries if not (item.voter == VOTERS[0] and item.channel == "online")]
    seals = {seal(case.id, item.marks, item.salt) for item in counting}
    salts = {item.salt for item in counting}
    # By row, event, time or key: whatever row holds one ballot holds them all, so that it points at nobody.
    for table, text in rows:
        for marks in (seals, salts):
            assert sum(mark in text for mark in marks) in (0, len(marks)), table
    assert any(all(mark in text for mark in salts) for _, text in rows)
    # Of the ballot set aside only the seal is kept.
    aside = next(item for item in entries if item not in counting)
    assert not any(aside.salt in text for _, text in rows)
    # By order: the lists are sorted by what they hold, and the ballots' order is that of their random salts.
    for name in ("ballots", "votes", "paper_voters", "online_voters"):
        assert list(case.data[name]) == sorted(case.data[name])
    # By hash: nothing that the database holds is the salt of a ballot, nor anything that is made of a voter's name.
    words = {word for _, text in rows for word in text.replace('"', "\x1f").replace(":", "\x1f").split("\x1f")}
    guesses = {word for word in words if len(word) == 64} | {
        hashlib.sha256(word.encode()).hexdigest() for word in words
    }
    guesses |= {hashlib.sha256(f"{case.id}{voter}".encode()).hexdigest() for voter in VOTERS}
    hidden = seal(case.id, aside.marks, aside.salt)
    possible = [marks for size in range(3) for marks in itertools.combinations(("x1", "x2", "x3"), size)]
    assert not any(seal(case.id, marks, guess) == hidden for marks in possible for guess in guesses)


def test_the_record_is_the_same_whoever_cast_which_ballot(rules, tmp_path):
    """Two polls in which the voters changed ballots among each other leave the same events, to the byte."""
    written = []
    for turn in (0, 1, 5):
        with open_office(rules, str(tmp_path / f"{turn}.db")) as office:
            office.register_place("wenyi", zh="文艺")
            office.store.keep_roll(roll_of("roll-1", "wenyi"))
            for person, post in (("convener", "election.convener"), ("teller", "election.teller")):
                office.appoint(person, post, "wenyi", dt.date(2016, 1, 1))
            ballots = [(("x1",) if number < 5 else ("x2", "x3"), f"{number:02x}" * 32) for number in range(8)]
            turned = [*ballots[turn:], *ballots[:turn]]
            entries = [BoxEntry(VOTERS[place], "paper", *ballot) for place, ballot in enumerate(turned)]
            case = closed_and_counted(office, election(office), entries)
            written.append([(moment.step, moment.data) for moment in office.timeline(case)])
    assert written[0] == written[1] == written[2]


def test_each_voter_finds_his_ballot_and_anyone_counts_again_from_the_board(office):
    """With his salt a voter finds his seal among those published; the published openings give the same count."""
    entries = box_of(VOTES)
    case = closed_and_counted(office, election(office), entries)
    shown = {}
    for item in office.board_items():
        shown.update({field.name: field.value.zh for field in item.fields})
    assert {"ballots", "votes", "counts", "unopened"} <= set(shown)
    assert not {"voters", "paper_voters", "online_voters", "seen_twice"} & set(shown)
    assert all(seal(case.id, item.marks, item.salt) in shown["ballots"] for item in entries[1:-1])
    found = opened(case.id, case.data["ballots"], case.data["votes"])
    assert (found.strange, found.unopened) == (0, ())
    again = count_ballot(
        "majority_of_votes",
        case.data["candidates"],
        found.votes,
        entitled=case.data["number_entitled"],
        present=case.data["number_present"],
        quorum=Threshold(Fraction(1, 2)),
        method=Method.MULTIPLE,
        seats=2,
    )
    assert again.elected == case.data["elected"]
    assert dict(again.counts).items() <= dict(case.data["counts"]).items()


def test_recruitment_ends_in_an_election_among_those_preselected(office):
    """The chain opens an election with its seats and those preselected; nobody else can be a candidate."""
    case = office.open(
        "core.recruitment.recruitment",
        {"title": "公开招聘", "posts": 2, "requirements": "面向社会"},
        actor="officer",
        day=DAY,
        place="wenyi",
    )
    for step, data, actor, day in (
        ("close_applications", {"applicants": ["x1", "x2", "x3", "x4"]}, "officer", dt.date(2016, 3, 11)),
        ("hold_test", {"passed_test": ["x1", "x2", "x3"]}, "examiner", dt.date(2016, 3, 12)),
        ("hold_interviews", {"passed_interview": ["x1", "x2", "x3"]}, "examiner", dt.date(2016, 3, 13)),
        ("preselect", {"preselected": ["x1", "x2", "x3"], "number_preselected": 3}, "officer", dt.date(2016, 3, 14)),
        ("go_to_election", {"kind": "regular"}, "officer", dt.date(2016, 3, 15)),
    ):
        case = office.take(case, step, data, actor=actor, day=day)
    (child,) = office.open_cases(procedure="election")
    assert (child.data["seats"], child.data["preselected"]) == (2, ("x1", "x2", "x3"))
    begun = {"form": "all_entitled", "term_start": dt.date(2016, 6, 1), "term_end": dt.date(2019, 6, 1)}
    child = office.take(child, "announce_roll", {**begun, "roll": "roll-1"}, actor="convener", day=dt.date(2016, 3, 16))
    child = office.take(child, "open_nominations", {}, actor="convener", day=dt.date(2016, 3, 25))
    named = {"poll_day": POLL, "venue": "礼堂"}
    with pytest.raises(Refused):
        office.take(
            child,
            "announce_candidates",
            {**named, "candidates": ["x1", "x2", "x4"]},
            actor="convener",
            day=dt.date(2016, 4, 1),
        )
    child = office.take(
        child,
        "announce_candidates",
        {**named, "candidates": ["x1", "x2", "x3"]},
        actor="convener",
        day=dt.date(2016, 4, 1),
    )
    assert child.state == "candidates_announced"


def test_a_recalled_member_loses_the_post_and_a_by_election_fills_the_rest_of_the_term(office):
    """The assembly recalls by the law's numbers; whoever is elected after him holds the post until the same day."""
    term_end = dt.date(2019, 6, 1)
    office.appoint("m1", "committee.member", "wenyi", dt.date(2016, 1, 1), until=term_end)
    case = office.open(
        "core.recall.recall",
        {"title": "撤换", "member": "m1", "post": "committee.member", "ground": "不尽职"},
        actor="resident",
        day=DAY,
        place="wenyi",
    )
    case = office.take(
        case, "ask", {"residents_of_age": 12, "residents_asking": 3}, actor="resident", day=dt.date(2016, 3, 2)
    )
    meeting = dt.date(2016, 3, 20)
    case = office.take(
        case,
        "give_notice",
        {"roll": "roll-1", "meeting_day": meeting, "venue": "礼堂"},
        actor="chair",
        day=dt.date(2016, 3, 3),
    )
    votes = {"here": VOTERS[:7], "votes": ["yes", "no", "yes", "yes", "no", "yes"]}
    case = office.take(case, "vote", votes, actor="chair", day=meeting)
    assert (case.data["outcome"], case.data["votes"]) == ("yes", ("no", "no", "yes", "yes", "yes", "yes"))
    office.take(case, "recall", {}, actor="chair", day=meeting)
    assert office.store.postings("m1", meeting + dt.timedelta(days=1)) == ()
    begin = {"title": "补选", "kind": "by_election", "seats": 1}
    by = office.open("core.election.election", begin, actor="convener", day=dt.date(2016, 3, 21), place="wenyi")
    start = dt.date(2016, 5, 1)
    by = office.take(
        by,
        "announce_roll",
        {"form": "all_entitled", "term_start": start, "term_end": term_end, "roll": "roll-1"},
        actor="convener",
        day=dt.date(2016, 3, 22),
    )
    by = office.take(by, "open_nominations", {}, actor="convener", day=dt.date(2016, 3, 28))
    named = {"candidates": ["x1", "x2"], "poll_day": POLL, "venue": "礼堂"}
    by = office.take(by, "announce_candidates", named, actor="convener", day=dt.date(2016, 4, 1))
    by = closed_and_counted(office, by, box_of([(voter, "paper", ("x2",)) for voter in VOTERS[:6]]))
    by = office.take(by, "announce_result", {}, actor="convener", day=dt.date(2016, 4, 11))
    office.take(by, "take_office", {}, actor="convener", day=dt.date(2016, 4, 14))
    (held,) = office.store.postings("x2", start)
    assert (held.post, held.since, held.until) == ("committee.member", start, term_end)
