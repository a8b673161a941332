"""``community-core test`` and ``community-core schema``: what they print, and how they end."""

from __future__ import annotations

import json
import re

import pytest

from community_core.testing import schema as shipped

CASES = """\
adopts: []
day: 2006-05-01
cases:
  - {name: 单位, given: {recipient: unit}, decide: service_tier, expect: {outcome: socialised, row: 3}}
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with one case of the core's practices."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "tiers.yaml").write_text(CASES, "utf-8")
    return tmp_path / "cases"


def test_cases_that_pass(run, folder):
    """Cases that go as they expect end well, a single file as well as a folder."""
    for where in (folder, folder / "tiers.yaml"):
        said = run("test", str(where))
        assert said.code == 0
        assert "1 个通过，0 个未通过" in said.out


def test_a_case_that_fails_says_expected_and_got(run, folder):
    """A case that goes otherwise ends with 1, and says file, line, what was expected and what came."""
    (folder / "tiers.yaml").write_text(CASES.replace("socialised", "welfare"), "utf-8")
    said = run("test", str(folder))
    assert said.code == 1
    assert "tiers.yaml:4:5" in said.out.replace("\n", "")
    assert "结果应为 welfare，得到 socialised" in said.out.replace("\n", "")


def test_json_holds_every_case(run, folder):
    """With --json each case stands with its file, line and findings."""
    (folder / "tiers.yaml").write_text(CASES.replace("socialised", "welfare"), "utf-8")
    data = json.loads(run("test", str(folder), "--json").out)
    assert (data["passed"], data["failed"]) == (0, 1)
    assert data["cases"][0]["line"] == 4
    assert data["cases"][0]["findings"][0]["code"] == "case-outcome"
    assert "not_covered" not in data


def test_coverage_says_what_no_case_tries(run, folder):
    """With --coverage the rows and unknowns without a case are listed, and the command ends with 1."""
    said = run("test", str(folder), "--coverage", "--practice", "core.tiers")
    assert said.code == 1
    assert "core.tiers.service_tier row 1" in said.out
    assert "core.tiers.service_tier row 3" not in said.out


def test_mutation_lists_what_no_case_catches(run, folder):
    """With --mutate each change that no case catches is listed with its place, and fails the command."""
    said = run("test", str(folder), "--mutate", "--practice", "core.tiers")
    assert said.code == 1
    assert re.search(
        r"tiers\.yaml:\d+:\d+\n    core\.tiers\.service_tier row 1 then: welfare → convenience\n", said.out
    )
    assert "core.tiers.service_tier row 3: dropped" not in said.out
    data = json.loads(run("test", str(folder), "--mutate", "--practice", "core.tiers", "--json").out)
    tried = {each["mutant"]: each["fate"] for each in data["mutations"][0]["tried"]}
    assert tried["core.tiers.service_tier row 3: dropped"] == "caught"
    assert tried["core.tiers.service_tier row 1 then: welfare → convenience"] == "survived"


def test_failing_cases_are_not_mutated(run, folder):
    """Where a case fails, nothing is changed."""
    (folder / "tiers.yaml").write_text(CASES.replace("socialised", "welfare"), "utf-8")
    said = run("test", str(folder), "--mutate")
    assert said.code == 1
    assert "changes" not in said.out


def test_no_cases_is_no_success(run, tmp_path):
    """A folder without cases ends with 1, and a path that is not there with 2."""
    assert run("test", str(tmp_path)).code == 1
    assert run("test", str(tmp_path / "nowhere")).code == 2


@pytest.mark.parametrize("kind", shipped.KINDS)
def test_the_schema_is_printed(run, kind):
    """The command prints the schema that lies in the package, byte for byte."""
    assert run("schema", kind).out == shipped.shipped(kind).read_text("utf-8")


def test_the_schema_is_written(run, tmp_path):
    """With --to the schema goes into a file, and nothing is printed."""
    said = run("schema", "rulebook", "--to", str(tmp_path / "r.json"))
    assert (said.code, said.out) == (0, "")
    assert (tmp_path / "r.json").read_bytes() == shipped.shipped("rulebook").read_bytes()
