"""What steps enter in ledgers: in the same transaction as their events, and never for a person."""

import datetime as dt
from pathlib import Path

import pytest

import community_core as cc
from community_core.base import Refused, UnknownTerm
from community_core.instruments.ledger import Balance

DAY = dt.date(2006, 5, 1)
TEXT = """
practice: a.gifts
standing: library
rank: library
procedures:
  gift:
    title: {{zh: 捐赠}}
    facts:
      giver: {{type: text, privacy: {privacy}, zh: 单位}}
      amount: {{type: money, privacy: public, zh: 金额}}
    ends: {{given: decided}}
    steps:
      give:
        zh: 捐
        to: given
        by: [unit.delegate]
        takes: [giver, amount]
        effects:
          - {{enter: gifts, {arguments}}}
---
district: a-town
title: {{zh: 某地}}
adopts: []
"""


def opened(folder: Path, arguments="from: giver, amount: amount, purpose: giver", privacy="public"):
    """Return an office over the text with these arguments of its effect, and a delegate in the place ``c``."""
    (folder / "town.yaml").write_text(TEXT.format(arguments=arguments, privacy=privacy), "utf-8")
    office = cc.open_office(cc.load(folder / "town.yaml"), ":memory:")
    office.register_place("c")
    office.appoint("delegate", "unit.delegate", "c", DAY)
    return office


def give(office, amount="20000", giver="甲公司", **more):
    return office.open(
        "gift", {"giver": giver, "amount": cc.Money.yuan(amount)}, actor="delegate", day=DAY, place="c", **more
    )


def test_a_gift_is_entered_with_its_event(tmp_path):
    """A step enters what it took; the community has what the unit gave, and the same key enters nothing twice."""
    with opened(tmp_path) as office:
        case = give(office, key="k")
        give(office, key="k")
        give(office, "0.01", "乙公司")
        first, second = office.entries("gifts")
        assert (first.source, first.target, first.amount, first.unit, first.case) == (
            "甲公司",
            "c",
            2_000_000,
            "fen",
            case.id,
        )
        assert (second.purpose, second.day, second.place) == ("乙公司", DAY, "c")
        held = office.balances("gifts", place="c")
        assert held["c", "fen"] == Balance(2_000_001)
        assert sum(balance.amount for balance in held.values()) == 0
        assert office.balances("gifts", until=DAY - dt.timedelta(days=1)) == {}


@pytest.mark.parametrize(
    ("arguments", "amount", "code"),
    [
        ("from: giver, amount: amount", "0", "no-entry"),
        ("from: giver, amount: amount", "-1", "no-entry"),
        ("from: giver, to: giver, amount: amount", "1", "no-entry"),
    ],
)
def test_what_is_no_entry_refuses_the_step(tmp_path, arguments, amount, code):
    """Nothing, less than nothing and an account that gives to itself refuse the step."""
    with opened(tmp_path, arguments) as office:
        with pytest.raises(Refused) as refused:
            give(office, amount)
        assert [found.code for found in refused.value.findings] == [code]
        assert office.entries("gifts") == ()
        assert list(office.open_cases()) == []


@pytest.mark.parametrize("arguments", ["from: giver, purpose: giver", "from: giver, amount: 3"])
def test_an_entry_without_an_amount_or_its_unit_is_found_when_the_text_is_read(tmp_path, arguments):
    """What could never be entered makes the procedure unavailable before anybody takes its step."""
    with opened(tmp_path, arguments) as office:
        assert "effect-argument" in {found.code for found in office.rules.findings}
        with pytest.raises(UnknownTerm, match="lacks"):
            give(office, "1")


def test_tasks_are_entered_by_number(tmp_path):
    """A whole number is entered in the unit that is named, as a lower bound where the text says so."""
    with opened(tmp_path, "from: giver, amount: 3, unit: \"'task'\", more_than: true") as office:
        give(office)
        assert office.balances("gifts")["c", "task"] == Balance(3, exact=False)


@pytest.mark.parametrize("privacy", ["personal", "sensitive"])
def test_no_person_stands_in_a_ledger(tmp_path, privacy):
    """A personal field in an entry is a finding, for an entry is not erased."""
    with opened(tmp_path, privacy=privacy) as office:
        assert "personal-entry" in {found.code for found in office.rules.findings}


def test_the_gifts_of_the_joint_conference_are_entered():
    """What units give to a community of Shenhe, in money and in tasks, stands in the ledger of contributions."""
    pytest.importorskip("community_shenhe")
    with cc.open_office(cc.load("shenhe"), ":memory:") as office:
        office.register_place("c")
        for person, post in (("delegate", "unit.delegate"), ("chair", "committee.chair")):
            office.appoint(person, post, "c", DAY)
        for form, step, data in (
            ("money", "receive", {"sum": cc.Money.yuan("20000"), "more_than": False}),
            ("task", "accept", {"quantity": 2, "use": "清雪"}),
        ):
            promise = {"unit": "甲公司", "form": form, "purpose": "社区环境改造", "free": True}
            case = office.open("contribution", promise, actor="delegate", day=DAY, place="c")
            office.take(case, step, data, actor="chair", day=DAY)
        held = office.balances("contributions")
        assert held["c", "fen"] == Balance(2_000_000)
        assert held["c", "task"] == Balance(2)
        assert held["甲公司", "fen"] == Balance(-2_000_000)
