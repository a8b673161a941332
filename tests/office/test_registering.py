"""The desk of registers: imports, changes with their history, facts for decisions, electoral rolls."""

import datetime as dt
import importlib.util
import types
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import community_core as cc
from community_core.base import FactError, Refused, StoreError, UnknownTerm
from community_core.jurisdiction import hookimpl
from community_core.office import open_office
from community_core.office.authority import Authority
from community_core.ports.keys import KeyRing
from community_core.registers.electoral import Entitlement, holds_together
from community_core.registers.known import REGISTERS
from community_core.rulebook import read_text
from community_core.rules.terms import Function
from community_core.rules.types import BOOL, INT

_spec = importlib.util.spec_from_file_location(
    "register_files", Path(__file__).parents[1] / "registers" / "conftest.py"
)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

MAY, JUNE, JULY = (dt.date(2025, month, 1) for month in (5, 6, 7))
NOBODY_ELSE = {"deprived_of_political_rights": False}
LIST = f"""户号,姓名,与户主关系,身份证号,出生日期,户籍地,现住地
h-1,张三,户主,{files.identity("19500208")},1950-02-08,c-1,c-1
,李四,配偶,{files.identity("19491231")},1949-12-31,c-1,c-1
,张小,子,{files.identity("20150601")},2015-06-01,c-1,c-1
h-2,王五,户主,{files.identity("19700301")},1970-03-01,c-2,c-1
h-3,赵六,户主,{files.identity("19800301")},（清空）,c-1,c-1
"""
ALL = ("households", "residents", "household_members")
ENTRY = {"kind": "residents", "subject": "r-0", "code_list": "disability", "code": "visual"}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Rules of a town that counts actual residence."""
    file = tmp_path_factory.mktemp("rules") / "town.yaml"
    file.write_text(
        """
district: little-town
adopts: [core.rolls]
set:
  core.rolls.residence_counted_by: [{value: actual, from: 2000-01-01, standing: example}]
