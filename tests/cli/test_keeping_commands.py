"""Checkpoints, exports, backups and restoring from the command line alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine

from community_core.base import StoreError
from community_core.cli.record import read_roots
from community_core.store import open_store, restore
from community_core.store.migrating import _run

DISTRICT = """
district: small-town
title: {zh: 小镇, en: Small town}
adopts: [small.notes]
---
practice: small.notes
title: {zh: 便条, en: Notes}
standing: library
source: {document: notes}
procedures:
  note:
    title: {zh: 便条, en: Note}
    ends: {closed: decided}
    facts:
      title: {type: text, privacy: public, zh: 题目, en: title}
      text: {type: text, privacy: personal, zh: 内容, en: text}
    steps:
      write: {to: open, by: [clerk], takes: [title], publish: {kind: disclosure, what: [title], to: residents}}
      add: {in: [open], by: [clerk], takes: [text]}
      close: {from: [open], to: closed, by: [clerk]}
"""


@pytest.fixture
def town(run, tmp_path):
    """A store with two notes, one of them with three events."""
    rules = tmp_path / "town.yaml"
    rules.write_text(DISTRICT, "utf-8")
    store = tmp_path / "town.sqlite"
    assert run("case", "appoint", "clerk-1", "clerk", "town", "--since", "2006-01-01", "--store", store).code == 0
    who = ("--actor", "clerk-1", "--day", "2006-05-01", "--store", store)
    for title in ("甲", "乙"):
        said = run(
            "case", "open", "note", "--district", rules, *who, "--place", "town", "--data", f"title={title}", "--json"
        )
        assert said.code == 0, said.out
    for words in ("密一", "密二"):
        assert run("case", "take", "note-2006-000001", "add", *who, "--data", f"text={words}").code == 0
    return store


def remove(store, case):
    """Remove a case as somebody would who knows the tables."""
    with closing(sqlite3.connect(store)) as connection:
        for table, name in (
            ("cc_snapshots", "case_id"),
            ("cc_outbox", None),
            ("cc_events", "case_id"),
            ("cc_cases", "id"),
        ):
            connection.execute(f"DELETE FROM {table}" + (f" WHERE {name} = ?" if name else ""), (case,) if name else ())  # noqa: S608
        rows = connection.execute("SELECT seq FROM cc_events ORDER BY seq").fetchall()
        for new, (old,) in enumerate(rows, start=1):
            connection.execute("UPDATE cc_events SET seq = ? WHERE seq = ?", (new, old))
        connection.execute("UPDATE cc_counters SET value = ? WHERE name = 'sequence'", (len(rows),))
        connection.commit()


def test_a_checkpoint_binds_the_record_and_the_board_shows_it(run, town, tmp_path):
    """A checkpoint is kept once, stands on the board, and says how many events lie after it."""
    before = run("verify", "--store", town, "--lang", "en")
    assert before.code == 0
    assert "4 events after it are covered by no checkpoint" in before.out
    assert run("verify", "--store", town, "--json").data["coverage"] == {
        "events": 4, "covered": 0, "beyond": 4, "root": None, "hash": None, "beside": 1, "unchecked": 0
    }  # fmt: skip
    made = run("checkpoint", "--store", town, "--json").data["checkpoint"]
    assert made["size"] == 4
    assert run("checkpoint", "--store", town, "--json").data["checkpoint"] == made
    assert f"4:{made['root']}" in run("checkpoint", "--store", town).out
    assert run("board", "--store", town, "--out", tmp_path / "board").code == 0
    page = (tmp_path / "board" / "index.html").read_text("utf-8")
    assert made["root"] in page
    assert made["hash"] in page
    take = ("--actor", "clerk-1", "--day", "2006-05-01", "--store", town)
    assert run("case", "take", "note-2006-000001", "close", *take).code == 0
    said = run("verify", "--store", town, "--root", f"4:{made['root']}", "--json")
    assert (said.code, said.data["coverage"]) == (
        0,
        {
            "events": 5, "covered": 4, "beyond": 1, "root": made["root"], "hash": made["hash"], "beside": 0,
            "unchecked": 0,
        },
    )  # fmt: skip
    assert "其后 1 条没有检查点" in run("verify", "--store", town).out


def test_a_removed_case_is_named_and_a_published_root_finds_a_rewritten_record(run, town):
    """A case removed whole is named; where the checkpoints were made anew, the root from the board finds it."""
    root = run("checkpoint", "--store", town, "--json").data["checkpoint"]["root"]
    remove(town, "note-2006-000002")
    said = run("verify", "--store", town, "--json")
    assert said.code == 1
    missing = [item["data"]["case"] for item in said.data["findings"] if item["code"] == "covered-case-missing"]
    assert missing == ["note-2006-000002"]
    with closing(sqlite3.connect(town)) as connection:
        connection.executescript(
            "DELETE FROM cc_checkpoints; DELETE FROM cc_checkpoint_cases;"
            "DELETE FROM cc_counters WHERE name = 'checkpoint';"
            "INSERT OR REPLACE INTO cc_counters SELECT 'told', count(*) FROM cc_events;"
        )
    assert run("checkpoint", "--store", town).code == 0
    assert run("verify", "--store", town).code == 0
    for given in (f"4:{root}", root):
        assert run("verify", "--store", town, "--root", given).code == 1


def test_anyone_verifies_an_export(run, town, tmp_path):
    """An export verifies without its store, against a root and against the store, and is never written over."""
    root = run("checkpoint", "--store", town, "--json").data["checkpoint"]["root"]
    whole, hashes = tmp_path / "record.jsonl", tmp_path / "hashes.jsonl"
    assert run("export", "--store", town, "--out", whole, "--json").data["hashes_only"] is False
    assert "no" not in run("export", "--store", town, "--out", hashes, "--hashes-only").err
    assert not any(private in whole.read_text("utf-8") for private in ("密一", "密二"))
    assert not any(private in hashes.read_text("utf-8") for private in ("密一", "甲", "clerk-1"))
    assert whole.stat().st_mode & 0o077 == 0
    for file in (whole, hashes):
        said = run("verify", "--export", file, "--root", f"4:{root}", "--root", root, "--json")
        assert (said.code, said.data["coverage"]["covered"]) == (0, 4)
        assert run("verify", "--store", town, "--export", file).code == 0
    assert run("export", "--store", town, "--out", whole).code == 3
    whole.write_text(whole.read_text("utf-8").replace("甲", "丁", 1), "utf-8")
    assert [item["code"] for item in run("verify", "--export", whole, "--json").data["findings"]] == ["event-changed"]
    remove(town, "note-2006-000002")
    said = run("verify", "--store", town, "--export", hashes, "--json")
    assert "exported-event-missing" in {item["code"] for item in said.data["findings"]}


def test_verify_asks_for_something_to_verify(run):
    """Without a store or an export, or with a root that is none, the use is wrong."""
    assert run("verify").code == 2
    assert run("verify", "--store", "x", "--root", "nonsense").code == 2
    (known,) = read_roots(None, None, (" 12:sha256:" + "0" * 64,))
    assert (known.size, known.root) == (12, "sha256:" + "0" * 64)


def test_a_backup_is_checked_and_restored(run, town, tmp_path):
    """A backup is verified, restores to an equal record, and neither takes the place of a file."""
    head = run("verify", "--store", town, "--json").data["head"]
    copy, new = tmp_path / "copy.sqlite", tmp_path / "new.sqlite"
    assert run("backup", "--store", town, "--out", copy, "--json").data["verified"] is True
    assert run("restore", copy, "--out", new, "--json").code == 0
    assert run("verify", "--store", new, "--json").data["head"] == head
    assert run("case", "show", "note-2006-000001", "--store", new, "--json").data["version"] == 3
    assert run("backup", "--store", town, "--out", copy).code == 3
    assert run("restore", copy, "--out", town).code == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.sqlite", "new.sqlite", "town.sqlite", "town.yaml"]


def test_a_changed_record_is_neither_backed_up_nor_restored_unseen(run, town, tmp_path):
    """The copy of a changed record is not kept, unless one asks for it unchecked; then it is not restored."""
    with closing(sqlite3.connect(town)) as connection:
        connection.execute("UPDATE cc_events SET data = replace(data, '甲', '丁')")
        connection.commit()
    copy = tmp_path / "copy.sqlite"
    said = run("backup", "--store", town, "--out", copy, "--json")
    assert said.code == 3
    assert {item["code"] for item in said.data["error"]["findings"]} == {"event-changed"}
    assert not copy.exists()
    assert run("backup", "--store", town, "--out", copy, "--unchecked").code == 0
    assert run("restore", copy, "--out", tmp_path / "new.sqlite").code == 3
    assert {path.name for path in tmp_path.iterdir()} == {"copy.sqlite", "town.sqlite", "town.yaml"}


def test_what_is_no_backup_is_not_restored(tmp_path):
    """A file of something else, a database of something else and a file that is not there leave nothing behind."""
    letter, other = tmp_path / "letter", tmp_path / "other.sqlite"
    letter.write_text("x" * 5000)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE invoices (id integer)")
    for source in (letter, other, tmp_path / "gone"):
        with pytest.raises(StoreError):
            restore(source, tmp_path / "new.sqlite")
    assert {path.name for path in tmp_path.iterdir()} == {"letter", "other.sqlite"}


def older(store, path):
    """Write the openings of a store's cases to a new file with the tables of version 0001."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        _run(connection, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS present", (str(store),))
        # The note of which nothing but its opening was recorded.
        for table, which in (
            ("cc_rule_texts", "1"),
            ("cc_cases", "id = 'note-2006-000002'"),
            ("cc_events", "case_id = 'note-2006-000002'"),
            ("cc_snapshots", "case_id = 'note-2006-000002'"),
            ("cc_counters", "name LIKE 'case:%'"),
        ):
            names = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM present.{table} WHERE {which}")  # noqa: S608
        connection.execute("UPDATE cc_events SET seq = 1")
        connection.execute("UPDATE cc_counters SET value = 1 WHERE name = 'sequence'")
        connection.commit()


