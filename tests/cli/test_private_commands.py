"""Personal values from the command line: keys, masks, readings, erasures and exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from community_core.base import StoreError
from community_core.store.keyfiles import add_key, read_keys

RULES = Path(__file__).parent.parent / "store" / "relief.yaml"
ASKED = ("need=住院", "person=甲建国", "phone=13800001111", "illness=某某罕见病", "score=7654321")
CASE = "relief-2006-000001"


@pytest.fixture
def town(run, tmp_path):
    """A store with one case whose sensitive values are encrypted, and the key file."""
    store, keys = tmp_path / "town.sqlite", tmp_path / "keys.json"
    assert run("new-key", keys, "2006-a", "--json").data["current"] == "2006-a"
    for person, post in (("clerk-1", "clerk"), ("chief-1", "chief")):
        run("case", "appoint", person, post, "p", "--since", "2006-01-01", "--store", store)
    data = [word for pair in ASKED for word in ("--data", pair)]
    who = ("--actor", "clerk-1", "--day", "2006-05-01", "--place", "p", "--keys", keys)
    assert run("case", "open", "relief", "--district", RULES, "--store", store, *who, *data).code == 0
    return store, keys


def test_sensitive_values_are_shown_to_whoever_says_why(run, town):
    """Without a reader and a purpose they are masked, in the table and in JSON; with both they are shown."""
    store, keys = town
    plain = run("case", "show", CASE, "--store", store, "--keys", keys)
    assert "某某罕见病" not in plain.out
    assert "甲建国" in plain.out
    data = run("case", "show", CASE, "--store", store, "--keys", keys, "--json").data
    assert data["data"]["score"] == data["timeline"][0]["data"]["score"] == {"withheld": "unread", "shown": "***"}
    reader = ("--actor", "clerk-1", "--day", "2006-05-02", "--purpose", "核对")
    seen = run("case", "show", CASE, "--store", store, "--keys", keys, *reader, "--json").data
    assert (seen["data"]["score"], seen["timeline"][0]["data"]["illness"]) == (7654321, "某某罕见病")
    assert [item["step"] for item in seen["timeline"]] == ["apply", "inspect"]
    told = run("case", "show", CASE, "--store", store)
    assert "2006-a" in told.out
    assert "核对" in told.out


def test_a_reading_names_all_three(run, town):
    """A reader without a day or a purpose is wrong use, and so is reading as of an earlier day."""
    store, keys = town
    for given in (("--actor", "clerk-1"), ("--purpose", "核对"), ("--actor", "clerk-1", "--day", "2006-05-02")):
        assert run("case", "show", CASE, "--store", store, "--keys", keys, *given).code == 2
    whole = ("--actor", "clerk-1", "--day", "2006-05-02", "--purpose", "核对", "--as-of", "2006-05-01")
    assert run("case", "show", CASE, "--store", store, "--keys", keys, *whole).code == 2


def test_the_key_file_comes_from_the_environment_too(run, town, monkeypatch):
    """A step that needs an encrypted value names the key; with the file in the environment it goes through."""
    store, keys = town
    step = ("case", "take", CASE, "grant", "--store", store, "--actor", "chief-1", "--day", "2006-05-02")
    refused = run(*step, "--json")
    assert (refused.code, "value-locked" in str(refused.data)) == (1, True)
    monkeypatch.setenv("COMMUNITY_CORE_KEYS", str(keys))
    assert run(*step, "--json").data["ended"] == "decided"


def test_values_are_erased_and_the_record_verifies(run, town):
    """An erasure is said in the timeline; the store verifies with and without the key."""
    store, keys = town
    why = ("--why", "办结", "--ground", "申请")
    erase = ("case", "erase", CASE, "--store", store, "--actor", "chief-1", "--day", "2006-05-02", *why)
    said = run(*erase, "--field", "person", "--field", "illness", "--json").data
    assert said["data"]["person"] == {"withheld": "erased", "shown": "***"}
    shown = run("case", "show", CASE, "--store", store).out
    assert ("已删除" in shown, "甲建国" in shown, "申请" in shown) == (True, False, True)
    assert run(*erase, "--field", "need").code == 1
    for more, left in (((), 1), (("--keys", keys), 0)):
        said = run("verify", "--store", store, *more)
        assert (said.code, "1 个加密的值没有给出密钥" in said.out) == (0, left == 1)
        assert run("verify", "--store", store, *more, "--json").data["coverage"]["unchecked"] == left


def test_an_export_has_personal_values_only_when_asked(run, town, tmp_path):
    """The usual export has none; the private one says what it holds, and with the key its ciphertexts are checked."""
    store, keys = town
    bare, whole = tmp_path / "bare.jsonl", tmp_path / "whole.jsonl"
    assert "个人信息" not in run("export", "--store", store, "--out", bare).out
    assert "个人信息" in run("export", "--store", store, "--out", whole, "--private").out
    assert "甲建国" not in bare.read_text("utf-8")
    assert "甲建国" in whole.read_text("utf-8")
    for file in (bare, whole):
        assert run("verify", "--export", file, "--keys", keys).code == 0
    lines = [json.loads(line) for line in whole.read_text("utf-8").splitlines()]
    kept = [line["private"] for line in lines if "private" in line and isinstance(line["private"], dict)]
    assert {item["key_id"] for item in kept} == {"", "2006-a"}
    text = whole.read_text("utf-8")
    cipher = next(item["value"] for item in kept if item["key_id"])
    whole.write_text(text.replace(cipher, ("B" if cipher[0] != "B" else "C") + cipher[1:]), "utf-8")
    assert run("verify", "--export", whole).code == 0
    found = run("verify", "--export", whole, "--keys", keys, "--json").data["findings"]
    assert [item["code"] for item in found] == ["private-value-changed"]
    assert run("export", "--store", store, "--out", tmp_path / "no", "--private", "--hashes-only").code == 2


def test_a_new_key_joins_the_old_ones(tmp_path):
    """A key file keeps its older keys, is for its owner alone, and never gets two keys of one name."""
    file = tmp_path / "keys.json"
    first = add_key(file, "a")
    second = add_key(file, "b")
    assert (second.current, second.key("a")) == ("b", first.key("a"))
    assert read_keys(file) == second
    assert file.stat().st_mode & 0o077 == 0
    assert len(second.key("b")) == 32
    with pytest.raises(StoreError, match="'b'"):
        add_key(file, "b")


def test_what_is_no_key_file_is_refused_and_not_repeated(tmp_path):
    """A file that is no key ring is named, and nothing of what is in it."""
    file = tmp_path / "keys.json"
    for text in ("secret-words", '{"current": "a"}', '{"current": "a", "keys": {"a": "zz"}}', "[]"):
        file.write_text(text, "utf-8")
        with pytest.raises(StoreError) as error:
            read_keys(file)
        assert "secret-words" not in str(error.value)
        assert "keys.json" in str(error.value)
    with pytest.raises(StoreError):
        read_keys(tmp_path / "gone.json")
