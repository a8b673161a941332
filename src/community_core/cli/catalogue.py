"""``community-core catalogue``: the rows of the installed documents, what implements each and what shows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from community_core.base.errors import UnknownTerm
from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import json_option
from community_core.cli.output import finding_data, pick, print_findings, print_json, print_table, say
from community_core.cli.speaking import either, lang_option, spoken
from community_core.declarations.catalogue import RowClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from community_core.base.findings import Finding
    from community_core.base.labels import Language
    from community_core.testing.catalogue import CheckedRow

_HELP = """目录：已安装的材料的每一行，什么类别，由什么实现，由哪个例子或测试表明。

The rows of the installed documents: of which class, implemented by what, shown by which case or test. A mechanism
runs; of a value a figure is used; a reference is only kept and cited. A term, case or test that a row names and that is
not there is a finding. An installation without cases and tests is told so and is no finding.

\b
community-core catalogue --place shenhe --class mechanism
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.option("--place", metavar="NAME", help="只列一个地方或一份目录 · Only one place or catalogue.")
@click.option(
    "--class",
    "kind",
    type=click.Choice([each.value for each in RowClass]),
    help="只列一个类别 · Only rows of one class.",
)
@lang_option
@json_option
def catalogue(*, place: str | None, kind: str | None, as_json: bool) -> int:
    """Print the rows, and what is wrong with them."""
    lang = spoken()
    from community_core.jurisdiction import gather, gather_catalogues  # noqa: PLC0415 - gathered only when needed
    from community_core.testing.catalogue import check_catalogues  # noqa: PLC0415 - as above

    catalogues, found = gather_catalogues()
    rows = check_catalogues(catalogues, gather())
    if place is not None:
        known = sorted({name for row in rows for name in (row.catalogue, row.row.place)})
        if place not in known:
            listed = ", ".join(known) or "—"
            raise UnknownTerm(
                Label(f"没有 {place} 的目录；有：{listed}", f"no catalogue of {place}; there are: {listed}")
            )
        rows = tuple(row for row in rows if place in (row.catalogue, row.row.place))
    shown = {row.catalogue for row in rows}
    if kind is not None:
        rows = tuple(row for row in rows if row.row.row_class.value == kind)
    carried = tuple(one for each in catalogues if place is None or each.name in shown for one in each.findings)
    findings = (*found, *carried, *(one for row in rows for one in row.findings))
    if as_json:
        print_json({"rows": [_data(row) for row in rows], "findings": [finding_data(one) for one in findings]})
    else:
        _show(rows, findings, lang)
    return exits.FINDINGS if any(one.level == "error" for one in findings) else exits.FINE


def _show(rows: Sequence[CheckedRow], findings: Sequence[Finding], lang: Language) -> None:
    from community_core.pages.texts import ROW_CLASSES, STANDINGS  # noqa: PLC0415 - JSON needs no words

    absent = {shown for row in rows for shown in row.absent}
    print_table(
        either(f"目录（{len(rows)}）", f"Catalogue ({len(rows)})"),
        (
            "行 row",
            "类别 class",
            "性质 standing",
            "名称 name",
            "实现 implemented by",
            "表明 shown by",
            "行号 lines",
        ),
        [
            (
                row.row.name,
                pick(ROW_CLASSES[row.row.row_class], lang),
                STANDINGS[row.row.standing].text(lang),
                pick(row.row.label, lang),
                "\n".join(row.row.implemented_by),
                "\n".join(shown.partition("::")[2] or shown for shown in row.row.shown_by),
                row.row.cite.lines.rpartition(" ")[2] if row.row.cite is not None else "",
            )
            for row in rows
        ],
    )
    counts = Counter(row.row.row_class for row in rows)
    click.echo(either("，", ", ").join(f"{pick(label, lang)} {counts[kind]}" for kind, label in ROW_CLASSES.items()))
    if absent:
        count = len(absent)
        say(f"这个安装不带的例子和测试：{count}", f"cases and tests that this installation lacks: {count}")
    if findings:
        print_findings(findings)


def _data(checked: CheckedRow) -> dict[str, Any]:
    row = checked.row
    cite = row.cite
    return {
        "id": row.name,
        "catalogue": checked.catalogue,
        "place": row.place,
        "zh": row.label.zh,
        "en": row.label.en,
        "class": row.row_class.value,
        "standing": row.standing.value,
        "document": cite.document if cite is not None else "",
        "heading": cite.heading if cite is not None else "",
        "lines": cite.lines if cite is not None else "",
        "implemented_by": list(row.implemented_by),
        "shown_by": list(row.shown_by),
        "absent": list(checked.absent),
        "note": {"zh": row.note.zh, "en": row.note.en} if row.note is not None else None,
    }
