"""What the plugin must show once it is installed; the cases beside it are tests as well."""

from pathlib import Path

from my_town import plugin
from my_town.sharing import shared_hours

from community_core.testing import PluginTests


class TestMyTown(PluginTests):
    """The tests that every plugin wants, and what they are to find in this one."""

    plugin = plugin
    folder = Path(__file__).parents[1]
    districts = ("my-town",)
    rows = ("MYTOWN-01", "MYTOWN-02", "MYTOWN-03", "MYTOWN-04")
    mutants = 38


def test_never_more_is_shared_out_than_there_is() -> None:
    """What is particular to the plugin has tests of its own: all hours are given, and nobody gets more than asked."""
    for asked in ((5, 3, 2), (1, 1, 1), (0, 9)):
        for offered in range(12):
            given = shared_hours.function(hours_asked=asked, hours_offered=offered)
            assert sum(given) == min(offered, sum(asked))
            assert all(one <= other for one, other in zip(given, asked, strict=True))
