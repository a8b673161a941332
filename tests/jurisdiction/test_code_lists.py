"""Code lists of rule texts: dated, owned, amended from a day on, and what registers make of them."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Rank, Refused
from community_core.base.labels import Label
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.office import open_office

MAY, JUNE, JULY = (dt.date(2025, month, 1) for month in (5, 6, 7))
LISTS = """
practice: town.lists
source: {document: 区民政局文件}
facts:
  poor: {type: bool, of: resident, zh: 困难, privacy: sensitive}
code_lists:
  hardship:
    zh: 困难类别
    en: hardship
    owner: {zh: 民政局, en: civil affairs}
    open_to: [district]
    codes:
      - {code: severe, zh: 重点困难, en: severe, fact: poor, value: true}
      - {code: old, zh: 旧类, until: 2025-06-01}
      - {code: new, zh: 新类, from: 2025-06-01, cite: {document: 区民政局文件, article: 3}}
  wished: {zh: 设想的, standing: plan, codes: [{code: a, zh: 甲}]}
"""
TOWN = """
district: little-town
adopts: [town.lists]
"""


def rules(tmp_path, more=""):
    """Rules of a town whose file writes the lists, and what else is given."""
    file = tmp_path / "town.yaml"
    file.write_text(f"{LISTS}---{TOWN}{more}", "utf-8")
    return cc.load(file)


def codes(found, day):
    return {
        codes.name: {entry.code: entry.label.zh for entry in entries} for codes, entries in found.code_lists(on=day)
    }


def test_a_list_holds_its_codes_on_their_days(tmp_path):
    """Each code counts from its day to its day, with its source; a list that is only planned does not apply."""
    found = rules(tmp_path)
    assert [item for item in found.findings if item.level == "error"] == []
    assert codes(found, MAY) == {"hardship": {"severe": "重点困难", "old": "旧类"}}
    assert codes(found, JUNE) == {"hardship": {"severe": "重点困难", "new": "新类"}}
    ((own, entries),) = found.code_lists(on=JUNE)
    assert (own.owner.zh, str(entries[0].cite), str(entries[1].cite)) == (
        "民政局",
        "区民政局文件",
        "区民政局文件 第3条",
    )
    assert [name for name, _ in found.terms.broken] == ["town.lists.wished"]
    said = found.why("hardship")
    assert (said[0].says, said[0].holds) == ("severe: 重点困难 → poor = true (民政局)", True)


def test_a_plan_that_a_district_adopts_by_name_applies(tmp_path):
    """A list that its source only plans counts where a district names it."""
    file = tmp_path / "town.yaml"
    file.write_text(f"{LISTS}---\ndistrict: little-town\nadopts: [town.lists, town.lists.wished]\n", "utf-8")
    assert codes(cc.load(file), MAY)["wished"] == {"a": "甲"}


AMENDED = """
amend:
  - add: hardship
    codes: [{code: severe, zh: 特别困难, fact: poor, value: true}, {code: ill, zh: 因病}]
    from: 2025-06-01
    cite: {document: 补充通知}
  - replace: hardship
    code_list: {zh: 困难类别, owner: 民政厅, codes: [{code: only, zh: 仅此一类}]}
    from: 2025-07-01
    cite: {document: 新办法}
