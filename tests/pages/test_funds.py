"""The table of funds: what was published of ledgers, counted by account, unit and year."""

import datetime as dt

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.instruments.ledger import Balance
from community_core.pages.board import render_board
from community_core.pages.funds import funds
from community_core.pages.items import Board, BoardCase, BoardEntry, BoardField, BoardItem
from community_core.procedures.definition import PublishKind

DAY = dt.date(2007, 12, 31)
GIFT = BoardEntry("gifts", dt.date(2006, 5, 1), "甲公司", "c", 2_000_000, "fen", "g-1", 2, purpose="环境")
CITE = Citation("001.txt", "三")
NAMES = {"c": Label("某社区", "A community")}


def case(*entries, cite=CITE, name="g-1"):
    """Return a case that published *entries*."""
    items = tuple(
        BoardItem(
            entry.case,
            entry.version,
            Label("收款"),
            PublishKind.ANNOUNCEMENT,
            entry.day,
            (BoardField("sum", Label("金额"), Label("1")),),
            cite=cite,
            entries=(entry,),
        )
        for entry in entries
    )
    return BoardCase(name, "p.gift", Label("捐赠", "Gift"), Label("c"), dt.date(2006, 5, 1), Label("已收"), items)


def test_a_fund_is_told_year_by_year():
    """Received, given and the balance stand for each year, and the total at the end; the sources are cited."""
    later = evolve(GIFT, day=dt.date(2007, 3, 1), amount=100_050, case="g-2")
    spent = evolve(GIFT, day=dt.date(2007, 4, 1), source="c", target="乙公司", amount=50, case="g-3")
    (fund, other) = funds([case(GIFT), case(later, spent, name="g-2")], NAMES, DAY)
    assert (fund.account, other.account) == (NAMES["c"], Label("乙公司"))
    told = [(year.year, year.received.amount, year.given.amount, year.balance.amount) for year in fund.years]
    assert told == [(2006, 2_000_000, 0, 2_000_000), (2007, 100_050, 50, 2_100_000)]
    assert (fund.total.received.amount, fund.total.given.amount) == (2_100_050, 50)
    assert fund.total.balance == Balance(2_100_000)
    assert fund.text(fund.total.balance) == Label("21000.00 元", "21000.00 yuan")
    assert (fund.cites, fund.titles) == ((CITE,), (Label("捐赠", "Gift"),))


def test_units_are_never_added():
    """Money and goods of one account are two funds, each in its unit; a lower bound says that it is one."""
    goods = evolve(GIFT, unit="goods", unit_label=Label("物", "goods"), amount=3, exact=False)
    first, second = funds([case(GIFT, goods)], NAMES, DAY)
    assert (first.unit, second.unit) == (Label("fen"), Label("物", "goods"))
    assert second.text(second.total.received) == Label("3 物以上", "3 goods or more")


def test_what_came_after_the_boards_day_is_not_counted():
    """An entry of a later day than the board's is left out."""
    assert funds([case(GIFT)], NAMES, dt.date(2006, 4, 30)) == ()


def test_an_account_that_was_not_published_is_nobody():
    """Where the giver was not published his name is nowhere; an entry whose receiver was not is in no fund."""
    hidden = evolve(GIFT, source="")
    board = Board(Label("区"), DAY, (case(hidden),), places=NAMES)
    pages = render_board(board)
    (page,) = [text for name, text in pages.items() if name.startswith("fund-")]
    assert "未公布" in page
    assert "甲公司" not in page
    assert "某社区" in page
    assert "20000.00 元" in pages["index.html"]
    assert "001.txt" in page
    assert funds([case(evolve(GIFT, target=""))], NAMES, DAY) == ()


ENTRIES = st.lists(
    st.builds(
        BoardEntry,
        ledger=st.just("gifts"),
        day=st.dates(dt.date(2005, 1, 1), DAY),
        source=st.sampled_from(("a", "b")),
        target=st.just("c"),
        amount=st.integers(1, 10**12),
        unit=st.just("fen"),
        case=st.just("g-1"),
        version=st.integers(1, 9),
        exact=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(ENTRIES)
def test_years_and_total_agree(entries):
    """The years together are the total, the last balance is what was received, exact where all entries are."""
    (fund,) = funds([case(*entries)], NAMES, DAY)
    assert fund.total.balance.amount == sum(entry.amount for entry in entries)
    assert sum(year.received.amount for year in fund.years) == fund.total.received.amount
    assert fund.total.balance.exact == all(entry.exact for entry in entries)
    assert [year.year for year in fund.years] == sorted({entry.day.year for entry in entries})
