"""Diagrams show every state and step, tell the ends apart, and can be read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import community_core as cc
from community_core.base.labels import Label
from community_core.pages.diagram import draw_procedure, text_width, wrapped
from community_core.pages.spelling import Spelling
from community_core.procedures.definition import EndKind, Late, LateAction, Procedure, Step
from community_core.rules.terms import Expression

pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")

SVG = "{http://www.w3.org/2000/svg}"


def shipped():
    """Return every procedure of the two districts, with how its periods are said."""
    found = {}
    for district in ("shenhe", "fangzi"):
        rules = cc.load(district)
        for full, procedure in rules.terms.procedures:
            found[full] = (procedure, Spelling(rules).period(full, procedure))
    return found


SHIPPED = shipped()


class Picture:
    """A picture as its reader finds it: boxes with their texts, and lines."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(svg)  # noqa: S314 - our own text
        self.boxes = [(group, group.find(f"{SVG}rect")) for group in self.root.findall(f"{SVG}g")]
        self.lines = [item for item in self.root.findall(f"{SVG}path") if item.get("class") == "line"]

    def named(self, kind: str) -> set[str]:
        """Return the names of the groups of a kind, those inside boxes included."""
        return {item.get("data-name") for item in self.root.iter(f"{SVG}g") if item.get("class") == kind}

    def box(self, kind: str, name: str):
        """Return the group of a kind with that name."""
        return next(g for g, _ in self.boxes if g.get("class") == kind and g.get("data-name") == name)

    @property
    def joins(self) -> set[tuple[str, str]]:
        """Return what each line joins; a step or late rule is called by its number."""
        return {(line.get("data-from"), line.get("data-to")) for line in self.lines}


def place(rect) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a rectangle."""
    x, y, width, height = (int(rect.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def check(procedure: Procedure, picture: Picture) -> None:
    """Fail where a state or step is missing, boxes overlap, or text leaves its box or covers other text."""
    assert picture.named("state") == set(procedure.all_states)
    assert picture.named("step") == {step.name for step in procedure.steps}
    places = [place(rect) for _, rect in picture.boxes]
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in combinations(places, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
    for group, rect in picture.boxes:
        left, top, right, bottom = place(rect)
        last = top
        for text in group.iter(f"{SVG}text"):
            x, y, size = (int(text.get(key)) for key in ("x", "y", "font-size"))
            half = text_width(text.text, size) / 2
            assert left < x - half
            assert x + half < right
            assert last <= y - size
            assert y < bottom
            last = y
    movers = [(s, tuple(o for o in dict.fromkeys(s.source) if o != s.to)) for s in procedure.steps if s.to]
    for number, (step, sources) in enumerate([m for m in movers if m[1] or m[0].opens]):
        for source in sources:
            assert (source, f"step {number}") in picture.joins
        assert (f"step {number}", step.to) in picture.joins


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_shipped_procedure_is_drawn_whole(name):
    """Each state and step is in the picture, boxes do not overlap, texts stay inside and clear of each other."""
    procedure, spell = SHIPPED[name]
    check(procedure, Picture(draw_procedure(procedure, spell)))


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_picture_is_the_same_every_time_and_says_what_it_shows(name):
    """Title and description name procedure, steps and states in both languages; drawing twice is equal."""
    procedure, spell = SHIPPED[name]
    svg = draw_procedure(procedure, spell)
    assert svg == draw_procedure(procedure, spell)
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert procedure.title.zh in title.text
    assert procedure.title.en in title.text
    for label in [*(step.label for step in procedure.steps), *(label for _, label in procedure.states)]:
        assert label.zh in desc.text
        assert label.en in desc.text


def test_chinese_comes_first_and_english_is_marked_and_smaller():
    """A box says its name in Chinese, then in English, smaller and marked as English; posts stand in the step's box."""
    picture = Picture(draw_procedure(SHIPPED["core.hearing.hearing"][0]))
    texts = list(picture.box("step", "hand_over").iter(f"{SVG}text"))
    assert [item.text for item in texts] == ["移交", "Hand over", "居委会主任", "committee chair"]
    assert [item.get("lang") for item in texts] == [None, "en", None, "en"]
    assert int(texts[0].get("font-size")) > int(texts[1].get("font-size"))


STEPS = (
    Step("begin", ("clerk",), to="begun"),
    *(Step(f"go_{kind.value}", ("clerk",), source=("begun",), to=kind.value) for kind in EndKind),
)
FLAT = Procedure("flat", STEPS, ends=tuple((kind.value, kind) for kind in EndKind))


