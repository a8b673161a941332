"""Frozen classes whose objects are made quickly: what is made is what attrs makes."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest
from attrs import Factory, define, evolve, field, frozen
from attrs.exceptions import FrozenInstanceError

from community_core.base.made import quickly_made


@quickly_made
@frozen(weakref_slot=False)
class Point:
    """A class with every kind of default."""

    name: str
    x: int = 1
    marks: list[str] = field(factory=list)


class Named(Point):
    """A subclass that has a ``__dict__``."""


@frozen
class Deeper(Point):
    """A subclass by attrs."""

    depth: int = 0


def test_an_object_is_what_attrs_would_make() -> None:
    """Values given by place or by name, and defaults of both kinds, come to the same object."""
    assert Point("a") == Point(name="a", x=1, marks=[])
    assert Point("a").marks is not Point("a").marks
    assert repr(Point("a", 2, ["m"])) == "Point(name='a', x=2, marks=['m'])"
    assert type(Point("a")) is Point
    assert evolve(Point("a"), x=3) == Point("a", 3)
    assert copy.deepcopy(Point("a", 2)) == Point("a", 2)
    assert pickle.loads(pickle.dumps(Point("a", 2))) == Point("a", 2)  # noqa: S301 - written a moment ago
    assert list(inspect.signature(Point).parameters) == ["name", "x", "marks"]


def test_an_object_is_frozen() -> None:
    """Nothing of it can be set or removed once it is made."""
    point = Point("a")
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_an_object_of_a_subclass_is_one_of_it() -> None:
    """Subclasses are made as attrs makes them."""
    named = Named("a", 2)
    assert (type(named), named.name, named.x, named.marks) == (Named, "a", 2, [])
    deeper = Deeper("a", depth=3)
    assert (type(deeper), deeper.x, deeper.depth) == (Deeper, 1, 3)


@frozen(weakref_slot=False)
class Checked:
    """A class with a validator."""

    x: int = field(validator=lambda _self, _field, _value: None)


@frozen(weakref_slot=False)
class Private:
    """A class with a field under another name."""

    _x: int = 1


@frozen(weakref_slot=False)
class After:
    """A class that does something once it is made."""

    x: int = 1

    def __attrs_post_init__(self) -> None:
        """Nothing."""


@define(weakref_slot=False)
class Converted:
    """A class with a converter."""

    x: int = field(converter=int, default=1)


@frozen
class Weak:
    """A class whose objects can be referred to weakly."""

    x: list[int] = Factory(list)


@pytest.mark.parametrize("cls", [Checked, Private, After, Converted, Weak])
def test_a_class_that_is_more_is_refused(cls: type) -> None:
    """What the quick way would leave out is not left out silently."""
    with pytest.raises(TypeError, match=cls.__name__):
        quickly_made(cls)
