"""The gallery of broken rulebooks: each is met by the findings it names, at their line and column, and by no other."""

import re
from pathlib import Path

import pytest
import yaml

from community_core import rulebook
from community_core.rulebook import read_file, read_text

GALLERY = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
SOURCES = Path(rulebook.__file__).parent
#: Findings that no file of text can show.
ELSEWHERE = {"not-utf8", "too-big", "unreadable-file"}


def expected(path):
    """Return the findings that the first line of a broken rulebook names: codes, each with its places."""
    found, code = [], ""
    for word in path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# expected:").split():
        place = re.fullmatch(r"(\d+):(\d+)", word)
        if place:
            found.append((code, int(place[1]), int(place[2])))
        else:
            code = word
    assert found
    return sorted(found)


def met(loaded):
    """Return code, line and column of every finding."""
    return sorted((each.code, each.line, each.column) for each in loaded.findings)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_each_fault_is_found_where_it_stands(path):
    """A broken rulebook gives exactly its findings, with columns counted in characters after Chinese text."""
    loaded = read_file(path, plugin="gallery")
    assert met(loaded) == expected(path)
    for each in loaded.findings:
        assert each.file == str(path)
        assert each.plugin == "gallery"
        assert each.message.zh
        assert each.message.en


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_pure_parser_finds_the_same(path, monkeypatch):
    """Where PyYAML comes without its C parser, the same faults are found at the same places."""
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert met(read_file(path)) == expected(path)


def test_every_code_has_its_broken_rulebook():
    """No finding is without a file that shows it."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    codes = set(re.findall(r'(?:report|finding)\(\s*"([a-z0-9-]+)"', written))
    assert len(codes) > 30
    shown = {code for path in GALLERY for code, _, _ in expected(path)}
    assert codes - ELSEWHERE <= shown
    assert codes >= ELSEWHERE


def test_ten_faults_give_ten_findings_and_the_sound_terms_load():
    """A rulebook with ten different faults gives ten findings; what is sound loads, what is not is named as broken."""
    path = Path(__file__).parent / "ten-faults.yaml"
    loaded = read_file(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    marked = [number for number, line in enumerate(lines, 1) if "#!" in line]
    assert len(marked) == 10
    assert [each.line for each in loaded.findings] == marked
    assert len({each.code for each in loaded.findings}) == 10
    (practice,) = loaded.practices
    assert practice.findings == loaded.findings
    names = [
        item.name
        for items in (practice.facts, practice.parameters, practice.decisions, practice.procedures, practice.gaps)
        for item in items
    ]
    assert names == ["lives_by_herself", "widow_age", "sound_class", "sound_procedure", "sound_gap"]
    broken = dict(practice.broken)
    assert set(broken) == {
        "shenhe.ten.hardship",
        "shenhe.ten.years",
        "shenhe.ten.quorum",
        "shenhe.ten.fee",
        "shenhe.ten.care_class",
        "shenhe.ten.other_class",
        "shenhe.ten.hearing",
        "shenhe.ten.lost",
        "core.hearing.quorum",
    }
    assert set(broken.values()) <= set(loaded.findings)


@pytest.mark.parametrize(
    "head",
    [
        "standing: propsal",
        "standng: proposal",
        "rank: distrct",
        "rank: law\nrank: city",
        "rank: *law",
        "standing: &s proposal",
    ],
)
def test_a_doubtful_head_makes_every_term_unavailable(head):
    """Where a document's own standing or rank cannot be read, none of its terms is loaded as if it were in force."""
    text = f"practice: a.b\n{head}\ngaps: {{g: 甲}}\nset: {{p.q: [{{value: 1, from: undated}}]}}\n"
    (practice,) = read_text(text).practices
    assert practice.gaps == ()
    assert practice.settings == ()
    assert [name for name, _ in practice.broken] == ["a.b.g", "p.q"]
    (district,) = read_text(text.replace("practice", "district").replace("gaps: {g: 甲}\n", "")).districts
    assert district.settings == ()
    assert [name for name, _ in district.broken] == ["p.q"]


def test_a_broken_title_leaves_the_terms_alone():
    """What no term depends on breaks none of them."""
    (practice,) = read_text("practice: a.b\ntitle: 12\ngaps: {g: 甲}\n").practices
    assert [gap.name for gap in practice.gaps] == ["g"]
    assert [each.code for each in practice.findings] == ["wrong-type"]


def test_both_readings_of_a_repeated_term_are_unavailable():
    """Of a term that is written twice neither reading holds."""
    (practice,) = read_text("practice: a.b\ngaps:\n  g: 甲\n  h: 乙\n  g: 丙\n").practices
    assert [gap.name for gap in practice.gaps] == ["h"]
    assert [name for name, _ in practice.broken] == ["a.b.g"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("wen", "when"), ("becuase", "because"), ("otherwize", "otherwise"), ("privcy", "privacy"), ("yeilds", "yields")],
)
def test_a_misspelt_key_suggests_the_near_one(written, meant):
    """The finding for a misspelt key names the key that was probably meant, and no second finding misses it."""
    text = (
        "practice: a.b\nfacts:\n  f: {zh: 甲, type: bool, privacy: public}\ndecisions:\n  d:\n    yields: [x, y]\n"
        "    rows: [{when: f, then: x, because: 甲}]\n    otherwise: {then: y, because: 乙}\n"
    )
    loaded = read_text(re.sub(rf"\b{meant}\b", written, text, count=1))
    assert [each.code for each in loaded.findings] == ["unknown-key"]
    assert meant in loaded.findings[0].message.zh
    assert meant in loaded.findings[0].message.en


def test_text_in_another_encoding_is_a_finding():
    """A file in GBK is a finding at the first byte that is no UTF-8."""
    loaded = read_text(b"practice: a.b\ntitle: " + "独居老人".encode("gbk"), "gbk.yaml")
    assert met(loaded) == [("not-utf8", 2, 8)]


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    """A missing file, a folder and an impossible name are findings that name them."""
    for path in (tmp_path / "none.yaml", tmp_path, "a\x00b"):
        (each,) = read_file(path).findings
        assert (each.code, each.file) == ("unreadable-file", str(path))


def test_a_huge_file_is_a_finding():
    """A file far larger than any rulebook is refused before it is parsed."""
    assert met(read_text("#" * (9 * 1024 * 1024))) == [("too-big", 1, 1)]


def test_documents_before_a_syntax_fault_still_load():
    """In a file of several documents, those that stand before a fault of syntax are read."""
    loaded = read_text("district: one\n---\npractice: a.b\n---\nb: [\n")
    assert [each.name for each in loaded.districts] == ["one"]
    assert [each.name for each in loaded.practices] == ["a.b"]
    assert [each.code for each in loaded.findings] == ["yaml-syntax"]
