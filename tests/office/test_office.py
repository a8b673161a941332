"""Behaviour of the office on the courtyard hearing."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from attrs import evolve

from community_core.base.errors import LoadError, Refused, UnknownTerm
from community_core.ports.store import Conflict
from community_core.procedures.definition import EffectSpec
from community_core.procedures.events import LATE, SYSTEM
from community_core.rules.terms import Expression


def codes(info):
    """The codes of a refusal."""
    return [item.code for item in info.value.findings]


def contents(office):
    """Everything that the store has of cases: records, events, states, open ones."""
    store = office.store
    cases = list(store.cases())
    return cases, [store.events(case.id) for case in cases], list(store.open_states())


def test_the_courtyard_is_heard_and_concluded(office, run_hearing):
    """From proposal to conclusion, with its follow-up opened in the same place and linked to it."""
    case = run_hearing(office)
    assert (case.id, case.state, case.ended, case.version) == ("hearing-2006-000001", "concluded", "decided", 6)
    assert case == office.case(case.id)
    follow = office.case("hearing-2006-000001.6.1")
    assert (follow.procedure, follow.state, follow.parent) == ("demo.hearing.follow_up", "ordered", case.id)
    assert (follow.data["about"], follow.place) == ("green", "wenyi")
    assert [item.step for item in office.timeline(case)] == [
        "propose", "check_competence", "announce", "convene", "speak", "conclude"
    ]  # fmt: skip
    assert list(office.verify()) == []


def test_only_who_holds_the_post_there_on_that_day_may_act(office, run_hearing, hearing):
    """A chair elsewhere, a chair before his term and a resident are refused; the finding names who may."""
    case = run_hearing(office, 1)
    given = {"step": "check_competence", "data": {"competence": "residents"}}
    office.appoint("future", "committee.chair", "wenyi", dt.date(2006, 6, 1))
    office.appoint("past", "committee.chair", "wenyi", dt.date(2005, 1, 1), hearing.DAY)
    for actor in ("stranger", "future", "past", "zhang", "nobody"):
        with pytest.raises(Refused) as info:
            office.take(case, **given, actor=actor, day=hearing.DAY)
        assert codes(info) == ["not-entitled"], actor
        assert "committee.chair" in info.value.findings[0].message.zh
    assert office.take(case, **given, actor="li", day=hearing.DAY).state == "checked"


def test_an_appointment_in_a_place_reaches_the_places_within(office, hearing):
    """A subdistrict's officer may propose in its communities, and a community's resident not in another one."""
    name, data, *_ = hearing.RUN[0]
    case = office.open("hearing", data, actor="officer", day=hearing.DAY, place="wenyi", step=name)
    assert office.timeline(case)[0].post == "subdistrict.officer"
    with pytest.raises(Refused) as info:
        office.open("hearing", data, actor="zhang", day=hearing.DAY, place="other")
    assert codes(info) == ["not-entitled"]


def test_nobody_may_act_as_the_system(office, hearing):
    """The library's own actor, no actor at all, and one who only looks like another, are refused from outside."""
    for actor in (SYSTEM, "", " ", "zhang ", "zhang\n"):
        with pytest.raises(Refused) as info:
            office.open("hearing", hearing.RUN[0][1], actor=actor, day=hearing.DAY, place="wenyi")
        assert codes(info) == ["no-actor"]


def test_a_case_is_about_a_place(office, hearing):
    """A place without a name that can be read is refused, one by one and among many."""
    data, asked = hearing.RUN[0][1], {"actor": "officer", "day": hearing.DAY}
    for place in ("", " ", "wenyi\n"):
        with pytest.raises(Refused) as info:
            office.open("hearing", data, place=place, **asked)
        assert codes(info) == ["no-place"]
        batch = office.open_many("hearing", [data, data], place=[place, "wenyi"], **asked)
        assert [(row.index, row.findings[0].code) for row in batch.refused] == [(0, "no-place")]


def test_a_moment_is_no_day(office, hearing):
    """Days are days: a moment is refused."""
    with pytest.raises(Refused) as info:
        office.open("hearing", hearing.RUN[0][1], actor="zhang", day=dt.datetime.now(dt.UTC), place="wenyi")
    assert codes(info) == ["not-a-day"]


def test_what_a_program_gives_by_mistake_is_named(office, hearing):
    """Data that are no mapping, a key that is no text and a case that is neither are told by what they are."""
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi"}
    for data in (None, [], "title"):
        with pytest.raises(TypeError, match="a mapping from field to value"):
            office.open("hearing", data, **asked)
    with pytest.raises(TypeError, match="a text, not 5"):
        office.open("hearing", {}, **asked, key=5)
    for case in (None, 5, {}):
        with pytest.raises(TypeError, match="or by its id"):
            office.take(case, "withdraw", actor="zhang", day=hearing.DAY)