"""


def test_a_district_amends_a_list_from_a_day_on(tmp_path):
    """Added codes count from their day, one that is there is said anew; a replacement leaves none of the old."""
    found = rules(tmp_path, AMENDED)
    assert [item for item in found.findings if item.level == "error"] == []
    assert codes(found, MAY) == {"hardship": {"severe": "重点困难", "old": "旧类"}}
    assert codes(found, JUNE) == {"hardship": {"severe": "特别困难", "new": "新类", "ill": "因病"}}
    assert codes(found, JULY) == {"hardship": {"only": "仅此一类"}}
    ((own, (entry,)),) = found.code_lists(on=JULY)
    assert (own.name, own.owner.zh, str(entry.cite)) == ("hardship", "民政厅", "新办法")
    held = [(claim.claimant, claim.says.partition(":")[0], claim.holds) for claim in found.why("hardship")]
    assert ("little-town", "only", True) in held
    assert ("town.lists", "severe", False) in held
    assert found.digest != rules(tmp_path).digest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LISTS.replace("    open_to: [district]\n", ""), "not-open"),
        (LISTS.replace("hardship:", "hardships:"), "unknown-term"),
    ],
)
def test_a_list_that_is_not_open_is_not_amended(tmp_path, text, code):
    """An amendment of a list that is not open to the district, or that there is not, is a finding."""
    file = tmp_path / "town.yaml"
    file.write_text(f"{text}---{TOWN}{AMENDED}", "utf-8")
    assert {item.code for item in cc.load(file).findings if item.level == "error"} == {code}


def test_an_amendment_of_another_kind_does_not_fit(tmp_path):
    """Rows cannot be added to a code list."""
    rows = 'rows: [{when: "true", then: a, because: 甲}]'
    more = f"\namend: [{{add: hardship, {rows}, from: 2025-06-01, cite: {{document: 乙}}}}]\n"
    assert {item.code for item in rules(tmp_path, more).findings if item.level == "error"} == {"amendment-unfit"}


def test_of_two_entries_of_one_code_the_later_counts():
    """Entries are told apart by day; of those that hold on one day, the last one of a code is its meaning."""
    entries = tuple(CodeEntry("a", Label(text)) for text in ("一", "二"))
    own = CodeList("x", Label("表"), codes=entries, open_to=(Rank.DISTRICT,), span=cc.base.Span(JUNE))
    assert own.on(MAY) == ()
    assert own.on(JUNE) == (entries[1],)


ENTRIES = "对象,对象编号,代码表,类别\n居民,r-1,hardship,{code}\n"


def test_registers_check_entries_against_the_list_in_force_on_the_day(tmp_path):
    """An import takes the codes of the day, refuses others, and entries serve as the facts that their codes name."""
    with open_office(rules(tmp_path, AMENDED), ":memory:") as office:
        desk = office.registers
        desk.keep("residents", {"person": "r-1", "name": "甲某"}, since=MAY, actor="clerk")

        def take(code, day):
            done = desk.import_file(ENTRIES.format(code=code).encode(), ["category_entries"], day=day, actor="clerk")
            return done.kept, [item.code for item in done.findings]

        assert take("因病", MAY) == (False, ["unknown-code"])
        assert take("重点困难", MAY) == (True, [])
        assert take("因病", JUNE) == (True, [])
        assert take("旧类", JUNE) == (False, ["unknown-code"])
        said = {"actor": "clerk", "purpose": "核对"}
        assert dict(desk.resident("r-1", MAY, **said).facts) == {"poor": True}
        assert dict(desk.resident("r-1", JULY, **said).facts) == {}
        shown = {row.key: row.values for row in desk.categories(JUNE)}
        assert shown["hardship", "severe"][:3] == ("特别困难", None, "民政局")
        assert ("disability", "visual") in shown
        text = "代码表,代码,名称,主管部门\nhardship,local,本地类,街道办\n"
        assert desk.import_file(text.encode(), ["categories"], day=JULY, actor="clerk").kept
        assert [row.key for row in desk.categories(JULY) if row.key[0] == "hardship"] == [("hardship", "local")]
        assert take("本地类", JULY) == (True, [])


def test_an_import_under_rules_without_the_list_is_refused(tmp_path):
    """Without rules that declare the list, its codes are open."""
    file = tmp_path / "bare.yaml"
    file.write_text("district: bare\n", "utf-8")
    with open_office(cc.load(file), ":memory:") as office:
        office.registers.keep("residents", {"person": "r-1"}, since=MAY, actor="clerk")
        text = ENTRIES.format(code="severe").encode()
        done = office.registers.import_file(text, ["category_entries"], day=MAY, actor="clerk")
        assert [item.code for item in done.findings] == ["open-code-list"]
        with pytest.raises(Refused):
            office.registers.keep("category_entries", {"subject": "r-1"}, since=MAY, actor="clerk")
