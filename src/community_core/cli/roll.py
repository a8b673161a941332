"""``community-core roll``: decisions for a whole table, with totals and the findings of the file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, given_option, json_option, on_option, read_given
from community_core.cli.output import console, finding_data, print_findings, print_json, print_table

if TYPE_CHECKING:
    from community_core.jurisdiction import Rules
    from community_core.roll.run import Progress, RollResult
    from community_core.roll.tables import TableRead

_HELP = """判定名册 TABLE（CSV 或 Parquet）中的每一行，给出合计和文件的问题项。

Decide every row of TABLE (CSV in UTF-8, GBK or GB18030, or Parquet), with totals and the findings of the file. Bad rows
are set aside with their reasons; the good rows go through, and the exit code is 1.

\b
community-core roll residents.csv --district demo-shenhe --decide care_class \\
    --on 2006-05-01 --out decided.csv
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@district_option
@click.option("--decide", "terms", multiple=True, required=True, metavar="TERM", help="判定表，可重复 · Repeatable.")
@given_option
@on_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="结果文件 · Results: .csv or .parquet.")
@click.option(
    "--rejected", type=click.Path(dir_okay=False, path_type=Path), help="退回的行 · Where rows set aside are written."
)
@json_option
def roll(
    *,
    table: Path,
    district: str,
    terms: tuple[str, ...],
    given: tuple[str, ...],
    on: dt.date,
    out: Path | None,
    rejected: Path | None,
    as_json: bool,
) -> int:
    """Decide the table."""
    from community_core.roll import decide_roll, read_table  # noqa: PLC0415 - needs the extra

    rules = load_rules(district)
    facts = read_given(rules.terms.facts, given)
    read = read_table(table, rules.terms.facts)
    aside = read.write_rejected(rejected) if rejected is not None else None
    if not read.usable:
        _say(read, None, None, aside, as_json=as_json)
        return exits.FINDINGS
    with _Bar(len(terms), quiet=as_json) as progress:
        result = decide_roll(rules, terms, read, on=on, given=facts, progress=progress)
    wrong = any(item.level == "error" for item in (*read.findings, *result.findings))
    if out is not None:
        _write(rules, read, result, out)
    _say(read, result, out, aside, as_json=as_json)
    return exits.FINDINGS if wrong else exits.FINE


def _write(rules: Rules, read: TableRead, result: RollResult, out: Path) -> None:
    """Write the rows as read, what stood beside them, and the results."""
    import polars as pl  # noqa: PLC0415 - needs the extra

    from community_core.roll.writers import write_table  # noqa: PLC0415 - needs the extra

    decided = result.frame.drop("row_number")
    taken = {*read.frame.columns, *decided.columns}
    aside = read.aside.drop([name for name in read.aside.columns if name in taken])
    parts = [part for part in (read.frame, aside, decided) if part.width]
    described: dict[str, Any] = {fact.name: fact for fact in rules.terms.facts}
    described.update(result.described())
    write_table(pl.concat(parts, how="horizontal"), out, described, spreadsheet=True)


class _Bar:
    """A progress bar on a terminal's standard error; nothing elsewhere."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self.total = total
        self.console = None if quiet else console(stderr=True)
        self.bar: Any = None

    def __enter__(self) -> Progress | None:
        if self.console is None or not self.console.is_terminal:
            return None
        from rich.progress import Progress as Bar  # noqa: PLC0415 - only where it is seen

        self.bar = Bar(console=self.console, transient=True)
        self.bar.start()
        task = self.bar.add_task("判定 deciding", total=self.total)

        def progress(done: int, total: int, term: str) -> None:
            self.bar.update(task, completed=done, total=total, description=f"判定 deciding {term}")

        return progress

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def _say(read: TableRead, result: RollResult | None, out: Path | None, aside: Path | None, *, as_json: bool) -> None:
    from community_core.rules.answer import json_value  # noqa: PLC0415 - with the other imports of this command

    totals: dict[str, list[dict[str, Any]]] = {}
    if result is not None:
        for term in result.terms:
            totals[term] = [
                {"status": total.status.value, "outcome": json_value(total.outcome), "count": total.count}
                for total in result.totals(term)
            ]
    rows, refused = read.frame.height, read.rejected.height
    findings = (*read.findings, *(result.findings if result is not None else ()))
    if as_json:
        print_json(
            {
                "rows": rows,
                "rejected": refused,
                "encoding": read.encoding,
                "totals": totals,
                "findings": [finding_data(item) for item in findings],
                "out": str(out) if out is not None else None,
                "rejected_file": str(aside) if aside is not None else None,
            }
        )
        return
    if findings:
        print_findings(findings)
    for term, items in totals.items():
        print_table(
            f"{term}（{rows:,}）",
            ("状态 status", "结果 outcome", "人数 count"),
            [(item["status"], _shown(item["outcome"]), f"{item['count']:,}") for item in items],
            right=(2,),
        )
    click.echo(f"{rows:,} 行已判定 decided，{refused:,} 行退回 set aside；编码 encoding: {read.encoding or '–'}")
    for path in (out, aside):
        if path is not None:
            click.echo(f"已写入 written: {path}")


def _shown(outcome: Any) -> str:
    if isinstance(outcome, dict):
        return ", ".join(f"{name} {value}" for name, value in outcome.items())
    return "–" if outcome is None else str(outcome)
