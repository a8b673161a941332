"""Receipts and replays: the same answer again, and every rule, version and fact that has changed named."""

from __future__ import annotations

import datetime as dt
import json
from enum import Enum
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.base import Citation, CommunityError, FactError, Label, Money, Privacy, Span, Standing
from community_core.codec import CodecError, canonical
from community_core.declarations import District, Practice
from community_core.instruments.workdays import WorkdayYear
from community_core.jurisdiction import Gathered, Plugin, Receipt, Rules, compose, read_receipt, replay
from community_core.model import Resident
from community_core.rules import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
    AsOf,
    Bound,
    BoundKind,
    DatedValue,
    DecisionTable,
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
SOURCE = Citation("001.txt", "三、1")
COLOURS = ("red", "green", "blue")
FACTS = (
    Fact("a", INT),
    Fact("b", INT, derived=Expression("a + 1")),
    Fact("p", BOOL),
    Fact("colour", enum_of(*COLOURS), privacy=Privacy.SENSITIVE),
    Fact("owed", MONEY),
    Fact("rate", SHARE),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a": st.integers(-3, 3),
    "b": st.integers(-3, 3),
    "p": st.booleans(),
    "colour": st.sampled_from(COLOURS),
    "owed": st.integers(-200, 200).map(Money),
    "rate": st.fractions(0, 1, max_denominator=7),
}


def dated(value: Any, since: int = 1990, until: int = 0) -> DatedValue:
    end = dt.date(until, 1, 1) if until else None
    return DatedValue(value, Span(dt.date(since, 1, 1), end), Standing.EXAMPLE, SOURCE)


LIMIT = Parameter("limit", INT, Label("界限", "limit"), (dated(2),))


def table(*rows: Row, **more: Any) -> DecisionTable:
    return DecisionTable("t", (Output("", INT),), rows, **more)


def row(when: str, then: str, because: str = "因为") -> Row:
    return Row(when, (("", Expression(then)),), Label(because))


BASE = table(row("a < limit", "0"), row("colour == red and p", "1"), otherwise=row("true", "2"))


def rules_of(
    *decisions: Any,
    limit: Parameter = LIMIT,
    facts: tuple[Fact, ...] = FACTS,
    workdays: tuple[WorkdayYear, ...] = (),
    **more: Any,
) -> Rules:
    """Return the rules of a district with one practice of *decisions* and one parameter."""
    practice = Practice(
        "x",
        Label("做法"),
        source=SOURCE,
        standing=Standing.REPORTED,
        facts=facts,
        parameters=(limit, Parameter("unset", INT)),
        decisions=decisions,
    )
    rules = compose(District("town", adopts=("x",), workdays=workdays), Gathered(practices=(practice,), **more))
    assert rules.findings == ()
    return rules


def receipt_of(rules: Rules, subject: Any, **keep: bool) -> Receipt:
    return rules.receipt(rules.decide("t", subject, on=DAY), **keep)


def named(receipt: Receipt, subject: Any, rules: Rules, kind: str = "") -> list[tuple[str, str, str]]:
    """Return kind, name and part of what a replay finds to differ."""
    found = replay(receipt, subject, rules).differences
    return [(one.kind, one.name, one.part) for one in found if kind in ("", one.kind)]


# -- what a receipt holds ----------------------------------------------------------------------------------------------


def test_a_receipt_says_what_the_answer_rested_on():
    """Term, day, outcome, rows with reason and source, values, hashes, and no fact unless it is asked to keep them."""
    rules = rules_of(BASE)
    receipt = receipt_of(rules, {"a": 3, "colour": "red", "p": True, "owed": Money(5)})
    assert (receipt.term, receipt.on, receipt.status) == ("x.t", DAY, Status.DETERMINED)
    assert receipt.outcome == (("", 1),)
    (reason,) = receipt.reasons
    assert (reason.row, reason.because, reason.cite, reason.standing) == (2, Label("因为"), SOURCE, Standing.REPORTED)
    assert [(use.term, use.value) for use in receipt.parameters] == [("x.limit", 2)]
    assert [name for name, _ in receipt.term_hashes] == ["fact a", "fact colour", "fact p", "x.limit", "x.t"]
    assert receipt.known == ("a", "colour", "p")
    assert (receipt.facts_kept, receipt.facts) == (False, ())
    assert "red" not in evolve(receipt, terms_text="").as_json().replace('"colour"', "")
    assert receipt.rules == rules.digest != receipt.terms


