"""A hearing run from the command line alone, verified and published."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

pytest.importorskip("community_shenhe")


@pytest.fixture
def town(run, tmp_path):
    """A store with a community, its posts and an announced hearing; returns its path."""
    store = tmp_path / "town.sqlite"

    def do(*args):
        said = run(*args, "--store", store)
        assert said.code == 0, said.err
        return said

    do("case", "place", "town", "--layer", "district", "--zh", "某区")
    do("case", "place", "yonghuan", "--parent", "town", "--layer", "community", "--zh", "永环社区", "--en", "Yonghuan")
    for person, post in (
        ("chair-1", "committee.chair"),
        ("convener-1", "hearing.convener"),
        ("officer-1", "subdistrict.officer"),
    ):
        do("case", "appoint", person, post, "yonghuan", "--since", "2006-01-01")
    do(
        "case", "open", "hearing", "--district", "demo-shenhe", "--actor", "officer-1", "--day", "2006-04-03",
        "--place", "yonghuan", "--data", "title=305大院", "--data", "可选方案=建房、建绿", "--key", "k1",
    )  # fmt: skip
    return store


ID = "hearing-2006-000001"
CHAIR = ("--actor", "chair-1", "--day")


def test_what_names_a_place_that_is_not_registered_says_so(run, tmp_path):
    """An appointment or a delegation in a place that is not registered is kept, with a warning."""
    store = ("--store", tmp_path / "s.sqlite")
    assert run("case", "place", "wenyi", *store).err == ""
    since = ("--since", "2006-01-01")
    for done in (
        run("case", "appoint", "p-1", "committee.chair", "wenyii", *since, *store),
        run("case", "delegate", "p-2", "p-1", "committee.chair", "wenyii", *since, "--reason", "x", *store),
    ):
        assert done.code == 0
        assert "地方 wenyii 还没有登记；是否指 wenyi" in done.err
    assert run("case", "appoint", "p-1", "committee.chair", "wenyi", *since, *store).err == ""


def test_a_hearing_from_proposal_to_board(run, town, tmp_path):
    """Steps are taken with data from options and from a file, shown, listed, verified, and published."""
    acting = ["--store", town, "--json"]
    checked = run(
        "case",
        "take",
        ID,
        "check_competence",
        "--actor",
        "chair-1",
        "--day",
        "2006-04-04",
        "--data",
        "归谁决定=居民",
        *acting,
    )
    assert (checked.code, checked.data["state"]) == (0, "checked")
    file = tmp_path / "announce.json"
    people = [f"rep-{number}" for number in range(5)]
    file.write_text(json.dumps({"venue": "居委会", "held_day": "2006-04-18", "representatives": people}), "utf-8")
    announced = run(
        "case", "take", ID, "announce", "--actor", "chair-1", "--day", "2006-04-06", "--data-file", file, *acting
    )
    assert (announced.code, announced.data["state"]) == (0, "announced")
    assert announced.data["data"]["held_day"] == "2006-04-18"
    shown = run("case", "show", ID, *acting)
    assert [item["step"] for item in shown.data["timeline"]] == ["propose", "check_competence", "announce"]
    assert shown.data["timeline"][2]["published"][0]["kind"] == "announcement"
    assert "rep-0" in run("case", "show", ID, "--store", town).out
    listed = run("case", "list", "--open", *acting)
    assert [item["id"] for item in listed.data["cases"]] == [ID]
    assert run("case", "list", "--procedure", "hearing", *acting).data["cases"][0]["state"] == "announced"
    assert run("case", "list", "--procedure", "contract", *acting).data["cases"] == []
    verified = run("verify", *acting)
    assert (verified.code, verified.data["findings"]) == (0, [])
    board = tmp_path / "board"
    said = run("board", "--out", board, *acting)
    assert (said.code, said.data["cases"], said.data["items"], said.data["day"]) == (0, 1, 1, "2006-04-06")
    page = (board / f"case-{ID}.html").read_text("utf-8")
    assert "永环社区" in page
    assert "rep-0" not in page
    assert said.data["head"] == verified.data["head"]


def test_the_same_key_does_nothing_twice(run, town):
    """Opening again under the same key gives the case as it is."""
    again = run(
        "case", "open", "hearing", "--district", "demo-shenhe", "--actor", "officer-1", "--day", "2006-04-03",
        "--place", "yonghuan", "--data", "title=305大院", "--data", "options=建房、建绿", "--key", "k1",
        "--store", town, "--json",
    )  # fmt: skip
    assert (again.code, again.data["id"], again.data["version"]) == (0, ID, 1)


def test_refusals_are_one_and_change_nothing(run, town):
    """A person without the post, a wrong state or an unknown case is refused with findings; nothing has changed."""
    for step, actor in (("check_competence", "officer-1"), ("conclude", "convener-1")):
        said = run("case", "take", ID, step, "--actor", actor, "--day", "2006-04-04", "--store", town, "--json")
        assert said.code == 1
        assert said.data["error"]["findings"]
    assert run("case", "show", "hearing-2006-000009", "--store", town).code == 1
    assert run("case", "show", ID, "--store", town, "--json").data["version"] == 1


def test_wrong_data_is_wrong_use(run, town, tmp_path):
    """An unknown field, a value that does not fit and a file that is no object name what they could be."""
    base = ["case", "take", ID, "check_competence", "--actor", "chair-1", "--day", "2006-04-04", "--store", town]
    field = run(*base, "--data", "competens=residents")
    assert (field.code, "competence" in field.err) == (2, True)
    value = run(*base, "--data", "competence=nobody")
    assert (value.code, "other_body" in value.err) == (2, True)
    bad = tmp_path / "bad.json"
    bad.write_text("[1]", "utf-8")
    assert run(*base, "--data-file", bad).code == 2
    bad.write_text("{", "utf-8")
    assert run(*base, "--data-file", bad).code == 2


def test_due_and_settled(run, town, tmp_path):
    """An announced hearing that nobody held is due when its time is over; --settle lets it lapse, once."""
    for args in (
        ("check_competence", "2006-04-04", {"competence": "residents"}),
        ("announce", "2006-04-06", {"venue": "居委会", "held_day": "2006-04-18", "representatives": ["rep-1"]}),
    ):
        file = tmp_path / "data.json"
        file.write_text(json.dumps(args[2]), "utf-8")
        assert (
            run(
                "case",
                "take",
                ID,
                args[0],
                "--actor",
                "chair-1",
                "--day",
                args[1],
                "--data-file",
                file,
                "--store",
                town,
            ).code
            == 0
        )
    assert run("due", "--store", town, "--on", "2006-04-20", "--json").data["due"] == []
    due = run("due", "--store", town, "--on", "2006-07-01", "--json")
    assert [(item["case"], item["then"], item["to"]) for item in due.data["due"]] == [(ID, "lapse", "lapsed")]
    settled = run("due", "--store", town, "--on", "2006-07-01", "--settle", "--json")
    assert [(item["case"], item["state"]) for item in settled.data["settled"]] == [(ID, "lapsed")]
    assert run("due", "--store", town, "--on", "2006-07-01", "--settle", "--json").data == {
        "due": [],
        "settled": [],
        "again": [],
    }


def test_a_changed_record_is_found(run, town):
    """A changed event gives a finding and exit code 1, in words and as JSON."""
    with closing(sqlite3.connect(town)) as connection:
        connection.execute("UPDATE cc_events SET data = replace(data, '305', '306')")
        connection.commit()
    said = run("verify", "--store", town, "--json")
    assert said.code == 1
    assert "event-changed" in {item["code"] for item in said.data["findings"]}
    assert "event-changed" in run("verify", "--store", town).out


@pytest.mark.parametrize("command", [("verify",), ("due", "--on", "2006-05-01"), ("case", "list")])
def test_a_store_that_is_not_there_is_not_made(run, tmp_path, command):
    """Reading a store that does not exist is an error of the environment, and leaves no file behind."""
    for store in (tmp_path / "gone.sqlite", f"sqlite:///{tmp_path}/gone.sqlite"):
        said = run(*command, "--store", store)
        assert said.code == 3
        assert "gone.sqlite" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(run, tmp_path):
    """A file that is no SQLite database is told in words."""
    file = tmp_path / "notes.sqlite"
    file.write_text("dear diary " * 200)
    assert run("verify", "--store", file).code == 3


REMINDING = """
practice: demo.reminding
title: {zh: 提醒, en: Reminding}
source: {document: 示例}
standing: example
procedures:
  request:
    ends: {done: decided}
    facts: {wish: {type: text, privacy: public, zh: 请求, en: wish}}
    steps:
      ask:
        to: asked
        by: anyone
        takes: [wish]
        effects: [{remind: subdistrict.officer, text: wish}]
      close: {from: [asked], to: done, by: committee.chair}
    late:
      asked: {after: days(3), then: remind, to: committee.chair}
