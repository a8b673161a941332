"""Registers in the database: as of a day, as of a moment, and nothing overwritten."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import MetaData, Table, inspect, make_url, select, text
from sqlalchemy.exc import IntegrityError

from community_core.base import StoreError
from community_core.base.labels import Label
from community_core.ports.keys import KeyRing
from community_core.ports.store import Cause, Contradiction, Delegation, Posting
from community_core.procedures.events import EndAppointment
from community_core.registers.applying import plans_of, write
from community_core.registers.changes import CORRECTION, ERASURE, RegisterChange
from community_core.registers.electoral import (
    ElectoralRoll,
    Entitlement,
    RollHead,
    RollKind,
    RollLine,
    corrected,
    holds_together,
    sealed,
)
from community_core.registers.known import KEPT, register_of
from community_core.registers.rows import ALWAYS, Asked, Locked
from community_core.store import upgrade
from community_core.store.migrating import _run
from community_core.store.schema import register_tables

MAY, JUNE, JULY = (dt.date(2006, month, 1) for month in (5, 6, 7))
NOON = dt.datetime(2006, 5, 1, 12, tzinfo=dt.UTC)
HOUSEHOLDS = register_of("households")


def keep(store, register, *asked, at=NOON, day=MAY):
    with store.begin():
        return write(store, plans_of(store, {register: asked}), RegisterChange(CORRECTION, day, "clerk"), at)


def test_each_register_has_a_table_of_its_own(database):
    """Every register that is kept has a table with its columns and the days, moments and changes of each row."""
    database.store()
    for register in KEPT:
        names = set(register_tables[register.name].columns.keys())
        assert {column.name for column in register.columns} < names
        assert {"since", "until", "entered", "change_id", "replaced", "replaced_by"} < names


def test_registers_answer_as_of_any_day_and_moment(database):
    """A change holds from its day on, is known from its moment on, and the row that it replaced is still there."""
    store = database.store()
    first = keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-1", None), MAY))
    later = NOON + dt.timedelta(days=40)
    second = keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-2", None), JUNE), at=later)

    def places(**how):
        return [row.values[0] for row in store.register_rows(HOUSEHOLDS, **how)]

    assert places(day=dt.date(2006, 5, 31)) == ["c-1"]
    assert places(day=JUNE) == ["c-2"]
    assert places(day=dt.date(2006, 4, 30)) == []
    assert places(day=JUNE, moment=NOON) == ["c-1"]
    assert places(day=JUNE, moment=NOON - dt.timedelta(seconds=1)) == []
    past = store.register_rows(HOUSEHOLDS, past=True)
    assert sorted((row.change, row.replaced_by) for row in past) == [(first, second), (second, ""), (second, "")]
    assert store.register_change(first).actor == "clerk"
    assert store.register_change("none") is None


def test_the_same_again_keeps_no_change(database):
    """What says nothing new leaves neither a row nor a change."""
    store = database.store()
    keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-1", None), MAY))
    assert keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-1", None), JUNE)) == ""
    assert len(store.register_rows(HOUSEHOLDS, past=True)) == 1


def test_values_of_every_type_come_back(database):
    """Days, shares, whole numbers and texts are read as they were written, and unknown stays unknown."""
    store = database.store()
    owners, dwellings, residents = map(register_of, ("owners", "dwellings", "residents"))
    keep(store, owners, Asked(("d-1", "o-1"), (Fraction(1, 3),), ALWAYS))
    keep(store, dwellings, Asked(("d-1",), ("c-1", "1", "101", None, None, 88), MAY))
    person = ("𠮷田'\"\n", None, dt.date(1950, 2, 8), "male", None, None, None, None)
    keep(store, residents, Asked(("r-1",), person, MAY))
    assert store.register_rows(owners)[0].values == (Fraction(1, 3),)
    assert store.register_rows(owners)[0].since == ALWAYS
    assert store.register_rows(dwellings)[0].values == ("c-1", "1", "101", None, None, 88)
    assert store.register_rows(residents)[0].values == person
    with pytest.raises(StoreError, match="null character"):
        keep(store, residents, Asked(("r-2",), ("a\x00b", *person[1:]), MAY))


KEYS = KeyRing("2025-a", {"2025-a": b"\x01" * 32})
SENSITIVE = ("张三", "999999195002080016", None, None, None, None, None, None)


def test_sensitive_columns_are_encrypted_at_rest(database):
    """With a key an identity number stands nowhere in the database in clear; without it, it is locked and not lost."""
    residents = register_of("residents")
    store = database.store(keys=KEYS)
    keep(store, residents, Asked(("r-1",), SENSITIVE, MAY))
    with database.engine().connect() as connection:
        (kept,) = connection.execute(text("SELECT id_number FROM cc_reg_residents")).scalars()
    assert kept.startswith("sealed:2025-a:")
    assert SENSITIVE[1] not in kept
    assert store.register_rows(residents)[0].values == SENSITIVE
    assert keep(store, residents, Asked(("r-1",), SENSITIVE, JUNE)) == ""
    without = database.store()
    locked = without.register_rows(residents)[0].values[1]
    assert isinstance(locked, Locked)
    assert (str(locked), repr(locked)) == ("***", "Locked()")
    keep(without, residents, Asked(("r-1",), ("张叁", *SENSITIVE[1:]), JUNE, given=frozenset({0})))
    assert store.register_rows(residents, day=JUNE)[0].values == ("张叁", *SENSITIVE[1:])
    database.tamper("UPDATE cc_reg_residents SET id_number = 'sealed:2025-a:AAAA'")
    with pytest.raises(StoreError, match="cannot be read"):
        store.register_rows(residents)


ENTRIES = register_of("category_entries")
ENTRY = ("residents", "r-secret-1", "disability", "visual")
WORDS = ("r-secret-1", "disability", "visual", "一级", SENSITIVE[1])


def everywhere(database):
    """Return all bytes of a SQLite database: its file, and what has not gone into it yet."""
    file = Path(make_url(database.url).database)
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


def kept_texts(database):
    """Return all texts that the tables of registers hold, whatever the database."""
    with database.engine().connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name.startswith("cc_reg")]
        rows = [
            row
            for name in names
            for row in connection.execute(select(Table(name, MetaData(), autoload_with=connection)))
        ]
    return "\n".join(str(cell) for row in rows for cell in row)


def test_with_a_key_no_sensitive_value_stands_in_clear(database):
    """Whom an entry in a category is about and what it says stand nowhere in the database, also after it has ended."""
    store = database.store(keys=KEYS)
    keep(store, ENTRIES, Asked(ENTRY, ("一级",), MAY))
    keep(store, ENTRIES, Asked(ENTRY, (), JUNE, ends=True), at=NOON + dt.timedelta(days=40))
    keep(store, register_of("residents"), Asked(("r-1",), SENSITIVE, MAY))
    assert [word for word in WORDS if word in kept_texts(database)] == []
    if database.is_sqlite:
        whole = everywhere(database)
        assert "张三".encode() in whole
        assert [word for word in WORDS if word.encode() in whole] == []
    assert [(row.key, row.values) for row in store.register_rows(ENTRIES, day=MAY)] == [(ENTRY, ("一级",))]


def test_encrypted_entries_are_found_by_whom_they_are_about(database):
    """Entries are found by their subject among many, and by what else they say, and come in the order of their keys."""
    store = database.store(keys=KEYS)
    people = [f"r-{at:04d}" for at in range(700)]
    asked = [
        Asked(("residents", person, "disability", ("visual", "mental")[at % 2]), (None,), MAY)
        for at, person in enumerate(people)
    ]
    keep(store, ENTRIES, *asked)
    keep(store, ENTRIES, Asked(("households", "h-1", "allowance", "allowance"), (None,), MAY))

    def found(**where):
        return [row.key[1] for row in store.register_rows(ENTRIES, where=where)]

    assert found(kind="residents", subject=["r-0001", "r-0699", "nobody"]) == ["r-0001", "r-0699"]
    assert found(subject=people[:600]) == people[:600]
    assert found(code="visual") == people[::2]
    assert found() == ["h-1", *people]
    assert database.store().register_rows(ENTRIES, where={"subject": "r-0001"}) == ()


def test_an_entry_is_kept_once_though_it_is_encrypted(database):
    """The same entry twice is one, with an older key too; without the key nothing is added, for nobody is known."""
    store = database.store(keys=KEYS)
    keep(store, ENTRIES, Asked(ENTRY, ("一级",), MAY))
    again = database.store(keys=KeyRing("b", {"b": b"\x02" * 32, **dict(KEYS.keys)}))
    assert keep(again, ENTRIES, Asked(ENTRY, ("一级",), JUNE)) == ""
    assert len(again.register_rows(ENTRIES, where={"subject": ENTRY[1]})) == 1
    with pytest.raises(StoreError, match="nobody knows whom"):
        keep(database.store(), ENTRIES, Asked(ENTRY, ("一级",), MAY))
    blind = "SELECT key_index FROM cc_reg_category_entries"
    with database.engine().connect() as connection:
        (index,) = connection.execute(text(blind)).scalars()
    with pytest.raises(IntegrityError):
        database.tamper(
            "INSERT INTO cc_reg_category_entries (kind, subject, code_list, code, since, entered, change_id, "
            "replaced_by, key_index) VALUES ('r', 'x', 'y', 'z', '2006-05-01', '', '', '', :index)",
            index=index,
        )


def test_what_stood_in_clear_or_under_an_older_key_is_encrypted_anew(database):
    """Sealing encrypts what was kept before there was a key, and again with a new one; the old one is then free."""
    plain = database.store()
    keep(plain, ENTRIES, Asked(ENTRY, ("一级",), MAY))
    keep(plain, register_of("residents"), Asked(("r-1",), SENSITIVE, MAY))
    keep(plain, register_of("residents"), Asked(("r-2",), ("李", *([None] * 7)), MAY))
    with pytest.raises(StoreError, match="no keys are given"):
        plain.seal_rows()
    first = database.store(keys=KEYS)
    assert first.register_rows(ENTRIES, where={"subject": ENTRY[1]})[0].key == ENTRY
    assert (first.seal_rows(), first.seal_rows()) == (2, 0)
    first.scrub()
    assert [word for word in WORDS if word in kept_texts(database)] == []
    if database.is_sqlite:
        assert [word for word in WORDS if word.encode() in everywhere(database)] == []
    both = database.store(keys=KeyRing("b", {"b": b"\x02" * 32, **dict(KEYS.keys)}))
    assert both.seal_rows() == 2
    new = database.store(keys=KeyRing("b", {"b": b"\x02" * 32}))
    assert new.register_rows(ENTRIES, where={"subject": ENTRY[1]})[0].key == ENTRY
    assert new.register_rows(register_of("residents"), where={"person": "r-1"})[0].values == SENSITIVE
    assert first.seal_rows() == 0
    assert isinstance(first.register_rows(ENTRIES)[0].key[1], Locked)


def erased(store, register, key):
    return store.erase_rows(register, key, RegisterChange(ERASURE, JUNE, "clerk"), NOON)


def test_an_erased_entry_leaves_nothing(database):
    """Erasing an entry whose key is sensitive removes all of its rows, replaced ones too, and no other's."""
    for keys in (None, KEYS):
        store = database.store(keys=keys)
        other = ("residents", "r-9", "disability", "mental")
        keep(store, ENTRIES, Asked(ENTRY, ("一级",), MAY), Asked(other, (None,), MAY))
        keep(store, ENTRIES, Asked(ENTRY, ("二级",), JUNE))
        assert erased(store, ENTRIES, ENTRY).startswith("erasure-")
        assert erased(store, ENTRIES, ENTRY) == ""
        store.scrub()
        assert [row.key for row in store.register_rows(ENTRIES, past=True)] == [other]
        if database.is_sqlite and keys is None:
            assert ENTRY[1].encode() not in everywhere(database)
        assert list(store.verify()) == []
        assert erased(store, ENTRIES, other) != ""
        assert list(store.verify()) == []


