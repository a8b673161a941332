"""Who may take which step of every shipped procedure: a table written by hand, held against the running office."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
import yaml

from community_core.base import Label, Refused, Standing
from community_core.declarations import District, Practice
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered, gather
from community_core.office import open_office
from community_core.ports.store import StoredCase
from community_core.procedures import EndKind, Procedure, Step
from community_core.procedures import step as steps
from community_core.procedures.events import Event
from community_core.procedures.reading import ANYONE, PROPOSER

TABLE = yaml.safe_load((Path(__file__).parent / "authority.yaml").read_text("utf-8"))
DAY = dt.date(2030, 5, 6)
PLACE = "here"


OFFERED = gather()


@cache
def rules_of(name):
    """Return the rules of a district that adopts the core's practices, and those of the plugin that *name* is from."""
    groups = {"core", name.partition(".")[0]}
    adopted = tuple(item.name for item in OFFERED.practices if item.name.partition(".")[0] in groups)
    return compose(District("all-of-it", adopts=adopted), OFFERED)


def shipped():
    """Return the full names of the procedures that are shipped and apply; what failed or was only proposed does not."""
    return {
        f"{item.name}.{each.name}"
        for item in OFFERED.practices
        for each in item.procedures
        if (each.standing or item.standing).applies
    }


@cache
def posts():
    """Return every post that any shipped procedure names."""
    found = set()
    for name in sorted(shipped()):
        procedure = rules_of(name).procedure(name, on=DAY)
        own = {*procedure.step_names, PROPOSER, ANYONE, "system"}
        found.update(post for step in procedure.steps for post in step.by if post not in own)
    return sorted(found)


class Desk:
    """An office in which one person holds each post, and cases stand in whatever state they are put."""

    def __init__(self, rules):
        self.office = open_office(rules, ":memory:")
        self.number = 0
        self.standing = {}
        for post in posts():
            self.office.appoint(f"holds {post}", post, PLACE, dt.date(2000, 1, 1))

    def put(self, name, procedure, step, opening):
        """Record a case in the state from which *step* is taken: *opening* opened it, and somebody took the others."""
        self.number += 1
        case_id = f"case-{self.number}"
        binding = self.office._bindings.present(name, on=DAY)
        stored = StoredCase(case_id, name, PLACE, DAY, binding.digest)
        before = [opening, *(item.name for item in procedure.steps if not item.opens)]
        events = [
            Event(case_id, number, taken, step.source[0], f"took {taken}", "x", DAY, rules=binding.digest)
            for number, taken in enumerate(before, 1)
        ]
        with self.office.store.begin():
            self.office.store.keep_rules(binding.digest, binding.text)
            self.office.store.add_case(stored)
            self.office.store.append(events, {case_id: 0}, dt.datetime(2030, 5, 6, tzinfo=dt.UTC))
        return case_id

    def entitled(self, name, procedure, step, opening, person):
        """Whether the office lets *person* try the step: whatever else it may lack, it is his to take."""
        place = (opening, step.name)
        try:
            if step.opens:
                self.office.open(name, {}, actor=person, day=DAY, place=PLACE, step=step.name)
            else:
                # A refused step changes nothing, so the next person finds the case as it was.
                case_id = self.standing.pop(place, None) or self.put(name, procedure, step, opening)
                self.standing[place] = case_id
                self.office.take(case_id, step.name, {}, actor=person, day=DAY)
                del self.standing[place]
        except Refused as error:
            codes = {item.code for item in error.findings}
            assert not codes & {"wrong-state", "unknown-step", "unknown-case", "day-before", "case-ended"}, codes
            return "not-entitled" not in codes
        return True


def openings(procedure):
    """Return the names of the steps that open a case."""
    return [item.name for item in procedure.steps if item.opens]


def people(procedure, opening):
    """Return each column of the table with the person who stands in it, in a case that *opening* opened."""
    found = {post: f"holds {post}" for post in posts()}
    found |= {item.name: f"took {item.name}" for item in procedure.steps if not item.opens}
    return {**found, PROPOSER: f"took {opening}"}


def tried(procedure):
    """Yield each cell of a procedure: the step, which step opened the case, the column and who stands in it.

    Whoever opens a case is nothing in it yet; any other step is tried in cases of every opening.
    """
    for step in procedure.steps:
        for opening in [step.name] if step.opens else openings(procedure):
            for column, person in people(procedure, opening).items():
                if not step.opens or not person.startswith("took "):
                    yield step, opening, column, person


def differences(name, rules, written):
    """Yield the cells of a procedure's table, which is *written*, in which the office does otherwise."""
    procedure = rules.procedure(name, on=DAY)
    if set(written) != {step.name for step in procedure.steps}:
        yield f"{name}: steps {sorted(set(written) ^ {step.name for step in procedure.steps})}"
        return
    desk = Desk(rules)
    for step, opening, column, person in tried(procedure):
        may = written[step.name].split()
        roles = {column, opening} if column == PROPOSER else {column}
        expected = ANYONE in may or not roles.isdisjoint(may)
        if desk.entitled(name, procedure, step, opening, person) != expected:
            yield f"{name}.{step.name}: {column} {'may' if expected else 'may not'}, says the table"
    desk.office.close()


def test_every_shipped_procedure_stands_in_the_table():
    """A procedure that is shipped and not in the table, or the other way round, is named."""
    assert sorted(shipped() ^ set(TABLE)) == []


def test_every_post_of_the_table_is_one_that_somebody_can_hold():
    """A slip of the pen in the table is no post that nobody tries."""
    for name, rows in TABLE.items():
        known = {*posts(), PROPOSER, ANYONE, *rows}
        assert {post for may in rows.values() for post in may.split()} <= known, name


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_office_lets_those_act_whom_the_table_names(name):
    """Every cell of step and post: the office lets exactly those try a step who may by the table."""
    assert list(differences(name, rules_of(name), TABLE[name])) == []


def test_who_opened_a_case_by_another_step_is_known_too():
    """A step that is for whoever took the second opening step is his in the cases that he opened, and nobody else's."""
    practice = Practice(
        "town.visits",
        Label("走访", "Visits"),
        procedures=(
            Procedure(
                "visit",
                title=Label("走访", "Visit"),
                steps=(
                    Step("plan", by=("committee.chair",), to="open"),
                    Step("ask", by=("resident",), to="open"),
                    Step("thank", by=("ask",), source=("open",), to="open"),
                    Step("close", by=(PROPOSER,), source=("open",), to="done"),
                ),
                ends=(("done", EndKind.DECIDED),),
            ),
        ),
        standing=Standing.EXAMPLE,
    )
    rules = compose(District("town", adopts=("town.visits",)), Gathered(practices=(practice,)))
    assert rules.findings == ()
    written = {"plan": "committee.chair", "ask": "resident", "thank": "ask", "close": PROPOSER}
    assert list(differences("town.visits.visit", rules, written)) == []
    wrong = ["town.visits.visit.thank: proposer may, says the table"]
    assert list(differences("town.visits.visit", rules, {**written, "thank": PROPOSER})) == wrong


def test_an_office_that_does_not_look_is_found_out(monkeypatch):
    """Without the check of who acts, the table finds a cell in every procedure that does otherwise."""
    monkeypatch.setattr(steps, "against_actor", lambda *_: [])
    for name, rows in TABLE.items():
        if any(ANYONE not in may.split() for may in rows.values()):
            assert next(differences(name, rules_of(name), rows), "") != "", name
