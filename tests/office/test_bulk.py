"""Behaviour of bulk work: the same as one by one, with the refused rows set aside."""

from __future__ import annotations

import pytest

from community_core.base.errors import Refused


def rows_of(hearing, count):
    """Proposals; every third one lacks its options."""
    good = hearing.RUN[0][1]
    return [{**good, "title": f"事项 {n}"} if n % 3 else {"title": f"事项 {n}"} for n in range(count)]


def test_good_rows_go_through_and_refused_ones_come_back_with_their_index(office, hearing):
    """Of ten proposals the four without options are refused by index, and six cases are open."""
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi"}
    batch = office.open_many("hearing", rows_of(hearing, 10), **asked, chunk=4)
    assert [row.index for row in batch.refused] == [0, 3, 6, 9]
    assert {item.code for row in batch.refused for item in row.findings} == {"missing-field"}
    assert [case is None for case in batch.cases] == [n % 3 == 0 for n in range(10)]
    assert len(list(office.open_cases())) == len(batch.done) == 6
    assert list(office.verify()) == []


def test_many_is_the_same_as_one_by_one(make_office, hearing):
    """Opening and stepping in bulk leaves the same cases, events and states as single calls."""
    asked = {"actor": "zhang", "day": hearing.DAY}
    good = [hearing.RUN[0][1]] * 3
    check = {"competence": "residents"}
    with make_office() as bulk, make_office() as single:
        opened = bulk.open_many("hearing", good, **asked, place=["wenyi"] * 3)
        bulk.take_many([(case, check) for case in opened.done], "check_competence", actor="li", day=hearing.DAY)
        for data in good:
            case = single.open("hearing", data, **asked, place="wenyi")
            single.take(case, "check_competence", check, actor="li", day=hearing.DAY)
        ids = [case.id for case in bulk.store.cases()]
        assert ids == [case.id for case in single.store.cases()]
        assert list(bulk.open_cases()) == list(single.open_cases())
        for case_id in ids:
            mine, theirs = ([item.event for item in office.store.events(case_id)] for office in (bulk, single))
            assert mine == theirs


def test_a_bulk_call_repeated_under_its_keys_records_nothing(office, hearing):
    """After an interruption the same rows under the same keys give the same cases, and only what is missing is done."""
    rows = [{**hearing.RUN[0][1], "title": f"事项 {n}"} for n in range(6)]
    keys = [f"propose-{n}" for n in range(6)]
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi", "chunk": 2}
    first = office.open_many("hearing", rows[:3], **asked, keys=keys[:3])
    again = office.open_many("hearing", rows, **asked, keys=keys)
    assert again.cases[:3] == first.cases
    assert len(list(office.store.cases())) == 6
    other = office.open_many("hearing", [rows[1], rows[1]], **asked, keys=[keys[0], "new"])
    assert [item.code for row in other.refused for item in row.findings] == ["key-reused"]
    twice = office.open_many("hearing", [rows[0], rows[0], rows[1]], **asked, keys=["a", "a", "a"])
    assert twice.cases[0] == twice.cases[1]
    assert [row.index for row in twice.refused] == [2]


def test_a_case_may_stand_twice_in_one_bulk_call(office, run_hearing, hearing):
    """The second row sees what the first one did."""
    case = run_hearing(office, 1)
    check = (case, {"competence": "residents"})
    batch = office.take_many([check, check, ("hearing-1", {})], "check_competence", actor="li", day=hearing.DAY)
    assert [row.index for row in batch.refused] == [1, 2]
    assert [row.findings[0].code for row in batch.refused] == ["wrong-state", "unknown-case"]


def test_progress_is_told_after_each_chunk(office, hearing):
    """The number of rows done is told chunk by chunk."""
    done = []
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi"}
    office.open_many("hearing", [hearing.RUN[0][1]] * 5, **asked, chunk=2, progress=done.append)
    assert done == [2, 4, 5]


def test_a_bulk_of_nothing_is_nothing_and_uneven_lists_are_an_error(office, hearing):
    """No rows give an empty result; more keys than rows are a mistake of the caller."""
    asked = {"actor": "zhang", "day": hearing.DAY, "place": "wenyi"}
    assert office.open_many("hearing", [], **asked).cases == ()
    with pytest.raises(ValueError, match=r"to be as many: \[1, 1, 2\]"):
        office.open_many("hearing", [hearing.RUN[0][1]], **asked, keys=["a", "b"])


def test_follow_ups_are_opened_in_bulk_too(office, run_hearing, hearing):
    """Each concluded hearing of a bulk call has its own follow-up."""
    cases = [run_hearing(office, 5) for _ in range(3)]
    name, data, actor, _post, day = hearing.RUN[5]
    batch = office.take_many([(case, data) for case in cases], name, actor=actor, day=day)
    assert batch.refused == ()
    follow = [case for case in office.open_cases() if case.parent]
    assert [case.parent for case in follow] == [case.id for case in cases]
    with pytest.raises(Refused):
        office.take(cases[0], name, data, actor=actor, day=day)
