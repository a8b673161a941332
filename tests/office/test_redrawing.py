"""What an authority decides about the areas of communities changes the registers by itself, from that day on."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Refused
from community_core.office import open_office

DRAFT, SENT, HEARD, DECIDED = (dt.date(2026, 3, day) for day in (2, 3, 13, 20))
HOUSEHOLDS = {"h-1": "c-1", "h-2": "c-1", "h-3": "c-2"}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Rules of a town that asks residents for ten days."""
    file = tmp_path_factory.mktemp("rules") / "town.yaml"
    file.write_text(
        """
district: little-town
adopts: [core.redrawing]
set:
  core.redrawing.consultation_days: [{value: days(10), from: 2000-01-01, standing: example}]
""",
        "utf-8",
    )
    return cc.load(file)


@pytest.fixture
def office(town):
    """An office with two communities, dwellings with a residents' group, households, and everybody who acts."""
    with open_office(town, ":memory:") as office:
        office.register_place("d", layer="district", zh="区")
        for place in ("c-1", "c-2"):
            office.register_place(place, "d", layer="community", zh=place)
        for post, person, place in (
            ("subdistrict.officer", "s", "d"),
            ("district.officer", "o", "d"),
            ("committee.chair", "c", "c-1"),
        ):
            office.appoint(person, post, place, DRAFT)
        desk = office.registers
        desk.keep("residents_groups", {"place": "g-1", "parent": "c-1", "zh": "一组"}, since=DRAFT, actor="clerk")
        home = {"dwelling": "w-1", "place": "c-1", "residents_group": "g-1"}
        desk.keep("dwellings", home, since=DRAFT, actor="clerk")
        for household, place in HOUSEHOLDS.items():
            home = {"dwelling": "w-1"} if household == "h-1" else {}
            desk.keep("households", {"household": household, "place": place, **home}, since=DRAFT, actor="clerk")
        yield office


def submitted(office, **plan):
    case = office.open("redraw", {"plan": "调整", **plan}, actor="s", day=DRAFT, place="c-1", step="draft")
    office.take(case, "consult", {"assembly_day": SENT}, actor="c", day=SENT)
    office.take(case, "report_opinions", {"opinions_summary": "同意"}, actor="c", day=HEARD)
    return office.take(case, "submit", {"reply": "采纳"}, actor="s", day=HEARD)


def decided(office, case, **given):
    return office.take(case, "decide", {"why": "便于服务", **given}, actor="o", day=DECIDED)


def told(office, day):
    rows = office.registers.rows
    homes = {row.key[0]: (row.values[0], row.values[3]) for row in rows("dwellings", day=day)}
    return {row.key[0]: row.values[0] for row in rows("households", day=day)}, homes


def everything(office):
    return [office.registers.rows(name, past=True) for name in ("places", "dwellings", "households")]


def test_a_decided_move_changes_the_registers_from_that_day(office):
    """A moved group takes dwelling and household along; the day before, all is as it was; the change names the case."""
    case = submitted(office, action="move", into=["c-2"], areas=["g-1"])
    before = told(office, DRAFT)
    assert told(office, DECIDED) == before
    decided(office, case)
    assert told(office, DECIDED)[0] == {**HOUSEHOLDS, "h-1": "c-2"}
    assert told(office, DECIDED)[1] == {"w-1": ("c-2", "g-1")}
    assert told(office, DECIDED - dt.timedelta(days=1)) == before
    assert office.store.place_chain("g-1", DECIDED) == ("g-1", "c-2", "d")
    assert office.store.place_chain("g-1", HEARD) == ("g-1", "c-1", "d")
    (moved,) = office.registers.rows("households", day=DECIDED, where={"household": "h-1"})
    change = office.store.register_change(moved.change)
    assert (change.kind, change.case, change.actor, change.day) == ("move", case.id, "o", DECIDED)


def test_a_decided_merger_ends_the_place(office):
    """All that was in a merged community is in the other one, and it is no place from that day on."""
    decided(office, submitted(office, action="merge", into=["c-2"]))
    assert set(told(office, DECIDED)[0].values()) == {"c-2"}
    assert office.registers.rows("places", day=DECIDED, where={"place": "c-1"}) == ()
    assert office.registers.rows("places", day=HEARD, where={"place": "c-1"})


