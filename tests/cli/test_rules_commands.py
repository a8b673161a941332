"""Deciding, asking why, checking texts and deciding rolls from the command line."""

from __future__ import annotations

import csv

import pytest

from community_core.jurisdiction.plugins import gather

pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")
pytest.importorskip("community_jianghan")

ELDER = ["--given", "age=72", "--given", "lives_alone=true"]
ON = ["--on", "2006-05-01"]
KEYS = ["outcome", "status", "row", "reasons", "citations", "parameters", "ask", "gaps", "rules"]


def test_decide_prints_one_object_with_exactly_the_keys(run):
    """A decision is one JSON object with nine keys, determined, the age among its parameters as an example."""
    said = run("decide", "care_class", "--district", "demo-shenhe", *ELDER, "--given", "means=dibao", *ON, "--json")
    assert said.code == 0
    assert list(said.data) == KEYS
    assert (said.data["status"], said.data["outcome"], said.data["row"]) == ("determined", "carer", 2)
    (age,) = said.data["parameters"]
    assert (age["name"], age["value"], age["standing"]) == ("elder_age", 60, "example")
    assert said.data["rules"].startswith("sha256:")


@pytest.mark.parametrize(
    ("district", "given", "asked"), [("demo-shenhe", [], "means"), ("shenhe", ["--given", "means=dibao"], "elder_age")]
)
def test_what_is_missing_is_asked(run, district, given, asked):
    """Without the means, or where the district sets no age, the answer is undetermined and names what to ask."""
    said = run("decide", "care_class", "--district", district, *ELDER, *given, *ON, "--json")
    assert said.code == 0
    assert said.data["status"] == "undetermined"
    assert said.data["outcome"] is None
    assert asked in said.data["ask"]


def test_decide_explains_in_both_languages(run):
    """Chinese is the default; --lang en gives English; labels may be given for names and values."""
    args = [
        "decide",
        "care_class",
        "--district",
        "demo-shenhe",
        "--given",
        "年龄=72",
        "--given",
        "独居=是",
        "--given",
        "经济状况=低保",
        *ON,
    ]
    assert "由政府出资安排上门照料" in run(*args).out
    assert "the government pays a carer" in run(*args, "--lang", "en").out


def test_decide_refuses_what_it_does_not_know(run):
    """An unknown fact, term or district is wrong use, with near names where there are any."""
    base = ["decide", "care_class", "--district", "demo-shenhe", *ON, "--json"]
    fact = run(*base, "--given", "mean=dibao")
    assert (fact.code, "means" in fact.data["error"]["en"]) == (2, True)
    value = run(*base, "--given", "means=rich")
    assert (value.code, "own_means" in value.data["error"]["en"]) == (2, True)
    term = run("decide", "care_clas", "--district", "demo-shenhe", *ON, "--json")
    assert (term.code, "care_class" in term.data["error"]["en"]) == (2, True)
    district = run("decide", "care_class", "--district", "shenhee", *ON, "--json")
    assert (district.code, "demo-shenhe" in district.data["error"]["en"]) == (2, True)


def test_decide_reads_a_district_from_a_file(run, tmp_path):
    """A district that is one YAML file decides like an installed one."""
    file = tmp_path / "my-town.yaml"
    file.write_text(
        "district: my-town\ntitle: {zh: 我镇, en: My town}\nadopts: [shenhe.elder-care]\nset:\n"
        "  elder_age: [{value: 75, from: 2000-01-01, standing: example}]\n",
        "utf-8",
    )
    said = run("decide", "care_class", "--district", file, *ELDER, "--given", "means=dibao", *ON, "--json")
    assert (said.code, said.data["outcome"]) == (0, "none")


def test_districts_are_listed(run):
    """Every installed district is there with title, what it adopts and its findings."""
    said = run("districts", "--json")
    assert said.code == 0
    names = {item["name"]: item for item in said.data["districts"]}
    assert {"shenhe", "fangzi", "jianghan", "huangshi", "heihe", "demo-shenhe", "demo-fangzi"} <= set(names)
    assert "shenhe.elder-care" in names["demo-shenhe"]["adopts"]
    assert all(item["findings"] == [] for item in names.values())
    assert "沈河区" in run("districts").out