def test_a_receipt_names_what_a_case_reads_on_the_day_of_each_step():
    """Parameters and decisions with ``as_of: step`` that the answer rests on are named, and a change of it is seen."""
    step, subject = evolve(LIMIT, as_of=AsOf.STEP), {"a": 3}
    plain, of_value = rules_of(BASE), rules_of(BASE, limit=step)
    of_table = rules_of(evolve(BASE, as_of=AsOf.STEP))
    assert receipt_of(plain, subject).as_of_step == ()
    assert "as_of_step" not in json.loads(receipt_of(plain, subject).as_json())
    receipt = receipt_of(of_value, subject)
    assert receipt.as_of_step == ("x.limit",)
    assert receipt_of(of_table, subject).as_of_step == ("x.t",)
    without = table(row("a < 2", "0"), otherwise=row("true", "2"))
    assert receipt_of(rules_of(without, limit=step), subject).as_of_step == ()
    assert read_receipt(receipt.as_json()) == receipt
    assert ("term", "x.limit", "as_of") in named(receipt, subject, plain)
    altered = receipt.as_json().replace('"as_of_step":["x.limit"]', '"as_of_step":["x.t"]')
    with pytest.raises(CodecError, match="digest"):
        read_receipt(altered)


def test_a_receipt_binds_what_it_leaves_out():
    """The digest is the same with and without the text and the facts, and another one for another fact."""
    rules = rules_of(BASE)
    subject = {"a": 3, "colour": "red", "p": True}
    full = receipt_of(rules, subject, keep_facts=True)
    bare = receipt_of(rules, subject, keep_terms=False)
    assert full.facts == (("a", 3), ("colour", "red"), ("p", True))
    assert full.terms_text
    assert bare.terms_text == ""
    assert full.digest == bare.digest == full.without_facts.digest
    assert receipt_of(rules, {**subject, "a": 4}).digest != full.digest


def test_an_entity_and_an_enumeration_give_the_same_receipt_as_a_mapping():
    """A subject of the model, and a member of a Python enumeration, are hashed as the values that rules see."""

    class Colour(Enum):
        RED = "red"

    rules = rules_of(BASE)
    given_facts = {"a": 3, "colour": "red", "p": True}
    entity = Resident("r1", facts=tuple(given_facts.items()))
    receipt = receipt_of(rules, given_facts)
    assert receipt_of(rules, entity) == receipt
    assert receipt_of(rules, {**given_facts, "colour": Colour.RED}) == receipt
    assert replay(receipt, entity, rules).same


def test_a_receipt_is_read_back_and_every_alteration_is_seen():
    """The JSON text gives the same receipt; a changed outcome, text or fact is refused, and so is any other JSON."""
    receipt = receipt_of(rules_of(BASE), {"a": 3, "colour": "red", "p": True}, keep_facts=True)
    assert read_receipt(receipt.as_json()) == receipt
    assert read_receipt(json.dumps(receipt.as_data(), indent=2)) == receipt
    data = receipt.as_data()
    alterations = {
        "outcome": [["", 2]],
        "facts": [["a", 1], ["colour", "red"], ["p", True]],
        "terms_text": data["terms_text"].replace('"0"', '"1"'),
        "terms": "sha256:0",
        "facts_hash": "sha256:0",
        "digest": "sha256:0",
    }
    for key, value in alterations.items():
        with pytest.raises(CodecError, match="altered"):
            read_receipt(json.dumps({**data, key: value}))
    for text in ("", "[]", "{}", '{"digest":"x"}', "nonsense"):
        with pytest.raises(CodecError):
            read_receipt(text)


def test_only_the_rules_that_gave_an_answer_make_its_receipt():
    """A receipt from other rules is refused; so is one whose facts the answer does not show, unless they are given."""
    rules = rules_of(BASE)
    other = rules_of(table(row("true", "0")))
    subject = {"a": 3, "colour": "red", "p": True}
    with pytest.raises(CommunityError, match="did not give this answer"):
        other.receipt(rules.decide("t", subject, on=DAY))
    folded = rules.plan("t", DAY, {"colour": "red"}).answer({"a": 3, "p": True}, DAY)
    with pytest.raises(CommunityError, match="put into the plan"):
        rules.receipt(folded)
    assert rules.receipt(folded, facts=subject) == receipt_of(rules, subject)


# -- what a replay finds -----------------------------------------------------------------------------------------------


