"""A case that moves over to a newer text: only where that text says so, under its own procedure, and on the record."""

import datetime as dt
import types

import pytest

import community_core as cc
from community_core.base import Refused
from community_core.jurisdiction import hookimpl
from community_core.rulebook import read_text

DAY = dt.date(2006, 5, 1)
LATER = dt.date(2006, 6, 1)
DISTRICT = "district: town\ntitle: {zh: 镇, en: Town}\nadopts: [plug.permits]\n"
OLD = """
practice: plug.permits
title: {zh: 许可, en: Permits}
standing: library
source: {document: permits}
parameters:
  limit: {type: int, unit: day, zh: 上限, en: limit, values: [{value: 30, from: 2000-01-01}]}
procedures:
  permit:
    title: {zh: 许可, en: Permit}
    ends: {granted: decided}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
      reason: {type: text, privacy: public, zh: 事由, en: reason}
      answer: {type: [allow, deny], privacy: public, zh: 答复, en: answer}
    steps:
      ask: {to: asked, by: [clerk], takes: [length]}
      grant: {from: [asked], to: granted, by: [clerk], takes: [answer], when: "length <= limit"}
"""
# The newer text: the first state has another name, a chair looks, a field more, and a period from the first step on.
NEW = (
    OLD.replace("value: 30", "value: 10")
    .replace("ends: {granted: decided}", "ends: {granted: decided, lapsed: lapsed}")
    .replace("ask: {to: asked", "ask: {to: received")
    .replace(
        "grant: {from: [asked]",
        "look: {from: [received], to: looked, by: [chair], takes: [reason]}\n      grant: {from: [looked]",
    )
    + """    late:
      received: {after: days(60), then: lapse, to: lapsed}
    transitions:
      old_permits: TRANSITION
"""
)
MOVE = (
    "{before: 2006-06-01, since: 2006-05-15, by: [chair], states: {asked: received}, "
    "cite: {document: permits, article: 9}}"
)


def plugin(text):
    """Return the plugin with one text."""
    (practice,) = read_text(text).practices
    module = types.ModuleType("plug")
    module.community_practices = hookimpl(lambda: [practice])
    return module


@pytest.fixture
def office(tmp_path):
    """Open the same store under the rules of a text."""
    opened = []

    def office(text):
        file = tmp_path / "town.yaml"
        file.write_text(DISTRICT, "utf-8")
        rules = cc.load(file, plugins=[plugin(text)])
        assert [item for item in rules.findings if item.level == "error"] == []
        made = cc.open_office(rules, tmp_path / "record.db")
        opened.append(made)
        for person in ("clerk", "chair"):
            made.appoint(person, person, "town", dt.date(2000, 1, 1))
        return made

    yield office
    for made in opened:
        made.close()


def ask(office, length=8, day=DAY):
    """Open a case."""
    return office.open("permit", {"length": length}, actor="clerk", day=day, place="town")


def codes(office, case, **more):
    """Return why a case cannot move over; nothing has changed then."""
    before = office.store.head()
    with pytest.raises(Refused) as info:
        office.transition(case, **{"actor": "chair", "day": LATER, **more})
    assert office.store.head() == before
    return [item.code for item in info.value.findings]


def test_a_case_moves_over_by_a_declared_transition(office):
    """It goes on under the newer text, keeps what it holds and its periods, and the event names both texts."""
    old = ask(office(OLD))
    newer = office(NEW.replace("TRANSITION", MOVE))
    moved = newer.transition(old, actor="chair", day=LATER)
    fresh = ask(newer, day=LATER)
    assert (moved.state, moved.rules, moved.entered) == ("received", fresh.rules, DAY)
    assert moved.data == {"length": 8}
    event = newer.store.events(old.id)[-1].event
    assert dict(event.data) == {"transition": "old_permits", "from": old.rules, "to": fresh.rules}
    assert (event.step, event.post, event.rules) == ("transition", "chair", fresh.rules)
    with pytest.raises(Refused):
        newer.take(old, "grant", {"answer": "allow"}, actor="clerk", day=LATER)
    newer.take(old, "look", {"reason": "x"}, actor="chair", day=LATER)
    assert newer.take(old, "grant", {"answer": "allow"}, actor="clerk", day=LATER).ended == "decided"
    moments = newer.timeline(old)
    assert [(item.step, item.state_label.zh) for item in moments][:2] == [("ask", "asked"), ("transition", "received")]
    assert moments[1].cite.article == "9"
    assert list(newer.verify()) == []


def test_the_period_of_a_renamed_state_runs_on(office):
    """Moving over is not entering: the deadline counts from the day on which the state was entered before."""
    old = ask(office(OLD))
    newer = office(NEW.replace("TRANSITION", MOVE))
    newer.transition(old, actor="chair", day=LATER)
    (item,) = newer.due(dt.date(2007, 1, 1))
    assert (item.case, item.due) == (old.id, DAY + dt.timedelta(days=60))
    newer.advance(dt.date(2007, 1, 1))
    assert newer.case(old.id).state == "lapsed"
    assert list(newer.verify()) == []


