"""Pages as a strict reader of HTML takes them, opened from a folder: no error, dead link, script or unnamed picture."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import runpy
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import community_core as cc
from community_core.pages import letter, make_handbook, render_board, render_handbook
from community_core.pages.items import Board

html5lib = pytest.importorskip("html5lib")
pytest.importorskip("community_shenhe")
pytest.importorskip("community_jianghan")

DAY = dt.date(2006, 5, 1)
STORY = Path(__file__).parents[2] / "examples" / "story" / "story.py"


def story_pages(folder):
    """Return the board of the story, which has cases, tables, charts and a picture."""
    assert runpy.run_path(str(STORY))["main"](folder) == 0
    return {path.name: path.read_text("utf-8") for path in (folder / "board").iterdir()}


def letters(_folder):
    """Return a letter in each language."""
    rules = cc.load("demo-shenhe")
    answer = rules.decide("care_class", {"age": 72}, on=DAY)
    return {f"letter.{lang}.html": letter(answer, rules, lang=lang, form="html") for lang in ("zh", "en")}


SITES = {
    "story": story_pages,
    "empty board": lambda _: render_board(Board(cc.Label("某区", "A district"), DAY)),
    "handbook": lambda _: render_handbook(make_handbook(cc.load("demo-shenhe"), DAY)),
    "letters": letters,
}


@pytest.mark.parametrize("site", SITES)
def test_pages_are_sound(site, tmp_path):
    """Each page parses without an error and is one whole; every link and anchor in the site leads somewhere."""
    files = SITES[site](tmp_path)
    pages, faults = {}, []
    for name, text in files.items():
        if name.endswith(".html"):
            parser = html5lib.HTMLParser(namespaceHTMLElements=False)
            pages[name] = parser.parse(text)
            faults += [f"{name}:{line}: {code} {more}" for (line, _), code, more in parser.errors]
    assert pages
    anchors = {name: {each.get("id") for each in page.iter() if each.get("id")} for name, page in pages.items()}
    for name, page in pages.items():
        faults += [f"{name}: {fault}" for fault in [*unsound(page), *dead_links(page, name, files, anchors)]]
    assert faults == []


def unsound(page):
    """Yield what a page lacks of language, title, order of headings, names of pictures and heads of tables."""
    if not page.get("lang") or not (page.findtext("head/title") or "").strip():
        yield "no language or title"
    if page.find("head/meta[@name='viewport']") is None or page.find("head/meta[@charset]") is None:
        yield "no viewport or charset"
    for name, times in Counter(each.get("id") for each in page.iter() if each.get("id")).items():
        if times > 1:
            yield f"the id {name} stands {times} times"
    levels = [
        int(each.tag[1]) for each in page.iter() if isinstance(each.tag, str) and re.fullmatch("h[1-6]", each.tag)
    ]
    if levels.count(1) != 1 or any(below > above + 1 for above, below in pairwise(levels)):
        yield f"headings {levels}"
    for each in page.iter():
        if each.tag == "script" or any(key.startswith("on") for key in each.attrib):
            yield "a script"
        if each.tag == "img" and each.get("alt") is None:
            yield "a picture without alt"
        if each.tag == "th" and each.get("scope") not in {"row", "col", "rowgroup", "colgroup"}:
            yield "a heading of a table without scope"
        if str(each.tag).endswith("svg") and not drawing_named(each):
            yield "a drawing without a name"
        if each.tag == "a" and not "".join(each.itertext()).strip() and not each.get("aria-label"):
            yield "a link without a text"


def drawing_named(drawing):
    """Whether a drawing says what it shows, or is said not to matter."""
    named = any(drawing.get(key) for key in ("aria-label", "aria-labelledby", "aria-hidden"))
    return named or any(str(child.tag).endswith("title") for child in drawing)


def dead_links(page, name, files, anchors):
    """Yield links that lead nowhere, or out of the folder: the pages are opened from a disk without a network."""
    for each in page.iter():
        for url in (each.get("href"), each.get("src")):
            if url is None:
                continue
            parts = urlsplit(url)
            target = posixpath.normpath(unquote(parts.path)) if parts.path else name
            if parts.scheme or url.startswith("/") or target not in files:
                yield f"{url} leads nowhere"
            elif parts.fragment and unquote(parts.fragment) not in anchors.get(target, ()):
                yield f"{url} leads to no anchor"


@pytest.mark.parametrize("site", ["empty board", "handbook"])
def test_pages_fit_a_telephone(site, tmp_path):
    """On a narrow screen no cell keeps a width of its own, and words break rather than push the page wide."""
    sheets = [text for name, text in SITES[site](tmp_path).items() if name.endswith(".css")]
    narrow = "".join(
        part for text in sheets for part in re.findall(r"@media \(max-width: 40rem\) \{(.*?\})\s*\}", text, re.DOTALL)
    )
    wide = {
        name
        for text in sheets
        for name in re.findall(r"^([^{}\n@]*\b(?:th|wide)) \{[^}]*(?:min-)?width: [1-9]", text, re.MULTILINE)
    }
    assert wide
    for selector in wide:
        assert re.search(re.escape(selector) + r" \{ (?:min-)?width: (?:auto|0)", narrow), selector
    assert "overflow-wrap: anywhere" in "".join(sheets)
    assert "main { overflow-x: auto; }" in narrow, "what is wider all the same is moved by itself, not the page"


def test_names_of_documents_in_english_are_marked_as_chinese(tmp_path):
    """Whoever has an English page read out hears the Chinese name of a document as Chinese."""
    pages = SITES["handbook"](tmp_path)
    found = re.findall(r'<span class="en" lang="en">([^<]*Art\..*?)</span>', "".join(pages.values()))
    assert found == []
    assert '<span class="en" lang="en"><span lang="zh-CN">《' in pages["practice-national.residents-committees.html"]


def test_values_are_called_by_their_labels():
    """A board lists the library's own values in words: nobody in a courtyard reads low_cost."""
    from community_core.office.publishing import example_values

    values = {item.term: item.value for item in example_values([cc.load("shenhe")], DAY)}
    assert values["core.prices.convenience_form"] == cc.Label("低偿", "low-cost")
