"""The pause of the collector ends as it was found, whoever else pauses it and whatever happens in it."""

from __future__ import annotations

import gc
import threading

import pytest

from community_core.base.collecting import uncollected


@pytest.fixture(autouse=True)
def collector():
    """Leave the collector as it was."""
    was = gc.isenabled()
    yield
    (gc.enable if was else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_it_is_left_as_it_was_found_also_after_an_error(on):
    (gc.enable if on else gc.disable)()
    with uncollected(), uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is on
    with pytest.raises(LookupError), uncollected():
        raise LookupError
    assert gc.isenabled() is on


def test_it_goes_on_when_the_last_of_several_threads_is_out():
    gc.enable()
    inside, leave = threading.Event(), threading.Event()

    def other():
        with uncollected():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with uncollected():
        thread.start()
        assert inside.wait(10)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