def test_a_backup_from_an_older_version_is_brought_up(run, town, tmp_path):
    """A backup made before there were checkpoints restores to the present tables; the backup itself is only read."""
    copy = tmp_path / "copy.sqlite"
    older(town, copy)
    before = copy.read_bytes()
    restore(copy, tmp_path / "new.sqlite")
    assert copy.read_bytes() == before
    store = open_store(tmp_path / "new.sqlite")
    assert list(store.verify()) == []
    assert store.coverage().beyond == 1
    store.close()


def test_a_slip_of_the_pen_is_corrected(run, town, tmp_path):
    """A correction names the event, the value and why; the timeline shows both, the board too, and a refusal is one."""
    who = ("--actor", "clerk-1", "--day", "2006-05-02", "--store", town)
    base = ("case", "correct", "note-2006-000001")
    said = run(*base, "1", *who, "--data", "题目=丙", "--why", "笔误", "--key", "k", "--json")
    assert (said.code, said.data["data"]["title"], said.data["state"]) == (0, "丙", "open")
    assert [item["step"] for item in said.data["timeline"]] == ["write", "add", "add", "correct"]
    assert run(*base, "1", *who, "--data", "title=丙", "--why", "笔误", "--key", "k", "--json").data["version"] == 4
    shown = run("case", "show", "note-2006-000001", "--store", town).out
    assert "更正第 1 条" in shown
    assert "笔误" in shown
    assert run(*base, "2", *who, "--withdraw", "text", "--why", "撤回").code == 1
    assert run(*base, "9", *who, "--data", "title=丁", "--why", "笔误").code == 1
    assert run(*base, "1", *who, "--data", "title=丁").code == 2
    run("board", "--store", town, "--out", tmp_path / "board")
    page = (tmp_path / "board" / "case-note-2006-000001.html").read_text("utf-8")
    assert "甲" in page
    assert "丙" in page
    assert run("verify", "--store", town).code == 0
