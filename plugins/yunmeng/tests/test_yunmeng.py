"""What the plugin offers once it is installed: its county, its practices, and the rows of its document."""

from community_yunmeng import plugin

import community_core as cc


def test_the_county_composes_without_findings():
    """The installed county is put together and nothing is wrong with it."""
    assert cc.load("yunmeng").findings == ()


def test_every_row_of_the_document_is_in_the_catalogue():
    """The catalogue is read without findings and has all 25 rows in order, each named in both languages and cited."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert [row.name for row in catalogue.rows] == [f"YUNMENG-{number:02}" for number in range(1, 26)]
    for row in catalogue.rows:
        assert row.label.zh, row.name
        assert row.label.en, row.name
        assert row.cite.lines.startswith("004_f6dab08231920a08.txt L"), row.name
