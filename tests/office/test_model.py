"""The office against a plain model: random steps by random people on random days."""

from __future__ import annotations

import calendar
import datetime as dt
import importlib.util
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from community_core.base.errors import Refused
from community_core.declarations.terms import Terms
from community_core.jurisdiction.rules import Rules
from community_core.office.office import open_office
from community_core.procedures.events import LATE

_path = Path(__file__).parents[1] / "procedures" / "hearing.py"
_spec = importlib.util.spec_from_file_location("courtyard_hearing_model", _path)
assert _spec is not None
assert _spec.loader is not None
hearing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hearing)

RULES = Rules.from_terms(
    Terms(
        parameters=hearing.parameters(),
        procedures=(
            (f"{hearing.PRACTICE}.hearing", hearing.HEARING),
            (f"{hearing.PRACTICE}.follow_up", hearing.FOLLOW_UP),
        ),
    )
)
DAY = hearing.DAY
POSTS = {"zhang": "resident", "li": "committee.chair", "wang": "hearing.convener", "r1": "representative"}
ENDS = {"concluded", "withdrawn", "lapsed"}
PEOPLE = st.sampled_from([*POSTS, "nobody"])
LATER = st.integers(-2, 9)
DATA = {
    "check_competence": [{"competence": "residents"}, {"competence": "other_body"}],
    "announce": [{"venue": "x", "representatives": ["r1", "r2", "r3"]}],
    "convene": [{"present": ["r1", "r2"]}, {"present": ["r1"]}],
    "speak": [{"statement": "x"}, {}],
    "conclude": [
        {"reasons": "x", "votes": ["build", "build"]},
        {"reasons": "x", "votes": ["build", "green"]},
        {"reasons": "x", "votes": []},
    ],
    "withdraw": [{"why": "x"}, {"reasons": "x"}],
}


class PlainHearing:
    """The hearing in a few ifs: what the rules of the text come to, written a second time."""

    def __init__(self, day):
        self.state, self.entered, self.latest, self.reminded = "proposed", day, day, False
        self.steps = ["propose"]
        self.announced = self.convened = self.held = None

    def settle(self, day):
        """Remind after 15 days as proposed, lapse after two months as announced."""
        if self.state == "proposed" and not self.reminded and day > self.entered + dt.timedelta(days=15):
            self.reminded = True
            self.latest = max(self.latest, self.entered + dt.timedelta(days=16))
            self.steps.append(LATE)
        if self.state == "announced":
            month = self.entered.month + 2
            year, month = self.entered.year + (month - 1) // 12, (month - 1) % 12 + 1
            last = dt.date(year, month, min(self.entered.day, calendar.monthrange(year, month)[1]))
            if day > last:
                self.state, self.latest = "lapsed", max(self.latest, last + dt.timedelta(days=1))
                self.steps.append(LATE)

    def allows(self, step, data, person, day):
        """Whether the step goes through."""
        post = POSTS.get(person)
        if self.state in ENDS or day < self.latest:
            return False
        if step == "check_competence":
            return self.state == "proposed" and post == "committee.chair" and data["competence"] == "residents"
        if step == "announce":
            return self.state == "checked" and post == "committee.chair" and (data["held_day"] - day).days >= 7
        if step == "convene":
            return (
                self.state == "announced"
                and post == "hearing.convener"
                and day == self.held
                and (day - self.announced).days >= 7
                and len(data["present"]) * 2 >= 3
            )
        if step == "speak":
            return self.state == "in_session" and post == "representative" and "statement" in data
        if step == "conclude":
            on_time = self.convened is not None and (day - self.convened).days <= 3
            return (
                self.state == "in_session" and post == "hearing.convener" and on_time and len(set(data["votes"])) == 1
            )
        fits = self.state in ("proposed", "checked", "announced") and "why" in data
        return fits and (post == "committee.chair" or person == "zhang")

    def take(self, step, data, day):
        """Move on."""
        moves = {"check_competence": "checked", "announce": "announced", "convene": "in_session"}
        moves |= {"conclude": "concluded", "withdraw": "withdrawn"}
        if step in moves:
            self.state, self.entered = moves[step], day
        if step == "announce":
            self.announced, self.held = day, data["held_day"]
        if step == "convene":
            self.convened = day
        self.latest = day
        self.steps.append(step)


