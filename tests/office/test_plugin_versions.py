"""A case opened under one version of a plugin and finished after its rulebook changed, or after it was uninstalled."""

import datetime as dt
import types

import pytest
from attrs import evolve

import community_core as cc
from community_core.base import Citation, Label, Refused, UnknownTerm
from community_core.declarations.practice import StepEffect
from community_core.jurisdiction import hookimpl
from community_core.rulebook import read_text
from community_core.rules.python import decision
from community_core.rules.terms import Function
from community_core.rules.types import BOOL, INT

DAY = dt.date(2006, 5, 1)
DISTRICT = "district: town\ntitle: {zh: 镇, en: Town}\nadopts: [plug.permits]\n"
NOBODYS = "district: town\ntitle: {zh: 镇, en: Town}\n"

# Version 1: the clerk grants at once. Version 2: a chair looks first, and the limit is lower.
TEXT = {
    "1": """
practice: plug.permits
title: {zh: 许可, en: Permits}
standing: library
source: {document: permits}
parameters:
  limit: {type: int, unit: day, zh: 上限, en: limit, values: [{value: 30, from: 2000-01-01}]}
procedures:
  permit:
    title: {zh: 许可, en: Permit}
    ends: {granted: decided}
    facts:
      length: {type: int, unit: day, privacy: public, zh: 天数, en: length}
      answer: {type: [allow, deny], privacy: public, zh: 答复, en: answer}
    steps:
      ask: {to: asked, by: [clerk], takes: [length]}
      grant: {from: [asked], to: granted, by: [clerk], takes: [answer], when: "GUARD"}
""",
}
TEXT["2"] = (
    TEXT["1"]
    .replace("value: 30", "value: 10")
    .replace(
        "      grant: {from: [asked]",
        "      look: {from: [asked], to: looked, by: [chair]}\n      grant: {from: [looked]",
    )
)


def plugin(version, *, python=False):
    """Return the plugin in a version, with its Python decision where the rulebook asks for one."""
    guard = "verdict == answer" if python else "length <= limit"
    (practice,) = read_text(TEXT[version].replace("GUARD", guard)).practices
    if python:

        @decision(
            inputs=(),
            yields=["allow", "deny"],
            because=Label("由函数判定", "by a function"),
            cite=Citation("permits"),
            of="case",
            version=version,
        )
        def verdict():
            return "allow" if version == "1" else "deny"

        practice = evolve(practice, decisions=(verdict,))
    module = types.ModuleType(f"plug_{version}")
    module.community_practices = hookimpl(lambda: [practice])
    return module


@pytest.fixture
def office(tmp_path):
    """Open the same store under the rules of a plugin, or of none."""
    opened = []

    def office(offered=None):
        text = tmp_path / "town.yaml"
        text.write_text(NOBODYS if offered is None else DISTRICT, "utf-8")
        rules = cc.load(text, plugins=[] if offered is None else [offered])
        assert [item for item in rules.findings if item.level == "error"] == []
        made = cc.open_office(rules, tmp_path / "record.db")
        opened.append(made)
        for person in ("clerk", "chair"):
            made.appoint(person, person, "town", dt.date(2000, 1, 1))
        return made

    yield office
    for made in opened:
        made.close()


def ask(office):
    """Open a case."""
    return office.open("permit", {"length": 20}, actor="clerk", day=DAY, place="town")


def grant(office, case, answer="allow"):
    """Try to finish it."""
    return office.take(case, "grant", {"answer": answer}, actor="clerk", day=DAY)


def refusal(office, case, **more):
    """Return the findings of a refused grant, which changes nothing."""
    before = office.store.events(case.id)
    with pytest.raises(Refused) as info:
        grant(office, case, **more)
    assert office.store.events(case.id) == before
    return info.value.findings