def test_two_writers_cannot_both_replace_a_row(database):
    """A plan over rows that somebody else has replaced meanwhile is refused, and nothing of it is written."""
    store = database.store()
    keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-1", None), MAY))
    stale = plans_of(store, {HOUSEHOLDS: [Asked(("h-1",), ("c-2", None), JUNE)]})
    keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-3", None), JUNE))
    with pytest.raises(Contradiction, match="somebody else"), store.begin():
        write(store, stale, RegisterChange(CORRECTION, JUNE, "clerk"), NOON)
    assert [row.values[0] for row in store.register_rows(HOUSEHOLDS, day=JUNE)] == ["c-3"]


def test_rows_are_found_by_their_columns(database):
    """Rows are narrowed by one value or several of a column, thousands of them too, and by a register's fixed ones."""
    store = database.store()
    store.add_place("d", "", "district", "区", "")
    keep(store, register_of("places"), Asked(("g-1",), ("d", "grid", "一格", None, None), MAY))
    assert [row.key for row in store.register_rows(register_of("grids"))] == [("g-1",)]
    keep(store, HOUSEHOLDS, *[Asked((f"h-{at}",), ("c-1" if at % 2 else "c-2", None), MAY) for at in range(1500)])
    wanted = [f"h-{at}" for at in range(1400)]
    found = store.register_rows(HOUSEHOLDS, where={"household": wanted, "place": "c-1"})
    assert len(found) == 700


