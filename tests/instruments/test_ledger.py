"""The ledger: what each account has, and that all of them together come to nothing."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.instruments.ledger import FEN, Balance, Entry, balances

DAY = dt.date(2006, 5, 1)
ENTRIES = st.lists(
    st.builds(
        lambda source, target, amount, unit, after, bound: Entry(
            "gifts", DAY + dt.timedelta(days=after), source, target, amount, unit, bound
        ),
        st.just("unit") | st.just("fund"),
        st.just("community") | st.just("town"),
        st.integers(1, 10**12),
        st.sampled_from([FEN, "task"]),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=8,
)


@given(ENTRIES)
def test_all_accounts_together_come_to_nothing(entries):
    """In each unit the balances of all accounts add up to zero, whatever was entered."""
    for unit in (FEN, "task"):
        assert sum(balance.amount for (_, of), balance in balances(entries).items() if of == unit) == 0


@given(ENTRIES, st.randoms())
def test_the_order_of_entries_changes_no_balance(entries, shuffling):
    """The same entries in another order give the same balances."""
    other = list(entries)
    shuffling.shuffle(other)
    assert dict(balances(entries)) == dict(balances(other))


@given(ENTRIES)
def test_a_balance_is_what_came_less_what_went(entries):
    """The balance of an account is counted apart here, and is exact unless one of its entries is a bound."""
    amounts, bounds = Counter(), set()
    for entry in entries:
        amounts[entry.target, entry.unit] += entry.amount
        amounts[entry.source, entry.unit] -= entry.amount
        bounds |= {(entry.source, entry.unit), (entry.target, entry.unit)} if entry.more_than else set()
    found = balances(entries)
    assert {key: (item.amount, item.exact) for key, item in found.items()} == {
        key: (amount, key not in bounds) for key, amount in amounts.items()
    }


def test_entries_after_the_last_day_do_not_count():
    """A balance on a day counts the entries of that day and none of the next."""
    entries = [Entry("gifts", DAY + dt.timedelta(days=n), "unit", "community", 10 + n) for n in range(3)]
    found = balances(entries, DAY + dt.timedelta(days=1))
    assert found["community", FEN] == Balance(21)
    assert found["unit", FEN] == Balance(-21)


def test_money_and_tasks_are_never_added():
    """Two thousand yuan and three tasks of one unit are two balances."""
    found = balances([Entry("g", DAY, "u", "c", 200_000), Entry("g", DAY, "u", "c", 3, "task")])
    assert (found["c", FEN].amount, found["c", "task"].amount) == (200_000, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": 0}, "above zero"),
        ({"amount": -1}, "above zero"),
        ({"amount": 1.5}, "above zero"),
        ({"amount": True}, "above zero"),
        ({"target": "u"}, "itself"),
        ({"source": ""}, "both accounts"),
        ({"unit": ""}, "its unit"),
    ],
)
def test_what_is_no_transfer_is_refused(change, said):
    """An entry moves a whole amount above zero from one named account to another."""
    with pytest.raises(ValueError, match=said):
        Entry(**{"ledger": "g", "day": DAY, "source": "u", "target": "c", "amount": 1, **change})
