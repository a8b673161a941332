"""The demo's hearings: the courtyard, build or green, and a renovation plan that residents have amended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from community_core.demo.desk import Desk
from community_core.office.views import Moment
from community_core.pages.texts import ENDS
from community_core.pages.words import post_label
from community_core.procedures.events import Case

ERJING = "shenhe.erjing"
YONGHUAN = "shenhe.erjing.yonghuan"
COMPOUND = "shenhe.erjing.yonghuan.305"
FENGYUTAN = "shenhe.fengyutan"
MAOQUAN = "shenhe.fengyutan.maoquan"

PLACES = (
    ("shenhe", "", "district", "沈河区", "Shenhe"),
    (ERJING, "shenhe", "subdistrict", "二经街道", "Erjing subdistrict"),
    (YONGHUAN, ERJING, "community", "永环社区", "Yonghuan community"),
    (COMPOUND, YONGHUAN, "compound", "永环社区305大院", "Compound 305, Yonghuan"),
    (FENGYUTAN, "shenhe", "subdistrict", "风雨坛街道", "Fengyutan subdistrict"),
    (MAOQUAN, FENGYUTAN, "community", "茂泉社区", "Maoquan community"),
)

#: Role names only: nobody here is a person.
POSTS = (
    ("erjing-officer", "subdistrict.officer", ERJING),
    ("yonghuan-chair", "committee.chair", YONGHUAN),
    ("yonghuan-convener", "hearing.convener", YONGHUAN),
    ("yonghuan-rep-01", "representative", YONGHUAN),
    ("yonghuan-rep-02", "representative", YONGHUAN),
    ("housing-bureau", "department.officer", "shenhe"),
    ("construction-bureau", "department.officer", "shenhe"),
    ("enforcement-bureau", "department.officer", "shenhe"),
    ("civil-affairs-bureau", "department.officer", "shenhe"),
    ("maoquan-chair", "committee.chair", MAOQUAN),
    ("maoquan-convener", "hearing.convener", MAOQUAN),
    ("maoquan-rep-01", "representative", MAOQUAN),
    ("maoquan-rep-02", "representative", MAOQUAN),
    ("maoquan-rep-03", "representative", MAOQUAN),
)

BUILD, GREEN = "建房", "建绿"
_CALLED = tuple(f"yonghuan-rep-{number:02d}" for number in range(1, 16))
_PRESENT = _CALLED[:13]
_VOTES = (GREEN,) * 10 + (BUILD,) * 3
_APRIL, _MAY = 4, 5

Line = tuple[str, str, dt.date, Mapping[str, Any]]

COURTYARD: Sequence[Line] = (
    ("check_competence", "yonghuan-chair", dt.date(2006, _APRIL, 4), {"competence": "residents"}),
    (
        "announce",
        "yonghuan-chair",
        dt.date(2006, _APRIL, 6),
        {"venue": "永环社区居委会", "held_day": dt.date(2006, _APRIL, 18), "representatives": _CALLED},
    ),
    ("convene", "yonghuan-convener", dt.date(2006, _APRIL, 18), {"present": _PRESENT}),
    (
        "speak",
        "erjing-officer",
        dt.date(2006, _APRIL, 18),
        {"position": BUILD, "statement": "办公面积不足，拟建社区活动室"},
    ),
    (
        "speak",
        "yonghuan-rep-01",
        dt.date(2006, _APRIL, 18),
        {"position": GREEN, "statement": "更需要户外活动的场地和清新的空气"},
    ),
    ("speak", "construction-bureau", dt.date(2006, _APRIL, 18), {"position": BUILD, "statement": "说明建房条件"}),
    ("speak", "enforcement-bureau", dt.date(2006, _APRIL, 18), {"position": GREEN, "statement": "说明违建拆除情况"}),
    (
        "conclude",
        "yonghuan-convener",
        dt.date(2006, _APRIL, 18),
        {"votes": _VOTES, "reasons": "与建房相比，居民更需要户外活动的场地"},
    ),
)

PLAN: Sequence[Line] = (
    ("publish_plan", "housing-bureau", dt.date(2007, _APRIL, 10), {"plan": "社区环境改造方案（示例稿）"}),
    ("give_opinion", "maoquan-rep-01", dt.date(2007, _APRIL, 10), {"opinion": "增设座椅"}),
    ("give_opinion", "maoquan-rep-02", dt.date(2007, _APRIL, 10), {"opinion": "保留老树"}),
    ("give_opinion", "maoquan-rep-03", dt.date(2007, _APRIL, 10), {"opinion": "路灯不要直射窗户"}),
    (
        "amend",
        "housing-bureau",
        dt.date(2007, _APRIL, 24),
        {"amended_plan": "社区环境改造方案（示例修改稿）", "changes": "增设座椅；保留老树；调整路灯"},
    ),
)

#: What follows a conclusion: the body reports, the residents are asked again, and the convener closes.
COURTYARD_DONE: Sequence[Line] = (
    ("report_done", "erjing-officer", dt.date(2006, 9, 1), {"report": "绿阴映衬下的户外健身广场建成"}),
    ("ask_again", "yonghuan-convener", dt.date(2006, 9, 15), {"satisfied": 13, "not_satisfied": 0}),
    ("close", "yonghuan-convener", dt.date(2006, 9, 16), {}),
)
PLAN_DONE: Sequence[Line] = (
    ("report_progress", "housing-bureau", dt.date(2007, _MAY, 8), {"progress": "按修改后的方案开工"}),
    ("report_done", "housing-bureau", dt.date(2007, 6, 15), {"report": "完工（示例）"}),
    ("ask_again", "maoquan-convener", dt.date(2007, 6, 22), {"satisfied": 2, "not_satisfied": 1}),
    ("close_with_reasons", "maoquan-convener", dt.date(2007, 6, 25), {"why": "一盏路灯受管线所限不能移（示例）"}),
)


def register(desk: Desk) -> None:
    """Register places and posts; a second time changes nothing."""
    since = desk.clock.day = dt.date(2005, 1, 1)
    for place, parent, layer, zh, en in PLACES:
        desk.shenhe.register_place(place, parent, layer=layer, zh=zh, en=en)
    for person, post, place in POSTS:
        desk.shenhe.appoint(person, post, place, since)


def play(desk: Desk) -> None:
    """Hold the two hearings from proposal to what was published."""
    desk.show.part("听证：305大院建房还是建绿；改造方案按居民要求修改", "Hearings: build or green; a plan amended")
    before = desk.done("hearings")
    if not before:
        register(desk)
        _courtyard(desk)
        _plan(desk)
        desk.finish("hearings")
    _tell(desk, "hearing", ("propose", "announce", "convene", "conclude"))
    _tell(desk, "plan_hearing", ("publish_plan", "amend"))
    _tell(desk, "follow_up", ("report_done", "ask_again", "close", "close_with_reasons"))
    if before:
        desk.show.already("两次听证，未改动", "two hearings, left as they are")
    else:
        desk.show.made("两次听证已办结并公布", "two hearings held and published")


def _courtyard(desk: Desk) -> None:
    office = desk.shenhe
    case = desk.open(
        office,
        "hearing",
        {"title": "305大院拆除违建后建房还是建绿", "options": (BUILD, GREEN)},
        actor="erjing-officer",
        day=dt.date(2006, _APRIL, 3),
        place=COMPOUND,
        key="demo.courtyard.propose",
    )
    case = _steps(desk, case, "courtyard", COURTYARD)
    _follow_up(desk, case, "courtyard", COURTYARD_DONE)


def _plan(desk: Desk) -> None:
    case = desk.open(
        desk.shenhe,
        "plan_hearing",
        {"project": "茂泉社区环境改造", "called": ("maoquan-rep-01", "maoquan-rep-02", "maoquan-rep-03")},
        actor="maoquan-chair",
        day=dt.date(2007, _APRIL, 10),
        place=MAOQUAN,
        key="demo.plan.convene",
    )
    case = _steps(desk, case, "plan", PLAN)
    _follow_up(desk, case, "plan", PLAN_DONE)


def _follow_up(desk: Desk, case: Case, name: str, lines: Sequence[Line]) -> None:
    """Carry out what the last step of *case* ordered: its follow-up case bears that step's number."""
    _steps(desk, desk.shenhe.case(f"{case.id}.{case.version}.1"), f"{name}.done", lines)


