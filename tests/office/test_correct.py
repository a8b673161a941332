"""Corrections are events: what was recorded stays, what follows from it cannot be changed by them."""

from __future__ import annotations

import datetime as dt

import pytest

from community_core import load
from community_core.base.errors import Refused
from community_core.office.publishing import make_board
from community_core.pages.board import render_board
from community_core.procedures.events import CORRECT

LATER = dt.date(2006, 5, 21)
WHY = "笔误"


def codes(info):
    """The codes of a refusal."""
    return [item.code for item in info.value.findings]


@pytest.fixture
def fix(office, hearing):
    """Correct the announcement (event 3) of a case, by its chair unless somebody else is named."""

    def fix(case, data, version=3, **more):
        asked = {"actor": "li", "day": LATER, "why": WHY, **more}
        return office.correct(case, version, data, **asked)

    return fix


def refused_alike(office, fix, case, data, code, **more):
    """Expect a refusal that leaves everything as it was; return its findings."""
    before = (office.case(case.id), office.store.events(case.id))
    with pytest.raises(Refused) as info:
        fix(case, data, **more)
    assert codes(info) == [code]
    assert (office.case(case.id), office.store.events(case.id)) == before
    return info.value.findings


def test_a_correction_is_an_event_of_its_own(office, run_hearing, fix):
    """It names the event, the fields and why; the state stays, the wrong event stays, the case has the right value."""
    case = run_hearing(office, 5)
    corrected = fix(case, {"venue": "居委会二楼"}, key="k")
    assert (corrected.state, corrected.version, corrected.data["venue"]) == ("in_session", 6, "居委会二楼")
    announce, correction = (item for item in office.timeline(case) if item.version in (3, 6))
    assert dict(announce.data)["venue"] == "社区活动室"
    assert (correction.step, correction.label.zh, correction.actor, correction.post) == (
        CORRECT, "更正", "li", "committee.chair"
    )  # fmt: skip
    assert dict(correction.data) == {
        "corrects": 3, "why": WHY, "fields": (("venue", "居委会二楼"),), "stands": ("venue",)
    }  # fmt: skip
    assert office.case(case.id) == corrected
    assert office.store.state(case.id).data["venue"] == "居委会二楼"
    assert list(office.verify()) == []
    assert fix(case, {"venue": "居委会二楼"}, key="k") == corrected
    for other in ({"data": {"venue": "三楼"}}, {"version": 2}, {"why": "另"}, {"day": dt.date(2006, 5, 22)}):
        refused_alike(office, fix, case, **{"data": {"venue": "居委会二楼"}, "code": "key-reused", "key": "k", **other})


def test_the_case_goes_on_with_the_corrected_value(office, run_hearing, fix, hearing):
    """A later step rests on the corrected value: a meeting moved in writing is held on the right day."""
    case = run_hearing(office, 3)
    fix(case, {"held_day": dt.date(2006, 5, 22)}, day=dt.date(2006, 5, 12))
    present = {"present": list(hearing.PRESENT)}
    with pytest.raises(Refused) as info:
        office.take(case, "convene", present, actor="wang", day=hearing.HELD)
    assert codes(info) == ["wrong-day"]
    assert office.take(case, "convene", present, actor="wang", day=dt.date(2006, 5, 22)).state == "in_session"


def test_what_followed_cannot_be_corrected_away(office, run_hearing, fix, hearing):
    """A value with which a step would have been refused, or come to something else, is refused and the step named."""
    case = run_hearing(office)
    (held,) = refused_alike(office, fix, case, {"held_day": dt.date(2006, 5, 19)}, "correction-refused")
    assert dict(held.data)["step"] == "convene"
    refused_alike(office, fix, case, {"held_day": dt.date(2006, 5, 11)}, "correction-refused")
    refused_alike(office, fix, case, {"competence": "other_body"}, "correction-refused", version=2)
    votes = list(dict(office.timeline(case)[5].data)["votes"])
    others = ["build" if vote == "green" else vote for vote in votes]
    (vote,) = refused_alike(office, fix, case, {"votes": others}, "correction-changes", version=6, actor="wang")
    assert dict(vote.data)["step"] == "conclude"
    refused_alike(
        office, fix, case, {"options": ["build", "green", "park"]}, "correction-changes", version=1, actor="zhang"
    )
    # The same votes in another order come to the same, and an ended case may still be corrected.
    assert fix(case, {"votes": votes[::-1]}, version=6, actor="wang").ended == "decided"


