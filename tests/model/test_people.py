"""Households and residents, and how they serve as facts."""

import datetime as dt

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from community_core.model import Household, Resident, facts_of

BORN = dt.date(1934, 2, 8)


def test_only_known_values_are_facts():
    """What a resident does not say is absent, so that it stays unknown."""
    assert dict(facts_of(Resident("r1"))) == {}
    assert dict(facts_of(Resident("r1", birth_date=BORN))) == {"birth_date": BORN}


def test_false_and_zero_are_known():
    """False and zero are values, not absence."""
    resident = Resident("r1", facts={"lives_alone": False, "children": 0})
    assert dict(facts_of(resident)) == {"lives_alone": False, "children": 0}


def test_a_further_fact_of_none_is_unknown():
    """A further fact given as ``None`` is left out."""
    assert dict(facts_of(Resident("r1", facts={"lives_alone": None}))) == {}


def test_a_household_speaks_for_its_resident():
    """A resident and his household together give the facts of both."""
    household = Household("h1", place="b1", facts={"means": "dibao"})
    resident = Resident("r1", household="h1", facts={"lives_alone": True})
    assert dict(facts_of(resident, household)) == {
        "household": "h1",
        "household_place": "b1",
        "lives_alone": True,
        "means": "dibao",
    }


def test_entities_that_disagree_are_refused():
    """Two entities that give one fact different values are refused, by the fact's name."""
    with pytest.raises(ValueError, match="'household' is 'h2' by one entity and 'h1'"):
        facts_of(Resident("r1", household="h2"), Household("h1"))


def test_a_mapping_is_no_entity():
    """Something that is no entity is refused and not searched for facts."""
    with pytest.raises(TypeError, match="no entity"):
        facts_of({"age": 72})


def test_facts_cannot_be_changed():
    """The mapping of facts and the entity behind it are read-only."""
    resident = Resident("r1", birth_date=BORN)
    with pytest.raises(TypeError):
        facts_of(resident)["birth_date"] = None
    with pytest.raises(FrozenInstanceError):
        resident.name = "x"
    assert not hasattr(resident, "__dict__")


def test_lists_become_tuples():
    """A list among the further facts is kept as a tuple."""
    assert Resident("r1", facts={"needs": ["meal", "visit"]}).facts == (("needs", ("meal", "visit")),)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ([("Age", 3)], "no name of a fact"),
        ([("age", 3), ("age", 4)], "given twice"),
        ([("birth_date", BORN)], "given by the field 'birth_date'"),
        ([("actual_place", "c1")], "given by the field 'actual_place'"),
    ],
)
def test_further_facts_are_checked(facts, message):
    """A further fact without a valid name, given twice, or served by a field, is refused."""
    with pytest.raises(ValueError, match=message):
        Resident("r1", facts=facts)


def test_registered_and_actual_address_are_apart():
    """Whether someone lives where he is registered is unknown while either address is."""
    assert Resident("r1", registered_place="c1", actual_place="c1").lives_where_registered is True
    assert Resident("r1", registered_place="c1", actual_place="c2").lives_where_registered is False
    assert Resident("r1", registered_place="c1").lives_where_registered is None
    assert Resident("r1", actual_place="c1").lives_where_registered is None


@given(st.dictionaries(st.sampled_from(["a", "b_c", "d-e", "f2"]), st.none() | st.booleans() | st.integers()))
def test_facts_given_come_back(facts):
    """Every known further fact comes back under its name, and nothing else does."""
    assert dict(facts_of(Resident("r1", facts=facts))) == {k: v for k, v in facts.items() if v is not None}
