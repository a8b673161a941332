"""A ledger from the command line alone."""

import datetime as dt
from pathlib import Path

import pytest

import community_core as cc
from community_core.instruments.ledger import Entry
from community_core.ports.store import Cause
from community_core.procedures.events import Enter
from community_core.store.sql import open_store

MAY, JUNE = dt.date(2006, 5, 1), dt.date(2006, 6, 1)


@pytest.fixture
def store(tmp_path):
    """A store whose ledger of gifts has money in May, hours in June and a gift to another place; returns its path."""
    path = tmp_path / "town.sqlite"
    kept = open_store(str(path))
    entries = [
        Entry("gifts", MAY, "unit", "c-1", 12_345, more_than=True, purpose="环境", period=cc.Span(MAY), place="c-1"),
        Entry("gifts", JUNE, "unit", "c-1", 3, "hours", place="c-1"),
        Entry("gifts", JUNE, "unit", "c-2", 100, place="c-2"),
    ]
    for number, entry in enumerate(entries, start=1):
        kept.apply(Enter(entry), Cause("k-1", 1, number))
    kept.close()
    return path


def balances(said):
    return {(item["account"], item["unit"]): (item["amount"], item["exact"]) for item in said.data["balances"]}


def test_a_ledger_lists_entries_and_balances(run, store):
    """Entries stand in their order with all they say; accounts are counted by unit, and a lower bound says so."""
    said = run("ledger", "gifts", "--store", store, "--json")
    assert said.code == 0, said.err
    assert [(item["day"], item["amount"], item["unit"]) for item in said.data["entries"]] == [
        ("2006-05-01", 12_345, "fen"),
        ("2006-06-01", 3, "hours"),
        ("2006-06-01", 100, "fen"),
    ]
    first = said.data["entries"][0]
    assert (first["purpose"], first["since"], first["until"], first["case"]) == ("环境", "2006-05-01", None, "k-1")
    assert balances(said) == {
        ("unit", "fen"): (-12_445, False),
        ("c-1", "fen"): (12_345, False),
        ("unit", "hours"): (-3, True),
        ("c-1", "hours"): (3, True),
        ("c-2", "fen"): (100, True),
    }


def test_a_ledger_is_read_by_place_and_day(run, store):
    """Only the entries of the place, up to the day, are listed and counted."""
    said = run("ledger", "gifts", "--store", store, "--place", "c-1", "--until", "2006-05-31", "--json")
    assert len(said.data["entries"]) == 1
    assert balances(said) == {("unit", "fen"): (-12_345, False), ("c-1", "fen"): (12_345, False)}
    assert run("ledger", "other", "--store", store, "--json").data["entries"] == []


def test_a_ledger_is_printed_in_yuan(run, store):
    """The table has money in yuan, other units by name, and a plus sign at a lower bound."""
    out = run("ledger", "gifts", "--store", store).out
    assert "123.45" in out
    assert "3 hours" in out
    assert "-123.45" not in out  # the account of the unit has given both sums
    assert "-124.45" in out


def test_the_ledger_of_an_export_needs_no_database(run, tmp_path):
    """What an export says was entered is listed as the store lists it; one of hashes alone has no ledger."""
    rules = Path(__file__).parents[1] / "store" / "following.yaml"
    kept = tmp_path / "town.sqlite"
    with cc.open_office(cc.load(rules), str(kept)) as office:
        office.register_place("town")
        office.appoint("clerk-1", "clerk", "town", MAY)
        term = office.open("term", {"people": ("张三",)}, actor="clerk-1", day=MAY, place="town", step="elect")
        office.take(term, "pay", {"sum": cc.Money.yuan("10")}, actor="clerk-1", day=MAY)
        exports = {hashes: list(office.store.export(hashes_only=hashes)) for hashes in (False, True)}
    whole, bare = (tmp_path / name for name in ("whole.jsonl", "bare.jsonl"))
    for path, hashes in ((whole, False), (bare, True)):
        path.write_text("\n".join(exports[hashes]) + "\n", "utf-8")
    told = run("ledger", "seats", "--export", whole, "--json")
    assert told.code == 0, told.err
    listed = run("ledger", "seats", "--store", kept, "--district", rules, "--json")
    assert told.data == listed.data
    assert [item["amount"] for item in told.data["entries"]] == [1000, 2]
    assert run("ledger", "seats", "--export", whole, "--place", "x", "--json").data["entries"] == []
    assert run("ledger", "seats", "--export", bare).code != 0
    assert run("ledger", "seats").code == 2
    assert run("ledger", "seats", "--export", whole, "--store", kept).code == 2
