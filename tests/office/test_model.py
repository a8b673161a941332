"""The office against a plain model: random steps by random people on random days."""

from __future__ import annotations

import calendar
import datetime as dt
import importlib.util
import os
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, make_url, text

from community_core.base.errors import Refused
from community_core.declarations.terms import Terms
from community_core.jurisdiction.rules import Rules
from community_core.office import Command
from community_core.office.office import open_office
from community_core.ports.store import Contradiction
from community_core.procedures.events import LATE, EndAppointment

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
START = dt.date(2006, 1, 1)
FOREVER = dt.date.max
POSTGRES = os.environ.get("COMMUNITY_CORE_TEST_POSTGRES", "")
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


class PlainRegister:
    """Who holds which post from when to when, and who may act for whom: plain lists."""

    def __init__(self):
        self.rows = [(person, post, START, None) for person, post in POSTS.items()]
        self.charges = []

    def posts(self, person, day):
        """The posts that a person holds on a day."""
        return {post for name, post, since, until in self.rows if name == person and since <= day < (until or FOREVER)}

    def held(self, person, behalf, day):
        """The posts under which a person acts: his own, or those of another that he is charged with."""
        if not behalf:
            return self.posts(person, day)
        charged = {post for who, whom, post, since in self.charges if (who, whom) == (person, behalf) and since <= day}
        return self.posts(behalf, day) & charged

    def end(self, person, post, day):
        """End what can end on a day; whether anything did."""
        for place, (name, held, since, until) in enumerate(self.rows):
            if (name, held) == (person, post) and since <= day and (until is None or until > day):
                self.rows[place] = (name, held, since, day)
                return True
        return False


class PlainHearing:
    """The hearing in a few ifs: what the rules of the text come to, written a second time."""

    def __init__(self, day):
        self.state, self.entered, self.latest, self.reminded = "proposed", day, day, False
        self.steps = ["propose"]
        self.said = {}
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

    def allows(self, step, data, posts, names, day):
        """Whether the step goes through, taken under *posts* by the one or two persons in *names*."""
        if self.state in ENDS or day < self.latest:
            return False
        if step == "check_competence":
            return self.state == "proposed" and "committee.chair" in posts and data["competence"] == "residents"
        if step == "announce":
            return self.state == "checked" and "committee.chair" in posts and (data["held_day"] - day).days >= 7
        if step == "convene":
            return (
                self.state == "announced"
                and "hearing.convener" in posts
                and "zhang" not in names
                and day == self.held
                and (day - self.announced).days >= 7
                and len(data["present"]) * 2 >= 3
            )
        if step == "speak":
            # What the case holds already need not be said again.
            return self.state == "in_session" and "representative" in posts and ("statement" in data or self.said)
        if step == "conclude":
            on_time = self.convened is not None and (day - self.convened).days <= 3
            decided = on_time and len(set(data["votes"])) == 1
            return self.state == "in_session" and "hearing.convener" in posts and decided
        fits = self.state in ("proposed", "checked", "announced") and "why" in data
        return fits and ("committee.chair" in posts or names == ["zhang"])

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
        if step == "speak":
            self.said[len(self.steps)] = data.get("statement")


class Database:
    """One database for many runs of the machine, each in a place of its own."""

    def __init__(self, kind):
        self.kind = kind
        self.runs = self.steps = 0
        self.where = None
        self.drop = None

    def open(self):
        """Open an office over the database, which is made when it is first asked for."""
        if self.where is None and self.kind == "sqlite":
            folder = tempfile.TemporaryDirectory()
            self.where, self.drop = Path(folder.name) / "record.db", folder.cleanup
        elif self.where is None:
            self.where, self.drop = a_schema(POSTGRES)
        return open_office(RULES, self.where)

    def close(self):
        """Verify the whole record of all runs and drop it."""
        if self.where is None:
            return
        with self.open() as office:
            assert list(office.verify()) == []
        self.drop()


def a_schema(server):
    """Return the URL of a new schema on a PostgreSQL server, and how to drop it."""
    engine, name = create_engine(server), f"cc_model_{uuid4().hex[:12]}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))

    def drop():
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()

    url = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
    return url.render_as_string(hide_password=False), drop


