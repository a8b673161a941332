"""Personal values of registers are held against what their rows committed to; erased ones are gone and say so."""

import datetime as dt
from fractions import Fraction

import pytest

from community_core.ports.keys import KeyRing
from community_core.registers.applying import plans_of, write
from community_core.registers.changes import CORRECTION, ERASURE, RegisterChange
from community_core.registers.known import register_of
from community_core.registers.rows import Asked

MAY, JUNE, JULY = (dt.date(2006, month, 1) for month in (5, 6, 7))
NOON = dt.datetime(2006, 5, 1, 12, tzinfo=dt.UTC)
RESIDENTS, OWNERS, ENTRIES = map(register_of, ("residents", "owners", "category_entries"))
KEYS = KeyRing("a", {"a": b"\x01" * 32})
BOTH = KeyRing("b", {"b": b"\x02" * 32, **dict(KEYS.keys)})
ID_NUMBER = "11010119500101123X"
ENTRY, OTHER = ("residents", "r-1", "disability", "visual"), ("residents", "r-2", "disability", "mental")


def resident(**said):
    return tuple(said.get(column.name) for column in RESIDENTS.values)


def keep(store, register, *asked):
    with store.begin():
        return write(store, plans_of(store, {register: asked}), RegisterChange(CORRECTION, MAY, "clerk"), NOON)


def erase(store, register, key):
    return store.erase_rows(register, key, RegisterChange(ERASURE, JULY, "clerk", note="本人申请"), NOON)


def fill(store):
    zhang = {
        "name": "张三",
        "id_number": ID_NUMBER,
        "birth_date": dt.date(1950, 1, 1),
        "sex": "female",
        "phone": "1380",
    }
    keep(store, RESIDENTS, Asked(("r-1",), resident(**zhang), MAY), Asked(("r-2",), resident(name="李四"), MAY))
    keep(store, RESIDENTS, Asked(("r-1",), resident(**zhang | {"phone": "1390"}), JUNE))
    keep(store, OWNERS, Asked(("d-1", "r-1"), (Fraction(1, 3),), MAY))
    keep(store, ENTRIES, Asked(ENTRY, ("一级",), MAY), Asked(OTHER, (None,), MAY))


def found(store):
    return [(item.code, dict(item.data).get("row", "")) for item in store.verify()]


@pytest.fixture(params=[None, KEYS], ids=["clear", "keys"])
def town(request, database):
    """A store with personal and sensitive values of people, in clear and encrypted."""
    store = database.store(keys=request.param)
    fill(store)
    assert found(store) == []
    return store