def test_why_names_claimants_and_winners(run):
    """A term's claims say who holds it, at which rank, with which standing and where it is written."""
    said = run("why", "elder_age", "--district", "demo-shenhe", "--json")
    (claim,) = [item for item in said.data if item["holds"]]
    assert (claim["claimant"], claim["rank"], claim["standing"]) == ("demo-shenhe", "district", "example")
    assert claim["file"].endswith("demo-shenhe.yaml")
    assert claim["line"] > 0
    assert "demo-shenhe" in run("why", "elder_age", "--district", "demo-shenhe").out
    assert run("why", "nothing_such", "--district", "demo-shenhe").code == 2


BROKEN = """\
practice: my.rules
title: {zh: 试, en: try}
source: {document: 材料}
standing: example
facts:
  floor: {of: resident, type: int, zh: 楼层, privacy: public}
parameters:
  top: {type: int, zh: 最高, values: [{value: 6, from: 2000-01-01}]}
decisions:
  lift:
    of: resident
    yields: [needed, not_needed]
    hit: first
    rows:
      - when: flor > top
        then: needed
        because: {zh: 高, en: high}
      - when: floor <= top
        then: never
        because: {zh: 低, en: low}
"""


def test_check_points_at_each_fault(run, tmp_path):
    """Faults of loading and of expressions are findings with file, line and column; the exit code is 1."""
    file = tmp_path / "rules.yaml"
    file.write_text(BROKEN, "utf-8")
    said = run("check", file, "--json")
    assert said.code == 1
    assert isinstance(said.data, list)
    for item in said.data:
        assert {"code", "message", "file", "line", "column"} <= set(item)
        assert isinstance(item["message"], str)
        assert item["file"] == str(file)
    assert {(item["line"], item["column"]) for item in said.data} == {(15, 15), (19, 15)}
    table = run("check", file)
    assert table.code == 1
    assert "flor" in table.out


def test_check_takes_folders_and_names(run, tmp_path):
    """A folder's practices and districts are put together, its cases are left out, and an installed name will do."""
    (tmp_path / "a.yaml").write_text(BROKEN.replace("flor", "floor").replace("never", "not_needed"), "utf-8")
    (tmp_path / "b.yaml").write_text("district: my-town\ntitle: 我镇\nadopts: [my.rules]\n", "utf-8")
    (tmp_path / "cases.yaml").write_text("district: my-town\ncases:\n  - name: x\n", "utf-8")
    assert run("check", tmp_path, "--json").data == []
    assert run("check", tmp_path).code == 0
    assert run("check", *sorted(each.name for each in gather().districts)).code == 0
    assert run("check", "no-such-district").code == 2
    gone = run("check", tmp_path / "gone.yaml", "--json")
    assert (gone.code, gone.data[0]["code"]) == (1, "unreadable-file")
    (tmp_path / "z.yaml").write_text((tmp_path / "a.yaml").read_text("utf-8").replace("我镇", "他镇"), "utf-8")
    (again,) = run("check", tmp_path, "--json").data
    assert (again["code"], again["file"]) == ("duplicate-document", str(tmp_path / "z.yaml"))


