"""Figures, packets and what is to be posted, from the command line alone."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("community_shenhe")

AT = ("--place", "maoquan", "--day", "2006-01-10")


@pytest.fixture
def town(run, tmp_path):
    """A store with a complaint and a posting under Shenhe's rules; returns its path."""
    store = tmp_path / "town.sqlite"

    def do(*args):
        said = run(*args, "--store", store)
        assert said.code == 0, said.err

    do("case", "place", "maoquan", "--layer", "community", "--zh", "茂泉")
    for person, post in (("l1", "liaison"), ("m1", "committee.member")):
        do("case", "appoint", person, post, "maoquan", "--since", "2006-01-01")
    do("case", "open", "complaint", "--district", "shenhe", "--actor", "l1", *AT, "--data", "channel=box", "--data",
       "content=楼前堆物")  # fmt: skip
    do("case", "open", "posting", "--district", "shenhe", "--actor", "m1", *AT, "--data", "item=pledges", "--data",
       "text=承诺", "--data", "channel=社区公示版", "--data", "proof=sha256:00")  # fmt: skip
    return store


def test_measures_are_printed_as_whole_numbers(run, town):
    """The closing rate is one of none closed of one, and stands in the table as well."""
    said = run("measure", "complaint", "--store", town, "--district", "shenhe", "--json")
    assert said.code == 0
    total = {item["name"]: item["total"] for item in said.data["measures"]}["closing_rate"]
    assert (total["part"], total["whole"], total["unknown"]) == (0, 1, 0)
    assert "0/1" in run("measure", "complaint", "--store", town, "--district", "shenhe").out


def test_overdue_items_stand_beside_deadlines(run, town):
    """A year and a day after the pledges were posted they are overdue, and income and spending never were posted."""
    said = run("due", "--store", town, "--district", "shenhe", "--on", "2007-01-11", "--json")
    found = {item["item"]: item for item in said.data["again"]}
    assert (found["pledges"]["due"], found["pledges"]["overdue"]) == ("2007-01-10", True)
    assert (found["finances"]["last"], found["finances"]["overdue"]) == (None, True)
    assert found["finances"]["why"]["code"] == "period-unknown"
    said = run("due", "--store", town, "--district", "shenhe", "--on", "2007-01-10").out
    assert "周期未定" in said or "逾期" in said


def test_a_packet_is_written_in_the_form_of_its_ending(run, town, tmp_path):
    """JSON and CSV are written for their audience; another ending and a file that is there are refused."""
    asked = ("packet", "--store", town, "--district", "shenhe", "--on", "2006-01-10")
    assert run(*asked, "--out", tmp_path / "p.json", "--audience", "handler", "--json").data["requests"] == 1
    kept = json.loads((tmp_path / "p.json").read_text("utf-8"))["requests"][0]
    assert (kept["status"], kept["content"]) == ("open", "楼前堆物")
    assert run(*asked, "--out", tmp_path / "p.csv").code == 0
    assert "楼前堆物" not in (tmp_path / "p.csv").read_text("utf-8-sig")
    assert run(*asked, "--out", tmp_path / "p.csv").code == 2
    assert run(*asked, "--out", tmp_path / "p.pdf").code == 2