@pytest.mark.parametrize(
    ("plan", "given", "codes"),
    [
        ({"action": "merge", "into": ["c-9"]}, {}, {"effect-refused", "not-registered"}),
        ({"action": "split", "into": ["c-1", "c-2"], "areas": ["h-1"]}, {}, {"effect-refused", "already-registered"}),
        ({"action": "move", "into": ["c-2"], "areas": ["h-7"]}, {}, {"effect-refused", "not-registered"}),
        (
            {"action": "split", "into": ["c-3", "c-4"]},
            {"areas": ["h-1", "h-9"], "areas_to": ["c-3", "c-4"]},
            {"effect-refused", "not-registered"},
        ),
        ({"action": "split", "into": ["c-3", "c-4"]}, {"areas": ["h-1", "h-2"]}, {"effect-argument"}),
        (
            {"action": "split", "into": ["c-1", "c-3"]},
            {"areas": ["h-1"], "areas_to": ["c-8"]},
            {"effect-argument"},
        ),
    ],
)
def test_a_contradiction_refuses_the_decision(office, plan, given, codes):
    """Where the registers cannot be redrawn so, the step is refused and neither events nor registers have changed."""
    case = submitted(office, **plan)
    before = everything(office), len(office.store.events(case.id))
    with pytest.raises(Refused) as error:
        decided(office, case, **given)
    assert {each.code for each in error.value.findings} == codes
    assert (everything(office), len(office.store.events(case.id))) == before
    assert office.case(case.id).state == "submitted"


def test_a_split_makes_the_communities_that_areas_go_to(office):
    """Each area goes to the community named beside it, called as the decision says; what is not named stays."""
    case = submitted(office, action="split", into=["c-1", "c-3", "c-4"])
    decided(office, case, areas=["g-1", "h-2"], areas_to=["c-3", "c-4"], names=["三", "四"])
    assert told(office, DECIDED)[0] == {"h-1": "c-3", "h-2": "c-4", "h-3": "c-2"}
    names = {row.key[0]: row.values[2] for row in office.registers.rows("places", day=DECIDED)}
    assert (names["c-1"], names["c-3"], names["c-4"]) == ("c-1", "三", "四")


def test_the_board_calls_areas_by_their_names(office):
    """In what is published, each place of a list stands as it is registered; one that is not yet, by its id."""
    case = submitted(office, action="split", into=["c-1", "c-3", "c-4"])

    def shown():
        return {field.name: field.value.zh for item in office.board_items() for field in item.fields}["into"]

    assert shown() == "c-1、c-3、c-4"
    decided(office, case, areas=["g-1", "h-2"], areas_to=["c-3", "c-4"], names=["三", "四"])
    assert shown() == "c-1、三、四"


def test_a_redrawing_is_held_against_its_event(office):
    """A change of registers that no case decided, one that is gone, and rows other than those it wrote are found."""
    case = decided(office, submitted(office, action="move", into=["c-2"], areas=["g-1"]))
    assert list(office.verify()) == []
    engine = office.store._transactions.engine
    for change, back, code in (
        ("cc_register_changes SET note = 'x'", "cc_register_changes SET note = 'c-1 → c-2'", "caused-row-changed"),
        ("cc_register_changes SET version = 1", f"cc_register_changes SET version = {case.version}", None),
        ("cc_reg_dwellings SET place = 'c-9'", "cc_reg_dwellings SET place = 'c-2'", "redrawn-rows-changed"),
        ("cc_reg_households SET since = '2026-01-01'", None, "redrawn-rows-changed"),
    ):
        mine = (
            " WHERE change_id LIKE 'move%' AND since = '2026-03-20'" if "cc_reg_" in change else " WHERE case_id <> ''"
        )
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE {change}{mine}")
        found = {item.code for item in office.verify()}
        assert found == ({code} if code else {"caused-row-inserted", "caused-row-missing"})
        if back is not None:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"UPDATE {back}{mine}")
            assert list(office.verify()) == []
