"""``community-core verify`` and ``board``: whether a record is as it was written, and what of it is public."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from community_core.cli import exits
from community_core.cli.options import json_option, kept_district_option, read_day_option, store_option
from community_core.cli.output import finding_data, print_findings, print_json
from community_core.cli.stores import office_over, where

_VERIFY = """核验库中的全部记录：被改动、删除、插入或换序的，都是问题项，退出码 1。

Verify the whole record of a store: what was changed, removed, inserted or reordered is a finding, and exit code 1.
"""
_BOARD = """把依规则公开的内容写成静态网页。

Write what the rules make public as static pages. Without --on the board is as of the latest day on which something was
published, so that the same record always gives the same pages.
"""


@click.command(help=_VERIFY, epilog=exits.HELP)
@store_option
@json_option
def verify(*, store: str, as_json: bool) -> int:
    """Verify a record."""
    from community_core.store.sql import open_store  # noqa: PLC0415 - needs a database

    opened = open_store(where(store))
    try:
        found = list(opened.verify())
        head = opened.head()
    finally:
        opened.close()
    if as_json:
        print_json({"findings": [finding_data(item) for item in found], "head": head})
    elif found:
        print_findings(found)
    else:
        click.echo(f"记录完整，没有问题项 / the record holds together, no findings\n{head}")
    return exits.FINDINGS if found else exits.FINE


@click.command(help=_BOARD, epilog=exits.HELP)
@store_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="写到哪里 · The folder.")
@kept_district_option
@click.option("--on", callback=read_day_option, metavar="DAY", help="截至哪天 · As of this day.")
@json_option
def board(*, store: str, out: Path, district: str | None, on: dt.date | None, as_json: bool) -> int:
    """Write the public board."""
    from community_core.office.publishing import make_board  # noqa: PLC0415 - needs a database
    from community_core.pages.board import write_board  # noqa: PLC0415 - needs Jinja2

    with office_over(store, district) as office:
        made = make_board(office, day=on)
    written = write_board(made, out)
    items = sum(len(case.items) for case in made.cases)
    if as_json:
        print_json(
            {
                "folder": str(out),
                "day": made.day.isoformat(),
                "cases": len(made.cases),
                "items": items,
                "campaigns": len(made.campaigns),
                "pages": [path.name for path in written],
                "head": made.head,
            }
        )
    else:
        click.echo(f"{len(made.cases)} 个办件、{items} 项公开内容 / {len(made.cases)} cases, {items} items")
        click.echo(f"打开 open: {out / 'index.html'}")
    return exits.FINE
