"""A case of many events: read from its kept state and the events after it, and the same as from its beginning."""

import datetime as dt

import pytest
from sqlalchemy import event, text

from community_core.base import Refused
from community_core.office import work
from community_core.procedures.definition import EndKind, Procedure, Step

DAY = dt.date(2006, 5, 8)
POLL = Procedure(
    "poll",
    steps=(
        Step("begin", ("committee.chair",), to="open"),
        Step("note", ("committee.chair", "representative"), source=("open",)),
        Step("vote", ("representative",), source=("open",), not_by=("vote",)),
        Step("close", ("committee.chair", "hearing.convener"), source=("open",), to="closed", not_by=("note",)),
    ),
    ends=(("closed", EndKind.DECIDED),),
)


@pytest.fixture
def office(make_office, rules_of, tmp_path):
    """An office with a poll of which more was noted than is read from the beginning."""
    with make_office(tmp_path / "record.db", rules=rules_of(more=(("town.poll", POLL),))) as office:
        office.appoint("r2", "representative", "wenyi", dt.date(2006, 1, 1))
        office.delegate("wang", "r2", "representative", "wenyi", dt.date(2006, 1, 1), reason="委托")
        office.open("poll", {}, actor="li", day=DAY, place="wenyi", case_id="poll-1")
        office.take("poll-1", "vote", actor="r1", day=DAY)
        office.take("poll-1", "note", actor="wang", behalf="r2", day=DAY)
        for _ in range(3):
            office.take_many([("poll-1", {})] * 70, "note", actor="li", day=DAY)
        assert office.case("poll-1").version > work._LONG
        yield office


def read(office):
    """Return how many events were read while *office* gave the case."""
    rows = []
    engine = office.store._transactions.engine

    def after(_connection, cursor, statement, *_):
        if "FROM cc_events" in statement and "data" in statement:
            rows.append(statement)

    event.listen(engine, "after_cursor_execute", after)
    try:
        return office.case("poll-1"), rows
    finally:
        event.remove(engine, "after_cursor_execute", after)


def whole(office, monkeypatch):
    """Return the case as all of its events make it."""
    with monkeypatch.context() as longer:
        longer.setattr(work, "_LONG", 10**9)
        return office.case("poll-1")


def test_the_kept_state_is_what_the_events_make(office, monkeypatch):
    """Read either way the case is the same, those who took its steps for themselves or for others included."""
    kept, full = office.case("poll-1"), whole(office, monkeypatch)
    assert kept == full
    assert (kept.takers, kept.hands) == (full.takers, full.hands)
    assert kept.takers["note"] == {"li", "r2"}
    assert kept.hands == {"note": {"wang"}}


def test_it_is_read_from_its_kept_state(office):
    """Only events after the kept state are asked for, of which there are none."""
    _, statements = read(office)
    assert len(statements) == 1
    assert "cc_events.version > cc_snapshots.version" in statements[0]


def test_steps_go_on_from_the_kept_state(office, monkeypatch):
    """Who may not take a step again, long ago or by another's hand, still may not; and the case goes on and ends."""
    for actor, step in (("r1", "vote"), ("li", "close"), ("wang", "close")):
        with pytest.raises(Refused) as info:
            office.take("poll-1", step, actor=actor, day=DAY)
        assert "same-person" in [item.code for item in info.value.findings]
    office.appoint("zhao", "hearing.convener", "wenyi", dt.date(2006, 1, 1))
    assert office.take("poll-1", "close", actor="zhao", day=DAY).ended == "decided"
    assert office.case("poll-1") == whole(office, monkeypatch)
    with pytest.raises(Refused):
        office.take("poll-1", "note", actor="li", day=DAY)
    assert list(office.verify()) == []


@pytest.mark.parametrize("head", ["", "sha256:0"])
def test_a_kept_state_of_no_event_of_the_chain_is_not_used(office, head, monkeypatch):
    """A state that does not say, or says wrongly, which event it stands after is left aside for the events."""
    before = whole(office, monkeypatch)
    with office.store._transactions.engine.begin() as connection:
        connection.execute(text("UPDATE cc_snapshots SET state = 'forged', head = :head"), {"head": head})
    assert office.case("poll-1") == before
    assert {item.code for item in office.verify()} == {"snapshot-differs"}


@pytest.mark.parametrize("column", ["takers", "rules", "head"])
def test_a_changed_kept_state_is_found(office, column):
    """Whatever a kept state says beside the state itself is compared with the events too."""
    with office.store._transactions.engine.begin() as connection:
        connection.execute(text(f"UPDATE cc_snapshots SET {column} = 'x' || {column}"))  # noqa: S608 - a fixed name
    assert "snapshot-differs" in {item.code for item in office.verify()}
