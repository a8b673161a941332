"""Registers and electoral rolls from the command line alone."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import io
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "register_files", Path(__file__).parents[1] / "registers" / "conftest.py"
)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

ON = ("--on", "2025-05-01", "--actor", "clerk-1")
LIST = f"""户号,姓名,与户主关系,身份证号,出生日期,户籍地,现住地
h-1,张三丰,户主,{files.identity("19500208")},1950-02-08,c-1,c-1
,李四,配偶,{files.identity("19491231")},1949-12-31,c-1,c-1
"""
ALL = "households,residents,household_members"


@pytest.fixture
def store(run, tmp_path):
    """A store with two communities and a household in the first."""
    store = tmp_path / "town.sqlite"
    for place in ("c-1", "c-2"):
        assert run("case", "place", place, "--layer", "community", "--store", store).code == 0
    (tmp_path / "list.csv").write_text(LIST, "gbk")
    done = run("register", "import", ALL, tmp_path / "list.csv", "--store", store, *ON, "--json")
    assert (done.code, done.data["kept"], done.data["registers"]["residents"]["added"]) == (0, True, 2)
    return store


def rows(run, store, register, *more, on="2025-05-01"):
    done = run("register", "show", register, "--store", store, "--on", on, *more, "--json")
    assert done.code == 0
    return done.data["rows"]


def test_the_registers_are_listed_with_their_columns(run):
    """Every register says its columns, their types and their privacy."""
    listed = {item["name"]: item for item in run("register", "list", "--json").data["registers"]}
    number = next(item for item in listed["residents"]["columns"] if item["name"] == "id_number")
    assert (number["zh"], number["privacy"]) == ("公民身份号码", "sensitive")
    assert "户籍户" in run("register", "list").out


def test_personal_values_are_shown_masked_unless_asked_for(run, store):
    """A list on the screen masks names and numbers; --private shows them."""
    (zhang,) = [row for row in rows(run, store, "residents") if row["birth_date"] and row["name"].startswith("张")]
    assert zhang["name"] == "张*丰"
    assert zhang["id_number"].startswith("9*")
    (full,) = [row for row in rows(run, store, "residents", "--private") if row["name"] == "张三丰"]
    assert full["birth_date"] == "1950-02-08"
    assert "李四" not in run("register", "show", "residents", "--store", store, "--on", "2025-05-01").out
    assert rows(run, store, "households", "--where", "户号=h-2") == []
    assert run("register", "show", "residents", "--store", store, "--on", "2025-05-01", "--where", "x=1").code == 2


def test_what_is_exported_is_taken_back_without_a_change(run, store, tmp_path):
    """An export imported again changes nothing; a masked one is refused; the file is for its owner alone."""
    out = tmp_path / "out.xlsx"
    args = ("--store", store, "--on", "2025-05-01")
    assert run("register", "export", "residents", *args, "--out", out).code == 0
    assert out.stat().st_mode & 0o077 == 0
    again = run("register", "import", "residents", out, "--store", store, *ON, "--json").data
    assert (again["change"], again["registers"]["residents"]["same"]) == (None, 2)
    masked = tmp_path / "masked.csv"
    assert run("register", "export", "residents", *args, "--out", masked, "--masked").code == 0
    assert "张三丰" not in masked.read_text("utf-8-sig")
    assert run("register", "import", "residents", masked, "--store", store, *ON).code == 1
    assert run("register", "export", "residents", *args, "--out", tmp_path / "out.txt").code == 2


NUMBER = files.identity("19500208")
WHO = ("--actor", "clerk-2", "--purpose", "核对户籍")


def test_sensitive_values_are_read_for_a_purpose_and_listed(run, store, tmp_path):
    """Numbers are shown and exported to whoever says what for; each reading is listed with what was read."""
    on = ("--store", store, "--on", "2025-05-01")
    done = run("register", "show", "residents", *on, "--private", "--json").data
    assert (done["withheld"], NUMBER in str(done["rows"])) == (["id_number"], False)
    assert "--purpose" in run("register", "show", "residents", *on).err
    assert run("register", "show", "residents", *on, "--where", f"id_number={NUMBER}").code == 1
    assert run("register", "show", "residents", *on, "--actor", "clerk-2").code == 1
    seen = run("register", "show", "residents", *on, *WHO, "--limit", "1", "--json").data
    assert (seen["more"], seen["withheld"]) == (True, ["id_number"])
    (row,) = run("register", "show", "residents", *on, *WHO, "--where", f"id_number={NUMBER}", "--json").data["rows"]
    assert (row["id_number"], row["name"]) == (NUMBER, "张*丰")
    plain, whole = tmp_path / "plain.csv", tmp_path / "whole.csv"
    assert "id_number" in run("register", "export", "residents", *on, "--out", plain).err
    assert run("register", "export", "residents", *on, *WHO, "--out", whole).err == ""
    assert [NUMBER in file.read_text("utf-8-sig") for file in (plain, whole)] == [False, True]
    assert run("register", "export", "residents", *on, *WHO, "--masked", "--out", tmp_path / "m.csv").code == 0
    reads = run("register", "reads", "--store", store, "--json").data["reads"]
    assert [(read["actor"], read["purpose"], read["columns"], read["count"]) for read in reads] == [
        ("clerk-2", "核对户籍", ["id_number"], count) for count in (1, 1, 2)
    ]
    assert len(run("register", "reads", "residents", row["person"], "--store", store, "--json").data["reads"]) > 1
    assert run("register", "reads", "residents", "nobody", "--store", store, "--json").data["reads"] == []
    assert "核对户籍" in run("register", "reads", "居民", "--store", store).out
    assert run("verify", "--store", store).code == 0


def test_entries_in_categories_are_neither_shown_nor_kept_in_clear(run, store, tmp_path):
    """Who is in a category is shown for a purpose alone; with keys it stands in the file encrypted, sealed anew too."""
    person = rows(run, store, "residents")[0]["person"]
    entries = tmp_path / "entries.csv"
    entries.write_text(f"对象,对象编号,代码表,类别\n居民,{person},disability,视力残疾\n", "utf-8")
    assert run("register", "import", "category_entries", entries, "--store", store, *ON).code == 0
    on = ("--store", store, "--on", "2025-05-01")
    (row,) = run("register", "show", "category_entries", *on, "--json").data["rows"]
    assert (row["subject"], row["code_list"], row["code"]) == ("***", "***", "***")
    out = tmp_path / "out.csv"
    assert run("register", "export", "category_entries", *on, "--out", out).code == 1
    assert run("register", "export", "category_entries", *on, *WHO, "--out", out).code == 0
    assert person in out.read_text("utf-8-sig")
    facts = tmp_path / "facts.csv"
    args = ("register", "export", "residents", "--facts", "--district", "demo-shenhe", *on, "--out", facts)
    assert [(run(*args, *more).code, "disabled" in facts.read_text("utf-8-sig")) for more in ((), WHO)] == [
        (0, False),
        (0, True),
    ]
    for name, count in (("2025-a", 3), ("2025-b", 3)):
        keys = tmp_path / "keys.json"
        assert run("new-key", keys, name).code == 0
        assert run("register", "seal", "--store", store, "--keys", keys, "--json").data == {"rows": count}
    kept = b"".join(file.read_bytes() for file in tmp_path.glob(f"{store.name}*"))
    assert [word for word in ("disability", "visual", NUMBER) if word.encode() in kept] == []
    assert run("register", "seal", "--store", store).code == 3
    assert run("register", "show", "category_entries", *on, *WHO).code == 1
    seen = run("register", "show", "category_entries", *on, *WHO, "--keys", keys, "--json").data["rows"]
    assert [(row["subject"], row["code"]) for row in seen] == [(person, "visual")]


def test_an_appointment_or_delegation_ends_and_what_was_known_is_still_told(run, store):
    """An end says who and why; as known before it, the appointment stands; a wrong key or moment is wrong use."""
    since = ("--since", "2025-01-01", "--store", store)
    entered = ("--actor", "clerk-9", "--why", "选举结果")
    assert run("case", "appoint", "chair-1", "committee.chair", "c-1", *since, *entered).code == 0
    (row,) = rows(run, store, "appointments", on="2025-06-01")
    assert row["change"].startswith("appointment-")
    assert run("case", "delegate", "r-2", "chair-1", "committee.chair", "c-1", *since, "--reason", "委托").code == 0
    before = f"{dt.datetime.now(dt.UTC).isoformat()}"
    june = ("--store", store, "--on", "2025-06-01", "--actor", "clerk-1", "--why", "辞职")
    for register, key in (
        ("appointments", ("chair-1", "committee.chair", "c-1")),
        ("delegations", ("r-2", "chair-1", "committee.chair", "c-1")),
    ):
        assert run("register", "end", register, *key, *june, "--json").data["change"].startswith("ending-")
        assert run("register", "end", register, *key, *june, "--json").data["change"] is None
        assert rows(run, store, register, on="2025-06-01") == []
        (known,) = rows(run, store, register, "--known-at", before, on="2025-06-01")
        assert (known["person"], known["until"]) == (key[0], None)
        assert run("register", "end", register, "nobody", *key[1:], *june).code == 1
        assert run("register", "end", register, *key[1:], *june).code == 2
    show = ("register", "show", "appointments", "--store", store, "--on", "2025-06-01", "--known-at")
    assert [run(*show, *more).code for more in (("2025-06-01",), ("noon",), (before, "--history"))] == [2, 2, 2]
    assert run("register", "show", "categories", "--where", "code=allowance", *june[:4]).code == 0
    (allowance,) = rows(run, store, "categories", "--where", "code=allowance")
    assert allowance["zh"] == "低保"


def test_a_bad_file_is_marked_and_refused(run, store, tmp_path):
    """A file with a bad cell is not kept; the finding names row and column, and the copy says it beside the line."""
    bad = tmp_path / "bad.csv"
    bad.write_text("人员编号,姓名,出生日期\nr-7,王五,不详\nr-8,赵六,1960-01-01\n", "utf-8")
    marked = tmp_path / "marked.csv"
    done = run("register", "import", "residents", bad, "--store", store, *ON, "--marked", marked, "--json")
    assert (done.code, done.data["kept"], done.data["refused"]) == (1, False, 1)
    (found,) = done.data["findings"]
    assert (found["code"], found["line"], found["column"]) == ("bad-cell", 2, 3)
    assert list(csv.reader(io.StringIO(marked.read_text("utf-8-sig"))))[1][3].startswith("“出生日期”")
    assert marked.stat().st_mode & 0o077 == 0
    assert len(rows(run, store, "residents")) == 2
    good = run("register", "import", "residents", bad, "--store", store, *ON, "--good-rows")
    assert good.code == 1
    assert len(rows(run, store, "residents")) == 3


def test_no_file_is_written_over_and_a_copy_has_the_form_of_its_file(run, store, tmp_path):
    """The copy stands in a new file whose ending is that of its form, or nothing is registered; no template is lost."""
    bad = tmp_path / "bad.csv"
    text = "人员编号,出生日期\nr-7,不详\nr-8,1960-01-01\n"
    bad.write_text(text, "utf-8")
    (tmp_path / "begun.csv").write_text("begun", "utf-8")
    wrong = (bad, tmp_path / "begun.csv", tmp_path / "copy.xlsx", tmp_path / "none" / "copy.csv")
    for marked in wrong:
        done = run("register", "import", "residents", bad, "--store", store, *ON, "--good-rows", "--marked", marked)
        assert done.code in (2, 3), marked
    assert bad.read_text("utf-8") == text
    assert len(rows(run, store, "residents")) == 2
    good = tmp_path / "good.csv"
    good.write_text("人员编号\nr-8\n", "utf-8")
    done = run("register", "import", "residents", good, "--store", store, *ON, "--marked", tmp_path / "none.csv")
    assert (done.code, (tmp_path / "none.csv").exists()) == (0, False)
    assert run("register", "template", "residents", "--out", tmp_path / "begun.csv").code == 2
    assert (tmp_path / "begun.csv").read_text("utf-8") == "begun"


def test_a_template_is_written_in_both_forms(run, tmp_path):
    """A blank template for several registers is a CSV file or a workbook."""
    for name in ("blank.csv", "blank.xlsx"):
        done = run("register", "template", "residents", "household_members", "--out", tmp_path / name, "--json")
        assert (done.code, (tmp_path / name).stat().st_size) == (0, done.data["bytes"])
    assert "与户主关系" in (tmp_path / "blank.csv").read_text("utf-8-sig")


def test_households_and_places_are_split_moved_and_merged(run, store):
    """Each change has an id and a day; what held before is still shown for the days before."""
    people = {row["name"]: row["person"] for row in rows(run, store, "residents", "--private")}
    june = ("--store", store, "--on", "2025-06-01", "--actor", "clerk-1")
    done = run(
        "register", "split", "household", "h-1", "h-2", people["李四"], *june, "--head", people["李四"], "--json"
    )
    assert done.data["change"].startswith("split-")
    members = rows(run, store, "household_members", on="2025-06-01")
    assert sorted(row["household"] for row in members) == ["h-1", "h-2"]
    assert {row["household"] for row in rows(run, store, "household_members")} == {"h-1"}
    assert run("register", "merge", "household", "h-1", "h-2", *june).code == 0
    assert run("register", "move", "c-1", "c-2", "h-1", *june).code == 0
    assert {row["actual_place"] for row in rows(run, store, "residents", on="2025-06-01")} == {"c-2"}
    assert run("register", "split", "place", "c-2", "c-3", "h-1", *june, "--zh", "新社区").code == 0
    assert run("register", "merge", "place", "c-1", "c-2", "c-3", *june).code == 0
    assert {row["actual_place"] for row in rows(run, store, "residents", on="2025-06-01")} == {"c-1"}
    assert run("register", "merge", "place", "c-9", "c-1", *june).code == 1
    history = rows(run, store, "residents", "--history")
    assert any(row["replaced_by"] for row in history)


def test_a_roll_is_frozen_shown_and_corrected(run, store):
    """A roll says who is in and why, is published masked, and is corrected by a further line."""
    people = {row["name"]: row["person"] for row in rows(run, store, "residents", "--private")}
    frozen = run(
        "register",
        "roll",
        "freeze",
        "residents",
        "c-1",
        "--store",
        store,
        "--district",
        "demo-shenhe",
        *ON,
        "--given",
        "deprived_of_political_rights=false",
        "--json",
    ).data
    assert (frozen["id"], frozen["size"], frozen["undetermined"]) == ("roll-000001", 2, 0)
    assert {line["outcome"] for line in frozen["lines"]} == {"entitled"}
    public = run("register", "roll", "show", "roll-000001", "--store", store, "--published")
    assert "张*丰" in public.out
    assert "张三丰" not in public.out
    assert frozen["hash"] in public.out
    correct = ("register", "roll", "correct", "roll-000001", people["李四"], "--not-entitled", "--why", "已迁出")
    after = run(*correct, "--store", store, *ON, "--json").data
    assert (after["size"], after["frozen_hash"]) == (1, frozen["hash"])
    assert run("register", "roll", "show", "roll-000009", "--store", store).code == 1


def test_the_facts_of_a_register_are_decided_as_a_roll(run, store, tmp_path):
    """An export as facts is a table that the command `roll` decides."""
    out = tmp_path / "facts.csv"
    done = run(
        *("register", "export", "residents", "--facts", "--store", store, "--district", "demo-shenhe"),
        *("--on", "2025-05-01", "--out", out),
    )
    assert done.code == 0
    decided = run(
        *("roll", out, "--district", "demo-shenhe", "--decide", "voting_age_reached", "--on", "2025-05-01", "--json")
    ).data
    assert decided["totals"]["voting_age_reached"] == [{"status": "determined", "outcome": "reached", "count": 2}]


def test_personal_values_are_erased(run, store):
    """Erased values are gone on every day, and a key with too few parts is wrong use."""
    person = rows(run, store, "residents")[0]["person"]
    args = ("--store", store, *ON, "--why", "本人申请")
    assert run("register", "erase", "residents", person, *args, "--json").data["change"].startswith("erasure-")
    (row,) = [row for row in rows(run, store, "residents", "--private") if row["person"] == person]
    assert (row["name"], row["id_number"], row["birth_date"]) == (None, None, None)
    assert run("register", "erase", "household_members", person, *args).code == 2
