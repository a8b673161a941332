"""Every column of every table: what is changed, removed or added there is found, or the documentation says why not.

All of the store lies under a checkpoint, so that what the documentation says of later rows plays no part.
"""
# ruff: noqa: S608 - the statements are built from the tables' own names

import datetime as dt
import re
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, create_engine, select, text
from sqlalchemy.exc import IntegrityError
from tests.store.conftest import Book, postgres_schema
from tests.store.test_beside import NOON, fill, keep
from tests.store.test_following import PEOPLE

from community_core.base.money import Money
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.ports.keys import KeyRing
from community_core.registers.changes import ERASURE, RegisterChange
from community_core.registers.known import KEPT, register_of
from community_core.registers.rows import Asked
from community_core.rules.types import Kind
from community_core.store import open_store
from community_core.store.schema import VERSION_TABLE, metadata

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
MAY, JUNE = dt.date(2006, 5, 1), dt.date(2006, 6, 1)
KEYS = KeyRing("a", {"a": b"\x01" * 32})
TABLES = sorted(metadata.tables)
#: What the page says is not found: table, column (or ``删除 removed``, ``插入 inserted``), in its own table.
UNFOUND = set(re.findall(r"^\| `(cc_\w+)` \| (?:`|\S+ )(\w+)`? \|", PAGE.partition("(unfound)=")[2], re.MULTILINE))
#: Tables of which each row means something else.
NAMED = ("cc_counters", "cc_meta")
VALUES = {Kind.INT: 5, Kind.DATE: MAY, Kind.TEXT: "某"}


def write(url):
    """Keep something in every table of a store, all of it under a checkpoint but what waits for observers."""
    store = open_store(url, keys=KEYS)
    fill(store, Book())
    for register in KEPT:
        if register.name not in ("households", "places"):
            keys = [(column.type.kind, f"{column.name}-{{}}") for column in register.key]
            for at in (1, 2):
                key = tuple("residents" if name.startswith("kind") else name.format(at) for _, name in keys)
                values = tuple(said(column) for column in register.values)
                keep(store, register, Asked(key, values, MAY))
            keep(store, register, Asked(key, (), JUNE, ends=True))
    store.erase_rows(register_of("residents"), ("person-2",), RegisterChange(ERASURE, MAY, "clerk", note="申请"), NOON)
    seats = open_office(load(HERE / "following.yaml"), store)
    seats.register_place("town")
    seats.appoint("clerk-1", "clerk", "town", MAY)
    term = seats.open("term", {"people": PEOPLE}, actor="clerk-1", day=MAY, place="town", step="elect")
    seats.take(term, "pay", {"sum": Money.yuan("10")}, actor="clerk-1", day=MAY, key="k-1")
    seats.take(term, "dismiss", {"member": PEOPLE[1], "reason": "辞职"}, actor="clerk-1", day=JUNE)
    relief = open_office(load(HERE / "relief.yaml"), store)
    relief.register_place("p")
    relief.appoint("clerk-1", "clerk", "p", MAY)
    data = {"need": "住院", "person": "甲建国", "phone": "13800001111", "illness": "某病", "score": 7}
    relief.open("relief", data, actor="clerk-1", day=MAY, place="p")
    store.deliver(lambda _event: None)
    store.checkpoint(NOON)
    Book().write(store, "x-2", 2)
    store.checkpoint(NOON)
    assert list(store.verify()) == []
    store.close()


def said(column):
    """Return some value of a column."""
    if column.labels:
        return column.labels[0][0]
    if column.type.kind is Kind.SHARE:
        return Fraction(1, 3)
    return VALUES.get(column.type.kind, "某")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rich(request, tmp_path_factory):
    """An engine on a store with something in every table; nothing that a test does there stays."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('rich') / 'record.db'}"
        write(url)
        engine = create_engine(url)
        yield engine
        engine.dispose()
        return
    with postgres_schema() as url:
        write(url)
        engine = create_engine(url)
        yield engine
        engine.dispose()


def found(engine, statement, **values):
    """Return the codes of what is found after *statement*, which is then undone."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Nobody who writes past the store is kept from it by a constraint.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        try:
            done = connection.execute(text(statement), values).rowcount
        except IntegrityError:
            return ["refused by the database"]
        assert done == 1, (statement, values)
        codes = [item.code for item in open_store(connection, keys=KEYS).verify()]
        connection.rollback()
    return codes


def rows_of(engine, table):
    """Return the last row of a table, or all where each means something else: by name, with what only it meets."""
    query = select(table).order_by(*(column.desc() for column in table.primary_key))
    with engine.connect() as connection:
        rows = connection.execute(query if table.name in NAMED else query.limit(1)).mappings().all()
    assert rows, f"nothing in {table.name}"
    where = " AND ".join(f"{column.name} = :own_{column.name}" for column in table.primary_key)
    return [(row, where, {f"own_{column.name}": row[column.name] for column in table.primary_key}) for row in rows]


def others(column, value):
    """Yield other values of a column."""
    if column.nullable and value is not None:
        yield None
    if isinstance(column.type, Boolean):
        yield not value
    elif isinstance(column.type, Integer | BigInteger):
        yield (value or 0) + 1000
        if value:
            yield value - 1
    else:
        yield f"{value or ''}x"
        if value and value[:1] not in "{[":
            yield chr(ord(value[0]) ^ 1) + value[1:]


@pytest.mark.parametrize("name", TABLES)
def test_a_change_in_any_column_is_found(rich, name):
    """A value changed in any column of any table is found, but for those that the page lists."""
    table = metadata.tables[name]
    missed = set()
    for row, where, own in rows_of(rich, table):
        for column in table.columns:
            for value in others(column, row[column.name]):
                statement = f"UPDATE {name} SET {column.name} = :new_value WHERE {where}"
                if found(rich, statement, new_value=value, **own) == []:
                    missed.add((name, column.name))
                    assert name not in NAMED or row["name"].startswith(("case:", "roll_lines:"))
    assert missed == {item for item in UNFOUND if item[0] == name and item[1] not in ("removed", "inserted")}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_removed_or_inserted_is_found(rich, name):
    """A row removed from any table, and one put in twice, is found, but for what the page lists."""
    table = metadata.tables[name]
    missed = set()
    rows = rows_of(rich, table)
    for _, where, own in rows:
        if found(rich, f"DELETE FROM {name} WHERE {where}", **own) == []:
            missed.add((name, "removed"))
    copy = dict(rows[0][0])
    first = next(iter(table.primary_key))
    # Where rows are numbered, the new one stands under the checkpoint too.
    copy[first.name] = 0 if isinstance(first.type, Integer | BigInteger) else f"{copy[first.name]}x"
    if "key" in copy:
        copy["key"] = None
    if name == "cc_events":
        copy["version"] += 1
    for unique in (item for item in ("since",) if item in copy):
        copy[unique] = "2005-01-01"
    names = ", ".join(copy)
    if found(rich, f"INSERT INTO {name} ({names}) VALUES ({', '.join(f':{each}' for each in copy)})", **copy) == []:
        missed.add((name, "inserted"))
    assert missed == {item for item in UNFOUND if item[0] == name and item[1] in ("removed", "inserted")}


def test_the_page_names_only_tables_that_there_are():
    """What the page lists as not found are columns of the store's tables."""
    columns = {(name, column.name) for name, table in metadata.tables.items() for column in table.columns}
    assert UNFOUND
    assert {item for item in UNFOUND if item[1] not in ("removed", "inserted")} <= columns
    assert VERSION_TABLE in PAGE
