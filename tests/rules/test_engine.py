"""The engine: answers with reasons, decisions that use decisions, functions, and what is broken."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from typing import Any

import pytest
from attrs import evolve

from community_core.base import Citation, FactError, Label, Origin, Span, Standing, UnknownTerm, finding
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Function,
    HitPolicy,
    Output,
    Parameter,
    Row,
    Status,
    decision,
    enum_of,
)
from community_core.rules.types import TYPE_NAMES

DAY = dt.date(2006, 5, 1)
DOCUMENT = Citation("001.txt", "三、自我服务", lines="L111")
MEANS = ("three_withouts", "dibao", "low", "own_means", "other")
FACTS = (
    Fact("birth_date", DATE, label=Label("出生日期")),
    Fact("age", INT.in_unit("year"), label=Label("年龄", "age"), derived=Expression("age_on(birth_date, day)")),
    Fact("lives_alone", BOOL, label=Label("独居", "lives alone")),
    Fact("means", enum_of(*MEANS), label=Label("经济状况", "means")),
)
AGE = Parameter(
    "elder_age",
    INT.in_unit("year"),
    label=Label("老年起始年龄"),
    history=(
        DatedValue(60, Span(dt.date(1990, 1, 1)), Standing.EXAMPLE, setter="demo"),
        DatedValue(65, Span(dt.date(2010, 1, 1)), Standing.EXAMPLE, setter="demo"),
    ),
)


def row(when: str, then: str = "", gap: str = "", because: str = "因为") -> Row:
    return Row(
        when,
        (("", Expression(then)),) if then else (),
        Label(because, "because"),
        gap=Label(gap, "gap") if gap else None,
        cite=DOCUMENT,
        origin=Origin("r.yaml", 9, 3),
    )


CARE = DecisionTable(
    "care_class",
    (Output("", enum_of("carer", "phone_round", "none")),),
    (
        row("age < elder_age or not lives_alone", "none"),
        row("means in (three_withouts, dibao, low)", "carer"),
        row("means == own_means", "phone_round"),
        row("true", gap="材料只写了两类独居老人"),
    ),
    title=Label("独居老人关爱", "care of elders living alone"),
)


def engine(**more: Any) -> Engine:
    settings: dict[str, Any] = {
        "facts": FACTS,
        "parameters": {"care.elder_age": AGE},
        "decisions": {"care.care_class": CARE},
        "digest": "sha256:abc",
        **more,
    }
    return Engine(**settings)


def test_a_determined_answer_has_row_reason_and_citation():
    """An outcome comes with its row, its reason, its document and the parameter values that it rests on."""
    answer = engine().decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY)
    assert (answer.status, answer.outcome, answer.row) == (Status.DETERMINED, "carer", 2)
    assert [reason.row for reason in answer.reasons] == [2]
    assert answer.citations == (DOCUMENT,)
    assert [(use.name, use.value, use.standing) for use in answer.parameters] == [("elder_age", 60, Standing.EXAMPLE)]
    assert answer.standings == {Standing.IN_FORCE, Standing.EXAMPLE}
    assert answer.ask == answer.gaps == ()


def test_the_data_of_an_answer_has_nine_keys_and_is_json():
    """An answer as data has exactly the documented keys and goes through JSON unchanged."""
    data = engine().decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY).as_data()
    assert list(data) == ["outcome", "status", "row", "reasons", "citations", "parameters", "ask", "gaps", "rules"]
    assert json.loads(json.dumps(data)) == data
    assert data["parameters"][0]["standing"] == "example"
    assert data["reasons"][0]["conditions"][0]["values"] == {"means": "dibao"}


def test_a_missing_fact_is_asked_for():
    """Without a fact that matters the answer is undetermined and asks for it alone."""
    answer = engine().decide("care_class", {"age": 72, "lives_alone": True}, on=DAY)
    assert (answer.status, answer.outcome, answer.ask) == (Status.UNDETERMINED, None, ("means",))


def test_a_fact_that_cannot_matter_is_not_asked_for():
    """An answer is determined as soon as what is unknown cannot change it."""
    answer = engine().decide("care_class", {"lives_alone": False}, on=DAY)
    assert (answer.status, answer.outcome) == (Status.DETERMINED, "none")


def test_an_open_parameter_is_asked_for():
    """A parameter that nobody has set makes what needs it undetermined, and is named."""
    open_age = evolve(AGE, history=())
    answer = engine(parameters={"care.elder_age": open_age}).decide(
        "care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY
    )
    assert (answer.status, answer.ask) == (Status.UNDETERMINED, ("elder_age",))


def test_a_gap_is_never_filled():
    """Whom a row without outcome matches gets the status gap, in the source's own words."""
    answer = engine().decide("care_class", {"age": 72, "lives_alone": True, "means": "other"}, on=DAY)
    assert (answer.status, answer.outcome, answer.row) == (Status.GAP, None, 4)
    assert answer.gaps == (Label("材料只写了两类独居老人", "gap"),)