def _steps(desk: Desk, case: Case, name: str, lines: Sequence[Line]) -> Case:
    with desk.show.progress("环节 steps", len(lines)) as advance:
        for number, (step, actor, day, data) in enumerate(lines, start=1):
            key = f"demo.{name}.{number:02d}.{step}"
            case = desk.take(desk.shenhe, case, step, data, actor=actor, day=day, key=key)
            advance(1)
    return case


def _tell(desk: Desk, procedure: str, steps: Sequence[str]) -> None:
    """Print the case's main steps from the record."""
    office = desk.shenhe
    definition = office.rules.procedure(procedure)
    title = definition.title
    found = list(office.store.cases(procedure=office.rules.procedure_name(procedure)))
    for stored in found:
        now = office.case(stored.id)
        moments = [moment for moment in office.timeline(stored.id) if moment.step in steps]
        rows = [
            (
                moment.day.isoformat(),
                f"{moment.label.zh} {moment.label.en}",
                post_label(moment.post, definition).zh,
                _said(moment),
            )
            for moment in moments
        ]
        desk.show.line(f"{title.zh}  {stored.id}  {_ENDS.get(now.ended, now.ended)}", title.en, style="bold")
        desk.show.table(("日期 day", "环节 step", "职务 by", "内容 content"), rows)
    desk.examples(office, procedure, found[0].opened)


_ENDS = {kind.value: label.zh for kind, label in ENDS.items()}


def _said(moment: Moment) -> str:
    data = dict(moment.data)
    if moment.step == "conclude":
        counts = "，".join(f"{name} {count}" for name, count in data["counts"] if count)
        until = next((item.until for item in moment.published if item.until), None)
        return f"{counts} → {data['outcome']}；公示至 {until}"
    if moment.step == "ask_again":
        return f"满意 satisfied {data['satisfied']}，不满意 not satisfied {data['not_satisfied']}"
    for name in ("changes", "plan", "report", "why", "title", "venue"):
        if name in data:
            return str(data[name])
    return f"到会 {len(data['present'])} 人 present" if "present" in data else ""
