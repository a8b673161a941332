"""``community-core may``: what a person may do on a day in a case or a place, and why not the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from community_core.cli import exits
from community_core.cli.options import (
    json_option,
    kept_district_option,
    keys_option,
    on_a_day,
    store_option,
)
from community_core.cli.output import finding_data, print_json, print_table
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.stores import office_over
from community_core.cli.usage import Misuse
from community_core.cli.wording import Wording, named

if TYPE_CHECKING:
    from community_core.office.permitting import Permission

_HELP = """某人某日可以办什么，其余为什么不能办。给 --case 只看一件；给 --place 看该地方可以立的案和未办结的办件。

What PERSON may do on DAY, decided by the same code as the step itself; nothing is recorded and no data is asked for.
With --case the steps of one case, with --place what may be opened there and the open cases of that place; --all also
lists what may not be done, with the findings that say why. Steps in another's name are those that a delegation allows.

\b
community-core may chair-1 --case hearing-2006-000001 --day 2006-05-01 --store my.sqlite --all
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("person")
@click.option("--case", "case_id", help="哪一件 · Which case.")
@click.option("--place", help="哪个地方 · Which place.")
@click.option("--procedure", default="", help="只看这种程序 · Of this procedure only.")
@click.option("--all", "everything", is_flag=True, help="也列出不能办的及原因 · Also what may not be done, and why.")
@on_a_day("--day", "哪一天办理 · The day.", required=True)
@store_option
@keys_option
@kept_district_option
@lang_option
@json_option
def may(
    *,
    person: str,
    case_id: str | None,
    place: str | None,
    procedure: str,
    everything: bool,
    day: dt.date,
    store: str,
    district: str | None,
    as_json: bool,
) -> int:
    """List permissions."""
    lang = spoken()
    if (case_id is None) == (place is None):
        raise Misuse("请给 --case 或 --place 之一", "give either --case or --place")
    found: list[Permission] = []
    with office_over(store, district, acting=place is not None) as office:
        if case_id is not None:
            found += office.may(person, case_id, day)
        else:
            assert place is not None  # noqa: S101 - one of the two is given, see above
            wanted = office.rules.procedure_name(procedure) if procedure else ""
            found += (item for item in office.may_open(person, place, day) if wanted in ("", item.procedure))
            for now in office.open_cases(procedure=procedure, place=place):
                found += office.may(person, now.id, day)
        listed = [item for item in found if everything or item.allowed]
        if as_json:
            print_json({"person": person, "day": day.isoformat(), "may": [_data(item) for item in listed]})
            return exits.FINE
        words = Wording(office, lang)
        allowed = sum(item.allowed for item in found)
        click.echo(
            words.pick(
                f"{person} {day} 可办 {allowed} 项，不可办 {len(found) - allowed} 项",
                f"{person} on {day}: may do {allowed}, may not do {len(found) - allowed}",
            )
        )
        for opening, title in ((True, words.pick("立案", "To open")), (False, words.pick("办理", "To take"))):
            shown = [item for item in listed if opening is not bool(item.case)]
            if shown:
                _say(words, title, shown, opening=opening, everything=everything)
        if not everything and allowed < len(found):
            click.echo(words.pick("不可办的及原因：--all", "what may not be done, and why: --all"))
    return exits.FINE


def _say(words: Wording, title: str, items: Iterable[Permission], *, opening: bool, everything: bool) -> None:
    what = "程序 procedure" if opening else "办件 case"
    heads = (
        what,
        "环节 step",
        *(("可办 may",) if everything else ()),
        "职务 post",
        *(("原因 why",) if everything else ()),
    )
    print_table(title, heads, [tuple(_row(words, item, everything=everything)) for item in items])


def _row(words: Wording, item: Permission, *, everything: bool) -> Iterator[str]:
    rules = words.rules
    definition = words.office.definition(item.case) if item.case else rules.procedure(item.procedure)
    yield item.case or words.title(item.procedure, definition)
    yield named(item.label, item.step, words.lang)
    if everything:
        yield words.pick("可", "yes") if item.allowed else words.pick("不可", "no")
    post = words.post(definition, item.post) if item.post else ""
    yield post + (words.pick(f"，代 {item.behalf}", f", for {item.behalf}") if item.behalf else "")
    if everything:
        yield words.pick("；", "; ").join(words.message(found, item.procedure, definition) for found in item.findings)


def _data(item: Permission) -> dict[str, Any]:
    return {
        "case": item.case or None,
        "procedure": item.procedure,
        "step": item.step,
        "allowed": item.allowed,
        "post": item.post or None,
        "behalf": item.behalf or None,
        "findings": [finding_data(found) for found in item.findings],
    }