def test_values_are_those_of_the_day():
    """The same subject is decided by the value of the day; before the first value nothing is decided."""
    subject = {"age": 62, "lives_alone": True, "means": "dibao"}
    asked = engine()
    assert asked.decide("care_class", subject, on=dt.date(2009, 12, 31)).outcome == "carer"
    assert asked.decide("care_class", subject, on=dt.date(2010, 1, 1)).outcome == "none"
    assert asked.decide("care_class", subject, on=dt.date(1989, 12, 31)).ask == ("elder_age",)


def test_a_derived_fact_is_computed_unless_given():
    """Age comes from the day of birth and the day of the question; a given age needs no day of birth."""
    asked = engine()
    by_birth = asked.decide(
        "care_class", {"birth_date": dt.date(1946, 5, 2), "lives_alone": True, "means": "dibao"}, on=DAY
    )
    assert by_birth.outcome == "none"
    assert "59" in by_birth.explain("en")
    later = asked.decide(
        "care_class",
        {"birth_date": dt.date(1946, 5, 2), "lives_alone": True, "means": "dibao"},
        on=dt.date(2006, 5, 2),
    )
    assert later.outcome == "carer"


@pytest.mark.parametrize(
    "wrong",
    [
        {"means": "diboa"},
        {"age": "72"},
        {"age": True},
        {"age": 72.0},
        {"lives_alone": 1},
        {"birth_date": DAY.isoformat()},
    ],
)
def test_a_value_that_does_not_fit_is_refused(wrong: dict[str, Any]):
    """A misspelt or mistyped value is an error that names the fact, never silently false."""
    with pytest.raises(FactError, match=next(iter(wrong))):
        engine().decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao", **wrong}, on=DAY)


def test_prose_names_row_conditions_values_and_document():
    """The explanation says in both languages which row held, what it saw, and where it is written."""
    answer = engine().decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY)
    chinese, english = answer.explain("zh"), answer.explain("en")
    for word in ("第 2 行", "成立", "经济状况", "001.txt", "（示例，", "老年起始年龄", "60"):
        assert word in chinese
    for word in ("row 2", "held", "row 1", "failed", "means = dibao", "001.txt", "(example, "):
        assert word in english


def test_what_cannot_be_asked_is_told_to_the_developer():
    """A day that is a text or a moment, and a language that there is none of, are told with what to give."""
    moment = dt.datetime(2006, 5, 1, tzinfo=dt.UTC)
    for day in ("2006-05-01", moment, None):
        with pytest.raises(TypeError, match=r"datetime\.date"):
            engine().decide("care_class", {"age": 72}, on=day)
    with pytest.raises(ValueError, match="zh and en"):
        engine().decide("care_class", {"age": 72}, on=DAY).explain("de")
    for term in (None, 5, b"care_class"):
        with pytest.raises(TypeError, match="by its name, a text"):
            engine().decide(term, {"age": 72}, on=DAY)


def test_rules_are_copied_for_nothing_and_not_pickled():
    """A copy of an engine is the engine, a copied answer says the same, and pickling says what to do instead."""
    ready = engine()
    assert copy.copy(ready) is ready
    assert copy.deepcopy(ready) is ready
    answer = ready.decide("care_class", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY)
    assert copy.deepcopy(answer) is copy.copy(answer) is answer
    for unmoved in (ready, answer):
        with pytest.raises(TypeError, match=r"as_data\(\)"):
            pickle.dumps(unmoved)


def test_an_undetermined_explanation_says_what_is_missing():
    """Prose of an undetermined answer names what to ask."""
    answer = engine().decide("care_class", {"age": 72, "lives_alone": True}, on=DAY)
    assert "还需要知道：means" in answer.explain("zh")
    assert "still to be known: means" in answer.explain("en")


TIER = DecisionTable(
    "tier",
    (Output("", enum_of("welfare", "convenience")),),
    (row("care_class == carer", "welfare"), row("care_class in (phone_round, none)", "convenience")),
)


def test_a_decision_may_use_another():
    """A decision that uses another one carries its reasons, questions, gaps and values along."""
    both = engine(decisions={"care.care_class": CARE, "care.tier": TIER})
    answer = both.decide("tier", {"age": 72, "lives_alone": True, "means": "dibao"}, on=DAY)
    assert answer.outcome == "welfare"
    assert [(reason.term, reason.row) for reason in answer.reasons] == [("care.tier", 1), ("care.care_class", 2)]
    assert [use.name for use in answer.parameters] == ["elder_age"]
    assert both.decide("tier", {"age": 72, "lives_alone": True}, on=DAY).ask == ("means",)
    silent = both.decide("tier", {"age": 72, "lives_alone": True, "means": "other"}, on=DAY)
    assert silent.status is Status.GAP
    assert silent.gaps