def test_a_changed_value_is_found_at_once(database, town):
    """Without any checkpoint, a personal value that was changed or removed is named with its row."""
    for change, row in (
        ("cc_reg_residents SET name = '王五'", 2),
        ("cc_reg_residents SET name = NULL", 2),
        ("cc_reg_residents SET birth_date = '1950-01-02'", 1),
        ("cc_reg_residents SET id_number = NULL", 1),
        ("cc_reg_residents SET since = '2006-01-01'", 1),
        ("cc_reg_residents SET dwelling = 'd-9'", 2),
        ("cc_reg_residents SET salt = NULL", 1),
        ("cc_reg_residents SET salt = salt || '0'", 1),
        ("cc_reg_residents SET commitment = NULL", 2),
        ("cc_reg_residents SET name = NULL, salt = NULL, commitment = NULL", 2),
        ("cc_reg_owners SET share = '2/3'", 1),
        ("cc_reg_category_entries SET degree = NULL", 1),
        ("cc_reg_category_entries SET code = 'hearing'", 1),
        ("cc_reg_category_entries SET subject_index = 'x'", 1),
        ("cc_reg_category_entries SET key_index = 'x'", 2),
    ):
        table = change.split()[0]
        database.tamper(f"CREATE TABLE kept AS SELECT * FROM {table}", f"UPDATE {change} WHERE number = {row}")  # noqa: S608
        assert ("register-values-changed", str(row)) in found(town), change
        database.tamper(f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM kept", "DROP TABLE kept")  # noqa: S608
    assert found(town) == []


def test_values_that_changed_places_are_found(database, town):
    """Values exchanged with their salts and commitments are found in both rows: each is of its key and days."""
    moved = ", ".join(
        f"{name} = (SELECT o.{name} FROM kept o WHERE o.number = 5 - cc_reg_residents.number)"  # noqa: S608
        for name in ("name", "id_number", "birth_date", "sex", "phone", "salt", "commitment")
    )
    database.tamper("CREATE TABLE kept AS SELECT * FROM cc_reg_residents")
    database.tamper(f"UPDATE cc_reg_residents SET {moved} WHERE number IN (2, 3)")  # noqa: S608
    assert found(town) == [("register-values-changed", "2"), ("register-values-changed", "3")]


def test_a_new_commitment_is_found_against_the_checkpoint(database, town, book):
    """Who commits a row anew to what he wrote into it, or blanks all commitments, is found by the last checkpoint."""
    book.write(town, "x-1", 1)
    town.checkpoint(NOON)
    for table in ("residents", "category_entries"):
        database.tamper(f"CREATE TABLE kept AS SELECT * FROM cc_reg_{table}")  # noqa: S608
        for change in ("UPDATE cc_reg_{} SET commitment = NULL", "DELETE FROM cc_reg_{} WHERE number = 2"):
            database.tamper(change.format(table))
            assert ("covered-rows-changed", "") in found(town)
            database.tamper(f"DELETE FROM cc_reg_{table}", f"INSERT INTO cc_reg_{table} SELECT * FROM kept")  # noqa: S608
        database.tamper("DROP TABLE kept")
    assert found(town) == []


def test_what_was_erased_is_gone_and_stays_under_the_checkpoint(database, town, book):
    """After an erasure the record verifies, under an older checkpoint and a newer one; nothing can be put back."""
    book.write(town, "x-1", 1)
    town.checkpoint(NOON)
    assert erase(town, RESIDENTS, ("r-1",)) != ""
    assert erase(town, ENTRIES, ENTRY) != ""
    assert [row.key for row in town.register_rows(ENTRIES, past=True)] == [OTHER]
    assert found(town) == []
    town.checkpoint(NOON)
    assert found(town) == []
    assert erase(town, RESIDENTS, ("r-1",)) == erase(town, ENTRIES, ENTRY) == ""
    keep(town, ENTRIES, Asked(ENTRY, (None,), JULY))
    assert found(town) == []
    database.tamper("UPDATE cc_reg_residents SET name = '张三' WHERE number = 3")
    database.tamper("UPDATE cc_reg_category_entries SET subject = 'r-1' WHERE number = 1")
    assert found(town) == [("register-values-kept", "3"), ("register-values-kept", "1")]


def test_an_erasure_that_nobody_recorded_is_found(database, town):
    """Values removed by hand are missed, also where the row is said to belong to another's erasure."""
    made = erase(town, RESIDENTS, ("r-2",))
    blank = "salt = NULL, name = NULL, id_number = NULL, birth_date = NULL, sex = NULL, phone = NULL"
    database.tamper(f"UPDATE cc_reg_residents SET {blank} WHERE number = 3")  # noqa: S608
    assert found(town) == [("register-values-changed", "3")]
    database.tamper("UPDATE cc_reg_residents SET erased_by = 'erasure-000099' WHERE number = 3")
    assert [code for code, _ in found(town)] == ["change-missing"]
    database.tamper("UPDATE cc_reg_residents SET erased_by = :made WHERE number = 3", made=made)
    (item,) = town.verify()
    assert (item.code, dict(item.data)["change"]) == ("erased-rows-changed", made)


def test_a_value_carried_over_without_its_key_is_held_against_the_older_row(database):
    """Who changes a telephone without the key keeps the identity number as it stands; nobody swaps it for another's."""
    store = database.store(keys=KEYS)
    fill(store)
    other = "110101195001011248"
    keep(store, RESIDENTS, Asked(("r-3",), resident(name="赵", id_number=other), MAY))
    without = database.store()
    (row,) = without.register_rows(RESIDENTS, day=JUNE, where={"person": "r-1"})
    values = dict(zip((column.name for column in RESIDENTS.values), row.values, strict=True)) | {"phone": "1370"}
    keep(without, RESIDENTS, Asked(("r-1",), resident(**values), JULY))
    assert found(store) == found(without) == []
    (row,) = store.register_rows(RESIDENTS, day=JULY, where={"person": "r-1"})
    assert (row.values[1], row.values[-1]) == (ID_NUMBER, "1370")
    cut = "(SELECT id_number FROM cc_reg_residents WHERE person = 'r-3')"
    database.tamper(f"UPDATE cc_reg_residents SET id_number = {cut} WHERE number = {row.number}")  # noqa: S608
    assert found(store) == [("register-values-changed", str(row.number))]


def test_without_the_key_it_is_said_what_was_not_checked(database):
    """Rows that are encrypted are counted where their key is not given, and a ring without it is told of it."""
    store = database.store(keys=KEYS)
    fill(store)
    locked = database.store()
    assert (found(locked), locked.coverage().unchecked) == ([], 5)
    other = database.store(keys=KeyRing("b", {"b": b"\x02" * 32}))
    assert found(other) == [("key-missing", "")]
    assert other.coverage().unchecked == 5
    assert database.store(keys=BOTH).seal_rows() == 5
    assert found(database.store(keys=BOTH)) == found(other) == []
    assert other.coverage().unchecked == store.coverage().unchecked - 5 == 0
    wrong = database.store(keys=KeyRing("b", {"b": b"\x03" * 32}))
    assert {code for code, _ in found(wrong)} == {"register-values-changed"}


def test_rows_from_before_there_were_commitments_are_left_alone(database, town):
    """Older rows commit to nothing, and no finding says that they should; what is written now commits again."""
    database.tamper("UPDATE cc_reg_residents SET salt = NULL, commitment = NULL")
    assert found(town) == []
    keep(town, RESIDENTS, Asked(("r-2",), resident(name="李六"), JUNE))
    assert found(town) == []
    database.tamper("UPDATE cc_reg_residents SET name = 'x' WHERE number = (SELECT max(number) FROM cc_reg_residents)")
    assert [code for code, _ in found(town)] == ["register-values-changed"]
    erase(town, RESIDENTS, ("r-2",))
    assert found(town) == []


@pytest.mark.parametrize("value", ["X'00FF'", "CAST(X'E7A4FF' AS TEXT)", "7"])
def test_broken_values_are_findings(sqlite_file, raw, value):
    """Values of broken bytes or of another type are findings and no errors."""
    store = sqlite_file.store(keys=KEYS)
    fill(store)
    for name in ("name", "id_number", "salt", "commitment", "erased_by"):
        connection = raw(sqlite_file)
        kept = connection.execute(f"SELECT {name} FROM cc_reg_residents WHERE number = 1").fetchone()  # noqa: S608
        connection.execute(f"UPDATE cc_reg_residents SET {name} = {value} WHERE number = 1")  # noqa: S608
        connection.commit()
        assert found(store) != [], name
        connection.execute(f"UPDATE cc_reg_residents SET {name} = ? WHERE number = 1", kept)  # noqa: S608
        connection.commit()
    assert found(store) == []