def test_appointments_are_a_register_too(database):
    """Appointments are read, ended and added as rows; steps find them where they always did."""
    store = database.store()
    appointments = register_of("appointments")
    store.add_posting(Posting("王", "grid.officer", "g-1", MAY))
    keep(store, appointments, Asked(("李", "grid.officer", "g-2"), (), MAY))
    keep(store, appointments, Asked(("王", "grid.officer", "g-1"), (), JUNE, ends=True))
    assert list(store.postings("王", JUNE)) == []
    assert list(store.postings("王", MAY)) == [Posting("王", "grid.officer", "g-1", MAY, JUNE)]
    assert list(store.postings("李", JULY)) == [Posting("李", "grid.officer", "g-2", MAY)]
    officers = store.register_rows(register_of("grid_officers"), day=JUNE)
    assert [(row.key, row.since) for row in officers] == [(("李", "grid.officer", "g-2"), MAY)]
    store.add_posting(Posting("赵", "grid.officer", "g-1", MAY, JUNE))
    with pytest.raises(Contradiction, match="cannot be prolonged"):
        keep(store, appointments, Asked(("赵", "grid.officer", "g-1"), (), MAY, until=JULY))


AT = [NOON + dt.timedelta(days=day) for day in range(4)]


def known(store, name, **how):
    return [(row.key[0], row.since, row.until) for row in store.register_rows(register_of(name), **how)]