def test_a_broken_table_never_answers_and_its_neighbours_do():
    """A fault in one row makes its table, and what uses it, unavailable; a sound table beside it answers."""
    bad = evolve(CARE, name="bad", rows=(*CARE.rows[:2], row("maens == own_means", "phone_round")))
    uses = evolve(TIER, rows=(row("bad == carer", "welfare"),))
    made = engine(decisions={"care.bad": bad, "care.tier": uses, "care.care_class": CARE})
    assert [found.code for found in made.findings] == ["unknown-name"]
    subject = {"age": 72, "lives_alone": True, "means": "dibao"}
    assert made.decide("bad", subject, on=DAY).status is Status.UNAVAILABLE
    through = made.decide("tier", subject, on=DAY)
    assert (through.status, through.outcome, through.row) == (Status.UNAVAILABLE, None, None)
    assert through.findings[0].code == "depends-on-broken"
    assert made.decide("care_class", subject, on=DAY).outcome == "carer"


def test_what_depends_on_a_broken_parameter_is_unavailable():
    """A parameter whose declaration is broken spreads to the decisions that need it, without a second finding."""
    fault = finding("out-of-bounds", "越界", "outside")
    made = engine(broken={"care.elder_age": fault})
    assert made.findings == ()
    answer = made.decide("care_class", {"lives_alone": False}, on=DAY)
    assert answer.status is Status.UNAVAILABLE
    assert "越界" in answer.explain("zh")


def test_a_cycle_is_a_finding():
    """Decisions that lean on each other are named, and none of them answers."""
    first = evolve(TIER, name="first", rows=(row("second == welfare", "welfare"),))
    second = evolve(TIER, name="second", rows=(row("first == welfare", "welfare"),))
    made = engine(decisions={"care.first": first, "care.second": second})
    assert {found.code for found in made.findings} == {"cycle"}
    assert made.decide("first", {}, on=DAY).status is Status.UNAVAILABLE
    loop = engine(facts=[evolve(FACTS[1], derived=Expression("age + 1"))], decisions={})
    assert [found.code for found in loop.findings] == ["cycle"]


def test_unique_and_any_conflict():
    """Two true rows with different outcomes conflict; with the same one they agree."""
    rows = (row("lives_alone", "carer"), row("means == dibao", "none"))
    for hit in (HitPolicy.UNIQUE, HitPolicy.ANY):
        made = engine(decisions={"care.t": evolve(CARE, name="t", hit=hit, rows=rows)})
        assert made.decide("t", {"lives_alone": True, "means": "dibao"}, on=DAY).status is Status.CONFLICT
        assert made.decide("t", {"lives_alone": True}, on=DAY).status is Status.UNDETERMINED
        assert made.decide("t", {"lives_alone": True, "means": "low"}, on=DAY).outcome == "carer"
        assert made.decide("t", {"lives_alone": False, "means": "low"}, on=DAY).status is Status.UNCOVERED


def test_an_unknown_decision_suggests_near_names():
    """A name that no decision has is an error that lists those that look like it."""
    with pytest.raises(UnknownTerm, match="care_class"):
        engine().decide("care_clas", {}, on=DAY)


calls: list[int] = []


@decision(
    inputs=("age", "elder_age"),
    yields=INT.in_unit("year"),
    because=Label("距老年起始年龄的年数", "years to the elder age"),
    cite=DOCUMENT,
)
def years_left(age: int, elder_age: int) -> int:
    calls.append(age)
    return max(0, elder_age - age)


def test_a_python_decision_is_typed_pure_and_undetermined_where_an_input_is():
    """A function decides from known inputs only, once for each distinct set of them."""
    made = engine(decisions={"care.years_left": years_left})
    calls.clear()
    answer = made.decide("years_left", {"age": 50}, on=DAY)
    assert (answer.outcome, answer.citations) == (10, (DOCUMENT,))
    assert made.decide("years_left", {"age": 50}, on=DAY).outcome == 10
    assert calls == [50]
    assert made.decide("years_left", {}, on=DAY).ask == ("age", "birth_date")
    assert "years to the elder age" in answer.explain("en")


