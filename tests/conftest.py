"""What holds for all tests: random ones try the same examples everywhere, and none asserts how long it takes."""

import functools

from hypothesis import settings

from community_core.rulebook import load

settings.register_profile("same", derandomize=True, deadline=None)
#: Other examples each time: ``pytest --hypothesis-profile=random``.
settings.register_profile("random", deadline=None)
settings.load_profile("same")


def pytest_configure():
    """Read each rulebook once in a process: what its bytes say depends on nothing else, and nobody can change it.

    Nearly every command asks all installed plugins what they offer, which is hundreds of files.
    """
    load.read_text = functools.lru_cache(maxsize=1024)(load.read_text)
