"""What a step needs of another case, and fields that count: as the text says it, through the office."""

import datetime as dt

import pytest

from community_core.base.errors import Refused
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered
from community_core.office.office import open_office
from community_core.rulebook.load import read_text

RULES = """
practice: demo.texts
title: {zh: 文本, en: Texts}
source: {document: 试验}
procedures:
  rollout:
    facts: {places: {type: list, of: text, privacy: public, zh: 地方}}
    ends: {stopped: withdrawn}
    steps:
      begin: {to: piloting, by: [chair], takes: [places]}
      widen: {in: [piloting], by: [chair], takes: [places]}
      stop: {from: [piloting], to: stopped, by: [chair]}
  text:
    facts:
      rollout_case: {type: text, privacy: internal, zh: 推开}
      opinion: {type: text, privacy: internal, zh: 意见}
      opinions: {type: int, privacy: public, zh: 意见数, times_of: speak}
    ends: {settled: decided}
    steps:
      draft:
        to: drafted
        by: [chair]
        takes: [rollout_case]
        needs: {case: rollout_case, of: rollout, in: [piloting], here: places}
      speak: {in: [drafted], by: [chair], takes: [opinion]}
      redraft: {from: [drafted], to: drafted, by: [chair], clears: [opinion, opinions]}
      settle: {from: [drafted], to: settled, by: [chair], when: opinions > 1}
---
district: demo
title: {zh: 区}
adopts: [demo.texts]
"""
DAY = dt.date(2027, 1, 1)
ACTING = {"actor": "p1", "day": DAY}


def rules_of(text=RULES):
    """Return the rules of *text*."""
    loaded = read_text(text)
    assert loaded.findings == ()
    (district,) = loaded.districts
    return compose(district, Gathered(practices=loaded.practices))


@pytest.fixture
def office():
    """An office with a town and two villages, whose chair may act in all of them."""
    with open_office(rules_of(), ":memory:") as opened:
        opened.register_place("town")
        opened.register_place("town.a", "town")
        opened.register_place("town.b", "town")
        opened.appoint("p1", "chair", "town", DAY)
        yield opened


def begun(office, *places):
    """Begin a rollout in *places* and return its id."""
    return office.open("rollout", {"places": places}, place="town", **ACTING).id


def codes(call):
    """Return the codes of the findings by which *call* is refused."""
    with pytest.raises(Refused) as refusal:
        call()
    return [item.code for item in refusal.value.findings]


def test_the_other_case_must_be_there_in_its_state_and_cover_the_place(office):
    """No such case, one of another procedure, a place not covered and a state that is past are refused by name."""
    rollout = begun(office, "town.a")
    text = office.open("text", {"rollout_case": rollout}, place="town.a", **ACTING)

    def draft(case_id, place="town.a"):
        return lambda: office.open("text", {"rollout_case": case_id}, place=place, **ACTING)

    assert codes(draft("rollout-2027-000009")) == ["needed-case"]
    assert codes(draft(text.id)) == ["needed-case"]
    assert codes(draft(rollout, "town.b")) == ["needed-place"]
    office.take(rollout, "widen", {"places": ("town",)}, **ACTING)
    assert draft(rollout, "town.b")().state == "drafted"
    office.take(rollout, "stop", **ACTING)
    assert codes(draft(rollout)) == ["needed-state"]
    assert office.take(text, "speak", {"opinion": "好"}, **ACTING).data["opinions"] == 1


def test_many_at_once_need_the_same(office):
    """In a bulk call each row is looked at for itself, and a case of the same call does not count for another."""
    rollout = begun(office, "town.a")
    rows = [{"rollout_case": rollout}, {"rollout_case": "rollout-2027-000009"}, {"rollout_case": rollout}]
    batch = office.open_many("text", rows, place=["town.a", "town.a", "town.b"], **ACTING)
    assert [case is not None for case in batch.cases] == [True, False, False]
    assert [(row.index, row.findings[0].code) for row in batch.refused] == [(1, "needed-case"), (2, "needed-place")]


def test_which_case_a_step_rested_on_cannot_be_corrected(office):
    """The other case was looked up on its day; to name another afterwards is no slip of the pen."""
    rollout, other = begun(office, "town.a"), begun(office, "town.a")
    text = office.open("text", {"rollout_case": rollout}, place="town.a", **ACTING)
    refused = codes(lambda: office.correct(text, 1, {"rollout_case": other}, why="写错", **ACTING))
    assert refused == ["correction-changes"]


def test_a_field_that_counts_is_counted_by_the_case_and_starts_anew_where_it_is_cleared(office):
    """From nought on each taking of the step counts; nobody gives the number; the record agrees with itself."""
    text = office.open("text", {"rollout_case": begun(office, "town.a")}, place="town.a", **ACTING)
    assert text.data["opinions"] == 0
    assert codes(lambda: office.take(text, "speak", {"opinion": "好", "opinions": 5}, **ACTING)) == ["unexpected-field"]
    for number in (1, 2):
        assert office.take(text, "speak", {"opinion": "好"}, **ACTING).data["opinions"] == number
    anew = office.take(text, "redraft", **ACTING)
    assert (anew.data["opinions"], anew.data["opinion"]) == (0, None)
    assert codes(lambda: office.take(text, "settle", **ACTING)) == ["guard-false"]
    for _ in range(2):
        office.take(text, "speak", {"opinion": "好"}, **ACTING)
    assert office.take(text, "settle", **ACTING).state == "settled"
    assert list(office.verify()) == []
    said = [dict(moment.data)["opinion"] for moment in office.timeline(text) if moment.step == "speak"]
    assert said == ["好"] * 4


@pytest.mark.parametrize(
    "change",
    [("of: rollout", "of: nothing"), ("in: [piloting], here", "in: [open], here"), ("here: places", "here: opinion")],
)
def test_a_text_that_needs_what_cannot_be_is_a_finding(change):
    """A procedure, a state or a list that does not exist is found while the rules are put together."""
    assert [item.code for item in rules_of(RULES.replace(*change)).findings] == ["unknown-term"]


def test_what_failed_does_not_apply_even_where_it_is_named():
    """A procedure that its source says was tried and failed is only kept; adopting it by name changes nothing."""
    text = RULES.replace("  text:\n", "  text:\n    standing: failed\n")
    for adopted in ("[demo.texts]", "[demo.texts, demo.texts.text]"):
        rules = rules_of(text.replace("adopts: [demo.texts]", f"adopts: {adopted}"))
        assert [name for name, _ in rules.terms.procedures] == ["demo.texts.rollout"]
        assert not [item for item in rules.findings if item.level == "error"]