def test_a_python_decision_that_fails_is_unavailable_and_named():
    """What a plugin's function raises, or a wrong outcome, makes the answer unavailable with its name."""

    @decision(inputs=("age",), yields=("yes", "no"), because=Label("x", "x"), cite=DOCUMENT)
    def shaky(age: int) -> str:
        if age > 70:
            raise ValueError("boom")
        return "perhaps"

    made = engine(decisions={"care.shaky": shaky})
    for age, code in ((72, "function-failed"), (60, "function-outcome")):
        answer = made.decide("shaky", {"age": age}, on=DAY)
        assert answer.status is Status.UNAVAILABLE
        assert answer.findings[0].code == code
        assert "care.shaky" in answer.explain("zh")


def _shaky(age: int) -> Any:
    if age > 70:
        raise ValueError(f"of {age}")
    return 1 if age == 60 else age > 50


SHAKY = Function("shaky", _shaky, (INT.in_unit("year"),), BOOL)


def test_a_word_that_fails_is_named_and_says_nothing_of_its_subject():
    """Where a plugin's word raises, or gives another type, the answer is unavailable and names it, without values."""
    table = evolve(CARE, name="asks", rows=(row("shaky(age)", "carer"),))
    made = Engine(facts=FACTS, decisions={"care.asks": table}, functions=[SHAKY])
    for age, code in ((72, "function-failed"), (60, "function-outcome")):
        answer = made.decide("asks", {"age": age}, on=DAY)
        assert (answer.status, answer.outcome, answer.ask) == (Status.UNAVAILABLE, None, ())
        (found,) = answer.findings
        assert (found.code, dict(found.data)["function"]) == (code, "shaky")
        assert found.message.zh in answer.explain("zh")
        assert str(age) not in answer.explain("en").replace(f"age = {age}", "")
    assert made.decide("asks", {"age": 55}, on=DAY).status is Status.DETERMINED


def test_a_word_that_fails_is_unknown_where_something_else_can_still_matter():
    """Beside a failed word other conditions decide or are asked for, and what rests on it is unavailable."""
    rows = (row("shaky(age) and lives_alone", "carer"),)
    tables = {
        "care.asks": evolve(CARE, name="asks", rows=rows, otherwise=row("true", "none")),
        "care.above": evolve(CARE, name="above", rows=(row("asks == carer", "carer"),)),
    }
    made = Engine(facts=FACTS, decisions=tables, functions=[SHAKY])
    assert made.findings == ()
    assert made.decide("asks", {"age": 72, "lives_alone": False}, on=DAY).status is Status.DETERMINED
    open_yet = made.decide("asks", {"age": 72}, on=DAY)
    assert (open_yet.status, open_yet.ask) == (Status.UNDETERMINED, ("lives_alone",))
    above = made.decide("above", {"age": 72, "lives_alone": True}, on=DAY)
    assert (above.status, [found.code for found in above.findings]) == (Status.UNAVAILABLE, ["function-failed"])


def test_an_expression_of_a_procedure_tells_why_what_it_rests_on_failed():
    """Where a word or a decision under an expression fails, it has findings and no value, unless the rest decides."""
    tables = {"care.asks": evolve(CARE, name="asks", rows=(row("shaky(age)", "carer"),))}
    made = Engine(facts=FACTS, decisions=tables, functions=[SHAKY])

    def read(text: str, **values: Any) -> Any:
        return made.evaluate(Expression(text), practice="care", fields={}, values=values, on=DAY)

    for text in ("shaky(age)", "asks == carer", "shaky(age) and lives_alone"):
        told = read(text, age=72)
        assert (told.value, [found.code for found in told.findings]) == (None, ["function-failed"]), text
    assert read("shaky(age) or lives_alone", age=72, lives_alone=True).value is True
    assert read("shaky(age)").missing == ("age", "birth_date")


def test_a_word_that_takes_members_fails_as_others_do():
    """A word over members, which no memory of values holds, is called and named like any other."""

    def oldest(members: Any) -> int:
        return max(member["age"] for member in members)

    facts = [Fact("members", TYPE_NAMES["members"])]
    word = Function("oldest", oldest, (TYPE_NAMES["members"],), INT)
    table = DecisionTable("old", (Output("", BOOL),), (Row("oldest(members) > 60", (("", Expression("true")),)),))
    made = Engine(facts=facts, decisions={"care.old": table}, functions=[word])
    assert made.decide("old", {"members": ({"age": 70},)}, on=DAY).outcome is True
    assert made.decide("old", {"members": ({"name": 1},)}, on=DAY).status is Status.UNAVAILABLE


def test_an_answer_does_not_change_with_its_subject():
    """An answer explains what it saw, even where the caller's mapping has changed since."""
    subject = {"age": 72, "lives_alone": True, "means": "dibao"}
    answer = engine().decide("care_class", subject, on=DAY)
    subject["means"] = "other"
    assert "dibao" in answer.explain("en")
    with pytest.raises(AttributeError):
        answer.status = Status.GAP  # type: ignore[misc]
