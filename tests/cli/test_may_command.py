"""What a person may do, acting for another, moving a case over and looking back, from the command line."""

from __future__ import annotations

import json

import pytest

TEXT = """
practice: town.permits
title: {zh: 许可, en: Permits}
standing: library
source: {document: permits}
procedures:
  permit:
    title: {zh: 许可, en: Permit}
    ends: {granted: decided, refused: refused}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
    steps:
      ask: {zh: 申请, en: ask, to: asked, by: [clerk], takes: [length]}
      grant:
        {zh: 批准, en: grant, from: [asked], to: granted, by: [chair], not_by: [ask],
          effects: [{open: review, length: length}]}
      refuse: {zh: 不批, en: refuse, from: [asked], to: refused, by: [chair]}
TRANSITIONS  review:
    title: {zh: 复查, en: Review}
    ends: {reviewed: decided}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
    steps:
      begin: {zh: 开始, en: begin, to: begun, by: [clerk], takes: [length]}
      close: {zh: 结束, en: close, from: [begun], to: reviewed, by: [clerk]}
---
district: town
title: {zh: 镇, en: Town}
adopts: [town.permits]
"""
MOVE = """    transitions:
      earlier: {before: 2007-01-01, by: [chair], cite: {document: permits, article: 9}}
"""
ID = "permit-2006-000001"


@pytest.fixture
def town(run, tmp_path):
    """A store with a permit asked for, and how to run a command on it."""
    rules = tmp_path / "town.yaml"
    rules.write_text(TEXT.replace("TRANSITIONS", ""), "utf-8")
    store = tmp_path / "town.sqlite"

    def do(*args, code=0):
        said = run(*args, "--store", store)
        assert said.code == code, said.err + said.out
        return said

    for person in ("clerk", "chair"):
        do("case", "appoint", person, person, "town", "--since", "2006-01-01")
    ask = ("--actor", "clerk", "--day", "2006-04-03", "--place", "town", "--data", "length=9")
    do("case", "open", "permit", "--district", rules, *ask)
    return do


def test_may_in_a_case(town):
    """The steps of a case that a person may take on a day, and with --all the rest with what stands against it."""
    mine = town("may", "chair", "--case", ID, "--day", "2006-04-04", "--json").data["may"]
    assert [(item["step"], item["post"]) for item in mine] == [("grant", "chair"), ("refuse", "chair")]
    theirs = town("may", "clerk", "--case", ID, "--day", "2006-04-04", "--all", "--json").data["may"]
    assert {item["step"]: [found["code"] for found in item["findings"]] for item in theirs} == {
        "grant": ["not-entitled", "same-person"],
        "refuse": ["not-entitled"],
    }
    shown = town("may", "clerk", "--case", ID, "--day", "2006-04-04", "--all").out
    assert "批准" in shown
    assert "不可" in shown


def test_may_in_a_place(town):
    """What a person may open in a place, and what he may do in its open cases; of one procedure where it is named."""
    found = town("may", "clerk", "--place", "town", "--day", "2006-04-04", "--json").data["may"]
    assert {(item["procedure"], item["step"], item["case"]) for item in found} == {
        ("town.permits.permit", "ask", None),
        ("town.permits.review", "begin", None),
    }
    chair = town("may", "chair", "--place", "town", "--day", "2006-04-04", "--json").data["may"]
    assert {(item["step"], item["case"]) for item in chair} == {("grant", ID), ("refuse", ID)}
    only = town("may", "clerk", "--place", "town", "--procedure", "review", "--day", "2006-04-04", "--json")
    assert [item["step"] for item in only.data["may"]] == ["begin"]


@pytest.mark.parametrize("more", [(), ("--case", ID, "--place", "town")])
def test_may_asks_for_a_case_or_a_place(town, more):
    """Neither or both is wrong use."""
    town("may", "clerk", "--day", "2006-04-04", *more, code=2)


def test_acting_for_another(town):
    """A delegation lets a deputy act; without it nothing is done, and the case shows both."""
    take = ("case", "take", ID, "refuse", "--actor", "deputy", "--behalf", "chair", "--day", "2006-04-05", "--json")
    assert "no-delegation" in town(*take, code=1).out
    for _ in range(2):
        town("case", "delegate", "deputy", "chair", "chair", "town", "--since", "2006-04-01", "--reason", "委托书")
    (item,) = (
        item
        for item in town("may", "deputy", "--case", ID, "--day", "2006-04-05", "--json").data["may"]
        if item["step"] == "refuse"
    )
    assert (item["behalf"], item["post"]) == ("chair", "chair")
    last = town(*take).data["timeline"][-1]
    assert (last["actor"], last["behalf"], last["post"]) == ("deputy", "chair", "chair")
    assert "deputy（代 chair）" in town("case", "show", ID).out


def test_a_follow_up_is_named_both_ways_and_as_of_a_day(town):
    """A case names what it opened and the other what it follows; as of an earlier day neither was there yet."""
    granted = town("case", "take", ID, "grant", "--actor", "chair", "--day", "2006-04-05", "--json").data
    (child,) = granted["follow_ups"]
    assert town("case", "show", child, "--json").data["parent"] == ID
    assert f"后续办件：{child}" in town("case", "show", ID).out
    assert f"follows {ID}" in town("case", "show", child, "--lang", "en").out
    before = town("case", "show", ID, "--as-of", "2006-04-04", "--json").data
    assert (before["state"], before["version"], before["follow_ups"], len(before["timeline"])) == ("asked", 1, [], 1)
    assert "unknown-case" in town("case", "show", child, "--as-of", "2006-04-04", "--json", code=1).out


def test_moving_a_case_over(town, tmp_path):
    """Under rules that declare a transition a case moves over to them; under those that do not it stays."""
    move = ("case", "transition", ID, "--actor", "chair", "--day", "2006-04-06", "--json")
    assert "already-under-text" in town(*move, code=1).out
    rules = tmp_path / "town.yaml"
    rules.write_text(TEXT.replace("TRANSITIONS", "").replace("zh: 不批", "zh: 不予批准"), "utf-8")
    assert "no-transition" in town(*move, code=1).out
    rules.write_text(TEXT.replace("TRANSITIONS", MOVE), "utf-8")
    moved = town(*move).data
    last = moved["timeline"][-1]
    assert (last["step"], last["data"]["from"] != last["data"]["to"]) == ("transition", True)
    assert moved["rules"] == last["data"]["to"]
    assert json.loads(town("verify", "--json").out)["findings"] == []


def test_nothing_is_done_on_a_day_that_has_not_come(town):
    """A year mistyped would keep the case waiting and let everything lapse: it is refused, and asking ahead is not."""
    far = ("--day", "2206-05-01")
    step = ("--actor", "chair", *far)
    for words in (
        ("case", "take", ID, "refuse", *step),
        ("case", "correct", ID, 1, "--why", "笔误", "--data", "length=8", *step),
        ("case", "transition", ID, *step),
        ("case", "show", ID, "--purpose", "看", *step),
        ("due", "--settle", "--on", "2206-05-01"),
    ):
        assert "2206-05-01 还没有到" in town(*words, code=2).err
    assert town("may", "chair", "--case", ID, *far).code == 0
    assert town("due", "--on", "2206-05-01").code == 0
    assert [moment["step"] for moment in town("case", "show", ID, "--json").data["timeline"]] == ["ask"]
