"""Code lists: the library's own, below those that a district registers; who owns a category is open until then."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from community_core.base.headings import heading_key
from community_core.registers.known import register_of
from community_core.registers.rows import ALWAYS, Row

_FILE = Path(__file__).with_name("categories.csv")


@cache
def library_categories() -> tuple[Row, ...]:
    """Return the library's own categories as rows of the register ``categories``, from the first day there is.

    The names are those of documents and statutes. A department that no document names is left open, and so is a code
    list of which no document gives the codes (the degrees of disability).
    """
    register = register_of("categories")
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                tuple(line[column.name] for column in register.key),
                tuple(line[column.name] or None for column in register.values),
                ALWAYS,
                change="library",
            )
            for line in csv.DictReader(file)
        )


def in_force(registered: Iterable[Row]) -> tuple[Row, ...]:
    """Return the categories that count: of each code list those *registered*, or else the library's own."""
    rows = tuple(registered)
    lists = {row.key[0] for row in rows}
    return (*rows, *(row for row in library_categories() if row.key[0] not in lists))


def names_of(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Return for each code list its codes by every text that may stand for them: code, Chinese and English name."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        code_list, code = row.key
        names = found.setdefault(code_list, {})
        for text in (row.values[0], row.values[1]):
            if text:
                names.setdefault(heading_key(text), code)
        names[heading_key(code)] = code
    return found
