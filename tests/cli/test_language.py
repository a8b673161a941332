"""Every command speaks one language: the chosen one, else Chinese, and what is wrong in both where nobody chose."""

from __future__ import annotations

import re

import pytest
from tests.cli.conftest import every_command

from community_core.cli.main import main
from community_core.cli.speaking import VARIABLE, chosen_in

CHINESE = re.compile("[\u4e00-\u9fff]")
BAD_TABLE = "practice: a.b\nfacts: {}\nfact: {}\n"
CASES = """practice: core.tiers
on: 2026-01-01
cases:
  - {name: unit, given: {recipient: unit}, decide: service_tier, expect: {outcome: welfare}}
"""


def test_every_command_takes_a_language():
    """Each command has --lang; the demo shows both, and a schema is JSON."""
    without = {
        path for path, command in every_command(main) if not any("--lang" in item.opts for item in command.params)
    }
    assert without == {("demo",), ("schema",)}


@pytest.fixture
def asked(tmp_path):
    """Commands that find something wrong or say how it went, each with the words that its answer has."""
    (tmp_path / "bad.yaml").write_text(BAD_TABLE, "utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "tiers.yaml").write_text(CASES, "utf-8")
    (tmp_path / "people.csv").write_text("name\nx\n", "utf-8")
    store = ("--store", tmp_path / "s.db")
    clerk = ("--on", "2026-01-01", "--actor", "clerk")
    return {
        "registered": (("case", "place", "here", "--zh", "here", *store), "已登记", "registered"),
        "appointed": (
            ("case", "appoint", "li", "resident", "here", "--since", "2026-01-01", *store),
            "已登记",
            "registered",
        ),
        "imported": (
            ("register", "import", "residents", tmp_path / "people.csv", *store, *clerk),
            "未登记",
            "Not kept",
        ),
        "ended": (("register", "end", "places", "here", *store, *clerk, "--why", "y"), "变更编号", "change"),
        "verified": (("verify", *store), "没有问题项", "no findings"),
        "bound": (("checkpoint", *store), "还没有任何记录", "nothing is recorded"),
        "board": (("board", "--out", tmp_path / "board", *store), "打开", "open"),
        "read": (("register", "reads", *store), "查阅记录", "Reads"),
        "backup": (("backup", "--out", tmp_path / "b.db", *store), "已备份", "backed up"),
        "exported": (("export", "--out", tmp_path / "e.jsonl", *store), "行：", "lines"),
        "keyed": (("new-key", tmp_path / "keys", "k1"), "新密钥", "new key"),
        "checked": (("check", tmp_path / "bad.yaml"), "问题项", "Findings"),
        "tried": (("test", tmp_path / "cases"), "没有通过", "Failed"),
        "missing": (("decide",), "缺少 TERM", "TERM is missing"),
        "refused": (("case", "show", "none-1", *store), "错误", "Error"),
        "store": (("verify", "--store", tmp_path / "none.db"), "没有这个库", "there is no store"),
    }


def _paths_cut(text, folder):
    return text.replace(str(folder), "")


def test_what_is_said_is_said_in_the_chosen_language(run, asked, tmp_path):
    """With --lang en nothing is Chinese, with --lang zh the English is gone, from results and from what is wrong."""
    for name, (args, zh, en) in asked.items():
        for lang, there, gone in (("zh", zh, en), ("en", en, zh)):
            for file in (tmp_path / "b.db", tmp_path / "e.jsonl", tmp_path / "keys"):
                file.unlink(missing_ok=True)
            said = run(*args, "--lang", lang)
            text = _paths_cut(said.out + said.err, tmp_path)
            assert there in text, (name, lang, text)
            assert gone not in text, (name, lang, text)
            assert lang == "zh" or not CHINESE.search(text), (name, text)


def test_where_nobody_chose_only_what_is_wrong_is_said_in_both(run, asked):
    """Without --lang a result is Chinese; an error and a finding have both languages."""
    said = run(*asked["keyed"][0])
    assert "新密钥" in said.out
    assert "new key" not in said.out
    for name in ("missing", "refused", "store", "checked"):
        args, zh, en = asked[name]
        said = run(*args)
        assert zh in said.out + said.err
        assert en in said.out + said.err


def test_the_environment_chooses_for_those_who_do_not_say(run, asked, monkeypatch):
    """The variable chooses for every command, --lang goes before it, and another word in it is told."""
    monkeypatch.setenv(VARIABLE, "en")
    assert not CHINESE.search(run(*asked["missing"][0]).err)
    assert "错误" in run(*asked["missing"][0], "--lang", "zh").err
    monkeypatch.setenv(VARIABLE, "fr")
    said = run("districts")
    assert said.code == 2
    assert "'fr' 不是可用的值" in said.err


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        ([], None),
        (["--lang"], None),
        (["--lang", "en"], "en"),
        (["--lang=zh", "x"], "zh"),
        (["--lang", "zh", "--lang=en"], "en"),
        (["--lang", "fr"], None),
    ],
)
def test_the_language_is_known_before_the_arguments_are_read(arguments, lang):
    """The last --lang counts, in either form; what is no language chooses none."""
    assert chosen_in(arguments) == lang