def test_one_key_does_one_thing_once(office, run_hearing, hearing):
    """Repeating a command under its key records nothing; another command under the same key is refused."""
    name, data, actor, _post, day = hearing.RUN[0]
    asked = {"actor": actor, "day": day, "place": "wenyi", "key": "k1"}
    case = office.open("hearing", data, **asked)
    assert office.open("hearing", data, **asked) == case
    assert office.open("hearing", {**data, "options": ("build", "green")}, **asked, step=name) == case
    checked = {"actor": "li", "day": day, "key": "k2"}
    after = office.take(case, "check_competence", {"competence": "residents"}, **checked)
    before = contents(office)
    assert office.take(case, "check_competence", {"competence": "residents"}, **checked) == after
    others = [
        lambda: office.open("hearing", {**data, "title": "x"}, **asked),
        lambda: office.open("hearing", data, **{**asked, "place": "other"}),
        lambda: office.open("follow_up", {"about": "x"}, **asked),
        lambda: office.take(case, "check_competence", {"competence": "other_body"}, **checked),
        lambda: office.take(case, "check_competence", {"competence": "residents"}, **{**checked, "actor": "wang"}),
        lambda: office.take(case, "withdraw", {"why": "x"}, **checked),
        lambda: office.take("hearing-2006-000009", "check_competence", {"competence": "residents"}, **checked),
        lambda: office.take(case, "propose", data, actor=actor, day=day, key="k1", post="committee.member"),
    ]
    for other in others:
        with pytest.raises(Refused) as info:
            other()
        assert codes(info) == ["key-reused"]
    assert contents(office) == before


def test_an_overdue_case_is_settled_before_the_next_step(office, run_hearing, hearing):
    """A step on a case whose deadline has passed is refused because it lapsed, and changes nothing by itself."""
    case = run_hearing(office, 3)
    before = contents(office)
    with pytest.raises(Refused) as info:
        office.take(case, "withdraw", {"why": "x"}, actor="li", day=dt.date(2006, 9, 1))
    assert codes(info) == ["case-ended"]
    assert "2006-07-11" in info.value.findings[0].message.zh
    assert contents(office) == before
    (event,) = office.advance(dt.date(2006, 9, 1))
    assert (event.step, event.state, event.actor, event.day) == (LATE, "lapsed", SYSTEM, dt.date(2006, 7, 11))
    assert office.case(case.id).ended == "lapsed"
    assert office.advance(dt.date(2006, 9, 1)) == ()


def test_a_settled_reminder_and_the_step_after_it_are_recorded_together(office, run_hearing, hearing):
    """A step later than a reminder records both, the reminder first."""
    case = run_hearing(office, 1)
    office.take(case, "check_competence", {"competence": "residents"}, actor="li", day=dt.date(2006, 6, 1))
    late = office.timeline(case)[1]
    assert (late.step, late.day, late.post) == (LATE, dt.date(2006, 5, 24), SYSTEM)
    assert dict(late.data)["told"] == ("committee.chair",)
    assert late.label.zh == "期限届满"
    assert [item.step for item in office.timeline(case)] == ["propose", LATE, "check_competence"]


def test_due_lists_what_falls_due_and_what_cannot_be_said(make_office, rules_of, run_hearing):
    """Deadlines up to a day come earliest first; one whose period nobody has set comes last and says so."""
    with make_office(rules=rules_of(("lapse_period",))) as office:
        run_hearing(office, 3)
        run_hearing(office, 1)
        first, last = office.due(dt.date(2006, 5, 23))
        assert (first.case, first.due) == ("hearing-2006-000002", dt.date(2006, 5, 23))
        assert (last.case, last.due) == ("hearing-2006-000001", None)
        assert "lapse_period" in last.why.message.en
        assert [item.due for item in office.due(dt.date(2006, 5, 22))] == [None]
        assert office.due(dt.date(2006, 5, 23), place="other") == ()


def test_may_says_the_same_as_the_step_and_records_nothing(office, run_hearing, hearing):
    """For every person and step, what may be tried is what the office would not refuse for its person, place or day."""
    case = run_hearing(office, 3)
    before = contents(office)
    allowed = {
        person: {item.step for item in office.may(person, case, hearing.HELD) if item.allowed}
        for person in ("zhang", "li", "wang", "stranger", "r1", SYSTEM)
    }
    assert allowed == {
        "zhang": {"withdraw"}, "li": {"withdraw"}, "wang": {"convene"}, "stranger": set(), "r1": set(), SYSTEM: set()
    }  # fmt: skip
    late = {item.step: [f.code for f in item.findings] for item in office.may("li", case, dt.date(2006, 9, 1))}
    assert late["withdraw"] == ["case-ended"]
    assert contents(office) == before