""",
        "utf-8",
    )
    return cc.load(file)


@pytest.fixture
def office(town):
    """An office with two communities and nobody in them."""
    with open_office(town, ":memory:") as office:
        office.register_place("d", layer="district", zh="区")
        for place, zh in (("c-1", "文艺社区"), ("c-2", "滨河社区")):
            office.register_place(place, "d", layer="community", zh=zh)
        yield office


def people(office):
    done = office.registers.import_file(LIST.encode("gb18030"), ALL, day=MAY, actor="clerk")
    assert done.kept
    return {row.values[0]: row.key[0] for row in office.registers.rows("residents", day=MAY)}


def members(office, day):
    return {row.key for row in office.registers.rows("household_members", day=day)}


def everything(office):
    return {each.name: office.registers.rows(each, past=True) for each in REGISTERS}


def test_the_same_file_twice_changes_nothing(office):
    """A second import of a file keeps no row and no change; a changed line becomes a dated change."""
    who = people(office)
    before = everything(office)
    again = office.registers.import_file(LIST.encode(), ALL, day=JUNE, actor="clerk")
    assert (again.kept, again.change, everything(office)) == (True, "", before)
    moved = LIST.replace("赵六,户主", "赵陆,户主")
    done = office.registers.import_file(moved.encode(), ALL, day=JUNE, actor="clerk", file="june.csv")
    assert (done.plans["residents"].changed, done.plans["residents"].same) == (1, 4)
    names = [office.registers.rows("residents", day=day, where={"person": who["赵六"]}) for day in (MAY, JUNE)]
    assert [row.values[0] for rows in names for row in rows] == ["赵六", "赵陆"]
    change = office.store.register_change(done.change)
    assert (change.kind, change.file, change.actor, change.day) == ("import", "june.csv", "clerk", JUNE)


def test_a_file_is_kept_whole_or_not_at_all(office):
    """With one bad line nothing of a file is kept; on request the good lines are; a dry run keeps nothing."""
    people(office)
    before = everything(office)
    more = "户号,姓名,身份证号\nh-4,孙七,999999195002080010\nh-5,周八," + files.identity("19600101") + "\n"
    bad = office.registers.import_file(more.encode(), ALL, day=JUNE, actor="clerk")
    assert (bad.kept, everything(office)) == (False, before)
    dry = office.registers.import_file(
        LIST.replace("赵六", "赵陆").encode(), ALL, day=JUNE, actor="clerk", dry_run=True
    )
    assert (dry.plans["residents"].changed, everything(office)) == (1, before)
    good = office.registers.import_file(more.encode(), ALL, day=JUNE, actor="clerk", good_rows=True)
    assert good.kept
    assert [row.key for row in office.registers.rows("households", day=JUNE)][-1] == ("h-5",)
    assert all("孙七" not in row.values for row in office.registers.rows("residents"))


def test_what_has_ended_is_not_referred_to(office):
    """A row that begins after a place has ended cannot lie in it; its name is then that of whoever has it now."""
    end, day = office.registers.end, dt.date(2025, 6, 1)
    end("places", ("c-2",), day=day, actor="clerk")
    text = "房屋编号,楼栋\nd-1,滨河社区\n".encode()
    assert office.registers.import_file(text, ["dwellings"], day=MAY, actor="clerk", dry_run=True).intake.clean
    later = office.registers.import_file(text, ["dwellings"], day=JULY, actor="clerk")
    assert [(item.code, item.line, item.column) for item in later.findings] == [("unknown-reference", 2, 2)]
    office.register_place("c-3", "d", layer="community", zh="滨河社区")
    assert not office.registers.import_file(text, ["dwellings"], day=MAY, actor="clerk", dry_run=True).intake.clean
    assert office.registers.import_file(text, ["dwellings"], day=JULY, actor="clerk").kept
    assert office.registers.rows("dwellings")[0].values[0] == "c-3"


def test_a_person_is_registered_once(office):
    """A number that another resident has, and a second household for a member, are refused and change nothing."""
    who = people(office)
    before = everything(office)
    number = files.identity("19500208")
    taken = office.registers.import_file(f"人员编号,身份证号\nr-9,{number}\n".encode(), ALL[1:2], day=JUNE, actor="x")
    assert [item.code for item in taken.findings] == ["identity-number-taken"]
    moved = f"户号,人员编号\nh-2,{who['李四']}\n".encode()
    other = office.registers.import_file(moved, ["household_members"], day=JUNE, actor="x")
    assert [(item.code, item.line, item.column) for item in other.findings] == [("member-elsewhere", 2, 1)]
    assert everything(office) == before
    office.registers.end("household_members", ("h-1", who["李四"]), day=JUNE, actor="x")
    assert office.registers.import_file(moved, ["household_members"], day=JUNE, actor="x").kept


def test_days_that_pass_a_later_row_are_refused(office):
    """A line whose end lies behind the beginning of a later row is a finding, and nothing is kept."""
    keep = office.registers.keep
    keep("households", {"household": "h-1", "place": "c-1"}, since=JULY, actor="clerk")
    text = "户号,户籍地,生效日,截止日\nh-1,c-2,2025-05-01,2025-08-01\n"
    done = office.registers.import_file(text.encode(), ["households"], day=MAY, actor="clerk")
    assert ([(item.code, item.line) for item in done.findings], done.kept) == ([("rows-overlap", 2)], False)
    both = office.registers.import_file(
        "户号,户籍地,人员编号,生效日,截止日\nh-1,c-2,r-1,2025-05-01,2025-08-01\nh-2,c-2,r-2,,\n".encode(),
        ALL,
        day=MAY,
        actor="clerk",
        good_rows=True,
    )
    assert [(cell.line, cell.fault.code) for cell in both.intake.bad] == [(2, "rows-overlap")]
    assert [row.key for row in office.registers.rows("residents")] == [("r-2",)]
    with pytest.raises(Refused, match="later row"):
        keep("households", {"household": "h-1", "place": "c-2"}, since=MAY, until=dt.date(2025, 8, 1), actor="clerk")
    with pytest.raises(Refused, match="unknown or lacking: colour"):
        keep("households", {"household": "h-1", "colour": "red"}, since=MAY, actor="clerk")
    with pytest.raises(FactError, match="birth_date"):
        keep("residents", {"person": "r-1", "birth_date": "1950-01-01"}, since=MAY, actor="clerk")
    with pytest.raises(UnknownTerm):
        office.registers.rows("no-such")


def test_a_resident_of_the_registers_serves_as_facts(office, town):
    """Birth, places and categories of a resident and his household decide as of the day; nothing is guessed."""
    who = people(office)
    entries = f"对象,对象编号,代码表,类别\n户籍户,h-1,allowance,低保\n居民,{who['李四']},disability,视力残疾\n"
    assert office.registers.import_file(entries.encode(), ["category_entries"], day=JUNE, actor="clerk").kept
    said = {"actor": "clerk", "purpose": "核对待遇"}
    before, after = (office.registers.resident(who["李四"], day, **said) for day in (MAY, JUNE))
    assert (before.household, before.birth_date, before.facts) == ("h-1", dt.date(1949, 12, 31), ())
    assert dict(after.facts) == {"means": "dibao", "disabled": True}
    assert dict(office.registers.household("h-1", JUNE, **said).facts) == {"means": "dibao"}
    answers = [town.decide("core.tiers.recipient_kind", each, on=JUNE) for each in (before, after)]
    assert [answer.status.value for answer in answers] == ["undetermined", "undetermined"]
    assert "disabled" not in answers[1].ask
    assert office.registers.resident("nobody", JUNE) is None


def test_a_district_changes_a_code_list_from_a_day_on(office):
    """Registered categories stand in the place of the library's list, with their department, from their day on."""
    assert {row.values[2] for row in office.registers.categories(MAY)} == {None}
    text = "代码表,代码,名称,主管部门\nallowance,allowance,低保,民政局\ndisability_degree,1,一级,残联\n"
    assert office.registers.import_file(text.encode(), ["categories"], day=JUNE, actor="clerk").kept
    june = {row.key: row.values[2] for row in office.registers.categories(JUNE)}
    assert june["allowance", "allowance"] == "民政局"
    assert ("allowance", "near_allowance") not in june
    assert ("disability", "visual") in june
    assert ("allowance", "near_allowance") in {row.key for row in office.registers.categories(MAY)}


