"""Behaviour of recording whole cases at once, as when a paper archive is entered."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from attrs import evolve

from community_core.base import Span
from community_core.base.errors import UnknownTerm
from community_core.office import Command


def whole(hearing, count=6, **more):
    """What was done in one hearing, from its proposal on, each under a key if *more* begins one."""
    begin = more.get("key", "")
    return [
        Command(name, data, actor, day, begin and f"{begin}-{number}")
        for number, (name, data, actor, _post, day) in enumerate(hearing.RUN[:count])
    ]


def known(office):
    """What the record says: every case with its events."""
    return {case.id: [item.event for item in office.store.events(case.id)] for case in office.store.cases()}


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_whole_cases_are_recorded_as_one_by_one(make_office, hearing, run_hearing, chunk):
    """Three hearings recorded whole, each with its follow-up, are those that were stepped one after the other."""
    with make_office() as bulk, make_office() as single:
        batch = bulk.record_many("hearing", [("wenyi", whole(hearing))] * 3, chunk=chunk)
        cases = [run_hearing(single) for _ in range(3)]
        assert batch.refused == ()
        assert batch.cases == tuple(cases)
        assert known(bulk) == known(single)
        assert list(bulk.open_cases()) == list(single.open_cases())
        assert list(bulk.verify()) == []


def test_a_case_of_which_a_step_is_refused_is_not_recorded(office, hearing):
    """The second of three hearings was announced by nobody who may: it leaves nothing, and its number goes on."""
    right, wrong = whole(hearing), whole(hearing)
    wrong[2] = evolve(wrong[2], actor="zhang")
    batch = office.record_many("hearing", [("wenyi", right), ("wenyi", wrong), ("wenyi", right)])
    assert [(row.index, [found.code for found in row.findings]) for row in batch.refused] == [(1, ["not-entitled"])]
    assert [case and case.id for case in batch.cases] == ["hearing-2006-000001", None, "hearing-2006-000002"]
    assert len(known(office)) == 4
    assert list(office.verify()) == []


def test_what_a_refused_case_had_caused_is_undone(electing, hearing):
    """Who was elected in a case that is refused further on holds no post; who was elected in another one acts in it."""
    day = hearing.DAY
    elected = [Command("elect", {"winner": name}, "li", day, name) for name in ("sun", "qian")]
    sun, qian = ([each, Command("vow", {}, "sun", day)] for each in elected)
    nobody = [elected[1], Command("vow", {}, "zhao", day)]
    batch = electing.record_many("election", [("wenyi", each) for each in (qian, sun, nobody)])
    assert [(row.index, row.findings[0].code) for row in batch.refused] == [(0, "not-entitled"), (2, "not-entitled")]
    assert [post.post for post in electing.store.postings("sun", day)] == ["hearing.convener"]
    assert electing.store.postings("qian", day) == ()
    assert len(known(electing)) == 1
    again = electing.open("election", {"winner": "qian"}, actor="li", day=day, place="wenyi", key="qian")
    assert again.version == 1
    assert list(electing.verify()) == []


@pytest.mark.parametrize(("first", "chunk"), list(product((1, 3, 6), (1, 1000))))
def test_under_its_keys_a_case_is_recorded_once_and_goes_on(office, hearing, first, chunk):
    """A case that was entered up to some step is gone on with; what is recorded already is not recorded again."""
    office.record_many("hearing", [("wenyi", whole(hearing, first, key="a"))])
    rows = [("wenyi", whole(hearing, key=key)) for key in "aba"]
    batch = office.record_many("hearing", rows, chunk=chunk)
    assert batch.refused == ()
    assert batch.cases[0] == batch.cases[2]
    assert [len(events) for case, events in known(office).items() if "hearing-" in case and "." not in case] == [6, 6]
    assert known(office) == (office.record_many("hearing", rows) and known(office))
    assert list(office.verify()) == []


def test_a_case_gone_on_with_and_refused_stands_as_before(office, hearing):
    """The steps that were to be added to a recorded case are refused together; in the same unit others go through."""
    rows = [
        ("wenyi", whole(hearing, 2, key="a")),
        ("wenyi", whole(hearing, key="a")),
        ("wenyi", whole(hearing, key="b")),
    ]
    rows[1][1][4] = evolve(rows[1][1][4], actor="zhang")
    batch = office.record_many("hearing", rows)
    assert [row.index for row in batch.refused] == [1]
    assert [case and case.version for case in batch.cases] == [2, None, 6]
    assert office.case(batch.cases[0].id).version == 2
    assert list(office.verify()) == []
    asked = office.take(batch.cases[0], *hearing.RUN[2][:2], actor="li", day=hearing.RUN[2][4], key="a-2")
    assert asked.version == 3


def test_each_case_runs_under_the_text_of_its_own_day(make_office, rules_of, hearing):
    """Of two versions of a procedure that which was in force at the opening; before both the case is refused."""
    change = dt.date(2006, 7, 1)
    early = evolve(hearing.FOLLOW_UP, name="walk", span=Span(dt.date(2006, 1, 1), change))
    late = evolve(early, span=Span(change), title=evolve(early.title, zh="新文本"))
    full = f"{hearing.PRACTICE}.walk"
    with make_office(rules=rules_of(more=((full, early), (full, late)))) as office:
        days = [dt.date(2006, 5, 1), dt.date(2006, 8, 1), dt.date(2005, 12, 31), "2006-05-01"]
        rows = [("wenyi", [Command("order", {"about": "x"}, "wang", day)]) for day in days]
        batch = office.record_many("walk", rows)
        told = [(row.index, row.findings[0].code) for row in batch.refused]
        assert told == [(2, "unknown-procedure"), (3, "not-a-day")]
        assert ["新文本" in office.store.rules(case.rules) for case in batch.done] == [False, True]
        titles = [office.definition(case).title.zh for case in (batch.done[0], batch.done[1].id)]
        assert titles == [early.title.zh, "新文本"]


def test_nothing_done_and_no_such_procedure_are_errors_of_the_caller(office, hearing):
    """A row without an opening is a mistake, and so is a name that no procedure has; nothing is recorded then."""
    with pytest.raises(ValueError, match="nothing is given in row 1"):
        office.record_many("hearing", [("wenyi", whole(hearing)), ("wenyi", [])])
    with pytest.raises(UnknownTerm):
        office.record_many("herring", [("wenyi", whole(hearing))])
    assert known(office) == {}
    assert office.record_many("hearing", []).cases == ()


def test_progress_counts_cases(office, hearing):
    """After each committed chunk it is told how many cases are done."""
    done = []
    office.record_many("hearing", [("wenyi", whole(hearing, 2))] * 5, chunk=2, progress=done.append)
    assert done == [2, 4, 5]
