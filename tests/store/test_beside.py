"""A checkpoint covers registers, rolls and the trace of readings too: what is cut off or changed there is named."""

import datetime as dt

import pytest
from attrs import evolve

from community_core.base.labels import Label
from community_core.ports.store import Delegation, KnownRoot, Posting
from community_core.procedures.events import EndAppointment
from community_core.registers.applying import plans_of, write
from community_core.registers.changes import APPOINTMENT, CORRECTION, DELEGATION, ERASURE, RegisterChange
from community_core.registers.electoral import Entitlement, RollHead, RollKind, RollLine, corrected, sealed
from community_core.registers.known import register_of
from community_core.registers.reads import RegisterRead
from community_core.registers.rows import Asked
from community_core.store import ExportCheck
from community_core.store.schema import checkpoints, counters

MAY, JUNE, JULY = (dt.date(2006, month, 1) for month in (5, 6, 7))
NOON = dt.datetime(2006, 5, 1, 12, tzinfo=dt.UTC)
RESIDENTS, HOUSEHOLDS = register_of("residents"), register_of("households")
LINES = [
    RollLine(0, "r-1", "r-1", Entitlement.ENTITLED, Label("满十八周岁", "of age")),
    RollLine(0, "r-2", "r-2", Entitlement.NOT_ENTITLED, Label("未满", "")),
]


def keep(store, register, *asked):
    with store.begin():
        return write(store, plans_of(store, {register: asked}), RegisterChange(CORRECTION, MAY, "clerk"), NOON)


def read(store, purpose):
    store.keep_read(RegisterRead("clerk", purpose, "residents", ("id_number",), ((1, 2),), MAY), NOON)


def by_hand(kind):
    return {"change": RegisterChange(kind, MAY, "clerk", note="任命书"), "entered": NOON}


def fill(store, book):
    """Keep something of each part, under two checkpoints, and return the roll."""
    store.add_place("c-1", "", "community", "社区", "", entered=NOON)
    store.add_posting(Posting("li", "director", "c-1", MAY, None), **by_hand(APPOINTMENT))
    store.add_posting(Posting("wang", "member", "c-1", MAY, None), **by_hand(APPOINTMENT))
    delegation = Delegation("sun", "li", "director", "c-1", MAY, None, "书面委托")
    store.add_delegation(delegation, **by_hand(DELEGATION))
    keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-1", None), MAY), Asked(("h-2",), ("c-1", None), MAY))
    head = RollHead(store.next_roll(), RollKind.RESIDENTS, "c-1", MAY, "t", "sha256:x", "clerk", NOON.isoformat())
    roll = sealed(head, LINES)
    store.keep_roll(roll)
    read(store, "核对一")
    book.write(store, "x-1", 2)
    store.checkpoint(NOON)
    store.set_meta("district", "town")
    keep(store, HOUSEHOLDS, Asked(("h-1",), ("c-2", None), JUNE))
    store.end_posting(EndAppointment("li", "director", "c-1", JUNE, "辞职"), entered=NOON)
    store.end_delegation("sun", "li", "director", "c-1", JUNE, entered=NOON)
    store.add_line(roll.id, corrected(roll, evolve(LINES[1], outcome=Entitlement.ENTITLED, why="补登", actor="clerk")))
    read(store, "核对二")
    read(store, "核对三")
    store.checkpoint(NOON)
    return roll


def found(store, *roots):
    return [(item.code, dict(item.data)) for item in store.verify(roots)]


def parts(store):
    return [data["part"] for code, data in found(store) if code == "covered-rows-changed"]


@pytest.fixture
def town(database, book):
    """A store with something of each part under two checkpoints; the second one covers no further event."""
    store = database.store()
    fill(store, book)
    assert found(store) == []
    if not database.is_sqlite:
        database.tamper("ALTER TABLE cc_electoral_lines DROP CONSTRAINT cc_electoral_lines_roll")
    return store


def test_lines_beside_the_events_come_under_a_checkpoint(database, book):
    """What is new beside the events makes a checkpoint of its own; what is not is counted, until it is covered."""
    store = database.store()
    book.write(store, "x-1", 2)
    first = store.checkpoint(NOON)
    assert store.coverage().beside == 0
    read(store, "核对")
    assert store.coverage().beside == 1
    second = store.checkpoint(NOON)
    assert (second.size, second.root, second.previous) == (first.size, first.root, first.hash)
    assert second.hash != first.hash
    assert store.coverage().beside == 0
    assert store.checkpoint(NOON) == second
    assert found(store) == []


CUT_READS = (
    "DELETE FROM cc_register_reads WHERE number > 1",
    "UPDATE cc_counters SET value = 1 WHERE name = 'register_read'",
)
CUT_ROLL = (
    "DELETE FROM cc_electoral_lines WHERE number = 3",
    "UPDATE cc_counters SET value = 2 WHERE name = 'roll_lines:roll-000001'",
)


