"""Assets of the old committees in the ledger: each community has what it received, and not a fen is lost."""

import datetime as dt

import pytest

import community_core as cc
from community_core.instruments.ledger import Balance

DAY = dt.date(2001, 5, 1)


@pytest.fixture
def office():
    """An office under Jianghan's rules with an officer of a sub-district."""
    with cc.open_office(cc.load("jianghan"), ":memory:") as opened:
        opened.register_place("s")
        opened.appoint("officer", "subdistrict.officer", "s", DAY)
        yield opened


def divide(office, first, second, *, to=("乙社区", "丙社区")):
    """Divide all assets of one old committee between two communities."""
    listed = {"old_committee": "甲居委会", "assets": cc.Money.yuan(first) + cc.Money.yuan(second)}
    case = office.open("asset_division", listed, actor="officer", day=DAY, place="s")
    parts = {"first_part": cc.Money.yuan(first), "second_part": cc.Money.yuan(second)}
    names = {"first_community": to[0], "second_community": to[1]}
    return office.take(case, "divide", parts | names, actor="officer", day=DAY)


def test_divided_assets_are_entered_and_nothing_is_lost(office):
    """Both parts are entered in one ledger with the case that divided them; all accounts together come to nothing."""
    case = divide(office, "70.01", "29.99")
    held = office.balances("assets", place="s")
    assert {account: balance for (account, _), balance in held.items()} == {
        "甲居委会": Balance(-10_000),
        "乙社区": Balance(7_001),
        "丙社区": Balance(2_999),
    }
    entries = office.entries("assets")
    assert {(entry.case, entry.day, entry.place, entry.unit) for entry in entries} == {(case.id, DAY, "s", "fen")}


@pytest.mark.parametrize(
    ("first", "second", "to", "entered"),
    [
        ("100", "0", ("乙社区", "丙社区"), [("乙社区", 10_000)]),
        ("0", "100", ("乙社区", "丙社区"), [("丙社区", 10_000)]),
        ("40", "60", ("甲居委会", "丙社区"), [("丙社区", 6_000)]),
        ("40", "60", ("乙社区", "乙社区"), [("乙社区", 4_000), ("乙社区", 6_000)]),
    ],
)
def test_what_does_not_move_is_no_entry(office, first, second, to, entered):
    """A community that receives nothing has no entry, nor what stays in the account that it is in."""
    assert divide(office, first, second, to=to).ended == "decided"
    assert [(entry.target, entry.amount) for entry in office.entries("assets")] == entered
