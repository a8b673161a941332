"""The papers that the shipped procedures yield, and that whoever reads one finds words and no identifiers."""

from __future__ import annotations

import pytest

from community_core.jurisdiction.loading import load
from community_core.jurisdiction.plugins import gather
from community_core.procedures.definition import PaperForm
from community_core.rules.types import Kind

DISTRICTS = sorted(each.name for each in gather().districts)
#: By procedure, the papers that its steps yield.
YIELDED = {
    "core.hearing.hearing": {"announce": ["notice"], "convene": ["attendance"], "conclude": ["minutes", "conclusion"]},
    "core.election.election": {"count": ["count"], "count_run_off": ["count"]},
    "core.election.household_election": {"count": ["count"], "count_run_off": ["count"]},
    "shenhe.hearings.hearing": {
        "announce": ["notice"],
        "convene": ["attendance"],
        "conclude": ["minutes", "conclusion"],
    },
}


@pytest.mark.parametrize("name", YIELDED)
def test_a_hearing_and_an_election_yield_their_papers(name):
    """A hearing is announced, attended, written down and concluded on paper; each count of an election is a paper."""
    procedure = dict(load("shenhe").terms.procedures)[name]
    yielded = {step.name: list(step.papers) for step in procedure.steps if step.papers}
    assert yielded == YIELDED[name]


def test_every_form_is_used_but_the_receipt():
    """The documents have no step that hands out a receipt, and so no shipped procedure yields one."""
    used = {
        paper.form
        for district in DISTRICTS
        for _, procedure in load(district).terms.procedures
        for paper in procedure.papers
    }
    assert set(PaperForm) - used == {PaperForm.RECEIPT}


@pytest.mark.parametrize("district", DISTRICTS)
def test_no_value_stands_as_a_bare_identifier(district):
    """Each value that a step may be given out of several has its words, so that papers and boards print these."""
    bare = [
        (name, field, value)
        for name, procedure in load(district).terms.procedures
        for field, kind in procedure.field_types.items()
        if kind.kind is Kind.ENUM and (declared := procedure.field(field)) is not None
        for value in kind.values
        if not dict(declared.labels).get(value)
    ]
    assert bare == []
