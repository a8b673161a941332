"""The demo's campaign: a pilot in two communities, then all; texts settled by vote, then signed by building."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from community_core.demo.desk import Desk
from community_core.office.bulk import Batch
from community_core.office.campaigns import campaign
from community_core.procedures.events import Case

SUBDISTRICT = "fangzi.hengan"
#: The two pilot communities of the document; the others are made up and bear numbers.
COMMUNITIES = (
    ("fangzi.hengan.wuyi", "五一社区", "Wuyi community"),
    ("fangzi.hengan.wumalu", "五马路社区", "Wumalu community"),
    ("fangzi.hengan.c3", "第3社区（虚构）", "Community 3"),
    ("fangzi.hengan.c4", "第4社区（虚构）", "Community 4"),
    ("fangzi.hengan.c5", "第5社区（虚构）", "Community 5"),
    ("fangzi.hengan.c6", "第6社区（虚构）", "Community 6"),
)
BUILDINGS = 10
MATTERS = (("rented_housing", "出租房屋"), ("migrants", "流动人口管理"))
CHUNK = 1000

OFFICER = "fangzi-district-government"
_TRUE = {"capacity": True, "free_will": True, "lawful": True}

Line = tuple[str, str, dt.date, Mapping[str, Any]]


@frozen
class Wave:
    """One round of the campaign: its communities, and the days on which their texts and contracts are dealt with."""

    places: tuple[str, ...]
    start: dt.date
    offer: dt.date
    sign: dt.date
    later: dt.date


PILOT = Wave(
    tuple(place for place, _, _ in COMMUNITIES[:2]),
    dt.date(2007, 3, 5),
    dt.date(2007, 4, 2),
    dt.date(2007, 4, 7),
    dt.date(2007, 4, 14),
)
ROLLOUT = Wave(
    tuple(place for place, _, _ in COMMUNITIES[2:]),
    dt.date(2007, 4, 18),
    dt.date(2007, 5, 15),
    dt.date(2007, 5, 19),
    dt.date(2007, 5, 26),
)


@frozen
class Contract:
    """One contract to be: its number within the community, building and matter, and what becomes of it."""

    number: int
    building: str
    matter: str

    @property
    def fate(self) -> str:
        """What happens at the door: of twenty sixteen sign, one refuses, three are not met, of whom two sign later."""
        return {0: "refuse", 7: "miss", 13: "later", 18: "later"}.get(self.number % 20, "sign")


def play(desk: Desk) -> None:
    """Run the campaign; each chunk is committed with its keys, so that a killed run goes on where it stopped."""
    show = desk.show
    show.part(
        f"契约：先试点后推开，拟稿、讨论、征求意见、表决商定，按楼签约 {desk.contracts:,} 份",
        "Contracts: first a pilot, from the draft to the door",
    )
    before = desk.done("contracts")
    if not before:
        _register(desk)
        rollout = _begin_pilot(desk)
        _round(desk, PILOT, rollout)
        _roll_out(desk, rollout)
        _round(desk, ROLLOUT, rollout)
        desk.finish("contracts")
    _tell(desk)
    if before:
        show.already(f"{desk.contracts:,} 份契约，未改动", f"{desk.contracts:,} contracts, left as they are")
    else:
        show.made(f"{desk.contracts:,} 份契约已送交并办理", f"{desk.contracts:,} contracts offered and dealt with")


def building_names(community: str) -> tuple[str, ...]:
    """Return the ids of a community's buildings."""
    return tuple(f"{community}.b{number:02d}" for number in range(1, BUILDINGS + 1))


