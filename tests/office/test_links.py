"""Cases that name others: a reference is the id of a case that there is, and links are read from parent and fields."""

from __future__ import annotations

import datetime as dt

import pytest

from community_core.base.errors import Refused
from community_core.jurisdiction.loading import load
from community_core.office.office import open_office
from community_core.procedures.links import Link, links_of

DAY = dt.date(2006, 5, 8)
TEXT = """
practice: demo.chains
title: {zh: 连环, en: Chains}
source: {document: 示例}
standing: example
procedures:
  matter:
    facts:
      title: {type: text, privacy: public, zh: 事项}
      before: {type: list, of: reference, unit: case, privacy: internal, optional: true, zh: 前件}
      cause: {type: reference, unit: case, privacy: internal, optional: true, zh: 起因}
      where: {type: reference, unit: place, privacy: internal, optional: true, zh: 地方}
    ends: {done: decided}
    steps:
      begin: {to: open, by: [anyone], takes: [title, before, cause, where]}
      go_on: {from: [open], to: done, by: [anyone], effects: [{open: matter, title: title}]}
---
district: demo-chains
title: {zh: 示例区, en: Example}
standing: example
adopts: [demo.chains]
"""


@pytest.fixture
def office(tmp_path):
    """An office over matters that name each other."""
    file = tmp_path / "chains.yaml"
    file.write_text(TEXT, "utf-8")
    with open_office(load(file), tmp_path / "chains.sqlite") as office:
        office.register_place("wenyi")
        yield office


def begin(office, case_id, **data):
    """Open a matter."""
    return office.open("matter", {"title": case_id} | data, actor="p1", day=DAY, place="wenyi", case_id=case_id)


def test_links_are_parent_and_references(office):
    """A case names the one that opened it and those that its fields refer to; a reference to a place is no link."""
    begin(office, "a")
    begin(office, "b", before=["a"], cause="a", where="a place nobody knows")
    office.take("b", "go_on", actor="p1", day=DAY)
    (child,) = office.follow_ups("b")
    procedure = office.rules.procedure("matter")
    assert tuple(links_of(procedure, office.case("b"))) == (Link("before", "a"), Link("cause", "a"))
    assert tuple(links_of(procedure, office.case(child.id))) == (Link("", "b"),)


@pytest.mark.parametrize("data", [{"before": ["a", "nobody"]}, {"cause": "nobody"}])
def test_a_reference_to_no_case_is_refused(office, data):
    """Whoever names a case that there is not is told which field and which id, and nothing is recorded."""
    begin(office, "a")
    with pytest.raises(Refused) as caught:
        begin(office, "b", **data)
    (found,) = caught.value.findings
    assert (found.code, dict(found.data)["case"]) == ("unknown-case", "nobody")
    assert office.store.case("b") is None