def test_a_case_keeps_its_rules_after_the_rulebook_changed(office):
    """An old case is finished by the old steps and values, a new one goes by the new; both stand in one record."""
    old = ask(office(plugin("1")))
    changed = office(plugin("2"))
    new = ask(changed)
    assert new.rules != old.rules
    assert [item.code for item in refusal(changed, new)] == ["wrong-state"]
    assert {item.step for item in changed.may("chair", old, DAY)} == {"grant"}
    assert grant(changed, old).state == "granted"
    assert [use.value for use in changed.values_used(old)] == [30]
    changed.take(new, "look", {}, actor="chair", day=DAY)
    assert [item.code for item in refusal(changed, new)] == ["guard-false"]
    assert list(changed.verify()) == []


def test_a_case_is_finished_after_its_plugin_is_gone(office):
    """Where the rules are text alone a case needs no plugin any more, and nothing new can begin."""
    old = ask(office(plugin("1")))
    left = office()
    with pytest.raises(UnknownTerm):
        ask(left)
    assert grant(left, old).state == "granted"
    assert [item.label.zh for item in left.timeline(old)] == ["ask", "grant"]


@pytest.mark.parametrize("present", ["changed", "gone", "without"])
def test_a_case_whose_function_is_gone_says_what_to_install(office, present):
    """Where the function is there in another version, or not at all, the step is refused and names what it needs."""
    first = office(plugin("1", python=True))
    old = ask(first)
    later = office({"changed": plugin("2", python=True), "gone": None, "without": plugin("2")}[present])
    (found,) = refusal(later, old)
    assert found.code == "missing-function"
    assert dict(found.data)["functions"] == "plug.permits.verdict (1)"
    for text in (found.message.zh, found.message.en):
        assert "plug.permits.verdict (1)" in text
    assert "install the plugin that has that version" in found.message.en
    with pytest.raises(Refused) as info:
        later.correct(old, 1, {"length": 21}, actor="clerk", day=DAY, why="笔误")
    assert [item.code for item in info.value.findings] == ["missing-function"]
    assert later.timeline(old)[0].data == (("length", 20),)
    assert list(later.verify()) == []
    again = office(plugin("1", python=True))
    assert [item.code for item in refusal(again, old, answer="deny")] == ["guard-false"]
    assert grant(again, old).state == "granted"


def test_two_versions_side_by_side_each_serve_their_cases(office):
    """A case opened under the second version is decided by the second function, while the first one's waits."""
    old = ask(office(plugin("1", python=True)))
    second = office(plugin("2", python=True))
    new = ask(second)
    second.take(new, "look", {}, actor="chair", day=DAY)
    assert [item.code for item in refusal(second, new)] == ["guard-false"]
    assert grant(second, new, "deny").ended == "decided"
    assert [item.code for item in refusal(second, old)] == ["missing-function"]


DECIDED = """
decisions:
  fine:
    of: case
    yields: [allow, deny]
    rows: [{when: "plug_short(limit)", then: allow, because: {zh: 不长, en: short}}]
    otherwise: {then: deny, because: {zh: 太长, en: long}}
procedures:"""


@pytest.mark.parametrize("guard", ["plug_short(length)", "fine == allow"])
def test_a_word_that_means_something_else_now_waits_for_its_version(tmp_path, guard):
    """A case goes by the version of a plugin's word that it began under, though not a letter of its text changed."""
    (practice,) = read_text(TEXT["1"].replace("GUARD", guard).replace("\nprocedures:", DECIDED)).practices

    def office(version, most):
        word = Function("plug_short", lambda days: days <= most, (INT.in_unit("day"),), BOOL, version=version)
        module = types.ModuleType("plug")
        module.community_practices = hookimpl(lambda: [practice])
        module.community_functions = hookimpl(lambda: [word])
        text = tmp_path / "town.yaml"
        text.write_text(DISTRICT, "utf-8")
        made = cc.open_office(cc.load(text, plugins=[module]), tmp_path / "record.db")
        made.appoint("clerk", "clerk", "town", dt.date(2000, 1, 1))
        return made

    with office("1", 30) as first:
        old = ask(first)
    with office("2", 5) as second:
        (found,) = refusal(second, old)
        assert (found.code, dict(found.data)["functions"]) == ("missing-function", "plug_short (1)")
        new = ask(second)
        assert new.rules != old.rules
        assert [item.code for item in refusal(second, new)] == ["guard-false"]
        assert list(second.verify()) == []
    with office("1", 30) as again:
        assert grant(again, old).state == "granted"
        assert dict(refusal(again, new)[0].data)["functions"] == "plug_short (2)"


