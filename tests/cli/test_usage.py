"""What is wrong with a command line is said in both languages, with what it is about and what to do."""

from __future__ import annotations

import json
import re

import click
import pytest
from tests.cli.conftest import every_command

from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.main import COMMANDS, main
from community_core.cli.usage import Misuse, ending_of, new_file, usage_label

DECIDE = ("decide", "care_class", "--district", "demo-shenhe", "--on", "2006-05-01")
OPEN = ("open", "hearing", "--district", "demo-shenhe", "--actor", "p", "--day", "2006-05-01", "--place", "wenyi")


@pytest.mark.parametrize(
    ("args", "about"),
    [
        (["nonsense"], "没有命令 nonsense"),
        (["decide", "--on", "2006-05-01"], "缺少 TERM"),
        (["decide", "care_class", "--on", "2006-05-01"], "缺少 --district"),
        ([*DECIDE, "--nope"], "没有选项 --nope"),
        ([*DECIDE, "--given"], "选项 --given 后面要写一个值"),
        ([*DECIDE, "--mask=x"], "选项 --mask 不带值"),
        ([*DECIDE, "another"], "多出的参数：another"),
        ([*DECIDE, "--lang", "de"], "--lang：'de' 不是可用的值；可用：'zh', 'en'"),
        (["decide", "care_class", "--district", "x", "--on", "2006-02-29"], "--on / --day：'2006-02-29' 不是日期"),
        (["replay", "no.json", "--district", "x"], "FILE：没有“no.json”"),
        (["replay", ".", "--district", "x"], "FILE：“.”是文件夹，这里要文件"),
        (["demo", "--people", "x"], "--people：'x' 不是整数"),
        (["demo", "--people", "3"], "--people：3 不在范围 x>=610 之内"),
        (["verify"], "请给出 --store 或 --export"),
    ],
)
def test_wrong_use_is_told_in_chinese_and_english(run, args, about):
    """What click finds wrong has its Chinese, names the option or argument, and with --json has its exit code."""
    said = run(*args)
    assert said.code == exits.WRONG_USE
    zh, en = said.err.splitlines()[:2]
    assert about in zh
    assert en.startswith("Error: ")
    assert not re.search("[\u4e00-\u9fff]", en)
    told = run(*args, "--json") if args[-1] != "--given" else None
    if told is not None:
        assert json.loads(told.out)["error"]["exit_code"] == exits.WRONG_USE


def test_what_has_no_chinese_of_its_own_is_said_to_be_wrong_use():
    """A message of click that is not known stands under a Chinese heading."""
    assert usage_label(click.UsageError("Odd.")) == Label("用法有误：Odd.", "Odd.")


def test_files_that_cannot_be_written_are_told_before_any_work(tmp_path):
    """A name with another ending, and a file that is there, are wrong use."""
    assert ending_of(tmp_path / "a.CSV", (".csv",)) == ".csv"
    with pytest.raises(Misuse, match=r"应以 \.csv 或 \.xlsx 结尾"):
        ending_of(tmp_path / "a.txt", (".csv", ".xlsx"))
    (tmp_path / "there").touch()
    with pytest.raises(Misuse, match="已存在"):
        new_file(tmp_path / "there")
    assert new_file(tmp_path / "new") == tmp_path / "new"


def test_a_folder_that_is_not_there_is_told_with_what_to_do(run, tmp_path):
    """A file in a missing folder names the file and says to make the folder."""
    said = run(*DECIDE, "--receipt", tmp_path / "none" / "receipt.json")
    assert said.code == exits.ENVIRONMENT
    assert "没有这个文件或文件夹；请检查路径" in said.err
    assert "receipt.json" in said.err


def test_a_day_is_asked_for_by_either_name():
    """Wherever a command takes --on it takes --day, and the other way round."""
    asked = {
        path: set(item.opts)
        for path, command in every_command(main)
        for item in command.params
        if {"--on", "--day"} & set(item.opts)
    }
    assert len(asked) > len(COMMANDS) / 2
    assert all(names == {"--on", "--day"} for names in asked.values())


@pytest.mark.parametrize("store", ["", ":memory:", "sqlite://", "sqlite:///:memory:", "."])
def test_a_store_that_would_not_last_is_wrong_use(run, store):
    """What is registered in memory, or nowhere, would be gone at once: it is refused."""
    said = run("case", "appoint", "p", "resident", "wenyi", "--since", "2006-01-01", "--store", store)
    assert said.code == exits.WRONG_USE
    assert "--store" in said.err


@pytest.mark.parametrize(
    "args", [["verify"], ["case", "list"], ["backup", "--out", "copy.db"], ["board", "--out", "b"]]
)
def test_reading_makes_no_store_of_another_programs_file(run, tmp_path, monkeypatch, args):
    """A database of another program is told of, and gets no table of ours."""
    import sqlite3

    monkeypatch.chdir(tmp_path)
    with sqlite3.connect("other.db") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    said = run(*args, "--store", "other.db")
    assert said.code == exits.ENVIRONMENT
    assert "没有 community-core 的表" in said.err
    with sqlite3.connect("other.db") as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["t"]
    other.close()


