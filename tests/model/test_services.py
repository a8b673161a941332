"""Services, outlets and documents."""

import datetime as dt

import pytest

from community_core.base import Citation, Span
from community_core.model import Document, Outlet, Service, facts_of

DAY = dt.date(2006, 5, 1)


def test_a_tier_belongs_to_service_and_recipient():
    """One service has a tier for each kind of recipient, and none is made up for the others."""
    meal = Service("meal", tiers=(("vulnerable", "welfare"), ("resident", "convenience")))
    assert meal.tier_for("vulnerable") == "welfare"
    assert meal.tier_for("resident") == "convenience"
    assert meal.tier_for("unit") is None
    assert dict(facts_of(meal)) == {"service": "meal"}


def test_a_recipient_has_one_tier():
    """Two tiers for one recipient are refused."""
    with pytest.raises(ValueError, match="two tiers for 'resident'"):
        Service("meal", tiers=(("resident", "welfare"), ("resident", "convenience")))


def test_an_outlet_gives_what_it_lists_while_it_is_open():
    """An outlet gives a service only while open; with unknown services the answer is unknown."""
    outlet = Outlet("o1", services=("meal",), span=Span(DAY, DAY + dt.timedelta(days=30)))
    assert outlet.gives("meal", DAY) is True
    assert outlet.gives("visit", DAY) is False
    assert outlet.gives("meal", DAY + dt.timedelta(days=30)) is False
    assert Outlet("o2").gives("meal", DAY) is None
    assert "services" not in facts_of(Outlet("o2"))
    assert facts_of(Outlet("o3", services=()))["services"] == ()


def test_a_document_is_bound_by_a_full_hash():
    """A digest in another form than sha256 and 64 digits is refused."""
    assert Document("d1", "章程", digest="sha256:" + "0" * 64).digest is not None
    for digest in ("0" * 64, "sha256:0", "sha256:" + "G" * 64, "md5:" + "0" * 64):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            Document("d1", "章程", digest=digest)


def test_a_document_is_cited_by_its_title():
    """A citation of a document carries its title and the place in it."""
    assert Document("d1", "社区章程").cite(article="3") == Citation("社区章程", article="3")
    assert dict(facts_of(Document("d1", "社区章程", day=DAY))) == {"document": "d1", "document_day": DAY}
