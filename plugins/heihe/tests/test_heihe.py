"""What the plugin offers once it is installed: its city, its practices, its proposals, and the rows of its document."""

from pathlib import Path

from community_heihe import plugin

from community_core.jurisdiction import gather_catalogues
from community_core.testing import PluginTests

NUMBERS = range(1, 19)


class TestHeihe(PluginTests):
    """The tests that every plugin wants, of what Heihe offers."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("heihe",)
    proposals = (
        "heihe.alliance",
        "heihe.linkage",
        "heihe.openness",
        "heihe.pay",
        "heihe.persuasion",
        "heihe.relations",
        "heihe.staff",
        "heihe.take-up",
        "heihe.training",
    )
    rows = tuple(f"HEIHE-{number:02}" for number in NUMBERS if number != 10)
    document = "002_3cd91db99918140c.txt"
    mutants = 325


def test_every_row_of_the_place_is_in_one_catalogue():
    """With the row of the tiers in the core's catalogue, all 18 rows of the place are there, each once."""
    catalogues, _ = gather_catalogues()
    found = [row.name for catalogue in catalogues for row in catalogue.rows if row.place == "heihe"]
    assert sorted(found) == [f"HEIHE-{number:02}" for number in NUMBERS]
