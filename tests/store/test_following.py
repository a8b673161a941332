"""Rows that follow from events: what is changed, removed, inserted or swapped in them is found, with row and event."""
# ruff: noqa: S608 - the statements are built from the tests' own names, to change what no caller of the store can

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text

import community_core as cc
from community_core.base import Money
from community_core.codec import digest
from community_core.instruments.ledger import Entry
from community_core.ports.keys import KeyRing
from community_core.ports.store import Cause, Posting
from community_core.procedures.events import Appoint, Enter
from community_core.store.exported import verify_export

MAY, JUNE, JULY = (dt.date(2006, month, 1) for month in (5, 6, 7))
RULES = Path(__file__).parent / "following.yaml"
PEOPLE = ("张三", "李四")


@pytest.fixture
def town(database):
    """An office in which a term began, money was paid twice, one was dismissed; and the term's id."""
    store = database.store()
    office = cc.open_office(cc.load(RULES), store)
    office.register_place("town")
    office.appoint("clerk-1", "clerk", "town", MAY)
    term = office.open("term", {"people": PEOPLE}, actor="clerk-1", day=MAY, place="town", step="elect")
    for day, yuan in ((MAY, "10"), (JUNE, "20")):
        office.take(term, "pay", {"sum": Money.yuan(yuan)}, actor="clerk-1", day=day)
    office.take(term, "dismiss", {"member": "李四", "reason": "辞职"}, actor="clerk-1", day=JUNE)
    assert list(office.verify()) == []
    return office, term.id


def found(office):
    """Return code, table, row and event of all that is found."""
    return [
        (item.code, *(dict(item.data).get(name) for name in ("table", "row", "version"))) for item in office.verify()
    ]


def test_events_say_what_they_caused(town):
    """An event holds each effect in order; a personal value stands there by its field and never in clear."""
    office, term = town
    elected, first, _, dismissed = [item.event.effects for item in office.store.events(term)]
    assert [effect.kind for effect in elected] == ["appoint", "appoint", "open"]
    assert [(one.name, one.field, one.version, one.at) for effect in elected for one in effect.apart] == [
        ("person", "people", 1, 0),
        ("person", "people", 1, 1),
    ]
    assert dict(first[0].said) == {
        "ledger": "seats",
        "day": "2006-05-01",
        "source": "town hall",
        "target": "town",
        "amount": 1000,
        "unit": "fen",
        "purpose": "first",
        "place": "town",
    }
    assert [(one.name, one.field, one.version) for one in dismissed[0].apart] == [("person", "member", 4)]
    exported = "\n".join(office.store.export())
    assert not any(person in exported for person in PEOPLE)
    assert list(verify_export(exported.splitlines())) == []


LOST = {"caused-row-missing", "caused-row-inserted"}
LEDGER = ("ledger", "place", "day", "source", "target", "unit", "purpose", "since", "until")


@pytest.mark.parametrize("column", LEDGER)
def test_a_changed_text_of_an_entry_is_found(database, town, column):
    """Any text changed in a row of the ledger is found, and the row and its event are named."""
    database.tamper(f"UPDATE cc_ledger SET {column} = '2006-05-09' WHERE number = 3")
    assert found(town[0]) == [("caused-row-changed", "ledger", "3", "3")]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("UPDATE cc_ledger SET amount = amount + 1 WHERE number = 3", {"caused-row-changed"}),
        ("UPDATE cc_ledger SET more_than = NOT more_than WHERE number = 3", {"caused-row-changed"}),
        ("UPDATE cc_ledger SET part = 2 WHERE number = 3", {"caused-row-changed", "caused-row-moved"}),
        ("UPDATE cc_ledger SET version = 2 WHERE number = 3", {*LOST, "caused-row-moved"}),
        ("UPDATE cc_ledger SET case_id = 'x' WHERE number = 3", LOST),
        ("UPDATE cc_ledger SET version = 0 WHERE number = 3", LOST),
        ("DELETE FROM cc_ledger WHERE number = 3", {"caused-row-missing", "caused-row-moved"}),
        ("DELETE FROM cc_ledger WHERE number = 4", {"caused-row-missing"}),
        ("UPDATE cc_ledger SET number = 9 WHERE number = 4", {"caused-row-moved"}),
    ],
)
def test_an_entry_changed_or_removed_is_found(database, town, change, codes):
    """An amount, a bound, a cause, a number changed, or a row removed, is found."""
    database.tamper(change)
    assert {item[0] for item in found(town[0])} == codes