def test_a_household_is_split_and_merged_again(office):
    """Who leaves is a household of his own from the day on; merged again, the same people are together."""
    who = people(office)
    before = members(office, MAY)
    desk = office.registers
    desk.split_household("h-1", "h-9", [who["李四"], who["张小"]], day=JUNE, actor="clerk", head=who["李四"])
    june = {row.key: row.values for row in desk.rows("household_members", day=JUNE)}
    assert june["h-9", who["李四"]] == ("head",)
    assert june["h-9", who["张小"]] == (None,)
    assert ("h-1", who["张三"]) in june
    assert [row.values[0] for row in desk.rows("households", day=JUNE, where={"household": "h-9"})] == ["c-1"]
    desk.merge_households("h-1", ["h-9"], day=JULY, actor="clerk", relations={who["李四"]: "spouse"})
    assert members(office, JULY) == before
    assert members(office, MAY) == before
    assert desk.rows("households", day=JULY, where={"household": "h-9"}) == ()


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (
            "already-registered",
            lambda desk, who: desk.split_household("h-1", "h-2", [who["李四"]], day=JUNE, actor="x"),
        ),
        ("no-member", lambda desk, who: desk.split_household("h-1", "h-9", [who["王五"]], day=JUNE, actor="x")),
        ("nobody-left", lambda desk, who: desk.split_household("h-2", "h-9", [who["王五"]], day=JUNE, actor="x")),
        ("not-registered", lambda desk, who: desk.split_household("h-7", "h-9", [who["王五"]], day=JUNE, actor="x")),
        ("not-registered", lambda desk, _: desk.merge_households("h-1", ["h-7"], day=JUNE, actor="x")),
        ("merged-into-itself", lambda desk, _: desk.merge_households("h-1", ["h-1"], day=JUNE, actor="x")),
        ("not-registered", lambda desk, _: desk.merge_households("h-1", ["h-2"], day=dt.date(2025, 4, 1), actor="x")),
        ("not-registered", lambda desk, _: desk.redraw("merge", "c-1", "c-9", day=JUNE, actor="x")),
        ("merged-into-itself", lambda desk, _: desk.redraw("merge", "c-1", "c-1", day=JUNE, actor="x")),
        ("not-registered", lambda desk, _: desk.redraw("move", "c-1", "c-2", areas=["h-7"], day=JUNE, actor="x")),
        ("not-within", lambda desk, _: desk.redraw("move", "c-1", "d", areas=["c-2"], day=JUNE, actor="x")),
        ("place-in-itself", lambda desk, _: desk.redraw("move", "c-1", "c-2", areas=["d"], day=JUNE, actor="x")),
        ("place-in-itself", lambda desk, _: desk.redraw("merge", "d", "c-2", day=JUNE, actor="x")),
        ("merged-into-itself", lambda desk, _: desk.merge_places("c-1", [], day=JUNE, actor="x")),
        (
            "unknown-code",
            lambda desk, who: desk.split_household(
                "h-1", "h-9", [who["李四"]], day=JUNE, actor="x", relations={who["李四"]: "邻居某"}
            ),
        ),
        (
            "unknown-reference",
            lambda desk, who: desk.split_household("h-1", "h-9", [who["李四"]], day=JUNE, actor="x", dwelling="d-9"),
        ),
        *(
            (code, lambda desk, _, row=row: desk.keep(row[0], {**row[1]}, since=JUNE, actor="x"))
            for code, row in (
                ("unknown-reference", ("households", {"household": "h-9", "place": "c-9"})),
                ("unknown-reference", ("category_entries", ENTRY | {"subject": "r-9"})),
                ("unknown-code", ("household_members", {"household": "h-1", "person": "r-0", "relation": "邻居某"})),
                ("identity-number", ("residents", {"person": "r-9", "id_number": "999999195002080000"})),
                (
                    "identity-number-taken",
                    ("residents", {"person": "r-9", "id_number": files.identity("19500208")}),
                ),
                ("member-elsewhere", ("household_members", {"household": "h-2", "person": "r-0"})),
                ("place-in-itself", ("places", {"place": "d", "parent": "c-1"})),
            )
        ),
        ("nothing-to-move", lambda desk, _: desk.redraw("move", "c-1", "c-2", day=JUNE, actor="x")),
        ("already-registered", lambda desk, _: desk.redraw("split", "c-1", "c-2", areas=["h-1"], day=JUNE, actor="x")),
        ("unknown-action", lambda desk, _: desk.redraw("paint", "c-1", "c-2", day=JUNE, actor="x")),
        ("no-such-column", lambda desk, _: desk.keep("households", {"place": "c-1"}, since=JUNE, actor="x")),
        ("empty-roll", lambda desk, _: desk.freeze_roll("owners", "c-2", day=JUNE, actor="x")),
        ("no-name", lambda desk, _: desk.keep("residents", {"person": "r\n9"}, since=JUNE, actor="x")),
        (
            "no-name",
            lambda desk, _: desk.keep(
                "appointments", {"person": "system", "post": "clerk", "place": "c-1"}, since=JUNE, actor="x"
            ),
        ),
        (
            "days-backwards",
            lambda desk, _: desk.keep("residents", {"person": "r-9", "name": "周"}, since=JUNE, until=JUNE, actor="x"),
        ),
        (
            "born-later",
            lambda desk, _: desk.keep("residents", {"person": "r-9", "birth_date": JUNE}, since=MAY, actor="x"),
        ),
        (
            "unknown-fact",
            lambda desk, _: desk.freeze_roll("residents", "c-1", day=JUNE, actor="x", given={"deprived": False}),
        ),
        (
            "no-representative",
            lambda desk, who: desk.freeze_roll(
                "households", "c-1", day=JUNE, actor="x", representatives={"h-1": who["张小"]}
            ),
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused(office, code, wrong):
    """What is not registered on the day, cannot be true or would leave nobody is refused, and nothing is changed."""
    who = people(office)
    office.registers.keep("residents", {"person": "r-0", "name": "孙七"}, since=MAY, actor="clerk")
    office.registers.keep("household_members", {"household": "h-1", "person": "r-0"}, since=MAY, actor="clerk")
    before = everything(office)
    with pytest.raises(Refused) as refused:
        wrong(office.registers, who)
    assert [item.code for item in refused.value.findings] == [code]
    assert everything(office) == before


def homes(office):
    """Register two buildings, a grid and a dwelling in each building, and who lives in the first."""
    for place, layer in (("b-1", "building"), ("b-2", "building"), ("g-1", "grid")):
        office.register_place(place, "c-1", layer=layer, zh=place)
    text = "房屋编号,楼栋,网格\nb-1-101,b-1,g-1\nb-2-101,b-2,g-1\n"
    assert office.registers.import_file(text.encode(), ["dwellings"], day=MAY, actor="clerk").kept
    text = "户号,房屋编号\nh-1,b-1-101\nh-3,b-2-101\n"
    assert office.registers.import_file(text.encode(), ["households"], day=MAY, actor="clerk").kept


def seen(office, day):
    desk = office.registers
    residents = {row.values[0]: row.values[4:6] for row in desk.rows("residents", day=day)}
    dwellings = {row.key[0]: (row.values[0], row.values[4]) for row in desk.rows("dwellings", day=day)}
    return residents, dwellings, {row.key[0]: row.values[0] for row in desk.rows("households", day=day)}


def test_a_building_moves_with_its_dwellings_households_and_people(office):
    """From the day on a building lies in the other community, and so does whoever lives in it."""
    people(office)
    homes(office)
    before = seen(office, MAY)
    office.registers.redraw("move", "c-1", "c-2", areas=["b-1"], day=JUNE, actor="clerk")
    residents, dwellings, households = seen(office, JUNE)
    assert residents == {**before[0], **dict.fromkeys(("张三", "李四", "张小"), ("c-2", "c-2"))}
    assert dwellings == {"b-1-101": ("b-1", None), "b-2-101": ("b-2", "g-1")}
    assert households == {"h-1": "c-2", "h-2": "c-2", "h-3": "c-1"}
    assert office.store.place_chain("b-1", JUNE) == ("b-1", "c-2", "d")
    assert office.store.place_chain("b-1", MAY) == ("b-1", "c-1", "d")
    assert seen(office, MAY) == before


def test_a_community_is_split_and_merged(office):
    """A split makes a place beside the old one; merged back, everybody is where he was, and the new place has ended."""
    people(office)
    homes(office)
    before = seen(office, MAY)
    desk = office.registers
    desk.redraw("split", "c-1", "c-3", areas=["b-1", "h-3"], day=JUNE, actor="clerk", zh="新社区")
    assert office.store.place_chain("b-1", JUNE) == ("b-1", "c-3", "d")
    assert seen(office, JUNE)[0]["赵六"] == ("c-3", "c-3")
    assert desk.merge_places("c-1", ["c-3"], day=JULY, actor="clerk")
    after = seen(office, JULY)
    assert (after[0], after[2]) == (before[0], before[2])
    assert office.store.place_chain("b-1", JULY) == ("b-1", "c-1", "d")
    assert desk.rows("places", day=JULY, where={"place": "c-3"}) == ()
    assert [row.values[2] for row in desk.rows("places", day=JUNE, where={"place": "c-3"})] == ["新社区"]


def test_a_roll_is_frozen_with_a_reason_for_everyone(office):
    """Everybody who lives or is registered in the place is in or out with a reason and its source, or named as open."""
    who = people(office)
    roll = office.registers.freeze_roll("residents", "c-1", day=MAY, actor="clerk", given=NOBODY_ELSE)
    lines = {line.subject: line for line in roll.lines}
    assert roll.entitled == tuple(sorted(who[name] for name in ("张三", "李四", "王五")))
    assert lines[who["张小"]].reason.zh == "未到法律规定的选举年龄"
    assert "第8条" in lines[who["张小"]].cite
    assert lines[who["赵六"]].outcome is Entitlement.UNDETERMINED
    assert lines[who["赵六"]].ask == ("age", "birth_date")
    assert (roll.size, len(roll.lines), roll.is_entitled(who["张三"]), holds_together(roll)) == (3, 5, True, True)
    assert {item["name"] for item in office.registers.published(roll)} == {"张*", "李*", "王*"}


def test_who_is_known_nowhere_is_named_and_a_household_tells_where_its_members_are_registered(office):
    """Nobody is left out for a blank cell: a member is registered where his household is, others stand as open."""
    text = "户号,户籍地,人员编号,出生日期,现住地\nh-7,c-1,r-1,1950-01-01,c-1\n,,r-2,1951-01-01,c-1\n"
    assert office.registers.import_file(text.encode(), ALL, day=MAY, actor="clerk").kept
    office.registers.keep("residents", {"person": "r-3"}, since=MAY, actor="clerk")
    assert office.registers.resident("r-2", MAY).registered_place == "c-1"
    roll = office.registers.freeze_roll("residents", "c-1", day=MAY, actor="clerk", given=NOBODY_ELSE)
    assert roll.entitled == ("r-1", "r-2")
    assert [(line.subject, line.ask[:2]) for line in roll.undetermined] == [
        ("r-3", ("lives_in_place", "registered_in_place"))
    ]


OWN = """
practice: plug.rolls
title: {zh: 名册, en: Rolls}
standing: library
source: {document: rolls}
decisions:
  own_elector:
    title: {zh: 自定的名册, en: An own roll}
    of: resident
    yields: [entitled, not_entitled]
    rows:
      - {when: ripe(age), then: entitled, because: {zh: 到年龄, en: of age}}
    otherwise: {then: not_entitled, because: {zh: 未到年龄, en: not of age}}
"""


def test_a_word_that_fails_leaves_its_people_undetermined_with_the_reason(tmp_path):
    """A roll by rules of a plugin whose word fails for somebody is frozen all the same, and says of him why."""

    def ripe(age):
        if age == 55:
            raise ValueError("the secret")
        return age > 50

    (practice,) = read_text(OWN).practices
    module = types.ModuleType("plug")
    module.community_practices = hookimpl(lambda: [practice])
    module.community_functions = hookimpl(lambda: [Function("ripe", ripe, (INT.in_unit("year"),), BOOL)])
    file = tmp_path / "town.yaml"
    file.write_text("district: town\nadopts: [core.rolls, plug.rolls]\n", "utf-8")
    with open_office(cc.load(file, plugins=[module]), ":memory:") as office:
        for place in ("c-1", "c-2"):
            office.register_place(place, layer="community")
        people(office)
        roll = office.registers.freeze_roll("residents", "c-1", day=MAY, actor="c", term="plug.rolls.own_elector")
        assert [line.outcome.value for line in roll.lines].count("entitled") == 2
        reasons = sorted(line.reason.zh for line in roll.undetermined)
        assert reasons == ["尚不能判定，缺：age, birth_date", "插件的词 ripe 出错（ValueError），请告知其插件的维护者"]


def test_nobody_changes_a_register_without_a_name(office):
    """A change that names nobody who makes it is refused, whichever it is."""
    people(office)
    before = everything(office)
    desk = office.registers
    for change in (
        lambda: desk.import_file(LIST.encode(), ALL, day=MAY, actor=""),
        lambda: desk.keep("residents", {"person": "r-9"}, since=MAY, actor=" "),
        lambda: desk.end("households", ["h-1"], day=JUNE, actor=""),
        lambda: desk.erase("residents", ["r-9"], day=JUNE, actor="", why="x"),
        lambda: desk.merge_households("h-1", ["h-2"], day=JUNE, actor=""),
        lambda: desk.split_household("h-1", "h-9", ["r-9"], day=JUNE, actor=""),
        lambda: desk.merge_places("c-1", ["c-2"], day=JUNE, actor=""),
        lambda: desk.freeze_roll("residents", "c-1", day=JUNE, actor="system"),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert [item.code for item in refused.value.findings] == ["no-actor"]
    assert everything(office) == before


def test_a_frozen_roll_does_not_follow_the_registers(office):
    """Later changes of the registers leave a roll as it is; a correction is a further line with its reason."""
    who = people(office)
    desk = office.registers
    roll = desk.freeze_roll("residents", "c-1", day=MAY, actor="clerk", given=NOBODY_ELSE)
    desk.redraw("merge", "c-1", "c-2", day=MAY, actor="clerk")
    desk.end("residents", [who["张三"]], day=MAY, actor="clerk")
    assert desk.roll(roll.id) == roll
    assert {item["name"] for item in desk.published(roll)} == {"张*", "李*", "王*"}
    done = desk.correct_roll(roll.id, who["赵六"], entitled=True, why="补登出生日期", actor="clerk", day=JUNE)
    assert done.size == roll.size + 1
    assert done.lines[: len(roll.lines)] == roll.lines
    assert done.frozen_hash == roll.hash
    with pytest.raises(Refused, match="no electoral roll"):
        desk.correct_roll("roll-9", who["赵六"], entitled=True, why="x", actor="clerk", day=JUNE)
    for wrong, match in (
        ({"subject": "r-9"}, "not in the register 'residents'"),
        ({"day": dt.date(2025, 4, 30)}, "on or after 2025-05-01"),
        ({"actor": " "}, "name the person who acts"),
    ):
        with pytest.raises(Refused, match=match):
            desk.correct_roll(
                roll.id, **({"subject": who["赵六"], "actor": "clerk", "day": JUNE} | wrong), entitled=True, why="x"
            )
    with pytest.raises(Refused, match="whom and why"):
        desk.correct_roll(roll.id, who["赵六"], entitled=True, why=" ", actor="clerk", day=JUNE)


def test_a_household_has_one_line_and_names_who_votes(office):
    """A household stands once and may name one of its members who may vote; nobody else can stand for it."""
    who = people(office)
    desk = office.registers

    def freeze(**named):
        return desk.freeze_roll(
            "households", "c-1", day=MAY, actor="clerk", given=NOBODY_ELSE, representatives=named or {}
        )

    roll = freeze(**{"h-1": who["李四"]})
    assert {line.subject: line.outcome.value for line in roll.lines} == {"h-1": "entitled", "h-3": "undetermined"}
    assert (roll.size, roll.entitled) == (1, (who["李四"],))
    named = desk.correct_roll(roll.id, "h-1", entitled=True, why="改派", person=who["张三"], actor="clerk", day=JUNE)
    assert named.entitled == (who["张三"],)
    with pytest.raises(Refused, match="no representative"):
        desk.correct_roll(roll.id, "h-1", entitled=True, why="改派", person=who["王五"], actor="clerk", day=JUNE)
    for wrong in ({"h-1": who["张小"]}, {"h-1": who["王五"]}, {"h-9": who["张三"]}):
        with pytest.raises(Refused):
            freeze(**wrong)


def test_shares_are_no_more_than_the_whole_by_whatever_way_they_come(office):
    """A file and a program are refused alike where the owners of a dwelling would have more than all of it."""
    people(office)
    homes(office)
    desk = office.registers
    assert desk.import_file("房屋编号,业主编号,份额\nb-1-101,o-1,60%\n".encode(), ["owners"], day=MAY, actor="c").kept
    before = everything(office)
    told = desk.import_file("房屋编号,业主编号,份额\nb-1-101,o-2,1/2\n".encode(), ["owners"], day=JUNE, actor="c")
    assert (told.kept, [item.code for item in told.findings]) == (False, ["shares-exceed-whole"])
    row = {"dwelling": "b-1-101", "owner": "o-2", "share": Fraction(1, 2)}
    with pytest.raises(Refused, match="110%"):
        desk.keep("owners", row, since=JUNE, actor="c")
    assert everything(office) == before
    assert desk.keep("owners", row | {"share": Fraction(2, 5)}, since=JUNE, actor="c")


def test_owners_stand_once_however_many_dwellings(office):
    """Who owns dwellings in the place stands on the roll of owners once, with the regulation that says so."""
    people(office)
    homes(office)
    text = "房屋编号,业主编号,份额\nb-1-101,o-1,1/2\n,o-2,1/2\nb-2-101,o-1,1\n"
    assert office.registers.import_file(text.encode(), ["owners"], day=MAY, actor="clerk").kept
    roll = office.registers.freeze_roll("owners", "c-1", day=MAY, actor="clerk")
    assert roll.entitled == ("o-1", "o-2")
    assert roll.lines[0].cite == "《物业管理条例》 第6条"
    with pytest.raises(Refused, match="nobody is registered"):
        office.registers.freeze_roll("owners", "c-2", day=MAY, actor="clerk")
    with pytest.raises(Refused, match="not registered"):
        office.registers.freeze_roll("owners", "c-9", day=MAY, actor="clerk")


@settings(max_examples=15, deadline=None)
@given(leaving=st.sets(st.sampled_from(["张三", "李四", "张小"]), min_size=1, max_size=2))
def test_split_then_merge_gives_the_same_people(town, leaving):
    """Whoever leaves a household and comes back is a member as before, and no day before the change is altered."""
    with open_office(town, ":memory:") as office:
        office.register_place("c-1", layer="community")
        office.register_place("c-2", layer="community")
        who = people(office)
        before = members(office, MAY)
        desk = office.registers
        desk.split_household("h-1", "h-9", [who[name] for name in sorted(leaving)], day=JUNE, actor="clerk")
        assert {person for _, person in members(office, JUNE)} == {person for _, person in before}
        desk.merge_households("h-1", ["h-9"], day=JULY, actor="clerk")
        assert members(office, JULY) == members(office, MAY) == before


def test_a_post_reaches_a_place_that_lies_in_its_own_on_the_day(office):
    """Who holds a post in a district may act for a place from the day on which it lies there, and not before."""
    office.register_place("d-2", layer="district", zh="另一区")
    office.appoint("li", "district.officer", "d-2", MAY)
    office.registers.keep("places", {"place": "c-1", "parent": "d-2"}, since=JUNE, actor="x")
    authority = Authority(office.store)
    assert authority.posts("li", "c-1", dt.date(2025, 5, 31)) == frozenset()
    assert authority.posts("li", "c-1", JUNE) == {"district.officer"}


def test_without_the_key_nobody_comes_in_a_second_time(town, tmp_path):
    """Where identity numbers are encrypted, a list without ids is refused unless the keys are given."""
    keys = KeyRing("a", {"a": b"\x01" * 32})
    with open_office(town, tmp_path / "town.sqlite", keys=keys) as office:
        for place in ("c-1", "c-2"):
            office.register_place(place, layer="community")
        people(office)
    with open_office(town, tmp_path / "town.sqlite") as office, pytest.raises(StoreError, match="give the keys"):
        office.registers.import_file(LIST.encode(), ALL, day=JUNE, actor="clerk")
    with open_office(town, tmp_path / "town.sqlite", keys=keys) as office:
        assert office.registers.import_file(LIST.encode(), ALL, day=JUNE, actor="clerk").change == ""


def test_personal_values_are_erased_from_every_day(office):
    """What is erased stands in no row of any day, replaced ones included; the id, the days and the reason stay."""
    who = people(office)
    desk = office.registers
    desk.keep("residents", {"person": who["张三"], "name": "张叁"}, since=JUNE, actor="clerk")
    change = desk.erase("residents", [who["张三"]], day=JULY, actor="clerk", why="本人申请")
    rows = desk.rows("residents", where={"person": who["张三"]}, past=True)
    assert len(rows) == 3
    assert {row.values[:4] for row in rows} == {(None,) * 4}
    assert {row.values[4] for row in rows} == {"c-1"}
    kept = office.store.register_change(change)
    assert (kept.kind, kept.actor) == ("erasure", "clerk")
    assert kept.note.endswith("本人申请")
    for key, why in ((["nobody"], "x"), ([who["李四"]], " ")):
        with pytest.raises(Refused):
            desk.erase("residents", key, day=JULY, actor="clerk", why=why)


def test_grids_and_their_officers_come_from_files_too(office):
    """Grids are places of their layer, and a grid officer holds his post from the day of the file, and acts by it."""
    desk = office.registers
    grids = "网格编号,上级,网格名称\ng-1,文艺社区,一格\n"
    assert desk.import_file(grids.encode(), ["grids"], day=MAY, actor="clerk").kept
    assert office.store.place_chain("g-1", MAY) == ("g-1", "c-1", "d")
    officers = "人员编号,所属网格\nli,一格\n"
    assert desk.import_file(officers.encode(), ["grid_officers"], day=MAY, actor="clerk").kept
    assert Authority(office.store).posts("li", "g-1", MAY) == {"grid.officer"}
    again = desk.import_file(officers.encode(), ["grid_officers"], day=JUNE, actor="clerk")
    assert (again.change, again.plans["grid_officers"].same) == ("", 1)
    ended = "人员编号,所属网格,截止日\nli,g-1,2025-07-01\n"
    done = desk.import_file(ended.encode(), ["grid_officers"], day=JUNE, actor="clerk")
    assert done.plans["grid_officers"].ended == 1
    assert Authority(office.store).posts("li", "g-1", JULY) == frozenset()
