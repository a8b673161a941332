"""Personal values apart from the events: committed to, encrypted, erased, exported and verified, on every database."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import inspect, text

from community_core.base.errors import Refused, StoreError
from community_core.base.ranks import Privacy
from community_core.codec.texts import canonical, digest
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.office.publishing import make_board
from community_core.pages.board import render_board
from community_core.ports.keys import KeyRing
from community_core.ports.store import StoredCase
from community_core.procedures.events import Case, Event
from community_core.procedures.withholding import Why, Withheld
from community_core.store import ExportCheck, open_store, verify_export
from community_core.store.migrating import _run
from community_core.store.records import case_row, event_row, genesis, snapshot_row
from community_core.store.schema import cases as case_table
from community_core.store.schema import events as event_table
from community_core.store.schema import snapshots as snapshot_table
from community_core.store.sealing import read, written

RULES = Path(__file__).parent / "relief.yaml"
DAY = dt.date(2006, 5, 1)
LATER = dt.date(2006, 5, 2)
MOMENT = "2006-05-01T08:30:00.000000Z"
OLD = KeyRing("2006-a", {"2006-a": b"\x01" * 32})
NEW = KeyRing("2006-b", {"2006-a": b"\x01" * 32, "2006-b": b"\x02" * 32})
#: Values that must never be met where they have no business to be.
PLANTED = {"person": "甲建国", "phone": "13800001111", "illness": "某某罕见病", "score": 7654321}
PERSONAL = ("甲建国", "13800001111")
SENSITIVE = ("某某罕见病", "7654321")
SECRETS = PERSONAL + SENSITIVE


def opened(database, **options):
    """An office over the database, with a clerk and a chief in one place."""
    office = open_office(load(RULES), database.store(**options))
    office.register_place("p")
    office.appoint("clerk-1", "clerk", "p", dt.date.min)
    office.appoint("chief-1", "chief", "p", dt.date.min)
    return office


def applied(office, number=1, **more):
    """A case with all planted values."""
    data = {"need": "住院", **PLANTED, **more}
    return office.open("relief", data, actor="clerk-1", day=DAY, place="p", key=f"k{number}")


def codes(findings):
    return {item.code for item in findings}


def met(texts, secrets=SECRETS):
    """Which of the secrets stand in any of the texts."""
    whole = "\n".join(texts)
    return {secret for secret in secrets if secret in whole or json.dumps(secret)[1:-1] in whole}


def raw(database):
    """Everything that the database's files hold, where it has files of its own."""
    path = Path(database.url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def _board(office):
    """What the board shows of the first thing that the only case published."""
    return {field.name: field.value.zh for field in next(iter(office.board_items())).fields}


def data_of_events(database):
    """The data of all events as their rows have it."""
    with database.engine().connect() as connection:
        return [
            json.loads(data) for data in connection.execute(text("SELECT data FROM cc_events ORDER BY seq")).scalars()
        ]


def sealed(data):
    """The commitments in an event's data."""
    return [value["sealed"] for _, value in data if isinstance(value, dict) and "sealed" in value]


def rows(database, table):
    """All that a table holds, as text."""
    with database.engine().connect() as connection:
        return [str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - ours


def test_events_and_present_states_hold_commitments_and_no_values(database):
    """The hashed text of an event and the kept present state hold none of the personal values, and verify."""
    office = opened(database)
    case = applied(office)
    office.take(case, "note", {"phone": "13900002222"}, actor="clerk-1", day=LATER)
    assert met([*rows(database, "cc_events"), *rows(database, "cc_snapshots")], (*SECRETS, "13900002222")) == set()
    assert met(rows(database, "cc_private")) == set(SECRETS)
    assert list(office.store.verify()) == []
    assert office.store.events(case.id)[0].event.private == (
        ("person", Privacy.PERSONAL),
        ("phone", Privacy.PERSONAL),
        ("illness", Privacy.SENSITIVE),
        ("score", Privacy.SENSITIVE),
    )
    assert dict(office.store.events(case.id)[0].event.data) == {"need": "住院", **PLANTED}


def test_the_kept_state_is_the_state_that_the_events_make(database):
    """A present state read for lists has the private values, and those of the event that gave them last."""
    office = opened(database)
    case = applied(office)
    office.take(case, "note", {"phone": "13900002222"}, actor="clerk-1", day=LATER)
    (kept,) = office.store.open_states()
    assert kept.data == {**PLANTED, "need": "住院", "phone": "13900002222"}
    assert (kept.private["phone"].version, kept.private["person"].version) == (2, 1)
    assert kept == office.store.state(case.id)


def test_two_commitments_to_one_value_are_different(database):
    """Whoever sees the events cannot tell which of them hold the same value."""
    office = opened(database)
    applied(office, 1)
    applied(office, 2)
    one, two = map(sealed, data_of_events(database))
    assert len({*one, *two}) == 8


def test_salts_come_from_the_given_source(database):
    """With one source of salts the same record has the same hashes."""
    heads = []
    for number in (1, 2):
        office = opened(database, salts=lambda: b"s" * 16)
        applied(office, number)
        heads.append(sealed(data_of_events(database)[-1]))
    assert heads[0] == heads[1] != []


def test_a_short_salt_is_refused(database):
    """A salt of fewer than sixteen bytes is no salt."""
    office = opened(database, salts=lambda: b"short")
    with pytest.raises(ValueError, match="at least 16"):
        applied(office)
    assert list(office.store.cases()) == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE cc_private SET value = '\"甲建民\"' WHERE field = 'person' AND version = 1", "private-value-changed"),
        ("UPDATE cc_private SET salt = substr(salt, 1, 31) || 'x'", "private-value-changed"),
        ("UPDATE cc_private SET privacy = 'personal' WHERE field = 'illness'", "private-value-changed"),
        ("UPDATE cc_private SET field = 'other' WHERE field = 'phone'", "private-value-inserted"),
        ("UPDATE cc_private SET field = 'other' WHERE field = 'phone'", "private-value-missing"),
        ("DELETE FROM cc_private WHERE field = 'phone'", "private-value-missing"),
        ("DELETE FROM cc_private", "private-value-missing"),
        (
            "INSERT INTO cc_private SELECT case_id, 1, 'x', privacy, salt, value, key_id FROM cc_private LIMIT 1",
            "private-value-inserted",
        ),
    ],
)
def test_whatever_is_done_to_a_private_row_is_found(database, statement, code):
    """A private value that was changed, moved, inserted, or erased without an event is found and named."""
    office = opened(database)
    case = applied(office)
    database.tamper(statement)
    found = [item for item in office.store.verify() if item.code == code]
    assert found != []
    assert dict(found[0].data)["case"] == case.id


