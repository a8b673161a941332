"""Placing boxes in layers: nothing touches, no line runs through a box, the same every time."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.pages.layout import Box, Link, lay_out


@st.composite
def graphs(draw):
    """Return boxes of any size in some layers, and links between boxes of different layers."""
    sizes = st.tuples(st.integers(18, 300), st.integers(18, 200), st.integers(0, 5))
    found = draw(st.lists(sizes, min_size=1, max_size=14))
    boxes = [Box(f"b{number}", width, height, layer) for number, (width, height, layer) in enumerate(found)]
    pairs = [(one, other) for one in boxes for other in boxes if one.layer != other.layer]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=18)) if pairs else []
    return boxes, [Link(one.name, other.name, str(number)) for number, (one, other) in enumerate(chosen)]


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_boxes_keep_apart_and_lines_keep_clear(graph):
    """Boxes stand apart in their layers and inside the picture; a line touches no box but those that it joins."""
    boxes, links = graph
    layout = lay_out(boxes, links)
    placed = {box.name: box for box in layout.boxes}
    assert set(placed) == {box.name for box in boxes}
    assert not any(one.meets(other, 10) for one, other in combinations(layout.boxes, 2))
    for box in boxes:
        here = placed[box.name]
        assert (here.width, here.height) == (box.width, box.height)
        assert min(here.x, here.y) >= 0
        assert here.x + here.width <= layout.width
        assert here.y + here.height <= layout.height
    for one, other in combinations(boxes, 2):
        if one.layer < other.layer:
            assert placed[one.name].y + one.height < placed[other.name].y
    assert [led.link for led in layout.lines] == links
    for led in layout.lines:
        for (x, y), (to_x, to_y) in pairwise(led.points):
            top, bottom = sorted((y, to_y))
            for box in layout.boxes:
                beside = x == to_x and not box.x < x < box.x + box.width
                assert beside or bottom <= box.y or box.y + box.height <= top
        for name, (x, y) in ((led.link.start, led.points[0]), (led.link.end, led.points[-1])):
            box = placed[name]
            assert box.x <= x <= box.x + box.width
            assert y in (box.y, box.y + box.height)


@settings(max_examples=20, deadline=None)
@given(graphs())
def test_the_same_boxes_stand_in_the_same_places(graph):
    """Laying out twice gives the same, to the unit."""
    assert lay_out(*graph) == lay_out(*graph)


def test_a_chain_hangs_straight():
    """Boxes on one line without branches stand exactly below each other, whatever their widths."""
    boxes = [Box("a", 50, 20, 0), Box("b", 201, 20, 1), Box("c", 90, 20, 2)]
    placed = {box.name: box for box in lay_out(boxes, [Link("a", "b"), Link("b", "c")]).boxes}
    assert len({box.x + box.width // 2 for box in placed.values()}) == 1


def test_crossings_are_undone():
    """Two lines that would cross as the boxes are given do not cross."""
    boxes = [Box("a", 40, 20, 0), Box("b", 40, 20, 0), Box("c", 40, 20, 1), Box("d", 40, 20, 1)]
    placed = {box.name: box.x for box in lay_out(boxes, [Link("a", "d"), Link("b", "c")]).boxes}
    assert (placed["a"] < placed["b"]) == (placed["d"] < placed["c"])


def test_a_line_within_a_layer_is_refused():
    """Boxes of one layer cannot be joined."""
    with pytest.raises(ValueError, match="one layer"):
        lay_out([Box("a", 20, 20, 0), Box("b", 20, 20, 0)], [Link("a", "b")])
