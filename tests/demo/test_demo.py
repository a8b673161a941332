"""The demo ends the same whether it ran once, twice, or was killed and started again."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

pytest.importorskip("polars")
pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")

COMMAND = [sys.executable, "-c", "from community_core.cli.main import main; main()"]
SIZE = ["--people", "6100", "--contracts", "420"]
TABLES = (
    "cc_cases",
    "cc_events",
    "cc_snapshots",
    "cc_rule_texts",
    "cc_postings",
    "cc_reg_places",
    "cc_meta",
    "cc_counters",
)


def command(folder, *more):
    """Return the command line of a small demo in *folder*."""
    return [*COMMAND, "demo", "--folder", str(folder), *SIZE, *more]


def played(folder):
    """Play the demo in *folder* and return what it printed."""
    done = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def record(path):
    """Return every row of every table that belongs to the record, the numbers of its events included."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of our own
            found[table] = sorted(([unsalted(cell) for cell in row] for row in rows), key=repr)
    return found


def unsalted(cell):
    """Return a cell without what is drawn by chance for each record: commitments to personal values, and all hashes."""
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", cell) if isinstance(cell, str) else cell


def board(folder):
    """Return the board's pages by name."""
    pages = {path.name: path.read_text("utf-8") for path in (folder / "board").iterdir()}
    return {name: re.sub(r">[0-9a-f]{12}</code>", ">…</code>", unsalted(page)) for name, page in pages.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A demo that ran once without interruption, and what it printed."""
    folder = tmp_path_factory.mktemp("whole") / "demo"
    return folder, played(folder)


def test_the_demo_shows_what_it_promises(whole):
    """Its output has an outcome, a question, a gap, example values, margins, both hearings, the doors and the proof."""
    _, text = whole
    for expected in (
        "上门照料 carer",
        "要问 ask: 经济状况 means",
        "材料只写了两类独居老人，其余未写",
        "依赖示例值：老年起始年龄 = 60",
        "建房 3，建绿 10 → 建绿",
        "按居民要求修改",
        "补签 signed later",
        "0 个问题项",
        "event-changed",
        "index.html",
    ):
        assert expected in text
    assert re.search(r"人口 population +6,100 +6,100", text)
    assert re.search(r"合计 all +336 +36 +24 +24 +420", text)


def test_the_roll_adds_up(whole):
    """Care classes and tiers are given for everybody, each service's forms too, and what is unknown stays so."""
    folder, _ = whole
    totals = json.loads((folder / "roll-totals.json").read_text("utf-8"))
    assert totals["margins"]["elders"] == 1_040
    assert sum(totals["care_class"].values()) == sum(totals["service_tier"].values()) == 6_100
    assert len(totals["services"]) == 8
    for service in totals["services"].values():
        assert sum(service["forms"].values()) == 6_100
        assert service["forms"]["undetermined"] == totals["service_tier"]["undetermined"] > 0
        assert sum(service["payers"].values()) == 6_100 - service["forms"]["undetermined"]
        assert service["paid_fen"] > 0
        assert service["borne_fen"] > 0


def test_a_second_run_says_so_and_changes_nothing(whole):
    """A second run names what is there; no row, page or file differs, and no file is written again."""
    folder, _ = whole
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "record.sqlite"]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    rows = record(folder / "record.sqlite")
    text = played(folder)
    assert text.count("已有") == 5
    assert "  + " not in text
    assert record(folder / "record.sqlite") == rows
    after = [path for path in folder.rglob("*") if path.is_file() and path.name != "record.sqlite"]
    assert {path: path.read_bytes() for path in after} == {path: data for path, (data, _) in before.items()}
    pages = [path for path in after if path.suffix in {".html", ".json", ".parquet"}]
    assert pages
    assert all(path.stat().st_mtime_ns == before[path][1] for path in pages)


def test_another_size_in_the_same_folder_is_refused(whole):
    """A folder that holds a demo of another size is refused in words, and left as it is."""
    folder, _ = whole
    rows = record(folder / "record.sqlite")
    done = subprocess.run(command(folder, "--people", "12200"), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "6100" in done.stderr
    assert "Traceback" not in done.stderr
    assert record(folder / "record.sqlite") == rows


def test_only_public_things_reach_the_board(whole):
    """No party, representative, opinion or actor of the demo stands on any page of its board."""
    folder, _ = whole
    pages = "".join(board(folder).values())
    assert "305大院拆除违建后建房还是建绿" in pages
    for private in ("party-0", "yonghuan-rep", "-committee-member", "housing-bureau", "请写明联系人", "保留老树请"):
        assert private not in pages


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_moments_it_ends_the_same(whole, tmp_path, seed):
    """Killed several times and started again, the demo ends with the same record, roll, copy and board."""
    folder = tmp_path / "demo"
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    killed = 0
    for _ in range(4):
        process = subprocess.Popen(command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.5 + chance.random() * 2.5)
        if process.poll() is None:
            process.kill()
            killed += 1
        _, said = process.communicate()
        assert b"Traceback" not in said
    assert killed, "every run was over before it could be killed"
    played(folder)
    first, _ = whole
    assert record(folder / "record.sqlite") == record(first / "record.sqlite")
    assert board(folder) == board(first)
    assert (folder / "roll-totals.json").read_bytes() == (first / "roll-totals.json").read_bytes()
    assert record(folder / "tampered.sqlite") == record(first / "tampered.sqlite")


def test_the_changed_byte_is_one_byte(whole):
    """The copy differs from the record in the content of one event, by one sign."""
    folder, _ = whole
    true, false = record(folder / "record.sqlite"), record(folder / "tampered.sqlite")
    differing = [(one, other) for one, other in zip(true["cc_events"], false["cc_events"], strict=True) if one != other]
    assert len(differing) == 1
    one, other = (next(cell for cell in row if isinstance(cell, str) and "counts" in cell) for row in differing[0])
    assert [(a, b) for a, b in zip(one, other, strict=True) if a != b] == [("3", "9")]