@pytest.mark.parametrize(
    ("changes", "part", "said"),
    [
        (CUT_READS, "register_reads", "lines 2 to 3 are under the checkpoint at event 2, and end with line 1"),
        (CUT_ROLL, "roll:roll-000001", "lines 3 to 3 are under the checkpoint at event 2, and end with line 2"),
        (
            (
                "DELETE FROM cc_electoral_lines",
                "DELETE FROM cc_electoral_rolls",
                "DELETE FROM cc_counters WHERE name LIKE 'roll_lines:%' OR name = 'electoral_roll'",
            ),
            "roll:roll-000001",
            "lines 1 to 2 are under the checkpoint at event 2, and end with line 0",
        ),
    ],
)
def test_an_end_cut_off_with_its_count_put_right_is_found(database, town, changes, part, said):
    """Who cuts off the end of the trace or of a roll, and puts the counter right, is found against the checkpoint."""
    database.tamper(*changes)
    (item,) = town.verify()
    assert (item.code, dict(item.data)["part"]) == ("covered-rows-changed", part)
    assert said in item.message.en


NEW_POSTING = (
    "INSERT INTO cc_postings (id, person, post, place, since, reason, case_id) "
    "VALUES (0, 'me', 'director', 'c-1', '2006-05-01', '', '')"
)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (NEW_POSTING, "register:appointments"),
        ("UPDATE cc_postings SET person = 'me' WHERE person = 'wang'", "register:appointments"),
        ("UPDATE cc_postings SET until = '2006-05-02' WHERE person = 'wang'", "register:appointments"),
        ("UPDATE cc_postings SET ended = NULL WHERE person = 'li'", "past_rows"),
        ("UPDATE cc_postings SET since = '2000-01-01' WHERE person = 'li'", "past_rows"),
        ("DELETE FROM cc_postings WHERE person = 'wang'", "register:appointments"),
        ("DELETE FROM cc_past_rows WHERE register = 'delegations'", "past_rows"),
        ("UPDATE cc_past_rows SET entered = '2001' WHERE register = 'appointments'", "past_rows"),
        ("UPDATE cc_past_rows SET data = '{}' WHERE register = 'appointments'", "past_rows"),
        ("UPDATE cc_past_rows SET data = 'x' WHERE register = 'appointments'", "past_rows"),
        ("UPDATE cc_delegations SET ended = NULL", "past_rows"),
        ("UPDATE cc_delegations SET post = 'x'", "past_rows"),
        ("UPDATE cc_register_changes SET actor = 'x' WHERE kind = 'delegation'", "register_changes"),
        ("UPDATE cc_register_changes SET note = 'x' WHERE kind = 'correction'", "register_changes"),
        ("UPDATE cc_reg_places SET parent = 'x'", "register:places"),
        ("UPDATE cc_reg_places SET since = '2006-01-01'", "register:places"),
        ("UPDATE cc_reg_households SET place = 'x' WHERE household = 'h-2'", "register:households"),
        ("DELETE FROM cc_reg_households WHERE household = 'h-2'", "register:households"),
        (
            "UPDATE cc_reg_households SET replaced = '2001' WHERE replaced IS NOT NULL",
            "replaced:households",
        ),
        (
            "UPDATE cc_reg_households SET replaced = '2006', replaced_by = 'correction-000005' WHERE household = 'h-2'",
            "replaced:households",
        ),
        ("UPDATE cc_meta SET value = '1' WHERE name = 'clear_events'", "boundaries"),
        ("INSERT INTO cc_meta (name, value) VALUES ('without_effects_ledger', '9')", "boundaries"),
        ("UPDATE cc_meta SET value = 'other' WHERE name = 'district'", "district"),
        ("DELETE FROM cc_meta WHERE name = 'district'", "district"),
    ],
)
def test_what_is_kept_by_hand_is_not_changed_unseen(database, town, change, part):
    """An appointment, a delegation, a place, a boundary changed under a checkpoint is found, and the part is named."""
    database.tamper(change)
    assert part in parts(town)


def test_what_may_be_erased_or_sealed_is_no_part_of_it(database, book):
    """Personal values of registers are erased, and rows replaced again, without a finding."""
    store = database.store()
    names = [column.name for column in RESIDENTS.values]
    values = tuple("某人" if name == "name" else None for name in names)
    keep(store, RESIDENTS, Asked(("r-1",), values, MAY))
    book.write(store, "x-1", 1)
    store.checkpoint(NOON)
    assert store.erase_rows(RESIDENTS, ("r-1",), RegisterChange(ERASURE, JUNE, "clerk"), NOON) == "erasure-000002"
    keep(store, RESIDENTS, Asked(("r-1",), (), JUNE, ends=True))
    assert found(store) == []
    store.checkpoint(NOON)
    assert found(store) == []


