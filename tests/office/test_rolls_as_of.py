"""Electoral rolls of any day against a plain model: who is here, of age and alive on it, who is open, who elsewhere."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import community_core as cc
from community_core.base.errors import Refused
from community_core.office.office import open_office

START = dt.date(2025, 3, 1)
PLACES = ("c-1", "c-2", "c-3")
PEOPLE = tuple(f"r-{at}" for at in range(4))
HOUSEHOLDS = ("h-0", "h-1")
#: On the polling days of the test these come of age, among them who was born on 29 February.
BIRTHS = (
    None, dt.date(1950, 1, 1), dt.date(2004, 2, 29), dt.date(2007, 2, 28), dt.date(2007, 3, 1), dt.date(2007, 3, 2),
    dt.date(2007, 3, 9), dt.date(2008, 2, 29), dt.date(2012, 1, 1),
)  # fmt: skip


@pytest.fixture(scope="module", params=["actual", "registered", "either"])
def town(request, tmp_path_factory):
    """Rules of a town that counts one residence or either, and which it is."""
    file = tmp_path_factory.mktemp("rules") / "town.yaml"
    value = f"[{{value: {request.param}, from: 2000-01-01, standing: example}}]"
    file.write_text(
        f"district: little-town\nadopts: [core.rolls]\nset:\n  core.rolls.residence_counted_by: {value}\n", "utf-8"
    )
    return cc.load(file), request.param


class Model:
    """What holds from a day on, as whole pictures: nothing of dated rows."""

    def __init__(self):
        self.people, self.households, self.members, self.owners = {}, {}, {}, {}
        self.ended = set()

    def picture(self):
        return {
            "people": {name: dict(said) for name, said in self.people.items()},
            "households": dict(self.households),
            "members": dict(self.members),
            "owners": dict(self.owners),
            "ended": set(self.ended),
        }


PLACE = st.none() | st.sampled_from(PLACES)
PERSON = st.fixed_dictionaries(
    {"birth_date": st.sampled_from(BIRTHS), "actual_place": PLACE, "registered_place": PLACE}
)
CHANGES = st.one_of(
    st.tuples(st.just("resident"), st.sampled_from(PEOPLE), PERSON),
    st.tuples(st.just("death"), st.sampled_from(PEOPLE), st.none()),
    st.tuples(st.just("household"), st.sampled_from(HOUSEHOLDS), PLACE),
    st.tuples(st.just("member"), st.sampled_from(PEOPLE), st.sampled_from(HOUSEHOLDS)),
    st.tuples(st.just("owner"), st.sampled_from(("d-0", "d-1", "d-2")), st.sampled_from(("o-0", "o-1"))),
    st.tuples(st.just("merge"), st.sampled_from(PLACES[1:]), st.none()),
)


def change(desk, model, day, what, whom, said):
    """Do one change on *day* in the office and in the model; one that the office cannot do leaves both as they are."""
    gone = {"c-3": "c-1", "c-2": "c-1"}
    place = {name: gone[name] if name in model.ended else name for name in PLACES} | {None: None}
    if what == "resident":
        own = {**said, **{key: place[said[key]] for key in ("actual_place", "registered_place")}}
        desk.keep("residents", {"person": whom, **own}, since=day, actor="clerk")
        model.people[whom] = own
    elif what == "death" and whom in model.people:
        desk.end("residents", [whom], day=day, actor="clerk", why="死亡")
        if whom in model.members:
            desk.end("household_members", [model.members.pop(whom), whom], day=day, actor="clerk", why="死亡")
        del model.people[whom]
    elif what == "household":
        desk.keep("households", {"household": whom, "place": place[said]}, since=day, actor="clerk")
        model.households[whom] = place[said]
    elif what == "member" and whom in model.people and said in model.households:
        if model.members.get(whom, said) != said:
            desk.end("household_members", [model.members[whom], whom], day=day, actor="clerk", why="迁户")
        desk.keep("household_members", {"household": said, "person": whom}, since=day, actor="clerk")
        model.members[whom] = said
    elif what == "owner":
        desk.keep("owners", {"dwelling": whom, "owner": said}, since=day, actor="clerk")
        model.owners[whom, said] = True
    elif what == "merge" and whom not in model.ended:
        desk.redraw("merge", whom, "c-1", day=day, actor="clerk")
        model.ended.add(whom)
        moved = lambda name: "c-1" if name == whom else name  # noqa: E731 - one word for three tables
        for own in model.people.values():
            own |= {key: moved(own[key]) for key in ("actual_place", "registered_place")}
        model.households = {name: moved(at) for name, at in model.households.items()}


def here(place, at):
    return None if at is None else at == place


def of_age(born, day):
    if born is None:
        return None
    return (day.month, day.day) >= (born.month, born.day) if day.year - born.year == 18 else day.year - born.year > 18


def entitled(lives, registered, age, deprived, counted):
    if not (lives or registered) or not age or deprived:
        return "not_entitled"
    here = {"actual": lives, "registered": registered, "either": lives or registered}[counted]
    return "entitled" if here or (lives and registered) else "not_entitled"


def settled(outcomes):
    return outcomes.pop() if len(outcomes) == 1 else "undetermined"


def residents(picture, place, day, deprived, counted):
    found = {}
    for name, said in picture["people"].items():
        home = said["registered_place"] or picture["households"].get(picture["members"].get(name))
        known = [here(place, said["actual_place"]), here(place, home), of_age(said["birth_date"], day), deprived]
        if not known[0] and not known[1] and known[:2] != [None, None]:
            continue
        options = product(*((True, False) if each is None else (each,) for each in known))
        found[name] = settled({entitled(*each, counted) for each in options})
    return found


def households(picture, place, electors):
    found = {}
    for name, at in picture["households"].items():
        own = [electors.get(person, "not_entitled") for person, of in picture["members"].items() if of == name]
        if here(place, at) is not False:
            found[name] = "entitled" if at and "entitled" in own else "undetermined"
    return found


def owners(picture, places, place):
    found = {}
    for dwelling, owner in picture["owners"]:
        found.setdefault(owner, set()).add(here(place, places[dwelling]))
    return {owner: "entitled" if True in at else "undetermined" for owner, at in found.items() if at - {False}}


def frozen(desk, kind, place, day, deprived):
    given_facts = {} if deprived is None else {"deprived_of_political_rights": deprived}
    try:
        roll = desk.freeze_roll(kind, place, day=day, actor="clerk", given=given_facts)
    except Refused as refused:
        return {} if refused.findings[0].code == "empty-roll" else refused.findings[0].code
    for line in roll.lines:
        assert line.reason.zh
        assert line.reason.en
        assert line.outcome.value != "undetermined" or line.ask or kind == "households"
    return {line.subject: line.outcome.value for line in roll.lines}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.tuples(st.integers(0, 3), CHANGES), max_size=14),
    polls=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["c-1", "c-2"])), min_size=1, max_size=4),
    deprived=st.sampled_from([False, None, True]),
)
def test_rolls_of_any_day_are_those_of_a_plain_model(town, changes, polls, deprived):
    """However people, households and communities change, a roll of any past day says of each what the model says."""
    rules, counted = town
    with open_office(rules, ":memory:") as office:
        desk, model = office.registers, Model()
        office.register_place("d", layer="district", zh="区")
        for place in PLACES:
            office.register_place(place, "d", layer="community", zh=place)
        where = {"d-0": "c-1", "d-1": "c-3", "d-2": None}
        for dwelling, place in where.items():
            desk.keep("dwellings", {"dwelling": dwelling, "place": place}, since=START, actor="clerk")
        pictures, places, day = {START: model.picture()}, {START: dict(where)}, START
        for later, (what, whom, said) in changes:
            day += dt.timedelta(later)
            change(desk, model, day, what, whom, said)
            pictures[day] = model.picture()
            where = {name: "c-1" if at in model.ended else at for name, at in where.items()}
            places[day] = dict(where)
        for after, place in polls:
            poll = START + dt.timedelta(after)
            last = max(each for each in pictures if each <= poll)
            if place in pictures[last]["ended"]:
                assert frozen(desk, "residents", place, poll, deprived) == "not-registered"
                continue
            electors = residents(pictures[last], place, poll, deprived, counted)
            assert frozen(desk, "residents", place, poll, deprived) == electors
            assert frozen(desk, "households", place, poll, deprived) == households(pictures[last], place, electors)
            assert frozen(desk, "owners", place, poll, deprived) == owners(pictures[last], places[last], place)
        assert list(office.verify()) == []
