"""Places and layers."""

import pytest

from community_core.base import Label
from community_core.model import USUAL_LAYERS, Layer, Layers, Place, facts_of

DISTRICT = Place("d1", "district", Label("示例区", "Example district"), code="210103")
STREET = Place("s1", "subdistrict", parent="d1")
COMMUNITY = Place("c1", "community", parent="s1")


def test_places_in_order_have_no_findings():
    """A district with its usual layers down to a building passes."""
    building = Place("b1", "building", parent="c1")
    assert USUAL_LAYERS.check([DISTRICT, STREET, COMMUNITY, building]) == ()


def test_order_of_places_does_not_matter():
    """A place may be listed before the place that contains it."""
    assert USUAL_LAYERS.check([COMMUNITY, STREET, DISTRICT]) == ()


@pytest.mark.parametrize(
    ("places", "code", "named"),
    [
        ([DISTRICT, Place("c1", "community", parent="d1")], "wrong-layer", "c1"),
        ([Place("s1", "subdistrict")], "wrong-layer", "s1"),
        ([DISTRICT, Place("d2", "district", parent="d1")], "wrong-layer", "d2"),
        ([STREET], "unknown-parent", "s1"),
        ([DISTRICT, Place("z1", "management_zone", parent="d1")], "unknown-layer", "z1"),
        ([DISTRICT, DISTRICT], "duplicate-place", "d1"),
    ],
)
def test_misplaced_places_are_findings(places, code, named):
    """What does not fit the layers is one finding that names the place in both languages."""
    (found,) = USUAL_LAYERS.check(places)
    assert found.code == code
    assert dict(found.data)["place"] == named
    assert named in found.message.zh
    assert named in found.message.en


def test_two_places_cannot_contain_each_other():
    """A circle of places is found, for a layer lies only within larger ones."""
    first = Place("c1", "community", parent="c2")
    second = Place("c2", "community", parent="c1")
    assert [item.code for item in USUAL_LAYERS.check([first, second])] == ["wrong-layer", "wrong-layer"]


def test_a_district_gives_its_own_layers():
    """A district with a layer of its own between district and community declares it and nothing else changes."""
    own = Layers(
        (
            Layer("city"),
            Layer("management_zone", Label("管理区", "management zone"), within=("city",)),
            Layer("community", within=("management_zone",)),
        )
    )
    places = [
        Place("x", "city"),
        Place("z", "management_zone", parent="x"),
        Place("c", "community", parent="z"),
    ]
    assert own.check(places) == ()
    assert [item.code for item in USUAL_LAYERS.check(places)] == ["unknown-layer", "unknown-layer", "wrong-layer"]


def test_layers_stand_larger_first():
    """A layer within one that comes later, or named twice, is refused when it is built."""
    with pytest.raises(ValueError, match="does not stand before it"):
        Layers((Layer("community", within=("district",)), Layer("district")))
    with pytest.raises(ValueError, match="named twice"):
        Layers((Layer("district"), Layer("district")))


@pytest.mark.parametrize("code", ["21010", "2101031", "010103", "21010x", "", "２１０１０３"])
def test_a_code_has_six_digits(code):
    """A code that is not six ASCII digits, the first no zero, is refused."""
    with pytest.raises(ValueError, match="six digits"):
        Place("d1", "district", code=code)


def test_a_place_needs_an_id_and_another_parent():
    """A place without an id, or within itself, is refused."""
    with pytest.raises(ValueError, match="needs an id"):
        Place("", "district")
    with pytest.raises(ValueError, match="contain itself"):
        Place("d1", "district", parent="d1")


def test_a_place_serves_as_facts():
    """A place gives its id and layer as facts."""
    assert dict(facts_of(COMMUNITY)) == {"place": "c1", "place_layer": "community"}
