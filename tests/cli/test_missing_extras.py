"""On a machine with the library alone, a command that needs more says which part to install, and does nothing."""

from __future__ import annotations

import sys

import pytest

DAY = ("--on", "2006-05-09")


def told(run, out, *words):
    """Run a command that cannot do its work, and return what it said, once in each language."""
    said = run(*words)
    assert (said.code, said.out) == (3, "")
    assert not out.exists()
    assert [line.split("：")[0].split(":")[0] for line in said.err.splitlines()] == ["错误", "Error"]
    return said.err.splitlines()


@pytest.mark.parametrize(
    ("library", "extra", "ending", "words"),
    [
        ("openpyxl", "excel", "xlsx", ("register", "template", "residents")),
        ("openpyxl", "excel", "xlsx", ("register", "export", "residents", *DAY, "--store")),
        ("openpyxl", "excel", "xlsx", ("packet", *DAY, "--procedure", "talk", "--store")),
        ("docx", "papers", "docx", ("paper", "print", "talk-2006-000001", "people", "--store")),
    ],
)
def test_a_file_that_needs_an_extra_is_told_so(run, talks, tmp_path, monkeypatch, library, extra, ending, words):
    """Workbooks and documents are written by libraries of an extra; where it is missing, nothing is written."""
    monkeypatch.setitem(sys.modules, library, None)
    out = tmp_path / f"out.{ending}"
    given = (*words, talks) if words[-1] == "--store" else words
    assert all(f"community-core[{extra}]" in line for line in told(run, out, *given, "--out", out))


def test_a_workbook_that_is_read_needs_the_extra_too(run, talks, tmp_path, monkeypatch):
    """A workbook to be imported is refused with the extra that reads it."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    book = tmp_path / "residents.xlsx"
    book.write_bytes(b"PK\x03\x04")
    words = ("register", "import", "residents", book, "--store", talks, *DAY, "--actor", "chair-1")
    assert all("community-core[excel]" in line for line in told(run, tmp_path / "none", *words))


def test_a_server_that_needs_a_driver_is_told_so(run, tmp_path, monkeypatch):
    """The URL of a PostgreSQL server is answered with the extra that brings its driver."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    words = ("case", "list", "--store", "postgresql+psycopg://127.0.0.1:1/none")
    assert all("community-core[postgres]" in line for line in told(run, tmp_path / "none", *words))
