"""An exported record is verified by anyone from its lines; whatever was done to them is found."""

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from community_core.codec import digest
from community_core.instruments.merkle import tree_root
from community_core.ports.store import KnownRoot
from community_core.store import ExportCheck, verify_export

RULES = "判定 text"


def codes(lines, *roots):
    """Return the codes of what is found."""
    return {finding.code for finding in verify_export(lines, roots)}


@pytest.fixture
def record(database, book):
    """Two cases, one checkpoint over seven of nine events."""
    store = database.store()
    store.keep_rules(digest(RULES), RULES)
    book.write(store, "h-1", 4, rules=digest(RULES))
    book.write(store, "h-2", 3, rules=digest(RULES))
    store.checkpoint(book.now)
    book.write(store, "h-1", 2, first=5, rules=digest(RULES))
    return store


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """The lines of such a record, as bytes."""
    import datetime as dt

    from community_core.ports.store import StoredCase
    from community_core.procedures.events import Event
    from community_core.store import open_store

    now = dt.datetime(2006, 5, 1, tzinfo=dt.UTC)
    store = open_store(":memory:")
    rules = digest(RULES)
    store.keep_rules(rules, RULES)
    with store.begin():
        store.add_cases([StoredCase(name, "p", "c", now.date(), rules, "h-0") for name in ("h-1", "h-2")])
        for turn in (1, 2, 3):
            new = [
                Event(name, turn, "say", "open", "甲", "p", now.date(), (("说", "好"),), (), rules, f"{name}/{turn}")
                for name in ("h-1", "h-2")
            ]
            store.append(new, dict.fromkeys(("h-1", "h-2"), turn - 1), now)
            if turn < 3:
                store.checkpoint(now)
    found = [line.encode() for line in store.export()]
    store.close()
    assert codes(found) == set()
    return found


def test_an_untouched_export_verifies(record):
    """The lines of a record give no finding, and say how far the checkpoint reaches."""
    found = list(record.export())
    check = ExportCheck()
    assert list(check.verify(found)) == []
    assert (check.coverage.events, check.coverage.covered, check.coverage.beyond) == (9, 7, 2)
    assert check.coverage.checkpoint == record.coverage().checkpoint
    assert list(verify_export(f"{line}\n" for line in found)) == []
    assert list(record.compare(found)) == []


def test_an_export_without_what_was_said_verifies_too(record):
    """Hashes alone can be verified as far as order, links and checkpoints go, and hold no value and no person."""
    found = list(record.export(hashes_only=True))
    check = ExportCheck()
    assert list(check.verify(found)) == []
    assert check.coverage.beyond == 2
    whole = "\n".join(found)
    assert not any(private in whole for private in ("建议", "a-1", "statement", RULES))
    assert list(record.compare(found)) == []
    assert codes([line.replace("h-2", "h-3") for line in found]) - {"export-line"}


def test_a_known_root_binds_an_export(record):
    """A root that was published is the root of the export's beginning, with its size or without; another is not."""
    found = list(record.export())
    made = record.coverage().checkpoint
    hashes = [bytes.fromhex(json.loads(line)["hash"][7:]) for line in found if '"seq"' in line]
    at_five = f"sha256:{tree_root(hashes[:5]).hex()}"
    assert codes(found, KnownRoot(made.root, 7), KnownRoot(made.root), KnownRoot(at_five, 5)) == set()
    assert codes(found, KnownRoot(at_five)) == {"root-unknown"}
    assert codes(found, KnownRoot(made.root, 6)) == {"root-differs"}
    assert codes(found, KnownRoot(made.root, 60)) == {"root-differs"}
    (beyond,) = verify_export(found, [KnownRoot(made.root, 60)])
    assert "made before that checkpoint" in beyond.message.en


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_an_export_is_found(lines, data):
    """Any bit flipped in any byte of any line is found, line ends and broken UTF-8 included."""
    number = data.draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    at = data.draw(st.integers(0, len(line) - 1))
    changed = line[:at] + bytes([line[at] ^ (1 << data.draw(st.integers(0, 7)))]) + line[at + 1 :]
    assert codes([*lines[:number], changed, *lines[number + 1 :]])


@given(data=st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_removed_doubled_or_moved_are_found(lines, data):
    """A line removed, put in twice or exchanged with another one is found; so is every shorter beginning."""
    one, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    assert codes([*lines[:one], *lines[one + 1 :]])
    assert codes([*lines[:one], lines[other], *lines[one:]])
    assert codes(lines[:one])
    assume(lines[one] != lines[other])
    swapped = list(lines)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert codes(swapped)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a":1}',
        b"\xff",
        b"[" * 5000,
        b'{"event":1,"entered":1,"hash":1,"previous":1,"seq":1}',
    ],
)
def test_what_is_no_export_is_a_finding(lines, line):
    """Lines of something else are findings with their number, never an error; so is a file of nothing."""
    assert codes([line]) >= {"export-cut-off"}
    found = [dict(finding.data) for finding in verify_export([*lines[:3], line, *lines[3:]])]
    assert {"line": "4"} in found
    assert codes([]) == {"export-cut-off"}


def test_an_export_of_another_version_is_a_finding(lines):
    """A header that this version would not write is named; nothing below it is taken on trust."""
    header = lines[0].replace(b'"version":1', b'"version":2')
    assert header != lines[0]
    assert "export-format" in codes([header, *lines[1:]])


def test_a_case_removed_since_an_export_is_named(database, record):
    """Compared with an earlier export, each event that is gone or rewritten is named, checkpoint or not."""
    before = list(record.export())
    if not database.is_sqlite:
        database.tamper(
            "ALTER TABLE cc_events DROP CONSTRAINT cc_events_case",
            "ALTER TABLE cc_snapshots DROP CONSTRAINT cc_snapshots_case",
        )
    database.tamper(
        "DELETE FROM cc_events WHERE case_id = 'h-2'",
        "UPDATE cc_events SET hash = 'sha256:00' WHERE case_id = 'h-1' AND version = 6",
    )
    found = [(item.code, dict(item.data)["case"], dict(item.data)["version"]) for item in record.compare(before)]
    assert found == [
        *(("exported-event-missing", "h-2", str(version)) for version in (1, 2, 3)),
        ("exported-event-differs", "h-1", "6"),
    ]


def test_what_was_tampered_with_in_the_store_is_found_in_its_export(database, record):
    """An export of a changed record does not verify: the export hides nothing."""
    database.tamper("UPDATE cc_events SET data = '[[\"statement\",\"x\"]]' WHERE case_id = 'h-1' AND version = 2")
    assert codes(record.export()) == {"event-changed"}
    database.tamper("DELETE FROM cc_outbox", "DELETE FROM cc_events WHERE seq > 6")
    assert codes(record.export()) >= {"checkpoint-short"}


def test_what_is_exported_is_one_moments_state(database, record, book):
    """What is written while the lines are read is not among them."""
    found = record.export()
    first = next(found)
    book.write(record, "h-9", 1)
    rest = list(found)
    assert codes([first, *rest]) == set()
    assert "h-9" not in "".join(rest)
    with database.engine().connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cc_events")).scalar_one() == 10
