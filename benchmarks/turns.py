"""Measuring in turns: every call once a round, so that a busy machine slows all alike; the collector is off."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping


def seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Return the times of each call in seconds, all calls measured once in every round after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    gc.collect()
    gc.disable()
    try:
        for _ in range(turns):
            for name, call in calls.items():
                times[name].append(seconds(call))
    finally:
        gc.enable()
    return times


def ratio(times: Mapping[str, list[float]], what: str, beside: str) -> float:
    """Return the median of the ratios within each round."""
    return statistics.median(one / other for one, other in zip(times[what], times[beside], strict=True))