class Hearings(RuleBasedStateMachine):
    """One case, tried in every way."""

    @initialize()
    def begin(self):
        """Propose the courtyard."""
        self.office = open_office(RULES, ":memory:")
        for person, post in POSTS.items():
            self.office.appoint(person, post, "wenyi", dt.date(2006, 1, 1))
        self.day = DAY
        self.id = self.office.open("hearing", hearing.RUN[0][1], actor="zhang", day=DAY, place="wenyi").id
        self.plain = PlainHearing(DAY)

    def teardown(self):
        """Check the whole record at the end."""
        if hasattr(self, "office"):
            assert list(self.office.verify()) == []
            self.office.close()

    def steps(self):
        """The steps as recorded."""
        return [item.step for item in self.office.timeline(self.id)]

    @rule(
        step=st.sampled_from(sorted(DATA)), pick=st.integers(0, 2), person=PEOPLE, later=LATER, ahead=st.integers(5, 9)
    )
    def anything(self, step, pick, person, later, ahead):
        """Any step by anybody, near in time."""
        self.attempt(step, DATA[step][pick % len(DATA[step])], person, self.day + dt.timedelta(days=later), ahead)

    @rule(later=st.integers(0, 2), ahead=st.integers(7, 9), pick=st.integers(0, 5))
    def sensible(self, later, ahead, pick):
        """The next step by the right person, mostly with good data and on the right day."""
        state = self.plain.state
        step, person = {
            "proposed": ("check_competence", "li"),
            "checked": ("announce", "li"),
            "announced": ("convene", "wang"),
            "in_session": ("conclude", "wang"),
        }.get(state, ("withdraw", "li"))
        day = self.plain.held if step == "convene" else self.day + dt.timedelta(days=later)
        self.attempt(step, DATA[step][pick % 4 % len(DATA[step])], person, day, ahead)

    @rule(later=st.sampled_from([1, 8, 16, 70]))
    def pass_time(self, later):
        """Let time pass and settle."""
        self.wait(later)

    def wait(self, later):
        """Settle both after some days."""
        self.day += dt.timedelta(days=later)
        self.office.advance(self.day)
        self.plain.settle(self.day)

    @precondition(lambda self: self.plain.state == "announced")
    @rule()
    def forget(self):
        """Let an announced hearing lie until it has lapsed."""
        self.wait(later=70)

    def attempt(self, step, data, person, day, ahead):
        """Take the step in both; where it is refused, nothing at all has changed."""
        if step == "announce":
            data = {**data, "held_day": day + dt.timedelta(days=ahead)}
        before = (self.office.case(self.id), self.office.store.events(self.id), list(self.office.open_cases()))
        model = PlainHearing(DAY)
        model.__dict__.update({**self.plain.__dict__, "steps": list(self.plain.steps)})
        model.settle(day)
        if model.allows(step, data, person, day):
            model.take(step, data, day)
            self.plain = model
            self.office.take(self.id, step, data, actor=person, day=day)
            self.day = max(self.day, day)
        else:
            with pytest.raises(Refused) as info:
                self.office.take(self.id, step, data, actor=person, day=day)
            assert info.value.findings
            after = (self.office.case(self.id), self.office.store.events(self.id), list(self.office.open_cases()))
            assert after == before

    @invariant()
    def the_same_state_and_steps(self):
        """The office and the plain model agree."""
        case = self.office.case(self.id)
        assert (case.state, case.latest) == (self.plain.state, self.plain.latest)
        assert self.steps() == self.plain.steps


TestHearings = Hearings.TestCase
TestHearings.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