def test_without_a_transition_a_case_finishes_under_its_own_text(office):
    """Where none is declared, or for none of its kind, not yet, or by nobody entitled, the case stays where it is."""
    old = ask(office(OLD))
    plain = office(NEW.replace("    transitions:\n      old_permits: TRANSITION\n", ""))
    assert codes(plain, old) == ["no-transition"]
    newer = office(NEW.replace("TRANSITION", MOVE))
    assert codes(newer, old, day=dt.date(2006, 5, 14)) == ["no-transition"]
    assert codes(newer, old, actor="clerk") == ["not-entitled"]
    fresh = ask(newer, day=LATER)
    assert codes(newer, fresh) == ["already-under-text"]
    assert newer.take(old, "grant", {"answer": "allow"}, actor="clerk", day=LATER).state == "granted"
    assert codes(newer, old) == ["case-ended"]


def test_a_transition_for_one_text_is_for_that_text(office):
    """One that names the hash of the older text moves its cases and no others."""
    first = office(OLD)
    old = ask(first)
    other = ask(office(OLD.replace("value: 30", "value: 31")))
    by_text = f"{{text: '{old.rules}', by: [chair], states: {{asked: received}}, cite: {{document: permits}}}}"
    newer = office(NEW.replace("TRANSITION", by_text))
    assert codes(newer, other) == ["no-transition"]
    assert newer.transition(old, actor="chair", day=LATER).state == "received"


def test_what_does_not_fit_the_newer_text_is_named(office):
    """A state that the newer text does not have, and a value of another type, stand against the move."""
    old = ask(office(OLD))
    lacking = office(NEW.replace("TRANSITION", MOVE.replace("states: {asked: received}, ", "")))
    assert codes(lacking, old) == ["transition-state"]
    other = NEW.replace("length: {type: int, unit: day,", "length: {type: [short, long],").replace(
        "length <= limit", "length == short"
    )
    assert codes(office(other.replace("TRANSITION", MOVE)), old) == ["transition-field"]


def test_a_step_from_before_the_move_is_corrected_under_its_own_text(office):
    """A slip of the pen in the older text's step is corrected as that text has it, and the case goes on as it was."""
    old = ask(office(OLD))
    newer = office(NEW.replace("TRANSITION", MOVE))
    newer.transition(old, actor="chair", day=LATER)
    corrected = newer.correct(old, 1, {"length": 9}, actor="clerk", day=LATER, why="笔误")
    assert (corrected.data["length"], corrected.state) == (9, "received")
    with pytest.raises(Refused) as info:
        newer.correct(old, 2, {"to": "x"}, actor="chair", day=LATER, why="笔误")
    assert [item.code for item in info.value.findings] == ["not-correctable"]
    assert list(newer.verify()) == []


def test_a_repeated_move_does_nothing_twice(office):
    """The same key gives the case as it is; used for a step before, it is refused."""
    old = ask(office(OLD))
    newer = office(NEW.replace("TRANSITION", MOVE))
    moved = newer.transition(old, actor="chair", day=LATER, key="k")
    assert newer.transition(old, actor="chair", day=LATER, key="k") == moved
    assert codes(newer, old, key="k", actor="clerk") == ["key-reused"]
    assert len(newer.store.events(old.id)) == 2


@pytest.mark.parametrize(
    ("transition", "code"),
    [
        ("{by: [chair], cite: {document: permits}}", "transition-of-all"),
        (MOVE.replace("asked: received", "asked: nowhere"), "unknown-state"),
        (MOVE.replace("states:", "steps: {look: nowhere}, states:"), "unknown-step"),
        (MOVE.replace("states:", "steps: {see: look}, drops: [see], states:"), "renamed-and-dropped"),
    ],
)
def test_a_transition_that_says_too_little_is_a_finding(transition, code, tmp_path):
    """One for every case there ever was, or to a state that there is not, is reported with its place."""
    file = tmp_path / "town.yaml"
    file.write_text(DISTRICT, "utf-8")
    rules = cc.load(file, plugins=[plugin(NEW.replace("TRANSITION", transition))])
    assert code in {item.code for item in rules.findings}


