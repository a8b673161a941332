"""Writes the pictures of the shipped procedures and the generated parts of ``practices.md``: run it after a change.

A test compares what stands in the repository with what this gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from making import PLACES, line, with_blocks

import community_core as cc
from community_core.jurisdiction.open_values import OpenValue, open_values
from community_core.jurisdiction.rules import Rules
from community_core.pages.diagram import draw_procedure
from community_core.pages.lettering import RANKS
from community_core.pages.spelling import Spelling
from community_core.rules.type_words import type_label

#: On which the values must be missing: the first day of the law's latest text.
DAY = dt.date(2026, 1, 1)
DOCS = Path(__file__).parent
DISTRICTS = (*PLACES, "demo-shenhe", "demo-fangzi")
EVERYWHERE = "### 八个地方都没有 · In all eight places"


def pictures() -> dict[str, str]:
    """Return the picture of every shipped procedure by file name."""
    return {name: picture for name, _, picture in _drawn()}


def _drawn() -> Iterator[tuple[str, str, str]]:
    """Yield file name, heading and picture of each procedure, in the order of their full names."""
    found: dict[str, tuple[str, str]] = {}
    for district in DISTRICTS:
        rules = cc.load(district)
        spelling = Spelling(rules)
        for full, procedure in rules.terms.procedures:
            picture = draw_procedure(procedure, spelling.period(full, procedure))
            found.setdefault(full, (f"{procedure.title.zh} · {procedure.title.text('en')}", picture))
    for full, (heading, picture) in sorted(found.items()):
        yield f"{full.replace('.', '-').replace('_', '-')}.svg", f"{heading} (`{full}`)", picture


def open_tables() -> str:
    """Return a table of the parameters without a value on the day in all places, and one of the rest for each place."""
    loaded = {place: cc.load(place) for place in PLACES}
    without = {
        place: {item.term: _row(item, rules) for item in open_values(rules, DAY)} for place, rules in loaded.items()
    }
    first = next(iter(without.values()))
    common = {term for term, row in first.items() if all(found.get(term) == row for found in without.values())}
    parts = [f"{EVERYWHERE}\n\n{_table(row for term, row in first.items() if term in common)}"]
    for place, found in without.items():
        own = [row for term, row in found.items() if term not in common]
        title = loaded[place].district.title
        parts.append(f"### {title.zh} · {title.text('en')} (`{place}`)\n\n{_table(own) if own else '–'}")
    return "\n\n".join(parts)


def _table(rows: Iterable[str]) -> str:
    head = "| 参数 parameter | 类型 type | 谁可以设定 who may set it | 为什么没有值 why it has none |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def _row(item: OpenValue, rules: Rules) -> str:
    kind = type_label(item.type, Spelling(rules).labels_of(item.type))
    who = [RANKS[rank] for rank in item.open_to]
    gap = item.gap
    cells = (
        f"{item.label.zh}<br>{item.label.text('en')}<br>`{item.term}`",
        f"{kind.zh}<br>{kind.text('en')}" if kind.text("en") != kind.zh else kind.zh,
        f"{'、'.join(rank.zh for rank in who) or '–'}<br>{', '.join(rank.text('en') for rank in who) or '–'}",
        f"{gap.zh}<br>{gap.text('en')}" if gap is not None else "–",
    )
    return line(cells)


def blocks() -> dict[str, str]:
    """Return the generated parts of the page by name."""
    shown = [f"### {heading}\n\n![{heading.replace('`', '')}](images/{name})" for name, heading, _ in _drawn()]
    return {"procedures": "\n\n".join(shown), "open": open_tables()}


def filled(text: str) -> str:
    """Return the page with its generated parts as they should be."""
    return with_blocks(text, blocks())


def main() -> None:
    """Write pictures and page."""
    for name, picture in pictures().items():
        (DOCS / "images" / name).write_text(picture, "utf-8")
    page = DOCS / "practices.md"
    page.write_text(filled(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
