"""Every row of the documents is there, and the page says of each what it is."""

from collections import Counter
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def making(script):
    """Return the script that writes the page."""
    return script("make_rows")


def test_every_row_of_the_documents_is_there(making):
    """Eight places have 181 rows, numbered without a gap; each has both names, lines, and says what it claims."""
    found = making.rows()
    for place, count in making.PLACES.items():
        own = [row for row in found if row.place == place]
        assert [row.name for row in own] == [f"{place.upper()}-{number:02}" for number in range(1, count + 1)]
        for row in own:
            assert row.label.zh, row.name
            assert row.label.en, row.name
            assert row.cite is not None, row.name
            assert ".txt L" in row.cite.lines, row.name
            assert bool(row.shown_by) == (row.row_class.value != "reference"), row.name
    assert sum(making.PLACES.values()) == 181
    assert Counter(row.name for row in found).most_common(1)[0][1] == 1


def test_the_page_has_every_row(making):
    """The generated part of the page is what the installed documents give."""
    page = (DOCS / "rows.md").read_text("utf-8")
    assert making.filled(page) == page, "run: python docs/make_rows.py"
    assert all(f"\n| {row.name} |" in page for row in making.rows() if row.place in making.PLACES)