def test_a_later_change_of_the_rules_leaves_an_earlier_answer_alone():
    """A value, a version and a bound that begin after the day change neither the hash nor the replay."""
    later = dt.date(2007, 1, 1)
    subject = {"a": 3, "colour": "red", "p": True}
    receipt = receipt_of(rules_of(BASE), subject)
    changed = evolve(
        LIMIT,
        history=(dated(2, until=2007), dated(9, since=2007)),
        bounds=(Bound(BoundKind.AT_LEAST, 1, Span(later)),),
    )
    new = rules_of(
        evolve(BASE, span=Span(None, later)), evolve(BASE, rows=BASE.rows[:1], span=Span(later)), limit=changed
    )
    assert new.digest != receipt.rules
    assert replay(receipt, subject, new).differences == ()
    assert new.decide("t", subject, on=later).outcome == 0


def test_changed_rows_and_values_are_named_with_both_texts():
    """A row changed, added or removed is named by its number, a value by its parameter, with old and new text."""
    subject = {"a": 3, "colour": "red", "p": True}
    receipt = receipt_of(rules_of(BASE), subject)
    turned = evolve(BASE, rows=(row("a <= limit", "0"), BASE.rows[1]))
    (one,) = replay(receipt, subject, rules_of(turned)).differences
    assert (one.kind, one.name, one.part) == ("term", "x.t", "row 1")
    assert '"a < x.limit"' in one.before
    assert '"a <= x.limit"' in one.after
    added = evolve(BASE, rows=(BASE.rows[0], row("p", "7"), BASE.rows[1]))
    (one, *more) = replay(receipt, subject, rules_of(added)).differences
    assert (one.part, one.before) == ("row 2", "")
    assert [(each.kind, each.part) for each in more] == [("answer", "outcome")]
    gone = evolve(BASE, rows=BASE.rows[1:])
    left = [(one.name, one.part, one.after) for one in replay(receipt, subject, rules_of(gone)).differences]
    # What only that row looked at is no longer reached.
    assert left == [
        ("fact a", "", ""),
        ("x.limit", "", ""),
        ("x.t", "row 1", ""),
        ("x.t", "reasons", "x.t 1"),
        ("x.t", "parameters", ""),
    ]
    assert named(receipt, subject, rules_of(evolve(BASE, hit=HitPolicy.ANY)), "term") == [("term", "x.t", "hit")]
    raised = replay(receipt, subject, rules_of(BASE, limit=evolve(LIMIT, history=(dated(4),))))
    first = raised.differences[0]
    assert (first.kind, first.name, first.part) == ("term", "x.limit", "value")
    assert '"value":2' in first.before
    assert '"value":4' in first.after
    assert (raised.same_answer, raised.stands) == (False, True)
    assert raised.kept is not None
    assert (raised.answer.outcome, raised.kept.outcome) == (0, 1)


def test_without_the_text_a_changed_term_is_still_named():
    """A receipt that keeps hashes only says which term differs, and that it cannot show what it was."""
    subject = {"a": 3, "colour": "red", "p": True}
    receipt = receipt_of(rules_of(BASE), subject, keep_terms=False)
    again = replay(receipt, subject, rules_of(BASE, limit=evolve(LIMIT, history=(dated(3),))))
    (one, *_) = again.differences
    assert (one.name, one.hashed, again.kept, again.stands) == ("x.limit", True, None, None)
    assert "hash only" in one.text("en")
    assert "校验值" in one.text("zh")


def test_changed_facts_are_named():
    """A fact that differs is named with both values where they were kept; else what became known or unknown is."""
    rules = rules_of(BASE)
    subject = {"a": 3, "colour": "red", "p": True}
    kept = receipt_of(rules, subject, keep_facts=True)
    (one,) = replay(kept, {**subject, "a": 2}, rules).differences
    assert (one.kind, one.name, one.before, one.after) == ("fact", "a", "3", "2")
    assert one.text("zh") == "事实 a：原为 3；现为 2"
    assert named(kept, {**subject, "p": None}, rules, "fact") == [("fact", "p", "")]
    bare = receipt_of(rules, subject)
    assert named(bare, {"a": 3, "colour": "red"}, rules, "fact") == [("fact", "p", "")]
    (one,) = replay(bare, {**subject, "a": 2}, rules).differences
    assert (one.name, one.hashed) == ("a, colour, p", True)
    # What no row looks at is no part of it.
    assert replay(bare, {**subject, "owed": Money(3)}, rules).same


def test_facts_come_from_the_receipt_or_from_the_caller():
    """Kept facts are used where none are given; without any, the message names those that were known."""
    rules = rules_of(BASE)
    subject = {"a": 3, "colour": "red", "p": True}
    assert replay(receipt_of(rules, subject, keep_facts=True), None, rules).same
    with pytest.raises(FactError, match="a, colour, p"):
        replay(receipt_of(rules, subject), None, rules)
    with pytest.raises(FactError):
        replay(receipt_of(rules, subject), {"a": "three"}, rules)