def test_two_rows_that_change_places_are_found(database):
    """Two values with their salts, swapped between two cases, are both found."""
    office = opened(database)
    one, two = applied(office, 1), applied(office, 2, person="乙建国")
    database.tamper(
        "UPDATE cc_private SET field = 'held' WHERE field = 'person' AND case_id = :one",
        "UPDATE cc_private SET case_id = :one WHERE field = 'person' AND case_id = :two",
        "UPDATE cc_private SET case_id = :two, field = 'person' WHERE field = 'held'",
        one=one.id,
        two=two.id,
    )
    found = [dict(item.data)["case"] for item in office.store.verify() if item.code == "private-value-changed"]
    assert found == [one.id, two.id]


def test_every_flipped_bit_of_an_encrypted_value_is_found(sqlite_file):
    """With the key, a change of any sign of a ciphertext, of its key's id or of its class is found."""
    office = opened(sqlite_file, keys=OLD)
    applied(office)
    with sqlite_file.engine().connect() as connection:
        kept = connection.execute(text("SELECT value FROM cc_private WHERE field = 'illness'")).scalar_one()
    change = "UPDATE cc_private SET value = :value WHERE field = 'illness'"
    for place in range(0, len(kept), 3):
        other = "A" if kept[place] != "A" else "B"
        sqlite_file.tamper(change, value=kept[:place] + other + kept[place + 1 :])
        assert "private-value-changed" in codes(office.store.verify()), place
    sqlite_file.tamper(change, value=kept)
    assert codes(office.store.verify()) == set()
    sqlite_file.tamper("UPDATE cc_private SET key_id = '2006-x' WHERE field = 'illness'")
    assert codes(office.store.verify()) == {"key-missing"}


def test_what_is_left_unchecked_without_keys_is_counted(database):
    """Without keys it is said how many encrypted values were not held against their commitments, of an export too."""
    office = opened(database, keys=OLD)
    applied(office)
    applied(office, 2)
    whole = list(office.store.export(private=True))
    assert office.store.coverage().unchecked == 0
    bare = opened(database)
    with database.engine().connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM cc_private WHERE key_id <> ''")).scalar_one()
    assert count > 0
    assert bare.store.coverage().unchecked == count
    other = opened(database, keys=KeyRing("2007", {"2007": b"\x09" * 32}))
    assert other.store.coverage().unchecked == count
    for keys, left in ((None, count), (OLD, 0)):
        check = ExportCheck(keys=keys)
        assert list(check.verify(whole)) == []
        assert check.coverage.unchecked == left