def test_check_lets_warnings_pass(run, tmp_path):
    """Findings that are only warnings are listed, and the exit code is 0."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("check", empty).code == 1
    assert [item["code"] for item in run("check", empty, "--json").data] == ["no-rulebooks"]
    half = tmp_path / "half.yaml"
    half.write_text(BROKEN.replace("flor", "floor").replace("never", "not_needed").replace("<=", "<"), "utf-8")
    said = run("check", half, "--json", "--on", "2006-05-01")
    assert (said.code, [item["level"] for item in said.data]) == (0, ["warning"])
    assert said.data[0]["code"] == "uncovered-cell"
    assert "floor=" in said.data[0]["data"]["example"]
    assert run("check", half, "--json", "--no-analyse").data == []


def table(path, rows, encoding="utf-8"):
    """Write a CSV."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_roll_decides_a_table_and_sets_bad_rows_aside(run, tmp_path):
    """A GBK table with Chinese headings is decided; a bad row is a finding, is set aside, and gives exit code 1."""
    pytest.importorskip("polars")
    rows = [
        ["姓名代号", "年龄", "独居", "经济状况"],
        ["a", "72", "是", "低保"],
        ["b", "old", "是", "低保"],
        ["c", "80", "是", ""],
        ["d", "30", "否", "其他"],
    ]
    file = table(tmp_path / "roll.csv", rows, "gbk")
    out, aside = tmp_path / "out.csv", tmp_path / "aside.csv"
    said = run(
        "roll",
        file,
        "--district",
        "demo-shenhe",
        "--decide",
        "care_class",
        *ON,
        "--out",
        out,
        "--rejected",
        aside,
        "--json",
    )
    assert said.code == 1
    assert (said.data["rows"], said.data["rejected"], said.data["encoding"]) == (3, 1, "gbk")
    (totals,) = said.data["totals"].values()
    counts = {(item["status"], item["outcome"]): item["count"] for item in totals}
    assert counts == {("determined", "carer"): 1, ("determined", "none"): 1, ("undetermined", None): 1}
    (bad,) = [item for item in said.data["findings"] if item["level"] == "error"]
    assert (bad["line"], bad["column"]) == (3, 2)
    with out.open(encoding="utf-8-sig", newline="") as written:
        found = list(csv.DictReader(written))
    assert [row["姓名代号"] for row in found] == ["a", "c", "d"]
    assert "old" in aside.read_text("utf-8-sig")


def test_roll_takes_facts_for_all_and_several_decisions(run, tmp_path):
    """Facts that hold for everybody are given once; several outputs are totalled together."""
    pytest.importorskip("polars")
    file = table(
        tmp_path / "roll.csv", [["age", "disabled", "preferential", "means"], ["72", "false", "false", "other"]]
    )
    said = run(
        "roll", file, "--district", "demo-shenhe", "--decide", "service_tier", "--decide", "service_price", *ON,
        "--given", "service=day_care", "--given", "recipient=居民", "--json",
    )  # fmt: skip
    assert said.code == 0
    tier, price = said.data["totals"].values()
    assert tier == [{"status": "determined", "outcome": "welfare", "count": 1}]
    assert price[0]["outcome"] == {"form": "free", "price": "0.00", "payer": "government", "subsidy": "15.00"}
    assert "1 行已判定" in run("roll", file, "--district", "demo-shenhe", "--decide", "service_tier", *ON).out


def test_roll_that_cannot_be_read(run, tmp_path):
    """A file without a usable row gives findings and exit code 1; one that is not there is wrong use."""
    pytest.importorskip("polars")
    file = table(tmp_path / "roll.csv", [["x", "y"], ["1", "2"]])
    assert run("roll", file, "--district", "demo-shenhe", "--decide", "care_class", *ON).code == 1
    assert run("roll", tmp_path / "gone.csv", "--district", "demo-shenhe", "--decide", "care_class", *ON).code == 2


def test_roll_writes_over_nothing_that_it_reads(run, tmp_path):
    """The roll, the results and the rows set aside are three files, and an ending that is none is told at once."""
    pytest.importorskip("polars")
    file = table(tmp_path / "a.csv", [["年龄", "独居"], ["72", "是"]])
    before = file.read_bytes()
    ask = ("roll", file, "--district", "demo-shenhe", "--decide", "care_class", *ON)
    for more in (
        ("--out", file),
        ("--rejected", file),
        ("--out", tmp_path / "b.csv", "--rejected", tmp_path / "b.csv"),
    ):
        assert run(*ask, *more).code == 2
    assert run(*ask, "--out", tmp_path / "b.xlsx").code == 2
    assert file.read_bytes() == before
