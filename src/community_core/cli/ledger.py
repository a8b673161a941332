"""``community-core ledger``: what steps entered in a ledger, and what each account has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.money import Money
from community_core.cli import exits
from community_core.cli.options import json_option, kept_district_option, keys_option, read_day_option
from community_core.cli.output import print_json, print_table
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse
from community_core.instruments.ledger import FEN, balances

if TYPE_CHECKING:
    from community_core.declarations.terms import Terms
    from community_core.instruments.ledger import Entry

_LEDGER = """一本账簿：各步骤记入的每一笔，各账户的余额。

The entries of a ledger in their order, and what each account has received less what it gave. A plus sign marks an
amount of which only the lower bound is known. An export has the ledger in its events; no database is needed then.

\b
community-core ledger gifts --store my.sqlite --until 2006-12-31
community-core ledger gifts --export record.jsonl
"""


@click.command(help=_LEDGER, epilog=exits.HELP)
@click.argument("name")
@click.option("--store", metavar="URL|FILE", help="库的 URL 或 SQLite 文件 · Database URL or file.")
@click.option(
    "--export",
    "exported",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="导出文件，不需要数据库 · An export; no database is needed.",
)
@keys_option
@kept_district_option
@click.option("--place", default="", help="只看这个地方的 · Of this place only.")
@click.option(
    "--until", callback=read_day_option, metavar="DAY", help="到这一天为止，含当日 · Up to this day, included."
)
@json_option
def ledger(
    *,
    name: str,
    store: str | None,
    exported: Path | None,
    district: str | None,
    place: str,
    until: dt.date | None,
    as_json: bool,
) -> int:
    """Print a ledger."""
    if (store is None) == (exported is None):
        raise Misuse("请给出 --store 或 --export 之一", "give one of --store and --export")
    if exported is not None:
        from community_core.store.exported import exported_entries  # noqa: PLC0415 - not needed for a store

        known: list[str] = []
        with exported.open("rb") as lines:
            entries = tuple(exported_entries(lines, name, place=place))
    else:
        with office_over(store or "", district) as office:
            known = sorted(_ledgers(office.rules.terms))
            entries = office.entries(name, place=place)
    entries = tuple(each for each in entries if until is None or each.day <= until)
    held = balances(entries)
    if not entries and known and name not in known:
        raise Misuse(
            f"没有账簿 {name}；有：{'、'.join(known)}", f"there is no ledger {name}; there are {', '.join(known)}"
        )
    if as_json:
        accounts = [
            {"account": account, "unit": unit, "amount": each.amount, "exact": each.exact}
            for (account, unit), each in held.items()
        ]
        print_json({"ledger": name, "entries": [_entry_data(each) for each in entries], "balances": accounts})
        return exits.FINE
    rows: list[Any] = []
    for each in entries:
        amount = _amount(each.amount, each.unit, exact=not each.more_than)
        rows.append((each.day, each.source, each.target, amount, each.purpose, each.case))
    heads = ("日期 day", "付 from", "收 to", "数额 amount", "用途 purpose", "办件 case")
    print_table(f"账簿 ledger {name}", heads, rows)
    rows = [(account, _amount(each.amount, unit, exact=each.exact)) for (account, unit), each in held.items()]
    print_table("余额 balances", ("账户 account", "余额 balance"), rows)
    return exits.FINE


def _ledgers(terms: Terms) -> set[str]:
    """Return the ledgers that steps enter something in."""
    effects = (effect for _, procedure in terms.procedures for step in procedure.steps for effect in step.effects)
    return {dict(effect.arguments)["what"].text for effect in effects if effect.kind == "enter"}


def _amount(amount: int, unit: str, *, exact: bool) -> str:
    """Return an amount with its unit, money in yuan; a plus sign says that there is more to it."""
    said = f"{Money(amount)}" if unit == FEN else f"{amount:,} {unit}"
    return said if exact else f"{said}+"


def _entry_data(entry: Entry) -> dict[str, Any]:
    days = {"since": entry.period.start, "until": entry.period.end}
    return {
        "day": entry.day.isoformat(),
        "from": entry.source,
        "to": entry.target,
        "amount": entry.amount,
        "unit": entry.unit,
        "more_than": entry.more_than,
        "purpose": entry.purpose,
        "place": entry.place,
        "case": entry.case,
        **{name: day and day.isoformat() for name, day in days.items()},
    }