def test_appointments_answer_as_they_were_believed(database):
    """An end holds from its day on and is known from its moment on; its correction, too, leaves what was believed."""
    store = database.store()
    store.add_posting(Posting("王", "grid.officer", "g-1", MAY), entered=AT[0])
    store.apply(EndAppointment("王", "grid.officer", "g-1", JULY, "辞职"), Cause("c-1", 3, 1), AT[1])
    keep(store, register_of("appointments"), Asked(("王", "grid.officer", "g-1"), (), JUNE, ends=True), at=AT[2])
    believed = [known(store, "appointments", moment=at)[0][2] for at in AT[:3]]
    assert believed == [None, JULY, JUNE]
    assert known(store, "appointments", moment=AT[0] - dt.timedelta(seconds=1)) == []
    assert known(store, "appointments", day=JUNE, moment=AT[1]) == [("王", MAY, JULY)]
    assert known(store, "appointments", day=JUNE) == known(store, "grid_officers", day=JUNE, moment=AT[2]) == []
    past = store.register_rows(register_of("grid_officers"), past=True)
    assert [(row.until, row.replaced_by) for row in past] == [(None, "c-1"), (JULY, past[2].change), (JUNE, "")]
    assert store.register_change(past[2].change).kind == "correction"
    assert known(store, "appointments", past=True, where={"person": "李"}) == []
    assert list(store.postings("王", JUNE)) == []


