"""``community-core check``: everything that is wrong with rulebooks and districts, with file, line and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from community_core.base.errors import LoadError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import json_option, on_a_day
from community_core.cli.output import finding_data, print_findings, print_json, say
from community_core.cli.speaking import lang_option

if TYPE_CHECKING:
    from community_core.declarations.practice import District, Practice
    from community_core.jurisdiction import Gathered, Rules
    from community_core.rulebook.load import Loaded

_HELP = """检查规则文本：文件、文件夹，或已安装区县的名称。

Check rulebooks and districts: files, folders, or names of installed districts. Everything is checked: the text, names,
types and units of expressions, values and their bounds, procedures. A practice is put together with the installed ones
as if a district adopted it, and what is only proposed is looked at as if it were adopted by name. With an installed
district the practices of its plugin are checked that no district adopts. Findings of level error give exit code 1;
warnings alone give 0.
Decision tables are analysed as they stand on a day: what no row covers, what overlaps, what is never hit, what nothing
uses; these are warnings.
"""
_SUFFIXES = (".yaml", ".yml")
#: What ends the reading of a file before its end.
_BROKEN_OFF = ("yaml-syntax", "too-deep", "not-utf8", "control-character", "unreadable-file")


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("path", nargs=-1, required=True)
@click.option(
    "--analyse/--no-analyse", "analysed", default=True, help="是否分析判定表 · Whether to analyse tables. [--analyse]"
)
@on_a_day(
    "--on", "按哪一天的参数分析，默认今天 · The day whose values the analysis looks at; today where it is left out."
)
@lang_option
@json_option
def check(*, path: tuple[str, ...], analysed: bool, on: dt.date | None, as_json: bool) -> int:
    """Print the findings of every path."""
    from community_core.jurisdiction import gather  # noqa: PLC0415 - plugins are gathered only when needed

    gathered = gather()
    day = (on or dt.date.today()) if analysed else None  # noqa: DTZ011 - the day where the command is typed
    found: dict[Finding, None] = {}
    names = []
    for item in path:
        names.append(item)
        found.update(dict.fromkeys(_findings(item, gathered, day)))
    ordered = sorted(found, key=lambda one: (one.file, one.line, one.column, one.code))
    if as_json:
        print_json([finding_data(one) for one in ordered])
    elif ordered:
        print_findings(ordered)
    else:
        say(f"没有问题项：{'、'.join(names)}", f"no findings: {', '.join(names)}")
    return exits.FINDINGS if any(one.level == "error" for one in ordered) else exits.FINE


def _findings(name: str, gathered: Gathered, day: dt.date | None) -> Iterator[Finding]:
    """Yield what is wrong with a file, all files of a folder together, or an installed district.

    Raises:
        LoadError: if *name* is none of these.
    """
    path = Path(name)
    if path.is_dir():
        files = sorted(item for item in path.rglob("*") if item.suffix in _SUFFIXES and _is_rulebook(item))
        if not files:
            yield finding(
                "no-rulebooks", f"{name} 里没有规则文本（.yaml）", f"there is no rulebook (.yaml) in {name}", file=name
            )
        yield from _of_files(files, gathered, day)
    elif path.exists() or path.suffix in _SUFFIXES:
        yield from _of_files([path], gathered, day)
    else:
        district = next((item for item in gathered.districts if item.name == name), None)
        if district is None:
            known = ", ".join(item.name for item in gathered.districts) or "—"
            raise LoadError(
                Label(
                    f"没有文件、文件夹或已安装的区县叫 {name}；已安装：{known}",
                    f"there is no file, folder or installed district {name}; installed are: {known}",
                )
            )
        yield from _with_its_plugin(district, gathered, day)


def _of_district(
    district: District,
    offered: Gathered,
    day: dt.date | None,
    installed: Gathered,
    beside: Iterable[District] = (),
) -> Iterator[Finding]:
    """Yield what is wrong with a district, and what the analysis of its tables on *day* finds.

    What is only proposed is looked at as if it were adopted. A practice that a scratch district adopts may need what
    the districts *beside* it adopt: of its proposals only that is wrong which is wrong there as well.
    """
    from community_core.jurisdiction.compose import compose, compose_proposals  # noqa: PLC0415 - as above

    rules, wider = compose(district, offered), compose_proposals(district, offered)
    yield from rules.findings
    yield from _analysed(rules, offered, day, installed)
    if wider is None:
        return
    found = wider.findings
    for other in beside if found else ():
        joined = compose_proposals(evolve(other, adopts=(*other.adopts, *district.adopts)), offered)
        there = {(one.code, one.origin) for one in joined.findings} if joined is not None else set()
        found = tuple(one for one in found if (one.code, one.origin) in there)
    yield from found
    # A value that is proposed and that no rule uses stands to be read, as a reported one does.
    yield from (one for one in _analysed(wider, offered, day, installed) if not one.code.startswith("unused-"))


def _analysed(rules: Rules, offered: Gathered, day: dt.date | None, installed: Gathered) -> Iterator[Finding]:
    """Yield what the analysis on *day* finds.

    What only an installed practice leaves unused is not said of a file: its writer cannot mend it.
    """
    if day is None:
        return
    from community_core.jurisdiction.unused import analyse  # noqa: PLC0415 - as above

    # A plugin may add Python decisions to the practice that is read here as a file: they use its facts as well.
    for one in analyse(rules, day, practices=(*offered.practices, *installed.practices)):
        if offered is installed or not one.plugin or not one.code.startswith("unused-"):
            yield one


def _with_its_plugin(district: District, gathered: Gathered, day: dt.date | None) -> Iterator[Finding]:
    """Yield what is wrong with an installed district, and with the practices that come with it and are not adopted."""
    yield from _of_district(district, gathered, day, gathered)
    plugins = dict(gathered.offered)
    own = plugins.get(f"district {district.name}")
    adopted = {name for other in gathered.districts for name in other.adopts}
    for practice in gathered.practices:
        if practice.rank is None and practice.name not in adopted and plugins.get(f"practice {practice.name}") == own:
            yield from _of_practice(practice, gathered, day, gathered, (district,))


def _of_practice(
    practice: Practice, offered: Gathered, day: dt.date | None, installed: Gathered, beside: Iterable[District]
) -> Iterator[Finding]:
    """Yield what is wrong with a practice that no district adopts."""
    from community_core.declarations.practice import District  # noqa: PLC0415 - as above

    yield from _of_district(District("scratch", adopts=(practice.name,)), offered, day, installed, beside)


def _is_rulebook(path: Path) -> bool:
    """Whether a file of a folder is meant as a rulebook: cases, which are tests, begin otherwise."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return True
    lines = text.splitlines()
    return any(line.startswith(("practice:", "district:", "catalogue:")) for line in lines) and "cases:" not in lines


def _of_files(files: Iterable[Path], gathered: Gathered, day: dt.date | None) -> Iterator[Finding]:
    from community_core.jurisdiction.loading import beside  # noqa: PLC0415 - as above
    from community_core.rulebook.load import read_file  # noqa: PLC0415 - as above

    loaded = [read_file(file) for file in files]
    for one in loaded:
        yield from one.findings
    own = _practices(loaded)
    offered = beside(gathered, own)
    districts = [district for one in loaded for district in one.districts]
    # Where a file breaks off, the rest of it may hold the practice that is not found.
    whole = not any(item.code in _BROKEN_OFF for one in loaded for item in one.findings)
    for district in districts:
        for item in _of_district(district, offered, day, gathered):
            if whole or item.code != "unknown-practice":
                yield item
    adopted = {name for district in districts for name in district.adopts}
    for practice in own:
        if practice.name not in adopted:
            yield from _of_practice(practice, offered, day, gathered, districts)


def _practices(loaded: Iterable[Loaded]) -> tuple[Practice, ...]:
    return tuple(practice for one in loaded for practice in one.practices)
