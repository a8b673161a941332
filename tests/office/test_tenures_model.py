"""Appointments against a plain model: overlapping, ended before they held, begun again, as of any day and moment."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import community_core as cc
from community_core.office.office import open_office
from community_core.ports.store import Contradiction

START = dt.date(2025, 3, 1)
MOMENT = dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC)
CHAIR = ("committee.chair", "c-1")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Rules of a town that has adopted little."""
    file = tmp_path_factory.mktemp("rules") / "town.yaml"
    file.write_text("district: little-town\nadopts: [core.rolls]\n", "utf-8")
    return cc.load(file)


class Ticking:
    """A clock that goes on by a minute each time it is told to."""

    def __init__(self):
        self.at = MOMENT

    def now(self):
        return self.at


def day_of(number):
    return None if number is None else START + dt.timedelta(number)


def appoint(spans, since, until):
    """Return the spans with another one, or as they are where it is there already; ``None`` where it contradicts."""
    same = next((span for span in spans if span[0] == since and span[2] != since), None)
    if until is not None and until <= since:
        return None
    if same is not None:
        return spans if same[1] == until else None
    return [*(span for span in spans if span[0] != since), (since, until, None)]


def end(spans, day):
    return [
        (since, until, day)
        if since <= day and all(stop is None or day < stop for stop in (until, ended))
        else (since, until, ended)
        for since, until, ended in spans
    ]


def holds(spans, day):
    return sum(
        since <= day and all(stop is None or day < stop for stop in (until, ended)) for since, until, ended in spans
    )


NUMBERS = st.integers(0, 5)
COMMANDS = st.tuples(
    st.sampled_from(["甲", "乙"]),
    st.one_of(st.tuples(st.just("appoint"), NUMBERS, st.none() | NUMBERS), st.tuples(st.just("end"), NUMBERS)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(commands=st.lists(COMMANDS, max_size=8))
def test_who_holds_a_post_is_what_a_plain_model_says(town, commands):
    """On any day, as believed at any moment, those hold the post whose spans hold it; an end ends all that hold."""
    clock = Ticking()
    with open_office(town, ":memory:", clock=clock) as office:
        office.register_place("c-1", layer="community", zh="社区")
        believed = {"甲": [], "乙": []}
        moments = []
        for person, (what, *days) in commands:
            clock.at += dt.timedelta(minutes=1)
            if what == "appoint":
                since, until = map(day_of, days)
                after = appoint(believed[person], since, until)
                if after is None:
                    with pytest.raises(Contradiction):
                        office.appoint(person, *CHAIR, since, until, actor="clerk", why="选举")
                else:
                    office.appoint(person, *CHAIR, since, until, actor="clerk", why="选举")
                    believed |= {person: after}
            elif believed[person]:
                office.registers.end("appointments", [person, *CHAIR], day=day_of(days[0]), actor="clerk", why="辞职")
                believed |= {person: end(believed[person], day_of(days[0]))}
            moments.append((clock.at, dict(believed)))
        for moment, then in moments:
            for day in map(day_of, range(7)):
                rows = office.registers.rows("appointments", day=day, moment=moment)
                assert sorted(row.key[0] for row in rows) == sorted(
                    person for person, spans in then.items() for _ in range(holds(spans, day))
                )
        for day in map(day_of, range(7)):
            for person, spans in believed.items():
                assert len(office.store.postings(person, day)) == holds(spans, day)
        assert list(office.verify()) == []
