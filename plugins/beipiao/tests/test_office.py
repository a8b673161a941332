"""The city in an office: zones and communities as places, a campaign from plan to spread, inspections with remedies."""

import datetime as dt

import pytest
from community_beipiao.layers import LAYERS

import community_core as cc
from community_core.instruments.ledger import Balance
from community_core.model import Place
from community_core.office.campaigns import campaign

DAY = dt.date(2005, 3, 1)
POINTS = ("surroundings", "management", "services", "relations", "public_safety", "flourishing_culture")
PLAN = {"plan_title": "实施方案", "plan_number": "49", "features": ("lead", "carrier", "platform", "purpose")}

#: Two of the seven zones, each with two communities; all of them called by letters.
CITY = (
    Place("city", "city"),
    Place("z", "management_zone", parent="city"),
    Place("z.a", "community", parent="z"),
    Place("z.b", "community", parent="z"),
    Place("y", "management_zone", parent="city"),
    Place("y.a", "community", parent="y"),
    Place("y.b", "community", parent="y"),
)


@pytest.fixture(scope="module")
def rules():
    """Return the rules of the installed district."""
    return cc.load("beipiao")


@pytest.fixture
def office(rules):
    """An office under Beipiao's rules: an officer of the city, one of each zone, a chair of each community."""
    with cc.open_office(rules, ":memory:") as opened:
        for place in CITY:
            opened.register_place(place.id, place.parent or "", layer=place.layer)
        opened.appoint("city-officer", "district.officer", "city", DAY)
        opened.appoint("artist", "department.officer", "city", DAY)
        for zone in ("z", "y"):
            opened.appoint(f"{zone}-officer", "subdistrict.officer", zone, DAY)
        for community in ("z.a", "z.b", "y.a", "y.b"):
            opened.appoint(f"{community}-chair", "committee.chair", community, DAY)
        yield opened


def running(office):
    """Return the campaign with its plan issued."""
    goal = {"goal": "建设和谐社区", "dimensions": POINTS}
    case = office.open("campaign", goal, actor="city-officer", day=DAY, place="city")
    return office.take(case, "issue_plan", PLAN, actor="city-officer", day=DAY)


def piloting(office, zone, models):
    """Return a zone's rollout while its models are being set up."""
    facts = {"campaign_case": running(office).id, "title": "创建和谐社区", "findings": "各有特点"}
    case = office.open("rollout", facts, actor=f"{zone}-officer", day=DAY, place=zone)
    return office.take(case, "begin_pilot", {"open_places": models}, actor=f"{zone}-officer", day=DAY)


def refusal(act, *given, **named):
    """Return the codes of what refuses a step."""
    with pytest.raises(cc.Refused) as refused:
        act(*given, **named)
    return [found.code for found in refused.value.findings]


def told(office, procedure):
    """Return what the board of a community shows of a procedure, the earliest first."""
    return [
        {field.name: field.value.zh for field in item.fields}
        for item in office.board_items(procedure=procedure, place="z.a")
    ]


def begin(office, rollout, community):
    """Open a community's campaign."""
    facts = {"rollout_case": rollout.id, "breakthrough": "服务"}
    return office.open("community_campaign", facts, actor=f"{community}-chair", day=DAY, place=community)


def test_the_city_fits_its_own_layers():
    """Zones lie in the city and communities in zones; a community straight under the city is told of."""
    assert LAYERS.check(CITY) == ()
    assert LAYERS.check((*CITY, Place("t", "township", parent="city"), Place("s", "special_zone", parent="city"))) == ()
    (found,) = LAYERS.check((*CITY, Place("c", "community", parent="city")))
    assert (found.code, dict(found.data)["place"]) == ("wrong-layer", "c")


def test_every_kind_of_unit_is_a_layer_where_the_rules_put_it(rules):
    """The layers have the city and each kind of unit that the rules know, and communities where the rules have them."""
    fact = next(fact for fact in rules.terms.facts if fact.name == "unit_kind")
    assert {layer.name for layer in LAYERS.layers} == {"city", *fact.type.values}
    for kind in fact.type.values:
        within = rules.decide("unit_within", {"unit_kind": kind}, on=DAY).outcome
        # The built-up area is no layer of its own: what is under it is under the city.
        assert LAYERS.layer(kind).within == ("city" if within == "built_up_area" else within,), kind


def test_a_model_comes_first_and_is_spread_over_the_city(office):
    """A zone's model campaigns first, the others once it is judged; what became a model is spread, the rest ends."""
    rollout = piloting(office, "z", ("z.a",))
    model = begin(office, rollout, "z.a")
    assert refusal(begin, office, rollout, "z.b") == ["needed-place"]
    office.take(rollout, "evaluate", {"evaluation": "succeeded", "reasons": "成为榜样"}, actor="z-officer", day=DAY)
    office.take(rollout, "roll_out", {"open_places": ("z",)}, actor="z-officer", day=DAY)
    other = begin(office, rollout, "z.b")
    for form in ("服务站", "互助"):
        office.take(model, "campaign", {"form": form, "content": "代办"}, actor="z.a-chair", day=DAY)
    office.take(other, "campaign", {"form": "巡逻", "content": "夜巡"}, actor="z.b-chair", day=DAY)
    recognised = {"model_kind": "service", "reasons": "居民称赞"}
    office.take(model, "recognise", recognised, actor="city-officer", day=DAY)
    spread = office.take(model, "spread", {"experience": "服务站的做法"}, actor="city-officer", day=DAY)
    ended = office.take(other, "end", {"report": "已办"}, actor="z.b-chair", day=DAY)
    assert (spread.state, spread.ended, ended.state, ended.ended) == ("spread", "decided", "ended", "decided")
    assert office.take(rollout, "close", {}, actor="z-officer", day=DAY).ended == "decided"
    assert told(office, "community_campaign")[-1] == {"model_kind": "服务和谐", "experience": "服务站的做法"}


