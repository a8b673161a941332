"""Letters and receipts from the command line, and answers given again."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("community_shenhe")

ELDER = ["--given", "age=72", "--given", "lives_alone=true", "--given", "means=dibao"]
TOWN = ["--district", "demo-shenhe"]
DECIDE = ["decide", "care_class", *TOWN, *ELDER, "--on", "2006-05-01"]


def test_a_letter_is_printed_or_written(run, tmp_path):
    """--letter prints the letter; with a file it is text or HTML by the ending, and the answer is printed as before."""
    printed = run(*DECIDE, "--letter")
    assert printed.code == 0
    assert "经济状况：低保" in printed.out
    assert "第 2 行" not in printed.out
    page, text = tmp_path / "letter.html", tmp_path / "letter.txt"
    said = run(*DECIDE, "--letter", page, "--lang", "en", "--json")
    assert said.data["outcome"] == "carer"
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "minimum allowance" in page.read_text("utf-8")
    assert "row 2" in run(*DECIDE, f"--letter={text}", "--lang", "en").out
    assert text.read_text("utf-8") == run(*DECIDE, "--letter", "--lang", "en").out


def test_a_letter_can_be_masked_and_follow_a_districts_templates(run, tmp_path):
    """--mask hides personal facts, --templates takes the district's text; a template that fails is a finding."""
    (tmp_path / "letter.zh.txt").write_text(
        '{% extends "core/letter.zh.txt" %}{% block appeal %}\n\n请到一楼窗口\n{% endblock %}', "utf-8"
    )
    said = run(*DECIDE, "--letter", "--mask", "--templates", tmp_path)
    assert said.code == 0
    assert "请到一楼窗口" in said.out
    assert "低保" not in said.out
    (tmp_path / "letter.zh.txt").write_text("{{ nothing }}", "utf-8")
    failed = run(*DECIDE, "--letter", "--templates", tmp_path)
    assert (failed.code, "template-failed" in failed.err or "letter.zh.txt" in failed.err) == (1, True)


@pytest.mark.parametrize(
    "more",
    [["--letter", "letter.pdf"], ["--letter", "--json"], ["--mask"], ["--keep-facts"], ["--templates", "."]],
    ids=" ".join,
)
def test_options_that_do_not_go_together_are_wrong_use(run, more):
    """A file of another kind, a printed letter among JSON, and options without what they belong to are refused."""
    assert run(*DECIDE, *more).code == 2


def test_a_receipt_is_written_and_replayed(run, tmp_path):
    """A replay with the same facts gives the same answer and exit code 0; another fact is named, with exit code 1."""
    file = tmp_path / "receipt.json"
    assert run(*DECIDE, "--receipt", file).code == 0
    assert "facts" not in json.loads(file.read_text("utf-8"))
    same = run("replay", file, *TOWN, *ELDER)
    assert (same.code, "与回执完全一致" in same.out, "第 2 行" in same.out) == (0, True, True)
    other = run("replay", file, *TOWN, *ELDER[:-1], "means=low", "--json")
    assert other.code == 1
    assert (other.data["same"], other.data["same_answer"], other.data["stands"]) == (False, True, True)
    assert [one["kind"] for one in other.data["differences"]] == ["fact"]
    missing = run("replay", file, *TOWN)
    assert (missing.code, "--given means=" in missing.err) == (2, True)


def test_a_receipt_that_keeps_its_facts_needs_no_others(run, tmp_path):
    """--keep-facts keeps the facts; under other rules the changed value and the changed answer are named."""
    file = tmp_path / "receipt.json"
    run(*DECIDE, "--receipt", file, "--keep-facts")
    assert run("replay", file, *TOWN).code == 0
    other = run("replay", file, "--district", "shenhe", "--lang", "en")
    assert other.code == 1
    assert "term shenhe.elder-care.elder_age value" in other.out
    assert "its answer stands" in other.out


def test_an_altered_receipt_is_refused(run, tmp_path):
    """A receipt that was changed by hand, or is none, is refused with a message and no traceback."""
    file = tmp_path / "receipt.json"
    run(*DECIDE, "--receipt", file)
    text = file.read_text("utf-8")
    file.write_text(text.replace("carer", "call"), "utf-8")
    said = run("replay", file, *TOWN, *ELDER)
    assert (said.code, "altered" in said.err) == (1, True)
    file.write_text("{}", "utf-8")
    assert run("replay", file, *TOWN, *ELDER, "--json").code == 1
    assert run("replay", tmp_path / "none.json", *TOWN).code == 2