def contracts_of(community: str, total: int) -> Iterator[Contract]:
    """Yield the contracts of *community* out of *total* in all, spread evenly over communities and buildings."""
    index = [place for place, _, _ in COMMUNITIES].index(community)
    count = total * (index + 1) // len(COMMUNITIES) - total * index // len(COMMUNITIES)
    buildings = building_names(community)
    matter = MATTERS[index % len(MATTERS)][1]
    for number in range(count):
        yield Contract(number, buildings[number * BUILDINGS // count], matter)


def _register(desk: Desk) -> None:
    office = desk.fangzi
    since = desk.clock.day = dt.date(2007, 1, 1)
    office.appoint(OFFICER, "district.officer", "fangzi", since)
    with office.store.begin():
        office.register_place("fangzi", "", layer="district", zh="坊子区", en="Fangzi")
        office.register_place(SUBDISTRICT, "fangzi", layer="subdistrict", zh="恒安街道", en="Heng'an subdistrict")
        for place, zh, en in COMMUNITIES:
            office.register_place(place, SUBDISTRICT, layer="community", zh=zh, en=en)
            short = zh.removesuffix("（虚构）")
            for number, building in enumerate(building_names(place), start=1):
                office.register_place(
                    building, place, layer="building", zh=f"{short}{number}号楼", en=f"{en}, building {number}"
                )
            name = place.rpartition(".")[2]
            for post in ("committee.chair", "committee.member", "council.chair", "council.member", "resident"):
                office.appoint(f"{name}-{post.replace('.', '-')}", post, place, since)
            office.appoint(f"{name}-organisation-delegate", "community_organisation.delegate", place, since)


def _begin_pilot(desk: Desk) -> str:
    """Open the rollout, begin the pilot in its two communities, and return the case's id."""
    case = desk.open(
        desk.fangzi,
        "rollout",
        {"title": "社区事务契约化管理", "findings": "借鉴农村契约化管理模式（示例）"},
        actor=OFFICER,
        day=dt.date(2007, 2, 20),
        place="fangzi",
        key="demo.rollout.investigate",
    )
    _rollout(desk, case.id, "begin_pilot", {"open_places": PILOT.places}, dt.date(2007, 3, 1))
    return case.id


def _roll_out(desk: Desk, rollout: str) -> None:
    evaluation = {"evaluation": "succeeded", "reasons": "两个试点社区签约顺利（示例）"}
    _rollout(desk, rollout, "evaluate", evaluation, dt.date(2007, 4, 16))
    _rollout(desk, rollout, "roll_out", {"open_places": ("fangzi",)}, dt.date(2007, 4, 17))


def _rollout(desk: Desk, rollout: str, step: str, data: Mapping[str, Any], day: dt.date) -> None:
    desk.take(desk.fangzi, rollout, step, data, actor=OFFICER, day=day, key=f"demo.rollout.{step}")


def _round(desk: Desk, wave: Wave, rollout: str) -> None:
    texts = {place: _settle_text(desk, place, rollout, wave.start) for place in wave.places}
    _campaign(desk, wave, texts)


def _settle_text(desk: Desk, community: str, rollout: str, start: dt.date) -> str:
    """Bring the community's contract text from the draft to its settlement and return the case's id."""
    name = community.rpartition(".")[2]
    matter, zh = MATTERS[[place for place, _, _ in COMMUNITIES].index(community) % len(MATTERS)]
    case = desk.open(
        desk.fangzi,
        "contract_text",
        {
            "rollout_case": rollout,
            "title": f"{zh}契约文本（示例）",
            "contract_matter": matter,
            "first_party": "committee",
            "second_party": "resident",
            "scope": f"本社区内的{zh}",
            "content": "条款材料未载；此处为示例",
            "form": "书面",
        },
        actor=f"{name}-committee-member",
        day=start,
        place=community,
        key=f"demo.text.{name}.draft",
    )
    for number, (step, post, day, data) in enumerate(_text_steps(name, start), start=1):
        key = f"demo.text.{name}.{number:02d}.{step}"
        case = desk.take(desk.fangzi, case, step, data, actor=f"{name}-{post}", day=day, key=key)
    return case.id


def _text_steps(name: str, start: dt.date) -> Sequence[Line]:
    def after(days: int) -> dt.date:
        return start + dt.timedelta(days=days)

    lawful = {"fits_law": True, "fits_policy": True, "fits_guidance": True, "elements_complete": True}
    took_part = {"legal_adviser": True, "judicial_staff": True, "enforcement_staff": True}
    asked = {"specialists_asked": False, "materials_looked_up": False}
    residents = tuple(f"{name}-resident-{number:02d}" for number in range(1, 61))
    ballot = {"entitled": residents, "taking_part": residents, "votes": ("yes",) * 46 + ("no",) * 14}
    return (
        ("see_to_legality", "committee-chair", after(3), {**took_part, **asked, **lawful, "legal_base": "示例依据"}),
        ("discuss_in_organisations", "organisation-delegate", after(4), {"position": "同意范围和形式"}),
        ("discuss_in_council", "council-member", after(4), {"position": "同意"}),
        ("agree", "council-chair", after(7), {"organisations_agree": True, "council_agrees": True}),
        ("ask_opinions", "committee-chair", after(8), {}),
        ("give_opinion", "resident", after(10), {"opinion": "请写明联系人"}),
        ("answer", "committee-member", after(11), {"opinion_number": 1, "reply": "已写明联系人"}),
        ("close_opinions", "committee-chair", after(21), {}),
        ("settle", "council-chair", after(25), ballot),
    )


def _campaign(desk: Desk, wave: Wave, texts: Mapping[str, str]) -> None:
    items = {place: list(contracts_of(place, desk.contracts)) for place in wave.places}
    with desk.show.progress("送交 offered", sum(map(len, items.values()))) as advance:
        offered = {place: _offer(desk, place, texts[place], items[place], wave.offer, advance) for place in wave.places}
    steps = sum(1 + (item.fate == "later") for pairs in offered.values() for item, _ in pairs)
    with desk.show.progress("上门 at the door", steps) as advance:
        for fate, step, day, data in (
            ("sign", "sign", wave.sign, _TRUE),
            ("refuse", "refuse", wave.sign, {}),
            ("miss", "miss", wave.sign, {}),
            ("later", "miss", wave.sign, {}),
            ("later", "sign_later", wave.later, _TRUE),
        ):
            for place, pairs in offered.items():
                met = [(item, case) for item, case in pairs if item.fate == fate]
                _knock(desk, place, met, step, day, data, advance)


def _offer(
    desk: Desk, place: str, text: str, items: Sequence[Contract], day: dt.date, advance: Callable[[int], None]
) -> Sequence[tuple[Contract, Case]]:
    name = place.rpartition(".")[2]
    desk.clock.day = day
    batch = desk.fangzi.open_many(
        "contract",
        [{"text_case": text, "matter": item.matter, "party": f"{name}-party-{item.number:05d}"} for item in items],
        actor=f"{name}-committee-member",
        day=day,
        place=[item.building for item in items],
        keys=[f"demo.offer.{name}.{item.number:05d}" for item in items],
        chunk=CHUNK,
        progress=_counting(advance),
    )
    return list(zip(items, _all(batch), strict=True))


def _knock(
    desk: Desk,
    place: str,
    met: Sequence[tuple[Contract, Case]],
    step: str,
    day: dt.date,
    data: Mapping[str, Any],
    advance: Callable[[int], None],
) -> None:
    name = place.rpartition(".")[2]
    desk.clock.day = day
    batch = desk.fangzi.take_many(
        [(case, data) for _, case in met],
        step,
        actor=f"{name}-committee-member",
        day=day,
        keys=[f"demo.{step}.{name}.{item.number:05d}" for item, _ in met],
        chunk=CHUNK,
        progress=_counting(advance),
    )
    _all(batch)


def _all(batch: Batch) -> Sequence[Case]:
    """Return every case of a batch.

    Raises:
        RuntimeError: if one was refused; the demo's own data fits the rules, so that would be a fault in one of them.
    """
    if batch.refused:
        raise RuntimeError(f"the demo was refused: {batch.refused[0].findings}")
    return batch.done


def _counting(advance: Callable[[int], None]) -> Callable[[int], None]:
    """Turn *so many are done in all* into *so many more*."""
    seen = 0

    def progress(done: int) -> None:
        nonlocal seen
        advance(done - seen)
        seen = done

    return progress


_COLUMNS = (("signed", "sign"), ("signed", "sign_later"), ("refused", "refuse"), ("not_met", "miss"))


def _tell(desk: Desk) -> None:
    """Print one contract text, and the campaign by community, from the record."""
    office = desk.fangzi
    texts = list(office.store.cases(procedure=office.rules.procedure_name("contract_text")))
    moments = office.timeline(texts[0].id)
    steps = " → ".join(dict.fromkeys(moment.label.zh for moment in moments))
    desk.show.line(f"{len(texts)} 份文本 texts：{steps}")
    contract = office.rules.procedure_name("contract")
    counted: Counter[tuple[str, str, str]] = Counter()
    for item in office.store.tally():
        if item.procedure == contract:
            counted[item.place.rpartition(".")[0], item.state, item.step] += item.count
    rows = []
    for place, zh, en in COMMUNITIES:
        counts = [counted[place, state, step] for state, step in _COLUMNS]
        rows.append((f"{zh} {en}", *(f"{count:,}" for count in counts), f"{sum(counts):,}"))
    totals = [sum(counted[place, state, step] for place, _, _ in COMMUNITIES) for state, step in _COLUMNS]
    rows.append(("合计 all", *(f"{count:,}" for count in totals), f"{sum(totals):,}"))
    heads = ("社区 community", "已签 signed", "补签 signed later", "不签 refused", "未遇 not met", "合计 all")
    desk.show.table(heads, rows, right=(1, 2, 3, 4, 5))
    found = campaign(office, "contract", "signed")
    desk.show.line(f"尚余 {found.left:,} 份未签未拒", f"{found.left:,} of {found.total:,} left")
    for procedure in ("contract_text", "contract"):
        desk.examples(office, procedure, PILOT.offer)
