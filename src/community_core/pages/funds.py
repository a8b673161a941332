"""What was published of each ledger, account by account and year by year; what nobody published does not come here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.instruments.ledger import FEN, Balance
from community_core.pages.items import BoardCase, BoardEntry
from community_core.pages.texts import value_text


@frozen
class FundYear:
    """What an account received and gave in one year, and what it had at its end, as far as it was published."""

    year: int
    received: Balance
    given: Balance
    balance: Balance


@frozen
class Fund:
    """One account of a ledger in one unit: its years, the entries themselves, and the rules that had them published.

    *titles* are those of the procedures that entered something, *cites* the documents that their steps rest on.
    """

    name: str
    ledger: str
    account: Label
    unit: Label
    money: bool
    years: tuple[FundYear, ...]
    entries: tuple[BoardEntry, ...]
    titles: tuple[Label, ...]
    cites: tuple[Citation, ...]

    @property
    def total(self) -> FundYear:
        """All years together; *year* is the last one."""
        last = self.years[-1]
        received, given = (
            sum((getattr(year, name) for year in self.years), Balance()) for name in ("received", "given")
        )
        return FundYear(last.year, received, given, last.balance)

    def amount(self, entry: BoardEntry) -> Label:
        """Return the amount of one entry as text."""
        return self.text(Balance(entry.amount, entry.exact))

    def text(self, balance: Balance) -> Label:
        """Return an amount of the fund as text; one of which only the lower bound is known says so."""
        told = value_text(Money(balance.amount)) if self.money else Label(f"{balance.amount:,}", f"{balance.amount:,}")
        if not self.money:
            told = Label(f"{told.zh} {self.unit.zh}", f"{told.en} {self.unit.text('en')}")
        return told if balance.exact else Label(f"{told.zh}以上", f"{told.text('en')} or more")


def funds(cases: Iterable[BoardCase], names: Mapping[str, Label], day: dt.date) -> tuple[Fund, ...]:
    """Return the accounts that received something by the end of *day*, by ledger, account and unit.

    *names* are what places are called; an account that is none of them is called as it was entered.
    """
    kept: dict[tuple[str, str, str], list[tuple[BoardEntry, BoardCase, Citation | None]]] = {}
    received: dict[tuple[str, str, str], None] = {}
    for case in cases:
        for item in case.items:
            for entry in item.entries:
                if entry.day > day:
                    continue
                told = evolve(entry, source_label=_named(entry.source, names), target_label=_named(entry.target, names))
                for account in dict.fromkeys((entry.source, entry.target)):
                    kept.setdefault((entry.ledger, account, entry.unit), []).append((told, case, item.cite))
                received[entry.ledger, entry.target, entry.unit] = None
    return tuple(_fund(key, kept[key], names) for key in sorted(received) if key[1])


def _named(account: str, names: Mapping[str, Label]) -> Label:
    return names.get(account, Label(account))


def _fund(
    key: tuple[str, str, str], found: list[tuple[BoardEntry, BoardCase, Citation | None]], names: Mapping[str, Label]
) -> Fund:
    ledger, account, unit = key
    found.sort(key=lambda item: (item[0].day, item[0].case, item[0].version))
    years: dict[int, tuple[Balance, Balance]] = {}
    for entry, _, _ in found:
        received, given = years.get(entry.day.year, (Balance(), Balance()))
        amount = Balance(entry.amount, entry.exact)
        came = entry.target == account
        years[entry.day.year] = (received + amount, given) if came else (received, given + amount)
    rows, balance = [], Balance()
    for year, (received, given) in years.items():
        balance = balance + received + Balance(-given.amount, given.exact)
        rows.append(FundYear(year, received, given, balance))
    return Fund(
        "-".join(part for part in key if part),
        ledger,
        _named(account, names),
        found[0][0].unit_label or Label(unit),
        unit == FEN,
        tuple(rows),
        tuple(entry for entry, _, _ in found),
        tuple(dict.fromkeys(case.title for _, case, _ in found)),
        tuple(dict.fromkeys(cite for _, _, cite in found if cite is not None)),
    )