def test_versions_of_plugins_and_functions_are_compared():
    """Another version of a plugin, of a decision in Python or of a word of expressions is named."""

    def made(version: str, word: str, plugin: str) -> Rules:
        counted = decision(
            inputs=("a",), yields=INT, because=Label("函数"), cite=SOURCE, name="counted", version=version
        )(lambda a: a)
        twice = Function("twice", lambda value: 2 * value, (INT,), INT, version=word)
        other = Function("unused", lambda value: value, (INT,), INT, version=word)
        return rules_of(
            table(row("twice(counted) > 3", "1"), otherwise=row("true", "0")),
            counted,
            functions=(twice, other),
            plugins=(Plugin("town", "community-town", plugin),),
        )

    rules = made("1", "1", "1.0")
    receipt = receipt_of(rules, {"a": 2})
    assert [(one.name, one.version) for one in receipt.functions] == [("twice", "1"), ("x.counted", "1")]
    assert replay(receipt, {"a": 2}, rules).same
    assert named(receipt, {"a": 2}, made("1", "1", "1.1")) == [("plugin", "town", "")]
    assert named(receipt, {"a": 2}, made("1", "2", "1.0")) == [("function", "twice", "")]
    assert named(receipt, {"a": 2}, made("2", "1", "1.0")) == [
        ("term", "x.counted", "version"),
        ("function", "x.counted", ""),
    ]
    # The function of the old version is not installed: the old rules cannot give their answer.
    assert replay(receipt, {"a": 2}, made("2", "1", "1.0")).stands is False
    assert replay(receipt, {"a": 2}, made("1", "1", "1.1")).same_answer


def test_a_decision_that_is_gone_still_has_its_answer_under_its_own_rules():
    """Where the rules no longer have the decision, the replay says so, and the kept text still gives the answer."""
    subject = {"a": 3, "colour": "red", "p": True}
    receipt = receipt_of(rules_of(BASE), subject)
    again = replay(receipt, subject, rules_of(evolve(BASE, name="u")))
    assert again.answer is None
    assert ("term", "x.t", "") in [(one.kind, one.name, one.part) for one in again.differences]
    assert not again.same_answer
    assert again.stands is True
    assert again.as_data()["answer"] is None


def test_the_day_before_a_decision_holds_is_kept_too():
    """A receipt of a day on which no version holds is uncovered, now and under its kept text."""
    rules = rules_of(evolve(BASE, span=Span(dt.date(2020, 1, 1))))
    receipt = receipt_of(rules, {"a": 1})
    assert receipt.status is Status.UNCOVERED
    again = replay(receipt, {"a": 1}, rules)
    assert (again.same, again.stands) == (True, True)


def test_of_members_only_what_is_read_is_kept():
    """A household's receipt holds the members' facts that a row reads, no others, and is replayed as it is."""
    family = Fact("family", TYPE_NAMES["members"].in_unit("resident"), of="household")
    rows = table(row("any(m.b > limit for m in family if m.p)", "1"), otherwise=row("true", "0"))
    rules = rules_of(rows, facts=(*FACTS, family))
    subject = {
        "family": [{"a": 4, "p": True, "colour": "red"}, Resident("r2", facts=(("b", 1), ("p", True)))],
        "p": False,
    }
    receipt = receipt_of(rules, subject, keep_facts=True)
    assert receipt.reads == (("family", ("a", "b", "p")),)
    assert dict(receipt.facts) == {"family": ({"a": 4, "p": True}, {"b": 1, "p": True})}
    assert [name for name, _ in receipt.term_hashes] == ["fact a", "fact b", "fact family", "fact p", "x.limit", "x.t"]
    read = read_receipt(receipt.as_json())
    assert read == receipt
    for facts in (None, subject, {**subject, "p": True, "colour": "red"}):
        again = replay(read, facts, rules)
        assert (again.same, again.stands) == (True, True)
    other = {"family": [{"a": 1, "p": True}, {"b": 1, "p": True}]}
    assert named(receipt, other, rules, "fact") == [("fact", "family", "")]