def test_the_board_shows_what_is_public_and_nothing_else(office, run_hearing, hearing):
    """Announcement and objection notice show their public fields; people, votes and personal notices never appear."""
    run_hearing(office)
    other = run_hearing(office, 1)
    office.take(other, "hand_over", {"to_body": "街道", "why": "不属居民事项"}, actor="li", day=hearing.DAY)
    items = list(office.board_items())
    assert [(item.case, item.version, item.kind.value) for item in items] == [
        ("hearing-2006-000001", 3, "announcement"),
        ("hearing-2006-000001", 6, "objection_notice"),
    ]
    notice = {field.name: field.value for field in items[1].fields}
    assert set(notice) == {"counts", "outcome", "reasons"}
    assert notice["counts"].zh == "build 2，green 4，弃权 1，废票 0"
    assert items[1].until == dt.date(2006, 5, 25)
    assert items[1].cite == hearing.CITE
    assert {field.name for field in items[0].fields} == {"title", "options", "venue", "held_day"}
    text = repr(items)
    assert not any(private in text for private in ("r1", "zhang", "li'", "停车", "街道"))
    (case,) = office.board_cases()
    assert (case.subject, case.end.value, case.title.zh) == ("305 大院空地", "decided", "社区事务听证会")


def test_a_personal_field_is_masked_where_the_text_publishes_it_without_ground(
    make_office, rules_of, run_hearing, hearing
):
    """A publish list that names a personal field without a ground is looked at twice, and the board masks it."""
    announce = hearing.HEARING.step("announce")
    publish = evolve(announce.publish[0], what=("title", "representatives"))
    steps = tuple(evolve(step, publish=(publish,)) if step is announce else step for step in hearing.HEARING.steps)
    with make_office(rules=rules_of(procedure=evolve(hearing.HEARING, steps=steps))) as office:
        run_hearing(office, 3)
        (item,) = office.board_items()
        assert [(field.name, field.value.zh) for field in item.fields][1:] == [
            ("representatives", "、".join(["***"] * 10))
        ]


def test_a_case_finishes_under_the_rules_it_began_under(tmp_path, make_office, rules_of, run_hearing, hearing):
    """After an upgrade an old case goes on by the kept text, a new one by the new text."""
    where = str(tmp_path / "office.db")
    with make_office(where) as office:
        case = run_hearing(office, 5)
    stricter = evolve(hearing.HEARING, late=())
    steps = tuple(
        evolve(step, when=Expression("false")) if step.name == "conclude" else step for step in stricter.steps
    )
    new_rules = rules_of(procedure=evolve(stricter, steps=steps))
    name, data, actor, _post, day = hearing.RUN[5]
    with make_office(where, new_rules) as office:
        fresh = run_hearing(office, 5)
        assert fresh.rules != case.rules
        with pytest.raises(Refused) as info:
            office.take(fresh, name, data, actor=actor, day=day)
        assert codes(info) == ["guard-false"]
        assert office.take(case, name, data, actor=actor, day=day).state == "concluded"
        assert list(office.verify()) == []


def test_a_case_whose_text_is_lost_cannot_go_on(tmp_path, make_office, rules_of, run_hearing, hearing):
    """Where the text a case began under is not kept, it says so instead of taking another text."""
    with make_office() as office:
        run_hearing(office, 1)
        bindings = office._bindings
        with pytest.raises(LoadError, match="sha256:00"):
            bindings.of("demo.hearing.hearing", "sha256:00")


def test_dated_values_are_those_of_the_day_the_case_opened(make_office, rules_of, run_hearing, hearing):
    """A value that changes while a case runs changes nothing in it."""
    rules = rules_of()
    terms = rules.terms
    changed = []
    for name, parameter in terms.parameters:
        if name.endswith("notice_period"):
            (old,) = parameter.history
            history = (
                evolve(old, span=evolve(old.span, end=dt.date(2006, 5, 9))),
                evolve(old, value=365, span=evolve(old.span, start=dt.date(2006, 5, 9))),
            )
            parameter = evolve(parameter, history=history)  # noqa: PLW2901 - the changed one takes its place
        changed.append((name, parameter))
    with make_office(rules=type(rules).from_terms(evolve(terms, parameters=tuple(changed)))) as office:
        assert run_hearing(office, 3).state == "announced"
        data = hearing.RUN[0][1]
        later = office.open("hearing", data, actor="zhang", day=dt.date(2006, 5, 10), place="wenyi")
        office.take(later, "check_competence", {"competence": "residents"}, actor="li", day=dt.date(2006, 5, 10))
        with pytest.raises(Refused) as info:
            office.take(later, "announce", hearing.RUN[2][1], actor="li", day=dt.date(2006, 5, 10))
        assert codes(info) == ["guard-false"]


