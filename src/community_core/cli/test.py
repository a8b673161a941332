"""``community-core test``: runs case files, says what no case covers, and tries the cases on changed rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from community_core.cli import exits
from community_core.cli.options import json_option
from community_core.cli.output import (
    console,
    finding_data,
    finding_text,
    pick,
    plain,
    print_findings,
    print_json,
    print_table,
    say,
)
from community_core.cli.speaking import chosen, either, lang_option, spoken

if TYPE_CHECKING:
    from community_core.base.findings import Finding, Origin
    from community_core.testing import CaseResult, Mutation
    from community_core.testing.mutation import Watch

_HELP = """运行例子（文件或文件夹），不用 pytest。

Run the cases of files or folders, without pytest.

--coverage 列出没有例子的行、未知、结束和拒绝；--mutate 把规则一次改动一处，列出没有例子发现的改动：
例子旁边的 equivalent.yaml 写明哪些改动等价、为什么，其余的都算失败。

--coverage lists the rows, unknowns, ends and refusals that no case tries. --mutate changes one rule at a time and lists
the changes that no case catches; equivalent.yaml beside the cases says which of them alter no answer, and why. Any
other fails the command.

\b
community-core test plugins/shenhe/cases --coverage --mutate
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--coverage", is_flag=True, help="列出没有例子的部分 · List what no case tries.")
@click.option("--mutate", "mutating", is_flag=True, help="改动规则看例子能否发现 · Change rules; what is caught?")
@click.option(
    "--practice",
    "practices",
    multiple=True,
    metavar="NAME",
    help="看哪个做法，可重复；不写则看例子所采用的 · A practice to look at; repeatable. Unless given: those adopted.",
)
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="每几处改动试一处 · Try every n-th change.",
)
@lang_option
@json_option
def test(
    *, paths: tuple[Path, ...], coverage: bool, mutating: bool, practices: tuple[str, ...], every: int, as_json: bool
) -> int:
    """Run the cases, and what else is asked of them."""
    from community_core.testing import mutate, not_covered, run_cases  # noqa: PLC0415 - heavy: other commands don't run it
    from community_core.testing.grounds import grounds_of, practices_of  # noqa: PLC0415 - the same

    results = [result for path in paths for result in run_cases(path)]
    failed = not results or any(not result.passed for result in results)
    left: list[str] = []
    mutations: list[Mutation] = []
    if coverage:
        for path in paths:
            names = practices or practices_of(grounds_of(path)[0])
            left += not_covered(path, names)
    if mutating and not failed:
        for path in paths:
            with _progress(path, shown=not as_json) as watch:
                mutations.append(mutate(path, practices, every=every, watch=watch))
    if as_json:
        print_json(_data(results, left if coverage else None, mutations))
    else:
        _show(results, left if coverage else None, mutations)
    errors = [found for each in mutations for found in each.findings if found.level == "error"]
    return exits.FINDINGS if failed or left or errors else exits.FINE


@contextmanager
def _progress(path: Path, *, shown: bool) -> Iterator[Watch | None]:
    """Show how far the mutation is, where somebody looks."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress  # noqa: PLC0415 - only a terminal shows it

    with Progress(console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(plain(path), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _failure(found: Sequence[Finding]) -> str:
    return "\n".join(finding_text(each, chosen()) for each in found)


def _show(results: Sequence[CaseResult], left: Sequence[str] | None, mutations: Sequence[Mutation]) -> None:
    failures = [result for result in results if not result.passed]
    if failures:
        rows = [(result.case.name, _failure(result.findings)) for result in failures]
        print_table(
            either(f"没有通过的例子（{len(rows)}）", f"Failed cases ({len(rows)})"),
            ("例子 case", "应为与得到 expected and got"),
            rows,
        )
    if not results:
        say("没有例子", "there are no cases")
    passed, failed = len(results) - len(failures), len(failures)
    say(f"{passed} 个通过，{failed} 个未通过", f"{passed} passed, {failed} failed")
    if left is not None:
        if left:
            title = either(f"没有例子的部分（{len(left)}）", f"What no case tries ({len(left)})")
            print_table(title, ("条款项 term",), [(item,) for item in left])
        else:
            say("每一行、未知、结束和拒绝都有例子", "every row, unknown, end and refusal has a case")
    for mutation in mutations:
        _show_mutation(mutation)


def _near(origin: Origin) -> str:
    """Return a place as an editor opens it, from the folder that one is in."""
    here = Path.cwd()
    file = Path(origin.file)
    shown = file.relative_to(here) if file.is_relative_to(here) else file
    return f"{shown}:{origin.line}:{origin.column}"


def _show_mutation(mutation: Mutation) -> None:
    from community_core.testing import Fate  # noqa: PLC0415 - as above

    counts = {fate: len(mutation.of(fate)) for fate in Fate}
    if mutation.reasons:
        print_table(
            either(f"等价的改动（{len(mutation.reasons)}）", f"Equivalent changes ({len(mutation.reasons)})"),
            ("改动 change", "为什么 why"),
            [(name, pick(reason, spoken())) for name, reason in mutation.reasons],
        )
    survivors = mutation.of(Fate.SURVIVED)
    if survivors:
        # Plain lines: a name is copied whole into the list of equivalent changes, a place opened in an editor.
        say(f"没有例子发现的改动（{len(survivors)}）", f"Changes that no case catches ({len(survivors)})")
        for tried in survivors:
            click.echo(plain(f"  {_near(tried.mutant.origin)}\n    {tried.mutant.name}"))
    others = [found for found in mutation.findings if found.code != "mutant-survived"]
    if others:
        print_findings(others)
    sample = "" if len(mutation.tried) == mutation.possible else f" / {mutation.possible}"
    changes = f"{len(mutation.tried)}{sample}"
    say(
        f"{'、'.join(mutation.practices)}：改动 {changes}，例子发现 {counts[Fate.CAUGHT]}，"
        f"检查拒绝 {counts[Fate.REFUSED]}，等价 {counts[Fate.EQUIVALENT]}，没有发现 {counts[Fate.SURVIVED]}",
        f"{', '.join(mutation.practices)}: changes {changes}, caught {counts[Fate.CAUGHT]}, "
        f"refused {counts[Fate.REFUSED]}, equivalent {counts[Fate.EQUIVALENT]}, survived {counts[Fate.SURVIVED]}",
    )


def _data(results: Sequence[CaseResult], left: Sequence[str] | None, mutations: Sequence[Mutation]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "cases": [
            {
                "name": result.case.name,
                "file": result.case.origin.file,
                "line": result.case.origin.line,
                "passed": result.passed,
                "shows": list(result.case.shows),
                "findings": [finding_data(found) for found in result.findings],
            }
            for result in results
        ],
    }
    if left is not None:
        data["not_covered"] = list(left)
    if mutations:
        data["mutations"] = [
            {
                "practices": list(mutation.practices),
                "possible": mutation.possible,
                "tried": [
                    {
                        "mutant": tried.mutant.name,
                        "practice": tried.mutant.practice,
                        "fate": tried.fate.value,
                        "by": tried.by,
                        "file": tried.mutant.origin.file,
                        "line": tried.mutant.origin.line,
                        "column": tried.mutant.origin.column,
                    }
                    for tried in mutation.tried
                ],
                "equivalent": [{"mutant": name, "zh": reason.zh, "en": reason.en} for name, reason in mutation.reasons],
                "findings": [finding_data(found) for found in mutation.findings],
            }
            for mutation in mutations
        ]
    return data
