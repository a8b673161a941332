"""The page of hooks says which shipped plugin uses each, and those it names do."""

import re
from importlib.metadata import entry_points
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "hooks.md").read_text("utf-8")


def using():
    """Each hook with the distributions among the plugins of this repository that implement it."""
    found = {}
    for point in entry_points(group="community_core"):
        if point.dist is None or point.dist.name == "community-core" or not point.dist.name.startswith("community-"):
            continue
        module = point.load()
        for name in dir(module):
            if name.startswith("community_") and hasattr(getattr(module, name), "community_core_impl"):
                found.setdefault(name, set()).add(point.dist.name)
    return found


def test_the_page_says_which_plugins_use_each_hook():
    """Hook by hook the named plugins are those that implement it; a hook that none uses names none."""
    parts = re.split(r"(?m)^## `(community_\w+)\(", PAGE)[1:]
    said = {}
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        line = re.search(r"(?m)^- \*Used by:\* (.*)$", text)
        if line is not None:
            said[name] = set(re.findall(r"`([a-z-]+)`", line[1]))
    assert said == using()
