"""Plugins that fail, misspell, are outdated or clash are named; the others go on."""

from __future__ import annotations

import itertools
import types
from typing import Any

import pytest

from community_core.base import Label
from community_core.declarations import Catalogue, District, Practice
from community_core.jurisdiction import gather, gather_catalogues, hookimpl
from community_core.rules import INT, Function


def plugin(name: str, **functions: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    for hook, function in functions.items():
        setattr(module, hook, function)
    return module


def offering(name: str, *practices: str) -> types.ModuleType:
    return plugin(name, community_practices=hookimpl(lambda: [Practice(each, Label("做法")) for each in practices]))


def test_a_sound_plugin_is_gathered():
    """What a plugin offers is gathered, with the plugin's name."""
    found = gather([offering("good", "a.b")], entry_points=False)
    assert [practice.name for practice in found.practices] == ["a.b"]
    assert [each.name for each in found.plugins] == ["good"]
    assert found.findings == ()


def crash() -> list[Practice]:
    raise RuntimeError("boom")


def nothing() -> list[Practice]:
    return []


def unmarked() -> list[Practice]:
    return []


def outdated(manager: object) -> list[Practice]:
    return []


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (plugin("bad", community_practices=hookimpl(crash)), "hook-failed"),
        (plugin("bad", community_practises=hookimpl(nothing)), "hook-unknown"),
        (plugin("bad", community_practices=unmarked), "hook-unmarked"),
        (plugin("bad", community_practices=hookimpl(outdated)), "plugin-outdated"),
        (plugin("bad", community_practices=hookimpl(lambda: ["text"])), "hook-result"),
        (plugin("bad", community_practices=hookimpl(lambda: None)), "hook-failed"),
        (plugin("bad", community_functions=hookimpl(lambda: [Function("share", len, (), INT)])), "duplicate-offer"),
    ],
)
def test_a_bad_plugin_is_named_and_the_rest_go_on(bad: types.ModuleType, code: str):
    """Each way in which a plugin can be wrong is a finding that names it, and the sound one beside it still speaks."""
    found = gather([bad, offering("good", "a.b")], entry_points=False)
    assert code in [each.code for each in found.findings]
    assert all(each.plugin == "bad" and "bad" in each.message.zh for each in found.findings)
    assert [practice.name for practice in found.practices] == ["a.b"]


class Slips:
    """A plugin that is an object: one hook is misspelt, another not marked."""

    def community_practice(self) -> tuple[Practice, ...]:
        return ()

    def community_districts(self) -> tuple[District, ...]:
        return ()


def test_an_object_is_looked_at_as_a_module_is():
    """What is wrong with the hooks of an object's class is found, and a name in the place of a plugin is an error."""
    found = gather([Slips()], entry_points=False).findings
    assert sorted(each.code for each in found) == ["hook-unknown", "hook-unmarked"]
    with pytest.raises(TypeError, match=r"and not its name 'my_town\.plugin'"):
        gather(["my_town.plugin"], entry_points=False)


def test_a_module_that_cannot_be_imported_is_a_finding(monkeypatch: pytest.MonkeyPatch):
    """An installed plugin whose module is missing is named, and the others are loaded."""
    import importlib.metadata

    real = importlib.metadata.entry_points

    def entry_points(**select: Any) -> Any:
        gone = importlib.metadata.EntryPoint("gone", "no_such_module.plugin", "community_core")
        return [gone, *real(**select)]

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    found = gather()
    assert [each.plugin for each in found.findings if each.code == "plugin-not-loaded"] == ["gone"]
    assert "core" in [each.name for each in found.plugins]


def test_two_practices_of_one_name_are_both_left_out_in_any_order():
    """Neither of two claims to a name wins; the finding names both plugins, whatever the order."""
    plugins = [offering("one", "a.b", "c.d"), offering("two", "a.b"), offering("three", "e.f")]
    results = [gather(order, entry_points=False) for order in itertools.permutations(plugins)]
    for found in results:
        assert [practice.name for practice in found.practices] == ["c.d", "e.f"]
        (clash,) = found.findings
        assert clash.code == "duplicate-offer"
        assert "one" in clash.message.en
        assert "two" in clash.message.en
        assert found.findings == results[0].findings


def test_districts_come_from_the_same_hooks():
    """A district offered by a plugin is gathered like a practice."""
    found = gather([plugin("p", community_districts=hookimpl(lambda: [District("town")]))], entry_points=False)
    assert [district.name for district in found.districts] == ["town"]


def test_catalogues_are_asked_for_by_themselves():
    """Catalogues are gathered by name, two of one name are a finding, and who gathers rules asks for none."""

    def asked() -> list[Catalogue]:
        raise AssertionError

    first = plugin("first", community_catalogues=hookimpl(lambda: [Catalogue("a"), Catalogue("b")]))
    second = plugin("second", community_catalogues=hookimpl(lambda: [Catalogue("b")]))
    catalogues, findings = gather_catalogues([second, first], entry_points=False)
    assert [catalogue.name for catalogue in catalogues] == ["a"]
    assert [(found.code, dict(found.data)["name"]) for found in findings] == [("duplicate-offer", "b")]
    assert gather([plugin("third", community_catalogues=hookimpl(asked))], entry_points=False).findings == ()