def test_databases_that_cannot_be_used_say_what_to_do(run):
    """Another kind of database, and a server that does not answer, are told with what can be done."""
    said = run("case", "list", "--store", "mysql://localhost/x")
    assert said.code == exits.ENVIRONMENT
    assert "可用 SQLite 和 PostgreSQL" in said.err
    pytest.importorskip("psycopg")
    said = run("case", "list", "--store", "postgresql+psycopg://u:secret@127.0.0.1:1/none")
    assert said.code == exits.ENVIRONMENT
    assert "连接不上数据库服务器" in said.err
    assert "secret" not in said.err


def test_appointments_with_names_that_nobody_can_mean_are_refused(run, tmp_path):
    """A blank name, one with control characters, and the library's own are refused; the end before the begin too."""
    store = tmp_path / "s.db"
    when = ("--since", "2006-01-01", "--store", store)
    for person, post, place in (
        ("", "resident", "wenyi"),
        ("p", " ", "wenyi"),
        ("p", "resident", ""),
        ("p\nq", "resident", "wenyi"),
        ("system", "resident", "wenyi"),
    ):
        assert run("case", "appoint", person, post, place, *when).code == exits.FINDINGS
    assert run("case", "appoint", "p", "resident", "wenyi", *when, "--until", "2005-01-01").code == exits.FINDINGS


def test_a_misspelt_post_is_noticed_when_it_is_given(run, tmp_path):
    """Where the store knows its district, a post that no step names is kept with a warning and the likely one."""
    pytest.importorskip("community_shenhe")
    store = ("--store", tmp_path / "s.db")
    run("case", "place", "wenyi", *store)
    run("case", "appoint", "p", "resident", "wenyi", "--since", "2006-01-01", *store)
    data = ("--data", "title=院落", "--data", "options=建、绿")
    assert run("case", *OPEN, *data, *store).code == exits.FINE
    said = run("case", "appoint", "q", "commitee.chair", "wenyi", "--since", "2006-01-01", *store)
    assert said.code == exits.FINE
    assert "committee.chair" in said.err
    assert not run("case", "appoint", "q", "committee.chair", "wenyi", "--since", "2006-01-01", *store).err
    unknown = run("case", "list", "--procedure", "haering", *store)
    assert unknown.code == exits.WRONG_USE
    assert "hearing" in unknown.err
    assert run("ledger", "nothing", *store).code == exits.WRONG_USE
    assert "没有声明统计" in run("measure", "hearing", *store).out


def test_names_that_nothing_has_are_wrong_use(run, tmp_path):
    """A practice that is not adopted, a key without an id, a drawing that is no SVG."""
    pytest.importorskip("community_shenhe")
    said = run("open", "--district", "shenhe", "--on", "2006-05-01", "--practice", "shenhe.elder-cares")
    assert said.code == exits.WRONG_USE
    assert "shenhe.elder-care" in said.err
    assert run("new-key", tmp_path / "k", "").code == exits.WRONG_USE
    assert run("diagram", "hearing", "--district", "shenhe", "--out", tmp_path / "a.png").code == exits.WRONG_USE


def test_what_is_no_text_is_told_of_in_json_too(run, tmp_path):
    """An argument in another encoding than the system's, and a key file nested without end, are told as others are."""
    store = tmp_path / "s.db"
    run("case", "place", "wenyi", "--store", store)
    assert run("case", "show", "\udcff", "--store", store, "--json").data["error"]["exit_code"] == exits.ENVIRONMENT
    keys = tmp_path / "keys"
    keys.write_text("[" * 100_000)
    said = run("measure", "hearing", "--store", store, "--keys", keys)
    assert said.code == exits.ENVIRONMENT
    assert "不是密钥文件" in said.err


@pytest.mark.parametrize("text", ["[" * 100_000, '{"title": "a", "title": "b"}', "[]", "{"])
def test_data_files_that_are_no_fields_are_wrong_use(run, tmp_path, text):
    """JSON that is nested without end, says a field twice, is no object, or is none."""
    pytest.importorskip("community_shenhe")
    file = tmp_path / "data.json"
    file.write_text(text)
    said = run("case", *OPEN, "--store", tmp_path / "s.db", "--data-file", file, "--json")
    assert said.code == exits.WRONG_USE
    assert "data.json" in said.data["error"]["zh"]


def test_a_field_with_two_values_is_refused(run, tmp_path):
    """Of two values for one field none is taken silently."""
    pytest.importorskip("community_shenhe")
    data = ("--data", "title=院落", "--data", "事项=楼道", "--data", "options=建、绿")
    said = run("case", *OPEN, "--store", tmp_path / "s.db", *data)
    assert said.code == exits.WRONG_USE
    assert "两个不同的值" in said.err
