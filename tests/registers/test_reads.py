"""The trace of readings as runs of numbers and a chain of hashes."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from community_core.registers.reads import RegisterRead, after, read_runs, runs, runs_text


@given(numbers=st.sets(st.integers(1, 60)), other=st.integers(1, 60))
def test_runs_hold_exactly_the_numbers_that_were_read(numbers, other):
    """Numbers written as runs and read again cover what was read and nothing else, in as few runs as there are gaps."""
    found = runs(numbers)
    assert read_runs(runs_text(found)) == found
    read = RegisterRead("a", "b", "residents", ("id_number",), found)
    assert read.count == len(numbers)
    assert read.covers([other]) == (other in numbers)
    assert read.covers([]) is False
    assert len(found) == sum(number + 1 not in numbers for number in numbers)


def test_each_line_of_the_trace_is_bound_to_the_one_before():
    """The hash of a line changes with anything that it says, and with the line before it."""
    read = RegisterRead("a", "b", "residents", ("id_number",), ((1, 3),), number=1, entered="x")
    own = after(read, "")
    others = [
        after(evolve(read, **change), "").hash
        for change in (
            {"actor": "c"},
            {"purpose": "c"},
            {"register": "c"},
            {"columns": ("c",)},
            {"rows": ((1, 4),)},
            {"entered": "y"},
            {"number": 2},
        )
    ]
    assert len({own.hash, after(read, own.hash).hash, *others}) == len(others) + 2