---
district: demo-reminding
standing: example
source: {document: 示例}
adopts: [demo.reminding]
"""


def test_reminders_stand_in_the_timeline(run, tmp_path):
    """Whom a step or a deadline that has passed reminded is shown with the event, the step's text as it is written."""
    (tmp_path / "rules.yaml").write_text(REMINDING, "utf-8")
    store = ("--store", tmp_path / "r.sqlite", "--district", tmp_path / "rules.yaml")
    assert run("case", "place", "wenyi", "--store", tmp_path / "r.sqlite").code == 0
    asking = ("--actor", "li", "--day", "2006-04-03", "--place", "wenyi", "--data", "wish=路灯")
    case = run("case", "open", "request", *asking, *store, "--json").data["id"]
    assert run("due", *store, "--on", "2006-04-20", "--settle").code == 0
    timeline = run("case", "show", case, *store, "--json").data["timeline"]
    assert timeline[0]["effects"] == [{"kind": "remind", "post": "subdistrict.officer", "text": "wish"}]
    assert timeline[1]["data"] == {"late": "remind", "due": "2006-04-06", "told": ["committee.chair"]}
    # Lines of the table break anywhere.
    first, _, last = "".join(run("case", "show", case, *store).out.split()).partition("2006-04-07")
    assert "提醒：街道工作人员：wish" in first
    assert "期限2006-04-06；催办：居委会主任" in last
