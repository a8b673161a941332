"""A pause of the collector of cyclic garbage, for work that makes many objects at once and no cycles."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0
_was_on = False


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave the collector off in this block: what falls out of use is freed at once all the same, but for cycles.

    Objects that are all kept until their rows are written make the collector go through everything in the process,
    again and again, and find nothing: a fifth of what recording many events takes. Threads may be in such blocks at
    once; the last one out sets the collector as the first one found it.
    """
    global _pauses, _was_on  # noqa: PLW0603 - the collector is one for the process, and so is what is known of it
    with _lock:
        if not _pauses:
            _was_on = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _was_on:
                gc.enable()
