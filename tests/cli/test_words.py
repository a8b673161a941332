"""What commands print are words: for every installed district, what a clerk and an official ask is read for names."""

from __future__ import annotations

import datetime as dt
import re
from importlib import import_module

import pytest
from rich.console import Console

import community_core as cc
from community_core.cli import output
from community_core.cli.wording import Wording
from community_core.jurisdiction.plugins import gather
from community_core.office import Office, SystemClock
from community_core.procedures.posts import posts_named
from community_core.store.sql import open_store

pytest.importorskip("community_shenhe")

DISTRICTS = sorted(each.name for each in gather().districts if not each.name.startswith("demo-"))
DAY = "2026-05-04"
#: A name of the rule text: it has a sign that no word has. A name in brackets stands beside what it is called.
NAME = re.compile(r"(?<![（\w.-])[a-z][a-z0-9-]*(?:[_.][a-z0-9-]+)+(?![\w）.-])")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(params=DISTRICTS)
def town(request, run, tmp_path):
    """A store with one place and somebody in every post of a district, and how to run a command on it."""
    store = tmp_path / "town.sqlite"
    rules = cc.load(request.param)
    office = Office(rules, open_store(str(store)), SystemClock())
    office.register_place("here", "", layer="community", zh="此地", en="here")
    posts = {post for _, procedure in rules.terms.procedures for post in posts_named(procedure)}
    posts |= {post for _, procedure in rules.terms.procedures for step in procedure.steps for post in step.by}
    for post in posts:
        office.appoint("li", post, "here", dt.date(2000, 1, 1))
    office.store.close()

    def do(*args, code=0):
        said = run(*args, "--store", store, "--district", request.param)
        assert said.code == code, said.err + said.out
        return said

    return do


@pytest.fixture
def cells(monkeypatch):
    """The cells of the tables that `may` and `due` print, as they are before a terminal wraps them."""
    found: list[str] = []

    def table(_title, columns, rows, **_more):
        for row in rows:
            assert len(row) == len(columns)
            found.extend(map(str, row))

    for command in ("may", "due"):
        monkeypatch.setattr(import_module(f"community_core.cli.{command}"), "print_table", table)
    return found


def names_alone(cells: list[str]) -> set[str]:
    """Return the names in cells that stand neither in brackets after words nor in a line under words."""
    return {
        name
        for cell in cells
        for number, line in enumerate(cell.splitlines())
        for name in NAME.findall(line)
        if not (number and CHINESE.search(cell.splitlines()[number - 1]))
    }


def test_who_may_open_what_is_said_in_words(town, cells):
    """Each procedure, step and post that somebody may open or may not is called by its label, and so is the reason."""
    town("may", "li", "--place", "here", "--day", DAY, "--all")
    assert "可" in cells
    assert names_alone(cells) == set()
    assert names_alone(["committee.chair", "主任（committee.chair）", "听证\ncore.hearing"]) == {"committee.chair"}


def test_what_is_due_again_is_said_in_words(town, cells):
    """What is to be posted again names who posts it, and the place, by their labels."""
    town("due", "--on", DAY, "--place", "here")
    assert names_alone(cells) == set()


@pytest.mark.parametrize("district", DISTRICTS)
def test_every_post_state_and_step_has_a_word(district):
    """What a clerk reads of any step of any procedure has Chinese and English words, the library's roles included."""
    rules = cc.load(district)
    office = Office(rules, open_store("sqlite://"), SystemClock())
    bare = set()
    for lang in ("zh", "en"):
        words = Wording(office, lang)
        for full, procedure in rules.terms.procedures:
            said = [words.post(procedure, post, beside=False) for step in procedure.steps for post in step.by]
            said += [words.state(procedure, state) for state in procedure.all_states]
            said += [words.step(procedure, step.name) for step in procedure.steps]
            said += [words.late(rule.then, rule.to, procedure) for rule in procedure.late]
            bare |= {(full, text) for text in said if NAME.search(text)}
            if lang == "zh":
                bare |= {(full, text) for text in said if not CHINESE.search(text)}
    assert bare == set()


def test_what_nobody_has_set_and_who_says_what_is_said_in_words(run):
    """Open values and claims name ranks, standings and conditions by their labels."""
    said = run("open", "--district", "shenhe", "--on", DAY).out
    assert "市、区县、社区" in said
    assert "district" not in said
    said = run("why", "care_class", "--district", "shenhe").out
    assert "第 2 行：经济状况" in said
    assert "three_withouts" not in said
    assert "材料所述" in said
    assert "reported" in run("why", "care_class", "--district", "shenhe", "--lang", "en").out