def test_only_the_posts_of_the_step_correct_it(office, run_hearing, fix, hearing):
    """Others are refused, the chair of another place and the system too; another holder of the post is not."""
    case = run_hearing(office, 5)
    for actor in ("zhang", "wang", "stranger", "nobody"):
        refused_alike(office, fix, case, {"venue": "x"}, "not-entitled", actor=actor)
    refused_alike(office, fix, case, {"venue": "x"}, "no-actor", actor="system")
    office.appoint("li-2", "committee.chair", "wenyi", LATER)
    assert office.timeline(fix(case, {"venue": "x"}, actor="li-2"))[-1].actor == "li-2"
    # Who proposed may not convene, and so may not say otherwise how it was convened either.
    office.appoint("zhang", "hearing.convener", "wenyi", LATER)
    people = list(hearing.PRESENT[:6])
    refused_alike(office, fix, case, {"present": people}, "same-person", version=4, actor="zhang")


def test_who_acts_by_what_he_is_in_the_case_is_corrected_by_himself_alone(make_office, rules_of, run_hearing, hearing):
    """A step that is for anyone is corrected by who took it; that anyone might is no reason that others may."""
    from attrs import evolve

    steps = tuple(evolve(step, by=("anyone",)) if step.name == "speak" else step for step in hearing.HEARING.steps)
    with make_office(rules=rules_of(procedure=evolve(hearing.HEARING, steps=steps))) as office:
        case = run_hearing(office, 5)
        asked = {"day": LATER, "why": WHY}
        with pytest.raises(Refused) as info:
            office.correct(case, 5, {"statement": "x"}, actor="zhang", **asked)
        assert codes(info) == ["not-entitled"]
        assert office.correct(case, 5, {"statement": "x"}, actor="r1", **asked).data["statement"] == "x"


def test_a_value_that_need_not_be_given_can_be_withdrawn(office, run_hearing, fix):
    """``None`` withdraws an optional value; one that the step needs stays."""
    case = run_hearing(office, 5)
    assert fix(case, {"position": None}, version=5, actor="r1").data["position"] is None
    refused_alike(office, fix, case, {"statement": None}, "correction-refused", version=5, actor="r1")
    assert fix(case, {"position": "green"}, version=5, actor="r1").data["position"] == "green"
    assert list(office.verify()) == []


def test_a_correction_is_corrected_by_correcting_the_event_again(office, run_hearing, fix):
    """The last correction of an event counts; a correction or a settled deadline is not corrected."""
    case = run_hearing(office, 1)
    office.take(case, "check_competence", {"competence": "residents"}, actor="li", day=dt.date(2006, 6, 1))
    asked = {"day": dt.date(2006, 6, 2)}
    fix(case, {"title": "甲"}, version=1, actor="zhang", **asked)
    refused_alike(office, fix, case, {"title": "乙"}, "not-correctable", version=4, **asked)
    refused_alike(office, fix, case, {"title": "乙"}, "not-correctable", version=2, **asked)
    refused_alike(office, fix, case, {"title": "乙"}, "unknown-event", version=9, **asked)
    refused_alike(office, fix, case, {"title": "甲"}, "nothing-corrected", version=1, actor="zhang", **asked)
    assert fix(case, {"title": "乙"}, version=1, actor="zhang", **asked).data["title"] == "乙"


def test_what_a_later_step_gave_again_stays(office, run_hearing, fix):
    """Correcting an event whose value a later one gave again is recorded, and changes nothing in the case."""
    case = run_hearing(office, 5)
    office.take(case, "speak", {"position": "green", "statement": "种树"}, actor="r1", day=LATER)
    corrected = fix(case, {"statement": "停车太难"}, version=5, actor="r1")
    assert corrected.data["statement"] == "种树"
    assert dict(office.timeline(case)[-1].data)["stands"] == ()
    assert list(office.verify()) == []


