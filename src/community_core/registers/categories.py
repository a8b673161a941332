"""Code lists: those registered, those of the rules, the library's own; who owns a category is open until one says."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from community_core.base.headings import heading_key
from community_core.declarations.code_lists import CodeEntry, CodeList
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


def declared_categories(lists: Iterable[tuple[CodeList, Iterable[CodeEntry]]]) -> tuple[Row, ...]:
    """Return the code lists that rules declare, with the entries that hold on a day, as rows of ``categories``."""
    return tuple(
        Row(
            (codes.name, entry.code),
            (
                entry.label.zh or None,
                entry.label.en or None,
                codes.owner.zh or None,
                entry.fact or None,
                entry.value or None,
                entry.cite.text() if entry.cite is not None else None,
            ),
            entry.span.start or ALWAYS,
            entry.span.end,
            change="rules",
        )
        for codes, entries in lists
        for entry in entries
    )


def in_force(registered: Iterable[Row], declared: Iterable[Row] = ()) -> tuple[Row, ...]:
    """Return the categories that count: of each code list those *registered*, else *declared*, else the library's."""
    rows = list(registered)
    for further in (tuple(declared), library_categories()):
        lists = {row.key[0] for row in rows}
        rows += (row for row in further if row.key[0] not in lists)
    return tuple(rows)


@cache
def _words() -> tuple[tuple[tuple[str, str], str], ...]:
    """Return what else offices write for codes of the library's lists, each with the list and the code."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        return tuple(
            ((line["code_list"], line["code"]), word) for line in lines for word in line["also"].split("、") if word
        )


def names_of(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Return for each code list its codes by every text that may stand for them: code, Chinese and English name.

    Of a code that the library has too, also what offices write for it; a name of the list's own goes before that.
    """
    found: dict[str, dict[str, str]] = {}
    rows = tuple(rows)
    for row in rows:
        code_list, code = row.key
        names = found.setdefault(code_list, {})
        for text in (row.values[0], row.values[1]):
            if text:
                names.setdefault(heading_key(text), code)
        names[heading_key(code)] = code
    codes = {row.key for row in rows}
    for (code_list, code), word in _words():
        if (code_list, code) in codes:
            found[code_list].setdefault(heading_key(word), code)
    return found
