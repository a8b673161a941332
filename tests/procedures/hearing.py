"""The courtyard hearing, built in Python: a procedure with its follow-up, and example values of its open parameters."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from functools import partial
from typing import Any

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.ranks import Privacy, Standing
from community_core.instruments.ballot import BALLOT_RULES
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.definition import (
    EffectSpec,
    EndKind,
    Late,
    LateAction,
    Procedure,
    Publish,
    PublishKind,
    Step,
    StepField,
    Waiting,
)
from community_core.procedures.events import Case
from community_core.procedures.reading import Evaluate
from community_core.procedures.step import Taken, take
from community_core.rules.engine import Engine
from community_core.rules.terms import DatedValue, Expression, Parameter
from community_core.rules.types import DATE, SHARE, TEXT, TYPE_NAMES, ValueType, enum_of, list_of

PRACTICE = "demo.hearing"
CITE = Citation("范例", "听证")
E = Expression
RESIDENTS = "residents"


def _field(name: str, kind: ValueType, privacy: Privacy, zh: str, *, optional: bool = False) -> StepField:
    return StepField(name, kind, privacy, Label(zh, name), optional=optional)


PUBLIC, INTERNAL, PERSONAL = Privacy.PUBLIC, Privacy.INTERNAL, Privacy.PERSONAL

FOLLOW_UP = Procedure(
    name="follow_up",
    title=Label("听证结论落实", "follow-up"),
    fields=(_field("about", TEXT, PUBLIC, "结论"), _field("report", TEXT, PUBLIC, "落实情况")),
    ends=(("carried_out", EndKind.DECIDED),),
    steps=(
        Step("order", ("hearing.convener",), to="ordered", takes=("about",)),
        Step(
            "report_done",
            ("committee.chair",),
            source=("ordered",),
            to="carried_out",
            takes=("report",),
            publish=(Publish(PublishKind.ANNOUNCEMENT, ("about", "report")),),
        ),
    ),
)

HEARING = Procedure(
    name="hearing",
    title=Label("社区事务听证会", "Community affairs hearing"),
    force="binds",
    cite=CITE,
    standing=Standing.EXAMPLE,
    fields=(
        _field("title", TEXT, PUBLIC, "事项"),
        _field("options", list_of(TEXT, 2), PUBLIC, "可选方案"),
        _field("competence", enum_of("residents", "other_body"), INTERNAL, "归谁决定"),
        _field("to_body", TEXT, PUBLIC, "移交给"),
        _field("why", TEXT, PUBLIC, "理由"),
        _field("venue", TEXT, PUBLIC, "地点"),
        _field("held_day", DATE, PUBLIC, "听证日期"),
        _field("representatives", list_of(TEXT, 1), PERSONAL, "应到代表"),
        _field("present", list_of(TEXT), PERSONAL, "到会代表"),
        _field("position", TEXT, INTERNAL, "主张", optional=True),
        _field("statement", TEXT, INTERNAL, "发言"),
        _field("reasons", TEXT, PUBLIC, "结论理由"),
    ),
    ends=(
        ("concluded", EndKind.DECIDED),
        ("handed_over", EndKind.HANDED_OVER),
        ("withdrawn", EndKind.WITHDRAWN),
        ("lapsed", EndKind.LAPSED),
    ),
    states=(("proposed", Label("已提出", "proposed")), ("concluded", Label("已有结论", "concluded"))),
    steps=(
        Step(
            "propose",
            ("resident", "residents_group.leader", "committee.member", "subdistrict.officer", "department.officer"),
            to="proposed",
            takes=("title", "options"),
        ),
        Step(
            "check_competence",
            ("committee.chair",),
            source=("proposed",),
            to="checked",
            takes=("competence",),
            when=E("competence == residents"),
            because=Label("只有居民自己的事才由听证决定", "only what is for residents goes to their hearing"),
        ),
        Step(
            "hand_over",
            ("committee.chair",),
            source=("proposed",),
            to="handed_over",
            takes=("to_body", "why"),
            publish=(Publish(PublishKind.PERSONAL_NOTICE, ("to_body", "why"), "proposer"),),
        ),
        Step(
            "announce",
            ("committee.chair",),
            source=("checked",),
            to="announced",
            takes=("venue", "held_day", "representatives"),
            when=E("days_between(day, held_day) >= notice_period"),
            publish=(Publish(PublishKind.ANNOUNCEMENT, ("title", "options", "venue", "held_day")),),
            label=Label("公告", "Announce"),
        ),
        Step(
            "convene",
            ("hearing.convener",),
            source=("announced",),
            to="in_session",
            takes=("present",),
            held="held_day",
            not_by=("propose",),
            not_before=Waiting("announce", E("notice_period")),
            when=E("share(count(present), count(representatives)) >= quorum"),
        ),
        Step(
            "speak",
            ("representative", "department.officer", "unit.delegate"),
            source=("in_session",),
            takes=("position", "statement"),
        ),
        Step(
            "conclude",
            ("hearing.convener",),
            source=("in_session",),
            to="concluded",
            takes=("reasons",),
            within=Waiting("convene", E("conclusion_period")),
            decides=CollectiveDecision("options", "present", E("hearing_rule"), E("quorum")),
            publish=(
                Publish(
                    PublishKind.OBJECTION_NOTICE, ("counts", "outcome", "reasons"), RESIDENTS, E("objection_period")
                ),
            ),
            effects=(EffectSpec("open", (("procedure", E("follow_up")), ("about", E("outcome")))),),
        ),
        Step(
            "withdraw",
            ("proposer", "committee.chair"),
            source=("proposed", "checked", "announced"),
            to="withdrawn",
            takes=("why",),
        ),
    ),
    late=(
        Late("proposed", E("reminder_period"), LateAction.REMIND, "committee.chair"),
        Late("announced", E("lapse_period"), LateAction.LAPSE, "lapsed"),
    ),
)

VALUES: dict[str, tuple[ValueType, Any]] = {
    "quorum": (SHARE.in_unit("pct"), Fraction(1, 2)),
    "notice_period": (TYPE_NAMES["days"], 7),
    "objection_period": (TYPE_NAMES["days"], 5),
    "conclusion_period": (TYPE_NAMES["days"], 3),
    "reminder_period": (TYPE_NAMES["days"], 15),
    "lapse_period": (TYPE_NAMES["months"], 2),
    "hearing_rule": (enum_of(*BALLOT_RULES), "plurality"),
}


def parameters(without: tuple[str, ...] = ()) -> tuple[tuple[str, Parameter], ...]:
    """Return the parameters by full name; those named in *without* are left open."""
    return tuple(
        (
            f"{PRACTICE}.{name}",
            Parameter(
                name,
                kind,
                Label(name, name),
                () if name in without else (DatedValue(value, standing=Standing.EXAMPLE, cite=CITE),),
                gap=Label("材料未写", "no document gives one"),
            ),
        )
        for name, (kind, value) in VALUES.items()
    )


DAY = dt.date(2006, 5, 8)
HELD = dt.date(2006, 5, 20)
PRESENT = tuple(f"r{number}" for number in range(1, 8))
#: The steps of a hearing from proposal to conclusion: name, data, actor, post, day.
RUN: tuple[tuple[str, dict[str, Any], str, str, dt.date], ...] = (
    ("propose", {"title": "305 大院空地", "options": ["build", "green"]}, "zhang", "resident", DAY),
    ("check_competence", {"competence": "residents"}, "li", "committee.chair", DAY),
    (
        "announce",
        {"venue": "社区活动室", "held_day": HELD, "representatives": [f"r{number}" for number in range(1, 11)]},
        "li",
        "committee.chair",
        dt.date(2006, 5, 10),
    ),
    ("convene", {"present": list(PRESENT)}, "wang", "hearing.convener", HELD),
    ("speak", {"position": "build", "statement": "停车难"}, "r1", "representative", HELD),
    (
        "conclude",
        {"reasons": "多数代表赞成", "votes": ["green"] * 4 + ["build"] * 2 + ["abstain"]},
        "wang",
        "hearing.convener",
        HELD,
    ),
)


def engine(without: tuple[str, ...] = ()) -> Engine:
    """Return an engine over the parameters; those named in *without* are open."""
    return Engine(parameters=dict(parameters(without)))


def evaluator(without: tuple[str, ...] = ()) -> Evaluate:
    """Return how the practice's expressions are read."""
    return partial(engine(without).evaluate, practice=PRACTICE)


def new_case(name: str = "hearing", day: dt.date = DAY, **more: Any) -> Case:
    """Return a case before its first step."""
    return Case(f"{name}-2006-000001", f"{PRACTICE}.{name}", "wenyi", day, rules="sha256:00", **more)


def run(count: int, evaluate: Evaluate, procedure: Procedure = HEARING) -> tuple[Case, list[Taken]]:
    """Take the first *count* steps of the run."""
    case, taken = new_case(), []
    for name, data, actor, post, day in RUN[:count]:
        result = take(procedure, case, name, data, actor=actor, post=post, day=day, evaluate=evaluate)
        assert isinstance(result, Taken), result
        taken.append(result)
        case = result.case
    return case, taken
