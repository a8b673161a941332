"""Whether the documents say what is cited from them: the lines are there, and what is quoted stands in them.

The documents do not come with the repository. ``COMMUNITY_CORE_TEST_DOCUMENTS`` names a folder that holds them, under
the file names that citations give.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import attrs
import pytest

from community_core.base.citations import Citation
from community_core.jurisdiction.plugins import gather, gather_catalogues

FOLDER = os.environ.get("COMMUNITY_CORE_TEST_DOCUMENTS", "")
asked = pytest.mark.skipif(not FOLDER, reason="COMMUNITY_CORE_TEST_DOCUMENTS names no folder with the documents")
_PLACES = re.compile(r"(?P<file>\S+\.txt) (?P<lines>L\d+(?:-L\d+)?(?:、L\d+(?:-L\d+)?)*)\Z")
_QUOTED = re.compile(r"“([^“”]+)”")


def spans(cited):
    """Yield the file, first and last line of each place that ``a.txt L1、L3-L5；b.txt L2`` cites.

    Raises:
        ValueError: if it is written otherwise.
    """
    for part in cited.split("；"):
        match = _PLACES.match(part)
        if match is None:
            raise ValueError(f"{cited!r} names no lines as other citations do")
        for span in match["lines"].split("、"):
            first, _, last = span.replace("L", "").partition("-")
            yield match["file"], int(first), int(last or first)


def citations(item, origin=""):
    """Yield each citation of lines in a declaration, with where the declaration that gives it is written."""
    if isinstance(item, Citation):
        if item.lines:
            yield item.lines, origin
    elif isinstance(item, (tuple, list)):
        for member in item:
            yield from citations(member, origin)
    elif attrs.has(type(item)):
        origin = str(getattr(item, "origin", "")) or origin
        for field in attrs.fields(type(item)):
            yield from citations(getattr(item, field.name), origin)


def read(folder, file):
    """Return the lines of a document, or none where the folder has no such file."""
    path = Path(folder) / file
    return path.read_text("utf-8").split("\n") if path.is_file() else []


def absent(cited, folder):
    """Yield what of the cited lines is not in the documents of *folder*: lines beyond the end, and blank ones."""
    for file, first, last in spans(cited):
        lines = read(folder, file)
        if first > last:
            yield f"{file} L{first}-L{last} runs backwards"
        for number in sorted({first, last}):
            if not 0 < number <= len(lines) or not lines[number - 1].strip():
                yield f"{file} L{number} is blank or not there"


def unquoted(text, cited, folder):
    """Yield the phrases that *text* puts between quotation marks and that none of the cited lines holds."""
    said = "".join(line for file, first, last in spans(cited) for line in read(folder, file)[first - 1 : last])
    for phrase in _QUOTED.findall(text):
        if _plain(phrase) not in _plain(said):
            yield f"“{phrase}”"


def _plain(text):
    """Return *text* without blanks, and with one form of each mark that documents print in two."""
    return re.sub(r"\s", "", text).translate(str.maketrans({"，": ",", "；": ";", "：": ":", "（": "(", "）": ")"}))


@pytest.fixture
def folder(tmp_path):
    """Return a folder with one document, whose second line is blank."""
    (tmp_path / "a.txt").write_text("社区“六室”，齐全\n\n末行\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("cited", "wrong"),
    [
        ("a.txt L1", []),
        ("a.txt L1-L3", []),
        ("a.txt L1、L3；a.txt L2", ["a.txt L2 is blank or not there"]),
        ("a.txt L3-L4", ["a.txt L4 is blank or not there"]),
        ("a.txt L3-L1", ["a.txt L3-L1 runs backwards"]),
        ("b.txt L1", ["b.txt L1 is blank or not there"]),
    ],
)
def test_a_line_that_is_not_there_is_told(folder, cited, wrong):
    """Blank lines, lines beyond the end and files that are not there are told; inside a span lines may be blank."""
    assert list(absent(cited, folder)) == wrong


@pytest.mark.parametrize(("text", "wrong"), [("“六室”", []), ("“六 室”,齐全", []), ("六亩“七室”", ["“七室”"])])
def test_a_phrase_that_nobody_said_is_told(folder, text, wrong):
    """A phrase between quotation marks stands in the cited lines; what is not quoted may be said otherwise."""
    assert list(unquoted(text, "a.txt L1", folder)) == wrong


def test_every_citation_is_written_alike():
    """Each citation of lines in the installed texts names a file and its lines in the one form."""
    cited = [found for items in _installed() for found in citations(items)]
    assert cited
    for lines, _ in cited:
        assert list(spans(lines))


@asked
def test_every_cited_line_is_in_the_documents():
    """Every file and line that installed practices, districts and catalogues cite is there and not blank."""
    cited = {found for items in _installed() for found in citations(items)}
    assert [f"{origin}: {wrong}" for lines, origin in sorted(cited) for wrong in absent(lines, FOLDER)] == []


@asked
def test_what_the_rows_quote_stands_in_the_cited_lines():
    """Each phrase that a catalogue's row quotes in its Chinese name stands in the lines that it cites."""
    rows = [row for catalogue in _installed()[2] for row in catalogue.rows if row.cite is not None and row.cite.lines]
    wrong = [f"{row.origin}: {each}" for row in rows for each in unquoted(row.label.zh, row.cite.lines, FOLDER)]
    assert rows
    assert wrong == []


def _installed():
    gathered = gather()
    catalogues, _ = gather_catalogues()
    return gathered.practices, gathered.districts, catalogues
