"""What holds for all tests: random ones try the same examples everywhere, and none asserts how long it takes."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
#: Other examples each time: ``pytest --hypothesis-profile=random``.
settings.register_profile("random", deadline=None)
settings.load_profile("same")