def test_delegations_are_a_register_with_what_was_believed(database):
    """A delegation is read, added and ended as a row, steps find it, and what was believed before stays."""
    store = database.store()
    delegations = register_of("delegations")
    key = ("r-1", "chair-1", "committee.chair", "c-1")
    store.add_delegation(Delegation(*key, MAY, None, "书面委托"), entered=AT[0])
    change = keep(store, delegations, Asked(key, (), JUNE, ends=True), at=AT[1])
    assert list(store.delegations("r-1", JUNE)) == []
    assert [item.until for item in store.delegations("r-1", MAY)] == [JUNE]
    assert known(store, "delegations", day=JUNE, moment=AT[0]) == [("r-1", MAY, None)]
    assert [(row.values, row.replaced_by) for row in store.register_rows(delegations, past=True)] == [
        (("书面委托",), change),
        (("书面委托",), ""),
    ]
    other = ("r-2", *key[1:])
    keep(store, delegations, Asked(other, ("决定",), MAY, until=JULY), at=AT[1])
    keep(store, delegations, Asked(other, ("决定第二号",), MAY, until=JULY), at=AT[2])
    assert [item.reason for item in store.delegations("r-2", MAY)] == ["决定第二号"]
    assert [row.values for row in store.register_rows(delegations, moment=AT[1], where={"person": "r-2"})] == [
        ("决定",)
    ]
    keep(store, delegations, Asked(other, (), MAY, ends=True), at=AT[3])
    assert known(store, "delegations", where={"person": "r-2"}) == []
    keep(store, delegations, Asked(other, ("重新委托",), MAY), at=AT[3])
    assert known(store, "delegations", where={"person": "r-2"}) == [("r-2", MAY, None)]
    for wrong, said in ((("r-1", "r-1", *key[2:]), "two persons"), (("system", *key[1:]), "library alone")):
        with pytest.raises(Contradiction, match=said):
            keep(store, delegations, Asked(wrong, ("决定",), MAY))


def test_appointments_kept_before_moments_were_are_believed_at_any(database):
    """An upgrade keeps appointments and delegations as they are; nobody knows since when they were believed."""
    engine = database.engine()
    with engine.begin() as connection:
        _run(connection, "0007")
        connection.execute(
            text(
                "INSERT INTO cc_postings (person, post, place, since, until, ended, reason, case_id)"
                " VALUES ('王', 'p', 'c-1', '2006-05-01', '2006-07-01', '2006-06-01', '辞职', 'h-1')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO cc_delegations (person, behalf, post, place, since, reason)"
                " VALUES ('r-1', '王', 'p', 'c-1', '2006-05-01', '委托')"
            )
        )
    upgrade(engine)
    store = database.store()
    long_ago = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
    assert known(store, "appointments", moment=long_ago) == [("王", MAY, JUNE)]
    keep(store, register_of("delegations"), Asked(("r-1", "王", "p", "c-1"), (), JUNE, ends=True))
    assert known(store, "delegations", moment=long_ago) == [("r-1", MAY, None)]
    assert known(store, "delegations") == [("r-1", MAY, JUNE)]


def test_a_place_lies_where_it_lay_on_the_day(database):
    """A place that moved lies in its old parent before that day and in the new one from it on, and is called so."""
    store = database.store()
    for place, parent in (("d", ""), ("s-1", "d"), ("s-2", "d"), ("c", "s-1")):
        store.add_place(place, parent, "layer", place, "")
    keep(store, register_of("places"), Asked(("c",), ("s-2", "layer", "新名", None, None), JUNE))
    assert store.place_chain("c", MAY) == ("c", "s-1", "d")
    assert store.place_chain("c", JUNE) == ("c", "s-2", "d")
    assert store.place_chain("c") == ("c", "s-2", "d")
    assert [store.place_names(day)["c"].zh for day in (MAY, JUNE)] == ["c", "新名"]
    keep(store, register_of("places"), Asked(("c",), (), JULY, ends=True))
    assert store.place_chain("c", JULY) == ("c",)
    assert store.place_names()["c"].zh == "新名"


def test_places_that_were_registered_before_count_from_the_first_day(database):
    """An upgrade from the tables before registers keeps every place, under its parent, for any day."""
    engine = database.engine()
    with engine.begin() as connection:
        _run(connection, "0003")
        connection.execute(text("INSERT INTO cc_places VALUES ('d', NULL, 'district', '区', 'D')"))
        connection.execute(text("INSERT INTO cc_places VALUES ('c', 'd', 'community', '社', '')"))
    upgrade(engine)
    store = database.store()
    assert store.place_chain("c", dt.date(1950, 1, 1)) == ("c", "d")
    assert store.place_names()["d"] == Label("区", "D")
    store.add_place("c", "d", "community", "社", "")