def test_an_inserted_entry_is_found(database, town):
    """A row that somebody added is found, whatever event it names, or none."""
    columns = "ledger, place, day, source, target, amount, unit, more_than, purpose, case_id, version, part"
    own = "'seats', 'town', '2006-05-01', 'x', 'town', 5, 'fen', false, ''"
    for number, (case, version) in enumerate(((town[1], 2), (town[1], 1), ("x", 1), ("", 0), (town[1], 0)), start=5):
        database.tamper(f"INSERT INTO cc_ledger (number, {columns}) VALUES ({number}, {own}, '{case}', {version}, 1)")
        assert ("caused-row-inserted", "ledger", str(number), str(version)) in found(town[0])
        database.tamper(f"DELETE FROM cc_ledger WHERE number = {number}")
    assert found(town[0]) == []


def test_swapped_entries_are_found(database, town):
    """Two rows that changed places are found, for entries stand in the order of their events."""
    numbers = ("UPDATE cc_ledger SET number = 90 WHERE number = 2", "UPDATE cc_ledger SET number = 2 WHERE number = 3")
    database.tamper(*numbers, "UPDATE cc_ledger SET number = 3 WHERE number = 90")
    assert ("caused-row-moved", "ledger", "3", "2") in found(town[0])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("SET post = 'committee.chair' WHERE person = '张三'", ("caused-row-changed", "appointments")),
        ("SET place = 'x' WHERE person = '张三'", ("caused-row-changed", "appointments")),
        ("SET since = '2006-04-01' WHERE person = '张三'", ("caused-row-changed", "appointments")),
        ("SET until = '2006-09-01' WHERE person = '张三'", ("caused-row-changed", "appointments")),
        ("SET person = '王五' WHERE person = '张三'", ("caused-row-changed", "appointments")),
        ("SET ended = '2006-05-20' WHERE person = '李四'", ("caused-row-changed", "ends of appointments")),
        ("SET reason = '撤换' WHERE person = '李四'", ("caused-row-changed", "ends of appointments")),
        ("SET ended = NULL, ended_case = '', ended_version = 0 WHERE person = '李四'", ("caused-row-missing",)),
        ("SET version = 3 WHERE person = '张三'", ("caused-row-inserted", "appointments")),
    ],
)
def test_a_changed_appointment_is_found(database, town, change, expected):
    """An appointment, or its end, that is not what the event said is found; so is another person in it."""
    database.tamper(f"UPDATE cc_postings {change}")
    said = found(town[0])
    assert any(item[: len(expected)] == expected for item in said), said
    assert all(item[0].startswith("caused-row") for item in said)


def test_a_removed_or_inserted_appointment_is_found(database, town):
    """An appointment that is gone is named by its event; one that names a case which did not make it is found."""
    office, term = town
    database.tamper("DELETE FROM cc_postings WHERE person = '张三'")
    assert found(office) == [("caused-row-missing", "appointments", "", "1")]
    assert not any("张三" in item.message.zh + item.message.en for item in office.verify())
    office.store.add_posting(Posting("张三", "committee.member", "town", MAY))
    assert found(office) == []
    office.store.apply(Appoint("王五", "committee.member", "town", MAY), Cause(term, 1, 9))
    assert [item[:2] for item in found(office)] == [("caused-row-inserted", "appointments")]


def test_what_registers_say_for_another_reason_is_no_finding(database):
    """An appointment that was registered before, ended sooner later, or was changed in its register agrees."""
    with cc.open_office(cc.load(RULES), database.url) as office:
        office.register_place("town")
        office.appoint("clerk-1", "clerk", "town", MAY)
        office.appoint("张三", "committee.member", "town", MAY)
        term = office.open("term", {"people": PEOPLE}, actor="clerk-1", day=MAY, place="town", step="elect")
        for member, day in (("张三", JULY), ("李四", JULY)):
            office.take(term, "dismiss", {"member": member, "reason": "辞职"}, actor="clerk-1", day=day)
        again = office.open("term", {"people": ("赵六",)}, actor="clerk-1", day=MAY, place="town", step="elect")
        office.take(again, "dismiss", {"member": "李四", "reason": "撤换"}, actor="clerk-1", day=JUNE)
        assert list(office.verify()) == []
        key = ("赵六", "committee.member", "town")
        office.registers.end("appointments", key, day=MAY, actor="clerk-1", why="误登")
        assert list(office.verify()) == []
        office.registers.keep(
            "appointments", dict(zip(("person", "post", "place"), key, strict=True)), since=MAY, actor="clerk-1"
        )
        assert list(office.verify()) == []
        office.registers.end("appointments", key, day=JULY, actor="clerk-1", why="离任")
        assert list(office.verify()) == []


