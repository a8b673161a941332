"""What the plugin offers once it is installed; the cases beside it are tests as well."""

from pathlib import Path

import community_core as cc
from community_core.testing import not_covered

CASES = Path(__file__).parents[1] / "cases"


def test_the_district_composes_without_findings():
    """The installed district is put together and nothing is wrong with it."""
    assert cc.load("my-town").findings == ()


def test_every_row_and_end_has_a_case():
    """The cases reach every row of every decision, every unknown, every end of every procedure, and a refusal."""
    assert not_covered(CASES, ("my-town.rooms", "my-town.bookings", "my-town.sharing")) == ()