def test_no_personal_value_is_hidden_behind_a_key(database):
    """Only sensitive values are encrypted: another that is said to be is found, without any key."""
    office = opened(database)
    applied(office)
    database.tamper("UPDATE cc_private SET key_id = 'x', value = 'eA==' WHERE privacy = 'personal'")
    assert codes(office.store.verify()) == {"private-value-changed"}


def test_sensitive_values_are_encrypted_where_there_is_a_key(database):
    """With a key no sensitive value is in the database, nor its salt, by which likely values could be tried."""
    office = opened(database, keys=OLD)
    case = applied(office)
    with database.engine().connect() as connection:
        kept = connection.execute(text("SELECT salt, key_id FROM cc_private WHERE privacy = 'sensitive'")).all()
    assert [tuple(row) for row in kept] == [("", "2006-a"), ("", "2006-a")]
    assert met(rows(database, "cc_private")) == set(PERSONAL)
    office.store.close()
    if database.is_sqlite:
        assert not [secret for secret in SENSITIVE if secret.encode() in raw(database)]
    again = opened(database, keys=OLD)
    assert again.inspect(case.id, actor="clerk-1", day=DAY, purpose="核对").case.data["illness"] == "某某罕见病"


def test_a_new_key_is_for_new_values_and_old_ones_still_read(database):
    """After the key was changed, values are read with the key that they were encrypted with."""
    case = applied(opened(database, keys=OLD), 1)
    office = opened(database, keys=NEW)
    other = applied(office, 2)
    assert [office.store.state(item.id).data["score"] for item in (case, other)] == [7654321, 7654321]
    kept = {line for line in rows(database, "cc_private") if "sensitive" in line}
    assert [sum(key in line for line in kept) for key in ("2006-a", "2006-b")] == [2, 2]
    assert list(office.store.verify()) == []


def test_without_the_key_a_step_that_needs_the_value_refuses_and_names_the_key(database):
    """An encrypted value without its key is unknown: what needs it is refused, what does not goes on."""
    case = applied(opened(database, keys=OLD))
    office = opened(database)
    assert office.case(case.id).withheld["score"] == Withheld(Privacy.SENSITIVE, Why.LOCKED, "2006-a")
    with pytest.raises(Refused, match="2006-a") as refusal:
        office.take(case, "grant", actor="chief-1", day=LATER)
    assert "value-locked" in codes(refusal.value.findings)
    with pytest.raises(Refused) as refusal:
        office.inspect(case, actor="clerk-1", day=LATER, purpose="核对")
    assert codes(refusal.value.findings) == {"value-locked"}
    assert [item.step for item in office.timeline(case)] == ["apply"]
    assert office.take(case, "grant_urgently", actor="chief-1", day=LATER).ended == "decided"
    assert list(office.store.verify()) == []
    assert opened(database, keys=OLD).case(case.id).withheld["score"].why is Why.UNREAD


def test_what_cannot_be_read_any_more_is_erased_all_the_same(database):
    """A value under another key of the same name, or that somebody changed, says so, and is erased like any other."""
    case = applied(opened(database, keys=OLD))
    database.tamper("UPDATE cc_private SET value = '\"x\"' WHERE field = 'person'")
    office = opened(database, keys=KeyRing("2006-a", {"2006-a": b"\x09" * 32}))
    database.tamper("UPDATE cc_private SET salt = 'xx' WHERE field = 'person'")
    assert {office.case(case.id).withheld[name].why for name in ("person", "score")} == {Why.DAMAGED}
    assert codes(office.store.verify()) == {"private-value-changed"}
    office.erase(case, actor="clerk-1", day=LATER, why="办结后删除", ground="申请")
    assert rows(database, "cc_private") == []
    assert list(office.store.verify()) == []


def test_erased_values_are_gone_and_the_record_verifies(database):
    """Erasing is an event; the values are in no table and, on SQLite, in no file any more."""
    office = opened(database)
    case = applied(office)
    erased = office.erase(case, actor="clerk-1", day=LATER, why="办结后删除", ground="个人信息保护法第47条")
    assert rows(database, "cc_private") == []
    assert {name: item.why for name, item in erased.withheld.items()} == dict.fromkeys(PLANTED, Why.ERASED)
    assert erased.data == {"need": "住院", **dict.fromkeys(PLANTED)}
    assert list(office.store.verify()) == []
    assert office.store.state(case.id) == office._work().case(case.id)
    if database.is_sqlite:
        assert not [secret for secret in SECRETS if secret.encode() in raw(database)]
    event = office.store.events(case.id)[-1].event
    assert (event.step, event.actor, event.post, event.day) == ("erase", "clerk-1", "clerk", LATER)
    assert dict(event.data)["ground"] == "个人信息保护法第47条"


