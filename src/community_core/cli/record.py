"""``community-core verify`` and ``board``: whether a record is as it was written, and what of it is public."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.cli import exits
from community_core.cli.options import (
    given_keys,
    json_option,
    kept_district_option,
    keys_option,
    on_a_day,
    store_option,
)
from community_core.cli.output import finding_data, print_findings, print_json, say
from community_core.cli.speaking import lang_option
from community_core.cli.stores import office_over, where
from community_core.cli.usage import Misuse
from community_core.ports.store import Coverage, KnownRoot

_VERIFY = """核验库中的全部记录，或一份导出文件：被改动、删除、插入或换序的，都是问题项，退出码 1。

Verify the whole record of a store, or an export without any database: what was changed, removed, inserted or reordered
is a finding, and exit code 1. With both, the store is also compared with the export. What lies after the last
checkpoint is covered by none, and the number of such events, and of such lines of registers, rolls and the trace of
readings, is said. So is that of encrypted values whose keys are not given (--keys).

\b
community-core verify --store my.sqlite
community-core verify --store my.sqlite --root 1200:sha256:9f86…   # size and root as the board shows them
community-core verify --export record.jsonl --root sha256:9f86…
community-core verify --store my.sqlite --root sha256:1b4f…        # the hash of a checkpoint covers the registers too
"""
_BOARD = """把依规则公开的内容写成静态网页。

Write what the rules make public as static pages. Without --on the board is as of the latest day on which something was
published, so that the same record always gives the same pages.
"""


def read_roots(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> tuple[KnownRoot, ...]:
    """Read roots of the command line, each with the number of events that it covers or without."""
    found = []
    for text in given:
        match = re.fullmatch(r"(?:(\d+):)?([a-z0-9_]+:[0-9a-f]{64,128})", text.strip())
        if match is None:
            raise Misuse(f"{text!r} 应写成 1200:sha256:…", f"{text!r}: write 1200:sha256:…")
        found.append(KnownRoot(match[2], None if match[1] is None else int(match[1])))
    return tuple(found)


@click.command(help=_VERIFY, epilog=exits.HELP)
@click.option("--store", metavar="URL|FILE", help="库的 URL 或 SQLite 文件 · Database URL or file.")
@click.option(
    "--export",
    "exported",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="导出文件，不需要数据库 · An export; no database is needed.",
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    callback=read_roots,
    metavar="[SIZE:]ROOT",
    help="公示栏上检查点的根或散列值，可重复 · A checkpoint's root or hash as the board shows it; repeatable.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="用几个进程核验库；不给则按记录的多少 · How many processes verify the store; as many as pay unless given.",
)
@keys_option
@lang_option
@json_option
def verify(
    *, store: str | None, exported: Path | None, roots: tuple[KnownRoot, ...], workers: int | None, as_json: bool
) -> int:
    """Verify a record, an export, or one against the other."""
    if store is None and exported is None:
        raise Misuse("请给出 --store 或 --export", "give --store or --export")
    found: list[Finding] = []
    coverage: Coverage | None = None
    head: str | None = None
    if exported is not None:
        from community_core.store.exported import ExportCheck  # noqa: PLC0415 - not needed for a store alone

        check = ExportCheck(keys=given_keys())
        with exported.open("rb") as lines:
            found += check.verify(lines, roots, progress=_progress())
        coverage = check.coverage
    if store is not None:
        from community_core.store.sql import open_store  # noqa: PLC0415 - needs a database

        opened = open_store(where(store), keys=given_keys(), create=False)
        try:
            found += opened.verify(roots, progress=_progress(), workers=workers)
            if exported is not None:
                with exported.open("rb") as lines:
                    found += opened.compare(lines)
            head = opened.head()
            with suppress(StoreError):  # a changed checkpoint is among the findings already
                coverage = opened.coverage()
        finally:
            opened.close()
    if as_json:
        data = {"findings": [finding_data(item) for item in found], "coverage": _coverage_data(coverage)}
        print_json(data if head is None else {**data, "head": head})
    else:
        if found:
            print_findings(found)
        else:
            say("记录完整，没有问题项", "the record holds together, no findings")
        if head is not None and not found:
            click.echo(head)
        if coverage is not None:
            _say_coverage(coverage)
    return exits.FINDINGS if found else exits.FINE


def _progress() -> Callable[[int], object] | None:
    """Return what tells a person at a terminal how far it has come; nobody else is told."""
    if not sys.stderr.isatty():
        return None
    return lambda done: click.echo(f"\r{done:,}", nl=False, err=True)


def _coverage_data(coverage: Coverage | None) -> dict[str, object] | None:
    if coverage is None:
        return None
    last = coverage.checkpoint
    return {
        "events": coverage.events,
        "covered": coverage.covered,
        "beyond": coverage.beyond,
        "beside": coverage.beside,
        "root": None if last is None else last.root,
        "hash": None if last is None else last.hash,
        "unchecked": coverage.unchecked,
    }


def _say_coverage(coverage: Coverage) -> None:
    if coverage.checkpoint is not None:
        say(
            f"检查点覆盖前 {coverage.covered:,} 条", f"the last checkpoint covers the first {coverage.covered:,} events"
        )
        click.echo(f"{coverage.covered}:{coverage.checkpoint.root}")
        say(f"检查点的散列值：{coverage.checkpoint.hash}", f"the hash of the checkpoint: {coverage.checkpoint.hash}")
    if coverage.beyond:
        say(
            f"其后 {coverage.beyond:,} 条没有检查点：其中若有办件被整件删除或截去末尾，核验未必能发现",
            f"{coverage.beyond:,} events after it are covered by no checkpoint: of these, a case removed "
            "whole or cut off at its end may not be found",
        )
    if coverage.beside:
        say(
            f"登记簿、选民名册和查阅记录有 {coverage.beside:,} 行没有检查点：其中的改动未必能发现",
            f"{coverage.beside:,} lines of registers, electoral rolls and the trace of readings are covered by no "
            "checkpoint: what is changed among them may not be found",
        )
    if coverage.unchecked:
        say(
            f"{coverage.unchecked:,} 个加密的值没有给出密钥（--keys），只核对了它在不在",
            f"{coverage.unchecked:,} encrypted values were not checked, only that they are there: their keys were "
            "not given (--keys)",
        )


@click.command(help=_BOARD, epilog=exits.HELP)
@store_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="写到哪里 · The folder.")
@kept_district_option
@on_a_day("--on", "截至哪天 · As of this day.")
@lang_option
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
        say(f"{len(made.cases)} 个办件、{items} 项公开内容", f"{len(made.cases)} cases, {items} items")
        say(f"打开：{out / 'index.html'}", f"open: {out / 'index.html'}")
    return exits.FINE