class Hearings(RuleBasedStateMachine):
    """One case and some beside it, tried in every way."""

    database = Database("sqlite")

    @initialize()
    def begin(self):
        """Propose the courtyard in a place where nothing happened yet."""
        self.database.runs += 1
        # What is compared after the beginning is no step.
        self.database.steps -= 1
        self.place = f"place-{self.database.runs}"
        self.office = self.database.open()
        self.register = PlainRegister()
        for person, post in POSTS.items():
            self.office.appoint(person, post, self.place, START)
        self.day = DAY
        self.id = self.office.open("hearing", hearing.RUN[0][1], actor="zhang", day=DAY, place=self.place).id
        self.plain = PlainHearing(DAY)
        self.last = None
        self.beside = []
        self.count = 0

    def teardown(self):
        """Close the office; the whole record is verified at the end of all runs."""
        if hasattr(self, "office"):
            self.office.close()

    def steps(self):
        """The steps as recorded."""
        return [item.step for item in self.office.timeline(self.id)]

    def kept(self):
        """Everything that a refused command must leave as it is."""
        cases = list(self.office.open_cases(place=self.place))
        return self.office.case(self.id), self.office.store.events(self.id), cases

    @rule(
        step=st.sampled_from(sorted(DATA)),
        pick=st.integers(0, 2),
        person=PEOPLE,
        behalf=st.sampled_from(["", "", "li", "wang", "r1"]),
        later=LATER,
        ahead=st.integers(5, 9),
    )
    def anything(self, step, pick, person, behalf, later, ahead):
        """Any step by anybody, for himself or for another, near in time."""
        day = self.day + dt.timedelta(days=later)
        self.attempt(step, DATA[step][pick % len(DATA[step])], person, day, ahead, "" if behalf == person else behalf)

    @rule(later=st.integers(0, 2), ahead=st.integers(7, 9), pick=st.integers(0, 5), deputy=st.booleans())
    def sensible(self, later, ahead, pick, deputy):
        """The next step by the right person or by whoever acts for him, mostly with good data and on the right day."""
        state = self.plain.state
        step, person = {
            "proposed": ("check_competence", "li"),
            "checked": ("announce", "li"),
            "announced": ("convene", "wang"),
            "in_session": ("speak", "r1") if pick < 3 else ("conclude", "wang"),
        }.get(state, ("withdraw", "li"))
        day = self.plain.held if step == "convene" else self.day + dt.timedelta(days=later)
        actor, behalf = (person, "") if not deputy else ("nobody", person)
        self.attempt(step, DATA[step][pick % 4 % len(DATA[step])], actor, day, ahead, behalf)

    @rule(later=st.sampled_from([1, 8, 16, 70]))
    def pass_time(self, later):
        """Let time pass and settle."""
        self.wait(later)

    def wait(self, later):
        """Settle both after some days."""
        self.day += dt.timedelta(days=later)
        self.office.advance(self.day, place=self.place)
        self.plain.settle(self.day)
        for _, other in self.beside:
            other.settle(self.day)

    @precondition(lambda self: self.plain.state == "announced")
    @rule()
    def forget(self):
        """Let an announced hearing lie until it has lapsed."""
        self.wait(later=70)

    @rule(person=PEOPLE, post=st.sampled_from(sorted(set(POSTS.values()))))
    def appoint(self, person, post):
        """Somebody is appointed from today on."""
        if post not in self.register.posts(person, self.day) and (person, post, self.day) not in {
            row[:3] for row in self.register.rows
        }:
            self.office.appoint(person, post, self.place, self.day)
            self.register.rows.append((person, post, self.day, None))

    @rule(person=PEOPLE, post=st.sampled_from(sorted(set(POSTS.values()))))
    def dismiss(self, person, post):
        """Somebody's post ends today; where he does not hold it, that is refused."""
        end = EndAppointment(person, post, self.place, self.day, "x")
        if self.register.end(person, post, self.day):
            self.office.store.end_posting(end)
        elif not any(row[:2] == (person, post) and row[3] == self.day for row in self.register.rows):
            with pytest.raises(Contradiction):
                self.office.store.end_posting(end)

    @rule(person=PEOPLE, behalf=st.sampled_from(["li", "wang", "r1"]))
    def charge(self, person, behalf):
        """Somebody is charged to act for another under the post that he had at the beginning."""
        if person != behalf:
            since = self.day
            self.office.delegate(person, behalf, POSTS[behalf], self.place, since, reason="委托")
            self.register.charges.append((person, behalf, POSTS[behalf], since))

    @precondition(lambda self: self.last is not None)
    @rule(same=st.booleans())
    def repeat(self, same):
        """The last command again under its key does nothing twice; another one under that key is refused."""
        args, more = self.last
        before = self.kept()
        if same:
            assert self.office.take(*args, **more) == before[0]
        else:
            with pytest.raises(Refused) as info:
                self.office.take(*args, **{**more, "day": more["day"] + dt.timedelta(days=1)})
            assert [item.code for item in info.value.findings] == ["key-reused"]
        assert self.kept() == before

    @precondition(lambda self: self.plain.said)
    @rule(person=PEOPLE, words=st.sampled_from(["x", "y", "z"]), pick=st.integers(0, 5))
    def correct(self, person, words, pick):
        """What was said is corrected by whoever may say it, where it was something else."""
        version = sorted(self.plain.said)[pick % len(self.plain.said)]
        model = self.settled(self.day)
        fits = "representative" in self.register.posts(person, self.day) and self.day >= model.latest
        call = (self.id, version, {"statement": words})
        more = {"actor": person, "day": self.day, "why": "笔误"}
        if fits and model.said[version] != words:
            self.office.correct(*call, **more)
            model.said[version], model.latest = words, self.day
            model.steps.append("correct")
            self.plain = model
        else:
            before = self.kept()
            with pytest.raises(Refused):
                self.office.correct(*call, **more)
            assert self.kept() == before

    @rule(who=st.lists(PEOPLE, min_size=1, max_size=4), deny=st.integers(0, 4))
    def many(self, who, deny):
        """Hearings proposed and checked in bulk: those that may go through, and the others are named by their place."""
        rows = [dict(hearing.RUN[0][1]) if place != deny else {"title": "x"} for place in range(len(who))]
        may = "resident" in self.register.posts("zhang", self.day)
        opened = self.office.open_many("hearing", rows, actor="zhang", day=self.day, place=self.place)
        good = [place for place in range(len(who)) if may and place != deny]
        assert [place for place, case in enumerate(opened.cases) if case is not None] == good
        checked = self.office.take_many(
            [(case, {"competence": "residents"}) for case in opened.done],
            "check_competence",
            actor=who[0],
            day=self.day,
        )
        chair = "committee.chair" in self.register.posts(who[0], self.day)
        assert len(checked.done) == (len(good) if chair else 0)
        for case in opened.done:
            other = PlainHearing(self.day)
            if chair:
                other.take("check_competence", {}, self.day)
            self.beside.append((case.id, other))

    @rule(who=st.lists(PEOPLE, min_size=1, max_size=3), later=st.sampled_from([0, 3, 17]))
    def whole(self, who, later):
        """Hearings recorded whole, proposed and later checked: each is there with both steps, or not at all."""
        day = self.day + dt.timedelta(days=later)
        done = [
            [
                Command("propose", hearing.RUN[0][1], "zhang", self.day),
                Command("check_competence", {"competence": "residents"}, person, day),
            ]
            for person in who
        ]
        before = len(list(self.office.open_cases(place=self.place)))
        batch = self.office.record_many("hearing", [(self.place, commands) for commands in done])
        may = "resident" in self.register.posts("zhang", self.day)
        good = [
            index for index, person in enumerate(who) if may and "committee.chair" in self.register.posts(person, day)
        ]
        assert [index for index, case in enumerate(batch.cases) if case is not None] == good
        assert len(list(self.office.open_cases(place=self.place))) == before + len(good)
        for case in batch.done:
            other = PlainHearing(self.day)
            other.settle(day)
            other.take("check_competence", {}, day)
            assert [item.step for item in self.office.timeline(case.id)] == other.steps
            self.beside.append((case.id, other))

    @rule()
    def restart(self):
        """The program ends and begins again."""
        self.office.close()
        self.office = self.database.open()

    def settled(self, day):
        """Return the plain hearing as it stands once what is overdue on a day is settled."""
        model = PlainHearing(DAY)
        copied = {"steps": list(self.plain.steps), "said": dict(self.plain.said)}
        model.__dict__.update({**self.plain.__dict__, **copied})
        model.settle(day)
        return model

    def attempt(self, step, data, person, day, ahead, behalf=""):
        """Take the step in both; where it is refused, nothing at all has changed."""
        if step == "announce":
            data = {**data, "held_day": day + dt.timedelta(days=ahead)}
        before = self.kept()
        model = self.settled(day)
        self.count += 1
        call = (
            (self.id, step, data),
            {"actor": person, "day": day, "behalf": behalf, "key": f"{self.id}/{self.count}"},
        )
        names = [person, behalf] if behalf else [person]
        if model.allows(step, data, self.register.held(person, behalf, day), names, day):
            model.take(step, data, day)
            self.plain = model
            self.office.take(*call[0], **call[1])
            self.day = max(self.day, day)
            self.last = call
            event = self.office.store.events(self.id)[-1].event
            assert (event.actor, event.behalf) == (person, behalf)
        else:
            with pytest.raises(Refused) as info:
                self.office.take(*call[0], **call[1])
            assert info.value.findings
            assert self.kept() == before

    @invariant()
    def the_same_state_and_steps(self):
        """The office and the plain model agree, in the case and in those beside it."""
        self.database.steps += 1
        case = self.office.case(self.id)
        assert (case.state, case.latest) == (self.plain.state, self.plain.latest)
        assert self.steps() == self.plain.steps
        said = [dict(item.data).get("statement") for item in self.office.timeline(self.id) if item.step == "speak"]
        assert len(said) == len(self.plain.said)
        for case_id, other in self.beside[-3:]:
            now = self.office.case(case_id)
            assert (now.state, now.latest) == (other.state, other.latest)


#: In a session of its own there are ten thousand steps and more on each database, else fewer.
ASKED = int(os.environ.get("COMMUNITY_CORE_TEST_MODEL", "300"))
# A run ends after fifteen steps or before.
EXAMPLES = ASKED // 8
SETTINGS = settings(
    max_examples=EXAMPLES, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_office_does_what_a_plain_model_does(kind):
    """Random steps, corrections, lapses, appointments, delegations, bulk calls, repetitions and restarts agree."""
    if kind == "postgresql" and not POSTGRES:
        pytest.skip("no PostgreSQL: COMMUNITY_CORE_TEST_POSTGRES gives no URL")
    database = Database(kind)
    machine = type("HearingsThere", (Hearings,), {"database": database})
    try:
        run_state_machine_as_test(machine, settings=SETTINGS)
    finally:
        database.close()
    print(f"{kind}: {database.steps} steps in {database.runs} runs")  # noqa: T201 - a figure to read
    assert database.steps >= ASKED