LINES = [
    RollLine(0, "r-1", "r-1", Entitlement.ENTITLED, Label("满十八周岁", "of age"), "第8条"),
    RollLine(0, "r-2", "r-2", Entitlement.NOT_ENTITLED, Label("未满", "")),
    RollLine(0, "r-3", "r-3", Entitlement.UNDETERMINED, Label("缺", ""), ask=("birth_date", "voting_age")),
]


def roll(store):
    head = RollHead(store.next_roll(), RollKind.RESIDENTS, "c-1", MAY, "t", "sha256:x", "clerk", NOON.isoformat())
    return sealed(head, LINES)


def test_a_frozen_roll_is_kept_with_its_hashes(database):
    """A roll is read back as it was frozen; a correction is a further line, and the frozen lines stay."""
    store = database.store()
    made = roll(store)
    store.keep_roll(made)
    assert store.electoral_roll(made.id) == made
    assert (made.size, made.entitled, len(made.undetermined)) == (1, ("r-1",), 1)
    line = corrected(made, evolve(LINES[2], outcome=Entitlement.ENTITLED, why="补登出生日期", actor="clerk", day=JUNE))
    store.add_line(made.id, line)
    again = store.electoral_roll(made.id)
    assert again.lines[:3] == made.lines
    assert again.entitled == ("r-1", "r-3")
    assert (again.frozen_hash, again.hash) == (made.hash, line.hash)
    assert holds_together(again)
    assert [head.id for head in store.electoral_rolls(place="c-1")] == [made.id]
    assert store.electoral_rolls(place="c-2") == ()
    assert store.electoral_roll("none") is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cc_electoral_lines SET outcome = 'entitled' WHERE number = 2",
        "UPDATE cc_electoral_lines SET subject = 'r-9' WHERE number = 1",
        "UPDATE cc_electoral_rolls SET day = '2006-05-02'",
        "DELETE FROM cc_electoral_lines WHERE number = 2",
    ],
)
def test_a_roll_that_was_changed_does_not_hold_together(database, change):
    """A line or head that somebody changed or removed past the store breaks the chain."""
    store = database.store()
    made = roll(store)
    store.keep_roll(made)
    assert list(store.verify()) == []
    database.tamper(change)
    assert [item.code for item in store.verify()] == ["roll-changed"]
    kept = store.electoral_roll(made.id)
    assert isinstance(kept, ElectoralRoll)
    assert not holds_together(kept)


@pytest.mark.parametrize(
    ("changes", "beside"),
    [
        (("DELETE FROM cc_electoral_lines WHERE number = 4",), []),
        (("DELETE FROM cc_electoral_lines",), []),
        (("DELETE FROM cc_electoral_lines", "DELETE FROM cc_electoral_rolls"), ["counter-ahead"]),
        (("UPDATE cc_counters SET value = 3 WHERE name LIKE 'roll_lines:%'",), []),
    ],
)
def test_a_roll_that_was_cut_off_or_removed_is_found(database, changes, beside):
    """A correction taken off a roll's end leaves its chain whole, and a whole roll none; the count finds both."""
    store = database.store()
    made = roll(store)
    store.keep_roll(made)
    line = evolve(LINES[2], outcome=Entitlement.ENTITLED, why="补登出生日期", actor="clerk", day=JUNE)
    store.add_line(made.id, corrected(made, line))
    assert list(store.verify()) == []
    database.tamper(*changes)
    *others, found = store.verify()
    assert (found.code, dict(found.data)) == ("roll-changed", {"roll": made.id})
    assert [item.code for item in others] == beside


def test_a_roll_from_before_lines_were_counted_stays_and_is_corrected(database):
    """Of an older roll nothing is counted, before and after a correction, and its hashes are verified as before."""
    store = database.store()
    made = roll(store)
    store.keep_roll(made)
    database.tamper("DELETE FROM cc_counters WHERE name LIKE 'roll_lines:%'")
    line = evolve(LINES[2], outcome=Entitlement.ENTITLED, why="补登出生日期", actor="clerk", day=JUNE)
    store.add_line(made.id, corrected(made, line))
    assert list(store.verify()) == []
    database.tamper("UPDATE cc_electoral_lines SET outcome = 'entitled' WHERE number = 2")
    assert [item.code for item in store.verify()] == ["roll-changed"]