# A text in which later steps ask who took earlier ones, when, and how often; and a newer one with other names.
LOOKED = """
practice: plug.permits
title: {zh: 许可, en: Permits}
standing: library
source: {document: permits}
procedures:
  permit:
    title: {zh: 许可, en: Permit}
    ends: {granted: decided}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
      note: {type: text, privacy: public, zh: 记事, en: note}
    steps:
      ask: {to: asked, by: [clerk], takes: [length], papers: [receipt]}
      look: {in: [asked], by: [clerk], takes: [note]}
      muse: {in: [asked], by: [clerk]}
      grant: {from: [asked], to: granted, by: [chair], not_by: [look], within: {after: look, period: days(90)}}
    papers:
      receipt: {zh: 收据, en: receipt, form: receipt, shows: [length]}
"""
VISITED = (
    LOOKED.replace("look:", "visit:")
    .replace("      muse: {in: [asked], by: [clerk]}\n", "")
    .replace("not_by: [look], within: {after: look,", "not_by: [visit], within: {after: visit,")
    .replace("      ask: {", "      apply: {")
    .replace(
        "      note:", "      looks: {type: int, times_of: visit, privacy: public, zh: 次数, en: times}\n      note:"
    )
    + """    transitions:
      renamed: {before: 2006-06-01, by: [chair], STEPS cite: {document: permits}}
"""
)
STEPS = "steps: {ask: apply, look: visit}, drops: [muse],"


def looked(office):
    """Open a case under the older text in which the chair, a clerk too, looked once after a clerk."""
    first = office(LOOKED)
    first.appoint("chair", "clerk", "town", dt.date(2000, 1, 1))
    case = ask(first)
    first.take(case, "look", {"note": "甲"}, actor="clerk", day=DAY)
    first.take(case, "muse", actor="clerk", day=DAY)
    return first.take(case, "look", {"note": "乙"}, actor="chair", day=DAY + dt.timedelta(days=1))


def test_steps_that_were_renamed_are_the_same_steps(office):
    """Whoever took a step under its old name, when, and how often, is asked under the new one; the record verifies."""
    old = looked(office)
    newer = office(VISITED.replace("STEPS", STEPS))
    moved = newer.transition(old, actor="chair", day=LATER)
    assert set(moved.steps) == {"apply", "visit", "transition"}
    assert moved.steps["visit"] == (DAY + dt.timedelta(days=1), "chair")
    assert moved.takers["visit"] == {"clerk", "chair"}
    assert moved.data["looks"] == 2
    said = dict(newer.store.events(old.id)[-1].event.data)
    assert said["steps"] == (("ask", "apply"), ("look", "visit"), ("muse", ""))
    assert said["counts"] == (("looks", 2),)
    with pytest.raises(Refused) as info:
        newer.take(old, "grant", actor="chair", day=LATER)
    assert [item.code for item in info.value.findings] == ["same-person"]
    newer.appoint("second", "chair", "town", dt.date(2000, 1, 1))
    with pytest.raises(Refused) as info:
        newer.take(old, "grant", actor="second", day=DAY + dt.timedelta(days=92))
    assert [item.code for item in info.value.findings] == ["too-late"]
    newer.take(old, "visit", {"note": "丙"}, actor="clerk", day=LATER)
    assert newer.take(old, "grant", actor="second", day=LATER).data["looks"] == 3
    assert [item.name for item, _ in newer.papers().of(old)] == ["receipt"]
    assert list(newer.verify()) == []


def test_two_steps_that_are_one_now_are_put_together(office):
    """Where two steps have one successor, all who took either took it, and the later day counts."""
    old = looked(office)
    newer = office(VISITED.replace("STEPS", "steps: {ask: apply, look: visit, muse: visit},"))
    moved = newer.transition(old, actor="chair", day=LATER)
    assert moved.steps["visit"][0] == DAY + dt.timedelta(days=1)
    assert moved.data["looks"] == 3
    assert list(newer.verify()) == []


def test_a_step_without_a_name_in_the_newer_text_stands_against_the_move(office):
    """Where that text asks who took a step, one that was taken under a name it does not know is to be mapped."""
    old = looked(office)
    for steps in ("", "steps: {ask: apply},", "drops: [ask, muse],"):
        assert codes(office(VISITED.replace("STEPS", steps)), old) == ["transition-step"]
    fine = office(VISITED.replace("STEPS", "steps: {look: visit},"))
    assert set(fine.transition(old, actor="chair", day=LATER).steps) >= {"visit", "ask", "muse"}


def test_a_case_that_moves_twice_keeps_its_steps(office):
    """Names are carried through each text that a case goes over to; a long case is read from its kept state as well."""
    old = looked(office)
    newer = office(VISITED.replace("STEPS", STEPS))
    newer.transition(old, actor="chair", day=LATER)
    third = (
        VISITED.replace("visit", "survey")
        .replace("before: 2006-06-01", "before: 2006-07-01")
        .replace("STEPS", "steps: {visit: survey},")
        .replace("looks:", "surveys:")
    )
    newest = office(third)
    moved = newest.transition(old, actor="chair", day=LATER)
    assert (set(moved.steps), moved.data["surveys"]) == ({"apply", "survey", "transition"}, 2)
    assert [item.name for item, _ in newest.papers().of(old)] == ["receipt"]
    assert newest.case(old.id, as_of=DAY).steps.keys() == {"ask", "look", "muse"}
    assert list(newest.verify()) == []
