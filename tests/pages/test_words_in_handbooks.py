"""What readers of a handbook see are words: every page of every installed district is read for what is none."""

from __future__ import annotations

import datetime as dt
import html.parser
import re
from functools import cache

import pytest

import community_core as cc
from community_core.base.citations import Citation
from community_core.jurisdiction.plugins import gather
from community_core.pages.handbook import render_handbook
from community_core.pages.handbook_making import make_handbook

pytest.importorskip("community_shenhe")

DAY = dt.date(2026, 5, 1)
DISTRICTS = sorted(each.name for each in gather().districts)
#: A name of the rule text in a sentence: it has a sign that no word has.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:[_.][A-Za-z0-9-]+)+")
#: What Python writes of a value, and no reader should see.
PYTHON = re.compile(
    r"\(['\"]|\[['\"]|\{['\"]|\b(?:None|True|False)\b|\b(?:Decimal|Fraction|Money|Label|Span)\(|datetime\."
)
#: A name in brackets after what it is called: the reader has the words, whoever types it again has the name.
BESIDE = re.compile(r"”(?:（[A-Za-z][\w.-]*）| \([A-Za-z][\w.-]*\))")
VOID = {"meta", "link", "br", "wbr", "rect", "path", "circle"}


class Reader(html.parser.HTMLParser):
    """Gathers the sentences of a page, those of code apart, and what its cells hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sentences: list[str] = [""]
        self.code: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, _attrs):
        if tag == "wbr":
            return
        if tag != "code":
            self.sentences.append("")
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
            if tag != "code":
                self.sentences.append("")

    def handle_data(self, data):
        if not {"td", "th"}.isdisjoint(self.open):
            self.cells[-1] += data
        if "style" in self.open:
            return
        if "code" in self.open:
            self.code.append(data)
        else:
            self.sentences[-1] += data


@cache
def pages_of(district: str) -> dict[str, Reader]:
    """Return every page of the handbook of an installed district, read."""
    pages = render_handbook(make_handbook(cc.load(district), DAY))
    return {name: Reader(text) for name, text in pages.items() if name.endswith(".html")}


def sources(value: object) -> set[str]:
    """Return the files and lines that citations anywhere in *value* name."""
    if isinstance(value, Citation):
        return {word for part in (value.document, value.lines, value.heading) for word in NAME.findall(part)}
    if isinstance(value, tuple | list | frozenset):
        return {word for item in value for word in sources(item)}
    if hasattr(type(value), "__attrs_attrs__"):
        return {word for item in type(value).__attrs_attrs__ for word in sources(getattr(value, item.name))}
    return set()


def allowed(district: str) -> dict[str, str]:
    """Return the names that may stand in sentences, each with the reason."""
    rules = cc.load(district)
    found = dict.fromkeys(sources((rules.terms, rules.practices, rules.district)), "the file of a source document")
    for _, procedure in rules.terms.procedures:
        for step in procedure.steps:
            for effect in step.effects:
                given = dict(effect.arguments)
                if effect.kind == "enter":
                    found[given["what"].text] = "a ledger has no label; its name is what the command `ledger` is given"
    found["yanhe.proposed-"] = "a family of practices, which no district has adopted and none of which is meant alone"
    return found


@pytest.mark.parametrize("district", DISTRICTS)
def test_sentences_have_no_names_of_the_rule_text(district):
    """Outside of code a name stands beside what it is called, or is one of the few that are called nothing else."""
    known = allowed(district)
    odd = {
        (page, name, sentence.strip())
        for page, read in pages_of(district).items()
        for sentence in read.sentences
        for name in NAME.findall(BESIDE.sub("”", sentence))
        if name not in known
    }
    assert odd == set()


@pytest.mark.parametrize("district", DISTRICTS)
def test_nothing_is_written_as_python_writes_it(district):
    """No value stands on a page as the repr of an object; the language of rules stands in code, which is its own."""
    odd = {
        (page, sentence.strip())
        for page, read in pages_of(district).items()
        for sentence in read.sentences
        if PYTHON.search(sentence)
    }
    assert odd == set()


@pytest.mark.parametrize("district", DISTRICTS)
def test_no_cell_is_empty(district):
    """A cell of a table says something, a dash where there is nothing to say."""
    assert [page for page, read in pages_of(district).items() for cell in read.cells if not cell.strip()] == []


def test_the_reader_finds_what_is_none():
    """A name, a repr and an empty cell are seen; what stands in code, or in brackets after its label, is left alone."""
    read = Reader(
        "<p>谁：committee.chair</p><p>“主任”（committee.chair）<code>a_b</code></p><td></td><p>['a', None]</p>"
    )
    assert [NAME.findall(BESIDE.sub("”", each)) for each in read.sentences if each] == [["committee.chair"], [], []]
    assert [bool(PYTHON.search(each)) for each in read.sentences if each] == [False, False, True]
    assert read.cells == [""]
    assert read.code == ["a_b"]
