"""The installed plugins: no order of installation and no order of what a hook returns changes an answer or a hash."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from typing import Any

import pytest
from attrs import evolve

from community_core.jurisdiction import compose, gather, load

DISTRICTS = sorted(each.name for each in gather().districts)
ELDER = {"age": 72, "lives_alone": True, "means": "dibao"}
DAY = dt.date(2006, 5, 1)


def installed_in(order: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is gathered where the environment lists its entry points in another order."""
    real = importlib.metadata.entry_points

    def entry_points(**select: Any) -> Any:
        found = list(real(**select))
        return found[order:] + found[:order] if order >= 0 else found[::-1]

    with monkeypatch.context() as patched:
        patched.setattr(importlib.metadata, "entry_points", entry_points)
        return gather()


@pytest.mark.parametrize("name", DISTRICTS)
def test_the_order_of_installation_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch):
    """With the plugins installed in any order a district has the same hash, findings and answers."""
    usual = load(name)
    for order in (-1, 1, 2):
        other = load(name, gathered=installed_in(order, monkeypatch))
        assert (other.digest, other.findings) == (usual.digest, usual.findings)
        if "shenhe" in name:
            answers = [rules.decide("care_class", ELDER, on=DAY).as_data() for rules in (usual, other)]
            assert answers[0] == answers[1]


@pytest.mark.parametrize("name", DISTRICTS)
def test_the_order_of_what_hooks_return_changes_nothing(name: str):
    """Shuffling the practices and districts that hooks return leaves hash and findings as they are."""
    gathered = gather()
    turned = evolve(gathered, practices=gathered.practices[::-1], districts=gathered.districts[::-1])
    district = next(each for each in gathered.districts if each.name == name)
    usual, other = compose(district, gathered), compose(district, turned)
    assert other.digest == usual.digest
    assert set(other.findings) == set(usual.findings)