def test_an_appointment_that_begins_anew_keeps_what_it_said(database, town):
    """Rows that are written into after a checkpoint still say what they said under it."""
    keep(town, register_of("appointments"), Asked(("wang", "member", "c-1"), (), JULY, ends=True))
    town.add_posting(Posting("zhao", "member", "c-1", JULY, None), **by_hand(APPOINTMENT))
    assert found(town) == []
    town.checkpoint(NOON)
    assert found(town) == []
    database.tamper("UPDATE cc_postings SET ended = '2006-08-01' WHERE person = 'wang'")
    assert parts(town) == ["past_rows"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE cc_reg_households SET change_id = 'import-000099' WHERE household = 'h-2'", "import-000099"),
        (
            "UPDATE cc_reg_households SET replaced = '2006', replaced_by = 'x-9' WHERE household = 'h-2'",
            "name the change x-9",
        ),
        ("UPDATE cc_reg_households SET replaced = '2006' WHERE household = 'h-2'", "contradicts itself"),
        ("DELETE FROM cc_register_changes WHERE kind = 'delegation'", "delegation-000003"),
    ],
)
def test_a_row_of_a_change_that_is_not_there_is_found_at_once(database, book, change, said):
    """Without any checkpoint, rows that name a change that nobody kept are found."""
    store = database.store()
    fill(store, book)
    database.tamper("DELETE FROM cc_checkpoints", "DELETE FROM cc_checkpoint_cases")
    database.tamper("DELETE FROM cc_counters WHERE name = 'checkpoint'")
    assert found(store) == []
    database.tamper(change)
    (item,) = store.verify()
    assert item.code == "change-missing"
    assert said in item.message.en


def test_the_hash_of_a_checkpoint_covers_all_of_it(database, town, book):
    """Who cuts the trace and makes all checkpoints anew is found by the hash that somebody kept, and by an export."""
    last = town.coverage().checkpoint
    lines = list(town.export())
    known = KnownRoot(last.hash)
    check = ExportCheck()
    assert list(check.verify(lines, [known])) == []
    assert check.coverage.checkpoint == last
    assert found(town, known) == []
    database.tamper(*CUT_READS, "DELETE FROM cc_checkpoints", "DELETE FROM cc_checkpoint_cases")
    database.tamper("DELETE FROM cc_counters WHERE name = 'checkpoint'")
    town.checkpoint(book.now)
    assert found(town) == []
    assert found(town, KnownRoot(last.root, last.size)) == []
    assert [code for code, _ in found(town, known)] == ["root-unknown"]
    assert {item.code for item in town.compare(lines)} == {"checkpoint-missing"}


def test_what_a_checkpoint_covers_is_part_of_its_hash(database, town):
    """The text of what is covered cannot be changed, in the store or in an export, nor written in another way."""
    lines = list(town.export())
    changed = [line.replace('"register_reads":[3,', '"register_reads":[2,') for line in lines]
    assert changed != lines
    assert "checkpoint-changed" in {item.code for item in ExportCheck().verify(changed)}
    for value in ("''", "beside || ' '", "'x'", "replace(beside, '[3,', '[2,')"):
        engine = database.engine()
        with engine.connect() as connection:
            connection.exec_driver_sql(f"UPDATE cc_checkpoints SET beside = {value} WHERE number = 2")  # noqa: S608
            connection.commit()
            assert "checkpoint-changed" in {code for code, _ in found(town)}
            assert "checkpoint-changed" in {item.code for item in ExportCheck().verify(town.export())}
        with engine.begin() as connection:
            line = next(text for text in lines if '"register_reads":[3,' in text)
            beside = line[line.index('"beside":') + 9 : line.index(',"entered"')]
            connection.execute(checkpoints.update().where(checkpoints.c.number == 2).values(beside=beside))
        assert found(town) == []


def test_the_last_checkpoint_removed_is_found(database, town):
    """A checkpoint over no further event, removed from the end, is missed by the count of those that were made."""
    database.tamper("DELETE FROM cc_checkpoints WHERE number = 2")
    assert [code for code, _ in found(town)] == ["checkpoint-missing"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("register_change", 3), ("electoral_roll", 0), ("case:p.hearing:2006", 1), ("case:plan:2006", None)],
)
def test_a_counter_put_back_is_found(database, town, book, name, value):
    """A counter that stands before an id that was given out, or is gone, is named before an id comes twice."""
    # Ids may leave out the practice in front of a procedure's name.
    for procedure, full in (("p.hearing", "p.hearing"), ("plan", "p.plan")):
        for own in town.next_ids(procedure, 2006, 2):
            with town.begin():
                town.add_case(book.case(own, procedure=full))
                town.append([book.event(own, 1)], {own: 0}, book.now)
                book.keep(town, own)
    town.add_case(book.case("plan-2006-000002.1.1", procedure="p.plan", parent="plan-2006-000002"))
    others = [code for code, _ in found(town)]
    assert "counter-behind" not in others
    own = counters.c.name == name
    with database.engine().begin() as connection:
        connection.execute(
            counters.delete().where(own) if value is None else counters.update().where(own).values(value=value)
        )
    (data,) = [data for code, data in found(town) if code == "counter-behind"]
    assert data["counter"] == name


