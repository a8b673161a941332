"""Checking what is only proposed: its faults are told, and it stays in nobody's way."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

import community_core as cc
from community_core.jurisdiction.plugins import gather

FAULTY = """\
practice: my.proposal
title: 建议
source: {document: d}
standing: reported
facts:
  asked: {type: int, zh: 问到的人数, privacy: public}
decisions:
  enough:
    yields: [yes_it_is, no_it_is_not]
    rows:
      - {when: asked > nonsense, then: yes_it_is, because: 够}
    otherwise: {then: never, because: 不够}
procedures:
  visit:
    facts:
      report: {type: text, zh: 报告, privacy: public}
    ends: {done: decided}
    steps:
      inspect: {to: open, by: [clerk], takes: [report]}
      close: {from: [open], to: done, by: [clerk], when: nonsense > 3, takes: [nothing_there]}
code_lists:
  kinds: {zh: 种类, codes: [{code: a, zh: 甲, fact: no_such_fact, value: one}]}
"""
FAULTS = {"unknown-name", "unknown-value", "reserved-step", "unknown-field", "code-without-fact"}
SOUND = """\
practice: my.other
title: 另一建议
source: {document: d}
standing: proposal
decisions:
  as_much:
    yields: [same, other]
    rows: [{when: my.base.least >= 3, then: same, because: 同}]
    otherwise: {then: other, because: 不同}
"""
BASE = """\
practice: my.base
title: 基础
source: {document: d}
standing: reported
parameters:
  least: {type: int, zh: 下限, values: [{value: 3, from: undated}]}
"""


def places(said):
    """Return the faults that a check printed: what, and where."""
    return {(item["code"], item["line"], item["column"]) for item in said.data if not item["code"].startswith("unused")}


@pytest.mark.parametrize("standing", ["proposal", "plan", "aim", "failed"])
def test_check_tells_the_faults_of_what_does_not_apply(run, tmp_path, standing):
    """A practice that is only proposed, or that failed, has all the faults that it has where its source reports it."""
    file = tmp_path / "rules.yaml"
    file.write_text(FAULTY, "utf-8")
    reported = run("check", file, "--json")
    assert reported.code == 1
    assert {code for code, _, _ in places(reported)} >= FAULTS
    file.write_text(FAULTY.replace("reported", standing), "utf-8")
    said = run("check", file, "--json")
    assert (said.code, places(said)) == (1, places(reported))


def test_the_faults_of_a_proposal_are_not_those_of_the_district(tmp_path):
    """A district that adopts the practice and none of its terms is sound, and each of its terms is only proposed."""
    file = tmp_path / "rules.yaml"
    file.write_text(FAULTY.replace("reported", "proposal") + "---\ndistrict: town\nadopts: [my.proposal]\n", "utf-8")
    rules = cc.load(file)
    assert rules.findings == ()
    assert {found.code for _, found in rules.terms.broken} == {"only-proposed"}
    assert rules.decide("enough", {"asked": 4}, on=dt.date(2027, 1, 1)).status.value == "unavailable"


def test_check_looks_at_a_row_that_is_only_proposed(run, tmp_path):
    """A row that its source only proposes is looked at inside a decision that applies."""
    file = tmp_path / "rules.yaml"
    row = "      - {when: asked > 2, then: yes_it_is, because: 够}\n"
    bad = "      - {when: asked > nonsense, then: yes_it_is, because: 够, standing: plan}\n"
    text = FAULTY.partition("procedures:")[0].replace("never", "no_it_is_not")
    file.write_text(
        text.replace("      - {when: asked > nonsense, then: yes_it_is, because: 够}\n", row + bad), "utf-8"
    )
    assert {code for code, _, _ in places(run("check", file, "--json"))} == {"unknown-name"}


def test_a_proposal_may_need_what_the_district_beside_it_adopts(run, tmp_path):
    """What a proposal names is looked for beside the district of its folder too, and told only where it is nowhere."""
    (tmp_path / "base.yaml").write_text(f"{BASE}---\ndistrict: town\nadopts: [my.base]\n", "utf-8")
    (tmp_path / "other.yaml").write_text(SOUND, "utf-8")
    assert run("check", tmp_path, "--json").data == []
    (tmp_path / "other.yaml").write_text(SOUND.replace("my.base.least", "my.base.most"), "utf-8")
    assert [code for code, _, _ in places(run("check", tmp_path, "--json"))] == ["unknown-name"]


def test_two_proposals_that_do_not_go_together_are_no_fault(run, tmp_path):
    """Two proposed procedures in the place of one are for the district to choose from."""
    steps = "ends: {done: decided}, steps: {open: {to: done, by: [clerk]}}"
    file = tmp_path / "rules.yaml"
    file.write_text(
        "practice: my.base\ntitle: 甲\nsource: {document: d}\nprocedures:\n"
        f"  first: {{{steps}, open_to: [district]}}\n"
        f"  second: {{{steps}, replaces: first, standing: proposal}}\n"
        f"  third: {{{steps}, replaces: first, standing: proposal}}\n",
        "utf-8",
    )
    assert run("check", file, "--json").data == []


def test_an_installed_district_is_checked_with_the_practices_of_its_plugin(run, monkeypatch):
    """The proposals that come with a district and that it does not adopt are checked with it."""
    pytest.importorskip("community_heihe")
    from community_heihe import plugin

    practices = plugin.community_practices()
    faulty = next(item for item in practices if item.name == "heihe.take-up")
    (procedure, *others) = faulty.procedures
    (step, *steps) = procedure.steps
    broken = evolve(faulty, procedures=(evolve(procedure, steps=(evolve(step, takes=("gone",)), *steps)), *others))
    (district,) = plugin.community_districts()
    assert faulty.name not in district.adopts
    gathered = gather()
    kept = tuple(broken if item.name == faulty.name else item for item in gathered.practices)
    monkeypatch.setattr("community_core.jurisdiction.gather", lambda: evolve(gathered, practices=kept))
    said = run("check", "heihe", "--no-analyse", "--json")
    assert said.code == 1
    assert {item["file"].rpartition("/")[2] for item in said.data} == {"take-up.yaml"}


def test_a_proposed_value_is_held_to_the_national_floor(run, tmp_path):
    """A number of committee members that is only proposed may not be what the law forbids."""
    file = tmp_path / "rules.yaml"
    text = (
        "district: town\nset:\n  national.residents-committees.committee_members:\n"
        "    - {value: 7, from: 2020-01-01, cite: {document: d}}\n"
        "    - {value: COUNT, from: 2024-01-01, standing: proposal, cite: {document: d}}\n"
    )
    file.write_text(text.replace("COUNT", "12"), "utf-8")
    assert places(run("check", file, "--no-analyse", "--json")) == {("out-of-bounds", 5, 7)}
    file.write_text(text.replace("COUNT", "9"), "utf-8")
    assert places(run("check", file, "--no-analyse", "--json")) == set()
