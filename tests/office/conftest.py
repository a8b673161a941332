"""An office over the courtyard hearing, with the people who act in it."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from pathlib import Path

import pytest

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.declarations.terms import Terms
from community_core.jurisdiction.rules import Rules
from community_core.office.office import Office, open_office
from community_core.procedures.definition import EffectSpec, EndKind, Procedure, Step, StepField
from community_core.rules.terms import Expression
from community_core.rules.types import TEXT

_path = Path(__file__).parents[1] / "procedures" / "hearing.py"
_spec = importlib.util.spec_from_file_location("courtyard_hearing", _path)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
sys.modules.setdefault("courtyard_hearing", _module)

START = dt.date(2006, 1, 1)

CONVENER = Expression("hearing.convener")
ELECTION = Procedure(
    "election",
    fields=(StepField("winner", TEXT, Privacy.PUBLIC, Label("当选人")), StepField("why", TEXT, Privacy.INTERNAL)),
    ends=(("removed", EndKind.DECIDED),),
    steps=(
        Step(
            "elect",
            ("committee.chair",),
            to="elected",
            takes=("winner",),
            effects=(EffectSpec("appoint", (("what", CONVENER), ("person", Expression("winner")))),),
        ),
        Step("vow", ("hearing.convener",), source=("elected",)),
        Step(
            "remove",
            ("committee.chair",),
            source=("elected",),
            to="removed",
            takes=("why",),
            effects=(
                EffectSpec(
                    "end_appointment",
                    (
                        ("what", CONVENER),
                        ("person", Expression("winner")),
                        ("reason", Expression("why")),
                    ),
                ),
            ),
        ),
    ),
)


class FixedClock:
    """A clock that ticks by the microsecond from one moment on."""

    def __init__(self):
        self.moment = dt.datetime(2006, 5, 8, 9, tzinfo=dt.UTC)

    def now(self):
        """Return the next moment."""
        self.moment += dt.timedelta(microseconds=1)
        return self.moment


@pytest.fixture(scope="session")
def hearing():
    """The module of the courtyard hearing."""
    return _module


@pytest.fixture(scope="session")
def rules_of(hearing):
    """Build rules over the hearing: with open parameters, another hearing, further procedures."""

    def rules_of(without=(), procedure=hearing.HEARING, more=()):
        procedures = ((f"{hearing.PRACTICE}.hearing", procedure), (f"{hearing.PRACTICE}.follow_up", hearing.FOLLOW_UP))
        return Rules.from_terms(Terms(parameters=hearing.parameters(without), procedures=(*procedures, *more)))

    return rules_of


def people(office: Office) -> None:
    """Register the places and appoint those who act."""
    office.register_place("shenhe", layer="district", zh="沈河区", en="Shenhe")
    office.register_place("binhe", "shenhe", layer="subdistrict", zh="滨河街道", en="Binhe")
    for place in ("wenyi", "other"):
        office.register_place(place, "binhe", layer="community", zh=place, en=place)
    for person, post, place in (
        ("zhang", "resident", "wenyi"),
        ("li", "committee.chair", "wenyi"),
        ("wang", "hearing.convener", "wenyi"),
        ("r1", "representative", "wenyi"),
        ("officer", "subdistrict.officer", "binhe"),
        ("stranger", "committee.chair", "other"),
    ):
        office.appoint(person, post, place, START)


@pytest.fixture
def make_office(rules_of):
    """Open an office over rules and a place to keep them, with the people registered."""

    def make_office(where=":memory:", rules=None, **more):
        office = open_office(rules or rules_of(), where, clock=FixedClock(), **more)
        people(office)
        return office

    return make_office


@pytest.fixture
def office(make_office):
    """An office in memory."""
    with make_office() as office:
        yield office


@pytest.fixture
def electing(make_office, rules_of, hearing):
    """An office with the election."""
    with make_office(rules=rules_of(more=((f"{hearing.PRACTICE}.election", ELECTION),))) as office:
        yield office


@pytest.fixture(scope="session")
def run_hearing(hearing):
    """Run the first steps of the courtyard hearing in an office and return the case."""

    def run_hearing(office, count=6):
        case = None
        for name, data, actor, _post, day in hearing.RUN[:count]:
            if case is None:
                case = office.open("hearing", data, actor=actor, day=day, place="wenyi")
            else:
                case = office.take(case, name, data, actor=actor, day=day)
        return case

    return run_hearing
