"""``community-core roll``: decisions for a whole table, with totals and the findings of the file."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.base.labels import Language
from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, given_option, json_option, on_option, read_given
from community_core.cli.output import console, finding_data, print_findings, print_json, print_table, say, say_written
from community_core.cli.speaking import lang_option, spoken
from community_core.cli.usage import Misuse, ending_of
from community_core.cli.wording import named

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules
    from community_core.roll import FileResult
    from community_core.roll.files import FileProgress

_HELP = """判定名册 TABLE（CSV、.xlsx 或 Parquet）中的每一行，给出合计和文件的问题项。

Decide every row of TABLE (CSV in UTF-8, GBK or GB18030, .xlsx, or Parquet), with totals and the findings of the file.
Bad rows are set aside with their reasons; the good rows go through, and the exit code is 1.

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
@lang_option
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
    lang = spoken()
    from community_core.roll import decide_file  # noqa: PLC0415 - needs the extra

    if out is not None:
        ending_of(out, (".csv", ".parquet"))
    for one, other in combinations([each.resolve() for each in (table, out, rejected) if each is not None], 2):
        if one == other:
            raise Misuse(f"{one} 写了两次；三个文件要不同", f"{one} stands twice; name different files")
    rules = load_rules(district)
    facts = read_given(rules.terms.facts, given)
    with _Bar(quiet=as_json) as progress:
        result = decide_file(rules, terms, table, out, on=on, given=facts, rejected=rejected, progress=progress)
    _say(result, rules, lang, as_json=as_json)
    wrong = any(item.level == "error" for item in result.findings)
    return exits.FINDINGS if wrong or not result.usable else exits.FINE


class _Bar:
    """A progress bar on a terminal's standard error; nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self.console = None if quiet else console(stderr=True)
        self.bar: Any = None

    def __enter__(self) -> FileProgress | None:
        if self.console is None or not self.console.is_terminal:
            return None
        from rich.progress import Progress as Bar  # noqa: PLC0415 - only where it is seen

        self.bar = Bar(console=self.console, transient=True)
        self.bar.start()
        task = self.bar.add_task("判定 deciding", total=1.0)

        def progress(share: float, rows: int) -> None:
            self.bar.update(task, completed=share, description=f"判定 deciding {rows:,}")

        return progress

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def _say(result: FileResult, rules: Rules, lang: Language, *, as_json: bool) -> None:
    from community_core.rules.answer import json_value  # noqa: PLC0415 - with the other imports of this command

    totals = {
        term: [
            {"status": total.status.value, "outcome": json_value(total.outcome), "count": total.count}
            for total in result.totals(term)
        ]
        for term in result.tallies
        if result.usable
    }
    rows, refused = result.rows, result.refused
    if as_json:
        print_json(
            {
                "rows": rows,
                "rejected": refused,
                "encoding": result.encoding,
                "totals": totals,
                "findings": [finding_data(item) for item in result.findings],
                "out": str(result.out) if result.out is not None else None,
                "rejected_file": str(result.rejected) if result.rejected is not None else None,
            }
        )
        return
    if result.findings:
        print_findings(result.findings)
    for term in totals:
        _say_totals(result, rules, term, lang)
    encoding = result.encoding or "–"
    say(
        f"{rows:,} 行已判定，{refused:,} 行退回；编码：{encoding}",
        f"{rows:,} rows decided, {refused:,} set aside; encoding: {encoding}",
    )
    for path in (result.out, result.rejected):
        if path is not None:
            say_written(path)


def _say_totals(result: FileResult, rules: Rules, term: str, lang: Language) -> None:
    """Print how many rows came to which answer, in words."""
    from community_core.pages.spelling import Spelling  # noqa: PLC0415 - JSON needs no words
    from community_core.rules.explain import STATUS_LABELS  # noqa: PLC0415 - as above

    full = rules.full_name(term)
    spelling = Spelling(rules)
    rows = [
        (
            STATUS_LABELS[total.status].text(lang),
            "–" if total.outcome is None else spelling.outcome(full, total.outcome).text(lang),
            f"{total.count:,}",
        )
        for total in result.totals(term)
    ]
    title = f"{named(spelling.called(full), term, lang)} · {result.rows:,}"
    print_table(title, ("状态 status", "结果 outcome", "人数 count"), rows, right=(2,))