def test_what_cannot_be_a_correction_is_refused(office, run_hearing, fix):
    """No reason, an earlier day, a field of another step, a computed one, a value of another type: each is named."""
    case = run_hearing(office)
    refused_alike(office, fix, case, {"venue": "x"}, "no-reason", why=" ")
    refused_alike(office, fix, case, {"venue": "x"}, "day-before", day=dt.date(2006, 5, 19))
    refused_alike(office, fix, case, {"title": "x"}, "unexpected-field")
    refused_alike(office, fix, case, {"outcome": "build"}, "unexpected-field", version=6, actor="wang")
    refused_alike(office, fix, case, {"held_day": "x"}, "wrong-type")
    refused_alike(office, fix, case, {}, "nothing-corrected")
    with pytest.raises(Refused) as info:
        office.correct("hearing-1999-000001", 1, {}, actor="li", day=LATER, why=WHY)
    assert codes(info) == ["unknown-case"]


def test_who_read_the_one_reads_the_other(office, run_hearing, fix):
    """What was published is published as corrected, by whichever step, beside what was said first; nothing else is."""
    case = run_hearing(office, 5)
    fix(case, {"title": "三〇五大院"}, version=1, actor="zhang")
    fix(case, {"venue": "二楼", "representatives": [f"r{number}" for number in range(1, 9)]})
    fix(case, {"statement": "秘密"}, version=5, actor="r1")
    shown = [
        (item.version, item.kind.value, {f.name: f.value.zh for f in item.fields}) for item in office.board_items()
    ]
    assert [(version, kind) for version, kind, _ in shown] == [
        (3, "announcement"), (6, "announcement"), (7, "announcement")
    ]  # fmt: skip
    assert shown[0][2]["venue"] == "社区活动室"
    assert (shown[1][2], shown[2][2]) == ({"title": "三〇五大院"}, {"venue": "二楼"})
    pages = "".join(render_board(make_board(office)).values())
    assert "更正" in pages
    assert not any(private in pages for private in ("秘密", "r8", WHY))


def test_an_overdue_deadline_is_settled_before_a_correction(office, run_hearing, fix):
    """What is overdue is recorded first, as before any step."""
    case = run_hearing(office, 3)
    corrected = fix(case, {"venue": "x"}, day=dt.date(2006, 9, 1))
    assert [item.step for item in office.timeline(case)][-2:] == ["late", CORRECT]
    assert (corrected.state, corrected.ended, corrected.data["venue"]) == ("lapsed", "lapsed", "x")


PATIENCE = """
practice: demo.patience
title: {zh: 等候, en: Waiting}
source: {document: 示例}
standing: example
procedures:
  request:
    ends: {done: decided, lapsed: lapsed}
    facts: {patience: {type: days, privacy: public, zh: 等几天, en: patience}}
    steps:
      ask: {to: asked, by: committee.chair, takes: [patience]}
      look: {from: [asked], to: looked, by: committee.chair}
      close: {from: [looked], to: done, by: committee.chair}
    late:
      asked: [{after: patience, then: lapse, to: lapsed}, {after: days(3), then: remind}]
      looked: [{after: patience, then: lapse, to: lapsed}, {after: patience, then: remind}]
---
district: demo-patience
standing: example
source: {document: 示例}
adopts: [demo.patience]
"""


def test_no_lapse_is_corrected_into_a_case_or_out_of_it(tmp_path, make_office):
    """A value that a period rests on stays where with another one the case would have lapsed, or would not have."""
    text = tmp_path / "patience.yaml"
    text.write_text(PATIENCE, "utf-8")
    with make_office(rules=load(text)) as office:

        def asked(patience, looked=None):
            case = office.open("request", {"patience": patience}, actor="li", day=day(1), place="wenyi")
            return case if looked is None else office.take(case, "look", {}, actor="li", day=looked)

        def fix(case, patience, **more):
            return office.correct(case, 1, {"patience": patience}, actor="li", day=day(25), why=WHY)

        in_time, long_ago = asked(60, day(20)), asked(60, day(5))
        refused_alike(office, fix, in_time, 18, "correction-changes")
        refused_alike(office, fix, long_ago, 19, "correction-changes")
        assert fix(in_time, 19).data["patience"] == 19
        assert fix(long_ago, 20).data["patience"] == 20
        lapsed, waiting = asked(2), asked(60)
        office.advance(day(24))
        assert [office.case(case.id).ended for case in (lapsed, waiting)] == ["lapsed", ""]
        for patience in (1, 3, 60):
            refused_alike(office, fix, lapsed, patience, "correction-changes")
        refused_alike(office, fix, waiting, 23, "correction-changes")
        assert fix(waiting, 24).state == "asked"


def day(number):
    """A day of May."""
    return dt.date(2006, 5, number)