def test_ends_look_different_by_kind():
    """Each kind of end has its own fill, frame or dashes, differs from a state that is no end, and says its kind."""
    picture = Picture(draw_procedure(FLAT))
    looks = {}
    for state in FLAT.all_states:
        group = picture.box("state", state)
        rects = group.findall(f"{SVG}rect")
        looks[state] = (
            rects[0].get("fill"), rects[0].get("stroke"), rects[0].get("stroke-dasharray"), len(rects),
        )  # fmt: skip
        ended = any("结束" in (text.text or "") for text in group.iter(f"{SVG}text"))
        assert ended == (state in FLAT.end_kinds)
    assert len(set(looks.values())) == len(looks)


def test_late_rules_are_dashed():
    """A lapse is a dashed box on dashed lines; a reminder stands in its state below a dashed line."""
    lapse = Late("begun", Expression("days(3)"), LateAction.LAPSE, to="lapsed")
    remind = Late("begun", Expression("days(2)"), LateAction.REMIND, to="clerk")
    plain = Picture(draw_procedure(FLAT))
    picture = Picture(draw_procedure(evolve(FLAT, late=(lapse, remind))))
    assert not [line for line in plain.lines if line.get("stroke-dasharray")]
    dashed = {(line.get("data-from"), line.get("data-to")) for line in picture.lines if line.get("stroke-dasharray")}
    assert dashed == {("begun", "late 0"), ("late 0", "lapsed")}
    assert picture.box("late", "begun").find(f"{SVG}rect").get("stroke-dasharray")
    begun = picture.box("state", "begun")
    assert begun.find(f"{SVG}path").get("stroke-dasharray")
    assert "days(2)" in {text.text for text in begun.iter(f"{SVG}text")}


def test_markup_in_a_label_stays_text():
    """Signs of markup in labels, names and periods are shown and close nothing."""
    evil = "<script>&\"'</svg>"
    late = Late("begun", Expression(evil), LateAction.LAPSE, to="lapsed")
    steps = tuple(evolve(step, label=Label("做" + evil, "do " + evil), by=(evil,)) for step in STEPS)
    states = tuple((state, Label("态" + evil, evil)) for state in FLAT.all_states)
    made = evolve(FLAT, steps=steps, states=states, late=(late,), title=Label(evil, evil))
    picture = Picture(draw_procedure(made))
    assert {item.tag for item in picture.root.iter()}.isdisjoint({f"{SVG}script", "script"})
    assert evil in picture.root.find(f"{SVG}title").text


@st.composite
def procedures(draw):
    """Return a procedure of a few states with steps from anywhere to anywhere, sense or none."""
    states = [f"state_{number}" for number in range(draw(st.integers(1, 5)))]
    some = st.lists(st.sampled_from(states), max_size=3, unique=True)
    steps = [Step("begin", ("resident",), to=states[0])]
    for number in range(draw(st.integers(0, 8))):
        source, to = tuple(draw(some)), draw(st.sampled_from(["", *states]))
        if source or to:
            steps.append(Step(f"step_{number}", ("committee.chair", "x" * draw(st.integers(1, 70))), source, to))
    reached = [state for state in states if any(state == step.to for step in steps)]
    steps = [s for s in steps if all(state in reached for state in s.source)]
    ends = tuple((state, draw(st.sampled_from(list(EndKind)))) for state in reached if draw(st.booleans()))
    return Procedure("any", tuple(steps), ends=ends)


@settings(max_examples=60, deadline=None)
@given(procedures())
def test_any_procedure_is_drawn_whole(procedure):
    """Loops, ways back and unreachable states are drawn as well, and nothing overlaps."""
    named = {state for step in procedure.steps for state in (*step.source, step.to) if state}
    assume(named == set(procedure.all_states))
    check(procedure, Picture(draw_procedure(procedure)))


def test_text_is_broken_where_it_may_be():
    """English breaks between words, Chinese anywhere but before a closing sign and after an opening one."""
    english = wrapped("committee member, committee chair", 10, 100)
    assert " ".join(english) == "committee member, committee chair"
    assert len(english) > 1
    assert all(text_width(line, 10) <= 100 for line in english)
    lines = wrapped("居民、居民小组长（代表）、居委会成员", 11, 70)
    assert "".join(lines) == "居民、居民小组长（代表）、居委会成员"
    assert all(text_width(line, 11) <= 70 + 11 for line in lines)
    assert not any(line[0] in "、）" or line[-1] == "（" for line in lines)
