"""Behaviour of an office inside a host's own database, transaction and registers."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from community_core.base.citations import Citation
from community_core.base.errors import Refused
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.codec.texts import canonical, digest
from community_core.declarations.terms import Terms
from community_core.jurisdiction.rules import Rules
from community_core.office.office import open_office
from community_core.rules.terms import Expression, Output, PythonDecision
from community_core.rules.types import enum_of

E = Expression


def test_what_a_host_rolls_back_never_happened(tmp_path, make_office, run_hearing, hearing):
    """In the host's transaction nothing is committed or told by the office; his rollback takes it all back."""
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    make_office(engine).close()
    told = []
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(text("create table if not exists mine (x integer)"))
        office = make_office(connection, observers=[told.append])
        run_hearing(office, 2)
        assert told == []
        transaction.rollback()
    with make_office(engine, observers=[told.append]) as office:
        assert list(office.store.cases()) == []
        office.deliver()
        assert told == []
    with engine.begin() as connection:
        case = run_hearing(make_office(connection), 2)
    with make_office(engine, observers=[told.append]) as office:
        assert office.case(case.id).state == "checked"
        office.deliver()
        assert [event.step for event in told] == ["propose", "check_competence"]
    engine.dispose()


def test_what_is_no_place_for_an_office_is_refused_at_once(tmp_path, rules_of):
    """A session of an ORM, or anything else, is not taken for a store; its connection is taken."""
    engine = create_engine(f"sqlite:///{tmp_path / 'record.db'}")
    with Session(engine) as session:
        for where in (session, None, 5, [], object()):
            with pytest.raises(TypeError, match=r"session\.connection"):
                open_office(rules_of(), where)
        assert list(open_office(rules_of(), session.connection()).open_cases()) == []
    engine.dispose()


def test_a_refused_step_leaves_the_hosts_transaction_usable(tmp_path, make_office, run_hearing, hearing):
    """A refusal undoes its own unit of work and nothing of the host's."""
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    make_office(engine).close()
    with engine.begin() as connection:
        office = make_office(connection)
        case = run_hearing(office, 1)
        with pytest.raises(Refused):
            office.take(case, "check_competence", {"competence": "other_body"}, actor="li", day=hearing.DAY)
        office.take(case, "withdraw", {"why": "x"}, actor="zhang", day=hearing.DAY)
    with make_office(engine) as office:
        assert office.case(case.id).state == "withdrawn"
    engine.dispose()


def test_two_offices_on_one_record_see_each_other(tmp_path, make_office, run_hearing, hearing):
    """What one office has done the other finds done, whatever case it holds in its hand."""
    where = str(tmp_path / "office.db")
    with make_office(where) as one, make_office(where) as two:
        case = run_hearing(one, 1)
        two.take(case, "check_competence", {"competence": "residents"}, actor="li", day=hearing.DAY)
        with pytest.raises(Refused) as info:
            one.take(case, "check_competence", {"competence": "residents"}, actor="li", day=hearing.DAY)
        assert [item.code for item in info.value.findings] == ["wrong-state"]
        assert run_hearing(two, 1).id == "hearing-2006-000002"


def test_whoever_is_elected_may_act_from_that_day_until_removed(electing, hearing):
    """An appointment that a step causes counts at once, and ends with the step that ends it."""
    day = hearing.DAY
    case = electing.open("election", {"winner": "sun"}, actor="li", day=day, place="wenyi")
    electing.take(case, "vow", actor="sun", day=day)
    with pytest.raises(Refused):
        electing.open("election", {"winner": "x"}, actor="sun", day=day, place="wenyi")
    electing.take(case, "remove", {"why": "撤换"}, actor="li", day=day + dt.timedelta(days=9))
    assert electing.store.postings("sun", day + dt.timedelta(days=8)) != ()
    assert electing.store.postings("sun", day + dt.timedelta(days=9)) == ()


