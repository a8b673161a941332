"""What the scripts beside it share: the places with documents, lines of tables, and a page's generated parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: The places in the order of their documents, with how many rows each document has.
PLACES = {
    "huangshi": 27,
    "beipiao": 12,
    "shenhe": 38,
    "yanhe": 26,
    "fangzi": 10,
    "heihe": 18,
    "jianghan": 25,
    "yunmeng": 25,
}


def line(cells: Iterable[str]) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def with_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """Return *page* with *blocks* between the marks of their names."""
    for name, block in blocks.items():
        pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
        page = re.sub(pattern, lambda match, block=block: f"{match[1]}\n{block}\n\n{match[2]}", page, flags=re.DOTALL)
    return page
