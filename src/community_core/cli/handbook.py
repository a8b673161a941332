"""``community-core handbook`` and ``diagram``: a district's rules as pages, and one procedure as a picture."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from community_core.cli import exits
from community_core.cli.districts import load_rules
from community_core.cli.options import district_option, json_option, on_a_day
from community_core.cli.output import finding_data, print_json, say
from community_core.cli.speaking import lang_option
from community_core.cli.usage import ending_of

_HANDBOOK = """把一个区县的规则写成静态的手册网页：每个做法一页，缺项和没有人设定的参数都列出。

Write a district's rules as a handbook of static pages: one page for each practice, with every gap and every parameter
that nobody has set. Values in use and timetables are those of the day --on; the same rules and day give the same pages.

\b
community-core handbook --district demo-shenhe --out handbook --on 2006-05-01
"""
_DIAGRAM = """把程序 PROCEDURE 画成图（SVG）：状态、环节、职务、结束。

Draw PROCEDURE as a picture (SVG): states, steps, posts, ends.

\b
community-core diagram hearing --district demo-shenhe --out hearing.svg
"""


@click.command(help=_HANDBOOK, epilog=exits.HELP)
@district_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="写到哪里 · The folder.")
@on_a_day("--on", "按哪一天的数值和期限，默认今天 · The day of its values and timetables; today where it is left out.")
@lang_option
@json_option
def handbook(*, district: str, out: Path, on: dt.date | None, as_json: bool) -> int:
    """Write the handbook of a district."""
    from community_core.pages.handbook import write_handbook  # noqa: PLC0415 - needs Jinja2
    from community_core.pages.handbook_making import make_handbook  # noqa: PLC0415 - with the writing of it

    rules = load_rules(district)
    book = make_handbook(rules, on or dt.date.today())  # noqa: DTZ011 - the day where the command is typed
    written = write_handbook(book, out)
    if as_json:
        print_json(
            {
                "folder": str(out),
                "district": book.name,
                "day": book.day.isoformat(),
                "rules": book.digest,
                "pages": [path.name for path in written],
                "practices": [page.name for page in book.practices],
                "decisions": len({item.term for page in book.practices for item in page.decisions}),
                "procedures": len({item.term for page in book.practices for item in page.procedures}),
                "open": [
                    {"term": item.term, "who": [rank.text("en") for rank in item.open_to]}
                    for _, item in book.open_parameters
                ],
                "findings": [finding_data(item) for item in book.findings],
            }
        )
        return exits.FINE
    practices, opened = len(book.practices), len(book.open_parameters)
    say(f"{practices} 个做法，{opened} 个参数没有人设定", f"{practices} practices, {opened} open parameters")
    say(f"打开：{out / 'index.html'}", f"open: {out / 'index.html'}")
    return exits.FINE


@click.command(help=_DIAGRAM, epilog=exits.HELP)
@click.argument("procedure")
@district_option
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件 · The SVG file."
)
@lang_option
@json_option
def diagram(*, procedure: str, district: str, out: Path, as_json: bool) -> int:
    """Draw a procedure."""
    from community_core.pages.diagram import draw_procedure  # noqa: PLC0415 - other commands never draw
    from community_core.pages.spelling import Spelling  # noqa: PLC0415 - as above

    ending_of(out, (".svg",))
    rules = load_rules(district)
    full = rules.procedure_name(procedure)
    found = rules.procedure(full)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(draw_procedure(found, Spelling(rules).period(full, found)).encode())
    if as_json:
        print_json({"procedure": full, "file": str(out), "rules": rules.digest})
    else:
        click.echo(f"{full} → {out}")
    return exits.FINE
