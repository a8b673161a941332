"""The picture of the demo keeps the columns of a terminal."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from rich.segment import Segment
from rich.style import Style

from community_core.demo.picture import picture

SVG = "{http://www.w3.org/2000/svg}"


def texts(segments):
    """Return text, start and length of what the picture shows, the title line left out."""
    root = ET.fromstring(picture(segments, columns=40, title="<t & t>"))  # noqa: S314 - our own text
    group = root.find(f"{SVG}g")
    return [(item.text, int(item.get("x")), int(item.get("textLength"))) for item in group], group, root


def test_wide_signs_take_two_cells():
    """A sign after Chinese text stands as far right as on a terminal, and each run has the width of its cells."""
    found, _, _ = texts([Segment("甲乙 ab"), Segment("\n"), Segment("    x")])
    assert found == [("甲乙", 24, 32), ("ab", 24 + 5 * 8, 16), ("x", 24 + 4 * 8, 8)]


def test_text_is_escaped_and_coloured():
    """Markup in printed text is shown as text; colour, dimness and weight are kept."""
    found, group, root = texts([Segment("<b>&", Style(color="yellow", bold=True)), Segment("d", Style(dim=True))])
    assert [text for text, _, _ in found] == ["<b>&", "d"]
    assert group[0].get("font-weight") == "bold"
    assert group[0].get("fill") != group[1].get("fill")
    assert root.find(f"{SVG}title").text == "<t & t>"