class Installed:
    """An entry point of an installed distribution."""

    name = "plug"
    value = "plug:plugin"

    def __init__(self, module, version):
        self.module = module
        self.dist = types.SimpleNamespace(name="plug-permits", version=version)

    def load(self):
        """Return the plugin."""
        return self.module


@pytest.mark.parametrize("kind", ["decision", "word", "effect"])
def test_what_is_gone_is_named_with_its_distribution(tmp_path, monkeypatch, kind):
    """A case whose Python decision, word or effect is gone says which distribution, in which version, to install."""
    changes = {
        "decision": ("GUARD", "verdict == answer"),
        "word": ("GUARD", "plug_short(length)"),
        "effect": ('when: "GUARD"', "effects: [{plug_tell: chair}]"),
    }
    (practice,) = read_text(TEXT["1"].replace(*changes[kind])).practices
    module = types.ModuleType("plug")
    verdict = plugin("1", python=True).community_practices()[0].decisions
    practice = evolve(practice, decisions=verdict) if kind == "decision" else practice
    module.community_practices = hookimpl(lambda: [practice])
    short = Function("plug_short", lambda length: length < 30, (INT.in_unit("day"),), BOOL, version="3")
    module.community_functions = hookimpl(lambda: [short])
    module.community_effects = hookimpl(lambda: [StepEffect("plug_tell", lambda *_: [])])
    text = tmp_path / "town.yaml"
    present = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: present)

    def office(installed):
        present[:] = installed
        text.write_text(DISTRICT if installed else NOBODYS, "utf-8")
        made = cc.open_office(cc.load(text), tmp_path / "record.db")
        made.appoint("clerk", "clerk", "town", dt.date(2000, 1, 1))
        return made

    with office([Installed(module, "1.4.0")]) as first:
        old = ask(first)
    with office([]) as later:
        (found,) = refusal(later, old)
        assert found.code == "missing-function"
        assert dict(found.data)["install"] == "plug-permits==1.4.0"
        assert "请安装 plug-permits==1.4.0" in found.message.zh
        assert "install plug-permits==1.4.0" in found.message.en
        assert later.may("clerk", old, DAY)[0].findings[0] == found
        assert list(later.verify()) == []
    with office([Installed(module, "1.5.0")]) as again:
        assert grant(again, old).state == "granted"


def test_a_word_that_fails_refuses_its_step_and_stops_no_other_case(tmp_path):
    """What a plugin's word raises, or a value of another type, is a finding; other cases fall due all the same."""
    text = TEXT["1"].replace("GUARD", "plug_wait(length) > days(0)").replace("ends: {", "ends: {lapsed: lapsed, ")
    (practice,) = read_text(text + "    late: {asked: {after: plug_wait(length), then: lapse, to: lapsed}}\n").practices

    def wait(days):
        if days == 1:
            raise ValueError("the secret")
        return "two" if days == 2 else days

    module = types.ModuleType("plug")
    module.community_practices = hookimpl(lambda: [practice])
    module.community_functions = hookimpl(
        lambda: [Function("plug_wait", wait, (INT.in_unit("day"),), INT.in_unit("day"))]
    )
    town = tmp_path / "town.yaml"
    town.write_text(DISTRICT, "utf-8")
    with cc.open_office(cc.load(town, plugins=[module]), ":memory:") as office:
        office.appoint("clerk", "clerk", "town", dt.date(2000, 1, 1))
        cases = [
            office.open("permit", {"length": length}, actor="clerk", day=DAY, place="town") for length in (1, 2, 3)
        ]
        codes = ["function-failed", "function-outcome"]
        for case, code in zip(cases, codes, strict=False):
            (found,) = refusal(office, case)
            assert (found.code, dict(found.data)["function"]) == (code, "plug_wait")
            assert "secret" not in found.message.en
        later = DAY + dt.timedelta(days=30)
        assert [event.case for event in office.advance(later)] == [cases[2].id]
        assert [item.why.code for item in office.due(later)] == codes
        assert list(office.verify()) == []