def test_what_rests_on_an_erased_value_is_unknown(database):
    """After an erasure a step that needs the value is refused as for any unknown one; others go on."""
    office = opened(database)
    case = applied(office)
    office.erase(case, actor="clerk-1", day=LATER, why="申请人要求", ground="申请", fields=["score"])
    with pytest.raises(Refused) as refusal:
        office.take(case, "grant", actor="chief-1", day=LATER)
    assert codes(refusal.value.findings) == {"guard-unknown"}
    assert office.take(case, "grant_urgently", actor="chief-1", day=LATER).ended == "decided"
    assert list(office.store.verify()) == []


def test_an_erasure_needs_a_reason_a_ground_a_post_and_something_to_erase(database):
    """Each thing that stands against an erasure is a finding, and nothing is erased."""
    office = opened(database)
    case = applied(office)
    wrong = {
        "no-reason": {"why": " "},
        "no-ground": {"ground": ""},
        "not-handling": {"actor": "stranger"},
        "not-private": {"fields": ["need"]},
        "day-before": {"day": dt.date(2006, 4, 1)},
    }
    for code, change in wrong.items():
        asked = {"actor": "clerk-1", "day": LATER, "why": "删除", "ground": "申请"} | change
        with pytest.raises(Refused) as refusal:
            office.erase(case, **asked)
        assert code in codes(refusal.value.findings)
    assert met(rows(database, "cc_private")) == set(SECRETS)
    assert [item.step for item in office.timeline(case)] == ["apply"]


def test_a_second_erasure_finds_nothing_to_erase(database):
    """Where everything is erased already, another erasure is refused and records nothing."""
    office = opened(database)
    case = applied(office)
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    with pytest.raises(Refused) as refusal:
        office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    assert codes(refusal.value.findings) == {"nothing-to-erase"}
    assert office.case(case.id).version == 2


def test_whoever_gave_the_values_may_have_them_erased(database):
    """Somebody without any post erases what he gave himself, and nothing that others gave."""
    office = opened(database)
    mine = office.open("appeal", {"name": "甲建国"}, actor="somebody", day=DAY, place="p")
    other = office.open("appeal", {"name": "乙建国"}, actor="another", day=DAY, place="p")
    erased = office.erase(mine, actor="somebody", day=LATER, why="不再需要", ground="申请")
    assert erased.withheld["name"].why is Why.ERASED
    with pytest.raises(Refused) as refusal:
        office.erase(other, actor="somebody", day=LATER, why="不再需要", ground="申请")
    assert codes(refusal.value.findings) == {"not-handling"}


def older(database, count=2):
    """Bring the database to the tables of version 0002, with cases whose values stand in the events in clear."""
    engine = database.engine()
    with engine.begin() as connection:
        _run(connection, "0002")
    rules = load(RULES)
    text_of_rules = canonical(rules.reach("small.relief.relief"))
    begun = StoredCase("", "small.relief.relief", "p", DAY, digest(text_of_rules))
    before = []
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO cc_rule_texts (hash, text) VALUES (:hash, :text)"),
            {"hash": begun.rules, "text": text_of_rules},
        )
        for number in range(1, count + 1):
            case = evolve(begun, id=f"relief-2006-{number:06d}")
            event = Event(
                case.id,
                1,
                "apply",
                "applied",
                "clerk-1",
                "clerk",
                DAY,
                (("need", "住院"), *PLANTED.items()),
                rules=case.rules,
                key=f"old{number}",
            )
            row = event_row(event, number, genesis(case), MOMENT)
            kept = snapshot_row(Case(case.id, case.procedure, case.place, DAY, case.rules).after(event))
            for table, values in ((case_table, case_row(case)), (event_table, row), (snapshot_table, kept)):
                names = [column["name"] for column in inspect(connection).get_columns(table.name)]
                given = dict(zip(table.c.keys(), values, strict=True))
                listed, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
                connection.execute(
                    text(f"INSERT INTO {table.name} ({listed}) VALUES ({marks})"),  # noqa: S608 - ours
                    {name: given[name] for name in names},
                )
            before.append(event)
        connection.execute(text("UPDATE cc_counters SET value = :count WHERE name = 'sequence'"), {"count": count})
        connection.execute(
            text("INSERT INTO cc_counters (name, value) VALUES ('case:relief:2006', :count)"), {"count": count}
        )
    return before