@pytest.mark.parametrize("name", ["register_change", "electoral_roll"])
def test_a_counter_put_on_is_found(database, town, name):
    """A counter of which no number is given up stands where the last id does: it was raised, or the last is gone."""
    database.tamper(f"UPDATE cc_counters SET value = value + 1 WHERE name = '{name}'")  # noqa: S608
    assert [(code, data["counter"]) for code, data in found(town)] == [("counter-ahead", name)]


def test_numbers_past_six_digits_are_compared_too(database, book):
    """Longer ids stand elsewhere in the order of texts, and are found all the same."""
    store = database.store()
    store.next_ids("p.hearing", 2006, 1_000_001)
    for own in ("p.hearing-2006-999999", "p.hearing-2006-1000001"):
        book.write(store, own, 1)
    assert found(store) == []
    database.tamper("UPDATE cc_counters SET value = 999999 WHERE name = 'case:p.hearing:2006'")
    assert found(store) == [("counter-behind", {"counter": "case:p.hearing:2006", "greatest": "1000001"})]


def test_a_counter_of_texts_is_found(sqlite_file, book):
    """A counter that is no number is found like one that was put back."""
    store = sqlite_file.store()
    (own,) = store.next_ids("p.hearing", 2006, 1)
    book.write(store, own, 1)
    sqlite_file.tamper("UPDATE cc_counters SET value = 'many' WHERE name = 'case:p.hearing:2006'")
    assert [code for code, _ in found(store)] == ["counter-behind"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE cc_reg_places SET zh = CAST(X'E7A4FF' AS TEXT)", "covered-rows-changed"),
        ("UPDATE cc_postings SET post = X'00FF' WHERE person = 'wang'", "covered-rows-changed"),
        ("UPDATE cc_past_rows SET data = CAST(X'E7A4FF' AS TEXT)", "covered-rows-changed"),
        ("UPDATE cc_past_rows SET data = X'E7A4FF'", "covered-rows-changed"),
        ("UPDATE cc_reg_households SET replaced_by = X'E7A4FF' WHERE replaced IS NOT NULL", "covered-rows-changed"),
        ("UPDATE cc_electoral_lines SET number = 'x' WHERE number = 2", "covered-rows-changed"),
        ("UPDATE cc_register_changes SET id = X'E7A4FF' WHERE kind = 'delegation'", "change-missing"),
        ("UPDATE cc_register_changes SET id = CAST(X'E7A4FF' AS TEXT) WHERE kind = 'delegation'", "change-missing"),
        ("UPDATE cc_electoral_rolls SET id = CAST(X'E7A4FF' AS TEXT)", "roll-changed"),
        ("UPDATE cc_electoral_lines SET roll = CAST(X'E7A4FF' AS TEXT)", "roll-changed"),
        ("UPDATE cc_meta SET value = CAST(X'E7A4FF' AS TEXT) WHERE name = 'clear_events'", "covered-rows-changed"),
        ("UPDATE cc_checkpoints SET beside = CAST(X'E7A4FF' AS TEXT)", "checkpoint-changed"),
        ("UPDATE cc_checkpoints SET beside = X'E7A4FF'", "checkpoint-changed"),
        ('UPDATE cc_checkpoints SET beside = \'{"past_rows":[99999999999999999999,"x"]}\'', "checkpoint-changed"),
        ("UPDATE cc_checkpoints SET beside = '[[1,2,3]]'", "checkpoint-changed"),
        ("UPDATE cc_counters SET value = 'x' WHERE name = 'checkpoint'", "checkpoint-missing"),
        ("UPDATE cc_cases SET procedure = CAST(X'E7A4FF' AS TEXT)", "case-changed"),
        ("UPDATE cc_cases SET opened = X'E7A4FF'", "case-changed"),
    ],
)
def test_broken_values_beside_the_events_are_found(sqlite_file, book, raw, change, code):
    """Values of broken bytes, of another type or beyond all numbers are findings and no errors."""
    store = sqlite_file.store()
    fill(store, book)
    connection = raw(sqlite_file)
    connection.execute(change)
    connection.commit()
    assert code in {each for each, _ in found(store)}
