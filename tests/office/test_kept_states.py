"""Cases are read from their kept states, and are the same as from their beginnings."""

import datetime as dt

import pytest
from sqlalchemy import event, text

from community_core.base import Refused
from community_core.office.restoring import restore
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
    """An office with a poll that has many events."""
    with make_office(tmp_path / "record.db", rules=rules_of(more=(("town.poll", POLL),))) as office:
        office.appoint("r2", "representative", "wenyi", dt.date(2006, 1, 1))
        office.delegate("wang", "r2", "representative", "wenyi", dt.date(2006, 1, 1), reason="委托")
        office.open("poll", {}, actor="li", day=DAY, place="wenyi", case_id="poll-1")
        office.take("poll-1", "vote", actor="r1", day=DAY)
        office.take("poll-1", "note", actor="wang", behalf="r2", day=DAY)
        for _ in range(3):
            office.take_many([("poll-1", {})] * 7, "note", actor="li", day=DAY)
        yield office


def read(office):
    """Return the statements that asked for the contents of events while *office* gave the case."""
    asked = []
    engine = office.store._transactions.engine

    def after(_connection, _cursor, statement, *_):
        if "cc_events.data" in statement:
            asked.append(statement)

    event.listen(engine, "after_cursor_execute", after)
    try:
        office.case("poll-1")
    finally:
        event.remove(engine, "after_cursor_execute", after)
    return asked


def whole(office):
    """Return the case as all of its events make it."""
    return restore(office._bindings, *office.store.load(["poll-1"])["poll-1"])


def test_the_kept_state_is_what_the_events_make(office):
    """Read either way the case is the same, those who took its steps for themselves or for others included."""
    kept, full = office.case("poll-1"), whole(office)
    assert kept == full
    assert (kept.takers, kept.hands) == (full.takers, full.hands)
    assert kept.takers["note"] == {"li", "r2"}
    assert kept.hands == {"note": {"wang"}}


def test_it_is_read_from_its_kept_state(office):
    """The contents of events are not read, unless the state does not say after which one it stands."""
    assert read(office) == []
    with office.store._transactions.engine.begin() as connection:
        connection.execute(text("UPDATE cc_snapshots SET head = ''"))
    assert len(read(office)) == 1


@pytest.mark.parametrize("change", ["steps = '{}', takers = ''", "state = 'closed'", "ended = 'decided'", "head = 'x'"])
def test_no_step_is_decided_by_a_kept_state_that_somebody_changed(office, change):
    """Who voted does not vote again because the kept state no longer says that he did: the events are read."""
    with office.store._transactions.engine.begin() as connection:
        connection.execute(text(f"UPDATE cc_snapshots SET {change}"))  # noqa: S608 - the tests' own texts
    assert [item.code for item in office.verify()] == ["snapshot-differs"]
    assert office.case("poll-1") == whole(office)
    with pytest.raises(Refused) as refused:
        office.take("poll-1", "vote", actor="r1", day=DAY)
    assert [item.code for item in refused.value.findings] == ["same-person"]
    office.take("poll-1", "note", actor="li", day=DAY)
    assert list(office.verify()) == []


def test_a_kept_state_before_the_end_of_the_chain_is_not_used(office):
    """Where events were recorded after the kept state, as by a store that keeps none, the events count."""
    with office.store.begin():
        kept = office.store.state("poll-1")
        office.take("poll-1", "note", actor="li", day=DAY)
        now = whole(office)
        office.store.snapshots([kept], {"poll-1": office.store.events("poll-1")[-2].hash})
        assert office.store.state("poll-1").version == now.version - 1
        assert office.case("poll-1") == now
        assert office.take("poll-1", "note", actor="li", day=DAY).version == now.version + 1
    assert list(office.verify()) == []


def test_steps_go_on_from_the_kept_state(office):
    """Who may not take a step again, long ago or by another's hand, still may not; and the case goes on and ends."""
    for actor, step in (("r1", "vote"), ("li", "close"), ("wang", "close")):
        with pytest.raises(Refused) as info:
            office.take("poll-1", step, actor=actor, day=DAY)
        assert "same-person" in [item.code for item in info.value.findings]
    office.appoint("zhao", "hearing.convener", "wenyi", dt.date(2006, 1, 1))
    assert office.take("poll-1", "close", actor="zhao", day=DAY).ended == "decided"
    assert office.case("poll-1") == whole(office)
    with pytest.raises(Refused):
        office.take("poll-1", "note", actor="li", day=DAY)
    assert list(office.verify()) == []


@pytest.mark.parametrize("head", ["", "sha256:0"])
def test_a_kept_state_of_no_event_of_the_chain_is_not_used(office, head):
    """A state that does not say, or says wrongly, which event it stands after is left aside for the events."""
    before = whole(office)
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
