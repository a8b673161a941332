"""Writes the generated part of ``rows.md``, every row of the documents by place: run it after a change of the rows.

A test compares what stands in the repository with what this gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from making import PLACES, line, with_blocks

from community_core.declarations.catalogue import CatalogueRow
from community_core.jurisdiction import gather, gather_catalogues
from community_core.pages.texts import ROW_CLASSES, STANDINGS

PAGE = Path(__file__).parent / "rows.md"


def rows() -> tuple[CatalogueRow, ...]:
    """Return the rows of all installed documents in the order of their ids."""
    catalogues, _ = gather_catalogues()
    return tuple(sorted((row for each in catalogues for row in each.rows), key=lambda row: row.name))


def block() -> str:
    """Return the generated part: how many rows of which class each place has, and all rows."""
    titles = {district.name: district.title for district in gather().districts}
    by_place = {place: [row for row in rows() if row.place == place] for place in PLACES}
    lines = [
        f"| 地方 place | 行 rows | {' | '.join(f'{each.zh} {each.en}' for each in ROW_CLASSES.values())} |",
        "|---|---:|---:|---:|---:|",
    ]
    for place, own in by_place.items():
        title = titles[place]
        lines.append(f"| {title.zh} {title.text('en')} | {_counts(own)} |")
    lines.append(f"| 合计 together | {_counts([row for own in by_place.values() for row in own])} |")
    for place, own in by_place.items():
        title = titles[place]
        lines += ["", f"## {title.zh} · {title.text('en')} (`{place}`)", ""]
        lines.append("| 行 row | 制度 system | 类别 class | 性质 standing | 实现 implemented by | 出处 source |")
        lines.append("|---|---|---|---|---|---|")
        lines += [_line(row) for row in own]
    return "\n".join(lines)


def _counts(found: Iterable[CatalogueRow]) -> str:
    classes = Counter(row.row_class for row in found)
    return " | ".join(map(str, [classes.total(), *(classes[kind] for kind in ROW_CLASSES)]))


def _line(row: CatalogueRow) -> str:
    standing, claimed = STANDINGS[row.standing], ROW_CLASSES[row.row_class]
    cells = (
        row.name,
        f"{row.label.zh}<br>{row.label.text('en')}",
        f"{claimed.zh}<br>{claimed.text('en')}",
        f"{standing.zh}<br>{standing.text('en')}",
        "<br>".join(f"`{term}`" for term in row.implemented_by) or "–",
        row.cite.lines.rpartition(" ")[2] if row.cite is not None else "–",
    )
    return line(cells)


def filled(text: str) -> str:
    """Return the page with its generated part as it should be."""
    return with_blocks(text, {"rows": block()})


def main() -> None:
    """Write the page."""
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
