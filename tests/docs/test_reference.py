"""The reference pages leave nothing out: every public class, every command, every option, every exit code."""

import re
import typing
from importlib import import_module
from pathlib import Path
from types import UnionType

import attrs

import community_core as cc

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def documented() -> set[object]:
    """Return the objects that the page of declarations hands to autodoc."""
    found: set[object] = set()
    module = ""
    for line in (REFERENCE / "declarations.md").read_text("utf-8").splitlines():
        match = re.fullmatch(r"\.\. (\w+):: ([\w.]+)(?:\(\))?", line)
        if match is None:
            continue
        directive, name = match[1], match[2]
        if directive == "currentmodule":
            module = name
        elif directive == "automodule":
            door = import_module(name)
            module = name
            found.update(getattr(door, each) for each in door.__all__)
        else:
            place, _, last = (name if "." in name else f"{module}.{name}").rpartition(".")
            found.add(getattr(import_module(place), last))
    return found


def classes_in(annotation: object) -> set[type]:
    """Return the library's own classes that an annotation names, those inside tuples and unions included."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return {annotation} if annotation.__module__.startswith("community_core") else set()
    parts = typing.get_args(annotation) if typing.get_origin(annotation) or isinstance(annotation, UnionType) else ()
    return {found for part in parts for found in classes_in(part)}


def test_every_name_of_the_front_door_is_documented():
    """Whatever ``community_core`` exports is on the page of declarations."""
    page = (REFERENCE / "declarations.md").read_text("utf-8")
    objects = documented()
    assert [name for name in cc.__all__ if getattr(cc, name) not in objects and f"`{name}`" not in page] == []


def test_every_class_that_a_practice_or_district_is_built_of_is_documented():
    """Whoever builds a practice in Python finds each class that he needs on the page."""
    seen: set[type] = set()
    waiting: list[type] = [cc.Practice, cc.District]
    while waiting:
        cls = waiting.pop()
        if cls not in seen:
            seen.add(cls)
            if attrs.has(cls):
                hints = typing.get_type_hints(cls)
                waiting += [found for item in attrs.fields(cls) for found in classes_in(hints[item.name])]
    assert len(seen) > 25
    objects = documented()
    assert sorted(cls.__name__ for cls in seen if cls not in objects) == []