def test_what_is_still_to_be_known_is_asked_for_by_label_and_name(run):
    """An answer that lacks a fact says what it is called, and beside that what is typed."""
    asked = ("decide", "care_class", "--district", "demo-shenhe", "--given", "age=72", "--given", "lives_alone=true")
    assert "还需要知道：“经济状况”（means）" in run(*asked, "--on", "2006-05-01").out
    said = run("decide", "care_class", "--district", "shenhe", "--on", "2006-05-01", "--lang", "en").out
    assert "“lives alone”" not in said
    assert "lives alone (lives_alone)" in said


def test_a_refusal_names_what_it_speaks_of(run, tmp_path):
    """A step that is refused says which step, post and condition by their labels; a program reads the names."""
    store = tmp_path / "town.sqlite"
    run("case", "appoint", "li", "committee.chair", "here", "--since", "2006-01-01", "--store", store)
    opened = ("case", "open", "hearing", "--district", "demo-shenhe", "--store", store, "--place", "here")
    data = ("--data", "title=路灯", "--data", "options=修、不修")
    said = run(*opened, *data, "--actor", "wang", "--day", "2006-04-03")
    assert said.code == 1
    assert "环节“提出事项”（propose）只能由" in said.err
    assert "“居委会主任”（committee.chair）" in said.err
    told = run(*opened, *data, "--actor", "wang", "--day", "2006-04-03", "--json")
    assert "环节 propose 只能由" in told.data["error"]["zh"]
    made = run(*opened, *data, "--actor", "li", "--day", "2006-04-03", "--json").data["id"]
    take = ("case", "take", made, "check_competence", "--store", store, "--actor", "li", "--day", "2006-04-04")
    said = run(*take, "--data", "competence=administration").err
    assert "competence ==" not in said


def test_a_table_that_does_not_fit_is_told_in_lines(run, monkeypatch, tmp_path):
    """In a narrow terminal each row is a paragraph of named lines, in a wide one a row."""
    store = tmp_path / "town.sqlite"
    run("case", "appoint", "li", "committee.chair", "here", "--since", "2006-01-01", "--store", store)
    asked = ("may", "wang", "--place", "here", "--day", DAY, "--all", "--store", store, "--district", "shenhe")
    assert "程序：听证" not in run(*asked).out
    wide = output.console
    monkeypatch.setattr(output, "console", lambda **more: Console(width=50, file=wide(**more).file))
    narrow = run(*asked).out
    assert "\n原因：" in narrow
    assert "\n环节：" in narrow


def test_a_roll_is_summed_up_in_words(run, tmp_path):
    """The totals name status and outcome by their labels; the file of results keeps its codes."""
    roll = tmp_path / "roll.csv"
    roll.write_text("age,lives_alone,means\n72,true,dibao\n50,false,dibao\n72,true,\n", "utf-8")
    asked = ("roll", roll, "--district", "demo-shenhe", "--decide", "care_class", "--on", "2006-05-01")
    said = run(*asked, "--out", tmp_path / "out.csv").out
    for word in ("独居老人关爱类别", "已判定", "上门照料", "不适用", "尚不能判定"):
        assert word in said
    assert "determined" not in said
    assert "carer" in (tmp_path / "out.csv").read_text("utf-8-sig")
    assert "undetermined" in run(*asked, "--lang", "en").out


def test_a_register_says_posts_and_kinds_of_places_in_words(run, tmp_path):
    """Posts, layers and places stand in a register's table by their labels, beside or over what is typed."""
    store = tmp_path / "town.sqlite"
    run("case", "place", "here", "--layer", "community", "--zh", "此地", "--en", "here", "--store", store)
    run("case", "appoint", "li", "committee.chair", "here", "--since", "2006-01-01", "--store", store)
    shown = ("register", "show", "appointments", "--store", store, "--on", DAY)
    assert "居委会主任（committee.chair）" in run(*shown).out
    assert "此地" in run(*shown).out
    assert run(*shown, "--json").data["rows"][0]["post"] == "committee.chair"
    assert "社区（community）" in run("register", "show", "places", "--store", store, "--on", DAY).out