def test_a_store_with_values_in_clear_is_brought_up_and_new_values_are_kept_apart(database):
    """Events of older tables keep their hashes and verify; what is recorded from then on is sealed."""
    before = older(database)
    office = opened(database, keys=OLD)
    assert [office.store.events(event.case)[0].event for event in before] == before
    assert codes(office.store.verify()) == set()
    case = office.take(before[0].case, "note", {"phone": "13900002222"}, actor="clerk-1", day=LATER)
    fresh = applied(office)
    assert codes(office.store.verify()) == set()
    assert met(rows(database, "cc_events"), ("13900002222",)) == set()
    assert office.store.state(case.id).data == {**PLANTED, "need": "住院", "phone": "13900002222"}
    assert fresh.id == "relief-2006-000003"
    assert office.take(before[1].case, "grant", actor="chief-1", day=LATER).ended == "decided"


def test_an_export_of_an_older_store_has_no_personal_values_either(database):
    """Of events with values in clear only the hashes are exported, unless private values are asked for."""
    older(database)
    office = opened(database)
    applied(office)
    bare, whole = list(office.store.export()), list(office.store.export(private=True))
    assert (met(bare), met(whole)) == (set(), set(SECRETS))
    assert list(verify_export(bare)) == list(verify_export(whole)) == []
    place = next(number for number, line in enumerate(bare) if '"hash":' in line and '"event"' in line)
    event = json.loads(bare[place])
    bare[place] = written(
        {"case": event["event"]["case"], "version": 1} | {name: event[name] for name in ("hash", "previous", "seq")}
    )
    assert codes(verify_export(bare)) == {"export-line"}