def test_observers_are_told_after_commit_and_can_break_nothing(make_office, run_hearing, caplog):
    """Every event is told once; an observer that raises is a warning that names it and repeats no value."""
    told = []

    def broken(event):
        raise RuntimeError(dict(event.data)["title"])

    with make_office(observers=[broken, told.append]) as office, caplog.at_level(logging.WARNING):
        run_hearing(office, 2)
        assert [event.step for event in told] == ["propose", "check_competence"]
    assert "broken" in caplog.text
    assert "305" not in caplog.text


def test_logs_hold_no_values(office, run_hearing, caplog):
    """What the office logs names cases and steps, never people or what they gave."""
    with caplog.at_level(logging.DEBUG, "community_core.office"):
        run_hearing(office)
    assert "hearing-2006-000001/3 announce -> announced" in caplog.text
    assert not any(private in caplog.text for private in ("zhang", "r1", "停车", "大院"))


def test_a_given_id_is_kept_once(office, hearing):
    """A caller may name a case; the same name again is a conflict and changes nothing."""
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi", "case_id": "courtyard-305"}
    assert office.open("hearing", hearing.RUN[0][1], **asked).id == "courtyard-305"
    before = contents(office)
    with pytest.raises(Conflict):
        office.open("hearing", hearing.RUN[0][1], **asked)
    assert contents(office) == before


def test_what_does_not_exist_is_named(office, hearing):
    """An unknown procedure, case or step says what was asked for."""
    with pytest.raises(UnknownTerm, match="herring"):
        office.open("herring", {}, actor="zhang", day=hearing.DAY, place="wenyi")
    with pytest.raises(Refused, match="hearing-1999-000001"):
        office.take("hearing-1999-000001", "announce", {}, actor="li", day=hearing.DAY)
    case = office.open("hearing", hearing.RUN[0][1], actor="zhang", day=hearing.DAY, place="wenyi")
    with pytest.raises(Refused) as info:
        office.take(case, "adjourn", {}, actor="li", day=hearing.DAY)
    assert codes(info) == ["unknown-step"]


def test_a_step_and_its_follow_up_stand_or_fall_together(make_office, rules_of, run_hearing, hearing):
    """Where the follow-up case cannot be opened the step itself is refused, and nothing is recorded."""
    conclude = hearing.HEARING.step("conclude")
    for name, code in (("no_such", "unknown-procedure"), ("hearing", "missing-field")):
        effect = evolve(
            conclude.effects[0], arguments=(("procedure", Expression(name)), ("title", Expression("outcome")))
        )
        steps = tuple(evolve(step, effects=(effect,)) if step is conclude else step for step in hearing.HEARING.steps)
        with make_office(rules=rules_of(procedure=evolve(hearing.HEARING, steps=steps))) as office:
            case = run_hearing(office, 5)
            before = contents(office)
            step, data, actor, _post, day = hearing.RUN[5]
            with pytest.raises(Refused) as info:
                office.take(case, step, data, actor=actor, day=day)
            assert codes(info) == [code]
            assert contents(office) == before


def test_which_of_several_openings_is_asked_for(make_office, rules_of, hearing):
    """Where a procedure opens with one of several steps, and none is named, they are listed and nothing opens."""
    propose = hearing.HEARING.step("propose")
    both = evolve(hearing.HEARING, steps=(*hearing.HEARING.steps, evolve(propose, name="petition")))
    with make_office(rules=rules_of(procedure=both)) as office:
        with pytest.raises(Refused) as info:
            office.open("hearing", hearing.RUN[0][1], actor="zhang", day=hearing.DAY, place="wenyi")
        assert codes(info) == ["which-opening"]
        assert "petition" in str(info.value)
        opened = office.open(
            "hearing", hearing.RUN[0][1], actor="zhang", day=hearing.DAY, place="wenyi", step="petition"
        )
        assert opened.state == "proposed"


def test_a_procedure_that_opens_itself_for_ever_is_refused(make_office, rules_of, run_hearing, hearing):
    """A follow-up that opens another of its kind would never end: the step is refused and nothing is recorded."""
    order = hearing.FOLLOW_UP.step("order")
    again = EffectSpec("open", (("procedure", Expression("echo")), ("about", Expression("about"))))
    echo = evolve(hearing.FOLLOW_UP, name="echo", steps=(evolve(order, effects=(again,)), *hearing.FOLLOW_UP.steps[1:]))
    rules = rules_of(more=((f"{hearing.PRACTICE}.echo", echo),))
    with make_office(rules=rules) as office:
        office.appoint("wang", "hearing.convener", "wenyi", hearing.DAY)
        before = contents(office)
        with pytest.raises(Refused) as info:
            office.open("echo", {"about": "x"}, actor="wang", day=hearing.DAY, place="wenyi")
        assert codes(info) == ["too-many-follow-ups"]
        assert contents(office) == before