def test_an_effect_that_the_registers_refuse_refuses_the_step(electing, hearing):
    """Ending an appointment that is not there leaves the case as it was, alone and in bulk."""
    day = hearing.DAY
    batch = electing.open_many("election", [{"winner": "sun"}, {"winner": "qian"}], actor="li", day=day, place="wenyi")
    electing.take(batch.done[0], "remove", {"why": "x"}, actor="li", day=day + dt.timedelta(days=1))
    other = electing.open("election", {"winner": "sun"}, actor="li", day=day + dt.timedelta(days=2), place="wenyi")
    electing.take(other, "remove", {"why": "x"}, actor="li", day=day + dt.timedelta(days=3))
    gone = electing.open("election", {"winner": "sun"}, actor="li", day=day + dt.timedelta(days=2), place="wenyi")
    rows = [(gone, {"why": "x"}), (batch.done[1], {"why": "y"})]
    result = electing.take_many(rows, "remove", actor="li", day=day + dt.timedelta(days=4))
    assert [(row.index, row.findings[0].code) for row in result.refused] == [(0, "effect-refused")]
    assert [electing.case(case.id).state for case, _ in rows] == ["elected", "removed"]
    assert list(electing.verify()) == []


def python_rules(hearing, function, version="1"):
    """Rules whose hearing checks competence by a Python decision."""
    decision = PythonDecision(
        "whose_matter",
        function,
        (),
        (Output("", enum_of("residents", "other_body")),),
        Label("由函数判定", "decided by a function"),
        Citation("范例"),
        of="case",
        version=version,
    )
    check = hearing.HEARING.step("check_competence")
    steps = tuple(
        evolve(step, when=E("whose_matter == competence")) if step is check else step for step in hearing.HEARING.steps
    )
    return Rules.from_terms(
        Terms(
            parameters=hearing.parameters(),
            decisions=((f"{hearing.PRACTICE}.whose_matter", decision),),
            procedures=(
                (f"{hearing.PRACTICE}.hearing", evolve(hearing.HEARING, steps=steps)),
                (f"{hearing.PRACTICE}.follow_up", hearing.FOLLOW_UP),
            ),
        )
    )


def test_a_python_function_of_another_version_refuses_the_step_and_names_it(
    tmp_path, make_office, rules_of, run_hearing, hearing
):
    """A case goes on with the function and version that it began under, or says which one to install."""
    where = str(tmp_path / "office.db")
    with make_office(where, python_rules(hearing, lambda: "residents")) as office:
        case = run_hearing(office, 1)
    given = {"actor": "li", "day": hearing.DAY}
    for rules in (rules_of(), python_rules(hearing, lambda: "residents", "2")):
        with make_office(where, rules) as office:
            with pytest.raises(Refused) as info:
                office.take(case, "check_competence", {"competence": "residents"}, **given)
            assert [item.code for item in info.value.findings] == ["missing-function"]
            assert f"{hearing.PRACTICE}.whose_matter (1)" in info.value.findings[0].message.en
            assert not any(item.allowed for item in office.may("li", case, hearing.DAY))
            assert office.advance(dt.date(2007, 1, 1)) == ()
    with make_office(where, python_rules(hearing, lambda: "residents")) as office:
        assert office.take(case, "check_competence", {"competence": "residents"}, **given).state == "checked"


def test_the_text_of_a_case_is_kept_whole(office, run_hearing, hearing):
    """The kept text hashes to the case's rules and holds the procedure and every parameter that it reaches."""
    case = run_hearing(office, 1)
    kept = office.store.rules(case.rules)
    assert digest(kept) == case.rules
    assert kept == canonical(office.rules.reach("demo.hearing.hearing"))
    assert all(f"demo.hearing.{name}" in kept for name in hearing.VALUES)


def test_the_values_a_case_rests_on_are_told_with_their_standing(office, run_hearing):
    """Of the example values only those count that the steps so far have read."""
    early = office.values_used(run_hearing(office, 3))
    assert [use.term.rpartition(".")[2] for use in early] == ["lapse_period", "notice_period", "reminder_period"]
    assert {use.standing for use in early} == {Standing.EXAMPLE}
    whole = office.values_used(run_hearing(office))
    assert "quorum" in {use.term.rpartition(".")[2] for use in whole}
    assert len(whole) == 7