def test_working_days_count_only_where_they_are_counted():
    """A decision that counts working days rests on the tables of years and on the published calendar's version."""
    early = Fact("start", DATE)
    counting = table(row("day > start + workdays(5)", "1"), otherwise=row("true", "0"))
    known = WorkdayYear(2006, (DAY,))

    def made(*years: WorkdayYear, rows: DecisionTable = counting) -> Rules:
        return rules_of(rows, facts=(*FACTS, early), workdays=years)

    subject = {"start": dt.date(2006, 4, 3), "p": True, "a": 5, "colour": "red"}
    receipt = receipt_of(made(known), subject)
    assert (receipt.term_hashes[1][0], receipt.functions[0].name) == ("workdays 2006", "chinesecalendar")
    assert replay(receipt, subject, made(known)).stands is True
    other = WorkdayYear(2006)
    assert named(receipt, subject, made(other)) == [("term", "workdays 2006", "holidays")]
    assert replay(receipt_of(made(known, rows=BASE), subject), subject, made(other, rows=BASE)).same


# -- for any table and subject -----------------------------------------------------------------------------------------

WHEN = st.sampled_from(
    [
        "a < limit",
        "b > 0",
        "p",
        "not p",
        "colour == red",
        "colour in (green, blue)",
        "owed > yuan('1')",
        "rate >= pct(50)",
        "a == unset",
        "p and colour == green",
        "true",
    ]
)
THEN = st.sampled_from(["0", "1", "2", "a", "b", "limit", "unset", "a * limit"])


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    def one(when: str) -> Row:
        if draw(st.integers(0, 4)) == 0:
            return Row(when, gap=Label("缺"), because=Label("因为"))
        return row(when, draw(THEN))

    rows = [one(draw(WHEN)) for _ in range(draw(st.integers(1, 4)))]
    otherwise = one("true") if draw(st.booleans()) else None
    return table(*rows, hit=draw(st.sampled_from(list(HitPolicy))), otherwise=otherwise)


SUBJECTS = st.fixed_dictionaries({}, optional=VALUES)


def without_place(data: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's data without the hash of all rules and the lines of a file, which a kept text lacks."""
    reasons = [{**reason, "line": None} for reason in data["reasons"]]
    return {**data, "rules": "", "reasons": reasons}


@settings(max_examples=60, deadline=None)
@given(tables(), SUBJECTS)
def test_a_replay_gives_the_answer_again_exactly(made: DecisionTable, subject: dict[str, Any]):
    """With the same rules and facts nothing differs, and both the rules and the kept text give the very same answer."""
    rules = rules_of(made)
    answer = rules.decide("t", subject, on=DAY)
    receipt = read_receipt(rules.receipt(answer, keep_facts=True).as_json())
    for facts in (None, subject):
        again = replay(receipt, facts, rules)
        assert again.differences == ()
        assert (again.same, again.same_answer, again.stands) == (True, True, True)
        assert again.answer.as_data() == answer.as_data()
        assert without_place(again.kept.as_data()) == without_place(answer.as_data())
    assert rules.kept(json.loads(receipt.terms_text)).digest == receipt.terms


@settings(max_examples=60, deadline=None)
@given(tables(), SUBJECTS, st.data())
def test_whatever_row_value_or_fact_changes_is_named(made: DecisionTable, subject: dict[str, Any], data: st.DataObject):
    """A row with another outcome, another value of a parameter that is reached, and another fact are each named."""
    receipt = receipt_of(rules_of(made), subject, keep_facts=True)
    number = data.draw(st.integers(0, len(made.rows) - 1))
    rows = list(made.rows)
    rows[number] = evolve(row(rows[number].when.text, "77"))
    assert ("term", "x.t", f"row {number + 1}") in named(receipt, None, rules_of(evolve(made, rows=tuple(rows))))
    reaches_limit = any(name == "x.limit" for name, _ in receipt.term_hashes)
    higher = rules_of(made, limit=evolve(LIMIT, history=(dated(3),)))
    assert (("term", "x.limit", "value") in named(receipt, None, higher)) is reaches_limit
    if receipt.known:
        name = data.draw(st.sampled_from(receipt.known))
        value = data.draw(st.none() | VALUES[name])
        differs = canonical(value) != canonical(subject[name])
        rules = rules_of(made)
        assert named(receipt, {**subject, name: value}, rules, "fact") == ([("fact", name, "")] if differs else [])


def test_amounts_and_shares_are_kept_exactly():
    """Money, shares and derived facts come back from the text of a receipt as they were."""
    rules = rules_of(table(row("owed > yuan('1') and rate >= pct(50) and b > 2", "1"), otherwise=row("true", "0")))
    subject = {"owed": Money(250), "rate": Fraction(2, 3), "a": 2}
    receipt = read_receipt(receipt_of(rules, subject, keep_facts=True).as_json())
    assert dict(receipt.facts) == subject
    assert receipt.outcome == (("", 1),)
    assert replay(receipt, None, rules).same
