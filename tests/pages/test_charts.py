"""Charts: pictures of whole numbers and shares, each with words for those who do not see it and no script."""

from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.labels import Label
from community_core.pages.charts import Chart, ChartForm, ChartRow, draw_chart, letter, percent

SVG = "{http://www.w3.org/2000/svg}"


def chart(rows, form=ChartForm.BARS, *, shares=False, columns=("受理", "办结")):
    """Return a chart of *rows* (label and values)."""
    made = tuple(ChartRow(Label(label), values, tuple(str(value) for value in values)) for label, values in rows)
    return Chart("t", Label("标题 <甲>", "title"), tuple(map(Label, columns)), made, form=form, shares=shares)


def test_a_picture_says_what_it_shows():
    """Title and description hold the figures, and text is escaped."""
    root = ET.fromstring(draw_chart(chart([("2006-01", (3, 1)), ("2006-02", (0, 2))])))  # noqa: S314 - the picture just drawn
    assert root.get("role") == "img"
    named = {part.get("id"): part.text for part in root if part.get("id")}
    assert [named[name] for name in root.get("aria-labelledby").split()] == [
        "标题 <甲>",
        "2006-01：受理 3，办结 1；2006-02：受理 0，办结 2",
    ]


def test_bars_stand_on_each_other_and_nothing_is_drawn_for_zero():
    """The height of each part is in proportion to its number, the parts of a row do not overlap."""
    root = ET.fromstring(draw_chart(chart([("a", (3, 1)), ("b", (0, 4))])))  # noqa: S314 - the picture just drawn
    bars = [(int(bar.get("x")), int(bar.get("y")), int(bar.get("height"))) for bar in root.iter(f"{SVG}rect")]
    assert len(bars) == 3
    (_, low, three), (_, high, one), (_, _, four) = bars
    assert three == 3 * one
    assert four == three + one
    assert high + one == low


def test_a_gap_in_a_line_is_no_point():
    """What is unknown is left out of the line, and never drawn as nothing."""
    rows = [("a", (Fraction(1, 2),)), ("b", (None,)), ("c", (Fraction(1),))]
    text = draw_chart(chart(rows, ChartForm.LINES, shares=True, columns=("得分率",)))
    root = ET.fromstring(text)  # noqa: S314 - the picture just drawn
    assert len(list(root.iter(f"{SVG}circle"))) == 2
    assert "<script" not in text


def test_nothing_gives_no_picture():
    """A chart without rows is not drawn."""
    assert draw_chart(chart([])) == ""


@pytest.mark.parametrize(
    ("share", "text"),
    [(Fraction(496, 512), "96.9 %"), (Fraction(1), "100.0 %"), (Fraction(1, 2000), "0.1 %"), (None, "–")],
)
def test_a_percentage_is_rounded_half_up_for_reading(share, text):
    """One decimal, half upward; what is unknown is a dash."""
    assert percent(share) == text


def test_columns_have_letters():
    """Parts and lines are named by letters, so that nothing is told by colour alone."""
    assert [letter(number) for number in (0, 1, 26)] == ["A", "B", "A"]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=40))
def test_every_bar_stays_within_the_picture(values):
    """However large the numbers, no bar leaves the picture, and the same figures give the same text."""
    made = chart([(f"{place:02d}", pair) for place, pair in enumerate(values)])
    text = draw_chart(made)
    assert text == draw_chart(made)
    for bar in ET.fromstring(text).iter(f"{SVG}rect"):  # noqa: S314 - the picture just drawn
        x, y, width, height = (int(bar.get(name)) for name in ("x", "y", "width", "height"))
        assert min(x, y, width, height) >= 0
        assert x + width <= 640
        assert y + height <= 240