def test_a_person_who_is_not_to_hand_is_not_compared(database):
    """Where the person was erased or his key is not here, the rest of the appointment is still compared."""
    pytest.importorskip("cryptography")
    keys = KeyRing("k", {"k": bytes(32)})
    with cc.open_office(cc.load(RULES), database.url, keys=keys) as office:
        office.register_place("town")
        office.appoint("clerk-1", "clerk", "town", MAY)
        term = office.open("term", {"people": PEOPLE}, actor="clerk-1", day=MAY, place="town", step="elect")
        office.take(term, "add", {"secret": "王五"}, actor="clerk-1", day=MAY)
        office.erase(term.id, fields=["people"], actor="clerk-1", day=JUNE, why="申请", ground="law")
        assert list(office.verify()) == []
    with cc.open_office(cc.load(RULES), database.url) as office:
        database.tamper("UPDATE cc_postings SET person = 'x' WHERE post = 'committee.member' AND person = '张三'")
        assert found(office) == []
        database.tamper("UPDATE cc_postings SET since = '2006-04-01' WHERE person = 'x'")
        assert [item[:2] for item in found(office)] == [("caused-row-changed", "appointments")]


def test_a_follow_up_removed_or_inserted_is_found(database, town):
    """A follow-up case that is gone is named by the event that opened it; one that nothing opened is found."""
    office, term = town
    child = f"{term}.1.3"
    for table, column in (("cc_snapshots", "case_id"), ("cc_events", "case_id"), ("cc_cases", "id")):
        database.tamper(f"DELETE FROM {table} WHERE {column} = '{child}'")
    assert ("caused-row-missing", "cases", child, "1") in found(office)


def test_nothing_that_a_caller_of_the_store_adds_is_lost_on_verify(database, book):
    """What is entered without an event of its own is found at once, and an event without its row as well."""
    store = database.store()
    book.write(store, "h-1", 2)
    store.apply(Enter(Entry("g", MAY, "u", "c", 5)), Cause("h-1", 2, 1))
    assert [item.code for item in store.verify()] == ["caused-row-inserted"]


def test_rows_from_before_events_said_so_are_left_alone(database, town):
    """Of events and rows up to those that were there when the columns came nothing is asked; a false bound is found."""
    office, _ = town
    database.tamper("INSERT INTO cc_meta (name, value) VALUES ('without_effects_ledger', '5')")
    columns = "ledger, place, day, source, target, amount, unit, more_than, purpose, case_id, version, part"
    old = "'seats', 'town', '2006-05-01', 'x', 'town', 5, 'fen', false, '', 'old-1', 0, 0"
    database.tamper(f"INSERT INTO cc_ledger (number, {columns}) VALUES (5, {old})")
    assert "caused-row-inserted" not in {item[0] for item in found(office)}
    database.tamper("INSERT INTO cc_meta (name, value) VALUES ('without_effects_events', '2')")
    moved = [item for item in office.verify() if item.code == "boundary-changed"]
    assert [dict(item.data)["name"] for item in moved] == ["without_effects_events", "without_effects_ledger"]


def test_texts_of_events_without_effects_stay(database, book):
    """An event that caused nothing has the text and hash that it always had."""
    store = database.store()
    stored = book.write(store, "h-1", 1)[0]
    with database.engine().connect() as connection:
        row = connection.execute(text("SELECT effects, hash, previous, entered FROM cc_events")).one()
    written = (
        '{"actor":"a-1","case":"h-1","data":[["statement","建议 0"]],"day":"2006-05-01","key":"h-1/1",'
        '"post":"resident","state":"open","step":"speak","version":1}'
    )
    assert row.effects == "[]"
    assert stored.hash == row.hash == digest(f"{written}\n{row.previous}\n{row.entered}")
