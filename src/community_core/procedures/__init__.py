"""Procedures of cases as data, what happens in them as events, and the one pure step function."""

from community_core.procedures.check import check_procedure
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.deadlines import Deadline, deadlines, settle
from community_core.procedures.definition import (
    EffectSpec,
    EndKind,
    Gap,
    Late,
    LateAction,
    Procedure,
    Publish,
    PublishKind,
    Step,
    StepField,
    Waiting,
)
from community_core.procedures.events import (
    LATE,
    SYSTEM,
    Appoint,
    Case,
    Effect,
    EndAppointment,
    Enter,
    Event,
    OpenCase,
    PublishedItem,
    Redraw,
    Remind,
    fold,
)
from community_core.procedures.merge import merge
from community_core.procedures.reading import ANYONE, PROPOSER, Evaluate, Evaluation, WorkingDays, post_for, roles
from community_core.procedures.step import Refusal, Taken, openings, possible, take

__all__ = [
    "ANYONE",
    "LATE",
    "PROPOSER",
    "SYSTEM",
    "Appoint",
    "Case",
    "CollectiveDecision",
    "Deadline",
    "Effect",
    "EffectFunction",
    "EffectSpec",
    "EndAppointment",
    "EndKind",
    "Enter",
    "Evaluate",
    "Evaluation",
    "Event",
    "Gap",
    "Late",
    "LateAction",
    "OpenCase",
    "Procedure",
    "Publish",
    "PublishKind",
    "PublishedItem",
    "Redraw",
    "Refusal",
    "Remind",
    "Step",
    "StepField",
    "Taken",
    "Waiting",
    "WorkingDays",
    "check_procedure",
    "deadlines",
    "fold",
    "merge",
    "openings",
    "possible",
    "post_for",
    "roles",
    "settle",
    "take",
]