def test_a_zone_acts_in_its_own_communities_only(office):
    """The officer of one zone cannot set up models in another, nor a chair campaign in another community."""
    facts = {"campaign_case": running(office).id, "title": "创建和谐社区", "findings": "各有特点"}
    assert refusal(office.open, "rollout", facts, actor="y-officer", day=DAY, place="z") == ["not-entitled"]
    facts = {"rollout_case": piloting(office, "z", ("z",)).id, "breakthrough": "服务"}
    strange = {"actor": "y.a-chair", "day": DAY, "place": "z.a"}
    assert refusal(office.open, "community_campaign", facts, **strange) == ["not-entitled"]


def test_the_campaign_is_counted_by_zone(office):
    """How many communities have campaigned to a model, and how many are left, is told zone by zone."""
    first, second = piloting(office, "z", ("z",)), piloting(office, "y", ("y",))
    cases = [begin(office, first, "z.a"), begin(office, first, "z.b"), begin(office, second, "y.a")]
    for form in ("服务站", "互助"):
        office.take(cases[0], "campaign", {"form": form, "content": "代办"}, actor="z.a-chair", day=DAY)
    office.take(cases[0], "recognise", {"model_kind": "service", "reasons": "好"}, actor="city-officer", day=DAY)
    counted = campaign(office, "community_campaign", "model", by="parent")
    assert [(item.place, item.total, item.left) for item in counted.places] == [("y", 1, 1), ("z", 2, 1)]


def test_an_inspection_opens_what_remedies_its_gaps(office):
    """Money is in the ledger, and each remedy is a case of its own, which whoever has to go on with it finds."""
    inspection = office.open("inspection", {"seen": "困难不少"}, actor="city-officer", day=DAY, place="z.a")
    money = {"work": "社区楼", "payer": "市财政", "payee": "甲社区居委会", "money": cc.Money.yuan("100000")}
    remedies = {
        "weak_hardware": ("allocate_money", money),
        "weak_self_governance": ("guide_self_governance", {"guidance": "写明约定"}),
        "weak_culture": ("support_culture", {}),
        "poor_order": ("restore_order", {}),
    }
    for kind, (step, facts) in remedies.items():
        office.take(inspection, "find_gap", {"gap_kind": kind, "gap": "有差距"}, actor="city-officer", day=DAY)
        office.take(inspection, step, facts, actor="city-officer", day=DAY)
    assert office.take(inspection, "close", {}, actor="city-officer", day=DAY).ended == "decided"

    opened = {case.procedure.rpartition(".")[2]: case.id for case in office.follow_ups(inspection)}
    assert set(opened) == {"hardware_grant", "governance_guidance", "culture_support", "public_order"}
    assert {account: balance for (account, _), balance in office.balances("hardware", place="z.a").items()} == {
        "市财政": Balance(-10_000_000),
        "甲社区居委会": Balance(10_000_000),
    }
    may = {item.step for item in office.may("z.a-chair", opened["governance_guidance"], DAY) if item.allowed}
    assert may == {"make_covenant"}


def test_culture_is_supported_to_its_end(office):
    """Experts coach before sites and gear are arranged, and only then is the support finished and told of."""
    case = office.open("culture_support", {"lack": "缺少文艺骨干"}, actor="z.a-chair", day=DAY, place="z.a")
    office.take(case, "ask_department", {"request": "派专家"}, actor="city-officer", day=DAY)
    office.take(case, "coach", {"programme": "合唱", "advice": "分声部"}, actor="artist", day=DAY)
    early = {"actor": "city-officer", "day": DAY}
    assert refusal(office.take, case, "finish", {"report": "已演出"}, **early) == ["guard-false"]
    office.take(case, "arrange", {"support_item": "site", "arranged": "借用礼堂"}, actor="city-officer", day=DAY)
    done = office.take(case, "finish", {"report": "已演出"}, actor="city-officer", day=DAY)
    assert (done.state, done.ended) == ("supported", "decided")
    assert told(office, "culture_support") == [{"lack": "缺少文艺骨干", "programme": "合唱", "report": "已演出"}]


def test_three_fields_are_to_be_posted_and_nobody_has_said_how_often(office):
    """Each field that is not posted is told of; once posted, when it is due again is unknown for want of a period."""
    items = {item.item: item for item in office.due_again(DAY, place="z.a") if item.procedure.endswith("posting")}
    assert set(items) == {"administration", "affairs", "finances"}
    assert {item.last for item in items.values()} == {None}
    posted = {"item": "finances", "text": "收支表", "channel": "社区", "proof": "sha256:00"}
    office.open("posting", posted, actor="z.a-chair", day=DAY, place="z.a")
    items = {item.item: item for item in office.due_again(DAY, place="z.a") if item.procedure.endswith("posting")}
    finances = items["finances"]
    assert (finances.last, finances.due) == (DAY, None)
    assert "posting_period" in str(finances.why)