def test_what_was_recorded_in_clear_cannot_be_erased_and_is_named(database):
    """An erasure of values that are part of what is hashed is refused; with others, the event says what remains."""
    (event,) = older(database, 1)
    office = opened(database)
    with pytest.raises(Refused) as refusal:
        office.erase(event.case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    assert codes(refusal.value.findings) == {"recorded-in-clear"}
    office.take(event.case, "note", {"phone": "13900002222"}, actor="clerk-1", day=LATER)
    office.erase(event.case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    said = dict(office.store.events(event.case)[-1].event.data)
    assert (said["values"], said["remains"]) == (((2, "phone"),), (1,))
    assert codes(office.store.verify()) == set()


def test_a_repeated_erasure_or_reading_is_recorded_once(database):
    """A key makes both harmless to repeat; for another command it is refused."""
    office = opened(database)
    case = applied(office)
    for _ in range(2):
        office.inspect(case, actor="clerk-1", day=LATER, purpose="核对", key="read")
    for _ in range(2):
        office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请", key="erase")
    assert [item.step for item in office.timeline(case)] == ["apply", "inspect", "erase"]
    with pytest.raises(Refused, match="erase"):
        office.erase(case, actor="clerk-1", day=LATER, why="另因", ground="申请", key="erase")


def test_a_value_that_is_still_there_after_its_erasure_is_found(database):
    """Whoever puts an erased value back is found."""
    office = opened(database)
    case = applied(office)
    with database.engine().connect() as connection:
        kept = connection.execute(text("SELECT * FROM cc_private WHERE field = 'person'")).one()
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    database.tamper(
        "INSERT INTO cc_private VALUES (:case_id, :version, :field, :privacy, :salt, :value, :key_id)", **kept._mapping
    )
    assert codes(office.store.verify()) == {"erased-value-kept"}


def test_a_correction_keeps_its_values_apart_and_can_be_erased(database):
    """What a correction says of a private field is sealed like the field itself, and erased with it."""
    office = opened(database)
    case = applied(office)
    office.correct(case, 1, {"person": "丙建国"}, actor="clerk-1", day=LATER, why="姓名写错", key="c")
    office.correct(case, 1, {"person": "丙建国"}, actor="clerk-1", day=LATER, why="姓名写错", key="c")
    assert met(rows(database, "cc_events"), ("丙建国",)) == set()
    assert office.case(case.id).data["person"] == "丙建国"
    assert list(office.store.verify()) == []
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请", fields=["person"])
    assert met(rows(database, "cc_private"), ("丙建国", "甲建国")) == set()
    assert list(office.store.verify()) == []
    # Another field can still be corrected, though an erased one stands beside it.
    office.correct(case, 1, {"need": "手术"}, actor="clerk-1", day=LATER, why="事项写错")
    assert office.case(case.id).data["need"] == "手术"


def test_a_repeated_command_is_recognised_with_private_values(database):
    """An idempotency key is compared with the values while they are there, and without them once they are erased."""
    office = opened(database)
    case = applied(office)
    assert applied(office).version == case.version
    with pytest.raises(Refused, match="k1"):
        applied(office, person="丁建国")
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    assert applied(office).id == case.id


def test_no_key_shows_what_was_given_after_its_reading(database):
    """A reading is not repeated over a sensitive value that came later, of which no reading would be recorded."""
    office = opened(database)
    case = applied(office)
    asked = {"actor": "clerk-1", "day": LATER, "purpose": "核对"}
    office.inspect(case, key="read", **asked)
    office.correct(case, 1, {"illness": "另一种病"}, actor="clerk-1", day=LATER, why="笔误")
    with pytest.raises(Refused) as refused:
        office.inspect(case, key="read", **asked)
    assert [item.code for item in refused.value.findings] == ["key-reused"]
    assert office.inspect(case, key="again", **asked).case.data["illness"] == "另一种病"
    assert [item.step for item in office.timeline(case)] == ["apply", "inspect", "correct", "inspect"]


def test_sensitive_values_are_covered_unless_their_reading_is_recorded(database):
    """Case and timeline show a mask; whoever says who he is and why sees the values, and that is an event."""
    office = opened(database)
    case = applied(office, illness="11010119500101123X")
    assert (case.data["illness"], case.data["person"]) == (None, "甲建国")
    assert case.withheld["illness"].shown == "1****************X"
    (moment,) = office.timeline(case)
    assert dict(moment.data)["score"] == Withheld(Privacy.SENSITIVE, Why.UNREAD)
    assert next(office.open_cases()).data["score"] is None
    seen = office.inspect(case, actor="clerk-1", day=LATER, purpose="核对困难程度")
    assert (seen.case.data["score"], dict(seen.timeline[0].data)["score"]) == (7654321, 7654321)
    event = office.store.events(case.id)[-1].event
    assert (event.step, event.actor, event.post, event.day) == ("inspect", "clerk-1", "clerk", LATER)
    assert dict(event.data) == {"fields": ("illness", "score"), "purpose": "核对困难程度"}
    # It is part of the chain, and changes neither what may follow nor what lists count.
    assert list(office.store.verify()) == []
    assert [item.step for item in office.store.tally()] == ["apply"]
    assert office.take(case, "grant", actor="chief-1", day=DAY).ended == "decided"


def test_nobody_reads_without_a_post_or_a_purpose(database):
    """A reading without a purpose, or by somebody who does not handle such cases, is refused and shows nothing."""
    office = opened(database)
    case = applied(office)
    for change, code in (({"purpose": ""}, "no-reason"), ({"actor": "stranger"}, "not-handling")):
        with pytest.raises(Refused) as refusal:
            office.inspect(case, **({"actor": "clerk-1", "day": LATER, "purpose": "核对"} | change))
        assert codes(refusal.value.findings) == {code}
    assert [item.step for item in office.timeline(case)] == ["apply"]


def test_an_export_has_no_personal_values_unless_asked_for(database):
    """Both kinds of export verify; only the one with private values has any, and encrypted ones stay encrypted."""
    office = opened(database, keys=OLD)
    case = applied(office)
    office.store.checkpoint(dt.datetime(2006, 5, 1, tzinfo=dt.UTC))
    office.take(case, "note", {"phone": "13900002222"}, actor="clerk-1", day=LATER)
    bare, whole = list(office.store.export()), list(office.store.export(private=True))
    assert met(bare, (*SECRETS, "13900002222")) == set()
    assert met(whole, (*SECRETS, "13900002222")) == {*PERSONAL, "13900002222"}
    assert list(verify_export(bare)) == list(verify_export(whole)) == []
    assert list(ExportCheck(keys=OLD).verify(whole)) == []
    assert list(office.store.compare(bare)) == list(office.store.compare(whole)) == []


def test_a_private_value_in_an_export_is_held_against_its_event(database):
    """One that was changed, left out or moved in an export is found; an erased one is missed by nobody."""
    office = opened(database)
    case = applied(office)
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请", fields=["phone"])
    lines = list(office.store.export(private=True))
    assert list(verify_export(lines)) == []
    place = next(number for number, line in enumerate(lines) if "甲建国" in line)
    assert codes(verify_export([line.replace("甲建国", "甲建民") for line in lines])) == {"private-value-changed"}
    assert codes(verify_export(lines[:place] + lines[place + 1 :])) == {"private-value-missing", "export-line"}
    moved = [*lines[:place], *lines[place + 1 : -1], lines[place], lines[-1]]
    assert "export-line" in codes(verify_export(moved))


def test_observers_and_logs_have_no_private_values(database, caplog):
    """What observers are told, and what is logged, even at the lowest level, holds no personal value."""
    told = []

    def broken(event):
        raise ValueError(str(event))

    caplog.set_level(logging.DEBUG)
    store = database.store(keys=OLD)
    office = open_office(load(RULES), store, observers=[told.append, broken])
    office.register_place("p")
    office.appoint("clerk-1", "clerk", "p", dt.date.min)
    case = applied(office)
    office.inspect(case, actor="clerk-1", day=LATER, purpose="核对")
    with pytest.raises(Refused):
        office.take(case, "note", {"phone": 13800001111}, actor="clerk-1", day=LATER)
    assert len(told) == 2
    assert met(map(str, told)) == set()
    assert met([caplog.text, *(str(record.__dict__) for record in caplog.records)]) == set()
    assert "AQEBAQ" not in caplog.text
    assert "\\x01" not in repr(OLD)


def test_the_board_masks_names_unless_the_person_agrees(database):
    """A name is masked without consent, shown while the person agrees, and masked again once he no longer does."""
    office = opened(database)
    case = applied(office)
    assert _board(office) == {"need": "住院", "person": "甲*国"}
    office.take(case, "agree", {"agrees": True}, actor="clerk-1", day=LATER)
    assert _board(office)["person"] == "甲建国"
    office.take(case, "agree", {"agrees": False}, actor="clerk-1", day=LATER)
    assert _board(office)["person"] == "甲*国"
    pages = render_board(make_board(office)).values()
    assert met(pages) == set()


def test_the_board_names_people_where_the_law_does(database):
    """A publication with a legal ground shows the name and the ground; an erased name is said to be erased."""
    office = opened(database)
    case = applied(office)
    office.take(case, "deny", actor="chief-1", day=LATER)
    item = list(office.board_items())[-1]
    assert ([field.value.zh for field in item.fields], item.ground.article) == (["甲建国"], "9")
    page = next(page for name, page in render_board(make_board(office)).items() if name.startswith("case-"))
    assert "某办法 第9条" in page
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请")
    assert [field.value.zh for field in list(office.board_items())[-1].fields] == ["已删除"]


def test_many_cases_at_once_keep_their_values_apart(database):
    """The bulk path seals values as the single one does."""
    office = opened(database, keys=OLD)
    data = [{"need": "住院", **PLANTED, "phone": f"1380000{number:04d}"} for number in range(50)]
    batch = office.open_many("relief", data, actor="clerk-1", day=DAY, place="p", chunk=20)
    assert len(batch.done) == 50
    assert {case.data["score"] for case in batch.done} == {None}
    assert len(rows(database, "cc_private")) == 200
    assert met([*rows(database, "cc_events"), *rows(database, "cc_snapshots")]) == set()
    assert list(office.store.verify()) == []


def test_a_case_goes_on_from_its_kept_state_with_its_private_values(database):
    """A case that is not read from its beginning has the private values that it holds now, erased or not."""
    office = opened(database, keys=OLD)
    case = applied(office)
    for number in range(5):
        office.take(case, "note", {"phone": f"1390000{number:04d}"}, actor="clerk-1", day=LATER)
    resumed, later = office.store.resume([case.id])[case.id]
    assert (list(later), resumed.data) == ([], {**PLANTED, "need": "住院", "phone": "13900000004"})
    office.erase(case, actor="clerk-1", day=LATER, why="删除", ground="申请", fields=["phone"])
    resumed, _ = office.store.resume([case.id])[case.id]
    assert (resumed.data["phone"], resumed.withheld["phone"].why) == (None, Why.ERASED)
    assert list(office.verify()) == []


def test_a_callers_transaction_erases_with_him(database):
    """In a transaction of the host's an erasure is undone with it; after his commit the values are gone."""
    case = applied(opened(database))
    asked = {"actor": "clerk-1", "day": LATER, "why": "删除", "ground": "申请"}
    engine = database.engine()
    with engine.connect() as connection, open_office(load(RULES), connection) as office:
        office.erase(case, **asked)
        connection.rollback()
    assert met(rows(database, "cc_private")) == set(SECRETS)
    with engine.begin() as connection, open_office(load(RULES), connection) as office:
        office.erase(case, **asked)
    assert rows(database, "cc_private") == []
    assert list(database.store().verify()) == []


def test_a_key_ring_that_cannot_be_used_is_refused():
    """A key of another length, without an id, or a ring without its current key is refused with what is wrong."""
    for current, keys in (("a", {"a": b"short"}), ("a", {"": b"\x00" * 32}), ("b", {"a": b"\x00" * 32})):
        with pytest.raises(StoreError):
            KeyRing(current, keys)


def test_a_backup_keeps_the_private_values(sqlite_file, tmp_path):
    """A backup is the whole store: private values are in it, encrypted as they were, and it verifies."""
    office = opened(sqlite_file, keys=OLD)
    case = applied(office)
    copy = tmp_path / "copy.db"
    office.store.backup(copy)
    with open_office(load(RULES), open_store(copy, keys=OLD)) as restored:
        assert restored.inspect(case.id, actor="clerk-1", day=DAY, purpose="核对").case.data["score"] == 7654321
        assert list(restored.verify()) == []


def test_no_line_of_an_export_with_values_changes_place_or_type(database):
    """Of an export with private values each line stands after the one that it belongs to, and texts are texts."""
    office = opened(database, keys=OLD)
    case = applied(office)
    office.checkpoint()
    office.take(case, "note", {"phone": "13800000000"}, actor="clerk-1", day=LATER)
    lines = list(office.store.export(private=True))
    assert codes(ExportCheck(keys=OLD).verify(lines)) == set()
    for at in range(len(lines) - 1):
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        assert codes(ExportCheck(keys=OLD).verify(swapped)), lines[at]
    for at, line in enumerate(lines):
        whole = json.loads(line)
        for kind, said in whole.items():
            for name in said if isinstance(said, dict) and kind in ("private", "rules") else ():
                for value in (None, 7, [], {}):
                    other = written({kind: {**said, name: value}})
                    if other != line:
                        assert codes(ExportCheck(keys=OLD).verify([*lines[:at], other, *lines[at + 1 :]])), (
                            name,
                            value,
                        )


@pytest.mark.parametrize("said", ["", " {}", "{} ", "{}{}", "{", "nul", '{"a":}'])
def test_what_is_read_is_a_whole_canonical_text(said):
    """A kept text with anything before or after it, or broken, is refused and not read in part."""
    with pytest.raises(ValueError, match=r".*"):
        read(said)


def test_a_canonical_text_is_read_as_json_reads_it():
    """What was written comes back the same."""
    values = {"a": [1, "二", None, True], "b": {"c": '\u2028\\"'}, "d": 10**30}
    assert read(written(values)) == values


@pytest.mark.parametrize("keys", [None, OLD])
@pytest.mark.parametrize("wrong", [{"person": "甲建国\ud800"}, {"score": 10**5000}, {"need": "甲建国\ud800"}])
def test_what_cannot_be_kept_is_refused_and_not_quoted(database, keys, wrong):
    """Half a character, or a number longer than Python writes, is a clear error without the value; nothing is kept."""
    office = opened(database, keys=keys)
    with pytest.raises(StoreError, match="cannot be kept") as raised:
        applied(office, **wrong)
    assert not any(secret in repr(raised.value) for secret in SECRETS)
    assert "relief-2006-000001" in str(raised.value)
    case = applied(office)
    assert case.id == "relief-2006-000001"
    assert list(office.verify()) == []


@pytest.mark.parametrize(
    "text", ["\u202e乙", "e\u0301" * 9, "a\0b", "\ufeffx", "\uffff", "字" * 500_000], ids=lambda text: ascii(text[:3])
)
def test_any_text_comes_back_as_it_was_given(database, text):
    """Marks of direction, combining signs, null characters and very long texts are kept as they are, and verify."""
    office = opened(database, keys=OLD)
    case = applied(office, need=text, person=text, illness=text, score=-(2**70))
    (first,) = office.store.events(case.id)
    kept = dict(first.event.data)
    assert (kept["need"], kept["person"], kept["illness"], kept["score"]) == (text, text, text, -(2**70))
    assert list(office.verify()) == []
    assert list(ExportCheck(keys=OLD).verify(office.store.export(private=True))) == []


def fields_of(value, path=()):
    """Yield each single value in a JSON value with the way to it."""
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from fields_of(part, (*path, name))
    else:
        yield path, value


def edited(line, path, new):
    """Return *line* with another value at *path*, written as an export writes it."""
    data = json.loads(line)
    inner = data
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = new
    return written(data)


@pytest.mark.parametrize("private", [False, True])
def test_every_field_of_an_export_edited_by_hand_is_found(database, private):
    """Any value in any kind of line, replaced by another or of another type, is found without a database."""
    office = opened(database)
    case = applied(office)
    office.store.checkpoint(office.store.events(case.id)[0].entered)
    lines = list(office.store.export(private=private))
    kinds = {tuple(json.loads(line)): at for at, line in enumerate(lines)}
    assert len(kinds) == 6 + private
    for at in kinds.values():
        for path, value in fields_of(json.loads(lines[at])):
            other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
            for new in (other, None, [], {}):
                changed = [*lines[:at], edited(lines[at], path, new), *lines[at + 1 :]]
                assert list(verify_export(changed)) != [], (path, new)
