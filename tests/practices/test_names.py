"""No name of a district's own takes away from the shipped practices what they mean."""

import pytest
from attrs import evolve

from community_core.base import Span, Standing
from community_core.declarations import District, Practice
from community_core.jurisdiction import compose, gather
from community_core.rules import INT, DatedValue, Parameter

pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")
pytest.importorskip("community_jianghan")


def test_a_practice_that_uses_every_short_name_breaks_no_shipped_one():
    """Beside parameters of a town's own by every name of shipped parameters and decisions nothing is ambiguous."""
    offered = gather()
    names = {term.name for item in offered.practices for term in (*item.parameters, *item.decisions)}
    history = (DatedValue(16, Span(), Standing.EXAMPLE),)
    town = Practice("town.own", parameters=tuple(Parameter(name, INT, history=history) for name in sorted(names)))
    adopts = tuple(item.name for item in offered.practices if item.rank is None)
    alone = compose(District("town", adopts=adopts), offered)
    both = compose(District("town", adopts=(*adopts, town.name)), evolve(offered, practices=(*offered.practices, town)))
    assert len(names) > 100
    assert [str(found) for found in both.findings] == [str(found) for found in alone.findings]
    assert {name: both.engine.broken.get(name) for name, _ in alone.terms.decisions} == {
        name: alone.engine.broken.get(name) for name, _ in alone.terms.decisions
    }
