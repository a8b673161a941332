"""The handbook of a district's rules as static HTML pages; what it says was gathered before it came here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.pages.handbook_items import Handbook
from community_core.pages.texts import STANDINGS
from community_core.pages.writing import environment, file_name, shipped, write_pages

LEVELS: Mapping[str, Label] = {
    "error": Label("错误", "error"),
    "warning": Label("提醒", "warning"),
    "info": Label("说明", "info"),
}


def _where(found: Finding) -> str:
    """Return file and line of a finding, the folders of whoever made the page left out."""
    name = found.file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{found.line}:{found.column}" if name and found.line else name or found.plugin


def render_handbook(book: Handbook) -> Mapping[str, str]:
    """Return every page of *book* by file name; the same handbook gives the same text, byte for byte."""
    env = environment(standings=STANDINGS, levels=LEVELS, where=_where)
    pages = {name: shipped(name) for name in ("style.css", "handbook.css")}
    pages["index.html"] = env.get_template("handbook_index.html").render(book=book)
    template = env.get_template("handbook_practice.html")
    for page in book.practices:
        pages[file_name("practice", page.name)] = template.render(book=book, page=page)
    return pages


def write_handbook(book: Handbook, folder: str | Path) -> tuple[Path, ...]:
    """Write the pages of *book* into *folder* (made where it is missing) and return them.

    Pages about practices that an earlier handbook had and this one has not are removed; other files are not touched.

    Raises:
        OSError: if the folder cannot be written.
    """
    return write_pages(render_handbook(book), folder, ("practice-",))
