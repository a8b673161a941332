"""``community-core ledger``: what steps entered in a ledger, and what each account has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Label, Language
from community_core.base.money import Money
from community_core.cli import exits
from community_core.cli.options import json_option, kept_district_option, keys_option, read_day_option
from community_core.cli.output import pick, print_json, print_table
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse
from community_core.cli.wording import above, named
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
@lang_option
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
    lang = spoken()
    if (store is None) == (exported is None):
        raise Misuse("请给出 --store 或 --export 之一", "give one of --store and --export")
    if exported is not None:
        from community_core.store.exported import exported_entries  # noqa: PLC0415 - not needed for a store

        known: list[str] = []
        words = _Words(lang)
        with exported.open("rb") as lines:
            entries = tuple(exported_entries(lines, name, place=place))
    else:
        with office_over(store or "", district) as office:
            words = _Words(lang, office.rules.terms, office.store.place_names())
            known = sorted(words.titles)
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
        amount = words.amount(each.amount, each.unit, exact=not each.more_than)
        rows.append((each.day, words.account(each.source), words.account(each.target), amount, each.purpose, each.case))
    heads = ("日期 day", "付 from", "收 to", "数额 amount", "用途 purpose", "办件 case")
    print_table(words.title(name), heads, rows, right=(3,))
    rows = [
        (words.account(account), words.amount(each.amount, unit, exact=each.exact))
        for (account, unit), each in held.items()
    ]
    title = "余额" if lang == "zh" else "Balances"
    print_table(title, ("账户 account", "余额 balance"), rows, right=(1,))
    return exits.FINE


class _Words:
    """What ledgers, accounts and units are called: by the procedures that enter something, and the places."""

    def __init__(
        self, lang: Language, terms: Terms | None = None, places: Mapping[str, Label] = MappingProxyType({})
    ) -> None:
        self._lang: Language = lang
        self._places = places
        self._units: dict[str, Label] = {}
        self.titles: dict[str, dict[Label, None]] = {}
        for _, procedure in () if terms is None else terms.procedures:
            for effect in (effect for step in procedure.steps for effect in step.effects if effect.kind == "enter"):
                given = dict(effect.arguments)
                self.titles.setdefault(given["what"].text, {})[procedure.title] = None
                field = procedure.field(given["unit"].text) if "unit" in given else None
                self._units |= {} if field is None else dict(field.labels)

    def title(self, name: str) -> str:
        """Return the name of a ledger with the procedures that enter something in it."""
        made = ("、" if self._lang == "zh" else ", ").join(pick(each, self._lang) for each in self.titles.get(name, {}))
        return named(Label("账簿", "Ledger"), name, self._lang) + (f" · {made}" if made else "")

    def account(self, account: str) -> str:
        """Return what an account is called: a place by its name, anything else as it was entered."""
        return above(self._places.get(account, Label()), account, self._lang)

    def amount(self, amount: int, unit: str, *, exact: bool) -> str:
        """Return an amount with its unit, money in yuan; a plus sign says that there is more to it."""
        yuan = "元" if self._lang == "zh" else "yuan"
        label = self._units.get(unit, Label()).text(self._lang) or unit
        said = f"{Money(amount)} {yuan}" if unit == FEN else f"{amount:,} {label}"
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
